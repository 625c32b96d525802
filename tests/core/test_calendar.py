"""What a day is and why (DESIGN section 3): one row for each rule that overrules another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from commsla.core.calendar import OutOfCalendar, build_days
from commsla.core.school import DayKind, Override, SchoolYear, Span
from tests.core.calendars import BANK_HOLIDAYS, WINTER

SNOW = Override(date(2026, 1, 14), DayKind.CLOSED, "snow")
ENROLMENT = Override(date(2026, 8, 20), DayKind.OFFICE, "enrolment")
JUBILEE = Override(date(2026, 5, 4), DayKind.SCHOOL, "the school voted to open")


@pytest.mark.parametrize(
    ("day", "kind", "reason"),
    [
        ("2025-11-10", DayKind.SCHOOL, "school day"),
        ("2025-11-15", DayKind.CLOSED, "Saturday"),
        ("2026-01-05", DayKind.OFFICE, "INSET"),
        ("2026-02-23", DayKind.OFFICE, "INSET"),  # inside a term: not added up twice
        ("2025-10-28", DayKind.CLOSED, "half term"),
        ("2025-12-24", DayKind.CLOSED, "Christmas holiday"),
        ("2025-12-25", DayKind.CLOSED, "Christmas Day (bank holiday)"),
        ("2026-04-07", DayKind.CLOSED, "Easter holiday"),
        ("2026-08-05", DayKind.CLOSED, "summer holiday"),
        ("2026-01-14", DayKind.CLOSED, "closed: snow"),
        ("2026-08-20", DayKind.OFFICE, "open: enrolment"),
        ("2026-05-04", DayKind.SCHOOL, "open: the school voted to open"),  # over a bank holiday
    ],
)
def test_each_day_has_its_kind_and_its_reason(day: str, kind: DayKind, reason: str) -> None:
    days = build_days([WINTER], BANK_HOLIDAYS, [SNOW, ENROLMENT, JUBILEE])
    found = days.day(date.fromisoformat(day))
    assert (found.kind, found.reason, found.provisional) == (kind, reason, False)


@pytest.mark.parametrize(
    ("day", "kind", "provisional"),
    [
        ("2025-09-01", DayKind.SCHOOL, True),  # before the first listed day
        ("2025-09-02", DayKind.OFFICE, False),
        ("2026-08-31", DayKind.CLOSED, False),  # the horizon, and a bank holiday
        ("2026-09-01", DayKind.SCHOOL, True),
        ("2026-09-05", DayKind.CLOSED, True),
    ],
)
def test_the_horizon_is_a_wall(day: str, kind: DayKind, provisional: bool) -> None:
    found = build_days([WINTER], BANK_HOLIDAYS, []).day(date.fromisoformat(day))
    assert (found.kind, found.provisional) == (kind, provisional)


def test_between_two_known_years_it_is_school_holiday() -> None:
    after = SchoolYear("2026-27", (Span(date(2026, 9, 3), date(2027, 7, 20)),), (date(2026, 9, 2),))
    days = build_days([WINTER, after], BANK_HOLIDAYS, [])
    assert days.day(date(2026, 9, 1)).kind is DayKind.CLOSED
    assert not days.day(date(2026, 9, 1)).provisional
    assert days.day(date(2026, 9, 2)).reason == "INSET"


def test_a_missing_year_between_two_known_ones_is_a_hole() -> None:
    later = SchoolYear("2027-28", (Span(date(2027, 9, 1), date(2028, 7, 20)),))
    days = build_days([WINTER, later], BANK_HOLIDAYS, [])
    assert days.day(date(2026, 8, 31)).provisional is False
    assert days.day(date(2026, 11, 10)).provisional is True
    assert days.day(date(2027, 9, 1)).provisional is False
    assert days.missing_from(date(2026, 3, 1)) == date(2026, 9, 1)


def test_an_inset_day_that_falls_on_a_closed_day_is_closed() -> None:
    year = SchoolYear(
        "2025-26", WINTER.terms, (date(2025, 9, 6), date(2025, 12, 25), date(2025, 11, 3))
    )
    days = build_days([year], BANK_HOLIDAYS, [])
    assert days.day(date(2025, 9, 6)).reason == "Saturday"
    assert days.day(date(2025, 12, 25)).reason == "Christmas Day (bank holiday)"
    assert sum(days.inset) == 1


def test_a_day_outside_the_table_is_a_sentence() -> None:
    with pytest.raises(OutOfCalendar, match="1 January 1990 lies outside the calendar"):
        build_days([WINTER], BANK_HOLIDAYS, []).day(date(1990, 1, 1))


def test_the_sum_of_a_year_is_normalised() -> None:
    # INSET inside a term, outside it, and named twice: one set of days, never added up twice.
    days = build_days([SchoolYear(WINTER.name, WINTER.terms, WINTER.inset * 2)], BANK_HOLIDAYS, [])
    start = days.index(date(2025, 9, 1))
    year = days.kinds[start : days.index(date(2026, 8, 31)) + 1]
    known = bytes(k for k, g in zip(year, days.guessed[start:], strict=False) if not g)
    walked = {
        d
        for t in WINTER.terms
        for o in range(t.first.toordinal(), t.last.toordinal() + 1)
        if (d := date.fromordinal(o)).weekday() < 5 and d not in BANK_HOLIDAYS
    } | set(WINTER.inset)
    assert sum(k != 0 for k in known) == len(walked)


@pytest.mark.parametrize(
    ("first", "provisional"),
    [(date(2026, 9, 30), False), (date(2026, 10, 1), True), (date(2027, 4, 12), True)],
)
def test_no_summer_holiday_lasts_past_september(first: date, provisional: bool) -> None:
    """A year of which only the later terms are listed does not make its autumn a holiday."""
    partial = SchoolYear("2026-27", (Span(first, date(2027, 7, 20)),))
    days = build_days([WINTER, partial], BANK_HOLIDAYS, [])
    assert days.day(date(2026, 9, 29)).provisional is provisional


def test_a_day_that_the_school_decided_is_certain_beyond_the_horizon() -> None:
    snow = Override(date(2027, 1, 14), DayKind.CLOSED, "snow")
    days = build_days([WINTER], BANK_HOLIDAYS, [snow])
    assert days.day(date(2027, 1, 13)).provisional is True
    assert days.day(date(2027, 1, 14)).provisional is False


# --- every day of the table, asked of the lists themselves --------------------------------------

Facts = tuple[Sequence[SchoolYear], Mapping[date, str], Sequence[Override]]


def plainly(day: date, facts: Facts) -> tuple[DayKind, bool]:
    """What one day is and whether it is provisional, by the words of DESIGN section 3."""
    years, bank, overrides = facts
    for override in reversed(overrides):
        if override.date == day:
            return override.kind, False
    bounds = []
    for year in years:
        listed = [d for t in year.terms for d in (t.first, t.last)] + list(year.inset)
        # Listed only up to spring, a year is not complete: its rest is not known.
        complete = 6 <= max(listed).month <= 8
        horizon = date(max(listed).year, 8, 31) if complete else max(listed)
        bounds.append((min(listed), horizon))
    known = any(first <= day <= last for first, last in bounds) or any(
        last < day < first <= date(last.year, 9, 30) for _, last in bounds for first, _ in bounds
    )
    if day in bank or day.weekday() > 4:
        return DayKind.CLOSED, not known
    if any(day in year.inset for year in years):
        return DayKind.OFFICE, not known
    if any(t.first <= day <= t.last for year in years for t in year.terms):
        return DayKind.SCHOOL, not known
    return (DayKind.CLOSED, False) if known else (DayKind.SCHOOL, True)


@st.composite
def calendars(draw: st.DrawFn) -> Facts:
    """Up to three school years, with or without a hole; INSET days and closures anywhere."""
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
    near = st.dates(date(2025, 6, 1), date(2027, 5, 1))
    bank = draw(st.dictionaries(near, st.just("Some Day"), max_size=12))
    overrides = draw(st.lists(st.builds(Override, near, st.sampled_from(DayKind), st.just("why"))))
    return years, bank, overrides


@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(calendars())
def test_every_day_of_the_table_is_what_the_lists_say(facts: Facts) -> None:
    days = build_days(*facts)
    for index in range(len(days.kinds)):
        day = days.day_at(index)
        assert (day.kind, day.provisional) == plainly(day.date, facts), day


def test_a_year_that_is_listed_only_up_to_christmas_says_nothing_of_spring() -> None:
    autumn = SchoolYear("2026-27", (Span(date(2026, 9, 2), date(2026, 12, 18)),))
    days = build_days([WINTER, autumn], BANK_HOLIDAYS, [])
    assert days.known_last == date(2026, 12, 18)
    assert days.day(date(2027, 1, 12)).provisional
    assert days.missing_from(date(2026, 11, 1)) == date(2026, 12, 19)
