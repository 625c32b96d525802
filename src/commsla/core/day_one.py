"""How far the first poll reads back; nothing that was late before it counts against anybody."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from commsla.core.calendar import OutOfCalendar
from commsla.core.local import LONDON, local_date
from commsla.core.school import (
    Policy,
)
from commsla.core.workdays import Workdays

_AT_LEAST = 28  # calendar days
_AT_MOST = 120  # longer than any summer


def reads_back_to(now: datetime, policy: Policy, workdays: Workdays) -> date:
    """The first local date of the baseline: the earliest receipt whose respond deadline is not past,
    and at least 28 calendar days.
    """
    today = local_date(now)
    first = today - timedelta(days=_AT_LEAST)
    for back in range(_AT_LEAST + 1, _AT_MOST + 1):
        day = today - timedelta(days=back)
        last_minute = datetime.combine(day, time(23, 59), LONDON)
        try:
            deadline = workdays.deadline(last_minute, policy.respond, policy.rules)
        except OutOfCalendar:
            break
        if deadline.instant <= now:
            break
        first = day
    return first
