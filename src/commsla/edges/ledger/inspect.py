"""Looks into a ledger as it lies there; it never makes, mends or brings forward one."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path

from commsla.core.hostfacts import LedgerForm, LedgerTrouble
from commsla.core.keys import Keys
from commsla.edges.ledger.book import unusable
from commsla.edges.ledger.schema import MIGRATIONS
from commsla.edges.ledger.store import Ledger
from commsla.errors import LedgerError

SECONDS = 30.0
_BUSY_SECONDS = 5.0
_STEPS = 100_000  # of SQLite's engine between two looks at the clock


def look_into(home: Path, seconds: float = SECONDS) -> LedgerForm:
    """The form and the health of the ledger of a state folder; never raises."""
    limit = time.monotonic() + seconds
    version = sqlite3.sqlite_version
    form = LedgerForm(version, newest_form=len(MIGRATIONS))
    try:
        with closing(_connect(home)) as db:
            db.set_progress_handler(lambda: int(time.monotonic() > limit), _STEPS)
            [(number,)] = db.execute("PRAGMA user_version")
            [(journal,)] = db.execute("PRAGMA journal_mode")
            rows = [str(row) for (row,) in db.execute("PRAGMA quick_check(10)")]
    except sqlite3.Error as error:
        return LedgerForm(version, newest_form=form.newest_form, trouble=_trouble(error))
    trouble = LedgerTrouble.NONE if rows == ["ok"] else LedgerTrouble.DAMAGED
    return LedgerForm(version, number, form.newest_form, str(journal), trouble)


def open_to_read(home: Path) -> Ledger:
    """The ledger, without any right to change it. Raises LedgerError."""
    file = home / "ledger.sqlite3"
    try:
        key = (home / "ledger.key").read_bytes()
        return Ledger(_connect(home), Keys(key), file)
    except sqlite3.Error as error:
        raise unusable(file, error) from error
    except OSError as error:
        raise LedgerError(f"{file} cannot be read: {error.strerror}.") from error


def _connect(home: Path) -> sqlite3.Connection:
    uri = (home / "ledger.sqlite3").absolute().as_uri() + "?mode=ro"
    return sqlite3.connect(uri, uri=True, timeout=_BUSY_SECONDS, isolation_level=None)


def _trouble(error: sqlite3.Error) -> LedgerTrouble:
    """By SQLite's own number; its words are not shown: they may name a path."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return LedgerTrouble.DAMAGED
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return LedgerTrouble.BUSY
    if code == sqlite3.SQLITE_INTERRUPT:
        return LedgerTrouble.SLOW
    if code == sqlite3.SQLITE_READONLY:  # a journal waits to be played back, and we only look
        return LedgerTrouble.HALF_WRITTEN
    return LedgerTrouble.UNREADABLE
