"""A file that is there already is only replaced if an export wrote it; a damaged one is nobody's."""

from __future__ import annotations

import io
import zipfile

import pytest

from commsla.edges.exports.lines import MADE_BY
from commsla.edges.exports.ours import is_our_office_file


def packed(creator: str) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("docProps/core.xml", f"<x><dc:creator>{creator}</dc:creator></x>" + "y" * 500)
    return kept.getvalue()


@pytest.mark.parametrize(("creator", "ours"), [(MADE_BY, True), ("Somebody", False)])
def test_the_author_says_whose_it_is(creator: str, ours: bool) -> None:
    assert is_our_office_file(io.BytesIO(packed(creator))) is ours


def test_a_damaged_or_cut_file_is_not_ours_and_no_bug() -> None:
    whole = packed(MADE_BY)
    start = 30 + len("docProps/core.xml")  # where the packed bytes begin
    damaged = [whole[:n] for n in range(0, len(whole), 7)]
    damaged += [whole[:start] + b"\xff" * n + whole[start + n :] for n in range(1, 40)]
    assert [is_our_office_file(io.BytesIO(raw)) for raw in damaged] == [False] * len(damaged)
