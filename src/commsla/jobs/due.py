"""The what-if: mail received then is due when, and which days were counted; no mailbox is needed."""

from __future__ import annotations

from datetime import datetime

from commsla.core.calendar import OutOfCalendar
from commsla.core.model import (
    Target,
)
from commsla.core.school import Policy, School
from commsla.core.whatif import Answer
from commsla.core.workdays import Workdays
from commsla.errors import CommslaError


def due(school: School, policy: Policy, workdays: Workdays, received: datetime) -> Answer:
    """Both targets, under one policy, for mail received at an aware instant.

    Raises CommslaError outside the calendar.
    """
    deadlines, trails = {}, {}
    try:
        for target in Target:
            asked = (received, policy.promise(target), policy.rules)
            deadlines[target] = workdays.deadline(*asked)
            trails[target] = workdays.trail(*asked)
    except OutOfCalendar as error:
        raise CommslaError(f"{school.name}: {error}") from error
    return Answer(school, policy, received, deadlines, trails)
