"""Alerts about the reading itself: that a mailbox is not read, and that all is quiet."""

from __future__ import annotations

from email import message_from_bytes
from email.message import Message

from commsla.core.recipients import Recipient, Stage
from tests.jobs.desk import Desk, desk
from tests.jobs.test_alert import FakePost, job, run

__all__ = ["desk"]

OFFICE = Recipient("office", "office@oak.example", subjects=True)
IT = Recipient("IT support", "it@oak.example", frozenset({Stage.NOT_READ}))
HEAD = Recipient("head", "head@oak.example", frozenset({Stage.ALL_QUIET, Stage.OVERDUE}))
LATE_ONLY = Recipient("head", "head@oak.example", frozenset({Stage.OVERDUE}))
BOTH = Recipient("IT", "it@oak.example", frozenset({Stage.NOT_READ, Stage.ALL_QUIET}))

MONDAY, TUESDAY = 0.0, 24.0  # midnight is eight hours earlier


def mails(post: FakePost) -> list[tuple[str, Message]]:
    return [(to, message_from_bytes(body)) for to, body in post.box]


def subjects(post: FakePost) -> list[str]:
    return [str(mail["Subject"]) for _, mail in mails(post)]


def text(mail: Message) -> str:
    part = next(p for p in mail.walk() if p.get_content_type() == "text/plain")
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload.decode()


def walk(desk: Desk, post: FakePost, first: float, last: float, *to: Recipient, read: bool) -> None:
    """A run each half hour, after a poll or without one."""
    for half in range(int(first * 2), int(last * 2)):
        if read:
            desk.polled(half / 2)
        run(desk, post, half / 2, *to)


def test_it_hears_once_a_day_that_a_mailbox_is_not_read_and_nobody_else_does(desk: Desk) -> None:
    post = FakePost()
    desk.polled(MONDAY + 1)  # 09:00
    walk(desk, post, MONDAY + 1, TUESDAY + 10, IT, LATE_ONLY, read=False)
    assert subjects(post) == ["mail is not being read - Oak"] * 2
    to, mail = mails(post)[0]
    assert to == IT.address
    said = text(mail)
    assert "office@oak.example was last read today 09:00." in said
    assert "commsla doctor says why" in said
    assert "Monday 24 November 2025, 11:30" in said
    assert "office@oak.example was last read yesterday 09:00." in text(mails(post)[1][1])
    assert "Tuesday 25 November 2025, 08:30" in text(mails(post)[1][1])


def test_a_mailbox_that_is_read_again_and_stops_again_is_told_again(desk: Desk) -> None:
    post = FakePost()
    desk.polled(MONDAY + 0.5)
    walk(desk, post, MONDAY + 0.5, MONDAY + 4, IT, read=False)
    assert len(post.box) == 1
    desk.polled(MONDAY + 4)
    walk(desk, post, MONDAY + 4, MONDAY + 8, IT, read=False)
    assert len(post.box) == 2


def test_over_a_weekend_nobody_is_told(desk: Desk) -> None:
    post = FakePost()
    friday = MONDAY + 4 * 24
    desk.polled(friday + 7.5)
    walk(desk, post, friday + 7.5, friday + 3 * 24 + 2, IT, read=False)
    assert post.box == []


def test_all_is_quiet_once_a_week(desk: Desk) -> None:
    post = FakePost()
    walk(desk, post, MONDAY, MONDAY + 15 * 24, HEAD, read=True)
    assert subjects(post) == ["all is quiet - Oak"] * 3
    said = text(mails(post)[1][1])
    assert "Monday 1 December 2025, 08:30" in said
    assert "Nothing is overdue, and nothing is due today. Mail was last read today 08:30." in said
    assert "once in a week in which no other mail did" in said


def test_what_is_not_quiet_is_never_called_so(desk: Desk) -> None:
    post = FakePost()
    desk.came("a", -20)  # Sunday: due on Tuesday
    walk(desk, post, MONDAY, MONDAY + 4 * 24, HEAD, read=True)
    # Quiet on Monday; late from Wednesday on.
    assert subjects(post) == ["all is quiet - Oak", "1 late - Oak"]


def test_after_a_digest_no_word_of_quiet_in_that_week(desk: Desk) -> None:
    post = FakePost()
    desk.came("a", -20)  # late on Wednesday
    wednesday = MONDAY + 48
    walk(desk, post, wednesday, wednesday + 3, HEAD, read=True)
    desk.type("O1 called", wednesday + 3)
    walk(desk, post, wednesday + 3, MONDAY + 5 * 24, HEAD, read=True)
    [subject] = subjects(post)
    assert subject == "1 late - Oak"


