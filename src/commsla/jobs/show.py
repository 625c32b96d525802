"""One case, or one message that is none, with all that is known of it; it writes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from commsla.core.case import NotTracked
from commsla.core.model import Reference, Subject
from commsla.core.school import Config
from commsla.core.story import Happened, story, twins
from commsla.core.verdicts import Judged
from commsla.core.workdays import Workdays
from commsla.errors import CommslaError
from commsla.jobs.cases import judge_all
from commsla.jobs.ports import LedgerReader
from commsla.jobs.references import nearest


def show(
    config: Config,
    ledger: LedgerReader,
    workdays: Mapping[str, Workdays],
    now: datetime,
    subject: Subject,
) -> tuple[Judged, tuple[Happened, ...]] | NotTracked:
    """The story of a case, judged at `now` (aware); a message without a case comes with its kind.

    A reference that was given to a mail which joined another case since leads to that case. Raises
    CommslaError for what is not known, naming the nearest known reference.
    """
    known = {ref: message for message, ref in ledger.references().items()}
    number = known.get(subject) if isinstance(subject, Reference) else subject.number
    found = judge_all(config, ledger, workdays, now)
    for judged in found.cases:
        case = judged.case
        numbers = {m.id for m in case.messages} | {a.message.id for a in case.answers}
        if number in numbers | {m.id for m in case.handed_over}:
            others = twins(case, (j.case for j in found.cases))
            return judged, story(case, ledger.marks(), ledger.texts(), others, ledger.stored())
    for item in found.not_tracked:
        if number in {m.id for m in item.copies}:
            return item
    if isinstance(subject, Reference):
        raise CommslaError(f"{subject} is no case.", nearest(subject, known))
    raise CommslaError(
        f"{subject} is in no case and not among the mail that came in.",
        "The numbers of messages stand in: commsla status --all",
    )
