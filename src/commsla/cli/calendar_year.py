"""`commsla calendar year` and `import`: a school year from a published page or a calendar file."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commsla.cli.options import ConfigFile, DryRun
from commsla.cli.session import print_lines, read_config

if TYPE_CHECKING:
    from collections.abc import Sequence

    from commsla.cli.place import Place
    from commsla.core.school import Config, SchoolYear, Span

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Write without asking.")]
_MOST_TERMS = 12


def year(
    context: typer.Context,
    school: Annotated[str, typer.Argument(help="A school's code, or all.", metavar="SCHOOL")],
    name: Annotated[str, typer.Argument(help="Such as 2027-28.", metavar="YEAR")],
    terms: Annotated[
        list[str] | None,
        typer.Option("--term", help='"Wed 1 Sep 2027 to Fri 22 Oct 2027"; give one for each term.'),
    ] = None,
    inset: Annotated[
        list[str] | None, typer.Option("--inset", help='An INSET day, such as "Tue 31 Aug 2027".')
    ] = None,
    yes: Yes = False,
    dry_run: DryRun = False,
    config: ConfigFile = None,
) -> None:
    """Type in a school year from a published page. Without --term it asks, line by line.

    Example: commsla calendar year all 2027-28
    """
    from commsla.core.local import local_date
    from commsla.core.school import SchoolYear

    place, settings = read_config(context, config)
    today = local_date(place.clock())
    _refuse_name(name)
    if terms:
        spans = [_read_span(t, today) for t in terms]
        days = [s.first for t in inset or () for s in (_read_span(t, today),)]
    else:
        spans, days = _ask(name, today)
    made = SchoolYear(name, tuple(sorted(spans, key=lambda s: s.first)), tuple(sorted(set(days))))
    _write(place, settings, school, [made], yes=yes, dry_run=dry_run)


def import_(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A calendar file (.ics).", metavar="FILE")],
    school: Annotated[str, typer.Option("--school", help="A school's code, or all.")] = "all",
    yes: Yes = False,
    dry_run: DryRun = False,
    config: ConfigFile = None,
) -> None:
    """Read terms, holidays and INSET days from a calendar file, show them, and ask before writing."""
    from commsla.edges.ical import read_ical

    place, settings = read_config(context, config)
    read = read_ical(file)
    if read.ignored:
        print_lines(["Not understood, and left out:", *(f"  {line}" for line in read.ignored), ""])
    _write(place, settings, school, read.years, yes=yes, dry_run=dry_run)


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
    from commsla import wiring
    from commsla.core.calendar import build_days
    from commsla.core.calendarcheck import USUAL_SUMS
    from commsla.core.grid import year_grid
    from commsla.core.local import LONDON, local_date
    from commsla.edges.calendarview import sum_lines
    from commsla.edges.config.edit import change, with_year

    now = place.clock()
    schools = wiring.schools_named(settings, () if school.casefold() == "all" else (school,))
    for one in years:
        holidays = wiring.bank_holidays_for(schools[0].nation, one, place.home)
        grid = year_grid(build_days([one], holidays, []), one, [])
        print_lines([f"{one.name}:", *(f"  {line}" for line in sum_lines(grid, local_date(now)))])
        total = grid.school_days + grid.inset
        if total not in USUAL_SUMS:
            print_lines(
                [
                    f"  Most years add up to 195, or 190 without INSET; this one to {total}. Look again."
                ]
            )
    names = ", ".join(s.name for s in schools)
    if dry_run:
        print_lines(["Dry run: nothing was written."])
        return
    if not yes and not _agreed(f"Write this for {names}? [y/N] "):
        print_lines(["Nothing was written."])
        return
    code = None if school.casefold() == "all" else schools[0].code
    local = now.astimezone(LONDON).replace(tzinfo=None)
    history = place.home / "config-history"
    for one in years:
        change(Path(settings.path), history, local, with_year(code, one))
    print_lines([f"Written. Take it back with: {place.prefix} calendar undo"])


def _agreed(question: str) -> bool:
    from commsla.errors import UsageError

    if not sys.stdin.isatty():
        raise UsageError("Nobody is there to ask.", "Give --yes to write without asking.")
    return _answer(question).casefold() in ("y", "yes")


def _answer(question: str) -> str:
    sys.stdout.write(question)
    sys.stdout.flush()
    line = sys.stdin.readline()
    if not line:
        raise KeyboardInterrupt
    return line.strip()


def _ask(name: str, today: date) -> tuple[list[Span], list[date]]:
    """The terms and INSET days of a year, line by line, each mistake at once and asked again."""
    from commsla.errors import UsageError

    if not sys.stdin.isatty():
        raise UsageError(
            "Nobody is there to ask.",
            'Give each term: --term "Wed 1 Sep 2027 to Fri 22 Oct 2027", and each --inset.',
        )
    print_lines(
        [
            f"School year {name}: type or paste the dates as they are published.",
            "One line for each stretch of days with pupils, for example",
            "  Wednesday 1st September 2027 to Friday 22nd October 2027",
            "An empty line says: that is all.",
        ]
    )
    spans: list[Span] = []
    while len(spans) < _MOST_TERMS:
        text = _answer(f"Term {len(spans) + 1}: ")
        if not text:
            break
        read = _span_in(text, name, today, spans)
        if isinstance(read, str):
            print_lines([f"  {read}"])
        else:
            spans.append(read)
    print_lines(["Now the INSET days, one a line. An empty line says: that is all."])
    days: list[date] = []
    while text := _answer(f"INSET {len(days) + 1}: "):
        read = _span_in(text, name, today, [])
        if isinstance(read, str):
            print_lines([f"  {read}"])
        elif read.first in days:
            print_lines(["  This day is listed already. Type the other one."])
        else:
            days.append(read.first)
    return spans, days


def _span_in(text: str, name: str, today: date, spans: Sequence[Span]) -> Span | str:
    """A span that can belong to this year, or what is wrong with it."""
    from commsla.core.published import read_span

    # A date without a year means one in this school year, not the next from today on.
    start = date(int(name[:4]), 8, 1)
    read = read_span(text, start)
    if isinstance(read, str):
        return read
    if not start <= read.first <= read.last <= date(start.year + 1, 8, 31):
        return f"That does not lie in the school year {name}. Look at the year of the dates."
    if any(s.first <= read.last and read.first <= s.last for s in spans):
        return "That overlaps a term above. Type the days that pupils are in, each once."
    return read


def _read_span(text: str, today: date) -> Span:
    from commsla.core.published import read_span
    from commsla.errors import UsageError

    read = read_span(text, today)
    if isinstance(read, str):
        raise UsageError(read)
    return read


def _refuse_name(name: str) -> None:
    from commsla.errors import UsageError

    begins, _, ends = name.partition("-")
    good = len(begins) == 4 and len(ends) == 2 and (begins + ends).isdigit()
    if not good or (int(begins) + 1) % 100 != int(ends):
        raise UsageError(f'"{name[:20]}" is not a school year.', "Write it like 2027-28.")
