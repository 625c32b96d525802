"""Messages and marks -> cases: a pure fold, the same in whatever order the mail was read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from commsla.core.conversations import Conversations, Thread
from commsla.core.kinds import Judged, Ours, kind_of, writer
from commsla.core.marks import effective
from commsla.core.model import (
    Case,
    Done,
    Evidence,
    Kind,
    Mark,
    Message,
    NotTracked,
    Party,
    Reference,
    Role,
    Word,
)

_ANSWERING = frozenset({Word.CALLED, Word.MEETING, Word.ANSWERED})


@dataclass(frozen=True, slots=True)
class Folded:
    """Everything that was received, each message exactly once: in a case, or not tracked and why."""

    cases: tuple[Case, ...]
    not_tracked: tuple[NotTracked, ...]


@dataclass(slots=True)
class _Letter:
    """One mail, which may lie in a folder several times (moved, copied, delivered again)."""

    message: Message
    copies: list[Message]


@dataclass(slots=True, eq=False)
class _Open:
    """A case while it is being folded."""

    opener: _Letter
    kind: Kind
    writer: Party | None
    reply_addresses: frozenset[str]
    wrote_again: bool = False
    letters: list[_Letter] = field(default_factory=list)
    answers: list[Message] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    acknowledged: Done | None = None
    responded: Done | None = None
    replied: Done | None = None
    excluded: Mark | None = None
    twins: list[_Open] = field(default_factory=list)

    @property
    def takes_more(self) -> bool:
        """Whether a further mail of the same person still belongs to it: nothing was answered yet."""
        return self.replied is None and self.responded is None and self.excluded is None


def fold(
    messages: Sequence[Message],
    marks: Iterable[Mark],
    ours: Ours,
    references: Mapping[int, Reference],
) -> Folded:
    """All messages of all schools -> cases by receipt, and what is not tracked (DESIGN section 4).

    `references` gives the reference of the message (by its ledger id) that once opened a case.
    """
    letters = _letters(messages)
    held: dict[int, list[Mark]] = {}
    for holding in effective(marks):
        held.setdefault(holding.message_id, []).append(holding)
    conversations = Conversations((x.message, _people(x.message, ours)) for x in letters)
    run = _Fold(ours, conversations, _our_ids(messages))
    for moment, letter, mark in _events(letters, held):
        if mark is not None:
            run.record(letter, mark, moment)
        elif letter.message.role is Role.SENT:
            run.sent(letter.message)
        else:
            run.received(letter)
    return Folded(
        tuple(_finished(c, references) for c in run.cases),
        tuple(run.not_tracked),
    )


def _letters(messages: Sequence[Message]) -> list[_Letter]:
    """Copies of one mail are one letter, received when its earliest copy was."""
    found: dict[tuple[str, Role, str], _Letter] = {}
    ordered = sorted(messages, key=lambda m: (m.received, m.fingerprint, m.folder, m.uid, m.id))
    for message in ordered:
        key = (message.school, message.role, message.fingerprint)
        if key in found:
            found[key].copies.append(message)
        else:
            found[key] = _Letter(message, [message])
    return list(found.values())


def _people(message: Message, ours: Ours) -> frozenset[str]:
    """Whose conversations a mail is in: those we wrote to, or who wrote to us."""
    if message.role is Role.SENT:
        return frozenset(p.key for p in message.recipients if not ours.owns(p))
    if _only_claims(message, ours):
        return frozenset()
    return frozenset(p.key for p in (writer(message, ours),) if p and p.key)


def _only_claims(message: Message, ours: Ours) -> bool:
    """Whether a robot that is not ours says by Reply-To who wrote: anybody can send that.

    It opens a case, but it neither joins one nor ties conversations together.
    """
    return writer(message, ours) is not message.sender and not ours.owns(message.sender)


def _our_ids(messages: Iterable[Message]) -> frozenset[str]:
    return frozenset(m.message_id for m in messages if m.role is Role.SENT and m.message_id)


def _events(
    letters: list[_Letter], held: Mapping[int, list[Mark]]
) -> list[tuple[datetime, _Letter, Mark | None]]:
    """Mail and marks by time; what a person recorded on a mail never comes before that mail."""
    events: list[tuple[datetime, int, int, _Letter, Mark | None]] = []
    for place, letter in enumerate(letters):
        received = letter.message.received
        # At the same second mail that came in goes first: an answer needs its question.
        rank = 0 if letter.message.role is Role.INBOX else 1
        events.append((received, rank, place, letter, None))
        marks = (m for copy in letter.copies for m in held.get(copy.id, ()))
        events.extend((max(m.at, received), 2, m.id, letter, m) for m in marks)
    events.sort(key=lambda e: e[:3])
    return [(e[0], e[3], e[4]) for e in events]


class _Fold:
    """One walk through mail and marks in the order in which they happened."""

    def __init__(self, ours: Ours, conversations: Conversations, our_ids: Collection[str]) -> None:
        self._ours = ours
        self._conversations = conversations
        self._our_ids = our_ids
        self.cases: list[_Open] = []
        self.not_tracked: list[NotTracked] = []
        self._by_conversation: dict[Thread, list[_Open]] = {}
        self._by_letter: dict[int, _Open] = {}
        self._by_fingerprint: dict[str, list[_Open]] = {}

    def received(self, letter: _Letter) -> None:
        """A mail came in: a case, more of a case, or nothing that starts a clock."""
        message = letter.message
        judged: Judged = kind_of(message, self._ours, self._our_ids)
        if not judged.kind.starts_a_clock:
            copies = tuple(letter.copies)
            self.not_tracked.append(NotTracked(message, judged.kind, judged.evidence, copies))
            return
        who = writer(message, self._ours)
        named = who is not None and bool(who.key) and not _only_claims(message, self._ours)
        same = self._cases_of(message, who.key) if who and named else []
        for case in same:
            if case.takes_more:
                # Its Reply-To adds nobody: a forged chaser must not say where answers count.
                case.letters.append(letter)
                self._by_letter[id(letter)] = case
                return
        answerable = frozenset(
            p.key for p in (who, message.reply_to) if p and p.key and not self._ours.owns(p)
        )
        self._open(_Open(letter, judged.kind, who, answerable, bool(same), [letter]))

    def _cases_of(self, message: Message, person: str) -> list[_Open]:
        """What this person asked in the conversation that a mail is in."""
        near = self._by_conversation.get(self._conversations.of(message, person), [])
        return [c for c in near if c.writer and c.writer.key == person]

    def _open(self, case: _Open) -> None:
        fingerprint = case.opener.message.fingerprint
        for other in self._by_fingerprint.setdefault(fingerprint, []):
            # The same mail to another school; within one school copies are one letter already.
            other.twins.append(case)
            case.twins.append(other)
            case.acknowledged = case.acknowledged or other.acknowledged
            case.responded = case.responded or other.responded
            case.replied = case.replied or other.replied
        self._by_fingerprint[fingerprint].append(case)
        for person in case.reply_addresses:
            conversation = self._conversations.of(case.opener.message, person)
            self._by_conversation.setdefault(conversation, []).append(case)
        self._by_letter[id(case.opener)] = case
        self.cases.append(case)

    def sent(self, message: Message) -> None:
        """We wrote: it answers what its recipients had open in this conversation, and nothing else.

        A forward to a colleague carries the same ids and has no parent among its recipients: it is
        a hand-over and answers nothing. Who is answered must be named: References alone do not count.
        """
        if kind_of(message, self._ours).kind is not Kind.OURS:
            return
        done = Done(message.received, Evidence.SEEN, "replied by e-mail")
        to = _people(message, self._ours)
        for person in to:
            for case in self._by_conversation.get(self._conversations.of(message, person), []):
                for one in (case, *case.twins):
                    if to & one.reply_addresses and message not in one.answers:
                        one.answers.append(message)
                        one.acknowledged = one.acknowledged or done
                        one.replied = one.replied or done

    def record(self, letter: _Letter, mark: Mark, moment: datetime) -> None:
        """A person said what happened.

        A mark that answers holds for the case that the mail is part of; one that takes a mail out
        of the count holds only if that mail opened the case, never for another mail beside it.
        """
        case = self._by_letter.get(id(letter))
        if case is None:
            return
        case.marks.append(mark)
        if mark.word in _ANSWERING:
            done = Done(moment, Evidence.RECORDED, mark.word.value, mark.recorded)
            for one in (case, *case.twins):
                one.acknowledged = one.acknowledged or done
                one.responded = one.responded or done
        elif case.opener is letter:
            case.excluded = case.excluded or mark


def _finished(case: _Open, references: Mapping[int, Reference]) -> Case:
    opener = case.opener
    given = [references[c.id] for c in opener.copies if c.id in references]
    return Case(
        opener=replace(opener.message, id=_first_id(opener, references)),
        kind=case.kind,
        writer=case.writer,
        reference=min(given, default=None),
        messages=tuple(m for x in case.letters for m in x.copies),
        answers=tuple(case.answers),
        marks=tuple(case.marks),
        acknowledged=case.acknowledged,
        responded=case.responded,
        replied=case.replied,
        excluded=case.excluded,
        wrote_again=case.wrote_again,
        chasers=len(case.letters) - 1,
        also_at=tuple(sorted({t.opener.message.school for t in case.twins})),
    )


def _first_id(opener: _Letter, references: Mapping[int, Reference]) -> int:
    """The ledger's number of the copy that carries the reference, else of the earliest kept one."""
    return min((c.id for c in opener.copies), key=lambda i: (references.get(i, _NONE), i))


_NONE = Reference("~", 0)  # sorts after every real prefix
