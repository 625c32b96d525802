"""Counted cases -> a table, one row a case: by reference for the head, or with nothing that names one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from commsla.core.counted import SAFEGUARDING, Counted, Fate, Outcome
from commsla.core.summary import Column, Frame, Reader, Table, Value
from commsla.core.tally import Material, is_in_percent

_HEAD = (
    "For one reader, the head. References lead to families: do not pass this on, do not put it in a pack. "
    "What is about safeguarding is not in it."
)
_DATA = (
    "No names, addresses, subjects or references, but one row is one family's matter: not for publication. "
    "What is about safeguarding is not in it."
)
_STATE = "; ".join(f.value for f in Fate)
_COUNTS = (
    "Whether it is one of those due: its date fell in the period and is past, and it can be judged."
)


def _target(key: str, title: str, done: str) -> tuple[Column, ...]:
    return (
        Column(f"{key}_due", f"{title} due", "The last day of the target.", "date"),
        Column(f"{key}_counts", f"{title} counts", _COUNTS, "yes/no"),
        Column(f"{key}_state", title, f"One of: {_STATE}."),
        Column(
            f"{key}_done", done, "The day on which it was; empty while it is not known.", "date"
        ),
        Column(
            f"{key}_days",
            f"{title}, working days",
            "Working days from the day it came until that day, or until the end of what is counted.",
            "whole",
        ),
        Column(
            f"{key}_late_by", f"{title} late by", "Days of the promise after its date.", "whole"
        ),
    )


_COLUMNS = (
    Column("school", "School", "Which school answers it."),
    Column("channel", "Channel", "e-mail, or how it came that was logged by hand."),
    Column("received", "Received", "The day on which it came; day 0.", "date"),
    Column("week", "Week", "The Monday of that week.", "date"),
    Column(
        "counts_as_received", "Came in the period", "Whether it is one of those received.", "yes/no"
    ),
    *_target("acknowledge", "Acknowledge", "Acknowledged"),
    *_target("respond", "Respond", "Responded"),
    Column("how_known", "How known", "How the response is known."),
    Column("asked_again", "Asked again", "Mails of the parent before we responded.", "whole"),
    Column("wrote_again", "Wrote again", "Whether it follows an answered case.", "yes/no"),
    Column("set_aside", "Set aside", "Why it is in no target."),
    Column(
        "provisional", "Provisional", "Whether a date was worked out without term dates.", "yes/no"
    ),
)
_BY_REFERENCE = (
    Column("reference", "Reference", "What to type: commsla show N42"),
    Column("owner", "For", "The role that sees to it."),
)
_NOTHING: dict[str, Value] = {"text": "", "whole": -1, "date": date.min, "yes/no": False}
_ORDER = list(Fate)
_URGENT = (Fate.OVERDUE, Fate.UNCONFIRMED, Fate.FOR_PARENT, Fate.NOT_YET_DUE, Fate.LATE)


def case_table(reader: Reader, frame: Frame, names: Mapping[str, str], material: Material) -> Table:
    """The cases that came or fell due in the period, or are open at its end; `names` are the schools'.

    For the head what is overdue stands first, then what waits, then what was late.
    """
    came = {id(c) for c in material.received}
    acknowledge = {id(c) for c in material.dated["acknowledge"]}
    respond = {id(c) for c in material.dated["respond"]}
    cases = [
        c
        for c in material.cases
        if c.set_aside != SAFEGUARDING
        and (id(c) in came or id(c) in acknowledge or id(c) in respond or c.is_open)
    ]
    rows = [
        (
            c,
            (
                names[c.school],
                c.channel,
                c.received,
                c.received - timedelta(days=c.received.weekday()),
                id(c) in came,
                *_values(c.acknowledge, dated=id(c) in acknowledge),
                *_values(c.respond, dated=id(c) in respond),
                c.respond.how.value if c.respond.how else "",
                c.chasers,
                c.wrote_again,
                c.set_aside,
                c.acknowledge.provisional or c.respond.provisional,
            ),
        )
        for c in cases
    ]
    if reader is Reader.HEAD:
        rows.sort(
            key=lambda pair: (_rank(pair[0]), pair[0].respond.due or date.max, _number(pair[0]))
        )
        listed: Iterable[tuple[Value, ...]] = ((c.reference, c.owner, *row) for c, row in rows)
        return Table(reader, frame, _HEAD, (*_BY_REFERENCE, *_COLUMNS), tuple(listed))
    nothing = [_NOTHING[c.kind] for c in _COLUMNS]

    def by_what_it_says(pair: tuple[Counted, tuple[Value, ...]]) -> list[Value]:
        return [n if v is None else v for v, n in zip(pair[1], nothing, strict=True)]

    rows.sort(key=by_what_it_says)  # never in the order of the references
    return Table(reader, frame, _DATA, _COLUMNS, tuple(row for _, row in rows))


def _values(one: Outcome, *, dated: bool) -> tuple[Value, ...]:
    return (
        one.due,
        dated and is_in_percent(one),
        one.fate.value,
        one.done,
        one.days,
        one.late_by if one.fate is Fate.LATE else None,
    )


def _rank(case: Counted) -> int:
    fate = case.respond.fate
    return _URGENT.index(fate) if fate in _URGENT else len(_URGENT) + _ORDER.index(fate)


def _number(case: Counted) -> tuple[str, int]:
    letters = case.reference.rstrip("0123456789")
    return letters, int(case.reference[len(letters) :] or 0)
