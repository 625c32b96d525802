"""The nouns of a school: its promise, days, hours and mailboxes, as schools.toml gives them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum

from commsla.core.beat import Beat
from commsla.core.logins import PasswordSource as PasswordSource  # its home is beside the mailbox
from commsla.core.logins import TokenSource
from commsla.core.model import Kind, Target, Word
from commsla.core.phrases import DEFAULT, Phrases
from commsla.core.recipients import MailServer, Recipient


class Receipt(StrEnum):
    """Which day is day 0 for mail that comes after hours or on a closed day."""

    SAME_DAY = "same-day"
    NEXT_WORKING_DAY = "next-working-day"


class DueBy(StrEnum):
    """Until when on its last day a target is met."""

    END_OF_DAY = "end of day"
    CLOSE = "close"


class Unit(StrEnum):
    """What a promise counts."""

    WORKING_DAYS = "working days"
    SCHOOL_DAYS = "school days"
    WEEKDAYS = "weekdays"  # bank holidays excluded, terms ignored
    CALENDAR_DAYS = "calendar days"
    WEEKS = "weeks"
    CALENDAR_MONTHS = "calendar months"
    HOURS = "hours"  # elapsed, day and night
    HOURS_ON_WORKING_DAYS = "hours on working days"  # day and night, stopped on closed days
    WORKING_HOURS = "working hours"  # inside the core hours


# A day that can be named, counted and rolled to.
DAY_UNITS = (Unit.WORKING_DAYS, Unit.SCHOOL_DAYS, Unit.WEEKDAYS, Unit.CALENDAR_DAYS)


@dataclass(frozen=True, slots=True)
class Promise:
    """How long: `2 working days`.

    `amount` is at least 1, or 0 for "same working day". `by` ends the last day at a local time.
    `roll` moves a date counted in calendar days, weeks or months on to the next day of that unit.
    """

    amount: int
    unit: Unit
    by: time | None = None
    roll: Unit | None = None

    def __str__(self) -> str:
        text = f"{self.amount} {one(self.unit) if self.amount == 1 else self.unit.value}"
        if self.amount == 0:
            text = f"same {one(self.unit)}"
        if self.roll:
            text += f" or the next {one(self.roll)}"
        return f"{text} by {self.by:%H:%M}" if self.by else text


@dataclass(frozen=True, slots=True)
class Either:
    """Two promises of which the earlier deadline counts, or the later one."""

    one: Promise
    other: Promise
    later: bool = False

    def __str__(self) -> str:
        which = "last" if self.later else "first"
        return f"{self.one} or {self.other}, whichever is {which}"


AnyPromise = Promise | Either


def one(unit: Unit) -> str:
    """The singular of a unit: `working day`, `hour on working days`."""
    head, _, tail = unit.value.partition(" on ")
    head = head.removesuffix("s")
    return f"{head} on {tail}" if tail else head


@dataclass(frozen=True, slots=True)
class ClockRules:
    """The readings that a promise leaves open.

    `cut_off`: under next-working-day, mail from this local time on belongs to the next day; None is
    closing time. `due_by` may be a local time. `inset_counts`: whether INSET is a working day.
    """

    receipt: Receipt = Receipt.SAME_DAY
    due_by: DueBy | time = DueBy.END_OF_DAY
    cut_off: time | None = None
    inset_counts: bool = True


@dataclass(frozen=True, slots=True)
class Policy:
    """The published promise, from a local date on, and the readings that it leaves open."""

    name: str
    acknowledge: AnyPromise
    respond: AnyPromise
    rules: ClockRules = ClockRules()
    since: date = date.min

    def promise(self, target: Target) -> AnyPromise:
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
    hours: Openings | None = None  # of this one day: a half day
    entered: datetime | None = None  # when it was typed, local time


Openings = tuple[tuple[time, time], ...]  # when the office opens and closes, local, by time

# weekday (Monday is 0) -> its openings
Hours = Mapping[int, Openings]


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One mailbox to read. `security` is `tls`, `starttls`, or `plain` to a loopback address only.

    Where there is a `token`, it is the login, and there is no password.
    """

    address: str
    host: str
    port: int
    username: str
    password: PasswordSource
    security: str = "tls"
    ca_file: str = ""
    inbox: str = "INBOX"
    inboxes: tuple[str, ...] = ()  # further folders into which mail is filed before we see it
    all_mail: bool = False  # read Gmail's All Mail by its labels instead of inbox and Sent
    sent: str = ""  # empty: find it
    folders: tuple[tuple[str, Word], ...] = ()  # lying in this folder is this mark
    policies: tuple[Policy, ...] = ()  # empty: the school's
    # The name that the receiving server signs its Authentication-Results with; empty: trust none.
    authserv: str = ""
    headers: tuple[str, ...] = ()  # what the school's rules ask for beside the usual ones
    token: TokenSource | None = None
    secret_expires: date | None = None  # the last day of the password, secret or certificate
    sends: bool = False  # it is a login for sending mail, not for reading a mailbox


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
    policies: tuple[Policy, ...]  # by `since`, the earliest first; at least one
    hours: Hours
    years: tuple[SchoolYear, ...]
    overrides: tuple[Override, ...] = ()
    alerts: tuple[Recipient, ...] = ()

    def policy_on(self, day: date, mailbox: str = "") -> Policy:
        """The policy in force on a local date, of one mailbox if it has its own.

        Before the first dated one, the first.
        """
        own = next((m.policies for m in self.mailboxes if m.address == mailbox), ())
        policies = own or self.policies
        held = [p for p in policies if p.since <= day]
        return held[-1] if held else policies[0]


@dataclass(frozen=True, slots=True)
class Rule:
    """`[[rules]]`: mail that meets all the conditions given is of this kind.

    `number` counts from 1 in file order and `line` is where it stands (0: not known). `sender` and
    `domain` are of From; `subject` holds plain words, `header` a name and perhaps words
    (`X-Mailer: ParentMail`). `school` is the code of the only school it is for; empty: all.
    """

    number: int
    kind: Kind
    sender: str = ""
    domain: str = ""
    subject: str = ""
    header: str = ""
    school: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Config:
    """The whole of schools.toml, in file order. `keep_identities` is in calendar days.

    `form_senders` are addresses through which parents write: web forms, parent apps.
    """

    path: str
    schools: tuple[School, ...]
    keep_identities: int = 30
    read_text: bool = True  # whether the words of a message may be read where they decide something
    phrases: Phrases = DEFAULT
    warnings: tuple[str, ...] = field(default=())
    rules: tuple[Rule, ...] = ()
    form_senders: tuple[str, ...] = ()
    heartbeat: Beat | None = None
    mail_server: MailServer | None = None  # by which alerts leave
