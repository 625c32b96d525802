"""The laws of the clock (DESIGN section 8), on random calendars, rules, promises and instants."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from commsla.core.calendar import OutOfCalendar, build_days
from commsla.core.school import (
    AnyPromise,
    ClockRules,
    DayKind,
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
    DAY_UNITS,
    NEAR,
    OFFICE,
    PROMISES,
    RULES,
    WINTER,
    built,
    calendars,
    moments,
    snow,
    winter,
)
from tests.core.oracle import LONDON, Beyond, Facts, answer, counts, openings, plainly, walk

PLAIN = ClockRules()
NEXT = ClockRules(Receipt.NEXT_WORKING_DAY)
MOMENTS = st.datetimes(datetime(2025, 9, 1), datetime(2026, 7, 1), timezones=st.just(UTC))  # noqa: DTZ001
SCHOOL = winter()
DAYS_OF_WINTER = st.dates(date(2025, 9, 1), date(2026, 7, 31))
HOURS_UNITS = (Unit.HOURS, Unit.HOURS_ON_WORKING_DAYS, Unit.WORKING_HOURS)


# --- equal to a walk --------------------------------------------------------------------------


def test_equal_to_a_walk_day_by_day() -> None:
    _on_so_many(80)


@pytest.mark.slow
def test_equal_to_a_walk_day_by_day_for_long() -> None:
    _on_so_many(2500)


def _on_so_many(calendars_: int) -> None:
    law = given(
        calendars(),
        st.lists(st.tuples(moments(), PROMISES, RULES), min_size=4, max_size=4),
        st.data(),
    )(_equals_a_walk)
    settings(max_examples=calendars_, deadline=None, suppress_health_check=[HealthCheck.too_slow])(
        law
    )()


def _equals_a_walk(
    facts: Facts, asked: list[tuple[datetime, Promise, ClockRules]], data: st.DataObject
) -> None:
    school = built(facts)
    first, last = school.days.first, school.days.last
    for received, single, rules in asked:
        promise: AnyPromise = single
        if data.draw(st.integers(0, 4)) == 0:
            promise = Either(single, data.draw(PROMISES), data.draw(st.booleans()))
        try:
            zero, instant = answer(received, promise, rules, facts, first, last)
        except Beyond:
            with pytest.raises(OutOfCalendar):
                school.deadline(received, promise, rules)
            continue
        found = school.deadline(received, promise, rules)
        start = received.astimezone(LONDON).date()
        ends = (instant - timedelta(microseconds=1)).astimezone(LONDON).date()
        assert (found.instant, found.date, found.day_zero) == (instant, ends, zero)
        dates = [start + timedelta(days=i) for i in range((ends - start).days + 1)]
        assert found.provisional == any(plainly(d, facts)[1] for d in dates)
        rows = school.trail(received, promise, rules)
        said = [(r.date, r.kind, r.provisional) for r in rows]
        assert said == [(d, *plainly(d, facts)) for d in dates]
        assert all(r.reason for r in rows)
        _the_trail_counts(found.chosen, zero, ends, facts, rules, school, received)


def _the_trail_counts(
    chosen: Promise,
    zero: date,
    ends: date,
    facts: Facts,
    rules: ClockRules,
    school: Workdays,
    received: datetime,
) -> None:
    """Each counted day after day zero has the next number; hours add up to the hours promised."""
    rows = school.trail(received, chosen, rules)
    numbers = {r.date: r.counted for r in rows if r.counted is not None}
    if chosen.unit in DAY_UNITS or chosen.unit is Unit.WEEKS:
        unit = Unit.CALENDAR_DAYS if chosen.unit is Unit.WEEKS else chosen.unit
        after = [r.date for r in rows if r.date > zero]
        counted = [d for d in after if counts(d, unit, facts, rules.inset_counts)]
        wanted = {d: n for n, d in enumerate(counted, 1)}
        assert numbers == {zero: 0, **wanted}
        if chosen.amount and not chosen.roll and chosen.unit in DAY_UNITS:
            assert (len(wanted), counted[-1]) == (chosen.amount, ends)
        inset = rules.inset_counts
        assert school.counted_between(zero, ends, unit, inset_counts=inset) == len(wanted)
    else:
        assert numbers == {zero: 0}
    ran = [r.seconds for r in rows if r.seconds is not None]
    if chosen.unit in HOURS_UNITS:
        assert len(ran) == len(rows)
        assert sum(ran) == pytest.approx(chosen.amount * 3600)
        assert min(ran) >= 0
    else:
        assert ran == []


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(calendars(), moments(), st.integers(1, 2900))
def test_open_time_equals_a_walk_minute_by_minute(
    facts: Facts, begin: datetime, minutes: int
) -> None:
    school = built(facts)
    begin = begin.replace(second=0, microsecond=0)
    end = begin + timedelta(minutes=minutes)
    days = school.days
    if not days.first < begin.date() <= end.date() < days.last:
        return
    nearby = [begin.date() + timedelta(days=i) for i in range(-1, 5)]
    spans = [span for day in nearby for span in openings(day, facts)]
    every = (begin + timedelta(minutes=i) for i in range(minutes))
    walked = sum(any(a <= minute < b for a, b in spans) for minute in every)
    assert school.open_seconds(begin, end) == walked * 60
    assert school.open_seconds(end, begin) == 0


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(calendars(), NEAR, st.integers(0, 60), st.sampled_from(DAY_UNITS))
def test_days_between_and_the_next_day_equal_a_walk(
    facts: Facts, day: date, span: int, unit: Unit
) -> None:
    school = built(facts)
    until = day + timedelta(days=span)
    if not school.days.first <= day <= until <= school.days.last:
        return
    dates = [day + timedelta(days=i) for i in range(1, span + 1)]
    counted = [d for d in dates if counts(d, unit, facts)]
    assert school.counted_between(day, until, unit) == len(counted)
    assert school.counted_between(until, day, unit) == 0
    assert [d for d in dates if school.is_counted(d, unit)] == counted
    if counted:
        assert school.next_counted(day, unit) == counted[0]


# --- order: later, longer, fewer and more open days ----------------------------------------------


@settings(max_examples=300, deadline=None)
@given(MOMENTS, MOMENTS, PROMISES, RULES)
@example(  # a Saturday that waits for Monday's opening, and Monday an hour after midnight
    datetime(2025, 9, 6, tzinfo=UTC), datetime(2025, 9, 8, tzinfo=UTC), Promise(1, Unit.HOURS), NEXT
)
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
    longer = replace(promise, amount=promise.amount + 1)
    assert SCHOOL.clock(promise, rules).due(at) <= SCHOOL.clock(longer, rules).due(at)


@settings(max_examples=150, deadline=None)
@given(MOMENTS, PROMISES, RULES, st.sets(DAYS_OF_WINTER, max_size=6))
def test_one_more_closure_never_makes_anything_earlier(
    at: datetime, promise: Promise, rules: ClockRules, closed: set[date]
) -> None:
    fewer = winter().clock(promise, rules).due(at)
    assert winter(*snow(closed)).clock(promise, rules).due(at) >= fewer


@settings(max_examples=150, deadline=None)
@given(MOMENTS, PROMISES, RULES, st.sets(DAYS_OF_WINTER, max_size=6))
def test_one_more_open_day_never_makes_anything_later(
    at: datetime, promise: Promise, rules: ClockRules, opened: set[date]
) -> None:
    more = winter(*(Override(d, DayKind.SCHOOL, "open") for d in sorted(opened)))
    assert more.clock(promise, rules).due(at) <= SCHOOL.clock(promise, rules).due(at)


# --- what changes nothing -------------------------------------------------------------------------

ZONES: st.SearchStrategy[tzinfo] = st.sampled_from(
    [
        LONDON,
        ZoneInfo("America/New_York"),
        ZoneInfo("Asia/Kathmandu"),
        ZoneInfo("Pacific/Kiritimati"),
    ]
) | st.integers(-23 * 60, 23 * 60).map(lambda m: timezone(timedelta(minutes=m)))


@settings(max_examples=200, deadline=None)
@given(moments(), PROMISES, RULES, ZONES)
@example(
    datetime(2025, 10, 26, 1, 30, tzinfo=UTC), Promise(48, Unit.HOURS), PLAIN, LONDON
)  # 01:30 for the second time that night
def test_how_the_moment_is_written_changes_nothing(
    at: datetime, promise: Promise, rules: ClockRules, zone: tzinfo
) -> None:
    try:
        wanted = SCHOOL.deadline(at, promise, rules)
    except OutOfCalendar:
        return
    written = at.astimezone(zone)
    assert SCHOOL.deadline(written, promise, rules) == wanted
    assert SCHOOL.clock(promise, rules).due(written) == wanted.instant
    assert SCHOOL.trail(written, promise, rules) == SCHOOL.trail(at, promise, rules)


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
@given(NEAR, st.integers(1, 20), st.integers(1, 20), st.sampled_from(DAY_UNITS))
def test_days_add_up(day: date, a: int, b: int, unit: Unit) -> None:
    def after(start: date, n: int) -> date:
        noon = datetime.combine(start, time(12), LONDON)
        return SCHOOL.deadline(noon, Promise(n, unit), PLAIN).date

    assert after(after(day, a), b) == after(day, a + b)
    for n in range(1, a + 1):  # rank and select are inverse
        assert SCHOOL.counted_between(day, after(day, n), unit) == n
    assert SCHOOL.next_counted(day, unit) == after(day, 1)


@settings(max_examples=100, deadline=None)
@given(MOMENTS, MOMENTS, MOMENTS)
def test_open_time_adds_up_and_is_never_negative(a: datetime, b: datetime, c: datetime) -> None:
    a, b, c = sorted((a, b, c))
    # A float holds seconds since 1970 to a quarter of a microsecond.
    both = SCHOOL.open_seconds(a, b) + SCHOOL.open_seconds(b, c)
    assert SCHOOL.open_seconds(a, c) == pytest.approx(both, abs=1e-5)
    assert SCHOOL.open_seconds(c, a) == 0
    assert 0 <= SCHOOL.open_seconds(a, c) <= (c - a).total_seconds() + 1e-5


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


@pytest.mark.parametrize("sunday", ["2026-03-29", "2026-10-25", "2027-03-28", "2027-10-31"])
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
        "from commsla.core.school import DueBy\n"
        "from tests.core.test_workdays_laws import *\n"
        "moments = [datetime(2025, 10, 25, tzinfo=UTC) + timedelta(hours=7 * i) for i in range(600)]\n"
        "for unit in Unit:\n"
        "    for rules in (PLAIN, NEXT, ClockRules(due_by=DueBy.CLOSE)):\n"
        "        due = SCHOOL.clock(Promise(3, unit), rules).due\n"
        "        print([due(m).isoformat() for m in moments])\n"
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
