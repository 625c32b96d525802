"""When commsla runs by itself: around the hours of every office, by the computer's own clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import time

import pytest

from commsla.core.school import Hours
from commsla.core.timetable import Timetable, timetable_for
from tests.jobs.test_poll import CONFIG


def _of(*hours: Hours, ahead: Sequence[float] = (0, 0)) -> Timetable:
    schools = [replace(CONFIG.schools[0], hours=h) for h in hours]
    return timetable_for(schools, 15, ahead)


WEEK: Hours = {n: ((time(8, 30), time(16)),) for n in range(5)}
NURSERY: Hours = {2: ((time(7, 45), time(12)), (time(13), time(18, 30))), 5: ((time(9), time(10)),)}


def test_from_an_hour_before_the_first_opens_until_the_last_has_closed() -> None:
    assert _of(WEEK) == Timetable(15, 7, 16, (0, 1, 2, 3, 4))
    assert _of(WEEK, NURSERY) == Timetable(15, 6, 18, (0, 1, 2, 3, 4, 5))
    assert _of({}) == Timetable(15, 7, 18, (0, 1, 2, 3, 4))
    assert _of({0: ((time(0), time(23, 59)),)}) == Timetable(15, 0, 23, (0,))


@pytest.mark.parametrize(
    ("ahead", "first", "last"),
    [((0, -1), 6, 16), ((1, 1), 8, 17), ((5.5, 4.5), 11, 22), ((-5, -4), 2, 12)],
)
def test_a_computer_in_another_zone(ahead: tuple[float, float], first: int, last: int) -> None:
    """UTC, Berlin, Kolkata, New York (but for the weeks in which only one of two has changed)."""
    assert _of(WEEK, ahead=ahead) == Timetable(15, first, last, (0, 1, 2, 3, 4))


@pytest.mark.parametrize("ahead", [(-8, -8), (8, 8), (13, 12)])
def test_where_a_day_of_the_office_is_two_days_there_it_runs_at_every_hour(
    ahead: tuple[float, float],
) -> None:
    assert _of(WEEK, ahead=ahead) == Timetable(15, 0, 23, (0, 1, 2, 3, 4, 5, 6), everywhere=True)
