"""Reads a promise as an office writes it; it never guesses what a text leaves open."""

from __future__ import annotations

import re
from datetime import time

from commsla.core.clean import clean
from commsla.core.school import DAY_UNITS, AnyPromise, Either, Promise, Unit, one

MOST = 500  # of any unit: about two school years, far past any published promise

_EITHER = re.compile(
    r"(?P<both>.+? or .+?),? whichever (?:is|comes) "
    r"(?:the )?(?P<which>first|earlier|sooner|last|later)"
)
_OR = re.compile(r",? or ")
_BY = re.compile(r"(?P<rest>.*?),? ?\bby (?P<clock>.+)")
_ROLL = re.compile(r"(?P<rest>.+?),? or the next (?P<unit>working day|school day|weekday)")
_AMOUNT = re.compile(r"(?P<number>[^a-z]*)(?P<unit>[a-z].*)?")
_UNITS = {u.value: u for u in Unit} | {one(u): u for u in Unit}
_NAMED_DAYS = {
    "same day": (0, Unit.WORKING_DAYS),
    "same working day": (0, Unit.WORKING_DAYS),
    "same school day": (0, Unit.SCHOOL_DAYS),
    "next working day": (1, Unit.WORKING_DAYS),
    "next school day": (1, Unit.SCHOOL_DAYS),
    "next weekday": (1, Unit.WEEKDAYS),
}
# Words that people use, and the question that each leaves open or the word that is meant.
_ASKED = {
    "days": ("school days, working days or calendar days", ("working days", "school days")),
    "months": ("calendar months", ("calendar months",)),
    "business days": ("working days or weekdays", ("working days", "weekdays")),
    "office days": ("working days", ("working days",)),
    "office hours": ("working hours", ("working hours",)),
    "school hours": ("working hours, or hours on working days", ("working hours",)),
    "business hours": ("working hours", ("working hours",)),
    "calendar weeks": ("weeks", ("weeks",)),
    "calendar hours": ("hours, day and night", ("hours",)),
}
_KNOWN = ", ".join(f'"{u.value}"' for u in Unit)


def parse_promise(text: str) -> AnyPromise | str:
    """What `text` promises, or one sentence that says what is wrong and what to write instead.

    Case and spacing are free, singular and plural mean the same. Amounts are whole numbers from 1
    to `MOST`, in digits. What is ambiguous, such as a bare `5 days`, is refused with the question
    that it leaves open (DESIGN section 3, "three kinds of day").
    """
    words = " ".join(text.split()).casefold()
    if not words:
        return 'The promise is empty. Write for example "2 working days".'
    if hit := _EITHER.fullmatch(words):
        return _either(hit["both"], later=hit["which"] in ("last", "later"))
    return _single(words)


def _either(both: str, *, later: bool) -> Either | str:
    """The two promises, wherever between them the "or" stands that is not the one of a roll."""
    wrong = ""
    for cut in _OR.finditer(both):
        first, second = _single(both[: cut.start()]), _single(both[cut.end() :])
        if isinstance(first, str):
            wrong = wrong or first
        elif isinstance(second, str):
            wrong = wrong or second
        else:
            return Either(first, second, later)
    return wrong


def _single(words: str) -> Promise | str:
    shown = f'"{clean(words, 60)}"'
    by: time | None = None
    if hit := _BY.fullmatch(words):
        clock = _clock(hit["clock"])
        if clock is None:
            return f'{shown} ends at a time that cannot be read. Write it like "by 12:00".'
        if clock == time(0):
            return (
                f"{shown} leaves a question open: the midnight before that day or after it? Leave "
                'the "by" out for the end of the day.'
            )
        if not hit["rest"]:
            return (
                f"{shown} leaves a question open: on which day? Write for example "
                f'"next working day {words}" or "same day {words}".'
            )
        by, words = clock, hit["rest"].strip()
    roll: Unit | None = None
    if hit := _ROLL.fullmatch(words):
        roll, words = _UNITS[hit["unit"]], hit["rest"]
    elif " or " in words:
        return (
            f"{shown} leaves a question open: which of the two counts? Add "
            '", whichever is first" or ", whichever is last".'
        )
    read = _counted(words, shown)
    if isinstance(read, str):
        return read
    amount, unit = read
    if roll and unit not in (Unit.CALENDAR_DAYS, Unit.WEEKS, Unit.CALENDAR_MONTHS):
        return (
            f"{shown} cannot roll on: {unit.value} never end on a closed day. Leave that part out."
        )
    if by and unit not in (*DAY_UNITS, Unit.WEEKS, Unit.CALENDAR_MONTHS):
        return f'{shown} ends at its own time: leave out the "by", or count in days.'
    return Promise(amount, unit, by, roll)


def _counted(words: str, shown: str) -> tuple[int, Unit] | str:
    if words in _NAMED_DAYS:
        return _NAMED_DAYS[words]
    if words == "next day":
        return (
            f"{shown} leaves a question open: the next working day or the next school day? "
            'Write "next working day" or "next school day".'
        )
    hit = _AMOUNT.fullmatch(words)
    number, unit = (hit["number"].strip(), hit["unit"] or "") if hit else ("", words)
    if not number:
        return (
            f'{shown} does not begin with a number in digits. Write for example "2 working days".'
        )
    # Digits are counted before int() sees them: it refuses thousands of digits with an exception.
    amount = int(number) if re.fullmatch(r"[0-9]{1,6}", number) else 0
    if not 1 <= amount <= MOST:
        return (
            f"{shown} does not begin with a whole number from 1 to {MOST}. "
            'Write for example "2 working days".'
        )
    if not unit:
        return f'{shown} does not say what it counts. Write "{amount} working days", for example.'
    if unit in _UNITS:
        return amount, _UNITS[unit]
    return _question(amount, unit, shown)


def _question(amount: int, unit: str, shown: str) -> str:
    plural = unit if unit.endswith("s") else f"{unit}s"
    if plural not in _ASKED:
        return f"{shown} has a unit that is not known. Known are {_KNOWN}."
    meant, instead = _ASKED[plural]
    either = " or ".join(f'"{Promise(amount, _UNITS[u])}"' for u in instead)
    return f"{shown} leaves a question open: {meant}? Write {either}."


def _clock(text: str) -> time | None:
    if text in ("noon", "midday"):
        return time(12)
    hit = re.fullmatch(r"([0-9]{1,2})[:.]([0-9]{2})", text)
    hour, minute = (int(hit[1]), int(hit[2])) if hit else (24, 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None
