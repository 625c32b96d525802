"""The words of an alert: a digest -> a letter of headings and entries; it decides nothing.

A subject line is made of our own words, numbers and the names of schools: never of a mail's text.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from commsla.core import words
from commsla.core.clean import clean
from commsla.core.digests import Digest, Line, Part
from commsla.core.local import local_date
from commsla.core.model import Target
from commsla.core.recipients import Stage

MOST = 50  # entries of one digest; more are counted
_LONGEST_SUBJECT = 150
_MOST_SCHOOLS = 3  # named in a subject line
_MOST_TOLD = 40  # references of what was told before
_VERB = {Target.ACKNOWLEDGE: "acknowledge", Target.RESPOND: "answer"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One case: what is owed, and what else to know, a line each."""

    title: str
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """A heading and what stands below it."""

    heading: str
    entries: tuple[Entry, ...] = ()
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Letter:
    """An alert in words. Every text is one line of visible characters."""

    subject: str
    opening: str
    blocks: tuple[Block, ...]
    closing: tuple[str, ...]


def letter(digest: Digest, now: datetime) -> Letter:
    """What a recipient reads."""
    today = local_date(now)
    several = len(digest.parts) > 1
    blocks: list[Block] = []
    left = MOST
    for part in digest.parts:
        blocks += _blocks(part, today, left, several=several)
        left = max(left - len(part.lines), 0)
    closing = [
        "This mail was sent by commsla, which keeps count of the school's promise to parents."
    ]
    if any(part.lines for part in digest.parts):
        closing[0] += " Each of these is told once; what is late is told again only now and then."
    if any(line.named for part in digest.parts for line in part.lines):
        closing.append("Sender and subject are as in this mailbox: look for them there.")
    return Letter(subject(digest, today), words.full_moment(now), tuple(blocks), tuple(closing))


def trial_letter(now: datetime) -> Letter:
    """What `alert --test` sends."""
    return Letter(
        "Test of commsla's alerts",
        words.full_moment(now),
        (
            Block(
                "It works",
                lines=(
                    "This is what commsla alert --test sends. Alerts about cases will look like this "
                    "one, and come only while the office is open.",
                ),
            ),
        ),
        ("Nothing needs to be done.",),
    )


def subject(digest: Digest, today: date) -> str:
    """`3 to acknowledge today, 1 late - Norton`: no name of a person, and no word of a mail."""
    stages: Counter[Stage] = Counter()
    owed_today: Counter[Target] = Counter()
    soon: date | None = None
    falls_due = 0
    for part in digest.parts:
        falls_due += sum(n for _, _, n in part.forecast)
        for line in part.lines:
            stages[line.stage] += 1
            if line.stage is Stage.DUE_TODAY:
                first = next(t for t, stage in line.stages if stage is Stage.DUE_TODAY)
                owed_today[first] += 1
            if line.stage is Stage.DUE_SOON:
                soon = soon or part.next_day
    said = [f"{n} to {_VERB[t]} today" for t in Target if (n := owed_today[t])]
    if late := stages[Stage.OVERDUE] + stages[Stage.ESCALATE]:
        said.append(f"{late} late")
    if stages[Stage.DUE_SOON] and soon:
        said.append(f"{stages[Stage.DUE_SOON]} due {words.near_day(soon, today)}")
    if open_ := stages[Stage.BEFORE_HOLIDAY]:
        said.append(f"{open_} open before the holiday")
    if falls_due:
        said.append(f"{falls_due} to come after the holiday")
    if any(part.handed_over for part in digest.parts):
        said.append("handed over to you")
    if any(part.not_read for part in digest.parts):
        said.append("mail is not being read")
    if any(part.silent for part in digest.parts):
        said.append("alerts are silent")
    if not said:
        said.append("all is quiet")
    names = [clean(part.school.name, 40) for part in digest.parts]
    where = ", ".join(names) if len(names) <= _MOST_SCHOOLS else f"{len(names)} schools"
    return clean(f"{', '.join(said)} - {where}", _LONGEST_SUBJECT)


