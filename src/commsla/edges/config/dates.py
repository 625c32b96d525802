"""Reads a day as a school writes it, and which school year it can belong to; it knows no calendar."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime

from commsla.edges.config.values import WrongValueError, shown

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)

_CENTURY = range(2000, 2101)
_WEEKDAY = re.compile(r"([A-Za-z]{3,9})\.?,?\s+(?=\S)")
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_SPOKEN = re.compile(r"([0-9]{1,2})(?:st|nd|rd|th)?\s+([A-Za-z]{3,9})\.?,?\s+([0-9]{4})")


def spoken(day: date) -> str:
    """A day as this file writes it best: `Mon 2026-01-05`."""
    return f"{DAYS[day.weekday()][:3]} {day.isoformat()}"


def read_day(value: object) -> date:
    """A TOML date, `"Mon 2026-01-05"` or `"Monday 5 January 2026"`; the weekday must be right."""
    if isinstance(value, datetime):
        raise WrongValueError(f"a day has no time of day. Write {value.date().isoformat()}.")
    day = value if isinstance(value, date) else _written_day(value)
    if day.year not in _CENTURY:
        raise WrongValueError(
            f"{day.isoformat()} is not in the years 2000 to 2100. Write the day that is meant."
        )
    return day


def read_entered(value: object) -> datetime:
    """When something was typed: a local date and time without an offset."""
    if isinstance(value, datetime) and value.tzinfo is None:
        return value
    raise WrongValueError(
        "is not a date with a time. Write for example 2026-05-07T07:02:00, or leave it out."
    )


def _written_day(value: object) -> date:
    if not isinstance(value, str):
        raise WrongValueError('this is not a date. Write for example "Mon 2026-01-05".')
    text = value.strip()
    weekday = _WEEKDAY.match(text)
    day = _bare_day(text[weekday.end() :] if weekday else text, shown(value))
    if weekday:
        _check_weekday(weekday[1], day, shown(value))
    return day


def _bare_day(text: str, whole: str) -> date:
    iso, english = _ISO.fullmatch(text), _SPOKEN.fullmatch(text)
    if iso:
        year, month, day = int(iso[1]), int(iso[2]), int(iso[3])
    elif english and (name := _by_beginning(english[2], MONTHS)):
        year, month, day = int(english[3]), MONTHS.index(name) + 1, int(english[1])
    else:
        raise WrongValueError(f'{whole} is not a date. Write for example "Mon 2026-01-05".')
    try:
        return date(year, month, day)
    except ValueError:
        raise WrongValueError(
            f"{whole} is a date that does not exist. Write the day that is meant."
        ) from None


def _check_weekday(word: str, day: date, whole: str) -> None:
    named = _by_beginning(word, DAYS)
    really = DAYS[day.weekday()]
    if not named:
        raise WrongValueError(
            f'{whole} begins with a word that is no weekday. Write "{spoken(day)}".'
        )
    if named != really:
        raise WrongValueError(
            f"{whole} is wrong: {day.isoformat()} is a {really}, not a {named}. "
            f'Write "{spoken(day)}", or the date that is meant.'
        )


def _by_beginning(word: str, names: Iterable[str]) -> str:
    # "Mon", "Tues", "Monday", "Sept": any beginning of three letters or more.
    folded = word.casefold()
    return next((n for n in names if len(folded) >= 3 and n.casefold().startswith(folded)), "")


def year_bounds(name: str) -> tuple[date, date] | None:
    """1 August to 31 August around a school year such as `2026-27`; None for another name."""
    match = re.fullmatch(r"(20[0-9]{2})-([0-9]{2})", name)
    if not match or (int(match[1]) + 1) % 100 != int(match[2]):
        return None
    return date(int(match[1]), 8, 1), date(int(match[1]) + 1, 8, 31)


def lies_in(day: date, name: str) -> bool:
    """Whether `day` can belong to the school year `name`."""
    bounds = year_bounds(name)
    return bounds is not None and bounds[0] <= day <= bounds[1]
