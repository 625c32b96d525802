"""Which passwords, secrets and certificates end soon, by the `secret_expires` that the config names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from commsla.core.school import Mailbox, School

WARN_DAYS = 30


@dataclass(frozen=True, slots=True)
class Expiry:
    """`last` is the last day that works; `left` the days until then, below 0 when it is past."""

    mailbox: Mailbox
    last: date
    left: int


def expiring(school: School, today: date, within: int = WARN_DAYS) -> list[Expiry]:
    """What ends within so many calendar days of a local date, or has ended, by mailbox."""
    return [
        Expiry(mailbox, mailbox.secret_expires, left)
        for mailbox in school.mailboxes
        if mailbox.secret_expires is not None
        and (left := (mailbox.secret_expires - today).days) <= within
    ]


def expiry_sentence(school: School, found: Expiry, day: str) -> str:
    """What to do about it; `day` is its last day as the office reads it."""
    name = f"{school.name} ({found.mailbox.address})"
    renew = "Ask IT support for a new one, then change `secret_expires` in schools.toml."
    if found.left < 0:
        return f"{name}: what it logs in with ended on {day}. {renew}"
    when = {0: "today", 1: "tomorrow"}.get(found.left, f"in {found.left} days")
    return f"{name}: what it logs in with ends {when} ({day}). {renew}"
