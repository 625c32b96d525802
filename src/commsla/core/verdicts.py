"""judge(case, now) -> is each target met, missed, due or late; nothing that it says is ever stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum

from commsla.core.calendar import OutOfCalendar
from commsla.core.case import Case, Done
from commsla.core.local import local_date
from commsla.core.model import State, Target
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

    def was_late_by(self, moment: datetime) -> bool:
        """Whether its date was past by then and nothing had met it; what was guessed is never late."""
        if self.deadline is None or self.deadline.provisional or moment < self.deadline.instant:
            return False
        done = self.done
        return done is None or (done.since or done.at) >= self.deadline.instant


class Section(IntEnum):
    """Where a case stands in today's list; the order is the order in which to work."""

    OVERDUE = 0
    DUE_TODAY = 1
    DUE_NEXT = 2
    CONFIRM = 3
    WAITING = 4
    CANNOT_SAY = 5
    GONE = 6
    CHECK = 7
    WROTE_AGAIN = 8
    FOR_PARENT = 9
    LATE_BEFORE_DAY_ONE = 10
    SETTLED = 11


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

    @property
    def late_when_set_aside(self) -> tuple[Verdict, ...]:
        """The targets that were missed, or past, when a person recorded that it leaves the count."""
        mark = self.case.excluded
        return tuple(v for v in self.verdicts if mark and v.was_late_by(mark.recorded))


def _by_instant(verdict: Verdict) -> tuple[bool, float]:
    deadline = verdict.deadline
    return deadline is None, deadline.instant.timestamp() if deadline else 0.0


def judge(
    case: Case, policy: Policy, workdays: Workdays, now: datetime, day_one: datetime | None
) -> Judged:
    """Both targets of `case` at `now` (aware). `day_one` is when its mailbox was first polled.

    A target is met by what happened before its deadline's instant (policy: "we aim to").
    """
    verdicts = verdicts_on(case, policy, workdays, now, day_one)
    return Judged(case, *verdicts, section_of(case, verdicts, workdays, now))


def verdicts_on(
    case: Case, policy: Policy, workdays: Workdays, now: datetime, day_one: datetime | None
) -> tuple[Verdict, Verdict]:
    """Both targets, as `judge`, without a place in today's list."""
    known = _Known(policy, workdays, now, day_one)
    return _verdict(case, Target.ACKNOWLEDGE, known), _verdict(case, Target.RESPOND, known)


def section_of(
    case: Case, verdicts: Sequence[Verdict], workdays: Workdays, now: datetime
) -> Section:
    """Where in today's list a case with these verdicts belongs."""
    states = {v.state for v in verdicts}
    today = local_date(now)
    if case.gone and any(v.is_owed for v in verdicts):
        return Section.GONE
    if State.OVERDUE in states:
        return Section.OVERDUE
    if State.DUE_TODAY in states:
        return Section.DUE_TODAY
    if any(_is_due_next(v, today, workdays) for v in verdicts):
        return Section.DUE_NEXT
    if State.INFERRED in states:
        return Section.CONFIRM
    if State.WAITING in states:
        return Section.WAITING
    if any(v.state is State.CANNOT_SAY and v.done is None for v in verdicts):
        return Section.CANNOT_SAY
    if State.PROPOSED in states:
        return Section.WROTE_AGAIN
    if State.WAITING_FOR_PARENT in states:
        return Section.FOR_PARENT
    if any(v.state is State.LATE_BEFORE_DAY_ONE and v.done is None for v in verdicts):
        return Section.LATE_BEFORE_DAY_ONE
    if case.to_check and not case.excluded:
        return Section.CHECK
    return Section.SETTLED


@dataclass(frozen=True, slots=True)
class _Known:
    policy: Policy
    workdays: Workdays
    now: datetime
    day_one: datetime | None

    def deadline(self, target: Target, received: datetime) -> Deadline | None:
        promise = self.policy.promise(target)
        try:
            return self.workdays.deadline(received, promise, self.policy.rules)
        except OutOfCalendar:
            return None


def _verdict(case: Case, target: Target, known: _Known) -> Verdict:
    deadline = known.deadline(target, case.received)
    done = case.acknowledged if target is Target.ACKNOWLEDGE else case.responded
    if case.excluded:
        return Verdict(target, State.EXCLUDED, deadline, done)
    waits = False
    if target is Target.RESPOND:
        deadline, waits = _asked_back(case, deadline, known)
    if done:
        return _ended(target, deadline, done, known)
    if case.proposal:
        return Verdict(target, State.PROPOSED, deadline)
    if case.inferred:
        return Verdict(target, State.INFERRED, deadline, case.inferred)
    if deadline is None:
        return Verdict(target, State.WAITING, None)
    if known.now >= deadline.instant:
        if waits:
            return Verdict(target, State.WAITING_FOR_PARENT, deadline, case.asked_back[-1].asked)
        if _from_before(deadline, known.day_one):
            return Verdict(target, State.LATE_BEFORE_DAY_ONE, deadline)
        if deadline.provisional:
            return Verdict(target, State.WAITING, deadline)
        late_by = _late(deadline, known.now, known.policy, known.workdays)
        return Verdict(target, State.OVERDUE, deadline, None, late_by)
    due_today = deadline.date == local_date(known.now)
    return Verdict(target, State.DUE_TODAY if due_today else State.WAITING, deadline)


def _ended(target: Target, deadline: Deadline | None, done: Done, known: _Known) -> Verdict:
    if deadline is None or done.at < deadline.instant:
        return Verdict(target, State.MET, deadline, done)
    if done.since is not None and done.since < deadline.instant:  # perhaps in time, perhaps not
        return Verdict(target, State.CANNOT_SAY, deadline, done)
    if _from_before(deadline, known.day_one):
        return Verdict(target, State.LATE_BEFORE_DAY_ONE, deadline, done)
    if deadline.provisional:  # nothing that was guessed is ever called late
        return Verdict(target, State.CANNOT_SAY, deadline, done)
    late_by = _late(deadline, done.at, known.policy, known.workdays)
    return Verdict(target, State.MISSED, deadline, done, late_by)


def _asked_back(
    case: Case, deadline: Deadline | None, known: _Known
) -> tuple[Deadline | None, bool]:
    """The response's deadline, and whether at its end it is the parent who is waited for.

    We asked in time and the deadline went by: the school cannot answer before the parent does, and
    has its full time from when the parent did. A question asked too late moves nothing.
    """
    for asked in case.asked_back:
        if deadline is None or asked.asked.at >= deadline.instant:
            break
        if asked.answered is None:
            return deadline, True
        if asked.answered >= deadline.instant:
            deadline = known.deadline(Target.RESPOND, asked.answered)
    return deadline, False


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
