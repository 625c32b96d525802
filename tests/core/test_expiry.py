"""What ends soon is said thirty days ahead, and after that, too."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from commsla.core.checkup import Health
from commsla.core.expiry import check_expiry, expiring, expiry_of, expiry_sentence
from commsla.core.school import Mailbox, PasswordSource, School

LAST = date(2028, 8, 31)
BOX = Mailbox("office@oak.test", "m", 993, "office", PasswordSource(), secret_expires=LAST)
SCHOOL = School("oak", "O", "Oak", "", "England", (), (), (BOX,), (), {}, ())


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (31, ""),
        (30, "ends in 30 days (DAY)"),
        (2, "ends in 2 days (DAY)"),
        (1, "ends tomorrow (DAY)"),
        (0, "ends today (DAY)"),
        (-1, "ended on DAY"),
        (-400, "ended on DAY"),
    ],
)
def test_thirty_days_ahead(left: int, said: str) -> None:
    found = expiring(SCHOOL, LAST - timedelta(days=left))
    sentences = [expiry_sentence(SCHOOL, one, "DAY") for one in found]
    expected = (
        f"Oak (office@oak.test): what it logs in with {said}. Ask IT support for a new one, then "
        "change `secret_expires` in schools.toml."
    )
    assert sentences == ([expected] if said else [])


@pytest.mark.parametrize(
    ("left", "state", "said"),
    [
        (31, Health.OK, "ends in 31 days (DAY)."),
        (30, Health.WARNING, "ends in 30 days (DAY)."),
        (0, Health.WARNING, "ends today (DAY)."),
        (-1, Health.PROBLEM, "ended on DAY."),
    ],
)
def test_doctor_says_it_without_a_name(left: int, state: Health, said: str) -> None:
    end = expiry_of(BOX, LAST - timedelta(days=left))
    assert end is not None
    check = check_expiry(end, "DAY")
    assert (check.state, check.sentence) == (state, f"What it logs in with {said}")
    assert bool(check.fix) is (state is not Health.OK)


def test_nothing_is_said_of_what_has_no_end() -> None:
    endless = replace(SCHOOL, mailboxes=(replace(BOX, secret_expires=None),))
    assert expiring(endless, LAST) == []
    assert expiry_of(endless.mailboxes[0], LAST) is None
