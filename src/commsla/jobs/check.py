"""`check`: look at the ledger as it lies there, for a monitoring system; it writes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from commsla.core.clockdoubt import clock_doubt
from commsla.core.monitor import Limits, Monitored, arrivals, monitor
from commsla.core.school import Config, School
from commsla.core.workdays import Workdays
from commsla.jobs.ports import LedgerFacts
from commsla.jobs.status import status


def check(
    config: Config,
    facts: LedgerFacts,
    workdays: Mapping[str, Workdays],
    now: datetime,
    schools: Sequence[School],
    limits: Limits,
) -> Monitored:
    """How these schools stand at `now` (aware). Raises LedgerError where no ledger can be read."""
    with facts.open() as ledger:
        found = status(config, ledger, workdays, now, schools)
        tries = [r.last_try for r in ledger.reads()]
    return monitor(found, clock_doubt(now, None, tries, arrivals(found)), limits)
