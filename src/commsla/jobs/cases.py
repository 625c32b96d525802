"""From the ledger to judged cases: the reading that every command shares."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from commsla.core.case import Case
from commsla.core.cases import Folded, fold
from commsla.core.events import filed
from commsla.core.evidence import replies_are_visible, without_claims
from commsla.core.kinds import Ours
from commsla.core.local import local_date
from commsla.core.marks import effective
from commsla.core.model import MailboxRead, Mark, Message, Reference, Role
from commsla.core.phrases import Phrases
from commsla.core.school import Config, Policy, School
from commsla.core.today import Judgement
from commsla.core.traces import Traces
from commsla.core.verdicts import Judged, judge
from commsla.core.vouching import vouched
from commsla.core.wording import sounds_urgent
from commsla.core.workdays import Workdays
from commsla.jobs.ports import LedgerReader, LedgerWriter


@dataclass(frozen=True, slots=True)
class Held:
    """What the ledger holds of one moment, ready to be folded."""

    messages: Sequence[Message]
    marks: Sequence[Mark]
    references: Mapping[int, Reference]
    ours: Ours
    traces: Traces

    def with_messages(self, config: Config, messages: Sequence[Message]) -> Held:
        """The same with these messages, and of the marks those on them."""
        there = {m.id for m in messages}
        return replace(
            self,
            messages=messages,
            marks=[m for m in self.marks if m.message_id in there],
            traces=replace(self.traces, vouched=_vouched(config, messages)),
        )

    def as_of(self, by: datetime) -> Held:
        """What was recorded and seen by then, whatever happened before it."""
        traces = replace(
            self.traces,
            replied_flag={i: at for i, at in self.traces.replied_flag.items() if at <= by},
            stored={i: s for i, s in self.traces.stored.items() if s.at <= by},  # else filed since
        )
        return replace(self, marks=[m for m in self.marks if m.recorded <= by], traces=traces)

    def there_by(self, messages: Iterable[Message], by: datetime) -> list[Message]:
        """A mail was there whenever it was read; a call is there since somebody logged it."""
        logged = self.traces.stored
        return [
            m
            for m in messages
            if m.received <= by and (m.role is not Role.LOGGED or m.id in logged)
        ]

    def holding(self) -> list[Mark]:
        """The marks that hold, folders of the mail program among them."""
        return [*effective(self.marks), *filed(self.messages, self.marks, self.traces)]

    def folded(self) -> Folded:
        """Messages and marks -> cases."""
        return fold(self.messages, self.marks, self.ours, self.references, self.traces)


def known_by(config: Config, ledger: LedgerReader, *, stored: bool = False) -> Held:
    """All that is known beside the messages themselves; `stored` says that it matters when they came."""
    folders = {
        (s.code, m.address, folder): word
        for s in config.schools
        for m in s.mailboxes
        for folder, word in m.folders
    }
    traces = Traces(
        texts=ledger.texts(),
        stored=ledger.stored() if folders or stored else {},
        replied_flag=ledger.replied_flags(),
        not_flagged=ledger.not_flagged(),
        folders=folders,
        read_text=config.read_text,
    )
    ours = Ours.of(config, ledger.keys, ledger.alert_keys())
    return Held((), ledger.marks(), ledger.references(), ours, traces)


def held_by(
    config: Config, ledger: LedgerReader, by: datetime | None = None, school: str = ""
) -> Held:
    """Read the ledger; with `by`, only what was received and recorded by then.

    With `school` only that school's mail: enough to see what is open there.
    """
    known = known_by(config, ledger, stored=by is not None)
    messages = ledger.messages(school)
    if by is not None:
        known = known.as_of(by)
        messages = known.there_by(messages, by)
    return known.with_messages(config, messages)


def fold_all(
    config: Config, ledger: LedgerReader, by: datetime | None = None, school: str = ""
) -> Folded:
    """Fold what the ledger holds; `by` and `school` as in `held_by`."""
    return held_by(config, ledger, by, school).folded()


def judge_all(
    config: Config,
    ledger: LedgerReader,
    workdays: Mapping[str, Workdays],
    now: datetime,
    *,
    by: datetime | None = None,
) -> Judgement:
    """Fold and judge what the ledger holds at `now` (aware); `by` as in `fold_all`."""
    folded = fold_all(config, ledger, by)
    day_one = ledger.day_one()
    reads = ledger.reads()
    thrown = {i for i, discarded in ledger.vanished(by).items() if discarded}
    blind: set[tuple[str, str]] = set()
    cases: list[Judged] = []
    for school in config.schools:
        groups: dict[tuple[str, str], list[Judged]] = {}
        for folded_case in folded.cases:
            if folded_case.school == school.code:
                case = _completed(folded_case, config.phrases, thrown)
                place = (case.opener.school, case.opener.mailbox)
                first = day_one.get(place)
                judged = judge(case, policy_of(case, school), workdays[school.code], now, first)
                groups.setdefault(place, []).append(judged)
        for place, group in groups.items():
            if not sees_replies(reads, school, place[1], group, now):
                blind.add(place)
                group = [without_claims(j, workdays[school.code], now) for j in group]
            cases += group
    codes = {s.code for s in config.schools}
    not_tracked = tuple(n for n in folded.not_tracked if n.message.school in codes)
    strays = Counter(
        c.school for c in folded.cases if c.school not in codes and not (c.responded or c.excluded)
    )
    return Judgement(tuple(cases), not_tracked, frozenset(blind), strays)


def sees_replies(
    reads: Iterable[MailboxRead],
    school: School,
    mailbox: str,
    cases: Sequence[Judged],
    now: datetime,
) -> bool:
    """Whether the replies to a school's cases that one mailbox received can be seen."""
    own = [r for r in reads if r.school == school.code and r.last_good]
    sent = next((r.sent_folder for r in own if r.sent_folder), None)
    return all(r.mailbox != mailbox for r in own) or replies_are_visible(cases, sent, now)


