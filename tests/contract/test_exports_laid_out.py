"""The export formats that are laid out for a reader keep the contract of all formats, read back from their files."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from typing import Any, NamedTuple
from xml.etree import ElementTree

import docx
import openpyxl
import pypdf
import pytest
from docx.text.paragraph import Paragraph
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

from commsla.core.definitions import SPLITS
from commsla.core.summary import Figure, Reader, Row, Value
from commsla.errors import CommslaError
from commsla.wiring import FORMATS, exporter
from tests.contract.test_exports import (
    BESIDE,
    CASES,
    PAGE,
    Cells,
    ExportContract,
    Parts,
    named,
    number,
    text,
)

ON_PAPER = (
    *("Reference", "For", "School", "Channel", "Received", "Acknowledge", "Respond due", "Respond"),
    *("Respond, working days", "Respond late by", "Set aside"),
)
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
TITLES = {m.title for m in SPLITS.values()}
Table = list[list[str]]


class OnPaper(ExportContract):
    """What is read by people: figures go by their titles, and of a case there are the columns for paper."""

    def shows(self, column: str) -> bool:
        return column in ON_PAPER

    def text(self, value: Value) -> str:
        if isinstance(value, date):
            return f"{value.day} {MONTHS[value.month - 1]} {value.year}"
        return text(value)

    def name(self, figure: Figure) -> str:
        return figure.title

    def title(self, key: str) -> str:
        return SPLITS[key].title


def figures_of(table: Table) -> Cells:
    head, *lines = table
    return {r[0]: (number(r[1]), number(r[2]) if len(head) > 2 else None) for r in lines}


def part_of(table: Table) -> list[tuple[str, int, int | None, int | None]]:
    return [(r[0], int(r[1]), int(r[2]) if len(r) == 4 else None, number(r[-1])) for r in table[1:]]


# --- HTML -----------------------------------------------------------------------------------------


class Read(HTMLParser):
    """Tables by class with their captions, every tag, and all that is said."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self.tags: list[tuple[str, tuple[str, ...]]] = []
        self.values: list[str] = []
        self.tables: list[tuple[str, str, Table]] = []
        self.said = ""
        self.inside = ""
        self.feed(data.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(name for name, _ in attrs)))
        self.values += [value or "" for _, value in attrs]
        self.inside = tag
        if tag == "table":
            self.tables.append((dict(attrs)["class"] or "", "", []))
        elif tag == "tr":
            self.tables[-1][2].append([])
        elif tag in ("td", "th"):
            self.tables[-1][2][-1].append("")

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_data(self, data: str) -> None:
        if self.inside != "style":
            self.said += data
        if self.inside in ("td", "th"):
            self.tables[-1][2][-1][-1] += data
        elif self.inside == "caption":
            kind, _, rows = self.tables[-1]
            self.tables[-1] = (kind, data, rows)


class TestHtml(OnPaper):
    word = "html"

    def figures(self, data: bytes) -> Cells:
        (found,) = (rows for kind, _, rows in Read(data).tables if kind == "figures")
        return figures_of(found)

    def parts(self, data: bytes) -> Parts:
        found = Read(data).tables
        return {caption: part_of(rows) for kind, caption, rows in found if kind == "part"}

    def cases(self, data: bytes) -> list[list[str]]:
        ((_, _, rows),) = Read(data).tables
        return rows[1:]

    def structure(self, data: bytes) -> Any:
        found = Read(data)
        names = {tag for tag, _ in found.tags}
        assert not names & {"script", "a", "img", "iframe", "link", "object", "form", "base"}
        assert not [n for _, attrs in found.tags for n in attrs if n.startswith("on")]
        assert all(c.isprintable() or c == "\n" for c in data.decode())
        return found.tags

    def plain(self, data: bytes) -> str:
        return Read(data).said

    def strangers(self) -> tuple[bytes, ...]:
        return (b"<!DOCTYPE html>\n<html>", b"<!DOCTYPE html>\n<!-- written by commsla -->\n<html>")

    def test_it_loads_nothing_and_runs_nothing(self) -> None:
        for document in self.documents():
            values = Read(self.render(document)).values
            (policy,) = (v for v in values if v.startswith("default-src"))
            assert policy.startswith("default-src 'none'; style-src 'sha256-")
            assert not [v for v in values if re.search(r"https?:|//|javascript:|data:", v)]

    def test_a_picture_says_in_words_what_it_shows(self) -> None:
        told = self.render(PAGE).decode()
        assert told.count('<svg role="img" aria-labelledby="') == 1
        assert '<title id="c1t">Open, by age</title>' in told
        assert "up to 20 working days: 5; over 20 working days: 5." in told
        assert "pattern" in told

    def test_the_first_sheet_has_the_figures_in_a_sentence_each(self) -> None:
        (lines,) = (
            rows for kind, _, rows in Read(self.render(BESIDE)).tables if kind == "headlines"
        )
        first = {row[0]: row[1:] for row in lines}
        met, due, percent = (BESIDE.figure(f"responded.{p}") for p in ("met", "due", "percent"))
        assert first["Responded in time, of those due"] == [
            f"{met.value} of {due.value} ({percent.value} %)",
            f"{met.last_year} of {due.last_year} ({percent.last_year} %)",
        ]
        assert first["Nine in ten answered within (working days)"][0] == "more than 28"

    def test_the_first_sheet_says_what_is_not_on_it_and_why(self) -> None:
        first = self.plain(self.render(PAGE)).partition("The figures behind it")[0]
        assert "A dash: too few to show." in first
        assert "Responded in time, by week: not shown: some part is below 5" in first


