"""Today's list: what needs doing, in the order to do it, and how far it can be trusted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from commsla.core.calendar import OutOfCalendar
from commsla.core.case import NotTracked
from commsla.core.evidence import Share, share_of_cases
from commsla.core.local import local_date
from commsla.core.model import MailboxRead, Role
from commsla.core.school import (
    School,
)
from commsla.core.verdicts import Judged, Section
from commsla.core.workdays import Workdays

_STALE_AFTER = 2 * 3600.0  # seconds of open office without a good poll (DESIGN section 6)
_STALE_WITHOUT_CALENDAR = timedelta(days=3)
_CLOCKS_DIFFER = timedelta(minutes=5)
_LOOK_AHEAD = timedelta(days=60)  # of known term dates


@dataclass(frozen=True, slots=True)
class Judgement:
    """Every case of every configured school at one moment, and what is not tracked.

    `blind` holds the (school, mailbox) whose replies are not visible: no case of theirs is called
    late. `strays` counts the unanswered cases of schools that the config no longer knows.
    """

    cases: tuple[Judged, ...]
    not_tracked: tuple[NotTracked, ...]
    blind: frozenset[tuple[str, str]]
    strays: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MailboxLine:
    """One mailbox: when it was last read, and whether that is too long ago."""

    address: str
    read: MailboxRead | None
    stale: bool
    replies_visible: bool = True


@dataclass(frozen=True, slots=True)
class SchoolLine:
    """One school: its mailboxes, how many cases stand where, and what is out of sight."""

    school: School
    mailboxes: tuple[MailboxLine, ...]
    counts: Mapping[Section, int]
    share: Share
    dates_missing_from: date | None
    guessed: int  # open cases past a date that was worked out without term dates

    @property
    def replies_visible(self) -> bool:
        """Whether the replies to all its mailboxes can be seen."""
        return all(m.replies_visible for m in self.mailboxes)

    @property
    def can_be_trusted(self) -> bool:
        """Whether each of its mailboxes was read lately and shows replies: only then may all be calm."""
        return (
            self.replies_visible
            and not self.share.is_odd
            and not any(m.stale or (m.read and m.read.trouble) for m in self.mailboxes)
        )


@dataclass(frozen=True, slots=True)
class Status:
    """Everything that `status` shows. `cases` are sorted by what to do next."""

    now: datetime
    today: date
    schools: tuple[SchoolLine, ...]
    cases: tuple[Judged, ...]
    not_tracked: tuple[NotTracked, ...]
    # When `now` is an earlier moment: the time at which it was asked.
    seen_at: datetime | None = None
    strays: Mapping[str, int] = field(default_factory=dict)
    find: str = ""  # the words that what is shown was looked for by

    def section(self, section: Section) -> list[Judged]:
        """The cases of one section, most urgent first."""
        return [j for j in self.cases if j.section is section]

    @property
    def unnumbered(self) -> bool:
        """Whether open cases have no reference yet: a poll was stopped before its end."""
        return any(
            j.case.reference is None and j.section is not Section.SETTLED for j in self.cases
        )

    @property
    def can_be_trusted(self) -> bool:
        """Whether every mailbox was read lately and shows replies: only then may all be calm."""
        return (
            not self.unnumbered and not self.strays and all(s.can_be_trusted for s in self.schools)
        )


def todays_list(
    judgement: Judgement,
    reads: Sequence[MailboxRead],
    workdays: Mapping[str, Workdays],
    now: datetime,
    schools: Sequence[School],
    *,
    seen_at: datetime | None = None,
) -> Status:
    """The list of these schools at `now` (aware); `workdays` are by school code."""
    codes = {s.code for s in schools}
    cases = [j for j in judgement.cases if j.case.school in codes]
    cases.sort(key=_urgency)
    not_tracked = tuple(n for n in judgement.not_tracked if n.message.school in codes)
    read_of = {(r.school, r.mailbox): r for r in reads}
    lines = []
    for school in schools:
        own = [j for j in cases if j.case.school == school.code]
        mail = [j.case.received for j in own if j.case.opener.role is not Role.LOGGED]
        others = [n.message.received for n in not_tracked if n.message.school == school.code]
        calendar = workdays[school.code]
        lines.append(
            SchoolLine(
                school=school,
                mailboxes=tuple(
                    replace(
                        _mailbox(m.address, read_of.get((school.code, m.address)), calendar, now),
                        replies_visible=(school.code, m.address) not in judgement.blind,
                    )
                    for m in school.mailboxes
                ),
                counts={s: sum(j.section is s for j in own) for s in Section},
                share=share_of_cases(mail, others, now),
                dates_missing_from=_missing(calendar, local_date(now)),
                guessed=sum(_past_a_guess(j, now) for j in own),
            )
        )
    strays = judgement.strays
    return Status(now, local_date(now), tuple(lines), tuple(cases), not_tracked, seen_at, strays)


def _urgency(judged: Judged) -> tuple[Section, float, str, int, int]:
    owed = judged.next or judged.respond
    due = owed.deadline.instant if owed.deadline else judged.case.received
    ref = judged.case.reference
    # Settled cases: the newest first, as one looks for what was done yesterday.
    at = due.timestamp() if judged.section is not Section.SETTLED else -due.timestamp()
    return (
        judged.section,
        at,
        ref.prefix if ref else "",
        ref.number if ref else 0,
        judged.case.opener.id,
    )


def _mailbox(
    address: str, read: MailboxRead | None, workdays: Workdays, now: datetime
) -> MailboxLine:
    if read is None or read.last_good is None or read.last_good > now + _CLOCKS_DIFFER:
        return MailboxLine(address, read, stale=True)  # read in the future: a clock was wrong
    return MailboxLine(address, read, is_long_ago(read.last_good, workdays, now))


def is_long_ago(at: datetime, workdays: Workdays, now: datetime) -> bool:
    """Whether more than two hours of open office lie between (without a calendar three days)."""
    try:
        return workdays.open_seconds(at, now) > _STALE_AFTER
    except OutOfCalendar:
        return now - at > _STALE_WITHOUT_CALENDAR


def _past_a_guess(judged: Judged, now: datetime) -> bool:
    return any(
        v.is_owed
        and v.deadline is not None
        and v.deadline.provisional
        and v.deadline.instant <= now
        for v in judged.verdicts
    )


def _missing(workdays: Workdays, today: date) -> date | None:
    missing = workdays.days.missing_from(today)
    return missing if missing <= today + _LOOK_AHEAD else None
