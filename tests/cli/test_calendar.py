"""Keeping the calendar true as an office manager would: no editor, no manual."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import select
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from commsla.cli.app import main
from commsla.cli.place import Place
from tests.cli.terminal import Result, _environment, pipe, terminal

EXAMPLE = (Path(__file__).parents[2] / "config" / "schools.toml").read_text("utf-8")


SEVEN = datetime(2027, 1, 14, 7, 2, tzinfo=UTC)  # a Thursday; the calendar changes at seven


class Office:
    """A config of one's own, a state folder and a clock that stands."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "state"
        self.home.mkdir()
        self.file = folder / "schools.toml"
        self.file.write_text(EXAMPLE, "utf-8")

    def run(self, *words: str) -> Result:
        place = Place(
            home=self.home,
            user_config=self.home,
            cwd=self.home,
            environ={"COMMSLA_CONFIG": str(self.file)},
            clock=lambda: SEVEN,
            user="office",
        )
        out, err = io.StringIO(), io.StringIO()
        stdin, sys.stdin = sys.stdin, io.StringIO()  # nobody is there to ask
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                main(words, place)
        except SystemExit as ended:
            code = ended.code
        finally:
            sys.stdin = stdin
        assert isinstance(code, int)
        return Result(code, out.getvalue(), err.getvalue())


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def test_a_past_day_without_its_year_closes_nothing(demo_home: Path) -> None:
    config = demo_home / "demo" / "schools.toml"
    before = config.read_bytes()
    for words in (("14 Dec", "snow"), ("14", "Dec", "snow")):
        result = pipe(demo_home, "demo", "calendar", "close", "thistledown", *words)
        assert (result.code, result.out) == (2, "")
        assert "Mon 14 Dec 2026" in result.err
        assert "Tue 14 Dec 2027" in result.err
    assert config.read_bytes() == before


def test_a_snow_day_is_closed_explained_and_undone(office: Office) -> None:
    before = office.run("due", "norton", "2027-01-13 10:00").out
    assert "acknowledge (2 working days) by Fri 15 Jan" in before
    closed = office.run("calendar", "close", "norton", "today", "snow")
    assert (closed.code, closed.err) == (0, "")
    assert closed.out == (
        "Norton is closed on Thu 14 Jan (snow). It was a school day.\n"
        "Take it back with: commsla calendar undo\n"
    )
    assert not (office.home / "ledger.sqlite3").exists(), "who closes a day need not be who polls"
    after = office.run("due", "norton", "2027-01-13 10:00").out
    assert "acknowledge (2 working days) by Mon 18 Jan" in after
    assert "Thu 14 Jan        -  closed: snow, entered 14 Jan 07:02\n" in after
    assert "by Fri 15 Jan" in office.run("due", "westchinnock", "2027-01-13 10:00").out
    text = office.file.read_bytes()
    again = office.run("calendar", "close", "norton", "2027-01-14", "snow")
    assert (again.code, again.out) == (
        0,
        "Norton is closed on Thu 14 Jan already (snow, entered 14 Jan 07:02).\n",
    )
    assert office.file.read_bytes() == text
    dry = office.run("calendar", "undo", "-n")
    assert dry.out.startswith("Dry run: this would be taken back:\n  Norton, Thu 14 Jan")
    assert office.file.read_bytes() == text
    undone = office.run("calendar", "undo")
    assert undone.out == "Taken back:\n  Norton, Thu 14 Jan: no longer closed (snow).\n"
    assert office.file.read_text("utf-8") == EXAMPLE
    assert office.run("due", "norton", "2027-01-13 10:00").out == before
    nothing = office.run("calendar", "undo")
    assert (nothing.code, nothing.err) == (1, "There is no calendar change to undo.\n")


