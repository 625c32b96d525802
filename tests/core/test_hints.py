"""Suggested commands say what was really typed, and nothing else is taken for one."""

from __future__ import annotations

import pytest

from commsla.cli.app import app
from commsla.core.hints import COMMANDS, as_typed


def test_every_command_of_ours_is_known() -> None:
    named = {c.name for c in app.registered_commands} | {g.name for g in app.registered_groups}
    assert set(COMMANDS) == named - {"demo"}


@pytest.mark.parametrize(
    ("said", "typed"),
    [
        ("Run: commsla poll", "Run: commsla demo poll"),
        ("commsla mark N42 undo (or commsla show N42)", "commsla demo mark N42 undo (or commsla demo show N42)"),
        ("Try: commsla demo status", "Try: commsla demo status"),
        ("commsla made a mistake of its own", "commsla made a mistake of its own"),
        ("/srv/commsla poll", "/srv/commsla poll"),
        ("commsla marks nothing", "commsla marks nothing"),
    ],
)  # fmt: skip
def test_only_a_suggested_command_changes(said: str, typed: str) -> None:
    assert as_typed(said, "commsla demo") == typed
    assert as_typed(said, "commsla") == said


def test_a_program_with_a_strange_path_is_no_pattern() -> None:
    assert as_typed("commsla poll", r"C:\\1\\g<0>") == r"C:\\1\\g<0> poll"
