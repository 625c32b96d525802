"""kill -9 between headers and texts and between texts: nothing lost, nothing double, nothing read twice."""

from __future__ import annotations

import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest

from tests.cli.letters import OFFICE, Letter
from tests.cli.terminal import _environment
from tests.cli.test_kill import random_moment
from tests.cli.test_texts import ASKS, FULL, HOLDING, School, nothing_planted, states
from tests.edges.dovecot import Dovecot
from tests.edges.faultproxy import Fault, FaultProxy

NUMBERS = count(1)
SLOW_LINE = Fault(drip=1_500, drip_delay=0.01)


@pytest.fixture
def school(dovecot: Dovecot, tmp_path: Path) -> School:
    return School(dovecot, tmp_path, f"kills{next(NUMBERS)}")


def fill(school: School, number: int) -> None:
    """So many enquiries, each with a reply: the odd ones are answered, the even ones only held."""
    mails: dict[str, list[bytes]] = {"INBOX": [], "Sent Items": []}
    for n in range(number):
        parent = f"P{n} <p{n}@home.example>"
        ask = Letter(f"a{n}", parent, OFFICE, ASKS, school.now - timedelta(hours=2))
        words = FULL if n % 2 else HOLDING
        reply = Letter(f"r{n}", f"Oak <{OFFICE}>", parent, words, school.now, ask)
        for folder, letter in (("INBOX", ask), ("Sent Items", reply)):
            mails[folder].append(letter.raw.replace("\n", "\r\n").encode())
    for hours, (folder, raws) in zip((2, 1), mails.items(), strict=True):
        school.dovecot.append(school.user, folder, raws, school.now - timedelta(hours=hours))


def command(school: School) -> list[str]:
    config = str(school.folder / "schools.toml")
    return [sys.executable, "-m", "commsla", "poll", "--config", config]


def start(school: School) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command(school),
        env=_environment(school.home, {}),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def read(school: School) -> tuple[int, int]:
    """How many messages and how many facts of texts a ledger holds, which may be in the making."""
    file = school.home / "ledger.sqlite3"
    if not file.exists():
        return 0, 0
    db = sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=5)
    try:
        [row] = db.execute("SELECT (SELECT count(*) FROM messages), count(*) FROM text_facts")
    except sqlite3.Error:
        return 0, 0
    finally:
        db.close()
    return int(row[0]), int(row[1])


def sound(school: School) -> None:
    """What a kill leaves: whole rows, and no fact of what is not there."""
    assert school.sql("PRAGMA integrity_check") == [("ok",)]
    assert school.sql("PRAGMA foreign_key_check") == []
    assert school.sql("SELECT count(*) - count(DISTINCT message_id) FROM messages") == [(0,)]


def whole(school: School, number: int) -> None:
    """Every mail once, a case for each enquiry, a fact for each reply, and each as it was written."""
    sound(school)
    assert read(school) == (2 * number, number)
    references = school.sql("SELECT number FROM case_references ORDER BY number")
    assert references == [(n,) for n in range(1, number + 1)]
    found = school.by_parent()
    assert {name: [states(c) for c in cases] for name, cases in found.items()} == {
        f"P{n}": [("met", "met" if n % 2 else "waiting")] for n in range(number)
    }
    nothing_planted(school)


@pytest.mark.parametrize("facts", [0, 1, 9])
def test_a_poll_killed_in_its_texts_is_completed_by_the_next(school: School, facts: int) -> None:
    number = 20
    fill(school, number)
    with FaultProxy(("127.0.0.1", school.dovecot.port), SLOW_LINE) as proxy:
        school.config(port=proxy.port)
        killed = start(school)
        while killed.poll() is None and read(school) < (2 * number, facts):
            time.sleep(0.001)
        killed.send_signal(signal.SIGKILL)
        assert killed.wait(30) == -signal.SIGKILL, "the poll ended before it was killed"
    sound(school)
    messages, known = read(school)
    assert messages == 2 * number
    assert facts <= known < number, "the kill must land before the last text"
    with FaultProxy(("127.0.0.1", school.dovecot.port)) as proxy:
        school.config(port=proxy.port)
        school.polls()
        said = proxy.sent_up().decode("latin-1")
    assert said.count("BODY.PEEK[]") == 2 * (number - known), "what was read is not read again"
    assert "HEADER.FIELDS" not in said
    whole(school, number)


@pytest.mark.slow
def test_twenty_kills_at_random_moments_of_the_texts(school: School) -> None:
    number = 60
    fill(school, number)
    chance = random.Random(3)
    landed: list[tuple[int, int]] = []
    with FaultProxy(("127.0.0.1", school.dovecot.port), SLOW_LINE) as proxy:
        school.config(port=proxy.port)
        while len([1 for m, n in landed if m and n < number]) < 20:
            killed = start(school)
            random_moment(killed, proxy, lambda: read(school), chance)
            killed.send_signal(signal.SIGKILL)
            if killed.wait(30) == 0:
                whole(school, number)
                shutil.rmtree(school.home)
                school.home.mkdir()
                continue
            if read(school) != (0, 0):
                sound(school)
            landed.append(read(school))
            assert len(landed) < 300, "too few kills land in the texts"
    print(f"messages and facts after each kill: {landed}")  # noqa: T201 - shown by pytest -s
    assert len({n for _, n in landed if 0 < n < number}) >= 3, "kills landed between texts"
    school.config()
    school.polls()
    whole(school, number)


@pytest.mark.slow
@pytest.mark.parametrize("call", ["fdatasync", "ftruncate"])
def test_a_kill_at_every_write_of_the_texts(school: School, call: str) -> None:
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("no strace: it is what kills at the n-th write")
    number = 5
    fill(school, number)
    seen: set[tuple[int, int]] = set()
    for step in range(1, 500):
        shutil.rmtree(school.home)
        school.home.mkdir()
        inject = f"inject={call}:signal=SIGKILL:when={step}"
        quiet = [strace, "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e", inject]
        done = subprocess.run(
            quiet + command(school),
            env=_environment(school.home, {}),
            capture_output=True,
            timeout=120,
            check=False,
        )
        if done.returncode == 0:
            break
        if b"ptrace" in done.stderr:
            pytest.skip("strace may not trace here")
        assert done.returncode in (-signal.SIGKILL, 128 + signal.SIGKILL), done.stderr
        if (school.home / "ledger.sqlite3").exists():
            # Who opens it to write rolls back what the kill left half done.
            assert school.sql("PRAGMA integrity_check") == [("ok",)]
        if read(school) != (0, 0):
            sound(school)
        seen.add(read(school))
        school.polls()
        whole(school, number)
    else:
        pytest.fail("it never ended by itself")
    assert {n for m, n in seen if m == 2 * number} >= set(range(number)), "between any two texts"
