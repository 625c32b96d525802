"""`commsla mark` and its kin: record what was done, who sees to it, and what belongs together."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from commsla.cli.options import AsJson, ConfigFile, DryRun
from commsla.cli.session import open_ledger, print_lines, read_config
from commsla.core.model import Word

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from commsla.cli.place import Place
    from commsla.core.school import Config
    from commsla.edges.ledger import Ledger
    from commsla.jobs.mark import Wish

At = Annotated[
    str | None,
    typer.Option("--at", help='When it happened, such as "yesterday 15:10". Default: now.'),
]
Note = Annotated[
    str, typer.Option("--note", help="A few words. They are disclosed to who asks for them.")
]
DifferentPeople = Annotated[
    bool,
    typer.Option(
        "--different-people", help="It is one matter though two people asked: two parents, say."
    ),
]
References = Annotated[
    list[str],
    typer.Argument(help="References: N42, or several, or a range N40-N52.", metavar="REF"),
]


def mark(
    context: typer.Context,
    words: Annotated[
        list[str],
        typer.Argument(
            help="References (N42, several, or N40-N52; m123 for one message), then what happened.",
            metavar="REF... WORD",
        ),
    ],
    at: At = None,
    note: Note = "",
    different_people: DifferentPeople = False,
    as_json: AsJson = False,
    dry_run: DryRun = False,
    config: ConfigFile = None,
) -> None:
    """Record what happened to one case or several: all of them, or none if one is wrong.

    called, meeting (arranged or held), answered: both targets are met.
    acknowledged, holding: only the first is; the response is still owed.
    confirm: what commsla proposes for the case is right.
    no-reply-needed, not-for-us, duplicate-of N40: the case leaves the count, and is counted apart.
    safeguarding: the same, and sender and subject are forgotten at once; also of a message (m123).
    reopen: it is owed after all. undo: takes back the newest mark of the case.
    enquiry: a message that was not tracked (m123) is one.

    Examples: commsla mark N42 called --at "yesterday 15:10" / commsla mark N40-N43 no-reply-needed
    """
    from commsla.jobs.mark import Wish
    from commsla.jobs.references import read_mark

    subjects, word, other = read_mark(words)
    wish = Wish(subjects, word, "", at, note, other, different_people=different_people)
    _record(context, wish, config, as_json=as_json, dry_run=dry_run)


def assign(
    context: typer.Context,
    words: Annotated[
        list[str],
        typer.Argument(
            help='References (N42, several, or N40-N52), then a role such as "Year 3"; never a name.',
            metavar="REF... ROLE",
        ),
    ],
    as_json: AsJson = False,
    dry_run: DryRun = False,
    config: ConfigFile = None,
) -> None:
    """Say which role sees to a case: "Year 3", "SENCo", "kitchen". The clock stays as it is.

    Example: commsla assign N42 "Year 3"
    """
    from commsla.jobs.mark import Wish
    from commsla.jobs.references import read_assignment

    references, role = read_assignment(words)
    wish = Wish(references, Word.ASSIGN, "", detail=role)
    _record(context, wish, config, as_json=as_json, dry_run=dry_run)


def move(
    context: typer.Context,
    references: References,
    school: Annotated[str, typer.Argument(help="The school that answers it.", metavar="SCHOOL")],
    as_json: AsJson = False,
    dry_run: DryRun = False,
    config: ConfigFile = None,
) -> None:
    """Hand a case that came to the wrong school to the right one: it keeps its reference and receipt.

    Example: commsla move N42 westchinnock
    """
    from commsla import wiring
    from commsla.jobs.mark import Wish
    from commsla.jobs.references import read_subjects

    def wish(settings: Config) -> Wish:
        [found] = wiring.schools_named(settings, (school,))
        return Wish(subjects, Word.MOVE, "", detail=found.code)

    subjects = read_subjects(references)
    _record(context, wish, config, as_json=as_json, dry_run=dry_run)


def merge(
    context: typer.Context,
    references: References,
    into: Annotated[str, typer.Argument(help="The case that they are part of.", metavar="INTO")],
    different_people: DifferentPeople = False,
    as_json: AsJson = False,
    dry_run: DryRun = False,
    config: ConfigFile = None,
) -> None:
    """Make cases of one matter one case: the oldest clock rules, and one answer counts for all.

    Example: commsla merge N42 N40
    """
    from commsla.jobs.mark import Wish
    from commsla.jobs.references import read_reference, read_subjects

    subjects, other = read_subjects(references), read_reference(into)
    wish = Wish(subjects, Word.MERGE, "", other=other, different_people=different_people)
    _record(context, wish, config, as_json=as_json, dry_run=dry_run)


def _record(
    context: typer.Context,
    wish: Wish | Callable[[Config], Wish],
    config: Path | None,
    *,
    as_json: bool,
    dry_run: bool,
) -> None:
    from dataclasses import replace

    from commsla import wiring
    from commsla.core.local import local_date
    from commsla.jobs.mark import mark as record

    place, settings = read_config(context, config)
    wanted = wish(settings) if callable(wish) else wish
    now = place.clock()
    with contextlib.ExitStack() as closing:
        ledger = closing.enter_context(open_ledger(place, reading=True))
        if dry_run:
            ledger = closing.enter_context(contextlib.closing(ledger.scratch()))
        workdays = wiring.workdays_of(settings, place.home)
        marked = record(settings, ledger, workdays, now, replace(wanted, by=place.user))
        if wanted.word is Word.SAFEGUARDING and not dry_run:
            _tell_lead(place, settings, ledger)
    if as_json:
        from commsla.edges.jsonview import envelope, marked_data

        data = marked_data(marked, dry_run=dry_run)
        print_lines([envelope(context.info_name or "mark", now, data)])
    else:
        from commsla.edges.plain import marked_lines

        print_lines(marked_lines(marked, local_date(now), dry_run=dry_run))


def _tell_lead(place: Place, settings: Config, ledger: Ledger) -> None:
    """Where the school wants it, that something was marked: at once, without any content.

    The mark stands whatever becomes of the mail, which the next `commsla alert` sends then.
    """
    from commsla import wiring
    from commsla.core.recipients import Stage
    from commsla.errors import CommslaError

    if not any(Stage.SAFEGUARDING in r.stages for s in settings.schools for r in s.alerts):
        return
    try:
        with wiring.poll_lock(place.home):
            job = wiring.alert_job(settings, ledger, place.home, place.clock())
            troubles = [s.trouble for s in job.hand_over(settings.schools).sent if s.trouble]
    except CommslaError as error:
        troubles = [error]
    for trouble in troubles:
        sys.stderr.write(
            f"The lead is not told yet: {trouble.message}\n"
            f"  The mark is recorded; {place.prefix} alert tells it.\n"
        )
