"""Today's list, marks and trails as plain lines that nothing cuts: for pipes, files and cron."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, time

from commsla.core import notices, words
from commsla.core.case import Case
from commsla.core.hints import as_typed
from commsla.core.local import LONDON
from commsla.core.marks import Marked
from commsla.core.model import CHANNEL, Target, Word, sign
from commsla.core.school import (
    DayKind,
    DueBy,
    Unit,
)
from commsla.core.today import Status
from commsla.core.verdicts import Judged, Section
from commsla.core.whatif import Answer
from commsla.core.workdays import Deadline, TrailDay

_BETWEEN = " | "
_NO_COLUMN = str.maketrans("|", "¦")  # what a mail says must not look like the next column


def status_lines(
    status: Status, names: Mapping[str, str], *, everything: bool, program: str = "commsla"
) -> Iterator[str]:
    """One line a case, with the section in front; nothing is shortened. `program` is what to type.

    `names` are those of every school by its code, also of one that was not asked for. What was
    looked for is shown whole, settled or not.
    """
    everything = everything or bool(status.find)
    yield notices.moment(status)
    if then := notices.look_back(status):
        yield then
    for warning in notices.warnings(status):
        yield f"! {as_typed(warning, program)}"
    yield notices.headline(status)
    yield from notices.urgent(status)
    for section in Section:
        if section is Section.SETTLED and not everything:
            continue
        for judged in status.section(section):
            case = judged.case
            yield _row(
                words.HEADINGS[section].lower().partition(":")[0],
                words.reference(case),
                names[case.school],
                words.sender(case),
                words.with_notes(judged, names),
                f"received {words.moment(case.received, status.today)}",
                "; ".join(words.to_do(judged, status.today)),
            )
    for line in () if status.find else status.schools:
        open_ = notices.counts(dict(line.counts)) or "nothing open"
        yield f"{line.school.name}: {open_}; {notices.last_read(line, status)}"
    for sentence in (notices.set_aside(status), notices.not_tracked(status.not_tracked)):
        if sentence:
            yield sentence
    if everything:
        for item in status.not_tracked:
            message = item.message
            yield _row(
                "not tracked",
                f"m{message.id}",
                names[message.school],
                words.message_sender(message),
                words.subject(message.subject, readable=message.readable),
                f"received {words.moment(message.received, status.today)}",
                f"{words.kind(item.kind)}: {item.evidence}",
            )


def _row(*fields: str) -> str:
    return _BETWEEN.join(field.translate(_NO_COLUMN) for field in fields)


def marked_lines(marked: Sequence[Marked], today: date, *, dry_run: bool) -> Iterator[str]:
    """What was recorded, and how each case stands now."""
    if dry_run:
        yield "Dry run: nothing was recorded. This would be:"
    for one in marked:
        when = words.moment(one.mark.at, today)
        if one.judged is None:
            word = f"{one.mark.word.value} {one.mark.detail}".strip()
            yield f"{one.subject}: {word} ({when})"
            yield from _guarded(one)
            continue
        case = one.judged.case
        word = f"{one.mark.word.value} {one.mark.detail}".strip()
        ref, named = words.reference(case), str(one.subject)
        if one.other and one.case:  # both are named as they stood: so a slip is seen
            yield f"{named}{_who(one.case)}: {word}{_who(one.other)}, {when}"
            if one.mark.word is Word.MERGE:
                yield f"    now one case, {ref}{_who(case)}"
        else:
            joined = f"{named}, part of " if named[:1] != "m" and named != ref else ""
            yield f"{joined}{ref}{_who(case)}: {word}, {when}"
        for line in dict.fromkeys(words.to_do(one.judged, today)):
            yield f"    {line}"
        if done := one.was_answered:
            yield f"    (it was answered already: {done.what} {words.moment(done.at, today)})"
        yield from _guarded(one)
        for free in one.set_free:
            owed = ", still owed" if free.next else ""
            came = words.moment(free.case.received, today)
            yield f"    the mail of {came} is now {words.reference(free.case)}{owed}"


def _guarded(one: Marked) -> Iterator[str]:
    if one.guarded:
        refs = ", ".join(map(words.reference, one.guarded))
        yield f"    the same matter, and without its names now: {refs}"


def _who(case: Case) -> str:
    return f" ({words.sender(case)}, {words.subject(case.opener.subject)})"


def explain_lines(
    judged: Judged, answer: Answer, names: Mapping[str, str], today: date
) -> Iterator[str]:
    """How a case stands, and why its dates are what they are; `names` are the schools' by code."""
    about = words.with_notes(judged, names)
    yield f"{words.reference(judged.case)}: {words.sender(judged.case)}, {about}"
    for verdict in judged.verdicts:
        yield f"  {words.owed(verdict, today)}"
    for mark in judged.case.marks:
        note = f": {mark.note}" if mark.note else ""
        typed = words.moment(mark.recorded, today)
        when = words.moment(mark.at, today)
        word = f"{mark.word.value} {mark.detail}".strip()
        yield f"  recorded {typed} by {mark.by or 'somebody'}: {word}, {when}{note}"
    yield ""
    how = sign(judged.case.opener, CHANNEL)
    yield from due_lines(answer, today, _CAME.get(how, "a mail"))


