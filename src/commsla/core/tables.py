"""A school's days as tables: rank, select and openings; it looks up and never walks.

Instants are seconds since 1970 in UTC. Every index is checked: a negative one would silently count
from the end of a Python list.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from itertools import accumulate, compress, pairwise

from commsla.core.calendar import KINDS, OutOfCalendar, SchoolDays
from commsla.core.local import LONDON
from commsla.core.school import DayKind, Hours, Openings, Unit

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_KIND_UNITS = {
    Unit.WORKING_DAYS: (DayKind.SCHOOL, DayKind.OFFICE),
    Unit.SCHOOL_DAYS: (DayKind.SCHOOL,),
}


def seconds_of(moment: datetime) -> float:
    """An aware instant as seconds since 1970. Raises ValueError for a naive datetime."""
    if moment.tzinfo is None:
        raise ValueError(f"a naive datetime has no instant: {moment.isoformat()}")
    return moment.timestamp()


def instant(at: float) -> datetime:
    """Seconds since 1970 as an aware datetime in UTC."""
    return _EPOCH + timedelta(seconds=at)


@dataclass(frozen=True, slots=True)
class Count:
    """Rank and select of one unit.

    `before[i]` counted days lie before place i of the table; the k-th counted day lies at
    `places[k]`, begins at `begins[k]` and ends at the midnight `ends[k]`.
    """

    before: list[int]
    places: list[int]
    begins: list[float]
    ends: list[float]


class Spells:
    """Stretches of time in which a clock runs: the elapsed seconds F(t) and its inverse."""

    def __init__(self, edges: list[float]) -> None:
        self._edges = edges  # begin, end, begin, end ..., rising
        pairs = zip(edges[::2], edges[1::2], strict=True)
        self._before = list(accumulate((b - a for a, b in pairs), initial=0.0))

    def elapsed(self, at: float) -> float:
        """F(t): the seconds that ran before `at`."""
        edge = bisect_right(self._edges, at)
        inside = at - self._edges[edge - 1] if edge % 2 else 0.0
        return self._before[edge // 2] + inside

    def between(self, a: float, b: float) -> float:
        """F(b) - F(a); 0.0 where b is not later."""
        if b <= a:
            return 0.0
        edges, before = self._edges, self._before
        i, j = bisect_right(edges, a), bisect_right(edges, b)
        ran = before[j >> 1] - before[i >> 1]
        if j & 1:
            ran += b - edges[j - 1]
        if i & 1:
            ran -= a - edges[i - 1]
        return ran

    def after(self, seconds: float) -> float | None:
        """The first t with F(t) = seconds; None past the last spell. At an end, the end itself."""
        k = bisect_left(self._before, seconds)
        if not 0 < k < len(self._before):
            return self._edges[0] if k == 0 and self._edges else None
        return self._edges[2 * k - 2] + seconds - self._before[k - 1]

    def runs(self, at: float) -> bool:
        """Whether the clock runs at `at`: a beginning belongs to its spell, an end does not."""
        return bisect_right(self._edges, at) % 2 == 1

    def next_begin(self, at: float) -> float | None:
        """When the next spell begins that is later than `at` and has a length; None past the last."""
        first = bisect_right(self._edges, at)
        for k in range(first + first % 2, len(self._edges), 2):
            if self._edges[k] < self._edges[k + 1]:
                return self._edges[k]
        return None


class Tables:
    """All tables of one school. Raises ValueError for hours that overlap or close before they open.

    `hours` are local opening times by weekday; a closing time of 00:00 is the midnight that ends
    the day. `special` are the openings of single dates.
    """

    def __init__(
        self, days: SchoolDays, hours: Hours, special: Mapping[date, Openings] | None = None
    ) -> None:
        for name, openings in [*hours.items(), *(special or {}).items()]:
            _refuse_disorder(name, openings)
        self.days = days
        self._hours = hours
        self._special = special or {}
        size = len(days.kinds)
        # midnights[i] begins day i; the one past the end closes the last day.
        self.midnights = [
            datetime.combine(days.date_at(i), time(0), LONDON).timestamp() for i in range(size + 1)
        ]
        self.guessed_before = list(accumulate(days.guessed, initial=0))
        self._counts: dict[tuple[Unit, bool], Count] = {}

    # --- places -------------------------------------------------------------------------------

    def place(self, at: float) -> int:
        """The place of the local date of an instant. Raises OutOfCalendar."""
        index = bisect_right(self.midnights, at) - 1
        if not 0 <= index < len(self.days.kinds):
            raise self.days.outside(f"{instant(at):%Y-%m-%d %H:%M} UTC")
        return index

    def count(self, unit: Unit, *, inset_counts: bool = True) -> Count:
        """Rank and select of a unit of days; built when first asked for."""
        key = (unit, inset_counts)
        if key not in self._counts:
            flags = self._flags(unit, inset_counts=inset_counts)
            places = list(compress(range(len(flags)), flags))
            self._counts[key] = Count(
                before=list(accumulate(flags, initial=0)),
                places=places,
                begins=list(compress(self.midnights, flags)),
                ends=list(compress(self.midnights[1:], flags)),
            )
        return self._counts[key]

    def select(self, count: Count, rank: int, what: str) -> int:
        """The place of the counted day of this rank (from 0). Raises OutOfCalendar."""
        if not 0 <= rank < len(count.places):
            raise self.days.outside(f"The answer, in {what},")
        return count.places[rank]

    def outside(self, what: str) -> OutOfCalendar:
        """The error that says an answer lies outside the table."""
        return self.days.outside(what)

    def _flags(self, unit: Unit, *, inset_counts: bool) -> bytes:
        days = self.days
        if unit is Unit.CALENDAR_DAYS:
            return b"\x01" * len(days.kinds)
        if unit is Unit.WEEKDAYS:
            return days.weekdays
        wanted = bytes(kind in _KIND_UNITS[unit] for kind in KINDS)
        flags = days.kinds.translate(wanted.ljust(256, b"\0"))
        if unit is Unit.WORKING_DAYS and not inset_counts:
            flags = bytes(f & ~i & 1 for f, i in zip(flags, days.inset, strict=True))
        return flags

    # --- openings -----------------------------------------------------------------------------

    def _openings(self, index: int) -> Openings:
        day = self.days.date_at(index)
        if (special := self._special.get(day)) is not None:
            return special
        return self._hours.get(day.weekday(), ())

    def _opened(self, index: int) -> Iterator[tuple[float, float]]:
        day, last = self.days.date_at(index), self.midnights[index]
        for opening, closing in self._openings(index):
            opens = max(datetime.combine(day, opening, LONDON).timestamp(), last)
            last = self.midnights[index + 1]
            if closing != time(0):
                # In the hour that a clock change skips or repeats a close can precede its opening.
                last = max(opens, datetime.combine(day, closing, LONDON).timestamp())
            yield opens, last

    @cached_property
    def _spans(self) -> dict[int, list[tuple[float, float]]]:
        office = self._flags(Unit.WORKING_DAYS, inset_counts=True)
        return {i: list(self._opened(i)) for i in compress(range(len(office)), office)}

    @cached_property
    def open(self) -> Spells:
        """The openings of the office, on working days within its hours, [open, close)."""
        return Spells([edge for spans in self._spans.values() for pair in spans for edge in pair])

    def opens_at(self, index: int) -> float:
        """When the office opens on a day; its midnight where no hours are given."""
        spans = self._spans.get(index)
        return spans[0][0] if spans else self.midnights[index]

    def closes_at(self, index: int) -> float:
        """When the office closes on a day; the midnight that ends it where no hours are given."""
        spans = self._spans.get(index)
        return spans[-1][1] if spans else self.midnights[index + 1]

    def running(self, *, inset_counts: bool) -> Spells:
        """Whole working days, midnight to midnight: for hours that stop on closed days."""
        count = self.count(Unit.WORKING_DAYS, inset_counts=inset_counts)
        edges = zip(count.begins, count.ends, strict=True)
        return Spells([edge for pair in edges for edge in pair])

    def at_local(self, index: int, clock: time) -> float:
        """A local time on a day, in seconds since 1970."""
        return datetime.combine(self.days.date_at(index), clock, LONDON).timestamp()


def _refuse_disorder(name: object, openings: Openings) -> None:
    for opening, closing in openings:
        if time(0) != closing <= opening:
            raise ValueError(f"{name} closes at {closing}, not after {opening}")
    for (_, closing), (opening, _) in pairwise(openings):
        if closing == time(0) or opening < closing:
            raise ValueError(f"the openings of {name} overlap or are out of order")
