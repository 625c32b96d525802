"""Editing schools.toml: comments and order stay, what was there can be had back, never half a file."""

from __future__ import annotations

import os
import stat
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from commsla.core.school import DayKind, Override, SchoolYear, Span
from commsla.edges.config import load_config
from commsla.edges.config.edit import change, undo, with_days, with_year
from commsla.errors import CommslaError, ConfigError

EXAMPLE = (Path(__file__).parents[2] / "config" / "schools.toml").read_text("utf-8")
NOW = datetime(2027, 1, 14, 7, 2)  # noqa: DTZ001 - local time, as an office types it
SNOW = Override(date(2027, 1, 14), DayKind.CLOSED, "snow", None, NOW)
YEAR = SchoolYear(
    "2027-28",
    (Span(date(2027, 9, 2), date(2027, 10, 22)), Span(date(2027, 11, 1), date(2028, 7, 20))),
    (date(2027, 9, 1),),
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "schools.toml"
    path.write_bytes(EXAMPLE.encode())
    return path


@pytest.mark.parametrize("code", [None, "norton", "westchinnock"])
def test_a_closed_day_is_added_and_everything_else_stays(file: Path, code: str | None) -> None:
    history = file.parent / "history"
    assert change(file, history, NOW, with_days(code, [SNOW]))
    rows, before = file.read_text("utf-8").splitlines(), EXAMPLE.splitlines()
    kept = iter(rows)
    assert all(line in kept for line in before), "no line of the old file is gone or moved"
    for school in load_config(file).schools:
        assert (SNOW in school.overrides) is (code in (None, school.code))


def test_the_same_day_again_replaces_its_reason(file: Path) -> None:
    history = file.parent / "history"
    change(file, history, NOW, with_days("norton", [SNOW]))
    other = Override(SNOW.date, DayKind.OFFICE, "the snow melted", None, NOW)
    change(file, history, NOW, with_days("norton", [other]))
    assert load_config(file).schools[0].overrides == (other,)
    assert not change(file, history, NOW, lambda text: text)


@pytest.mark.parametrize("code", [None, "norton"])
def test_a_year_is_added_or_replaced(file: Path, code: str | None) -> None:
    history = file.parent / "history"
    change(file, history, NOW, with_year(code, YEAR))
    schools = load_config(file).schools
    assert [YEAR.name in {y.name for y in s.years} for s in schools] == [True, code is None]
    later = SchoolYear(YEAR.name, YEAR.terms, (date(2027, 11, 1),))
    change(file, history, NOW, with_year(code, later))
    assert load_config(file).schools[0].years[-1].inset == later.inset


def test_line_ends_of_windows_stay(file: Path) -> None:
    file.write_bytes(EXAMPLE.replace("\n", "\r\n").encode())
    change(file, file.parent / "history", NOW, with_days(None, [SNOW]))
    data = file.read_bytes()
    assert data.count(b"\n") == data.count(b"\r\n")
    assert SNOW in load_config(file).schools[0].overrides


def test_a_change_that_the_loader_would_refuse_is_not_made(file: Path) -> None:
    bad = SchoolYear("2027-28", (Span(date(2026, 9, 2), date(2026, 10, 22)),))
    history = file.parent / "history"
    with pytest.raises(ConfigError):
        change(file, history, NOW, with_year(None, bad))
    assert file.read_text("utf-8") == EXAMPLE
    assert not history.exists()


def test_undo_refuses_a_file_that_was_edited_by_hand_since(file: Path) -> None:
    history = file.parent / "history"
    change(file, history, NOW, with_days(None, [SNOW]))
    with file.open("a", encoding="utf-8") as handle:
        handle.write("# a remark\n")
    with pytest.raises(CommslaError, match="edited by hand") as told:
        undo(file, history)
    [kept] = history.iterdir()
    assert str(kept) in told.value.hint
    assert kept.read_text("utf-8") == EXAMPLE


def test_there_is_nothing_to_undo(file: Path) -> None:
    with pytest.raises(CommslaError, match="no calendar change to undo"):
        undo(file, file.parent / "history")


@pytest.mark.skipif(os.name == "nt", reason="file modes and links")
def test_the_mode_stays_and_a_link_is_followed(file: Path) -> None:
    file.chmod(0o640)
    link = file.parent / "link.toml"
    link.symlink_to(file)
    history = file.parent / "history"
    change(link, history, NOW, with_days(None, [SNOW]))
    assert link.is_symlink()
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert stat.S_IMODE(history.stat().st_mode) == 0o700
    assert {stat.S_IMODE(p.stat().st_mode) for p in history.iterdir()} == {0o600}


def test_a_crash_before_the_rename_leaves_the_old_file(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.replace

    def cut(source: Path, target: Path) -> None:
        if Path(target) == file:
            raise OSError(28, "No space left on device")
        real(source, target)

    monkeypatch.setattr(os, "replace", cut)
    with pytest.raises(ConfigError, match="Nothing was changed"):
        change(file, file.parent / "history", NOW, with_days(None, [SNOW]))
    assert file.read_text("utf-8") == EXAMPLE
    assert [p.name for p in file.parent.iterdir() if p.name.endswith(".new")] == []


CODES = st.sampled_from([None, "norton", "westchinnock"])
DAYS = st.builds(
    Override,
    st.dates(date(2025, 9, 1), date(2027, 7, 1)),
    st.sampled_from(DayKind),
    st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=20),
    st.none(),
    st.just(NOW),
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(CODES, DAYS), max_size=5))
def test_as_many_undos_as_changes_give_the_same_bytes(
    file: Path, changes: list[tuple[str | None, Override]]
) -> None:
    file.write_bytes(EXAMPLE.encode())
    history = file.parent / "history"
    made = 0
    for number, (code, day) in enumerate(changes):
        made += change(file, history, NOW + timedelta(seconds=number), with_days(code, [day]))
        codes = [s for s in load_config(file).schools if code in (None, s.code)]
        if code:
            assert day in codes[0].overrides
    for _ in range(made):
        assert undo(file, history)
    assert file.read_bytes() == EXAMPLE.encode()
