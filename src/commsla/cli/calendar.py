"""`commsla calendar`: show, check and change the days of a school."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from commsla.cli.options import AsJson, ConfigFile, DryRun
from commsla.cli.place import Place
from commsla.cli.session import open_ledger, print_lines, read_config

if TYPE_CHECKING:
    from pathlib import Path

    from commsla.core.school import Config, DayKind, Override, School, SchoolYear

app = typer.Typer(
    help="The days of a school: see them, check them, change them without opening an editor.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
SchoolWord = Annotated[str, typer.Argument(help="The code of a school, or all.", metavar="SCHOOL")]
DateWord = Annotated[
    str,
    typer.Argument(
        help='A day such as today, "Thu 14 Jan", 2027-01-14, or a range A..B.', metavar="DATE"
    ),
]
Reason = Annotated[str, typer.Argument(help="Why: it is shown wherever the day is explained.")]


@app.command("show")
def show(
    context: typer.Context,
    school: Annotated[str, typer.Argument(help="The code of a school.", metavar="SCHOOL")] = "all",
    year: Annotated[str, typer.Option("--year", help="Such as 2026-27. Default: this one.")] = "",
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Twelve months at a glance, with the sums of school days, INSET and working days."""
    from commsla import wiring
    from commsla.core.grid import year_grid
    from commsla.core.local import local_date
    from commsla.edges.calendarview import year_lines

    place, settings = read_config(context, config)
    now = place.clock()
    today = local_date(now)
    workdays = wiring.workdays_of(settings, place.home)
    pages = []
    for one in _schools(settings, school):
        days = workdays[one.code].days
        listed = _year(one, year, today)
        pages.append((one, year_grid(days, listed, one.overrides)))
    if as_json:
        from commsla.edges.jsonview import envelope, grid_data

        print_lines([envelope("calendar show", now, [grid_data(s, g) for s, g in pages])])
        return
    seen = sys.stdout.isatty()
    columns = shutil.get_terminal_size((80, 24)).columns if seen else 100
    colour = seen and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    for number, (one, grid) in enumerate(pages):
        if number:
            print_lines(["", ""])
        print_lines(year_lines(one.name, grid, today, columns=columns, colour=colour))


@app.command("check")
def check(
    context: typer.Context,
    school: Annotated[str, typer.Argument(help="The code of a school.", metavar="SCHOOL")] = "all",
    config: ConfigFile = None,
) -> None:
    """Look for what is wrong or missing in the calendar. Exits with 1 if anything was found."""
    from commsla import wiring
    from commsla.core.calendarcheck import as_published, check_calendar
    from commsla.core.local import local_date

    place, settings = read_config(context, config)
    today = local_date(place.clock())
    workdays = wiring.workdays_of(settings, place.home)
    line_of = wiring.config_lines(settings)
    found = []
    for one in _schools(settings, school):
        days = workdays[one.code].days
        holidays = wiring.bank_holidays_of(one, place.home)
        here = [
            f"{line_of(one, f.loc)}: {f.sentence}"
            for f in check_calendar(one, days, holidays, today)
        ]
        found += here
        for listed in one.years if not here else ():
            grid = as_published(one, listed, holidays)
            total = grid.school_days + grid.inset
            print_lines(
                [
                    f"{one.name}, {listed.name}: {grid.school_days} school days + {grid.inset} INSET "
                    f"= {total} working days"
                ]
            )
    # Schools that share a year share its findings: each is said once.
    print_lines(dict.fromkeys(found))
    if found:
        raise typer.Exit(1)


@app.command("close")
def close(
    context: typer.Context,
    school: SchoolWord,
    day: DateWord,
    reason: Reason,
    dry_run: DryRun = False,
    config: ConfigFile = None,
) -> None:
    """The school is closed on a day: snow, a polling station, no heating.

    Example: commsla calendar close norton today "snow"
    """
    from commsla.core.school import DayKind

    _override(context, config, school, day, reason, DayKind.CLOSED, dry_run=dry_run)


@app.command("open")
def open_(
    context: typer.Context,
    school: SchoolWord,
    day: DateWord,
    reason: Reason,
    pupils: Annotated[bool, typer.Option("--pupils", help="Pupils are in, too.")] = False,
    dry_run: DryRun = False,
    config: ConfigFile = None,
) -> None:
    """The office is open on a day that would be closed."""
    from commsla.core.school import DayKind

    kind = DayKind.SCHOOL if pupils else DayKind.OFFICE
    _override(context, config, school, day, reason, kind, dry_run=dry_run)


