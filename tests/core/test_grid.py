"""A year at a glance, and its sums."""

from __future__ import annotations

import re
from datetime import date, datetime

import pytest

from commsla.core.calendar import build_days
from commsla.core.grid import Mark, year_grid
from commsla.core.school import DayKind, Override, SchoolYear, Span
from commsla.edges.calendarview import sum_lines, year_lines
from tests.core.calendars import BANK_HOLIDAYS, WINTER

SNOW = Override(date(2026, 1, 14), DayKind.CLOSED, "snow", None, datetime(2026, 1, 14, 7, 2))  # noqa: DTZ001
OPENED = Override(date(2026, 8, 20), DayKind.OFFICE, "enrolment")
TODAY = date(2025, 11, 24)


def test_each_kind_of_day_has_a_sign_of_its_own() -> None:
    overrides = [SNOW, OPENED]
    grid = year_grid(build_days([WINTER], BANK_HOLIDAYS, overrides), WINTER, overrides)
    marks = {
        d: m for month in grid.months for week in month.weeks for c in week if c for d, m in [c]
    }
    assert len(marks) == 365
    assert marks[date(2025, 11, 10)] is Mark.SCHOOL
    assert marks[date(2025, 10, 28)] is Mark.HOLIDAY
    assert marks[date(2025, 12, 25)] is Mark.BANK_HOLIDAY
    assert marks[date(2026, 1, 5)] is Mark.INSET
    assert marks[date(2026, 1, 14)] is Mark.CLOSED
    assert marks[date(2026, 8, 20)] is Mark.OPEN
    assert marks[date(2025, 11, 15)] is Mark.WEEKEND
    assert marks[date(2025, 9, 1)] is Mark.UNKNOWN
    assert len(set(Mark)) == len({m.value for m in Mark}) == 8


def test_the_sums_are_those_of_a_wall_calendar() -> None:
    grid = year_grid(build_days([WINTER], BANK_HOLIDAYS, [SNOW, OPENED]), WINTER, [SNOW, OPENED])
    # Counted by hand: 38 + 35 + 29 + 24 + 29 + 37 = 192 with pupils, less snow; INSET on 2 Sep,
    # 5 Jan and 23 Feb, the last of which lies inside a term.
    assert [t.school_days for t in grid.terms] == [38, 35, 28, 24, 29, 37]
    assert [t.inset for t in grid.terms] == [0, 0, 0, 1, 0, 0]
    assert [t.working_days for t in grid.terms] == [38, 35, 28, 25, 29, 37]
    assert (grid.school_days, grid.inset, grid.opened, grid.working_days) == (191, 3, 1, 195)
    assert grid.inset_outside == (date(2025, 9, 2), date(2026, 1, 5))
    # Every working day is in a term, an INSET day outside of one, or opened by hand.
    assert sum(t.working_days for t in grid.terms) + len(grid.inset_outside) + grid.opened == 195


def test_an_office_that_opens_inside_a_term_is_in_its_sum() -> None:
    opened = [Override(date(2025, 9, 6), DayKind.OFFICE, "open day")]  # a Saturday
    grid = year_grid(build_days([WINTER], BANK_HOLIDAYS, opened), WINTER, opened)
    assert (grid.terms[0].school_days, grid.terms[0].working_days) == (38, 39)
    [line] = [x for x in sum_lines(grid, TODAY) if x.startswith("Term 1:")]
    assert line == (
        "Term 1: Wed 3 Sep to Fri 24 Oct: 38 school + 1 opened by you = 39 working days"
    )


def test_a_year_that_is_listed_in_part_sums_what_is_known() -> None:
    autumn = SchoolYear("2025-26", (Span(date(2025, 9, 3), date(2025, 10, 24)),))
    grid = year_grid(build_days([autumn], BANK_HOLIDAYS, []), autumn, [])
    assert grid.school_days == 38


@pytest.mark.parametrize(("columns", "across"), [(60, 2), (80, 2), (100, 3), (200, 3), (20, 1)])
def test_the_page_fits_its_width(columns: int, across: int) -> None:
    grid = year_grid(build_days([WINTER], BANK_HOLIDAYS, []), WINTER, [])
    lines = list(year_lines("Oak", grid, TODAY, columns=columns, colour=False))
    months = next(x for x in lines if "September 2025" in x)
    assert months.count("202") == across
    assert all(len(x) <= max(columns, 28) for x in lines if x[:2] in ("Mo", " 1", " 8"))
    assert "25B" in "\n".join(lines)
    assert lines[-3:] == [
        "Term 6: Mon 1 Jun to Tue 21 Jul 2026: 37 school = 37 working days",
        "INSET outside the terms: Tue 2 Sep, Mon 5 Jan 2026",
        "The year: 192 school days + 3 INSET = 195 working days",
    ]


@pytest.mark.parametrize("colour", [False, True])
def test_today_is_pointed_at_with_and_without_colour(colour: bool) -> None:
    grid = year_grid(build_days([WINTER], BANK_HOLIDAYS, []), WINTER, [])
    text = "\n".join(year_lines("Oak", grid, TODAY, columns=100, colour=colour))
    pointed = "\x1b[7m24 \x1b[0m<" if colour else "24 <"
    assert text.count(pointed) == 1
    assert text.count("<") == 2, "the day, and the line that says what the sign means"
    assert "<=today" in text
    later = "\n".join(year_lines("Oak", grid, date(2027, 1, 1), columns=100, colour=False))
    assert "<" not in later


def test_with_colour_the_signs_stay() -> None:
    grid = year_grid(build_days([WINTER], BANK_HOLIDAYS, []), WINTER, [])
    pages = ["\n".join(year_lines("Oak", grid, TODAY, columns=80, colour=c)) for c in (True, False)]
    assert re.sub(r"\x1b\[[0-9;]*m", "", pages[0]) == pages[1]
    assert "\x1b[1;31m25B\x1b[0m" in pages[0]


def test_a_closure_says_when_it_was_entered() -> None:
    days = build_days([WINTER], BANK_HOLIDAYS, [SNOW])
    assert days.day(SNOW.date).reason == "closed: snow, entered 14 Jan 07:02"
