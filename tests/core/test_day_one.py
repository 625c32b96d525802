"""How far the first poll reads back: 28 days, or to the earliest mail that is not yet due."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from commsla.core.calendar import build_days
from commsla.core.day_one import reads_back_to
from commsla.core.school import ClockRules, Promise, Receipt, SchoolYear, Span, Unit
from commsla.core.workdays import Workdays
from tests.core.calendars import BANK_HOLIDAYS, OFFICE, WINTER
from tests.core.judging import POLICY, SCHOOL, london

NEXT = SchoolYear("2026-27", (Span(date(2026, 9, 3), date(2026, 10, 23)),), (date(2026, 9, 2),))
TWO_YEARS = Workdays(build_days([WINTER, NEXT], BANK_HOLIDAYS, ()), OFFICE)


@pytest.mark.parametrize(
    ("now", "back_to"),
    [
        ("2025-11-28 08:00", "2025-10-31"),  # 28 days
        ("2025-11-28 00:00", "2025-10-31"),
        ("2025-11-28 23:59", "2025-10-31"),
        ("2026-01-05 08:00", "2025-12-08"),  # 28 days reach further than the holidays
        # Over the summer. Term ends on Tue 21 July: mail of Tue 14 July was due that day, mail of
        # Wed 15 July has four days in July (16, 17, 20, 21) and its fifth in September.
        ("2026-08-18 08:00", "2026-07-15"),
        ("2026-08-31 08:00", "2026-07-15"),
    ],
)
def test_the_first_poll_reads_back_to_what_is_not_yet_due(now: str, back_to: str) -> None:
    assert reads_back_to(london(now), POLICY, SCHOOL).isoformat() == back_to


@pytest.mark.parametrize(
    ("now", "back_to"),
    [
        # September: INSET on Wed 2, pupils from Thu 3. Mail of 15 July is due on Wed 2 September;
        # mail of 16 July, with three days in July, on Thu 3; of 21 July on Tue 8.
        ("2026-09-02 23:59", "2026-07-15"),
        ("2026-09-03 00:00", "2026-07-16"),
        ("2026-09-03 09:00", "2026-07-16"),
        ("2026-09-08 09:00", "2026-07-21"),
        ("2026-09-09 09:00", "2026-08-12"),  # all of July's mail is past due: 28 days again
    ],
)
def test_over_the_summer_it_reads_back_into_july(now: str, back_to: str) -> None:
    assert reads_back_to(london(now), POLICY, TWO_YEARS).isoformat() == back_to


def test_it_is_the_published_promise_that_counts() -> None:
    short = replace(POLICY, respond=Promise(1, Unit.WORKING_DAYS))
    # One day: mail of Mon 20 July was due on Tue 21; mail of Tue 21 July is due on Wed 2 September.
    assert reads_back_to(london("2026-08-31 08:00"), short, TWO_YEARS) == date(2026, 7, 21)
    rules = ClockRules(receipt=Receipt.NEXT_WORKING_DAY)
    late = replace(POLICY, respond=Promise(5, Unit.WORKING_DAYS), rules=rules)
    # After hours on Tue 14 July belongs to the 15th, whose fifth day is in September.
    assert reads_back_to(london("2026-08-31 08:00"), late, TWO_YEARS) == date(2026, 7, 14)


def test_it_ends_somewhere() -> None:
    year = replace(POLICY, respond=Promise(300, Unit.CALENDAR_DAYS))
    assert reads_back_to(london("2026-08-31 08:00"), year, TWO_YEARS) == date(2026, 5, 3)


def test_before_the_calendar_begins_it_is_28_days() -> None:
    assert reads_back_to(london("1999-11-28 08:00"), POLICY, SCHOOL) == date(1999, 10, 31)
