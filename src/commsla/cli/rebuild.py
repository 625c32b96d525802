"""`commsla rebuild`: fold everything again."""

from __future__ import annotations

import contextlib

import typer

from commsla.cli.options import AsJson, ConfigFile, DryRun
from commsla.cli.session import open_ledger, print_lines, read_config


def rebuild(
    context: typer.Context,
    as_json: AsJson = False,
    dry_run: DryRun = False,
    config: ConfigFile = None,
) -> None:
    """Work out all cases again from the stored mail and marks; references stay what they are.

    Nothing is thrown away by this. It numbers cases that an interrupted poll left without a
    reference, and checks that every message is in exactly one place.
    """
    from commsla import wiring
    from commsla.edges.caseview import rebuilt_lines
    from commsla.edges.jsonview import envelope, rebuilt_data
    from commsla.jobs.rebuild import rebuild as again

    place, settings = read_config(context, config)
    with contextlib.ExitStack() as closing:
        ledger = closing.enter_context(open_ledger(place, reading=True))
        closing.enter_context(wiring.poll_lock(place.home))
        if dry_run:
            ledger = closing.enter_context(contextlib.closing(ledger.scratch()))
        found = again(settings, ledger)
    data = envelope("rebuild", place.clock(), rebuilt_data(found))
    print_lines([data] if as_json else rebuilt_lines(found))
