"""Rules about the days of a school year: order, overlaps, the right year; never how many they are.

Like `checks` it reads the raw tables and passes over what the schema reports.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from commsla.core.school import (
    Span,
)
from commsla.edges.config import dates, values
from commsla.edges.config.checks import Raw, table, tables
from commsla.edges.config.lines import Loc
from commsla.edges.config.sentences import Problem


class _Term(NamedTuple):
    span: Span
    loc: Loc


class _Inset(NamedTuple):
    day: date
    loc: Loc


# A school year with the place where it stands: at the top, or below the school.
_Years = dict[str, tuple[Loc, Raw]]


def check(raw: Raw) -> Iterator[Problem]:
    """Every problem of the years, INSET days and single days, each once."""
    shared = _years(raw, ())
    found = list(_calendar(shared, []))
    found += _days(raw, ())
    for loc, school in tables(raw.get("schools"), ("schools",)):
        # The shared years are checked again with a school's own beside them: doubles are dropped.
        found += _calendar({**shared, **_years(school, loc)}, _dates(school, (*loc, "inset")))
        found += _days(school, loc)
    yield from dict.fromkeys(found)


def _years(owner: Raw, loc: Loc) -> _Years:
    years = table(owner.get("years"))
    return {
        name: ((*loc, "years", name), year)
        for name, year in years.items()
        if isinstance(year, dict)
    }


def _dates(owner: Raw, loc: Loc) -> list[_Inset]:
    items = owner.get(str(loc[-1]))
    found = []
    for index, item in enumerate(items if isinstance(items, list) else []):
        day = _day(item)
        if day is not None:
            found.append(_Inset(day, (*loc, index)))
    return found


def _day(value: object) -> date | None:
    try:
        return dates.read_day(value)
    except values.WrongValueError:
        return None


def _calendar(years: _Years, extra: list[_Inset]) -> Iterator[Problem]:
    terms: list[_Term] = []
    inset: list[_Inset] = []
    for name, (loc, year) in years.items():
        if dates.year_bounds(name) is None:
            yield loc, _not_a_year(name)
        yield from _one_way(year, loc)
        for key in ("terms", "closures"):
            good: list[_Term] = []
            yield from _terms(name, year, (*loc, key), good)
            if key == "terms":
                terms += good
            else:
                yield from _overlaps(good, "closure")
        for day in _dates(year, (*loc, "inset")):
            if (sentence := _outside(day.day, name)) is not None:
                yield day.loc, sentence
            else:
                inset.append(day)
    for day in extra:
        if any(dates.lies_in(day.day, name) for name in years):
            inset.append(day)
        else:
            yield (
                day.loc,
                (
                    f"{day.day.isoformat()} lies in none of the school years of this file. "
                    f"Write a day of {' or '.join(sorted(years)) or 'a year that is listed'}, "
                    "or add its year."
                ),
            )
    yield from _overlaps(terms)
    yield from _inset(inset)


def _terms(name: str, year: Raw, loc: Loc, good: list[_Term]) -> Iterator[Problem]:
    key = str(loc[-1])
    listed = year.get(key)
    for index, term in enumerate(listed if isinstance(listed, list) else []):
        if not isinstance(term, list) or len(term) != 2:
            continue
        place = (*loc, index)
        first, last = _day(term[0]), _day(term[1])
        outside = False
        for position, day in enumerate((first, last)):
            if day is not None and (sentence := _outside(day, name)) is not None:
                outside = True
                yield (*place, position), sentence
        # With a date of another year the order says nothing more.
        if first is None or last is None or outside:
            continue
        if first > last:
            yield (
                place,
                (
                    f"this {key.removesuffix('s')} ends ({last.isoformat()}) before it starts "
                    f"({first.isoformat()}). Write its first day, then its last."
                ),
            )
        else:
            good.append(_Term(Span(first, last), place))


def _not_a_year(name: str) -> str:
    return (
        f"{values.shown(name)} is not the name of a school year. Write the year it begins in and "
        'two digits of the next, such as [years."2026-27"].'
    )


def _outside(day: date, name: str) -> str | None:
    bounds = dates.year_bounds(name)
    if bounds is None or bounds[0] <= day <= bounds[1]:
        return None
    return (
        f"{day.isoformat()} does not lie in the school year {name} ({bounds[0].isoformat()} to "
        f"{bounds[1].isoformat()}). {_probably(day, bounds)}"
    )


def _probably(day: date, bounds: tuple[date, date]) -> str:
    # The usual slip is 2026 typed in the months of 2027. The weekday shows which was meant.
    for year in (bounds[1].year, bounds[0].year):
        try:
            moved = day.replace(year=year)
        except ValueError:  # 29 February
            continue
        if bounds[0] <= moved <= bounds[1]:
            return f'Write "{dates.spoken(moved)}" if that is meant, or put it below its own year.'
    return "Write a day of that year, or put it below its own year."


def _one_way(year: Raw, loc: Loc) -> Iterator[Problem]:
    ways = [key for key in ("terms", "closures") if year.get(key)]
    if len(ways) == 2:
        yield (
            (*loc, "closures"),
            "`terms` and `closures` are both there. Write the days with pupils as `terms`, or the "
            "days without as `closures`, not both.",
        )
    if not ways:
        example = 'Write for example terms = [["Wed 2026-09-02", "Fri 2026-10-23"]].'
        empty = next((key for key in ("terms", "closures") if key in year), None)
        if empty is None:
            yield loc, f'[years."{values.printable(str(loc[-1]))}"] has no `terms`. {example}'
        elif year[empty] == []:
            yield (*loc, empty), f"`{empty}` is empty. {example}"
    if "opens" in year and "closures" not in year:
        yield (*loc, "opens"), "`opens` goes with `closures`. Leave it out: the first term says it."


def _overlaps(terms: list[_Term], noun: str = "term") -> Iterator[Problem]:
    longest: Span | None = None
    for term in sorted(terms, key=lambda term: (term.span.first, term.span.last)):
        if longest is not None and term.span.first <= longest.last:
            yield (
                term.loc,
                (
                    f"the {noun} {_spoken(term.span)} overlaps the one {_spoken(longest)}. "
                    f"Write {noun}s that share no day."
                ),
            )
        if longest is None or term.span.last > longest.last:
            longest = term.span


def _spoken(span: Span) -> str:
    return f"from {span.first.isoformat()} to {span.last.isoformat()}"


def _inset(days: list[_Inset]) -> Iterator[Problem]:
    seen: set[date] = set()
    for day, loc in days:
        written = dates.spoken(day)
        if day in seen:
            # Harmless to the calendar, but the day that it was typed for is missing.
            yield (
                loc,
                f"the INSET day {written} is listed twice. Leave one out, or write the other day.",
            )
        seen.add(day)
        if day.weekday() >= 5:
            yield (
                loc,
                (
                    f"the INSET day {written} is at the weekend. Write a weekday; "
                    'an office that opens then is written as [[days]] with kind = "office".'
                ),
            )


def _days(owner: Raw, loc: Loc) -> Iterator[Problem]:
    seen: set[date] = set()
    for place, item in tables(owner.get("days"), (*loc, "days")):
        day = _day(item.get("date"))
        if day is not None and day in seen:
            yield (
                (*place, "date"),
                (f"{dates.spoken(day)} is there twice under [[days]]. Leave one of them out."),
            )
        if day is not None:
            seen.add(day)
