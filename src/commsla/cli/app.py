"""The command `commsla`: its global options and the only error boundary."""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from commsla import __version__
from commsla.cli import (
    alert,
    calendar,
    check,
    demo,
    doctor,
    due,
    explain,
    export,
    log,
    login,
    mark,
    poll,
    rebuild,
    schedule,
    show,
    status,
)
from commsla.cli.boundary import run
from commsla.cli.options import ConfigFile
from commsla.cli.place import Place
from commsla.cli.session import set_config, set_home
from commsla.cli.streams import watch
from commsla.cli.usage import Commands, Sentence

app = typer.Typer(
    name="commsla",
    cls=Commands,
    help=(
        "Keeps a school office's promise to parents: which e-mails must be acknowledged and "
        "answered, and by when.\n\n"
        "Every morning: commsla poll, then commsla status.\n\n"
        "To see it at work on made-up mail: commsla demo."
    ),
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=True,
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"commsla {__version__}")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    config: ConfigFile = None,
    home: Annotated[
        Path | None,
        typer.Option(
            "--home",
            help="Keep the ledger in this folder, instead of COMMSLA_HOME or your state folder.",
            metavar="FOLDER",
            show_default=False,
        ),
    ] = None,
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Show the version and exit.", callback=_version, is_eager=True
        ),
    ] = False,
) -> None:
    set_config(context, config)
    set_home(context, home)


app.command("doctor")(doctor.doctor)
app.command("poll")(poll.poll)
app.command("status")(status.status)
app.command("show")(show.show)
app.command("explain")(explain.explain)
app.command("mark", cls=Sentence)(mark.mark)
app.command("log")(log.log)
app.command("assign", cls=Sentence)(mark.assign)
app.command("move")(mark.move)
app.command("merge")(mark.merge)
app.command("due")(due.due)
app.command("export")(export.export)
app.command("rebuild")(rebuild.rebuild)
app.command("login")(login.login)
app.command("check")(check.check)
app.command("schedule")(schedule.schedule)
app.command("alert")(alert.alert)
app.add_typer(calendar.app, name="calendar")
app.command(
    "demo",
    context_settings={
        "allow_extra_args": True,
        "allow_interspersed_args": False,  # or a `--` behind the command would be lost
        "ignore_unknown_options": True,
        "help_option_names": [],
    },
)(demo.demo)


def main(arguments: Sequence[str] | None = None, place: Place | None = None) -> None:
    """Run one command and exit with its code. `place` is the machine as it is unless given."""
    # A run is short and makes no rings of garbage: looking for them took half of a big fold's time.
    gc.set_threshold(200_000, 50, 100)
    watch()
    words = list(sys.argv[1:] if arguments is None else arguments)
    here = place or Place.real()
    code = run(app, words, here)
    gc.freeze()  # Python's end would look through all once more: a seventh of a short run
    sys.exit(code)
