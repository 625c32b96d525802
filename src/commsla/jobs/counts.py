"""From the ledger to counted cases of one or several periods, some at a time: no more is held than counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from commsla.core.case import Case, NotTracked
from commsla.core.counted import Counted, as_it_stood, counted, out_of_sight
from commsla.core.evidence import tells_of_replies
from commsla.core.local import LONDON, local_date
from commsla.core.model import MailboxRead
from commsla.core.periods import Period
from commsla.core.school import Config, School, Span
from commsla.core.tally import Material
from commsla.core.verdicts import Judged, judge, verdicts_on
from commsla.core.workdays import Workdays
from commsla.jobs.apart import Apart
from commsla.jobs.cases import policy_of, sees_replies
from commsla.jobs.ports import LedgerReader

_DAY = timedelta(days=1)
_Place = tuple[str, str, str]  # the school that answers, the school and mailbox that received


@dataclass(frozen=True, slots=True)
class Counts:
    """What a period is made of, and the (school, mailbox) whose replies are not visible."""

    material: Material
    blind: frozenset[tuple[str, str]]


def end_of(span: Span) -> datetime:
    """The first instant after a span of local days."""
    return datetime.combine(span.last + _DAY, time(0), LONDON)


def count_cases(
    config: Config,
    ledger: LedgerReader,
    workdays: Mapping[str, Workdays],
    now: datetime,
    periods: Sequence[Period],
    by: datetime | None = None,
) -> list[Counts]:
    """Every case that came before the end of a period, or before `now` where that is earlier, as it
    stood then; `by` as in `held_by`. The ledger is read once for all periods.
    """
    day_one = ledger.day_one()
    schools = {s.code: s for s in config.schools}
    found = [_Counting(p, schools, workdays, day_one, now) for p in periods]
    for held in Apart(config, ledger, by=by).all():
        folded = held.folded()
        for one in found:
            for case in folded.cases:
                one.case(case)
            for item in folded.not_tracked:
                one.not_tracked(item)
    reads = ledger.reads()
    return [one.done(reads) for one in found]


@dataclass(slots=True)
class _Counting:
    period: Period
    schools: Mapping[str, School]
    workdays: Mapping[str, Workdays]
    day_one: Mapping[tuple[str, str], datetime]
    now: datetime
    moments: dict[str, datetime] = field(init=False)
    rows: dict[_Place, list[Counted]] = field(default_factory=dict)
    telling: dict[_Place, list[Judged]] = field(default_factory=dict)
    kinds: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.moments = {c: min(self.now, end_of(s)) for c, s in self.period.spans.items()}

    def case(self, case: Case) -> None:
        moment = self.moments.get(case.school)
        if moment is None or case.received >= moment:
            return
        workdays = self.workdays[case.school]
        policy = policy_of(case, self.schools[case.school])
        opener = case.opener
        first = self.day_one.get((opener.school, opener.mailbox))
        stood = as_it_stood(case, moment)
        verdicts = verdicts_on(stood, policy, workdays, moment, first)
        place = (case.school, opener.school, opener.mailbox)
        rows = self.rows.setdefault(place, [])
        rows.append(counted(stood, verdicts, policy, workdays, moment, first))
        telling = self.telling.setdefault(place, [])
        if tells_of_replies(stood, verdicts[0], moment):
            telling.append(judge(stood, policy, workdays, moment, first))

    def not_tracked(self, item: NotTracked) -> None:
        message = item.message
        span = self.period.spans.get(message.school)
        if span and message.received < self.moments[message.school]:
            self.kinds[item.kind.value] += span.first <= local_date(message.received) <= span.last

    def done(self, reads: Sequence[MailboxRead]) -> Counts:
        cases: list[Counted] = []
        blind = set()
        for place, rows in self.rows.items():
            school, *received = place
            sees = sees_replies(
                reads,
                self.schools[school],
                received[1],
                self.telling[place],
                self.moments[school],
            )
            if not sees:
                blind.add((received[0], received[1]))
            cases += rows if sees else map(out_of_sight, rows)
        return Counts(Material(cases, self.period.spans, self.kinds), frozenset(blind))