def _completed(case: Case, phrases: Phrases, thrown: Collection[int]) -> Case:
    """With what is only shown and decides nothing: words of danger, and whether it was thrown away."""
    urgent = case.urgent or sounds_urgent(case.opener.subject or "", phrases)
    gone = all(m.id in thrown for m in case.messages)
    return replace(case, urgent=urgent, gone=gone)


class Unnumbered(NamedTuple):
    """A case without a reference, by the mail that opened it."""

    received: datetime
    message_id: int
    school: str
    mailbox: str


def unnumbered(folded: Folded) -> list[Unnumbered]:
    """The cases that no poll has given a reference yet."""
    return as_unnumbered(c.opener for c in folded.cases if c.reference is None)


def as_unnumbered(openers: Iterable[Message]) -> list[Unnumbered]:
    """The same of the mails that open them."""
    return [Unnumbered(m.received, m.id, m.school, m.mailbox) for m in openers]


def number_cases(
    config: Config, ledger: LedgerWriter, found: Iterable[Unnumbered]
) -> dict[Unnumbered, Reference]:
    """Give each its own reference, in the order in which they were received.

    Inside the caller's transaction. Returns those that got one: not those of a school that is not in
    the config any more.
    """
    prefixes = {s.code: s.prefix for s in config.schools}
    known = sorted(one for one in found if one.school in prefixes)
    given = ledger.give_references({one.message_id: prefixes[one.school] for one in known})
    return {one: given[one.message_id] for one in known}


def _vouched(config: Config, messages: Iterable[Message]) -> frozenset[int]:
    """Messages in an inbox that the receiving server says are really from a colleague."""
    mailboxes = {(s.code, m.address): m for s in config.schools for m in s.mailboxes}
    return frozenset(
        m.id
        for m in messages
        if m.role is Role.INBOX
        if (box := mailboxes.get((m.school, m.mailbox))) and vouched(m, box)
    )


def policy_of(case: Case, school: School) -> Policy:
    """The policy in force when a case was received, of the mailbox that received it."""
    return school.policy_on(local_date(case.received), case.opener.mailbox)
