"""Keeping the calendar true as an office manager would: no editor, no manual."""

from __future__ import annotations

import json
import os
import re
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.terminal import Result, _environment, pipe, terminal

EXAMPLE = (Path(__file__).parents[2] / "config" / "schools.toml").read_text("utf-8")


class Office:
    """A config of one's own and a state folder."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "state"
        self.home.mkdir()
        self.file = folder / "schools.toml"
        self.file.write_text(EXAMPLE, "utf-8")

    def run(self, *words: str) -> Result:
        return pipe(self.home, *words, COMMSLA_CONFIG=str(self.file))


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def test_a_snow_day_is_closed_explained_and_undone(office: Office) -> None:
    before = office.run("due", "norton", "2027-01-13 10:00").out
    assert "acknowledge (2 working days) by Fri 15 Jan 2027" in before
    closed = office.run("calendar", "close", "norton", "Thu 14 Jan 2027", "snow")
    assert closed.code == 0
    assert closed.out.startswith("Norton is closed on Thu 14 Jan 2027: snow. It was: school day.\n")
    after = office.run("due", "norton", "2027-01-13 10:00").out
    assert "acknowledge (2 working days) by Mon 18 Jan 2027" in after
    assert re.search(r"Thu 14 Jan 2027 +-  closed: snow, entered \d+ \w{3} \d\d:\d\d", after)
    assert "by Fri 15 Jan 2027" in office.run("due", "westchinnock", "2027-01-13 10:00").out
    again = office.run("calendar", "close", "norton", "2027-01-14", "snow")
    assert again.out.startswith("Norton is closed on Thu 14 Jan 2027 already (closed: snow")
    undone = office.run("calendar", "undo")
    assert undone.out.startswith("The newest calendar change was taken back:\n  -[[schools.days]]")
    assert office.file.read_text("utf-8") == EXAMPLE
    assert office.run("due", "norton", "2027-01-13 10:00").out == before


def test_open_deadlines_that_move_are_counted(demo_home: Path) -> None:
    result = pipe(demo_home, "demo", "calendar", "close", "thistledown", "tomorrow", "no heating")
    assert result.code == 0, result.err
    lines = result.out.splitlines()
    assert (
        lines[0] == "Thistledown Primary is closed on Fri 18 Dec: no heating. It was: school day."
    )
    assert re.fullmatch(
        r"\d+ deadlines moved, the first is T22: respond by Mon 4 Jan 2027 instead of Fri 18 Dec\.",
        lines[1],
    )
    assert lines[2] == "Take it back with: commsla demo calendar undo"


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (("norton", "Fri 14 Jan 2027", "snow"), 2, "14 January 2027 is a Thursday, not a Friday."),
        (("norton", "soon", "snow"), 2, '"soon" is not a date that can be understood.'),
        (("nowhere", "today", "snow"), 2, 'There is no school "nowhere".'),
        (("norton", "2027-01-14", " "), 2, "The reason is empty."),
    ],
)
def test_a_wrong_word_changes_nothing(
    office: Office, words: tuple[str, ...], code: int, sentence: str
) -> None:
    result = office.run("calendar", "close", *words)
    assert result.code == code
    assert sentence in result.err
    assert office.file.read_text("utf-8") == EXAMPLE


def test_a_dry_run_writes_nothing(office: Office) -> None:
    result = office.run("calendar", "open", "all", "2026-12-21..2026-12-22", "enrolment", "-n")
    assert result.out.splitlines() == [
        "Dry run: nothing was changed. This would be:",
        "Norton is open on Mon 21 Dec: enrolment. It was: Christmas holiday.",
        "Norton is open on Tue 22 Dec: enrolment. It was: Christmas holiday.",
        "West Chinnock is open on Mon 21 Dec: enrolment. It was: Christmas holiday.",
        "West Chinnock is open on Tue 22 Dec: enrolment. It was: Christmas holiday.",
    ]
    assert office.file.read_text("utf-8") == EXAMPLE


def _typed(office: Office, lines: list[str]) -> str:
    """What the screen says while somebody types these lines."""
    if sys.platform == "win32":
        pytest.skip("no pseudo-terminal on Windows")
    import pty

    master, slave = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "commsla", "calendar", "year", "all", "2027-28"],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env=_environment(office.home, {"COMMSLA_CONFIG": str(office.file), "COLUMNS": "80"}),
        close_fds=True,
    )
    os.close(slave)
    said = b""
    waiting = [*lines]
    end = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < end:
        if select.select([master], [], [], 0.1)[0]:
            try:
                said += os.read(master, 65536)
            except OSError:
                break
        elif waiting and said.rstrip(b" ").endswith((b":", b"]")):
            os.write(master, waiting.pop(0).encode() + b"\n")
    process.wait(10)
    os.close(master)
    return " ".join(said.decode("utf-8").split())  # however the lines were broken


def test_next_year_is_typed_in_from_a_published_page(office: Office) -> None:
    said = _typed(
        office,
        [
            "Wednesday 2nd September 2027 to Friday 22nd October 2027",  # a Thursday
            "Thursday 2nd September 2027 to Friday 22nd October 2027",
            "Monday 1 November 2027 - Friday 17 December 2027",
            "Tue 4 Jan 2027 to Fri 11 Feb 2028",  # the year of the line above
            "Tue 4 Jan 2028 to Fri 11 Feb 2028",
            "21 Feb 2028 to 31 Mar 2028",
            "Tue 18 April to Fri 26 May 2028",
            "5/6/2028 to 21/7/2028",
            "",
            "Wed 1 Sep 2027",
            "",
            "y",
        ],
    )
    assert "2 September 2027 is a Thursday, not a Wednesday." in said
    assert "4 January 2027 is a Monday, not a Tuesday." in said
    assert "The year: 194 school days + 1 INSET = 195 working days" in said
    assert "Written. Take it back with: commsla calendar undo" in said
    due = office.run("due", "westchinnock", "2027-10-21 10:00").out
    assert "by Mon 1 Nov 2027, until midnight" in due
    assert "provisional" not in due
    assert office.run("calendar", "undo").code == 0
    assert office.file.read_text("utf-8") == EXAMPLE


def test_without_anybody_to_ask_the_year_is_given_in_words(office: Office) -> None:
    asked = office.run("calendar", "year", "all", "2027-28")
    assert (asked.code, asked.out) == (2, "")
    assert "Nobody is there to ask." in asked.err
    term = ["--term", "Thu 2 Sep 2027 to Fri 17 Dec 2027"]
    given = office.run("calendar", "year", "norton", "2027-28", *term, "--yes")
    assert given.code == 0, given.err
    assert "Look again." in given.out
    checked = office.run("calendar", "check", "norton")
    assert checked.code == 1
    [line] = [x for x in checked.out.splitlines() if "2027-28" in x]
    number = int(re.match(r"schools\.toml:(\d+): ", line)[1])  # type: ignore[index]
    assert '"2027-28"' in office.file.read_text("utf-8").splitlines()[number - 1]


def test_a_good_calendar_checks_well(office: Office) -> None:
    result = office.run("calendar", "check")
    assert result.code == 0
    assert result.out.splitlines()[1] == (
        "Norton, 2026-27: 190 school days + 5 INSET = 195 working days"
    )


@pytest.mark.parametrize("columns", [80, 120])
def test_a_year_at_a_glance(office: Office, columns: int) -> None:
    shown = terminal(
        office.home, columns, "calendar", "show", "norton", "--year", "2026-27",
        COMMSLA_CONFIG=str(office.file),
    )  # fmt: skip
    assert shown.code == 0
    assert shown.rows[0] == "Norton, 2026-27"
    assert all(len(row) <= columns for row in shown.rows)
    assert "25B" in shown.out
    assert shown.rows[-1] == "The year: 190 school days + 5 INSET = 195 working days"
    plain = office.run("calendar", "show", "norton", "--year", "2026-27").out
    assert "\x1b" not in plain


def test_the_days_as_json(office: Office) -> None:
    result = office.run("calendar", "show", "all", "--year", "2026-27", "--json")
    norton, west = json.loads(result.out)["data"]
    assert (norton["school"], west["school"]) == ("norton", "westchinnock")
    assert norton["working_days"] == 195
    assert norton["days"]["2026-12-25"] == "bank holiday"
    unknown = office.run("calendar", "show", "norton", "--year", "2031-32")
    assert unknown.code == 1
    assert "Known are: 2025-26, 2026-27." in unknown.err
