"""Which few texts decide something, and which facts are kept of them; it fetches nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum, auto

from commsla.core.case import Case
from commsla.core.cases import Folded
from commsla.core.local import local_date
from commsla.core.model import Kind, Meaning, Message, Role, TextFact
from commsla.core.newwords import new_words, quotes
from commsla.core.phrases import Phrases
from commsla.core.proofs import MAYBE_INVITATION
from commsla.core.quoted import attributions
from commsla.core.signs import Sign
from commsla.core.wording import read_ours, read_theirs

_REPORTS = timedelta(days=30)  # of delivery: an older one takes no answer back any more


class Question(Enum):
    """What a text is read for."""

    OURS = auto()  # holding or full?
    THEIRS = auto()  # a chaser, a mere thank-you, a new question?
    REPORT = auto()  # which of ours did not arrive?
    CALENDAR = auto()  # did a calendar write it, which hides among other parts?


@dataclass(frozen=True, slots=True)
class Wanted:
    """A text that decides something; `before` is what it answers, whose lines are not its own."""

    message: Message
    question: Question
    before: Message | None = None
    ours_unseen: bool = False  # no reply of ours was seen before it: it may quote one


@dataclass(frozen=True, slots=True)
class Read:
    """A text as it was fetched, for this moment only. `text` is None where there is nothing to read.

    `whole` has the quoted history that `text` leaves out where the mail is HTML.
    """

    text: str | None
    whole: str | None = None
    before: str | None = None
    invites: bool = False  # it carries a calendar request
    failed: tuple[tuple[str, str], ...] = ()  # (Message-ID, recipient) that did not arrive
    signs: tuple[Sign, ...] = ()  # of a calendar part


def wanted(
    folded: Folded, texts: Collection[int], school: str, mailbox: str, now: datetime
) -> list[Wanted]:
    """The texts of one mailbox that decide something and were not read yet, open cases first."""
    place = (school, mailbox)
    found: dict[int, Wanted] = {}
    for case in sorted(folded.cases, key=lambda c: c.responded is not None):
        for one in _of_case(case, texts):
            if (one.message.school, one.message.mailbox) == place:
                found.setdefault(one.message.id, one)
    for item in folded.not_tracked:
        report = item.message
        if (
            item.kind is Kind.BOUNCE
            and report.received > now - _REPORTS
            and (report.school, report.mailbox) == place
            and report.id not in texts
        ):
            found.setdefault(report.id, Wanted(report, Question.REPORT))
    return list(found.values())


def _of_case(case: Case, texts: Collection[int]) -> Iterator[Wanted]:
    opener = case.opener
    if case.doubt == MAYBE_INVITATION and opener.id not in texts:
        yield Wanted(opener, Question.CALENDAR)
    for answer in case.answers:
        message = answer.message
        if answer.meaning is None and message.id not in texts:
            before = [m for m in case.messages if m.received <= message.received]
            yield Wanted(message, Question.OURS, _same_mailbox(before, message))
    letters: dict[str, list[Message]] = {}
    for message in case.messages:
        letters.setdefault(message.fingerprint, []).append(message)
    for fingerprint, copies in letters.items():
        follows = fingerprint != case.opener.fingerprint or case.wrote_again
        if not follows or copies[0].role is not Role.INBOX or any(c.id in texts for c in copies):
            continue
        earlier = [a.message for a in case.answers if a.message.received <= copies[0].received]
        ours_unseen = not case.answers and not case.wrote_again
        for copy in copies:
            if copy.readable:
                yield Wanted(copy, Question.THEIRS, _same_mailbox(earlier, copy), ours_unseen)
                break


def _same_mailbox(candidates: Sequence[Message], message: Message) -> Message | None:
    near = [m for m in candidates if (m.school, m.mailbox) == (message.school, message.mailbox)]
    return max(near, key=lambda m: m.received, default=None)


def fact(
    one: Wanted,
    read: Read,
    phrases: Phrases,
    is_ours: Callable[[str], bool],
    key_of: Callable[[str, str], tuple[str, str]],
) -> TextFact:
    """The single fact that is kept of a text.

    `is_ours` says of an address whether it is one of ours; `key_of` turns (Message-ID, address) into
    their keys.
    """
    number = one.message.id
    if one.question is Question.REPORT:
        failed = tuple(key_of(*pair) for pair in read.failed)
        return TextFact(number, Meaning.UNKNOWN, phrases.version, failed=failed)
    if one.question is Question.CALENDAR:
        return TextFact(number, Meaning.UNKNOWN, phrases.version)
    known = [read.before] if read.before else []
    text = read.text or ""
    whole = read.whole or text
    written = local_date(one.message.received)
    if one.question is Question.OURS:
        meant = read_ours(new_words(text, known), phrases, written)
        meaning = Meaning.ARRANGES if read.invites else meant.meaning
        why = "an invitation" if read.invites else meant.why
        doubtful = meant.doubtful and not read.invites
        day = meant.day if meaning is Meaning.ARRANGES else None
        return TextFact(number, meaning, phrases.version, doubtful, why, day)
    meant = read_theirs(new_words(text, known), phrases)
    return TextFact(
        number,
        meant.meaning,
        phrases.version,
        meant.doubtful,
        meant.why,
        urgent=meant.urgent,
        quotes=bool(attributions(whole)) or quotes(whole, known),
        quoted_reply=_reply_unseen(one, whole, is_ours),
    )


def _reply_unseen(one: Wanted, text: str, is_ours: Callable[[str], bool]) -> datetime | None:
    """When a reply of ours was written that a parent quotes and that we never saw.

    The sender's program says when; where that cannot be, it was just before the parent wrote.
    """
    if not one.ours_unseen:
        return None
    for found in attributions(text):
        if found.address and is_ours(found.address):
            written = found.at if isinstance(found.at, datetime) else one.message.received
            return min(written.astimezone(UTC), one.message.received)
    return None
