"""The clock (DESIGN section 3) against answers made by hand; its laws are in test_workdays_laws.py."""

from __future__ import annotations

import tomllib
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from commsla.core.calendar import OutOfCalendar, build_days
from commsla.core.promises import parse_promise
from commsla.core.school import (
    ClockRules,
    DayKind,
    DueBy,
    Override,
    Promise,
    Receipt,
    SchoolYear,
    Span,
    Unit,
)
from commsla.core.workdays import Workdays
from tests.core.calendars import (
    BANK_HOLIDAYS,
    DAY_UNITS,
    OFFICE,
    WINTER,
    winter,
)

LONDON = ZoneInfo("Europe/London")
KEY: dict[str, list[dict[str, Any]]] = tomllib.loads(
    (Path(__file__).parents[1] / "answers" / "readings.toml").read_text("utf-8")
)
PLAIN = ClockRules()
NEXT = ClockRules(Receipt.NEXT_WORKING_DAY)


def london(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


def due(workdays: Workdays, received: str, promise: str, rules: ClockRules = PLAIN) -> str:
    read = parse_promise(promise)
    assert not isinstance(read, str), read
    return workdays.deadline(london(received), read, rules).date.isoformat()


# --- answers made by hand ---------------------------------------------------------------------


@pytest.mark.parametrize("reading", KEY["reading"], ids=lambda r: str(r["name"]))
def test_each_reading_of_the_same_sentence_gives_its_own_date(reading: dict[str, Any]) -> None:
    rules = ClockRules(
        Receipt(reading.get("receipt", "same-day")), inset_counts=reading.get("inset", True)
    )
    for target, amount in (("acknowledge", 2), ("respond", 5)):
        got = due(winter(), "2025-12-18 16:45", f"{amount} {reading['unit']}", rules)
        assert got == reading[target].isoformat(), target


@pytest.mark.parametrize("reading", KEY["hours"], ids=lambda r: str(r["name"]))
def test_each_reading_in_hours_ends_at_its_own_minute(reading: dict[str, Any]) -> None:
    shut = [] if reading.get("inset_open", True) else [date(2026, 1, 5)]
    school = winter(*(Override(d, DayKind.CLOSED, "office shut") for d in shut))
    promise = parse_promise(reading["promise"])
    assert not isinstance(promise, str)
    found = school.deadline(london("2025-12-18 16:45"), promise, PLAIN)
    assert found.instant.astimezone(LONDON).replace(tzinfo=None) == reading["due"]


@pytest.mark.parametrize(
    ("received", "promise", "wanted"),
    [
        ("2025-11-10 09:00", "2 working days", "2025-11-12"),  # a plain Monday
        ("2025-11-15 11:00", "1 working day", "2025-11-17"),  # Saturday: Monday is day 1
        ("2025-11-14 23:59", "1 working day", "2025-11-17"),  # late on Friday
        ("2025-10-24 09:00", "1 working day", "2025-11-03"),  # over half term
        ("2026-02-13 12:00", "1 working day", "2026-02-23"),  # INSET on the first Monday back
        ("2026-02-13 12:00", "1 school day", "2026-02-24"),
        ("2026-05-01 12:00", "1 working day", "2026-05-05"),  # a bank holiday inside term
        ("2025-12-24 12:00", "1 working day", "2026-01-05"),  # received in the holidays
        ("2025-11-12 09:00", "same day", "2025-11-12"),
        ("2025-11-15 09:00", "same day", "2025-11-17"),  # a Saturday has no working day of its own
        ("2025-11-14 09:00", "next working day", "2025-11-17"),
        ("2025-12-23 09:00", "3 weekdays", "2025-12-30"),  # 24, 29, 30: two bank holidays
        ("2025-12-23 09:00", "3 calendar days", "2025-12-26"),
        ("2025-12-23 09:00", "2 weeks", "2026-01-06"),
        ("2026-01-31 09:00", "1 calendar month", "2026-02-28"),  # a short month
        ("2025-12-31 09:00", "2 calendar months", "2026-02-28"),
        ("2026-03-03 09:00", "1 calendar month", "2026-04-03"),  # Good Friday
        ("2026-03-03 09:00", "1 calendar month or the next weekday", "2026-04-07"),
        ("2026-03-03 09:00", "1 calendar month or the next working day", "2026-04-13"),
        ("2025-12-12 09:00", "20 school days or 60 working days, whichever is first", "2026-01-26"),
        ("2025-12-12 09:00", "2 working days or 10 calendar days, whichever is last", "2025-12-22"),
    ],
)
def test_a_wall_calendar_agrees(received: str, promise: str, wanted: str) -> None:
    assert due(winter(), received, promise) == wanted


def test_the_date_is_the_one_in_london() -> None:
    # 23:30 UTC on a Sunday in June is already Monday 00:30 here.
    school = winter()
    sunday = datetime(2026, 6, 14, 23, 30, tzinfo=UTC)
    found = school.deadline(sunday, Promise(1, Unit.WORKING_DAYS), PLAIN)
    assert (found.day_zero, found.date) == (date(2026, 6, 15), date(2026, 6, 16))
    assert found.instant == datetime(2026, 6, 16, 23, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("received", "zero"),
    [
        ("2025-11-10 08:00", "2025-11-10"),  # before opening: the same day
        ("2025-11-10 15:59", "2025-11-10"),
        ("2025-11-10 16:00", "2025-11-11"),  # at closing time the day is over
        ("2025-11-14 16:30", "2025-11-17"),
        ("2025-11-15 10:00", "2025-11-17"),
        ("2025-12-19 16:01", "2026-01-05"),
    ],
)
def test_next_working_day_moves_what_came_after_hours(received: str, zero: str) -> None:
    found = winter().deadline(london(received), Promise(2, Unit.WORKING_DAYS), NEXT)
    assert found.day_zero.isoformat() == zero


def test_a_cut_off_of_its_own_rules_over_closing_time() -> None:
    rules = ClockRules(Receipt.NEXT_WORKING_DAY, cut_off=time(12))
    assert due(winter(), "2025-11-10 11:59", "1 working day", rules) == "2025-11-11"
    assert due(winter(), "2025-11-10 12:00", "1 working day", rules) == "2025-11-12"


@pytest.mark.parametrize(
    ("rules", "promise", "ends"),
    [
        (PLAIN, "1 working day", "2025-11-12 00:00"),
        (ClockRules(due_by=DueBy.CLOSE), "1 working day", "2025-11-11 16:00"),
        (ClockRules(due_by=time(17, 30)), "1 working day", "2025-11-11 17:30"),
        (PLAIN, "next working day by 12:00", "2025-11-11 12:00"),
        (PLAIN, "same day by 12:00", "2025-11-10 12:00"),
        (PLAIN, "4 working hours", "2025-11-10 13:00"),
        (PLAIN, "7 working hours", "2025-11-10 16:00"),  # exactly at close: not the next opening
        (PLAIN, "8 working hours", "2025-11-11 09:30"),
        (PLAIN, "24 hours on working days", "2025-11-11 09:00"),
    ],
)
def test_until_when_a_target_is_met(rules: ClockRules, promise: str, ends: str) -> None:
    read = parse_promise(promise)
    assert not isinstance(read, str)
    found = winter().deadline(london("2025-11-10 09:00"), read, rules)
    assert found.instant == london(ends)


def test_what_comes_after_the_hour_of_a_same_day_promise_has_the_next_day() -> None:
    promise = Promise(0, Unit.WORKING_DAYS, by=time(12))
    found = winter().deadline(london("2025-11-14 12:00"), promise, PLAIN)
    assert found.instant == london("2025-11-17 12:00")


def test_hours_on_working_days_stop_over_the_weekend() -> None:
    promise = Promise(24, Unit.HOURS_ON_WORKING_DAYS)
    found = winter().deadline(london("2025-11-14 15:00"), promise, PLAIN)
    assert found.instant == london("2025-11-17 15:00")


def test_several_openings_and_a_half_day() -> None:
    hours = {d: ((time(8, 30), time(12)), (time(13), time(16))) for d in range(5)}
    noon = {date(2025, 11, 11): ((time(8, 30), time(12)),)}
    school = Workdays(build_days([WINTER], BANK_HOLIDAYS, []), hours, noon)
    promise = Promise(7, Unit.WORKING_HOURS)
    # Monday 11:00: one hour to noon, three to four o'clock; Tuesday's half day gives the last three.
    assert school.deadline(london("2025-11-10 11:00"), promise, PLAIN).instant == london(
        "2025-11-11 11:30"
    )
    assert school.open_seconds(london("2025-11-10 00:00"), london("2025-11-12 00:00")) == 10 * 3600
    half = ClockRules(due_by=DueBy.CLOSE)
    found = school.deadline(london("2025-11-10 11:00"), Promise(1, Unit.WORKING_DAYS), half)
    assert found.instant == london("2025-11-11 12:00")


def test_inset_can_be_no_working_day() -> None:
    rules = ClockRules(inset_counts=False)
    assert due(winter(), "2026-02-13 12:00", "1 working day", rules) == "2026-02-24"
    opened = winter(Override(date(2026, 2, 16), DayKind.OFFICE, "enrolment"))
    assert due(opened, "2026-02-13 12:00", "1 working day", rules) == "2026-02-16"


def test_beyond_the_known_years_it_is_provisional_and_never_silent() -> None:
    school = winter()
    found = school.deadline(london("2026-07-20 09:00"), Promise(2, Unit.WORKING_DAYS), PLAIN)
    assert (found.date, found.provisional) == (date(2026, 9, 1), True)
    inside = school.deadline(london("2026-07-14 09:00"), Promise(5, Unit.WORKING_DAYS), PLAIN)
    assert (inside.date, inside.provisional) == (date(2026, 7, 21), False)


def test_a_hole_between_known_years_is_provisional_whichever_day_touches_it() -> None:
    spring = SchoolYear("2025-26", WINTER.terms[:4])  # listed only up to 27 March
    later = SchoolYear("2026-27", (Span(date(2026, 9, 2), date(2027, 7, 20)),))
    school = Workdays(build_days([spring, later], BANK_HOLIDAYS, []), OFFICE)
    promise = Promise(2, Unit.WORKING_DAYS)

    def found(received: str) -> tuple[str, bool]:
        deadline = school.deadline(london(received), promise, PLAIN)
        return deadline.date.isoformat(), deadline.provisional

    assert found("2026-03-25 09:00") == ("2026-03-27", False)  # before it
    assert found("2026-03-26 09:00") == ("2026-03-30", True)  # into it
    assert found("2026-06-01 09:00") == ("2026-06-03", True)  # inside: not the summer holiday
    assert found("2026-08-31 09:00") == ("2026-09-02", True)  # out of it
    assert found("2026-09-02 09:00") == ("2026-09-04", False)  # after it


@pytest.mark.parametrize("unit", [u for u in Unit if u is not Unit.CALENDAR_MONTHS])
def test_out_of_the_table_is_an_error_and_never_wraps(unit: Unit) -> None:
    school = winter()
    promise = Promise(1, unit)
    first = datetime.combine(school.days.first, time(0), LONDON)
    after = datetime.combine(school.days.last + timedelta(days=1), time(0), LONDON)
    second = timedelta(seconds=1)
    assert school.deadline(first, promise, PLAIN).date >= school.days.first
    for outside in (first - second, first - timedelta(days=1), after, after + timedelta(days=1)):
        with pytest.raises(OutOfCalendar, match="lies outside the calendar"):
            school.deadline(outside, promise, PLAIN)
        with pytest.raises(OutOfCalendar, match="lies outside the calendar"):
            school.trail(outside, promise, PLAIN)
        with pytest.raises(OutOfCalendar, match="lies outside the calendar"):
            school.clock(promise, PLAIN).due(outside)
    # Received on the last second of the table: the receipt has a date, the answer has none.
    with pytest.raises(OutOfCalendar, match=r"The answer, in|covers"):
        school.deadline(after - second, Promise(500, unit), PLAIN)


@pytest.mark.parametrize("unit", DAY_UNITS)
def test_the_first_and_the_last_day_of_the_table_are_answered(unit: Unit) -> None:
    school = winter()
    first, last = school.days.first, school.days.last
    day, one = timedelta(days=1), Promise(1, unit)
    wanted = next(d for i in range(1, 9) if school.is_counted(d := first + i * day, unit))
    assert school.next_counted(first, unit) == wanted
    assert school.counted_between(first, last, unit) > 500
    final = next(d for i in range(9) if school.is_counted(d := last - i * day, unit))
    noon = datetime.combine(final - day, time(12), LONDON)
    assert school.deadline(noon, one, PLAIN).date == final
    with pytest.raises(OutOfCalendar, match="The answer"):
        school.deadline(noon + day, one, PLAIN)
    with pytest.raises(OutOfCalendar, match="The answer"):
        school.next_counted(final, unit)
    for outside in (first - day, last + day):
        with pytest.raises(OutOfCalendar):
            school.is_counted(outside, unit)
        with pytest.raises(OutOfCalendar):
            school.next_counted(outside, unit)
        for span in ((outside, final), (first, outside)):
            with pytest.raises(OutOfCalendar):
                school.counted_between(*span, unit)


def test_open_time_knows_the_ends_of_the_table() -> None:
    school = winter()
    first = datetime.combine(school.days.first, time(0), LONDON)
    after = datetime.combine(school.days.last + timedelta(days=1), time(0), LONDON)
    second = timedelta(seconds=1)
    weekdays = school.counted_between(school.days.first, school.days.last, Unit.WORKING_DAYS)
    weekdays += school.is_counted(school.days.first, Unit.WORKING_DAYS)
    assert school.open_seconds(first, after - second) == weekdays * 7.5 * 3600
    for a, b in ((first - second, first), (first, after), (after, after), (after, first)):
        with pytest.raises(OutOfCalendar):
            school.open_seconds(a, b)


def test_hours_may_run_out_with_the_table_and_not_a_second_later() -> None:
    school = winter()
    after = datetime.combine(school.days.last + timedelta(days=1), time(0), LONDON)
    hour = timedelta(hours=1)
    found = school.deadline(after - hour, Promise(1, Unit.HOURS), PLAIN)
    assert (found.instant, found.date) == (after, school.days.last)
    with pytest.raises(OutOfCalendar, match="The answer"):
        school.deadline(after - hour + timedelta(seconds=1), Promise(1, Unit.HOURS), PLAIN)


@pytest.mark.parametrize("promise", ["500 weeks", "500 calendar months", "500 working days"])
def test_the_longest_promise_has_an_answer_or_a_sentence(promise: str) -> None:
    if promise == "500 working days":
        # The last school day's mail, with nothing known after it, still ends inside.
        assert due(winter(), "2026-08-31 09:00", promise) == "2028-07-31"
    else:
        with pytest.raises(OutOfCalendar):
            due(winter(), "2026-08-31 09:00", promise)


def test_a_naive_moment_is_a_bug() -> None:
    school = winter()
    naive = datetime(2025, 11, 10, 9, 0)  # noqa: DTZ001 - that is the point
    for unit in Unit:
        with pytest.raises(ValueError, match="naive"):
            school.deadline(naive, Promise(1, unit), PLAIN)
    with pytest.raises(ValueError, match="naive"):
        school.clock(Promise(1, Unit.WORKING_DAYS), PLAIN).due(naive)


def test_a_school_that_is_never_open_raises_at_once() -> None:
    days = build_days([SchoolYear("2026-27", (), ())], {}, [])
    empty = Workdays(days, {})
    assert empty.open_seconds(london("2026-01-01 00:00"), london("2026-02-01 00:00")) == 0
    with pytest.raises(OutOfCalendar):
        empty.deadline(london("2026-01-05 09:00"), Promise(1, Unit.WORKING_HOURS), PLAIN)


@pytest.mark.parametrize(
    "openings",
    [((time(16), time(8)),), ((time(9), time(9)),), ((time(9), time(12)), (time(11), time(13)))],
)
def test_hours_out_of_order_are_refused(openings: tuple[tuple[time, time], ...]) -> None:
    with pytest.raises(ValueError, match="0"):
        Workdays(build_days([WINTER], {}, []), {0: openings})


@pytest.mark.parametrize(
    ("received", "promise", "wanted"),
    [
        ("2026-01-13 09:00", "1 working day", "2026-01-15"),  # Wednesday: snow
        ("2025-12-19 09:00", "1 working day", "2025-12-22"),  # the office opens in the holidays
        ("2025-12-19 09:00", "1 school day", "2026-01-06"),  # but without pupils
        ("2026-05-01 09:00", "1 school day", "2026-05-04"),  # the school opens on a bank holiday
        ("2026-05-01 09:00", "1 weekday", "2026-05-05"),  # which is still no weekday
    ],
)
def test_a_day_that_the_school_decides_rules_over_every_list(
    received: str, promise: str, wanted: str
) -> None:
    school = winter(
        Override(date(2026, 1, 14), DayKind.CLOSED, "snow"),
        Override(date(2025, 12, 22), DayKind.OFFICE, "stocktaking"),
        Override(date(2026, 5, 4), DayKind.SCHOOL, "we stay open"),
    )
    assert due(school, received, promise) == wanted


@pytest.mark.parametrize("promise", ["3 working hours", "24 hours", "24 hours on working days"])
def test_the_trail_of_hours_begins_when_the_clock_does(promise: str) -> None:
    """Mail from the cut-off on waits for Monday's opening: Friday ran no second."""
    read = parse_promise(promise)
    assert isinstance(read, Promise)
    rules = ClockRules(Receipt.NEXT_WORKING_DAY, cut_off=time(12))
    rows = winter().trail(london("2025-11-14 13:00"), read, rules)
    ran = {r.date.day: r.seconds for r in rows}
    assert [ran[day] for day in (14, 15, 16)] == [0, 0, 0]
    assert sum(s for s in ran.values() if s) == read.amount * 3600


def test_days_late_are_counted_as_the_promise_counts() -> None:
    friday, tuesday = date(2026, 2, 13), date(2026, 2, 24)  # between them half term and an INSET
    assert winter().counted_between(friday, tuesday, Unit.WORKING_DAYS) == 2
    assert winter().counted_between(friday, tuesday, Unit.WORKING_DAYS, inset_counts=False) == 1


def test_elapsed_hours_begin_when_the_day_of_receipt_opens() -> None:
    promise = Promise(24, Unit.HOURS)
    friday_evening = london("2025-11-14 18:00")
    assert winter().deadline(friday_evening, promise, NEXT).instant == london("2025-11-18 08:30")
    assert winter().deadline(friday_evening, promise, PLAIN).instant == london("2025-11-15 18:00")


@pytest.mark.parametrize(
    ("received", "rules", "ends"),
    [
        ("2025-11-10 01:00", NEXT, "2025-11-10 10:30"),  # before opening: from 08:30
        ("2025-11-10 08:30", NEXT, "2025-11-10 10:30"),
        ("2025-11-10 08:31", NEXT, "2025-11-10 10:31"),
        ("2025-11-08 12:00", NEXT, "2025-11-10 10:30"),  # Saturday
        ("2025-11-10 01:00", PLAIN, "2025-11-10 03:00"),
    ],
)
@pytest.mark.parametrize("unit", [Unit.HOURS, Unit.HOURS_ON_WORKING_DAYS])
def test_under_next_working_day_no_hour_runs_before_opening(
    received: str, rules: ClockRules, ends: str, unit: Unit
) -> None:
    assert winter().deadline(london(received), Promise(2, unit), rules).instant == london(ends)


def test_a_same_day_that_is_over_before_the_cut_off_is_the_next_day() -> None:
    promise = Promise(0, Unit.WORKING_DAYS, by=time(12))
    found = winter().deadline(london("2025-11-14 13:00"), promise, NEXT)
    assert found.instant == london("2025-11-17 12:00")


@pytest.mark.parametrize(
    ("promise", "unit"),
    [
        ("2 working days", Unit.WORKING_DAYS),
        ("2 school days", Unit.SCHOOL_DAYS),
        ("2 calendar days", Unit.CALENDAR_DAYS),
        ("1 week", Unit.WORKING_DAYS),
        ("48 hours", Unit.WORKING_DAYS),
        ("3 school days or 9 working days, whichever is first", Unit.SCHOOL_DAYS),
        ("3 school days or 9 working days, whichever is last", Unit.WORKING_DAYS),
    ],
)
def test_lateness_is_told_in_days_that_the_promise_counts(promise: str, unit: Unit) -> None:
    read = parse_promise(promise)
    assert not isinstance(read, str)
    assert winter().deadline(london("2025-11-10 09:00"), read, PLAIN).unit_of_lateness is unit
