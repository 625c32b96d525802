"""One poll at a time: the second is told at once, and whoever dies holds nothing."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from commsla.edges.ledger import PollLock, lock
from commsla.errors import LedgerError, LockedError
from tests.cli.terminal import pipe

pytestmark = pytest.mark.skipif(os.name == "nt", reason="flock and signals of POSIX")

EXAMPLE = Path(__file__).parents[2] / "config" / "schools.toml"
HOLD = (
    "import sys, time; from pathlib import Path; from commsla.edges.ledger import PollLock\n"
    "with PollLock(Path(sys.argv[1])):\n    print('held', flush=True); time.sleep(600)"
)


@contextmanager
def held(home: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the lock; SIGKILLed at the end."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(home)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        yield holder
    finally:
        holder.kill()
        holder.communicate(timeout=30)


def test_a_second_poll_exits_with_11_and_all_else_goes_on(tmp_path: Path) -> None:
    with held(tmp_path) as holder:
        second = pipe(tmp_path, "poll", "--config", str(EXAMPLE))
        dry = pipe(tmp_path, "poll", "-n", "--config", str(EXAMPLE))
        status = pipe(tmp_path, "status", "--config", str(EXAMPLE))
    assert second.code == dry.code == 11
    assert second.err.splitlines() == [
        f"Another poll or alert is running (process {holder.pid}).",
        "Wait until it has ended, then try again. Its mail will be there.",
    ]
    assert status.code == 0
    with PollLock(tmp_path):  # the holder was SIGKILLed
        pass


def test_the_file_of_a_lock_that_ended_keeps_nobody_out(tmp_path: Path) -> None:
    for _ in range(2):
        with PollLock(tmp_path):
            assert (tmp_path / "poll.lock").read_text() == f"{os.getpid()}\n"
            with pytest.raises(LockedError), PollLock(tmp_path):
                pass


def test_a_program_that_was_started_meanwhile_does_not_keep_the_lock(tmp_path: Path) -> None:
    with PollLock(tmp_path):
        child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        with PollLock(tmp_path):
            pass
    finally:
        child.communicate(b"\n", timeout=30)


@pytest.mark.parametrize("code", [errno.ENOLCK, errno.ENOTSUP])
def test_a_disk_without_locks_is_not_taken_for_another_poll(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def refuse(_: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(lock, "_lock", refuse)
    with pytest.raises(LedgerError, match="knows no locks"), PollLock(tmp_path):
        pass


def test_a_disk_without_room_still_locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with PollLock(tmp_path), pytest.raises(LockedError, match="Another poll or alert is running"):
        PollLock(tmp_path).__enter__()


def test_a_folder_in_place_of_the_lock_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "poll.lock").mkdir()
    with pytest.raises(LedgerError, match="cannot be made"), PollLock(tmp_path):
        pass
