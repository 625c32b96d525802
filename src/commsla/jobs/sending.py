"""Hands the outbox to the mail server, a mail at a time, and notes what became of each; it plans nothing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from commsla.core import words
from commsla.core.digests import AlertRun, Unsent
from commsla.core.local import local_date
from commsla.errors import CommslaError, LoginRefused, MailboxError, RecipientRefused, SendError
from commsla.jobs.alertports import AlertLedger, OpenPost

_FIRST_WAIT = timedelta(minutes=5)
_LONGEST_WAIT = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Sent:
    """One mail and what became of it; `trouble` is None when the server has it.

    `again`: an earlier run was interrupted, or got no answer, while it was sent.
    """

    recipient: str
    again: bool
    trouble: CommslaError | None = None


@dataclass(frozen=True, slots=True)
class Sending:
    """The way out of the outbox at `now` (aware)."""

    ledger: AlertLedger
    open_post: OpenPost
    now: datetime

    def refuse_while_left_alone(self) -> None:
        """Raises SendError as long as a server that failed is not asked again."""
        run = self.ledger.alert_run()
        if run.retry_after and self.now < run.retry_after <= self.now + _LONGEST_WAIT:
            until = words.moment(run.retry_after, local_date(self.now))
            times = "once" if run.failures == 1 else f"{run.failures} times in a row"
            raise SendError(
                f"The mail server failed {times} and is left alone until {until}.",
                "Nothing is lost: what is due then goes then. To try at once: "
                "commsla alert --test ADDRESS",
            )

    def send(self, mails: Sequence[Unsent], fresh: Collection[int]) -> list[Sent]:
        """Send these. `fresh` are numbers of those that no server has heard of yet.

        What a server surely did not take and is fresh is withdrawn: the next run plans anew.
        """
        if not mails:
            return []
        sent: list[Sent] = []
        try:
            post = self.open_post()
        except (SendError, LoginRefused, MailboxError) as error:
            self._failed(mails, fresh, error)
            return [Sent(m.recipient, m.id not in fresh, error) for m in mails]
        try:
            for place, mail in enumerate(mails):
                again = mail.id not in fresh
                if not self.ledger.is_unsent(mail.id):
                    continue  # somebody marked a case of it as safeguarding while we were sending
                try:
                    post.send(mail.recipient, mail.body)
                except RecipientRefused as error:
                    self._refused(mail, again, error)
                    sent.append(Sent(mail.recipient, again, error))
                except SendError as error:
                    rest = mails[place:] if error.sure else mails[place + 1 :]
                    self._failed(rest, fresh, error)
                    sent += (Sent(m.recipient, m.id not in fresh, error) for m in mails[place:])
                    return sent
                else:
                    with self.ledger.transaction():
                        self.ledger.note_sent(mail.id)
                    sent.append(Sent(mail.recipient, again))
        finally:
            post.close()
        run = self.ledger.alert_run()
        if run.failures:
            self._note(replace(run, failures=0, retry_after=None))
        return sent

    def _refused(self, mail: Unsent, again: bool, error: RecipientRefused) -> None:
        with self.ledger.transaction():
            if error.for_good:
                self.ledger.note_refused(mail.recipient, self.now)
            if error.for_good or not again:
                self.ledger.withdraw(mail.id)

    def _failed(self, mails: Sequence[Unsent], fresh: Collection[int], error: CommslaError) -> None:
        run = self.ledger.alert_run()
        failures = run.failures + 1
        wait = min(_FIRST_WAIT * 2 ** min(failures - 1, 10), _LONGEST_WAIT)
        with self.ledger.transaction():
            for mail in mails:
                if mail.id in fresh:
                    self.ledger.withdraw(mail.id)
            self.ledger.note_alert_run(replace(run, failures=failures, retry_after=self.now + wait))

    def _note(self, run: AlertRun) -> None:
        with self.ledger.transaction():
            self.ledger.note_alert_run(run)
