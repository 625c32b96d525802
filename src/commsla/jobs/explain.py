"""Why these dates: one case's deadlines and every day that led there; it writes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from commsla.core.local import local_date
from commsla.core.model import Reference, Subject
from commsla.core.school import Config
from commsla.core.verdicts import Judged
from commsla.core.whatif import Answer
from commsla.core.workdays import Workdays
from commsla.errors import CommslaError
from commsla.jobs.cases import judge_all
from commsla.jobs.due import due
from commsla.jobs.ports import LedgerReader
from commsla.jobs.references import nearest


def explain(
    config: Config,
    ledger: LedgerReader,
    workdays: Mapping[str, Workdays],
    now: datetime,
    subject: Subject,
) -> tuple[Judged, Answer]:
    """A case, judged at `now` (aware), and the trails of both deadlines; also by one of its messages.

    A reference that was given to a mail which joined another case since leads to that case. Raises
    CommslaError for an unknown reference, naming the nearest known one.
    """
    known = {ref: message for message, ref in ledger.references().items()}
    message = known.get(subject) if isinstance(subject, Reference) else subject.number
    cases = judge_all(config, ledger, workdays, now).cases
    judged = next((j for j in cases if message in {m.id for m in j.case.messages}), None)
    if judged is None and isinstance(subject, Reference):
        raise CommslaError(f"{subject} is no case.", nearest(subject, known))
    if judged is None:
        raise CommslaError(
            f"{subject} is in no case: nothing is owed on it.",
            f"What it is says: commsla show {subject}",
        )
    case = judged.case
    school = next(s for s in config.schools if s.code == case.school)
    policy = school.policy_on(local_date(case.received), case.opener.mailbox)
    return judged, due(school, policy, workdays[school.code], case.received)
