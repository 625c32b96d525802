"""`commsla show N42`: the whole story of a case."""

from __future__ import annotations

from typing import Annotated

import typer

from commsla.cli.options import AsJson, ConfigFile
from commsla.cli.session import open_ledger, print_lines, read_config


def show(
    context: typer.Context,
    what: Annotated[str, typer.Argument(help="A case (N42) or a message (m123).", metavar="REF")],
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """The whole story of a case in order: mail, answers, marks, how we know, and how it stands."""
    from commsla import wiring
    from commsla.core.local import local_date
    from commsla.edges import caseview, jsonview
    from commsla.jobs.references import read_subject
    from commsla.jobs.show import show as tell

    subject = read_subject(what, "show")
    place, settings = read_config(context, config)
    now = place.clock()
    with open_ledger(place, reading=True) as ledger:
        workdays = wiring.workdays_of(settings, place.home)
        found = tell(settings, ledger, workdays, now, subject)
    names = {s.code: s.name for s in settings.schools}
    if isinstance(found, tuple):
        judged, steps = found
        data, lines = (
            jsonview.shown_data(judged, steps),
            caseview.shown_lines(judged, steps, names, now, place.prefix),
        )
    else:
        data, lines = (
            jsonview.single_data(found),
            caseview.single_lines(found, local_date(now), place.prefix),
        )
    print_lines([jsonview.envelope("show", now, data)] if as_json else lines)
