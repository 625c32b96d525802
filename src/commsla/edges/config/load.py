"""Reads schools.toml into a Config, or says everything that is wrong; it changes nothing."""

from __future__ import annotations

import os.path
import re
import tomllib
from pathlib import Path
from typing import Any, NoReturn

from pydantic import ValidationError

from commsla.core.school import (
    Config,
)
from commsla.edges.config import alertchecks, checks, heartbeat, rulechecks, yearchecks
from commsla.edges.config.lines import Lines
from commsla.edges.config.schema import File
from commsla.edges.config.sentences import Problem, problems
from commsla.edges.config.translate import translate
from commsla.edges.config.values import printable
from commsla.errors import ConfigError

MOST_BYTES = 1_000_000  # far past any school's file: a wrong path may name a disk image or a device

_PLACE = re.compile(r" ?\(at (?:line ([0-9]+), column [0-9]+|end of document)\)$")
_SYNTAX = (
    # What tomllib says -> what a person does about it.
    ("Invalid date or datetime", "this date does not exist. Write the day that is meant"),
    ("Cannot overwrite a value", "this key is there twice. Leave one of them out"),
    ("Cannot declare", "this [header] is there twice. Write its keys under the first one"),
    ("Cannot mutate", "this key is there twice. Leave one of them out"),
    ("Cannot redefine", "this [header] is there twice. Write its keys under the first one"),
    ("Duplicate inline table key", "this key is there twice. Leave one of them out"),
    ("Expected '='", 'a key needs an equals sign. Write key = "value"'),
    ("Expected ']", "the [header] is not closed. Write it as [policy] or [[schools]]"),
    ("Unclosed array", "a list is not closed, or a comma is missing in it. Write [first, second]"),
    (
        "Unclosed inline table",
        "a brace is not closed, or a comma is missing. Write { key = value }",
    ),
    ("Unescaped '\\'", "a backslash needs a second one. Write \\\\, or use '...' around the text"),
    (
        "Invalid hex value",
        "a backslash needs a second one. Write \\\\, or use '...' around the text",
    ),
    ("Unterminated string", 'a quote is not closed. Write "..." around the text'),
    ("Illegal character", "a text must end on its own line. Write the closing quote"),
    ("Invalid initial character", "this is no key. Write key = value, or # before a remark"),
    ("Invalid value", 'this value is not readable. Write text and times in quotes: "..."'),
    (
        "Expected newline",
        'there is more on this line than one value. Write text and times in quotes: "..."',
    ),
)


def load_config(path: Path) -> Config:
    """The config in the file `path`.

    Raise ConfigError if it cannot be read, is not TOML, or holds mistakes; `problems` then has all
    of them in the order of the lines, each `file:line: what is wrong, and what to write`. A syntax
    error is the only problem reported: what stands below it cannot be known.
    """
    return config_of(read_config_text(path), path)


def config_of(text: str, path: Path) -> Config:
    """The config of a text that is, or would be, in the file `path`. Raises as `load_config`."""
    raw = _parse(text, path)
    try:
        lines = Lines(text)
        file, found = _validate(raw)
    except RecursionError:
        raise _too_deep(path) from None
    if file is None or found:
        placed = sorted((lines.line(loc), number) for number, (loc, _) in enumerate(found))
        _refuse(path, [(line, found[number][1]) for line, number in placed])
    return translate(file, path, lines)


def _validate(raw: dict[str, Any]) -> tuple[File | None, list[Problem]]:
    found = [*checks.check(raw), *yearchecks.check(raw), *rulechecks.check(raw)]
    found += heartbeat.check(raw)
    found += alertchecks.check(raw)
    try:
        return File.model_validate(raw), found
    except ValidationError as error:
        # The error holds the values, a password perhaps among them: it goes no further than this.
        return None, [*problems(error), *found]


def read_config_text(path: Path) -> str:
    """The text of a config file. Raises ConfigError."""
    name = printable(str(path))
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise ConfigError(
            f"There is no config at {name}.",
            hint="Name the file with --config.",
            public="it does not exist",
        ) from None
    except (OSError, ValueError) as error:
        if os.path.isdir(path):  # Windows calls this a lack of permission
            raise ConfigError(
                f"{name} is a folder, not a config.",
                hint="Name the schools.toml in it.",
                public="it is a folder",
            ) from None
        reason = getattr(error, "strerror", None) or "the name is not usable"
        raise ConfigError(
            f"The config {name} cannot be read: {reason}.",
            hint="Ask whoever runs this machine for the right to read it.",
            public="it cannot be read",
        ) from None
    if len(data) > MOST_BYTES:
        raise ConfigError(
            f"{name} is too large to be a config.",
            hint="Name the right schools.toml.",
            public="it is too large to be a config",
        )
    try:
        return data.decode("utf-8-sig")  # Notepad may put a byte order mark in front
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        _refuse(path, [(line, "this is not UTF-8 text. Save the file with the encoding UTF-8.")])


def _parse(text: str, path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise _too_deep(path) from None
    except ValueError as error:
        # Its own text is not shown: it may quote the line, and is not written for an office.
        said = str(error)
        place = _PLACE.search(said)
        line = int(place[1]) if place and place[1] else text.rstrip().count("\n") + 1
        sentence = next(
            (meaning for start, meaning in _SYNTAX if said.startswith(start)),
            'this line is not TOML. Write key = "value"',
        )
        _refuse(path, [(line, f"{sentence}.")])


def _too_deep(path: Path) -> ConfigError:
    return ConfigError(
        f"{printable(path.name)} has lists within lists without end.",
        hint="Compare it with the example config/schools.toml.",
        public="it has lists within lists without end",
    )


def _refuse(path: Path, placed: list[tuple[int, str]]) -> NoReturn:
    name = printable(path.name)
    count = len(placed)
    raise ConfigError(
        f"{name} has {count} problem{'' if count == 1 else 's'}.",
        problems=tuple(f"{name}:{line}: {sentence}" for line, sentence in placed),
        hint="Mend the lines and run the command again. Nothing was done.",
    )
