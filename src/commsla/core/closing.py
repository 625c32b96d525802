"""What closing or opening a day changes, in sentences; it changes nothing itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from commsla.core import words
from commsla.core.calendar import Day, SchoolDays
from commsla.core.school import Config, DayKind, Override, School

_WEEKEND = 5


@dataclass(frozen=True, slots=True)
class Step:
    """One day of one school: `entry` is what is written, None where nothing needs to change."""

    school: School
    was: Day
    entry: Override | None
    sentence: str


@dataclass(frozen=True, slots=True)
class Wish:
    """What was typed: the days of a closure or an opening, with its reason and when it was entered."""

    days: Sequence[date]
    reason: str
    entered: datetime  # local
    closed: bool
    pupils: bool = False  # where it opens: pupils are in, too


def plan(
    wish: Wish,
    schools: Sequence[School],
    now: Mapping[str, SchoolDays],
    plain: Mapping[str, SchoolDays],
    today: date,
) -> list[Step]:
    """What each school and day needs.

    `now` is the calendar as it stands, `plain` without single days that were changed: a snow day that
    is opened again is a school day again. Raises OutOfCalendar for a day that no table covers.
    """
    steps = []
    for school in schools:
        for day in wish.days:
            was = now[school.code].day(day)
            step = _step(wish, school, was, plain[school.code].day(day).kind, today)
            # Of a range of days nobody wants to read that its weekends are closed already.
            if step.entry is None and len(wish.days) > 1 and day.weekday() >= _WEEKEND:
                continue
            steps.append(step)
    return steps


def _step(wish: Wish, school: School, was: Day, usual: DayKind, today: date) -> Step:
    shown = words.day(was.date, today)
    if wish.closed:
        kind = DayKind.CLOSED
        done = was.kind is DayKind.CLOSED
        told = f"{school.name} is closed on {shown}"
    else:
        pupils = wish.pupils or usual is DayKind.SCHOOL
        kind = DayKind.SCHOOL if pupils else DayKind.OFFICE
        done = was.kind in (kind, DayKind.SCHOOL)
        told = f"{school.name} is open on {shown}{', with pupils' if pupils else ''}"
    if done:
        state = "closed" if wish.closed else "open"
        why = was.reason.removeprefix(f"{state}: ")
        return Step(school, was, None, f"{school.name} is {state} on {shown} already ({why}).")
    entry = Override(was.date, kind, wish.reason, None, wish.entered)
    return Step(school, was, entry, f"{told} ({wish.reason}). {what_it_was(was)}")


def what_it_was(day: Day) -> str:
    """`It was a school day.`, `It was closed: half term.`"""
    if day.provisional:
        return "It was a weekday without known term dates."
    if day.reason == "school day":
        return "It was a school day."
    if day.reason == "INSET":
        return "It was an INSET day."
    return f"It was {_why(day)}."


def _why(day: Day) -> str:
    if day.kind is DayKind.CLOSED and not day.reason.startswith("closed: "):
        return f"closed: {day.reason}"
    return day.reason


def entries_by_owner(
    steps: Sequence[Step], schools: Sequence[School]
) -> list[tuple[str | None, list[Override]]]:
    """The entries to write, each list with the school that it belongs to; None is all schools.

    A day that changes at every school of the config is written once, for all.
    """
    changed: dict[date, dict[str, Override]] = {}
    for step in steps:
        if step.entry is not None:
            changed.setdefault(step.entry.date, {})[step.school.code] = step.entry
    shared: list[Override] = []
    own: dict[str, list[Override]] = {}
    for by_school in changed.values():
        entries = list(by_school.values())
        if len(by_school) == len(schools) > 1 and len({e.kind for e in entries}) == 1:
            shared.append(entries[0])
        else:
            for code, entry in by_school.items():
                own.setdefault(code, []).append(entry)
    everybody: list[tuple[str | None, list[Override]]] = [(None, shared)] if shared else []
    return [*everybody, *own.items()]


def differences(before: Config, after: Config, today: date) -> list[str]:
    """What is different between two states of a config's calendar, in sentences."""
    told = []
    was = {s.code: s for s in before.schools}
    for school in after.schools:
        old = was.get(school.code)
        if old is None:
            continue
        gone = {o.date: o for o in old.overrides if o not in school.overrides}
        back = {o.date: o for o in school.overrides if o not in old.overrides}
        for day in sorted({*gone, *back}):
            shown = words.day(day, today)
            if day in back:
                told.append(
                    f"{school.name}, {shown}: {_state(back[day])} again ({back[day].reason})."
                )
            else:
                told.append(
                    f"{school.name}, {shown}: no longer {_state(gone[day])} ({gone[day].reason})."
                )
        years = {y.name: y for y in old.years}
        names = {y.name for y in school.years}
        told += [f"{school.name}: the dates of {n} are out again." for n in years if n not in names]
        told += [
            f"{school.name}: the dates of {y.name} are again what they were."
            for y in school.years
            if years.get(y.name) != y
        ]
    return told


def _state(override: Override) -> str:
    return "closed" if override.kind is DayKind.CLOSED else "open"


@dataclass(frozen=True, slots=True)
class Moved:
    """One owed deadline that a change moves."""

    reference: str
    target: str
    before: date
    after: date


def moved_sentence(moved: Sequence[Moved], today: date) -> str:
    """`3 open deadlines move, the earliest (N42, respond) from Fri 15 Jan to Mon 18 Jan.`"""
    if not moved:
        return "No open deadline moves."
    first = moved[0]
    way = f"from {words.day(first.before, today)} to {words.day(first.after, today)}"
    if len(moved) == 1:
        return f"1 open deadline moves ({first.reference}, {first.target}) {way}."
    return (
        f"{len(moved)} open deadlines move, the earliest ({first.reference}, {first.target}) {way}."
    )
