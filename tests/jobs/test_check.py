"""`check`: late, old, doubtful; and that no line says who wrote what."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from commsla.core.digests import AlertRun
from commsla.core.hostfacts import LedgerForm
from commsla.core.monitor import Limits, Monitored
from commsla.core.plugin import Level
from commsla.core.recipients import Recipient
from commsla.core.school import Config
from commsla.errors import MailboxError
from commsla.jobs.check import check
from commsla.jobs.ports import LedgerReader
from tests.jobs.desk import Desk, desk
from tests.jobs.test_poll import CONFIG, DAYS, NOW

__all__ = ["desk"]

PERF = re.compile(r"[a-z_0-9-]+=(U|\d+s?);\d*;\d*;0")


class Lying:
    """The ledger of a desk."""

    def __init__(self, ledger: LedgerReader) -> None:
        self._ledger = ledger

    def form(self) -> LedgerForm:
        return LedgerForm("3")

    @contextmanager
    def open(self) -> Iterator[LedgerReader]:
        yield self._ledger


def look(
    desk: Desk, at: datetime, limits: Limits = Limits(), *, config: Config = CONFIG
) -> Monitored:
    found = check(config, Lying(desk.ledger), DAYS, at, config.schools, limits)
    line = found.line
    assert "\n" not in line
    assert line.count("|") == 1
    said, figures = line.split(" | ")
    assert said.startswith(f"COMMSLA {found.level.name}: ")
    assert all(PERF.fullmatch(f) for f in figures.split(" ")), figures
    for word in ("anna", "quill", "zebra", "@", "office"):
        assert word not in line.casefold()
    return found


def test_all_is_well(desk: Desk) -> None:
    desk.polled(1)
    found = look(desk, desk.at(2))
    assert found.line == (
        "COMMSLA OK: 0 overdue, 0 due today; oak last read today 09:00; elm last read today 09:00 "
        "| overdue=0;0;4;0 due_today=0;;;0 age_oak=3600s;;;0 age_elm=3600s;;;0"
    )


@pytest.mark.parametrize(
    ("limits", "level"),
    [
        (Limits(), Level.WARNING),
        (Limits(2, 4), Level.OK),
        (Limits(1, 4), Level.WARNING),
        (Limits(0, 1), Level.CRITICAL),
        (Limits(None, None), Level.OK),
        (Limits(2, 4, 0, None), Level.WARNING),
        (Limits(2, 4, None, 0), Level.CRITICAL),
        (Limits(2, 4, 1, 1), Level.OK),
    ],
)
def test_more_than_the_limit_is_too_many(desk: Desk, limits: Limits, level: Level) -> None:
    for name in ("a", "b"):
        desk.came(name, 0)
    desk.came("c", 24, school="elm")
    desk.polled(25)
    at = 24 * 3 + 1.0  # Thursday: the two are a day late; the third is due since midnight
    desk.polled(at)
    found = look(desk, desk.at(at), limits)
    counts = {f.label: f.value for f in found.figures}
    assert (counts["overdue"], counts["due_today"]) == (2, 1)
    assert found.level is level


def test_two_open_hours_without_a_good_poll_are_unknown_and_closed_days_are_not(desk: Desk) -> None:
    desk.polled(24 * 4 + 8)  # Friday 16:00
    for hours in (24 * 4 + 20, 24 * 5, 24 * 6, 24 * 7, 24 * 7 + 2.4):  # until Monday 10:24
        assert look(desk, desk.at(hours)).level is Level.OK
    found = look(desk, desk.at(24 * 7 + 2.6))
    assert found.level is Level.UNKNOWN
    assert "oak last read Fri 28 Nov 16:00, newer mail is missing" in found.line


def test_over_the_holidays_nothing_grows_stale(desk: Desk) -> None:
    desk.polled(24 * 25 + 8)  # Friday 19 December 16:00, the last of term
    new_year = datetime.combine(date(2026, 1, 4), NOW.timetz())
    assert look(desk, new_year).level is Level.OK


def test_a_mailbox_that_was_never_read_has_no_age(desk: Desk) -> None:
    three = (*CONFIG.schools, replace(CONFIG.schools[0], code="ash", prefix="A"))
    config = replace(CONFIG, schools=three)
    days = {**DAYS, "ash": DAYS["oak"]}
    found = check(config, Lying(desk.ledger), days, desk.at(0), config.schools, Limits())
    assert found.level is Level.UNKNOWN
    assert "ash never read, newer mail is missing" in found.line
    assert "age_ash=U;;;0" in found.line


def test_a_failed_poll_is_a_warning_until_it_is_old(desk: Desk) -> None:
    desk.polled(1)
    desk.boxes["oak"].trouble = MailboxError("The certificate of Anna cannot be trusted.")
    desk.poll(desk.at(1.5))
    found = look(desk, desk.at(1.6))
    assert found.level is Level.WARNING
    assert "the last poll of oak failed" in found.line
    desk.poll(desk.at(7))
    assert look(desk, desk.at(7)).level is Level.UNKNOWN


@pytest.mark.parametrize("back", [timedelta(minutes=10), timedelta(days=400)])
def test_a_clock_that_was_set_back_is_unknown(desk: Desk, back: timedelta) -> None:
    desk.polled(24)
    found = look(desk, desk.at(24) - back)
    assert found.level is Level.UNKNOWN
    assert "clock may be wrong" in found.findings[0].said


def test_several_mails_from_the_future_are_unknown_and_one_is_not(desk: Desk) -> None:
    desk.polled(1)
    desk.came("a", 30)
    desk.polled(2)
    assert look(desk, desk.at(2)).level is Level.OK
    for name in ("b", "c"):
        desk.came(name, 30)
    desk.polled(2.1)
    assert look(desk, desk.at(2.1)).level is Level.UNKNOWN


@pytest.mark.parametrize(
    ("days", "level"), [(20, "OK"), (14, "WARNING"), (0, "WARNING"), (-1, "CRITICAL")]
)
def test_a_login_that_ends(desk: Desk, days: int, level: str) -> None:
    desk.polled(1)
    last = NOW.date() + timedelta(days=days)
    oak, elm = CONFIG.schools
    box = replace(oak.mailboxes[0], secret_expires=last)
    config = replace(CONFIG, schools=(replace(oak, mailboxes=(box,)), elm))
    assert look(desk, desk.at(1), config=config).level.name == level


TOLD = Recipient("office", "office@oak.example")
ALERTING = replace(CONFIG, schools=(replace(CONFIG.schools[0], alerts=(TOLD,)), CONFIG.schools[1]))


def ran(desk: Desk, run: AlertRun) -> None:
    with desk.ledger.transaction():
        desk.ledger.note_alert_run(run)


def test_alerts_that_do_not_run_are_a_warning_where_somebody_is_to_be_told(desk: Desk) -> None:
    desk.polled(8)
    assert look(desk, desk.at(8)).level is Level.OK
    assert "no alert ran yet" in look(desk, desk.at(8), config=ALERTING).line
    ran(desk, AlertRun(desk.at(8)))
    assert look(desk, desk.at(8), config=ALERTING).level is Level.OK
    desk.polled(27)  # Tuesday 11:00, two and a half open hours later
    found = look(desk, desk.at(27), config=ALERTING)
    assert found.level is Level.WARNING
    assert "the last alert ran yesterday 16:00" in found.line
    desk.polled(26)
    assert look(desk, desk.at(26), config=ALERTING).level is Level.OK


def test_a_mail_server_that_takes_nothing_is_critical(desk: Desk) -> None:
    desk.polled(2)
    for failures, said in ((1, "took no alert, once"), (3, "took no alert, 3 times in a row")):
        ran(desk, AlertRun(desk.at(2), failures=failures))
        found = look(desk, desk.at(2), config=ALERTING)
        assert found.level is Level.CRITICAL
        assert said in found.line


def test_who_is_refused_is_seen_until_a_mail_to_him_is_taken(desk: Desk) -> None:
    oak, elm = ALERTING.schools
    head = replace(TOLD, address="Head@oak.example")
    two = replace(ALERTING, schools=(replace(oak, alerts=(TOLD, head)), elm))
    desk.polled(2)
    ran(desk, AlertRun(desk.at(2)))
    with desk.ledger.transaction():
        desk.ledger.note_refused("Head@oak.example", desk.at(2))
        desk.ledger.note_refused("gone@oak.example", desk.at(2))
    found = look(desk, desk.at(2), config=two)
    assert found.level is Level.WARNING
    assert "refuses 1 of 2 who are to be told" in found.line
    with desk.ledger.transaction():
        desk.ledger.note_refused(TOLD.address, desk.at(2))
    found = look(desk, desk.at(2), config=two)
    assert found.level is Level.CRITICAL
    assert "refuses 2 of 2 who are to be told" in found.line
    with desk.ledger.transaction():
        for address in (TOLD.address, head.address):
            desk.ledger.note_sent(desk.ledger.post(address, address, b"x", (), (), desk.at(2)).id)
    assert look(desk, desk.at(2), config=two).level is Level.OK


def test_a_clock_that_a_person_confirmed_is_believed(desk: Desk) -> None:
    for name in ("a", "b", "c"):
        desk.came(name, 30)
    desk.polled(2)
    assert look(desk, desk.at(2)).level is Level.UNKNOWN
    ran(desk, AlertRun(desk.at(2), trusted_up_to=desk.ledger.highest()))
    assert look(desk, desk.at(2)).level is Level.OK
