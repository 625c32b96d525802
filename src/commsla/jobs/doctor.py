"""`doctor`: look at everything that a poll needs, one check after the other; it changes nothing anywhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime

from commsla.core import words
from commsla.core.case import Case
from commsla.core.checkup import Check, Health, check_zone, ok, problem, skipped
from commsla.core.clean import clean
from commsla.core.expiry import check_expiry, expiry_of
from commsla.core.hostcheck import (
    Kept,
    check_access,
    check_clock,
    check_disk,
    check_ledger,
    check_sqlite,
)
from commsla.core.local import local_date
from commsla.core.mailcheck import (
    RECENT,
    Traffic,
    check_emptied,
    check_folders,
    check_login,
    check_polls,
    check_replies,
    check_server,
)
from commsla.core.mailfacts import FolderSeen, Measured, Survey
from commsla.core.model import Role
from commsla.core.school import Config, Mailbox, School
from commsla.core.schoolcheck import check_config, check_dates, check_references
from commsla.core.today import MailboxLine, Status, todays_list
from commsla.core.verdicts import Section
from commsla.core.workdays import Workdays
from commsla.errors import ConfigError, FolderRefused, LedgerError, LoginRefused, MailboxError
from commsla.jobs.cases import judge_all
from commsla.jobs.ports import (
    HostFacts,
    LedgerFacts,
    LedgerReader,
    MailFacts,
    Progress,
    SurveyLine,
)

_NO_LOGIN = "Nothing can be seen without a login."
_FOLDERS = ("inbox", "Sent")


@dataclass(frozen=True, slots=True)
class Doctor:
    """What the checks need. `now` is their one clock; `workdays` are by school code.

    `found` says by which rule `config` was found; it is a ConfigError where it cannot be used.
    """

    host: HostFacts
    ledger: LedgerFacts
    mail: MailFacts
    config: Config | ConfigError
    found: str
    workdays: Mapping[str, Workdays]
    now: datetime
    progress: Progress

    def run(self, schools: Sequence[School]) -> list[Check]:
        """Every check of this computer, and of these schools. One that fails stops no other.

        A check that needs another's success is skipped and says so.
        """
        checks = [ok("program", f"{self.host.about()}."), check_config(self.found, self.config)]
        folder, form = self.host.folder(), self.ledger.form()
        rows = _Rows()
        whole = list(check_sqlite(form, folder))
        if not folder.closed and folder.ledger and folder.key and form.can_be_read:
            try:
                rows = self._rows(schools)
            except (LedgerError, ValueError, TypeError, KeyError):
                fix = (
                    "Put back a copy of the ledger, or move it away with ledger.key and poll again."
                )
                whole[-1] = problem("integrity", "A row of the ledger makes no sense.", fix)
        checks.append(check_ledger(folder, rows.kept))
        checks += [*check_access(folder), *check_disk(self.host.disk()), *whole]
        checks += [check_clock(self.now, rows.kept), check_zone(self.host.zone())]
        checks.append(self._references(rows))
        if isinstance(self.config, ConfigError):
            checks.append(skipped("mailboxes", "Without a config no mailbox is known."))
            return checks
        for school in schools:
            for number, mailbox in enumerate(school.mailboxes, 1):
                place = place_of(school, mailbox, number)
                self.progress(f"{place}: asking the mail server")
                found = self._mailbox(school, mailbox, rows)
                checks += [replace(c, place=place) for c in found]
            days = self.workdays[school.code].days
            today = local_date(self.now)
            dates = check_dates(days.missing_from(today), today, school.code)
            one_mailbox = len(school.mailboxes) == 1
            checks.append(replace(dates, place=checks[-1].place if one_mailbox else school.code))
        return checks

    def _rows(self, schools: Sequence[School]) -> _Rows:
        with self.ledger.open() as ledger:
            kept = self._kept(ledger)
            if isinstance(self.config, ConfigError):
                return _Rows(kept)
            judgement = judge_all(self.config, ledger, self.workdays, self.now)
            status = todays_list(judgement, ledger.reads(), self.workdays, self.now, schools)
        return _Rows(kept, status, judgement.blind)

    def _kept(self, ledger: LedgerReader) -> Kept:
        mail = [m.received for m in ledger.messages() if m.role is not Role.LOGGED]
        tries = [r.last_try for r in ledger.reads()]
        return Kept(bool(ledger.day_one()), max(mail, default=None), max(tries, default=None))

    def _references(self, rows: _Rows) -> Check:
        if rows.status is None:
            return skipped("references", "There is no ledger that can be read, or no config.")
        return check_references(
            sum(
                j.case.reference is None and j.section is not Section.SETTLED
                for j in rows.status.cases
            )
        )

    def _mailbox(self, school: School, mailbox: Mailbox, rows: _Rows) -> list[Check]:
        reached = self.mail.reach(mailbox)
        address = f"{clean(mailbox.host, 80)}:{mailbox.port}"
        checks = list(check_server(reached, address, self.now))
        measured: dict[str, Measured] = {}
        survey: Survey | None = None
        if reached.failed_at is not None:
            checks.append(skipped("login", "It needs the server."))
            checks += [skipped(name, _NO_LOGIN) for name in _FOLDERS]
        else:
            try:
                line = self.mail.log_in(mailbox)
            except (LoginRefused, MailboxError) as error:
                checks.append(check_login(error))
                checks += [skipped(name, _NO_LOGIN) for name in _FOLDERS]
            else:
                checks.append(check_login(None))
                survey, found = self._folders(line, measured)
                checks += found
        explained = any(c.state is Health.PROBLEM for c in checks)
        checks.append(check_replies(self._traffic(school, mailbox, rows, survey, measured)))
        if shown := rows.line(school, mailbox):
            checks += check_emptied(shown)
        checks.append(self._polls(school, mailbox, rows, explained=explained))
        today = local_date(self.now)
        if end := expiry_of(mailbox, today):
            checks.append(check_expiry(end, words.day(end.last, today)))
        return checks

    def _folders(
        self, line: SurveyLine, measured: dict[str, Measured]
    ) -> tuple[Survey | None, list[Check]]:
        since = local_date(self.now - RECENT)
        try:
            survey = line.survey()
            seen = (survey.inbox, *survey.inboxes, survey.sent)
            seen += (*survey.candidates, *survey.others)
            for folder in seen:
                if folder is not None:
                    with suppress(FolderRefused):  # this one does not open; the line goes on
                        measured[folder.name] = line.measure(folder.name, since)
        except MailboxError as error:
            failed = check_login(error)
            return None, [replace(failed, name="folders")]
        finally:
            line.close()
        return survey, list(check_folders(survey, measured, self.now))

    def _traffic(
        self,
        school: School,
        mailbox: Mailbox,
        rows: _Rows,
        survey: Survey | None,
        measured: Mapping[str, Measured],
    ) -> Traffic:
        came = sent = None
        if survey is not None and survey.inbox is not None:
            came = _recent(survey.inbox, measured)
            sent = _recent(survey.sent, measured) if survey.sent else 0
        line = rows.line(school, mailbox)
        if rows.status is None or line is None or line.read is None:
            return Traffic(came=came, sent=sent)
        lately = [
            j.case
            for j in rows.status.cases
            if (j.case.opener.school, j.case.opener.mailbox) == (school.code, mailbox.address)
            and j.case.opener.role is Role.INBOX
            and j.case.received > self.now - RECENT
        ]
        blind = (school.code, mailbox.address) in rows.blind
        return Traffic(len(lately), sum(map(_has_reply, lately)), blind, came, sent)

    def _polls(self, school: School, mailbox: Mailbox, rows: _Rows, *, explained: bool) -> Check:
        line = rows.line(school, mailbox)
        if line is None:
            return skipped("last poll", "There is no ledger that can be read.")
        return check_polls(line, self.now, explained=explained)


@dataclass(frozen=True, slots=True)
class _Rows:
    """What the ledger's rows say; nothing of it is known where they could not be read."""

    kept: Kept | None = None
    status: Status | None = None
    blind: frozenset[tuple[str, str]] = field(default=frozenset())

    def line(self, school: School, mailbox: Mailbox) -> MailboxLine | None:
        if self.status is None:
            return None
        own = next(s for s in self.status.schools if s.school.code == school.code)
        return next(m for m in own.mailboxes if m.address == mailbox.address)


def _recent(folder: FolderSeen, measured: Mapping[str, Measured]) -> int | None:
    found = measured.get(folder.name)
    return found.recent if found else None


def _has_reply(case: Case) -> bool:
    return any(a.message.school == case.opener.school for a in case.answers)


def place_of(school: School, mailbox: Mailbox, number: int) -> str:
    """`norton (@norton.sch.uk)`: code and domain; what stands before the @ may be a person's name."""
    which = f" {number}" if len(school.mailboxes) > 1 else ""
    return f"{school.code}{which} (@{clean(mailbox.address.rpartition('@')[2], 80)})"
