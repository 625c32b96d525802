"""`commsla explain N42`: why these dates."""

from __future__ import annotations

from typing import Annotated

import typer

from commsla.cli.options import AsJson, ConfigFile
from commsla.cli.session import open_ledger, print_lines, read_config


def explain(
    context: typer.Context,
    reference: Annotated[
        str, typer.Argument(help="A case (N42), or a message of it (m123).", metavar="REF")
    ],
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Why a case is due when it is: each day from receipt to deadline, counted or not, and why."""
    from commsla import wiring
    from commsla.core.local import local_date
    from commsla.jobs.explain import explain as ask
    from commsla.jobs.references import read_subject

    wanted = read_subject(reference, "explain")
    place, settings = read_config(context, config)
    now = place.clock()
    with open_ledger(place, reading=True) as ledger:
        workdays = wiring.workdays_of(settings, place.home)
        judged, answer = ask(settings, ledger, workdays, now, wanted)
    if as_json:
        from commsla.edges.jsonview import case_data, due_data, envelope

        data = {"case": case_data(judged), **due_data(answer)}
        print_lines([envelope("explain", now, data)])
    else:
        from commsla.edges.plain import explain_lines

        names = {s.code: s.name for s in settings.schools}
        print_lines(explain_lines(judged, answer, names, local_date(now)))
