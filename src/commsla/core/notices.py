"""What must be said around today's list: how far it can be trusted, and what is not in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from commsla.core import words
from commsla.core.case import NotTracked
from commsla.core.clean import clean
from commsla.core.expiry import expiring, expiry_sentence
from commsla.core.folderfacts import MANY
from commsla.core.local import local_date
from commsla.core.model import Word
from commsla.core.today import MailboxLine, SchoolLine, Status
from commsla.core.verdicts import Section

_SHORT = {
    Section.OVERDUE: "overdue",
    Section.DUE_TODAY: "due today",
    Section.DUE_NEXT: "due next working day",
    Section.WAITING: "waiting",
    Section.CANNOT_SAY: "cannot be judged",
    Section.CONFIRM: "to confirm",
    Section.GONE: "thrown away unanswered",
    Section.CHECK: "to check",
    Section.WROTE_AGAIN: "thank-you to confirm",
    Section.FOR_PARENT: "waiting for the parent",
    Section.LATE_BEFORE_DAY_ONE: "late before the first poll",
    Section.SETTLED: "settled",
}
_NONE_NEEDED = ("no reply needed", "no reply needed")
_SET_ASIDE = {
    Word.CONFIRM: _NONE_NEEDED,
    Word.NO_REPLY_NEEDED: _NONE_NEEDED,
    Word.NOT_FOR_US: ("not for us", "not for us"),
    Word.DUPLICATE: ("duplicate", "duplicates"),
    Word.SAFEGUARDING: ("about safeguarding", "about safeguarding"),
}
_OPEN = (
    Section.OVERDUE,
    Section.DUE_TODAY,
    Section.DUE_NEXT,
    Section.CONFIRM,
    Section.WAITING,
    Section.CANNOT_SAY,
    Section.GONE,
    Section.CHECK,
    Section.WROTE_AGAIN,
    Section.FOR_PARENT,
)


def moment(status: Status) -> str:
    """The first line: the moment that is shown, and where it is an earlier one, that it is."""
    if status.seen_at is None:
        return words.full_moment(status.now)
    return as_it_stood(status.now, status.seen_at)


def as_it_stood(then: datetime, asked: datetime) -> str:
    """That an earlier moment is shown, and when it was asked for."""
    looked = words.moment(asked, local_date(then), relative=False)
    return f"As it stood on {words.full_moment(then)} (looked at {looked})"


def look_back(status: Status) -> str:
    """What an earlier moment is made of; empty where the moment is now."""
    if status.seen_at is None:
        return ""
    return (
        "A look back: mail received by then, marks, calls and letters recorded by then, today's "
        "calendar."
    )


def counts(status_counts: dict[Section, int]) -> str:
    """`2 overdue, 3 due today, 6 waiting`; empty where nothing is open."""
    return ", ".join(f"{n} {_SHORT[s]}" for s in _OPEN if (n := status_counts.get(s, 0)))


def headline(status: Status) -> str:
    """The first line under the date. Calm is only claimed where everything could be seen."""
    if status.find:
        return _found(status)
    total = {s: len(status.section(s)) for s in Section}
    said = counts(total)
    if said:
        return said
    if late := total[Section.LATE_BEFORE_DAY_ONE]:
        return f"Nothing is due; {late} unanswered from before the first poll."
    if status.can_be_trusted:
        return "Nothing to do: every enquiry that was read is settled."
    return "Nothing open is known, but see the warnings: this list may not be complete."


def _found(status: Status) -> str:
    cases, others = len(status.cases), len(status.not_tracked)
    said = [f"{cases} case{'s' * (cases != 1)}"] if cases else []
    if others:
        said.append(
            "1 message that is no case" if others == 1 else f"{others} messages that are no case"
        )
    if said:
        return f'Found with "{status.find}": {" and ".join(said)}.'
    if status.seen_at:
        return (
            f'Nothing found with "{status.find}" as it stood then: it may have come, or have been '
            "logged, since. Leave out --as-of to look in all that is known now."
        )
    return (
        f'Nothing found with "{status.find}". What was settled long ago, or is about safeguarding, has '
        "lost its names and its subject, and cannot be found by them."
    )


def urgent(status: Status) -> list[str]:
    """Open cases with urgent words, by school: a suggestion only, never another clock."""
    found = []
    for line in status.schools:
        refs = [
            words.reference(j.case)
            for j in status.cases
            if j.case.urgent and j.next and j.case.school == line.school.code
        ]
        if refs:
            phone = f" {line.school.phone}" if line.school.phone else ""
            found.append(
                f"Urgent words: consider a call. {', '.join(refs)} ({line.school.name}{phone})"
            )
    return found


def warnings(status: Status) -> list[str]:
    """Whole sentences, loudest first; none when all is well."""
    found: list[str] = []
    for line in status.schools:
        found += [_stale(line, m, status) for m in line.mailboxes if m.stale]
    if status.unnumbered:
        found.append(
            "The last poll was stopped half way: newer mail may be missing, and cases without a "
            "reference cannot be marked yet. Run: commsla poll"
        )
    for code, number in status.strays.items():
        cases = "case belongs" if number == 1 else "cases belong"
        found.append(
            f'{number} unanswered {cases} to "{code}", which is not in schools.toml any more, and '
            "stand in no list. Put that school back under its code, or move them first."
        )
    for line in status.schools:
        found += _troubles(line, status)
        found += [
            expiry_sentence(line.school, end, words.day(end.last, status.today))
            for end in expiring(line.school, status.today)
        ]
        found += [
            emptied(f"{line.school.name} ({m.address})", m.read.emptied)
            for m in line.mailboxes
            if m.read and m.read.emptied
        ]
        for mailbox in line.mailboxes:
            if mailbox.replies_visible:
                continue
            found.append(
                f"{line.school.name} ({mailbox.address}): replies are not visible, so these figures "
                "cannot be trusted. "
                "Almost no enquiry has a reply in the Sent folder that is read. In Microsoft 365 the "
                "replies from a shared mailbox lie in each sender's own Sent Items unless IT turns on "
                "MessageCopyForSentAsEnabled and MessageCopyForSendOnBehalfEnabled for it; or set "
                '`sent = "..."` in schools.toml. What was phoned or answered elsewhere: commsla mark.'
            )
        if line.share.is_odd:
            share = line.share
            found.append(
                f"{line.school.name}: {share.tracked} of {share.received} messages of the last four "
                "weeks became cases. Perhaps parents' mail is taken for something else: look at "
                "commsla status --all."
            )
        if line.guessed:
            cases = "case is" if line.guessed == 1 else "cases are"
            found.append(
                f"{line.school.name}: {line.guessed} open {cases} past a date that was worked out "
                "without term dates, and not called late. Add that school year to schools.toml."
            )
        if line.dates_missing_from:
            found.append(
                f"{line.school.name}: no term dates from "
                f"{words.day(line.dates_missing_from, status.today)} on. Deadlines that reach there "
                "are provisional and never called late: add that school year to schools.toml."
            )
    return found


def emptied(where: str, folders: Sequence[str]) -> str:
    """That folders which held many mails are empty: perhaps tidied up, perhaps lost."""
    named = ", ".join(f'"{clean(folder, 60)}"' for folder in folders)
    verb = "is" if len(folders) == 1 else "are"
    return (
        f"{where}: {named} held {MANY} mails or more and {verb} suddenly empty. If nobody tidied up, "
        "ask who runs the mail server. What was open stays open."
    )


def _stale(line: SchoolLine, mailbox: MailboxLine, status: Status) -> str:
    read = mailbox.read
    name = f"{line.school.name} ({mailbox.address})"
    if read is None and status.seen_at:
        return f"NOT READ BY THEN: {name}. What stands here was read later, and may not be all."
    if read is None:
        return f"NEVER READ: {name}. Run: commsla poll"
    if read.last_good is None:
        return f"NEVER READ TO THE END: {name}. {read.trouble or 'Run: commsla poll'}"
    when = words.moment(read.last_good, status.today)
    return (
        f"OUT OF DATE: {name} was last read {when}. Newer mail is missing here. Run: commsla poll"
    )


def _troubles(line: SchoolLine, status: Status) -> list[str]:
    return [
        f"The last poll of {line.school.name} ({words.moment(m.read.last_try, status.today)}) "
        f"failed: {m.read.trouble}"
        for m in line.mailboxes
        if m.read and m.read.trouble and m.read.last_good
    ]


def last_read(line: SchoolLine, status: Status) -> str:
    """`last read today 08:40`, the oldest of a school's mailboxes; of an earlier moment, if it is whole."""
    goods = [m.read.last_good if m.read else None for m in line.mailboxes]
    known = [g for g in goods if g is not None]
    if len(known) < len(goods):
        return "never read" if not known else "not all mailboxes read yet"
    if status.seen_at and min(known) >= status.now:
        return "all mail up to then was read"
    return f"last read {words.moment(min(known), status.today)}"


def set_aside(status: Status) -> str:
    """`Set aside: 3 no reply needed, 1 duplicate`; empty where there is nothing."""
    marks = Counter(_SET_ASIDE[j.case.excluded.word] for j in status.cases if j.case.excluded)
    parts = (f"{n} {one if n == 1 else many}" for (one, many), n in marks.most_common())
    return f"Set aside: {', '.join(parts)}" if marks else ""


def not_tracked(items: Sequence[NotTracked]) -> str:
    """`Not tracked: 22 bulletins, 9 delivery reports, 6 internal`; empty where there is nothing."""
    kinds = Counter(n.kind for n in items)
    if not kinds:
        return ""
    parts = (f"{n} {words.kind(kind, n)}" for kind, n in kinds.most_common())
    return f"Not tracked: {', '.join(parts)}"
