"""What is known of each letter by itself: its kind, its words, whose it is; of no case."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from commsla.core.answers import NOT_READ
from commsla.core.case import Evidence
from commsla.core.conversations import ids_of
from commsla.core.events import Held
from commsla.core.kinds import Judged, Ours
from commsla.core.letters import Letter, people_of
from commsla.core.model import Kind, Role, TextFact, Word
from commsla.core.replied import first_reply, replies_naming
from commsla.core.traces import Traces

# A mail program may put the Sent copy in its place after a poll has seen the flag.
_COPY_COMES_LATE = timedelta(hours=1)


class Known:
    """Headers, marks and traces of one fold, asked letter by letter."""

    def __init__(self, letters: Sequence[Letter], held: Held, ours: Ours, traces: Traces) -> None:
        self._ours, self._traces = ours, traces
        asking = (key for key, ms in held.items() if any(m.word is Word.ENQUIRY for m in ms))
        self._asked_for = frozenset(asking)
        self._texts = {id(x): f for x in letters if (f := self._read(x))}
        self._undelivered = {pair for f in self._texts.values() for pair in f.failed}
        flagged = {i for x in letters if self.is_flagged(x) for i in ids_of(x.message)}
        by_hand = (x.message for x in letters if x.judged.kind is Kind.OURS)
        self._replies = replies_naming(by_hand, flagged)

    def kind(self, letter: Letter) -> Judged:
        """What it is, where a person said nothing else."""
        if self.is_asked_for(letter):
            return Judged(Kind.ENQUIRY, "a person said so")
        return letter.judged

    def asks(self, letter: Letter) -> bool:
        """Whether it starts a clock, which nothing of ours does."""
        ours = letter.message.role is Role.SENT
        return not ours and self.kind(letter).kind.starts_a_clock

    def is_asked_for(self, letter: Letter) -> bool:
        """Whether a person said that it is an enquiry."""
        return id(letter) in self._asked_for

    def text(self, letter: Letter) -> TextFact | None:
        """What was read of it."""
        return self._texts.get(id(letter))

    def our_text(self, letter: Letter) -> TextFact | None:
        """What was read of ours; where no text is read any more, what was read before still holds."""
        return self.text(letter) or (None if self._traces.read_text else NOT_READ)

    def quotes(self, letter: Letter) -> bool:
        """Whether it quotes what it answers."""
        fact = self.text(letter)
        return bool(fact and fact.quotes)

    def people(self, letter: Letter) -> frozenset[str]:
        """Keys of those in whose conversations it is."""
        return people_of(letter, self._ours, self._traces.vouched)

    def answerable(self, letter: Letter) -> frozenset[str]:
        """Keys of the addresses at which its writer can be answered."""
        parties = (letter.writer, letter.message.reply_to)
        return frozenset(p.key for p in parties if p and p.key and not self._ours.owns(p))

    def evidence(self, letter: Letter) -> Evidence:
        """How we know of an answer of ours."""
        return Evidence.SEEN if letter.message.role is Role.SENT else Evidence.VOUCHED

    def reached(self, letter: Letter, to: Iterable[str]) -> set[str]:
        """Whom ours reached: all but those of whom a report that names it says otherwise."""
        lost = self._undelivered
        return {p for p in to if not any((i, p) in lost for i in ids_of(letter.message))}

    def is_flagged(self, letter: Letter) -> bool:
        """Whether the mail program said of any copy that it was replied to."""
        flags = self._traces.replied_flag
        return bool(flags) and any(c.id in flags for c in letter.copies)

    def flagged_since(self, letter: Letter) -> datetime | None:
        """It was flagged no earlier than this, and no later than a poll saw it; None: not known."""
        seen = self._traces.replied_flag
        first = min((c for c in letter.copies if c.id in seen), key=lambda c: (seen[c.id], c.id))
        before = self._traces.not_flagged.get(first.id)
        return max(before, letter.message.received) if before else None

    def explains(self, letter: Letter, flagged: datetime) -> bool:
        """Whether the flag that was seen then is of a reply in Sent, even of one that never arrived."""
        reply = first_reply(letter.message, self.answerable(letter), self._replies)
        return reply is not None and reply <= flagged + _COPY_COMES_LATE

    def _read(self, letter: Letter) -> TextFact | None:
        facts = (self._traces.texts.get(c.id) for c in letter.copies)
        return next((f for f in facts if f), None)