def test_a_day_that_is_opened_again_is_what_it_was(office: Office) -> None:
    # As people type it: without quotes.
    office.run("calendar", "close", "all", *["Thu", "14", "Jan", "2027", "no", "heating"])
    opened = office.run("calendar", "open", "norton", "14/1/2027", "it works again")
    assert opened.out.startswith(
        "Norton is open on Thu 14 Jan, with pupils (it works again). "
        "It was closed: no heating, entered 14 Jan 07:02.\n"
    )
    days = json.loads(office.run("calendar", "show", "--year", "2026/27", "--json").out)["data"]
    assert [d["days"]["2027-01-14"] for d in days] == ["opened by you", "closed by you"]
    assert [d["school_days"] for d in days] == [190, 189]
    # Closed for all is closed for all, also where one school had opened it.
    closed = office.run("calendar", "close", "all", "14/1/2027", "snow")
    assert closed.out.splitlines()[:2] == [
        "Norton is closed on Thu 14 Jan (snow). It was open: it works again, entered 14 Jan 07:02.",
        "West Chinnock is closed on Thu 14 Jan already (no heating, entered 14 Jan 07:02).",
    ]
    days = json.loads(office.run("calendar", "show", "--year", "2026-27", "--json").out)["data"]
    assert [d["days"]["2027-01-14"] for d in days] == ["closed by you", "closed by you"]


def test_an_open_day_is_not_opened(office: Office) -> None:
    result = office.run("calendar", "open", "norton", "Thu 14 Jan 2027", "enrolment")
    assert (result.code, result.out) == (
        0,
        "Norton is open on Thu 14 Jan already (school day).\n",
    )
    assert office.file.read_text("utf-8") == EXAMPLE


def test_undo_leaves_a_file_alone_that_was_edited_by_hand(office: Office) -> None:
    office.run("calendar", "close", "norton", "Thu 14 Jan 2027", "snow")
    with office.file.open("a", encoding="utf-8") as handle:
        handle.write("# a remark\n")
    text = office.file.read_bytes()
    refused = office.run("calendar", "undo")
    assert (refused.code, refused.out) == (1, "")
    said = refused.err.splitlines()
    assert said[0] == (
        "schools.toml was edited by hand since the last calendar change, so nothing was taken back."
    )
    assert said[1].endswith("To go back to it would do this:")
    assert '  -date = "Thu 2027-01-14"' in said
    assert said[-1] == "  -# a remark"
    assert office.file.read_bytes() == text


def test_open_deadlines_that_move_are_counted(demo_home: Path) -> None:
    result = pipe(
        demo_home, "demo", "calendar", "close", "thistledown", "tomorrow", "no", "heating"
    )
    assert result.code == 0, result.err
    first, moved, back = result.out.splitlines()
    assert first == (
        "Thistledown Primary is closed on Fri 18 Dec (no heating). It was a school day."
    )
    assert re.fullmatch(
        r"\d+ open deadlines move, the earliest \(T22, respond\) from Fri 18 Dec to Mon 4 Jan 2027\.",
        moved,
    )
    assert back.endswith("commsla demo calendar undo")
    undone = pipe(demo_home, "demo", "calendar", "undo", "--json")
    data = json.loads(undone.out)["data"]
    assert data["taken_back"] == ["Thistledown Primary, Fri 18 Dec: no longer closed (no heating)."]
    assert len(data["moved"]) == int(moved.split()[0])
    assert {m["before"] for m in data["moved"]} >= {"2027-01-04"}


