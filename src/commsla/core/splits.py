"""Totals by school, half-term, week, channel, age and such, with small numbers folded away."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from commsla.core.counted import EMAIL, SAFEGUARDING, THANKS, Counted, Fate, How
from commsla.core.definitions import SPLITS
from commsla.core.model import Channel, Kind, Word
from commsla.core.periods import Period
from commsla.core.smallnumbers import Cell, folded_neighbours, folded_others, percent
from commsla.core.summary import Row, Split
from commsla.core.tally import Material, outcome
from commsla.core.words import kind as kind_word
from commsla.core.words import month_name

RUNNING = (
    "shown when the period is over: two copies of a page that is not would give single cases away"
)
TOO_FEW = "not shown: some part is below 5, and the others would give it away"
_ONE_PIECE = "not shown: the calendar does not list every term in two halves"
_AGES = ((0, 2), (3, 5), (6, 10), (11, 20), (21, None))
_LATE = ((0, 1), (2, 5), (6, None))
_CHANNELS = (EMAIL, *(c.value for c in Channel))
_REASONS = (
    *(w.value for w in (Word.NO_REPLY_NEEDED, Word.NOT_FOR_US, Word.DUPLICATE)),
    THANKS,
    SAFEGUARDING,
)
_REASON_LABELS = {Word.DUPLICATE.value: "duplicate", Word.NOT_FOR_US.value: "not for us"} | {
    Word.NO_REPLY_NEEDED.value: "no reply needed"
}
_WEEK = timedelta(days=7)

Label = Callable[[Sequence[int]], str]


@dataclass(frozen=True, slots=True)
class _Axis:
    """The parts of a split: how many there are, and how one or several of them are called."""

    size: int
    label: Label
    ordered: bool = False
    secret: frozenset[int] = frozenset()
    others: str = ""  # what the rest is called; empty: by its parts


def splits(
    material: Material, period: Period, names: Mapping[str, str], until: date, *, is_over: bool
) -> tuple[Split, ...]:
    """Every split that has something to split; `names` are those of the schools by their code.

    Of a period that is not over none is shown.
    """
    received = material.received
    due = material.due
    found: dict[str, Split | None] = {}
    if len(names) > 1:
        codes = list(names)
        axis = _named([names[c] for c in codes])
        by_school = {code: place for place, code in enumerate(codes)}
        found["received.by_school"] = _counts(received, axis, lambda c: by_school[c.school])
        for target, key in (("acknowledge", "acknowledged"), ("respond", "responded")):
            found[f"{key}.by_school"] = _pairs(
                due[target], target, axis, lambda c: by_school[c.school]
            )
        found["open.by_school"] = _counts(material.open, axis, lambda c: by_school[c.school])
    found |= _by_half_term(received, due["respond"], period)
    found |= _by_week(received, due, period, until)
    by_channel = _named(_CHANNELS)
    found["received.by_channel"] = _counts(received, by_channel, _channel)
    found["responded.by_channel"] = _pairs(due["respond"], "respond", by_channel, _channel)
    for target, key in (("acknowledge", "acknowledged"), ("respond", "responded")):
        late = [c for c in due[target] if outcome(c, target).fate is Fate.LATE]
        found[f"{key}.late_by"] = _counts(late, _banded(_LATE, "day"), _place(_LATE, target))
    found["open.by_age"] = _counts(material.open, _banded(_AGES, "working day"), _age)
    aside = [c for c in received if c.respond.fate is Fate.SET_ASIDE]
    found["received.set_aside_by_reason"] = _counts(aside, _reasons(), _reason)
    answered = [c for c in due["respond"] if c.respond.fate in (Fate.MET, Fate.LATE)]
    hows = list(How)
    found["responded.by_evidence"] = _counts(
        answered, _named([h.value for h in hows]), lambda c: hows.index(c.respond.how or How.SEEN)
    )
    found["not_tracked.by_kind"] = _kinds(material.not_tracked)
    shown = ((key, split) for key, split in found.items() if split is not None)
    return tuple(
        _hidden(s, RUNNING) if not is_over else s for s in (_keyed(k, s) for k, s in shown)
    )


def _keyed(key: str, split: Split) -> Split:
    meaning = SPLITS[key]
    return Split(key, meaning.title, meaning.definition, meaning.unit, split.rows, split.why)


def _hidden(split: Split, why: str) -> Split:
    return Split(split.key, split.title, split.definition, split.of, (), why)


# --- cells ----------------------------------------------------------------------------------------


def _counts(cases: Iterable[Counted], axis: _Axis, place: Callable[[Counted], int]) -> Split:
    numbers = Counter(map(place, cases))
    return _split([(numbers[i],) for i in range(axis.size)], axis)


def _pairs(
    cases: Iterable[Counted], target: str, axis: _Axis, place: Callable[[Counted], int]
) -> Split:
    numbers = Counter((place(c), outcome(c, target).fate is Fate.MET) for c in cases)
    return _split([(numbers[i, True], numbers[i, False]) for i in range(axis.size)], axis)


def _split(parts: Sequence[tuple[int, ...]], axis: _Axis) -> Split:
    cells = [Cell((i,), part, i in axis.secret) for i, part in enumerate(parts)]
    if not any(c.total for c in cells):
        return Split("", "", "", "", (), "nothing to split")
    found = folded_neighbours(cells) if axis.ordered else folded_others(cells)
    if found is None:
        return Split("", "", "", "", (), TOO_FEW)
    whole = sum(c.total for c in cells)
    return Split("", "", "", "", tuple(_row(c, axis, whole) for c in found))


def _row(cell: Cell, axis: _Axis, whole: int) -> Row:
    label = axis.label(cell.members)
    if len(cell.parts) == 1:
        return Row(label, cell.total, None, percent(cell.total, whole))
    met = cell.parts[0]
    return Row(label, cell.total, met, percent(met, cell.total))


# --- axes -----------------------------------------------------------------------------------------


def _named(names: Sequence[str]) -> _Axis:
    def label(members: Sequence[int]) -> str:
        said = ", ".join(names[m] for m in members)
        return said if len(members) == 1 else f"others together: {said}"

    return _Axis(len(names), label)


def _banded(bands: Sequence[tuple[int, int | None]], unit: str) -> _Axis:
    def label(members: Sequence[int]) -> str:
        low, high = bands[members[0]][0], bands[members[-1]][1]
        if high is None:
            return f"over {low - 1} {unit}s" if low else "any"
        if not low:
            return f"up to {high} {unit}{'s' * (high != 1)}"
        return f"{low} to {high} {unit}s"

    return _Axis(len(bands), label, ordered=True)


def _band(bands: Sequence[tuple[int, int | None]], number: int) -> int:
    return next(i for i, (_, high) in enumerate(bands) if high is None or number <= high)


def _place(bands: Sequence[tuple[int, int | None]], target: str) -> Callable[[Counted], int]:
    return lambda c: _band(bands, outcome(c, target).late_by)


def _age(case: Counted) -> int:
    days = case.age
    return len(_AGES) - 1 if days is None else _band(_AGES, days)


def _channel(case: Counted) -> int:
    return _CHANNELS.index(case.channel)


def _reason(case: Counted) -> int:
    return _REASONS.index(case.set_aside)


def _reasons() -> _Axis:
    def label(members: Sequence[int]) -> str:
        if len(members) > 1:
            return "all other reasons together"
        return _REASON_LABELS.get(_REASONS[members[0]], _REASONS[members[0]])

    return _Axis(len(_REASONS), label, secret=frozenset({_REASONS.index(SAFEGUARDING)}))


def _kinds(numbers: Mapping[str, int]) -> Split:
    kinds = [k.value for k in Kind if k.value in numbers]
    axis = _named([kind_word(Kind(k), 2) for k in kinds])
    return _split([(numbers[k],) for k in kinds], axis)


def _by_half_term(
    received: Sequence[Counted], due: Sequence[Counted], period: Period
) -> dict[str, Split | None]:
    keys = sorted({p.key for ps in period.halves.values() for p in ps}, key=_order(period))
    if len(keys) < 2:
        return {}
    places = {code: [(p.span, keys.index(p.key)) for p in ps] for code, ps in period.halves.items()}

    def place(school: str, day: date) -> int:
        return next((i for s, i in places[school] if s.first <= day <= s.last), -1)

    axis = _Axis(len(keys), lambda ms: " and ".join(keys[m].name for m in ms), ordered=True)
    came = [place(c.school, c.received) for c in received]
    fell = [place(c.school, c.respond.due) for c in due if c.respond.due]
    if -1 in came or -1 in fell:
        hidden = Split("", "", "", "", (), _ONE_PIECE)
        return {"received.by_half_term": hidden, "responded.by_half_term": hidden}
    numbers, pairs = Counter(came), Counter(
        zip(fell, (c.respond.fate is Fate.MET for c in due), strict=True)
    )  # fmt: skip
    return {
        "received.by_half_term": _split([(numbers[i],) for i in range(axis.size)], axis),
        "responded.by_half_term": _split(
            [(pairs[i, True], pairs[i, False]) for i in range(axis.size)], axis
        ),
    }


def _order(period: Period) -> Callable[[object], date]:
    first: dict[object, date] = {}
    for piece in (p for ps in period.halves.values() for p in ps):
        first.setdefault(piece.key, piece.span.first)
    return lambda key: first[key]


def _by_week(
    received: Sequence[Counted],
    due: Mapping[str, Sequence[Counted]],
    period: Period,
    until: date,
) -> dict[str, Split | None]:
    monday = period.first - timedelta(days=period.first.weekday())
    weeks = (until - monday).days // 7 + 1

    def label(members: Sequence[int]) -> str:
        first, last = (monday + _WEEK * m for m in (members[0], members[-1]))
        if first == last:
            return f"week of {_said(first)}"
        return f"weeks of {_said(first)} to {_said(last)}"

    axis = _Axis(max(weeks, 1), label, ordered=True)

    def of(day: date | None) -> int:
        return ((day or monday) - monday).days // 7

    return {
        "received.by_week": _counts(received, axis, lambda c: of(c.received)),
        "acknowledged.by_week": _pairs(
            due["acknowledge"], "acknowledge", axis, lambda c: of(c.acknowledge.due)
        ),
        "responded.by_week": _pairs(due["respond"], "respond", axis, lambda c: of(c.respond.due)),
    }


def _said(day: date) -> str:
    return f"{day.day} {month_name(day)[:3]} {day.year}"
