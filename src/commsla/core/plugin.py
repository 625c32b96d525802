"""How a monitoring plugin speaks (Nagios, Icinga: Monitoring Plugins guidelines); it judges nothing.

It loads nothing of ours: what speaks here must speak when all else fails.
"""

from __future__ import annotations

from enum import IntEnum


class Level(IntEnum):
    """The exit code of a monitoring plugin."""

    OK = 0
    WARNING = 1
    CRITICAL = 2
    UNKNOWN = 3


def one_line(level: Level, said: str) -> str:
    """The word and what was said, on one line, without the bar that begins the figures."""
    return f"COMMSLA {level.name}: {' '.join(said.split()).replace('|', '¦')}"