def test_a_closure_is_entered_even_when_the_ledger_cannot_be_read(office: Office) -> None:
    (office.home / "ledger.sqlite3").write_text("no ledger", "utf-8")
    result = office.run("calendar", "close", "norton", "Thu 14 Jan 2027", "snow")
    assert result.code == 0
    assert result.err.startswith("Which deadlines move cannot be said: ")
    assert 'reason = "snow"' in office.file.read_text("utf-8")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("norton", "Fri 14 Jan 2027", "snow"), "14 January 2027 is a Thursday, not a Friday."),
        (("norton", "soon", "snow"), '"soon snow" does not begin with a date that can be'),
        (("nowhere", "today", "snow"), 'There is no school "nowhere".'),
        (("norton", "2027-01-14", " "), "The reason is missing."),
        (("norton", "2027-01-14"), 'Write it behind the day, such as "snow".'),
        (("norton", "2072-01-14", "snow"), "more than two years after the last dates"),
        (("norton", "2027-01-14..2027-05-14", "x"), "121 days are more than a closure."),
    ],
)
def test_a_wrong_word_changes_nothing(
    office: Office, words: tuple[str, ...], sentence: str
) -> None:
    result = office.run("calendar", "close", *words)
    assert (result.code, result.out) == (2, "")
    assert sentence in result.err
    assert office.file.read_text("utf-8") == EXAMPLE
    assert not (office.home / "config-history").exists()


def test_a_weekday_without_hours_is_a_working_day_all_the_same(office: Office) -> None:
    comment = EXAMPLE.partition("\n[hours]\n")[0].rpartition("\n\n")[2]
    assert "a weekday that is left out has no opening hours" in comment
    assert "closed" not in comment
    without = EXAMPLE.replace('fri = "08:30-16:00"\n', "", 1)
    office.file.write_text(without, "utf-8")
    days = office.run("due", "norton", "2027-01-13 10:00").out
    assert "acknowledge (2 working days) by Fri 15 Jan" in days
    promise = 'acknowledge = "2 working days"'
    assert promise in without
    office.file.write_text(without.replace(promise, 'acknowledge = "8 working hours"', 1), "utf-8")
    hours = office.run("due", "norton", "2027-01-14 10:00").out
    assert "acknowledge (8 working hours) by Mon 18 Jan, until 10:30" in hours


def test_a_school_goes_by_its_code_or_its_name(office: Office) -> None:
    for typed in ("westchinnock", "West Chinnock", "west"):
        closed = office.run("calendar", "close", typed, "today", "snow", "-n")
        assert closed.out.splitlines()[1].startswith("West Chinnock is closed on Thu 14 Jan")
    office.file.write_text(EXAMPLE.replace('"West Chinnock"', '"Norton West"'), "utf-8")
    vague = office.run("calendar", "close", "nort", "today", "snow", "-n")
    assert (vague.code, vague.out, vague.err) == (
        2,
        "",
        '"nort" is the beginning of 2 schools.\n'
        "Say which: norton (Norton), westchinnock (Norton West).\n",
    )


def test_a_dry_run_writes_nothing(office: Office) -> None:
    result = office.run("calendar", "open", "all", "2026-12-21..2026-12-27", "enrolment", "-n")
    wanted = ["Dry run: nothing was changed. This would be:"]
    for school in ("Norton", "West Chinnock"):
        wanted += [
            f"{school} is open on {day} Dec 2026 (enrolment). It was closed: {was}."
            for day, was in (
                ("Mon 21", "Christmas holiday"),
                ("Tue 22", "Christmas holiday"),
                ("Wed 23", "Christmas holiday"),
                ("Thu 24", "Christmas holiday"),
                ("Fri 25", "Christmas Day (bank holiday)"),
                ("Sat 26", "Saturday"),
                ("Sun 27", "Sunday"),
            )
        ]
    assert result.out.splitlines() == wanted
    assert office.file.read_text("utf-8") == EXAMPLE
    assert office.run("calendar", "close", "norton", "today", "snow", "-n").code == 0
    assert not (office.home / "config-history").exists()


def test_of_a_range_the_weekend_needs_no_words(office: Office) -> None:
    result = office.run("calendar", "close", "norton", "15/1/2027..18/1/2027", "flood", "--json")
    data = json.loads(result.out)["data"]
    assert [(d["date"], d["changed"], d["kind"]) for d in data["days"]] == [
        ("2027-01-15", True, "closed"),
        ("2027-01-18", True, "closed"),
    ]
    assert data["moved"] == []


