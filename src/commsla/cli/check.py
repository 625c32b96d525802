"""`commsla check`: one line and an exit code for Nagios, Icinga, Zabbix and their like."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from commsla.cli.options import AsJson, ConfigFile, Schools
from commsla.cli.session import place_of

if TYPE_CHECKING:
    from commsla.cli.place import Place
    from commsla.core.monitor import Monitored


def check(
    context: typer.Context,
    warning: Annotated[
        int, typer.Option("--warning", "-w", min=-1, help="WARNING above N overdue.", metavar="N")
    ] = 0,
    critical: Annotated[
        int, typer.Option("--critical", "-c", min=-1, help="CRITICAL above N overdue.", metavar="N")
    ] = 4,
    today_warning: Annotated[
        int | None,
        typer.Option("--today-warning", min=-1, help="WARNING above N due today.", metavar="N"),
    ] = None,
    today_critical: Annotated[
        int | None,
        typer.Option("--today-critical", min=-1, help="CRITICAL above N due today.", metavar="N"),
    ] = None,
    school: Schools = None,
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """One line for a monitoring system: is anything late, and is the mail still being read?

    Exit codes, here only: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN. UNKNOWN is also: no good poll for
    two open hours (closed days make nothing old), replies that are not visible, a clock that cannot
    be right, and whatever stops this command itself. No name, address or subject is in the line.

    Run it as the user who polls. Nothing is written but a copy of the bank holidays.
    """
    from commsla import wiring
    from commsla.core.monitor import Limits
    from commsla.errors import LedgerError
    from commsla.jobs.check import check as look

    place = place_of(context)
    settings = wiring.config_at(config or place.config, place.environ, place.cwd, place.user_config)
    schools = wiring.schools_named(settings, school or ())
    if not wiring.has_ledger(place.home):
        raise LedgerError(
            f"Nothing was ever polled into {place.home}.",
            "If another user polls, run this as that user, or set COMMSLA_HOME.",
        )
    found = look(
        settings,
        wiring.LedgerAsItLies(place.home),
        wiring.workdays_of(settings, place.home),
        place.clock(),
        schools,
        Limits(warning, critical, today_warning, today_critical),
    )
    _print(found, place, as_json=as_json)
    if found.level:
        raise typer.Exit(found.level)


def _print(found: Monitored, place: Place, *, as_json: bool) -> None:
    from commsla.core.hints import as_typed

    line = as_typed(found.line, place.prefix)
    if as_json:
        from commsla.edges.jsonview import envelope

        data = {
            "state": found.level.name,
            "exit_code": int(found.level),
            "line": line,
            "findings": [{"state": f.level.name, "said": f.said} for f in found.findings],
            "figures": {
                f.label: {"value": f.value, "warning": f.warning, "critical": f.critical}
                for f in found.figures
            },
        }
        line = envelope("check", place.clock(), data)
    sys.stdout.write(line + "\n")
