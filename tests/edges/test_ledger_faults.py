"""What can happen to the ledger: damage, a full disk, a kill, an old form, a server that reuses UIDs."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commsla.core.model import Message, Party, Role, Word
from commsla.edges.ledger import Ledger, open_ledger
from commsla.edges.ledger.rows import from_row, to_row
from commsla.edges.ledger.schema import M001, MIGRATIONS
from commsla.errors import LedgerError
from tests.cli.terminal import pipe
from tests.edges.test_ledger import POLLED

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
EXAMPLE = Path(__file__).parents[2] / "config" / "schools.toml"
posix = pytest.mark.skipif(os.name == "nt", reason="file modes and signals of POSIX")


def message(uid: int, **more: object) -> Message:
    base = Message("oak", "o@oak.example", "INBOX", Role.INBOX, 7, uid, NOW, fingerprint=f"f{uid}")
    return replace(base, **more)  # type: ignore[arg-type]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def ledger(home: Path) -> Iterator[Ledger]:
    opened = open_ledger(home)
    yield opened
    opened.close()


# --- one that was there before -----------------------------------------------------------------------


def test_the_first_form_becomes_the_newest_and_keeps_its_rows(ledger: Ledger, home: Path) -> None:
    with ledger.transaction():
        ledger.add([message(1)], POLLED)
    ledger.close()
    file = home / "ledger.sqlite3"
    with closing(sqlite3.connect(file)) as db:
        columns = [row[1] for row in db.execute("PRAGMA table_info (messages)")][:24]
        kept = db.execute(f"SELECT {', '.join(columns)} FROM messages").fetchall()
    file.unlink()
    with closing(sqlite3.connect(file)) as db, db:
        db.executescript(M001 + "PRAGMA user_version = 1;")
        db.execute("INSERT INTO cursors VALUES ('oak', 'o@oak.example', 'INBOX', 7, 2)")
        db.execute("INSERT INTO day_one VALUES ('oak', 5)")
        db.execute("INSERT INTO mailbox_reads VALUES ('oak', 'o@oak.example', 6, 6, '', 'Sent')")
        db.execute("INSERT INTO marks VALUES (1, 1, 'called', 7, 8, 'sue', '')")
        places = ", ".join("?" * len(columns))
        db.executemany(f"INSERT INTO messages ({', '.join(columns)}) VALUES ({places})", kept)
    for _ in range(2):  # the second time there is nothing left to do
        newest = open_ledger(home)
        assert newest.cursor("oak", "o@oak.example", "INBOX") == (7, 2, 0)
        assert [m.uid for m in newest.messages()] == [1]
        assert list(newest.day_one()) == [("oak", "o@oak.example")]
        assert [(m.word, m.seen) for m in newest.marks()] == [(Word.CALLED, 1)]
        newest.close()
    with closing(sqlite3.connect(file)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)


def test_what_had_vanished_before_polls_missed_it_twice_stays_so(home: Path) -> None:
    first = open_ledger(home)
    with first.transaction():
        first.add([message(1)], POLLED)
    [row] = first._db.execute("SELECT * FROM messages").fetchall()
    first.close()
    file = home / "ledger.sqlite3"
    file.unlink()
    with closing(sqlite3.connect(file)) as db, db:
        db.executescript("".join(MIGRATIONS[:3]) + "PRAGMA user_version = 3;")
        db.execute(f"INSERT INTO messages VALUES ({', '.join('?' * len(row))})", row)
        db.execute("INSERT INTO vanished VALUES (1, 5, 1)")
        db.execute("INSERT INTO mailbox_reads VALUES ('oak', 'o@oak.example', 6, 7, 'cut', 'Sent')")
    newest = open_ledger(home)
    assert (newest.vanished(), newest.missing()) == ({1: True}, set())
    [read] = newest.reads()
    assert (read.trouble, read.retry_after, read.emptied) == ("cut", None, ())
    newest.close()


@posix
@pytest.mark.parametrize("name", ["ledger.sqlite3", "ledger.key", "ledger.sqlite3-journal"])
def test_what_was_put_back_from_a_copy_is_closed_to_others_again(home: Path, name: str) -> None:
    first = open_ledger(home)
    with first.transaction():
        first.add([message(1)], POLLED)
    first.close()
    file = home / name
    file.touch()
    file.chmod(0o644)
    open_ledger(home).close()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


# --- damage and disks -----------------------------------------------------------------------------------


@pytest.mark.parametrize("where", [0.3, 0.6, 0.9])
def test_a_damaged_page_is_a_sentence_wherever_it_is_met(
    ledger: Ledger, home: Path, where: float
) -> None:
    with ledger.transaction():
        ledger.begin("oak", "office@oak.example", NOW)
        ledger.add((message(n, subject="s" * 200) for n in range(1, 400)), POLLED)
        ledger.give_references(dict.fromkeys(range(1, 400), "O"))
    ledger.close()
    file = home / "ledger.sqlite3"
    data = bytearray(file.read_bytes())
    start = int(len(data) * where) // 4096 * 4096
    data[start : start + 8192] = b"\xa5" * 8192
    file.write_bytes(data)
    result = pipe(home, "status", "--config", str(EXAMPLE))
    assert (result.code, result.out) == (1, "")
    assert result.err.startswith(f"The ledger {file} cannot be used: ")
    assert "put back a copy of it" in result.err


_FULL = """
import resource, sys
from pathlib import Path
from commsla.edges.ledger import open_ledger
from commsla.errors import LedgerError
from tests.edges.test_ledger import POLLED
from tests.edges.test_ledger_faults import message

