"""`commsla mark`: record what was done by phone, at the gate or elsewhere."""

from __future__ import annotations

import contextlib
from typing import Annotated

import typer

from commsla.cli.options import AsJson, ConfigFile, DryRun
from commsla.cli.session import open_ledger, print_lines, read_config
from commsla.core.model import Word

_WORDS = [word.value for word in Word]


def mark(
    context: typer.Context,
    references: Annotated[
        list[str],
        typer.Argument(help="References: N42, or several, or a range N40-N52.", metavar="REF"),
    ],
    word: Annotated[
        str,
        typer.Argument(
            help=f"What happened: {', '.join(_WORDS)}.",
            metavar="WORD",
            autocompletion=lambda: _WORDS,
        ),
    ],
    at: Annotated[
        str | None,
        typer.Option(
            "--at",
            help='When it happened, such as "yesterday 15:10". Default: now.',
            metavar="WHEN",
        ),
    ] = None,
    note: Annotated[
        str,
        typer.Option(
            "--note", help="A few words. They are disclosed to who asks for them.", metavar="TEXT"
        ),
    ] = "",
    as_json: AsJson = False,
    dry_run: DryRun = False,
    config: ConfigFile = None,
) -> None:
    """Record what happened to one case or several: all of them, or none if one is wrong.

    called, meeting (arranged or held), answered: both targets are met. no-reply-needed: the case
    leaves the count. undo: takes back the newest mark of the case.

    Examples: commsla mark N42 called --at "yesterday 15:10" / commsla mark N40-N43 no-reply-needed
    """
    from commsla import wiring
    from commsla.core.local import local_date
    from commsla.jobs.mark import mark as record
    from commsla.jobs.references import read_references

    wanted = read_references(references)
    happened = _read(word)
    place, settings = read_config(context, config)
    now = place.clock()
    with contextlib.ExitStack() as closing:
        ledger = closing.enter_context(open_ledger(place, reading=True))
        if dry_run:
            ledger = closing.enter_context(contextlib.closing(ledger.scratch()))
        marked = record(
            settings,
            ledger,
            wiring.workdays_of(settings, place.home),
            now,
            references=wanted,
            word=happened,
            at=at,
            note=note,
            by=place.user,
        )
    if as_json:
        from commsla.edges.jsonview import envelope, marked_data

        print_lines([envelope("mark", now, marked_data(marked, dry_run=dry_run))])
    else:
        from commsla.edges.plain import marked_lines

        print_lines(marked_lines(marked, local_date(now), dry_run=dry_run))


def _read(typed: str) -> Word:
    from commsla.core.clean import clean
    from commsla.core.marks import read_word
    from commsla.core.nearest import did_you_mean
    from commsla.errors import UsageError

    word = read_word(typed)
    if word is None:
        raise UsageError(
            f'"{clean(typed, 40)}" is not a word for what happened.',
            f"{did_you_mean(typed, _WORDS)}The words are: {', '.join(_WORDS)}.",
        )
    return word
