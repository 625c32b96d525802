"""Reads what is new in one folder: messages and the cursor that covers them are committed together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta

from commsla.core.clean import clean
from commsla.core.day_one import reads_back_to
from commsla.core.folderfacts import FolderFacts, seen
from commsla.core.headers import read_message
from commsla.core.local import LONDON, local_date
from commsla.core.model import Delivered, FolderState, Message, Role, Stored, Word
from commsla.core.school import Config, Mailbox, School
from commsla.core.workdays import Workdays
from commsla.errors import FolderRefused, MailboxError, StoppedAt
from commsla.jobs.apart import Apart
from commsla.jobs.ports import LedgerWriter, MailLine, Progress

_FIRST_YEAR = 1990  # no school had e-mail before
_CLOCKS_DIFFER = timedelta(days=2)
_HIGHEST = 2**32 - 1  # UID, UIDVALIDITY and how many there are


@dataclass(frozen=True, slots=True)
class FolderReader:
    """Reads the folders of one mailbox whose line is open.

    `replied` gathers the ledger's numbers of what was read and carries the \\Answered flag.
    """

    config: Config
    ledger: LedgerWriter
    workdays: Workdays
    now: datetime
    progress: Progress
    line: MailLine
    school: School
    mailbox: Mailbox
    replied: set[int] = field(default_factory=set)

    def is_known(self, hint: FolderState | None) -> bool:
        """Whether everything in a folder was read already, by what STATUS says of it."""
        known = self._cursor(hint.name) if hint else None
        if not hint or not known or known[:2] != (hint.uidvalidity, hint.uidnext):
            return False
        before = self._facts(hint.name)
        if before is None or (before.held and not hint.messages):
            return False  # that it is empty now only EXAMINE is believed
        self._note(hint)
        self._was_read(hint.name)
        return True

    def could_not_read(self, folder: str) -> None:
        """What is found in it later may lie there since it was read last, not since this poll."""
        facts = self._facts(folder)
        if facts and facts.last_read is None:
            self._keep_facts(folder, replace(facts, last_read=self._last_good()))

    def _was_read(self, folder: str) -> None:
        facts = self._facts(folder)
        if facts and facts.last_read:
            self._keep_facts(folder, replace(facts, last_read=None))

    def read(self, role: Role, folder: str) -> Counter[Role]:
        """Keep what is new; how much that was. Raises MailboxError, FolderRefused where only this
        folder does not open.
        """
        state = self.line.look(folder)
        _refuse_absurd(self.mailbox, state)
        before = self._last_read(folder)
        self._note(state)
        baseline = self._baseline()
        known = self._cursor(folder)
        same = known is not None and known[0] == state.uidvalidity
        if known and same and known[1] <= state.uidnext:
            _, first, old_below = known
        else:
            # The first poll, or the folder was made anew: what is known already is recognised by
            # its fingerprint when cases are folded, so reading it again counts nothing twice.
            old_below = state.uidnext
            day = baseline.astimezone(LONDON).date()
            first = self.line.first_uid_since(folder, day, state.uidnext)
            if known and same:  # only UIDNEXT went back: what came after day one is still above
                old_below = min(old_below, known[2])
                first = min(first, old_below)
        added: Counter[Role] = Counter()
        number = 0
        for chunk in self._pulled(state, max(1, first)):
            messages = []
            for item in chunk:
                if item.left_out:
                    continue
                message = self.message(item, item.role or role, state)
                if item.uid >= old_below or message.received >= baseline:
                    messages.append(message)
            with self.ledger.transaction():
                added += self._keep(messages, old_below, before)
                self._move(state, chunk[-1].uid + 1, old_below)
            place = (self.school.code, self.mailbox.address, folder, state.uidvalidity)
            self.replied.update(self.ledger.numbers(place, [i.uid for i in chunk if i.replied]))
            number += len(chunk)
            self.progress(f"{self.school.name}: {clean(folder, 60)}, {number:,} read")
        if known is None or known[:2] != (state.uidvalidity, state.uidnext):
            with self.ledger.transaction():
                self._move(state, state.uidnext, old_below)
        self._was_read(folder)
        return added

    def _pulled(self, state: FolderState, first: int) -> Iterator[list[Delivered]]:
        """What is new, with care where the line ended the last time: it may end there again."""
        facts = self._facts(state.name)
        low, high = (facts and facts.broke) or (0, -1)
        try:
            last = state.uidnext - 1
            yield from self.line.pull(state.name, first, last, range(low, high + 1))
        except StoppedAt as error:
            if facts := self._facts(state.name):
                self._keep_facts(state.name, replace(facts, broke=(error.low, error.high)))
            raise
        if facts and facts.broke:
            self._keep_facts(state.name, replace(facts, broke=None))

    def message(
        self, item: Delivered, role: Role, state: FolderState, seen: datetime | None = None
    ) -> Message:
        """What the headers of a message say; it was received no later than it was first `seen`.

        Without a date of the server's it is new: left out or dated back it would be lost.
        """
        arrived = self._arrived(item)
        received = arrived or self.now
        return read_message(
            item.headers,
            self.ledger.keys,
            school=self.school.code,
            mailbox=self.mailbox.address,
            folder=state.name,
            role=role,
            uidvalidity=state.uidvalidity,
            uid=item.uid,
            received=min(received, seen) if seen else received,
            dated=arrived is not None,
            rules=self.config.rules,
        )

    def _keep(
        self, messages: Iterable[Message], old_below: int, before: datetime | None
    ) -> Counter[Role]:
        """Since when lies there what a folder had when it was first looked at, nobody knows."""
        groups: dict[tuple[Role, datetime | None], list[Message]] = {}
        for message in messages:
            since = None if message.uid < old_below else before
            groups.setdefault((message.role, since), []).append(message)
        added: Counter[Role] = Counter()
        for (role, since), some in groups.items():
            added[role] += self.ledger.add(some, Stored(self.now, since))
        if any(m.in_reply_to or m.references for some in groups.values() for m in some):
            self._forget_what_is_guarded()
        return added

    def _forget_what_is_guarded(self) -> None:
        """Before they are committed: a poll that is cut off leaves no name of a safeguarded matter."""
        marked = {m.message_id for m in self.ledger.marks() if m.word is Word.SAFEGUARDING}
        for held in Apart(self.config, self.ledger).around(marked) if marked else ():
            self.ledger.wipe(held.folded().guarded)

    def _arrived(self, item: Delivered) -> datetime | None:
        """When it reached the mailbox; None where the server says nothing, or what cannot be."""
        said = item.received
        if said is None or said.year < _FIRST_YEAR or said > self.now + _CLOCKS_DIFFER:
            return None
        return said

    def _facts(self, folder: str) -> FolderFacts | None:
        return self.ledger.folder_facts(self.school.code, self.mailbox.address).get(folder)

    def _note(self, state: FolderState) -> None:
        """Remember what a folder looks like; raises FolderRefused where it is no use to read it."""
        before = self._facts(state.name)
        facts = seen(before, state, self.now)
        if facts != before:
            self._keep_facts(state.name, facts)
        if facts.unsteady:
            raise FolderRefused(
                f'{self.mailbox.address}: "{clean(state.name, 60)}" got other numbers (UIDVALIDITY) '
                f"at each of the last {facts.changes} polls and is not read",
                "Ask who runs the mail server. It is read again as soon as the numbers stay.",
                public="a folder gets other numbers (UIDVALIDITY) at each poll and is not read",
            )

    def _cursor(self, folder: str) -> tuple[int, int, int] | None:
        return self.ledger.cursor(self.school.code, self.mailbox.address, folder)

    def _move(self, state: FolderState, next_uid: int, old_below: int) -> None:
        place = (self.school.code, self.mailbox.address, state.name)
        self.ledger.set_cursor(*place, state.uidvalidity, next_uid, old_below)

    def _baseline(self) -> datetime:
        day_one = self.ledger.day_one()[self.school.code, self.mailbox.address]
        policy = self.school.policy_on(local_date(day_one), self.mailbox.address)
        return datetime.combine(reads_back_to(day_one, policy, self.workdays), time(0), LONDON)

    def _keep_facts(self, folder: str, facts: FolderFacts) -> None:
        with self.ledger.transaction():
            self.ledger.note_folder(self.school.code, self.mailbox.address, folder, facts)

    def _last_read(self, folder: str) -> datetime | None:
        """None where it was never looked at, or not while the config did not name it."""
        facts = self._facts(folder)
        return (facts.last_read or self._last_good()) if facts else None

    def _last_good(self) -> datetime | None:
        place = (self.school.code, self.mailbox.address)
        return next(
            (r.last_good for r in self.ledger.reads() if (r.school, r.mailbox) == place), None
        )


def _refuse_absurd(mailbox: Mailbox, state: FolderState) -> None:
    """All are 32 bits wide (RFC 3501 sections 2.3.1.1 and 9); what is wider would not fit into a row."""
    highest = max(state.uidvalidity, state.uidnext - 1, state.messages)
    if highest > _HIGHEST:
        raise MailboxError(
            f"{mailbox.address}: {mailbox.host} counts the messages of "
            f'"{clean(state.name, 60)}" with numbers that IMAP does not have',
            "Nothing of it was read; ask who runs the mail server.",
        )
