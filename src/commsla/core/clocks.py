"""From an instant of receipt to the instant of a deadline: one small table per promise and rules."""

from __future__ import annotations

from abc import ABC, abstractmethod
from bisect import bisect_right
from datetime import datetime, time, timedelta
from typing import Protocol

from dateutil.relativedelta import relativedelta

from commsla.core.calendar import OutOfCalendar
from commsla.core.school import (
    DAY_UNITS,
    AnyPromise,
    ClockRules,
    DueBy,
    Either,
    Promise,
    Receipt,
    Unit,
    one,
)
from commsla.core.tables import Tables, instant, seconds_of

_HOUR = 3600.0
_WEEK = 7


class Clock(Protocol):
    """Answers for one promise under one set of rules. Raises OutOfCalendar, never a wrong date."""

    def due(self, received: datetime) -> datetime:
        """The first instant (UTC) at which the target is missed, for an aware receipt."""

    def chosen(self, received: datetime) -> Promise:
        """The promise that decides: of two, the one that counts."""

    def like(self, at: float) -> tuple[int, int] | None:
        """What receipts (seconds since 1970) have in common that have one deadline and one day zero.

        None where no table says so.
        """


def clock_for(promise: AnyPromise, rules: ClockRules, tables: Tables) -> Clock:
    """Build the table that answers for this promise."""
    if isinstance(promise, Either):
        both = (clock_for(promise.one, rules, tables), clock_for(promise.other, rules, tables))
        return _EitherClock(promise, *both)
    if promise.unit in DAY_UNITS and promise.roll is None:
        return _DayClock(promise, rules, tables)
    if promise.unit in (Unit.HOURS, Unit.HOURS_ON_WORKING_DAYS, Unit.WORKING_HOURS):
        return _HourClock(promise, rules, tables)
    return _DateClock(promise, rules, tables)


def day_zero(at: float, promise: Promise, rules: ClockRules, tables: Tables) -> int:
    """The place of the day from which is counted (DESIGN section 3, receipt).

    The local date of receipt, even if it is closed; under next-working-day, mail from the cut-off on
    or on a day that is not counted has the next counted day.
    """
    place = tables.place(at)
    if rules.receipt is Receipt.SAME_DAY:
        return place
    unit = promise.unit if promise.unit in DAY_UNITS else Unit.WORKING_DAYS
    count = tables.count(unit, inset_counts=rules.inset_counts)
    counted = count.before[place + 1] > count.before[place]
    late = at >= _cut(place, rules, tables)
    return tables.select(count, count.before[place + (counted and late)], unit.value)


def clock_starts(at: float, promise: Promise, rules: ClockRules, tables: Tables) -> float:
    """From when hours run: the receipt; under next-working-day never before day zero opens.

    Or else mail of Monday 01:00 would be due before mail of the Saturday that waits for Monday's opening.
    """
    zero = day_zero(at, promise, rules, tables)
    return at if rules.receipt is Receipt.SAME_DAY else max(at, tables.opens_at(zero))


def _cut(place: int, rules: ClockRules, tables: Tables) -> float:
    """When a day stops taking mail under next-working-day."""
    if rules.cut_off is not None:
        return tables.at_local(place, rules.cut_off)
    return tables.closes_at(place)


def _end(place: int, promise: Promise, rules: ClockRules, tables: Tables) -> float:
    """When a target on this last day is missed."""
    clock = promise.by or rules.due_by
    if isinstance(clock, time):
        return tables.at_local(place, clock)
    return tables.closes_at(place) if clock is DueBy.CLOSE else tables.midnights[place + 1]


