"""An export for a spreadsheet: UTF-8 with a byte-order mark, ISO dates, and no cell that is a formula.

For governors one row is one number. For the head and as data one row is one case, and what the columns
mean stands in a second file: `beside`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import BinaryIO

from commsla.core.clean import clean
from commsla.core.local import LONDON
from commsla.core.summary import Document, Reader, Row, Summary, Table, Value
from commsla.edges.exports.ours import begins

SUFFIX = ".csv"
IS_TEXT = True
READERS = frozenset(Reader)
NEEDS: tuple[str, ...] = ()
_MARK = "\ufeff"
# What Excel, LibreOffice or Google Sheets take for a formula, in their full-width forms too.
_FORMULA = frozenset("=+-@|%＝＋－＠﹦﹢﹣﹫")
_LONGEST = 2000
# The first columns of a summary, of cases for the head and as data, and of a data dictionary.
_HEADS = ('"part","key",', '"reference","owner",', '"school","channel",', '"column","title",')
_HEAD = (
    *("part", "key", "title", "label", "value", "at_least", "met", "percent"),
    *("last_year", "note", "definition"),
)


def render(document: Document) -> bytes:
    """The rows."""
    if isinstance(document, Table):
        return _bytes([[c.key for c in document.columns], *document.rows])
    return _bytes([_HEAD, *_summary(document)])


def is_ours(file: BinaryIO) -> bool:
    """Whether an export wrote this file."""
    return begins(file, *(f"{_MARK}{head}".encode() for head in _HEADS))


def beside(document: Document) -> bytes | None:
    """The data dictionary of a table of cases; None where the rows say what they are."""
    if isinstance(document, Summary):
        return None
    frame = document.frame
    about = [
        ["", "about", "text", document.warning],
        ["", "period", "text", frame.period],
        ["", "until", "date", frame.until.isoformat()],
        ["", "generated", "text", _value(frame.generated)],
    ]
    columns = [[c.key, c.title, c.kind, c.definition] for c in document.columns]
    return _bytes([["column", "title", "kind", "definition"], *about, *columns])


def _summary(summary: Summary) -> Iterable[Sequence[Value]]:
    frame = summary.frame
    about: list[tuple[str, Value]] = [
        ("period", frame.period),
        ("schools", "; ".join(frame.schools)),
        ("first", frame.first),
        ("last", frame.last),
        ("until", frame.until),
        ("is_over", frame.is_over),
        ("generated", _value(frame.generated)),
        ("version", frame.version),
        ("last_year", frame.last_year),
    ]
    for key, value in about:
        yield _line("about", key, value=value)
    for policy in summary.policies:
        said = f"Acknowledge: {policy.acknowledge}. Respond: {policy.respond}. "
        said += " ".join(policy.readings)
        where = f"{'; '.join(policy.schools)}, since {policy.since or 'the beginning'}"
        yield _line("policy", "policy", policy.name, where, definition=said)
    for figure in summary.figures:
        yield (
            *("figure", figure.key, figure.title, ""),
            *(figure.value, figure.at_least, None, None, figure.last_year),
            *(figure.why, figure.definition),
        )
    for split in summary.splits:
        if not split.rows:
            yield _line(
                "split", split.key, split.title, note=split.why, definition=split.definition
            )
        for row in split.rows:
            yield _part(split.key, split.title, row, split.definition)
    for check in summary.checks:
        for label, number in (("total", check.total), *check.parts):
            yield _line("check", "check", check.title, label, number)
    for note in summary.quality.notes:
        yield _line("quality", "note", note=note)
    for gap in summary.quality.gaps:
        days = f"{gap.first.isoformat()} to {gap.last.isoformat()}"
        yield _line("quality", "gap", gap.school, days, gap.working_days)


def _part(key: str, title: str, row: Row, definition: str) -> Sequence[Value]:
    return (
        *("split", key, title, row.label, row.count, None, row.met, row.percent),
        *(None, "", definition),
    )


def _line(
    part: str,
    key: str,
    title: str = "",
    label: str = "",
    value: Value = None,
    note: str = "",
    definition: str = "",
) -> Sequence[Value]:
    return (part, key, title, label, value, None, None, None, None, note, definition)


def _bytes(rows: Iterable[Sequence[Value]]) -> bytes:
    out = io.StringIO()
    out.write(_MARK)
    writer = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    writer.writerows([_cell(value) for value in row] for row in rows)
    return out.getvalue().encode()


def _cell(value: Value) -> str | int:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return value
    if value is None:
        return ""
    return safe(value) if isinstance(value, str) else value.isoformat()


@lru_cache(maxsize=10_000)  # a hundred thousand cases say the same few words
def safe(text: str) -> str:
    """A text that no spreadsheet calculates: a quote goes before what begins like a formula."""
    said = clean(text, _LONGEST)
    return f"'{said}" if said[:1] in _FORMULA else said


def _value(at: datetime | date) -> str:
    return at.astimezone(LONDON).isoformat(timespec="seconds") if isinstance(at, datetime) else ""
