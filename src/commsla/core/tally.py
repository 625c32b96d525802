"""Counted cases of one period -> the plain numbers of its figures; it hides nothing and words nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import cached_property

from commsla.core.counted import Counted, Fate, Outcome
from commsla.core.school import Span
from commsla.core.smallnumbers import ENOUGH, is_flag_safe, percent
from commsla.core.summary import Check
from commsla.core.survival import Waited, Within, quantiles

_IN_PERCENT = (Fate.MET, Fate.LATE, Fate.OVERDUE, Fate.UNCONFIRMED)
_TIMED = (*_IN_PERCENT, Fate.NOT_YET_DUE, Fate.FOR_PARENT)
TARGETS = ("acknowledge", "respond")
_SHARES = (Fraction(1, 2), Fraction(9, 10))
_FEW = "fewer than 10"


@dataclass(frozen=True)
class Material:
    """What a page is made of: cases that came before its moment, and mail without a clock by kind.

    `spans` are the days of the period by school code.
    """

    cases: Sequence[Counted]
    spans: Mapping[str, Span]
    not_tracked: Mapping[str, int] = field(default_factory=dict)

    @cached_property
    def received(self) -> list[Counted]:
        """What came in the period, whatever became of it."""
        before = Fate.BEFORE_DAY_ONE
        return [c for c in self.cases if c.respond.fate is not before and self._in(c, c.received)]

    @cached_property
    def dated(self) -> dict[str, list[Counted]]:
        """By target: the cases whose date for it fell in the period."""
        return {
            target: [c for c in self.cases if (due := outcome(c, target).due) and self._in(c, due)]
            for target in TARGETS
        }

    @cached_property
    def due(self) -> dict[str, list[Counted]]:
        """By target: those of them that are in a percentage."""
        return {
            target: [c for c in cases if is_in_percent(outcome(c, target))]
            for target, cases in self.dated.items()
        }

    @cached_property
    def open(self) -> list[Counted]:
        """What is open at the moment, whenever it came."""
        return [c for c in self.cases if c.is_open]

    def _in(self, case: Counted, day: date) -> bool:
        span = self.spans[case.school]
        return span.first <= day <= span.last


def outcome(case: Counted, target: str) -> Outcome:
    """One of its two targets."""
    return case.acknowledge if target == "acknowledge" else case.respond


def is_in_percent(one: Outcome) -> bool:
    """Whether it counts as met or missed: its date is past, and it can be judged."""
    return one.is_due and one.fate in _IN_PERCENT


@dataclass(frozen=True, slots=True)
class Number:
    """A figure's value, or why it has none."""

    value: int | None
    why: str = ""
    at_least: bool = False


def tally(material: Material) -> dict[str, Number]:
    """Every figure of the period by its key."""
    received = material.received
    kept = [c for c in received if c.respond.fate is not Fate.SET_ASIDE]
    found = {
        "received.total": Number(len(received)),
        "received.set_aside": Number(len(received) - len(kept)),
        "received.chased": _flagged(sum(c.chasers > 0 for c in kept), len(kept)),
    }
    for target, name in (("acknowledge", "acknowledged"), ("respond", "responded")):
        found |= _target(material, target, name)
        found |= _days(received, target, name)
    waiting = material.open
    fates = Counter(c.respond.fate for c in waiting)
    found |= {
        "open.total": Number(len(waiting)),
        "open.overdue": Number(fates[Fate.OVERDUE]),
        "open.not_yet_due": Number(fates[Fate.NOT_YET_DUE]),
        "open.for_parent": Number(fates[Fate.FOR_PARENT]),
        "open.unconfirmed": Number(fates[Fate.UNCONFIRMED]),
        "open.cannot_say": Number(fates[Fate.CANNOT_SAY]),
        "before_day_one.total": Number(
            sum(c.respond.fate is Fate.BEFORE_DAY_ONE for c in material.dated["respond"])
        ),
        "not_tracked.total": Number(sum(material.not_tracked.values())),
    }
    return found


