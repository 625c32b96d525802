"""The one door to the ledger file: every read and every transaction; it never judges what it keeps."""

from __future__ import annotations

import contextlib
import os
import secrets
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path

from commsla.core.keys import Keys
from commsla.core.model import (
    MailboxRead,
    Mark,
    Message,
    Reference,
    Word,
)
from commsla.edges.ledger.rows import COLUMNS, PLACES, from_row, moment, seconds, to_row
from commsla.edges.ledger.schema import migrate
from commsla.errors import LedgerError

_BUSY_SECONDS = 30.0


def open_ledger(home: Path) -> Ledger:
    """Open (or make) the ledger of a state folder, 0600 in a folder 0700.

    Raises LedgerError where the folder cannot be made or the file is no ledger of ours.
    """
    file = home / "ledger.sqlite3"
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        key = _secret(home / "ledger.key", is_new=not file.exists())
        # Made by us before SQLite sees it: SQLite would make it readable for everybody.
        os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise LedgerError(
            f"The ledger in {home} cannot be opened: {error.strerror}.",
            "Run commsla as the user who polls, or set COMMSLA_HOME to a folder of your own.",
        ) from error
    db = sqlite3.connect(file, timeout=_BUSY_SECONDS, isolation_level=None)
    try:
        db.execute("PRAGMA journal_mode = TRUNCATE")
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA secure_delete = ON")  # what is wiped is gone from the file as well
        db.execute("PRAGMA foreign_keys = ON")
        migrate(db)
    except sqlite3.Error as error:
        db.close()
        raise _unreadable(file, error) from error
    except LedgerError:
        db.close()
        raise
    return Ledger(db, Keys(key), file)


def _unreadable(file: Path, error: sqlite3.Error) -> LedgerError:
    return LedgerError(
        f"The ledger {file} cannot be used: {error}.",
        "If it is locked, wait and try again. If it is damaged, put back a copy of it, or move it "
        "away together with ledger.key: the next poll makes a new one from the mailboxes.",
    )


def _secret(file: Path, *, is_new: bool) -> bytes:
    """The installation's secret for keyed hashes: 32 bytes beside the ledger, never in it."""
    if not file.exists():
        if not is_new:
            raise LedgerError(
                f"{file.name} is missing beside the ledger in {file.parent}: without it old mail "
                "and its answers cannot be matched.",
                "Put it back from a copy, or move the ledger away and poll again.",
            )
        scratch = file.with_name(f"{file.name}.{os.getpid()}.new")
        descriptor = os.open(scratch, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "wb") as handle:
            handle.write(secrets.token_bytes(32))
            handle.flush()
            os.fsync(handle.fileno())
        try:
            os.link(scratch, file)  # unlike a rename this never replaces a key that came first
        except FileExistsError:
            pass
        except OSError:  # a disk without links
            os.replace(scratch, file)
        scratch.unlink(missing_ok=True)
    secret = file.read_bytes()
    if len(secret) != 32:
        raise LedgerError(
            f"{file} is damaged: it must hold 32 bytes and holds {len(secret)}.",
            "Put it back from a copy, or move the ledger and this file away and poll again.",
        )
    return secret


