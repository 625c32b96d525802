"""What the use-cases need from outside, named as Protocols; the edges fulfil them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime
from typing import BinaryIO, Protocol

from commsla.core.apart import Joint
from commsla.core.checkup import Zone
from commsla.core.digests import AlertRun
from commsla.core.folderfacts import FolderFacts
from commsla.core.hostfacts import Disk, LedgerForm, StateFolder
from commsla.core.kept import Kept
from commsla.core.keys import Keys
from commsla.core.mailfacts import Measured, Reached, Survey
from commsla.core.model import (
    Delivered,
    FolderState,
    MailboxRead,
    Mark,
    Message,
    Reference,
    Role,
    Stored,
    TextFact,
)
from commsla.core.school import (
    Mailbox,
)
from commsla.core.summary import Document, Reader


class MailLine(Protocol):
    """One open, read-only connection to one mailbox. Every method may raise MailboxError."""

    def folders(self) -> dict[Role, str | None]:
        """The names to use for INBOX and Sent; None where the mailbox has no Sent folder.

        Both the same where a folder of all mail is read: then each message says its role.
        """

    def discarded(self) -> tuple[str, ...]:
        """The names of the Junk and Deleted folders, as far as they can be told; none is polled."""

    def glance(self, folders: Sequence[str]) -> dict[str, FolderState]:
        """What STATUS says of several folders in one round trip: a hint, never the truth.

        Folders of which the server does not say all are left out.
        """

    def look(self, folder: str) -> FolderState:
        """EXAMINE the folder (never SELECT) and say what it holds.

        Raises FolderRefused where only this folder does not open: the line goes on.
        """

    def first_uid_since(self, folder: str, day: date, uidnext: int) -> int:
        """The lowest UID that arrived on or after two days before `day`; `uidnext` if there is none."""

    def pull(
        self, folder: str, first: int, last: int, doubt: range = range(0)
    ) -> Iterator[list[Delivered]]:
        """The messages with first <= UID <= last, by rising UID, in chunks of at most 1,000.

        Every UID that the server lists in the range is in exactly one chunk, delivered or not. Raises
        StoppedAt where the line ended over some messages; where those are given as `doubt` the next
        time, each of them is asked for alone, and a single one only for its arrival.
        """

    def text(self, folder: str, uidvalidity: int, uid: int) -> bytes | None:
        """The first 32 KB of one message (header block and beginning of its body), left unread.

        None where the message is gone, the folder's UIDVALIDITY is another, or the server keeps just
        this message back.
        """

    def flags(self, folder: str, uidvalidity: int, uids: Sequence[int]) -> dict[int, bool] | None:
        """For each of the UIDs that is still there: whether it carries the \\Answered flag.

        None where the folder was made anew.
        """

    def close(self) -> None:
        """End the connection; never raises."""


class TextReader(Protocol):
    """Makes something of the first few KB of a raw message. Never raises, whatever the bytes."""

    def text(self, raw: bytes) -> str | None:
        """Its text as plain lines, without quoted HTML; None where it has none."""

    def whole(self, raw: bytes) -> str | None:
        """The same with the history that an HTML mail quotes."""

    def invites(self, raw: bytes) -> bool:
        """Whether it carries a calendar request."""

    def failures(self, raw: bytes) -> list[tuple[str, str]]:
        """(Message-ID, recipient) of what a delivery report says did not arrive."""


class Connect(Protocol):
    """Opens a line to a mailbox; raises LoginRefused or MailboxError."""

    def __call__(self, mailbox: Mailbox) -> MailLine: ...


# Runs pieces of work, some at a time; returns when all have ended, or raises the first error.
AtOnce = Callable[[Sequence[Callable[[], None]]], None]
Progress = Callable[[str], None]  # tells a watching person how far a poll is


class LedgerReader(Protocol):
    """What was kept. Instants are UTC."""

    def messages(self, school: str = "") -> list[Message]: ...
    def messages_of(self, numbers: Iterable[int]) -> list[Message]: ...
    def joints(self, school: str = "") -> Iterator[Joint]: ...
    def highest(self) -> int: ...
    def numbers(self, place: tuple[str, str, str, int], uids: Iterable[int]) -> set[int]: ...
    def references(self) -> dict[int, Reference]: ...
    def marks(self) -> list[Mark]: ...
    def texts(self) -> dict[int, TextFact]: ...
    def replied_flags(self) -> dict[int, datetime]: ...
    def not_flagged(self) -> dict[int, datetime]: ...
    def stored(self) -> dict[int, Stored]: ...
    def vanished(self, by: datetime | None = None) -> dict[int, bool]: ...
    def day_one(self) -> dict[tuple[str, str], datetime]: ...
    def reads(self) -> list[MailboxRead]: ...
    def alert_run(self) -> AlertRun: ...
    def refused_recipients(self) -> dict[str, datetime]: ...
    def newest_arrivals(self, after: int, most: int) -> list[datetime]: ...
    def good_days(self) -> dict[tuple[str, str], set[date]]: ...
    def alert_keys(self) -> frozenset[str]: ...
    def kept_pages(self, schools: Sequence[str], first: date, last: date) -> list[Kept]: ...
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
    def add(self, messages: Iterable[Message], stored: Stored) -> int: ...
    def keep_page(self, page: Kept) -> None: ...
    def add_signs(self, signs: Mapping[int, tuple[tuple[str, str], ...]]) -> None: ...
    def wipe(self, message_ids: Iterable[int]) -> int: ...
    def give_references(self, wanted: Mapping[int, str]) -> dict[int, Reference]: ...
    def add_marks(self, marks: Iterable[Mark]) -> None: ...
    def note_texts(self, facts: Iterable[TextFact]) -> None: ...
    def note_replied(
        self, message_ids: Iterable[int], at: datetime, before: datetime | None
    ) -> None: ...
    def missing(self) -> set[int]: ...
    def note_vanished(self, found: Mapping[int, bool], at: datetime) -> None: ...
    def note_back(self, message_ids: Iterable[int]) -> None: ...
    def kept_back(self, school: str, mailbox: str, since: datetime) -> list[Message]: ...
    def fill(self, message_id: int, message: Message) -> None: ...
    def folder_facts(self, school: str, mailbox: str) -> dict[str, FolderFacts]: ...
    def note_folder(self, school: str, mailbox: str, folder: str, facts: FolderFacts) -> None: ...
    def keep_folders(self, school: str, mailbox: str, folders: Sequence[str]) -> None: ...
    def begin(self, school: str, mailbox: str, at: datetime) -> None: ...
    def note_read(self, read: MailboxRead) -> None: ...


class Exporter(Protocol):
    """One format of an export. The same document is always the same bytes."""

    SUFFIX: str  # of a file of it, with the dot
    IS_TEXT: bool  # whether it can be shown on a terminal
    READERS: Collection[Reader]  # for whom it can be made
    NEEDS: tuple[str, ...]  # the library that it needs, and the extra that brings it; or nothing

    def render(self, document: Document) -> bytes:
        """The file."""

    def is_ours(self, file: BinaryIO) -> bool:
        """Whether a file was written by this format: one that was not is never replaced."""


class HostFacts(Protocol):
    """What this computer says about itself. Reads only; never raises."""

    def about(self) -> str:
        """The program, Python and the system, by their releases."""

    def folder(self) -> StateFolder: ...
    def disk(self) -> Disk: ...
    def zone(self) -> Zone: ...


class LedgerFacts(Protocol):
    """A ledger as it lies there: nothing makes, mends or changes it."""

    def form(self) -> LedgerForm:
        """Its form and health; never raises."""

    def open(self) -> AbstractContextManager[LedgerReader]:
        """Its rows. Raises LedgerError, also while they are read."""


class SurveyLine(Protocol):
    """One open, read-only connection to one mailbox. Every method but `close` may raise MailboxError."""

    def survey(self) -> Survey:
        """Which folders a poll would read, by what sign Sent was chosen, and what is missing."""

    def measure(self, folder: str, since: date) -> Measured:
        """EXAMINE a folder: how much is in it, the newest arrival, and how much came since a day."""

    def close(self) -> None:
        """End the connection; never raises."""


class MailFacts(Protocol):
    """What can be seen of a mailbox, within limits of time."""

    def reach(self, mailbox: Mailbox) -> Reached:
        """How far its server can be reached before any login; never raises."""

    def log_in(self, mailbox: Mailbox) -> SurveyLine:
        """A line to it. Raises LoginRefused or MailboxError."""
