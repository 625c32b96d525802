"""The clock by the words of DESIGN section 3, a day at a time; it shares no code with the engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from commsla.core.school import (
    AnyPromise,
    ClockRules,
    DayKind,
    DueBy,
    Either,
    Hours,
    Openings,
    Override,
    Receipt,
    SchoolYear,
    Unit,
)

LONDON = ZoneInfo("Europe/London")
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Facts:
    """Everything that a school lists about its days."""

    years: Sequence[SchoolYear]
    bank: Mapping[date, str]
    overrides: Sequence[Override]
    hours: Hours
    special: Mapping[date, Openings]


def known(day: date, years: Sequence[SchoolYear]) -> bool:
    """Whether the lists say anything about this day."""
    ends = []
    for year in years:
        listed = [d for t in year.terms for d in (t.first, t.last)] + list(year.inset)
        # Listed only up to spring, a year is not complete: its rest is not known.
        complete = 6 <= max(listed).month <= 8
        ends.append((min(listed), date(max(listed).year, 8, 31) if complete else max(listed)))
    return any(
        first <= day <= last
        or ((last.month, last.day) == (8, 31) and last < day < later <= date(last.year, 9, 30))
        for first, last in ends
        for later, _ in ends
    )


def plainly(day: date, facts: Facts) -> tuple[DayKind, bool]:
    """What one day is, and whether it is provisional."""
    for override in reversed(facts.overrides):
        if override.date == day:
            return override.kind, False
    guessed = not known(day, facts.years)
    if day in facts.bank or day.weekday() > 4:
        return DayKind.CLOSED, guessed
    if any(day in year.inset for year in facts.years):
        return DayKind.OFFICE, guessed
    if any(t.first <= day <= t.last for year in facts.years for t in year.terms):
        return DayKind.SCHOOL, guessed
    return (DayKind.SCHOOL, True) if guessed else (DayKind.CLOSED, False)


def counts(day: date, unit: Unit, facts: Facts, inset: bool = True) -> bool:
    """Does this one day count?"""
    if unit is Unit.CALENDAR_DAYS:
        return True
    if unit is Unit.WEEKDAYS:
        return day.weekday() < 5 and day not in facts.bank
    kind, _ = plainly(day, facts)
    if unit is Unit.SCHOOL_DAYS:
        return kind is DayKind.SCHOOL
    training = any(day in y.inset for y in facts.years)
    decided = any(o.date == day for o in facts.overrides)
    return kind is not DayKind.CLOSED and (inset or decided or not training)


def walk(zero: date, amount: int, counted: Callable[[date], bool]) -> date:
    """Day by day from day zero until `amount` counted days have passed."""
    day = zero
    while amount:
        day += DAY
        amount -= counted(day)
    return day


def at(day: date, clock: time) -> datetime:
    """A local time as an instant."""
    return datetime.combine(day, clock, LONDON).astimezone(UTC)


def openings(day: date, facts: Facts) -> list[tuple[datetime, datetime]]:
    """When the office is open on this day; nothing on a closed one."""
    if not counts(day, Unit.WORKING_DAYS, facts):
        return []
    spans = facts.special.get(day, facts.hours.get(day.weekday(), ()))
    return [(at(day, a), at(day + DAY if b == time(0) else day, b)) for a, b in spans]


def closing(day: date, facts: Facts) -> datetime:
    """When the office closes; the end of a day without hours."""
    return max((b for _, b in openings(day, facts)), default=at(day + DAY, time(0)))


class Beyond(Exception):
    """The walk came to the end of the table."""


def answer(
    received: datetime,
    promise: AnyPromise,
    rules: ClockRules,
    facts: Facts,
    first: date,
    last: date,
) -> tuple[date, datetime]:
    """Day zero and the instant from which the target is missed. Raises Beyond."""
    if isinstance(promise, Either):
        both = [
            answer(received, p, rules, facts, first, last) for p in (promise.one, promise.other)
        ]
        return (max if promise.later else min)(both, key=lambda b: b[1])
    unit = promise.unit
    of_days = unit in (
        Unit.WORKING_DAYS, Unit.SCHOOL_DAYS, Unit.WEEKDAYS, Unit.CALENDAR_DAYS
    )  # fmt: skip

    def days(since: date) -> Iterator[date]:
        while first <= since <= last:
            yield since
            since += DAY
        raise Beyond

    def counted(day: date) -> bool:
        return counts(day, unit if of_days else Unit.WORKING_DAYS, facts, rules.inset_counts)

    def cut(day: date) -> datetime:
        return at(day, rules.cut_off) if rules.cut_off else closing(day, facts)

    def end(day: date) -> datetime:
        until = promise.by or rules.due_by
        if isinstance(until, time):
            return at(day, until)
        return closing(day, facts) if until is DueBy.CLOSE else at(day + DAY, time(0))

    moved = rules.receipt is Receipt.NEXT_WORKING_DAY
    today = next(days(received.astimezone(LONDON).date()))
    zero = today
    if moved:
        zero = next(d for d in days(today) if counted(d) and (d > today or received < cut(d)))
    if of_days and not promise.roll:
        if promise.amount == 0:
            free = (d for d in days(today) if counted(d) and received < end(d))
            return zero, end(next(d for d in free if not moved or received < cut(d)))
        left = promise.amount
        for day in days(zero + DAY):
            left -= counted(day)
            if not left:
                return zero, end(day)
    if unit in (Unit.CALENDAR_DAYS, Unit.WEEKS, Unit.CALENDAR_MONTHS):
        day = zero
        if unit is Unit.CALENDAR_MONTHS:
            for _ in range(promise.amount):
                day = (day.replace(day=28) + timedelta(days=4)).replace(day=1)
            following = (day.replace(day=28) + timedelta(days=4)).replace(day=1)
            day = min(day.replace(day=1) + (zero.day - 1) * DAY, following - DAY)
        else:
            day += promise.amount * (7 if unit is Unit.WEEKS else 1) * DAY
        for rolled in days(day):
            if not promise.roll or counts(rolled, promise.roll, facts, rules.inset_counts):
                return zero, end(rolled)
    opened = [a for a, _ in openings(zero, facts)] or [at(zero, time(0))]
    # What came before opening waits for it, as does what was moved here from a closed day.
    start = max(received, opened[0]) if moved else received
    left_over = timedelta(hours=promise.amount)
    for day in days(today):
        spells = [(at(day, time(0)), at(day + DAY, time(0)))]
        if unit is Unit.WORKING_HOURS:
            spells = openings(day, facts)
        elif unit is Unit.HOURS_ON_WORKING_DAYS and not counted(day):
            spells = []
        for begins, ends in spells:
            ran = max(ends - max(begins, start), timedelta(0))
            if ran >= left_over:
                return zero, max(begins, start) + left_over
            left_over -= ran
    raise Beyond
