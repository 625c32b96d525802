"""The whole story of a case, in the order in which it happened, and how we know each thing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from commsla.core import words
from commsla.core.answers import FOR_BOTH
from commsla.core.case import NOTICEABLE, Answer, Case, NotTracked
from commsla.core.conversations import ids_of, nearest_first
from commsla.core.local import local_date
from commsla.core.model import (
    CHANNEL,
    LOGGED_BY,
    Mark,
    Meaning,
    Message,
    Role,
    Stored,
    TextFact,
    Word,
    sign,
)

_BY_HAND = "recorded by hand"
_OURS = {
    Meaning.HOLDING: "a holding reply: acknowledges, the response is still owed",
    Meaning.ARRANGES: "a call or meeting is arranged: the response",
    Meaning.FULL: "read as the full response",
    Meaning.QUESTION_BACK: "we asked something back: the parent is waited for",
    Meaning.UNKNOWN: "its words could not be read: taken for the full response",
}
_THEIRS = {
    Meaning.CHASER: "asks again",
    Meaning.CLOSER: "reads like a mere thank-you",
    Meaning.QUESTION: "asks something new",
    Meaning.SUPPLEMENT: "adds something",
    Meaning.UNKNOWN: "its words could not be read",
}


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing that happened, in UTC; `recorded` is when a person typed it, if one did.

    `message` is the ledger's number of the mail, 0 where there is none.
    """

    at: datetime
    what: str
    how: str
    message: int = 0
    recorded: datetime | None = None
    by: str = ""
    note: str = ""

    @property
    def back_dated(self) -> bool:
        """Whether it was typed noticeably later than it is said to have happened."""
        return self.recorded is not None and self.recorded - self.at > NOTICEABLE


def twins(case: Case, cases: Iterable[Case]) -> list[Case]:
    """The cases of the same mail at other schools."""
    return [
        c
        for c in cases
        if c.opener.fingerprint == case.opener.fingerprint and c.opener.school != case.opener.school
    ]


@dataclass(frozen=True, slots=True)
class Alone:
    """A message that is no case; of a delivery report the mails of ours that it says did not arrive."""

    item: NotTracked
    failed: tuple[Message, ...] = ()


def failed_by(fact: TextFact | None, messages: Iterable[Message]) -> tuple[Message, ...]:
    """Our mails that a delivery report names, of which it was read."""
    keys = {key for key, _ in fact.failed} if fact else set()
    ours = (m for m in messages if m.role is Role.SENT) if keys else ()
    return tuple(m for m in ours if not keys.isdisjoint(ids_of(m)))


def beside(case: Case, not_tracked: Iterable[NotTracked]) -> list[NotTracked]:
    """What is not tracked and was written on its mail, such as a colleague's reply to a hand-over."""
    mail = (*case.messages, *(a.message for a in case.answers), *case.handed_over)
    keys = {key for m in mail for key in ids_of(m)}
    return [
        n
        for n in not_tracked
        if n.message.school == case.opener.school and not keys.isdisjoint(nearest_first(n.message))
    ]


def counts_for_both(twin: Case) -> list[Mark]:
    """The marks on a case that hold for the same mail at another school as well."""
    return [m for m in twin.marks if m.word in FOR_BOTH]


def story(
    case: Case,
    marks: Iterable[Mark],
    texts: Mapping[int, TextFact],
    others: Iterable[Case] = (),
    stored: Mapping[int, Stored] | None = None,
    not_tracked: Iterable[NotTracked] = (),
) -> tuple[Happened, ...]:
    """Mail, answers, hand-overs and every mark on the case, undone ones among them.

    `others` are its twins, of which the marks that count for both are told; `stored` says when what
    came by phone was typed; of `not_tracked` what was written on its mail is told.
    """
    found = list(_mail(case, texts, stored or {}))
    found += [_answer(a) for a in case.answers]
    found += [
        Happened(m.received, "passed on to a colleague: stops no clock", "a copy in Sent", m.id)
        for m in case.handed_over
    ]
    if case.inferred:
        done = case.inferred
        found.append(Happened(done.at, f"perhaps answered: {done.what}", done.evidence.value))
    held = {m.id for m in case.marks}
    numbers = {m.id for m in case.messages} | {case.opener.id}
    found += [_mark(m, held) for m in marks if m.message_id in numbers]
    found += [_mark(m, {0}) for m in case.marks if m.id == 0]
    for item in beside(case, not_tracked):
        what = f"written on it: {words.kind(item.kind)}, not tracked (m{item.message.id})"
        where = f"in {item.message.folder}"
        found.append(Happened(item.message.received, what, where, item.message.id))
    for twin in others:
        where = f" on {words.reference(twin)}, the same mail at the other school"
        found += [_mark(m, {m.id}, where) for m in counts_for_both(twin)]
    return tuple(sorted(found, key=lambda h: (h.at, h.recorded or h.at)))


