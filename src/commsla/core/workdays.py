"""The counting engine of one school: deadlines, trails, days between; what a day is, calendar.py says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from commsla.core.calendar import SchoolDays
from commsla.core.clocks import Clock, clock_for, clock_starts, day_zero
from commsla.core.school import (
    DAY_UNITS,
    AnyPromise,
    ClockRules,
    DayKind,
    Hours,
    Openings,
    Promise,
    Unit,
)
from commsla.core.tables import Count, Spells, Tables, instant, seconds_of

_INSTANT = timedelta(microseconds=1)  # a deadline at midnight belongs to the day that it ends


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last local date on which a promise is kept, and the first instant at which it is missed.

    An event is in time if and only if it is earlier than `instant` (UTC). `day_zero` is the local date
    from which was counted. `chosen` is the promise that decided: `promise` itself, or the one of two.
    `provisional`: some day from receipt to `date` was computed
    for want of term dates.
    """

    promise: AnyPromise
    chosen: Promise
    day_zero: date
    date: date
    instant: datetime
    provisional: bool

    @property
    def unit_of_lateness(self) -> Unit:
        """In which days it is said how late something is."""
        unit = self.chosen.unit
        return unit if unit in DAY_UNITS else Unit.WORKING_DAYS


@dataclass(frozen=True, slots=True)
class TrailDay:
    """One row of the explanation.

    `counted` is 0 for day zero, then the running number; None if the day is not counted or the
    promise counts no days. `seconds` is how long the clock ran on this day, for promises in hours.
    """

    date: date
    kind: DayKind
    reason: str
    counted: int | None
    provisional: bool
    seconds: float | None = None