def _typed(office: Office, lines: list[str], school: str = "all", year: str = "2027-28") -> str:
    """What the screen says while somebody types these lines."""
    if sys.platform == "win32":
        pytest.skip("no pseudo-terminal on Windows")
    import pty

    master, slave = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "commsla", "calendar", "year", school, year],
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
            "Wed 1 Sep 2027",
            "",
            "maybe",
            "y",
        ],
    )
    assert "2 September 2027 is a Thursday, not a Wednesday." in said
    assert "4 January 2027 is a Monday, not a Tuesday." in said
    assert "The year: 194 school days + 1 INSET = 195 working days" in said
    assert "Type y to write it, n to leave" in said
    assert "Written. Take it back with:" in said
    due = office.run("due", "westchinnock", "2027-10-21 10:00").out
    assert "by Mon 1 Nov, until midnight" in due
    assert "provisional" not in due
    assert office.run("calendar", "undo").code == 0
    assert office.file.read_text("utf-8") == EXAMPLE


def test_without_anybody_to_ask_the_year_is_given_in_words(office: Office) -> None:
    asked = office.run("calendar", "year", "all", "2027-28")
    assert (asked.code, asked.out) == (2, "")
    assert "Nobody is there to ask." in asked.err
    assert office.file.read_text("utf-8") == EXAMPLE
    term = ["--terms", "Thu 2 Sep 2027 to Fri 17 Dec 2027"]
    given = office.run("calendar", "year", "norton", "2027-28", *term, "--yes")
    assert given.code == 0, given.err
    assert "is a term missing?" in given.out
    checked = office.run("calendar", "check", "norton")
    assert checked.code == 1
    [line] = [x for x in checked.out.splitlines() if "2027-28" in x]
    number = int(re.match(r"schools\.toml:(\d+): ", line)[1])  # type: ignore[index]
    assert '"2027-28"' in office.file.read_text("utf-8").splitlines()[number - 1]


def test_a_good_calendar_checks_well(office: Office) -> None:
    result = office.run("calendar", "check", "norton")
    assert (result.code, result.out.splitlines()) == (
        0,
        [
            "Calendar of Norton: 190 school days + 5 INSET = 195 working days in 2025-26",
            "Calendar of Norton: 190 school days + 5 INSET = 195 working days in 2026-27",
        ],
    )


def test_what_is_wrong_is_named_with_its_line(office: Office) -> None:
    text = EXAMPLE.replace('  ["Mon 2027-06-07", "Wed 2027-07-21"],\n', "")
    office.file.write_text(text, "utf-8")
    result = office.run("calendar", "check")
    number = text.splitlines().index('[years."2026-27"]') + 1
    assert result.code == 1
    # Norton's own INSET day of that term is all that it has left of it: its year is not complete.
    assert result.out.startswith(f"schools.toml:{number}: 2026-27 of Norton adds up to 16")
    assert all(re.match(r"schools\.toml:\d+: ", line) for line in result.out.splitlines())
    as_json = office.run("calendar", "check", "--json")
    assert as_json.code == 1
    assert json.loads(as_json.out)["data"]["findings"] == result.out.splitlines()


@pytest.mark.parametrize(("columns", "across"), [(50, 1), (80, 2), (120, 3)])
def test_a_year_at_a_glance(office: Office, columns: int, across: int) -> None:
    shown = terminal(
        office.home, columns, "calendar", "show", "norton", "--year", "2026-27",
        COMMSLA_CONFIG=str(office.file),
    )  # fmt: skip
    assert shown.code == 0
    assert shown.rows[0] == "Norton, 2026-27"
    assert shown.rows[2].count("202") == across
    assert "\x1b[" in shown.raw.decode()
    if columns >= 80:
        assert shown.rows[-1] == "The year: 190 school days + 5 INSET = 195 working days"


