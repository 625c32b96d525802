"""From the ledger to judged cases: the reading that status, mark and later exports share."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from commsla.core.cases import fold
from commsla.core.evidence import replies_are_visible, without_claims
from commsla.core.kinds import Ours
from commsla.core.local import local_date
from commsla.core.model import Case
from commsla.core.school import (
    Config,
    Policy,
    School,
)
from commsla.core.today import Judgement
from commsla.core.verdicts import Judged, judge
from commsla.core.workdays import Workdays
from commsla.jobs.ports import LedgerReader


def judge_all(
    config: Config, ledger: LedgerReader, workdays: Mapping[str, Workdays], now: datetime
) -> Judgement:
    """Fold and judge what the ledger holds."""
    ours = Ours.of(config, ledger.keys)
    folded = fold(ledger.messages(), ledger.marks(), ours, ledger.references())
    day_one = ledger.day_one()
    reads = ledger.reads()
    blind: set[str] = set()
    cases: list[Judged] = []
    for school in config.schools:
        judged = [
            judge(c, _policy(c, school), workdays[school.code], now, day_one.get(school.code))
            for c in folded.cases
            if c.school == school.code
        ]
        sent = [r.sent_folder for r in reads if r.school == school.code and r.last_good]
        sent_folder = next((s for s in sent if s), None)
        if sent and not replies_are_visible(judged, sent_folder):
            blind.add(school.code)
            judged = [without_claims(j) for j in judged]
        cases += judged
    codes = {s.code for s in config.schools}
    not_tracked = tuple(n for n in folded.not_tracked if n.message.school in codes)
    return Judgement(tuple(cases), not_tracked, frozenset(blind))


def _policy(case: Case, school: School) -> Policy:
    """The policy in force when a case was received, of the mailbox that received it."""
    return school.policy_on(local_date(case.received), case.opener.mailbox)
