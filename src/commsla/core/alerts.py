"""plan(cases, already said, now) -> who is told what now, and why nobody else is; it sends nothing.

What is said is given back as records, which the caller keeps as long as the case is open.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from commsla.core.digests import Digest, HandedOver, Part, Plan, Said
from commsla.core.guarding import is_safeguarding
from commsla.core.school import School
from commsla.core.telling import Desk
from commsla.core.today import SchoolLine
from commsla.core.verdicts import Judged
from commsla.core.workdays import Workdays

_HANDED_OVER = timedelta(days=7)  # what was marked before is no news to who is named only now
_REFUSED = "the mail server refused this address today; it is tried again on another day"


def plan(
    cases: Iterable[Judged],
    schools: Sequence[School],
    workdays: Mapping[str, Workdays],
    said: Iterable[Said],
    now: datetime,
    *,
    handed_over: Iterable[HandedOver] = (),
    refused: Collection[str] = (),
    notes: Mapping[str, str] | None = None,
    lines: Mapping[str, SchoolLine] | None = None,
) -> Plan:
    """One digest at most for each recipient of these schools, at `now` (aware).

    `refused` are addresses that the mail server refused today; `notes` are sentences by school code
    that stand in a digest which goes anyway. `lines` say by school code what is read and how much is
    open; without them nobody hears that all is quiet, or that a mailbox is not read.
    """
    own: dict[str, list[Judged]] = {s.code: [] for s in schools}
    for judged in sorted(cases, key=_urgency):
        if judged.case.school in own and not is_safeguarding(judged.case):
            own[judged.case.school].append(judged)
    known: dict[str, list[Said]] = {}
    for one in said:
        known.setdefault(one.recipient, []).append(one)
    marked = [h for h in handed_over if now - h.recorded < _HANDED_OVER]
    digests, silences = [], []
    for folded, written in _addresses(schools).items():
        parts: list[Part] = []
        news: list[Said] = []
        for school in schools:
            for recipient in school.alerts:
                if recipient.address.casefold() != folded:
                    continue
                told = known.get(folded, [])
                desk = Desk(school, recipient, workdays[school.code], now, told, marked)
                if folded in refused:
                    silences.append(desk.silent(None, _REFUSED))
                    continue
                note, line = (notes or {}).get(school.code, ""), (lines or {}).get(school.code)
                part, about, quiet = desk.part(own[school.code], note, line)
                silences += quiet
                news += about
                if about:
                    parts.append(part)
        if parts:
            digests.append(Digest(written, tuple(parts), tuple(news)))
    return Plan(tuple(digests), tuple(silences))


def _addresses(schools: Sequence[School]) -> dict[str, str]:
    """In small letters -> as the config writes it first."""
    found: dict[str, str] = {}
    for school in schools:
        for recipient in school.alerts:
            found.setdefault(recipient.address.casefold(), recipient.address)
    return found


def _urgency(judged: Judged) -> tuple[float, int]:
    owed = judged.next
    due = owed.deadline.instant.timestamp() if owed and owed.deadline else float("inf")
    return due, judged.case.opener.id
