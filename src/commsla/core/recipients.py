"""Who is told of what, and by which mail server, as schools.toml says it. Data only, no rules."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from commsla.core.logins import PasswordSource, TokenSource


class Stage(StrEnum):
    """When something is worth telling; the order is the order in which it is listed."""

    SAFEGUARDING = "safeguarding"
    NOT_READ = "not read"  # a mailbox, for two open hours
    SILENT = "silent"  # alerts, because replies are not visible; nobody can choose it or go without
    ESCALATE = "escalate"
    OVERDUE = "overdue"
    DUE_TODAY = "due today"
    DUE_SOON = "due soon"  # on the next working day
    BEFORE_HOLIDAY = "before a holiday"
    FIRST_DAY_BACK = "first day back"
    ALL_QUIET = "all quiet"  # once in a week in which nothing else was told


# What an office is told unless it says otherwise.
USUAL = (
    Stage.OVERDUE,
    Stage.DUE_TODAY,
    Stage.DUE_SOON,
    Stage.BEFORE_HOLIDAY,
    Stage.FIRST_DAY_BACK,
)
REPEATED = (Stage.OVERDUE, Stage.ESCALATE)
CHOSEN = tuple(stage for stage in Stage if stage is not Stage.SILENT)
_ABOUT_CASES = frozenset({*USUAL, Stage.ESCALATE})


@dataclass(frozen=True, slots=True)
class Recipient:
    """One role of one school. `repeat` and `escalate_after` are working days; a `repeat` of 0 is never.

    `subjects` says that sender and subject are shown of what came to this very address.
    """

    role: str
    address: str
    stages: frozenset[Stage] = frozenset(USUAL)
    repeat: int = 2
    escalate_after: int = 3
    subjects: bool = False


@dataclass(frozen=True, slots=True)
class MailServer:
    """By which server alerts leave, and under which address. `security` as for a mailbox.

    A `relay` takes mail of its own domain without a login: then there is neither password nor token.
    """

    sender: str
    host: str
    port: int
    username: str
    password: PasswordSource
    security: str = "starttls"
    ca_file: str = ""
    relay: bool = False
    token: TokenSource | None = None


def hear_of_silence(everybody: Sequence[Recipient], mailboxes: Collection[str]) -> set[str]:
    """The addresses that are told when alerts of one school fall silent, whose mailboxes these are.

    IT support, by its stage "not read"; else the office itself; else whoever else is told of cases.
    """
    support = {r.address for r in everybody if Stage.NOT_READ in r.stages}
    others = [r.address for r in everybody if r.stages & _ABOUT_CASES]
    read = {address.casefold() for address in mailboxes}
    return support or {a for a in others if a.casefold() in read} or set(others[:1])
