"""kill -9 at random moments and at every write of a first poll: nothing lost, nothing double."""

from __future__ import annotations

import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.terminal import _environment
from tests.cli.test_end_to_end import Office, _append_fast, _many, _rows, agrees, whole
from tests.edges.dovecot import Dovecot
from tests.edges.faultproxy import Fault, FaultProxy

pytestmark = pytest.mark.slow

SLOW_LINE = Fault(drip=6_000, drip_delay=0.02)  # a poll of 5,000 takes some seconds
KILLS = 30


@pytest.fixture
def office(dovecot: Dovecot, tmp_path: Path, request: pytest.FixtureRequest) -> Office:
    return Office(dovecot, tmp_path, re.sub(r"\W+", "", request.node.name)[:40].lower())


def begin_again(office: Office) -> None:
    shutil.rmtree(office.home)
    office.home.mkdir()


def command(office: Office) -> list[str]:
    config = str(office.folder / "schools.toml")
    return [sys.executable, "-m", "commsla", "poll", "--school", "oak", "--config", config]


def random_moment(
    process: subprocess.Popen[bytes],
    proxy: FaultProxy,
    kept: Callable[[], object],
    chance: random.Random,
) -> None:
    """Wait for some moment of a poll, on a machine of any speed.

    It is counted from when it speaks to the server, two times in three from when it has kept more.
    """
    talks, before = len(proxy.conns), kept()
    while process.poll() is None and len(proxy.conns) == talks:
        time.sleep(0.005)
    if chance.random() < 2 / 3:
        while process.poll() is None and kept() == before:
            time.sleep(0.005)
    time.sleep(chance.uniform(0.0, 1.0))


def test_thirty_kills_at_random_moments_each_after_the_last(
    office: Office, dovecot: Dovecot
) -> None:
    _append_fast(dovecot, office.users[0], _many(5000))
    chance = random.Random(2)
    landed: list[int] = []
    with FaultProxy(("127.0.0.1", dovecot.tls_port), SLOW_LINE) as proxy:
        office.config(port=proxy.port)
        while len([n for n in landed if 0 < n < 5000]) < KILLS:
            process = subprocess.Popen(
                command(office),
                env=_environment(office.home, {}),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            random_moment(process, proxy, lambda: _rows(office.home), chance)
            process.send_signal(signal.SIGKILL)
            if process.wait(30) == 0:  # it had ended: once more from the beginning
                whole(office.home, 5000)
                begin_again(office)
                continue
            if (office.home / "ledger.sqlite3").exists():
                agrees(office.home)
            landed.append(_rows(office.home))
            assert len(landed) < 10 * KILLS, "too few kills land between the commits"
    print(f"rows after each kill: {landed}")  # noqa: T201 - shown by pytest -s
    office.config()
    assert office.run("poll", "--school", "oak").code == 0
    whole(office.home, 5000)


@pytest.mark.parametrize("call", ["fdatasync", "ftruncate", "pwrite64"])
def test_a_kill_at_every_write(office: Office, dovecot: Dovecot, call: str) -> None:
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("no strace: it is what kills at the n-th write")
    _append_fast(dovecot, office.users[0], _many(1100))
    seen = set()
    for number in range(1, 1000):
        begin_again(office)
        step = number if number <= 40 else 40 + 17 * (number - 40)
        inject = f"inject={call}:signal=SIGKILL:when={step}"
        quiet = [strace, "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e", inject]
        done = subprocess.run(
            quiet + command(office),
            env=_environment(office.home, {}),
            capture_output=True,
            timeout=120,
            check=False,
        )
        if done.returncode == 0:
            break  # there is no such write any more
        if b"ptrace" in done.stderr:
            pytest.skip("strace may not trace here")
        assert done.returncode in (-signal.SIGKILL, 128 + signal.SIGKILL), done.stderr
        if (office.home / "ledger.sqlite3").exists() and _tables(office.home):
            agrees(office.home)
            seen.add(_rows(office.home))
        assert office.run("poll", "--school", "oak").code == 0
        whole(office.home, 1100)
    else:
        pytest.fail("it never ended by itself")
    assert len(seen) >= 3, "kills landed before, between and after the commits"


def _tables(home: Path) -> bool:
    import sqlite3

    with sqlite3.connect(home / "ledger.sqlite3") as db:
        found = db.execute("SELECT 1 FROM sqlite_schema WHERE name = 'messages'").fetchone()
    db.close()
    return found is not None
