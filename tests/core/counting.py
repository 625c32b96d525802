"""The hand-counted half-term of tests/answers/figures.toml as cases, judged and counted by the real code."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from commsla.core.calendar import build_days
from commsla.core.case import AskedBack, Case, Done, Evidence
from commsla.core.counted import Counted, as_it_stood, counted
from commsla.core.figures import Asked, policy_texts, summarise
from commsla.core.model import Kind, Mark, Meaning, Message, Reference, Role, Word
from commsla.core.periods import Period, pieces
from commsla.core.quality import Reading, gaps, quality
from commsla.core.school import Mailbox, PasswordSource, School, SchoolYear, Span
from commsla.core.summary import Frame, Summary
from commsla.core.tally import Material
from commsla.core.verdicts import verdicts_on
from commsla.core.workdays import Workdays
from tests.core.calendars import BANK_HOLIDAYS, OFFICE, WINTER, winter
from tests.core.judging import POLICY, london

ANSWERS: dict[str, Any] = tomllib.loads(
    (Path(__file__).parents[1] / "answers" / "figures.toml").read_text("utf-8")
)
NAMES = {"oak": "Oak", "elm": "Elm", "fir": "Fir"}
_CODES = {"O": "oak", "E": "elm", "F": "fir"}
SPAN = Span(date(2025, 10, 25), date(2025, 12, 19))
PERIOD = Period(
    "Autumn 2025, second half",
    dict.fromkeys(NAMES, SPAN),
    {c: tuple(p for p in pieces([WINTER]) if p.span == SPAN) for c in ("oak", "elm")},
)
END = london("2025-12-20 00:00")
LOOKED = datetime(2026, 1, 14, 9, 0, tzinfo=UTC)
_PART = SchoolYear("2025-26", (*WINTER.terms[:1], Span(date(2025, 11, 3), date(2025, 12, 5))))
DAYS = {
    "oak": winter(),
    "elm": winter(),
    "fir": Workdays(build_days([_PART], BANK_HOLIDAYS, []), OFFICE),
}
DAY_ONE = {
    "oak": london("2025-09-10 08:00"),
    "elm": london("2025-11-05 08:00"),
    "fir": london("2025-09-10 08:00"),
}


def schools() -> tuple[School, ...]:
    """The three of them."""
    box = Mailbox("", "", 0, "", PasswordSource())
    return tuple(
        School(c, c[0].upper(), n, "", "England", (), (), (replace(box, address=f"o@{c}.example"),),
               (POLICY,), OFFICE, (WINTER,))
        for c, n in NAMES.items()
    )  # fmt: skip


def _at(day: str, hour: str = "11:00") -> datetime:
    return london(f"{day} {hour}").astimezone(UTC)


def made(row: dict[str, Any], number: int) -> Case:
    """One line of the answer file."""
    code = _CODES[row["ref"][0]]
    by = row.get("by")
    opener = Message(
        code,
        f"o@{code}.example",
        "" if by else "INBOX",
        Role.LOGGED if by else Role.INBOX,
        1,
        number,
        _at(row["came"], "10:00"),
        id=number,
        signs=(("Channel", by),) if by else (),
    )
    found = Case(
        opener,
        Kind.ENQUIRY,
        reference=Reference(row["ref"][0], int(row["ref"][1:])),
        messages=(opener,),
        chased=tuple(_at(day) for day in row.get("chased", ())),
    )
    first: Done | None = None
    for word, how in (
        ("held", Evidence.SEEN),
        ("full", Evidence.SEEN),
        ("vouched", Evidence.VOUCHED),
    ):
        if word in row:
            done = Done(_at(row[word]), how, "replied by e-mail")
            first = first or done
            if word != "held":
                found = replace(found, responded=done)
    if "called" in row:
        on, typed = row["called"]
        first = Done(_at(on), Evidence.RECORDED, "called", _at(typed, "16:00"))
        found = replace(found, responded=first)
    if "asked" in row:
        asked, *answered = row["asked"]
        first = Done(_at(asked), Evidence.SEEN, "replied by e-mail")
        back = AskedBack(first, _at(answered[0]) if answered else None)
        found = replace(found, asked_back=(back,))
    if "flag" in row:
        done = Done(_at(row["flag"]), Evidence.INFERRED, "the mail program says it was replied to")
        found = replace(found, inferred=done)
    if "aside" in row:
        at = _at(row["came"], "15:00")
        found = replace(found, excluded=Mark(number, Word(row["aside"]), at, at))
    if row.get("thanks"):
        found = replace(found, proposal=Meaning.CLOSER, wrote_again=True)
    return replace(found, acknowledged=first)


def rows(cases: list[dict[str, Any]] | None = None, moment: datetime = END) -> list[Counted]:
    """The cases that came by a moment, as they stood then."""
    found = []
    for number, row in enumerate(cases if cases is not None else ANSWERS["cases"], 1):
        case = made(row, number)
        if case.received < moment:
            code = case.school
            stood = as_it_stood(case, moment)
            verdicts = verdicts_on(stood, POLICY, DAYS[code], moment, DAY_ONE[code])
            found.append(counted(stood, verdicts, POLICY, DAYS[code], moment, DAY_ONE[code]))
    return found


def summary(cases: list[dict[str, Any]] | None = None, *, chosen: tuple[str, ...] = ()) -> Summary:
    """The page of the period."""
    chosen = chosen or tuple(NAMES)
    material = Material(rows(cases), PERIOD.spans, ANSWERS["not_tracked"])
    names = tuple(NAMES[c] for c in chosen)
    frame = Frame(PERIOD.name, names, SPAN.first, SPAN.last, SPAN.last, True, LOOKED, "1.0")
    readings = [Reading(c, DAY_ONE[c].date(), (), None, True) for c in chosen]
    found = [g for r in readings for g in gaps(r, NAMES[r.school], DAYS[r.school], SPAN)]
    box = quality(material, readings, found, NAMES, texts_read=True)
    span = dict.fromkeys(NAMES, (SPAN.first, SPAN.last))
    texts = policy_texts([s for s in schools() if s.code in chosen], span)
    return summarise(Asked(frame, PERIOD, NAMES, chosen), material, None, texts, box)