def _target(material: Material, target: str, name: str) -> dict[str, Number]:
    fates = Counter(
        outcome(c, target).fate
        for c in material.dated[target]
        if outcome(c, target).is_due  # else it is open still, whatever was done already
    )
    met, late = fates[Fate.MET], fates[Fate.LATE]
    no_answer = fates[Fate.OVERDUE] + fates[Fate.UNCONFIRMED]
    due, waits = met + late + no_answer, fates[Fate.FOR_PARENT]
    found = {
        "due": Number(due),
        "met": Number(met),
        "missed": Number(late + no_answer),
        "percent": _share(met, due),
        "late": Number(late),
        "no_answer": Number(no_answer),
        "cannot_say": Number(fates[Fate.CANNOT_SAY]),
    }
    if target == "respond":
        found["for_parent"] = Number(waits)
        found["percent_with_parent"] = _share(met, due + waits)
        found["answered"] = Number(met + late)
    return {f"{name}.{key}": number for key, number in found.items()}


def _days(received: Iterable[Counted], target: str, name: str) -> dict[str, Number]:
    waits = [
        Waited(one.days, one.done is not None)
        for c in received
        if (one := outcome(c, target)).fate in _TIMED and one.days is not None
    ]
    found: list[Within | None] = [None, None]
    if len(waits) >= ENOUGH:
        found = quantiles(waits, _SHARES)
    return {
        f"{name}.days.median": _within(found[0]),
        f"{name}.days.p90": _within(found[1]),
        f"{name}.days.n": Number(len(waits)),
    }


def _within(found: Within | None) -> Number:
    return Number(None, _FEW) if found is None else Number(found.days, "", found.at_least)


def _share(part: int, of: int) -> Number:
    said = percent(part, of)
    return Number(said, _FEW if said is None else "")


def _flagged(number: int, of: int) -> Number:
    if is_flag_safe(number, of):
        return Number(number)
    return Number(None, "too few to show")


def checks(material: Material) -> tuple[Check, ...]:
    """The totals by what they are made of; each must add up."""
    received = material.received
    fates = Counter(c.respond.fate for c in received)
    due, dated = material.due["respond"], material.dated["respond"]
    came = {id(c) for c in received}
    judged = [c for c in received if c.respond.fate in _TIMED]
    within = {id(c) for c in dated}
    waiting = Counter(c.respond.fate for c in material.open)
    return (
        Check(
            "Received in the period",
            len(received),
            tuple((f.value, fates[f]) for f in Fate if f is not Fate.BEFORE_DAY_ONE),
        ),
        Check(
            "Received, neither set aside nor beyond judging",
            len(judged),
            (
                ("response fell due in the period", sum(id(c) in within for c in judged)),
                ("falls due after it", sum(id(c) not in within for c in judged)),
            ),
        ),
        Check(
            "Response due in the period",
            len(due),
            (
                ("received in it", sum(id(c) in came for c in due)),
                ("carried over from before", sum(id(c) not in came for c in due)),
            ),
        ),
        *(_of_due(material, target) for target in ("acknowledge", "respond")),
        Check(
            "Open at the end",
            sum(waiting.values()),
            tuple((f.value, waiting[f]) for f in (*_OPEN_ORDER, Fate.CANNOT_SAY)),
        ),
    )


_OPEN_ORDER = (Fate.OVERDUE, Fate.NOT_YET_DUE, Fate.FOR_PARENT, Fate.UNCONFIRMED)


def _of_due(material: Material, target: str) -> Check:
    due = material.due[target]
    fates = Counter(outcome(c, target).fate for c in due)
    title = "Acknowledgement due" if target == "acknowledge" else "Response due"
    parts = tuple((f.value, fates[f]) for f in _IN_PERCENT)
    return Check(f"{title}, and what became of it", len(due), parts)
