"""`commsla status` as a person sees it: narrow, wide, in a pipe, without colour, as JSON."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.terminal import pipe, terminal

HOSTILE = "Re: [/red] ␛[2J=1+1"
SGR = re.compile(rb"\x1b\[[0-9;]*m")


@pytest.mark.parametrize("columns", [80, 120])
def test_the_list_fits_its_terminal_and_loses_no_case(demo_home: Path, columns: int) -> None:
    result = terminal(demo_home, columns, "demo", "status")
    assert result.code == 0
    for heading in ("Overdue (8)", "Due today (6)", "Due next working day (7)", "Waiting (10)"):
        assert heading in result.rows
    shown = set(re.findall(r"\b[TL]\d+\b", result.out))
    data = json.loads(pipe(demo_home, "demo", "status", "--json").out)["data"]
    wanted = {c["reference"] for c in data["cases"] if c["section"] != "settled"}
    assert wanted <= shown
    assert "…" not in result.out


def test_what_was_set_aside_is_counted_at_the_end_of_every_list(demo_home: Path) -> None:
    assert pipe(demo_home, "demo", "mark", "T26", "not-for-us").code == 0
    assert pipe(demo_home, "demo", "mark", "T27", "duplicate-of", "L19").code == 0
    said = "Set aside: 2 no reply needed, 1 not for us, 1 duplicate"
    for words in ((), ("--all",)):
        assert said in pipe(demo_home, "demo", "status", *words).out.splitlines()
        on_screen = " ".join(terminal(demo_home, 80, "demo", "status", *words).out.split())
        assert said in on_screen


def test_hints_say_what_was_really_typed(demo_home: Path) -> None:
    shown = terminal(demo_home, 120, "demo", "status").out
    assert "If so: commsla demo mark REF confirm" in shown
    assert "commsla demo status --all" in shown
    for words, hint in (
        (("show", "T26"), "Why these dates: commsla demo explain T26"),
        (("mark", "T26"), "Example: commsla demo mark N42 called"),
        (("mark", "m9999", "enquiry"), "commsla demo status --all"),
    ):
        result = pipe(demo_home, "demo", *words)
        assert hint in result.out + result.err
    told = json.loads(pipe(demo_home, "demo", "mark", "T26", "--json").out)
    assert told["error"]["hint"].endswith("Example: commsla demo mark N42 called")


def test_narrow_rows_say_what_to_do_first(demo_home: Path) -> None:
    rows = terminal(demo_home, 80, "demo", "status").rows
    at = next(i for i, row in enumerate(rows) if row.startswith("  T23 "))
    assert rows[at] == "  T23  acknowledge: 2 working days late, was due Tue 15 Dec"
    assert rows[at + 1] == "       respond by tomorrow, Fri 18 Dec"
    assert rows[at + 2].startswith("       Peregrine Fothergill-Ashdown: Three small things")


@pytest.mark.parametrize("columns", [80, 100, 110, 120, 160])
def test_no_name_is_broken_within_a_word(demo_home: Path, columns: int) -> None:
    out = terminal(demo_home, columns, "demo", "status", "--all").out
    for word in ("Fothergill-Ashdown", "Honeychurch-Okoro", "Thistledown", "Merriweather-Pope"):
        assert word in out
    if columns >= 120 or columns <= 100:  # as a row that is wide enough, or as lines
        assert "acknowledge by tomorrow, Fri 18 Dec" in out


def test_a_narrow_list_says_why_in_whole_words(demo_home: Path) -> None:
    rows = terminal(demo_home, 80, "demo", "status", "--all").rows
    at = next(i for i, row in enumerate(rows) if "Schools Bulletin 41" in row)
    assert rows[at - 1].endswith("  bulletin: List-Id: <bulletin.county-learning.example>")
    assert rows[at].endswith("County Schools Bulletin: Schools Bulletin 41: census, flu programme,")
    assert rows[at + 1].endswith("gritting")
    assert rows[at + 2].endswith("Thistledown Primary, received Wed 18 Nov 10:00")


def test_the_most_urgent_case_stands_first(demo_home: Path) -> None:
    lines = pipe(demo_home, "demo", "status").out.splitlines()
    sections = [line.partition(" | ")[0] for line in lines if " | " in line]
    order = ["overdue", "due today", "due next working day", "waiting", "wrote again"]
    assert [s for s in dict.fromkeys(sections) if s in order] == order
    assert lines[2].startswith("overdue | T18 | ")


def test_hostile_text_is_shown_and_obeyed_nowhere(demo_home: Path) -> None:
    for columns in (80, 120):
        result = terminal(demo_home, columns, "demo", "status")
        assert HOSTILE in result.out
        # Nothing but colours: no cursor movement, no clearing, no title came from a mail.
        assert b"\x1b" not in SGR.sub(b"", result.raw)
    piped = pipe(demo_home, "demo", "status")
    assert HOSTILE in piped.out
    assert b"\x1b" not in piped.raw
    cases = json.loads(pipe(demo_home, "demo", "status", "--json").out)["data"]["cases"]
    assert HOSTILE in [c["subject"] for c in cases]


def test_without_colour_no_escape_is_sent_and_nothing_is_lost(demo_home: Path) -> None:
    coloured = terminal(demo_home, 120, "demo", "status")
    plain = terminal(demo_home, 120, "demo", "status", NO_COLOR="1")
    assert SGR.search(coloured.raw)
    colours = re.compile(rb"\x1b\[[0-9;]*(3[0-9]|4[0-9])m")
    assert not colours.search(plain.raw)
    assert plain.out == coloured.out


def test_a_pipe_cuts_nothing(demo_home: Path) -> None:
    lines = pipe(demo_home, "demo", "status", COLUMNS="40").out.splitlines()
    long = next(line for line in lines if "Three small things" in line)
    assert long.endswith("respond by tomorrow, Fri 18 Dec")
    assert "opens on the first Tuesday in January as usual" in long


def test_the_other_school_of_a_mail_goes_by_its_name(demo_home: Path) -> None:
    data = json.loads(pipe(demo_home, "demo", "status", "--json").out)["data"]
    twin = next(c for c in data["cases"] if "thistledown" in c["also_at"])
    for school in ([], ["--school", "marshlane"]):
        for result in (
            pipe(demo_home, "demo", "status", "--all", *school),
            terminal(demo_home, 80, "demo", "status", "--all", *school),
            terminal(demo_home, 300, "demo", "status", "--all", *school),
        ):
            shown = " ".join(result.out.split())
            assert "also sent to " in shown
            assert "also sent to thistledown" not in shown
    out = pipe(demo_home, "demo", "explain", twin["reference"]).out
    assert "[also sent to Thistledown Primary]" in out.splitlines()[0]


def test_no_mail_forges_a_column(demo_home: Path) -> None:
    before = pipe(demo_home, "demo", "status", "--all").out.splitlines()
    with sqlite3.connect(demo_home / "demo" / "ledger.sqlite3") as db:
        db.execute(
            "UPDATE messages SET subject = 'Trip | settled |', sender_name = 'A | B', "
            "signs = replace(signs, 'offers.', 'a | b.') "
            "WHERE subject LIKE '%Last orders before%' OR subject LIKE 'Three small things%'"
        )
    db.close()
    after = pipe(demo_home, "demo", "status", "--all").out.splitlines()
    assert len(after) == len(before)
    assert [x.count(" | ") for x in after] == [x.count(" | ") for x in before]
    hits = [x for x in after if " | A ¦ B | Trip ¦ settled ¦ | received " in x]
    assert [x.partition(" | ")[0] for x in hits] == ["overdue", "not tracked"]
    assert hits[1].endswith("List-Id: <a ¦ b.glueandglitter.example>")


def test_one_school_alone(demo_home: Path) -> None:
    out = pipe(demo_home, "demo", "status", "--school", "marshlane").out
    assert "Thistledown Primary |" not in out
    assert "Marsh Lane Infants: 4 overdue" in out
    for typed in ("MarshLane", "Marsh Lane Infants", "marsh  LANE", "m"):
        assert pipe(demo_home, "demo", "status", "--school", typed).out == out
    both = ["--school", "m", "--school", "marshlane"]
    assert pipe(demo_home, "demo", "status", *both).out == out


def test_an_unknown_school_names_the_known_ones(demo_home: Path) -> None:
    for typed, near in (
        ("thistel", "Did you mean thistledown? "),
        ("Marsh Lane Infnats", "Did you mean Marsh Lane Infants? "),
        ("elsewhere", ""),
        ("", ""),
    ):
        result = pipe(demo_home, "demo", "status", "--school", typed)
        assert (result.code, result.out) == (2, "")
        assert result.err == (
            f'There is no school "{typed}".\n{near}The config has: '
            "thistledown (Thistledown Primary), marshlane (Marsh Lane Infants).\n"
        )


def test_everything_else_is_counted_and_says_why(demo_home: Path) -> None:
    short = pipe(demo_home, "demo", "status").out
    assert "Not tracked: 7 bulletins, 5 internal, 4 notifications" in short
    everything = pipe(demo_home, "demo", "status", "--all").out
    line = next(x for x in everything.splitlines() if "Last orders before Christmas" in x)
    assert re.match(r"not tracked \| m\d+ \| Thistledown Primary \| Glue & Glitter \| ", line)
    assert line.endswith("| bulletin: List-Id: <offers.glueandglitter.example>")
    shown = terminal(demo_home, 120, "demo", "status", "--all").out
    assert "Settled (" in shown
    assert "bulletin: List-Id:" in shown
    assert "bulk: " not in shown + everything
    data = json.loads(pipe(demo_home, "demo", "status", "--json").out)["data"]
    assert sum(n["kind"] == "bulk" for n in data["not_tracked"]) == 7


def test_status_needs_neither_mail_nor_holidays_nor_smtp(demo_home: Path) -> None:
    code = (
        "import sys\n"
        "from commsla.cli.app import main\n"
        "try:\n    main(['demo', 'status'])\n"
        "except SystemExit as end:\n    assert not end.code, end.code\n"
        "heavy = {'imapclient', 'imaplib', 'holidays', 'smtplib', 'pymap', 'ssl', 'rich'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"COMMSLA_HOME": str(demo_home), "PATH": "", "HOME": str(demo_home)},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stderr.splitlines()[-1] == "[]"


def test_the_first_word_costs_nothing_heavy() -> None:
    code = (
        "import sys, commsla.cli.app\n"
        "heavy = {'rich', 'holidays', 'imapclient', 'sqlite3', 'smtplib', 'tomllib'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"


def test_a_sentence_of_refusal_breaks_between_words(demo_home: Path) -> None:
    rows = terminal(demo_home, 80, "demo", "merge", "T29", "T28").rows
    assert rows == [
        "T29 is from Ottoline Marsh-Grieve and T28 from Digory Pym. Nothing was",
        "  recorded.",
        "If it is one matter all the same, as with two parents of one child: add",
        "  --different-people",
    ]