SEPTEMBER_TO_FEBRUARY = """\
September 2026                 October 2026                   November 2026
Mo  Tu  We  Th  Fr  Sa  Su     Mo  Tu  We  Th  Fr  Sa  Su     Mo  Tu  We  Th  Fr  Sa  Su
     1I  2I  3   4   5.  6.                 1   2   3.  4.                             1.
 7   8   9  10  11  12. 13.     5   6   7   8   9  10. 11.     2I  3   4   5   6   7.  8.
14  15  16  17  18  19. 20.    12  13  14  15  16  17. 18.     9  10  11  12  13  14. 15.
21  22  23  24  25  26. 27.    19  20  21  22  23  24. 25.    16  17  18  19  20  21. 22.
28  29  30                     26- 27- 28- 29- 30- 31.        23  24  25  26  27  28. 29.
                                                              30

December 2026                  January 2027                   February 2027
Mo  Tu  We  Th  Fr  Sa  Su     Mo  Tu  We  Th  Fr  Sa  Su     Mo  Tu  We  Th  Fr  Sa  Su
     1   2   3   4   5.  6.                     1B  2.  3.     1   2   3   4   5   6.  7.
 7   8   9  10  11  12. 13.     4I  5   6   7   8   9. 10.     8   9  10  11  12  13. 14.
14  15  16  17  18  19. 20.    11  12  13  14X<15  16. 17.    15- 16- 17- 18- 19- 20. 21.
21O 22- 23- 24- 25B 26. 27.    18  19  20  21  22  23. 24.    22  23  24  25  26  27. 28.
28B 29- 30- 31-                25  26  27  28  29  30. 31.
"""


def test_the_page_in_a_pipe_is_whole_and_plain(office: Office) -> None:
    office.run("calendar", "close", "norton", "Thu 14 Jan 2027", "snow")
    office.run("calendar", "open", "norton", "Mon 21 Dec 2026", "enrolment")
    out = office.run("calendar", "show", "norton", "--year", "2026-27").out
    assert "\x1b" not in out
    assert SEPTEMBER_TO_FEBRUARY in out
    assert (
        "plain=school day, I=INSET, O=opened by you, B=bank holiday, X=closed by you, "
        "-=school holiday, .=weekend, <=today\n"
    ) in out
    assert out.splitlines()[-1] == (
        "The year: 189 school days + 5 INSET + 1 opened by you = 195 working days"
    )
    # What a snow day takes away is no slip of the pen.
    assert office.run("calendar", "check").code == 0


def test_the_days_as_json(office: Office) -> None:
    result = office.run("calendar", "show", "all", "--year", "2026-27", "--json")
    norton, west = json.loads(result.out)["data"]
    assert (norton["school"], west["school"]) == ("norton", "westchinnock")
    assert norton["working_days"] == 195
    assert norton["days"]["2026-12-25"] == "bank holiday"
    unknown = office.run("calendar", "show", "norton", "--year", "2031-32")
    assert unknown.code == 1
    assert "Known are: 2025-26, 2026-27." in unknown.err
    wrong = office.run("calendar", "show", "norton", "--year", "soon")
    assert (wrong.code, wrong.err.splitlines()[0]) == (2, '"soon" is not a school year.')


FEED = """\
Autumn term|20270902|20271218
Half term|20271025|20271030
Spring term|20280104|20280401
Half term|20280214|20280219
Summer term|20280418|20280722
Half term (Whitsun)|20280529|20280603
INSET day|20270901|20270902
PTA fair|20271210|20271211
Early May bank holiday|20280501|20280502
"""


def feed(folder: Path) -> Path:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//council//terms//EN"]
    for number, row in enumerate(FEED.splitlines()):
        what, first, end = row.split("|")
        lines += ["BEGIN:VEVENT", f"UID:{number}@council", f"SUMMARY:{what}"]
        lines += [f"DTSTART;VALUE=DATE:{first}", f"DTEND;VALUE=DATE:{end}", "END:VEVENT"]
    path = folder / "terms.ics"
    path.write_text("\r\n".join([*lines, "END:VCALENDAR", ""]), "utf-8")
    return path


