"""The clock (DESIGN section 3) against hand-made answers and a day-by-day oracle."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from datetime import UTC, date, datetime, time, timedelta, timezone
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from commsla.core.calendar import OutOfCalendar, build_days
from commsla.core.promises import parse_promise
from commsla.core.school import (
    ClockRules,
    DayKind,
    DueBy,
    Either,
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
    CLOSURES,
    DAYS_OF_YEAR,
    OFFICE,
    WINTER,
    counts,
    snow,
    walk,
    winter,
    years,
)

LONDON = ZoneInfo("Europe/London")
KEY: dict[str, list[dict[str, Any]]] = tomllib.loads(
    (Path(__file__).parents[1] / "answers" / "readings.toml").read_text("utf-8")
)
PLAIN = ClockRules()
NEXT = ClockRules(Receipt.NEXT_WORKING_DAY)
DAY_UNITS = st.sampled_from([Unit.WORKING_DAYS, Unit.SCHOOL_DAYS])


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


def test_out_of_the_table_is_an_error_and_never_wraps() -> None:
    school = winter()
    first, last = school.days.first, school.days.last
    promise = Promise(1, Unit.CALENDAR_DAYS)
    noon = time(12)
    start = datetime.combine(first, noon, LONDON)
    assert school.deadline(start, promise, PLAIN).date == first + timedelta(days=1)
    end = datetime.combine(last, noon, LONDON)
    assert school.deadline(end - timedelta(days=1), promise, PLAIN).date == last
    for outside in (start - timedelta(days=1), end, end + timedelta(days=1)):
        with pytest.raises(OutOfCalendar):
            school.deadline(outside, promise, PLAIN)
        with pytest.raises(OutOfCalendar):
            school.clock(promise, PLAIN).due_many([start, outside])


def test_a_naive_moment_is_a_bug() -> None:
    school = winter()
    naive = datetime(2025, 11, 10, 9, 0)  # noqa: DTZ001 - that is the point
    for unit in Unit:
        with pytest.raises(ValueError, match="naive"):
            school.deadline(naive, Promise(1, unit), PLAIN)
    with pytest.raises(ValueError, match="naive"):
        school.clock(Promise(1, Unit.WORKING_DAYS), PLAIN).due_many([naive])


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


# --- laws ---------------------------------------------------------------------------------------


@settings(max_examples=300, deadline=None)
@given(
    years(), CLOSURES, CLOSURES, DAYS_OF_YEAR, st.integers(1, 30), DAY_UNITS, st.integers(0, 1439)
)
def test_equal_to_a_walk_day_by_day(
    year: SchoolYear,
    closed: set[date],
    opened: set[date],
    received: date,
    amount: int,
    unit: Unit,
    minute: int,
) -> None:
    opened = opened - closed
    office = [Override(d, DayKind.OFFICE, "open") for d in sorted(opened)]
    # An opened day is for staff: pupils are not in, so it is no school day.
    school = Workdays(build_days([year], {}, [*snow(closed), *office]), OFFICE)

    def counted(day: date) -> bool:
        if unit is Unit.SCHOOL_DAYS and day in opened:
            return False
        return counts(day, unit, year, closed, opened)

    reachable = [d for i in range(400) if counted(d := received + timedelta(days=i + 1))]
    assume(len(reachable) >= amount and reachable[amount - 1] <= date(2027, 8, 31))
    assume(received >= school.days.known_first)  # type: ignore[operator]
    at = datetime.combine(received, time(minute // 60, minute % 60), LONDON)
    found = school.deadline(at, Promise(amount, unit), PLAIN)
    assume(not found.provisional)  # a year that ends in spring is not complete
    assert found.date == walk(received, amount, counted) == reachable[amount - 1]
    assert found.instant == datetime.combine(found.date + timedelta(days=1), time(0), LONDON)
    numbers = [d.counted for d in school.trail(at, Promise(amount, unit), PLAIN)]
    assert [n for n in numbers if n is not None] == list(range(amount + 1))
    assert school.counted_between(received, found.date, unit) == amount
    assert school.is_counted(found.date, unit)


MOMENTS = st.datetimes(datetime(2025, 9, 1), datetime(2026, 7, 1), timezones=st.just(UTC))  # noqa: DTZ001
PROMISES = st.one_of(
    st.builds(Promise, st.integers(0, 40), st.sampled_from([Unit.WORKING_DAYS, Unit.SCHOOL_DAYS])),
    st.builds(Promise, st.integers(1, 12), st.just(Unit.CALENDAR_MONTHS)),
    st.builds(
        Promise,
        st.integers(1, 40),
        st.sampled_from([u for u in Unit if u is not Unit.CALENDAR_MONTHS]),
    ),
)
RULES = st.builds(
    ClockRules,
    st.sampled_from(Receipt),
    st.sampled_from([*DueBy, time(17)]),
    st.sampled_from([None, time(15)]),
    st.booleans(),
)
SCHOOL = winter()


@settings(max_examples=300, deadline=None)
@given(MOMENTS, MOMENTS, PROMISES, RULES)
def test_later_receipt_never_gives_an_earlier_deadline(
    a: datetime, b: datetime, promise: Promise, rules: ClockRules
) -> None:
    clock = SCHOOL.clock(promise, rules)
    assert clock.due(min(a, b)) <= clock.due(max(a, b))


@settings(max_examples=200, deadline=None)
@given(MOMENTS, PROMISES, RULES)
def test_one_more_day_never_gives_an_earlier_deadline(
    at: datetime, promise: Promise, rules: ClockRules
) -> None:
    longer = Promise(promise.amount + 1, promise.unit)
    assert SCHOOL.clock(promise, rules).due(at) <= SCHOOL.clock(longer, rules).due(at)


@settings(max_examples=150, deadline=None)
@given(MOMENTS, PROMISES, RULES, st.sets(st.dates(date(2025, 9, 1), date(2026, 7, 31)), max_size=6))
def test_one_more_closure_never_makes_anything_earlier(
    at: datetime, promise: Promise, rules: ClockRules, closed: set[date]
) -> None:
    fewer = winter().clock(promise, rules).due(at)
    assert winter(*snow(closed)).clock(promise, rules).due(at) >= fewer


@settings(max_examples=150, deadline=None)
@given(MOMENTS, PROMISES, RULES, st.integers(-14, 14))
def test_how_the_moment_is_written_changes_nothing(
    at: datetime, promise: Promise, rules: ClockRules, offset: int
) -> None:
    written = at.astimezone(timezone(timedelta(hours=offset)))
    assert (
        SCHOOL.deadline(at, promise, rules).instant
        == SCHOOL.deadline(written, promise, rules).instant
    )
    clock = SCHOOL.clock(promise, rules)
    assert clock.due_many([written, at]) == [clock.due(at)] * 2


@settings(max_examples=100, deadline=None)
@given(MOMENTS, PROMISES, RULES)
def test_a_wider_horizon_changes_nothing_that_was_known(
    at: datetime, promise: Promise, rules: ClockRules
) -> None:
    more = SchoolYear("2026-27", (Span(date(2026, 9, 2), date(2027, 7, 20)),), ())
    wider = Workdays(build_days([WINTER, more], BANK_HOLIDAYS, []), OFFICE)
    found = SCHOOL.deadline(at, promise, rules)
    if not found.provisional:
        assert wider.deadline(at, promise, rules) == found


@settings(max_examples=100, deadline=None)
@given(DAYS_OF_YEAR, st.integers(1, 20), st.integers(1, 20), DAY_UNITS)
def test_days_add_up(day: date, a: int, b: int, unit: Unit) -> None:
    year = SchoolYear("2026-27", (Span(date(2026, 9, 1), date(2027, 7, 20)),), ())
    school = Workdays(build_days([year], {}, []), OFFICE)

    def after(start: date, n: int) -> date:
        noon = datetime.combine(start, time(12), LONDON)
        return school.deadline(noon, Promise(n, unit), PLAIN).date

    assert after(after(day, a), b) == after(day, a + b)
    for n in range(1, a + 1):  # rank and select are inverse
        assert school.counted_between(day, after(day, n), unit) == n
    assert school.next_counted(day, unit) == after(day, 1)


@settings(max_examples=100, deadline=None)
@given(MOMENTS, MOMENTS, MOMENTS)
def test_open_time_adds_up_and_is_never_negative(a: datetime, b: datetime, c: datetime) -> None:
    a, b, c = sorted((a, b, c))
    assert SCHOOL.open_seconds(a, c) == pytest.approx(
        SCHOOL.open_seconds(a, b) + SCHOOL.open_seconds(b, c)
    )
    assert SCHOOL.open_seconds(c, a) == 0
    assert 0 <= SCHOOL.open_seconds(a, c) <= (c - a).total_seconds()


@settings(max_examples=60, deadline=None)
@given(MOMENTS, st.integers(1, 2000))
def test_open_time_equals_a_walk_minute_by_minute(at: datetime, minutes: int) -> None:
    at = at.replace(second=0, microsecond=0)
    moments = (at + timedelta(minutes=i) for i in range(minutes))
    walked = 0
    for moment in moments:
        local = moment.astimezone(LONDON)
        open_day = counts(local.date(), Unit.WORKING_DAYS, WINTER, set(BANK_HOLIDAYS), set())
        walked += open_day and time(8, 30) <= local.time() < time(16)
    assert SCHOOL.open_seconds(at, at + timedelta(minutes=minutes)) == walked * 60


@settings(max_examples=100, deadline=None)
@given(MOMENTS, st.integers(1, 60))
def test_working_hours_are_the_inverse_of_open_time(at: datetime, hours: int) -> None:
    ends = SCHOOL.deadline(at, Promise(hours, Unit.WORKING_HOURS), PLAIN).instant
    assert SCHOOL.open_seconds(at, ends) == pytest.approx(hours * 3600)
    assert SCHOOL.open_seconds(at, ends - timedelta(minutes=1)) < hours * 3600


@settings(max_examples=100, deadline=None)
@given(MOMENTS, st.tuples(PROMISES, PROMISES), RULES)
def test_of_two_promises_the_earlier_or_the_later_counts(
    at: datetime, pair: tuple[Promise, Promise], rules: ClockRules
) -> None:
    dues = [SCHOOL.clock(p, rules).due(at) for p in pair]
    assert SCHOOL.deadline(at, Either(*pair), rules).instant == min(dues)
    assert SCHOOL.deadline(at, Either(*pair, later=True), rules).instant == max(dues)


@pytest.mark.parametrize("sunday", ["2025-10-26", "2026-03-29", "2026-10-25", "2027-03-28"])
def test_every_hour_of_a_clock_change_night(sunday: str) -> None:
    night = date.fromisoformat(sunday)
    year = SchoolYear("x", (Span(date(2025, 9, 1), date(2027, 7, 20)),), ())
    school = Workdays(build_days([year], {}, []), OFFICE)
    start = datetime.combine(night - timedelta(days=1), time(0), LONDON).astimezone(UTC)
    for hour in range(73):
        at = start + timedelta(hours=hour)
        local = at.astimezone(LONDON).date()
        found = school.deadline(at, Promise(1, Unit.WORKING_DAYS), PLAIN)
        wanted = walk(local, 1, lambda d: d.weekday() < 5)
        assert found.date == wanted
        assert found.instant.astimezone(LONDON).time() == time(0)
        elapsed = school.deadline(at, Promise(48, Unit.HOURS), PLAIN)
        assert elapsed.instant - at == timedelta(hours=48)


def test_the_zone_and_locale_of_the_host_change_nothing() -> None:
    code = (
        "from tests.core.test_workdays import *\n"
        "moments = [datetime(2025, 10, 25, tzinfo=UTC) + timedelta(hours=7 * i) for i in range(600)]\n"
        "for unit in Unit:\n"
        "    for rules in (PLAIN, NEXT, ClockRules(due_by=DueBy.CLOSE)):\n"
        "        print([d.isoformat() for d in SCHOOL.clock(Promise(3, unit), rules).due_many(moments)])\n"
    )
    root = Path(__file__).parents[2]
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "TZ": zone, "LC_ALL": locale, "PYTHONPATH": str(root)},
            cwd=root,
            capture_output=True,
            check=True,
            timeout=120,
        ).stdout
        for zone, locale in (
            ("UTC", "C"),
            ("Europe/London", "en_GB.UTF-8"),
            ("America/New_York", "tr_TR.UTF-8"),
            ("Asia/Kolkata", "C.UTF-8"),
        )
    }
    assert len(outputs) == 1
    assert len(outputs.pop()) > 10_000


def test_elapsed_hours_begin_when_the_day_of_receipt_opens() -> None:
    promise = Promise(24, Unit.HOURS)
    friday_evening = london("2025-11-14 18:00")
    assert winter().deadline(friday_evening, promise, NEXT).instant == london("2025-11-18 08:30")
    assert winter().deadline(friday_evening, promise, PLAIN).instant == london("2025-11-15 18:00")


def test_a_same_day_that_is_over_before_the_cut_off_is_the_next_day() -> None:
    promise = Promise(0, Unit.WORKING_DAYS, by=time(12))
    found = winter().deadline(london("2025-11-14 13:00"), promise, NEXT)
    assert found.instant == london("2025-11-17 12:00")


@pytest.mark.parametrize("rules", [PLAIN, NEXT, ClockRules(due_by=DueBy.CLOSE)])
@pytest.mark.parametrize("cut_off", [None, time(15, 30)])
def test_many_at_once_are_the_same_as_one_by_one(rules: ClockRules, cut_off: time | None) -> None:
    rules = ClockRules(rules.receipt, rules.due_by, cut_off)
    start = datetime(2025, 9, 1, tzinfo=UTC)
    moments = [start + timedelta(minutes=29 * i) for i in range(15_000)]
    for amount in (0, 1, 5):
        clock = SCHOOL.clock(Promise(amount, Unit.WORKING_DAYS), rules)
        assert clock.due_many(moments) == [clock.due(m) for m in moments]
        for bad in (datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)):
            with pytest.raises(OutOfCalendar):
                clock.due_many([*moments, bad])
    local = [m.astimezone(LONDON) for m in moments]
    assert clock.due_many(local) == clock.due_many(moments)
