"""Which open deadlines a change of the calendar moves; it changes neither."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from commsla.core.closing import Moved
from commsla.core.school import Config
from commsla.core.workdays import Workdays
from commsla.jobs.cases import judge_all
from commsla.jobs.ports import LedgerReader


def moved_deadlines(
    config: Config,
    ledger: LedgerReader,
    before: Mapping[str, Workdays],
    after: Mapping[str, Workdays],
    now: datetime,
) -> list[Moved]:
    """The owed deadlines that differ between two calendars, the earliest first."""
    old = judge_all(config, ledger, before, now).cases
    new = judge_all(config, ledger, after, now).cases
    dates = {
        (j.case.opener.id, v.target): v.deadline.date for j in new for v in j.verdicts if v.deadline
    }
    found = [
        Moved(str(j.case.reference or "new"), v.target.value, v.deadline.date, moved_to)
        for j in old
        for v in j.verdicts
        if v.is_owed and v.deadline
        if (moved_to := dates.get((j.case.opener.id, v.target), v.deadline.date)) != v.deadline.date
    ]
    return sorted(found, key=lambda m: (m.before, m.reference))
