"""An export as a workbook: figures with charts, parts, definitions, or one row a case; no cell calculates.

Dates are dates and numbers are numbers; every text is written as text, whatever it begins with.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, date
from typing import Any, BinaryIO

from commsla.core.clean import clean
from commsla.core.summary import Document, Frame, Reader, Split, Summary, Table, Value
from commsla.edges.exports import lines as said
from commsla.edges.exports.ours import is_our_office_file
from commsla.errors import CommslaError

SUFFIX = ".xlsx"
IS_TEXT = False
READERS = frozenset(Reader)
NEEDS = ("xlsxwriter", "office")
MOST_ROWS = 1_048_575  # below the head, in any spreadsheet of this form
_WIDE = {"text": 20, "whole": 12, "date": 13, "yes/no": 12}


def render(document: Document) -> bytes:
    """The workbook."""
    if isinstance(document, Table):
        return _table(document)
    out = io.BytesIO()
    book = _Book(out, document.frame, said.TITLE, {"in_memory": True})
    _figures(book, document)
    _parts(book, document)
    _trust(book, document)
    _definitions(
        book,
        [
            *((f.key, f.title, f.definition) for f in document.figures),
            *((s.key, s.title, s.definition) for s in document.splits),
        ],
        [],
    )
    book.close()
    return out.getvalue()


def is_ours(file: BinaryIO) -> bool:
    """Whether an export wrote this file."""
    return is_our_office_file(file)


class _Book:
    """A workbook being written: its sheets, and the forms of its cells."""

    def __init__(self, out: BinaryIO, frame: Frame, title: str, how: dict[str, Any]) -> None:
        from xlsxwriter import Workbook

        self._book = Workbook(out, {**how, "default_date_format": "dd/mm/yyyy"})
        self._book.set_properties(
            {
                "title": f"{title}: {said.schools(frame)}"[:255],
                "author": said.MADE_BY,
                "created": frame.generated.astimezone(UTC).replace(tzinfo=None),
            }
        )
        make = self._book.add_format
        # The quote keeps a text a text even when somebody edits the cell.
        self.text = make({"quote_prefix": True, "valign": "top"})
        self.wrapped = make({"quote_prefix": True, "valign": "top", "text_wrap": True})
        self.indented = make({"quote_prefix": True, "indent": 1, "font_color": "#555555"})
        self.title = make({"bold": True, "font_size": 14})
        self.head = make({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self.day = make({"num_format": "dd/mm/yyyy", "align": "left"})
        self.whole = make({"num_format": "0"})
        self.share = make({"num_format": '0" %"'})
        self.least = make({"num_format": '"more than "0'})

    def sheet(self, name: str, widths: Sequence[float], *, wide: bool = False) -> Any:
        """A new sheet that prints on A4, as wide as one page."""
        sheet = self._book.add_worksheet(name)
        for place, width in enumerate(widths):
            sheet.set_column(place, place, width)
        sheet.set_paper(9)
        if wide:
            sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&L&A&R&P / &N")
        return sheet

    def chart(self, what: dict[str, str]) -> Any:
        return self._book.add_chart(what)

    def close(self) -> None:
        self._book.close()

    def write(self, sheet: Any, row: int, column: int, value: Value, form: Any = None) -> None:
        """One cell by the kind of its value; nothing for none."""
        if value is None or value == "":
            return
        if isinstance(value, bool):
            sheet.write_string(row, column, "yes" if value else "no", form or self.text)
        elif isinstance(value, int):
            sheet.write_number(row, column, value, form or self.whole)
        elif isinstance(value, date):
            sheet.write_datetime(row, column, value, form or self.day)
        else:
            sheet.write_string(row, column, clean(value, 2000), form or self.text)


# --- a summary ------------------------------------------------------------------------------------


def _figures(book: _Book, summary: Summary) -> None:
    frame = summary.frame
    sheet = book.sheet("Figures", [46, 15, 15, 14, 34, 30])
    book.write(sheet, 0, 0, said.TITLE, book.title)
    lines = [f"{said.schools(frame)}: {clean(frame.period)}", said.period(frame), said.made(frame)]
    lines += [said.policy(p, several=len(summary.policies) > 1) for p in summary.policies]
    for row, line in enumerate([*lines, *summary.sentences], 1):
        sheet.merge_range(row, 0, row, 4, "", book.wrapped)
        sheet.set_row(row, 15 * (1 + len(line) // 125))
        book.write(sheet, row, 0, line, book.wrapped)
    top = len(lines) + len(summary.sentences) + 2
    heads = [
        "Figure",
        frame.period,
        frame.last_year or "last year: not known",
        "Unit",
        "Note",
        "Key",
    ]
    for place, head in enumerate(heads):
        book.write(sheet, top, place, head, book.head)
    for row, figure in enumerate(summary.figures, top + 1):
        form = book.share if figure.unit == "%" else book.whole
        book.write(sheet, row, 0, figure.title)
        book.write(sheet, row, 1, figure.value, book.least if figure.at_least else form)
        last = book.least if figure.last_year_at_least else form
        book.write(sheet, row, 2, figure.last_year, last)
        for place, text in ((3, figure.unit), (4, figure.why), (5, figure.key)):
            book.write(sheet, row, place, text)
    sheet.set_row(top, 32)
    sheet.repeat_rows(top)


def _parts(book: _Book, summary: Summary) -> None:
    sheet = book.sheet("Parts", [36, 40, 14, 10, 12, 8, 30, 3], wide=True)
    heads = ("Split", "Part", "Number (due)", "In time", "Not in time", "%", "Key")
    for place, head in enumerate(heads):
        book.write(sheet, 0, place, head, book.head)
    row, below = 1, 1
    for split in summary.splits:
        if not split.rows:
            book.write(sheet, row, 0, split.title)
            book.write(sheet, row, 1, split.why)
            book.write(sheet, row, 6, split.key, book.indented)
            row += 1
            continue
        first = row
        for part in split.rows:
            missed = None if part.met is None else part.count - part.met
            cells = (split.title, part.label, part.count, part.met, missed)
            for place, value in enumerate(cells):
                book.write(sheet, row, place, value)
            book.write(sheet, row, 5, part.percent, book.share)
            book.write(sheet, row, 6, split.key, book.indented)
            row += 1
        if split.key in ("responded.by_week", "open.by_age"):
            tall = _chart(book, sheet, split, (first, row - 1), below)
            below += tall
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)


def _chart(book: _Book, sheet: Any, split: Split, rows: tuple[int, int], below: int) -> int:
    """Bars beside the table; the height in rows of the sheet."""
    first, last = rows
    chart = book.chart({"type": "bar", "subtype": "stacked"})
    columns: list[tuple[int, str, str, str | None]] = [(2, "number", "#1b4b7a", None)]
    if split.rows[0].met is not None:
        columns = [(3, "in time", "#1b4b7a", None), (4, "not in time", "#ffffff", "#7a3b00")]
    for column, name, fill, edge in columns:
        series: dict[str, Any] = {
            "name": name,
            "categories": ["Parts", first, 1, last, 1],
            "values": ["Parts", first, column, last, column],
            "data_labels": {"value": True, "font": {"color": "#111111" if edge else "#ffffff"}},
            "fill": {"color": fill},
            "gap": 40,
        }
        if edge:
            series |= {"border": {"color": edge}}
            series |= {
                "pattern": {"pattern": "wide_upward_diagonal", "fg_color": edge, "bg_color": fill}
            }
        chart.add_series(series)
    chart.set_title({"name": split.title, "name_font": {"size": 12}, "overlay": False})
    chart.set_y_axis({"reverse": True})
    chart.set_x_axis({"visible": False, "major_gridlines": {"visible": False}, "min": 0})
    chart.set_legend({"position": "bottom"} if len(columns) > 1 else {"none": True})
    height = 90 + 26 * len(split.rows)
    chart.set_size({"width": 620, "height": height})
    told = "; ".join(
        f"{clean(r.label)}: {r.count}" + (f", in time {r.met}" if r.met is not None else "")
        for r in split.rows
    )
    sheet.insert_chart(below, 8, chart, {"description": f"{split.title}. {told}"[:2000]})
    return height // 20 + 2


def _trust(book: _Book, summary: Summary) -> None:
    sheet = book.sheet("Trust", [110])
    row = 0
    for title, lines in (
        ("How far this can be trusted", said.trust(summary)),
        ("The totals add up", tuple(said.check(c) for c in summary.checks)),
    ):
        book.write(sheet, row, 0, title, book.title)
        for row, line in enumerate(lines, row + 1):  # noqa: B020 – it goes on where the title stands
            book.write(sheet, row, 0, line, book.wrapped)
        row += 2


def _definitions(
    book: _Book, rows: Sequence[tuple[str, str, str]], about: Sequence[tuple[str, str]]
) -> None:
    sheet = book.sheet("Definitions", [44, 90, 30])
    top = 0
    for name, value in about:
        book.write(sheet, top, 0, name)
        book.write(sheet, top, 1, value, book.wrapped)
        top += 1
    top += bool(about)
    for place, head in enumerate(("What", "Definition", "Key")):
        book.write(sheet, top, place, head, book.head)
    for row, (key, title, meaning) in enumerate(rows, top + 1):
        book.write(sheet, row, 0, title)
        book.write(sheet, row, 1, meaning, book.wrapped)
        book.write(sheet, row, 2, key)


# --- a table --------------------------------------------------------------------------------------


def _table(table: Table) -> bytes:
    if len(table.rows) > MOST_ROWS:
        raise CommslaError(
            f"A workbook holds {MOST_ROWS:,} rows, and these are {len(table.rows):,}.",
            "Use --format csv, or a shorter period.",
        )
    out = io.BytesIO()
    # Row by row through a file of our own that goes with its folder: a year of a trust fits in no memory.
    with tempfile.TemporaryDirectory(prefix="commsla-") as folder:
        book = _Book(out, table.frame, "Cases", {"constant_memory": True, "tmpdir": folder})
        _rows(book, table)
        frame = table.frame
        about = [
            ("Please note", table.warning),
            ("Schools", said.schools(frame)),
            ("Period", f"{clean(frame.period)}: {said.period(frame)}"),
            ("Made", said.made(frame)),
        ]
        _definitions(book, [(c.key, c.title, c.definition) for c in table.columns], about)
        book.close()
    return out.getvalue()


def _rows(book: _Book, table: Table) -> None:
    sheet = book.sheet("Data", [_WIDE[c.kind] for c in table.columns], wide=True)
    sheet.set_row(0, 48)
    for place, column in enumerate(table.columns):
        sheet.write_string(0, place, column.title, book.head)
    writers: dict[type, Callable[[int, int, Any, Any], object]] = {
        int: sheet.write_number,
        date: sheet.write_datetime,
        str: sheet.write_string,
    }
    forms = {int: book.whole, date: book.day, str: book.text}
    known: dict[str, str] = {}  # the same few words stand in every row
    for number, row in enumerate(table.rows, 1):
        for place, value in enumerate(row):
            if value is None or value == "":
                continue
            kind: type = type(value)
            if kind is bool:
                value, kind = "yes" if value else "no", str
            elif kind is str:
                if value not in known:
                    known[str(value)] = clean(str(value), 1000)
                value = known[str(value)]
            writers[kind](number, place, value, forms[kind])
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, len(table.rows), len(table.columns) - 1)
    sheet.repeat_rows(0)
