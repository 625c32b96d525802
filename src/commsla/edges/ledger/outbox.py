"""The outbox of a ledger: what was told to whom, and the mails that are on their way; it sends nothing."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime

from commsla.core.digests import AlertRun, Said, Unsent
from commsla.core.recipients import Stage
from commsla.edges.ledger.mail import MailBook
from commsla.edges.ledger.rows import moment, seconds

_COLUMNS = "recipient, school, message_id, target, stage, due, at"


class Outbox(MailBook):
    """Alerts. Writing happens only inside `transaction()`; instants are UTC."""

    def post(
        self, message_id: str, recipient: str, body: bytes, schools: Sequence[str],
        said: Iterable[Said], at: datetime,
    ) -> Unsent:  # fmt: skip
        """Keep a mail that is about to be sent, and what it says; before it is."""
        added = self._db.execute(
            "INSERT INTO outbox (message_key, planned, schools, recipient, body) "
            "VALUES (?, ?, ?, ?, ?)",
            (self.keys.id(message_id), seconds(at), " ".join(schools), recipient, body),
        )
        number = added.lastrowid or 0
        self._db.executemany(
            f"INSERT INTO said (outbox_id, {_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                (number, s.recipient, s.school, s.message_id, s.target, s.stage.value,
                 s.due.isoformat(), seconds(s.at))
                for s in said
            ),
        )  # fmt: skip
        return Unsent(number, recipient, tuple(schools), body)

    def unsent(self) -> list[Unsent]:
        """The mails that were perhaps sent and perhaps not: a run ended before it knew."""
        rows = self._read(
            "SELECT id, recipient, schools, body FROM outbox WHERE body IS NOT NULL ORDER BY id"
        )
        return [Unsent(n, to, tuple(schools.split()), body) for n, to, schools, body in rows]

    def note_sent(self, number: int) -> None:
        """The server took it: its key stays, and what it said; its recipient is refused no more."""
        self._db.execute(
            "DELETE FROM refused_recipients WHERE recipient = "
            "(SELECT lower(recipient) FROM outbox WHERE id = ?)",
            (number,),
        )
        self._empty(number)

    def _empty(self, number: int) -> None:
        self._db.execute("UPDATE outbox SET recipient = NULL, body = NULL WHERE id = ?", (number,))

    def is_unsent(self, number: int) -> bool:
        """Whether a mail still waits: what is in it may have been forgotten meanwhile."""
        return bool(self._read("SELECT 1 FROM outbox WHERE id = ? AND body IS NOT NULL", (number,)))

    def wipe(self, message_ids: Iterable[int]) -> int:
        """As of all mail; and no mail that waits here says any more what is forgotten by this.

        What it said of others is told anew: twice at worst. Its key stays, for it may have arrived.
        """
        numbers = list(message_ids)
        about = self._read(
            "SELECT DISTINCT outbox.id FROM outbox JOIN said ON said.outbox_id = outbox.id "
            "JOIN messages ON messages.id = said.message_id "
            "WHERE outbox.body IS NOT NULL AND said.target <> '' AND messages.wiped = 0 "
            "AND messages.id IN (SELECT value FROM json_each(?))",
            (json.dumps(numbers),),
        )
        for (number,) in about:
            self._db.execute("DELETE FROM said WHERE outbox_id = ?", (number,))
            self._empty(number)
        return super().wipe(numbers)

    def withdraw(self, number: int) -> None:
        """It was surely never delivered: nothing was said."""
        self._db.execute("DELETE FROM said WHERE outbox_id = ?", (number,))
        self._db.execute("DELETE FROM outbox WHERE id = ?", (number,))

    def said(self) -> list[Said]:
        """All that was told and is remembered, in the order told."""
        rows = self._read(f"SELECT {_COLUMNS} FROM said ORDER BY rowid")
        return [
            Said(to, school, number, target, Stage(stage), date.fromisoformat(due), moment(at))
            for to, school, number, target, stage, due, at in rows
        ]

    def forget_said(
        self, schools: Collection[str], still_open: Collection[int], before: datetime
    ) -> None:
        """Forget what was told of these schools' cases that are no more open.

        What is about no case goes when it was told before `before`.
        """
        self._db.execute(
            "DELETE FROM said WHERE school IN (SELECT value FROM json_each(?)) AND iif(target = '', "
            "at < ?, message_id NOT IN (SELECT value FROM json_each(?)))",
            (json.dumps(list(schools)), seconds(before), json.dumps(list(still_open))),
        )

    def forget_alerts(self, before: datetime) -> None:
        """Forget the keys of mails that were sent before."""
        self._db.execute(
            "DELETE FROM outbox WHERE body IS NULL AND planned < ? "
            "AND id NOT IN (SELECT outbox_id FROM said)",
            (seconds(before),),
        )

    def alert_keys(self) -> frozenset[str]:
        """The keys of the Message-IDs of our own alerts."""
        return frozenset(key for (key,) in self._read("SELECT message_key FROM outbox"))

    def refused_recipients(self) -> dict[str, datetime]:
        """When the mail server refused an address (in small letters) that it has not taken since."""
        rows = self._read("SELECT recipient, at FROM refused_recipients")
        return {recipient: moment(at) for recipient, at in rows}

    def note_refused(self, recipient: str, at: datetime) -> None:
        """The mail server refuses this address."""
        self._db.execute(
            "INSERT OR REPLACE INTO refused_recipients VALUES (?, ?)",
            (recipient.casefold(), seconds(at)),
        )

    def alert_run(self) -> AlertRun:
        """What the last run left behind."""
        rows = self._read("SELECT last_run, trusted_up_to, failures, retry_after FROM alert_runs")
        for last, trusted, failures, after in rows:
            return AlertRun(
                None if last is None else moment(last),
                trusted,
                failures,
                None if after is None else moment(after),
            )
        return AlertRun()

    def note_alert_run(self, run: AlertRun) -> None:
        """Remember it for the next one."""
        last = seconds(run.last_run) if run.last_run else None
        after = seconds(run.retry_after) if run.retry_after else None
        self._db.execute(
            "INSERT OR REPLACE INTO alert_runs VALUES (1, ?, ?, ?, ?)",
            (last, run.trusted_up_to, run.failures, after),
        )

    def newest_arrivals(self, after: int, most: int) -> list[datetime]:
        """When the newest mails came to an inbox, of those with a number above `after`."""
        rows = self._read(
            "SELECT received FROM messages WHERE role = 'inbox' AND id > ? "
            "ORDER BY received DESC LIMIT ?",
            (after, most),
        )
        return [moment(at) for (at,) in rows]
