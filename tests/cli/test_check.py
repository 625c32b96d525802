"""`commsla check` as a monitoring system runs it: one line, four codes, never a traceback."""

from __future__ import annotations

import json
import os
import re
import sqlite3
from pathlib import Path

import pytest

from tests.cli.terminal import Result, pipe

WORDS = ("OK", "WARNING", "CRITICAL", "UNKNOWN")


def check(home: Path, *words: str, demo: bool = True) -> Result:
    result = pipe(home, *(["demo"] if demo else []), "check", *words)
    assert result.code in range(4), result.err
    assert result.err == ""
    assert result.out.endswith("\n")
    assert result.out.count("\n") == 1
    assert result.out.startswith(f"COMMSLA {WORDS[result.code]}: ")
    assert result.out.count("|") <= 1
    return result


def test_the_line_of_the_demo(demo_home: Path) -> None:
    assert check(demo_home).out == (
        "COMMSLA CRITICAL: 8 overdue, 6 due today; no alert ran yet; "
        "thistledown last read today 08:40; marshlane last read today 08:40 | "
        "overdue=8;0;4;0 due_today=6;;;0 age_thistledown=300s;;;0 age_marshlane=300s;;;0\n"
    )
    assert check(demo_home, "--school", "marshlane").code == 1
    assert check(demo_home, "-w", "8", "-c", "9").out.startswith(
        "COMMSLA WARNING: no alert ran yet"
    )
    assert check(demo_home, "-w", "8", "-c", "9", "--today-warning", "5").code == 1
    assert check(demo_home, "-w", "8", "-c", "9", "--today-critical", "5").code == 2


def test_no_name_address_or_subject_is_in_it(demo_home: Path) -> None:
    data = json.loads(pipe(demo_home, "demo", "status", "--json").out)["data"]
    said = check(demo_home).out + pipe(demo_home, "demo", "check", "--json").out
    for case in data["cases"]:
        assert case["subject"] is None or case["subject"] not in said
        assert case["reference"] not in re.findall(r"\w+", said)
    assert "@" not in said


def test_json_says_the_same(demo_home: Path) -> None:
    result = pipe(demo_home, "demo", "check", "--json")
    told = json.loads(result.out)
    assert (result.code, told["ok"], told["data"]["state"]) == (2, True, "CRITICAL")
    assert told["data"]["exit_code"] == 2
    assert told["data"]["line"] == check(demo_home).out.strip()
    assert told["data"]["figures"]["overdue"] == {"value": 8, "warning": 0, "critical": 4}


@pytest.mark.parametrize(
    "words",
    [
        ("--nonsense",),
        ("nonsense",),
        ("-w", "many"),
        ("--school", "elsewhere"),
        ("--config", "nowhere.toml"),
        ("--config", "broken.toml"),
        ("--config", "wrong|.toml"),
    ],
)
def test_what_cannot_be_understood_is_unknown(demo_home: Path, words: tuple[str, ...]) -> None:
    (demo_home / "broken.toml").write_text("[policy\n", "utf-8")
    (demo_home / "wrong|.toml").write_text("x = 1\n", "utf-8")
    assert check(demo_home, *words).code == 3
    told = json.loads(pipe(demo_home, "demo", "check", "--json", *words).out)
    assert told["error"]["exit_code"] == 3


def test_without_a_config_or_a_ledger(tmp_path: Path) -> None:
    assert "There is no config" in check(tmp_path, demo=False).out
    example = Path(__file__).parents[2] / "config" / "schools.toml"
    out = check(tmp_path, "--config", str(example), demo=False).out
    assert "Nothing was ever polled into" in out
    assert list(tmp_path.iterdir()) == [], "nothing is made by looking"


@pytest.mark.parametrize("harm", ["damaged", "no key", "newer form", "odd row", "folder"])
def test_a_ledger_that_cannot_be_read_is_unknown(demo_home: Path, harm: str) -> None:
    ledger = demo_home / "demo" / "ledger.sqlite3"
    match harm:
        case "damaged":
            ledger.write_bytes(b"not a ledger" * 1000)
        case "no key":
            (demo_home / "demo" / "ledger.key").unlink()
        case "newer form" | "odd row":
            with sqlite3.connect(ledger) as db:
                db.execute(
                    "UPDATE marks SET word = 'nonsense'"
                    if harm == "odd row"
                    else "DROP TABLE messages"
                )
            db.close()
        case "folder":
            ledger.unlink()
            ledger.mkdir()
    result = check(demo_home)
    assert result.code == 3
    assert "Traceback" not in result.out


def test_old_polls_are_unknown_with_their_age(demo_home: Path) -> None:
    with sqlite3.connect(demo_home / "demo" / "ledger.sqlite3") as db:
        db.execute("UPDATE mailbox_reads SET last_good = last_good - 86400")
    db.close()
    out = check(demo_home).out
    assert out.startswith("COMMSLA UNKNOWN: thistledown last read yesterday 08:40, newer mail is")
    assert "age_thistledown=86700s;;;0" in out


def test_looking_changes_nothing_of_the_ledger(demo_home: Path) -> None:
    ledger = demo_home / "demo" / "ledger.sqlite3"
    before = ledger.read_bytes(), ledger.stat().st_mtime_ns
    check(demo_home)
    assert (ledger.read_bytes(), ledger.stat().st_mtime_ns) == before


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device")
def test_where_nothing_can_be_said_the_code_is_unknown(demo_home: Path) -> None:
    import subprocess
    import sys

    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "commsla", "demo", "check"],
            stdout=full,
            stderr=subprocess.PIPE,
            env={**os.environ, "COMMSLA_HOME": str(demo_home)},
            check=False,
            timeout=60,
        )
    assert done.returncode == 3
    assert b"Traceback" not in done.stderr
