"""Counted cases -> the one summary that every format reads; what is too few is left out here, once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from commsla.core.definitions import FIGURES
from commsla.core.periods import Period
from commsla.core.school import DueBy, Policy, Receipt, School
from commsla.core.splits import TOO_FEW, splits
from commsla.core.summary import Figure, Frame, PolicyText, Quality, Split, Summary
from commsla.core.tally import Material, Number, checks, tally

_ALONE = "not shown for one school of several: the page of all together would give the others away"
# What the page of one school may show, and the split by school that must show it already.
_BY_SCHOOL = {
    "received.total": "received.by_school",
    "acknowledged.due": "acknowledged.by_school",
    "acknowledged.met": "acknowledged.by_school",
    "acknowledged.missed": "acknowledged.by_school",
    "acknowledged.percent": "acknowledged.by_school",
    "responded.due": "responded.by_school",
    "responded.met": "responded.by_school",
    "responded.missed": "responded.by_school",
    "responded.percent": "responded.by_school",
    "open.total": "open.by_school",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """Which page is wanted: `names` are the schools by code, of all; `chosen` the codes on the page."""

    frame: Frame
    period: Period
    names: Mapping[str, str]
    chosen: tuple[str, ...]

    @property
    def is_part(self) -> bool:
        """Whether only some of several schools are on it."""
        return len(self.chosen) < len(self.names)


def summarise(
    asked: Asked,
    material: Material,
    last_year: Material | None,
    policies: Sequence[PolicyText],
    box: Quality,
) -> Summary:
    """The page. `material` is of every school, whichever were chosen, `last_year` of the chosen ones.

    What is shown of some schools is only what the page of all shows of them: the difference of the two
    is no secret then.
    """
    frame = asked.frame
    if asked.is_part:
        return _of_part(asked, material, policies, box)
    numbers = tally(material)
    before = tally(last_year) if last_year else {}
    return Summary(
        frame,
        tuple(policies),
        _sentences(numbers),
        tuple(_figure(key, number, before.get(key)) for key, number in numbers.items()),
        splits(material, asked.period, asked.names, frame.until, is_over=frame.is_over),
        checks(material),
        box,
    )


def _of_part(
    asked: Asked, material: Material, policies: Sequence[PolicyText], box: Quality
) -> Summary:
    whole = splits(
        material, asked.period, asked.names, asked.frame.until, is_over=asked.frame.is_over
    )
    shown = {s.key: {row.label for row in s.rows} for s in whole}
    chosen = {asked.names[code] for code in asked.chosen}
    own = [c for c in material.cases if c.school in asked.chosen]
    numbers = {
        key: number
        if chosen <= shown.get(_BY_SCHOOL.get(key, ""), set())
        else Number(None, TOO_FEW if key in _BY_SCHOOL else _ALONE)
        for key, number in tally(Material(own, material.spans)).items()
    }
    return Summary(
        asked.frame,
        tuple(policies),
        _sentences(numbers),
        tuple(_figure(key, number, None) for key, number in numbers.items()),
        tuple(Split(s.key, s.title, s.definition, s.of, (), _ALONE) for s in whole),
        (),
        box,
    )


def _figure(key: str, number: Number, before: Number | None) -> Figure:
    meaning = FIGURES[key]
    return Figure(
        key,
        meaning.title,
        meaning.definition,
        meaning.unit,
        number.value,
        number.why,
        number.at_least,
        before.value if before else None,
        before.at_least if before else False,
    )


# --- sentences ----------------------------------------------------------------------------------


def _sentences(numbers: Mapping[str, Number]) -> tuple[str, ...]:
    """One plain sentence for each of the promises, and one for what is open."""
    found = [
        sentence
        for key, done in (("acknowledged", "acknowledged"), ("responded", "answered in full"))
        if (sentence := _kept(numbers, key, done))
    ]
    median, ninth = numbers["responded.days.median"], numbers["responded.days.p90"]
    if median.value is not None and ninth.value is not None:
        n = numbers["responded.days.n"].value
        n = numbers["responded.days.n"].value
        found.append(f"{_half(median)}; {_nine(ninth)} (n = {n}; what is open counts as waiting).")
    if (total := numbers["open.total"].value) is not None:
        overdue = numbers["open.overdue"].value
        late = (
            f", {overdue} of them past {'its' if overdue == 1 else 'their'} date" if overdue else ""
        )
        found.append(f"{total} {'is' if total == 1 else 'are'} open{late}.")
    return tuple(found)


def _kept(numbers: Mapping[str, Number], key: str, done: str) -> str:
    due, met = numbers[f"{key}.due"].value, numbers[f"{key}.met"].value
    share = numbers[f"{key}.percent"].value
    if due is None or met is None:
        return ""
    if not due:
        return f"Nothing was due to be {done}."
    said = f" ({share} %)" if share is not None else ""
    return f"{met} of the {due} that were due were {done} within the time that we aim for{said}."


def _half(number: Number) -> str:
    if number.at_least:
        return f"How long half of them took cannot be said yet: more than {_days(number)}"
    return f"Half were answered within {_days(number)}"


def _nine(number: Number) -> str:
    if number.at_least:
        return f"how long nine in ten took cannot be said yet: more than {_days(number)}"
    return f"nine in ten within {_days(number)}"


def _days(number: Number) -> str:
    return f"{number.value} working day{'s' * (number.value != 1)}"


# --- policies -----------------------------------------------------------------------------------


def policy_texts(
    schools: Iterable[School], spans: Mapping[str, tuple[date, date]]
) -> tuple[PolicyText, ...]:
    """Every promise in force on some day of the period, the earliest first; `spans` by school code."""
    held: dict[Policy, list[str]] = {}
    for school in schools:
        first, last = spans[school.code]
        for policies in {school.policies, *(m.policies for m in school.mailboxes if m.policies)}:
            before = [p for p in policies if p.since <= first]
            inside = [p for p in policies if first < p.since <= last]
            for policy in [*(before[-1:] or policies[:1]), *inside]:
                held.setdefault(policy, [])
                if school.name not in held[policy]:
                    held[policy].append(school.name)
    ordered = sorted(held, key=lambda p: (p.since, p.name, str(p.acknowledge), str(p.respond)))
    return tuple(_policy(p, held[p]) for p in ordered)


def _policy(policy: Policy, schools: Sequence[str]) -> PolicyText:
    rules = policy.rules
    same_day = rules.receipt is Receipt.SAME_DAY
    if isinstance(rules.due_by, DueBy):
        until = "midnight" if rules.due_by is DueBy.END_OF_DAY else "the office closes"
    else:
        until = f"{rules.due_by:%H:%M}"
    return PolicyText(
        policy.name,
        tuple(schools),
        None if policy.since == date.min else policy.since,
        str(policy.acknowledge),
        str(policy.respond),
        (
            "The day on which a message comes is day 0."
            if same_day
            else "Day 0 is the day on which a message comes, of mail after hours the next working day.",
            f"A target is met until {until} of its last day.",
            "Working days are those on which staff are in, INSET days "
            f"{'among them' if rules.inset_counts else 'left out'}; holidays do not count.",
        ),
    )
