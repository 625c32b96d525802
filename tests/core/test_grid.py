"""A year at a glance, its sums, and what looks wrong in a calendar."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest

from commsla.core.calendar import build_days
from commsla.core.calendarcheck import check_calendar
from commsla.core.grid import Mark, year_grid
from commsla.core.school import DayKind, Override, School, SchoolYear, Span
from commsla.edges.calendarview import year_lines
from tests.core.calendars import BANK_HOLIDAYS, OFFICE, WINTER

SNOW = Override(date(2026, 1, 14), DayKind.CLOSED, "snow", None, datetime(2026, 1, 14, 7, 2))  # noqa: DTZ001
OPENED = Override(date(2026, 8, 20), DayKind.OFFICE, "enrolment")
TODAY = date(2025, 11, 24)


def school(*years: SchoolYear, overrides: tuple[Override, ...] = ()) -> School:
    return School(
        "oak", "O", "Oak", "", "England", (), (), (), (), OFFICE, years or (WINTER,), overrides
    )


def found(one: School, today: date = TODAY) -> list[str]:
    days = build_days(one.years, BANK_HOLIDAYS, one.overrides)
    return [f.sentence for f in check_calendar(one, days, BANK_HOLIDAYS, today)]


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
    assert (grid.school_days, grid.inset, grid.opened, grid.working_days) == (191, 3, 1, 195)


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
    assert lines[-1] == "The year: 192 school days + 3 INSET = 195 working days"


def test_a_good_calendar_has_no_findings() -> None:
    five = replace(WINTER, inset=(*WINTER.inset, date(2025, 11, 3), date(2026, 6, 1)))
    assert found(school(five)) == []
    assert found(school(five, overrides=(SNOW,))) == [], "a snow day is no slip of the pen"
    assert found(school()) == ["2025-26 of Oak has 3 INSET days; five are usual."]


@pytest.mark.parametrize(
    ("one", "today", "words"),
    [
        (
            school(replace(WINTER, terms=WINTER.terms[:-1])),
            TODAY,
            "2025-26 of Oak adds up to 158 working days (155 with pupils and 3 INSET)",
        ),
        (school(), date(2026, 4, 1), "Oak: the dates of 2026-27 are missing."),
        (
            school(WINTER, SchoolYear("2027-28", WINTER.terms)),
            TODAY,
            "the year 2026-27 is missing between two known ones",
        ),
        (
            school(overrides=(Override(date(2026, 6, 19), DayKind.CLOSED, "extra bank holiday"),)),
            TODAY,
            "is closed as a bank holiday that the `holidays` library does not know yet",
        ),
    ],
)
def test_what_looks_wrong_is_said(one: School, today: date, words: str) -> None:
    assert any(words in sentence for sentence in found(one, today)), found(one, today)


def test_a_closure_says_when_it_was_entered() -> None:
    days = build_days([WINTER], BANK_HOLIDAYS, [SNOW])
    assert days.day(SNOW.date).reason == "closed: snow, entered 14 Jan 07:02"
