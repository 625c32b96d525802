"""What looks wrong in a school's calendar: sums, missing years, unknown bank holidays; it mends nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

from commsla.core import words
from commsla.core.calendar import SchoolDays, build_days
from commsla.core.grid import YearGrid, year_grid
from commsla.core.school import DayKind, School, SchoolYear

# Pupils and INSET together; pupils only; with the two occasional days of some counties.
USUAL_SUMS = (195, 190, 197)
_ONE = timedelta(days=1)
_INSET_DAYS = 5
_PUPIL_DAYS = 190
_FEWEST_TERMS = 5  # six halves; some schools have a short one more or less
_LONG_TERM = 65  # calendar days: longer, and a half-term is missing in it
_SAME_DATES = 4  # first and last days that also stand in another year: more is no chance
_LAST_OFFICIAL = date(2028, 12, 31)  # the official list ends here; later bank holidays are by rule


class Finding(NamedTuple):
    """A place in the config (keys from the top; "school" stands for this school's table) and a sentence."""

    loc: tuple[str | int, ...]
    sentence: str


def check_calendar(
    school: School, days: SchoolDays, bank_holidays: Mapping[date, str], today: date
) -> Iterator[Finding]:
    """Every finding of one school, in the order of its years."""
    if not school.years:
        yield Finding((), f"{school.name} has no term dates: every deadline is provisional.")
    for year in school.years:
        grid = as_published(school, year, bank_holidays)
        total = grid.school_days + grid.inset
        if total not in USUAL_SUMS:
            yield Finding(
                ("years", year.name),
                f"{year.name} of {school.name} adds up to {total} working days "
                f"({grid.school_days} with pupils and {grid.inset} INSET), not to 195, 190 or 197. "
                f"{likely_reason(grid)}",
            )
        elif grid.inset not in (0, _INSET_DAYS) and total != 190:
            yield Finding(
                ("years", year.name, "inset"),
                f"{year.name} of {school.name} has {grid.inset} INSET days; five are usual.",
            )
        yield from _copied(school, year)
        if max(t.last for t in year.terms) > _LAST_OFFICIAL:
            yield Finding(
                ("years", year.name),
                f"{year.name} of {school.name}: the official list of bank holidays ends in 2028; "
                "later ones are computed by rule. Look again when the year comes nearer.",
            )
    yield from _holes(school)
    yield from _next_year(school, days, today)
    for override in school.overrides:
        named = "bank holiday" in override.reason.casefold()
        if override.kind is DayKind.CLOSED and named and override.date not in bank_holidays:
            yield Finding(
                ("days", override.date.isoformat()),
                f"{_said(override.date)} is closed as a bank holiday that the `holidays` "
                "library does not know yet. Your entry holds; update commsla's libraries.",
            )


def as_published(school: School, year: SchoolYear, bank_holidays: Mapping[date, str]) -> YearGrid:
    """A year without the single days that were changed since: what the published sum is compared with."""
    return year_grid(build_days(school.years, bank_holidays, []), year, [])


def likely_reason(grid: YearGrid) -> str:
    """Why the sum of a year is unusual, as far as its numbers tell; else where to look."""
    total = grid.school_days + grid.inset
    long = [t for t in grid.terms if (t.last - t.first).days > _LONG_TERM]
    last = max(t.last for t in grid.terms)
    if total > max(USUAL_SUMS) and long:
        return (
            f"The term from {_said(long[0].first)} to {_said(long[0].last)} is long: is a half-term "
            "or another holiday missing in it?"
        )
    if total < min(USUAL_SUMS) and (len(grid.terms) < _FEWEST_TERMS or last.month < 7):
        return (
            f"Its last listed day is {_said(last)}, in {len(grid.terms)} "
            f"term{'s' * (len(grid.terms) != 1)}: is a term missing?"
        )
    missing = _INSET_DAYS - grid.inset
    if missing > 0 and total + missing == _PUPIL_DAYS + _INSET_DAYS:
        return f"{missing} INSET day{'s' * (missing > 1)} may be missing."
    off = min((total - usual for usual in USUAL_SUMS), key=abs)
    days = f"{abs(off)} day{'s' * (abs(off) > 1)}"
    way = f"{days} too many" if off > 0 else f"{days} too few"
    return f"That is {way}: compare each first and last day with the published page."


def _copied(school: School, year: SchoolYear) -> Iterator[Finding]:
    """Dates that fit another year as well: what is left when a weekday was not typed as a check."""
    mine = {(d.month, d.day) for t in year.terms for d in (t.first, t.last)}
    for other in school.years:
        if other.name >= year.name:
            return
        same = mine & {(d.month, d.day) for t in other.terms for d in (t.first, t.last)}
        if len(same) >= max(_SAME_DATES, len(mine) // 2):
            yield Finding(
                ("years", year.name),
                f"{len(same)} of the {len(mine)} first and last days in {year.name} of {school.name} "
                f"are the same dates as in {other.name}: were they copied from there?",
            )
            return


def _said(day: date) -> str:
    return words.day(day, date.min)


def _holes(school: School) -> Iterator[Finding]:
    names = [int(y.name[:4]) for y in school.years]
    for before, after in pairwise(names):
        if after != before + 1:
            missing = f"{before + 1}-{(before + 2) % 100:02}"
            yield Finding(
                ("years", f"{after}-{(after + 1) % 100:02}"),
                f"{school.name}: the year {missing} is missing between two known ones. Its deadlines "
                "are provisional.",
            )


def _next_year(school: School, days: SchoolDays, today: date) -> Iterator[Finding]:
    if not school.years or days.known_last is None:
        return
    last = school.years[-1]
    easter_on = date(int(last.name[:4]) + 1, 4, 1)
    if today >= easter_on:
        following = int(last.name[:4]) + 1
        name = f"{following}-{(following + 1) % 100:02}"
        yield Finding(
            ("years", last.name),
            f"{school.name}: the dates of {name} are missing. From {_said(days.known_last + _ONE)} on "
            f"deadlines are provisional. Type them in with: commsla calendar year {school.code} {name}",
        )
