"""A school year as a page of months, with its sums: in colour on a terminal, plain in a pipe."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from commsla.core import words
from commsla.core.grid import LEGEND, Mark, Month, YearGrid

_WEEK = "Mo  Tu  We  Th  Fr  Sa  Su"
_MONTH_WIDTH = len(_WEEK) + 2
_BETWEEN = "   "
_STYLES = {
    Mark.INSET: "bold cyan",
    Mark.OPEN: "bold cyan",
    Mark.BANK_HOLIDAY: "bold red",
    Mark.CLOSED: "bold red",
    Mark.HOLIDAY: "yellow",
    Mark.WEEKEND: "dim",
    Mark.UNKNOWN: "magenta",
}
_CODES = {"bold cyan": "1;36", "bold red": "1;31", "yellow": "33", "dim": "2", "magenta": "35"}


def year_lines(
    name: str, grid: YearGrid, today: date, *, columns: int, colour: bool
) -> Iterator[str]:
    """The page of one school and year; `columns` decides how many months stand side by side."""
    yield f"{name}, {grid.name}"
    across = max(1, min(4, (columns + len(_BETWEEN)) // (_MONTH_WIDTH + len(_BETWEEN))))
    across = 3 if across == 4 else across  # twelve months in even rows
    for start in range(0, 12, across):
        yield ""
        yield from _row(grid.months[start : start + across], today, colour=colour)
    yield ""
    cells = [cell for m in grid.months for week in m.weeks for cell in week if cell]
    yield _legend({mark for _, mark in cells}, has_today=today in {day for day, _ in cells})
    yield ""
    yield from sum_lines(grid, today)


def _legend(used: set[Mark], *, has_today: bool) -> str:
    signs = [f"{m.value}={LEGEND[m]}" for m in LEGEND if m in used and m is not Mark.SCHOOL]
    signs += ["<=today"] if has_today else []
    return ", ".join(["plain=school day", *signs])


def sum_lines(grid: YearGrid, today: date) -> Iterator[str]:
    """The sums of each listed term and of the year."""
    for number, term in enumerate(grid.terms, 1):
        first, last = words.day(term.first, today), words.day(term.last, today)
        first = first.removesuffix(f" {term.last.year}")  # one year is said once
        others = term.working_days - term.school_days - term.inset
        yield (
            f"Term {number}: {first} to {last}: {term.school_days} school"
            f"{f' + {term.inset} INSET' if term.inset else ''}"
            f"{f' + {others} opened by you' if others else ''} = {term.working_days} working days"
        )
    if grid.inset_outside:
        outside = ", ".join(words.day(d, today) for d in grid.inset_outside)
        yield f"INSET outside the terms: {outside}"
    opened = f" + {grid.opened} opened by you" if grid.opened else ""
    yield (
        f"The year: {grid.school_days} school days + {grid.inset} INSET{opened} = "
        f"{grid.working_days} working days"
    )


def _row(months: Sequence[Month], today: date, *, colour: bool) -> Iterator[str]:
    yield _BETWEEN.join(
        f"{words.month_name(m.first)} {m.first.year}".ljust(_MONTH_WIDTH) for m in months
    ).rstrip()
    yield _BETWEEN.join(_WEEK.ljust(_MONTH_WIDTH) for _ in months).rstrip()
    for index in range(max(len(m.weeks) for m in months)):
        cells = [_week(m, index, today, colour=colour) for m in months]
        yield _BETWEEN.join(cells).rstrip()


def _week(month: Month, index: int, today: date, *, colour: bool) -> str:
    if index >= len(month.weeks):
        return " " * _MONTH_WIDTH
    return "".join(_cell(c, today, colour=colour) for c in month.weeks[index])


def _cell(cell: tuple[date, Mark] | None, today: date, *, colour: bool) -> str:
    if cell is None:
        return "    "
    day, mark = cell
    text = f"{day.day:>2}{mark.value}"
    code = _CODES.get(_STYLES.get(mark, ""), "")
    after = "<" if day == today else " "
    code = "7" if day == today else code
    return f"\x1b[{code}m{text}\x1b[0m{after}" if colour and code else f"{text}{after}"
