"""Counts: the n-th counted day, the days between, the instants; it never decides what a day is."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate, compress
from zoneinfo import ZoneInfo

from commsla.core.calendar import KINDS, SchoolDays
from commsla.core.school import (
    DayKind,
    DueBy,
    Hours,
    Promise,
    Receipt,
    Unit,
)

LONDON = ZoneInfo("Europe/London")  # all four nations keep its clock
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# Which kinds of day a unit counts (DESIGN section 3); another unit of whole days is one more row.
COUNTED = {
    Unit.WORKING_DAYS: frozenset({DayKind.SCHOOL, DayKind.OFFICE}),
    Unit.SCHOOL_DAYS: frozenset({DayKind.SCHOOL}),
}


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last local date on which a promise is kept, and the first instant at which it is missed.

    An event is in time if and only if it is earlier than `instant` (UTC). `received` is as it was
    given; `day_zero` is the local date from which was counted. `provisional`: some day from receipt
    to `date` was computed for want of term dates.
    """

    promise: Promise
    received: datetime
    day_zero: date
    date: date
    instant: datetime
    provisional: bool


@dataclass(frozen=True, slots=True)
class TrailDay:
    """One row of the explanation: 0 for day zero, then the running number; None if not counted."""

    date: date
    kind: DayKind
    reason: str
    counted: int | None
    provisional: bool


@dataclass(frozen=True, slots=True)
class _Count:
    """Rank and select of one unit: `before[i]` counted days lie before place i, at `places`.

    `closes[k]` is the instant at which the k-th counted day stops taking mail (epoch seconds, UTC).
    """

    before: list[int]
    places: list[int]
    closes: list[float]


def local_date(at: datetime) -> date:
    """The date in Europe/London at an instant. Raises ValueError for a naive datetime."""
    _epoch(at)
    return at.astimezone(LONDON).date()