_CAME = {"phone": "a phone call", "letter": "a letter", "gate": "a word at the gate"}


def due_lines(answer: Answer, today: date, what: str = "a mail") -> Iterator[str]:
    """Both deadlines and the days that led there, counted or not, and why; `what` is how it came."""
    received = words.moment(answer.received, today, relative=False)
    since = answer.policy.since
    held = "" if since == date.min else f", in force since {words.day(since, today)}"
    yield f"{answer.school.name}: {what} received {received}"
    yield f"  {answer.policy.name}{held}"
    width = max(len(str(d.promise)) for d in answer.deadlines.values())
    for target, deadline in answer.deadlines.items():
        guess = "  (provisional: term dates missing)" if deadline.provisional else ""
        until = _until(answer, deadline)
        promise = f"({deadline.promise})".ljust(width + 2)
        yield f"  {target.value:<12}{promise} by {words.day(deadline.date, today)}, {until}{guess}"
    acknowledge, respond = (answer.trails[t] for t in Target)
    if respond[: len(acknowledge)] == acknowledge:
        yield ""
        yield from _trail(respond, answer, tuple(Target), today)
        return
    for target in Target:
        yield ""
        yield f"{target.value}:"
        yield from _trail(answer.trails[target], answer, (target,), today)


def _until(answer: Answer, deadline: Deadline) -> str:
    if deadline.chosen.unit in (Unit.HOURS, Unit.HOURS_ON_WORKING_DAYS, Unit.WORKING_HOURS):
        return f"until {deadline.instant.astimezone(LONDON):%H:%M}"
    ends = deadline.chosen.by or answer.policy.rules.due_by
    if isinstance(ends, time):
        return f"until {ends:%H:%M}"
    return "until the office closes" if ends is DueBy.CLOSE else "until midnight"


def _trail(
    trail: Sequence[TrailDay], answer: Answer, targets: Sequence[Target], today: date
) -> Iterator[str]:
    for row in trail:
        number = "-" if row.counted is None else str(row.counted)
        ends = [t.value for t in targets if answer.deadlines[t].date == row.date]
        notes = []
        if row.counted == 0:
            notes.append("day 0")
        if row.date == trail[0].date:
            notes.append("received")
        notes += [f"{e} by the end of this day" for e in ends]
        what = _reason(row) + (" (provisional)" if row.provisional else "")
        if row.seconds:
            minutes = round(row.seconds / 60)
            what += f", {minutes // 60} h {minutes % 60:02} min"
        tail = f"  <- {', '.join(notes)}" if notes else ""
        yield f"  {words.day(row.date, today):<16}{number:>3}  {what}{tail}"


def _reason(row: TrailDay) -> str:
    if row.kind is DayKind.OFFICE and row.counted != 0:
        return f"{row.reason}: {'counts' if row.counted else 'does not count'}"
    return row.reason
