"""`status`: gather what the ledger holds and judge it at one moment; it writes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from commsla.core.model import MailboxRead
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
    *,
    as_of: datetime | None = None,
) -> Status:
    """Today's list of these schools as it stands at `now` (aware).

    `as_of` shows an earlier moment instead: mail received by then, marks and calls recorded by then,
    with today's calendar. What was read since counts as read.
    """
    if as_of is None:
        judgement = judge_all(config, ledger, workdays, now)
        return todays_list(judgement, ledger.reads(), workdays, now, schools)
    judgement = judge_all(config, ledger, workdays, as_of, by=as_of)
    first = ledger.day_one()
    reads = [
        _as_of(r, as_of)
        for r in ledger.reads()
        if (began := first.get((r.school, r.mailbox))) and began <= as_of
    ]
    return todays_list(judgement, reads, workdays, as_of, schools, seen_at=now)


def _as_of(read: MailboxRead, moment: datetime) -> MailboxRead:
    """A mailbox that was read well after a moment is complete up to it."""
    if read.last_good is None or read.last_good < moment:
        return read
    return replace(
        read, last_good=moment, last_try=moment, trouble="", retry_after=None, emptied=()
    )
