"""The second and third stage of a poll: what became of open mail, and the few texts that decide something.

Only facts are kept; what a failing line leaves unread is asked for again at the next poll.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from commsla.core.cases import Folded
from commsla.core.conversations import ids_of
from commsla.core.kinds import Ours, kind_of
from commsla.core.model import Delivered, FolderState, Kind, Message, Party, Role, Word
from commsla.core.reading import Wanted, fact, unread, wanted
from commsla.core.replied import first_reply, replies_naming
from commsla.core.school import Config
from commsla.jobs.cases import Held, held_by
from commsla.jobs.gone import discarded
from commsla.jobs.ports import LedgerWriter, MailLine, Progress, TextReader
from commsla.jobs.texts import read_one, whereabouts

MOST_TEXTS = 500  # of one mailbox in one poll; the next one goes on
# A text that alone is kept back may be the server's bad hour; a later one that came proves it is not.
_TURN = 60  # seconds after which another text comes first
_BAD_HOURS = timedelta(hours=4)


@dataclass(frozen=True, slots=True)
class SecondLook:
    """One mailbox after its new headers were kept. `read` makes a message of headers."""

    config: Config
    ledger: LedgerWriter
    texts: TextReader
    now: datetime
    progress: Progress
    line: MailLine
    school: str
    mailbox: str
    read: Callable[[Delivered, FolderState], Message]

    def run(self) -> None:
        """Flags and whereabouts of what is open, then the texts. Raises MailboxError."""
        held = self._held()
        folded = held.folded()
        if self._flags(held, folded):
            held = self._held()
            folded = held.folded()
        if self.config.read_text:
            self._texts(held, folded)

    def _held(self) -> Held:
        return held_by(self.config, self.ledger, school=self._needed())

    def _needed(self) -> str:
        """The school whose mail is enough to see what is wanted: "" is all of them.

        What was moved to another school is answered from there.
        """
        across = (Word.MOVE, Word.SAFEGUARDING)  # of a safeguarded case no text is read anywhere
        return "" if any(m.word in across for m in self.ledger.marks()) else self.school

    def _flags(self, held: Held, folded: Folded) -> bool:
        """Whether anything new was seen."""
        place = (self.school, self.mailbox)
        open_here = [
            m
            for case in folded.cases
            if not (case.responded or case.inferred or case.excluded or case.answers)
            for m in case.messages
            if (m.school, m.mailbox) == place and m.role is Role.INBOX and m.uid > 0
        ]
        flagged, gone = whereabouts(self.line, open_here)
        unexplained = _without_known_replies(flagged, held)
        replied = {m.id for m in unexplained} - self.ledger.replied_flags().keys()
        known = self.ledger.vanished()
        # Asked for twice: a mail on its way to another folder is missing for a moment.
        found = discarded(self.line, [m for m in gone if m.id not in known], self.read)
        back = self.ledger.missing() & ({m.id for m in open_here} - {m.id for m in gone})
        if replied or found or back:
            with self.ledger.transaction():
                self.ledger.note_replied(sorted(replied), self.now)
                self.ledger.note_vanished(found, self.now)
                self.ledger.note_back(back)
        return bool(replied)

    def _texts(self, held: Held, folded: Folded) -> None:
        read = held.traces.texts.keys()
        texts = wanted(folded, held.messages, read, self.school, self.mailbox, self.now)[
            :MOST_TEXTS
        ]
        if texts and self._failed_before():
            # A text at which the server hangs up must not stand before all others for ever.
            start = int(self.now.timestamp()) // _TURN % len(texts)
            texts = [*texts[start:], *texts[:start]]
        kept_back: list[Wanted] = []
        for number, one in enumerate(texts, 1):
            self.progress(f"{self._name()}: reading {number} of {len(texts)} texts")
            came = read_one(self.line, one, self.texts)
            if came is None:
                kept_back.append(one)
                continue
            known = fact(one, came, self.config.phrases, self._is_ours, self._keys)
            with self.ledger.transaction():
                self.ledger.note_texts(
                    [*(unread(w, self.config.phrases) for w in kept_back), known]
                )
                if came.signs:
                    self.ledger.add_signs({one.message.id: came.signs})
            kept_back.clear()
        self._give_up(kept_back)

    def _failed_before(self) -> bool:
        place = (self.school, self.mailbox)
        return any(r.trouble and (r.school, r.mailbox) == place for r in self.ledger.reads())

    def _give_up(self, kept_back: Iterable[Wanted]) -> None:
        """What nothing came after: only where it was asked for long enough."""
        stored = self.ledger.stored()
        old = [w for w in kept_back if stored[w.message.id].at <= self.now - _BAD_HOURS]
        if old:
            with self.ledger.transaction():
                self.ledger.note_texts([unread(w, self.config.phrases) for w in old])

    def _name(self) -> str:
        return next(s.name for s in self.config.schools if s.code == self.school)

    def _is_ours(self, address: str) -> bool:
        keys = self.ledger.keys
        ours = Ours.of(self.config, keys)
        return ours.owns(Party(keys.address(address), keys.domain(address.rpartition("@")[2])))

    def _keys(self, message_id: str, address: str) -> tuple[str, str]:
        return self.ledger.keys.id(message_id), self.ledger.keys.address(address)


def _without_known_replies(open_mail: Sequence[Message], held: Held) -> list[Message]:
    """Open mail that no reply in Sent, written by a person to who asked, names.

    The \\Answered flag of the others only says what was seen: a reply that did not arrive and is
    owed again must not be taken for another one.
    """
    sent = (m for m in held.messages if m.role is Role.SENT)
    by_hand = (m for m in sent if kind_of(m, held.ours).kind is Kind.OURS)
    replies = replies_naming(by_hand, {i for m in open_mail for i in ids_of(m)})
    people = {m.id: [p.key for p in (m.sender, m.reply_to) if p] for m in open_mail}
    return [m for m in open_mail if first_reply(m, people[m.id], replies) is None]
