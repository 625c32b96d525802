"""The nouns of a case: what was asked, what answers it and how we know. Data only, no rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from commsla.core.model import Kind, Mark, Meaning, Message, Party, Reference

NOTICEABLE = timedelta(minutes=10)  # between when something happened and when it was typed


class Evidence(StrEnum):
    """How we know that something was done."""

    SEEN = "a copy in Sent"
    VOUCHED = "a colleague's answer with the office in copy"
    RECORDED = "recorded by hand"
    INFERRED = "only traces of an answer"


@dataclass(frozen=True, slots=True)
class Done:
    """A target was met (or missed) by this: the instant in UTC and how we know.

    `since` is set where only a span is known: it happened between then and `at`. `back_dated`: it was
    typed noticeably later than it is said to have happened.
    """

    at: datetime
    evidence: Evidence
    what: str
    recorded: datetime | None = None
    since: datetime | None = None
    back_dated: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """A message of ours that answers a case, and what its words meant; None until they were read."""

    message: Message
    meaning: Meaning | None
    doubtful: bool = False
    why: str = ""


@dataclass(frozen=True, slots=True)
class AskedBack:
    """We asked the parent something, and when the parent wrote again, if that happened."""

    asked: Done
    answered: datetime | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One thing a parent asked. `opener` is the message whose receipt starts both clocks."""

    opener: Message
    kind: Kind
    doubt: str = ""  # a weak sign that it is no enquiry; the clock runs all the same
    writer: Party | None = None  # who asked: Reply-To's where From is a form or a robot
    people: frozenset[str] = frozenset()  # keys of who wrote its mail: several where it was merged
    reference: Reference | None = None
    messages: tuple[Message, ...] = ()
    answers: tuple[Answer, ...] = ()
    handed_over: tuple[Message, ...] = ()  # ours to ours about it: known, and nothing is met
    marks: tuple[Mark, ...] = ()
    acknowledged: Done | None = None
    responded: Done | None = None
    inferred: Done | None = None  # never "met": a person has to confirm it
    asked_back: tuple[AskedBack, ...] = ()
    arranged: date | None = None  # for when a call or a meeting was arranged
    to_check: str = ""  # why a person should look at what was taken for the answer
    excluded: Mark | None = None
    proposal: Meaning | None = None  # CLOSER: it reads like a mere thank-you
    same_subject_as: Reference | None = None  # the same person wrote about this before
    wrote_again: bool = False
    chased: tuple[datetime, ...] = ()  # when the parent asked again before we responded
    urgent: bool = False
    gone: bool = False  # thrown away in the mail program, which answers nothing
    owner: str = ""  # a role, never a person
    moved_to: str = ""  # the code of the school that answers it now
    also_at: tuple[str, ...] = ()  # the other schools that got the same mail
    guarded: bool = False  # about safeguarding, or written on such a mail: without any name

    @property
    def chasers(self) -> int:
        """How often the parent asked again before we responded."""
        return len(self.chased)

    @property
    def received(self) -> datetime:
        """When the clock started (INTERNALDATE, UTC)."""
        return self.opener.received

    @property
    def school(self) -> str:
        """The code of the school that answers it: whose mailbox received it, or where it was moved."""
        return self.moved_to or self.opener.school


@dataclass(frozen=True, slots=True)
class NotTracked:
    """A message without a clock, and the header that says why."""

    message: Message
    kind: Kind
    evidence: str
    copies: tuple[
        Message, ...
    ] = ()  # the same mail elsewhere in this mailbox, `message` among them
    guarded: bool = False  # as for a case
