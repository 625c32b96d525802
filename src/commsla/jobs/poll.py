"""Reads what is new in every mailbox into the ledger and numbers the cases; it judges nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from commsla.core.apart import opens_a_case
from commsla.core.clean import clean
from commsla.core.keeping import outlived, to_wipe
from commsla.core.kinds import Ours
from commsla.core.model import (
    Delivered,
    FolderState,
    MailboxRead,
    Message,
    Reference,
    Role,
    Word,
)
from commsla.core.rules import rule_signs_missing
from commsla.core.school import (
    Config,
    Mailbox,
    School,
)
from commsla.core.workdays import Workdays
from commsla.errors import CommslaError, FolderRefused, LoginRefused, MailboxError
from commsla.jobs.apart import Apart
from commsla.jobs.cases import Unnumbered, as_unnumbered, number_cases, unnumbered
from commsla.jobs.folder import FolderReader
from commsla.jobs.kept_back import ask_again
from commsla.jobs.ports import AtOnce, Connect, LedgerWriter, Progress, TextReader
from commsla.jobs.second_look import SecondLook
from commsla.jobs.waiting import left_alone, retry_after, still_waits


@dataclass(slots=True)
class Outcome:
    """How reading one mailbox went. `trouble` is None when everything up to now was read.

    `filed` counts what is new in each other folder that the config names. Where such a folder is not
    there that is `trouble` as well, and all else was read: then `only_folders` is set. `left_alone`: the
    server had asked us to wait, and was not asked. `emptied` names folders that this poll found empty where
    the one before had found many mails.
    """

    school: School
    mailbox: Mailbox
    new: dict[Role, int] = field(default_factory=lambda: {Role.INBOX: 0, Role.SENT: 0})
    sent_folder: str | None = None
    filed: dict[str, int] = field(default_factory=dict)
    trouble: CommslaError | None = None
    only_folders: bool = False
    left_alone: bool = False
    emptied: list[str] = field(default_factory=list)
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
        self._leave_alone(outcomes)
        self.at_once([partial(self._try, o) for o in outcomes if not o.left_alone])
        self._finish(outcomes)
        return outcomes

    def _leave_alone(self, outcomes: Sequence[Outcome]) -> None:
        """Those whose server asked us to wait, however often we are started meanwhile."""
        read_of = {(r.school, r.mailbox): r for r in self.ledger.reads()}
        for outcome in outcomes:
            read = read_of.get((outcome.school.code, outcome.mailbox.address))
            if until := still_waits(read, self.now):
                outcome.left_alone = True
                outcome.trouble = left_alone(outcome.mailbox, until, self.now)

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
            reader = FolderReader(
                self.config,
                self.ledger,
                self.workdays[school.code],
                self.now,
                self.progress,
                line,
                school,
                mailbox,
            )
            with self.ledger.transaction():
                self.ledger.begin(school.code, mailbox.address, self.now)
            self._read_folders(reader, outcome)
        finally:
            line.close()

    def _read_folders(self, reader: FolderReader, outcome: Outcome) -> None:
        line, mailbox = reader.line, reader.mailbox
        after = self.ledger.highest()
        roles = line.folders()
        outcome.sent_folder = roles.get(Role.SENT)
        main: dict[str, Role] = {}
        for role, name in roles.items():
            if name:
                main.setdefault(name, role)
        names = [*main, *mailbox.inboxes, *(name for name, _ in mailbox.folders)]
        with self.ledger.transaction():
            self.ledger.keep_folders(reader.school.code, mailbox.address, names)
        facts = self.ledger.folder_facts(reader.school.code, mailbox.address)
        told = {name for name, fact in facts.items() if fact.emptied}
        hints = line.glance(names)
        refused: list[MailboxError] = []
        for folder, role in main.items():
            try:
                if not reader.is_known(hints.get(folder)):
                    for found, number in reader.read(role, folder).items():
                        outcome.new[found] += number
            except FolderRefused as error:
                refused.append(error)
        missing = self._others(reader, outcome, roles, hints)
        self._look_again(reader, after)
        ask_again(reader)
        facts = self.ledger.folder_facts(reader.school.code, mailbox.address)
        outcome.emptied = sorted(n for n, f in facts.items() if f.emptied and n not in told)
        if refused:
            raise refused[0]
        if missing:
            sentence = "; ".join(dict.fromkeys(m.message for m in missing))
            steps = " ".join(dict.fromkeys(m.hint for m in missing))
            outcome.trouble = MailboxError(f"{sentence}. All else was read.", steps)
            outcome.only_folders = True

    def _others(
        self, reader: FolderReader, outcome: Outcome, roles: Mapping[Role, str | None],
        hints: Mapping[str, FolderState],
    ) -> list[MailboxError]:  # fmt: skip
        """Read the other inbox folders and those in which lying is a mark.

        What one of them lacks costs only itself.
        """
        mailbox = outcome.mailbox
        missing: list[MailboxError] = []
        taken = {name.casefold() for name in roles.values() if name}  # Exchange minds no capitals
        others: list[tuple[str, Word | None]] = [(name, None) for name in mailbox.inboxes]
        for folder, word in (*others, *mailbox.folders):
            try:
                if folder.casefold() in taken:
                    raise _taken(mailbox, folder, word)
                outcome.filed[folder] = 0
                if not reader.is_known(hints.get(folder)):
                    outcome.filed[folder] = reader.read(Role.INBOX, folder).total()
            except FolderRefused as error:
                outcome.filed.pop(folder, None)
                reader.could_not_read(folder)
                missing.append(error)
        return missing

    def _look_again(self, reader: FolderReader, after: int) -> None:
        """The second and third stage: what became of open mail, and the few texts that decide."""

        def read(item: Delivered, state: FolderState) -> Message:
            return reader.message(item, Role.INBOX, state)

        SecondLook(
            self.config,
            self.ledger,
            self.texts,
            self.now,
            self.progress,
            reader.line,
            reader.school.code,
            reader.mailbox.address,
            read,
            after,
            frozenset(reader.replied),
        ).run()

    def _finish(self, outcomes: Sequence[Outcome]) -> None:
        new: list[Unnumbered] = []
        forgotten: list[int] = []
        ours, keep = Ours.of(self.config, self.ledger.keys), self.config.keep_identities
        with self.ledger.transaction():
            self._keep_what_rules_say()
            apart, given = Apart(self.config, self.ledger), self.ledger.references()
            for held in apart.joined():
                folded = held.folded()
                new += unnumbered(folded)
                forgotten += to_wipe(folded, held.messages, keep, self.now)
            for letters in apart.alone():
                opening = {m.id for m in letters if opens_a_case(m, ours)}
                new += as_unnumbered(m for m in letters if m.id in opening - given.keys())
                forgotten += outlived((m for m in letters if m.id not in opening), keep, self.now)
            numbered = number_cases(self.config, self.ledger, new)
            self.ledger.wipe(forgotten)
            for outcome in outcomes:
                if not outcome.left_alone:  # nothing was tried
                    self.ledger.note_read(self._read_record(outcome))
        for outcome in outcomes:
            place = (outcome.school.code, outcome.mailbox.address)
            outcome.cases = sorted(
                reference
                for one, reference in numbered.items()
                if (one.school, one.mailbox) == place
            )

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
            retry_after=retry_after(outcome.trouble, self.now),
        )


def _taken(mailbox: Mailbox, folder: str, word: Word | None) -> FolderRefused:
    """Read as such it would mark every enquiry, or make enquiries of our answers."""
    key, cannot = (
        ("folders", f'mean "{word.value}"') if word else ("inboxes", "be an inbox as well")
    )
    return FolderRefused(
        f'{mailbox.address}: "{clean(folder, 60)}" is the folder of what was sent',
        f"It cannot {cannot}; take it out of `{key}` in schools.toml.",
    )
