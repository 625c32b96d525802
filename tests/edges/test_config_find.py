"""Which schools.toml is meant, and what is said where there is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from commsla.edges.config import find_config
from commsla.errors import ConfigError


def _place(folder: Path, *parts: str) -> Path:
    path = folder.joinpath(*parts)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    return path


def test_the_first_place_that_is_named_wins(tmp_path: Path) -> None:
    flag, variable = _place(tmp_path, "flag.toml"), _place(tmp_path, "variable.toml")
    here = _place(tmp_path, "here", "config", "schools.toml")
    user = _place(tmp_path, "user", "schools.toml")
    environ = {"COMMSLA_CONFIG": str(variable)}
    cwd = tmp_path / "here"
    assert find_config(flag, environ, cwd, user.parent) == flag
    assert find_config(None, environ, cwd, user.parent) == variable
    assert find_config(None, {"COMMSLA_CONFIG": ""}, cwd, user.parent) == here
    assert find_config(None, {}, tmp_path, user.parent) == user
    (tmp_path / "config" / "schools.toml").mkdir(parents=True)  # a folder is no config
    assert find_config(None, {}, tmp_path, user.parent) == user


def test_a_relative_name_is_meant_from_where_the_command_is_typed(tmp_path: Path) -> None:
    _place(tmp_path, "here", "mine.toml")
    found = find_config(Path("mine.toml"), {}, tmp_path / "here", tmp_path)
    assert found == tmp_path / "here" / "mine.toml"


@pytest.mark.parametrize(
    ("explicit", "environ", "by"),
    [
        (Path("gone.toml"), {}, "--config"),
        (None, {"COMMSLA_CONFIG": "gone.toml"}, "COMMSLA_CONFIG"),
    ],
)
def test_a_named_file_that_lacks_is_not_replaced_by_another(
    tmp_path: Path, explicit: Path | None, environ: dict[str, str], by: str
) -> None:
    _place(tmp_path, "config", "schools.toml")
    with pytest.raises(ConfigError) as caught:
        find_config(explicit, environ, tmp_path, tmp_path)
    assert (
        caught.value.message == f"There is no config at {tmp_path / 'gone.toml'}, which {by} names."
    )
    assert caught.value.hint == f"Correct {by}, or leave it out to use ./config/schools.toml."


def test_no_config_at_all_says_where_it_looked_and_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        find_config(None, {}, tmp_path / "here", tmp_path / "user")
    assert caught.value.message == (
        "There is no config: neither --config nor COMMSLA_CONFIG names one, and there is no "
        f"{tmp_path / 'here' / 'config' / 'schools.toml'} nor {tmp_path / 'user' / 'schools.toml'}."
    )
    assert "commsla demo" in caught.value.hint
    assert caught.value.exit_code == 10
