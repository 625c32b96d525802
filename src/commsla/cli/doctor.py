"""`commsla doctor`: is everything there that a poll needs, and what mends it?"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer

from commsla.cli.options import AsJson, ConfigFile, Schools
from commsla.cli.place import Place
from commsla.cli.progress import ProgressLine
from commsla.cli.session import place_of, print_lines

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from commsla.core.checkup import Check


def doctor(
    context: typer.Context,
    school: Schools = None,
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Check config, ledger, clock, mailboxes and term dates; say what mends each.

    Changes nothing, here or in a mailbox (only a token that had to be renewed is kept); each mailbox
    takes two minutes at most. The whole output may be shown to whoever helps you: no name, subject,
    address or password is in it.

    Exit codes: 0 no problem (there may be warnings), 1 a problem, 10 the config cannot be used
    (whatever else is wrong), 12 every problem is a refused login.
    """
    place = place_of(context)
    checks = _without_zone()
    if checks and as_json:
        # The envelope of every other answer knows local time, and there is none.
        _print_without_zone(checks, place)
    else:
        checks = checks or _checks(place, school or (), config)
        _show(checks, place, as_json=as_json)
    from commsla.core.checkup import exit_code

    if code := exit_code(checks):
        raise typer.Exit(code)


def _without_zone() -> list[Check]:
    """Where Europe/London is unknown nothing else of commsla can even be loaded."""
    from commsla.core.checkup import check_zone
    from commsla.edges.host import zone

    found = zone()
    return [] if found.present else [check_zone(found)]


def _print_without_zone(checks: Sequence[Check], place: Place) -> None:
    import json

    from commsla.edges.checkupview import checkup_data

    at = place.clock().isoformat(timespec="seconds")
    answer = {"commsla": "doctor", "version": 1, "at": at, "ok": True, "data": checkup_data(checks)}
    print_lines([json.dumps(answer, indent=2)])


def _checks(place: Place, names: Sequence[str], config: Path | None) -> list[Check]:
    from commsla import wiring
    from commsla.core.school import Config
    from commsla.edges.host import Host
    from commsla.errors import ConfigError
    from commsla.jobs.doctor import Doctor

    explicit = config or place.config
    settings: Config | ConfigError
    try:
        settings = wiring.config_at(explicit, place.environ, place.cwd, place.user_config)
    except ConfigError as error:
        settings = error
    progress = ProgressLine(sys.stderr.isatty())
    try:
        return Doctor(
            host=Host(place.home, place.environ.get("COMMSLA_HOME", "")),
            ledger=wiring.LedgerAsItLies(place.home),
            mail=wiring.Mailboxes(place.home),
            config=settings,
            found=wiring.config_found_by(explicit, place.environ, place.cwd),
            workdays=wiring.workdays_of(settings, None) if isinstance(settings, Config) else {},
            now=place.clock(),
            progress=progress,
        ).run(wiring.schools_named(settings, names) if isinstance(settings, Config) else ())
    finally:
        progress.clear()


def _show(checks: Sequence[Check], place: Place, *, as_json: bool) -> None:
    from dataclasses import replace

    from commsla.core.hints import as_typed
    from commsla.edges.checkupview import checkup_data, checkup_lines, show_checkup

    program = place.public_prefix
    checks = [
        replace(c, sentence=as_typed(c.sentence, program), fix=as_typed(c.fix, program))
        for c in checks
    ]
    if as_json:
        from commsla.edges.jsonview import envelope

        print_lines([envelope("doctor", place.clock(), checkup_data(checks))])
    elif sys.stdout.isatty():
        show_checkup(checks)
    else:
        print_lines(checkup_lines(checks))