class Ledger:
    """An open ledger. Writing happens only inside `transaction()`; instants are UTC."""

    def __init__(self, db: sqlite3.Connection, keys: Keys, file: Path) -> None:
        self._db = db
        self.keys = keys
        self.file = file

    def close(self) -> None:
        """Close the file; what was not committed is not there."""
        self._db.close()

    def scratch(self) -> Ledger:
        """A copy in memory, for a dry run: the same path, and nothing of it stays."""
        copy = sqlite3.connect(":memory:", isolation_level=None)
        self._db.backup(copy)
        return Ledger(copy, self.keys, self.file)

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing, and nobody else writes meanwhile. Raises LedgerError for a full disk and such."""
        try:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise _unreadable(self.file, error) from error

    # --- mail ---------------------------------------------------------------------------------

    def cursor(self, school: str, mailbox: str, folder: str) -> tuple[int, int] | None:
        """(UIDVALIDITY, next UID) of a folder, None before its first poll."""
        found: tuple[int, int] | None = self._db.execute(
            "SELECT uidvalidity, next_uid FROM cursors WHERE (school, mailbox, folder) = (?, ?, ?)",
            (school, mailbox, folder),
        ).fetchone()
        return found

    def set_cursor(
        self, school: str, mailbox: str, folder: str, uidvalidity: int, next_uid: int
    ) -> None:
        """Move a folder's cursor; in the same transaction as the messages that it covers."""
        self._db.execute(
            "INSERT INTO cursors VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
            "uidvalidity = excluded.uidvalidity, next_uid = excluded.next_uid",
            (school, mailbox, folder, uidvalidity, next_uid),
        )

    def add(self, messages: Iterable[Message]) -> int:
        """Keep messages; one that is known by (school, mailbox, folder, UIDVALIDITY, UID) stays as it is.

        Returns how many were new.
        """
        before = self._db.total_changes
        self._db.executemany(
            f"INSERT INTO messages ({COLUMNS}) VALUES ({PLACES}) ON CONFLICT DO NOTHING",
            map(to_row, messages),
        )
        return self._db.total_changes - before

    def messages(self) -> list[Message]:
        """Everything that was ever read, by ledger number."""
        return [
            from_row(r) for r in self._db.execute(f"SELECT id, {COLUMNS} FROM messages ORDER BY id")
        ]

    def wipe(self, message_ids: Iterable[int]) -> int:
        """Forget who wrote and about what; the facts that figures need stay. Returns how many."""
        before = self._db.total_changes
        self._db.executemany(
            "UPDATE messages SET wiped = 1, subject = NULL, sender_name = NULL, "
            "sender_address = NULL, reply_to_name = NULL, reply_to_address = NULL "
            "WHERE id = ? AND wiped = 0",
            ((i,) for i in message_ids),
        )
        return self._db.total_changes - before

    # --- references and marks -----------------------------------------------------------------

    def references(self) -> dict[int, Reference]:
        """Ledger number of a message -> the reference of the case that it opened."""
        rows = self._db.execute("SELECT message_id, prefix, number FROM case_references")
        return {message: Reference(prefix, number) for message, prefix, number in rows}

    def give_references(self, wanted: Mapping[int, str]) -> None:
        """Number new cases: message -> prefix, in the order given; a number is never used again."""
        for message, prefix in wanted.items():
            self._db.execute(
                "INSERT INTO case_references SELECT ?, coalesce(max(number), 0) + 1, ? "
                "FROM case_references WHERE prefix = ?",
                (prefix, message, prefix),
            )

    def marks(self) -> list[Mark]:
        """Every mark, in the order recorded."""
        rows = self._db.execute(
            "SELECT id, message_id, word, at, recorded, by, note FROM marks ORDER BY id"
        )
        return [
            Mark(
                id=i,
                message_id=message,
                word=Word(word),
                at=moment(at),
                recorded=moment(recorded),
                by=by,
                note=note,
            )
            for i, message, word, at, recorded, by, note in rows
        ]

    def add_marks(self, marks: Iterable[Mark]) -> None:
        """Append marks; nothing is ever deleted, an undo is a mark."""
        self._db.executemany(
            "INSERT INTO marks (message_id, word, at, recorded, by, note) VALUES (?, ?, ?, ?, ?, ?)",
            (
                (m.message_id, m.word.value, seconds(m.at), seconds(m.recorded), m.by, m.note)
                for m in marks
            ),
        )

    # --- polls --------------------------------------------------------------------------------

    def begin(self, school: str, at: datetime) -> None:
        """Remember when a school was first polled; later calls change nothing."""
        self._db.execute(
            "INSERT INTO day_one VALUES (?, ?) ON CONFLICT DO NOTHING", (school, seconds(at))
        )

    def day_one(self) -> dict[str, datetime]:
        """School -> when it was first polled."""
        return {s: moment(at) for s, at in self._db.execute("SELECT school, at FROM day_one")}

    def note_read(self, read: MailboxRead) -> None:
        """Remember how reading a mailbox went; a failure keeps the time of the last good read."""
        self._db.execute(
            "INSERT INTO mailbox_reads VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
            "last_good = coalesce(excluded.last_good, last_good), last_try = excluded.last_try, "
            "trouble = excluded.trouble, "
            "sent_folder = iif(excluded.last_good IS NULL, sent_folder, excluded.sent_folder)",
            (
                read.school,
                read.mailbox,
                seconds(read.last_good) if read.last_good else None,
                seconds(read.last_try),
                read.trouble,
                read.sent_folder,
            ),
        )

    def reads(self) -> list[MailboxRead]:
        """How reading each mailbox went the last time."""
        rows = self._db.execute(
            "SELECT school, mailbox, last_good, last_try, trouble, sent_folder FROM mailbox_reads"
        )
        return [
            MailboxRead(s, m, moment(good) if good else None, moment(tried), trouble, sent)
            for s, m, good, tried, trouble, sent in rows
        ]
