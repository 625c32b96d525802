"""The demo against an answer key that was made by hand and shares no code with commsla."""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from commsla.demo.play import begin_again
from tests.cli.terminal import pipe, terminal

KEY = tomllib.loads((Path(__file__).parents[1] / "answers" / "demo.toml").read_text("utf-8"))
SECTIONS = {
    "overdue": "overdue",
    "due today": "due_today",
    "due next working day": "due_next",
    "waiting": "waiting",
    "proposed as no-reply-needed": "wrote_again",
    "settled": "settled",
    "late before day one": "late_before_day_one",
}
Json = dict[str, Any]


@pytest.fixture(scope="module")
def shown(_played: Path) -> Json:
    result = pipe(_played, "demo", "status", "--json")
    assert result.code == 0, result.err
    envelope = json.loads(result.out)
    assert envelope["version"] == 1
    assert envelope["ok"] is True
    data: Json = envelope["data"]
    return data


def _key(school: str, received: str) -> tuple[str, str]:
    return school, received[:19]


def _wall(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def _cases(shown: Json) -> dict[tuple[str, str], Json]:
    return {_key(c["school"], c["received"]): c for c in shown["cases"]}


def test_the_folders_that_it_makes_are_the_users_alone(tmp_path: Path) -> None:
    above = tmp_path / "state"
    begin_again(above / "demo")
    assert [oct(f.stat().st_mode & 0o777) for f in (above, above / "demo")] == ["0o700", "0o700"]


def test_every_open_case_of_the_key_stands_in_its_section_with_its_dates(shown: Json) -> None:
    cases = _cases(shown)
    for want in KEY["open"]:
        case = cases.pop(_key(want["school"], _wall(want["received"])))
        where = f"{case['reference']} {case['subject']}"
        state = want.get("once_text_is_read", want["state"])
        assert case["section"] == SECTIONS[state], where
        for target in ("acknowledge", "respond"):
            assert case["targets"][target]["due"]["date"] == want[target].isoformat(), where
        assert case["wrote_again"] == want.get("wrote_again", False), where
        assert case["chasers"] == want.get("chasers", 0), where
        if state == want["state"] == "overdue":
            late = [t for t, v in case["targets"].items() if v["state"] == "overdue"]
            assert late == want["late"], where
    for want in KEY["settled"]:
        case = cases.pop(_key(want["school"], _wall(want["received"])))
        assert case["section"] == "settled", case["reference"]
        for target in ("acknowledge", "respond"):
            assert case["targets"][target]["due"]["date"] == want[target].isoformat()
            state = case["targets"][target]["state"]
            if "excluded" in want:
                assert state == "not counted"
            elif "before_day_one" not in want:
                is_late = target in want.get("late", [])
                assert (state in ("missed", "late before day one")) == is_late, (
                    want,
                    target,
                    state,
                )
    assert not cases, "cases that the key does not know"


def test_what_is_not_tracked_says_why_and_nothing_else_is_hidden(shown: Json) -> None:
    wanted = {
        _key(group["school"], _wall(m["received"])): group["kind"]
        for group in KEY["not_tracked"]
        for m in group["messages"]
    }
    got = {_key(n["school"], n["received"]): n["kind"] for n in shown["not_tracked"]}
    assert got == wanted
    assert all(n["why"] and n["id"].startswith("m") for n in shown["not_tracked"])


def test_a_late_target_is_late_by_the_days_of_a_wall_calendar(shown: Json) -> None:
    london = ZoneInfo("Europe/London")
    today = datetime(2026, 12, 17, tzinfo=london).date()
    for case in shown["cases"]:
        for verdict in case["targets"].values():
            if verdict["state"] == "overdue":
                due = datetime.fromisoformat(verdict["due"]["date"]).date()
                days = ((due + timedelta(days=i)) for i in range(1, (today - due).days + 1))
                # Up to 17 December every weekday of this half-term is a working day.
                assert verdict["late_by"] == sum(d.weekday() < 5 for d in days)


def test_the_picture_is_the_one_that_the_readme_promises(shown: Json) -> None:
    sections = Counter(c["section"] for c in shown["cases"])
    assert sections["overdue"] > 3
    assert sections["due_today"] > 2
    assert shown["headline"].startswith(f"{sections['overdue']} overdue, ")
    assert shown["warnings"] == []


def test_the_demo_says_that_it_is_made_up_and_what_to_type_next(tmp_path: Path) -> None:
    result = pipe(tmp_path, "demo")
    assert result.code == 0, result.err
    assert "made up" in result.err
    assert "commsla demo status --all" in result.err
    assert result.out.startswith("Thursday 17 December 2026, 08:45\n")
    assert "Traceback" not in result.err


def test_what_the_demo_says_fits_a_terminal(tmp_path: Path) -> None:
    rows = terminal(tmp_path, 80, "demo").rows
    at = rows.index("Try next:")
    assert rows[at + 1 : at + 3] == [
        "  commsla demo status --all",
        "      also what is settled, and what is not tracked and why",
    ]
    # A line that is full to the edge was broken by the terminal, not by us.
    assert [row for row in rows[at:] if len(row) >= 80] == []


def test_what_the_demo_suggests_works_on_the_demo(demo_home: Path) -> None:
    marked = pipe(demo_home, "demo", "mark", "T22", "called", "--at", "yesterday 15:10")
    assert marked.code == 0, marked.err
    assert "called, yesterday 15:10" in marked.out
    assert "respond: met yesterday 15:10 (called, back-dated)" in marked.out
    again = pipe(demo_home, "demo", "poll")
    assert again.code == 0, again.err
    assert again.out == ""
    after = pipe(demo_home, "demo", "due", "thistledown", "2026-12-17 16:45")
    assert "respond     (5 working days) by Thu 7 Jan 2027" in after.out


def test_the_demo_shows_who_would_be_told_and_sends_nothing(demo_home: Path) -> None:
    would = pipe(demo_home, "demo", "alert", "--dry-run")
    assert would.code == 0, would.err
    told = [line for line in would.out.splitlines() if line.startswith("To ")]
    assert [line.partition("@")[0] for line in told] == [
        "To head",
        "To thistledown",
        "To marshlane",
    ]
    assert "4 late, 3 due tomorrow, Fri 18 Dec - Thistledown Primary" in told[1]
    head = would.out.partition("To thistledown@")[0]
    assert "T18" in head
    assert "Rookwood" not in head  # who asked only stands in the mailbox that is read itself
    refused = pipe(demo_home, "demo", "alert")
    assert refused.code == 2
    assert refused.err.startswith("The demo sends no mail.\n")


def test_playing_it_again_begins_again(demo_home: Path) -> None:
    before = pipe(demo_home, "demo", "status").out
    pipe(demo_home, "demo", "mark", "T22", "answered")
    assert pipe(demo_home, "demo", "status").out != before
    assert pipe(demo_home, "demo").out == before
