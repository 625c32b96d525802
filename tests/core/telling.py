"""An office that is told of its cases run after run, for the tests of alerts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from commsla.core.alerts import plan
from commsla.core.digests import Digest, HandedOver, Plan, Said
from commsla.core.model import Reference
from commsla.core.recipients import Recipient, Stage
from commsla.core.school import Mailbox, PasswordSource, School
from commsla.core.verdicts import Judged
from tests.core.calendars import OFFICE, WINTER, winter
from tests.core.judging import POLICY, at, case, london

DAYS = winter()


def school(*alerts: Recipient, code: str = "oak", name: str = "Oak") -> School:
    address = f"office@{code}.example"
    box = Mailbox(address, "imap.example", 993, address, PasswordSource(file="x"))
    return School(
        code, code[0].upper(), name, "", "England", (f"{code}.example",), (address,), (box,),
        (POLICY,), OFFICE, (WINTER,), (), alerts,
    )  # fmt: skip


OFFICE_OAK = Recipient("office", "office@oak.example", subjects=True)
HEAD = Recipient("head", "head@oak.example", frozenset({Stage.ESCALATE}), escalate_after=3)


def numbered(judged: Iterable[Judged]) -> list[Judged]:
    """With references and message numbers from 1."""
    return [
        replace(
            j,
            case=replace(j.case, reference=Reference("N", n), opener=replace(j.case.opener, id=n)),
        )
        for n, j in enumerate(judged, 1)
    ]


class Desk:
    """What was told is remembered from run to run."""

    def __init__(self, *schools: School) -> None:
        self.schools: Sequence[School] = schools or (school(OFFICE_OAK),)
        self.said: list[Said] = []
        self.days = {s.code: DAYS for s in self.schools}

    def look(
        self,
        now: str | datetime,
        *cases: Judged,
        handed_over: Iterable[HandedOver] = (),
        refused: Iterable[str] = (),
        notes: Mapping[str, str] | None = None,
    ) -> Plan:
        moment = london(now) if isinstance(now, str) else now
        return plan(
            numbered(cases), self.schools, self.days, self.said, moment,
            handed_over=handed_over, refused=frozenset(refused), notes=notes,
        )  # fmt: skip

    def run(self, now: str, *received: str) -> list[str]:
        """Tell of enquiries received then; `N1 acknowledge: overdue` for each thing that is told."""
        found = self.look(now, *(at(now, case(received=r)) for r in received))
        for digest in found.digests:
            self.said += digest.said
        return told(found)

    def why(self, now: str, *cases: Judged) -> list[str]:
        return [s.why for s in self.look(now, *cases).silences]


def told(found: Plan) -> list[str]:
    return [line for digest in found.digests for line in lines(digest)]


def lines(digest: Digest) -> list[str]:
    return [
        f"{line.judged.case.reference} {target.value}: {stage.value}"
        for part in digest.parts
        for line in part.lines
        for target, stage in line.stages
    ] + [f"{n} {t.value} {d}" for part in digest.parts for d, t, n in part.forecast]


def every(minutes: int, first: str, last: str) -> Iterable[datetime]:
    moment, end = london(first), london(last)
    while moment <= end:
        yield moment
        moment += timedelta(minutes=minutes)
