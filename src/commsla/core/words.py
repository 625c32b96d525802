"""Verdicts and days in the words that an office uses; it never decides anything."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from commsla.core.case import Case, Done
from commsla.core.local import LONDON, local_date
from commsla.core.model import Kind, Message, State, Target, Word
from commsla.core.school import (
    Unit,
    one,
)
from commsla.core.verdicts import Judged, Section, Verdict

_VERB = {Target.ACKNOWLEDGE: "acknowledge", Target.RESPOND: "respond"}
_LONG_WEEKDAYS = (
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
)
_LONG_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_WEEKDAYS = tuple(name[:3] for name in _LONG_WEEKDAYS)
_MONTHS = tuple(name[:3] for name in _LONG_MONTHS)

_KINDS = {
    Kind.RECEIPT: ("read receipt", "read receipts"),
    Kind.BOUNCE: ("delivery report", "delivery reports"),
    Kind.INVITATION: ("invitation", "invitations"),
    Kind.AUTOMATIC: ("automatic reply", "automatic replies"),
    Kind.BULK: ("bulletin", "bulletins"),
    Kind.NOTIFICATION: ("notification", "notifications"),
}

HEADINGS = {
    Section.OVERDUE: "Overdue",
    Section.DUE_TODAY: "Due today",
    Section.DUE_NEXT: "Due next working day",
    Section.WAITING: "Waiting",
    Section.CANNOT_SAY: "No reply seen, but replies are not visible",
    # At 80 columns each is one line, with a number of two digits behind it.
    Section.CONFIRM: "To confirm: perhaps answered, unseen. If so: commsla mark REF confirm",
    Section.GONE: "Gone to Junk or Deleted: not for us? If so: commsla mark REF not-for-us",
    Section.CHECK: "Check these: was it the full answer? If not: commsla mark REF holding",
    Section.WROTE_AGAIN: "Wrote again: no reply needed? If so: commsla mark REF confirm",
    Section.FOR_PARENT: "Waiting for the parent: we asked something back",
    Section.LATE_BEFORE_DAY_ONE: "Never answered, from before the first poll (in no figure)",
    Section.SETTLED: "Settled",
}


def day(day: date, today: date) -> str:
    """`Tue 24 Nov`; the year is added when it is not this one. English, whatever the locale."""
    text = f"{_WEEKDAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]}"
    return text if day.year == today.year else f"{text} {day.year}"


def month_name(day: date) -> str:
    """`November`, in English whatever the locale."""
    return _LONG_MONTHS[day.month - 1]


def near_day(day_: date, today: date) -> str:
    """`today`, `tomorrow, Tue 24 Nov`, `Thu 26 Nov`."""
    if day_ == today:
        return "today"
    if day_ == today + timedelta(days=1):
        return f"tomorrow, {day(day_, today)}"
    return day(day_, today)


def moment(at: datetime, today: date, *, relative: bool = True) -> str:
    """`Tue 24 Nov 09:05`, `today 09:05`, `yesterday 15:10`, in Europe/London."""
    local = at.astimezone(LONDON)
    if not relative:
        name = day(local.date(), today)
    elif local.date() == today:
        name = "today"
    elif local.date() == today - timedelta(days=1):
        name = "yesterday"
    else:
        name = day(local.date(), today)
    return f"{name} {local:%H:%M}"


def days_late(count: int, unit: Unit) -> str:
    """`1 working day late`; `late` where no counted day has passed since."""
    if count == 0:
        return "late"
    noun = unit.value if count != 1 else one(unit)
    return f"{count} {noun} late"


def owed(verdict: Verdict, today: date) -> str:
    """What is owed on one target and by when, or how it ended."""
    verb = _VERB[verdict.target]
    deadline = verdict.deadline
    if deadline is None:
        return f"{verb}: no term dates for that time"
    due = day(deadline.date, today)
    guess = " (provisional: term dates missing)" if deadline.provisional else ""
    match verdict.state:
        case State.OVERDUE:
            late = days_late(verdict.late_by, deadline.unit_of_lateness)
            return f"{verb}: {late}, was due {due}"
        case State.DUE_TODAY:
            return f"{verb} today{guess}"
        case State.WAITING:
            return f"{verb} by {near_day(deadline.date, today)}{guess}"
        case State.INFERRED if verdict.done:
            when = moment(verdict.done.at, today)
            return f"{verb}: {verdict.done.what} {when}, not confirmed; due {due}{guess}"
        case State.WAITING_FOR_PARENT if verdict.done:
            return f"{verb}: waiting for the parent since {moment(verdict.done.at, today)}"
        case State.PROPOSED:
            return f"{verb}: perhaps not needed; due {due}{guess}"
        case State.MET if verdict.done:
            return f"{verb}: met {moment(verdict.done.at, today)} ({_how(verdict.done)})"
        case State.MISSED if verdict.done:
            late = days_late(verdict.late_by, deadline.unit_of_lateness)
            when = moment(verdict.done.at, today)
            return f"{verb}: missed, {late} ({_how(verdict.done, when)})"
        case State.LATE_BEFORE_DAY_ONE:
            return f"{verb}: was due {due}, before the first poll"
        case State.CANNOT_SAY if verdict.done:
            done = f"{verdict.done.what} {moment(verdict.done.at, today)}"
            why = "when is not known" if verdict.done.since else "term dates missing"
            return f"{verb}: {done}; in time or not cannot be said ({why})"
        case State.CANNOT_SAY:
            return f"{verb}: no reply seen, was due {due}"
        case State.EXCLUDED:
            return f"{verb}: not counted"
    return f"{verb}: {verdict.state.value}"


def _how(done: Done, when: str = "") -> str:
    return f"{done.what} {when}".strip() + (", back-dated" if done.back_dated else "")


def to_do(judged: Judged, today: date) -> list[str]:
    """The lines of the list's last column: what is owed, most urgent first."""
    if judged.section is Section.SETTLED:
        if judged.case.excluded:
            return [excluded(judged, today)]
        return [owed(v, today) for v in judged.verdicts]
    if judged.section is Section.WROTE_AGAIN:
        due = judged.respond.deadline
        by = f" by {near_day(due.date, today)}" if due else ""
        return [f"reads like a mere thank-you; if it is more, respond{by}"]
    shown = [v for v in judged.verdicts if v.is_owed or v.state in _OPEN_STATES]
    shown.sort(key=lambda v: v.deadline.instant.timestamp() if v.deadline else 0.0)
    lines = [owed(v, today) for v in shown]
    return lines or [owed(judged.respond, today)]


