"""`commsla show N42`: the whole story of a case."""

from __future__ import annotations

from typing import Annotated

import typer

from commsla.cli.asof import AsOf, read_as_of
from commsla.cli.options import AsJson, ConfigFile
from commsla.cli.session import open_ledger, print_lines, read_config


def show(
    context: typer.Context,
    what: Annotated[str, typer.Argument(help="A case (N42) or a message (m123).", metavar="REF")],
    as_of: AsOf = None,
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """The whole story of a case in order: mail, answers, marks, how we know, and how it stands.

    Examples: commsla show N42 / commsla show N42 --as-of "Fri 20 Nov 17:00"
    """
    from commsla import wiring
    from commsla.core import notices
    from commsla.core.local import local_date
    from commsla.edges import caseview, jsonview
    from commsla.jobs.references import read_subject
    from commsla.jobs.show import show as tell

    subject = read_subject(what, "show")
    place, settings = read_config(context, config)
    now = place.clock()
    then = read_as_of(as_of, now)
    with open_ledger(place, reading=True) as ledger:
        workdays = wiring.workdays_of(settings, place.home)
        found = tell(settings, ledger, workdays, now, subject, as_of=then)
    names = {s.code: s.name for s in settings.schools}
    seen, head = then or now, [notices.as_it_stood(then, now)] if then else []
    if isinstance(found, tuple):
        judged, steps = found
        data = jsonview.shown_data(judged, steps)
        lines = caseview.shown_lines(judged, steps, names, seen, place.prefix)
    else:
        data = jsonview.single_data(found)
        lines = caseview.single_lines(found, local_date(seen), place.prefix)
    if as_json:
        data = {"as_of": jsonview.iso(then), **data}
        print_lines([jsonview.envelope("show", now, data)])
    else:
        print_lines([*head, *lines])
