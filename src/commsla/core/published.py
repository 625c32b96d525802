"""Days and terms as published pages write them -> dates, or a sentence; it never guesses a year unsaid."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta

from commsla.core.clean import clean
from commsla.core.school import Span

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_SLASHED = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})")
_SPOKEN = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?(?: of)? ([a-z]{3,9})\.?,?(?: (\d{4}))?")
_BETWEEN = re.compile(r"\s+(?:to|until|till|-|–|—)\s+|\s*\.\.\s*|\s*[–—]\s*", re.IGNORECASE)
_EXAMPLE = 'Write it like "Thu 14 Jan 2027".'


def read_day(text: str, today: date) -> date | str:
    """The day that is meant, or what is wrong with it.

    Understood: today, tomorrow, yesterday, "2027-01-14", "14/1/2027" (day first), "Thursday 14th
    January 2027", "Thu 14 Jan": without a year it is the next such day from `today` on. A weekday
    that is said must be that of the date.
    """
    words = " ".join(text.replace(",", " ").split()).casefold()
    shown = f'"{clean(text, 60)}"'
    near = {"today": 0, "tomorrow": 1, "yesterday": -1}
    if words in near:
        return today + timedelta(days=near[words])
    first, _, rest = words.partition(" ")
    said = _begins(first.rstrip("."), _WEEKDAYS)
    if said is not None:
        words = rest
    try:
        day = _date(words, today, said)
    except ValueError:
        return f"{shown} is a date that does not exist. {_EXAMPLE}"
    if day is None:
        return f"{shown} is not a date that can be understood. {_EXAMPLE}"
    if said is not None and day.weekday() != said:
        really, named = (_WEEKDAYS[d].capitalize() for d in (day.weekday(), said))
        return (
            f"{shown} does not fit: {day.day} {_MONTHS[day.month - 1].capitalize()} {day.year} is a "
            f"{really}, not a {named}. Look at the page again."
        )
    return day


def read_span(text: str, today: date) -> Span | str:
    """ "Wednesday 1st September 2027 to Friday 22nd October 2027" -> both ends, or what is wrong.

    A single day is a span of one day. Where only the second date has a year, it holds for both.
    """
    parts = [p for p in _BETWEEN.split(text.strip()) if p]
    if not 1 <= len(parts) <= 2:
        return f'"{clean(text, 80)}" is not a first and a last day. Write "first day to last day".'
    last = read_day(parts[-1], today)
    if isinstance(last, str):
        return last
    first = read_day(parts[0], today) if len(parts) == 2 else last
    if len(parts) == 2 and not re.search(r"\d{4}", parts[0]) and not isinstance(first, str):
        year = last.year - ((first.month, first.day) > (last.month, last.day))
        first = read_day(f"{parts[0]} {year}", today)
    if isinstance(first, str):
        return first
    if last < first:
        return f'"{clean(text, 80)}" ends before it begins. Write its first day, then its last.'
    return Span(first, last)


def year_name(day: date) -> str:
    """The school year that a day belongs to: `2026-27`; August belongs to the year that ends."""
    first = day.year if day.month >= 9 else day.year - 1
    return f"{first}-{(first + 1) % 100:02}"


def _date(words: str, today: date, said: int | None) -> date | None:
    if hit := _ISO.fullmatch(words):
        return date(int(hit[1]), int(hit[2]), int(hit[3]))
    if hit := _SLASHED.fullmatch(words):
        return date(int(hit[3]), int(hit[2]), int(hit[1]))
    hit = _SPOKEN.fullmatch(words)
    month = _begins(hit[2], _MONTHS) if hit else None
    if hit is None or month is None:
        return None
    if hit[3]:
        return date(int(hit[3]), month + 1, int(hit[1]))
    this = date(today.year, month + 1, int(hit[1]))
    return this if this >= today else date(today.year + 1, month + 1, int(hit[1]))


def _begins(word: str, names: Iterable[str]) -> int | None:
    for number, name in enumerate(names):
        if len(word) >= 3 and name.startswith(word):
            return number
    return None
