"""Records what people did about cases: by reference, all of them or none; nothing is ever deleted."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from commsla.core.answers import ANSWERING
from commsla.core.case import Case
from commsla.core.clean import clean
from commsla.core.keeping import is_safeguarding, to_wipe
from commsla.core.local import local_date
from commsla.core.marks import Marked, effective
from commsla.core.model import Mark, MessageId, Reference, Subject, Word
from commsla.core.school import Config
from commsla.core.when import read_when
from commsla.core.words import moment
from commsla.core.workdays import Workdays
from commsla.errors import CommslaError, UsageError
from commsla.jobs.cases import fold_all, judge_all, number_cases
from commsla.jobs.ports import LedgerWriter
from commsla.jobs.references import nearest

_LONGEST_NOTE = 500
_LONGEST_ROLE = 60
_HAS_TIME = re.compile(r"\d{1,2}[:.]\d{2}(?!\d|[.:/-])|\d ?[ap]m\b", re.IGNORECASE)
_OF_ANOTHER = (Word.DUPLICATE, Word.MERGE)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person wants recorded, as typed. `at` None means now."""

    subjects: Sequence[Subject]
    word: Word
    by: str
    at: str | None = None
    note: str = ""
    other: Reference | None = None
    detail: str = ""


def mark(
    config: Config,
    ledger: LedgerWriter,
    workdays: Mapping[str, Workdays],
    now: datetime,
    wish: Wish,
) -> list[Marked]:
    """Record a word on all of a wish's cases, and number the cases that it sets free.

    Raises UsageError or CommslaError with one sentence, and then nothing was recorded: an unknown
    reference (with the nearest known one), a time in the future or before the mail came, an undo
    where there is nothing to undo, a confirmation of nothing.
    """
    if wish.word is Word.SAFEGUARDING and wish.note:
        raise UsageError(
            "A note on such a case would be forgotten at once, with sender and subject.",
            "Keep it in your safeguarding records, and mark the case without a note.",
        )
    given = _when(wish.at, now)
    with ledger.transaction():
        known = {ref: message for message, ref in ledger.references().items()}
        messages = {m.id: m for m in ledger.messages()}
        _refuse_unknown([r for r in wish.subjects if isinstance(r, Reference)], known)
        other = _other(wish, known)
        judged = judge_all(config, ledger, workdays, now)
        case_of = {m.id: j.case for j in judged.cases for m in (*j.case.messages, j.case.opener)}
        held = effective(ledger.marks())
        seen = max(messages, default=0)
        new = []
        for subject in wish.subjects:
            number = known[subject] if isinstance(subject, Reference) else subject.number
            if number not in messages:
                raise CommslaError(
                    f"{subject} is no message. Nothing was recorded.",
                    "Their numbers stand in: commsla status --all",
                )
            case = case_of.get(number)
            at = given or _happened(wish.word, case, now)
            _refuse_early(subject, at, messages[number].received, now)
            marked = any(m.message_id == number for m in held)
            _refuse_senseless(subject, wish.word, case, number, other, has_marks=marked)
            note, detail = clean(wish.note, _LONGEST_NOTE), clean(wish.detail, _LONGEST_ROLE)
            new.append(Mark(number, wish.word, at, now, wish.by, note, 0, other, detail, seen))
        ledger.add_marks(new)
        folded = fold_all(config, ledger)
        number_cases(config, ledger, folded)
        ledger.wipe(to_wipe(folded, list(messages.values()), config.keep_identities, now))
        after = judge_all(config, ledger, workdays, now)
    stands = {m.id: j for j in after.cases for m in (*j.case.messages, j.case.opener)}
    return [
        Marked(subject, stands.get(m.message_id), m)
        for subject, m in zip(wish.subjects, new, strict=True)
    ]


def _other(wish: Wish, known: Mapping[Reference, int]) -> int | None:
    if wish.word not in _OF_ANOTHER:
        return None
    if wish.other is None:
        raise UsageError(
            f"{wish.word.value} of which case?", "Say it like: commsla mark N42 duplicate-of N40"
        )
    _refuse_unknown([wish.other], known)
    return known[wish.other]


def _happened(word: Word, case: Case | None, now: datetime) -> datetime:
    """When a mark without a time happened: now; but what is confirmed happened when it was seen."""
    if case and word in (Word.ANSWERED, Word.ACKNOWLEDGED, Word.HOLDING):
        replied = [a.message.received for a in case.answers]
        seen = case.inferred.at if case.inferred else max(replied, default=None)
        if seen is not None and not (case.responded and not case.to_check):
            return seen
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


def _refuse_early(subject: Subject, at: datetime, received: datetime, now: datetime) -> None:
    if at < received:
        today = local_date(now)
        raise UsageError(
            f"{subject} was received {moment(received, today)}, after {moment(at, today)}. "
            "Nothing was recorded.",
            "Give a time after it was received.",
        )


def _refuse_senseless(
    subject: Subject,
    word: Word,
    case: Case | None,
    number: int,
    other: int | None,
    *,
    has_marks: bool,
) -> None:
    """A word that would do nothing is a slip of the pen: it is said, and nothing is recorded."""
    show = f"See how it stands with: commsla show {subject}"
    if word is Word.UNDO and not has_marks:
        raise CommslaError(f"{subject} has no mark to undo.", show)
    if isinstance(subject, MessageId) and word not in (Word.ENQUIRY, Word.UNDO):
        where = f" It belongs to {case.reference}." if case and case.reference else ""
        raise UsageError(
            f"{subject} is a single message: it can only be made an enquiry.{where}",
            f"Say: commsla mark {subject} enquiry",
        )
    if word is Word.ENQUIRY and case is not None and not case.proposal:
        raise UsageError(f"{subject} is a case already ({case.reference}).", show)
    if word is Word.CONFIRM and not (
        case and (case.inferred or case.to_check or case.proposal or case.doubt)
    ):
        raise CommslaError(f"There is nothing to confirm on {subject}.", show)
    if word is Word.REOPEN and not (
        case and (case.responded or case.inferred or case.excluded or case.proposal)
    ):
        raise CommslaError(f"{subject} is open already.", show)
    if word in _OF_ANOTHER and other == number:
        raise UsageError(f"{subject} cannot be {word.value} itself.")
    if word in ANSWERING and case is not None and is_safeguarding(case):
        raise CommslaError(f"{subject} is about safeguarding and counts in no target.", show)
