"""An export as Markdown: to read on the terminal, and to paste into the head's report."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date

from commsla.core.clean import clean
from commsla.core.local import LONDON
from commsla.core.summary import Check, Document, Figure, Frame, Split, Summary, Table, Value
from commsla.core.words import month_name

SUFFIX = ".md"
IS_TEXT = True
_TITLE = "How we keep our promise to parents"
BEGINS = f"# {_TITLE}".encode()
_LONGEST = 2000
_LIST = re.compile(r"^(\d*)([-.)])(?=\s|$)")  # would begin a list
_ESCAPED = {ord(c): f"\\{c}" for c in "\\`*_{}[]<>#|!~&@$=+"}


def render(document: Document) -> bytes:
    """The whole page."""
    lines = _summary(document) if isinstance(document, Summary) else _table(document)
    return "\n".join([*lines, ""]).encode()


def plain(text: str) -> str:
    """A text of others that stays text: no emphasis, link, table, tag or line of its own."""
    said = clean(text, _LONGEST).translate(_ESCAPED)
    said = said.replace("://", "\\://").replace("www.", "www\\.")
    return _LIST.sub(r"\1\\\2", said)


def _summary(summary: Summary) -> Iterable[str]:
    frame = summary.frame
    yield from _title(frame, _TITLE)
    for policy in summary.policies:
        since = f", since {_day(policy.since)}" if policy.since else ""
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
    yield from _why(summary.splits)
    yield from ["## How far this can be trusted", ""]
    yield from (f"- {plain(note)}" for note in summary.quality.notes)
    for gap in summary.quality.gaps:
        until = f" to {_day(gap.last)}" if gap.last != gap.first else ""
        days = f"{gap.working_days} working day{'s' * (gap.working_days != 1)}"
        yield f"- {plain(gap.school)}: not read {_day(gap.first)}{until} ({days})"
    yield ""
    if summary.checks:
        yield from ["## The totals add up", ""]
        yield from (_check(check) for check in summary.checks)
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
    local = frame.generated.astimezone(LONDON)
    so_far = "" if frame.is_over else ", which is not over"
    yield (
        f"{_day(frame.first)} to {_day(frame.last)}{so_far}; as it stood at the end of "
        f"{_day(frame.until)}. Made on {_day(local.date())} at {local:%H:%M} by commsla {frame.version}."
        if frame.is_over
        else f"{_day(frame.first)} to {_day(frame.last)}{so_far}; as it stands. Made on "
        f"{_day(local.date())} at {local:%H:%M} by commsla {frame.version}."
    )
    yield ""


def _figures(figures: Sequence[Figure], frame: Frame) -> Iterable[str]:
    head = ["", "this period", *([plain(frame.last_year)] if frame.last_year else [])]
    yield from _grid_head(head)
    notes: dict[str, None] = {}
    for figure in figures:
        if figure.value is None and figure.why:
            notes[figure.why] = None
        cells = [figure.title, _number(figure.value, figure.unit, least=figure.at_least)]
        if frame.last_year:
            cells.append(_number(figure.last_year, figure.unit, least=figure.last_year_at_least))
        yield _grid_row(cells)
    yield ""
    for note in notes:
        yield f"A dash: {note}."
        yield ""


def _number(value: int | None, unit: str, *, least: bool) -> str:
    if value is None:
        return "–"
    return f"{'more than ' if least else ''}{value}{' %' if unit == '%' else ''}"


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


def _why(splits: Sequence[Split]) -> Iterable[str]:
    held: dict[str, list[str]] = {}
    for split in splits:
        if not split.rows:
            held.setdefault(split.why, []).append(split.title)
    for why, titles in held.items():
        yield f"{'; '.join(titles)}: {why}."
        yield ""


def _check(check: Check) -> str:
    parts = " + ".join(f"{number} {label}" for label, number in check.parts)
    return f"- {check.title}: {check.total} = {parts}"


def _table(table: Table) -> Iterable[str]:
    yield from _title(table.frame, f"{_TITLE}, case by case")
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


def _day(day: date | None) -> str:
    return f"{day.day} {month_name(day)} {day.year}" if day else ""
