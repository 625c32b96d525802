"""What people type for a moment -> an instant; it never guesses a date that was not said."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta

from dateutil import parser as dateutil_parser

from commsla.core.clean import clean
from commsla.core.local import LONDON

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NEAR = {"yesterday": -1, "today": 0, "tomorrow": 1}
_TIME = re.compile(r"(\d{1,2})[:.](\d{2})$")
_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_DAY_FIRST = re.compile(r"\d{1,2}[/.-](\d{1,2})[/.-]\d{2,4}(?!\d)")
_YEAR = re.compile(r"(?<![\d:.])\d{4}(?![\d:.])")
_DOTTED_TIME = re.compile(r"(?<=\s)(\d{1,2})\.(\d{2})$")
_WORD = re.compile(r"[a-z]+")
_SMALL_WORDS = frozenset({"st", "nd", "rd", "th", "of", "at", "am", "pm"})
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_TWELVE = re.compile(r"\b(\d{1,2})(?:[:.](\d{2}))? ?([ap])m\b")
_HAS_TIME = re.compile(r"\d{1,2}[:.]\d{2}(?!\d|[.:/-])|\d ?[ap]m\b", re.IGNORECASE)
_NO_YEAR = re.compile(
    r"((?:[a-z]{3,9},? )?\d{1,2}(?:st|nd|rd|th)? [a-z]{3,9})(?: (\d{1,2}[:.]\d{2}))?"
)
_EXAMPLES = 'Write it like "2026-12-17 16:45", "17 Dec 2026 16:45" or "yesterday 15:10".'


def says_a_time(text: str) -> bool:
    """Whether a time of day is among the words, and not a whole day alone."""
    return text.strip().casefold() == "now" or bool(_HAS_TIME.search(text))


def read_when(text: str, now: datetime) -> datetime | str:
    """The instant (UTC) that `text` means in Europe/London, seen from `now`; or what is wrong with it.

    Understood: ISO dates and times, "17 Dec 2026 16:45", "17/12/2026" (day first), "today 9:05",
    "yesterday 15:10", "tomorrow 9:00", a weekday ("Mon 15:10": the last one that is past), a bare
    time (today).
    "Tue 15 Dec 08:45" is in this year; "3pm" and "8.30am" are times.
    A date without a time is midnight. A weekday beside a date must match it. An hour that the change
    of clocks repeats is its first one, one that it skips is read in winter time.
    """
    words = _TWELVE.sub(_twenty_four, " ".join(text.split()).lower())
    today = now.astimezone(LONDON).date()
    try:
        local = _relative(words, today, now) or _absolute(words) or _this_year(words, today)
    except (ValueError, ArithmeticError):
        local = None
    if isinstance(local, str):
        return local
    if local is None:
        return f'"{clean(text, 60)}" is not a moment that can be understood. {_EXAMPLES}'
    if local.tzinfo is None:
        local = local.replace(tzinfo=LONDON)
    try:
        return local.astimezone(UTC)
    except (ValueError, OverflowError):
        return f'"{clean(text, 60)}" is outside the calendar. {_EXAMPLES}'


def _twenty_four(hit: re.Match[str]) -> str:
    """3pm, 3.15 pm -> 15:00, 15:15."""
    hour = int(hit[1])
    if not 1 <= hour <= 12:
        return hit[0]
    return f"{hour % 12 + 12 * (hit[3] == 'p')}:{hit[2] or '00'}"


def _this_year(words: str, today: date) -> datetime | str | None:
    """`Tue 15 Dec 08:45`: a year that is not said is this one, as it is shown."""
    hit = _NO_YEAR.fullmatch(words)
    if hit is None:
        return None
    return _absolute(f"{hit[1]} {today.year} {hit[2] or ''}".strip())


def _clock(word: str) -> time | None:
    hit = _TIME.match(word)
    return time(int(hit[1]), int(hit[2])) if hit else None


def _relative(words: str, today: date, now: datetime) -> datetime | None:
    if words == "now":
        return now
    first, _, rest = words.partition(" ")
    clock = _clock(rest) if rest else time(0)
    if clock is None:
        return None
    if not rest and (bare := _clock(first)):
        return datetime.combine(today, bare)
    if first in _NEAR:
        return datetime.combine(today + timedelta(days=_NEAR[first]), clock)
    weekday = _weekday(first)
    if weekday is None:
        return None
    day = today - timedelta(days=(today.weekday() - weekday) % 7)
    moment = datetime.combine(day, clock)
    if moment.replace(tzinfo=LONDON) > now:
        moment -= timedelta(days=7)
    return moment


def _weekday(word: str) -> int | None:
    word = word.rstrip(",.")
    for number, name in enumerate(_WEEKDAYS):
        if len(word) >= 3 and name.startswith(word):
            return number
    return None


def _absolute(words: str) -> datetime | str | None:
    said = [w for w in words.split() if _weekday(w) is not None]
    rest = " ".join(w for w in words.split() if w not in said)
    # Year first is ISO's order; dateutil would take 2026/12/05 for 12 May.
    moment = _iso(rest) if _YEAR_FIRST.match(rest) else _dated(rest)
    for word in said if moment else ():
        if moment and _weekday(word) != moment.weekday():
            return _mismatch(moment, word)
    return moment


def _iso(words: str) -> datetime | None:
    first, _, rest = words.partition(" ")
    hit = _YEAR_FIRST.fullmatch(first)
    clock = _clock(rest) if rest else time(0)
    if hit and clock:
        return datetime.combine(date(int(hit[1]), int(hit[2]), int(hit[3])), clock)
    if "." in words:
        return None  # fromisoformat takes 16.45 for a fraction of a second
    return datetime.fromisoformat(words.replace(" ", "T", 1).upper())


def _dated(words: str) -> datetime | None:
    numbers = _DAY_FIRST.match(words)
    names = set(_WORD.findall(words)) - _SMALL_WORDS
    if numbers:
        if names or int(numbers[1]) > 12:
            return None  # dateutil would turn day and month round in silence
    elif not _YEAR.search(words) or len(names) != 1 or min(names)[:3] not in _MONTHS:
        return None  # dateutil would fill a missing year, and takes zones of this machine
    words = _DOTTED_TIME.sub(r"\1:\2", words)
    midnight = datetime(2000, 1, 1)  # noqa: DTZ001 - only its 00:00 is used
    first = dateutil_parser.parse(words, dayfirst=True, default=midnight)
    other = dateutil_parser.parse(words, dayfirst=True, default=midnight.replace(month=2, day=2))
    return first if first == other else None  # else a day or month was missing


def _mismatch(moment: datetime, said: str) -> str:
    really = _WEEKDAYS[moment.weekday()].capitalize()
    wrong = _WEEKDAYS[_weekday(said) or 0].capitalize()
    return (
        f"{moment:%d %B %Y} is a {really}, not a {wrong}. Check the date, or leave the weekday out."
    )
