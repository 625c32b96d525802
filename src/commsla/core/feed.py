"""The events of a school's or council's calendar -> school years; what is not understood is said.

Bank holidays in it are passed over: they come from the library, for the school's nation.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise

from commsla.core.published import year_name
from commsla.core.school import SchoolYear, Span

_BANK = re.compile(
    r"bank hol|good friday|easter monday|christmas day|boxing day|new year'?s day|\bmay day"
)
_INSET = re.compile(
    r"\binset\b|\bpd day|training day|staff (development|training)|non[- ]pupil|teacher day|"
    r"professional development"
)
_OFF = r"(?:holidays?|half[- ]?term|vacation)"
_OFF_BEGINS = re.compile(rf"{_OFF}\s+(?:starts?|begins?)\b|(?:start|beginning) of [a-z ]*{_OFF}")
_OFF_ENDS = re.compile(rf"{_OFF}\s+(?:ends?|finish(?:es)?)\b|\bend of [a-z ]*{_OFF}")
_BEGINS = re.compile(
    r"(term|school|children|pupils).*(starts?|begins?|returns?|re-?opens?|opens?|back)\b|first day|"
    r"(start|beginning) of .*term|(return|back) to school"
)
_ENDS = re.compile(
    r"(term|school).*(ends?|finish(es)?|closes)\b|last day|breaks? up|\bend of .*term"
)
_HOLIDAY = re.compile(r"holiday|half[- ]?term|\bbreak\b|closed|closure|vacation")
_TERM = re.compile(r"\bterm\b")
_SHORTEST_TERM = 10  # calendar days: a shorter event called "term" is a note, not a term
_MOST_INSET = 10  # days of one event: longer is a season of courses, not an INSET day
_BANK_DAYS = 2  # a longer event that names a bank holiday is the holiday around it
_CENTURY = (2000, 2100)
_ONE = timedelta(days=1)
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Event:
    """Whole local days and what they are called."""

    span: Span
    summary: str

    @property
    def days(self) -> int:
        return (self.span.last - self.span.first).days + 1


@dataclass(frozen=True, slots=True)
class Read:
    """The years that were understood, and in a line each what was not."""

    years: tuple[SchoolYear, ...]
    ignored: tuple[str, ...]


@dataclass
class _Sorted:
    terms: set[Span] = field(default_factory=set)
    holidays: set[Span] = field(default_factory=set)
    inset: set[date] = field(default_factory=set)
    begins: set[date] = field(default_factory=set)
    ends: set[date] = field(default_factory=set)
    off_begins: set[date] = field(default_factory=set)
    off_ends: set[date] = field(default_factory=set)
    ignored: list[str] = field(default_factory=list)


def is_bank_holiday(summary: str) -> bool:
    """Whether an event of a day or two is a bank holiday by its name."""
    return _BANK.search(summary.casefold()) is not None


def school_years(events: Iterable[Event]) -> Read:
    """The school years that terms, first and last days, or holidays make; none if there are none."""
    found = _Sorted()
    for event in events:
        _sort(event, found)
    found.holidays |= set(_paired(found.off_begins, found.off_ends))
    terms = [t for t in found.terms if sum(_within(o, t) for o in found.terms - {t}) < 2]
    terms = terms or list(_paired(found.begins, found.ends))
    if terms:
        terms = [part for term in terms for part in _without(term, found.holidays)]
    else:
        terms = list(_between(found))
    trimmed = sorted({t for term in terms if (t := _weekdays(term))}, key=lambda t: t.first)
    years = tuple(_years(trimmed, found))
    return Read(years, tuple(sorted(found.ignored)))


def _sort(event: Event, found: _Sorted) -> None:
    words, span = event.summary.casefold(), event.span
    single = event.days == 1
    if not (_CENTURY[0] <= span.first.year and span.last.year <= _CENTURY[1]):
        found.ignored.append(f"{span.first.isoformat()} {event.summary} (which year?)")
    elif _INSET.search(words) and event.days <= _MOST_INSET:
        days = (span.first + i * _ONE for i in range(event.days))
        found.inset |= {d for d in days if d.weekday() < _SATURDAY}
    elif event.days <= _BANK_DAYS and is_bank_holiday(words):
        pass
    elif single and _OFF_BEGINS.search(words):
        found.off_begins.add(span.first)
    elif single and _OFF_ENDS.search(words):
        found.off_ends.add(span.first)
    elif single and _BEGINS.search(words):
        found.begins.add(span.first)
    elif single and _ENDS.search(words):
        found.ends.add(span.first)
    elif _HOLIDAY.search(words):
        found.holidays.add(span)
    elif _TERM.search(words) and event.days >= _SHORTEST_TERM:
        found.terms.add(span)
    else:
        found.ignored.append(f"{span.first.isoformat()} {event.summary}")


def _paired(begins: set[date], ends: set[date]) -> Iterator[Span]:
    """First and last days that alternate; nothing where one is missing: which, nobody could say."""
    firsts, lasts = sorted(begins), sorted(ends)
    pairs = list(zip(firsts, lasts, strict=False))
    if len(firsts) != len(lasts) or any(a > b for a, b in pairs):
        return
    if any(one[1] >= other[0] for one, other in pairwise(pairs)):
        return
    yield from (Span(a, b) for a, b in pairs)


def _within(inner: Span, outer: Span) -> bool:
    return outer.first <= inner.first and inner.last <= outer.last


def _without(term: Span, holidays: Iterable[Span]) -> Iterator[Span]:
    """A term less the holidays in it."""
    start = term.first
    for off in sorted(holidays, key=lambda h: h.first):
        if off.last < start or off.first > term.last:
            continue
        if off.first > start:
            yield Span(start, off.first - _ONE)
        start = off.last + _ONE
    if start <= term.last:
        yield Span(start, term.last)


def _between(found: _Sorted) -> Iterator[Span]:
    """The days that holidays leave, for every school year whose summer holiday is listed."""
    closed = sorted(found.holidays, key=lambda s: s.first)
    for name in sorted({year_name(h.first) for h in closed}):
        year = int(name[:4])
        own = [h for h in closed if year_name(h.first) == name]
        summer = [h for h in own if h.first >= date(year + 1, 7, 1)]
        if not summer:
            # Without the end of its year a school would seem open until 31 August.
            found.ignored.append(
                f"{name}: its summer holiday is not in the file, so when does it end?"
            )
            continue
        before = [h.last + _ONE for h in closed if h.last.year == year and h.last.month in (8, 9)]
        opened = [d for d in found.begins if year_name(d) == name and d.month in (8, 9)]
        start = min(opened, default=max(before, default=date(year, 9, 1)))
        yield from _without(Span(start, summer[0].first - _ONE), own)


def _weekdays(span: Span) -> Span | None:
    """A span without the weekends at its ends; None if nothing is left."""
    first, last = span.first, span.last
    while first <= last and first.weekday() >= _SATURDAY:
        first += _ONE
    while last >= first and last.weekday() >= _SATURDAY:
        last -= _ONE
    return Span(first, last) if first <= last else None


def _years(terms: Sequence[Span], found: _Sorted) -> Iterator[SchoolYear]:
    names = sorted({year_name(t.first) for t in terms})
    for name in names:
        mine = tuple(t for t in terms if year_name(t.first) == name)
        yield SchoolYear(name, mine, tuple(sorted(d for d in found.inset if _belongs(d) == name)))
    found.ignored += [
        f"{day.isoformat()} INSET: no terms of {_belongs(day)} are in the file"
        for day in found.inset
        if _belongs(day) not in names and names
    ]


def _belongs(day: date) -> str:
    """The school year of an INSET day: at the end of August staff come back for the new one."""
    return year_name(day + timedelta(days=14) if (day.month, day.day) >= (8, 18) else day)
