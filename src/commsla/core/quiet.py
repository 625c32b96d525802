"""Whether to say that all is quiet, that nothing is read, or that alerts are silent: three kinds of silence.

They are said only while the office is open, so that nobody is written to on a closed day; none
looks at the clock or remembers: when it was said last is given.
"""

from __future__ import annotations

from datetime import datetime

from commsla.core.calendar import OutOfCalendar
from commsla.core.local import local_date
from commsla.core.today import SchoolLine
from commsla.core.verdicts import Section
from commsla.core.workdays import Workdays


def all_quiet_due(
    line: SchoolLine, last_told: datetime | None, workdays: Workdays, now: datetime
) -> bool:
    """Whether a recipient of this school is to hear now that all is quiet: once in a calendar week.

    `last_told` is when anything went to that recipient, a digest too: that is a sign of life already.
    Quiet is only what can be trusted, with nothing overdue and nothing due today. Never said before:
    due at once, which shows that it works.
    """
    if not _is_open(workdays, now) or not line.can_be_trusted:
        return False
    if line.counts[Section.OVERDUE] or line.counts[Section.DUE_TODAY]:
        return False
    return last_told is None or _week(last_told) < _week(now)


def stale_alert_due(
    line: SchoolLine, last_told: datetime | None, workdays: Workdays, now: datetime
) -> bool:
    """Whether IT support is to hear now that a mailbox of this school is not being read any more.

    `last_told` is when it heard so last. Due for each silence once, and again on every further working
    day that it lasts.
    """
    stale = [m for m in line.mailboxes if m.stale]
    if not stale or not _is_open(workdays, now):
        return False
    if last_told is None or local_date(last_told) < local_date(now):
        return True
    goods = (m.read.last_good for m in stale if m.read)
    return any(good is not None and last_told < good <= now for good in goods)


def silence_alert_due(last_told: datetime | None, workdays: Workdays, now: datetime) -> bool:
    """Whether it is to be said now that alerts are silent: once in a calendar week while they are.

    `last_told` is when it was said last.
    """
    return _is_open(workdays, now) and (last_told is None or _week(last_told) < _week(now))


def _is_open(workdays: Workdays, now: datetime) -> bool:
    try:
        return workdays.is_open(now)
    except OutOfCalendar:
        return False


def _week(at: datetime) -> tuple[int, int]:
    year, week, _ = local_date(at).isocalendar()
    return year, week
