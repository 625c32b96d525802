"""Records what people did about cases: by reference, all of them or none; nothing is ever deleted."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from commsla.core.case import Case
from commsla.core.clean import clean
from commsla.core.local import local_date
from commsla.core.marks import Marked
from commsla.core.model import Mark, Reference, Subject, Word
from commsla.core.school import Config
from commsla.core.story import twins
from commsla.core.verdicts import Judged
from commsla.core.when import read_when, says_a_time
from commsla.core.words import moment
from commsla.core.workdays import Workdays
from commsla.errors import CommslaError, UsageError
from commsla.jobs.cases import fold_all, held_by, judge_all, number_cases, unnumbered
from commsla.jobs.ports import LedgerWriter
from commsla.jobs.refusals import (
    OF_ANOTHER,
    Wanted,
    refuse_circle,
    refuse_different_people,
    refuse_senseless,
    refuse_time,
    refuse_unknown,
)

_LONGEST_NOTE = 500
_LONGEST_ROLE = 60
_TITLE = re.compile(r"\b(?:mr|mrs|miss|ms|mx|dr)\b", re.IGNORECASE)  # what follows it is a name


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
    different_people: bool = False  # two cases are one matter though two people asked


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
    refuse_time(wish.word, wish.at)
    given, detail, by = _when(wish, now), _detail(wish), clean(wish.by, 60)
    with ledger.transaction():
        known = {ref: message for message, ref in ledger.references().items()}
        messages = {m.id: m for m in ledger.messages()}
        refuse_unknown([r for r in wish.subjects if isinstance(r, Reference)], known)
        other = _other(wish, known)
        judged = judge_all(config, ledger, workdays, now)
        case_of = {m.id: j.case for j in judged.cases for m in (*j.case.messages, j.case.opener)}
        duplicate_of = _duplicates(case_of)
        held = held_by(config, ledger).holding()
        seen = max(messages, default=0)
        new, cases = list[Mark](), list[Case | None]()
        for subject in wish.subjects:
            number = known[subject] if isinstance(subject, Reference) else subject.number
            if number not in messages:
                raise CommslaError(
                    f"{subject} is no message. Nothing was recorded.",
                    "Their numbers stand in: commsla status --all",
                )
            case = case_of.get(number)
            undone = _newest(held, case, number) if wish.word is Word.UNDO else None
            wanted = Wanted(
                subject,
                wish.word,
                messages[number],
                case,
                given or _happened(wish.word, case, now),
                detail,
                case_of.get(other) if other else None,
                undone,
                any(m.message_id == number and m.word is Word.SAFEGUARDING for m in held),
                twins(case, case_of.values()) if case and undone is None else (),
                case_of.get(_end(duplicate_of, case_of[other])) if other in case_of else None,
            )
            refuse_senseless(wanted, now)
            if not wish.different_people:
                refuse_different_people(wanted)
            refuse_circle(wanted, duplicate_of)
            at, what, second = wanted.at, detail, other
            if undone is not None:
                held.remove(undone)
                number, what = undone.message_id, f"{undone.word.value} {undone.detail}".strip()
                second = None if undone.id else number
            note = clean(wish.note, _LONGEST_NOTE)
            new.append(Mark(number, wish.word, at, now, by, note, 0, second, what, seen))
            cases.append(case)
        ledger.add_marks(new)
        folded = fold_all(config, ledger)
        number_cases(config, ledger, unnumbered(folded))
        ledger.wipe(folded.guarded)  # what is only due is for the next poll: a slip can be undone
        _refuse_forgotten(wish, new, ledger.marks()[-len(new) :])
        after = judge_all(config, ledger, workdays, now)
    stands = {m.id: j for j in after.cases for m in (*j.case.messages, j.case.opener)}
    of = case_of.get(other) if other else None
    before = {j.case.opener.id for j in judged.cases}
    free = [j for j in after.cases if j.case.opener.id not in before]
    marked = [
        Marked(subject, stands.get(m.message_id), m, case, of, _set_free(case, free))
        for subject, m, case in zip(wish.subjects, new, cases, strict=True)
    ]
    known_to_be = {j.case.opener.id for j in judged.cases if j.case.guarded}
    known_to_be |= {one.judged.case.opener.id for one in marked if one.judged}
    also = [j.case for j in after.cases if j.case.guarded and j.case.opener.id not in known_to_be]
    return [*marked[:-1], replace(marked[-1], guarded=tuple(also))]


def _set_free(case: Case | None, free: Sequence[Judged]) -> tuple[Judged, ...]:
    """Of the cases that were none before, those whose mail had been part of this one."""
    members = {m.id for m in case.messages} if case else set()
    return tuple(j for j in free if j.case.opener.id in members)


def _refuse_forgotten(wish: Wish, new: Sequence[Mark], kept: Sequence[Mark]) -> None:
    """Raises CommslaError where a note or a role would be wiped with the names of its case at once."""
    gone = [
        str(subject)
        for subject, mark, left in zip(wish.subjects, new, kept, strict=True)
        if (mark.note, mark.detail) != (left.note, left.detail)
    ]
    if not gone:
        return
    what = "role" if wish.word is Word.ASSIGN else "note"
    names = ", ".join(gone[:5]) + ("..." if len(gone) > 5 else "")
    raise CommslaError(
        f"A {what} is kept only as long as the names of its case, and those of {names} are not "
        "kept any more. Nothing was recorded.",
        "Mark it without --note." if what == "note" else "",
    )


def _other(wish: Wish, known: Mapping[Reference, int]) -> int | None:
    if wish.word not in OF_ANOTHER:
        return None
    if wish.other is None:
        raise UsageError(
            f"{wish.word.value} of which case?", "Say it like: commsla mark N42 duplicate-of N40"
        )
    refuse_unknown([wish.other], known)
    return known[wish.other]


def _detail(wish: Wish) -> str:
    """What is kept beside the word: a role, a school, or the other reference."""
    if wish.word in OF_ANOTHER:
        return str(wish.other)
    detail = clean(wish.detail, 200)
    is_role = detail and len(detail) <= _LONGEST_ROLE and "@" not in detail
    if wish.word is Word.ASSIGN and not (is_role and _TITLE.search(detail) is None):
        raise UsageError(
            "Which role? It is a few words, and neither a name nor an address.",
            'Say it like: commsla assign N42 "Year 3"',
        )
    return detail


def _duplicates(case_of: Mapping[int, Case]) -> dict[int, int]:
    """The mail that opened a duplicate -> the mail that opened the case that it is a duplicate of."""
    found = {}
    for case in case_of.values():
        mark = case.excluded
        if mark and mark.word is Word.DUPLICATE and (of := case_of.get(mark.other or 0)):
            found[case.opener.id] = of.opener.id
    return found


def _end(duplicate_of: Mapping[int, int], case: Case) -> int:
    """The mail that opened the case which is to be answered where a case is a duplicate of others."""
    number, seen = case.opener.id, set[int]()
    while number in duplicate_of and number not in seen:
        seen.add(number)
        number = duplicate_of[number]
    return number


def _newest(held: Sequence[Mark], case: Case | None, number: int) -> Mark | None:
    """The newest mark of a case, on whichever of its mails and their copies it was recorded."""
    numbers = {number} | ({m.id for m in case.messages} if case else set())
    mine = [m for m in held if m.message_id in numbers]
    typed = max((m for m in mine if m.id), key=lambda m: m.id, default=None)
    filed = max((m for m in mine if not m.id), key=lambda m: m.recorded, default=None)
    return filed if filed and (typed is None or filed.recorded > typed.recorded) else typed


def _happened(word: Word, case: Case | None, now: datetime) -> datetime:
    """When a mark without a time happened: now; but what is confirmed happened when it was seen.

    A reply that was read as a holding one without any doubt is not what "answered" speaks of.
    """
    if case is None or word not in (Word.ANSWERED, Word.ACKNOWLEDGED, Word.HOLDING):
        return now
    if case.to_check and case.responded:
        return max(case.responded.at, case.received)  # the other school's may have come first
    unread = [a.message.received for a in case.answers if a.meaning is None]
    return max(unread, default=now) if not case.responded else now


def _when(wish: Wish, now: datetime) -> datetime | None:
    at = wish.at
    if at is None:
        return None
    if not says_a_time(at):
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
            'It is recorded when it is arranged, with its day in a note: --note "Tue 5 Jan 14:00".'
            if wish.word is Word.MEETING
            else "Record a mark when it was done; leave out --at to mean now.",
        )
    return read
