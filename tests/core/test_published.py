"""Dates as published pages write them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commsla.core.published import (
    in_year,
    name_of_year,
    read_day,
    read_day_and_reason,
    read_span,
    year_name,
)
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
        ("14/1/27", "2027-01-14"),
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
            "Look again.",
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
        ("Wed 1 Sep 2027-Fri 22 Oct 2027", "2027-09-01", "2027-10-22"),
        ("Autumn term 1: Wed 1 Sep 2027 to Fri 22 Oct 2027", "2027-09-01", "2027-10-22"),
        ("Wednesday 1st September 2027\tFriday 22nd October 2027", "2027-09-01", "2027-10-22"),
        ("from 1 Sep 2027 until 22 Oct 2027", "2027-09-01", "2027-10-22"),
        ("Fri 1 Sep to Fri 20 Oct 2028", "2028-09-01", "2028-10-20"),  # not the next 1 September
        ("today to 2026-11-26", "2026-11-24", "2026-11-26"),
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


def test_of_two_wrong_days_the_first_is_named() -> None:
    read = read_span("Tue 4 Jan 2027 to Fri 11 Feb 2027", TODAY)
    assert read == (
        '"Tue 4 Jan 2027" does not fit: 4 January 2027 is a Monday, not a Tuesday. Look again.'
    )


@pytest.mark.parametrize(
    ("typed", "first", "last", "reason"),
    [
        (["today", "snow"], "2026-11-24", "2026-11-24", "snow"),
        (["Thu", "14", "Jan", "no", "heating"], "2027-01-14", "2027-01-14", "no heating"),
        (["Thu 14 Jan", "30 cm of snow"], "2027-01-14", "2027-01-14", "30 cm of snow"),
        (["2027-01-14..2027-01-15", "to", "dry"], "2027-01-14", "2027-01-15", "to dry"),
        (["14", "Jan", "to", "15", "Jan", "flood"], "2027-01-14", "2027-01-15", "flood"),
        (["14", "Jan"], "2027-01-14", "2027-01-14", ""),
    ],
)
def test_a_day_and_its_reason_need_no_quotes(
    typed: list[str], first: str, last: str, reason: str
) -> None:
    span = Span(date.fromisoformat(first), date.fromisoformat(last))
    assert read_day_and_reason(typed, TODAY) == (span, reason)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (["Fri", "14", "Jan", "2027", "snow"], '"Fri 14 Jan 2027" does not fit'),
        (["soon", "snow"], '"soon snow" does not begin with a date that can be understood.'),
        (["31/2/2027", "snow"], '"31/2/2027" is a date that does not exist.'),
    ],
)
def test_a_day_that_cannot_be_read_before_a_reason(typed: list[str], sentence: str) -> None:
    read = read_day_and_reason(typed, TODAY)
    assert isinstance(read, str)
    assert read.startswith(sentence)


@pytest.mark.parametrize(
    ("typed", "today", "meant"),
    [
        (["14 Dec", "snow"], "2026-12-17",
         '"14 Dec" is past in this school year: Mon 14 Dec 2026. Write it with its year, or Tue 14 '
         "Dec 2027 if that is meant."),
        (["14", "Dec", "to", "16", "Dec", "flood"], "2026-12-17",
         '"14 Dec to 16 Dec" is past in this school year: Mon 14 Dec 2026. Write it with its year, or '
         "Tue 14 Dec 2027 if that is meant."),
        (["Mon", "14", "Dec", "snow"], "2026-12-17",
         '"Mon 14 Dec" is past in this school year: Mon 14 Dec 2026. If that day is meant, write it '
         "with its year."),
        (["20 Dec", "snow"], "2027-07-12",
         '"20 Dec" is past in this school year: Sun 20 Dec 2026. Write it with its year, or Mon 20 Dec '
         "2027 if that is meant."),
        (["14 Dec 2026", "snow"], "2026-12-17", "2026-12-14"),
        (["14/12/2026", "snow"], "2026-12-17", "2026-12-14"),
        (["Tue 14 Dec", "snow"], "2026-12-17", "2027-12-14"),
        (["17 Dec", "snow"], "2026-12-17", "2026-12-17"),
        (["1 Mar", "snow"], "2026-12-17", "2027-03-01"),
        (["1 Sept", "training"], "2027-08-27", "2027-09-01"),
        (["yesterday", "snow"], "2026-12-17", "2026-12-16"),
    ],
)  # fmt: skip
def test_a_day_that_is_past_in_this_school_year_needs_its_year(
    typed: list[str], today: str, meant: str
) -> None:
    read = read_day_and_reason(typed, date.fromisoformat(today))
    assert (read if isinstance(read, str) else read[0].first.isoformat()) == meant


def test_a_date_without_a_year_is_of_the_year_that_is_typed_in() -> None:
    assert in_year("4 Jan to 11 Feb", "2030-31") == Span(date(2031, 1, 4), date(2031, 2, 11))
    assert in_year("31 August", "2030-31") == Span(date(2030, 8, 31), date(2030, 8, 31))
    assert in_year("4 Jan 2030", "2030-31") == (
        "4 January 2030 does not lie in the school year 2030-31 (2030 to 2031). "
        "Look at the year of the date."
    )


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("2027-28", "2027-28"),
        ("2027/28", "2027-28"),
        (" 2027-2028 ", "2027-28"),
        ("2099-00", "2099-00"),
        ("2027-29", None),
        ("2027", None),
        ("27-28", None),
    ],
)
def test_the_name_of_a_school_year(text: str, name: str | None) -> None:
    assert name_of_year(text) == name


@given(st.lists(st.text(max_size=12), min_size=1, max_size=6))
def test_any_words_are_a_day_with_a_reason_or_a_printable_sentence(words: list[str]) -> None:
    read = read_day_and_reason(words, TODAY)
    assert isinstance(read, tuple) or read.isprintable()


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