ledger = open_ledger(Path(sys.argv[1]))
with ledger.transaction():
    ledger.add([message(1)], POLLED)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
try:
    with ledger.transaction():
        ledger.add([message(n, subject="s" * 300) for n in range(2, 20_000)], POLLED)
        ledger.set_cursor("oak", "o@oak.example", "INBOX", 7, 20_000)
except LedgerError as error:
    print(error.message)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
print(len(ledger.messages()), ledger.cursor("oak", "o@oak.example", "INBOX"))
with ledger.transaction():
    print(ledger.add([message(2)], POLLED))
ledger.close()
"""


@posix
@pytest.mark.parametrize("room", [0, 100_000, 2_000_000])
def test_a_disk_without_room_loses_only_what_was_not_committed(home: Path, room: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _FULL, str(home), str(room)],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        timeout=60,
        check=False,
    )
    assert done.stderr == ""
    sentence, held, more = done.stdout.splitlines()
    assert sentence.startswith(f"The ledger {home / 'ledger.sqlite3'} cannot be used: ")
    assert "rollback" not in sentence, "what went wrong first is what is said"
    assert (held, more) == ("1 None", "1")


def test_an_error_of_sqlite_inside_rolls_back_and_the_next_one_works(ledger: Ledger) -> None:
    def refused() -> None:
        with ledger.transaction():
            ledger.add([message(1)], POLLED)
            ledger.give_references({99: "O"})  # there is no such message

    with pytest.raises(LedgerError, match="FOREIGN KEY"):
        refused()
    assert ledger.messages() == []
    with ledger.transaction():
        assert ledger.add([message(1)], POLLED) == 1


def test_sqlite_rolling_back_by_itself_hides_nothing(ledger: Ledger) -> None:
    def undone() -> None:
        with ledger.transaction():
            ledger._db.execute("ROLLBACK")  # as SQLite does for a full disk
            raise RuntimeError("the first trouble")

    with pytest.raises(RuntimeError, match="the first trouble"):
        undone()


_HALF = """
import os, signal, sys
from pathlib import Path
from commsla.edges.ledger import open_ledger
from tests.edges.test_ledger import POLLED
from tests.edges.test_ledger_faults import message

ledger = open_ledger(Path(sys.argv[1]))
ledger._db.execute("PRAGMA cache_size = 2")  # so that pages reach the file before the commit
with ledger.transaction():
    ledger.add([message(n, subject="whole" * 50) for n in range(1, 200)], POLLED)
with ledger.transaction():
    ledger.add([message(n, subject="half" * 50) for n in range(200, 2000)], POLLED)
    assert b"halfhalf" in ledger.file.read_bytes()
    os.kill(os.getpid(), signal.SIGKILL)