class _DayClock:
    """Counted days: one bisect, `due = ends[bisect(cuts, receipt)]`."""

    def __init__(self, promise: Promise, rules: ClockRules, tables: Tables) -> None:
        count = tables.count(promise.unit, inset_counts=rules.inset_counts)
        self._promise = promise
        self._tables = tables
        self._low, self._high = tables.midnights[0], tables.midnights[-1]
        ends = [_end(i, promise, rules, tables) for i in count.places]
        # cuts[k]: from then on mail belongs to counted day k + 1 (by their begins: to day k).
        if rules.receipt is Receipt.NEXT_WORKING_DAY:
            self._cuts = [_cut(i, rules, tables) for i in count.places]
            shift = promise.amount
        else:
            self._cuts, shift = count.begins, promise.amount - 1
        if promise.amount == 0:  # the first counted day that can still take it
            cuts = self._cuts if rules.receipt is Receipt.NEXT_WORKING_DAY else ends
            self._cuts = [min(cut, end) for cut, end in zip(cuts, ends, strict=True)]
            shift = 0
        self._ends = [instant(end) for end in ends[shift:]]

    def due(self, received: datetime) -> datetime:
        if received.tzinfo is None:
            seconds_of(received)
        at = received.timestamp()
        k = bisect_right(self._cuts, at)
        if not self._low <= at < self._high or k >= len(self._ends):
            raise self._outside(at)
        return self._ends[k]

    def like(self, at: float) -> tuple[int, int] | None:
        if not self._promise.amount:  # its cuts are ends, and no longer say which day is day zero
            return None
        return self._tables.place(at), bisect_right(self._cuts, at)

    def chosen(self, received: datetime) -> Promise:
        return self._promise

    def _outside(self, at: float) -> OutOfCalendar:
        self._tables.place(at)  # raises if the receipt itself lies outside
        return self._tables.outside(f"The answer, in {self._promise.unit.value},")


class _OneByOne(ABC):
    """What has no table of its own answers receipt by receipt."""

    def __init__(self, promise: Promise, rules: ClockRules, tables: Tables) -> None:
        self._promise, self._rules, self._tables = promise, rules, tables

    def due(self, received: datetime) -> datetime:
        return instant(self._due(seconds_of(received)))

    def chosen(self, received: datetime) -> Promise:
        return self._promise

    def like(self, at: float) -> None:
        return None

    @abstractmethod
    def _due(self, at: float) -> float:
        """Seconds since 1970 in and out."""


class _DateClock(_OneByOne):
    """Calendar days, weeks and months from day zero, perhaps rolled on to a day that counts.

    A month that is too short ends on its last day: one calendar month from 31 January is 28 or 29
    February (ICO guidance on time limits).
    """

    def _due(self, at: float) -> float:
        promise, tables = self._promise, self._tables
        zero = tables.days.date_at(day_zero(at, promise, self._rules, tables))
        if promise.unit is Unit.CALENDAR_MONTHS:
            day = zero + relativedelta(months=promise.amount)
        else:
            days = promise.amount * (_WEEK if promise.unit is Unit.WEEKS else 1)
            day = zero + timedelta(days=days)
        place = tables.days.index(day)
        if promise.roll:
            count = tables.count(promise.roll, inset_counts=self._rules.inset_counts)
            place = tables.select(count, count.before[place], one(promise.roll))
        return _end(place, promise, self._rules, tables)


class _HourClock(_OneByOne):
    """Hours of some kind; real seconds, so that a clock change neither gives nor takes an hour."""

    def __init__(self, promise: Promise, rules: ClockRules, tables: Tables) -> None:
        super().__init__(promise, rules, tables)
        self._spells = None
        if promise.unit is Unit.WORKING_HOURS:
            self._spells = tables.open
        elif promise.unit is Unit.HOURS_ON_WORKING_DAYS:
            self._spells = tables.running(inset_counts=rules.inset_counts)

    def _due(self, at: float) -> float:
        start = clock_starts(at, self._promise, self._rules, self._tables)
        wanted = self._promise.amount * _HOUR
        if self._spells is None:
            due: float | None = start + wanted
        else:
            due = self._spells.after(self._spells.elapsed(start) + wanted)
        if due is None or due > self._tables.midnights[-1]:
            raise self._tables.outside(f"The answer, in {self._promise.unit.value},")
        return due


class _EitherClock:
    """Two clocks of which the earlier, or the later, counts; when they tie, the first named."""

    def __init__(self, promise: Either, first: Clock, second: Clock) -> None:
        self._later, self._first, self._second = promise.later, first, second

    def _counts(self, received: datetime) -> tuple[Clock, datetime]:
        a, b = self._first.due(received), self._second.due(received)
        if (b > a) if self._later else (b < a):
            return self._second, b
        return self._first, a

    def due(self, received: datetime) -> datetime:
        return self._counts(received)[1]

    def chosen(self, received: datetime) -> Promise:
        return self._counts(received)[0].chosen(received)

    def like(self, at: float) -> None:
        return None
