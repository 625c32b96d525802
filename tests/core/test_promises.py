"""Promises as an office writes them: read, or refused with the question they leave open."""

from __future__ import annotations

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commsla.core.promises import parse_promise
from commsla.core.school import AnyPromise, Either, Promise, Unit


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2 working days", Promise(2, Unit.WORKING_DAYS)),
        ("1 working day", Promise(1, Unit.WORKING_DAYS)),
        ("  5  School   DAYS ", Promise(5, Unit.SCHOOL_DAYS)),
        ("10 weekdays", Promise(10, Unit.WEEKDAYS)),
        ("28 calendar days", Promise(28, Unit.CALENDAR_DAYS)),
        ("2 weeks", Promise(2, Unit.WEEKS)),
        ("1 calendar month", Promise(1, Unit.CALENDAR_MONTHS)),
        ("48 hours", Promise(48, Unit.HOURS)),
        ("48 hours on working days", Promise(48, Unit.HOURS_ON_WORKING_DAYS)),
        ("4 working hours", Promise(4, Unit.WORKING_HOURS)),
        ("same day", Promise(0, Unit.WORKING_DAYS)),
        ("Same School Day", Promise(0, Unit.SCHOOL_DAYS)),
        ("same working day", Promise(0, Unit.WORKING_DAYS)),
        ("next working day", Promise(1, Unit.WORKING_DAYS)),
        ("next school day", Promise(1, Unit.SCHOOL_DAYS)),
        ("Next weekday", Promise(1, Unit.WEEKDAYS)),
        ("1 working day by midday", Promise(1, Unit.WORKING_DAYS, time(12))),
        ("1 working day by 23:59", Promise(1, Unit.WORKING_DAYS, time(23, 59))),
        ("500 working days", Promise(500, Unit.WORKING_DAYS)),
        ("next working day by 12:00", Promise(1, Unit.WORKING_DAYS, time(12))),
        ("2 working days, by noon", Promise(2, Unit.WORKING_DAYS, time(12))),
        ("1 school day by 9.30", Promise(1, Unit.SCHOOL_DAYS, time(9, 30))),
        (
            "1 calendar month or the next working day",
            Promise(1, Unit.CALENDAR_MONTHS, roll=Unit.WORKING_DAYS),
        ),
        (
            "1 week or the next weekday by noon",
            Promise(1, Unit.WEEKS, time(12), Unit.WEEKDAYS),
        ),
        (
            "1 calendar month or the next working day or 30 working days, whichever comes first",
            Either(
                Promise(1, Unit.CALENDAR_MONTHS, roll=Unit.WORKING_DAYS),
                Promise(30, Unit.WORKING_DAYS),
            ),
        ),
        (
            "same day by 15:00 or 1 calendar month or the next school day, whichever is later",
            Either(
                Promise(0, Unit.WORKING_DAYS, time(15)),
                Promise(1, Unit.CALENDAR_MONTHS, roll=Unit.SCHOOL_DAYS),
                later=True,
            ),
        ),
        (
            "20 school days or 60 working days, whichever is first",
            Either(Promise(20, Unit.SCHOOL_DAYS), Promise(60, Unit.WORKING_DAYS)),
        ),
        (
            "2 working days or 1 week, whichever is the later",
            Either(Promise(2, Unit.WORKING_DAYS), Promise(1, Unit.WEEKS), later=True),
        ),
    ],
)
def test_what_an_office_writes(text: str, wanted: AnyPromise) -> None:
    assert parse_promise(text) == wanted


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "5 days",
            '"5 days" leaves a question open: school days, working days or calendar days? '
            'Write "5 working days" or "5 school days".',
        ),
        (
            "1 month",
            '"1 month" leaves a question open: calendar months? Write "1 calendar month".',
        ),
        (
            "next day",
            '"next day" leaves a question open: the next working day or the next school day? '
            'Write "next working day" or "next school day".',
        ),
        (
            "by 12:00",
            '"by 12:00" leaves a question open: on which day? Write for example '
            '"next working day by 12:00" or "same day by 12:00".',
        ),
        (
            "2 working days or 1 week",
            '"2 working days or 1 week" leaves a question open: which of the two counts? Add '
            '", whichever is first" or ", whichever is last".',
        ),
        ("", 'The promise is empty. Write for example "2 working days".'),
        (
            "two working days",
            '"two working days" does not begin with a number in digits. '
            'Write for example "2 working days".',
        ),
        (
            "0 working days",
            '"0 working days" does not begin with a whole number from 1 to 500. '
            'Write for example "2 working days".',
        ),
        ("5", '"5" does not say what it counts. Write "5 working days", for example.'),
        ("5 days or 2 weeks, whichever is first", '"5 days" leaves a question open: school days, working days or calendar days? Write "5 working days" or "5 school days".'),
        ("1 working day by 25:00", '"1 working day by 25:00" ends at a time that cannot be read. Write it like "by 12:00".'),
        ("1 working day by 9:60", '"1 working day by 9:60" ends at a time that cannot be read. Write it like "by 12:00".'),
        ("1 working day by 24:00", '"1 working day by 24:00" ends at a time that cannot be read. Write it like "by 12:00".'),
        ("2 working days by 5pm", '"2 working days by 5pm" ends at a time that cannot be read. Write it like "by 12:00".'),
        (
            "2 working days by 00:00",
            '"2 working days by 00:00" leaves a question open: the midnight before that day or after it? '
            'Leave the "by" out for the end of the day.',
        ),
        ("501 weeks", '"501 weeks" does not begin with a whole number from 1 to 500. Write for example "2 working days".'),
        (
            "5 working days or the next school day",
            '"5 working days or the next school day" cannot roll on: working days never end on a closed day. '
            "Leave that part out.",
        ),
        ("1 week or 2 months, whichever is last", '"2 months" leaves a question open: calendar months? Write "2 calendar months".'),
        ("4 hours by 12:00", '"4 hours by 12:00" ends at its own time: leave out the "by", or count in days.'),
    ],
)  # fmt: skip
def test_what_is_refused_says_what_to_write(text: str, sentence: str) -> None:
    assert parse_promise(text) == sentence


@pytest.mark.parametrize(
    "text", ["5 moons", "-2 working days", "1.5 working days", "1" * 5000, "2  "]
)
def test_nonsense_is_a_sentence(text: str) -> None:
    read = parse_promise(text)
    assert isinstance(read, str)
    assert len(read) < 400


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused_in_one_printable_sentence(text: str) -> None:
    read = parse_promise(text)
    if isinstance(read, str):
        assert read.isprintable()


BY = st.none() | st.times(time(0, 1)).map(lambda t: time(t.hour, t.minute))
ROLL = st.none() | st.sampled_from([Unit.WORKING_DAYS, Unit.SCHOOL_DAYS, Unit.WEEKDAYS])
ROLLING = st.sampled_from([Unit.CALENDAR_DAYS, Unit.WEEKS, Unit.CALENDAR_MONTHS])
SINGLE = (
    st.builds(Promise, st.integers(1, 500), st.sampled_from(Unit))
    | st.builds(
        Promise, st.integers(0, 500), st.sampled_from([Unit.WORKING_DAYS, Unit.SCHOOL_DAYS]), BY
    )
    | st.builds(Promise, st.integers(1, 500), ROLLING, BY, ROLL)
)


@given(st.one_of(SINGLE, st.builds(Either, SINGLE, SINGLE, st.booleans())))
def test_what_is_printed_is_read_back(promise: AnyPromise) -> None:
    assert parse_promise(str(promise)) == promise
