"""Reads what is new in every mailbox into the ledger and numbers the cases; it judges nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import partial

from commsla.core.clean import clean
from commsla.core.day_one import reads_back_to
from commsla.core.headers import read_message
from commsla.core.keeping import to_wipe
from commsla.core.kinds import Ours
from commsla.core.local import LONDON, local_date
from commsla.core.model import (
    Delivered,
    FolderState,
    MailboxRead,
    Message,
    Reference,
    Role,
    Stored,
)
from commsla.core.rules import rule_signs_missing
from commsla.core.school import (
    Config,
    Mailbox,
    School,
)
from commsla.core.workdays import Workdays
from commsla.errors import CommslaError, FolderRefused, LoginRefused, MailboxError
from commsla.jobs.cases import held_by, number_cases
from commsla.jobs.ports import AtOnce, Connect, LedgerWriter, MailLine, Progress, TextReader
from commsla.jobs.second_look import SecondLook

_FIRST_YEAR = 1990  # no school had e-mail before
_CLOCKS_DIFFER = timedelta(days=2)
_HIGHEST = 2**32 - 1  # UID and UIDVALIDITY


@dataclass(slots=True)
class Outcome:
    """How reading one mailbox went. `trouble` is None when everything up to now was read.

    `filed` counts what is new in each folder of the config. Where such a folder is not there that is
    `trouble` as well, and all else was read: then `only_folders` is set.
    """

    school: School
    mailbox: Mailbox
    new: dict[Role, int] = field(default_factory=lambda: {Role.INBOX: 0, Role.SENT: 0})
    sent_folder: str | None = None
    filed: dict[str, int] = field(default_factory=dict)
    trouble: CommslaError | None = None
    only_folders: bool = False
    cases: list[Reference] = field(default_factory=list)


def one_by_one(work: Sequence[Callable[[], None]]) -> None:
    """The plainest way to run pieces of work."""
    for piece in work:
        piece()


@dataclass(frozen=True, slots=True)
class Poll:
    """What one poll needs. `now` is its one clock; `workdays` are by school code."""

    config: Config
    ledger: LedgerWriter
    connect: Connect
    workdays: Mapping[str, Workdays]
    now: datetime
    progress: Progress
    texts: TextReader
    at_once: AtOnce = one_by_one

    def run(self, schools: Sequence[School]) -> list[Outcome]:
        """Poll these schools' mailboxes, some at a time; a failing one stops no other.

        Messages and the cursor that covers them are committed together, chunk by chunk; whatever
        interrupts this, the next poll goes on where it ended. References, wiping and "last read"
        follow in one transaction of their own.
        """
        outcomes = [Outcome(school, mailbox) for school in schools for mailbox in school.mailboxes]
        self.at_once([partial(self._try, outcome) for outcome in outcomes])
        self._finish(outcomes)
        return outcomes

    def _try(self, outcome: Outcome) -> None:
        try:
            self._read(outcome)
        except (MailboxError, LoginRefused) as error:
            outcome.trouble = error

    def _read(self, outcome: Outcome) -> None:
        school, mailbox = outcome.school, outcome.mailbox
        self.progress(f"{school.name}: connecting to {mailbox.host}")
        line = self.connect(mailbox)
        try:
            with self.ledger.transaction():
                self.ledger.begin(school.code, mailbox.address, self.now)
            folders = line.folders()
            outcome.sent_folder = folders.get(Role.SENT)
            hints = line.glance([name for name in folders.values() if name])
            for role, folder in folders.items():
                if folder and not self._is_known(outcome, hints.get(folder)):
                    outcome.new[role] += self._folder(line, outcome, role, folder)
            missing = self._filed(line, outcome, folders)
            self._look_again(line, outcome)
            if missing:
                sentence = "; ".join(dict.fromkeys(m.message for m in missing))
                outcome.trouble = MailboxError(f"{sentence}. All else was read.", missing[0].hint)
                outcome.only_folders = True
        finally:
            line.close()

    def _is_known(self, outcome: Outcome, hint: FolderState | None) -> bool:
        """Whether everything in a folder was read already, by what STATUS says of it."""
        place = (outcome.school.code, outcome.mailbox.address)
        known = self.ledger.cursor(*place, hint.name) if hint else None
        return bool(hint and known and known[:2] == (hint.uidvalidity, hint.uidnext))

    def _filed(
        self, line: MailLine, outcome: Outcome, roles: Mapping[Role, str | None]
    ) -> list[MailboxError]:
        """Read the folders in which lying is a mark; what one of them lacks costs only itself."""
        mailbox = outcome.mailbox
        missing: list[MailboxError] = []
        taken = {name.casefold() for name in roles.values() if name}
        for folder, word in mailbox.folders:
            try:
                if folder.casefold() in taken:  # Exchange minds no capitals
                    # Read as such it would mark every enquiry, or make enquiries of our answers.
                    raise FolderRefused(
                        f'{mailbox.address}: "{clean(folder, 60)}" is the folder of what was sent',
                        f'It cannot mean "{word.value}"; take it out of `folders` in schools.toml.',
                    )
                outcome.filed[folder] = self._folder(line, outcome, Role.INBOX, folder)
            except FolderRefused as error:
                missing.append(error)
        return missing

    def _folder(self, line: MailLine, outcome: Outcome, role: Role, folder: str) -> int:
        school, mailbox = outcome.school, outcome.mailbox
        state = line.look(folder)
        _refuse_absurd(mailbox, state)
        baseline = self._baseline(school, mailbox)
        known = self.ledger.cursor(school.code, mailbox.address, folder)
        if known and known[0] == state.uidvalidity and known[1] <= state.uidnext:
            _, first, old_below = known
        else:
            # The first poll, or the folder was made anew: what is known already is recognised by
            # its fingerprint when cases are folded, so reading it again counts nothing twice.
            old_below = state.uidnext
            day = baseline.astimezone(LONDON).date()
            first = line.first_uid_since(folder, day, state.uidnext)
        before = self._last_read(school, mailbox) if known else None
        added = seen = 0
        for chunk in line.pull(folder, max(1, first), state.uidnext - 1):
            messages = []
            for item in chunk:
                # Without any date it is new: left out or dated back it would be lost.
                received = self._arrived(item)
                if item.uid >= old_below or received >= baseline:
                    messages.append(self._message(item, outcome, role, state, received))
            with self.ledger.transaction():
                added += self.ledger.add(messages, Stored(self.now, before))
                self._move(outcome, state, chunk[-1].uid + 1, old_below)
            seen += len(chunk)
            self.progress(f"{school.name}: {clean(folder, 60)}, {seen:,} read")
        if known is None or known[:2] != (state.uidvalidity, state.uidnext):
            with self.ledger.transaction():
                self._move(outcome, state, state.uidnext, old_below)
        return added

    def _arrived(self, item: Delivered) -> datetime:
        """When it reached the mailbox; where the server says what cannot be, it is new."""
        said = item.received
        if said is None or said.year < _FIRST_YEAR or said > self.now + _CLOCKS_DIFFER:
            return self.now
        return said

    def _move(self, outcome: Outcome, state: FolderState, next_uid: int, old_below: int) -> None:
        school, mailbox = outcome.school.code, outcome.mailbox.address
        self.ledger.set_cursor(school, mailbox, state.name, state.uidvalidity, next_uid, old_below)

    def _baseline(self, school: School, mailbox: Mailbox) -> datetime:
        day_one = self.ledger.day_one()[school.code, mailbox.address]
        policy = school.policy_on(local_date(day_one), mailbox.address)
        day = reads_back_to(day_one, policy, self.workdays[school.code])
        return datetime.combine(day, time(0), LONDON)

    def _last_read(self, school: School, mailbox: Mailbox) -> datetime | None:
        place = (school.code, mailbox.address)
        return next(
            (r.last_good for r in self.ledger.reads() if (r.school, r.mailbox) == place), None
        )

    def _look_again(self, line: MailLine, outcome: Outcome) -> None:
        """The second and third stage: what became of open mail, and the few texts that decide."""

        def read(item: Delivered, state: FolderState) -> Message:
            return self._message(item, outcome, Role.INBOX, state, item.received or self.now)

        SecondLook(
            self.config,
            self.ledger,
            self.texts,
            self.now,
            self.progress,
            line,
            outcome.school.code,
            outcome.mailbox.address,
            read,
        ).run()

    def _message(
        self, item: Delivered, outcome: Outcome, role: Role, state: FolderState, received: datetime
    ) -> Message:
        return read_message(
            item.headers,
            self.ledger.keys,
            school=outcome.school.code,
            mailbox=outcome.mailbox.address,
            folder=state.name,
            role=role,
            uidvalidity=state.uidvalidity,
            uid=item.uid,
            received=received,
            rules=self.config.rules,
        )

    def _finish(self, outcomes: Sequence[Outcome]) -> None:
        with self.ledger.transaction():
            self._keep_what_rules_say()
            held = held_by(self.config, self.ledger)
            messages, folded = held.messages, held.folded()
            numbered = number_cases(self.config, self.ledger, folded)
            self.ledger.wipe(to_wipe(folded, messages, self.config.keep_identities, self.now))
            for outcome in outcomes:
                self.ledger.note_read(self._read_record(outcome))
            given = self.ledger.references()
        mailbox_of = {m.id: (m.school, m.mailbox) for m in messages}
        for outcome in outcomes:
            place = (outcome.school.code, outcome.mailbox.address)
            outcome.cases = sorted(given[i] for i in numbered if mailbox_of[i] == place)

    def _keep_what_rules_say(self) -> None:
        """Before a subject is wiped that a rule of the school looks at."""
        rules = Ours.of(self.config, self.ledger.keys).rules
        if rules:
            messages = self.ledger.messages()
            self.ledger.add_signs(
                {m.id: signs for m in messages if (signs := rule_signs_missing(m, rules))}
            )

    def _read_record(self, outcome: Outcome) -> MailboxRead:
        trouble = outcome.trouble.message if outcome.trouble else ""
        return MailboxRead(
            school=outcome.school.code,
            mailbox=outcome.mailbox.address,
            last_good=None if outcome.trouble and not outcome.only_folders else self.now,
            last_try=self.now,
            trouble=trouble,
            sent_folder=outcome.sent_folder,
        )


def _refuse_absurd(mailbox: Mailbox, state: FolderState) -> None:
    """Both are 32 bits wide (RFC 3501 section 2.3.1.1); what is wider would not fit into a row."""
    if state.uidvalidity > _HIGHEST or state.uidnext > _HIGHEST + 1:
        raise MailboxError(
            f"{mailbox.address}: {mailbox.host} counts the messages of "
            f'"{clean(state.name, 60)}" with numbers that IMAP does not have',
            "Nothing of it was read; ask who runs the mail server.",
        )