def _blocks(part: Part, today: date, left: int, *, several: bool) -> list[Block]:
    name = clean(part.school.name, 60)
    prefix = f"{name}: " if several else ""
    found = []
    if part.handed_over:
        times = tuple(f"recorded {words.moment(at, today)}" for at in part.handed_over)
        found.append(
            Block(
                f"{prefix}handed over to you",
                lines=(
                    f"The office of {name} marked {len(times)} case{'s' * (len(times) != 1)} "
                    "as a matter of safeguarding. On purpose nothing else is said here: please ask the "
                    "office.",
                    *times,
                ),
            )
        )
    if part.not_read:
        found.append(
            Block(
                f"{prefix}not being read",
                lines=(
                    *part.not_read,
                    "What came since is in no list, and nobody is told of it. On the computer that "
                    "polls, commsla doctor says why, and what mends it.",
                ),
            )
        )
    if part.silent:
        found.append(
            Block(
                f"{prefix}alerts are silent",
                lines=(
                    *(
                        f"What {address} replies is not visible to commsla, so it cannot know what is "
                        "answered. Nobody is told what is due there, and nothing is called late."
                        for address in part.silent
                    ),
                    "Often the copies of replies lie in the Sent folder of whoever wrote them. On the "
                    "computer that polls, commsla doctor says why, and what mends it.",
                    "This comes once a week until it is mended.",
                ),
            )
        )
    if part.quiet:
        found.append(
            Block(
                f"{prefix}all is quiet",
                lines=(part.quiet, "This comes once in a week in which no other mail did."),
            )
        )
    if part.note:
        found.append(Block(f"{prefix}not up to date", lines=(clean(part.note, 400),)))
    shown = sorted(part.lines, key=lambda x: _GROUPS.index(_group(x)))[:left]
    for group in _GROUPS:
        entries = tuple(_entry(x, today) for x in shown if _group(x) == group)
        if entries:
            heading = _HEADINGS[group].format(
                next=words.near_day(part.next_day, today) if part.next_day else "",
                back=words.day(part.back, today) if part.back else "",
            )
            found.append(Block(f"{prefix}{heading}", entries))
    rest = len(part.lines) - len(shown)
    if rest:
        found.append(Block(f"{prefix}and {rest} more", lines=("commsla status lists them all.",)))
    if part.forecast:
        found.append(Block(f"{prefix}after the holiday", lines=tuple(_forecast(part, today))))
    if part.told_before:
        found.append(Block(f"{prefix}told before, and still open", lines=(_told(part),)))
    return found


_GROUPS = ("late", "today", "soon", "holiday")
_HEADINGS = {
    "late": "late",
    "today": "due today",
    "soon": "due {next}",
    "holiday": "would wait through the holiday, until {back}",
}
_GROUP_OF = {
    Stage.ESCALATE: "late",
    Stage.OVERDUE: "late",
    Stage.DUE_TODAY: "today",
    Stage.DUE_SOON: "soon",
    Stage.BEFORE_HOLIDAY: "holiday",
}


def _group(line: Line) -> str:
    return _GROUP_OF[line.stage]


def _entry(line: Line, today: date) -> Entry:
    case = line.judged.case
    owed = "; ".join(words.to_do(line.judged, today))
    received = f"received {words.moment(case.received, today, relative=False)}, {_age(line.age)}"
    facts = [received]
    if line.named and not case.guarded:
        who = clean(words.sender(case), 100)
        about = words.subject(case.opener.subject, readable=case.opener.readable)
        facts += [f"from {who}", clean(about, 120)]
    if case.chasers:
        facts.append("chased once" if case.chasers == 1 else f"chased {case.chasers} times")
    if case.owner:
        facts.append(f"for {clean(case.owner, 60)}")
    if case.gone:
        facts.append("it was thrown away: not for us?")
    return Entry(f"{words.reference(case)}: {owed}", tuple(facts))


def _age(days: int) -> str:
    if days == 0:
        return "today"
    return "1 working day ago" if days == 1 else f"{days} working days ago"


def _forecast(part: Part, today: date) -> list[str]:
    return [
        f"{n} to {_VERB[target]} {'today' if day == today else f'by {words.day(day, today)}'}"
        for day, target, n in part.forecast
    ]


def _told(part: Part) -> str:
    told = part.told_before
    shown = ", ".join(words.reference(j.case) for j in told[:_MOST_TOLD])
    more = len(told) - _MOST_TOLD
    return f"{shown} and {more} more" if more > 0 else shown
