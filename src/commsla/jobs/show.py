"""One case, or one message that is none, with all that is known of it; it writes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from commsla.core.model import MessageId, Reference, Subject
from commsla.core.school import Config
from commsla.core.story import Alone, Happened, failed_by, story, twins
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
    *,
    as_of: datetime | None = None,
) -> tuple[Judged, tuple[Happened, ...]] | Alone:
    """The story of a case, judged at `now` (aware); a message without a case comes with its kind.

    `as_of` shows an earlier moment instead, as status does. A reference that was given to a mail
    which joined another case since leads to that case. Raises CommslaError for what is not known,
    naming the nearest known reference.
    """
    known = {ref: message for message, ref in ledger.references().items()}
    number = known.get(subject) if isinstance(subject, Reference) else subject.number
    found = judge_all(config, ledger, workdays, as_of or now, by=as_of)
    marks = [m for m in ledger.marks() if as_of is None or m.recorded <= as_of]
    texts = ledger.texts()
    for judged in found.cases:
        case = judged.case
        numbers = {m.id for m in case.messages} | {a.message.id for a in case.answers}
        if number in numbers | {m.id for m in case.handed_over}:
            others = twins(case, (j.case for j in found.cases))
            return judged, story(case, marks, texts, others, ledger.stored(), found.not_tracked)
    for item in found.not_tracked:
        if number in {m.id for m in item.copies}:
            fact = next((texts[m.id] for m in item.copies if m.id in texts), None)
            return Alone(item, failed_by(fact, ledger.messages(item.message.school)))
    if as_of is not None and (isinstance(subject, MessageId) or subject in known):
        raise CommslaError(
            f"{subject} was not known by then.", f"Leave out --as-of: commsla show {subject}"
        )
    if isinstance(subject, Reference):
        raise CommslaError(f"{subject} is no case.", nearest(subject, known))
    raise CommslaError(
        f"{subject} is in no case and not among the mail that came in.",
        "The numbers of messages stand in: commsla status --all",
    )