@app.command("undo")
def undo(context: typer.Context, config: ConfigFile = None) -> None:
    """Take back the newest change that commsla made to the calendar."""
    from pathlib import Path

    from commsla.edges.config.edit import undo as put_back

    place, settings = read_config(context, config)
    lines = put_back(Path(settings.path), _history(place))
    print_lines(
        [
            "The newest calendar change was taken back:",
            *(f"  {line}" for line in lines if line[1:].strip()),
        ]
    )


def _override(
    context: typer.Context,
    config: ConfigFile,
    school: str,
    day: str,
    reason: str,
    kind: DayKind,
    *,
    dry_run: bool,
) -> None:
    from pathlib import Path

    from commsla import wiring
    from commsla.core import words
    from commsla.core.clean import clean
    from commsla.core.local import LONDON, local_date
    from commsla.core.published import read_span
    from commsla.core.school import Override
    from commsla.edges.config import load_config
    from commsla.edges.config.edit import change, with_days
    from commsla.errors import UsageError
    from commsla.jobs.calendar import day_before, moved_deadlines

    place, settings = read_config(context, config)
    now = place.clock()
    today = local_date(now)
    schools = _schools(settings, school)
    span = read_span(day, today)
    if isinstance(span, str):
        raise UsageError(span)
    why = clean(reason, 120)
    if not why:
        raise UsageError("The reason is empty.", 'Write for example "snow".')
    days = [span.first + timedelta(days=i) for i in range((span.last - span.first).days + 1)]
    if len(days) > 60:
        raise UsageError(f"{len(days)} days are more than a closure.", "Change the terms instead.")
    before = wiring.workdays_of(settings, place.home)
    wanted, said = [], []
    for one in schools:
        for each, was, closed in day_before(one, before[one.code], days):
            shown = words.day(each, today)
            if closed == (kind.value == "closed") and closed:
                said.append(f"{one.name} is closed on {shown} already ({was}).")
                continue
            state = "closed" if kind.value == "closed" else "open"
            said.append(f"{one.name} is {state} on {shown}: {why}. It was: {was}.")
            wanted.append(each)
    local = now.astimezone(LONDON).replace(tzinfo=None)
    entries = [Override(d, kind, why, None, local) for d in sorted(set(wanted))]
    after = _with(settings, schools, entries)
    print_lines(["Dry run: nothing was changed. This would be:"] if dry_run else [])
    print_lines(said)
    if not entries:
        return
    with open_ledger(place, reading=False) as ledger:
        moved = moved_deadlines(
            settings, ledger, before, wiring.workdays_of(after, place.home), now
        )
    if moved:
        first = moved[0]
        print_lines(
            [
                f"{len(moved)} deadline{'s' * (len(moved) != 1)} moved, the first is {first.reference}: "
                f"{first.target} by {words.day(first.after, today)} instead of "
                f"{words.day(first.before, today)}."
            ]
        )
    if not dry_run:
        code = None if school == "all" else schools[0].code
        change(Path(settings.path), _history(place), local, with_days(code, entries))
        load_config(Path(settings.path))
        print_lines([f"Take it back with: {place.prefix} calendar undo"])


def _with(settings: Config, schools: tuple[School, ...], entries: list[Override]) -> Config:
    codes = {s.code for s in schools}
    changed = tuple(
        replace(s, overrides=(*s.overrides, *entries)) if s.code in codes else s
        for s in settings.schools
    )
    return replace(settings, schools=changed)


def _history(place: Place) -> Path:
    return place.home / "config-history"


def _schools(settings: Config, word: str) -> tuple[School, ...]:
    from commsla import wiring

    return wiring.schools_named(settings, () if word.casefold() == "all" else (word,))


def _year(school: School, name: str, today: date) -> SchoolYear:
    from commsla.core.published import year_name
    from commsla.errors import CommslaError

    wanted = name or year_name(today)
    for year in school.years:
        if year.name == wanted:
            return year
    known = ", ".join(y.name for y in school.years) or "none"
    raise CommslaError(
        f"{school.name} has no dates for {wanted}.",
        f"Known are: {known}. Type them in with: commsla calendar year {school.code} {wanted}",
    )
