"""When it is said that all is quiet, and when that nothing is read: in office hours, and not too often."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from commsla.core.evidence import Share
from commsla.core.local import LONDON
from commsla.core.model import MailboxRead
from commsla.core.quiet import all_quiet_due, stale_alert_due
from commsla.core.school import DayKind, Override
from commsla.core.today import MailboxLine, SchoolLine
from commsla.core.verdicts import Section
from tests.core.calendars import winter
from tests.jobs.test_poll import CONFIG

DAYS = winter()
MONDAY = datetime(2025, 11, 24, 10, 0, tzinfo=UTC)
GOOD = MailboxRead("oak", "office@oak.example", MONDAY, MONDAY, "", "Sent")


def line(
    counts: dict[Section, int] | None = None,
    *,
    stale: bool = False,
    read: MailboxRead | None = GOOD,
    visible: bool = True,
    share: Share = Share(5, 5),
) -> SchoolLine:
    full = dict.fromkeys(Section, 0) | (counts or {})
    box = MailboxLine("office@oak.example", read, stale, visible)
    return SchoolLine(CONFIG.schools[0], (box,), full, share, None, 0)


def halves(first: date, last: date) -> Iterator[datetime]:
    """Every half hour of these local days, in UTC."""
    at = datetime.combine(first, time(0, 10), LONDON).astimezone(UTC)
    while at.astimezone(LONDON).date() <= last:
        yield at
        at += timedelta(minutes=30)


def walked(
    due: Callable[[datetime | None, datetime], bool], first: date, last: date
) -> list[datetime]:
    """When it is said by a run every half hour that remembers; local time."""
    said: list[datetime] = []
    for now in halves(first, last):
        if due(said[-1] if said else None, now):
            said.append(now)
    return [s.astimezone(LONDON) for s in said]


def test_all_quiet_is_said_once_in_each_week_that_has_a_working_day() -> None:
    said = walked(
        lambda last, now: all_quiet_due(line(), last, DAYS, now),
        date(2025, 12, 1),
        date(2026, 3, 31),
    )
    assert [s.time() for s in said] == [time(8, 40)] * len(said)
    assert [s.date() for s in said] == [
        *(date(2025, 12, 1), date(2025, 12, 8), date(2025, 12, 15)),
        # two weeks of Christmas; then the INSET day
        *(date(2026, 1, 5), date(2026, 1, 12), date(2026, 1, 19), date(2026, 1, 26)),
        *(date(2026, 2, 2), date(2026, 2, 9)),  # half term
        *(date(2026, 2, 23), date(2026, 3, 2), date(2026, 3, 9), date(2026, 3, 16)),
        date(2026, 3, 23),
    ]


def test_a_digest_is_a_sign_of_life_already() -> None:
    monday = MONDAY - timedelta(hours=1)
    for hours in range(0, 24 * 5, 3):
        assert not all_quiet_due(line(), monday, DAYS, MONDAY + timedelta(hours=hours))
    assert all_quiet_due(line(), monday, DAYS, MONDAY + timedelta(days=7))
    assert all_quiet_due(line(), monday - timedelta(days=3), DAYS, MONDAY)
    assert not all_quiet_due(line(), MONDAY + timedelta(days=30), DAYS, MONDAY), "a clock was wrong"


def test_a_week_goes_on_over_new_year() -> None:
    days = winter(Override(date(2026, 1, 2), DayKind.OFFICE, "stocktaking"))
    wednesday, friday = (
        datetime(2025, 12, 31, 10, tzinfo=UTC),
        datetime(2026, 1, 2, 10, tzinfo=UTC),
    )
    assert not all_quiet_due(line(), wednesday, days, friday)
    assert all_quiet_due(line(), wednesday - timedelta(days=3), days, friday)


@pytest.mark.parametrize(
    "not_quiet",
    [
        line({Section.OVERDUE: 1}),
        line({Section.DUE_TODAY: 1}),
        line(stale=True),
        line(read=replace(GOOD, trouble="The certificate has ended.")),
        line(visible=False),
        line(share=Share(140, 0)),
    ],
)
def test_what_is_not_quiet_or_cannot_be_trusted_is_never_called_so(not_quiet: SchoolLine) -> None:
    assert all_quiet_due(line(), None, DAYS, MONDAY)
    assert not all_quiet_due(not_quiet, None, DAYS, MONDAY)


def test_what_waits_is_quiet() -> None:
    assert all_quiet_due(line({Section.WAITING: 9, Section.DUE_NEXT: 1}), None, DAYS, MONDAY)


def test_a_silence_is_told_at_once_and_on_each_working_day_that_it_lasts() -> None:
    old = line(stale=True)
    said = walked(
        lambda last, now: stale_alert_due(old, last, DAYS, now),
        date(2025, 12, 17),
        date(2026, 1, 7),
    )
    assert [s.date().isoformat() for s in said] == [
        *("2025-12-17", "2025-12-18", "2025-12-19"),
        *("2026-01-05", "2026-01-06", "2026-01-07"),
    ]
    assert {s.time() for s in said} == {time(8, 40)}


def test_a_second_silence_of_one_day_is_told_as_well() -> None:
    told = MONDAY
    for good, due in ((MONDAY - timedelta(hours=3), False), (MONDAY + timedelta(hours=1), True)):
        old = line(stale=True, read=replace(GOOD, last_good=good))
        assert stale_alert_due(old, told, DAYS, MONDAY + timedelta(hours=4)) is due
    never = line(stale=True, read=None)
    assert stale_alert_due(never, None, DAYS, MONDAY)
    assert not stale_alert_due(never, MONDAY, DAYS, MONDAY + timedelta(hours=1))


def test_what_is_read_is_no_silence() -> None:
    assert not stale_alert_due(line(), None, DAYS, MONDAY)


def test_beyond_the_calendar_nothing_is_said() -> None:
    far = datetime(2050, 1, 3, 10, tzinfo=UTC)
    assert not all_quiet_due(line(), None, DAYS, far)
    assert not stale_alert_due(line(stale=True), None, DAYS, far)
