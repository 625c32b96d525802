"""Messages and marks -> cases: a pure fold, the same in whatever order the mail was read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from commsla.core.answers import ANSWERING, OpenCase
from commsla.core.case import Case, Done, Evidence, NotTracked
from commsla.core.conversations import Conversations, Node, ids_of, nearest_first
from commsla.core.events import Held, events, filed, marks_by_letter
from commsla.core.finished import finished
from commsla.core.guarding import protected
from commsla.core.kinds import Ours
from commsla.core.known import Known
from commsla.core.letters import Letter, is_our_answer, letters_of, order
from commsla.core.marks import effective, merged
from commsla.core.model import (
    Mark,
    Meaning,
    Message,
    Reference,
    Role,
    TextFact,
    Word,
)
from commsla.core.traces import Traces

_SAME_SUBJECT = timedelta(days=60)  # matching.md M4


@dataclass(frozen=True, slots=True)
class Folded:
    """Everything that was received, each message exactly once: in a case, or not tracked and why."""

    cases: tuple[Case, ...]
    not_tracked: tuple[NotTracked, ...]
    guarded: frozenset[int] = frozenset()  # messages whose names are shown and kept nowhere


def fold(
    messages: Sequence[Message],
    marks: Iterable[Mark],
    ours: Ours,
    references: Mapping[int, Reference],
    traces: Traces | None = None,
) -> Folded:
    """All messages of all schools -> cases by receipt, and what is not tracked (DESIGN section 4).

    `references` gives the reference of the message (by its ledger id) that once opened a case.
    """
    letters = letters_of(messages, ours)
    known = traces or Traces()
    given = list(marks)
    held = marks_by_letter([*effective(given), *filed(messages, given, known)], letters)
    run = _Fold(letters, held, ours, known)
    for event in events(letters, held, known):
        if event.flagged:
            run.flagged(event.letter, event.at)
        elif event.mark is not None:
            run.record(event.letter, event.mark, event.at)
        elif event.letter.message.role is Role.SENT:
            run.sent(event.letter)
        else:
            run.received(event.letter)
    cases = [finished(c, references) for c in run.cases]
    return Folded(*protected(cases, run.not_tracked, messages))


class _Fold:
    """One walk through mail and marks in the order in which they happened."""

    def __init__(self, letters: Sequence[Letter], held: Held, ours: Ours, traces: Traces) -> None:
        self._known = known = Known(letters, held, ours, traces)
        self._vouched = traces.vouched
        self._held = held
        self._merged = merged((m for marks in held.values() for m in marks), letters)
        self._conversations = Conversations(
            letters, known.people, known.answerable, known.quotes, known.asks
        )
        self._bearers: dict[tuple[str, str], Letter] = {}
        for letter in reversed(letters):
            for key in ids_of(letter.message):
                self._bearers[letter.message.school, key] = letter
        self.cases: list[OpenCase] = []
        self.not_tracked: list[NotTracked] = []
        self._by_conversation: dict[Node, list[OpenCase]] = {}
        self._by_letter: dict[int, OpenCase] = {}
        self._by_fingerprint: dict[str, list[OpenCase]] = {}
        self._by_matter: dict[tuple[str, str, str], list[OpenCase]] = {}

    def received(self, letter: Letter) -> None:
        """A mail came in: a case, more of a case, or nothing that starts a clock."""
        judged = self._known.kind(letter)
        if not judged.kind.starts_a_clock:
            secret = any(m.word is Word.SAFEGUARDING for m in self._held.get(id(letter), ()))
            self.not_tracked.append(
                NotTracked(letter.message, judged.kind, judged.evidence, letter.copies, secret)
            )
            if is_our_answer(letter, self._vouched):
                self.sent(letter)
            return
        root = self._merged.get(id(letter))
        if root and (case := self._by_letter.get(id(root))):
            self._join(case, letter, merged=True)
            case.answerable |= self._known.answerable(letter)
            self._file(case, letter, self._known.answerable(letter))
            return
        same = self._cases_of(letter)
        fact = self._known.text(letter)
        for case in same:
            if not case.takes_more or self._is_unknown_to(case, letter):
                continue
            if fact and fact.quoted_reply and not case.answers:
                # The parent quotes a reply that we never saw: there is an answer, so this is new.
                at = max(fact.quoted_reply, case.opener.message.received)
                case.infer(Done(at, Evidence.INFERRED, "the parent quotes a reply"))
                continue
            if case.opener.claims:
                continue  # whoever sent that in her name must not carry off what she writes herself
            # Its Reply-To adds nobody: a forged chaser must not say where answers count.
            self._join(case, letter)
            return
        case = OpenCase(letter, set(self._known.answerable(letter)), bool(same))
        case.letters.append(letter)
        case.urgent = bool(fact and fact.urgent)
        asked_for = self._known.is_asked_for(letter)
        if same and fact and fact.meaning is Meaning.CLOSER and not asked_for:
            case.proposal = Meaning.CLOSER
        self._open(case)

    def sent(self, letter: Letter) -> None:
        """We wrote: it answers what its recipients had open in this conversation, and nothing else.

        A forward to a colleague carries the same ids and has no parent among its recipients: it is
        a hand-over and answers nothing. Who is answered must be named: References alone do not count.
        """
        if not is_our_answer(letter, self._vouched):
            return
        message = letter.message
        to = self._known.people(letter)
        if not to:
            self._hand_over(letter)
            return
        arrived = self._known.reached(letter, to)
        fact = self._known.our_text(letter)
        led = set()  # to what they wrote themselves; whom a stranger names in Reply-To says nothing
        for person in sorted(to):
            if meant := self._conversations.doubtful(letter, person):
                if any(person in self._known.people(x) for x in meant):
                    led.add(person)
                if person in arrived:
                    self._answer_one_of(meant, person, letter, fact)
            for case in self._by_conversation.get(self._conversations.of(letter, person), []):
                if person in case.answerable & case.participants:
                    led.add(person)
                for one in (case, *case.twins):
                    if arrived & one.answerable:
                        one.answered_by(message, fact, self._known.evidence(letter))
        self._propose(letter, arrived - led)

    def record(self, letter: Letter, mark: Mark, moment: datetime) -> None:
        """A person said what happened; where nobody knows when, what answers is only supposed."""
        case = self._by_letter.get(id(letter))
        if case and mark.since is not None and mark.word in ANSWERING:
            what = f"found {mark.note.removeprefix('lies ')}"
            if case.infer(Done(moment, Evidence.INFERRED, what, since=mark.since)):
                held = self._held
                self._set_later_free(
                    case, letter, lambda x: any(not m.id for m in held.get(id(x), ()))
                )
        elif case:
            case.record(mark, moment, opened_it=case.opener is letter)

    def flagged(self, letter: Letter, moment: datetime) -> None:
        """The mail program says that this mail was replied to, and no reply was seen.

        What the parent wrote after it carries no such flag and may still wait for an answer.
        """
        case = self._by_letter.get(id(letter))
        received = letter.message.received
        if case is None or any(a.message.received >= received for a in case.answers):
            return
        if self._known.explains(letter, moment):
            return
        what, since = "the mail program says it was replied to", self._known.flagged_since(letter)
        if case.infer(Done(moment, Evidence.INFERRED, what, since=since)):
            self._set_later_free(case, letter, self._known.is_flagged)

    # --- what an event concerns -----------------------------------------------------------------

    def _cases_of(self, letter: Letter) -> list[OpenCase]:
        """What this person asked in the conversation that a mail is in, the oldest first."""
        who = letter.writer
        if who is None or not who.key or letter.claims:
            return []
        near = self._by_conversation.get(self._conversations.of(letter, who.key), [])
        mine = sorted((c for c in near if who.key in c.participants), key=lambda c: order(c.opener))
        return [c for c in mine if c.answers or c.responded or not c.opener.claims]

    def _is_unknown_to(self, case: OpenCase, letter: Letter) -> bool:
        """Whether a mark settles the case that was recorded when this mail was not read yet."""
        return any(
            one.covers(mark, on, letter)
            for one in (case, *case.twins)
            for on in one.letters
            for mark in self._held.get(id(on), ())
        )

    def _join(self, case: OpenCase, letter: Letter, *, merged: bool = False) -> None:
        case.add(letter, self._known.text(letter), merged=merged)
        self._by_letter[id(letter)] = case

    def _open(self, case: OpenCase) -> None:
        letter = case.opener
        message = letter.message
        for other in self._by_fingerprint.setdefault(message.fingerprint, []):
            # The same mail to another school; within one school copies are one letter already.
            if other.opener.message.school != message.school:
                case.share(other)
        self._by_fingerprint[message.fingerprint].append(case)
        self._file(case, letter, case.answerable)
        for person in case.answerable if message.subject_key else ():
            matter = (message.school, person, message.subject_key)
            earlier = self._by_matter.setdefault(matter, [])
            if not case.wrote_again:
                near = (c for c in reversed(earlier) if _is_near(c, letter) and c.takes_more)
                case.same_subject = next(near, None)
            earlier.append(case)
        self._by_letter[id(letter)] = case
        self.cases.append(case)

    def _file(self, case: OpenCase, letter: Letter, people: Iterable[str]) -> None:
        """Find the case by this mail's conversations, also at a school that it was moved to."""
        held = self._held.get(id(case.opener), ())
        schools = {letter.message.school, *(m.detail for m in held if m.word is Word.MOVE)} - {""}
        for person in people:
            for node in {n for s in schools for n in self._conversations.named(letter, person, s)}:
                self._by_conversation.setdefault(node, []).append(case)

    def _hand_over(self, letter: Letter) -> None:
        for key in nearest_first(letter.message):
            before = self._bearers.get((letter.message.school, key))
            case = self._by_letter.get(id(before)) if before else None
            if case:
                case.handed_over.append(letter.message)
                return

    def _answer_one_of(
        self, meant: Iterable[Letter], person: str, letter: Letter, fact: TextFact | None
    ) -> None:
        """Ours names an id that several mails have: it answers their one case, or any of several."""
        near = (self._by_letter.get(id(x)) for x in meant)
        found = {id(c): c for c in near if c and person in c.answerable}
        for case in found.values():
            if len(found) == 1:
                for one in (case, *case.twins):
                    if person in one.answerable:
                        one.answered_by(letter.message, fact, self._known.evidence(letter))
            else:
                why = "a reply to one of several mails with one id"
                case.infer(Done(letter.message.received, Evidence.INFERRED, why))

    def _propose(self, letter: Letter, to: Iterable[str]) -> None:
        """No id leads anywhere: the same person, the same subject, later proposes and never answers."""
        done = Done(letter.message.received, Evidence.INFERRED, "a mail with the same subject")
        for person in sorted(to):
            matter = (letter.message.school, person, letter.message.subject_key)
            for case in self._by_matter.get(matter, []):
                if _is_near(case, letter) and not case.has_answer(letter.message):
                    case.infer(done)

    def _set_later_free(self, case: OpenCase, on: Letter, stays: Callable[[Letter], bool]) -> None:
        """What was taken for more of a case that is answered now is a case of its own."""
        later = [x for x in case.letters if x.message.received > on.message.received]
        for letter in [x for x in later if not stays(x)]:
            root = self._merged.get(id(letter))
            if letter is case.opener or (root and self._by_letter[id(root)] is case):
                continue
            case.letters.remove(letter)
            self.received(letter)


def _is_near(case: OpenCase, letter: Letter) -> bool:
    since = letter.message.received - case.opener.message.received
    return timedelta(0) <= since <= _SAME_SUBJECT
