"""What the use-cases need from outside, named as Protocols; the edges fulfil them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from datetime import date, datetime
from typing import Protocol

from commsla.core.keys import Keys
from commsla.core.model import (
    Delivered,
    FolderState,
    MailboxRead,
    Mark,
    Message,
    Reference,
    Role,
)
from commsla.core.school import (
    Mailbox,
)


class MailLine(Protocol):
    """One open, read-only connection to one mailbox. Every method may raise MailboxError."""

    def folders(self) -> dict[Role, str | None]:
        """The names to use for INBOX and Sent; None where the mailbox has no Sent folder."""

    def look(self, folder: str) -> FolderState:
        """EXAMINE the folder (never SELECT) and say what it holds."""

    def first_uid_since(self, folder: str, day: date, uidnext: int) -> int:
        """The lowest UID that arrived on or after two days before `day`; `uidnext` if there is none."""

    def pull(self, folder: str, first: int, last: int) -> Iterator[list[Delivered]]:
        """The messages with first <= UID <= last, by rising UID, in chunks of at most 500.

        Every UID that the server lists in the range is in exactly one chunk, delivered or not.
        """

    def text(self, folder: str, uidvalidity: int, uid: int) -> bytes | None:
        """The first 32 KB of one message (header block and beginning of its body), left unread.

        None where the message is gone or the folder's UIDVALIDITY is another (no later try under
        these numbers says more), or where the server keeps just this message back.
        """

    def close(self) -> None:
        """End the connection; never raises."""


class Connect(Protocol):
    """Opens a line to a mailbox; raises LoginRefused or MailboxError."""

    def __call__(self, mailbox: Mailbox) -> MailLine: ...


Progress = Callable[[str], None]  # tells a watching person how far a poll is


class LedgerReader(Protocol):
    """What was kept. Instants are UTC."""

    def messages(self) -> list[Message]: ...
    def references(self) -> dict[int, Reference]: ...
    def marks(self) -> list[Mark]: ...
    def day_one(self) -> dict[str, datetime]: ...
    def reads(self) -> list[MailboxRead]: ...
    @property
    def keys(self) -> Keys: ...


class LedgerWriter(LedgerReader, Protocol):
    """Changes happen inside `transaction()` only: all of them or none."""

    def transaction(self) -> AbstractContextManager[None]: ...
    def cursor(self, school: str, mailbox: str, folder: str) -> tuple[int, int, int] | None: ...
    def set_cursor(
        self,
        school: str,
        mailbox: str,
        folder: str,
        uidvalidity: int,
        next_uid: int,
        old_below: int = 0,
    ) -> None: ...
    def add(self, messages: Iterable[Message]) -> int: ...
    def wipe(self, message_ids: Iterable[int]) -> int: ...
    def give_references(self, wanted: Mapping[int, str]) -> None: ...
    def add_marks(self, marks: Iterable[Mark]) -> None: ...
    def begin(self, school: str, at: datetime) -> None: ...
    def note_read(self, read: MailboxRead) -> None: ...
