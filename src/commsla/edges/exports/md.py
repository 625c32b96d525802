"""An export as Markdown: to read on the terminal, and to paste into the head's report."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import BinaryIO

from commsla.core.clean import clean
from commsla.core.summary import Document, Figure, Frame, Reader, Split, Summary, Table, Value
from commsla.edges.exports.lines import TITLE, check, day, made, number, period, unshown
from commsla.edges.exports.ours import begins

SUFFIX = ".md"
IS_TEXT = True
READERS = frozenset(Reader)
NEEDS: tuple[str, ...] = ()
_LONGEST = 2000
_LIST = re.compile(r"^(\d*)([-.)])(?=\s|$)")  # would begin a list
_ESCAPED = {ord(c): f"\\{c}" for c in "\\`*_{}[]<>#|!~&@$=+"}


def render(document: Document) -> bytes:
    """The whole page."""
    lines = _summary(document) if isinstance(document, Summary) else _table(document)
    return "\n".join([*lines, ""]).encode()


def is_ours(file: BinaryIO) -> bool:
    """Whether an export wrote this file."""
    return begins(file, f"# {TITLE}".encode())


def plain(text: str) -> str:
    """A text of others that stays text: no emphasis, link, table, tag or line of its own."""
    said = clean(text, _LONGEST).translate(_ESCAPED)
    said = said.replace("://", "\\://").replace("www.", "www\\.")
    return _LIST.sub(r"\1\\\2", said)


def _summary(summary: Summary) -> Iterable[str]:
    frame = summary.frame
    yield from _title(frame, TITLE)
    for policy in summary.policies:
        since = f", since {day(policy.since)}" if policy.since else ""
        schools = f" ({plain(', '.join(policy.schools))})" if len(summary.policies) > 1 else ""
        yield (
            f"Our policy, {plain(policy.name)}{since}{schools}: we aim to acknowledge within "
            f"{policy.acknowledge} and to respond in full within {policy.respond}. "
            f"{' '.join(policy.readings)}"
        )
        yield ""
    for sentence in summary.sentences:
        yield f"- {sentence}"
    yield ""
    yield from _figures(summary.figures, frame)
    for split in summary.splits:
        yield from _split(split)
    for line in unshown(summary.splits):
        yield from [line, ""]
    yield from ["## How far this can be trusted", ""]
    yield from (f"- {plain(note)}" for note in summary.quality.notes)
    for gap in summary.quality.gaps:
        until = f" to {day(gap.last)}" if gap.last != gap.first else ""
        days = f"{gap.working_days} working day{'s' * (gap.working_days != 1)}"
        yield f"- {plain(gap.school)}: not read {day(gap.first)}{until} ({days})"
    yield ""
    if summary.checks:
        yield from ["## The totals add up", ""]
        yield from (f"- {check(c)}" for c in summary.checks)
        yield ""
    yield from ["## What the figures mean", ""]
    for figure in summary.figures:
        yield f"- {figure.title}: {figure.definition}"
    for split in summary.splits:
        if split.rows:
            yield f"- {split.title}: {split.definition}"


def _title(frame: Frame, title: str) -> Iterable[str]:
    yield f"# {title}: {plain(frame.period)}"
    yield ""
    yield f"Schools: {plain(', '.join(frame.schools))}"
    yield ""
    yield f"{period(frame)} {made(frame)}"
    yield ""


def _figures(figures: Sequence[Figure], frame: Frame) -> Iterable[str]:
    head = ["", "this period", *([plain(frame.last_year)] if frame.last_year else [])]
    yield from _grid_head(head)
    notes: dict[str, None] = {}
    for figure in figures:
        if figure.value is None and figure.why:
            notes[figure.why] = None
        cells = [figure.title, number(figure.value, figure.unit, least=figure.at_least)]
        if frame.last_year:
            cells.append(number(figure.last_year, figure.unit, least=figure.last_year_at_least))
        yield _grid_row(cells)
    yield ""
    for note in notes:
        yield f"A dash: {note}."
        yield ""


def _split(split: Split) -> Iterable[str]:
    if not split.rows:
        return
    pairs = split.rows[0].met is not None
    yield from [f"## {split.title}", ""]
    yield from _grid_head(["", "due", "in time", "%"] if pairs else ["", "number", "%"])
    for row in split.rows:
        met = [str(row.met)] if pairs else []
        share = "–" if row.percent is None else str(row.percent)
        yield _grid_row([plain(row.label), str(row.count), *met, share])
    yield ""


def _table(table: Table) -> Iterable[str]:
    yield from _title(table.frame, f"{TITLE}, case by case")
    yield from [table.warning, ""]
    yield from _grid_head([c.title for c in table.columns])
    yield from (_grid_row([plain(_value(v)) for v in row]) for row in table.rows)
    yield from ["", "## What the columns mean", ""]
    yield from (f"- {c.title}: {c.definition}" for c in table.columns)


def _value(value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else str(value)


def _grid_head(cells: Sequence[str]) -> Iterable[str]:
    yield _grid_row(cells)
    yield "|" + "---|" * len(cells)


def _grid_row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
