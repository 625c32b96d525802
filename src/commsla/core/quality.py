"""How far figures can be trusted: what was not read, not seen, typed by hand or guessed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from commsla.core.calendar import OutOfCalendar
from commsla.core.counted import EMAIL, Fate
from commsla.core.school import Span, Unit
from commsla.core.summary import Gap, Quality
from commsla.core.tally import Material
from commsla.core.words import month_name
from commsla.core.workdays import Workdays

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Reading:
    """What is known of the reading of one mailbox. Local dates.

    `began` is its first poll, `good` the days with a good poll and `noted_from` the first day from which
    they were noted. `sees_replies`: whether the replies to it can be seen.
    """

    school: str
    began: date | None
    good: Collection[date]
    noted_from: date | None
    sees_replies: bool


def gaps(reading: Reading, name: str, workdays: Workdays, span: Span) -> list[Gap]:
    """The stretches of working days in `span` on which a mailbox was not read, and could have been."""
    if reading.noted_from is None or reading.began is None:
        return []
    day = max(span.first, reading.noted_from, reading.began)
    found: list[Gap] = []
    run: list[date] = []
    while day <= span.last:
        try:
            counted = workdays.is_counted(day, Unit.WORKING_DAYS)
        except OutOfCalendar:
            break
        if day in reading.good and run:
            found.append(Gap(name, run[0], run[-1], len(run)))
            run = []
        elif counted and day not in reading.good:
            run.append(day)
        day += _DAY
    return [*found, Gap(name, run[0], run[-1], len(run))] if run else found


def quality(
    material: Material,
    readings: Sequence[Reading],
    found: Sequence[Gap],
    names: Mapping[str, str],
    texts_read: bool,
) -> Quality:
    """The box: sentences, the loudest first."""
    notes = [
        f"{names[school]}: the replies to a mailbox are not visible. Its cases are in no percentage."
        for school in dict.fromkeys(r.school for r in readings if not r.sees_replies)
    ]
    for reading in readings:
        span = material.spans[reading.school]
        if reading.began is None:
            notes.append(f"{names[reading.school]}: a mailbox was never read.")
        elif reading.began > span.first:
            notes.append(
                f"{names[reading.school]}: a mailbox is read since {_said(reading.began)}. What was due "
                "before is in no figure."
            )
    notes += _reading_notes(readings, found, names, material)
    received, due = material.received, material.due["respond"]
    perhaps = sum(c.respond.fate is Fate.UNCONFIRMED for c in due)
    if perhaps:
        notes.append(
            f"{perhaps} of the {len(due)} responses due {'are' if perhaps > 1 else 'is'} perhaps given: "
            "missed, until somebody confirms it."
        )
    guessed = sum(c.acknowledge.provisional or c.respond.provisional for c in received)
    if guessed:
        notes.append(
            f"{guessed} of those received have a provisional date, for want of term dates: neither late "
            "nor in time is claimed of them."
        )
    if not texts_read:
        notes.append("No text is read: every reply of ours counts as a full answer.")
    notes.append(
        "Automatic replies acknowledge nothing. Phone calls, letters and words at the gate are counted where "
        "somebody logged them; parent apps are outside."
        if any(c.channel != EMAIL for c in received)
        else "Automatic replies acknowledge nothing. No phone call, letter or word at the gate was logged; "
        "parent apps are outside."
    )
    return Quality(tuple(notes), tuple(found))


def _reading_notes(
    readings: Sequence[Reading],
    found: Sequence[Gap],
    names: Mapping[str, str],
    material: Material,
) -> list[str]:
    notes = []
    for reading in readings:
        span = material.spans[reading.school]
        start = max(span.first, reading.began or span.first)
        if reading.began and (reading.noted_from is None or reading.noted_from > start):
            until = f"before {_said(reading.noted_from)} " if reading.noted_from else ""
            notes.append(
                f"{names[reading.school]}: on which days mail was read {until}was not noted."
            )
    if not found and not notes and readings:
        notes.append("Mail was read on every working day.")
    elif found:
        notes.append(
            "Mail was not read on every working day (listed below). What came then was read later and counts "
            "from when it came; what was deleted meanwhile is not known."
        )
    return notes


def _said(day: date) -> str:
    return f"{day.day} {month_name(day)} {day.year}"
