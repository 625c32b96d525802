"""Which days a term means, by calendars that were read by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commsla.core.periods import Asked, Key, Period, of_key, pieces, read_period, year_before
from commsla.core.school import School, SchoolYear, Span
from tests.core.calendars import WINTER
from tests.core.counting import schools

TODAY = date(2026, 4, 20)


def year(name: str, *terms: str, inset: str = "") -> SchoolYear:
    def day(text: str) -> date:
        return date.fromisoformat(text)

    spans = tuple(Span(day(t[:10]), day(t[11:])) for t in terms)
    return SchoolYear(name, spans, tuple(map(day, inset.split())))


NEXT = year(
    "2026-27", "2026-09-03/2026-10-23", "2026-11-02/2026-12-18", "2027-01-05/2027-02-12",
    "2027-02-22/2027-03-25", "2027-04-12/2027-05-28", "2027-06-07/2027-07-21", inset="2026-09-01 2027-01-04",
)  # fmt: skip
ONE = replace(schools()[0], name="Oak", years=(WINTER, NEXT))


def span(asked: Asked, *which: School, today: date = TODAY) -> tuple[str, str]:
    found = read_period(asked, which or (ONE,), today)
    assert isinstance(found, Period), found
    return found.first.isoformat(), found.last.isoformat()


@pytest.mark.parametrize(
    ("term", "first", "last"),
    [
        # WINTER begins with INSET on Tue 2 Sep; its summer holiday lasts until INSET on Tue 1 Sep 2026.
        ("Autumn 2025", "2025-09-02", "2025-12-19"),
        ("autumn term 2025", "2025-09-02", "2025-12-19"),
        ("Autumn 2025, first half", "2025-09-02", "2025-10-24"),
        ("Autumn 2 2025", "2025-10-25", "2025-12-19"),
        ("Spring 2026", "2025-12-20", "2026-03-27"),
        ("Spring 2026, 2nd half", "2026-02-14", "2026-03-27"),
        ("SUMMER 2026", "2026-03-28", "2026-08-31"),
        ("Summer 2026 first half", "2026-03-28", "2026-05-22"),
        ("Summer 2027", "2027-03-26", "2027-08-31"),
    ],
)
def test_a_term_is_read_off_the_calendar(term: str, first: str, last: str) -> None:
    assert span(Asked(term=term), today=date(2027, 6, 1)) == (first, last)


def test_a_year_goes_until_the_next_begins() -> None:
    assert span(Asked(year="2025-26")) == ("2025-09-02", "2026-08-31")
    late = date(2027, 1, 1)
    for typed in ("2026-27", "2026/27", "2026-2027", "2026"):
        assert span(Asked(year=typed), today=late) == ("2026-09-01", "2027-08-31")


@pytest.mark.parametrize(
    ("today", "term", "half"),
    [
        ("2025-11-20", "Autumn 2025", "Autumn 2025, second half"),
        ("2025-10-28", "Autumn 2025", "Autumn 2025, first half"),  # half-term: the one that is over
        ("2025-12-24", "Autumn 2025", "Autumn 2025, second half"),
        ("2026-01-05", "Spring 2026", "Spring 2026, first half"),  # INSET, and the term has begun
        ("2026-07-30", "Summer 2026", "Summer 2026, second half"),
    ],
)
def test_unless_told_otherwise_it_is_what_is_on_or_was_last(
    today: str, term: str, half: str
) -> None:
    day = date.fromisoformat(today)
    whole, part = read_period(Asked(), (ONE,), day), read_period(Asked(half_term=True), (ONE,), day)
    assert isinstance(whole, Period)
    assert isinstance(part, Period)
    assert (whole.name, part.name) == (term, half)


def test_each_school_has_its_own_days() -> None:
    other = replace(ONE, code="elm", years=(replace(WINTER, inset=(date(2025, 9, 1),)),))
    found = of_key(Key("Autumn", 2025), (ONE, other))
    assert isinstance(found, Period)
    assert [s.first.day for s in found.spans.values()] == [2, 1]
    assert (found.first, found.last) == (date(2025, 9, 1), date(2025, 12, 19))


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (Asked(term="Autumn 2031"), "Autumn 2031 is not in the calendar of Oak. It knows: Autumn 2025, "
         "Spring 2026, Summer 2026, Autumn 2026, Spring 2027, Summer 2027."),
        (Asked(term="Michaelmas"), 'A term is written like "Autumn 2026" (autumn, spring or summer), a half of '
         'it like "Autumn 2026, first half". Any dates: --from 2026-09-01 --to 2026-10-23'),
        (Asked(term="Autumn 1 2025 second half"), 'A term is written like "Autumn 2026" (autumn, spring or '
         'summer), a half of it like "Autumn 2026, first half". Any dates: --from 2026-09-01 --to 2026-10-23'),
        (Asked(year="2025-27"), "A school year is written like 2026-27."),
        (Asked(year="2031-32"), "2031-32 is not in the calendar of Oak. It knows: Autumn 2025, Spring 2026, "
         "Summer 2026, Autumn 2026, Spring 2027, Summer 2027."),
        (Asked(term="Autumn 2026"), "Autumn 2026 has not begun: its first day is 1 September 2026. Nothing can "
         "be counted yet."),
        (Asked(term="Spring 2027"), "Spring 2027 has not begun: its first day is 4 January 2027. Nothing can "
         "be counted yet."),
        (Asked(between=Span(date(2026, 5, 1), date(2026, 5, 9))), "1 May 2026 to 9 May 2026 has not begun: its "
         "first day is 1 May 2026. Nothing can be counted yet."),
    ],
)  # fmt: skip
def test_what_cannot_be_reported_is_said(asked: Asked, said: str) -> None:
    assert read_period(asked, (ONE,), TODAY) == said


def test_a_term_in_one_piece_has_no_halves() -> None:
    three = year(
        "2025-26", "2025-09-03/2025-12-19", "2026-01-06/2026-03-27", "2026-04-13/2026-07-21"
    )
    school = replace(ONE, years=(three,))
    assert span(Asked(term="Spring 2026"), school) == ("2025-12-20", "2026-03-27")
    said = read_period(Asked(term="Spring 2026, first half"), (school,), TODAY)
    assert isinstance(said, str)
    assert "lists that term in one piece" in said


def test_a_calendar_without_terms_says_so() -> None:
    said = read_period(Asked(), (replace(ONE, years=()),), TODAY)
    assert said == (
        "Oak: schools.toml lists no term dates. Add them, or name two dates: --from 2026-09-01 --to 2026-12-18"
    )


def test_before_the_first_known_term_nothing_is_on() -> None:
    said = read_period(Asked(), (ONE,), date(2025, 8, 1))
    assert isinstance(said, str)
    assert said.startswith("The calendar of Oak lists no such term up to today.")


def test_the_same_term_a_year_earlier() -> None:
    now = of_key(Key("Autumn", 2026, 1), (ONE,))
    assert isinstance(now, Period)
    before = year_before(now, (ONE,))
    assert isinstance(before, Period)
    assert (before.name, before.first) == ("Autumn 2025, first half", date(2025, 9, 2))
    leap = Span(date(2024, 2, 29), date(2024, 3, 1))
    dates = read_period(Asked(between=leap), (ONE,), TODAY)
    assert isinstance(dates, Period)
    before = year_before(dates, (ONE,))
    assert isinstance(before, Period)
    assert before.spans["oak"] == Span(date(2023, 2, 28), date(2023, 3, 1))
    assert year_before(of_key(Key("Autumn", 2025), (ONE,)), (ONE,)) != ""  # type: ignore[arg-type]


@given(st.lists(st.integers(3, 75), min_size=5, max_size=5), st.integers(0, 12))
def test_the_pieces_of_a_year_fill_it_without_a_hole(weeks: list[int], start: int) -> None:
    """Whatever the lengths of terms and holidays: no day is in two terms, and none in none."""
    day, terms = date(2025, 8, 25) + timedelta(start), []
    for length in weeks:
        terms.append(Span(day, day + timedelta(length)))
        day += timedelta(length + 5 + length % 13)
    found = pieces([SchoolYear("x", tuple(terms))])
    [whole] = [p for p in found if not p.key.season]
    days = [p.span for p in found if p.key.season and not p.key.half]
    assert days[0].first == whole.span.first
    assert days[-1].last == whole.span.last
    for one, following in pairwise(days):
        assert following.first == one.last + timedelta(1)
    assert [p.key.season for p in found if p.key.season and not p.key.half] == [
        s for s in ("Autumn", "Spring", "Summer") if any(p.key.season == s for p in found)
    ]