class Workdays:
    """The counting engine of one school: tables are built here, queries only look up.

    `hours` are local opening times by weekday; a closing time of 00:00 is the midnight that ends
    the day. Every method raises OutOfCalendar where the answer or the question lies outside the
    table of days, and ValueError for a naive datetime (a bug, not a user's mistake). Building
    raises ValueError for hours that close before they open.
    """

    def __init__(self, days: SchoolDays, hours: Hours) -> None:
        for weekday, (opening, closing) in hours.items():
            if time(0) != closing <= opening:
                raise ValueError(f"weekday {weekday} closes at {closing}, not after {opening}")
        self.days = days
        size = len(days.kinds)
        # midnights[i] begins day i; the one past the end closes the last day.
        self._midnights = [
            datetime.combine(days.date_at(i), time(0), LONDON).timestamp() for i in range(size + 1)
        ]
        self._guessed_before = list(accumulate(days.guessed, initial=0))
        office = self._flags(Unit.WORKING_DAYS)
        self._closes = self._midnights[1:]
        self._edges: list[float] = []
        for i in compress(range(size), office):
            day = days.date_at(i)
            if day.weekday() not in hours:
                continue
            opening, closing = hours[day.weekday()]
            opens = self._local(i, day, opening)
            if closing != time(0):
                # In the hour that a clock change skips or repeats a close can precede its opening.
                self._closes[i] = max(opens, self._local(i, day, closing))
            self._edges += (opens, self._closes[i])
        pairs = zip(self._edges[::2], self._edges[1::2], strict=True)
        spent = accumulate((b - a for a, b in pairs), initial=0.0)
        self._open_before = list(spent)  # [k]: seconds of the first k openings
        self._counts = {unit: self._count(self._flags(unit)) for unit in Unit}

    def deadline(
        self, received: datetime, promise: Promise, receipt: Receipt, due_by: DueBy
    ) -> Deadline:
        """When `promise` on mail received at an aware instant is due (DESIGN section 3, the clock).

        The local date of receipt is day zero even if it is closed; under `next-working-day` mail
        that came at or after closing time, or on a day that is not counted, has the next counted
        day as day zero. Day n is the n-th counted day after it. `close` on a weekday without hours
        is the end of the date.
        """
        start, zero, due = self._places(received, promise, receipt)
        ends = self._closes[due] if due_by is DueBy.CLOSE else self._midnights[due + 1]
        return Deadline(
            promise=promise,
            received=received,
            day_zero=self.days.date_at(zero),
            date=self.days.date_at(due),
            instant=datetime.fromtimestamp(ends, UTC),
            provisional=self._guessed_before[due + 1] > self._guessed_before[start],
        )

    def trail(
        self, received: datetime, promise: Promise, receipt: Receipt, due_by: DueBy
    ) -> tuple[TrailDay, ...]:
        """Every local date from receipt to the deadline's, counted or not, and why.

        `due_by` never changes a date; a trail and its deadline are asked in the same words.
        """
        start, zero, due = self._places(received, promise, receipt)
        before = self._counts[promise.unit].before
        rows = []
        for i in range(start, due + 1):
            day = self.days.day_at(i)
            number: int | None = 0 if i == zero else None
            if i > zero and before[i + 1] > before[i]:
                number = before[i + 1] - before[zero + 1]
            rows.append(TrailDay(day.date, day.kind, day.reason, number, day.provisional))
        return tuple(rows)

    def counted_between(self, a: date, b: date, unit: Unit) -> int:
        """How many counted days d have a < d <= b; 0 where b is not later than a."""
        low, high = self.days.index(a), self.days.index(b)
        before = self._counts[unit].before
        return max(before[high + 1] - before[low + 1], 0)

    def next_counted(self, after: date, unit: Unit) -> date:
        """The first counted local date strictly after `after`."""
        return self.days.date_at(self._nth(self.days.index(after), 1, unit))

    def is_counted(self, day: date, unit: Unit) -> bool:
        """Whether a promise in `unit` counts this local date."""
        index = self.days.index(day)
        before = self._counts[unit].before
        return before[index + 1] > before[index]

    def open_seconds(self, a: datetime, b: datetime) -> float:
        """Real seconds of office opening between two aware instants; 0.0 where b is not later.

        The office is open on working days within its hours, [open, close); a working day of a
        weekday without hours adds nothing.
        """
        low, high = _epoch(a), _epoch(b)
        self._place(low)
        self._place(high)
        return max(self._opened_by(high) - self._opened_by(low), 0.0)

    def _local(self, index: int, day: date, clock: time) -> float:
        begins = self._midnights[index]
        if self._midnights[index + 1] - begins == 24 * 3600:
            return begins + clock.hour * 3600 + clock.minute * 60 + clock.second
        # A day of a clock change: only the zone knows; elsewhere it would cost most of the build.
        return datetime.combine(day, clock, LONDON).timestamp()

    def _opened_by(self, at: float) -> float:
        edge = bisect_right(self._edges, at)
        inside = at - self._edges[edge - 1] if edge % 2 else 0.0
        return self._open_before[edge // 2] + inside

    def _places(
        self, received: datetime, promise: Promise, receipt: Receipt
    ) -> tuple[int, int, int]:
        at = _epoch(received)
        start = zero = self._place(at)
        if receipt is Receipt.NEXT_WORKING_DAY:
            count = self._counts[promise.unit]
            zero = self._select(bisect_right(count.closes, at), promise.unit)
        return start, zero, self._nth(zero, promise.amount, promise.unit)

    def _place(self, at: float) -> int:
        index = bisect_right(self._midnights, at) - 1
        if not 0 <= index < len(self.days.kinds):
            when = _EPOCH + timedelta(seconds=at)
            raise self.days.outside(f"{when:%Y-%m-%d %H:%M} UTC")
        return index

    def _nth(self, index: int, n: int, unit: Unit) -> int:
        return self._select(self._counts[unit].before[index + 1] - 1 + n, unit)

    def _select(self, rank: int, unit: Unit) -> int:
        # Never a bare index: a negative one would silently count from the end of the table.
        places = self._counts[unit].places
        if not 0 <= rank < len(places):
            raise self.days.outside(f"The answer, in {unit.value},")
        return places[rank]

    def _flags(self, unit: Unit) -> bytes:
        wanted = bytes(kind in COUNTED[unit] for kind in KINDS)
        return self.days.kinds.translate(wanted.ljust(256, b"\0"))

    def _count(self, flags: bytes) -> _Count:
        places = list(compress(range(len(flags)), flags))
        return _Count(
            before=list(accumulate(flags, initial=0)),
            places=places,
            closes=[self._closes[i] for i in places],
        )


def _epoch(at: datetime) -> float:
    if at.utcoffset() is None:
        raise ValueError(f"a naive datetime has no instant: {at.isoformat()}")
    return at.timestamp()
