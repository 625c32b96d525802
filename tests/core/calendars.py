"""Calendars for tests: one made by hand, and random ones with everything that a school can list."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from hypothesis import strategies as st

from commsla.core.calendar import build_days
from commsla.core.school import (
    ClockRules,
    DayKind,
    DueBy,
    Hours,
    Openings,
    Override,
    Promise,
    Receipt,
    SchoolYear,
    Span,
    Unit,
)
from commsla.core.workdays import Workdays
from tests.core.oracle import LONDON, Facts

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


def snow(days: set[date]) -> list[Override]:
    """Closures, as a school writes them."""
    return [Override(d, DayKind.CLOSED, "snow") for d in sorted(days)]


# --- at random ----------------------------------------------------------------------------------

NEAR = st.dates(date(2025, 6, 1), date(2027, 5, 1))
CLOCK_CHANGES = [date(2025, 10, 26), date(2026, 3, 29), date(2026, 10, 25), date(2027, 3, 28)]
QUARTERS = st.sampled_from([time(h, m) for h in range(3, 24) for m in (0, 15, 30, 45)])
DAY_UNITS = (Unit.WORKING_DAYS, Unit.SCHOOL_DAYS, Unit.WEEKDAYS, Unit.CALENDAR_DAYS)


@st.composite
def calendars(draw: st.DrawFn) -> Facts:
    """Up to three school years, with or without a hole; INSET days, closures, hours anywhere."""
    years = []
    for start in draw(st.sets(st.sampled_from([2024, 2025, 2026, 2028]), max_size=3)):
        base = date(start, 9, 1)
        cuts = sorted(draw(st.sets(st.integers(-20, 330), min_size=2, max_size=8)))
        terms = tuple(
            Span(base + timedelta(a), base + timedelta(b))
            for a, b in zip(cuts[::2], cuts[1::2], strict=False)
        )
        inset = draw(st.lists(st.integers(-30, 360), max_size=5))
        years.append(SchoolYear(str(start), terms, tuple(base + timedelta(n) for n in inset)))
    return Facts(
        years,
        draw(st.dictionaries(NEAR, st.just("Some Day"), max_size=12)),
        draw(st.lists(st.builds(Override, NEAR, st.sampled_from(DayKind), st.just("why")))),
        draw(st.dictionaries(st.integers(0, 6), openings(), max_size=7)),
        draw(st.dictionaries(NEAR, st.just(()) | openings(), max_size=4)),
    )


@st.composite
def openings(draw: st.DrawFn) -> Openings:
    """One or two openings of a day; three times are an evening that ends at midnight."""
    times = sorted(draw(st.sets(QUARTERS, min_size=2, max_size=4)))
    return tuple(zip(times[::2], [*times[1::2], time(0)], strict=False))


@st.composite
def moments(draw: st.DrawFn) -> datetime:
    """Any second, or just on, before and after a local quarter of an hour, clock changes included."""
    if draw(st.booleans()):
        return draw(
            st.datetimes(datetime(2025, 6, 1), datetime(2027, 5, 1), timezones=st.just(UTC))  # noqa: DTZ001
        )
    day = draw(NEAR | st.sampled_from(CLOCK_CHANGES))
    local = datetime.combine(day, draw(QUARTERS | st.just(time(0))), LONDON)
    return local.astimezone(UTC) + timedelta(seconds=draw(st.sampled_from([-1, 0, 1])))


PROMISES = st.one_of(
    st.builds(Promise, st.integers(0, 40), st.sampled_from(DAY_UNITS[:2]), st.none() | QUARTERS),
    st.builds(Promise, st.integers(1, 40), st.sampled_from(DAY_UNITS), st.none() | QUARTERS),
    st.builds(
        Promise,
        st.integers(1, 8),
        st.sampled_from([Unit.CALENDAR_DAYS, Unit.WEEKS, Unit.CALENDAR_MONTHS]),
        st.none() | QUARTERS,
        st.none() | st.sampled_from(DAY_UNITS[:3]),
    ),
    st.builds(
        Promise,
        st.integers(1, 100),
        st.sampled_from([Unit.HOURS, Unit.HOURS_ON_WORKING_DAYS, Unit.WORKING_HOURS]),
    ),
)
RULES = st.builds(
    ClockRules,
    st.sampled_from(Receipt),
    st.sampled_from(DueBy) | QUARTERS,
    st.none() | QUARTERS,
    st.booleans(),
)


def built(facts: Facts) -> Workdays:
    """The engine of a school that lists these facts."""
    return Workdays(
        build_days(facts.years, facts.bank, facts.overrides), facts.hours, facts.special
    )
