"""`commsla calendar`: the group of commands, and the two that only look: show and check."""

from __future__ import annotations

import os
import shutil
import sys
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from commsla.cli import calendar_days, calendar_year
from commsla.cli.options import AsJson, ConfigFile
from commsla.cli.session import print_lines, read_config
from commsla.cli.usage import Commands

if TYPE_CHECKING:
    from commsla.core.school import School, SchoolYear

app = typer.Typer(
    cls=Commands,
    rich_markup_mode=None,  # as everywhere else
    help="The days of a school: see them, check them, change them without opening an editor.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.command("show")
def show(
    context: typer.Context,
    school: Annotated[
        str, typer.Argument(help="A school's code or name, or all.", metavar="SCHOOL")
    ] = "all",
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
    for one in wiring.schools_meant(settings, school):
        days = workdays[one.code].days
        listed = _year(one, year, today)
        pages.append((one, year_grid(days, listed, one.overrides)))
    if as_json:
        from commsla.edges.calendarjson import grid_data
        from commsla.edges.jsonview import envelope

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
    school: Annotated[
        str, typer.Argument(help="A school's code or name, or all.", metavar="SCHOOL")
    ] = "all",
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Look for what is wrong or missing in the calendar. Exits with 1 if anything was found."""
    from commsla import wiring
    from commsla.core.calendarcheck import as_published, check_calendar
    from commsla.core.hints import as_typed
    from commsla.core.local import local_date

    place, settings = read_config(context, config)
    now = place.clock()
    today = local_date(now)
    workdays = wiring.workdays_of(settings, place.home)
    line_of = wiring.config_lines(settings)
    found: dict[str, None] = {}  # schools that share a year share its findings: each is said once
    sums = []
    for one in wiring.schools_meant(settings, school):
        holidays = wiring.bank_holidays_of(one, place.home)
        for finding in check_calendar(one, workdays[one.code].days, holidays, today):
            said = as_typed(finding.sentence, place.prefix)
            found[f"{line_of(one, finding.loc)}: {said}"] = None
        sums += [(one, as_published(one, listed, holidays)) for listed in one.years]
    if as_json:
        from commsla.edges.calendarjson import checked_data
        from commsla.edges.jsonview import envelope

        print_lines([envelope("calendar check", now, checked_data(list(found), sums))])
    elif found:
        print_lines(found)
    else:
        print_lines(
            f"Calendar of {one.name}: {grid.school_days} school days + {grid.inset} INSET = "
            f"{grid.school_days + grid.inset} working days in {grid.name}"
            for one, grid in sums
        )
    if found:
        raise typer.Exit(1)


app.command("close")(calendar_days.close)
app.command("open")(calendar_days.open_)
app.command("undo")(calendar_days.undo)
app.command("year")(calendar_year.year)
app.command("import")(calendar_year.import_)


def _year(school: School, name: str, today: date) -> SchoolYear:
    from commsla.core.clean import clean
    from commsla.core.published import name_of_year, year_name
    from commsla.errors import CommslaError, UsageError

    wanted = name_of_year(name) if name else year_name(today)
    if wanted is None:
        raise UsageError(f'"{clean(name, 20)}" is not a school year.', "Write it like 2026-27.")
    for year in school.years:
        if year.name == wanted:
            return year
    known = ", ".join(y.name for y in school.years) or "none"
    raise CommslaError(
        f"{school.name} has no dates for {wanted}.",
        f"Known are: {known}. Type them in with: commsla calendar year {school.code} {wanted}",
    )
