"""What the use-cases need from outside, named as Protocols; the edges fulfil them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Protocol

from commsla.core.model import Delivered, FolderState, Role


class MailLine(Protocol):
    """One open, read-only connection to one mailbox. Every method may raise MailboxError."""

    def folders(self) -> dict[Role, str | None]:
        """The names to use for INBOX and Sent; None where the mailbox has no Sent folder."""

    def look(self, folder: str) -> FolderState:
        """EXAMINE the folder (never SELECT) and say what it holds."""

    def first_uid_since(self, folder: str, day: date, uidnext: int) -> int:
        """The lowest UID that arrived on or after two days before `day`; `uidnext` when there is none."""

    def pull(self, folder: str, first: int, last: int) -> Iterator[list[Delivered]]:
        """The messages with first <= UID <= last, by rising UID, in chunks of at most 500.

        Every UID that the server lists in the range is in exactly one chunk, delivered or not.
        """

    def close(self) -> None:
        """End the connection; never raises."""


class Progress(Protocol):
    """Tells a watching person how far a poll is; silent under cron."""

    def __call__(self, sentence: str) -> None: ...
