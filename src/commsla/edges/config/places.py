"""Where a key of schools.toml stands, for sentences about what was read from it."""

from __future__ import annotations

from pathlib import Path

from commsla.edges.config.lines import Lines
from commsla.edges.config.load import read_config_text


def place_of_key(path: Path, school: int, loc: tuple[str | int, ...]) -> str:
    """`schools.toml:12`: the place of a key of a school, below it or else shared at the top.

    `loc` begins at the school's table; a day is named by its ISO date.
    """
    text = read_config_text(path)
    if len(loc) == 2 and loc[0] == "days":
        rows = text.splitlines()
        line = next((n for n, row in enumerate(rows, 1) if str(loc[1]) in row), 1)
        return f"{path.name}:{line}"
    lines = Lines(text)
    own = ("schools", school, *loc)
    known = lines.places()
    for place in (own, loc):
        if place in known:
            return f"{path.name}:{lines.line(place)}"
    return f"{path.name}:{lines.line(loc[:-1] if loc[:-1] in known else own)}"
