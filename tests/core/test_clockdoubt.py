"""A clock that was set back or far forward is seen; a summer, or one odd mail, is no reason."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from commsla.core.clockdoubt import clock_doubt

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("last", "others", "arrivals", "doubted"),
    [
        (None, [], [], False),
        (NOW - DAY, [NOW - MINUTE], [NOW - MINUTE] * 5, False),
        (NOW + 5 * MINUTE, [], [], False),
        (NOW + 6 * MINUTE, [], [], True),
        (NOW - DAY, [NOW + 6 * MINUTE], [], True),  # a poll that ran later than now
        (NOW - 60 * DAY, [], [], False),  # a summer
        (NOW - 61 * DAY, [NOW], [NOW], True),  # a poll under the same clock proves nothing
        (None, [NOW - 400 * DAY], [], False),  # somebody else's last run says nothing about a pause
        (NOW, [], [NOW + DAY, NOW + DAY], False),  # mail that was copied in
        (NOW, [], [NOW + DAY, NOW + DAY, NOW + 5 * MINUTE], False),
        (NOW, [], [NOW + DAY, NOW + DAY, NOW + 6 * MINUTE], True),
    ],
)
def test_what_speaks_against_a_clock(
    last: datetime | None, others: list[datetime], arrivals: list[datetime], doubted: bool
) -> None:
    assert (clock_doubt(NOW, last, others, arrivals) is not None) is doubted


def test_the_sentence_names_both_times() -> None:
    doubt = clock_doubt(NOW, datetime(2027, 12, 29, 9, 0, tzinfo=UTC))
    assert doubt is not None
    assert doubt.why == (
        "This computer's clock may be wrong: it says Tuesday 24 November 2026, 09:00, but the last "
        "run was Wed 29 Dec 2027 09:00."
    )
    forward = clock_doubt(NOW, NOW - 61 * DAY)
    assert forward is not None
    assert "which is 61 days after the last run" in forward.why
