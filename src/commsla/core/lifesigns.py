"""What a recipient is told about telling itself: nothing is read, alerts are silent, or all is quiet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from commsla.core import words
from commsla.core.digests import Said
from commsla.core.local import local_date
from commsla.core.quiet import all_quiet_due, silence_alert_due, stale_alert_due
from commsla.core.recipients import Recipient, Stage, hear_of_silence
from commsla.core.today import MailboxLine, SchoolLine
from commsla.core.workdays import Workdays


@dataclass(frozen=True, slots=True)
class LifeSigns:
    """Sentences to tell now, and why others are not told. `silent` are addresses of mailboxes."""

    not_read: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()
    quiet: str = ""
    why_not: tuple[str, ...] = ()

    @property
    def stages(self) -> tuple[Stage, ...]:
        """What is to be remembered as told."""
        told = {
            Stage.NOT_READ: self.not_read,
            Stage.SILENT: self.silent,
            Stage.ALL_QUIET: self.quiet,
        }
        return tuple(stage for stage, said in told.items() if said)


def life_signs(
    line: SchoolLine,
    recipient: Recipient,
    known: Sequence[Said],
    workdays: Workdays,
    now: datetime,
    *,
    alone: bool,
) -> LifeSigns:
    """What `recipient`, who was told what is `known`, hears of this school while its office is open.

    `alone`: nothing else is told in this run; whatever is told is a sign of life itself.
    """
    today = local_date(now)
    not_read, silent, quiet, why_not = tuple[str, ...](), tuple[str, ...](), "", list[str]()
    if Stage.NOT_READ in recipient.stages:
        stale = [m for m in line.mailboxes if m.stale]
        if stale_alert_due(line, _last(Stage.NOT_READ, line, known), workdays, now):
            not_read = tuple(f"{m.address} {_since(m, today)}." for m in stale)
        else:
            why_not.append(f"not read: {'told today' if stale else 'every mailbox is read'}")
    blind = tuple(m.address for m in line.mailboxes if not m.replies_visible)
    mailboxes = [m.address for m in line.mailboxes]
    if blind and recipient.address in hear_of_silence(line.school.alerts, mailboxes):
        if silence_alert_due(_last(Stage.SILENT, line, known), workdays, now):
            silent = blind
        else:
            why_not.append("alerts are silent: told this week")
    if Stage.ALL_QUIET in recipient.stages:
        last = max((s.at for s in known), default=None)
        if alone and not not_read and all_quiet_due(line, last, workdays, now):
            reads = [m.read.last_good for m in line.mailboxes if m.read and m.read.last_good]
            read = f" Mail was last read {words.moment(min(reads), today)}." if reads else ""
            quiet = f"Nothing is overdue, and nothing is due today.{read}"
        else:
            why_not.append("all quiet: only if it is, and once in a week without any other mail")
    return LifeSigns(not_read, silent, quiet, tuple(why_not))


def _last(stage: Stage, line: SchoolLine, known: Sequence[Said]) -> datetime | None:
    about = (s.at for s in known if s.stage is stage and s.school == line.school.code)
    return max(about, default=None)


def _since(mailbox: MailboxLine, today: date) -> str:
    good = mailbox.read.last_good if mailbox.read else None
    return f"was last read {words.moment(good, today)}" if good else "was never read to its end"
