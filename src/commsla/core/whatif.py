"""The answer to "a mail that comes then is due when?"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from commsla.core.model import (
    Target,
)
from commsla.core.school import (
    Policy,
    School,
)
from commsla.core.workdays import Deadline, TrailDay


@dataclass(frozen=True, slots=True)
class Answer:
    """Both deadlines of a mail received at `received`, each with its day-by-day trail."""

    school: School
    policy: Policy
    received: datetime
    deadlines: Mapping[Target, Deadline]
    trails: Mapping[Target, tuple[TrailDay, ...]]
