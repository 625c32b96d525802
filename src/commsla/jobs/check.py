"""`check`: look at the ledger as it lies there, for a monitoring system; it writes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from commsla.core.clockdoubt import SEVERAL, clock_doubt
from commsla.core.monitor import Limits, Monitored, alerting, monitor
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
        run = ledger.alert_run()
        refused = ledger.refused_recipients()
        arrivals = ledger.newest_arrivals(run.trusted_up_to, SEVERAL)
    told = {s.code: workdays[s.code] for s in schools if s.alerts}
    doubt = clock_doubt(now, run.last_run if told else None, tries, arrivals)
    addresses = {r.address.casefold() for s in schools for r in s.alerts}
    alerts = alerting(run, told, now, (len(addresses & refused.keys()), len(addresses)))
    return monitor(found, doubt, limits, alerts if told else ())
