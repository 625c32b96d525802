"""What people type for a moment."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
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
        ("tuesday 9:00", "2026-11-17 09:00"),  # today at nine is still to come
        ("7:30", "2026-11-24 07:30"),
        ("now", "2026-11-24 08:00"),
        ("2026-07-01 12:00", "2026-07-01 12:00"),  # in summer time
        ("2026-12-17T16:45+00:00", "2026-12-17 16:45"),
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
        "17 Dec",
        "Dec 2026",
        "16",
        "soon",
        "today 25:00",
        "2026-13-01",
        "31/02/2026",
        "9999999999",
    ],
)
def test_what_leaves_a_day_open_is_refused(text: str) -> None:
    read = read_when(text, NOW)
    assert isinstance(read, str)
    assert "Write it like" in read


def test_a_weekday_must_match_its_date() -> None:
    for text in ("Fri 2026-12-17", "Friday 17 December 2026"):
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
