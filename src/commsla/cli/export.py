"""`commsla export`: a page for governors, and the table behind it."""

from __future__ import annotations

import sys
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commsla.cli.options import ConfigFile, Schools
from commsla.cli.progress import ProgressLine
from commsla.cli.session import open_ledger, print_lines, read_config
from commsla.core.summary import Reader

if TYPE_CHECKING:
    from commsla.core.periods import Asked
    from commsla.core.summary import Document
    from commsla.jobs.ports import Exporter

_OWN = "Own dates, both included: --from 2026-09-01 --to 2026-10-23"


def export(
    context: typer.Context,
    reader: Annotated[
        Reader,
        typer.Option(
            "--for",
            help="governors: figures only. head: cases by reference, for one reader. data: a row a case.",
        ),
    ] = Reader.GOVERNORS,
    term: Annotated[
        str | None,
        typer.Option(
            "--term", help='Such as "Autumn 2026", or "Autumn 2026, first half".', metavar="TERM"
        ),
    ] = None,
    half_term: Annotated[
        bool, typer.Option("--half-term", help="The half-term that is on, or was on last.")
    ] = False,
    year: Annotated[
        str | None, typer.Option("--year", help="A school year, such as 2026-27.", metavar="YEAR")
    ] = None,
    first: Annotated[
        str | None, typer.Option("--from", help="The first day, with --to.", metavar="DAY")
    ] = None,
    last: Annotated[
        str | None, typer.Option("--to", help="The last day, with --from.", metavar="DAY")
    ] = None,
    school: Schools = None,
    form: Annotated[
        str | None,
        typer.Option(
            "--format",
            help="md, html, pdf, docx, xlsx, csv or json; else as the file is called.",
            metavar="FORMAT",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            *("--output", "-o"),
            help="Write to this file, which only you may read, and print nothing.",
            metavar="FILE",
        ),
    ] = None,
    generated_at: Annotated[
        str | None,
        typer.Option(
            "--generated-at",
            help="Make it as it was made then: by what was recorded by then.",
            metavar="WHEN",
        ),
    ] = None,
    freeze: Annotated[
        bool,
        typer.Option(
            "--freeze",
            help="Keep its figures in the ledger: later pages of these days say what changed, and why.",
        ),
    ] = False,
    config: ConfigFile = None,
) -> None:
    """One page for governors on how the promise was kept: no names, subjects or references.

    The period is the term that is on, or was on last, unless you name another. It is shown as it stood at
    its end. Beside it stands the same term of last year, if mail was read then.

    Examples: commsla export --term "Autumn 2026" / commsla export --half-term -o page.html /
    commsla export -o pack.docx / commsla export --for data --year 2026-27 -o cases.xlsx
    """
    from commsla import __version__, wiring
    from commsla.core.summary import Summary
    from commsla.jobs.export import Wish
    from commsla.jobs.export import export as make
    from commsla.jobs.kept import with_history

    place, settings = read_config(context, config)
    named = wiring.schools_named(settings, school or ())
    # In the order of the config, however they were typed: the same page is the same bytes.
    schools = tuple(s for s in settings.schools if s in named)
    now = place.clock()
    then = _moment(generated_at, now) if generated_at is not None else None
    asked = _period(term, year, first, last, half_term=half_term, now=then or now)
    word = _format(form, output)
    exporter = wiring.exporter(word)
    _refuse(exporter, word, reader, output)
    if freeze:
        _refuse_to_keep(reader, then)
    wish = Wish(reader, asked, schools)
    progress = ProgressLine(sys.stderr.isatty())
    try:
        with open_ledger(place, reading=True) as ledger:
            progress("Counting the cases ...")
            workdays = wiring.workdays_of(settings, place.home)
            document = make(settings, ledger, workdays, then or now, wish, __version__, by=then)
            held = None
            if isinstance(document, Summary):
                held = with_history(
                    settings, ledger, workdays, document, wish, by=then, freeze=freeze
                )
                document = held.page
            progress("Writing the file ...")
            data = exporter.render(document)
            progress.clear()
            file = place.cwd / output if output else None
            if held and held.kept:
                with ledger.transaction():  # a page that could not be written is not kept
                    ledger.keep_page(held.kept)
                    _put(exporter, document, data, file)
            else:
                _put(exporter, document, data, file)
    finally:
        progress.clear()
    if freeze and held and held.newest:
        what = "Kept" if held.kept else "Kept already: nothing has changed since"
        sys.stderr.write(f"{what}: {document.frame.period}, SHA-256 {held.newest.hash}\n")