SHOWN = """\
Not read:
  2027-12-10 PTA fair


2027-28, Norton, West Chinnock:
  Term 1: Thu 2 Sep to Fri 22 Oct: 37 school = 37 working days
  Term 2: Mon 1 Nov to Fri 17 Dec: 35 school = 35 working days
  Term 3: Tue 4 Jan to Fri 11 Feb 2028: 29 school = 29 working days
  Term 4: Mon 21 Feb to Fri 31 Mar 2028: 30 school = 30 working days
  Term 5: Tue 18 Apr to Fri 26 May 2028: 28 school = 28 working days
  Term 6: Mon 5 Jun to Fri 21 Jul 2028: 35 school = 35 working days
  INSET outside the terms: Wed 1 Sep
  The year: 194 school days + 1 INSET = 195 working days

"""


def test_a_calendar_file_is_shown_before_it_is_written(office: Office, tmp_path: Path) -> None:
    file = str(feed(tmp_path))
    asked = office.run("calendar", "import", file)
    assert (asked.code, asked.out) == (2, SHOWN)
    assert asked.err == (
        "Nobody is there to ask, so nothing was written.\nGive --yes to write without asking.\n"
    )
    dry = office.run("calendar", "import", file, "-n")
    assert (dry.code, dry.out) == (0, f"{SHOWN}Nothing was written.\n")
    assert office.file.read_text("utf-8") == EXAMPLE
    written = office.run("calendar", "import", file, "--yes")
    assert (written.code, written.err) == (0, "")
    assert written.out.startswith(f"{SHOWN}Written. Take it back with: ")
    again = office.run("calendar", "import", file, "--school", "all", "--yes")
    assert "  This replaces the dates of 2027-28 that are known now.\n" in again.out
    assert again.out.endswith("These dates are known already: nothing had to be written.\n")
    assert office.run("calendar", "undo").out == (
        "Taken back:\n"
        "  Norton: the dates of 2027-28 are out again.\n"
        "  West Chinnock: the dates of 2027-28 are out again.\n"
    )
    assert office.file.read_text("utf-8") == EXAMPLE


def test_one_school_keeps_its_own_dates(office: Office, tmp_path: Path) -> None:
    own = office.run("calendar", "year", "norton", "2027/28", "--terms", "2 Sep to 17 Dec", "--yes")
    assert own.code == 0
    shown = office.run("calendar", "import", str(feed(tmp_path)), "-n").out
    assert "2027-28, Norton:\n  Term 1: Thu 2 Sep to Fri 17 Dec: " in shown
    assert "  These are this school's own dates, which stay as they are.\n" in shown
    assert "2027-28, West Chinnock:\n  Term 1: Thu 2 Sep to Fri 22 Oct: " in shown


def test_who_stops_typing_has_written_nothing(office: Office) -> None:
    said = _typed(office, ["Wednesday 1 September 2027", "\x04"])
    assert said.endswith("Nothing was written.")
    assert office.file.read_text("utf-8") == EXAMPLE


def test_what_the_loader_would_refuse_can_be_typed_again(office: Office) -> None:
    # Norton's own list has 7 June 2027 as INSET already.
    said = _typed(
        office,
        [
            "3 September to 23 October",
            *["2 Nov to 18 Dec", "4 Jan to 12 Feb", "22 Feb to 25 Mar", "12 Apr to 28 May"],
            *["7 June to 21 July", "1 September", "7 June", ""],
            "y",
            *["i", "1 September", "2 September", "2 Nov", "4 Jan", ""],
            "y",
        ],
        "norton",
        "2026/27",
    )
    assert "the INSET day Mon 2027-06-07 is listed twice." in said
    assert "Type y to write it, n to leave without writing, or what to type again." in said
    assert "The year: 190 school days + 5 INSET = 195 working days" in said
    assert "This replaces the dates of 2026-27 that are known now." in said
    assert "Written. Take it back with:" in said
    assert '[schools.years."2026-27"]' in office.file.read_text("utf-8")
