"""Reads a calendar file (.ics) of a school or council into school years; it writes nothing.

In an all-day event the end is exclusive (RFC 5545 section 3.6.1): a holiday that "ends" on 3 November
has 2 November as its last day.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from commsla.core.clean import clean
from commsla.core.feed import Event, Read, is_bank_holiday, school_years
from commsla.core.local import LONDON
from commsla.core.school import Span
from commsla.errors import CommslaError

_MOST_BYTES = 5_000_000
_CENTURIES = range(1900, 2200)
_ONE = timedelta(days=1)


def read_ical(path: Path) -> Read:
    """The school years of a calendar file. Raises CommslaError with one sentence."""
    ignored: list[str] = []
    read = school_years(_events(path, ignored))
    if not read.years:
        raise CommslaError(
            f"{clean(path.name, 80)} holds no terms and no school holidays that could be understood.",
            "Type the dates in instead: commsla calendar year all 2027-28",
        )
    return Read(read.years, (*ignored, *read.ignored))


def _events(path: Path, ignored: list[str]) -> Iterator[Event]:
    for event in (e for calendar in _calendars(path) for e in calendar.walk("VEVENT")):
        summary = clean(str(event.get("SUMMARY", "")), 100)
        start, end, length = (_read(event, key) for key in ("DTSTART", "DTEND", "DURATION"))
        if end is None and isinstance(length, timedelta) and isinstance(start, date):
            with contextlib.suppress(OverflowError):
                end = start + length
        first = _day(start)
        if str(event.get("STATUS", "")).upper() == "CANCELLED":
            continue
        if first is None:
            ignored.append(f"(no date) {summary}")
        elif end is None and ("DTEND" in event or "DURATION" in event):
            ignored.append(f"{first.isoformat()} {summary} (its end cannot be read)")
        elif "RRULE" in event:
            # Terms do not repeat by rule; what does are bank holidays, which are known anyhow.
            if not is_bank_holiday(summary):
                ignored.append(f"{first.isoformat()} {summary} (repeats: not read)")
        else:
            yield Event(Span(first, _last(first, end)), summary)


def _calendars(path: Path) -> list[Any]:
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
        raise CommslaError(f"{clean(path.name, 80)} is too large to be a school calendar.")
    try:
        return list(Calendar.from_ical(data, multiple=True))
    except (ValueError, IndexError, KeyError, AttributeError) as error:
        raise CommslaError(
            f"{clean(path.name, 80)} is not a calendar file (.ics).",
            "Export or download the calendar again, in the format iCalendar.",
        ) from error


def _read(event: Any, key: str) -> object:
    try:
        value = getattr(event.get(key), "dt", None)
    except (ValueError, AttributeError):  # a value that the library kept as broken
        return None
    # At the ends of the calendar a change of zone would fall off it.
    return None if isinstance(value, date) and value.year not in _CENTURIES else value


def _day(value: object) -> date | None:
    if isinstance(value, datetime):
        return (value.astimezone(LONDON) if value.tzinfo else value).date()
    return value if isinstance(value, date) else None


def _last(first: date, end: object) -> date:
    last = _day(end)
    if last is None:
        return first
    if isinstance(end, datetime):
        local = end.astimezone(LONDON) if end.tzinfo else end
        exclusive = (local.hour, local.minute) == (0, 0)
    else:
        exclusive = True
    return max(first, last - _ONE if exclusive and last > first else last)
