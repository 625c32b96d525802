"""Opens or makes the ledger's files, readable for their owner only; it reads no row of them."""

from __future__ import annotations

import os
import secrets
import sqlite3
import stat
from pathlib import Path

from commsla.core.keys import Keys
from commsla.edges.ledger.book import unusable
from commsla.edges.ledger.schema import migrate
from commsla.edges.ledger.store import Ledger
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
        for one in (file, home / "ledger.key", home / f"{file.name}-journal"):
            _close_to_others(one)
    except OSError as error:
        raise LedgerError(
            f"The ledger in {home} cannot be opened: {error.strerror}.",
            "Run commsla as the user who polls, or set COMMSLA_HOME to a folder of your own.",
        ) from error
    db = sqlite3.connect(file, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        db.execute("PRAGMA journal_mode = TRUNCATE")
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA secure_delete = ON")  # what is wiped is gone from the file as well
        db.execute("PRAGMA foreign_keys = ON")
        migrate(db)
    except sqlite3.Error as error:
        db.close()
        raise unusable(file, error) from error
    except LedgerError:
        db.close()
        raise
    return Ledger(db, Keys(key), file)


def ledger_in_memory(home: Path) -> Ledger:
    """An empty ledger that leaves nothing on the disk; `home` is only what its errors name."""
    db = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    migrate(db)
    return Ledger(db, Keys(secrets.token_bytes(32)), home / "ledger.sqlite3")


def _close_to_others(file: Path) -> None:
    """A ledger that was put back from a copy often comes back readable for everybody."""
    if os.name == "posix" and file.exists() and stat.S_IMODE(file.stat().st_mode) & 0o077:
        file.chmod(0o600)


def _secret(file: Path, *, is_new: bool) -> bytes:
    """The installation's secret for keyed hashes: 32 bytes beside the ledger, never in it."""
    if not file.exists():
        if not is_new:
            raise LedgerError(
                f"{file.name} is missing beside the ledger in {file.parent}: without it old mail "
                "and its answers cannot be matched.",
                "Put it back from a copy. A new ledger would have no marks and other references.",
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
