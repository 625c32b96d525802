"""`alert` with a mail server that fails as it is told: nothing lost, no burst, hand-over at any hour."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes

import pytest

from commsla.core.recipients import MailServer, Recipient, Stage
from commsla.core.school import Config, PasswordSource
from commsla.edges.alertmail import rendered
from commsla.errors import ClockDoubted, LoginRefused, SendError
from commsla.jobs.alert import Alert, Told
from tests.jobs.desk import Desk, desk
from tests.jobs.test_poll import CONFIG, DAYS

__all__ = ["desk"]

SERVER = MailServer("commsla@oak.example", "smtp.example", 25, "", PasswordSource(), relay=True)
OFFICE = Recipient("office", "office@oak.example", subjects=True)
LEAD = Recipient("DSL", "dsl@oak.example", frozenset({Stage.SAFEGUARDING}))


class FakePost:
    def __init__(self) -> None:
        self.box: list[tuple[str, bytes]] = []
        self.trouble: Exception | None = None
        self.at_once: Exception | None = None

    def __call__(self) -> FakePost:
        if self.at_once:
            raise self.at_once
        return self

    def send(self, recipient: str, body: bytes) -> None:
        if self.trouble:
            raise self.trouble
        self.box.append((recipient, body))

    def close(self) -> None: ...


def config(*recipients: Recipient) -> Config:
    oak, elm = CONFIG.schools
    return replace(CONFIG, schools=(replace(oak, alerts=recipients), elm), mail_server=SERVER)


def job(desk: Desk, post: FakePost, hours: float, *recipients: Recipient) -> Alert:
    settings = config(*(recipients or (OFFICE,)))
    return Alert(settings, SERVER, desk.ledger, DAYS, desk.at(hours), post, rendered)


def run(desk: Desk, post: FakePost, hours: float, *recipients: Recipient) -> Told:
    alert = job(desk, post, hours, *recipients)
    return alert.run(alert.config.schools)


@pytest.fixture
def late(desk: Desk) -> Desk:
    """NOW is Mon 24 Nov 2025 08:00; N1 is overdue on Thu 27 Nov."""
    desk.came("a", 1)
    desk.polled(2)
    return desk


def test_a_day_without_a_mail_server_ends_in_one_digest(late: Desk) -> None:
    post = FakePost()
    post.at_once = SendError("no route")
    failures = 0
    for quarter in range(8, 4 * 24 * 2):  # two days, four runs an hour
        try:
            failures += len(run(late, post, 24 + quarter / 4).sent)
        except SendError:
            continue
    assert 10 < failures < 40  # it was left alone in between
    assert late.ledger.unsent() == []
    post.at_once = None
    run(late, post, 73.5)
    run(late, post, 74)
    [(_, body)] = post.box
    assert message_from_bytes(body)["Subject"] == "1 late - Oak"


def test_a_login_that_is_refused_loses_nothing(late: Desk) -> None:
    post = FakePost()
    post.at_once = LoginRefused("no")
    told = run(late, post, 25)
    assert [type(s.trouble) for s in told.sent] == [LoginRefused]
    post.at_once = None
    assert len(run(late, post, 26).sent) == 1


def test_what_may_have_arrived_goes_again_with_the_same_bytes_and_in_office_hours(
    late: Desk,
) -> None:
    post = FakePost()
    post.trouble = SendError("cut", sure=False)
    run(late, post, 25)
    [kept] = late.ledger.unsent()
    post.trouble = None
    assert run(late, post, 40).sent == []  # midnight
    again = run(late, post, 49)
    assert [(s.recipient, s.again) for s in again.sent] == [
        (OFFICE.address, True),
        (OFFICE.address, False),
    ]
    assert post.box[0][1] == kept.body


def test_who_left_the_config_gets_nothing_of_an_interrupted_run(late: Desk) -> None:
    post = FakePost()
    post.trouble = SendError("cut", sure=False)
    run(late, post, 25)
    post.trouble = None
    head = replace(OFFICE, address="head@oak.example")
    assert [s.recipient for s in run(late, post, 26, head).sent] == ["head@oak.example"]
    assert late.ledger.unsent() == []


def test_what_was_told_is_remembered_while_the_case_is_open_and_then_forgotten(late: Desk) -> None:
    post = FakePost()
    run(late, post, 25)
    late.type("O1 called", 26)
    run(late, post, 26.5)
    assert late.ledger.said() != []
    late.polled(24 * 31)
    run(late, post, 24 * 32)
    assert late.ledger.said() == []
    assert len(late.ledger.alert_keys()) == 1  # by which it is known when it comes back


def test_the_lead_is_told_at_once_and_of_nothing_but_that_it_is(late: Desk) -> None:
    post = FakePost()
    late.type("O1 safeguarding", 15)  # 23:00
    alert = job(late, post, 15.1, OFFICE, LEAD)
    assert [s.recipient for s in alert.hand_over(alert.config.schools).sent] == [LEAD.address]
    assert b"Zebra" not in post.box[0][1]
    assert b"O1" not in post.box[0][1]
    assert run(late, post, 25, OFFICE, LEAD).sent == []  # and never again, nor to the office


def test_a_mail_that_waits_says_nothing_of_what_is_marked_as_safeguarding_meanwhile(
    late: Desk,
) -> None:
    late.came("b", 1.5, who="Ben <ben@bee.example>")
    late.polled(2)
    post = FakePost()
    post.trouble = SendError("cut", sure=False)
    run(late, post, 73)
    assert b"Quillfeather" in late.ledger.unsent()[0].body
    late.type("O1 safeguarding", 73.1)
    assert late.ledger.unsent() == []
    assert b"Quillfeather" not in late.bytes_on_disk()
    assert len(late.ledger.alert_keys()) == 1  # it may have arrived, and may come back
    post.trouble = None
    run(late, post, 74)
    [(_, body)] = post.box
    assert b"O2" in body
    assert b"O1" not in body
    late.polled(75)
    assert run(late, post, 75.5).sent == []


def test_what_is_marked_as_safeguarding_while_mails_go_out_stands_in_no_further_one(
    late: Desk,
) -> None:
    class Marking(FakePost):
        def send(self, recipient: str, body: bytes) -> None:
            super().send(recipient, body)
            if len(self.box) == 1:
                late.type("O1 safeguarding", 73.1)

    post = Marking()
    head = replace(OFFICE, address="head@oak.example")
    assert [s.recipient for s in run(late, post, 73, OFFICE, head).sent] == [OFFICE.address]
    assert [to for to, _ in post.box] == [OFFICE.address]
    assert late.ledger.unsent() == []


def test_a_mail_to_the_lead_that_waits_is_not_taken_back_by_a_poll(late: Desk) -> None:
    post = FakePost()
    post.trouble = SendError("cut", sure=False)
    late.type("O1 safeguarding", 26)
    alert = job(late, post, 26.1, LEAD)
    alert.hand_over(alert.config.schools)
    late.polled(27)
    assert [m.recipient for m in late.ledger.unsent()] == [LEAD.address]


def test_what_the_marking_could_not_send_goes_with_the_next_run(late: Desk) -> None:
    post = FakePost()
    post.at_once = SendError("no route")
    late.type("O1 safeguarding", 15)
    alert = job(late, post, 15.1, LEAD)
    assert alert.hand_over(alert.config.schools).sent[0].trouble is not None
    post.at_once = None
    assert [s.recipient for s in run(late, post, 17, LEAD).sent] == [LEAD.address]


@pytest.mark.parametrize(
    "shift", [timedelta(hours=-2), timedelta(days=-400), timedelta(days=400)], ids=str
)
def test_a_clock_that_jumped_sends_nothing(late: Desk, shift: timedelta) -> None:
    post = FakePost()
    run(late, post, 2.5)
    late.polled(24)
    late.ledger._db.execute("UPDATE alert_runs SET last_run = ?", (late.at(24).timestamp(),))
    alert = replace(job(late, post, 25), now=late.at(25) + shift)
    with pytest.raises(ClockDoubted):
        alert.run(alert.config.schools)
    assert post.box == []
    assert late.ledger.alert_run().last_run == late.at(24)


def test_a_clock_of_1970_or_2038_sends_nothing(late: Desk) -> None:
    post = FakePost()
    run(late, post, 2.5)
    for now in (datetime(1970, 1, 1, tzinfo=UTC), datetime(2038, 1, 19, 9, tzinfo=UTC)):
        alert = replace(job(late, post, 25), now=now)
        with pytest.raises(ClockDoubted):
            alert.run(alert.config.schools)
    assert post.box == []


def test_mail_that_was_read_too_long_ago_is_said_to_be(late: Desk) -> None:
    post = FakePost()
    run(late, post, 49)
    plain = message_from_bytes(post.box[0][1]).as_string()
    assert "office@oak.example was last read Mon 24 Nov 10:00" in plain
