"""Whatever stands in schools.toml, it is a config or a list of sentences; never a crash."""

from __future__ import annotations

import tomllib
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commsla.edges.config import load_config
from commsla.errors import ConfigError
from tests.edges.test_config import MINIMAL

_KEYS = st.sampled_from(
    [
        *("nation", "policy", "hours", "privacy", "years", "days", "schools", "mailboxes", "terms"),
        *("inset", "date", "mon", "acknowledge", "respond", "code", "prefix", "address", "host"),
        *("security", "password", "password_command", "password_file", "keep_identities", "port"),
        *("2026-27", "2026-28", "domains", "aliases", "sent", "a b", "\x1b", "é", ""),
    ]
)
_SCALARS = st.one_of(
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.dates(),
    st.times(),
    st.datetimes(),
    st.text(max_size=12),
    st.sampled_from(["2 working days", "5 days", "Mon 2026-01-05", "N", "oak", "08:30-16:00"]),
)
_TREES: st.SearchStrategy[dict[str, Any]] = st.dictionaries(
    _KEYS,
    st.recursive(
        _SCALARS,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=4),
        max_leaves=12,
    ),
    max_size=6,
)


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_toml(key)} = {_toml(v)}" for key, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",\n ".join(map(_toml, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return '"' + "".join(f"\\U{ord(c):08x}" for c in value) + '"'
    return value.isoformat() if isinstance(value, date | time) else str(value)


def _outcome(path: Path) -> None:
    try:
        load_config(path)
    except ConfigError as error:
        for problem in error.problems:
            name, line, sentence = problem.split(":", 2)
            assert name == "schools.toml"
            assert int(line) >= 1
            assert sentence.isprintable()
            assert sentence.endswith((".", "?")), sentence
            assert "nput should" not in sentence


@settings(deadline=None)
@given(tree=_TREES)
def test_any_toml_is_a_config_or_a_config_error(
    tree: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> None:
    text = "".join(f"{_toml(key)} = {_toml(value)}\n" for key, value in tree.items())
    assert tomllib.loads(text) == tree
    path = tmp_path_factory.getbasetemp() / "schools.toml"
    path.write_text(text, encoding="utf-8")
    _outcome(path)


@settings(deadline=None)
@given(garbage=st.binary(max_size=200), at=st.integers(0, len(MINIMAL)))
def test_any_bytes_are_a_config_or_a_config_error(
    garbage: bytes, at: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "schools.toml"
    whole = MINIMAL.encode()
    for data in (garbage, whole[:at] + garbage, whole[:at] + garbage + whole[at:]):
        path.write_bytes(data)
        _outcome(path)
