"""An export as a Word document for the clerk's pack: headings, tables and definitions; no field, no link.

The same document is the same bytes: every date in the file is that of the export.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import UTC
from typing import TYPE_CHECKING, Any, BinaryIO

from commsla.core.clean import clean
from commsla.core.summary import Document, Reader, Summary
from commsla.edges.exports.lines import MADE_BY
from commsla.edges.exports.ours import is_our_office_file
from commsla.edges.exports.said import Listing, Page, listing, page

if TYPE_CHECKING:
    from docx.document import Document as Word

SUFFIX = ".docx"
IS_TEXT = False
READERS = frozenset({Reader.GOVERNORS, Reader.HEAD})
NEEDS = ("docx", "office")
_THEN = (1980, 1, 1, 0, 0, 0)  # no date in a zip: the earliest that it can say
_SMALL = 9


def render(document: Document) -> bytes:
    """The document."""
    import docx
    from docx.shared import Mm, Pt

    word = docx.Document()
    section = word.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(18)
    section.top_margin = section.bottom_margin = Mm(15)
    word.styles["Normal"].font.name = "Arial"
    word.styles["Normal"].font.size = Pt(11)
    word.styles["Normal"].paragraph_format.space_after = Pt(4)
    _plain_headings(word)
    if isinstance(document, Summary):
        said: Page | Listing = page(document)
        _page(word, page(document), clean(document.frame.period))
    else:
        said = listing(document)
        section.page_width, section.page_height = Mm(297), Mm(210)
        _listing(word, listing(document))
    about = word.core_properties
    about.author, about.last_modified_by, about.comments = MADE_BY, MADE_BY, ""
    about.title, about.language = f"{said.title}: {said.schools}"[:255], "en-GB"
    about.created = about.modified = document.frame.generated.astimezone(UTC).replace(tzinfo=None)
    out = io.BytesIO()
    word.save(out)
    return _without_clock(out.getvalue())


def is_ours(file: BinaryIO) -> bool:
    """Whether an export wrote this file."""
    return is_our_office_file(file)


def _without_clock(data: bytes) -> bytes:
    """The same zip with no date in it."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for info in old.infolist():
            entry = zipfile.ZipInfo(info.filename, _THEN)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            entry.create_system = 0
            new.writestr(entry, old.read(info))
    return out.getvalue()


# --- a page ---------------------------------------------------------------------------------------


def _page(word: Word, said: Page, name: str) -> None:
    from docx.enum.text import WD_BREAK
    from docx.shared import Pt

    word.add_heading(said.title, 0)
    word.add_paragraph().add_run(f"{said.schools}: {name}").bold = True
    for text in (f"{said.period} {said.made}", *said.policies):
        _small(word, text)
    for sentence in said.sentences:
        word.add_paragraph(sentence, style="List Bullet").runs[0].font.size = Pt(11.5)
    last = [said.last_year] if said.last_year else []
    _table(word, ["At a glance", name, *last], [_short(h, last) for h in _headlines(said)])
    word.add_heading("How far this can be trusted", 2)
    for note in said.trust:
        _small(word, note, "List Bullet")
    for line in said.remarks:
        _small(word, line)
    word.add_heading("What we did about it", 2)
    for text in ("", "", "Head signed off: ______________________    Date: ______________"):
        word.add_paragraph(text)
    word.paragraphs[-1].add_run().add_break(WD_BREAK.PAGE)
    word.add_heading("The figures behind it", 1)
    _table(word, ["Figure", name, *last], [_short(f, last) for f in said.figures])
    for why in said.dashes:
        _small(word, why)
    word.add_heading("By part", 1)
    for part in said.parts:
        word.add_heading(part.title, 2)
        _table(word, ["Part", *part.head[1:]], part.rows)
    for line in said.unshown:
        _small(word, line)
    if said.checks:
        word.add_heading("The totals add up", 1)
        for line in said.checks:
            _small(word, line, "List Bullet")
    _meanings(word, "What the figures mean", said.meanings)


def _headlines(said: Page) -> Iterable[tuple[str, str, str]]:
    return ((h.title, h.now, h.before) for h in said.headlines)


def _short(row: tuple[str, str, str], last: Collection[str]) -> Sequence[str]:
    return row if last else row[:2]


