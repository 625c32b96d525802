"""`commsla due`: the what-if, without a mailbox."""

from __future__ import annotations

from typing import Annotated

import typer

from commsla.cli.options import AsJson, ConfigFile
from commsla.cli.session import print_lines, read_config


def due(
    context: typer.Context,
    school: Annotated[str, typer.Argument(help="A school's code or name.", metavar="SCHOOL")],
    when: Annotated[
        str, typer.Argument(help='When the mail came, such as "2026-12-17 16:45".', metavar="WHEN")
    ],
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """By when a mail that came at WHEN must be acknowledged and answered, and which days counted."""
    from commsla import wiring
    from commsla.core.local import local_date
    from commsla.core.when import read_when
    from commsla.errors import UsageError
    from commsla.jobs.due import due as ask

    place, settings = read_config(context, config)
    [chosen] = wiring.schools_named(settings, [school])
    now = place.clock()
    received = read_when(when, now)
    if isinstance(received, str):
        raise UsageError(received)
    policy = chosen.policy_on(local_date(received))
    workdays = wiring.workdays_of(settings, place.home)[chosen.code]
    answer = ask(chosen, policy, workdays, received)
    if as_json:
        from commsla.edges.jsonview import due_data, envelope

        print_lines([envelope("due", now, due_data(answer))])
    else:
        from commsla.edges.plain import due_lines

        print_lines(due_lines(answer, local_date(now)))