def _mail(
    case: Case, texts: Mapping[int, TextFact], stored: Mapping[int, Stored]
) -> Iterable[Happened]:
    letters: dict[str, list[Message]] = {}
    for message in case.messages:
        letters.setdefault(message.fingerprint, []).append(message)
    for fingerprint, copies in letters.items():
        first = min(copies, key=lambda m: m.received)
        opened = fingerprint == case.opener.fingerprint
        fact = next((texts[c.id] for c in copies if c.id in texts), None)
        meant = _THEIRS.get(fact.meaning, "") if fact else ""
        who = words.sender(case) if opened else words.message_sender(first)
        wrote = "asked" if opened and first.role is Role.LOGGED else "wrote"
        what = f"{who} {wrote}" + (": the clock starts" if opened else " again")
        if meant and (not opened or case.wrote_again):
            what += f" ({meant})"
        where = f"in {first.folder}" if first.folder else _channel(first)
        extra = f", {len(copies)} copies" if len(copies) > 1 else ""
        how = f"{where}{extra}{_dated(first)}"
        typed = stored.get(first.id) if first.role is Role.LOGGED else None
        by = sign(first, LOGGED_BY)
        yield Happened(first.received, what, how, first.id, typed.at if typed else None, by)


def _dated(message: Message) -> str:
    """The sender's own date, where it is noticeably another: it was held up, or a clock is wrong."""
    claimed = message.claimed
    if claimed is None or abs(claimed - message.received) <= NOTICEABLE:
        return ""
    return f", itself dated {words.moment(claimed, local_date(message.received), relative=False)}"


def _channel(message: Message) -> str:
    return f"logged by hand: {sign(message, CHANNEL)}"


def _answer(answer: Answer) -> Happened:
    meant = "not read yet: acknowledges" if answer.meaning is None else _OURS[answer.meaning]
    why = f" ({answer.why})" if answer.why else ""
    doubt = "; check it" if answer.doubtful else ""
    where = "a copy in Sent" if answer.message.role is Role.SENT else "a colleague's copy to us"
    return Happened(
        answer.message.received, f"we replied: {meant}{why}{doubt}", where, answer.message.id
    )


def _mark(mark: Mark, held: set[int], where: str = "") -> Happened:
    word = f"{mark.word.value} {mark.detail}".strip()
    undone = mark.id not in held and mark.word is not Word.UNDO
    what = (f"{word} (taken back)" if undone else word) + where
    how = _BY_HAND if mark.by else "a folder of the mail program"
    return Happened(mark.at, what, how, 0, mark.recorded, mark.by, mark.note)


def told(one: Happened, now: datetime) -> str:
    """`yesterday 15:10  called (recorded by hand today 08:45 by sue; back-dated): note`."""
    today = local_date(now)
    text = f"{words.moment(one.at, today)}  {one.what}"
    about = [one.how]
    if one.recorded is not None:
        typed = words.moment(one.recorded, today)
        by = f" by {one.by}" if one.by else ""
        about = [f"recorded {typed}{by}", *(["back-dated"] if one.back_dated else [])]
        if one.how != _BY_HAND:
            about.insert(0, one.how)
    text += f" [{'; '.join(about)}]"
    return f"{text}: {one.note}" if one.note else text
