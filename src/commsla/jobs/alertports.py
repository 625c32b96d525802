"""What telling people needs from outside, named as Protocols; the edges fulfil them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Protocol

from commsla.core.alertwords import Letter
from commsla.core.digests import AlertRun, Said, Unsent
from commsla.jobs.ports import LedgerWriter


class AlertLedger(LedgerWriter, Protocol):
    """The outbox beside the rest of the ledger. Instants are UTC."""

    def post(
        self,
        message_id: str,
        recipient: str,
        body: bytes,
        schools: Sequence[str],
        said: Iterable[Said],
        at: datetime,
    ) -> Unsent: ...
    def unsent(self) -> list[Unsent]: ...
    def is_unsent(self, number: int) -> bool: ...
    def note_sent(self, number: int) -> None: ...
    def withdraw(self, number: int) -> None: ...
    def said(self) -> list[Said]: ...
    def forget_said(
        self, schools: Collection[str], still_open: Collection[int], before: datetime
    ) -> None: ...
    def forget_alerts(self, before: datetime) -> None: ...
    def note_refused(self, recipient: str, at: datetime) -> None: ...
    def note_alert_run(self, run: AlertRun) -> None: ...


class Post(Protocol):
    """An open way to the mail server that takes our mail."""

    def send(self, recipient: str, body: bytes) -> None:
        """Hand over one mail. Raises RecipientRefused, or SendError where nothing more can be sent."""

    def close(self) -> None:
        """End it; never raises."""


class OpenPost(Protocol):
    """Opens it. Raises LoginRefused, SendError or MailboxError."""

    def __call__(self) -> Post: ...


class Render(Protocol):
    """A letter -> the bytes of an e-mail: sender, recipient, Message-ID without brackets, Date."""

    def __call__(
        self, letter: Letter, sender: str, to: str, message_id: str, at: datetime
    ) -> bytes: ...
