"""The folders of a ledger: how far each was read, and what it looked like; it knows no message."""

from __future__ import annotations

from collections.abc import Sequence

from commsla.core.folderfacts import FolderFacts
from commsla.edges.ledger.book import Book
from commsla.edges.ledger.rows import moment, seconds


class Folders(Book):
    """Cursors and facts of folders. Writing happens only inside `transaction()`."""

    def cursor(self, school: str, mailbox: str, folder: str) -> tuple[int, int, int] | None:
        """(UIDVALIDITY, next UID, old below) of a folder, None before its first poll.

        What lies below the UID `old below` was there before the folder was first read.
        """
        rows = self._read(
            "SELECT uidvalidity, next_uid, old_below FROM cursors "
            "WHERE (school, mailbox, folder) = (?, ?, ?)",
            (school, mailbox, folder),
        )
        return rows[0] if rows else None

    def set_cursor(
        self,
        school: str,
        mailbox: str,
        folder: str,
        uidvalidity: int,
        next_uid: int,
        old_below: int = 0,
    ) -> None:
        """Move a folder's cursor; in the same transaction as the messages that it covers."""
        self._db.execute(
            "INSERT INTO cursors VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
            "uidvalidity = excluded.uidvalidity, next_uid = excluded.next_uid, "
            "old_below = excluded.old_below",
            (school, mailbox, folder, uidvalidity, next_uid, old_below),
        )

    def folder_facts(self, school: str, mailbox: str) -> dict[str, FolderFacts]:
        """What the folders of a mailbox looked like when they were last looked at."""
        rows = self._read(
            "SELECT folder, uidvalidity, changes, held, emptied, last_read, broke_from, "
            "broke_to FROM folder_facts "
            "WHERE (school, mailbox) = (?, ?)",
            (school, mailbox),
        )
        return {
            folder: FolderFacts(
                uidvalidity,
                changes,
                held,
                moment(emptied) if emptied else None,
                moment(read) if read else None,
                (first, last) if first else None,
            )
            for folder, uidvalidity, changes, held, emptied, read, first, last in rows
        }

    def note_folder(self, school: str, mailbox: str, folder: str, facts: FolderFacts) -> None:
        """Remember what a folder looks like."""
        times = [seconds(at) if at else None for at in (facts.emptied, facts.last_read)]
        self._db.execute(
            "INSERT OR REPLACE INTO folder_facts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(school, mailbox, folder, facts.uidvalidity, facts.changes, facts.held, *times),
                *(facts.broke or (None, None)),
            ),
        )

    def keep_folders(self, school: str, mailbox: str, folders: Sequence[str]) -> None:
        """Forget what the other folders of a mailbox looked like: they are not read any more."""
        for folder in self.folder_facts(school, mailbox).keys() - set(folders):
            self._db.execute(
                "DELETE FROM folder_facts WHERE (school, mailbox, folder) = (?, ?, ?)",
                (school, mailbox, folder),
            )
