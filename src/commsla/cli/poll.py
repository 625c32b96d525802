"""`commsla poll`: read what is new in every mailbox."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import typer

from commsla.cli.heartbeat import beating
from commsla.cli.options import ConfigFile, DryRun, Quiet, Schools
from commsla.cli.progress import ProgressLine
from commsla.cli.session import open_ledger, read_config

if TYPE_CHECKING:
    from pathlib import Path

    from commsla.cli.place import Place
    from commsla.core.school import Config, School
    from commsla.jobs.poll import Outcome


def poll(
    context: typer.Context,
    school: Schools = None,
    dry_run: DryRun = False,
    quiet: Quiet = False,
    config: ConfigFile = None,
) -> None:
    """Read what is new in every mailbox. Nothing in a mailbox is ever changed or marked as read.

    For cron: silent unless something failed. Exit code 3 when some mailboxes failed.
    """
    from commsla import wiring

    place, settings = read_config(context, config)
    schools = wiring.schools_named(settings, school or ())
    with beating(settings, dry_run=dry_run):
        _poll(place, settings, schools, dry_run=dry_run, quiet=quiet)


def _poll(
    place: Place, settings: Config, schools: Sequence[School], *, dry_run: bool, quiet: bool
) -> None:
    from commsla import wiring
    from commsla.jobs.poll import Poll

    watched = sys.stderr.isatty() and not quiet
    with contextlib.ExitStack() as closing:
        home: Path | None = place.home
        if dry_run and not wiring.has_ledger(place.home):
            # The first to keep anything here is never a dry run.
            ledger = closing.enter_context(contextlib.closing(wiring.ledger_in_memory(place.home)))
            home = None
        else:
            ledger = closing.enter_context(open_ledger(place, reading=False))
            closing.enter_context(wiring.poll_lock(place.home))
            if dry_run:
                ledger = closing.enter_context(contextlib.closing(ledger.scratch()))
        workdays = wiring.workdays_of(settings, home)
        connect = partial(wiring.connect, home=place.home, keep=not dry_run)
        show = ProgressLine(watched)
        closing.callback(show.clear)
        job = Poll(
            settings,
            ledger,
            connect,
            workdays,
            place.clock(),
            show,
            wiring.MailTexts(),
            wiring.at_once,
        )
        outcomes = job.run(schools)
    if watched or (dry_run and not quiet):
        _say(outcomes, dry_run=dry_run)
    if not quiet:
        _say_emptied(outcomes)
    if watched:
        _say_what_ends(schools, place)
    _fail_if_needed(outcomes, prefix=place.prefix)


def _say(outcomes: Sequence[Outcome], *, dry_run: bool) -> None:
    from commsla.core.clean import clean
    from commsla.core.model import Role

    if dry_run:
        sys.stderr.write("Dry run: nothing was kept. This is what a poll would do:\n")
    for outcome in outcomes:
        if outcome.trouble is None or outcome.only_folders:
            inbox, sent = outcome.new[Role.INBOX], outcome.new[Role.SENT]
            filed = "".join(f', {n} new in "{clean(f, 60)}"' for f, n in outcome.filed.items() if n)
            cases = len(outcome.cases)
            named = ", ".join(map(str, outcome.cases[:8])) + (", ..." if cases > 8 else "")
            what = f"{cases} new case{'s' * (cases != 1)} ({named})" if cases else "no new case"
            sys.stderr.write(
                f"{outcome.school.name}: {inbox} new in the inbox, {sent} new in Sent{filed}; "
                f"{what}\n"
            )
            if outcome.sent_folder is None:
                sys.stderr.write(
                    f"{outcome.school.name}: this mailbox shows no Sent folder, so replies cannot "
                    'be seen. Name it in schools.toml: sent = "..."\n'
                )


def _say_what_ends(schools: Sequence[School], place: Place) -> None:
    """Which passwords and secrets end soon; cron is left in peace, status and doctor say it, too."""
    from commsla.core import words
    from commsla.core.expiry import expiring, expiry_sentence
    from commsla.core.local import local_date

    today = local_date(place.clock())
    for school in schools:
        for end in expiring(school, today):
            sys.stderr.write(f"{expiry_sentence(school, end, words.day(end.last, today))}\n")


def _say_emptied(outcomes: Sequence[Outcome]) -> None:
    from commsla.core.notices import emptied

    for outcome in outcomes:
        if outcome.emptied:
            sys.stderr.write(emptied(outcome.school.name, outcome.emptied) + "\n")


def _fail_if_needed(outcomes: Sequence[Outcome], *, prefix: str) -> None:
    from commsla.core.hints import as_typed
    from commsla.errors import PartialFailure

    failed = [o for o in outcomes if o.trouble is not None]
    if not failed:
        return
    worst = max(failed, key=lambda o: o.trouble.exit_code if o.trouble else 0)
    all_failed = len(failed) == len(outcomes)
    for outcome in failed:
        # The worst is told last, by the boundary, where nothing else is left to say.
        if outcome.trouble and not (all_failed and outcome is worst):
            sys.stderr.write(f"{outcome.school.name}: {outcome.trouble.message}\n")
            if outcome.trouble.hint:
                sys.stderr.write(f"  {as_typed(outcome.trouble.hint, prefix)}\n")
    if all_failed and worst.trouble:
        raise worst.trouble
    names = ", ".join(o.school.name for o in failed)
    whole = " whole" * all(o.only_folders for o in failed)
    raise PartialFailure(
        f"{len(failed)} of {len(outcomes)} mailboxes could not be read{whole}: {names}. "
        "The others were read.",
        f"The next {prefix} poll tries again and misses nothing.",
    )
