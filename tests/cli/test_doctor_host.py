"""`commsla doctor` on this computer: ledger, clock, config, term dates, time zones."""

from __future__ import annotations

import os
import re
import sqlite3
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.doctoring import Bench, polled, raw, year_until
from tests.cli.terminal import pipe
from tests.edges.dovecot import Dovecot

LOGIN_NEEDED = ("inbox", "Sent")


def test_who_may_read_the_ledger(good: Bench) -> None:
    polled(good)
    if sys.platform == "win32":
        pytest.skip("no permission bits")
    (good.home / "ledger.sqlite3").chmod(0o644)
    good.home.chmod(0o755)
    assert good.doctor().code == 1
    assert good.problems() == ["access"]
    assert good.check("access")["fix"] == (
        'Run: chmod 700 "$COMMSLA_HOME" && chmod 600 "$COMMSLA_HOME"/ledger.sqlite3'
    )
    if os.geteuid() != 0:
        return
    good.home.chmod(0o700)
    (good.home / "ledger.sqlite3").chmod(0o600)
    os.chown(good.home / "ledger.sqlite3", 65534, 65534)
    good.doctor()
    assert good.problems() == ["owner"]


def test_a_damaged_page_and_a_row_without_sense(good: Bench, dovecot: Dovecot) -> None:
    dovecot.append(good.user, "INBOX", [raw(f"a{n}") for n in range(60)], datetime.now(UTC))
    polled(good)
    file = good.home / "ledger.sqlite3"
    whole = file.read_bytes()
    file.write_bytes(whole[:8192] + b"\xff" * 4096 + whole[12288:])
    assert good.doctor().code == 1
    assert good.problems() == ["integrity"]
    assert "Put back a copy" in good.check("integrity")["fix"]
    file.write_bytes(whole)
    with sqlite3.connect(file) as db:
        db.execute("UPDATE messages SET role = 'nonsense' WHERE id = 1")
    db.close()
    assert good.doctor().code == 1
    assert good.problems() == ["integrity"]
    file.write_bytes(b"")
    assert good.doctor().code == 0
    assert good.check("ledger")["result"] == "warning"
    assert file.read_bytes() == b""


def test_a_clock_set_back(good: Bench) -> None:
    polled(good)
    later = int(datetime.now(UTC).timestamp()) + 86_400
    with sqlite3.connect(good.home / "ledger.sqlite3") as db:
        db.execute("UPDATE mailbox_reads SET last_try = ?, last_good = ?", (later, later))
    db.close()
    assert good.doctor().code == 1
    assert "before the last poll" in good.check("clock")["sentence"]


def test_term_dates_that_end_in_forty_days(good: Bench) -> None:
    last = datetime.now(UTC).date() + timedelta(days=40)
    good.years = year_until(last)
    good.doctor()
    dates = good.check("term dates")
    if last.month in (6, 7, 8):
        pytest.skip("such a year ends on 31 August")
    assert dates["result"] == "warning"
    assert dates["fix"].endswith("commsla calendar year oak YEAR")
    good.years = ""
    assert good.doctor().code == 1
    assert good.problems() == ["term dates"]


def test_a_config_that_cannot_be_used_is_10_and_the_rest_is_looked_at(good: Bench) -> None:
    polled(good)
    good.more = 'sentt = "x"'
    assert good.doctor().code == 10
    assert re.match(
        r"Named by --config: 1 mistake, on line \d+\.", good.check("config")["sentence"]
    )
    assert good.state("ledger", "integrity", "clock") == ["ok"] * 3
    assert good.state("mailboxes") == ["skipped"]
    nowhere = pipe(good.home, "doctor", cwd=good.folder)
    assert nowhere.code == 10
    assert "problem | this computer | config | There is none" in nowhere.out


def test_without_time_zone_data_it_says_just_that(tmp_path: Path) -> None:
    (tmp_path / "tzdata").mkdir()
    (tmp_path / "tzdata" / "__init__.py").touch()  # a package without any data in it
    for words in ([], ["--json"]):
        result = pipe(tmp_path, "doctor", *words, PYTHONTZPATH="", PYTHONPATH=str(tmp_path))
        assert (result.code, result.err) == (1, "")
        assert "pip install tzdata" in result.out
