"""The second and third stage of a poll: what became of open mail, and the few texts that decide something.

Only facts are kept; what a failing line leaves unread is asked for again at the next poll.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from commsla.core.cases import Folded
from commsla.core.conversations import ids_of
from commsla.core.kinds import Ours, kind_of
from commsla.core.model import Delivered, FolderState, Kind, Message, Party, Role, Word
from commsla.core.reading import Wanted, fact, unread, wanted
from commsla.core.replied import first_reply, replies_naming
from commsla.core.school import Config
from commsla.jobs.apart import Apart
from commsla.jobs.cases import Held
from commsla.jobs.gone import discarded
from commsla.jobs.ports import LedgerWriter, MailLine, Progress, TextReader
from commsla.jobs.texts import read_one, whereabouts

MOST_TEXTS = 500  # of one mailbox in one poll; the next one goes on
# A text that alone is kept back may be the server's bad hour; a later one that came proves it is not.
_TURN = 60  # seconds after which another text comes first
_BAD_HOURS = timedelta(hours=4)


@dataclass(slots=True)
class _Open:
    """What stands open in one mailbox.

    `ask` is mail whose flags are to be asked for, `replied` what came lately and carries the flag,
    `unexplained` the numbers of what no reply in Sent names, `texts` what is to be read.
    """

    ask: list[Message] = field(default_factory=list)
    replied: list[Message] = field(default_factory=list)
    unexplained: set[int] = field(default_factory=set)
    texts: list[Wanted] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class SecondLook:
    """One mailbox after its new headers were kept. `read` makes a message of headers.

    What has a number above `after` came at this poll, with its flags; `replied` are the numbers of
    that which carries \\Answered.
    """

    config: Config
    ledger: LedgerWriter
    texts: TextReader
    now: datetime
    progress: Progress
    line: MailLine
    school: str
    mailbox: str
    read: Callable[[Delivered, FolderState], Message]
    after: int
    replied: frozenset[int]

    def run(self) -> None:
        """Flags and whereabouts of what is open, then the texts. Raises MailboxError."""
        found = self._open()
        if self._flags(found):
            found = self._open()
        if self.config.read_text:
            self._texts(found.texts)

    def _open(self) -> _Open:
        """What is open in this mailbox and what of it decides something, a few groups at a time."""
        read = self.ledger.texts().keys()
        place = (self.school, self.mailbox)
        found = _Open()
        for held in Apart(self.config, self.ledger, self._needed()).together(
            self.after, self.replied
        ):
            folded = held.folded()
            here = [m for m in _open_mail(folded) if (m.school, m.mailbox) == place]
            found.ask += [m for m in here if m.id <= self.after]
            found.replied += [m for m in here if m.id in self.replied]
            found.unexplained |= {m.id for m in _without_known_replies(here, held)}
            texts = wanted(folded, held.messages, read, *place, self.now)
            found.texts = sorted([*found.texts, *texts], key=lambda w: not w.open)[:MOST_TEXTS]
        return found

    def _flags(self, found: _Open) -> bool:
        """Whether anything new was seen."""
        flagged, gone = whereabouts(self.line, found.ask)
        flagged += found.replied
        replied = {m.id for m in flagged} & found.unexplained
        replied -= self.ledger.replied_flags().keys()
        known = self.ledger.vanished()
        # Asked for twice: a mail on its way to another folder is missing for a moment.
        thrown = discarded(self.line, [m for m in gone if m.id not in known], self.read)
        back = self.ledger.missing() & ({m.id for m in found.ask} - {m.id for m in gone})
        if replied or thrown or back:
            with self.ledger.transaction():
                self.ledger.note_replied(sorted(replied), self.now, self._last_look())
                self.ledger.note_vanished(thrown, self.now)
                self.ledger.note_back(back)
        return bool(replied)

    def _texts(self, texts: list[Wanted]) -> None:
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

    def _needed(self) -> str:
        """The school whose mail is enough to see what is wanted: "" is all of them.

        What was moved to another school is answered from there.
        """
        across = (Word.MOVE, Word.SAFEGUARDING)  # of a safeguarded case no text is read anywhere
        return "" if any(m.word in across for m in self.ledger.marks()) else self.school

    def _last_look(self) -> datetime | None:
        """When this mailbox was looked at before: what is new now happened since then."""
        place = (self.school, self.mailbox)
        reads = self.ledger.reads()
        return next((r.last_good for r in reads if (r.school, r.mailbox) == place), None)

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


def _open_mail(folded: Folded) -> list[Message]:
    return [
        m
        for case in folded.cases
        if not (case.responded or case.inferred or case.excluded or case.answers)
        for m in case.messages
        if m.role is Role.INBOX and m.uid > 0
    ]


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
