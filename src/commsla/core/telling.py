"""What one recipient of one school is told at one moment, and why all else is not; it renders nothing.

Each stage of each target is said once, and again only where repeating was asked for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from commsla.core import words
from commsla.core.calendar import OutOfCalendar
from commsla.core.digests import HandedOver, Line, Part, Said, Silence
from commsla.core.lifesigns import LifeSigns, life_signs
from commsla.core.local import local_date
from commsla.core.model import State, Target
from commsla.core.recipients import REPEATED, Recipient, Stage
from commsla.core.school import School, Unit
from commsla.core.today import SchoolLine
from commsla.core.verdicts import Judged, Section, Verdict
from commsla.core.workdays import Workdays

_HOLIDAY = timedelta(days=7)  # from one working day to the next; a long weekend is shorter
_AGAIN_BEFORE_HOLIDAY = 3 * 3600.0  # seconds of open office: what still comes on the last day


@dataclass(slots=True)
class _Found:
    lines: list[Line] = field(default_factory=list)
    told_before: list[Judged] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    silences: list[Silence] = field(default_factory=list)


@dataclass(slots=True)
class Desk:
    """One recipient of one school at one moment."""

    school: School
    recipient: Recipient
    workdays: Workdays
    now: datetime
    known: Sequence[Said]
    marked: Sequence[HandedOver]

    by_target: dict[tuple[int, str], list[Said]] = field(init=False, default_factory=dict)
    today: date = field(init=False)

    def __post_init__(self) -> None:
        self.today = local_date(self.now)
        for said in self.known:
            self.by_target.setdefault((said.message_id, said.target), []).append(said)

    def silent(self, case: Judged | None, why: str) -> Silence:
        return Silence(self.recipient.address, self.school.code, case, why)

    def part(
        self, cases: Sequence[Judged], note: str, line: SchoolLine | None = None
    ) -> tuple[Part, list[Said], list[Silence]]:
        """What is news, the records of it, and why all else is not told."""
        handed, said = self._handed_over()
        closed = self._closed()
        if closed:
            quiet = [self.silent(None, closed)]
            return Part(self.school, handed_over=handed), said, quiet
        following = self.workdays.next_counted(self.today, Unit.WORKING_DAYS)
        back = following if following - self.today >= _HOLIDAY else None
        found = _Found()
        blind = {m.address for m in line.mailboxes if not m.replies_visible} if line else set()
        unseen = [j for j in cases if j.case.opener.mailbox in blind]
        cases = [j for j in cases if j.case.opener.mailbox not in blind]
        for judged in cases:
            self._case(judged, following, back, found)
        for judged in unseen:
            if any(v.is_owed or v.state is State.CANNOT_SAY for v in judged.verdicts):
                found.silences.append(self.silent(judged, _QUIET[State.CANNOT_SAY]))
        self._not_too_often(found, back)
        said += found.said
        forecast = self._forecast(cases)
        if forecast:
            said.append(self._said(0, "", Stage.FIRST_DAY_BACK, self.today))
        signs = LifeSigns()
        if line is not None:
            signs = life_signs(
                line, self.recipient, self.known, self.workdays, self.now, alone=not said
            )
            said += [self._said(0, "", stage, self.today) for stage in signs.stages]
            found.silences += [self.silent(None, why) for why in signs.why_not]
        part = Part(
            school=self.school,
            lines=tuple(found.lines),
            told_before=tuple(found.told_before),
            back=back,
            next_day=following,
            forecast=forecast,
            handed_over=handed,
            note="" if signs.not_read else note,
            not_read=signs.not_read,
            silent=signs.silent,
            quiet=signs.quiet,
        )
        return part, said, found.silences

    def _closed(self) -> str:
        """Until when nobody is at the desk; "" while somebody is."""
        try:
            if self.workdays.is_open(self.now):
                return ""
            opening = self.workdays.next_opening(self.now)
        except OutOfCalendar:
            opening = None
        if opening is None:
            return "closed, and the calendar knows no further opening: add the term dates"
        return f"closed; what is due then goes {words.moment(opening, self.today)}"

    def _case(self, judged: Judged, following: date, back: date | None, found: _Found) -> None:
        news: list[tuple[Target, Stage]] = []
        why: list[str] = []
        before = False
        for verdict in judged.verdicts:
            answer = self._stages(judged, verdict, following, back)
            if isinstance(answer, str):
                why += [answer] * bool(answer)
                continue
            for stage, due in answer:
                again = self._not_again(judged, verdict.target, stage, due)
                if not again:
                    news.append((verdict.target, stage))
                    target = verdict.target.value
                    found.said.append(self._said(judged.case.opener.id, target, stage, due))
                    break
                why.append(f"{_VERB[verdict.target]}: {again}")
                before = before or stage is not Stage.BEFORE_HOLIDAY
        if news:
            age = self._working_days_since(local_date(judged.case.received))
            named = self.recipient.subjects and self._came_here(judged)
            found.lines.append(Line(judged, tuple(news), age, named))
        elif why:
            found.silences.append(self.silent(judged, "; ".join(dict.fromkeys(why))))
            if before:
                found.told_before.append(judged)

    def _stages(
        self, judged: Judged, verdict: Verdict, following: date, back: date | None
    ) -> list[tuple[Stage, date]] | str:
        """The stages that a target is in, the most telling first; or why it is in none."""
        deadline = verdict.deadline
        if not verdict.is_owed:
            return _quiet(judged, verdict)
        if deadline is None:
            return "there are no term dates for it"
        if deadline.provisional:
            return "its date is provisional (term dates missing)"
        wanted = self.recipient.stages
        stages: list[tuple[Stage, date]] = []
        if verdict.state is State.OVERDUE:
            late = self._working_days_since(deadline.date)
            if Stage.ESCALATE in wanted and late >= self.recipient.escalate_after:
                stages.append((Stage.ESCALATE, deadline.date))
            elif Stage.OVERDUE in wanted:
                stages.append((Stage.OVERDUE, deadline.date))
            elif Stage.ESCALATE in wanted:
                return f"not {_days(self.recipient.escalate_after)} late yet"
        elif verdict.state is State.DUE_TODAY:
            stages += [(Stage.DUE_TODAY, deadline.date)] * (Stage.DUE_TODAY in wanted)
        elif deadline.date <= following:
            stages += [(Stage.DUE_SOON, deadline.date)] * (Stage.DUE_SOON in wanted)
        if back and Stage.BEFORE_HOLIDAY in wanted:
            stages.append((Stage.BEFORE_HOLIDAY, back))
        if stages:
            return stages
        if deadline.date > following:
            return f"not due before {words.day(deadline.date, self.today)}"
        return f"not told {verdict.state.value if deadline.date <= self.today else 'so early'}"

    def _not_again(self, judged: Judged, target: Target, stage: Stage, due: date) -> str:
        """Why a stage is not told now; "" where it is news."""
        key = (judged.case.opener.id, target.value)
        about = self.by_target.get(key, [])
        same = [s.at for s in about if s.stage is stage and s.due == due]
        if stage is Stage.BEFORE_HOLIDAY:
            same += [s.at for s in about if local_date(s.at) == self.today]
        if not same:
            return ""
        last = max(same)
        told = f"told {words.moment(last, self.today)}"
        repeat = self.recipient.repeat
        if stage not in REPEATED or not repeat:
            return told
        waits = repeat - self._working_days_since(local_date(last))
        return f"{told}, again in {_days(waits)}" if waits > 0 else ""

    def _not_too_often(self, found: _Found, back: date | None) -> None:
        """What comes in on the last day before a holiday is gathered for some hours."""
        if not found.lines or any(s.stage is not Stage.BEFORE_HOLIDAY for s in found.said):
            return
        told = [
            s.at
            for s in self.known
            if s.stage is Stage.BEFORE_HOLIDAY and s.due == back and s.school == self.school.code
        ]
        if told and self.workdays.open_seconds(max(told), self.now) < _AGAIN_BEFORE_HOLIDAY:
            why = "told with what else comes in before the holiday"
            found.silences += [self.silent(x.judged, why) for x in found.lines]
            found.lines.clear()
            found.said.clear()

    def _forecast(self, cases: Sequence[Judged]) -> tuple[tuple[date, Target, int], ...]:
        """On the first day back: how much falls due on which day."""
        if Stage.FIRST_DAY_BACK not in self.recipient.stages:
            return ()
        try:
            before = self.workdays.last_counted(self.today, Unit.WORKING_DAYS)
        except OutOfCalendar:
            return ()
        told = any(
            s.stage is Stage.FIRST_DAY_BACK and s.school == self.school.code and s.due == self.today
            for s in self.known
        )
        if told or self.today - before < _HOLIDAY:
            return ()
        due = Counter(
            (v.deadline.date, _TARGETS.index(v.target))
            for j in cases
            for v in j.verdicts
            if v.is_owed and v.deadline and not v.deadline.provisional
            if v.deadline.date >= self.today
        )
        return tuple((day, _TARGETS[target], n) for (day, target), n in sorted(due.items()))

    def _handed_over(self) -> tuple[tuple[datetime, ...], list[Said]]:
        if Stage.SAFEGUARDING not in self.recipient.stages:
            return (), []
        told = {s.message_id for s in self.known if s.stage is Stage.SAFEGUARDING}
        new = [h for h in self.marked if h.school == self.school.code and h.message_id not in told]
        said = [
            self._said(h.message_id, "", Stage.SAFEGUARDING, local_date(h.recorded)) for h in new
        ]
        return tuple(sorted(h.recorded for h in new)), said

    def _said(self, message_id: int, target: str, stage: Stage, due: date) -> Said:
        address = self.recipient.address.casefold()
        return Said(address, self.school.code, message_id, target, stage, due, self.now)

    def _working_days_since(self, day: date) -> int:
        try:
            return self.workdays.counted_between(day, self.today, Unit.WORKING_DAYS)
        except OutOfCalendar:
            return 0

    def _came_here(self, judged: Judged) -> bool:
        return judged.case.opener.mailbox.casefold() == self.recipient.address.casefold()


_TARGETS = tuple(Target)
_VERB = {Target.ACKNOWLEDGE: "acknowledge", Target.RESPOND: "respond"}
_QUIET = {
    State.LATE_BEFORE_DAY_ONE: "it was late before the first poll",
    State.INFERRED: "perhaps answered: confirm it or reopen it",
    State.PROPOSED: "reads like a mere thank-you: confirm it or reopen it",
    State.WAITING_FOR_PARENT: "it waits for the parent",
    State.CANNOT_SAY: "replies are not visible there",
}


def _quiet(judged: Judged, verdict: Verdict) -> str:
    """Why a target that nobody owes is not told; "" where that goes without saying."""
    if judged.section in (Section.SETTLED, Section.CHECK) or verdict.done:
        return _QUIET[verdict.state] if verdict.state is State.INFERRED else ""
    return _QUIET.get(verdict.state, "")


def _days(count: int) -> str:
    return f"{count} working day{'s' * (count != 1)}"