class Workdays:
    """Answers about the days of one school; tables are built once, queries only look up.

    Every method raises OutOfCalendar where the answer or the question lies outside the table of
    days, and ValueError for a naive datetime (a bug, not a user's mistake). Building raises
    ValueError for hours that overlap or close before they open.
    """

    def __init__(
        self, days: SchoolDays, hours: Hours, special: Mapping[date, Openings] | None = None
    ) -> None:
        self.days = days
        self._tables = Tables(days, hours, special)
        self._clocks: dict[tuple[int, int], tuple[AnyPromise, ClockRules, Clock]] = {}
        self._deadlines: dict[tuple[int, ...], Deadline] = {}
        self._working: dict[tuple[date, date, bool], int] = {}

    @cached_property
    def _open(self) -> Spells:
        return self._tables.open

    def clock(self, promise: AnyPromise, rules: ClockRules) -> Clock:
        """The fast way from receipts to instants, for one promise under one set of rules."""
        # By identity, which the tuple keeps: to hash a promise takes longer than to answer for it.
        held = self._clocks.get((id(promise), id(rules)))
        if held is None:
            held = (promise, rules, clock_for(promise, rules, self._tables))
            self._clocks[id(promise), id(rules)] = held
        return held[2]

    def deadline(self, received: datetime, promise: AnyPromise, rules: ClockRules) -> Deadline:
        """When `promise` on mail received at an aware instant is due (DESIGN section 3, the clock)."""
        clock = self.clock(promise, rules)
        same = clock.like(seconds_of(received))
        if same is None:
            return self._deadline(received, promise, rules, clock)
        key = (id(clock), *same)
        found = self._deadlines.get(key)
        if found is None:
            found = self._deadlines[key] = self._deadline(received, promise, rules, clock)
        return found

    def _deadline(
        self, received: datetime, promise: AnyPromise, rules: ClockRules, clock: Clock
    ) -> Deadline:
        instant = clock.due(received)
        chosen = clock.chosen(received)
        at, tables = seconds_of(received), self._tables
        start, due = tables.place(at), tables.place(seconds_of(instant - _INSTANT))
        guessed = tables.guessed_before
        return Deadline(
            promise=promise,
            chosen=chosen,
            day_zero=self.days.date_at(day_zero(at, chosen, rules, tables)),
            date=self.days.date_at(due),
            instant=instant,
            provisional=guessed[due + 1] > guessed[min(start, due)],
        )

    def trail(
        self, received: datetime, promise: AnyPromise, rules: ClockRules
    ) -> tuple[TrailDay, ...]:
        """Every local date from receipt to the deadline's, counted or not, and why."""
        due = self.deadline(received, promise, rules)
        tables = self._tables
        at = seconds_of(received)
        zero = self.days.index(due.day_zero)
        count = self._numbers(due.chosen, rules)
        spells = self._spells(due.chosen, rules)
        begins, until = clock_starts(at, due.chosen, rules, tables), seconds_of(due.instant)
        rows = []
        for i in range(tables.place(at), self.days.index(due.date) + 1):
            day = self.days.day_at(i)
            number = 0 if i == zero else None
            if count and i > zero and count.before[i + 1] > count.before[i]:
                number = count.before[i + 1] - count.before[zero + 1]
            low, high = max(begins, tables.midnights[i]), min(until, tables.midnights[i + 1])
            ran = spells.between(low, high) if spells else None
            rows.append(TrailDay(day.date, day.kind, day.reason, number, day.provisional, ran))
        return tuple(rows)

    def _numbers(self, promise: Promise, rules: ClockRules) -> Count | None:
        """The count whose running number a trail shows."""
        if promise.unit in DAY_UNITS:
            return self._tables.count(promise.unit, inset_counts=rules.inset_counts)
        return self._tables.count(Unit.CALENDAR_DAYS) if promise.unit is Unit.WEEKS else None

    def _spells(self, promise: Promise, rules: ClockRules) -> Spells | None:
        match promise.unit:
            case Unit.WORKING_HOURS:
                return self._tables.open
            case Unit.HOURS_ON_WORKING_DAYS:
                return self._tables.running(inset_counts=rules.inset_counts)
            case Unit.HOURS:
                return Spells([self._tables.midnights[0], self._tables.midnights[-1]])
        return None

    def counted_between(self, a: date, b: date, unit: Unit, *, inset_counts: bool = True) -> int:
        """How many counted days d have a < d <= b; 0 where b is not later than a."""
        low, high = self.days.index(a), self.days.index(b)
        before = self._tables.count(unit, inset_counts=inset_counts).before
        return max(before[high + 1] - before[low + 1], 0)

    def working_days(self, a: date, b: date, *, inset_counts: bool = True) -> int:
        """As `counted_between`, in working days; for the many questions that a year's cases ask alike."""
        key = (a, b, inset_counts)
        found = self._working.get(key)
        if found is None:
            unit = Unit.WORKING_DAYS
            found = self._working[key] = self.counted_between(a, b, unit, inset_counts=inset_counts)
        return found

    def next_counted(self, after: date, unit: Unit) -> date:
        """The first counted local date strictly after `after`."""
        count = self._tables.count(unit)
        rank = count.before[self.days.index(after) + 1]
        return self.days.date_at(self._tables.select(count, rank, unit.value))

    def last_counted(self, before: date, unit: Unit) -> date:
        """The last counted local date strictly before `before`."""
        count = self._tables.count(unit)
        rank = count.before[self.days.index(before)] - 1
        return self.days.date_at(self._tables.select(count, rank, unit.value))

    def is_counted(self, day: date, unit: Unit) -> bool:
        """Whether a promise in `unit` counts this local date."""
        index = self.days.index(day)
        before = self._tables.count(unit).before
        return before[index + 1] > before[index]

    def open_seconds(self, a: datetime, b: datetime) -> float:
        """Real seconds of office opening between two aware instants; 0.0 where b is not later.

        The office is open on working days within its hours, [open, close); a working day of a
        weekday without hours adds nothing.
        """
        low, high = seconds_of(a), seconds_of(b)
        midnights = self._tables.midnights
        if not midnights[0] <= low < midnights[-1] or not midnights[0] <= high < midnights[-1]:
            self._tables.place(low)
            self._tables.place(high)
        return self._open.between(low, high)

    def is_open(self, at: datetime) -> bool:
        """Whether the office is open at an aware instant: as in `open_seconds`."""
        self._tables.place(seconds_of(at))
        return self._open.runs(seconds_of(at))

    def next_opening(self, after: datetime) -> datetime | None:
        """When the office opens next, in UTC; None where the calendar knows no further opening."""
        begin = self._open.next_begin(seconds_of(after))
        return None if begin is None else instant(begin)
