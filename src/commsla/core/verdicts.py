"""judge(case, now) -> is each target met, missed, due or late; nothing that it says is ever stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum

from commsla.core.calendar import OutOfCalendar
from commsla.core.local import local_date
from commsla.core.model import (
    Case,
    Done,
    State,
    Target,
)
from commsla.core.school import Policy, Unit
from commsla.core.workdays import Deadline, Workdays


@dataclass(frozen=True, slots=True)
class Verdict:
    """One target of one case at one moment.

    `late_by` counts days of the promise's own unit after the deadline's date: until the event for a
    missed target, until now for an overdue one. `deadline` is None where the calendar cannot say.
    """

    target: Target
    state: State
    deadline: Deadline | None
    done: Done | None = None
    late_by: int = 0

    @property
    def is_owed(self) -> bool:
        """Whether somebody still has to do something for this target."""
        return self.state in (State.WAITING, State.DUE_TODAY, State.OVERDUE)


class Section(IntEnum):
    """Where a case stands in today's list; the order is the order in which to work."""

    OVERDUE = 0
    DUE_TODAY = 1
    DUE_NEXT = 2
    WAITING = 3
    CANNOT_SAY = 4
    CHECK = 5
    LATE_BEFORE_DAY_ONE = 6
    SETTLED = 7


@dataclass(frozen=True, slots=True)
class Judged:
    """A case with both verdicts. `next` is what has to be done first, None if nothing is owed."""

    case: Case
    acknowledge: Verdict
    respond: Verdict
    section: Section

    @property
    def verdicts(self) -> tuple[Verdict, Verdict]:
        """Both, in the order of the promise."""
        return self.acknowledge, self.respond

    @property
    def next(self) -> Verdict | None:
        """The owed target whose deadline comes first; acknowledge before respond when they tie."""
        owed = [v for v in self.verdicts if v.is_owed]
        return min(owed, key=_by_instant, default=None)


def _by_instant(verdict: Verdict) -> tuple[bool, float]:
    deadline = verdict.deadline
    return deadline is None, deadline.instant.timestamp() if deadline else 0.0


def judge(
    case: Case, policy: Policy, workdays: Workdays, now: datetime, day_one: datetime | None
) -> Judged:
    """Both targets of `case` at `now` (aware). `day_one` is when this school was first polled.

    A target is met by what happened before its deadline's instant (policy: "we aim to"). A reply
    that nobody checked acknowledges; whether it was the full response stays open.
    """
    verdicts = [_verdict(case, t, policy, workdays, now, day_one) for t in Target]
    states = {v.state for v in verdicts}
    today = local_date(now)
    if State.OVERDUE in states:
        section = Section.OVERDUE
    elif State.DUE_TODAY in states:
        section = Section.DUE_TODAY
    elif any(_is_due_next(v, today, workdays) for v in verdicts):
        section = Section.DUE_NEXT
    elif State.WAITING in states:
        section = Section.WAITING
    elif any(v.state is State.LATE_BEFORE_DAY_ONE and v.done is None for v in verdicts):
        section = Section.LATE_BEFORE_DAY_ONE
    elif State.NOT_CHECKED in states:
        section = Section.CHECK
    else:
        section = Section.SETTLED
    return Judged(case, verdicts[0], verdicts[1], section)


def _verdict(
    case: Case,
    target: Target,
    policy: Policy,
    workdays: Workdays,
    now: datetime,
    day_one: datetime | None,
) -> Verdict:
    promise = policy.promise(target)
    try:
        deadline = workdays.deadline(case.received, promise, policy.rules)
    except OutOfCalendar:
        deadline = None
    done = case.acknowledged if target is Target.ACKNOWLEDGE else case.responded
    if case.excluded:
        return Verdict(target, State.EXCLUDED, deadline, done)
    if done:
        if deadline is None or done.at < deadline.instant:
            return Verdict(target, State.MET, deadline, done)
        if _from_before(deadline, day_one):
            return Verdict(target, State.LATE_BEFORE_DAY_ONE, deadline, done)
        if deadline.provisional:  # nothing that was guessed is ever called late
            return Verdict(target, State.CANNOT_SAY, deadline, done)
        late_by = _late(deadline, done.at, policy, workdays)
        return Verdict(target, State.MISSED, deadline, done, late_by)
    if target is Target.RESPOND and case.replied:
        return Verdict(target, State.NOT_CHECKED, deadline, case.replied)
    if deadline is None:
        return Verdict(target, State.WAITING, None)
    if now >= deadline.instant:
        if _from_before(deadline, day_one):
            return Verdict(target, State.LATE_BEFORE_DAY_ONE, deadline)
        if deadline.provisional:
            return Verdict(target, State.WAITING, deadline)
        late_by = _late(deadline, now, policy, workdays)
        return Verdict(target, State.OVERDUE, deadline, None, late_by)
    due_today = deadline.date == local_date(now)
    return Verdict(target, State.DUE_TODAY if due_today else State.WAITING, deadline)


def _from_before(deadline: Deadline, day_one: datetime | None) -> bool:
    return day_one is not None and deadline.instant <= day_one


def _late(deadline: Deadline, at: datetime, policy: Policy, workdays: Workdays) -> int:
    unit, inset = deadline.unit_of_lateness, policy.rules.inset_counts
    try:
        return workdays.counted_between(deadline.date, local_date(at), unit, inset_counts=inset)
    except OutOfCalendar:
        return 0


def _is_due_next(verdict: Verdict, today: date, workdays: Workdays) -> bool:
    if verdict.state is not State.WAITING or verdict.deadline is None:
        return False
    try:
        following = workdays.next_counted(today, Unit.WORKING_DAYS)
    except OutOfCalendar:
        return False
    return today < verdict.deadline.date <= following
