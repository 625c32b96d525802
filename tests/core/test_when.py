"""What people type for a moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commsla.core.when import read_when

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)  # a Tuesday


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2026-12-17 16:45", "2026-12-17 16:45"),
        ("2026-12-17T16:45", "2026-12-17 16:45"),
        ("2026-12-17", "2026-12-17 00:00"),
        ("Thu 2026-12-17 16:45", "2026-12-17 16:45"),
        ("17 Dec 2026 16:45", "2026-12-17 16:45"),
        ("Thursday 17 December 2026", "2026-12-17 00:00"),
        ("05/01/2027 9:00", "2027-01-05 09:00"),  # day first
        ("today 7:05", "2026-11-24 07:05"),
        ("yesterday 15:10", "2026-11-23 15:10"),
        ("Yesterday  15.10", "2026-11-23 15:10"),
        ("yesterday", "2026-11-23 00:00"),
        ("Mon 15:10", "2026-11-23 15:10"),
        ("tuesday 7:00", "2026-11-24 07:00"),
        ("tuesday 8:00", "2026-11-24 08:00"),  # this very minute
        ("tuesday 9:00", "2026-11-17 09:00"),  # today at nine is still to come
        ("7:30", "2026-11-24 07:30"),
        ("now", "2026-11-24 08:00"),
        ("2026-07-01 12:00", "2026-07-01 12:00"),  # in summer time
        ("2026-12-17T16:45+00:00", "2026-12-17 16:45"),
        ("2026-12-17T16:45Z", "2026-12-17 16:45"),
        ("2026-12-17 16:45 +05:30", "2026-12-17 11:15"),
        ("2026-12-17 9:05", "2026-12-17 09:05"),
        ("2026-12-17 16.45", "2026-12-17 16:45"),
        ("2026/12/05", "2026-12-05 00:00"),  # year first is never day first
        ("2026.12.5 9.05", "2026-12-05 09:05"),
        ("2026-12-17 16:45 Thu", "2026-12-17 16:45"),
        ("17.12.2026 16.45", "2026-12-17 16:45"),
        ("17-12-26", "2026-12-17 00:00"),
        ("17 Dec 2026 9.05", "2026-12-17 09:05"),
        ("17th of December 2026 at 4pm", "2026-12-17 16:00"),
        ("Dec 17 2026", "2026-12-17 00:00"),
        ("17 Dec 2026, Thursday", "2026-12-17 00:00"),
        ("29/02/2028", "2028-02-29 00:00"),
        ("mon", "2026-11-23 00:00"),
        ("Thurs 9:00", "2026-11-19 09:00"),
        ("Tue 17 Nov 08:45", "2026-11-17 08:45"),  # as it is shown: this year
        ("17 Dec", "2026-12-17 00:00"),
        ("yesterday 3pm", "2026-11-23 15:00"),
        ("Tomorrow 9:00", "2026-11-25 09:00"),
        ("8.30am", "2026-11-24 08:30"),
        ("tuesday", "2026-11-24 00:00"),
    ],
)
def test_moments(text: str, wanted: str) -> None:
    read = read_when(text, NOW)
    assert isinstance(read, datetime), read
    assert read.astimezone(LONDON).strftime("%Y-%m-%d %H:%M") == wanted


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Dec 2026",
        "16",
        "soon",
        "today 25:00",
        "2026-13-01",
        "31/02/2026",
        "9999999999",
        "12/25/2026",  # no month has this number, and none is swapped in silence
        "02/13/2026 9:00",
        "2026/13/05",
        "2026-02-30",
        "Dec 2026 Friday",
        "Friday 2026",
        "17 12",
        "1/2",
        "1/2/3",
        "1 2 2026",
        "29/02/2027",
        "17 Dec 2026 25:00",
        "17 Dec 2026 16:45 EST",
        "17 Dec 2026 16:45 UTC",
        "2026-12-17T16.45",
        "2026-12-17 to 2026-12-20",
        "2026-12-171",
        "17 Dec 2026 18 Dec 2026",
        "24:00",
        "yesterday 9",
        "last monday",
        "mo 9:00",
        "th9:05" + "9" * 40 + "-0000decdec" + "9" * 20,  # a decimal trap
    ],
)
def test_what_leaves_a_day_open_is_refused(text: str) -> None:
    read = read_when(text, NOW)
    assert isinstance(read, str)
    assert "Write it like" in read


def test_a_weekday_must_match_its_date() -> None:
    for text in (
        "Fri 2026-12-17",
        "Friday 17 December 2026",
        "17 December 2026 Friday",
        "2026-12-17 16:45 fri",
        "thu fri 17/12/2026",
    ):
        assert read_when(text, NOW) == (
            "17 December 2026 is a Thursday, not a Friday. "
            "Check the date, or leave the weekday out."
        )


@given(st.text(max_size=40))
def test_any_text_is_a_moment_or_a_sentence(text: str) -> None:
    read = read_when(text, NOW)
    assert isinstance(read, str) or read.utcoffset() is not None
    if isinstance(read, str):
        assert read.isprintable()


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-03-29 00:59", "2026-03-29 00:59"),
        ("2026-03-29 01:30", "2026-03-29 01:30"),  # does not exist: read in winter time
        ("29/03/2026 1:30", "2026-03-29 01:30"),
        ("2026-03-29 02:00", "2026-03-29 01:00"),
        ("2026-10-25 00:59", "2026-10-24 23:59"),
        ("2026-10-25 01:30", "2026-10-25 00:30"),  # comes twice: the first
        ("2026-10-25 02:00", "2026-10-25 02:00"),
    ],
)
def test_when_the_clocks_change(text: str, utc: str) -> None:
    read = read_when(text, NOW)
    assert isinstance(read, datetime), read
    assert f"{read:%Y-%m-%d %H:%M} {read.tzname()}" == f"{utc} UTC"


@pytest.mark.parametrize(
    ("now", "text", "utc"),
    [
        # Half past midnight in London is still the day before in UTC.
        ("2026-06-30 23:30", "today 0:10", "2026-06-30 23:10"),
        ("2026-06-30 23:30", "yesterday 15:10", "2026-06-30 14:10"),
        ("2026-06-30 23:30", "wed", "2026-06-30 23:00"),  # 1 July
        ("2026-03-29 12:00", "yesterday 15:10", "2026-03-28 15:10"),
        ("2026-03-29 12:00", "sat 1:30", "2026-03-28 01:30"),
        ("2026-10-25 01:15", "1:30", "2026-10-25 00:30"),
    ],
)
def test_today_is_the_schools_today(now: str, text: str, utc: str) -> None:
    read = read_when(text, datetime.fromisoformat(now).replace(tzinfo=UTC))
    assert isinstance(read, datetime), read
    assert f"{read:%Y-%m-%d %H:%M}" == utc


@pytest.mark.parametrize("text", ["0001-01-01 00:00 +05:00", "17 dec 1999 9:05 +9999"])
def test_a_day_outside_the_calendar_is_a_sentence(text: str) -> None:
    read = read_when(text, NOW)
    assert isinstance(read, str)
    assert "is outside the calendar" in read


_PIECES = """17 12 5 25 2026 26 1999 9:05 25:00 16.45 / - . : , dec december may fri friday today
    yesterday now t z + +01:00 am pm at of th est bst utc W51 0 31 13"""
PIECES = st.sampled_from(_PIECES.split())


@settings(max_examples=1000, deadline=None)
@given(st.lists(PIECES, max_size=7), st.sampled_from(["", " "]))
def test_whatever_looks_like_a_date_is_a_moment_or_a_sentence(pieces: list[str], gap: str) -> None:
    read = read_when(gap.join(pieces), NOW)
    if isinstance(read, str):
        assert read.endswith((_EXAMPLE, "leave the weekday out."))
    else:
        assert read.utcoffset() is not None


_EXAMPLE = 'Write it like "2026-12-17 16:45", "17 Dec 2026 16:45" or "yesterday 15:10".'


@given(st.integers(0, 50_000_000))
def test_every_way_of_writing_a_day_is_the_same_day(minutes: int) -> None:
    moment = (datetime(1990, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)).astimezone(LONDON)
    wanted = moment.replace(fold=0).astimezone(UTC)
    for form in (
        "%Y-%m-%d %H:%M",
        "%d/%m/%Y %H:%M",
        "%d %b %Y %H:%M",
        "%d.%m.%Y %H.%M",
        "%a %d %B %Y %H:%M",
    ):
        assert read_when(moment.strftime(form), NOW) == wanted
