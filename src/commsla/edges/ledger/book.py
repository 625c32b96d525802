"""The open file of a ledger: one transaction at a time, and whole readings; it knows no table."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from commsla.core.keys import Keys
from commsla.errors import LedgerError


def unusable(file: Path, error: sqlite3.Error) -> LedgerError:
    return LedgerError(
        f"The ledger {file} cannot be used: {error}.",
        "If it is locked, wait and try again. If the disk is full, make room. If it is damaged, put "
        "back a copy of it, or move it away together with ledger.key: the next poll makes a new one "
        "from the mailboxes, without any mark and with other references.",
    )


class Book:
    """An open SQLite file and the keys that go with it.

    Several threads may share it: each transaction and each reading has it alone.
    """

    def __init__(self, db: sqlite3.Connection, keys: Keys, file: Path) -> None:
        self._db = db
        self.keys = keys
        self.file = file
        self._alone = threading.RLock()

    def close(self) -> None:
        """Close the file; what was not committed is not there."""
        with self._alone:
            self._db.close()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing, and nobody else writes meanwhile. Raises LedgerError for a full disk and such."""
        with self._alone:
            try:
                self._db.execute("BEGIN IMMEDIATE")
                yield
                self._db.execute("COMMIT")
            except sqlite3.Error as error:
                self._roll_back()
                raise unusable(self.file, error) from error
            except BaseException:
                self._roll_back()
                raise

    def _roll_back(self) -> None:
        # A full disk makes SQLite roll back by itself; that must not hide what went wrong.
        with contextlib.suppress(sqlite3.Error):
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")

    def _read(self, query: str, values: tuple[Any, ...] = ()) -> list[Any]:
        """The rows of a query. Raises LedgerError where the file is damaged."""
        with self._alone:
            try:
                return self._db.execute(query, values).fetchall()
            except sqlite3.Error as error:
                raise unusable(self.file, error) from error