"""


@posix
def test_a_kill_in_the_middle_of_a_transaction_leaves_what_was_committed(home: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _HALF, str(home)],
        cwd=Path(__file__).parents[2],
        timeout=60,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL
    assert (home / "ledger.sqlite3-journal").stat().st_size > 0, "a hot journal is to be played"
    repaired = open_ledger(home)
    assert [m.uid for m in repaired.messages()] == list(range(1, 200))
    assert repaired._db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    repaired.close()


# --- what is forgotten ------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(3))
def test_wiped_in_any_order_no_name_stays_in_any_byte(ledger: Ledger, seed: int) -> None:
    chance = random.Random(seed)

    def named(uid: int) -> Message:
        who = Party("k" * 24, "d" * 24, f"Zinnia{uid}x" * chance.randrange(1, 9), f"zin{uid}x@home")
        subject = f"Crake{uid}x" * chance.randrange(1, 600)  # some larger than a page
        return message(uid, sender=who, reply_to=who, subject=subject)

    with ledger.transaction():
        ledger.add([named(n) for n in range(1, 301)], POLLED)
    order = list(range(1, 301))
    chance.shuffle(order)
    while order:
        batch, order = order[:37], order[37:]
        with ledger.transaction():
            assert ledger.wipe(batch) == len(batch)
        for file in (ledger.file, ledger.file.with_name(f"{ledger.file.name}-journal")):
            data = file.read_bytes()
            for uid in batch:
                for word in (f"Zinnia{uid}x", f"zin{uid}x", f"Crake{uid}x"):
                    assert word.encode() not in data, (file.name, word)
    assert len(ledger.messages()) == 300


# --- identity ---------------------------------------------------------------------------------------------


def test_a_uid_that_the_server_gave_to_another_mail_loses_neither(ledger: Ledger) -> None:
    for name in ("first", "second", "third", "third"):
        with ledger.transaction():
            ledger.add([message(5, fingerprint=name, subject=name)], POLLED)
    assert [(m.fingerprint, m.uid == 5) for m in ledger.messages()] == [
        ("first", False),
        ("second", False),
        ("third", True),
    ]


@pytest.mark.parametrize("readable", [(True, False), (False, True), (False, False)])
def test_a_mail_that_was_unreadable_one_time_is_one_mail(
    ledger: Ledger, readable: tuple[bool, bool]
) -> None:
    for n, legible in enumerate(readable):
        with ledger.transaction():
            ledger.add([message(5, fingerprint=str(n), readable=legible)], POLLED)
    assert [m.uid for m in ledger.messages()] == [5]


@settings(max_examples=200, deadline=None)
@given(st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC)))  # noqa: DTZ001
def test_any_date_that_a_sender_can_claim_comes_back(claimed: datetime) -> None:
    mail = message(1, claimed=claimed.replace(microsecond=0))
    assert from_row((0, *to_row(mail))) == mail


def test_who_only_reads_in_a_transaction_keeps_others_from_writing(ledger: Ledger) -> None:
    with ledger.transaction(), closing(sqlite3.connect(ledger.file, timeout=0)) as other:
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        assert other.execute("SELECT count(*) FROM messages").fetchone() == (0,), "reading goes on"


_GIVE = """
import sys
from pathlib import Path
from commsla.edges.ledger import open_ledger

ledger = open_ledger(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
for n in range(int(sys.argv[2]), 101, 2):
    with ledger.transaction():
        before = len(ledger.references())
        ledger.give_references({n: "O"})
        assert len(ledger.references()) == before + 1
ledger.close()
"""


def test_two_processes_at_once_never_give_one_number_twice(ledger: Ledger, home: Path) -> None:
    with ledger.transaction():
        ledger.add((message(n) for n in range(1, 101)), POLLED)
    running = [
        subprocess.Popen(
            [sys.executable, "-c", _GIVE, str(home), first],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for first in ("1", "2")
    ]
    try:
        for process in running:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
    finally:
        for process in running:
            process.communicate("go\n", timeout=60)
    assert [p.returncode for p in running] == [0, 0]
    assert sorted(r.number for r in ledger.references().values()) == list(range(1, 101))
