"""Which day a sentence of ours names, seen from the day it was written; unclear is None, never a guess."""

from __future__ import annotations

import re
from datetime import date, timedelta

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# "sat" and "sun" are words of their own; the others are what people write for short.
_WEEKDAY = (
    r"(monday|mon|tuesday|tues|tue|wednesday|weds|wed|thursday|thurs|thur|thu|friday|fri"
    r"|saturday|sunday)"
)
_MONTH = (
    r"(january|jan|february|feb|march|mar|april|apr|may|june|jun|july|jul|august|aug"
    r"|september|sept|sep|october|oct|november|nov|december|dec)"
)
_NUMBER = r"(\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?:,? (\d{4})\b)?"
_BEFORE = rf"(?:\b{_WEEKDAY},? (?:the )?)?"
_DAY_MONTH = re.compile(rf"{_BEFORE}\b{_NUMBER} (?:of )?{_MONTH}\b{_YEAR}")
_MONTH_DAY = re.compile(rf"{_BEFORE}\b{_MONTH} (?:the )?{_NUMBER}\b(?![:.]\d){_YEAR}")
_FIGURES = re.compile(
    rf"{_BEFORE}(?<![\d/.])(\d{{1,2}})/(\d{{1,2}})(?:/(\d{{4}}|\d{{2}}))?(?![\d/])"
)
_DOTTED = re.compile(
    rf"{_BEFORE}(?<![\d.])(\d{{1,2}})[.-](\d{{1,2}})[.-](\d{{4}}|\d{{2}})(?![\d.])"
)
_YEAR_FIRST = re.compile(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b")
_WEEKDAY_NUMBER = re.compile(
    rf"\b{_WEEKDAY},? (?:the )?((\d{{1,2}})(?:st|nd|rd|th)?)\b(?![:.]\d| ?[ap]m| o'clock)"
)
_THE_NUMBER = re.compile(r"\bthe (\d{1,2})(?:st|nd|rd|th)\b")
_WEEKDAY_ALONE = re.compile(
    rf"\b(next |last |until |till )?{_WEEKDAY}(?:s|'s)?\b( week\b| next\b)?"
)
_NEAR = {
    "the day after tomorrow": 2,
    "tomorrow": 1,
    "tomorow": 1,
    "tommorow": 1,
    "tommorrow": 1,
    "today": 0,
    "this morning": 0,
    "this afternoon": 0,
    "this evening": 0,
    "tonight": 0,
    "later on today": 0,
}
_NEARBY = re.compile(r"\b(" + "|".join(sorted(_NEAR, key=len, reverse=True)) + r")\b")
_CLOCK = re.compile(
    r"(?<![\d£/.:])(?:(?:[01]?\d|2[0-3])[.:][0-5]\d(?![\d/]|[.]\d)|\d{1,2}(?:[.:]\d\d)? ?[ap]\.?m\b)"
    r"|\b(?:at|after|before|about|around) \d{1,2}(?![\d/]|(?:st|nd|rd|th)\b)(?! (?:days?|weeks?|years?))"
    r"|\bat (?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b"
    r"|\b(?:half past|quarter (?:to|past)|\d{1,2} o'clock|noon|midday)\b"
)
_FAR = 300  # days: what lies farther ahead was a day of the past, or is a slip


def has_clock(sentence: str) -> bool:
    """Whether a time of day stands in it ("3.45", "9am", "after 4"); "£8.50" is none."""
    return _CLOCK.search(_plain(sentence)) is not None


def days_said(sentence: str, written: date) -> tuple[date | None, ...]:
    """The different days that are named, in order; None stands for one that is not clear.

    Day before month. A weekday is the next one after `written`, a date without a year the next such
    one; "next Friday" is clear only when this week has none to come. A weekday that does not fit its
    date, a day that is not in the calendar and "until Friday" are not clear.
    """
    text = _plain(sentence)
    found: list[tuple[int, date | None]] = []
    for pattern, read in (
        (_YEAR_FIRST, _of_iso),
        (_DAY_MONTH, _of_day_month),
        (_MONTH_DAY, _of_month_day),
        (_DOTTED, _of_figures),
        (_FIGURES, _of_figures),
        (_WEEKDAY_NUMBER, _of_weekday_number),
        (_THE_NUMBER, _of_number),
        (_NEARBY, _of_near),
        (_WEEKDAY_ALONE, _of_weekday),
    ):
        for hit in pattern.finditer(text):
            found.append((hit.start(), read(hit, written)))  # noqa: PERF401 - the text changes below
        text = pattern.sub(lambda m: "#" * len(m[0]), text)
    return tuple(dict.fromkeys(day for _, day in sorted(found, key=lambda f: f[0])))


def _plain(sentence: str) -> str:
    return " ".join(sentence[:2000].casefold().replace("’", "'").replace("–", "-").split())


def _of_iso(hit: re.Match[str], written: date) -> date | None:
    return _real(int(hit[1]), int(hit[2]), int(hit[3]), None)


def _of_day_month(hit: re.Match[str], written: date) -> date | None:
    return _next(written, int(hit[2]), _MONTHS.index(hit[3][:3]) + 1, hit[4], hit[1])


def _of_month_day(hit: re.Match[str], written: date) -> date | None:
    return _next(written, int(hit[3]), _MONTHS.index(hit[2][:3]) + 1, hit[4], hit[1])


def _of_figures(hit: re.Match[str], written: date) -> date | None:
    return _next(written, int(hit[2]), int(hit[3]), hit[4], hit[1])


def _of_weekday_number(hit: re.Match[str], written: date) -> date | None:
    found = _next_number(written, int(hit[3]), hit[1])
    if found is None and hit[2] == hit[3] and int(hit[3]) <= 12:
        # "Friday 5 to 6" says hours.
        ahead = (_WEEKDAYS.index(hit[1][:3]) - written.weekday() - 1) % 7 + 1
        return _after(written, ahead)
    return found


def _of_number(hit: re.Match[str], written: date) -> date | None:
    return _next_number(written, int(hit[1]), None)


def _of_near(hit: re.Match[str], written: date) -> date | None:
    return _after(written, _NEAR[hit[1]])


def _of_weekday(hit: re.Match[str], written: date) -> date | None:
    ahead = (_WEEKDAYS.index(hit[2][:3]) - written.weekday() - 1) % 7 + 1
    if hit[3] == " week":
        return _after(written, ahead + 7)
    if hit[1] and hit[1] != "next ":
        return None
    nextly = hit[1] or hit[3]
    this_week = written.weekday() + ahead < 7
    return None if nextly and this_week else _after(written, ahead)


def _next(
    written: date, day: int, month: int, year: str | None, weekday: str | None
) -> date | None:
    if year:
        return _real(int(year) + (2000 if len(year) == 2 else 0), month, day, weekday)
    for candidate in (written.year, written.year + 1):
        found = _real(candidate, month, day, weekday)
        if found and 0 <= (found - written).days <= _FAR:
            return found
    return None


def _next_number(written: date, day: int, weekday: str | None) -> date | None:
    """`the 22nd`, `Thursday 22nd`: in this month or the next."""
    for months in (0, 1):
        turn, month = divmod(written.month - 1 + months, 12)
        found = _real(written.year + turn, month + 1, day, weekday)
        if found and found >= written:
            return found
    return None


def _real(year: int, month: int, day: int, weekday: str | None) -> date | None:
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    fits = weekday is None or found.weekday() == _WEEKDAYS.index(weekday[:3])
    return found if fits else None


def _after(written: date, days: int) -> date | None:
    try:
        return written + timedelta(days=days)
    except OverflowError:
        return None
