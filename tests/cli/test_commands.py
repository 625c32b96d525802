"""The other commands, their sentences and exit codes, as a person meets them."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from commsla import __version__
from commsla.cli.poll import _fail_if_needed
from commsla.core.model import Word
from commsla.errors import MailboxError, PartialFailure, UsageError
from commsla.jobs.poll import Outcome
from commsla.jobs.references import read_mark
from tests.cli.terminal import pipe
from tests.jobs.test_poll import CONFIG

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "config" / "schools.toml"


@pytest.mark.parametrize("words", [["-h"], ["--help"], ["status", "-h"], ["demo", "-h"]])
def test_help_is_a_flag_everywhere(tmp_path: Path, words: list[str]) -> None:
    result = pipe(tmp_path, *words)
    assert result.code == 0
    assert result.out.startswith("Usage: commsla")


def test_the_version(tmp_path: Path) -> None:
    result = pipe(tmp_path, "--version")
    assert (result.code, result.out) == (0, f"commsla {__version__}\n")


def test_an_unknown_word_is_a_usage_error(tmp_path: Path) -> None:
    result = pipe(tmp_path, "stauts")
    assert result.code == 2
    assert result.out == ""
    assert "stauts" in result.err


def test_no_config_says_where_it_looked(tmp_path: Path) -> None:
    result = pipe(tmp_path, "status")
    assert result.code == 10
    assert result.out == ""
    assert "schools.toml" in result.err
    assert "Traceback" not in result.err


def test_every_problem_of_a_config_at_once_with_its_line(tmp_path: Path) -> None:
    text = EXAMPLE.read_text("utf-8")
    text = text.replace('respond = "5 working days"', 'respond = "5 days"')
    text = text.replace("acknowledge =", "aknowledge =", 1)
    bad = tmp_path / "schools.toml"
    bad.write_text(text, "utf-8")
    result = pipe(tmp_path, "--config", str(bad), "poll")
    assert result.code == 10
    problems = [x for x in result.err.splitlines() if x.startswith("schools.toml:")]
    lines = text.splitlines()
    for problem in problems:
        number = int(problem.split(":")[1])
        assert "aknowledge" in lines[number - 1] or "5 days" in lines[number - 1]
    assert len(problems) == 2
    assert not (tmp_path / "ledger.sqlite3").exists(), "nothing else was done"


def test_the_config_of_the_environment_and_the_one_given(tmp_path: Path) -> None:
    named = pipe(tmp_path, "due", "norton", "2026-12-17 16:45", COMMSLA_CONFIG=str(EXAMPLE))
    given = pipe(tmp_path, "due", "norton", "2026-12-17 16:45", "--config", str(EXAMPLE))
    assert named.code == given.code == 0
    assert named.out == given.out
    missing = pipe(tmp_path, "due", "norton", "2026-12-17 16:45", COMMSLA_CONFIG="nowhere.toml")
    assert missing.code == 10


def test_the_state_folder_that_is_named_rules(tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    words = ["--config", str(EXAMPLE), "--home", "there"]
    result = pipe(tmp_path / "here", *words, "status", cwd=tmp_path)
    assert result.code == 0
    assert f"The ledger in {tmp_path / 'there'} is empty" in result.err
    assert (tmp_path / "there" / "ledger.sqlite3").exists()
    assert list((tmp_path / "here").iterdir()) == []
    told = pipe(tmp_path / "here", *words, "doctor", "--school", "norton", cwd=tmp_path)
    assert "COMMSLA_HOME" not in told.out


def test_the_what_if_of_the_policy_page(tmp_path: Path) -> None:
    out = pipe(tmp_path, "due", "norton", "2026-12-17 16:45", "--config", str(EXAMPLE)).out
    lines = out.splitlines()
    assert lines[0].startswith("Norton: a mail received Thu 17 Dec")
    assert any(x.startswith("  acknowledge (2 working days) by ") for x in lines)
    assert any("Christmas Day (bank holiday)" in x for x in lines)
    assert any("INSET: counts" in x for x in lines)


def test_the_what_if_as_json_counts_the_same_days(tmp_path: Path) -> None:
    result = pipe(tmp_path, "due", "norton", "2026-12-17 16:45", "--json", "--config", str(EXAMPLE))
    targets = json.loads(result.out)["data"]["targets"]
    for target, days in (("acknowledge", 2), ("respond", 5)):
        trail = targets[target]["trail"]
        assert trail[0]["date"] == "2026-12-17"
        assert trail[-1]["date"] == targets[target]["due"]["date"]
        assert [d["counted"] for d in trail if d["counted"] is not None] == list(range(days + 1))


@pytest.mark.parametrize(
    ("when", "words"),
    [
        ("Fri 2026-12-17", "17 December 2026 is a Thursday, not a Friday."),
        ("sometime", '"sometime" is not a moment that can be understood.'),
        ("dec 2026", '"dec 2026" is not a moment that can be understood.'),
    ],
)
def test_a_moment_that_cannot_be_read(tmp_path: Path, when: str, words: str) -> None:
    result = pipe(tmp_path, "due", "norton", when, "--config", str(EXAMPLE))
    assert result.code == 2
    assert result.err.startswith(words)


def test_an_empty_ledger_is_said_to_be_empty(tmp_path: Path) -> None:
    result = pipe(tmp_path, "status", "--config", str(EXAMPLE))
    assert result.code == 0
    assert f"The ledger in {tmp_path} is empty" in result.err
    assert "! NEVER READ: " in result.out
    assert "Nothing to do" not in result.out


def test_a_bug_leaves_a_log_without_any_text_of_a_mail(demo_home: Path) -> None:
    # A ledger from which a table is gone is nobody's mistake but ours.
    import sqlite3

    with sqlite3.connect(demo_home / "demo" / "ledger.sqlite3") as db:
        db.execute("UPDATE messages SET role = 'Zinnia Holloway-Crake' WHERE id = 1")
    db.close()
    result = pipe(demo_home, "demo", "status")
    assert result.code == 70
    assert "Traceback" not in result.err
    log = demo_home / "demo" / "error.log"
    assert str(log) in result.err
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    text = log.read_text("utf-8")
    assert "ValueError" in text
    assert "Holloway" not in text


def test_errors_are_json_when_json_was_asked(tmp_path: Path) -> None:
    result = pipe(tmp_path, "due", "nowhere", "today", "--json", "--config", str(EXAMPLE))
    told = json.loads(result.out)
    assert result.code == 2
    assert told["ok"] is False
    assert told["commsla"] == "due"
    assert told["error"]["exit_code"] == 2


# --- marks ------------------------------------------------------------------------------------


def _section(home: Path, reference: str) -> str:
    cases = json.loads(pipe(home, "demo", "status", "--json").out)["data"]["cases"]
    return str(next(c["section"] for c in cases if c["reference"] == reference))


def test_a_call_settles_a_case_and_undo_brings_it_back(demo_home: Path) -> None:
    assert _section(demo_home, "T26") == "due_today"
    assert pipe(demo_home, "demo", "mark", "t26", "called").code == 0
    assert _section(demo_home, "T26") == "settled"
    undone = pipe(demo_home, "demo", "mark", "T26", "undo")
    assert undone.code == 0
    assert _section(demo_home, "T26") == "due_today"
    assert pipe(demo_home, "demo", "mark", "T26", "undo").code == 1


MARKS = {w.value for w in Word} - {"assign", "move", "merge"}  # these are commands of their own


@pytest.mark.parametrize("word", ["Called", "CALLED", "no-reply-needed", "No_Reply Needed"])
def test_the_word_of_a_mark_in_any_letter_case(demo_home: Path, word: str) -> None:
    assert pipe(demo_home, "demo", "mark", "T26", word).code == 0
    assert _section(demo_home, "T26") == "settled"


@pytest.mark.parametrize(
    ("word", "near"),
    [
        ("caled", "Did you mean called? "),
        ("MEETNG", "Did you mean meeting? "),
        ("Rang", "Did you mean called? "),
        ("spoke", "Did you mean called? "),
        ("e-mailed", "Did you mean answered? "),
        ("done", "Did you mean answered? "),
    ],
)
def test_a_wrong_word_names_the_nearest_and_all(demo_home: Path, word: str, near: str) -> None:
    for words in (["mark", "T26", word], ["mark", "T26", word, "-n"]):
        result = pipe(demo_home, "demo", *words)
        assert (result.code, result.out) == (2, "")
        assert result.err == (
            f'"{word}" is not a word for what happened.\n{near}'
            f"The words are: {', '.join(w.value for w in Word if w.value in MARKS)}.\n"
        )
    told = json.loads(pipe(demo_home, "demo", "mark", "T26", word, "--json").out)
    assert (told["commsla"], told["error"]["exit_code"]) == ("mark", 2)
    assert _section(demo_home, "T26") == "due_today"


def test_what_an_office_says_instead_is_known_also_amid_other_words(demo_home: Path) -> None:
    meant = {
        "phoned": "called", "rung": "called", "emailed": "answered", "replied": "answered",
        "duplicate": "duplicate-of", "spam": "not-for-us", "met": "meeting", "dsl": "safeguarding",
    }  # fmt: skip
    for odd, word in meant.items():
        with pytest.raises(UsageError) as told:
            read_mark(["T26", odd, "her", "mother"])
        assert told.value.message.startswith(f'"{odd}" is')
        assert told.value.hint.startswith(f"Did you mean {word}? ")


def test_a_mark_without_a_word_or_the_other_way_round(demo_home: Path) -> None:
    alone = pipe(demo_home, "demo", "mark", "T26")
    assert alone.code == 2
    assert alone.err.startswith("What happened? The word for it is missing.\n")
    turned = pipe(demo_home, "demo", "mark", "called", "T26")
    assert turned.err.startswith("The cases stand in front of the word.\n")
    odd = pipe(demo_home, "demo", "mark", "T26", "gibberish")
    assert odd.err.splitlines()[1].startswith("The words are: called, meeting, answered, ")


def test_several_and_ranges_all_or_none(demo_home: Path) -> None:
    refused = pipe(demo_home, "demo", "mark", "T26", "L99", "answered")
    assert refused.code == 1
    assert refused.out == ""
    assert refused.err == (
        "L99 is no case. Nothing was recorded.\nThe references of this school go from L1 to L29.\n"
    )
    assert _section(demo_home, "T26") == "due_today"
    done = pipe(demo_home, "demo", "mark", "L19-L20", "T26", "answered", "--note", "at the gate")
    assert done.code == 0
    assert [_section(demo_home, r) for r in ("L19", "L20", "T26")] == ["settled"] * 3


def test_a_mark_is_never_in_the_future_nor_before_the_mail(demo_home: Path) -> None:
    early = pipe(demo_home, "demo", "mark", "T26", "called", "--at", "2026-12-14 09:00")
    assert early.code == 2
    assert early.err.startswith("T26 was received Tue 15 Dec 07:55, after Mon 14 Dec 09:00.")
    late = pipe(demo_home, "demo", "mark", "T26", "called", "--at", "2026-12-18 09:00")
    assert late.code == 2
    assert late.err.startswith("Fri 18 Dec 09:00 has not happened yet.")
    assert _section(demo_home, "T26") == "due_today"


def test_a_dry_run_shows_what_would_be_and_keeps_nothing(demo_home: Path) -> None:
    ledger = demo_home / "demo" / "ledger.sqlite3"
    before = ledger.read_bytes()
    result = pipe(demo_home, "demo", "mark", "T26", "called", "-n")
    assert result.code == 0
    assert result.out.startswith("Dry run: nothing was recorded.")
    assert "respond: met today 08:45 (called)" in result.out
    assert ledger.read_bytes() == before


def test_no_reply_needed_leaves_the_count_and_stays_visible(demo_home: Path) -> None:
    assert pipe(demo_home, "demo", "mark", "T26", "no-reply-needed").code == 0
    everything = pipe(demo_home, "demo", "status", "--all").out
    line = next(x for x in everything.splitlines() if "| T26 |" in x)
    assert line.startswith("settled | ")
    assert line.endswith("no reply needed")


@pytest.mark.skipif(os.name == "nt", reason="file modes")
def test_nobody_else_can_read_the_state(demo_home: Path) -> None:
    for name in ("ledger.sqlite3", "ledger.key", "demo.password"):
        mode = stat.S_IMODE((demo_home / "demo" / name).stat().st_mode)
        assert mode & 0o077 == 0, name


# --- explain ------------------------------------------------------------------------------------


def test_explain_lists_each_day_and_why(demo_home: Path) -> None:
    out = pipe(demo_home, "demo", "explain", "t25").out
    lines = out.splitlines()
    assert lines[0] == "T25: Cosima Underhay, Leave for a dentist's appointment on Friday"
    assert lines[1].startswith("  acknowledge: missed, 1 working day late (replied by e-mail")
    days = [x for x in lines if x.startswith(("  Mon", "  Tue", "  Wed", "  Thu", "  Fri", "  S"))]
    assert len(days) == 22  # Monday 14 December to Monday 4 January
    assert days[0].endswith("0  school day  <- day 0, received")
    assert days[-1].endswith("5  INSET: counts  <- respond by the end of this day")
    assert sum(" -  " in d for d in days) == 16


def test_explain_as_json_and_of_what_is_no_case(demo_home: Path) -> None:
    data = json.loads(pipe(demo_home, "demo", "explain", "T25", "--json").out)["data"]
    assert data["case"]["reference"] == "T25"
    assert data["targets"]["respond"]["due"]["date"] == "2027-01-04"
    assert data["targets"]["respond"]["trail"][-1]["reason"] == "INSET"
    for words, code in (("T99", 1), ("hello", 2)):
        result = pipe(demo_home, "demo", "explain", words)
        assert (result.code, result.out) == (code, "")
    assert "go from T1 to T37." in pipe(demo_home, "demo", "explain", "T99").err


def test_answered_speaks_of_no_holding_reply_unless_its_time_is_given(demo_home: Path) -> None:
    now = pipe(demo_home, "demo", "mark", "L12", "answered", "-n").out
    assert "respond: missed, 5 working days late (answered today 08:45)" in now
    result = pipe(demo_home, "demo", "mark", "L12", "answered", "--at", "Fri 4 Dec 09:00")
    assert result.out.splitlines()[0].endswith(": answered, Fri 4 Dec 09:00")
    assert "respond: met Fri 4 Dec 09:00 (answered, back-dated)" in result.out
    told = pipe(demo_home, "demo", "explain", "L12").out
    assert "recorded today 08:45 by " in told
    assert ": answered, Fri 4 Dec 09:00" in told


@pytest.mark.parametrize(
    ("at", "code", "words"),
    [
        ("Tue 15 Dec 08:45", 0, "called, Tue 15 Dec 08:45"),  # as status prints it
        ("yesterday 3pm", 0, "called, yesterday 15:00"),
        ("16 Dec 8.30am", 0, "called, yesterday 08:30"),
        ("yesterday", 2, 'At what time? "yesterday" is a whole day.'),
        ("tomorrow 9:00", 2, "Fri 18 Dec 09:00 has not happened yet."),
        ("2026-12-16", 2, 'At what time? "2026-12-16" is a whole day.'),
    ],
)
def test_times_as_people_write_them(demo_home: Path, at: str, code: int, words: str) -> None:
    result = pipe(demo_home, "demo", "mark", "T26", "called", "--at", at)
    assert result.code == code
    assert words in result.out + result.err


def test_references_with_commas_and_ranges_that_go_wrong(demo_home: Path) -> None:
    assert pipe(demo_home, "demo", "mark", "T26,T27", "called").code == 0
    assert "names more than 1000." in pipe(demo_home, "demo", "mark", "T1-T9999", "called").err
    for words in (("mark", ",", "called"), ("merge", ",", "T26"), ("show", ",")):
        assert pipe(demo_home, "demo", *words).err.startswith("Which case?\n")
    assert "goes down" in pipe(demo_home, "demo", "mark", "T9-T1", "called").err


def test_messages_in_a_range_and_by_the_case_they_belong_to(demo_home: Path) -> None:
    several = pipe(demo_home, "demo", "mark", "m18-m20", "safeguarding", "-n")
    assert several.code == 0
    assert several.out.splitlines()[1] == "m18: safeguarding (today 08:45)"
    assert several.out.splitlines()[-1] == "m20: safeguarding (today 08:45)"
    of_case = pipe(demo_home, "demo", "mark", "m50", "called")
    assert of_case.err.splitlines() == [
        "m50 is a single message: it can only be made an enquiry, or be marked safeguarding. "
        "It belongs to T34.",
        "Say: commsla demo mark T34 called",
    ]
    for words, said in (
        (("mark", "m50", "duplicate-of", "T26"), "mark T34 duplicate-of T26"),
        (("assign", "m50", "Year 3"), "assign T34 Year 3"),
    ):
        assert pipe(demo_home, "demo", *words).err.endswith(f"Say: commsla demo {said}\n")
    explained = pipe(demo_home, "demo", "explain", "m50")
    assert explained.out == pipe(demo_home, "demo", "explain", "T34").out != ""
    alone = pipe(demo_home, "demo", "explain", "m42")
    assert (alone.code, alone.err.splitlines()[0]) == (
        1, "m42 is in no case: nothing is owed on it.",
    )  # fmt: skip
    assert pipe(demo_home, "demo", "explain", "T1-T2").err.startswith("One case at a time.")


def test_explain_says_what_a_mark_is_about(demo_home: Path) -> None:
    for words in (("move", "T26", "marsh"), ("mark", "T27", "duplicate-of", "L19")):
        assert pipe(demo_home, "demo", *words).code == 0
    assert ": move marshlane, today 08:45\n" in pipe(demo_home, "demo", "explain", "T26").out
    assert ": duplicate-of L19, today 08:45\n" in pipe(demo_home, "demo", "explain", "T27").out


def test_a_meeting_to_come_goes_into_a_note(demo_home: Path) -> None:
    meeting = pipe(demo_home, "demo", "mark", "T26", "meeting", "--at", "5 Jan 2027 14:00")
    assert meeting.err.splitlines()[1] == (
        'It is recorded when it is arranged, with its day in a note: --note "Tue 5 Jan 14:00".'
    )
    called = pipe(demo_home, "demo", "mark", "T26", "called", "--at", "5 Jan 2027 14:00")
    assert "leave out --at" in called.err


def test_a_state_folder_that_is_a_file_is_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    result = pipe(file, "demo", cwd=tmp_path)
    assert result.code == 1
    assert "Set COMMSLA_HOME to a folder that you may write to." in result.err


def test_a_failed_mailbox_beside_a_good_one_has_its_hint_as_it_is_typed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    oak, elm = CONFIG.schools
    failed = Outcome(oak, oak.mailboxes[0], trouble=MailboxError("no", "Run: commsla login oak"))
    with pytest.raises(PartialFailure):
        _fail_if_needed([failed, Outcome(elm, elm.mailboxes[0])], prefix="commsla demo")
    assert capsys.readouterr().err == "Oak: no\n  Run: commsla demo login oak\n"
