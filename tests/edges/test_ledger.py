"""The ledger on real SQLite: modes, facts, transactions, references, wiping."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from commsla.core.model import MailboxRead, Mark, Message, Party, Reference, Role, Stored, Word
from commsla.edges.ledger import Ledger, PollLock, open_ledger
from commsla.errors import LedgerError, LockedError

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
POLLED = Stored(NOW, None)
posix = pytest.mark.skipif(os.name == "nt", reason="file modes and signals of POSIX")


def message(uid: int = 1, **more: object) -> Message:
    base = Message("oak", "office@oak.example", "INBOX", Role.INBOX, 7, uid, NOW, fingerprint="f")
    return replace(base, **more)  # type: ignore[arg-type]


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    opened = open_ledger(tmp_path / "state")
    with opened.transaction():
        opened.add([message(1), message(2)], POLLED)
    return opened


@pytest.fixture(autouse=True)
def _closed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Close what a test opened: an open database is a warning, and a warning is a failure."""
    opened: list[sqlite3.Connection] = []
    connect = sqlite3.connect

    def remember(*args: object, **more: object) -> sqlite3.Connection:
        db: sqlite3.Connection = connect(*args, **more)  # type: ignore[call-overload]
        opened.append(db)
        return db

    monkeypatch.setattr(sqlite3, "connect", remember)
    yield
    for db in opened:
        with contextlib.suppress(sqlite3.ProgrammingError):  # another thread's: it closed it
            db.close()


@posix
@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_nobody_else_can_read_it_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        home = tmp_path / "state"
        ledger = open_ledger(home)
        with ledger.transaction():
            ledger.add([message()], POLLED)
            for file in home.iterdir():
                assert stat.S_IMODE(file.stat().st_mode) & 0o077 == 0, file.name
        assert stat.S_IMODE(home.stat().st_mode) == 0o700
    finally:
        os.umask(before)


def test_the_facts_that_its_safety_rests_on(ledger: Ledger) -> None:
    def pragma(name: str) -> object:
        return ledger._db.execute(f"PRAGMA {name}").fetchone()[0]

    assert (pragma("journal_mode"), pragma("synchronous")) == ("truncate", 2)
    assert (pragma("secure_delete"), pragma("foreign_keys")) == (1, 1)
    assert pragma("integrity_check") == "ok"


def test_all_or_nothing(ledger: Ledger) -> None:
    def half() -> None:
        with ledger.transaction():
            ledger.add([message(3)], POLLED)
            ledger.set_cursor("oak", "office@oak.example", "INBOX", 7, 4)
            raise RuntimeError("power")

    with pytest.raises(RuntimeError, match="power"):
        half()
    assert len(ledger.messages()) == 2
    assert ledger.cursor("oak", "office@oak.example", "INBOX") is None


def test_a_message_is_known_by_its_place_and_never_kept_twice(ledger: Ledger) -> None:
    with ledger.transaction():
        assert ledger.add([message(2, subject="again"), message(3)], POLLED) == 1
        assert ledger.add([message(2, uidvalidity=8)], POLLED) == 1
    assert [m.uid for m in ledger.messages()] == [1, 2, 3, 2]
    assert ledger.messages()[1].subject is None


