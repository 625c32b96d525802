"""Days and terms as published pages write them -> dates, or a sentence; it never guesses a year unsaid."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from commsla.core.clean import clean
from commsla.core.school import Span

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_SLASHED = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4}|\d\d)")
_SPOKEN = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?(?: of)? ([a-z]{3,9})\.?,?(?: (\d{4}))?")
_BETWEEN = re.compile(
    # A tab parts the cells of a table that was copied; a bare hyphen parts only behind a year.
    r"\s*\t\s*|\s+(?:to|until|till|-|–|—)\s+|\s*\.\.\s*|\s*[–—]\s*|(?<=\d{4})-(?=[a-z])",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"^[a-z][^:]{0,60}:\s+(?=\S)|^from\s+", re.IGNORECASE
)  # "Autumn term: Wednesday 1st ..."
_HALF_A_YEAR = 183
_SOON = 60  # days
_NEAR = r"\b(?:today|tomorrow|yesterday)\b"
_NO_DATE = "is not a date that can be understood"
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
        return f"{shown} {_NO_DATE}. {_EXAMPLE}"
    if said is not None and day.weekday() != said:
        really, named = (_WEEKDAYS[d].capitalize() for d in (day.weekday(), said))
        return (
            f"{shown} does not fit: {day.day} {_MONTHS[day.month - 1].capitalize()} {day.year} is a "
            f"{really}, not a {named}. Look again."
        )
    return day


def read_span(text: str, today: date) -> Span | str:
    """ "Wednesday 1st September 2027 to Friday 22nd October 2027" -> both ends, or what is wrong.

    A single day is a span of one day. Where only the second date has a year, it holds for both.
    """
    parts = [p for p in _BETWEEN.split(_LABEL.sub("", text.strip())) if p]
    if not 1 <= len(parts) <= 2:
        return f'"{clean(text, 80)}" is not a first and a last day. Write "first day to last day".'
    last = read_day(parts[-1], today)
    first = last
    if len(parts) == 2:
        bare = re.search(r"\d{4}", parts[0]) is None
        first = (
            _before(parts[0], last, today)
            if bare and isinstance(last, date)
            else read_day(parts[0], today)
        )
    if isinstance(first, str) or isinstance(last, str):
        return first if isinstance(first, str) else str(last)
    if last < first:
        return f'"{clean(text, 80)}" ends before it begins. Write its first day, then its last.'
    return Span(first, last)


def _before(text: str, last: date, today: date) -> date | str:
    """A day whose year only the last day says: the same year, or the one before it."""
    read = read_day(f"{text} {last.year}", last)
    if isinstance(read, date) and read <= last:
        return read
    earlier = read_day(f"{text} {last.year - 1}", last)
    if isinstance(earlier, date) and (last - earlier).days < _HALF_A_YEAR:
        return earlier
    # Words such as "today" take no year.
    return read_day(text, today) if isinstance(read, str) and _NO_DATE in read else read


def read_day_and_reason(words: Sequence[str], today: date) -> tuple[Span, str] | str:
    """`Thu 14 Jan no heating`, with or without quotes -> the days and the reason; or what is wrong.

    The most words that together are a day, or a first and a last day, are taken for it. A day without
    a year that is past in this school year is refused with both that could be meant.
    """
    told = ""
    for length in range(len(words), 0, -1):
        text = " ".join(words[:length])
        read = read_span(text, today)
        if two := _two_years(text, read, today):
            return two
        if isinstance(read, Span):
            return read, " ".join(words[length:])
        if not told and _NO_DATE not in read:
            told = read  # such as a weekday that does not fit
    whole = clean(" ".join(words), 60)
    return told or f'"{whole}" does not begin with {_NO_DATE.removeprefix("is not ")}. {_EXAMPLE}'


def _two_years(text: str, read: Span | str, today: date) -> str:
    """Which two days a date without a year may mean: this school year's is past; else nothing."""
    if re.search(r"\d{4}|\d[/.]\d", text) or re.search(_NEAR, text, re.IGNORECASE):
        return ""
    this = read_span(text, date(int(year_name(today)[:4]), 9, 1))
    if isinstance(this, str) or this == read or this.first >= today:
        return ""
    coming = read.first if isinstance(read, Span) else None
    if coming and (coming - today).days <= _SOON:
        return ""  # at the end of August the first of September is the next one
    past = f'"{clean(text, 60)}" is past in this school year: {_in_full(this.first)}'
    if coming is None:
        return f"{past}. If that day is meant, write it with its year."
    return f"{past}. Write it with its year, or {_in_full(coming)} if that is meant."


def _in_full(day: date) -> str:
    weekday, month = _WEEKDAYS[day.weekday()][:3], _MONTHS[day.month - 1][:3]
    return f"{weekday.capitalize()} {day.day} {month.capitalize()} {day.year}"


def in_year(text: str, name: str) -> Span | str:
    """A span as `read_span` reads it that lies in a school year; a date without a year is of that one."""
    start, end = date(int(name[:4]), 8, 1), date(int(name[:4]) + 1, 8, 31)
    read = read_span(text, start)
    if isinstance(read, Span) and not start <= read.first <= read.last <= end:
        wrong = read.last if start <= read.first <= end else read.first
        shown = f"{wrong.day} {_MONTHS[wrong.month - 1].capitalize()} {wrong.year}"
        return (
            f"{shown} does not lie in the school year {name} ({start.year} to {end.year}). "
            "Look at the year of the date."
        )
    return read


def name_of_year(text: str) -> str | None:
    """`2027-28` from what people write: 2027-28, 2027/28, 2027-2028; None for anything else."""
    hit = re.fullmatch(r"\s*(20\d\d)\s*[-/–]\s*(?:20)?(\d\d)\s*", text)
    if hit is None or (int(hit[1]) + 1) % 100 != int(hit[2]):
        return None
    return f"{hit[1]}-{hit[2]}"


def year_name(day: date) -> str:
    """The school year that a day belongs to: `2026-27`; August belongs to the year that ends."""
    first = day.year if day.month >= 9 else day.year - 1
    return f"{first}-{(first + 1) % 100:02}"


def _date(words: str, today: date, said: int | None) -> date | None:
    if hit := _ISO.fullmatch(words):
        return date(int(hit[1]), int(hit[2]), int(hit[3]))
    if hit := _SLASHED.fullmatch(words):
        return date(int(hit[3]) + 2000 * (len(hit[3]) == 2), int(hit[2]), int(hit[1]))
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
