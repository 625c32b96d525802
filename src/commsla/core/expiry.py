"""Which passwords, secrets and certificates end soon, by the `secret_expires` that the config names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from commsla.core.checkup import LOGIN_CODE, Check, ok, problem, sentence, warning
from commsla.core.school import Mailbox, School

WARN_DAYS = 30
_CHECK = "end of login"
_RENEW = "Ask IT support for a new one, then change `secret_expires` in schools.toml."


@dataclass(frozen=True, slots=True)
class Expiry:
    """`last` is the last day that works; `left` the days until then, below 0 when it is past."""

    mailbox: Mailbox
    last: date
    left: int


def expiring(school: School, today: date, within: int = WARN_DAYS) -> list[Expiry]:
    """What ends within so many calendar days of a local date, or has ended, by mailbox."""
    ends = (expiry_of(mailbox, today) for mailbox in school.mailboxes)
    return [end for end in ends if end is not None and end.left <= within]


def expiry_of(mailbox: Mailbox, today: date) -> Expiry | None:
    """When what a mailbox is opened with ends, seen from a local date; None where nothing says so."""
    last = mailbox.secret_expires
    return None if last is None else Expiry(mailbox, last, (last - today).days)


def expiry_sentence(school: School, found: Expiry, day: str) -> str:
    """What to do about it; `day` is its last day as the office reads it."""
    return f"{school.name} ({found.mailbox.address}): {_ends(found, day)}. {_RENEW}"


def check_expiry(found: Expiry, day: str) -> Check:
    """The same for doctor, which names no school and no address."""
    said = sentence(f"{_ends(found, day)}.")
    if found.left < 0:
        return problem(_CHECK, said, _RENEW, LOGIN_CODE)
    return warning(_CHECK, said, _RENEW) if found.left <= WARN_DAYS else ok(_CHECK, said)


def _ends(found: Expiry, day: str) -> str:
    if found.left < 0:
        return f"what it logs in with ended on {day}"
    when = {0: "today", 1: "tomorrow"}.get(found.left, f"in {found.left} days")
    return f"what it logs in with ends {when} ({day})"
