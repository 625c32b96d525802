"""Which days a term, a half-term or a school year means, by a school's own calendar; it counts nothing.

The pieces of a known school year follow on each other without a hole: what comes in a holiday belongs
to the term that begins after it, what comes in the summer to the term before.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby, pairwise

from dateutil.easter import easter

from commsla.core.calendar import known_until, listed_span
from commsla.core.school import School, SchoolYear, Span
from commsla.core.words import month_name

_DAY = timedelta(days=1)
_SEASONS = ("Autumn", "Spring", "Summer")
_NEAR_EASTER = 21  # days: no February half-term lies so near, every Easter holiday does
_SUMMER_HOLIDAY = 70  # days; a longer hole before the next year is a year that is not known
_SAME_TERM = 4  # days from one listed stretch to the next: a weekend, no holiday
_TERM = re.compile(
    r"(autumn|spring|summer)(?: term)?(?: ([12]))?,? (\d{4})(?:,? (1st|first|2nd|second) half)?"
)
_YEAR = re.compile(r"(\d{4})(?:\s?[-/–]\s?(\d{2}|\d{4}))?")
_HALVES = {"1": 1, "1st": 1, "first": 1, "2": 2, "2nd": 2, "second": 2}
_NTH = ("", "first half", "second half")


@dataclass(frozen=True, slots=True)
class Key:
    """What a piece of a calendar is, whichever school's: season "" is the whole year.

    `year` is the calendar year in which it begins (of spring and summer: the one they are called by).
    `half` is 0 for a whole term.
    """

    season: str
    year: int
    half: int = 0

    @property
    def before(self) -> Key:
        """The same a year earlier."""
        return Key(self.season, self.year - 1, self.half)

    @property
    def name(self) -> str:
        """`Autumn 2026`, `Autumn 2026, first half`, `2026-27`."""
        if not self.season:
            return f"{self.year}-{(self.year + 1) % 100:02}"
        half = f", {_NTH[self.half]}" if self.half else ""
        return f"{self.season} {self.year}{half}"


@dataclass(frozen=True, slots=True)
class Piece:
    """One term, half-term or year: all its days, and the first on which the school is in."""

    key: Key
    span: Span
    begins: date


@dataclass(frozen=True, slots=True)
class Period:
    """What is reported on: whole local days by school code, and the half-terms inside, by school.

    `key` is None where two dates were given.
    """

    name: str
    spans: Mapping[str, Span]
    halves: Mapping[str, tuple[Piece, ...]] = field(default_factory=dict)
    key: Key | None = None

    @property
    def first(self) -> date:
        """Its first day at any school."""
        return min(span.first for span in self.spans.values())

    @property
    def last(self) -> date:
        """Its last day at any school."""
        return max(span.last for span in self.spans.values())


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person typed: at most one of the four; nothing means the term that is on."""

    term: str = ""
    half_term: bool = False
    year: str = ""
    between: Span | None = None


def pieces(years: Sequence[SchoolYear]) -> tuple[Piece, ...]:
    """Every year, term and half-term of a calendar, by its first day; a longer one goes first."""
    spans = {y.name: s for y in years if (s := listed_span(y))}
    known = sorted((y for y in years if y.name in spans), key=lambda y: spans[y.name].first)
    found: list[Piece] = []
    for number, year in enumerate(known):
        span = spans[year.name]
        until = known_until(span.last)
        if number + 1 < len(known):
            following = spans[known[number + 1].name].first
            if (following - span.last).days <= _SUMMER_HOLIDAY:
                until = following - _DAY
        found.append(Piece(Key("", span.first.year), Span(span.first, until), span.first))
        found += _parts(year, span.first, until)
    return tuple(sorted(found, key=lambda p: (p.span.first, -p.span.last.toordinal())))


def _parts(year: SchoolYear, first: date, until: date) -> list[Piece]:
    stretches = _stretches(year.terms)
    found: list[Piece] = []
    begin = first
    for season, group in groupby(_with_seasons(stretches, first), key=lambda pair: pair[0]):
        held = [span for _, span in group]
        called = held[0].first.year
        halves = []
        for half, span in enumerate(held, 1):
            is_last = span == stretches[-1]
            end = until if is_last else span.last
            inset = [d for d in year.inset if begin <= d < span.first]
            halves.append(
                Piece(Key(season, called, half), Span(begin, end), min([*inset, span.first]))
            )
            begin = end + _DAY
        whole = Span(halves[0].span.first, halves[-1].span.last)
        found.append(Piece(Key(season, called), whole, halves[0].begins))
        if len(halves) == 2:  # one is no half, and three are none
            found += halves
    return found


def _stretches(terms: Sequence[Span]) -> list[Span]:
    """What is listed, with what only a weekend parts joined."""
    found: list[Span] = []
    for term in sorted(terms, key=lambda t: t.first):
        if found and (term.first - found[-1].last).days <= _SAME_TERM:
            found[-1] = Span(found[-1].first, max(found[-1].last, term.last))
        else:
            found.append(term)
    return found


