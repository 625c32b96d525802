"""Calendars for tests, and a day-by-day oracle that shares no code with the engine."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time, timedelta

from hypothesis import strategies as st

from commsla.core.calendar import build_days
from commsla.core.school import DayKind, Hours, Override, SchoolYear, Span, Unit
from commsla.core.workdays import Workdays

OFFICE: Hours = {weekday: ((time(8, 30), time(16, 0)),) for weekday in range(5)}

# The winter of people.md: term to Fri 19 Dec 2025, INSET Mon 5 Jan 2026.
WINTER = SchoolYear(
    "2025-26",
    (
        Span(date(2025, 9, 3), date(2025, 10, 24)),
        Span(date(2025, 11, 3), date(2025, 12, 19)),
        Span(date(2026, 1, 6), date(2026, 2, 13)),
        Span(date(2026, 2, 23), date(2026, 3, 27)),
        Span(date(2026, 4, 13), date(2026, 5, 22)),
        Span(date(2026, 6, 1), date(2026, 7, 21)),
    ),
    (date(2025, 9, 2), date(2026, 1, 5), date(2026, 2, 23)),
)
BANK_HOLIDAYS = {
    date(2025, 8, 25): "Summer",
    date(2025, 12, 25): "Christmas Day",
    date(2025, 12, 26): "Boxing Day",
    date(2026, 1, 1): "New Year's Day",
    date(2026, 4, 3): "Good Friday",
    date(2026, 4, 6): "Easter Monday",
    date(2026, 5, 4): "Early May",
    date(2026, 5, 25): "Spring",
    date(2026, 8, 31): "Summer",
}


def winter(*overrides: Override, hours: Hours = OFFICE) -> Workdays:
    """The year 2025-26 of a school in England."""
    return Workdays(build_days([WINTER], BANK_HOLIDAYS, overrides), hours)


def counts(day: date, unit: Unit, year: SchoolYear, closed: set[date], opened: set[date]) -> bool:
    """By the words of DESIGN: does this one day count? `closed` holds bank holidays and snow."""
    if unit is Unit.CALENDAR_DAYS:
        return True
    if unit is Unit.WORKING_DAYS and day in opened:
        return True
    if day.weekday() > 4 or day in closed:
        return False
    pupils = any(t.first <= day <= t.last for t in year.terms) and day not in year.inset
    return pupils or (unit is Unit.WORKING_DAYS and day in year.inset)


def walk(zero: date, amount: int, counted: Callable[[date], bool]) -> date:
    """Day by day from day zero until `amount` counted days have passed."""
    day = zero
    while amount:
        day += timedelta(days=1)
        amount -= counted(day)
    return day


@st.composite
def years(draw: st.DrawFn) -> SchoolYear:
    """A made-up school year 2026-27: up to seven terms with gaps, INSET inside and outside."""
    day, terms = date(2026, 9, 1) + timedelta(days=draw(st.integers(0, 9))), []
    for _ in range(draw(st.integers(1, 7))):
        last = day + timedelta(days=draw(st.integers(0, 50)))
        if last > date(2027, 7, 31):
            break
        terms.append(Span(day, last))
        day = last + timedelta(days=draw(st.integers(1, 25)))
    if not terms:
        terms = [Span(date(2026, 9, 1), date(2027, 7, 20))]
    inside = st.dates(date(2026, 9, 1), date(2027, 7, 31))
    return SchoolYear("2026-27", tuple(terms), tuple(draw(st.lists(inside, max_size=6))))


DAYS_OF_YEAR = st.dates(date(2026, 9, 1), date(2027, 8, 31))
CLOSURES = st.sets(DAYS_OF_YEAR, max_size=12)


def snow(days: set[date]) -> list[Override]:
    """Closures, as a school writes them."""
    return [Override(d, DayKind.CLOSED, "snow") for d in sorted(days)]
