"""Reads a promise as an office writes it; it never guesses what a text leaves open."""

from __future__ import annotations

import re

from commsla.core.school import (
    Promise,
    Unit,
)

MOST = 500  # of any unit: about two school years, far past any published promise

_FIRST_LETTER = re.compile(r"(?=[a-z])")
_UNITS = {unit.value: unit for unit in Unit}
_LATER = frozenset(
    {"weekdays", "calendar days", "weeks", "hours", "working hours", "months", "calendar months"}
)
_WRITE = 'Write "working days" or "school days", for example "2 working days".'


def parse_promise(text: str) -> Promise | str:
    """What `text` promises, or one sentence that says what is wrong and what to write instead.

    Case and spacing are free, singular and plural mean the same. The amount is a whole number
    from 1 to `MOST`, in digits. A bare `5 days` is refused with the question it leaves open
    (DESIGN section 3, "three kinds of day").
    """
    words = " ".join(text.split()).casefold()
    shown = _shown(words)
    if not words:
        return f"The promise is empty. {_WRITE}"
    number, *rest = (part.strip() for part in _FIRST_LETTER.split(words, maxsplit=1))
    if not number:
        return (
            f'{shown} does not begin with a number in digits. Write for example "2 working days".'
        )
    amount = _amount(number)
    if amount is None:
        return (
            f"{shown} does not begin with a whole number from 1 to {MOST}. "
            'Write for example "2 working days".'
        )
    return _promise(amount, "".join(rest), shown)


def _amount(number: str) -> int | None:
    # Digits are counted before int() sees them: it refuses thousands of digits with an exception.
    if not re.fullmatch(r"[0-9]{1,6}", number):
        return None
    amount = int(number)
    return amount if 1 <= amount <= MOST else None


def _promise(amount: int, unit: str, shown: str) -> Promise | str:
    plural = unit if unit.endswith("s") else f"{unit}s"
    if plural in _UNITS:
        return Promise(amount, _UNITS[plural])
    working, school = (Promise(amount, unit) for unit in (Unit.WORKING_DAYS, Unit.SCHOOL_DAYS))
    either = f'Write "{working}" or "{school}".'
    if not unit:
        return f"{shown} does not say what it counts. {either}"
    if plural == "days":
        return (
            f"{shown} leaves a question open: school days, working days or calendar days? {either}"
        )
    if plural in _LATER:
        return f"{shown} cannot be counted yet: {plural} are not among the units. {_WRITE}"
    return f"{shown} has a unit that is not known. {_WRITE}"


def _shown(words: str) -> str:
    # The sentence is printed: at most a line of it, and control characters as escapes.
    cut = words if len(words) <= 40 else f"{words[:39]}…"
    safe = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in cut)
    return f'"{safe}"'
