"""`alert`: plan who is told what, keep it, send it, note it; in that order, so that nothing is lost.

A mail is in the ledger with its final bytes before the mail server hears of it. Whatever interrupts a
run, the next one sends the same bytes again; what was surely never delivered is planned anew instead,
so that a day without a mail server ends in one digest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from commsla.core import words
from commsla.core.alerts import plan
from commsla.core.alertwords import Letter, letter, trial_letter
from commsla.core.calendar import OutOfCalendar
from commsla.core.clockdoubt import SEVERAL, clock_doubt
from commsla.core.digests import AlertRun, HandedOver, Plan, Said, Unsent
from commsla.core.keeping import settled_at
from commsla.core.local import local_date
from commsla.core.marks import effective
from commsla.core.model import MailboxRead, Word
from commsla.core.recipients import MailServer, Stage
from commsla.core.school import Config, School
from commsla.core.today import Judgement, SchoolLine, todays_list
from commsla.core.verdicts import Judged
from commsla.core.workdays import Workdays
from commsla.errors import ClockDoubted
from commsla.jobs.alertports import AlertLedger, OpenPost, Render
from commsla.jobs.cases import judge_all
from commsla.jobs.sending import Sending, Sent

_REMEMBERED = timedelta(days=70)  # what was told of a whole school, such as a holiday
_KEYS_KEPT = timedelta(days=730)  # as long as any row is kept


@dataclass(slots=True)
class Told:
    """What a run did, or would do: the plan, its letters by recipient, and what became of each mail.

    `waiting` are mails of an interrupted run that go once more.
    """

    plan: Plan
    letters: list[tuple[str, Letter]] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    waiting: list[Unsent] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Alert:
    """What one run needs. `now` is its one clock; `workdays` are by school code."""

    config: Config
    server: MailServer
    ledger: AlertLedger
    workdays: Mapping[str, Workdays]
    now: datetime
    open_post: OpenPost
    render: Render

    def trust_clock(self) -> None:
        """A person says that the clock is right, whatever was seen before."""
        with self.ledger.transaction():
            self.ledger.note_alert_run(AlertRun(self.now, self.ledger.highest()))

    def look(self, schools: Sequence[School]) -> Told:
        """What a run would do; nothing is written. Raises ClockDoubted."""
        self._believe_the_clock()
        _, found = self._plan(schools)
        due, _ = self._waiting(schools)
        return Told(found, self._letters(found), [], due)

    def run(self, schools: Sequence[School]) -> Told:
        """Tell whom it concerns.

        Raises ClockDoubted; SendError while a mail server that failed is left alone.
        """
        run = self._believe_the_clock()
        self._sending.refuse_while_left_alone()
        # A mark waits for this, or is seen by it; what is marked later takes its mail out of the outbox.
        with self.ledger.transaction():
            judgement, found = self._plan(schools)
            self._forget(judgement)
            self.ledger.note_alert_run(replace(run, last_run=self.now))
            waiting, stale = self._waiting(schools)
            for mail in stale:
                self.ledger.withdraw(mail.id)
            told = self._kept(found)
        return self._sent(told, waiting)

    def hand_over(self, schools: Sequence[School]) -> Told:
        """Only what is told at any hour: that something was marked as a matter of safeguarding."""
        self._believe_the_clock()
        leads = [
            replace(
                school,
                alerts=tuple(
                    replace(r, stages=frozenset({Stage.SAFEGUARDING}))
                    for r in school.alerts
                    if Stage.SAFEGUARDING in r.stages
                ),
            )
            for school in schools
        ]
        with self.ledger.transaction():
            found = self._planned((), leads, {})
            told = self._kept(found)
        return self._sent(told, [])

    def test(self, address: str) -> Told:
        """Send one mail that says that it works; its id is known when it comes back."""
        told = Told(Plan(), [(address, trial_letter(self.now))])
        with self.ledger.transaction():
            told.waiting = [self._post(address, told.letters[0][1], (), ())]
        return self._sent(told, [])

    @property
    def _sending(self) -> Sending:
        return Sending(self.ledger, self.open_post, self.now)

    def _believe_the_clock(self) -> AlertRun:
        run = self.ledger.alert_run()
        polls = [r.last_try for r in self.ledger.reads()]
        arrivals = self.ledger.newest_arrivals(run.trusted_up_to, SEVERAL)
        if doubt := clock_doubt(self.now, run.last_run, polls, arrivals):
            raise ClockDoubted(f"{doubt.why} No alert is sent.", doubt.advice)
        return run

    # --- planning -----------------------------------------------------------------------------

    def _plan(self, schools: Sequence[School]) -> tuple[Judgement, Plan]:
        judgement = judge_all(self.config, self.ledger, self.workdays, self.now)
        status = todays_list(judgement, self.ledger.reads(), self.workdays, self.now, schools)
        notes = {
            line.school.code: " ".join(
                f"{m.address} was last read {self._when(m.read)}: what came or was answered since is "
                "not known here."
                for m in line.mailboxes
                if m.stale
            )
            for line in status.schools
        }
        lines = {line.school.code: line for line in status.schools}
        return judgement, self._planned(judgement.cases, schools, notes, lines)

    def _when(self, read: MailboxRead | None) -> str:
        good = read.last_good if read else None
        return words.moment(good, local_date(self.now)) if good else "never"

    def _planned(
        self,
        cases: Iterable[Judged],
        schools: Sequence[School],
        notes: Mapping[str, str],
        lines: Mapping[str, SchoolLine] | None = None,
    ) -> Plan:
        today = local_date(self.now)
        refusals = self.ledger.refused_recipients().items()
        return plan(
            cases,
            schools,
            self.workdays,
            self.ledger.said(),
            self.now,
            handed_over=self._handed_over(schools),
            refused={address for address, at in refusals if local_date(at) == today},
            notes=notes,
            lines=lines,
        )

    def _handed_over(self, schools: Sequence[School]) -> list[HandedOver]:
        if not any(Stage.SAFEGUARDING in r.stages for s in schools for r in s.alerts):
            return []
        marks = {
            m.message_id: m.recorded
            for m in effective(self.ledger.marks())
            if m.word is Word.SAFEGUARDING
        }
        return [HandedOver(m.id, m.school, marks[m.id]) for m in self.ledger.messages_of(marks)]

    def _letters(self, found: Plan) -> list[tuple[str, Letter]]:
        return [(d.address, letter(d, self.now)) for d in found.digests]

    # --- the outbox -----------------------------------------------------------------------------

    def _kept(self, found: Plan) -> Told:
        """In the caller's transaction: the mails of a plan, in their final bytes."""
        told = Told(found, self._letters(found))
        for digest, (address, written) in zip(found.digests, told.letters, strict=True):
            codes = [p.school.code for p in digest.parts]
            told.waiting.append(self._post(address, written, codes, digest.said))
        return told

    def _post(
        self, address: str, written: Letter, codes: Sequence[str], said: Sequence[Said]
    ) -> Unsent:
        parts = (address.casefold(), self.now.isoformat(), *(f"{s}" for s in said))
        domain = self.server.sender.rpartition("@")[2]
        message_id = f"commsla.{self.ledger.keys.alert(*parts)}@{domain}"
        body = self.render(written, self.server.sender, address, message_id, self.now)
        return self.ledger.post(message_id, address, body, codes, said, self.now)

    def _sent(self, told: Told, older: Sequence[Unsent]) -> Told:
        new = told.waiting
        told.waiting = list(older)
        told.sent = self._sending.send([*older, *new], {m.id for m in new})
        return told

    def _waiting(self, schools: Sequence[School]) -> tuple[list[Unsent], list[Unsent]]:
        """What an interrupted run left: the mails that go once more now, and those that never go again.

        Whoever was taken out of the config meanwhile gets nothing any more.
        """
        named = {s.code for s in schools}
        addresses = {r.address.casefold() for s in self.config.schools for r in s.alerts}
        due: list[Unsent] = []
        stale: list[Unsent] = []
        for mail in self.ledger.unsent():
            if not mail.schools or mail.recipient.casefold() not in addresses:
                stale.append(mail)
            elif any(code in named and self._is_open(code) for code in mail.schools):
                due.append(mail)
        return due, stale

    def _is_open(self, code: str) -> bool:
        try:
            return self.workdays[code].is_open(self.now)
        except OutOfCalendar:
            return False

    def _forget(self, judgement: Judgement) -> None:
        """In the caller's transaction: what was told of cases that were settled long enough ago."""
        limit = self.now - timedelta(days=self.config.keep_identities)
        still_open = [
            j.case.opener.id
            for j in judgement.cases
            if (settled := settled_at(j.case)) is None or settled >= limit
        ]
        codes = [s.code for s in self.config.schools]
        self.ledger.forget_said(codes, still_open, self.now - _REMEMBERED)
        self.ledger.forget_alerts(self.now - _KEYS_KEPT)
