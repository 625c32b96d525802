"""The nouns of the mail: messages, marks, cases. Data only, no rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
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


class Meaning(StrEnum):
    """What the new words of one message mean: the only fact that is kept of a text.

    The first four are said of ours, the next four of a parent's follow-up.
    """

    HOLDING = "holding"
    ARRANGES = "arranges"
    FULL = "full"
    QUESTION_BACK = "question back"
    CHASER = "chaser"
    CLOSER = "closer"
    QUESTION = "question"
    SUPPLEMENT = "supplement"
    UNKNOWN = "unknown"  # read, and nothing could be made of it


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
    CANNOT_SAY = (
        "cannot say"  # replies or term dates are missing: neither late nor in time is claimed
    )


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
