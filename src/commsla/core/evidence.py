"""Is what we see enough to judge by? It withholds verdicts where replies or enquiries are out of sight."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from commsla.core.case import Case
from commsla.core.model import Role, State
from commsla.core.verdicts import Judged, Section, Verdict, section_of
from commsla.core.workdays import Workdays

_ENOUGH_CASES = 5
_ALMOST_NONE = 0.05
_RECENT = timedelta(days=30)
_PROOF = 3  # replies to enquiries
_PROVEN = timedelta(days=60)
_MANY_MESSAGES = 20
_LOOKED_AT = timedelta(days=28)


def replies_are_visible(judged: Sequence[Judged], sent_folder: str | None, now: datetime) -> bool:
    """Whether the replies to one mailbox can be seen in its school's Sent folders.

    Looked at are the cases that should have been acknowledged in the last 30 days. In Microsoft 365
    the copy of a reply from a shared mailbox lies elsewhere by default: then almost none of them has
    one. Three that were seen in the last 60 days prove that they can be: neither much unanswered mail
    nor an office that stops answering makes them invisible. A mark proves nothing about Sent, nor
    does a sister school's answer to the same mail.
    """
    states = (State.MET, State.MISSED, State.OVERDUE, State.INFERRED)
    due = [
        j
        for j in judged
        if j.acknowledge.state in states
        and j.case.opener.role is not Role.LOGGED  # nobody answers a phone call from Sent
        and j.acknowledge.deadline is not None
        and j.acknowledge.deadline.instant > now - _RECENT
    ]
    if sent_folder is None and due:
        return False
    if _replies_seen(judged, now) >= _PROOF:
        return True
    seen = sum(any(a.message.school == j.case.opener.school for a in j.case.answers) for j in due)
    return len(due) < _ENOUGH_CASES or seen > _ALMOST_NONE * len(due)


def tells_of_replies(case: Case, acknowledge: Verdict, now: datetime) -> bool:
    """Whether a case can make a difference to `replies_are_visible`: the others may be left out."""
    deadline = acknowledge.deadline
    return bool(deadline and deadline.instant > now - _RECENT) or any(
        a.message.received > now - _PROVEN for a in case.answers
    )


def _replies_seen(judged: Sequence[Judged], now: datetime) -> int:
    """How many replies were seen lately: a few prove that they can be, however many are missing."""
    return sum(
        any(
            a.message.school == j.case.opener.school and a.message.received > now - _PROVEN
            for a in j.case.answers
        )
        for j in judged
    )


def without_claims(judged: Judged, workdays: Workdays, now: datetime) -> Judged:
    """The same case where replies are not visible: what would be called late cannot be said."""
    if judged.section is not Section.OVERDUE:
        return judged
    verdicts = acknowledge, respond = [_unclaimed(v) for v in judged.verdicts]
    section = section_of(judged.case, verdicts, workdays, now)
    return replace(judged, acknowledge=acknowledge, respond=respond, section=section)


def _unclaimed(verdict: Verdict) -> Verdict:
    if verdict.state is not State.OVERDUE:
        return verdict
    return replace(verdict, state=State.CANNOT_SAY, late_by=0)


@dataclass(frozen=True, slots=True)
class Share:
    """How much of the mail of the last 28 days became cases."""

    received: int
    tracked: int

    @property
    def is_odd(self) -> bool:
        """Whether so much came and so little of it became cases that the rules must be doubted."""
        return self.received >= _MANY_MESSAGES and self.tracked <= _ALMOST_NONE * self.received


def share_of_cases(tracked: Iterable[datetime], others: Iterable[datetime], now: datetime) -> Share:
    """From the receipts of cases' mail and of mail that is not tracked."""
    limit = now - _LOOKED_AT
    cases = sum(t > limit for t in tracked)
    return Share(cases + sum(t > limit for t in others), cases)
