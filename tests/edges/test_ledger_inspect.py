"""A ledger is looked into as it lies there: nothing of it changes, whatever its state."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from commsla.core.hostfacts import LedgerTrouble
from commsla.edges.ledger import look_into, open_ledger, open_to_read
from commsla.errors import LedgerError

FILE = "ledger.sqlite3"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    open_ledger(tmp_path).close()
    return tmp_path


def test_a_whole_one_is_only_read(home: Path) -> None:
    before = {p.name: p.read_bytes() for p in home.iterdir()}
    form = look_into(home)
    assert (form.trouble, form.can_be_read) == (LedgerTrouble.NONE, True)
    ledger = open_to_read(home)
    assert ledger.reads() == []
    with pytest.raises(LedgerError), ledger.transaction():
        ledger.set_cursor("oak", "a", "INBOX", 1, 1)
    ledger.close()
    assert {p.name: p.read_bytes() for p in home.iterdir()} == before


def test_none_is_made(tmp_path: Path) -> None:
    assert look_into(tmp_path).trouble is LedgerTrouble.UNREADABLE
    with pytest.raises(LedgerError):
        open_to_read(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_something_else_than_a_ledger(home: Path) -> None:
    (home / FILE).write_bytes(b"Dear Ottilie, " * 500)
    assert look_into(home).trouble is LedgerTrouble.DAMAGED


def test_an_older_and_a_newer_form(home: Path) -> None:
    for number in (1, 99):
        with sqlite3.connect(home / FILE) as db:
            db.execute(f"PRAGMA user_version = {number}")
        db.close()
        assert (look_into(home).form, look_into(home).can_be_read) == (number, False)


def test_a_change_that_was_cut_off_is_left_for_the_next_command(home: Path) -> None:
    db = sqlite3.connect(home / FILE, isolation_level=None)
    db.execute("PRAGMA cache_size = 1")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("BEGIN IMMEDIATE")
    for number in range(500):
        db.execute("INSERT INTO cursors VALUES ('oak', 'a', ?, 1, 1, 0)", (f"{number}" * 200,))
    # As after a power cut: the file and its journal without the process that wrote them.
    torn, journal = (home / FILE).read_bytes(), (home / f"{FILE}-journal").read_bytes()
    db.execute("ROLLBACK")
    db.close()
    (home / FILE).write_bytes(torn)
    (home / f"{FILE}-journal").write_bytes(journal)
    assert look_into(home).trouble is LedgerTrouble.HALF_WRITTEN
    assert (home / f"{FILE}-journal").read_bytes() == journal
    open_ledger(home).close()
    assert look_into(home).can_be_read


def test_what_takes_too_long_is_given_up(home: Path) -> None:
    with sqlite3.connect(home / FILE) as db:
        rows = (("oak", "a", f"{n}", 1, 1, 0) for n in range(20_000))
        db.executemany("INSERT INTO cursors VALUES (?, ?, ?, ?, ?, ?)", rows)
    db.close()
    assert look_into(home, seconds=-1).trouble is LedgerTrouble.SLOW


def test_one_that_is_being_written(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("commsla.edges.ledger.inspect._BUSY_SECONDS", 0.1)
    db = sqlite3.connect(home / FILE, isolation_level=None)
    db.execute("BEGIN EXCLUSIVE")
    assert look_into(home).trouble is LedgerTrouble.BUSY
    db.execute("ROLLBACK")
    db.close()
