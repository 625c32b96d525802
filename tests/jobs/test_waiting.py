"""A server that asks to be left alone is left alone, for as long as it may ask that."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from commsla.core.model import MailboxRead, Role
from commsla.core.school import Config
from commsla.edges.imap import open_line
from commsla.edges.ledger import open_ledger
from commsla.errors import MailboxError
from commsla.jobs.poll import Outcome, Poll
from commsla.jobs.status import status
from commsla.wiring import MailTexts
from tests.edges.fakeimap import CUT, PASSWORD, FakeImap, Script
from tests.jobs.test_poll import CONFIG, DAYS, NOW, Office, fill

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
LIMITS = MailboxError("office@oak.example: imap.oak.example is limiting us", wait=92.5)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path / "state")
    yield made
    made.ledger.close()


def read_of(office: Office) -> MailboxRead:
    return next(r for r in office.ledger.reads() if r.school == "oak")


def test_the_next_poll_within_that_time_does_not_connect_and_says_so(office: Office) -> None:
    office.poll(NOW - HOUR)
    fill(office.boxes["oak"], 2)
    office.boxes["oak"].trouble = LIMITS
    oak, elm = office.poll()
    assert (oak.trouble, elm.trouble) == (LIMITS, None)
    failed = read_of(office)
    assert failed.retry_after == NOW + timedelta(seconds=92)
    office.boxes["oak"].trouble = None
    lines = len(office.lines)
    oak, elm = office.poll(NOW + MINUTE)
    assert oak.left_alone
    assert oak.trouble is not None
    assert oak.trouble.message == (
        "office@oak.example: imap.oak.example asked us to wait until 08:02, and was not asked"
    )
    assert elm.trouble is None
    assert len(office.lines) == lines + 1, "only the other mailbox"
    assert read_of(office) == failed, "nothing was tried, nothing is written about it"
    oak, _ = office.poll(NOW + 2 * MINUTE)
    assert (oak.trouble, oak.new[Role.INBOX]) == (None, 2)
    assert read_of(office).retry_after is None, "cleared by a good read"


def test_another_failure_afterwards_is_no_wish_to_be_left_alone(office: Office) -> None:
    office.boxes["oak"].trouble = LIMITS
    office.poll()
    office.boxes["oak"].trouble = MailboxError("cut")
    office.poll(NOW + 2 * MINUTE)
    assert read_of(office).retry_after is None


def test_a_server_cannot_silence_us_for_ever(office: Office) -> None:
    office.boxes["oak"].trouble = MailboxError("later", wait=10.0**9)
    office.poll()
    assert read_of(office).retry_after == NOW + 4 * HOUR
    office.boxes["oak"].trouble = None
    assert office.poll()[0].left_alone
    assert office.poll(NOW + 4 * HOUR - MINUTE)[0].left_alone
    assert office.poll(NOW + 4 * HOUR)[0].trouble is None


def test_a_clock_that_was_wrong_silences_nobody(office: Office) -> None:
    office.boxes["oak"].trouble = LIMITS
    office.poll(NOW + timedelta(days=300))
    office.boxes["oak"].trouble = None
    assert office.poll()[0].trouble is None


def test_while_it_waits_the_mailbox_becomes_stale(office: Office) -> None:
    office.poll()
    office.boxes["oak"].trouble = MailboxError("later", wait=4 * 3600.0)
    office.poll(NOW + HOUR)
    office.boxes["oak"].trouble = None
    office.poll(NOW + 3 * HOUR)
    shown = status(CONFIG, office.ledger, DAYS, NOW + 3 * HOUR, CONFIG.schools)
    assert shown.schools[0].mailboxes[0].stale
    assert not shown.schools[1].mailboxes[0].stale
    assert not shown.can_be_trusted


def test_a_dry_run_leaves_it_alone_as_well(office: Office) -> None:
    office.boxes["oak"].trouble = LIMITS
    office.poll()
    scratch = office.ledger.scratch()
    job = Poll(CONFIG, scratch, office.connect, DAYS, NOW + MINUTE, office.said.append, MailTexts())
    assert job.run(CONFIG.schools)[0].left_alone
    scratch.close()


# --- the words of real servers -----------------------------------------------------------------------


def polled(fake: FakeImap, home: Path, seconds: int) -> Outcome:
    oak = replace(CONFIG.schools[0], mailboxes=(fake.mailbox(),))
    config: Config = replace(CONFIG, schools=(oak,))
    with closing(open_ledger(home)) as ledger:
        job = Poll(
            config,
            ledger,
            lambda mailbox: open_line(mailbox, PASSWORD),
            DAYS,
            NOW + timedelta(seconds=seconds),
            lambda _: None,
            MailTexts(),
        )
        return job.run(config.schools)[0]


STATED = b"Request is throttled. Suggested Backoff Time: 92415 milliseconds\r\n"


@pytest.mark.parametrize(
    ("script", "seconds"),
    [
        ({"UID FETCH": b"TAG BAD " + STATED}, 93),
        ({"LOGIN": b"TAG BAD " + STATED}, 93),
        ({"LIST": b"* BYE " + STATED + CUT}, 93),
        ({"LOGIN": b"TAG NO [THROTTLED] slower\r\n"}, 300),
        ({"EXAMINE": b"TAG NO [LIMIT] too much\r\n"}, 300),
        ({"LIST": b"TAG NO [UNAVAILABLE] later\r\n"}, 300),
        ({"LOGIN": b"* BYE [UNAVAILABLE] later\r\n" + CUT}, 300),
        (
            {
                "LOGIN": b"TAG NO [ALERT] Account exceeded command or bandwidth limits. (Failure)\r\n"
            },
            300,
        ),
        ({"LOGIN": b"TAG NO Too many simultaneous connections. (Failure)\r\n"}, 300),
        ({"LIST": b"TAG NO [SERVERBUG] oh\r\n"}, 0),
        ({"UID FETCH": b"* 1 FETCH (" + CUT}, 0),
        ({"LOGIN": b"TAG NO [AUTHENTICATIONFAILED] no\r\n"}, 0),
        ({"LOGIN": b"TAG BAD User is authenticated but not connected.\r\n"}, 0),
    ],
)
def test_it_is_obeyed_at_whatever_command_it_comes(
    tmp_path: Path, script: Script, seconds: int
) -> None:
    home = tmp_path / "state"
    with FakeImap(script) as fake:
        first = polled(fake, home, 0)
        assert first.trouble is not None
        asked = len(fake.lines)
        if seconds:
            again = polled(fake, home, seconds - 1)
            assert again.left_alone
            assert again.trouble is not None
            assert "asked us to wait until 08:0" in again.trouble.message
            assert len(fake.lines) == asked, "not one word"
        assert not polled(fake, home, seconds).left_alone
        assert len(fake.lines) > asked
