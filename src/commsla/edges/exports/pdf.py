"""An export as a tagged PDF (PDF/UA-1): the page of the HTML, set by Typst from its own fonts.

What is said goes to Typst as data and is never read as markup.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from importlib.resources import files
from typing import Any, BinaryIO

from commsla.core.clean import clean
from commsla.core.summary import Document, Reader, Summary
from commsla.edges.exports.lines import MADE_BY
from commsla.edges.exports.ours import begins
from commsla.edges.exports.said import listing, page

SUFFIX = ".pdf"
IS_TEXT = False
READERS = frozenset({Reader.GOVERNORS, Reader.HEAD})
NEEDS = ("typst", "pdf")
_LARGEST = 1 << 26  # bytes that are looked at
# Latin with its accents, and the punctuation of our own sentences.
_DRAWN = frozenset(map(chr, (*range(0x20, 0x7F), *range(0xA0, 0x180)))) | frozenset("–—‘’“”…•")


def render(document: Document) -> bytes:
    """The pages."""
    import typst

    if isinstance(document, Summary):
        said = {**asdict(page(document)), "kind": "page"}
    else:
        said = {**asdict(listing(document)), "kind": "listing"}
    said |= {"name": clean(document.frame.period), "by": MADE_BY}
    try:
        return _typeset(said, document)
    except typst.TypstError:
        # A sign that the fonts have not would be an empty box to see and nothing to hear: PDF/UA refuses it.
        return _typeset(_drawable(said), document)


def is_ours(file: BinaryIO) -> bool:
    """Whether an export wrote this file."""
    return begins(file, b"%PDF-") and f"/Author({MADE_BY})/Creator(Typst ".encode() in file.read(
        _LARGEST
    )


def _typeset(said: dict[str, Any], document: Document) -> bytes:
    import typst

    made = typst.compile(
        files(__package__).joinpath("export.typ").read_bytes(),
        format="pdf",
        sys_inputs={"said": json.dumps(said)},
        ignore_system_fonts=True,
        timestamp=int(document.frame.generated.timestamp()),
        pdf_standards="ua-1",
    )
    return bytes(made)


def _drawable(value: Any) -> Any:
    """The same with U+FFFD for what is surely in no font of ours."""
    if isinstance(value, str):
        return "".join(c if c in _DRAWN else "\ufffd" for c in value)
    if isinstance(value, dict):
        return {key: _drawable(v) for key, v in value.items()}
    return [_drawable(v) for v in value] if isinstance(value, list | tuple) else value
