"""The nouns of the mail: messages, marks and what they can say. Data only, no rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Role(StrEnum):
    """Where a message lies: among what came to the office, what the office sent, or nowhere."""

    INBOX = "inbox"
    SENT = "sent"
    LOGGED = "logged"  # no mail: what came by phone, by letter or at the gate, typed by hand


class Channel(StrEnum):
    """How it came, where it was no mail."""

    PHONE = "phone"
    LETTER = "letter"
    GATE = "gate"


# Signs of what was typed by hand.
CHANNEL, LOGGED_BY = "Channel", "Logged-By"


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
    header block as bytes, None where the server lists the message and will not hand it over. `replied` is
    its \\Answered flag.
    `role` is where it lies if the folder holds all mail; `left_out`: there it is a draft or thrown away.
    """

    uid: int
    received: datetime | None
    headers: bytes | None
    replied: bool = False
    role: Role | None = None
    left_out: bool = False


@dataclass(frozen=True, slots=True)
class MailboxRead:
    """When a mailbox was last read well, last tried, and what went wrong the last time (or "").

    `retry_after` is until when its server asked to be left alone; `emptied` names the folders that held
    many mails and hold none any more.
    """

    school: str
    mailbox: str
    last_good: datetime | None
    last_try: datetime
    trouble: str
    sent_folder: str | None
    retry_after: datetime | None = None
    emptied: tuple[str, ...] = ()


class Target(StrEnum):
    """The two halves of the promise."""

    ACKNOWLEDGE = "acknowledge"
    RESPOND = "respond"


class Word(StrEnum):
    """What a person can record about a case."""

    CALLED = "called"
    MEETING = "meeting"
    ANSWERED = "answered"
    ACKNOWLEDGED = "acknowledged"
    HOLDING = "holding"
    CONFIRM = "confirm"
    NO_REPLY_NEEDED = "no-reply-needed"
    NOT_FOR_US = "not-for-us"
    DUPLICATE = "duplicate-of"
    SAFEGUARDING = "safeguarding"
    ENQUIRY = "enquiry"
    REOPEN = "reopen"
    UNDO = "undo"
    # These three have commands of their own.
    ASSIGN = "assign"
    MOVE = "move"
    MERGE = "merge"


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
    INFERRED = "answered (not confirmed)"  # the traces of an answer that we never saw
    WAITING_FOR_PARENT = "waiting for parent"
    PROPOSED = "no reply needed?"  # a mere thank-you, until a person says
    EXCLUDED = "not counted"
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

    Identified by (school, folder, uidvalidity, uid). `message_id`, `original_id`, `in_reply_to` and
    `references` are keyed hashes of ids as the sender wrote them: hints, never identities.
    `received` is the server's INTERNALDATE in UTC; `claimed` is the sender's own Date, shown and never used.
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
    original_id: str = ""  # the id that it was written with, where a server gave it another
    subject_key: str = ""  # of the subject without Re: and such; empty where nothing is left of it
    is_reply: bool = False  # the subject begins with Re: or the like


def sign(message: Message, name: str) -> str:
    """The first fact of this name; "" where there is none."""
    return next((value for known, value in message.signs if known == name), "")


@dataclass(frozen=True, slots=True)
class Stored:
    """Between which two polls a message came under our eyes: `before` found it not yet (UTC).

    `before` is None where its folder had never been read before `at`.
    """

    at: datetime
    before: datetime | None


@dataclass(frozen=True, slots=True)
class TextFact:
    """All that is kept of a message's text: what its new words meant when they were read.

    `day` is when a call or meeting is to be; `quotes` whether it quotes what it answers;
    `quoted_reply` the time in UTC of a reply of ours that it quotes and that we never saw;
    `failed` the keys of (Message-ID, recipient) that a delivery report says did not arrive.
    """

    message_id: int
    meaning: Meaning
    version: str = ""
    doubtful: bool = False
    why: str = ""
    day: date | None = None
    urgent: bool = False
    quotes: bool = False
    quoted_reply: datetime | None = None
    failed: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Mark:
    """Something a person recorded on a message: the one that opened a case, or one without a clock.

    `at` is when it happened, `recorded` when it was typed (both UTC); `by` is the user of the machine.
    `other` is the message of the other case of a duplicate or a merging, `detail` the role of an
    assignment or the code of a school. `seen` is the highest number that a message had when it was
    recorded: what was read later was not known to who recorded it (None: all was known).

    A folder of the mail program as a mark has no number: it was made between two polls, `at` the
    earlier one. `since` is set where that is not known, as its folder had never been read: then it
    was made between then and `at`. An undo whose `other` is its own message takes such a mark back.
    """

    message_id: int
    word: Word
    at: datetime
    recorded: datetime
    by: str = ""
    note: str = ""
    id: int = 0
    other: int | None = None
    detail: str = ""
    seen: int | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True, order=True)
class Reference:
    """`N42`: given once to the message that opened a case, never reused."""

    prefix: str
    number: int

    def __str__(self) -> str:
        return f"{self.prefix}{self.number}"


@dataclass(frozen=True, slots=True)
class MessageId:
    """`m123`: the ledger's number of one message, tracked or not."""

    number: int

    def __str__(self) -> str:
        return f"m{self.number}"


Subject = Reference | MessageId  # what a person can name
