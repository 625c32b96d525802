"""`commsla status`: today's list."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commsla.cli.asof import AsOf, read_as_of
from commsla.cli.options import AsJson, ConfigFile, Schools
from commsla.cli.session import open_ledger, print_lines, read_config

if TYPE_CHECKING:
    from collections.abc import Mapping

    from commsla.cli.place import Place
    from commsla.core.today import Status


def status(
    context: typer.Context,
    school: Schools = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Also what is settled and what is not tracked, with why.")
    ] = False,
    as_of: AsOf = None,
    find: Annotated[
        str | None,
        typer.Option(
            "--find",
            help="Only what these words are found in: who wrote, about what, a reference, a role.",
            metavar="WORDS",
        ),
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option(
            "--html",
            help="Write the list as one page to this file, which only you may read, and print nothing.",
            metavar="FILE",
            show_default=False,
        ),
    ] = None,
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """What needs doing today, in the order to do it.

    Reads the ledger only: run commsla poll first. Exits with 0 even when something is overdue, and
    where nothing is found.

    Examples: commsla status --find quillfeather / commsla status --as-of "Fri 20 Nov 17:00" /
    commsla status --html today.html
    """
    from commsla import wiring
    from commsla.core.clean import clean
    from commsla.core.finding import found as looked_for
    from commsla.errors import UsageError
    from commsla.jobs.status import status as todays_status

    if html is not None and as_json:
        raise UsageError("A page or JSON?", "Leave out --html or --json.")
    place, settings = read_config(context, config)
    schools = wiring.schools_named(settings, school or ())
    now = place.clock()
    then = read_as_of(as_of, now)
    with open_ledger(place, reading=True) as ledger:
        workdays = wiring.workdays_of(settings, place.home)
        found = todays_status(settings, ledger, workdays, now, schools, as_of=then)
    if find is not None:
        if not find.strip():
            raise UsageError("Find which words?", "Say it like: commsla status --find quillfeather")
        found = looked_for(found, clean(find, 80))
    names = {s.code: s.name for s in settings.schools}
    if html is not None:
        _write_page(html, found, names, everything=everything, place=place)
    elif as_json:
        from commsla.edges.jsonview import envelope, status_data

        print_lines([envelope("status", now, status_data(found, place.prefix))])
    elif sys.stdout.isatty():
        from commsla.edges.screen import show_status

        show_status(found, names, everything=everything, program=place.prefix)
    else:
        from commsla.edges.plain import status_lines

        print_lines(status_lines(found, names, everything=everything, program=place.prefix))


def _write_page(
    file: Path, found: Status, names: Mapping[str, str], *, everything: bool, place: Place
) -> None:
    from commsla.edges.page import WRITTEN_BY_US, status_page
    from commsla.edges.safefile import write_whole

    page = status_page(found, names, everything=everything, program=place.prefix)
    write_whole(place.cwd / file, page, ours=WRITTEN_BY_US)
    if sys.stderr.isatty():  # cron has nobody to tell
        sys.stderr.write(f"Written: {place.cwd / file}\n")
