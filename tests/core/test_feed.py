"""Events of a calendar, as schools name them -> school years."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commsla.core.feed import Event, Read, school_years
from commsla.core.school import Span

D = date.fromisoformat


def read(*events: tuple[str, str, str]) -> Read:
    """Of (what, first day, last day): both included."""
    return school_years(Event(Span(D(a), D(b)), what) for what, a, b in events)


def terms(*events: tuple[str, str, str]) -> list[tuple[str, str]]:
    [year] = read(*events).years
    return [(t.first.isoformat(), t.last.isoformat()) for t in year.terms]


def day(what: str, on: str) -> tuple[str, str, str]:
    return what, on, on


WANTED = [("2027-09-02", "2027-10-22"), ("2027-11-01", "2027-12-17")]


@pytest.mark.parametrize(
    "events",
    [
        # Whole terms with the half-term apart: the commonest page of all.
        [("Autumn Term", "2027-09-02", "2027-12-17"), ("Half term", "2027-10-23", "2027-10-31")],
        [("Autumn Term", "2027-09-02", "2027-12-17"), ("Half-term", "2027-10-25", "2027-10-29")],
        [
            ("Autumn Term", "2027-09-02", "2027-12-17"),
            day("Half term begins", "2027-10-25"),
            day("Half term ends", "2027-10-29"),
        ],
        # A term beside its own halves.
        [
            ("Autumn term", "2027-09-02", "2027-12-17"),
            ("Autumn term 1", "2027-09-02", "2027-10-22"),
            ("Autumn term 2", "2027-11-01", "2027-12-17"),
        ],
        # The same twice.
        [
            ("Term 1", "2027-09-02", "2027-10-22"),
            ("Term 2", "2027-11-01", "2027-12-17"),
            ("Term 1", "2027-09-02", "2027-10-22"),
        ],
        # First and last days.
        [
            day("Term starts", "2027-09-02"),
            day("Break up for half term", "2027-10-22"),
            day("Children return to school", "2027-11-01"),
            day("Last day of term", "2027-12-17"),
        ],
        [
            day("Start of Autumn term", "2027-09-02"),
            day("End of Autumn term", "2027-12-17"),
            ("October half term: school closed", "2027-10-23", "2027-10-31"),
        ],
    ],
)
def test_the_same_dates_however_they_are_written(events: list[tuple[str, str, str]]) -> None:
    assert terms(*events) == WANTED


def test_bank_holidays_are_passed_over_but_the_holiday_around_them_is_not() -> None:
    found = read(
        ("Spring term", "2028-01-04", "2028-05-26"),
        ("Easter holiday (with Good Friday and Easter Monday)", "2028-04-03", "2028-04-17"),
        day("May Day", "2028-05-01"),
        day("Early May bank holiday", "2028-05-01"),
    )
    assert [t.last.isoformat() for t in found.years[0].terms] == ["2028-03-31", "2028-05-26"]
    assert found.ignored == ()


def test_inset_in_late_august_belongs_to_the_new_year() -> None:
    found = read(
        ("Summer term", "2027-04-12", "2027-07-21"),
        ("Autumn term", "2027-09-02", "2027-10-22"),
        day("INSET day", "2027-08-31"),
        day("Staff training day (non-pupil day)", "2027-07-22"),
        day("Training day", "2029-01-08"),
    )
    assert [(y.name, [d.isoformat() for d in y.inset]) for y in found.years] == [
        ("2026-27", ["2027-07-22"]),
        ("2027-28", ["2027-08-31"]),
    ]
    assert found.ignored == ("2029-01-08 INSET: no terms of 2028-29 are in the file",)


def test_first_and_last_days_that_do_not_pair_are_not_guessed() -> None:
    assert read(day("Term starts", "2027-09-02"), day("Term starts", "2027-11-01")).years == ()
    crossed = (
        day("Term starts", "2027-09-02"),
        day("Term starts", "2027-11-01"),
        day("Term ends", "2027-11-02"),
        day("Term ends", "2027-12-17"),
    )
    assert read(*crossed).years == ()


def test_a_year_whose_end_is_not_in_the_file_is_said() -> None:
    found = read(
        ("Summer holiday", "2027-07-22", "2027-09-01"),
        ("October half term", "2027-10-23", "2027-10-31"),
        ("Easter holiday", "2027-03-26", "2027-04-11"),
    )
    assert [y.name for y in found.years] == ["2026-27"]
    assert found.ignored == (
        "2027-28: its summer holiday is not in the file, so when does it end?",
    )


def test_what_is_no_date_of_a_school_year_is_said() -> None:
    found = read(("Autumn Term", "2027-09-02", "2027-12-17"), day("PTA fair", "2027-12-10"))
    assert found.ignored == ("2027-12-10 PTA fair",)
    far = read(("Autumn Term", "2027-09-02", "2027-12-17"), ("Holiday", "2027-09-02", "9999-12-31"))
    assert far.ignored == ("2027-09-02 Holiday (which year?)",)


NAMES = st.sampled_from(
    [
        "Autumn term",
        "Half term",
        "INSET",
        "Term starts",
        "Term ends",
        "holiday ends",
        "x",
        "May Day",
    ]
)
EVENTS = st.builds(
    lambda first, length, name: Event(Span(first, first + timedelta(days=length)), name),
    st.dates(date(2026, 1, 1), date(2029, 12, 31)),
    st.sampled_from([0, 0, 4, 9, 45, 100]),
    NAMES,
)


@given(st.lists(EVENTS, max_size=12))
def test_whatever_comes_the_terms_are_in_their_year_and_begin_and_end_on_weekdays(
    events: list[Event],
) -> None:
    for year in school_years(events).years:
        begins = int(year.name[:4])
        for term in year.terms:
            assert date(begins, 9, 1) <= term.first <= date(begins + 1, 8, 31)
            assert term.first.weekday() < 5 > term.last.weekday()
            assert term.first <= term.last
        for inset in year.inset:
            assert date(begins, 8, 18) <= inset < date(begins + 1, 8, 18)
