"""Marks, logging, an earlier moment and a case's story, as a person sees them in a pipe and a terminal."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.cli.terminal import Result, pipe, terminal


def demo(home: Path, *words: str) -> Result:
    return pipe(home, "demo", *words)


def data(home: Path, *words: str) -> Any:
    result = demo(home, *words, "--json")
    told = json.loads(result.out)
    assert (result.code, told["ok"], told["commsla"]) == (0, True, words[0])
    return told["data"]


# --- log ------------------------------------------------------------------------------------------


def test_a_call_is_logged_listed_shown_and_explained(demo_home: Path) -> None:
    words = ("log", "thistle", "--from", "Mrs Dunn", "--by", "PHONE", "--at", "today 8:05",
             "--about", "lost [/red] coat | \x1b[2J")  # fmt: skip
    dry = demo(demo_home, *words, "-n")
    assert dry.out.startswith("Dry run: nothing was recorded.")
    assert demo(demo_home, "explain", "T38").code == 1
    result = demo(demo_home, *words)
    assert result.out.splitlines() == [
        "T38 (Mrs Dunn, lost [/red] coat | ␛[2J): today 08:05",
        "    acknowledge by Mon 4 Jan 2027",
        "    respond by Thu 7 Jan 2027",
    ]
    listed = next(x for x in demo(demo_home, "status").out.splitlines() if "| T38 |" in x)
    assert listed.count(" | ") == 6, "no mail forges a column"
    shown = demo(demo_home, "show", "T38")
    assert (
        "Mrs Dunn asked: the clock starts [logged by hand: phone; recorded today 08:45 by "
        in shown.out
    )
    explained = demo(demo_home, "explain", "T38").out
    assert explained.startswith("T38: Mrs Dunn, lost [/red] coat")
    assert "Thistledown Primary: a phone call received Thu 17 Dec 08:05\n" in explained
    again = demo(demo_home, *words, "-n")
    assert again.out.splitlines()[-1] == (
        "    The same was logged before: T38, today 08:05. If it is one matter: "
        "commsla demo mark T39 duplicate-of T38"
    )
    assert data(demo_home, *words, "-n")["same_as"] == "T38"
    for result in (shown, terminal(demo_home, 80, "demo", "show", "T38")):
        assert "␛[2J" in result.out
        assert b"\x1b[2J" not in result.raw
    assert data(demo_home, "log", "marsh", "--from", "a@b.example", "--by", "gate")["case"]["from"] == {
        "name": None, "address": "a@b.example",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("thistledwon", "--from", "x", "--by", "phone"), 'There is no school "thistledwon".\nDid you mean thistledown?'),
        (("marsh", "--by", "phone"), "--from is missing."),
        (("marsh", "--from", "x"), "--by is missing."),
        (("marsh", "--from", " ", "--by", "phone"), "Who asked?"),
        (("marsh", "--from", "x", "--by", "fax"), "Invalid value for '--by': "),
        (("marsh", "--from", "x", "--by", "gate", "--at", "today 23:00"), "today 23:00 has not happened yet."),
    ],
)  # fmt: skip
def test_what_cannot_be_logged_is_a_sentence(
    demo_home: Path, words: tuple[str, ...], sentence: str
) -> None:
    result = demo(demo_home, "log", *words)
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith(sentence)


def test_what_is_not_found_at_an_earlier_moment_may_have_come_since(demo_home: Path) -> None:
    demo(demo_home, "log", "thistle", "--from", "Mrs Dunn", "--by", "phone", "--at", "Tue 15:00")
    look = ("status", "--find", "dunn")
    assert demo(demo_home, *look).out.splitlines()[1] == 'Found with "dunn": 1 case.'
    earlier = demo(demo_home, *look, "--as-of", "Wed 12:00").out
    assert 'Nothing found with "dunn" as it stood then: it may have come, or' in earlier
    assert "or is about safeguarding, has lost" in demo(demo_home, "status", "--find", "xyzzy").out


def test_an_own_ledger_with_a_call_in_it_is_not_called_empty(tmp_path: Path) -> None:
    config = ("--config", str(Path(__file__).parents[2] / "config" / "schools.toml"))
    assert "is empty: nothing was ever polled here." in pipe(tmp_path, "status", *config).err
    words = ("log", "norton", "--from", "Mrs Dunn", "--by", "phone")
    assert pipe(tmp_path, *words, *config).code == 0
    said = pipe(tmp_path, "status", *config).err
    assert "holds only what was typed: no mail was ever polled here. Run commsla poll" in said


# --- assign, move, merge ----------------------------------------------------------------------------


def test_a_moved_case_stands_in_the_other_schools_list_with_its_owner(demo_home: Path) -> None:
    assert demo(demo_home, "assign", "T26", "Year 3").code == 0
    moved = data(demo_home, "move", "T26", "marsh")
    assert moved["marks"][0]["case"]["school"] == "marshlane"
    line = next(
        x for x in demo(demo_home, "status", "--school", "marsh").out.splitlines() if "| T26 |" in x
    )
    assert "| Marsh Lane Infants |" in line
    assert "[came to Thistledown Primary; for Year 3]" in line
    assert "| T26 |" not in demo(demo_home, "status", "--school", "thistle").out
    again = demo(demo_home, "move", "T26", "marsh")
    assert (again.code, again.err.splitlines()[0]) == (2, "T26 is with that school already.")
    assert demo(demo_home, "move", "T26", "nowhere").err.startswith('There is no school "nowhere".')
    assert demo(demo_home, "move", "T26", "thistle").code == 0
    assert "came to" not in demo(demo_home, "show", "T26").out


def test_a_role_is_no_address_and_no_essay(demo_home: Path) -> None:
    titled = ("Mrs Vane", "year 3, MR Vane", "Dr. Skerry", "Miss T", "ms vane", "Mx Vane")
    for role in ("anna@home.example", "x" * 61, "  ", *titled):
        result = demo(demo_home, "assign", "T26", role)
        assert (result.code, result.out) == (2, "")
        assert result.err.startswith("Which role?")
    assert demo(demo_home, "assign", "T26", "Missing coats, Drama").code == 0
    assert data(demo_home, "assign", "T26", "Year\x1b 3")["marks"][0]["case"]["owner"] == "Year␛ 3"


def test_a_role_needs_no_quotes_and_its_usage_says_where_it_stands(demo_home: Path) -> None:
    assert "assign [OPTIONS] REF... ROLE\n" in demo(demo_home, "assign", "-h").out
    assert "mark [OPTIONS] REF... WORD\n" in demo(demo_home, "mark", "-h").out
    marks = data(demo_home, "assign", "T26,T27", "l19", "Year", "3")["marks"]
    assert [(m["reference"], m["detail"]) for m in marks] == [
        ("T26", "Year 3"), ("T27", "Year 3"), ("L19", "Year 3"),
    ]  # fmt: skip
    assert data(demo_home, "assign", "T26", "Y3")["marks"][0]["detail"] == "Y3"
    for words, said in (
        (("T26",), "Which role?"), (("T26", "T27,", " "), "Which role?"),
        (("Year", "3"), "Which case?"),
    ):  # fmt: skip
        assert demo(demo_home, "assign", *words).err.startswith(said)


def test_merging_says_what_it_is_part_of_and_is_taken_back_by_either(demo_home: Path) -> None:
    out = demo(demo_home, "merge", "T29", "T28", "--different-people").out
    assert out.splitlines()[:2] == [
        "T29 (Ottoline Marsh-Grieve, Website form: a place in Year 5): merge T28 (Digory Pym, "
        "Re: [/red] ␛[2J=1+1), today 08:45",
        "    now one case, T28 (Digory Pym, Re: [/red] ␛[2J=1+1)",
    ]
    assert "| T29 |" not in demo(demo_home, "status").out
    assert demo(demo_home, "show", "T29").out == demo(demo_home, "show", "T28").out
    undone = demo(demo_home, "mark", "T28", "undo")
    assert "undo merge T28" in undone.out
    assert "| T29 |" in demo(demo_home, "status").out
    other = demo(demo_home, "merge", "T27", "L19", "--json")
    told = json.loads(other.out)
    assert (other.code, told["commsla"], told["ok"]) == (2, "merge", False)
    assert told["error"]["message"].startswith("T27 and L19 came to two schools")


def test_cases_of_two_people_become_one_only_where_that_is_said(demo_home: Path) -> None:
    for words in (("merge", "T29", "T28"), ("mark", "T29", "duplicate-of", "T28")):
        slip = demo(demo_home, *words)
        assert (slip.code, slip.out) == (2, "")
        assert slip.err == (
            "T29 is from Ottoline Marsh-Grieve and T28 from Digory Pym. Nothing was recorded.\n"
            "If it is one matter all the same, as with two parents of one child: add "
            "--different-people\n"
        )
        assert "| T29 |" in demo(demo_home, "status").out
    [mark] = data(demo_home, "mark", "T29", "duplicate-of", "T28", "--different-people")["marks"]
    assert (mark["of"]["from"]["name"], mark["other"]["from"]["name"]) == (
        "Ottoline Marsh-Grieve", "Digory Pym",
    )  # fmt: skip
    assert demo(demo_home, "mark", "T27", "duplicate-of", "L19").code == 0, (
        "one person, two schools"
    )


def test_a_note_or_a_role_that_would_be_forgotten_at_once_is_refused(demo_home: Path) -> None:
    file = demo_home / "demo" / "ledger.sqlite3"
    before = file.read_bytes()
    note = demo(demo_home, "mark", "T26", "T2", "called", "--note", "rang her")
    assert (note.code, note.out) == (1, "")
    assert note.err.startswith(
        "A note is kept only as long as the names of its case, and those of T2 "
    )
    role = demo(demo_home, "assign", "T2", "Head")
    assert (role.code, role.out) == (1, "")
    assert role.err.startswith("A role is kept only as long as")
    assert file.read_bytes() == before
    assert demo(demo_home, "mark", "T2", "called").code == 0
    assert data(demo_home, "mark", "T26", "called", "--note", "ok")["marks"][0]["note"] == "ok"


# --- safeguarding -------------------------------------------------------------------------------------


def test_nothing_of_a_safeguarded_case_is_left_anywhere(demo_home: Path) -> None:
    names = ("Noakes", "Hepzibah", "Refund for the mill")
    ledger = demo_home / "demo" / "ledger.sqlite3"

    def left() -> list[str]:
        files = b"".join(p.read_bytes() for p in (demo_home / "demo").iterdir())
        words = "".join(
            demo(demo_home, *w).out
            for w in (("status", "--all"), ("status", "--json"), ("show", "T26"), ("show", "T26", "--json"),
                      ("explain", "T26"), ("explain", "T26", "--json"))
        )  # fmt: skip
        return [n for n in names if n in words or n.encode() in files]

    assert left() == list(names)
    note = demo(demo_home, "mark", "T26", "safeguarding", "--note", "Hepzibah")
    assert (note.code, note.out) == (2, "")
    marked = demo(demo_home, "mark", "T26", "safeguarding")
    assert marked.out.startswith("T26 ((name wiped), (subject wiped)): safeguarding, today 08:45")
    assert left() == []
    with sqlite3.connect(ledger) as db:
        db.execute("VACUUM")
    db.close()
    assert left() == []
    assert demo(demo_home, "mark", "T26", "called").code == 1
    assert demo(demo_home, "mark", "T26", "undo").code == 0
    assert "acknowledge today" in demo(demo_home, "show", "T26").out
    assert left() == []


# --- an earlier moment ----------------------------------------------------------------------------------


def test_an_earlier_moment_says_so_in_words_in_a_terminal_and_in_json(demo_home: Path) -> None:
    line = "As it stood on Monday 14 December 2026, 12:00 (looked at Thu 17 Dec 08:45)"
    then = ("--as-of", "Mon 14 Dec 12:00")
    assert demo(demo_home, "status", *then).out.splitlines()[0] == line
    assert terminal(demo_home, 80, "demo", "status", *then).rows[0] == line
    assert data(demo_home, "status", *then)["as_of"] == "2026-12-14T12:00:00+00:00"
    assert data(demo_home, "status")["as_of"] is None
    before = demo(demo_home, "status", *then).out
    demo(demo_home, "mark", "T18", "called")
    assert demo(demo_home, "status", *then).out == before
    early = demo(demo_home, "status", "--as-of", "1 Oct 2026 12:00").out.splitlines()
    assert early[2].startswith("! NOT READ BY THEN: Thistledown Primary")
    assert early[4].startswith("Nothing open is known, but see the warnings")


@pytest.mark.parametrize(
    ("when", "sentence"),
    [
        ("2027-01-01 10:00", "That has not come yet."),
        ("soon", '"soon" is not a moment that can be understood.'),
        ("yesterday", 'At what time? "yesterday" is a whole day.'),
        ("Fri 14 Dec 2026 12:00", "14 December 2026 is a Monday, not a Friday."),
    ],
)
def test_a_moment_that_cannot_be_shown_is_a_sentence(
    demo_home: Path, when: str, sentence: str
) -> None:
    result = demo(demo_home, "status", "--as-of", when)
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith(sentence)


# --- the story and folding again --------------------------------------------------------------------------


@pytest.mark.parametrize("columns", [80, 120])
def test_the_story_fits_its_terminal_and_loses_no_word(demo_home: Path, columns: int) -> None:
    demo(
        demo_home,
        "mark",
        "L12",
        "called",
        "--at",
        "Wed 9 Dec 15:10",
        "--note",
        "left a message, " * 9,
    )
    demo(demo_home, "mark", "L12", "undo")
    piped = demo(demo_home, "show", "L12").out
    rows = terminal(demo_home, columns, "demo", "show", "L12").rows
    assert [r for r in rows if len(r) >= columns] == []
    assert " ".join(" ".join(rows).split()) == " ".join(piped.split())
    steps = [x for x in piped.splitlines() if x.startswith("  ") and "[" in x]
    assert [s[2:].partition("  ")[0] for s in steps] == [
        "Thu 3 Dec 09:20", "Fri 4 Dec 09:00", "Wed 9 Dec 15:10", "today 08:45",
    ]  # fmt: skip
    assert "called (taken back) [recorded today 08:45 by " in steps[2]
    assert "; back-dated]: left a message, left" in steps[2]
    assert "  undo called [recorded today 08:45 by " in steps[3]


def test_a_message_alone_says_why_it_is_not_tracked(demo_home: Path) -> None:
    found = data(demo_home, "status")["not_tracked"]
    first = found[0]
    shown = demo(demo_home, "show", first["id"].upper())
    assert shown.code == 0
    assert first["kind"] == "bulk"
    assert f"not tracked: bulletin ({first['why']})" in shown.out, "the word of status"
    for kind, word in (("bounce", "delivery report"), ("receipt", "read receipt")):
        item = next(m for m in found if m["kind"] == kind)
        assert f"not tracked: {word} (" in demo(demo_home, "show", item["id"]).out
    assert data(demo_home, "show", first["id"])["message"] == first
    for what, code in (("m99999", 1), ("T99", 1), ("T1-T3", 2), ("x", 2)):
        result = demo(demo_home, "show", what)
        assert (result.code, result.out, "Traceback" in result.err) == (code, "", False)


def test_a_delivery_report_says_which_of_our_mails_did_not_arrive(demo_home: Path) -> None:
    assert (
        "  it says that this did not arrive: our mail of Tue 15 Dec 17:59, Letter: the last day of term\n"
        in demo(demo_home, "show", "m42").out
    )
    [failed] = data(demo_home, "show", "m42")["did_not_arrive"]
    assert failed["sent"] == "2026-12-15T17:59:00+00:00"
    assert data(demo_home, "show", "m38")["did_not_arrive"] == []


def test_the_story_names_what_was_written_on_it_and_is_not_tracked(demo_home: Path) -> None:
    told = demo(demo_home, "show", "T22").out
    line = "  Mon 14 Dec 17:10  written on it: internal, not tracked (m38) [in INBOX]\n"
    assert line in told
    assert "(m38)" not in demo(demo_home, "show", "T21").out


def test_the_story_at_an_earlier_moment(demo_home: Path) -> None:
    then = ("--as-of", "Wed 9 Dec 12:00")
    before = demo(demo_home, "show", "T18", *then).out
    assert before.splitlines() == [
        "As it stood on Wednesday 9 December 2026, 12:00 (looked at Thu 17 Dec 08:45)",
        "T18: Euphemia Rookwood, SEN meeting for Ottilie before Christmas?",
        "  acknowledge today",
        "  respond by Mon 14 Dec",
        "",
        "  Mon 7 Dec 09:48  Euphemia Rookwood wrote: the clock starts [in INBOX]",
        "",
        "Why these dates: commsla demo explain T18",
    ]
    demo(demo_home, "mark", "T18", "called", "--at", "Tue 8 Dec 10:00")
    assert demo(demo_home, "show", "T18", *then).out == before, "it was not recorded by then"
    told = data(demo_home, "show", "T18", *then)
    assert (told["as_of"], len(told["story"])) == ("2026-12-09T12:00:00+00:00", 1)
    assert data(demo_home, "show", "T18")["as_of"] is None
    late = demo(demo_home, "show", "T37", *then)
    assert (late.code, late.out, late.err.splitlines()) == (
        1, "", ["T37 was not known by then.", "Leave out --as-of: commsla demo show T37"],
    )  # fmt: skip
    assert demo(demo_home, "show", "T99", *then).err.startswith("T99 is no case.")


def test_rebuilding_adds_up_and_changes_nothing(demo_home: Path) -> None:
    before = demo(demo_home, "status", "--all").out
    found = data(demo_home, "rebuild")
    assert found["messages"] == found["in_cases"] + found["not_tracked"] + found["sent"] > 100
    assert found["newly_numbered"] == []
    assert data(demo_home, "rebuild") == found
    assert demo(demo_home, "rebuild").out.splitlines()[1] == "Every case has its reference."
    assert demo(demo_home, "status", "--all").out == before
