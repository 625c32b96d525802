"""Today's list -> what a monitoring system reads: one word, one sentence, figures; never who wrote what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from commsla.core import words
from commsla.core.clockdoubt import ClockDoubt
from commsla.core.digests import AlertRun
from commsla.core.expiry import expiring
from commsla.core.local import local_date
from commsla.core.notices import last_read
from commsla.core.plugin import Level, one_line
from commsla.core.today import MailboxLine, SchoolLine, Status, is_long_ago
from commsla.core.verdicts import Section
from commsla.core.workdays import Workdays

_EXPIRY_DAYS = 14  # left of a password or secret; status warns its reader earlier


# UNKNOWN first: where mail is missing or the clock is wrong, no figure can be believed.
_WORST_FIRST = (Level.UNKNOWN, Level.CRITICAL, Level.WARNING, Level.OK)


@dataclass(frozen=True, slots=True)
class Limits:
    """More cases than this are too many; None never is."""

    overdue_warning: int | None = 0
    overdue_critical: int | None = 4
    today_warning: int | None = None
    today_critical: int | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """One performance figure; `value` is None where nobody knows it. `unit` is "s" or nothing."""

    label: str
    value: int | None
    unit: str = ""
    warning: int | None = None
    critical: int | None = None

    def __str__(self) -> str:
        """`overdue=2;0;4;0` (label, value and unit, warning, critical, least)."""
        known = "U" if self.value is None else f"{self.value}{self.unit}"
        warning, critical = ("" if n is None else str(n) for n in (self.warning, self.critical))
        return f"{self.label}={known};{warning};{critical};0"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was found: how bad it is, and a few words without names and addresses."""

    level: Level
    said: str


@dataclass(frozen=True, slots=True)
class Monitored:
    """The whole answer. `findings` are the worst first."""

    level: Level
    findings: tuple[Finding, ...]
    figures: tuple[Figure, ...]

    @property
    def line(self) -> str:
        """`COMMSLA WARNING: 2 overdue, 3 due today; ... | overdue=2;0;4;0 ...`: one line, one bar."""
        said = "; ".join(f.said for f in self.findings)
        figures = " ".join(map(str, self.figures))
        return one_line(self.level, said) + (f" | {figures}" if figures else "")


def monitor(
    status: Status, doubt: ClockDoubt | None, limits: Limits, alerts: Sequence[Finding] = ()
) -> Monitored:
    """Judge a list of now: what is late, and whether anything of it can be believed.

    `alerts` is what `alerting` found.
    """
    counts = {s: len(status.section(s)) for s in (Section.OVERDUE, Section.DUE_TODAY)}
    overdue, today = counts[Section.OVERDUE], counts[Section.DUE_TODAY]
    late = _level(overdue, limits.overdue_warning, limits.overdue_critical)
    due = _level(today, limits.today_warning, limits.today_critical)
    found = [Finding(max(late, due), f"{overdue} overdue, {today} due today")]
    if doubt:
        found.append(Finding(Level.UNKNOWN, f"{doubt.why} {doubt.advice}"))
    found += _trust(status)
    found += alerts
    for line in status.schools:
        found += _school(line, status)
    found.sort(key=lambda f: _WORST_FIRST.index(f.level))
    figures = (
        Figure("overdue", overdue, "", limits.overdue_warning, limits.overdue_critical),
        Figure("due_today", today, "", limits.today_warning, limits.today_critical),
        *(figure for line in status.schools for figure in _ages(line, status.now)),
    )
    return Monitored(found[0].level, tuple(found), figures)


def _level(count: int, warning: int | None, critical: int | None) -> Level:
    if critical is not None and count > critical:
        return Level.CRITICAL
    return Level.WARNING if warning is not None and count > warning else Level.OK


def _trust(status: Status) -> Iterator[Finding]:
    if strays := sum(status.strays.values()):
        said = f"{strays} unanswered of a school that is not in schools.toml any more"
        yield Finding(Level.WARNING, said)


def _school(line: SchoolLine, status: Status) -> Iterator[Finding]:
    code = line.school.code
    if any(m.stale for m in line.mailboxes):
        yield Finding(Level.UNKNOWN, f"{code} {last_read(line, status)}, newer mail is missing")
    else:
        yield Finding(Level.OK, f"{code} {last_read(line, status)}")
        if any(m.read and m.read.trouble for m in line.mailboxes):
            yield Finding(Level.WARNING, f"the last poll of {code} failed")
    if not line.replies_visible:
        yield Finding(Level.UNKNOWN, f"replies of {code} are not visible: nothing is called late")
    if line.share.is_odd:
        share = line.share
        said = f"{share.tracked} of {share.received} messages of {code} became cases"
        yield Finding(Level.WARNING, said)
    if line.dates_missing_from:
        day = words.day(line.dates_missing_from, status.today)
        yield Finding(Level.WARNING, f"no term dates of {code} from {day} on")
    if any(m.read and m.read.emptied for m in line.mailboxes):
        yield Finding(Level.WARNING, f"a folder of {code} is suddenly empty")
    ends = [end.left for end in expiring(line.school, status.today, _EXPIRY_DAYS)]
    if ends:
        left = min(ends)
        over = left < 0
        said = f"the login of {code} " + ("has ended" if over else f"ends in {left} days")
        yield Finding(Level.CRITICAL if over else Level.WARNING, said)


def _ages(line: SchoolLine, now: datetime) -> Iterator[Figure]:
    """Seconds since each mailbox was last read well: by the clock, closed days included."""
    for number, mailbox in enumerate(line.mailboxes, 1):
        which = f"_{number}" if len(line.mailboxes) > 1 else ""
        yield Figure(f"age_{line.school.code}{which}", _age(mailbox, now), "s")


def _age(mailbox: MailboxLine, now: datetime) -> int | None:
    good = mailbox.read.last_good if mailbox.read else None
    return None if good is None else max(int((now - good).total_seconds()), 0)


def alerting(
    run: AlertRun,
    workdays: Mapping[str, Workdays],
    now: datetime,
    refused: tuple[int, int] = (0, 0),
) -> list[Finding]:
    """Whether alerts go out, where somebody is to be told: by the last run of `commsla alert`.

    `workdays` are those of the schools whose recipients there are. As with polls, two open hours of any
    of them without a run are too many; here that is a warning, for the list itself is right.
    `refused` are how many of how many recipients the mail server refused when it was last asked.
    """
    found = []
    if run.failures:
        times = "once" if run.failures == 1 else f"{run.failures} times in a row"
        found.append(Finding(Level.CRITICAL, f"the mail server took no alert, {times}"))
    if number := refused[0]:
        level = Level.CRITICAL if number == refused[1] else Level.WARNING
        found.append(
            Finding(level, f"the mail server refuses {number} of {refused[1]} who are to be told")
        )
    if run.last_run is None:
        return [*found, Finding(Level.WARNING, "no alert ran yet")]
    if any(is_long_ago(run.last_run, days, now) for days in workdays.values()):
        when = words.moment(run.last_run, local_date(now))
        found.append(Finding(Level.WARNING, f"the last alert ran {when}"))
    return found
