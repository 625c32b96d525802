"""Reads a calendar file (.ics) of a school or council into school years; it writes nothing.

In an all-day event the end is exclusive (RFC 5545 section 3.6.1): a holiday that "ends" on 3 November
has 2 November as its last day.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from commsla.core.clean import clean
from commsla.core.local import LONDON
from commsla.core.published import year_name
from commsla.core.school import SchoolYear, Span
from commsla.errors import CommslaError

_MOST_BYTES = 5_000_000
_BANK = re.compile(
    r"bank holiday|good friday|easter monday|christmas day|boxing day|new year'?s day"
)
_INSET = re.compile(
    r"\binset\b|\bpd day|training day|staff (development|training)|non[- ]pupil|teacher day|"
    r"professional development"
)
_BEGINS = re.compile(r"(term|school|children|pupils).*(start|begin|return|open|back)|first day")
_ENDS = re.compile(r"(term|school).*(end|finish|close|break)|last day|breaks? up")
_HOLIDAY = re.compile(r"holiday|half[- ]?term|\bbreak\b|closed|closure|vacation")
_TERM = re.compile(r"\bterm\b")
_SHORTEST_TERM = 10  # calendar days: a shorter event called "term" is a note, not a term
_ONE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Read:
    """The years that were understood, and the events that were not."""

    years: tuple[SchoolYear, ...]
    ignored: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Event:
    span: Span
    summary: str


def read_ical(path: Path) -> Read:
    """The school years of a calendar file. Raises CommslaError with one sentence."""
    events, ignored = _events(path)
    holidays: list[Span] = []
    terms: list[Span] = []
    inset: set[date] = set()
    begins: list[date] = []
    ends: list[date] = []
    for event in events:
        words, days = event.summary.casefold(), (event.span.last - event.span.first).days + 1
        if _INSET.search(words):
            inset |= {
                d for i in range(min(days, 10)) if (d := event.span.first + i * _ONE).weekday() < 5
            }
        elif _BANK.search(words):
            continue  # they come from the library, for the school's nation
        elif _BEGINS.search(words) and days == 1:
            begins.append(event.span.first)
        elif _ENDS.search(words) and days == 1:
            ends.append(event.span.first)
        elif _HOLIDAY.search(words):
            holidays.append(event.span)
        elif _TERM.search(words) and days >= _SHORTEST_TERM:
            terms.append(event.span)
        else:
            ignored.append(f"{event.span.first.isoformat()} {event.summary}")
    if not terms and len(begins) == len(ends) and begins:
        terms = [Span(a, b) for a, b in zip(sorted(begins), sorted(ends), strict=True) if a <= b]
    if not terms:
        terms = list(_between(holidays, begins))
    if not terms:
        raise CommslaError(
            f"{path.name} holds no terms and no school holidays that could be understood.",
            "Type the dates in instead: commsla calendar year all 2027-28",
        )
    return Read(tuple(_years(terms, inset)), tuple(ignored))


def _years(terms: Sequence[Span], inset: set[date]) -> Iterator[SchoolYear]:
    for name in sorted({year_name(t.first) for t in terms}):
        # INSET at the end of August belongs to the year that begins.
        own = [d for d in inset if name in (year_name(d), year_name(d + 7 * _ONE))]
        mine = sorted((t for t in terms if year_name(t.first) == name), key=lambda t: t.first)
        before = date(int(name[:4]), 8, 1)
        yield SchoolYear(name, tuple(mine), tuple(sorted(d for d in own if d >= before)))


def _between(holidays: Sequence[Span], begins: Sequence[date]) -> Iterator[Span]:
    """The days that closures leave, for every school year whose summer holiday is listed."""
    closed = sorted(holidays, key=lambda s: s.first)
    for name in sorted({year_name(h.first) for h in closed}):
        year = int(name[:4])
        own = [h for h in closed if year_name(h.first) == name]
        summer = [
            h for h in own if h.last >= date(year + 1, 8, 20) or h.first >= date(year + 1, 7, 10)
        ]
        if not summer:
            continue  # without the end of its year a school would seem open until 31 August
        before = [h.last + _ONE for h in closed if h.last.year == year and h.last.month in (8, 9)]
        opened = [d for d in begins if year_name(d) == name and d.month in (8, 9)]
        start = min(opened, default=max(before, default=date(year, 9, 1)))
        for holiday in own:
            if holiday.first > start:
                yield Span(start, holiday.first - _ONE)
            start = max(start, holiday.last + _ONE)


def _events(path: Path) -> tuple[list[_Event], list[str]]:
    try:
        from icalendar import Calendar
    except ImportError as error:
        raise CommslaError(
            "Calendar files are read with the library icalendar, which is not installed.",
            "Install it: pip install 'commsla[ical]'",
        ) from error
    try:
        data = path.read_bytes()[: _MOST_BYTES + 1]
    except OSError as error:
        raise CommslaError(
            f"{clean(str(path), 120)} cannot be read: {error.strerror}.",
            "Check the name of the file.",
        ) from error
    if len(data) > _MOST_BYTES:
        raise CommslaError(f"{path.name} is too large to be a school calendar.")
    try:
        calendar = Calendar.from_ical(data)
    except (ValueError, IndexError, KeyError) as error:
        raise CommslaError(
            f"{path.name} is not a calendar file (.ics).",
            "Export or download the calendar again, in the format iCalendar.",
        ) from error
    found: list[_Event] = []
    ignored: list[str] = []
    for event in calendar.walk("VEVENT"):
        summary = clean(str(event.get("SUMMARY", "")), 100)
        start, end = (getattr(event.get(key), "dt", None) for key in ("DTSTART", "DTEND"))
        first = _day(start)
        if first is None:
            ignored.append(f"(no date) {summary}")
        elif "RRULE" in event:
            ignored.append(f"{first.isoformat()} {summary} (repeats: not read)")
        else:
            found.append(_Event(Span(first, _last(first, start, end)), summary))
    return found, ignored


def _day(value: object) -> date | None:
    if isinstance(value, datetime):
        return (value.astimezone(LONDON) if value.tzinfo else value).date()
    return value if isinstance(value, date) else None


def _last(first: date, start: object, end: object) -> date:
    last = _day(end)
    if last is None:
        return first
    midnight = isinstance(end, datetime) and (end.hour, end.minute) == (0, 0)
    if not isinstance(end, datetime) or midnight:
        last -= _ONE  # exclusive
    return max(first, last)
