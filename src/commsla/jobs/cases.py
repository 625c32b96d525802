"""From the ledger to judged cases: the reading that every command shares."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from commsla.core.case import Case
from commsla.core.cases import Folded, fold
from commsla.core.evidence import replies_are_visible, without_claims
from commsla.core.kinds import Ours
from commsla.core.local import local_date
from commsla.core.model import Mark, Message, Reference, Role
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

    def folded(self) -> Folded:
        """Messages and marks -> cases."""
        return fold(self.messages, self.marks, self.ours, self.references, self.traces)


def held_by(
    config: Config, ledger: LedgerReader, by: datetime | None = None, school: str = ""
) -> Held:
    """Read the ledger; with `by`, only what was received and recorded by then.

    With `school` only that school's mail: enough to see what is open there.
    """
    folders = {
        (s.code, m.address, folder): word
        for s in config.schools
        for m in s.mailboxes
        for folder, word in m.folders
    }
    messages, marks = ledger.messages(school), ledger.marks()
    flags = ledger.replied_flags()
    stored = ledger.stored() if folders or by else {}
    if by is not None:
        # A mail was there whenever it was read; a call is there since somebody logged it.
        messages = [
            m
            for m in messages
            if m.received <= by and (m.role is not Role.LOGGED or stored[m.id].at <= by)
        ]
        marks = [m for m in marks if m.recorded <= by]
        flags = {i: at for i, at in flags.items() if at <= by}
        stored = {i: s for i, s in stored.items() if s.at <= by}  # else filed since
    traces = Traces(
        texts=ledger.texts(),
        stored=stored,
        replied_flag=flags,
        vouched=_vouched(config, messages),
        folders=folders,
        read_text=config.read_text,
    )
    return Held(messages, marks, ledger.references(), Ours.of(config, ledger.keys), traces)


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
    reads = [r for r in ledger.reads() if r.last_good]
    thrown = {i for i, discarded in ledger.vanished(by).items() if discarded}
    blind: set[tuple[str, str]] = set()
    cases: list[Judged] = []
    for school in config.schools:
        sent = next((r.sent_folder for r in reads if r.school == school.code and r.sent_folder), "")
        read = {r.mailbox for r in reads if r.school == school.code}
        groups: dict[tuple[str, str], list[Judged]] = {}
        for folded_case in folded.cases:
            if folded_case.school == school.code:
                case = _completed(folded_case, config.phrases, thrown)
                place = (case.opener.school, case.opener.mailbox)
                first = day_one.get(place)
                judged = judge(case, _policy(case, school), workdays[school.code], now, first)
                groups.setdefault(place, []).append(judged)
        for place, group in groups.items():
            seen = place[1] not in read or replies_are_visible(group, sent or None, now)
            if not seen:
                blind.add(place)
                group = [without_claims(j, workdays[school.code], now) for j in group]
            cases += group
    codes = {s.code for s in config.schools}
    not_tracked = tuple(n for n in folded.not_tracked if n.message.school in codes)
    strays = Counter(
        c.school for c in folded.cases if c.school not in codes and not (c.responded or c.excluded)
    )
    return Judgement(tuple(cases), not_tracked, frozenset(blind), strays)


def _completed(case: Case, phrases: Phrases, thrown: Collection[int]) -> Case:
    """With what is only shown and decides nothing: words of danger, and whether it was thrown away."""
    urgent = case.urgent or sounds_urgent(case.opener.subject or "", phrases)
    gone = all(m.id in thrown for m in case.messages)
    return replace(case, urgent=urgent, gone=gone)


def number_cases(config: Config, ledger: LedgerWriter, folded: Folded) -> list[int]:
    """Give every case without a reference its own, inside the caller's transaction.

    Returns the ledger numbers of the messages that got one.
    """
    prefixes = {s.code: s.prefix for s in config.schools}
    wanted = {
        case.opener.id: prefixes[case.opener.school]
        for case in folded.cases
        if case.reference is None and case.opener.school in prefixes
    }
    ledger.give_references(wanted)
    return list(wanted)


def _vouched(config: Config, messages: Iterable[Message]) -> frozenset[int]:
    """Messages in an inbox that the receiving server says are really from a colleague."""
    mailboxes = {(s.code, m.address): m for s in config.schools for m in s.mailboxes}
    return frozenset(
        m.id
        for m in messages
        if m.role is Role.INBOX
        if (box := mailboxes.get((m.school, m.mailbox))) and vouched(m, box)
    )


def _policy(case: Case, school: School) -> Policy:
    """The policy in force when a case was received, of the mailbox that received it."""
    return school.policy_on(local_date(case.received), case.opener.mailbox)
