"""What cannot be recorded, each with a sentence; a word that would do nothing is a slip of the pen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from commsla.core import words
from commsla.core.answers import EXCLUDING
from commsla.core.case import Case, Done, Evidence
from commsla.core.guarding import is_safeguarding
from commsla.core.local import local_date
from commsla.core.model import Mark, Message, MessageId, Reference, Role, Subject, Word
from commsla.core.story import counts_for_both
from commsla.core.words import moment
from commsla.errors import CommslaError, UsageError
from commsla.jobs.references import nearest

OF_ANOTHER = (Word.DUPLICATE, Word.MERGE)
_OWN_COMMANDS = (Word.ASSIGN, Word.MOVE, Word.MERGE)
_WOULD_DO_NOTHING = (
    Word.CALLED,
    Word.MEETING,
    Word.ANSWERED,
    Word.ACKNOWLEDGED,
    Word.HOLDING,
    Word.NO_REPLY_NEEDED,
    Word.NOT_FOR_US,
    Word.DUPLICATE,
)
_OF_A_MESSAGE = (Word.ENQUIRY, Word.SAFEGUARDING, Word.UNDO)
_HOLDS_FROM_NOW = (Word.UNDO, Word.REOPEN, Word.CONFIRM, Word.ENQUIRY, Word.SAFEGUARDING)


@dataclass(frozen=True, slots=True)
class Wanted:
    """One mark that is wanted: on which message of which case, and how the case stands."""

    subject: Subject
    word: Word
    message: Message
    case: Case | None
    at: datetime
    detail: str = ""
    other: Case | None = None
    undone: Mark | None = None
    is_guarded: bool = False  # marked safeguarding, whether it is a case or not
    twins: Sequence[Case] = ()  # the same mail at other schools, where it has no mark to undo
    answers: Case | None = None  # of a duplicate: the case that is to be answered in the end


def refuse_unknown(references: Sequence[Reference], known: Mapping[Reference, int]) -> None:
    """Raises CommslaError with the range of those that are known."""
    missing = [r for r in references if r not in known]
    if not missing:
        return
    names = ", ".join(map(str, missing[:5])) + ("..." if len(missing) > 5 else "")
    verb = "is no case" if len(missing) == 1 else "are no cases"
    raise CommslaError(f"{names} {verb}. Nothing was recorded.", nearest(missing[0], known))


def refuse_time(word: Word, at: str | None) -> None:
    """Raises UsageError for a time with a word that holds from when it is recorded."""
    if at is not None and word in _HOLDS_FROM_NOW:
        raise UsageError(
            f"{word.value} holds from now, not from an earlier time.", "Leave out --at."
        )


def refuse_senseless(wanted: Wanted, now: datetime) -> None:
    """Raises UsageError or CommslaError where a mark would be wrong or would do nothing."""
    _refuse_early(wanted, now)
    _refuse_message(wanted)
    if wanted.case is not None:
        _refuse_on_case(wanted, wanted.case)
    elif wanted.word not in _OF_A_MESSAGE:
        raise CommslaError(
            f"{wanted.subject} is no case any more. Nothing was recorded.", _show(wanted)
        )
    if wanted.other is not None and wanted.case is not None:
        _refuse_other(wanted, wanted.case, wanted.other, now)


def _show(wanted: Wanted) -> str:
    return f"See how it stands with: commsla show {wanted.subject}"


def _refuse_early(wanted: Wanted, now: datetime) -> None:
    if wanted.at < wanted.message.received:
        today = local_date(now)
        raise UsageError(
            f"{wanted.subject} was received {moment(wanted.message.received, today)}, "
            f"after {moment(wanted.at, today)}. Nothing was recorded.",
            "Give a time after it was received.",
        )


def _refuse_message(wanted: Wanted) -> None:
    subject, word, case = wanted.subject, wanted.word, wanted.case
    if word is Word.UNDO and wanted.undone is None:
        raise _nothing_to_undo(wanted)
    if word is Word.ENQUIRY and wanted.message.role is Role.SENT:
        raise UsageError(
            f"{subject} is a mail of ours: nobody asked anything in it.", _show(wanted)
        )
    if isinstance(subject, MessageId) and word not in _OF_A_MESSAGE:
        where = f" It belongs to {case.reference}." if case and case.reference else ""
        raise UsageError(
            f"{subject} is a single message: it can only be made an enquiry, or be marked "
            f"safeguarding.{where}",
            _on_its_case(wanted),
        )
    if word is Word.SAFEGUARDING and case is None and wanted.message.role is Role.SENT:
        raise UsageError(
            f"{subject} is a mail of ours.", "Mark the case or the message that it is about."
        )
    if wanted.is_guarded and case is None and word is not Word.UNDO:
        raise _guarded(subject)


def _on_its_case(wanted: Wanted) -> str:
    """What to type for the case that a message belongs to, where it does."""
    word, case = wanted.word, wanted.case
    if case is None or case.reference is None:
        return f"Say: commsla mark {wanted.subject} enquiry"
    if word in _OWN_COMMANDS:
        return f"Say: commsla {word.value} {case.reference} {wanted.detail}"
    return f"Say: commsla mark {case.reference} {word.value} {wanted.detail}".rstrip()


def _nothing_to_undo(wanted: Wanted) -> CommslaError:
    """With what counts instead: a mark on the same mail at another school, or that it was logged."""
    subject, said, hint = wanted.subject, "", _show(wanted)
    for twin in wanted.twins:
        if marks := counts_for_both(twin):
            word, where = marks[-1].word.value, "the same mail at the other school"
            said = f' "{word}" was recorded on {twin.reference}, {where}.'
            hint = f"To take that back, for both: commsla mark {twin.reference} undo"
    if wanted.message.role is Role.LOGGED:
        said = " It was logged by hand, and that stays on record."
        hint = f"If it was logged by mistake: commsla mark {subject} not-for-us"
    return CommslaError(f"{subject} has no mark to undo.{said}", hint)


def _refuse_on_case(wanted: Wanted, case: Case) -> None:
    subject, word = wanted.subject, wanted.word
    if word is Word.ENQUIRY and not case.proposal:
        raise UsageError(f"{subject} is a case already ({case.reference}).", _show(wanted))
    if word is Word.CONFIRM and not _is_unsure(case):
        raise CommslaError(f"There is nothing to confirm on {subject}.", _show(wanted))
    if is_safeguarding(case) and word is not Word.UNDO:
        raise _guarded(subject)
    if word in (Word.ACKNOWLEDGED, Word.HOLDING) and _is_recorded(case.responded):
        said = case.responded.what if case.responded else ""
        raise CommslaError(
            f'{subject} is recorded as "{said}", which is the response. Nothing was recorded.',
            f"If it was not: commsla mark {subject} undo, or reopen (then nothing recorded before counts)",
        )
    if case.excluded and word in _WOULD_DO_NOTHING:
        raise CommslaError(
            f"{subject} is set aside ({case.excluded.word.value}). Nothing was recorded.",
            f"To count it again: commsla mark {subject} undo, or reopen",
        )
    if word is Word.REOPEN and not (
        case.responded
        or case.inferred
        or case.excluded
        or case.proposal
        or case.asked_back
        or _is_recorded(case.acknowledged)
    ):
        raise CommslaError(f"{subject} is open already.", _show(wanted))
    joined = wanted.message.fingerprint != case.opener.fingerprint
    if joined and word in EXCLUDING and word is not Word.SAFEGUARDING:
        raise UsageError(
            f"{subject} is part of {case.reference}, which would stay open. Nothing was recorded.",
            f"If it holds for the whole case: commsla mark {case.reference} {word.value}",
        )
    if word is Word.MOVE and wanted.detail == case.school:
        raise UsageError(f"{subject} is with that school already.", _show(wanted))


def _guarded(subject: Subject) -> CommslaError:
    return CommslaError(
        f"{subject} is about safeguarding and counts in no target.",
        f"If that was a mistake: commsla mark {subject} undo (its names stay forgotten)",
    )


def _is_recorded(done: Done | None) -> bool:
    return done is not None and done.evidence is Evidence.RECORDED


def _is_unsure(case: Case) -> bool:
    settled = case.answers or case.responded or case.excluded
    return bool(case.inferred or case.to_check or case.proposal or (case.doubt and not settled))


def _refuse_other(wanted: Wanted, case: Case, other: Case, now: datetime) -> None:
    if case.opener.id == other.opener.id:
        one = {str(wanted.subject), str(other.reference), wanted.detail}
        if len(one) == 1:
            what = "merged with" if wanted.word is Word.MERGE else "a duplicate of"
            raise UsageError(f"{wanted.subject} cannot be {what} itself.")
        raise UsageError(f"{wanted.subject} and {wanted.detail} are one case.", _show(wanted))
    for each, name in ((case, str(wanted.subject)), (other, wanted.detail)):
        if wanted.word is Word.MERGE and (each.responded or each.excluded):
            raise UsageError(
                f"{name} is settled: what is merged with it would count as answered.",
                "Answer the open one for itself, or reopen the settled one first.",
            )
    answers = wanted.answers or other
    if answers.excluded and answers.excluded.word is not Word.DUPLICATE:
        name = str(answers.reference or wanted.detail)
        raise UsageError(
            f"{name} is set aside ({answers.excluded.word.value}): then nobody would be "
            "answered. Nothing was recorded.",
            f"See how it stands with: commsla show {name}",
        )
    if wanted.word is Word.DUPLICATE:
        _refuse_answered_before(wanted, case, answers, now)
    if wanted.word is Word.MERGE and (
        case.school != other.school or case.opener.school != other.opener.school
    ):
        raise UsageError(
            f"{wanted.subject} and {wanted.detail} came to two schools, and each answers for its own.",
            f"One can be set aside: commsla mark {wanted.subject} duplicate-of {wanted.detail}",
        )


def _refuse_answered_before(wanted: Wanted, case: Case, answers: Case, now: datetime) -> None:
    """What was answered before a mail came did not answer that mail."""
    done = answers.responded or answers.inferred
    if done is None or done.at > case.received:
        return
    name, today = answers.reference or wanted.detail, local_date(now)
    raise UsageError(
        f"{name} was answered {moment(done.at, today)}, before {wanted.subject} came "
        f"{moment(case.received, today)}: then nobody would answer {wanted.subject}. "
        "Nothing was recorded.",
        f"If it needs no answer of its own: commsla mark {wanted.subject} no-reply-needed",
    )


def refuse_different_people(wanted: Wanted) -> None:
    """Raises UsageError where two people's cases would become one: a slip of the pen does that."""
    case, other = wanted.case, wanted.other
    if case is None or other is None or _are_of_one_person(case, other):
        return
    one, two = words.sender(case), words.sender(other)
    raise UsageError(
        f"{wanted.subject} is from {one} and {wanted.detail} from {two}. Nothing was recorded.",
        "If it is one matter all the same, as with two parents of one child: add --different-people",
    )


def _are_of_one_person(case: Case, other: Case) -> bool:
    """By an address; a call or a letter has only the name that was typed."""
    if case.people and other.people:
        return not case.people.isdisjoint(other.people)
    names = [
        c.writer.name.casefold().split() if c.writer and c.writer.name else []
        for c in (case, other)
    ]
    return bool(names[0]) and names[0] == names[1]


def refuse_circle(wanted: Wanted, duplicate_of: Mapping[int, int]) -> None:
    """Raises UsageError where duplicates of each other would leave nobody to answer.

    `duplicate_of` maps the message that opened a duplicate to the one that opened its other case.
    """
    case, at = wanted.case, wanted.other
    if wanted.word is not Word.DUPLICATE or case is None or at is None:
        return
    number, seen = at.opener.id, {case.opener.id}
    while number not in seen:
        seen.add(number)
        if number not in duplicate_of:
            return
        number = duplicate_of[number]
    if number == case.opener.id:
        raise UsageError(
            f"{wanted.detail} is itself recorded as a duplicate of {wanted.subject}: "
            "then nobody would be answered. Nothing was recorded.",
            f"Take that back first: commsla mark {wanted.detail} undo",
        )