def test_a_mail_server_that_was_away_costs_no_sign_of_life(desk: Desk) -> None:
    from commsla.errors import SendError

    post = FakePost()
    post.at_once = SendError("no route")
    desk.polled(MONDAY + 1)
    run(desk, post, MONDAY + 2, BOTH)
    post.at_once = None
    desk.polled(MONDAY + 3)
    run(desk, post, MONDAY + 3, BOTH)
    assert subjects(post) == ["all is quiet - Oak"]


def test_a_dry_run_says_why_not(desk: Desk) -> None:
    desk.polled(MONDAY + 1)
    alert = job(desk, FakePost(), MONDAY + 2, BOTH)
    found = alert.look(alert.config.schools).plan
    assert [s.why for s in found.silences] == ["not read: every mailbox is read"]
    assert len(found.digests) == 1
    run(desk, FakePost(), MONDAY + 2, BOTH)
    alert = job(desk, FakePost(), MONDAY + 5, BOTH)
    found = alert.look(alert.config.schools).plan
    assert [p.not_read for d in found.digests for p in d.parts] == [
        ("office@oak.example was last read today 09:00.",)
    ]
    assert [s.why for s in found.silences] == [
        "all quiet: only if it is, and once in a week without any other mail"
    ]


def blind(desk: Desk) -> None:
    """Six enquiries of the Friday before, and a reply to none of them; one more that is due on Wednesday."""
    for number in range(6):
        desk.came(f"q{number}", -70 + number / 10, who=f"Beetle {number} <b{number}@home.example>")
    desk.came("later", 1)


def to_whom(post: FakePost, subject: str) -> list[str]:
    return [to for to, mail in mails(post) if mail["Subject"] == subject]


def test_where_replies_are_not_visible_it_hears_once_a_week_that_alerts_are_silent(
    desk: Desk,
) -> None:
    post = FakePost()
    blind(desk)
    walk(desk, post, MONDAY + 48, MONDAY + 14 * 24, IT, LATE_ONLY, read=True)
    assert [(to, str(mail["Subject"])) for to, mail in mails(post)] == [
        (IT.address, "alerts are silent - Oak")
    ] * 2
    first, second = (text(mail) for _, mail in mails(post))
    assert "What office@oak.example replies is not visible to commsla" in first
    assert "told once; what is late" not in first
    assert "commsla doctor says why" in first
    assert "Beetle" not in first
    assert "Zebra" not in first
    assert "Wednesday 26 November 2025, 08:30" in first
    assert "Monday 1 December 2025, 08:30" in second


def test_without_it_support_the_office_hears_it_and_nothing_that_cannot_be_known(
    desk: Desk,
) -> None:
    post = FakePost()
    blind(desk)
    walk(desk, post, MONDAY + 48, MONDAY + 4 * 24 + 5, LATE_ONLY, OFFICE, read=True)
    assert [(to, str(mail["Subject"])) for to, mail in mails(post)] == [
        (OFFICE.address, "alerts are silent - Oak")
    ]
    assert "Zebra" not in text(mails(post)[0][1])
    alert = job(desk, post, MONDAY + 4 * 24 + 5, LATE_ONLY, OFFICE)
    why = {
        s.why for s in alert.look(alert.config.schools).plan.silences if s.address == OFFICE.address
    }
    assert why == {"replies are not visible there", "alerts are silent: told this week"}


def test_where_no_mailbox_is_told_who_else_is_hears_it_and_who_is_told_of_no_case_does_not(
    desk: Desk,
) -> None:
    post = FakePost()
    blind(desk)
    lead = Recipient("DSL", "dsl@oak.example", frozenset({Stage.SAFEGUARDING}))
    walk(desk, post, MONDAY + 48, MONDAY + 72, lead, LATE_ONLY, read=True)
    assert to_whom(post, "alerts are silent - Oak") == [LATE_ONLY.address]


def test_replies_that_are_seen_again_end_the_silence(desk: Desk) -> None:
    post = FakePost()
    blind(desk)
    desk.polled(MONDAY + 49)
    run(desk, post, MONDAY + 49, OFFICE)
    for number in range(3):
        who = f"b{number}@home.example"
        desk.sent(f"s{number}", MONDAY + 49.5, re=f"q{number}", body="Yes, on Friday.", who=who)
    desk.polled(MONDAY + 50)
    run(desk, post, MONDAY + 50, OFFICE)
    silent, digest = subjects(post)
    assert silent == "alerts are silent - Oak"
    assert "3 late" in digest
