"""Is what we see enough to judge by? It withholds verdicts where replies or enquiries are out of sight."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from commsla.core.model import (
    State,
)
from commsla.core.verdicts import Judged, Section, Verdict

_ENOUGH_CASES = 5
_ALMOST_NONE = 0.05
_MANY_MESSAGES = 20


def replies_are_visible(judged: Sequence[Judged], sent_folder: str | None) -> bool:
    """Whether one school's replies can be seen in its Sent folder.

    Looked at are the cases that should have been acknowledged by now. In Microsoft 365 the copy of a
    reply from a shared mailbox lies elsewhere by default: then almost none of them has one. A mark
    proves nothing about Sent, nor does a sister school's answer to the same mail.
    """
    due = [j for j in judged if j.acknowledge.state in (State.MET, State.MISSED, State.OVERDUE)]
    seen = sum(any(a.school == j.case.school for a in j.case.answers) for j in due)
    if sent_folder is None and due:
        return False
    return len(due) < _ENOUGH_CASES or seen > _ALMOST_NONE * len(due)


def without_claims(judged: Judged) -> Judged:
    """The same case where replies are not visible: what would be called late cannot be said."""
    if judged.section is not Section.OVERDUE:
        return judged
    acknowledge, respond = map(_unclaimed, judged.verdicts)
    return replace(judged, acknowledge=acknowledge, respond=respond, section=Section.CANNOT_SAY)


def _unclaimed(verdict: Verdict) -> Verdict:
    if verdict.state is not State.OVERDUE:
        return verdict
    return replace(verdict, state=State.CANNOT_SAY, late_by=0)


def excluded_share_is_odd(received: int, cases: int) -> bool:
    """Whether so much mail came and so little of it became cases that the rules must be doubted."""
    return received >= _MANY_MESSAGES and cases == 0