# --- PDF ------------------------------------------------------------------------------------------


class TestPdf(OnPaper):
    """Read as a screen reader does: by its tags."""

    word = "pdf"

    def figures(self, data: bytes) -> Cells:
        _, found, *_ = (rows for _, rows in tables(data))
        return figures_of(found)

    def parts(self, data: bytes) -> Parts:
        return {title: part_of(rows) for title, rows in tables(data) if title in TITLES}

    def cases(self, data: bytes) -> list[list[str]]:
        ((_, rows),) = tables(data)
        return rows[1:]

    def structure(self, data: bytes) -> Any:
        reader = pypdf.PdfReader(io.BytesIO(data))
        assert not reader.attachments
        for page in reader.pages:
            assert not {"/Annots", "/AA"} & set(page)
        root = reader.root_object
        assert not {"/OpenAction", "/AA", "/Names", "/AcroForm"} & set(root)
        return [(e.kind, e.depth) for e in elements(data)]

    def plain(self, data: bytes) -> str:
        pages = pypdf.PdfReader(io.BytesIO(data)).pages
        lines = [line for p in pages for line in p.extract_text().splitlines()[:-1]]  # its number
        return " ".join(" ".join(lines).split())

    def strangers(self) -> tuple[bytes, ...]:
        writer = pypdf.PdfWriter()
        writer.add_blank_page(100, 100)
        writer.add_metadata({"/Author": "commsla", "/Creator": "somebody"})
        writer.write(out := io.BytesIO())
        return (out.getvalue(),)

    def test_it_is_tagged_for_those_who_hear_it(self) -> None:
        for document in self.documents():
            data = self.render(document)
            assert b"<pdfuaid:part>1</pdfuaid:part>" in data
            assert str(pypdf.PdfReader(io.BytesIO(data)).root_object["/Lang"]) == "en-GB"
            assert {"H1", "Table", "TR", "TH", "TD"} <= {e.kind for e in elements(data)}
        told = [e.alt for e in elements(self.render(PAGE)) if e.kind == "Figure"]
        assert told == ["Open, by age. up to 20 working days: 5; over 20 working days: 5."]

    def test_what_governors_read_fits_on_the_first_sheet(self) -> None:
        week, age = PAGE.split("responded.by_week"), PAGE.split("open.by_age")
        weeks = tuple(
            Row(f"weeks of {n} Sep 2025 to {n + 7} Sep 2025", 9, 9, None) for n in range(1, 17)
        )
        ages = tuple(Row(f"{n} to {n + 5} working days", 9, None, 20) for n in range(1, 6))
        full = replace(
            BESIDE,
            splits=(replace(week, rows=weeks), replace(age, rows=ages)),
            policies=PAGE.policies * 2,
        )
        for document in (PAGE, BESIDE, full):
            pages = pypdf.PdfReader(io.BytesIO(self.render(document))).pages
            assert "Head signed off:" in pages[0].extract_text()
            assert pages[1].extract_text().startswith("The figures behind it")

    def test_its_only_clock_is_that_of_the_export(self) -> None:
        about = pypdf.PdfReader(io.BytesIO(self.render(PAGE))).metadata
        assert about is not None
        assert about.creation_date == about.modification_date == PAGE.frame.generated

    def test_a_sign_that_no_font_has_is_no_empty_box(self) -> None:
        said = self.plain(self.render(named(["Schule 中"] * 15)))
        assert "Schule \ufffd" in said


class Element(NamedTuple):
    kind: str
    depth: int
    alt: str
    said: str