def _listing(word: Word, said: Listing) -> None:
    from docx.enum.section import WD_ORIENT

    word.sections[0].orientation = WD_ORIENT.LANDSCAPE
    word.add_heading(said.title, 0)
    word.add_paragraph().add_run(said.schools).bold = True
    _small(word, f"{said.period} {said.made}")
    word.add_paragraph().add_run(said.warning).bold = True
    _table(word, said.head, said.rows, numbers=said.numbers, size=8)
    _meanings(word, "What the columns mean", said.meanings)


def _meanings(word: Word, title: str, pairs: Iterable[tuple[str, str]]) -> None:
    word.add_heading(title, 1)
    for name, meaning in pairs:
        one = _small(word, f"{name}: ")
        one.runs[0].bold = True
        _sized(one.add_run(meaning))


def _small(word: Word, text: str, style: str = "Normal") -> Any:
    one = word.add_paragraph(style=style)
    _sized(one.add_run(text))
    return one


def _sized(run: Any) -> None:
    from docx.shared import Pt

    run.font.size = Pt(_SMALL)


def _plain_headings(word: Word) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    for style, size in (("Title", 18), ("Heading 1", 15), ("Heading 2", 12)):
        font = word.styles[style].font
        font.name, font.size, font.bold, font.color.rgb = "Arial", Pt(size), True, RGBColor(0, 0, 0)
        fonts = font.element.rPr.rFonts
        for word_for in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{word_for}"), None)


# --- tables ---------------------------------------------------------------------------------------


def _table(
    word: Word,
    head: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    numbers: Collection[int] | None = None,
    size: float = 10,
) -> None:
    """A table whose head is repeated on every page. Written as XML: by cells it takes minutes."""
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    right = numbers if numbers is not None else range(1, len(head))
    rows = list(rows)
    shares = _shares(head, rows) if numbers is not None else _one_wide(len(head))
    cell = _cells(size, right, shares)
    repeated = "<w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>"
    header = f"<w:tr>{repeated}{''.join(cell(i, t, True) for i, t in enumerate(head))}</w:tr>"
    others = "".join(
        f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{''.join(cell(i, t, False) for i, t in enumerate(row))}</w:tr>"
        for row in rows
    )
    wide = '<w:tblW w:w="5000" w:type="pct"/>'
    lines = (
        '<w:tblBorders><w:bottom w:val="single" w:sz="4"/>'
        '<w:insideH w:val="single" w:sz="4" w:color="999999"/></w:tblBorders>'
    )
    look = '<w:tblLook w:firstRow="1" w:firstColumn="1"/>'
    grid = "".join(f'<w:gridCol w:w="{100 * share}"/>' for share in shares)
    xml = (
        f"<w:tbl {nsdecls('w')}><w:tblPr>{wide}{lines}{look}</w:tblPr><w:tblGrid>{grid}</w:tblGrid>"
        f"{header}{others}</w:tbl>"
    )
    body = word.element.body
    body.insert(len(body) - 1, parse_xml(xml))  # before what says how large a page is
    word.add_paragraph().paragraph_format.space_after = 0


def _one_wide(columns: int) -> list[int]:
    return [55, *[45 // (columns - 1)] * (columns - 1)]


def _shares(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[int]:
    """Percent of the width for each column, by its longest word and by what mostly stands in it."""
    need = [
        max([6, *(len(w) for w in title.split()), *(min(len(r[i]), 14) for r in rows[:500])])
        for i, title in enumerate(head)
    ]
    return [100 * n // sum(need) for n in need]


def _cells(
    size: float, right: Collection[int], shares: Sequence[int]
) -> Callable[[int, str, bool], str]:
    half_points = round(2 * size)

    def cell(place: int, text: str, bold: bool) -> str:
        side = '<w:jc w:val="right"/>' if place in right else ""
        weight = "<w:b/>" if bold else ""
        return (
            f'<w:tc><w:tcPr><w:tcW w:w="{50 * shares[place]}" w:type="pct"/></w:tcPr>'
            f'<w:p><w:pPr><w:spacing w:after="20"/>{side}</w:pPr><w:r><w:rPr>{weight}'
            f'<w:sz w:val="{half_points}"/></w:rPr><w:t xml:space="preserve">{_escaped(text)}</w:t></w:r>'
            "</w:p></w:tc>"
        )

    return cell


def _escaped(text: str) -> str:
    return re.sub(r"[&<>]", lambda m: {"&": "&amp;", "<": "&lt;", ">": "&gt;"}[m[0]], text)
