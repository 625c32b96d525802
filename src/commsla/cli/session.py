"""What commands share: the place they run in, the config, the ledger, and how results are printed."""

from __future__ import annotations

import contextlib
import shutil
import sys
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import typer

from commsla.cli.place import Place

if TYPE_CHECKING:
    from commsla.core.school import (
        Config,
    )
    from commsla.edges.ledger import Ledger


def set_config(context: typer.Context, config: Path | None) -> None:
    """Remember --config given before the command."""
    if config is not None:
        context.obj = replace(place_of(context), config=config)


def set_home(context: typer.Context, home: Path | None) -> None:
    """Remember --home given before the command."""
    if home is not None:
        place = place_of(context)
        # What was said here rules, also in sentences about where the ledger is.
        environ = {k: v for k, v in place.environ.items() if k != "COMMSLA_HOME"}
        context.obj = replace(place, home=place.cwd / home, environ=environ)


def place_of(context: typer.Context) -> Place:
    """The surroundings of this run."""
    place = context.obj
    if not isinstance(place, Place):
        raise TypeError("the app was started without a place")
    return place


def read_config(context: typer.Context, explicit: Path | None) -> tuple[Place, Config]:
    """The place and the config that it finds. Raises ConfigError with every problem."""
    from commsla import wiring

    place = place_of(context)
    config = wiring.config_at(explicit or place.config, place.environ, place.cwd, place.user_config)
    if sys.stderr.isatty():  # cron has nobody to warn; what status shows says it, too
        sys.stderr.writelines(f"{warning}\n" for warning in config.warnings)
    return place, config


@contextlib.contextmanager
def open_ledger(place: Place, *, reading: bool) -> Iterator[Ledger]:
    """The ledger, closed at the end. Who reads an empty one is told so."""
    from commsla import wiring

    ledger = wiring.ledger_at(place.home)
    try:
        if reading and not ledger.day_one():
            what = (
                "is empty: nothing"
                if not ledger.highest()
                else "holds only what was typed: no mail"
            )
            sys.stderr.write(
                f"The ledger in {place.home} {what} was ever polled here. Run "
                f"{place.prefix} poll; if another user of this machine polls, run this as that user.\n"
            )
        yield ledger
    finally:
        ledger.close()


def print_lines(lines: Iterable[str], stream: TextIO | None = None) -> None:
    """Whole words to a line on a terminal, uncut elsewhere. Data goes to stdout, as it does here."""
    to = stream or sys.stdout
    width = shutil.get_terminal_size((80, 24)).columns if to.isatty() else 0
    for line in lines:
        # What carries colours was laid out for this width already.
        if width and len(line) >= width and "\n" not in line and "\x1b" not in line:
            indent = " " * (len(line) - len(line.lstrip()) + 2)
            line = textwrap.fill(line, width - 1, subsequent_indent=indent, break_on_hyphens=False)
        to.write(f"{line}\n")
