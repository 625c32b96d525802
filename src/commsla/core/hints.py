"""Suggested commands as this run is typed: `commsla demo mark` in the demo; it tells no mail from ours."""

from __future__ import annotations

import re

COMMANDS = (
    *("doctor", "poll", "status", "show", "explain", "mark", "log", "assign", "move", "merge"),
    *("due", "rebuild", "login", "calendar", "check", "schedule", "alert", "export"),
)
_SUGGESTED = re.compile(rf"(?<![\w/.-])commsla (?=(?:{'|'.join(COMMANDS)})\b)")


def as_typed(text: str, program: str) -> str:
    """The same sentence of ours with every `commsla mark ...` as `program` begins it."""
    return _SUGGESTED.sub(lambda _: f"{program} ", text)