def elements(data: bytes) -> list[Element]:
    """The structure tree in reading order, each element with its own words."""
    reader = pypdf.PdfReader(io.BytesIO(data))
    words = {page.indirect_reference: _marked(page) for page in reader.pages}
    found: list[Element] = []

    def walk(node: Any, depth: int, page: Any) -> str:
        node = node.get_object() if isinstance(node, IndirectObject) else node
        if isinstance(node, int):
            return words[page].get(int(node), "")
        if isinstance(node, ArrayObject):
            return " ".join(filter(None, (walk(child, depth, page) for child in node)))
        if not isinstance(node, DictionaryObject):
            return ""
        page = node.raw_get("/Pg") if "/Pg" in node else page
        if "/S" not in node:
            return walk(node.get("/MCID", node.get("/K")), depth, page)
        place = len(found)
        said = walk(node.get("/K"), depth + 1, page)
        found.insert(place, Element(str(node["/S"])[1:], depth, str(node.get("/Alt", "")), said))
        return said

    tree = reader.root_object["/StructTreeRoot"].get_object()
    assert isinstance(tree, DictionaryObject)
    walk(tree["/K"], 0, None)
    return found


def _marked(page: pypdf.PageObject) -> dict[int, str]:
    """The words of a page by the number of the mark that they stand in."""
    found: dict[int, str] = {}
    now: list[int | None] = [None]

    def before(operator: bytes, operands: Any, _: Any, __: Any) -> None:
        if operator == b"BDC":
            marks = operands[1]
            now[0] = marks.get("/MCID") if isinstance(marks, DictionaryObject) else None

    def said(text: str, *_: Any) -> None:
        if now[0] is not None and text.strip():
            found[now[0]] = f"{found.get(now[0], '')} {text.strip()}".strip()

    page.extract_text(visitor_operand_before=before, visitor_text=said)
    return {mark: " ".join(words.split()) for mark, words in found.items()}


def tables(data: bytes) -> list[tuple[str, Table]]:
    """Every table with the heading before it."""
    found: list[tuple[str, Table]] = []
    heading = ""
    for element in elements(data):
        if element.kind in ("H1", "H2", "H3"):
            heading = element.said
        elif element.kind == "Table":
            found.append((heading, []))
        elif element.kind == "TR":
            found[-1][1].append([])
        elif element.kind in ("TH", "TD"):
            found[-1][1][-1].append(element.said)
    return found


# --- office files ---------------------------------------------------------------------------------


class TestDocx(OnPaper):
    word = "docx"

    def tables(self, data: bytes) -> list[tuple[str, Table]]:
        found: list[tuple[str, Table]] = []
        heading = ""
        for block in docx.Document(io.BytesIO(data)).iter_inner_content():
            if isinstance(block, Paragraph):
                is_heading = block.style is not None and str(block.style.name).startswith("Heading")
                heading = block.text if is_heading else heading
            else:
                found.append((heading, [[c.text for c in row.cells] for row in block.rows]))
        return found

    def figures(self, data: bytes) -> Cells:
        (found,) = (rows for _, rows in self.tables(data) if rows[0][0] == "Figure")
        return figures_of(found)

    def parts(self, data: bytes) -> Parts:
        return {title: part_of(rows) for title, rows in self.tables(data) if title in TITLES}

    def cases(self, data: bytes) -> list[list[str]]:
        ((_, rows),) = self.tables(data)
        return rows[1:]

    def structure(self, data: bytes) -> Any:
        parts = unzipped(data)
        tags = [
            e.tag.rpartition("}")[2]
            for e in ElementTree.fromstring(parts["word/document.xml"]).iter()
        ]
        assert not {"hyperlink", "fldSimple", "instrText", "object", "altChunk"} & set(tags)
        assert not [name for name, part in parts.items() if b"TargetMode" in part]
        return tags, sorted(parts)

    def plain(self, data: bytes) -> str:
        return "\n".join(p.text for p in docx.Document(io.BytesIO(data)).paragraphs)

    def strangers(self) -> tuple[bytes, ...]:
        docx.Document().save(out := io.BytesIO())
        return (out.getvalue(),)

    def test_its_only_clock_is_that_of_the_export(self) -> None:
        for document in self.documents():
            data = self.render(document)
            about = docx.Document(io.BytesIO(data)).core_properties
            assert about.created == about.modified == document.frame.generated.astimezone(UTC)
            assert only_times(data) == {(1980, 1, 1, 0, 0, 0)}

    def test_the_head_of_a_table_is_said_again_on_every_page(self) -> None:
        found = docx.Document(io.BytesIO(self.render(CASES[Reader.HEAD]))).tables
        assert "<w:tblHeader/>" in found[0].rows[0]._tr.xml  # python-docx has no name for it


