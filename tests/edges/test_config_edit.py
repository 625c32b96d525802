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
from commsla.edges.config.edit import change, preview, undo
from commsla.edges.config.splice import in_turn, with_days, with_years
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
    change(file, history, NOW, with_years(code, [YEAR]))
    schools = load_config(file).schools
    assert [YEAR.name in {y.name for y in s.years} for s in schools] == [True, code is None]
    later = SchoolYear(YEAR.name, YEAR.terms, (date(2027, 11, 1),))
    change(file, history, NOW, with_years(code, [later]))
    assert load_config(file).schools[0].years[-1].inset == later.inset


def added(old: str, new: str) -> list[str]:
    """The lines that came in; fails if any other line went or moved."""
    rows = iter(new.splitlines(keepends=True))
    found = []
    for line in old.splitlines(keepends=True):
        for row in rows:
            if row == line:
                break
            found.append(row)
        else:
            raise AssertionError(f"{line!r} is gone or moved")
    return [*found, *rows]


DAY = [
    'date = "Thu 2027-01-14"\n',
    'kind = "closed"\n',
    'reason = "snow"\n',
    "entered = 2027-01-14T07:02:00\n",
]


def test_a_day_stands_where_a_person_would_have_written_it(file: Path) -> None:
    change(file, file.parent / "history", NOW, with_days("westchinnock", [SNOW]))
    text = file.read_text("utf-8")
    assert added(EXAMPLE, text) == ["[[schools.days]]\n", *DAY, "\n"]
    # Above the remarks of the next thing, below the mailbox.
    assert 'password"\n\n[[schools.days]]' in text
    assert "07:02:00\n\n# What differs" in text
    file.write_text(EXAMPLE, "utf-8")
    change(file, file.parent / "history", NOW, with_days("norton", [SNOW]))
    # Below the remarks that touch the mailbox: they are about it, and may become keys of it.
    issues = '# ca_file = "our-ca.pem" # only for a server whose certificate your own organisation issues'
    assert f"{issues}\n\n[[schools.days]]" in file.read_text("utf-8")
    file.write_text(EXAMPLE, "utf-8")
    change(file, file.parent / "history", NOW, with_days(None, [SNOW]))
    text = file.read_text("utf-8")
    assert added(EXAMPLE, text) == ["[[days]]\n", *DAY, "\n"]
    assert "07:02:00\n\n# --- The schools" in text


def test_a_year_stands_below_the_year_before(file: Path) -> None:
    change(file, file.parent / "history", NOW, with_years(None, [YEAR]))
    text = file.read_text("utf-8")
    assert added(EXAMPLE, text) == [
        '[years."2027-28"]\n',
        "terms = [\n",
        '  ["Thu 2027-09-02", "Fri 2027-10-22"],\n',
        '  ["Mon 2027-11-01", "Thu 2028-07-20"],\n',
        "]\n",
        "inset = [\n",
        '  "Wed 2027-09-01",\n',
        "]\n",
        "\n",
    ]
    assert '# the fifth: below\n\n[years."2027-28"]' in text
    assert '"Wed 2027-09-01",\n]\n\n# A single day' in text


def test_what_is_replaced_takes_no_remark_of_its_neighbour_with_it(file: Path) -> None:
    later = SchoolYear("2026-27", (Span(date(2026, 9, 3), date(2027, 7, 21)),), ())
    change(file, file.parent / "history", NOW, with_years(None, [later]))
    text = file.read_text("utf-8")
    for remark in ("# A single day that", '# reason = "polling station"', "# --- The schools"):
        assert remark in text


def test_closed_for_all_rules_over_what_one_school_said_before(file: Path) -> None:
    own = Override(SNOW.date, DayKind.OFFICE, "enrolment", None, NOW)
    history = file.parent / "history"
    change(file, history, NOW, with_days("westchinnock", [own]))
    change(file, history, NOW, with_days(None, [SNOW]))
    assert [s.overrides for s in load_config(file).schools] == [(SNOW,), (SNOW,)]
    undo(file, history)
    assert [s.overrides for s in load_config(file).schools] == [(), (own,)]


def test_several_edits_are_taken_back_by_one_undo(file: Path) -> None:
    history = file.parent / "history"
    other = Override(date(2027, 1, 15), DayKind.CLOSED, "flood", None, NOW)
    change(file, history, NOW, in_turn([with_days("norton", [SNOW]), with_days(None, [other])]))
    assert load_config(file).schools[0].overrides == (SNOW, other)
    undo(file, history)
    assert file.read_text("utf-8") == EXAMPLE


@pytest.mark.parametrize("mark", ["\ufeff", ""])
def test_what_notepad_writes_stays(file: Path, mark: str) -> None:
    old = mark + EXAMPLE.rstrip("\n")  # with a byte order mark, the last line without its end
    file.write_bytes(old.encode())
    history = file.parent / "history"
    change(file, history, NOW, with_days("westchinnock", [SNOW]))
    assert file.read_bytes().startswith(old[:200].encode())
    assert SNOW in load_config(file).schools[1].overrides
    undo(file, history)
    assert file.read_bytes() == old.encode()


