"""The nouns of the office: messages, marks, cases, schools and the promise. Data only, no rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum


class Role(StrEnum):
    """What a folder is for: mail that came to the office, or mail that the office sent."""

    INBOX = "inbox"
    SENT = "sent"


class Kind(StrEnum):
    """What a message is, by its headers."""

    ENQUIRY = "enquiry"
    UNREADABLE = "unreadable"
    RECEIPT = "receipt"
    BOUNCE = "bounce"
    INVITATION = "invitation"
    AUTOMATIC = "automatic reply"
    BULK = "bulk"
    NOTIFICATION = "notification"
    INTERNAL = "internal"
    OURS = "ours"
    OURS_AUTOMATIC = "ours, automatic"

    @property
    def starts_a_clock(self) -> bool:
        """When in doubt the clock runs: what cannot be read is an enquiry."""
        return self in (Kind.ENQUIRY, Kind.UNREADABLE)


@dataclass(frozen=True, slots=True)
class FolderState:
    """What EXAMINE said: the truth about a folder at this moment. `uidnext` 0: the server did not say."""

    name: str
    uidvalidity: int
    uidnext: int
    messages: int


@dataclass(frozen=True, slots=True)
class Delivered:
    """One message as the server gave it.

    `received` is INTERNALDATE in UTC, None where the server gave none that can be read; `headers` is the
    header block as bytes, None where the server lists the message and will not hand it over.
    """

    uid: int
    received: datetime | None
    headers: bytes | None


@dataclass(frozen=True, slots=True)
class MailboxRead:
    """When a mailbox was last read well, last tried, and what went wrong the last time (or "")."""

    school: str
    mailbox: str
    last_good: datetime | None
    last_try: datetime
    trouble: str
    sent_folder: str | None


class Target(StrEnum):
    """The two halves of the promise."""

    ACKNOWLEDGE = "acknowledge"
    RESPOND = "respond"


class Word(StrEnum):
    """What a person can record about a case."""

    CALLED = "called"
    MEETING = "meeting"
    ANSWERED = "answered"
    NO_REPLY_NEEDED = "no-reply-needed"
    UNDO = "undo"


class State(StrEnum):
    """One target of one case at one moment."""

    WAITING = "waiting"
    DUE_TODAY = "due today"
    OVERDUE = "overdue"
    MET = "met"
    MISSED = "missed"
    NOT_CHECKED = "answered (not checked)"
    EXCLUDED = "no reply needed"
    LATE_BEFORE_DAY_ONE = "late before day one"
    CANNOT_SAY = "cannot say"  # replies are not visible: neither late nor in time can be claimed


@dataclass(frozen=True, slots=True)
class Party:
    """A mail address: `key` and `domain_key` are keyed hashes and stay, name and address are wiped."""

    key: str
    domain_key: str
    name: str | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """One e-mail as facts from its headers.

    Identified by (school, folder, uidvalidity, uid). `message_id`, `in_reply_to` and `references`
    are keyed hashes of ids as the sender wrote them: hints, never identities. `received` is the
    server's INTERNALDATE in UTC; `claimed` is the sender's own Date, shown and never used.
    `signs` are the few header facts that decide what kind of message this is, in header order.
    """

    school: str
    mailbox: str
    folder: str
    role: Role
    uidvalidity: int
    uid: int
    received: datetime
    id: int = 0
    claimed: datetime | None = None
    fingerprint: str = ""
    message_id: str = ""
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    sender: Party | None = None
    reply_to: Party | None = None
    recipients: tuple[Party, ...] = ()
    subject: str | None = None
    signs: tuple[tuple[str, str], ...] = ()
    readable: bool = True


@dataclass(frozen=True, slots=True)
class Mark:
    """Something a person recorded on the message that opened a case.

    `at` is when it happened, `recorded` when it was typed (both UTC); `by` is the user of the machine.
    """

    message_id: int
    word: Word
    at: datetime
    recorded: datetime
    by: str = ""
    note: str = ""
    id: int = 0


@dataclass(frozen=True, slots=True, order=True)
class Reference:
    """`N42`: given once to the message that opened a case, never reused."""

    prefix: str
    number: int

    def __str__(self) -> str:
        return f"{self.prefix}{self.number}"


class Evidence(StrEnum):
    """How we know that something was done."""

    SEEN = "a copy in Sent"
    RECORDED = "recorded by hand"


@dataclass(frozen=True, slots=True)
class Done:
    """A target was met (or missed) by this: the instant in UTC and how we know."""

    at: datetime
    evidence: Evidence
    what: str
    recorded: datetime | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One thing a parent asked. `opener` is the message whose receipt starts both clocks."""

    opener: Message
    kind: Kind
    writer: Party | None = None  # who asked: Reply-To's where From is a form or a robot
    reference: Reference | None = None
    messages: tuple[Message, ...] = ()
    answers: tuple[Message, ...] = ()
    marks: tuple[Mark, ...] = ()
    acknowledged: Done | None = None
    responded: Done | None = None
    replied: Done | None = None  # a reply that nobody has checked: perhaps only a holding one
    excluded: Mark | None = None
    wrote_again: bool = False
    chasers: int = 0
    also_at: tuple[str, ...] = ()  # the other schools that got the same mail

    @property
    def received(self) -> datetime:
        """When the clock started (INTERNALDATE, UTC)."""
        return self.opener.received

    @property
    def school(self) -> str:
        """The code of the school whose mailbox received it."""
        return self.opener.school


@dataclass(frozen=True, slots=True)
class NotTracked:
    """A message without a clock, and the header that says why."""

    message: Message
    kind: Kind
    evidence: str
    copies: tuple[
        Message, ...
    ] = ()  # the same mail elsewhere in this mailbox, `message` among them


# --- the config, as the core sees it ------------------------------------------------------------


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
