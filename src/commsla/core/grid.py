"""A school year as months of marked days, and its sums; it neither prints nor colours."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from commsla.core.calendar import Day, SchoolDays
from commsla.core.school import DayKind, Override, SchoolYear, Span


class Mark(StrEnum):
    """What stands behind a day's number, so that kinds differ without colour."""

    SCHOOL = " "
    INSET = "I"
    OPEN = "O"
    BANK_HOLIDAY = "B"
    CLOSED = "X"
    HOLIDAY = "-"
    WEEKEND = "."
    UNKNOWN = "?"


LEGEND = {
    Mark.SCHOOL: "school day",
    Mark.INSET: "INSET",
    Mark.OPEN: "opened by you",
    Mark.BANK_HOLIDAY: "bank holiday",
    Mark.CLOSED: "closed by you",
    Mark.HOLIDAY: "school holiday",
    Mark.WEEKEND: "weekend",
    Mark.UNKNOWN: "no term dates known",
}


@dataclass(frozen=True, slots=True)
class Month:
    """One month: `weeks` of seven days from Monday on, None outside the month."""

    first: date
    weeks: tuple[tuple[tuple[date, Mark] | None, ...], ...]


@dataclass(frozen=True, slots=True)
class TermSum:
    """The days of one listed term: with pupils, INSET days in it, and all that are worked."""

    first: date
    last: date
    school_days: int
    inset: int
    working_days: int


@dataclass(frozen=True, slots=True)
class YearGrid:
    """A school year: September to August, its terms and its sums."""

    name: str
    months: tuple[Month, ...]
    terms: tuple[TermSum, ...]
    school_days: int
    inset: int
    opened: int
    inset_outside: tuple[date, ...]  # of the listed terms

    @property
    def working_days(self) -> int:
        """What a promise in working days can count."""
        return self.school_days + self.inset + self.opened


def mark_of(day: Day, override: Override | None) -> Mark:
    """The mark of one day."""
    if override is not None:
        return Mark.CLOSED if override.kind is DayKind.CLOSED else Mark.OPEN
    if day.reason.endswith("(bank holiday)"):
        return Mark.BANK_HOLIDAY
    if day.date.weekday() > 4:
        return Mark.WEEKEND
    if day.provisional:
        return Mark.UNKNOWN
    by_kind = {
        DayKind.SCHOOL: Mark.SCHOOL,
        DayKind.OFFICE: Mark.INSET,
        DayKind.CLOSED: Mark.HOLIDAY,
    }
    return by_kind[day.kind]


def year_grid(days: SchoolDays, year: SchoolYear, overrides: Sequence[Override]) -> YearGrid:
    """September to August of a school year that the calendar knows."""
    begins = int(year.name[:4])
    by_date = {o.date: o for o in overrides}

    def marked(day: date) -> Mark:
        return mark_of(days.day(day), by_date.get(day))

    firsts = [date(begins + (m > 12), (m - 1) % 12 + 1, 1) for m in range(9, 21)]
    listed = [d for t in year.terms for d in (t.first, t.last)] + list(year.inset)
    # INSET in late August belongs to the year that begins.
    span = _days(min(listed, default=firsts[0]), date(begins + 1, 8, 31))
    # Of a year that is listed only in part the rest is not known, and in no sum.
    known = [d for d in span if not days.day(d).provisional]
    kinds = [(days.day(d).kind, days.inset[days.index(d)]) for d in known]
    office = sum(kind is DayKind.OFFICE for kind, _ in kinds)
    inset = sum(flag for _, flag in kinds)
    return YearGrid(
        name=year.name,
        months=tuple(_month(first, marked) for first in firsts),
        terms=tuple(_term_sum(days, term) for term in year.terms),
        school_days=sum(kind is DayKind.SCHOOL for kind, _ in kinds),
        inset=inset,
        opened=office - inset,
        inset_outside=tuple(
            d
            for d in known
            if days.inset[days.index(d)] and not any(t.first <= d <= t.last for t in year.terms)
        ),
    )


def _term_sum(days: SchoolDays, term: Span) -> TermSum:
    kinds = [days.day(d).kind for d in _days(term.first, term.last)]
    return TermSum(
        term.first,
        term.last,
        kinds.count(DayKind.SCHOOL),
        sum(days.inset[days.index(d)] for d in _days(term.first, term.last)),
        len(kinds) - kinds.count(DayKind.CLOSED),
    )


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=i) for i in range((last - first).days + 1)]


def _month(first: date, marked: Callable[[date], Mark]) -> Month:
    length = monthrange(first.year, first.month)[1]
    cells: list[tuple[date, Mark] | None] = [None] * first.weekday()
    cells += [(day, marked(day)) for day in _days(first, first.replace(day=length))]
    cells += [None] * (-len(cells) % 7)
    return Month(first, tuple(tuple(cells[i : i + 7]) for i in range(0, len(cells), 7)))
