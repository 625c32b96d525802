"""`commsla log`: an enquiry that did not come by mail."""

from __future__ import annotations

import contextlib
from typing import Annotated

import typer

from commsla.cli.mark import At
from commsla.cli.options import AsJson, ConfigFile, DryRun
from commsla.cli.session import open_ledger, print_lines, read_config
from commsla.core.model import Channel


def log(
    context: typer.Context,
    school: Annotated[str, typer.Argument(help="The school that was asked.", metavar="SCHOOL")],
    who: Annotated[str, typer.Option("--from", help="Who asked: a name, or a mail address.")],
    channel: Annotated[Channel, typer.Option("--by", help="How it came.", case_sensitive=False)],
    about: Annotated[str, typer.Option("--about", help="What it is about, in a few words.")] = "",
    at: At = None,
    as_json: AsJson = False,
    dry_run: DryRun = False,
    config: ConfigFile = None,
) -> None:
    """Open a case for what came by phone, by letter or at the gate. The same clock runs.

    Example: commsla log norton --from "Mrs Dunn" --by phone --at "today 9:05" --about "lost coat"
    """
    from commsla import wiring
    from commsla.core.local import local_date
    from commsla.jobs.log import Entry
    from commsla.jobs.log import log as record

    place, settings = read_config(context, config)
    now = place.clock()
    [named] = wiring.schools_named(settings, (school,))
    with contextlib.ExitStack() as closing:
        ledger = closing.enter_context(open_ledger(place, reading=False))
        if dry_run:
            ledger = closing.enter_context(contextlib.closing(ledger.scratch()))
        workdays = wiring.workdays_of(settings, place.home)
        entry = Entry(named, channel, who, about, at, place.user)
        logged = record(settings, ledger, workdays, now, entry)
    if as_json:
        from commsla.edges.jsonview import case_data, envelope

        same = logged.same_as.reference if logged.same_as else None
        data = {
            "dry_run": dry_run,
            "case": case_data(logged.judged),
            "same_as": str(same) if same else None,
        }
        print_lines([envelope("log", now, data)])
    else:
        from commsla.edges.caseview import logged_lines

        today = local_date(now)
        print_lines(
            logged_lines(logged.judged, logged.same_as, today, place.prefix, dry_run=dry_run)
        )