def test_a_line_keeps_its_own_end_in_a_mixed_file(file: Path) -> None:
    old = EXAMPLE.replace("\n", "\r\n", 40)
    file.write_bytes(old.encode())
    change(file, file.parent / "history", NOW, with_days(None, [SNOW]))
    assert added(old, file.read_bytes().decode()) == ["[[days]]\n", *DAY, "\n"]


INLINE = "days = []\n[policy]"


def test_what_cannot_be_extended_is_said_and_left_alone(file: Path) -> None:
    old = EXAMPLE.replace("[policy]", INLINE, 1)
    file.write_text(old, "utf-8")
    with pytest.raises(CommslaError, match="a way that commsla does not extend") as told:
        change(file, file.parent / "history", NOW, with_days(None, [SNOW]))
    assert "[[days]]" in told.value.hint
    assert file.read_text("utf-8") == old


def test_a_preview_writes_nothing(file: Path) -> None:
    assert SNOW in preview(file, with_days(None, [SNOW])).schools[0].overrides
    assert file.read_text("utf-8") == EXAMPLE


def test_line_ends_of_windows_stay(file: Path) -> None:
    file.write_bytes(EXAMPLE.replace("\n", "\r\n").encode())
    change(file, file.parent / "history", NOW, with_days(None, [SNOW]))
    data = file.read_bytes()
    assert data.count(b"\n") == data.count(b"\r\n")
    assert SNOW in load_config(file).schools[0].overrides


def test_a_change_that_the_loader_would_refuse_is_not_made(file: Path) -> None:
    bad = SchoolYear("2027-28", (Span(date(2026, 9, 2), date(2026, 10, 22)),))
    history = file.parent / "history"
    with pytest.raises(ConfigError, match="so nothing was written") as told:
        change(file, history, NOW, with_years(None, [bad]))
    # The lines of a text that nobody sees would only mislead.
    assert told.value.problems[0].startswith("2026-09-02 does not lie in the school year 2027-28")
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
    assert '  -reason = "snow"' in told.value.hint.splitlines()
    assert "  -# a remark" in told.value.hint.splitlines()
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
    history.mkdir(mode=0o755)  # such as one put back from a copy
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
    assert list((file.parent / "history").iterdir()) == [], "nothing was made, nothing to undo"


def test_a_kill_between_the_copy_and_the_rename_does_not_block_undo(file: Path) -> None:
    history = file.parent / "history"
    change(file, history, NOW, with_days(None, [SNOW]))
    closed = file.read_bytes()
    change(file, history, NOW, with_days("norton", [SNOW]))
    file.write_bytes(closed)  # as if the second change had been cut off before its rename
    undo(file, history)
    assert file.read_text("utf-8") == EXAMPLE
    assert list(history.iterdir()) == []


def test_who_saves_the_file_meanwhile_loses_nothing(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.replace

    def meanwhile(source: Path, target: Path) -> None:
        if Path(target).parent.name == "history":
            file.write_text(EXAMPLE + "# a remark\n", "utf-8")
        real(source, target)

    monkeypatch.setattr(os, "replace", meanwhile)
    with pytest.raises(CommslaError, match="changed by somebody else"):
        change(file, file.parent / "history", NOW, with_days(None, [SNOW]))
    assert file.read_text("utf-8") == EXAMPLE + "# a remark\n"


def test_two_configs_share_a_history_without_mixing_it(file: Path, tmp_path: Path) -> None:
    history = file.parent / "history"
    other = tmp_path / "other.toml"
    other.write_text(EXAMPLE, "utf-8")
    change(file, history, NOW, with_days(None, [SNOW]))
    change(other, history, NOW, with_days("norton", [SNOW]))
    undo(file, history)
    assert file.read_text("utf-8") == EXAMPLE
    assert SNOW in load_config(other).schools[0].overrides


def test_fifty_earlier_texts_are_kept(file: Path) -> None:
    history = file.parent / "history"
    for number in range(53):
        day = Override(date(2027, 1, 14), DayKind.CLOSED, f"snow {number}", None, NOW)
        change(file, history, NOW, with_days("norton", [day]))
    names = sorted(p.name[:6] for p in history.iterdir())
    assert (len(names), names[0], names[-1]) == (50, "000004", "000053")


def test_a_dry_undo_puts_nothing_back(file: Path) -> None:
    history = file.parent / "history"
    change(file, history, NOW, with_days(None, [SNOW]))
    closed = file.read_bytes()
    assert undo(file, history, dry_run=True).schools[0].overrides == ()
    assert file.read_bytes() == closed
    undo(file, history)
    assert file.read_text("utf-8") == EXAMPLE


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
        old = load_config(file).schools
        made += change(file, history, NOW + timedelta(seconds=number), with_days(code, [day]))
        for before, after in zip(old, load_config(file).schools, strict=True):
            if code in (None, after.code):
                kept = [o for o in before.overrides if o.date != day.date]
                assert sorted(after.overrides, key=str) == sorted([*kept, day], key=str)
            else:
                assert after.overrides == before.overrides
    for _ in range(made):
        assert undo(file, history)
    assert file.read_bytes() == EXAMPLE.encode()
