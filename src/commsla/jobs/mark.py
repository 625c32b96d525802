"""Records what people did about cases: by reference, all of them or none; nothing is ever deleted."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from commsla.core.clean import clean
from commsla.core.local import local_date
from commsla.core.marks import Marked, effective
from commsla.core.model import (
    Case,
    Mark,
    Reference,
    Word,
)
from commsla.core.school import (
    Config,
)
from commsla.core.when import read_when
from commsla.core.words import moment
from commsla.core.workdays import Workdays
from commsla.errors import CommslaError, UsageError
from commsla.jobs.cases import judge_all
from commsla.jobs.ports import LedgerWriter
from commsla.jobs.references import nearest

_LONGEST_NOTE = 500
_HAS_TIME = re.compile(r"\d{1,2}[:.]\d{2}(?!\d|[.:/-])|\d ?[ap]m\b", re.IGNORECASE)


def mark(
    config: Config,
    ledger: LedgerWriter,
    workdays: Mapping[str, Workdays],
    now: datetime,
    *,
    references: Sequence[Reference],
    word: Word,
    at: str | None,
    note: str,
    by: str,
) -> list[Marked]:
    """Record `word` on the cases of these references, at `at` as typed (default: now).

    Raises UsageError or CommslaError with one sentence, and then nothing was recorded: an unknown
    reference (with the nearest known one), a time in the future or before the mail came, an undo
    where there is nothing to undo.
    """
    given = _when(at, now)
    with ledger.transaction():
        known = {ref: message for message, ref in ledger.references().items()}
        _refuse_unknown(references, known)
        before = judge_all(config, ledger, workdays, now)
        received = {
            m.id: m.received for j in before.cases for m in (*j.case.messages, j.case.opener)
        }
        standing = {m.id: j.case for j in before.cases for m in (*j.case.messages, j.case.opener)}
        held = effective(ledger.marks())
        new = []
        for reference in references:
            message = known[reference]
            moment_ = given or _happened(word, standing.get(message), now)
            _refuse_early(reference, moment_, received.get(message), now)
            if word is Word.UNDO and not any(m.message_id == message for m in held):
                raise CommslaError(
                    f"{reference} has no mark to undo.",
                    "See what was recorded with: commsla explain " + str(reference),
                )
            new.append(Mark(message, word, moment_, now, by, clean(note, _LONGEST_NOTE)))
        ledger.add_marks(new)
        after = judge_all(config, ledger, workdays, now)
    case_of = {m.id: j for j in after.cases for m in (*j.case.messages, j.case.opener)}
    return [
        Marked(reference, case_of.get(m.message_id), m)
        for reference, m in zip(references, new, strict=True)
    ]


def _happened(word: Word, case: Case | None, now: datetime) -> datetime:
    """When a mark without a time happened: now; but "answered" confirms the reply that was seen."""
    if word is Word.ANSWERED and case and case.replied and not case.responded:
        return case.replied.at
    return now


def _when(at: str | None, now: datetime) -> datetime | None:
    if at is None:
        return None
    if at.strip().casefold() != "now" and not _HAS_TIME.search(at):
        raise UsageError(
            f'At what time? "{clean(at, 40)}" is a whole day.',
            'Say it with the time, for example --at "yesterday 15:10".',
        )
    read = read_when(at, now)
    if isinstance(read, str):
        raise UsageError(read)
    if read > now:
        raise UsageError(
            f"{moment(read, local_date(now))} has not happened yet.",
            "Record a mark when it was done; leave out --at to mean now.",
        )
    return read


def _refuse_unknown(references: Sequence[Reference], known: Mapping[Reference, int]) -> None:
    missing = [r for r in references if r not in known]
    if not missing:
        return
    names = ", ".join(map(str, missing[:5])) + ("..." if len(missing) > 5 else "")
    verb = "is no case" if len(missing) == 1 else "are no cases"
    raise CommslaError(f"{names} {verb}. Nothing was recorded.", nearest(missing[0], known))


def _refuse_early(
    reference: Reference, at: datetime, received: datetime | None, now: datetime
) -> None:
    if received is not None and at < received:
        today = local_date(now)
        raise UsageError(
            f"{reference} was received {moment(received, today)}, after {moment(at, today)}. "
            "Nothing was recorded.",
            "Give a time after it was received.",
        )