def _refuse(exporter: Exporter, word: str, reader: Reader, output: Path | None) -> None:
    """What can be known to be wrong before anything is counted. Raises UsageError."""
    from commsla.errors import UsageError

    if reader not in exporter.READERS:
        raise UsageError(
            f"A row for each case is to work with, not to print: there is no {word} of it.",
            "Use xlsx, csv or json.",
        )
    if output is None and not exporter.IS_TEXT:
        raise UsageError(
            f"A {word} file is no text for a terminal.", f"Name a file: -o page.{word}"
        )


def _refuse_to_keep(reader: Reader, then: datetime | None) -> None:
    from commsla.errors import UsageError

    if reader is not Reader.GOVERNORS:
        raise UsageError("Only figures are kept, no cases.", "Leave out --for, or --freeze.")
    if then is not None:
        raise UsageError(
            "What is kept is what is known now.", "Leave out --generated-at, or --freeze."
        )


def _put(exporter: Exporter, document: Document, data: bytes, file: Path | None) -> None:
    if file is None:
        print_lines(data.decode().splitlines())
        return
    from commsla.edges.safefile import write_whole

    write_whole(file, data, ours=exporter.is_ours)
    beside = getattr(exporter, "beside", None)
    if beside and (more := beside(document)):
        what = file.with_name(f"{file.stem}-columns{file.suffix}")
        write_whole(what, more, ours=exporter.is_ours)


def _format(form: str | None, output: Path | None) -> str:
    """The word of a format: as it was said, or as the file is called."""
    from commsla import wiring
    from commsla.core.clean import clean
    from commsla.errors import UsageError

    known = ", ".join(wiring.FORMATS)
    if form is not None:
        word = form.casefold().lstrip(".")
    elif output is not None:
        word = output.suffix.casefold().lstrip(".")
        if not word:
            raise UsageError("In which format?", f"End the file's name in one of: {known}.")
    else:
        return wiring.FORMATS[0]
    if word not in wiring.FORMATS:
        raise UsageError(f'There is no format "{clean(word, 20)}".', f"Known are: {known}.")
    return word


def _period(
    term: str | None,
    year: str | None,
    first: str | None,
    last: str | None,
    *,
    half_term: bool,
    now: datetime,
) -> Asked:
    from commsla.core.periods import Asked
    from commsla.core.school import Span
    from commsla.errors import UsageError

    said = [word for word in (term, year, first or last, half_term or None) if word is not None]
    if len(said) > 1:
        raise UsageError(
            "One period at a time.", "Say one of --term, --half-term, --year, or --from with --to."
        )
    if (first is None) != (last is None):
        raise UsageError("From when until when?", _OWN)
    between = None
    if first is not None and last is not None:
        between = Span(_day(first, now), _day(last, now))
        if between.last < between.first:
            raise UsageError(f"{last} is before {first}.", _OWN)
    return Asked(term or "", half_term, year or "", between)


def _day(typed: str, now: datetime) -> date:
    from commsla.core.clean import clean
    from commsla.core.local import local_date
    from commsla.core.when import read_when, says_a_time
    from commsla.errors import UsageError

    read = read_when(typed, now)
    if isinstance(read, str):
        raise UsageError(read, _OWN)
    if says_a_time(typed):
        raise UsageError(f'"{clean(typed, 40)}" is a moment, and a whole day is asked for.', _OWN)
    return local_date(read)


def _moment(typed: str, now: datetime) -> datetime:
    from commsla.core.when import read_when
    from commsla.errors import UsageError

    read = read_when(typed, now)
    if isinstance(read, str):
        raise UsageError(read)
    if read > now:
        raise UsageError("That has not come yet.", "Leave out --generated-at to mean now.")
    return read