class TestXlsx(ExportContract):
    word = "xlsx"

    def sheet(self, data: bytes, name: str) -> list[list[Any]]:
        book = openpyxl.load_workbook(io.BytesIO(data))
        return [list(row) for row in book[name].iter_rows(values_only=True)]

    def figures(self, data: bytes) -> Cells:
        rows = self.sheet(data, "Figures")
        head = next(i for i, row in enumerate(rows) if row[0] == "Figure")
        return {r[5]: (r[1], r[2]) for r in rows[head + 1 :]}

    def parts(self, data: bytes) -> Parts:
        found: Parts = {}
        for _, label, count, met, missed, share, key, *_ in self.sheet(data, "Parts")[1:]:
            if count is not None:
                assert met is None or met + missed == count
                found.setdefault(key, []).append((label, count, met, share))
        return found

    def cases(self, data: bytes) -> list[list[str]]:
        rows = self.sheet(data, "Data")[1:]
        return [[text(v.date() if isinstance(v, datetime) else v) for v in row] for row in rows]

    def structure(self, data: bytes) -> Any:
        parts = unzipped(data)
        assert not [
            n for n, part in parts.items() if b"TargetMode" in part or b"<hyperlink" in part
        ]
        cells = []
        for sheet in openpyxl.load_workbook(io.BytesIO(data)):
            for row in sheet.iter_rows():
                assert not [c.coordinate for c in row if c.data_type == "f" or c.hyperlink]
                cells += [(sheet.title, c.coordinate, c.data_type, c.quotePrefix) for c in row]
        return cells, sorted(parts)

    def plain(self, data: bytes) -> str:
        book = openpyxl.load_workbook(io.BytesIO(data))
        rows = (row for sheet in book for row in sheet.iter_rows(values_only=True))
        return "\n".join(str(cell) for row in rows for cell in row if cell is not None)

    def strangers(self) -> tuple[bytes, ...]:
        book = openpyxl.Workbook()
        book.save(out := io.BytesIO())
        return (out.getvalue(),)

    def test_numbers_are_numbers_and_dates_are_dates(self) -> None:
        table = CASES[Reader.DATA]
        kinds = {"whole": int, "date": datetime, "text": str, "yes/no": str}
        for row in self.sheet(self.render(table), "Data")[1:]:
            for column, value in zip(table.columns, row, strict=True):
                assert value is None or type(value) is kinds[column.kind], column.key

    def test_it_has_charts_that_say_in_words_what_they_show(self) -> None:
        parts = unzipped(self.render(PAGE))
        assert [n for n in parts if n.startswith("xl/charts/chart")] == ["xl/charts/chart1.xml"]
        drawn = parts["xl/drawings/drawing1.xml"].decode()
        assert 'descr="Open, by age. up to 20 working days: 5; over 20 working days: 5"' in drawn

    def test_its_only_clock_is_that_of_the_export(self) -> None:
        for document in self.documents():
            data = self.render(document)
            about = openpyxl.load_workbook(io.BytesIO(data)).properties
            assert about.created == document.frame.generated.replace(tzinfo=None)
            assert len(only_times(data)) == 1

    def test_what_no_workbook_can_hold_is_said(self) -> None:
        table = CASES[Reader.DATA]
        long = replace(table, rows=table.rows[:1] * 1_048_576)
        with pytest.raises(CommslaError, match="holds 1,048,575 rows, and these are 1,048,576"):
            self.render(long)


def unzipped(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def only_times(data: bytes) -> set[tuple[int, ...]]:
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        return {i.date_time for i in packed.infolist()}


# --- all ------------------------------------------------------------------------------------------


def test_every_format_keeps_the_contract() -> None:
    kept = [
        c.word
        for c in (*ExportContract.__subclasses__(), *OnPaper.__subclasses__())
        if c is not OnPaper
    ]
    assert sorted(kept) == sorted(FORMATS)


@pytest.mark.parametrize("word", ["html", "pdf", "docx"])
def test_a_row_a_case_is_not_to_print(word: str) -> None:
    assert set(exporter(word).READERS) == {Reader.GOVERNORS, Reader.HEAD}


def test_a_number_that_was_changed_would_be_seen() -> None:
    split = PAGE.split("received.by_week")
    rows = (replace(split.rows[1], count=split.rows[1].count + 1), *split.rows[2:])
    wrong = replace(
        PAGE,
        splits=(replace(split, rows=rows),),
        figures=(replace(PAGE.figures[0], value=7_777), *PAGE.figures[1:]),
    )
    for contract in (TestHtml(), TestPdf(), TestDocx(), TestXlsx()):
        right, other = (contract.render(page) for page in (PAGE, wrong))
        assert contract.parts(right) != contract.parts(other)
        assert contract.figures(right) != contract.figures(other)


@pytest.mark.parametrize(
    ("word", "extra"), [("pdf", "pdf"), ("docx", "office"), ("xlsx", "office")]
)
def test_a_missing_library_is_said_with_what_brings_it(
    word: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("commsla.edges.exports.find_spec", lambda _: None)
    with pytest.raises(
        CommslaError, match=f"^{word.upper()} needs a library that is not installed"
    ) as said:
        exporter(word)
    assert f"pip install 'commsla[{extra}]'" in said.value.hint
    assert said.value.exit_code == 1
    assert exporter("html").IS_TEXT
