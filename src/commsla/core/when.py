"""What people type for a moment -> an instant; it never guesses a date that was not said."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta

from dateutil import parser as dateutil_parser

from commsla.core.clean import clean
from commsla.core.local import LONDON

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_TIME = re.compile(r"(\d{1,2})[:.](\d{2})$")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}\b")
_HAS_YEAR = re.compile(r"(?<![\d:.])\d{4}(?![\d:.])|\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}")
_EXAMPLES = 'Write it like "2026-12-17 16:45", "17 Dec 2026 16:45" or "yesterday 15:10".'


def read_when(text: str, now: datetime) -> datetime | str:
    """The instant (UTC) that `text` means in Europe/London, seen from `now`; or what is wrong with it.

    Understood: ISO dates and times, "17 Dec 2026 16:45", "17/12/2026" (day first), "today 9:05",
    "yesterday 15:10", a weekday ("Mon 15:10": the last one that is past), a bare time (today).
    A date without a time is midnight. A weekday beside a date must match it.
    """
    words = " ".join(text.split()).lower()
    today = now.astimezone(LONDON).date()
    try:
        local = _relative(words, today, now) or _iso(words) or _dated(words)
    except (ValueError, OverflowError):
        local = None
    if isinstance(local, str):
        return local
    if local is None:
        return f'"{clean(text, 60)}" is not a moment that can be understood. {_EXAMPLES}'
    if local.tzinfo is None:
        local = local.replace(tzinfo=LONDON)
    try:
        return local.astimezone(UTC)
    except OverflowError:
        return f'"{clean(text, 60)}" is outside the calendar. {_EXAMPLES}'


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
    if first in ("today", "yesterday"):
        return datetime.combine(today - timedelta(days=first == "yesterday"), clock)
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


def _iso(words: str) -> datetime | str | None:
    if not _ISO.search(words):
        return None
    said = None
    first, _, rest = words.partition(" ")
    if (said := _weekday(first)) is not None:
        words = rest
    return _checked(datetime.fromisoformat(words.replace(" ", "T", 1).upper()), said)


def _dated(words: str) -> datetime | str | None:
    if not _HAS_YEAR.search(words):
        return None  # dateutil would fill a missing year in silence
    said = _weekday(words.partition(" ")[0])
    if said is not None:
        words = words.partition(" ")[2]
    midnight = datetime(2000, 1, 1)  # noqa: DTZ001 - only its 00:00 is used
    first = dateutil_parser.parse(words, dayfirst=True, default=midnight)
    other = dateutil_parser.parse(words, dayfirst=True, default=midnight.replace(month=2, day=2))
    if first != other:
        return None  # a day or month was missing
    return _checked(first, said)


def _checked(moment: datetime, said: int | None) -> datetime | str:
    if said is None or said == moment.weekday():
        return moment
    really = _WEEKDAYS[moment.weekday()].capitalize()
    return (
        f"{moment:%d %B %Y} is a {really}, not a {_WEEKDAYS[said].capitalize()}. "
        "Check the date, or leave the weekday out."
    )
