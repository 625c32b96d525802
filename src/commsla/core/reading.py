"""Which few texts decide something, and which facts are kept of them; it fetches nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import Enum, auto

from commsla.core.case import Case
from commsla.core.cases import Folded
from commsla.core.conversations import nearest_first
from commsla.core.local import local_date
from commsla.core.model import Kind, Meaning, Message, Role, TextFact
from commsla.core.newwords import new_words, quotes
from commsla.core.phrases import Phrases, fold, says
from commsla.core.proofs import MAYBE_INVITATION
from commsla.core.quoted import attributions
from commsla.core.signs import Sign
from commsla.core.wording import read_ours, read_theirs

_AUTOMATIC = (
    "automatic reply",
    "automatic response",
    "automated reply",
    "automated response",
    "automatically generated",
    "auto reply",
    "autoreply",
    "thank you for contacting",
    "this mailbox is",
    "out of office",
)
_REPORTS = timedelta(days=30)  # of delivery: an older one takes no answer back any more


class Question(Enum):
    """What a text is read for."""

    OURS = auto()  # holding or full?
    THEIRS = auto()  # a chaser, a mere thank-you, a new question?
    REPORT = auto()  # which of ours did not arrive?
    CALENDAR = auto()  # did a calendar write it, which hides among other parts?


@dataclass(frozen=True, slots=True)
class Wanted:
    """A text that decides something; `before` is what it answers, whose lines are not its own.

    Both come with every place where the same mail lies in this mailbox, the newest first: what was
    moved or whose folder was made anew is still read. `asked` is set where no reply of ours was
    seen: when the question came, to which a parent may quote one. `open` is false where nobody waits
    for what it says.
    """

    message: Message
    question: Question
    places: tuple[Message, ...]
    before: tuple[Message, ...] = ()
    asked: datetime | None = None
    open: bool = True


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
    folded: Folded,
    messages: Iterable[Message],
    texts: Collection[int],
    school: str,
    mailbox: str,
    now: datetime,
) -> list[Wanted]:
    """The texts of one mailbox that decide something and were not read yet, open cases first.

    `messages` is all the mail of the school, `texts` the numbers of those that were read. What left
    the count decides nothing: of a case about safeguarding no word is read.
    """
    copies = _Copies(messages, school, mailbox, texts)
    found: dict[int, Wanted] = {}
    cases = [c for c in folded.cases if not c.excluded]
    known = {m.message_id: m for c in cases for m in _mail_of(c) if m.message_id}
    for case in sorted(cases, key=lambda c: c.responded is not None):
        for one in _of_case(case, copies, known):
            waits = case.responded is None
            found.setdefault(one.message.id, one if waits else replace(one, open=False))
    for item in folded.not_tracked:
        report = item.message
        recent = report.received > now - _REPORTS
        if item.kind is Kind.BOUNCE and recent and (places := copies.unread(report)):
            found.setdefault(report.id, Wanted(report, Question.REPORT, places, open=False))
    return list(found.values())


class _Copies:
    """Where the same mail lies in one mailbox, and whether any copy of it was read."""

    def __init__(
        self, messages: Iterable[Message], school: str, mailbox: str, texts: Collection[int]
    ) -> None:
        self._place, self._texts = (school, mailbox), texts
        self._by_letter: dict[tuple[Role, str, str], list[Message]] = {}
        for message in messages:
            if message.message_id:
                key = (message.role, message.message_id, message.fingerprint)
                self._by_letter.setdefault(key, []).append(message)

    def here(self, message: Message) -> tuple[Message, ...]:
        """Its copies in this mailbox, the one that was read into the ledger last first."""
        near = [m for m in self._all(message) if (m.school, m.mailbox) == self._place]
        return tuple(sorted(near, key=lambda m: -m.id))

    def unread(self, message: Message) -> tuple[Message, ...]:
        """The same; () where one of them was read."""
        read = any(m.id in self._texts for m in self._all(message))
        return () if read else self.here(message)

    def _all(self, message: Message) -> list[Message]:
        # Without an id the same sender, date and subject may be two mails.
        key = (message.role, message.message_id, message.fingerprint)
        return self._by_letter.get(key) or [message]


def _mail_of(case: Case) -> list[Message]:
    return [*case.messages, *(a.message for a in case.answers)]


def _of_case(case: Case, copies: _Copies, known: Mapping[str, Message]) -> Iterator[Wanted]:
    if case.doubt == MAYBE_INVITATION and (places := copies.unread(case.opener)):
        yield Wanted(case.opener, Question.CALENDAR, places)
    for answer in case.answers:
        message = answer.message
        if answer.meaning is None and (places := copies.unread(message)):
            before = _last_before(message, case.messages, copies)
            yield Wanted(message, Question.OURS, places, before)
    answers = [a.message for a in case.answers]
    asked = None if case.answers or case.wrote_again else case.received
    for message in {m.fingerprint: m for m in reversed(case.messages)}.values():
        places = copies.unread(message)
        if message.role is not Role.INBOX or not message.readable or not places:
            continue
        opened = message.fingerprint == case.opener.fingerprint
        if not opened or case.wrote_again:
            before = _last_before(message, answers, copies)
            yield Wanted(message, Question.THEIRS, places, before, None if opened else asked)
        elif old := _another_matter(message, known):
            yield Wanted(message, Question.THEIRS, places, copies.here(old))


def _last_before(
    message: Message, candidates: Iterable[Message], copies: _Copies
) -> tuple[Message, ...]:
    """The last of these that came before it and lies in this mailbox, with its copies."""
    earlier = [m for m in candidates if m.received <= message.received and m is not message]
    near = [m for m in earlier if copies.here(m)]
    last = max(near, key=lambda m: m.received, default=None)
    return copies.here(last) if last else ()


def _another_matter(message: Message, known: Mapping[str, Message]) -> Message | None:
    """The mail that it answers under another subject, without Re: what it quotes says if that is meant."""
    old = next((known[i] for i in nearest_first(message) if i in known), None)
    if old is None or message.is_reply or not message.subject_key or not old.subject_key:
        return None
    return old if message.subject_key != old.subject_key else None


def unread(one: Wanted, phrases: Phrases) -> TextFact:
    """What is kept of a text that the server does not hand over: that a person must look at it."""
    why = "it could not be read"
    return TextFact(one.message.id, Meaning.UNKNOWN, phrases.version, doubtful=True, why=why)


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

    The sender's program says when; where that cannot be, it was just before the parent wrote. Only
    what is quoted first was answered: below it stands what is older. What we wrote before the
    question came is no answer to it: parents ask by pressing Reply on a letter of ours.
    """
    first = next(iter(attributions(text)), None)
    if one.asked is None or first is None or not (first.address and is_ours(first.address)):
        return None
    if says(fold(text), _AUTOMATIC):
        return None  # the server's own acknowledgement is in no Sent folder, and answers nothing
    if isinstance(first.at, datetime):
        if first.at < one.asked.replace(second=0, microsecond=0):
            return None
        return min(first.at.astimezone(UTC), one.message.received)
    if first.at is not None and first.at < local_date(one.asked):
        return None
    return one.message.received
