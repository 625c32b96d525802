"""`commsla calendar year` and `import`: a school year from a published page or a calendar file."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commsla.cli.options import ConfigFile, DryRun
from commsla.cli.session import print_lines, read_config

if TYPE_CHECKING:
    from datetime import date

    from commsla.cli.place import Place
    from commsla.core.school import Config, SchoolYear, Span
    from commsla.edges.config.splice import Change

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Write without asking.")]
_AGAIN = "A term's number (i for the INSET days)"
_NOT_WRITTEN = "Nothing was written."


def year(
    context: typer.Context,
    school: Annotated[
        str, typer.Argument(help="A school's code or name, or all.", metavar="SCHOOL")
    ],
    name: Annotated[str, typer.Argument(help="Such as 2027-28.", metavar="YEAR")],
    terms: Annotated[
        list[str] | None,
        typer.Option(
            "--terms",
            "--term",
            help='"Wed 1 Sep 2027 to Fri 22 Oct 2027"; once for each stretch between holidays.',
        ),
    ] = None,
    inset: Annotated[
        list[str] | None,
        typer.Option("--inset", help='An INSET day, such as "Tue 31 Aug 2027"; once for each.'),
    ] = None,
    yes: Yes = False,
    dry_run: DryRun = False,
    config: ConfigFile = None,
) -> None:
    """Type in a school year from a published page. Without --terms it asks, line by line.

    Example: commsla calendar year all 2027-28
    """
    from commsla import wiring
    from commsla.cli.asking import weekdays
    from commsla.core.clean import clean
    from commsla.core.published import name_of_year
    from commsla.errors import Stopped, UsageError

    place, settings = read_config(context, config)
    wiring.schools_meant(settings, school)  # a wrong word is said before anybody types a year
    named = name_of_year(name)
    if named is None:
        raise UsageError(f'"{clean(name, 20)}" is not a school year.', "Write it like 2027-28.")
    days = [d for text in inset or () for d in weekdays(_in_year(text, named))]
    if terms:
        spans = [_in_year(text, named) for text in terms]
        _write(place, settings, school, [_year(named, spans, days)], yes=yes, dry_run=dry_run)
        return
    if not sys.stdin.isatty():
        raise UsageError(
            "Nobody is there to ask.",
            'Give each term: --terms "Wed 1 Sep 2027 to Fri 22 Oct 2027", and each --inset.',
        )
    try:
        _ask(place, settings, school, named, days, yes=yes, dry_run=dry_run)
    except KeyboardInterrupt:
        print_lines([""])
        raise Stopped(_NOT_WRITTEN) from None


def import_(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A calendar file (.ics).", metavar="FILE")],
    school: Annotated[
        str, typer.Option("--school", help="A school's code or name, or all.")
    ] = "all",
    yes: Yes = False,
    dry_run: DryRun = False,
    config: ConfigFile = None,
) -> None:
    """Read terms, holidays and INSET days from a calendar file, show them, and ask before writing."""
    from commsla import wiring
    from commsla.edges.ical import read_ical

    place, settings = read_config(context, config)
    wiring.schools_meant(settings, school)  # a wrong word is said before anything is read
    read = read_ical(file)
    if read.ignored:
        print_lines(["Not read:", *(f"  {line}" for line in read.ignored), ""])
    _write(place, settings, school, read.years, yes=yes, dry_run=dry_run)


def _ask(
    place: Place,
    settings: Config,
    school: str,
    name: str,
    inset: list[date],
    *,
    yes: bool,
    dry_run: bool,
) -> None:
    """Ask for a year until it is as wanted, then write it."""
    from commsla.cli.asking import Dialogue, Typed
    from commsla.errors import ConfigError

    typed = Typed(inset=inset)
    dialogue = Dialogue(name, _answer, lambda line: print_lines([line]), typed)
    dialogue.whole_year()
    while typed.terms:
        edit = None
        try:
            edit = _shown(place, settings, school, [_year(name, typed.terms, typed.inset)])
            if dry_run:
                break
            print_lines([] if yes else [f"{_AGAIN} types it again."])
            answer = "y" if yes else _answer(f"{_question(settings, school)} [y/N] ")
        except ConfigError as error:
            print_lines([f"  {problem}" for problem in error.problems])
            answer = _answer(f"{_AGAIN} types it again: ")
        if edit and answer.casefold() in ("y", "yes"):
            _save(place, settings, edit)
            return
        if answer.casefold() in ("", "n", "no"):
            break
        if not dialogue.again(answer):
            print_lines(
                ["  Type y to write it, n to leave without writing, or what to type again."]
            )
    print_lines([_NOT_WRITTEN])


def _write(
    place: Place,
    settings: Config,
    school: str,
    years: Sequence[SchoolYear],
    *,
    yes: bool,
    dry_run: bool,
) -> None:
    """Show what the years add up to, ask, and write them."""
    from commsla.errors import UsageError

    edit = _shown(place, settings, school, years)
    if not dry_run and not yes and not sys.stdin.isatty():
        raise UsageError(
            "Nobody is there to ask, so nothing was written.", "Give --yes to write without asking."
        )
    if not dry_run and (yes or _agreed(f"{_question(settings, school)} [y/N] ")):
        _save(place, settings, edit)
    else:
        print_lines([_NOT_WRITTEN])


def _shown(place: Place, settings: Config, school: str, years: Sequence[SchoolYear]) -> Change:
    """Print what years add up to at each school; returns the edit that writes them."""
    from commsla import wiring
    from commsla.core.calendarcheck import USUAL_SUMS, as_published, likely_reason
    from commsla.core.local import local_date
    from commsla.edges.calendarview import sum_lines
    from commsla.edges.config.edit import preview
    from commsla.edges.config.splice import with_years

    code = None if school.casefold() == "all" else wiring.schools_meant(settings, school)[0].code
    edit = with_years(code, years)
    codes = {s.code for s in wiring.schools_meant(settings, school)}
    after = [s for s in preview(Path(settings.path), edit).schools if s.code in codes]
    today = local_date(place.clock())
    for one in years:
        pages: dict[tuple[str, ...], list[str]] = {}  # what is shown -> the schools it holds for
        for each in after:
            [listed] = [y for y in each.years if y.name == one.name]
            grid = as_published(each, listed, wiring.bank_holidays_of(each, place.home))
            lines = [f"  {line}" for line in sum_lines(grid, today)]
            if grid.school_days + grid.inset not in USUAL_SUMS:
                lines.append(f"  Most years add up to 195 working days. {likely_reason(grid)}")
            if listed.terms != one.terms:
                lines.append("  These are this school's own dates, which stay as they are.")
            pages.setdefault(tuple(lines), []).append(each.name)
        for shown, names in pages.items():
            print_lines(["", f"{one.name}, {', '.join(names)}:", *shown])
        if any(
            one.name in [y.name for y in s.years] for s in wiring.schools_meant(settings, school)
        ):
            print_lines([f"  This replaces the dates of {one.name} that are known now."])
    print_lines([""])
    return edit


def _save(place: Place, settings: Config, edit: Change) -> None:
    from commsla.cli.calendar_days import history_of
    from commsla.core.local import LONDON
    from commsla.edges.config.edit import change

    local = place.clock().astimezone(LONDON).replace(tzinfo=None)
    if change(Path(settings.path), history_of(place), local, edit):
        print_lines([f"Written. Take it back with: {place.prefix} calendar undo"])
    else:
        print_lines(["These dates are known already: nothing had to be written."])


def _question(settings: Config, school: str) -> str:
    from commsla import wiring

    names = ", ".join(s.name for s in wiring.schools_meant(settings, school))
    return f"Write this for {names}?"


def _agreed(question: str) -> bool:
    return _answer(question).casefold() in ("y", "yes")


def _answer(question: str) -> str:
    sys.stdout.write(question)
    sys.stdout.flush()
    line = sys.stdin.readline()
    if not line:
        raise KeyboardInterrupt
    return line.strip()


def _year(name: str, terms: Sequence[Span], inset: Sequence[date]) -> SchoolYear:
    from commsla.core.school import SchoolYear

    return SchoolYear(name, tuple(sorted(terms, key=lambda s: s.first)), tuple(sorted(set(inset))))


def _in_year(text: str, name: str) -> Span:
    from commsla.core.published import in_year
    from commsla.errors import UsageError

    read = in_year(text, name)
    if isinstance(read, str):
        raise UsageError(read)
    return read
