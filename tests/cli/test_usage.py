"""What cannot be understood: in our own sentences, as JSON where that was asked, always by one name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from commsla.cli.app import app
from commsla.cli.usage import Asked, asked
from tests.cli.terminal import pipe, terminal

EXAMPLE = str(Path(__file__).parents[2] / "config" / "schools.toml")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            "stauts",
            'There is no command "stauts".\nDid you mean status? The commands are: '
            "doctor, poll, status, show, explain, mark, log, assign, move, merge, due, export, rebuild, login, check, schedule, alert, demo, calendar.\n",
        ),
        (
            "calendar shwo",
            'There is no command "shwo".\nDid you mean show? The commands are: '
            "show, check, close, open, undo, year, import.\n",
        ),
        (
            "status --scool x",
            'There is no option "--scool" for commsla status.\nDid you mean --school? '
            "All that can be typed: commsla status -h\n",
        ),
        (
            "--quiet poll",
            'There is no option "--quiet" for commsla.\n'
            "What belongs to a command stands behind it. All that can be typed: commsla -h\n",
        ),
        (
            "due norton",
            "WHEN is missing.\nUsage: commsla due [OPTIONS] SCHOOL WHEN\n"
            "All that can be typed: commsla due -h\n",
        ),
        (
            "due norton 2026-12-17 16:45",
            'There is no place for "16:45".\nWords that belong together need quotes: '
            '"2026-12-17 16:45". All that can be typed: commsla due -h\n',
        ),
        (
            "merge N1",
            "INTO is missing.\nUsage: commsla merge [OPTIONS] REF... INTO\n"
            "All that can be typed: commsla merge -h\n",
        ),
        ("mark N1 called --at", "Option '--at' requires an argument.\n"),
        ("status --all=1", "Option '--all' does not take a value.\n"),
        (
            "--config " + EXAMPLE,
            "Missing command.\nAll that can be typed: commsla -h\n",
        ),
    ],
)
def test_our_own_sentence_also_on_a_terminal(tmp_path: Path, words: str, said: str) -> None:
    piped = pipe(tmp_path, *words.split())
    assert (piped.code, piped.out, piped.err) == (2, "", said)
    shown = terminal(tmp_path, 400, *words.split())
    assert (shown.code, shown.out + "\n") == (2, said)


def test_controls_that_were_typed_are_shown_not_sent(tmp_path: Path) -> None:
    for words in (["\x1b[2J"], ["status", "--\x1b[2J"], ["due", "a", "b", "\x1b[2J"]):
        result = pipe(tmp_path, *words)
        assert result.code == 2
        assert "\x1b" not in result.err
        assert "[2J" in result.err


@pytest.mark.parametrize(
    ("words", "command"),
    [
        ("stauts --json", "commsla"),
        ("--json status", "status"),
        ("status --json --bogus", "status"),
        ("status --bogus --json", "status"),
        ("status extra --json", "status"),
        ("due --json", "due"),
        ("due norton today --at --json", "due"),
        ("mark --json", "mark"),
        ("-- status --bogus --json", "status"),
        ("status --json=1", "status"),
        ("calendar --json", "calendar"),
        ("calendar shwo --json", "calendar"),
        ("calendar close --json", "calendar close"),
        ("calendar show --year --json --json --bogus", "calendar show"),
        ("calendar year all 2027-28 --json", "calendar year"),
        ("demo demo --json", "demo"),
        ("demo calendar show --bogus --json", "calendar show"),
        ("demo --json", "commsla"),
    ],
)
def test_misuse_is_one_json_document(demo_home: Path, words: str, command: str) -> None:
    result = pipe(demo_home, *words.split())
    assert (result.code, result.err) == (2, "")
    told = json.loads(result.out)
    assert list(told) == ["commsla", "version", "at", "ok", "error"]
    assert (told["commsla"], told["version"], told["ok"]) == (command, 1, False)
    assert told["error"]["exit_code"] == 2
    assert told["error"]["message"].endswith(".")


@pytest.mark.parametrize(
    ("words", "command"),
    [
        ("status", "status"),
        ("due norton today-09:00", "due"),
        ("explain N1", "explain"),
        ("mark N1 called", "mark"),
        ("calendar show", "calendar show"),
        ("calendar check", "calendar check"),
        ("calendar close all tomorrow snow", "calendar close"),
        ("calendar open all tomorrow enrolment", "calendar open"),
        ("calendar undo", "calendar undo"),
    ],
)
def test_every_other_error_has_the_name_of_the_command(
    tmp_path: Path, words: str, command: str
) -> None:
    missing = str(tmp_path / "x")
    for before, behind in (
        (["--config", missing], ["--json"]),
        ([f"--config={missing}"], ["--json"]),
        ([], ["--config", missing, "--json"]),
        ([], ["--json", "--config", missing]),
    ):
        result = pipe(tmp_path, *before, *words.split(), *behind)
        assert (result.code, result.err) == (10, "")
        assert json.loads(result.out)["commsla"] == command


def test_the_name_is_the_one_of_the_answer(demo_home: Path) -> None:
    for words in (
        ["status"],
        ["due", "thistledown", "2026-12-17 16:45"],
        ["explain", "T26"],
        ["mark", "T26", "called", "-n"],
        ["calendar", "show"],
        ["calendar", "check"],
        ["calendar", "close", "all", "2026-12-18", "snow"],
        ["calendar", "open", "all", "2026-12-18", "snow"],
        ["calendar", "undo"],
    ):
        result = pipe(demo_home, "demo", *words, "--json")
        told = json.loads(result.out)
        assert told["ok"], words
        assert told["commsla"] == asked(app, ["demo", *words, "--json"]).command


def test_json_counts_only_where_it_is_an_option(demo_home: Path) -> None:
    for words in (
        ["demo", "mark", "T99", "called", "--note", "--json"],
        ["demo", "explain", "--", "--json"],
        ["calendar", "show", "--config", "--json"],
    ):
        result = pipe(demo_home, *words)
        assert result.code in (1, 2, 10)
        assert result.out == ""
        assert result.err


def test_what_is_asked_is_read_as_typer_reads_it() -> None:
    assert asked(app, []) == Asked("commsla", as_json=False)
    assert asked(app, ["--config", "status", "due", "--json"]) == Asked("due", as_json=True)
    assert asked(app, ["mark", "--", "--json"]) == Asked("mark", as_json=False)
    assert asked(app, ["--", "mark", "--json"]) == Asked("mark", as_json=True)
    assert asked(app, ["calendar", "--", "show", "--json"]) == Asked("calendar show", as_json=True)
    assert asked(app, ["due", "-", "--json"]) == Asked("due", as_json=True)
    assert asked(app, ["status", "calendar"]) == Asked("status", as_json=False)


def test_a_bug_is_json_too(demo_home: Path) -> None:
    import sqlite3

    with sqlite3.connect(demo_home / "demo" / "ledger.sqlite3") as db:
        db.execute("UPDATE messages SET role = 'Zinnia' WHERE id = 1")
    db.close()
    result = pipe(demo_home, "demo", "status", "--json")
    told = json.loads(result.out)
    assert (result.code, result.err) == (70, "")
    assert (told["commsla"], told["error"]["exit_code"]) == ("status", 70)
    assert str(demo_home / "demo" / "error.log") in told["error"]["message"]
