"""Dates as published pages write them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commsla.core.published import read_day, read_span, year_name
from commsla.core.school import Span

TODAY = date(2026, 11, 24)  # a Tuesday


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("today", "2026-11-24"),
        ("Tomorrow", "2026-11-25"),
        ("2027-01-14", "2027-01-14"),
        ("14/1/2027", "2027-01-14"),
        ("14.01.2027", "2027-01-14"),
        ("Thursday 14th January 2027", "2027-01-14"),
        ("Thu, 14 Jan 2027", "2027-01-14"),
        ("1st of September 2027", "2027-09-01"),
        ("Thu 14 Jan", "2027-01-14"),  # the next one
        ("24 Nov", "2026-11-24"),  # today is one
        ("23 November", "2027-11-23"),
    ],
)
def test_days(text: str, wanted: str) -> None:
    assert read_day(text, TODAY) == date.fromisoformat(wanted)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "Monday 5th January 2027",
            '"Monday 5th January 2027" does not fit: 5 January 2027 is a Tuesday, not a Monday. '
            "Look at the page again.",
        ),
        (
            "31/02/2027",
            '"31/02/2027" is a date that does not exist. Write it like "Thu 14 Jan 2027".',
        ),
        (
            "20256",
            '"20256" is not a date that can be understood. Write it like "Thu 14 Jan 2027".',
        ),
        ("", '"" is not a date that can be understood. Write it like "Thu 14 Jan 2027".'),
    ],
)
def test_a_wrong_day_is_refused_with_the_reason(text: str, sentence: str) -> None:
    assert read_day(text, TODAY) == sentence


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        (
            "Wednesday 1st September 2027 to Friday 22nd October 2027",
            "2027-09-01",
            "2027-10-22",
        ),
        ("Mon 1 Nov 2027 – Fri 17 Dec 2027", "2027-11-01", "2027-12-17"),
        ("2027-01-14..2027-01-15", "2027-01-14", "2027-01-15"),
        ("1 Nov to 17 Dec 2027", "2027-11-01", "2027-12-17"),
        ("13 December to 3 January 2028", "2027-12-13", "2028-01-03"),
        ("14/1/2027", "2027-01-14", "2027-01-14"),
        ("tomorrow", "2026-11-25", "2026-11-25"),
    ],
)
def test_spans(text: str, first: str, last: str) -> None:
    assert read_span(text, TODAY) == Span(date.fromisoformat(first), date.fromisoformat(last))


def test_a_span_that_ends_before_it_begins_is_refused() -> None:
    read = read_span("22 October 2027 to 1 September 2027", TODAY)
    assert isinstance(read, str)
    assert "ends before it begins" in read


@given(st.text(max_size=60))
def test_any_text_is_a_span_or_a_printable_sentence(text: str) -> None:
    read = read_span(text, TODAY)
    assert isinstance(read, Span) or read.isprintable()


@pytest.mark.parametrize(
    ("day", "name"),
    [("2026-09-01", "2026-27"), ("2027-08-31", "2026-27"), ("2099-12-01", "2099-00")],
)
def test_the_school_year_of_a_day(day: str, name: str) -> None:
    assert year_name(date.fromisoformat(day)) == name
