"""What a day is and why (DESIGN section 3): one row for each rule that overrules another."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings

from commsla.core.calendar import OutOfCalendar, build_days, table_span
from commsla.core.school import DayKind, Override, SchoolYear, Span
from tests.core.calendars import BANK_HOLIDAYS, WINTER, calendars
from tests.core.oracle import Facts, plainly

DAY = timedelta(days=1)
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


@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(calendars())
def test_every_day_of_the_table_is_what_the_lists_say(facts: Facts) -> None:
    days = build_days(facts.years, facts.bank, facts.overrides)
    for index in range(len(days.kinds)):
        day = days.day_at(index)
        assert (day.kind, day.provisional) == plainly(day.date, facts), day
        weekday = day.date.weekday() < 5 and day.date not in facts.bank
        assert days.weekdays[index] == weekday, day
        assert days.inset[index] == (
            day.kind is DayKind.OFFICE and all(o.date != day.date for o in facts.overrides)
        ), day
    guesses = [days.date_at(i) for i, guessed in enumerate(days.guessed) if guessed]
    assert days.missing_from(days.first) == guesses[0]
    spans = [
        d for y in facts.years for d in (*(d for t in y.terms for d in (t.first, t.last)), *y.inset)
    ]
    assert days.known_first == min(spans, default=None)


def test_a_year_that_is_listed_only_up_to_christmas_says_nothing_of_spring() -> None:
    autumn = SchoolYear("2026-27", (Span(date(2026, 9, 2), date(2026, 12, 18)),))
    days = build_days([WINTER, autumn], BANK_HOLIDAYS, [])
    assert days.known_last == date(2026, 12, 18)
    assert days.last == date(2027, 8, 31) + 800 * DAY
    assert days.day(date(2027, 1, 12)).provisional
    assert days.missing_from(date(2026, 11, 1)) == date(2026, 12, 19)


def test_the_rest_of_a_half_listed_year_is_a_hole_though_the_next_is_known() -> None:
    """Its last term may be missing from the page: May to September is no summer holiday."""
    spring = SchoolYear("2025-26", (Span(date(2025, 9, 3), date(2026, 5, 28)),))
    after = SchoolYear("2026-27", (Span(date(2026, 9, 2), date(2027, 7, 20)),))
    days = build_days([spring, after], {}, [])
    guessed = [date(2026, 5, 29), date(2026, 6, 10), date(2026, 8, 12), date(2026, 9, 1)]
    assert all(days.day(d).provisional for d in guessed)
    assert not days.day(date(2026, 5, 28)).provisional
    assert not days.day(date(2026, 9, 2)).provisional
    assert days.missing_from(date(2026, 3, 1)) == date(2026, 5, 29)


def test_every_question_about_a_day_outside_is_an_error() -> None:
    days = build_days([WINTER], BANK_HOLIDAYS, [])
    assert (days.first, days.last) == (
        date(2025, 9, 2) - timedelta(days=400),
        date(2026, 8, 31) + timedelta(days=800),
    )
    assert days.index(days.first) == 0
    assert days.index(days.last) == len(days.kinds) - 1
    assert days.date_at(days.index(days.last)) == days.last
    for outside in (days.first - timedelta(days=1), days.last + timedelta(days=1), date.min):
        with pytest.raises(
            OutOfCalendar,
            match="lies outside the calendar, which covers 29 July 2024 to 8 November 2028",
        ):
            days.index(outside)
        with pytest.raises(OutOfCalendar):
            days.day(outside)
        assert days.missing_from(outside) == outside  # nothing is known there
    with pytest.raises(TypeError):
        days.index(datetime(2026, 1, 5, tzinfo=UTC))


def test_the_ends_of_the_known_years_are_told() -> None:
    days = build_days([WINTER], BANK_HOLIDAYS, [])
    assert (days.known_first, days.known_last) == (date(2025, 9, 2), date(2026, 8, 31))
    assert days.missing_from(date(2025, 9, 2)) == date(2026, 9, 1)
    assert days.missing_from(date(2026, 10, 3)) == date(2026, 10, 3)


def test_three_years_have_one_table_and_a_hole_where_one_is_half_listed() -> None:
    half = SchoolYear("2023-24", (Span(date(2023, 9, 4), date(2024, 3, 28)),))
    whole = SchoolYear("2024-25", (Span(date(2024, 9, 3), date(2025, 7, 22)),))
    late = SchoolYear("2025-26", (*WINTER.terms[1:],), (date(2025, 8, 28),))  # INSET in August
    days = build_days([late, half, whole], {}, [])
    assert days.known_first == date(2023, 9, 4)
    assert days.known_last == date(2026, 8, 31)
    assert days.first == date(2023, 9, 4) - 400 * DAY
    assert days.last == date(2026, 8, 31) + 800 * DAY
    assert table_span([late, half, whole]) == Span(days.first, days.last)
    edges = [
        days.date_at(i)
        for i in range(1, len(days.guessed))
        if days.guessed[i] != days.guessed[i - 1]
    ]
    assert edges == [date(2023, 9, 4), date(2024, 3, 29), date(2024, 9, 3), date(2026, 9, 1)]


def test_a_decision_about_the_last_day_of_the_table_leaves_the_day_after_it_missing() -> None:
    last = build_days([WINTER], {}, []).last
    days = build_days([WINTER], {}, [Override(last, DayKind.OFFICE, "far off")])
    assert days.missing_from(last - DAY) == last - DAY
    assert days.missing_from(last) == last + DAY


def test_of_two_decisions_about_a_day_the_later_holds_and_tells_when_it_was_typed() -> None:
    typed = datetime(2026, 1, 14, 7, 2)  # noqa: DTZ001 - local time, as the config keeps it
    closed = Override(date(2026, 1, 14), DayKind.CLOSED, "snow", entered=typed)
    opened = Override(date(2026, 1, 14), DayKind.SCHOOL, "")
    days = build_days([WINTER], {}, [opened, closed])
    assert days.day(closed.date).reason == "closed: snow, entered 14 Jan 07:02"
    days = build_days([WINTER], {}, [closed, opened])
    assert days.day(closed.date).reason == "open: the school says so"
    assert days.day(closed.date).kind is DayKind.SCHOOL


def test_a_school_without_any_date_has_a_calendar_of_guesses() -> None:
    bare = build_days([], {}, [])
    assert bare.known_first is bare.known_last is None
    assert bare.missing_from(date(2026, 3, 3)) == date(2026, 3, 3)
    assert (bare.day(date(2026, 3, 3)).kind, bare.day(date(2026, 3, 3)).provisional) == (
        DayKind.SCHOOL,
        True,
    )
    assert bare.day(date(2026, 3, 7)).kind is DayKind.CLOSED
    with_bank = build_days([], BANK_HOLIDAYS, [])
    assert with_bank.first == date(2025, 8, 25) - 400 * DAY
    assert with_bank.last == date(2026, 8, 31) + 800 * DAY
    assert with_bank.day(date(2026, 5, 4)).kind is DayKind.CLOSED
    assert table_span([]) is None
    assert table_span([SchoolYear("2026-27", ())]) is None


def test_a_term_that_ends_before_it_begins_is_a_bug() -> None:
    turned = SchoolYear("2026-27", (Span(date(2026, 12, 18), date(2026, 9, 2)),))
    with pytest.raises(ValueError, match="2026-27 ends before it begins"):
        build_days([turned], {}, [])


@pytest.mark.parametrize(
    ("last", "first", "name"),
    [
        ("2026-10-23", "2026-11-02", "half term"),
        ("2026-10-16", "2026-11-02", "school holiday"),  # a fortnight in October has no name
        ("2026-12-18", "2027-01-04", "Christmas holiday"),
        ("2027-02-12", "2027-02-22", "half term"),
        ("2027-03-25", "2027-04-12", "Easter holiday"),
        ("2027-05-28", "2027-06-07", "half term"),
        ("2026-10-16", "2026-10-30", "half term"),  # nine weekdays
        ("2027-03-12", "2027-03-16", "school holiday"),  # a Monday off
        ("2027-01-22", "2027-01-30", "school holiday"),
        ("2026-12-18", "2027-03-22", "school holiday"),  # a term is missing from the list
    ],
)
def test_an_office_knows_the_holidays_by_name(last: str, first: str, name: str) -> None:
    year = SchoolYear(
        "2026-27",
        (
            Span(date(2026, 9, 2), date.fromisoformat(last)),
            Span(date.fromisoformat(first), date(2027, 7, 20)),
        ),
    )
    after = (date.fromisoformat(last) + timedelta(days=i) for i in range(1, 4))
    inside = next(day for day in after if day.weekday() < 5)
    assert build_days([year], {}, []).day(inside).reason == name


def test_the_last_and_the_first_day_of_a_holiday_are_the_days_beside_the_terms() -> None:
    days = build_days([WINTER], {}, [])
    kinds = [days.day(date(2025, 10, day)).kind for day in (24, 27, 31)]
    assert kinds == [DayKind.SCHOOL, DayKind.CLOSED, DayKind.CLOSED]
    assert days.day(date(2025, 11, 3)).kind is DayKind.SCHOOL


def test_what_lies_outside_the_table_changes_no_day_inside_it() -> None:
    """A negative place would count from the end of the table, and close a weekday there."""
    for later in range(4):  # the table begins on a Monday, a Tuesday ...
        begins = date(2025, 9, 2) + later * DAY
        year = SchoolYear("2025-26", (Span(begins, date(2026, 7, 21)),))
        days = build_days([year], BANK_HOLIDAYS, [])
        outside = [d for i in range(1, 8) for d in (days.first - i * DAY, days.last + i * DAY)]
        bank = {**BANK_HOLIDAYS, **dict.fromkeys(outside, "Some Day")}
        shut = [Override(d, DayKind.OFFICE, "open") for d in outside]
        assert build_days([year], bank, shut) == days
        ends = build_days([year], dict.fromkeys([days.first, days.last], "Some Day"), [])
        assert (ends.weekdays[0], ends.weekdays[-1]) == (0, 0)
        assert (ends.kinds[0], ends.kinds[-1]) == (0, 0)


def test_a_term_of_one_day_and_a_bank_holiday_at_the_weekend() -> None:
    day = date(2026, 9, 2)
    year = SchoolYear("2026-27", (Span(day, day), Span(date(2026, 9, 7), date(2027, 7, 20))))
    days = build_days([year], {date(2026, 12, 26): "Boxing Day"}, [])
    assert [days.day(day + i * DAY).kind for i in (0, 1)] == [DayKind.SCHOOL, DayKind.CLOSED]
    assert days.day(date(2026, 12, 26)).reason == "Saturday"
