"""The nouns of a school: its promise, days, hours and mailboxes, as schools.toml gives them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from enum import StrEnum

from commsla.core.model import Target


class Receipt(StrEnum):
    """Which day is day 0 for mail that comes after hours or on a closed day."""

    SAME_DAY = "same-day"
    NEXT_WORKING_DAY = "next-working-day"


class DueBy(StrEnum):
    """Until when on its last day a target is met."""

    END_OF_DAY = "end of day"
    CLOSE = "close"


class Unit(StrEnum):
    """Which days a promise counts."""

    WORKING_DAYS = "working days"
    SCHOOL_DAYS = "school days"


@dataclass(frozen=True, slots=True)
class Promise:
    """How long: `2 working days`. `amount` is at least 1."""

    amount: int
    unit: Unit

    def __str__(self) -> str:
        unit = self.unit.value if self.amount != 1 else self.unit.value.removesuffix("s")
        return f"{self.amount} {unit}"


@dataclass(frozen=True, slots=True)
class Policy:
    """The published promise and the readings that it leaves open."""

    name: str
    acknowledge: Promise
    respond: Promise
    receipt: Receipt = Receipt.SAME_DAY
    due_by: DueBy = DueBy.END_OF_DAY

    def promise(self, target: Target) -> Promise:
        """The promise of one target."""
        return self.acknowledge if target is Target.ACKNOWLEDGE else self.respond


@dataclass(frozen=True, slots=True)
class Span:
    """Whole local days, both ends included."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class SchoolYear:
    """One school year as published: terms are the days with pupils, INSET days lie inside or outside."""

    name: str
    terms: tuple[Span, ...]
    inset: tuple[date, ...] = ()


class DayKind(StrEnum):
    """Pupils are in; only staff are in; nobody is in."""

    SCHOOL = "school day"
    OFFICE = "office day"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Override:
    """A day that the school says is different: snow, a polling day, an office opened in the holidays."""

    date: date
    kind: DayKind
    reason: str


# weekday (Monday is 0) -> when the office opens and closes, local time
Hours = Mapping[int, tuple[time, time]]


@dataclass(frozen=True, slots=True)
class PasswordSource:
    """Where the password comes from; exactly one of the two is set. Never the password itself."""

    command: tuple[str, ...] = ()
    file: str = ""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One mailbox to read. `security` is `tls`, or `plain` to a loopback address only."""

    address: str
    host: str
    port: int
    username: str
    password: PasswordSource
    security: str = "tls"
    ca_file: str = ""
    inbox: str = "INBOX"
    sent: str = ""  # empty: find it


@dataclass(frozen=True, slots=True)
class School:
    """One school office: its mailboxes, its calendar, its policy."""

    code: str
    prefix: str
    name: str
    phone: str
    nation: str  # England, Wales, Scotland, Northern Ireland
    domains: tuple[str, ...]
    aliases: tuple[str, ...]
    mailboxes: tuple[Mailbox, ...]
    policy: Policy
    hours: Hours
    years: tuple[SchoolYear, ...]
    overrides: tuple[Override, ...] = ()


@dataclass(frozen=True, slots=True)
class Config:
    """The whole of schools.toml, in file order. `keep_identities` is in calendar days."""

    path: str
    schools: tuple[School, ...]
    keep_identities: int = 30
    warnings: tuple[str, ...] = field(default=())