def _with_seasons(stretches: Sequence[Span], first: date) -> list[tuple[str, Span]]:
    """Autumn ends at the new year, spring at the holiday of Easter."""
    later = [s for s in stretches if s.first.year > first.year]
    after_easter = _summer_begins(later)
    return [
        (
            _SEASONS[0]
            if s.first.year == first.year
            else _SEASONS[1 + (after_easter is not None and s.first >= after_easter)],
            s,
        )
        for s in stretches
    ]


def _summer_begins(later: Sequence[Span]) -> date | None:
    gaps = [(_from_easter(a.last, b.first), b.first) for a, b in pairwise(later)]
    near = [gap for gap in gaps if gap[0] <= _NEAR_EASTER]
    return min(near)[1] if near else None


def _from_easter(last: date, following: date) -> int:
    sunday = easter(following.year)
    return max((last - sunday).days, (sunday - following).days, 0)


# --- what was asked -----------------------------------------------------------------------------


def read_period(asked: Asked, schools: Sequence[School], today: date) -> Period | str:
    """The period that is meant, at each of these schools; or a sentence that says what is known."""
    if asked.between:
        spans = {s.code: asked.between for s in schools}
        name = f"{_said(asked.between.first)} to {_said(asked.between.last)}"
        found: Period | str = Period(name, spans, _halves_in(schools, spans))
    else:
        key = _key(asked, schools, today)
        found = key if isinstance(key, str) else of_key(key, schools)
    if isinstance(found, Period) and found.first > today:
        begins = min((p.begins for p in _all(schools) if p.key == found.key), default=found.first)
        return f"{found.name} has not begun: its first day is {_said(begins)}. Nothing can be counted yet."
    return found


def of_key(key: Key, schools: Sequence[School]) -> Period | str:
    """This piece of each school's own calendar; or a sentence that says which one does not know it."""
    spans = {}
    for school in schools:
        piece = next((p for p in pieces(school.years) if p.key == key), None)
        if piece is None:
            return _unknown(key, school)
        spans[school.code] = piece.span
    return Period(key.name, spans, _halves_in(schools, spans), key)


def year_before(period: Period, schools: Sequence[School]) -> Period | str:
    """The same term a year earlier; of two dates, the same dates."""
    if period.key:
        return of_key(period.key.before, schools)
    spans = {c: Span(_year_before(s.first), _year_before(s.last)) for c, s in period.spans.items()}
    name = f"{_said(min(s.first for s in spans.values()))} to {_said(max(s.last for s in spans.values()))}"
    return Period(name, spans, _halves_in(schools, spans))


def _year_before(day: date) -> date:
    leap = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - 1, day=28 if leap else day.day)


def _halves_in(
    schools: Iterable[School], spans: Mapping[str, Span]
) -> dict[str, tuple[Piece, ...]]:
    """The half-terms that lie wholly inside, where they fill the period."""
    found = {}
    for school in schools:
        span = spans[school.code]
        found[school.code] = tuple(
            p
            for p in pieces(school.years)
            if p.key.half and span.first <= p.span.first and p.span.last <= span.last
        )
    return found


def _all(schools: Iterable[School]) -> list[Piece]:
    return [p for school in schools for p in pieces(school.years)]


def _key(asked: Asked, schools: Sequence[School], today: date) -> Key | str:
    if asked.year:
        return _year_key(asked.year)
    if asked.term:
        return _term_key(asked.term)
    known = [
        p for p in pieces(schools[0].years) if p.key.season and bool(p.key.half) == asked.half_term
    ]
    begun = [p for p in known if p.begins <= today]
    if not begun:
        return _unknown(None, schools[0])
    return begun[-1].key


def _term_key(text: str) -> Key | str:
    words = " ".join(text.split()).casefold()
    hit = _TERM.fullmatch(words)
    if hit is None or (hit[2] and hit[4]):
        return (
            'A term is written like "Autumn 2026" (autumn, spring or summer), a half of it like '
            '"Autumn 2026, first half". Any dates: --from 2026-09-01 --to 2026-10-23'
        )
    half = _HALVES[hit[2] or hit[4]] if hit[2] or hit[4] else 0
    return Key(hit[1].capitalize(), int(hit[3]), half)


def _year_key(text: str) -> Key | str:
    hit = _YEAR.fullmatch(" ".join(text.split()))
    if hit is None or (hit[2] and int(hit[2]) % 100 != (int(hit[1]) + 1) % 100):
        return "A school year is written like 2026-27."
    return Key("", int(hit[1]))


def _unknown(key: Key | None, school: School) -> str:
    known = [p.key.name for p in pieces(school.years) if p.key.season and not p.key.half]
    if not known:
        return (
            f"{school.name}: schools.toml lists no term dates. Add them, or name two dates: "
            "--from 2026-09-01 --to 2026-12-18"
        )
    what = f"{key.name} is not in the calendar of {school.name}" if key else (
        f"The calendar of {school.name} lists no such term up to today"
    )  # fmt: skip
    if key and key.half and Key(key.season, key.year).name in known:
        what += ", which lists that term in one piece"
    return f"{what}. It knows: {', '.join(known)}."


def _said(day: date) -> str:
    return f"{day.day} {month_name(day)} {day.year}"