_OPEN_STATES = (
    State.INFERRED,
    State.CANNOT_SAY,
    State.PROPOSED,
    State.WAITING_FOR_PARENT,
)
_EXCLUDED = {
    Word.CONFIRM: "no reply needed (confirmed)",
    Word.NO_REPLY_NEEDED: "no reply needed",
    Word.NOT_FOR_US: "not for us",
    Word.DUPLICATE: "a duplicate",
    Word.SAFEGUARDING: "safeguarding: counts in no target",
}


def excluded(judged: Judged, today: date) -> str:
    """Why a case left the count, and whether it was late when it did: that is not to be hidden."""
    mark = judged.case.excluded
    text = _EXCLUDED.get(mark.word, mark.word.value) if mark else ""
    if mark and mark.word is Word.DUPLICATE and mark.detail:
        text += f" of {mark.detail}"
    late = [_was(v, today) for v in judged.late_when_set_aside]
    return f"{text}; recorded after its date: {', '.join(late)}" if late else text


def _was(verdict: Verdict, today: date) -> str:
    due = f" was due {day(verdict.deadline.date, today)}" if verdict.deadline else ""
    return _VERB[verdict.target] + (" was missed" if verdict.done else due)


def full_moment(at: datetime) -> str:
    """`Tuesday 24 November 2026, 08:45`, in Europe/London and in English."""
    local = at.astimezone(LONDON)
    weekday, month = _LONG_WEEKDAYS[local.weekday()], _LONG_MONTHS[local.month - 1]
    return f"{weekday} {local.day} {month} {local.year}, {local:%H:%M}"


def reference(case: Case) -> str:
    """`N42`; a case that a poll was interrupted before numbering is `new`."""
    return str(case.reference) if case.reference else "new"


def sender(case: Case) -> str:
    """Who asked, as a person would say it."""
    if case.writer is None:
        return message_sender(case.opener)
    return person(case.writer.name, case.writer.address)


def message_sender(message: Message) -> str:
    """Who a message says it is from."""
    if not message.readable:
        return "(unreadable header)"
    if message.sender is None:
        return "(no sender given)"
    return person(message.sender.name, message.sender.address)


def person(name: str | None, address: str | None) -> str:
    """A name, else the address, else that both were wiped.

    A name with an address in it gives way to the real one: it may be somebody else's.
    """
    if name is None and address is None:
        return "(name wiped)"
    if name and address and "@" in name:
        return address
    return name or address or "(no sender given)"


def kind(kind_: Kind, count: int = 1) -> str:
    """What a message is in the office's word: `bulletin`, of several `bulletins`."""
    single, several = _KINDS.get(kind_, (kind_.value, kind_.value))
    return single if count == 1 else several


def subject(text: str | None, *, readable: bool = True) -> str:
    """A subject to show; empty and wiped ones say so."""
    if not readable:
        return "(unreadable header)"
    if text is None:
        return "(subject wiped)"
    return text or "(no subject)"


def notes(judged: Judged, schools: Mapping[str, str]) -> list[str]:
    """What else to know about a case in a few words; `schools` are the names by code."""
    case = judged.case
    found = []
    if case.guarded and not case.excluded:
        found.append(
            "on a matter of safeguarding: names are not kept, look in the mailbox by its time"
        )
    elif judged.next and case.opener.subject is None and case.opener.readable:
        found.append("its names were forgotten: look in the mailbox by its time")
    if case.wrote_again:
        found.append("wrote again")
    if case.urgent:
        found.append("urgent words")
    if case.doubt:
        found.append(case.doubt)
    if case.same_subject_as:
        found.append(f"same subject as {case.same_subject_as}")
    if any(a.meaning is None for a in case.answers) and not case.responded:
        found.append("we replied; the reply is not read yet")
    if case.moved_to:
        found.append(f"came to {schools.get(case.opener.school, case.opener.school)}")
    if case.owner:
        found.append(f"for {case.owner}")
    if case.arranged:
        found.append(f"arranged for {day(case.arranged, local_date(case.received))}")
    if case.chasers:
        found.append("chased once" if case.chasers == 1 else f"chased {case.chasers} times")
    if case.also_at:
        found.append(f"also sent to {', '.join(schools.get(c, c) for c in case.also_at)}")
    return found


def with_notes(judged: Judged, schools: Mapping[str, str]) -> str:
    """The subject, and in brackets what else to know; `schools` are the names by code."""
    text = subject(judged.case.opener.subject, readable=judged.case.opener.readable)
    extra = notes(judged, schools)
    return f"{text} [{'; '.join(extra)}]" if extra else text
