"""What a change of the calendar does: to the days themselves, and to the deadlines that are open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from commsla.core.calendar import OutOfCalendar
from commsla.core.school import Config, School
from commsla.core.workdays import Workdays
from commsla.jobs.cases import judge_all
from commsla.jobs.ports import LedgerReader


@dataclass(frozen=True, slots=True)
class Moved:
    """One owed deadline that a change moves."""

    reference: str
    target: str
    before: date
    after: date


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


def day_before(
    school: School, workdays: Workdays, days: Sequence[date]
) -> list[tuple[date, str, bool]]:
    """(day, why it is what it is, whether it is closed) for each day as the calendar has it now."""
    found = []
    for day in days:
        try:
            known = workdays.days.day(day)
        except OutOfCalendar:
            found.append((day, f"outside the calendar of {school.name}", False))
            continue
        found.append((day, known.reason, known.kind.value == "closed"))
    return found
