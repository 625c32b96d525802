"""`commsla alert`: tell by e-mail what is due and late."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from commsla.cli.heartbeat import beating
from commsla.cli.options import AsJson, ConfigFile, DryRun, Quiet, Schools
from commsla.cli.session import open_ledger, print_lines, read_config

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from commsla.core.school import Config
    from commsla.jobs.alert import Told
    from commsla.jobs.sending import Sent


def alert(
    context: typer.Context,
    school: Schools = None,
    dry_run: DryRun = False,
    test: Annotated[
        str | None,
        typer.Option(
            "--test", help="Send one test mail to this address of yours.", metavar="ADDRESS"
        ),
    ] = None,
    clock_is_right: Annotated[
        bool,
        typer.Option("--clock-is-right", help="After a warning about this computer's clock."),
    ] = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
    config: ConfigFile = None,
) -> None:
    """Tell by e-mail what is due and late: once, and only while the office is open.

    For cron, after commsla poll: silent unless something failed. Who is told what stands under
    [[alerts]] in schools.toml. Exit code 3 when some recipients were refused.

    Examples: commsla alert --dry-run / commsla alert --test office@school.example
    """
    from commsla import wiring
    from commsla.core.mailserver import mail_server
    from commsla.errors import UsageError

    place, settings = read_config(context, config)
    if place.public_prefix != "commsla" and not dry_run:
        raise UsageError(
            "The demo sends no mail.", "See what would go to whom: commsla alert --dry-run"
        )
    schools = wiring.schools_named(settings, school or ())
    now = place.clock()
    mail_server(settings)  # before a ledger is made for nothing
    if test is not None:
        _refuse_foreign(settings, test)
    with beating(settings, dry_run=dry_run or test is not None):
        with contextlib.ExitStack() as closing:
            ledger = closing.enter_context(open_ledger(place, reading=True))
            if not dry_run:
                closing.enter_context(wiring.poll_lock(place.home))
            job = wiring.alert_job(settings, ledger, place.home, now, insist=test is not None)
            if clock_is_right and not dry_run:
                job.trust_clock()
            if test is not None:
                told = job.test(test) if not dry_run else None
                if told is None:
                    print_lines([f"Dry run: one test mail would go to {test}."])
                    return
            else:
                told = job.look(schools) if dry_run else job.run(schools)
        _say(told, settings, now, dry_run=dry_run, as_json=as_json, quiet=quiet)
        _fail_if_needed(told.sent)


def _refuse_foreign(config: Config, address: str) -> None:
    from commsla.edges.config.alertkeys import read_plain_address
    from commsla.edges.config.checks import readable
    from commsla.errors import UsageError

    plain = readable(read_plain_address, address)
    domain = address.rpartition("@")[2].casefold()
    own = {m.address.casefold() for s in config.schools for m in s.mailboxes}
    own |= {r.address.casefold() for s in config.schools for r in s.alerts}
    domains = {d.casefold() for s in config.schools for d in s.domains}
    if plain != address or (domain not in domains and address.casefold() not in own):
        raise UsageError(
            "A test mail goes to an address of your own only.",
            f"Say it like: commsla alert --test {config.schools[0].mailboxes[0].address}",
        )


def _say(
    told: Told, config: Config, now: datetime, *, dry_run: bool, as_json: bool, quiet: bool
) -> None:
    names = {s.code: s.name for s in config.schools}
    if as_json:
        from commsla.edges.alertview import told_data
        from commsla.edges.jsonview import envelope

        sent = [(s.recipient, s.again, s.trouble.message if s.trouble else "") for s in told.sent]
        data = told_data(told.plan, told.letters, sent, dry_run=dry_run)
        print_lines([envelope("alert", now, data)])
        return
    if dry_run:
        from commsla.edges.alertmail import plain
        from commsla.edges.alertview import planned_lines

        texts = [plain(letter) for _, letter in told.letters]
        waiting = [m.recipient for m in told.waiting]
        print_lines(planned_lines(told.plan, told.letters, texts, waiting, names))
        return
    if quiet or not sys.stderr.isatty():
        return
    went = [s for s in told.sent if s.trouble is None]
    for one in went:
        sys.stderr.write(f"Sent to {one.recipient}{' once more' if one.again else ''}.\n")
    if not told.sent:
        from commsla.edges.alertview import silent_line

        sys.stderr.write(silent_line(told.plan, names) + "\n")


def _fail_if_needed(sent: Sequence[Sent]) -> None:
    from commsla.errors import PartialFailure

    failed = [s for s in sent if s.trouble is not None]
    if not failed:
        return
    troubles = list({s.trouble.message: s.trouble for s in failed if s.trouble}.values())
    worst = max(troubles, key=lambda t: t.exit_code)
    for trouble in troubles:
        # The worst is told last, by the boundary, where nothing else is left to say.
        if len(failed) < len(sent) or trouble is not worst:
            sys.stderr.write(f"{trouble.message}\n")
            if trouble.hint:
                sys.stderr.write(f"  {trouble.hint}\n")
    if len(failed) == len(sent):
        raise worst
    raise PartialFailure(
        f"{len(failed)} of {len(sent)} alerts could not be sent. The others went.",
        "Nothing is lost: a later run tells it.",
    )