TEXT = st.one_of(st.none(), st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
WORD = st.text("abcdef0123456789", min_size=1, max_size=24)
PARTY = st.builds(Party, WORD, WORD, TEXT, TEXT)
SECONDS = st.datetimes(
    datetime(1990, 1, 1),  # noqa: DTZ001
    datetime(2099, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
).map(lambda d: d.replace(microsecond=0))
MESSAGES = st.builds(
    Message,
    *(st.just(v) for v in ("oak", "o@x", "INBOX", Role.INBOX, 7)),
    st.integers(100, 10**9),
    SECONDS,
    id=st.just(0),
    claimed=st.none() | SECONDS,
    fingerprint=WORD,
    message_id=WORD | st.just(""),
    in_reply_to=st.lists(WORD, max_size=3).map(tuple),
    references=st.lists(WORD, max_size=3).map(tuple),
    sender=st.none() | PARTY,
    reply_to=st.none() | PARTY,
    recipients=st.lists(st.builds(Party, WORD, WORD), max_size=3).map(tuple),
    subject=TEXT,
    signs=st.lists(st.tuples(WORD, st.text("a\"'<>é ", max_size=9)), max_size=3).map(tuple),
    readable=st.booleans(),
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(MESSAGES)
def test_what_is_kept_comes_back_as_it_was(ledger: Ledger, mail: Message) -> None:
    with ledger.transaction():
        ledger._db.execute("DELETE FROM messages WHERE uid >= 100")
        ledger.add([mail], POLLED)
    assert replace(ledger.messages()[-1], id=0) == mail


def test_references_are_given_once_in_order_and_never_again(ledger: Ledger) -> None:
    with ledger.transaction():
        ledger.give_references({2: "O", 1: "O"})
    assert ledger.references() == {2: Reference("O", 1), 1: Reference("O", 2)}
    with ledger.transaction():
        ledger.add([message(3), message(4)], POLLED)
        ledger.give_references({3: "E", 4: "O"})
    assert ledger.references()[3] == Reference("E", 1)
    assert ledger.references()[4] == Reference("O", 3)
    with pytest.raises(LedgerError), ledger.transaction():
        ledger.give_references({4: "O"})


def test_ten_writers_at_once_never_share_a_number(tmp_path: Path) -> None:
    home = tmp_path / "state"
    with (first := open_ledger(home)).transaction():
        first.add([message(n) for n in range(1, 101)], POLLED)
    failures: list[BaseException] = []

    def give(start: int) -> None:
        try:
            mine = open_ledger(home)
            for n in range(start, start + 10):
                with mine.transaction():
                    mine.give_references({n: "O"})
            mine.close()
        except BaseException as error:  # noqa: BLE001 - shown by the assertion
            failures.append(error)

    threads = [threading.Thread(target=give, args=(1 + 10 * i,)) for i in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert sorted(r.number for r in first.references().values()) == list(range(1, 101))


def test_marks_are_only_ever_added(ledger: Ledger) -> None:
    called = Mark(1, Word.CALLED, NOW, NOW + timedelta(hours=1), "clerk", "on the phone")
    with ledger.transaction():
        ledger.add_marks([called])
        ledger.add_marks([replace(called, word=Word.UNDO)])
    assert [replace(m, id=0) for m in ledger.marks()] == [called, replace(called, word=Word.UNDO)]


def test_what_is_wiped_is_gone_from_the_bytes_of_the_file(ledger: Ledger) -> None:
    secret = "Ottilie has nits"
    party = Party("k", "d", "Euphemia", "euphemia@home.example")
    with ledger.transaction():
        ledger.add([message(5, subject=secret, sender=party, reply_to=party)], POLLED)
    assert secret.encode() in ledger.file.read_bytes()
    number = ledger.messages()[-1].id
    with ledger.transaction():
        ledger.add_marks([Mark(number, Word.CALLED, NOW, NOW, "sue", "Euphemia's mother rang")])
    with ledger.transaction():
        assert ledger.wipe([number]) == 1
        assert ledger.wipe([number]) == 0
    wiped = ledger.messages()[-1]
    assert wiped.sender == Party("k", "d")
    assert wiped.subject is None
    assert [(m.by, m.note) for m in ledger.marks()] == [("sue", "")]
    for file in ledger.file.parent.iterdir():
        for word in (secret, "Euphemia", "euphemia@"):
            assert word.encode() not in file.read_bytes(), file.name


def test_day_one_is_the_first_and_a_failure_keeps_the_last_good_read(ledger: Ledger) -> None:
    later = NOW + timedelta(hours=1)
    with ledger.transaction():
        ledger.begin("oak", "office@oak.example", NOW)
        ledger.begin("oak", "office@oak.example", later)
        ledger.note_read(MailboxRead("oak", "o@x", NOW, NOW, "", "Sent"))
        ledger.note_read(MailboxRead("oak", "o@x", None, later, "no line", None))
    assert ledger.day_one() == {("oak", "office@oak.example"): NOW}
    assert ledger.reads() == [MailboxRead("oak", "o@x", NOW, later, "no line", "Sent")]


def test_a_scratch_copy_keeps_nothing(ledger: Ledger) -> None:
    before = ledger.file.read_bytes()
    copy = ledger.scratch()
    with copy.transaction():
        copy.add([message(9)], POLLED)
    assert len(copy.messages()) == 3
    assert len(ledger.messages()) == 2
    assert ledger.file.read_bytes() == before


# --- what can be wrong with it -----------------------------------------------------------------------


def test_a_newer_ledger_is_left_alone(ledger: Ledger, tmp_path: Path) -> None:
    ledger._db.execute("PRAGMA user_version = 99")
    with pytest.raises(LedgerError, match="written by a newer commsla"):
        open_ledger(tmp_path / "state")


def test_a_damaged_file_is_a_sentence(tmp_path: Path) -> None:
    home = tmp_path / "state"
    open_ledger(home).close()
    (home / "ledger.sqlite3").write_bytes(b"not a database at all, but long enough" * 40)
    with pytest.raises(LedgerError, match="cannot be used") as told:
        open_ledger(home)
    assert "put back a copy" in told.value.hint


@pytest.mark.parametrize("content", [None, b"short"])
def test_without_its_key_nothing_can_be_matched_and_that_is_said(
    tmp_path: Path, content: bytes | None
) -> None:
    home = tmp_path / "state"
    open_ledger(home).close()
    key = home / "ledger.key"
    if content is None:
        key.unlink()
    else:
        key.write_bytes(content)
    with pytest.raises(LedgerError, match=r"ledger\.key"):
        open_ledger(home)


def test_a_folder_in_its_place_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "ledger.sqlite3").mkdir()
    (tmp_path / "ledger.key").write_bytes(b"k" * 32)
    with pytest.raises(LedgerError, match="cannot be opened"):
        open_ledger(tmp_path)


def test_two_first_openings_at_once_agree_on_one_key(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from commsla.edges.ledger import open_ledger\n"
        "print(open_ledger(Path(sys.argv[1])).keys.id('x'))"
    )
    home = str(tmp_path / "state")
    running = [
        subprocess.Popen([sys.executable, "-c", code, home], stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    assert len({p.communicate(timeout=60)[0] for p in running}) == 1


# --- the lock ------------------------------------------------------------------------------------------

HOLD = (
    "import sys, time; from pathlib import Path; from commsla.edges.ledger import PollLock\n"
    "with PollLock(Path(sys.argv[1])):\n    print('held', flush=True); time.sleep(60)"
)


@posix
def test_the_days_of_good_polls_are_noted_by_the_date_in_london(ledger: Ledger) -> None:
    def read(at: datetime, *, good: bool = True, mailbox: str = "a") -> None:
        with ledger.transaction():
            ledger.note_read(MailboxRead("oak", mailbox, at if good else None, at, "", "Sent"))

    summer = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)  # half past midnight on the 2nd
    for at in (summer, summer + timedelta(hours=2)):
        read(at)
    read(summer + timedelta(days=1), good=False)
    read(NOW, mailbox="b")
    assert ledger.good_days() == {
        ("oak", "a"): {date(2026, 7, 2)},
        ("oak", "b"): {date(2026, 11, 24)},
    }


def test_a_second_poll_is_told_at_once_and_a_killed_one_holds_nothing(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(LockedError, match=f"process {holder.pid}"), PollLock(tmp_path):
            pass
    finally:
        holder.kill()
        holder.communicate(timeout=30)
    with PollLock(tmp_path):
        pass
