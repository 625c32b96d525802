"""Bank holidays of the four nations against the official list, and their cache."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from commsla.edges.daysources import bank_holidays

OFFICIAL = json.loads(
    (Path(__file__).parents[1] / "answers" / "govuk_bank_holidays.json").read_text("utf-8")
)
DIVISIONS = {
    "England": "england-and-wales",
    "Wales": "england-and-wales",
    "Scotland": "scotland",
    "Northern Ireland": "northern-ireland",
}
FIRST, LAST = OFFICIAL["_meta"]["years"]


@pytest.mark.parametrize("nation", DIVISIONS)
def test_every_weekday_of_the_official_list_and_no_other(nation: str) -> None:
    official = {date.fromisoformat(d["date"]) for d in OFFICIAL[DIVISIONS[nation]]}
    ours = set(bank_holidays(nation, FIRST, LAST, None))
    assert ours == {d for d in official if d.weekday() < 5}


@pytest.mark.parametrize("nation", DIVISIONS)
def test_one_year_alone_is_the_same_as_among_others(nation: str) -> None:
    """A substitute day must not depend on whether the next year was asked for too."""
    whole = bank_holidays(nation, FIRST, LAST, None)
    for year in range(FIRST, LAST + 1):
        alone = bank_holidays(nation, year, year, None)
        assert alone == {d: title for d, title in whole.items() if d.year == year}
        assert all(d.weekday() < 5 and title for d, title in alone.items())


def test_an_unknown_nation_is_refused() -> None:
    with pytest.raises(KeyError):
        bank_holidays("UK", 2026, 2026, None)


@pytest.mark.parametrize(
    ("nation", "day", "is_one"),
    [
        ("England", date(2020, 5, 8), True),  # VE Day, moved
        ("England", date(2020, 5, 4), False),
        ("England", date(2022, 9, 19), True),  # a funeral, proclaimed ten days before
        ("England", date(2026, 6, 15), False),
        ("Scotland", date(2026, 6, 15), True),
        ("England", date(2027, 3, 29), True),  # Easter Monday
        ("Scotland", date(2027, 3, 29), False),
        ("Northern Ireland", date(2027, 7, 12), True),
        ("England", date(2022, 5, 30), False),  # moved to 2 June for the Jubilee
        ("England", date(2022, 6, 2), True),
        ("England", date(2022, 6, 3), True),
        ("England", date(2023, 5, 8), True),  # the Coronation
        ("England", date(2022, 1, 3), True),  # substitute for a Saturday
        ("England", date(2022, 12, 27), True),
        ("Wales", date(2027, 3, 1), False),  # St David is none
        ("Wales", date(2027, 3, 29), True),
        ("Scotland", date(2027, 1, 4), True),  # substitute for 2 January
        ("Scotland", date(2027, 8, 2), True),
        ("Scotland", date(2027, 8, 30), False),  # the official list was wrong for six weeks
        ("Scotland", date(2026, 11, 30), True),
        ("Northern Ireland", date(2026, 3, 17), True),
        ("England", date(2026, 3, 17), False),
    ],
)
def test_days_that_must_and_must_not(nation: str, day: date, is_one: bool) -> None:
    assert (day in bank_holidays(nation, 2020, 2028, None)) is is_one


def test_titles_are_plain_words() -> None:
    titles = bank_holidays("England", 2026, 2026, None)
    assert titles[date(2026, 12, 28)] == "Boxing Day, substitute day"


def test_the_second_time_the_library_is_not_loaded(tmp_path: Path) -> None:
    first = bank_holidays("England", 2025, 2027, tmp_path / "made" / "when needed")
    code = (
        "import sys; from pathlib import Path\n"
        "from commsla.edges.daysources import bank_holidays\n"
        f"found = bank_holidays('England', 2025, 2027, Path({str(tmp_path / 'made' / 'when needed')!r}))\n"
        "assert 'holidays' not in sys.modules\n"
        "print(repr(sorted((d.isoformat(), t) for d, t in found.items())))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == repr([(d.isoformat(), t) for d, t in first.items()])
    [file] = (tmp_path / "made" / "when needed").iterdir()  # no scratch file is left
    if os.name != "nt":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "damage",
    [
        *("", "{", "[]", "null", "\x00", "[" * 100_000, '{"stamp": 1}', '{"stamp": "STAMP"}'),
        *('{"stamp": "STAMP", "days": {"x": 1}}', '{"stamp": "STAMP", "days": []}'),
    ],
    ids=lambda damage: damage[:20],
)
def test_a_damaged_cache_is_made_anew(tmp_path: Path, damage: str) -> None:
    wanted = bank_holidays("England", 2026, 2026, tmp_path)
    [file] = tmp_path.iterdir()
    stamp = json.loads(file.read_text("utf-8"))["stamp"]
    file.write_text(damage.replace("STAMP", stamp), "utf-8")
    assert bank_holidays("England", 2026, 2026, tmp_path) == wanted
    assert json.loads(file.read_text("utf-8"))["stamp"] == stamp


def test_another_release_or_other_years_are_expanded_anew(tmp_path: Path) -> None:
    bank_holidays("England", 2026, 2026, tmp_path)
    [file] = tmp_path.iterdir()
    kept = json.loads(file.read_text("utf-8"))
    kept["stamp"] = kept["stamp"].replace("holidays-", "older-")
    kept["days"] = {"2026-01-02": "wrong"}
    file.write_text(json.dumps(kept), "utf-8")
    assert date(2026, 1, 2) not in bank_holidays("England", 2026, 2026, tmp_path)
    assert date(2027, 1, 1) in bank_holidays("England", 2026, 2027, tmp_path)


def test_a_folder_that_cannot_be_written_is_no_failure(tmp_path: Path) -> None:
    wanted = bank_holidays("Wales", 2026, 2026, None)
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    assert bank_holidays("Wales", 2026, 2026, in_the_way) == wanted


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_a_folder_that_had_to_be_made_is_for_its_owner_only(tmp_path: Path) -> None:
    bank_holidays("Wales", 2026, 2026, tmp_path / "state")
    assert stat.S_IMODE((tmp_path / "state").stat().st_mode) == 0o700


def test_a_cache_that_cannot_be_replaced_is_no_failure_and_leaves_nothing(tmp_path: Path) -> None:
    wanted = bank_holidays("Wales", 2026, 2026, tmp_path)
    [file] = tmp_path.iterdir()
    file.unlink()
    file.mkdir()
    assert bank_holidays("Wales", 2026, 2026, tmp_path) == wanted
    assert list(tmp_path.iterdir()) == [file]


def test_each_nation_and_range_has_a_cache_of_its_own(tmp_path: Path) -> None:
    """Schools of a trust that list different years must not evict each other."""
    asked = [("England", 2026, 2026), ("Scotland", 2026, 2026), ("England", 2026, 2027)]
    for nation, first, last in asked * 2:
        wanted = bank_holidays(nation, first, last, None)
        assert bank_holidays(nation, first, last, tmp_path) == wanted
    assert len(list(tmp_path.iterdir())) == len(asked)


def test_what_the_cache_says_is_believed(tmp_path: Path) -> None:
    """Or else the tests of damage would prove nothing."""
    bank_holidays("England", 2026, 2026, tmp_path)
    [file] = tmp_path.iterdir()
    kept = json.loads(file.read_text("utf-8"))
    kept["days"] = {"2026-01-02": "kept"}
    file.write_text(json.dumps(kept), "utf-8")
    assert bank_holidays("England", 2026, 2026, tmp_path) == {date(2026, 1, 2): "kept"}
