"""`status`: gather what the ledger holds and judge it at one moment; it writes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from commsla.core.school import (
    Config,
    School,
)
from commsla.core.today import Status, todays_list
from commsla.core.workdays import Workdays
from commsla.jobs.cases import judge_all
from commsla.jobs.ports import LedgerReader


def status(
    config: Config,
    ledger: LedgerReader,
    workdays: Mapping[str, Workdays],
    now: datetime,
    schools: Sequence[School],
) -> Status:
    """Today's list of these schools as it stands at `now` (aware)."""
    judgement = judge_all(config, ledger, workdays, now)
    return todays_list(judgement, ledger.reads(), workdays, now, schools)
