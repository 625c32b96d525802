"""`commsla export` as a person types it: on a terminal, into a file, and what it says when it cannot."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from commsla.core.summary import Reader
from commsla.wiring import FORMATS, exporter
from tests.cli.terminal import pipe, terminal
from tests.contract.saying import all_that_it_says

TERM = "Autumn 2026"
OVER = ("--from", "2026-11-02", "--to", "2026-12-16")
# What stands in the demo's mail and nowhere on a page for governors.
NAMES = ("fothergill", "honeychurch", "merriweather", "trip", "thistledown.example", "T26", "L12")


def test_on_a_terminal_it_is_a_page_to_read_and_to_paste(demo_home: Path) -> None:
    result = terminal(demo_home, 100, "demo", "export")
    assert result.code == 0
    assert result.rows[0] == f"# How we keep our promise to parents: {TERM}"
    assert "| Responded in time | 24 |" in result.rows
    assert "| Responded in time, share | 83 % |" in result.rows
    piped = pipe(demo_home, "demo", "export")
    assert (piped.code, piped.err) == (0, "")
    assert (
        "- 24 of the 29 that were due were answered in full within the time that we aim for (83 %)."
        in (piped.out.splitlines())
    )


@pytest.mark.parametrize("form", FORMATS)
def test_it_names_nobody(demo_home: Path, tmp_path: Path, form: str) -> None:
    file = tmp_path / f"page.{form}"
    for reader in ("governors", *(["data"] if Reader.DATA in exporter(form).READERS else [])):
        for period in ((), OVER):
            words = ("demo", "export", "--for", reader, *period, "-o", str(file))
            assert pipe(demo_home, *words).code == 0
            said = all_that_it_says(form, file.read_bytes()).casefold()
            assert "thistledown primary" in said
            assert [n for n in NAMES if n.casefold() in said] == []
    assert pipe(demo_home, "demo", "export", "--for", "head", "-o", str(file)).code == 0
    said = all_that_it_says(form, file.read_bytes())
    assert "T26" in said
    assert [n for n in NAMES if n.islower() and n in said.casefold()] == []


def test_a_file_is_written_for_its_owner_alone_and_is_the_same_twice(
    demo_home: Path, tmp_path: Path
) -> None:
    for form in FORMATS:
        file = tmp_path / f"page.{form}"
        assert pipe(demo_home, "demo", "export", "-o", str(file)).out == ""
        first = file.read_bytes()
        if os.name == "posix":
            assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert pipe(demo_home, "demo", "export", "-o", str(file)).code == 0
        assert file.read_bytes() == first
    assert sorted(p.name for p in tmp_path.glob("page*")) == sorted(f"page.{f}" for f in FORMATS)


def test_what_is_made_does_not_hang_on_the_place(demo_home: Path, tmp_path: Path) -> None:
    """Another zone and another language of the computer: the same bytes."""
    for form in FORMATS:
        made = set()
        for i, (zone, language) in enumerate((("UTC", "C.UTF-8"), ("Asia/Tokyo", "de_DE.UTF-8"))):
            file = tmp_path / f"{i}.{form}"
            words = ("demo", "export", *OVER, "-o", str(file))
            assert pipe(demo_home, *words, TZ=zone, LC_ALL=language).code == 0
            made.add(file.read_bytes())
        assert len(made) == 1, form


def test_it_can_be_made_as_it_was_made_then(demo_home: Path, tmp_path: Path) -> None:
    words = ("demo", "export", "--generated-at", "2026-12-17 08:40", "--format", "json")
    first = pipe(demo_home, *words)
    assert json.loads(first.out)["frame"]["generated"] == "2026-12-17T08:40:00+00:00"
    assert pipe(demo_home, "demo", "mark", "T26", "called").code == 0
    assert pipe(demo_home, *words).out == first.out
    assert pipe(demo_home, *words[:2], "--format", "json").out != first.out
    late = pipe(demo_home, "demo", "export", "--generated-at", "2027-01-01 08:40")
    assert (late.code, late.err.splitlines()[0]) == (2, "That has not come yet.")


def test_data_comes_with_a_dictionary_of_its_columns(demo_home: Path, tmp_path: Path) -> None:
    file = tmp_path / "cases.csv"
    assert pipe(demo_home, "demo", "export", "--for", "data", "-o", str(file)).code == 0
    told = (tmp_path / "cases-columns.csv").read_text("utf-8-sig")
    columns = file.read_text("utf-8-sig").splitlines()[0].split(",")
    assert all(column in told for column in columns)


def test_of_a_period_that_is_over_the_splits_are_shown(demo_home: Path) -> None:
    out = pipe(demo_home, "demo", "export", *OVER).out
    assert "| Thistledown Primary | 29 | 57 |" in out
    assert "## Open, by age" in out
    assert "shown when the period is over" in pipe(demo_home, "demo", "export").out


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--term", "Autumn 2031"), 2, "Autumn 2031 is not in the calendar of Thistledown Primary. It knows: "
         "Autumn 2025, Spring 2026, Summer 2026, Autumn 2026, Spring 2027, Summer 2027."),
        (("--term", "Spring 2027"), 2, "Spring 2027 has not begun: its first day is 4 January 2027. Nothing can "
         "be counted yet."),
        (("--year", "2025-26"), 1, "Nothing is known of 2025-26: mail of Thistledown Primary and Marsh Lane "
         "Infants is read since 2 November 2026."),
        (("--year", "2026-27", "--half-term"), 2, "One period at a time."),
        (("--from", "2026-11-02"), 2, "From when until when?"),
        (("--from", "2026-11-02", "--to", "2026-11-01"), 2, "2026-11-01 is before 2026-11-02."),
        (("--from", "2026-11-02 10:00", "--to", "2026-11-03"), 2,
         '"2026-11-02 10:00" is a moment, and a whole day is asked for.'),
        (("--format", "odt"), 2, 'There is no format "odt".'),
        (("--format", "pdf"), 2, "A pdf file is no text for a terminal."),
        (("--for", "data", "-o", "cases.docx"), 2,
         "A row for each case is to work with, not to print: there is no docx of it."),
        (("--freeze",), 1, "Autumn 2026 is not over, and its figures are not final."),
        (("--freeze", "--for", "head"), 2, "Only figures are kept, no cases."),
        (("--freeze", "--generated-at", "2026-12-17 08:00"), 2, "What is kept is what is known now."),
        (("-o", "page"), 2, "In which format?"),
        (("-o", "/nowhere/at/all/page.md"), 1, "/nowhere/at/all/page.md cannot be written: there is no folder "
         "/nowhere/at/all."),
        (("--school", "thistledown"), 1, "Autumn 2026 is not over: until then there is no page for one school of "
         "several, which would give single cases of the others away."),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_said_in_a_sentence(
    demo_home: Path, words: tuple[str, ...], code: int, said: str
) -> None:
    result = pipe(demo_home, "demo", "export", *words)
    assert (result.code, result.out, result.err.splitlines()[0]) == (code, "", said)


def test_a_file_of_somebody_else_and_a_link_stay_as_they_are(
    demo_home: Path, tmp_path: Path
) -> None:
    own = tmp_path / "minutes.md"
    own.write_text("Minutes of the meeting", "utf-8")
    result = pipe(demo_home, "demo", "export", "-o", str(own))
    assert (result.code, own.read_text("utf-8")) == (1, "Minutes of the meeting")
    assert "commsla did not write it" in result.err
    link = tmp_path / "page.md"
    link.symlink_to(own)
    assert pipe(demo_home, "demo", "export", "-o", str(link)).code == 1
    assert own.read_text("utf-8") == "Minutes of the meeting"


def test_the_figures_of_a_past_period_are_kept(demo_home: Path, tmp_path: Path) -> None:
    words = ("demo", "export", *OVER, "--school", "marsh", "--school", "thistledown")
    page = tmp_path / "page.json"
    result = pipe(demo_home, *words, "--freeze", "-o", str(page))
    assert (result.code, result.out) == (0, "")
    said, _, found = result.err.strip().rpartition(" ")
    assert said == "Kept: 2 November 2026 to 16 December 2026, SHA-256"
    notes = json.loads(page.read_bytes())["quality"]["notes"]
    assert f"hash {found[:12]}. Its figures are these." in notes[-1]
    again = pipe(demo_home, "demo", "export", *OVER, "--freeze")
    assert again.err == f"Kept already: nothing has changed since: {said[6:]} {found}\n"
    assert pipe(demo_home, "demo", "mark", "T26", "called", "--at", "2026-12-15 10:00").code == 0
    later = pipe(demo_home, *words).out
    assert f"hash {found[:12]}." in later
    assert "Why: marks were recorded late, dated back into the period." in later


def test_a_page_that_could_not_be_written_is_not_kept(demo_home: Path, tmp_path: Path) -> None:
    own = tmp_path / "page.pdf"
    own.write_bytes(b"%PDF-1.4 of somebody else")
    result = pipe(demo_home, "demo", "export", *OVER, "--freeze", "-o", str(own))
    assert (result.code, result.err.splitlines()[0][-32:]) == (
        1,
        "did not write it. Nothing was written."[-32:],
    )
    assert "Kept" not in pipe(demo_home, "demo", "export", *OVER).out
