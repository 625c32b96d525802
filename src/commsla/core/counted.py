"""One judged case -> what the figures count of it: plain values at one moment, no text of any mail."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from commsla.core.calendar import OutOfCalendar
from commsla.core.case import AskedBack, Case, Done, Evidence
from commsla.core.local import local_date
from commsla.core.model import CHANNEL, Role, State, Word, sign
from commsla.core.school import Policy
from commsla.core.verdicts import Verdict
from commsla.core.workdays import Workdays

_INSTANT = timedelta(microseconds=1)
EMAIL = "e-mail"
THANKS = "reads like a mere thank-you, not confirmed"
SAFEGUARDING = Word.SAFEGUARDING.value


class Fate(StrEnum):
    """How one target of one case counts."""

    MET = "in time"
    LATE = "answered late"
    OVERDUE = "open, date past"
    UNCONFIRMED = "perhaps answered, not confirmed"
    NOT_YET_DUE = "open, not yet due"
    FOR_PARENT = "waiting for the parent"
    CANNOT_SAY = "cannot be judged"
    SET_ASIDE = "set aside"
    BEFORE_DAY_ONE = "due before the first poll"


OPEN = frozenset({Fate.OVERDUE, Fate.UNCONFIRMED, Fate.NOT_YET_DUE, Fate.FOR_PARENT})


class How(StrEnum):
    """How it is known that something was answered."""

    SEEN = "a copy in Sent"
    VOUCHED = "a colleague's answer in copy"
    BY_HAND = "recorded by hand"
    BACK_DATED = "recorded by hand on a later day"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One target. `is_due`: its date is past at the moment, or would be.

    `days` are working days from the day of receipt to `done`, or to the moment where it is open; None
    where the calendar does not reach. `provisional`: the date was worked out without term dates.
    """

    fate: Fate
    due: date | None
    is_due: bool
    done: date | None = None
    days: int | None = None
    late_by: int = 0
    how: How | None = None
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class Counted:
    """One case. `set_aside` says why it is in no target, `owner` is a role; `received` a local date.

    `age` is the working days from then to the moment.
    """

    school: str
    channel: str
    received: date
    acknowledge: Outcome
    respond: Outcome
    chasers: int = 0
    set_aside: str = ""
    wrote_again: bool = False
    reference: str = ""
    owner: str = ""
    age: int | None = None

    @property
    def is_open(self) -> bool:
        """Whether a response is still to come."""
        fate = self.respond.fate
        return fate in OPEN or (fate is Fate.CANNOT_SAY and self.respond.done is None)


def as_it_stood(case: Case, moment: datetime) -> Case:
    """The case without what happened at or after a moment; what was set right since is right.

    The same object where nothing did.
    """
    if not _goes_on_after(case, moment):
        return case
    return replace(
        case,
        acknowledged=_before(case.acknowledged, moment),
        responded=_before(case.responded, moment),
        inferred=_before(case.inferred, moment),
        asked_back=tuple(_asked(a, moment) for a in case.asked_back if a.asked.at < moment),
        chased=tuple(at for at in case.chased if at < moment),
    )


def _goes_on_after(case: Case, moment: datetime) -> bool:
    for done in (case.acknowledged, case.responded, case.inferred):
        if done and done.at >= moment:
            return True
    for asked in case.asked_back:
        if asked.asked.at >= moment or (asked.answered and asked.answered >= moment):
            return True
    return bool(case.chased) and max(case.chased) >= moment


def _before(done: Done | None, moment: datetime) -> Done | None:
    return done if done and done.at < moment else None


def _asked(asked: AskedBack, moment: datetime) -> AskedBack:
    return replace(asked, answered=None) if asked.answered and asked.answered >= moment else asked


def counted(
    case: Case,
    verdicts: tuple[Verdict, Verdict],
    policy: Policy,
    workdays: Workdays,
    moment: datetime,
    day_one: datetime | None,
) -> Counted:
    """What figures count of a case and the verdicts on it at `moment`."""
    received = local_date(case.received)
    inset = policy.rules.inset_counts
    today = local_date(moment - _INSTANT)  # the midnight that ends a period is not its next day
    targets = []
    for verdict in verdicts:
        due = verdict.deadline
        done = verdict.done if verdict.state is not State.WAITING_FOR_PARENT else None
        inferred = verdict.state is State.INFERRED
        fate = _fate(verdict, case, moment, day_one)
        until = local_date(done.at) if done else today
        targets.append(
            Outcome(
                fate,
                due.date if due else None,
                due is not None and due.instant <= moment,
                until if done and not inferred else None,
                None
                if fate is Fate.SET_ASIDE
                else _between(workdays, received, until, inset=inset),
                verdict.late_by if fate is Fate.LATE else 0,
                _how(done) if done and not inferred else None,
                due is not None and due.provisional,
            )
        )
    return Counted(
        case.school,
        _channel(case),
        received,
        targets[0],
        targets[1],
        case.chasers,
        _set_aside(case),
        case.wrote_again,
        str(case.reference or ""),
        case.owner,
        _between(workdays, received, today, inset=inset),
    )


def out_of_sight(case: Counted) -> Counted:
    """The same where replies are not visible: neither kept nor missed is claimed."""

    def unclaimed(one: Outcome) -> Outcome:
        known = one.fate in (Fate.SET_ASIDE, Fate.BEFORE_DAY_ONE, Fate.NOT_YET_DUE)
        return one if known else replace(one, fate=Fate.CANNOT_SAY, late_by=0)

    return replace(case, acknowledge=unclaimed(case.acknowledge), respond=unclaimed(case.respond))


def _fate(verdict: Verdict, case: Case, moment: datetime, day_one: datetime | None) -> Fate:
    deadline, state = verdict.deadline, verdict.state
    if deadline and day_one and deadline.instant <= day_one:
        # Kept or not: what was late then is not known in full, so what was kept is no share of it.
        return Fate.BEFORE_DAY_ONE
    if case.excluded or state is State.PROPOSED:
        return Fate.SET_ASIDE
    if deadline is None:
        return Fate.CANNOT_SAY
    if deadline.provisional and (verdict.done or deadline.instant <= moment):
        return Fate.CANNOT_SAY  # neither late nor in time by a date that was guessed
    match state:
        case State.MET:
            return Fate.MET
        case State.MISSED:
            return Fate.LATE
        case State.OVERDUE:
            return Fate.OVERDUE
        case State.INFERRED:
            return Fate.UNCONFIRMED
        case State.WAITING_FOR_PARENT:
            return Fate.FOR_PARENT
        case State.WAITING | State.DUE_TODAY:
            return Fate.NOT_YET_DUE
    return Fate.CANNOT_SAY


def _how(done: Done) -> How:
    if done.evidence is Evidence.RECORDED:
        late = done.recorded and local_date(done.recorded) > local_date(done.at)
        return How.BACK_DATED if late else How.BY_HAND
    return How.VOUCHED if done.evidence is Evidence.VOUCHED else How.SEEN


def _set_aside(case: Case) -> str:
    if case.excluded:
        word = case.excluded.word
        return Word.NO_REPLY_NEEDED.value if word is Word.CONFIRM else word.value
    return THANKS if case.proposal and not case.responded else ""


def _channel(case: Case) -> str:
    if case.opener.role is not Role.LOGGED:
        return EMAIL
    return sign(case.opener, CHANNEL) or "logged"


def _between(workdays: Workdays, first: date, last: date, *, inset: bool) -> int | None:
    try:
        return workdays.working_days(first, last, inset_counts=inset)
    except OutOfCalendar:
        return None
