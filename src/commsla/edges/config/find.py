"""Decides which schools.toml is meant; it never opens it."""

from __future__ import annotations

import os.path
from collections.abc import Mapping
from pathlib import Path

from commsla.edges.config.values import printable
from commsla.errors import ConfigError

VARIABLE = "COMMSLA_CONFIG"
NAME = "schools.toml"


def find_config(
    explicit: Path | None, environ: Mapping[str, str], cwd: Path, user_folder: Path
) -> Path:
    """The config: `--config`, else COMMSLA_CONFIG, else ./config/schools.toml, else the user's.

    `user_folder` is commsla's own folder among the user's settings. A file that was named is never
    replaced by another one that happens to exist: that would judge a school by the wrong dates.
    Raise ConfigError that says where it looked and what to do.
    """
    if explicit is not None:
        return _named(explicit, cwd, "--config")
    if from_environ := environ.get(VARIABLE, ""):
        return _named(Path(from_environ), cwd, VARIABLE)
    places = (cwd / "config" / NAME, user_folder / NAME)
    for place in places:
        # os.path, not Path: a folder that may not be entered is "not there", and no crash.
        if os.path.isfile(place):
            return place
    looked = " nor ".join(printable(str(place)) for place in places)
    raise ConfigError(
        f"There is no config: neither --config nor {VARIABLE} names one, and there is no {looked}.",
        hint=f"Copy the example config/{NAME} to one of these places and put in your school's own "
        "names, dates and mailbox; or try commsla demo, which needs no config.",
        public="there is none in any of the usual places",
    )


def _named(path: Path, cwd: Path, by: str) -> Path:
    place = cwd / path
    if os.path.exists(place):
        return place
    raise ConfigError(
        f"There is no config at {printable(str(place))}, which {by} names.",
        hint=f"Correct {by}, or leave it out to use ./config/{NAME}.",
        public="it does not exist",
    )


def found_by(explicit: Path | None, environ: Mapping[str, str], cwd: Path) -> str:
    """By which of these rules the config is found, without a word of its path."""
    if explicit is not None:
        return "named by --config"
    if environ.get(VARIABLE, ""):
        return f"named by {VARIABLE}"
    if os.path.isfile(cwd / "config" / NAME):
        return f"./config/{NAME}"
    return f"{NAME} in your settings folder"
