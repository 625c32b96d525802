"""judge(case, now): every state at its edge, on a calendar small enough to count by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from commsla.core import words
from commsla.core.cases import fold
from commsla.core.day_one import reads_back_to
from commsla.core.evidence import excluded_share_is_odd, replies_are_visible, without_claims
from commsla.core.keeping import to_wipe
from commsla.core.model import Case, Done, Evidence, Message, State, Word
from commsla.core.school import Policy, Promise, Unit
from commsla.core.verdicts import Judged, Section, judge
from tests.core.calendars import winter
from tests.core.mails import ANNA, START, Post, mark, ours

LONDON = ZoneInfo("Europe/London")
POLICY = Policy("P", Promise(2, Unit.WORKING_DAYS), Promise(5, Unit.WORKING_DAYS))
SCHOOL = winter()


def london(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


def case(*, answered: str = "", called: str = "", received: str = "2025-11-10 09:00") -> Case:
    """An enquiry; with 2 and 5 days it is due on Wed 12 and Mon 17 November."""
    post = Post()
    mail = replace(post.came(ANNA, at=0), received=london(received))
    found = Case(mail, fold([mail], [], ours(), {}).cases[0].kind)
    if answered:
        done = Done(london(answered), Evidence.SEEN, "replied by e-mail")
        found = replace(found, acknowledged=done, replied=done)
    if called:
        done = Done(london(called), Evidence.RECORDED, "called")
        found = replace(found, acknowledged=found.acknowledged or done, responded=done)
    return found


def at(now: str, found: Case, day_one: str = "") -> Judged:
    return judge(found, POLICY, SCHOOL, london(now), london(day_one) if day_one else None)


@pytest.mark.parametrize(
    ("now", "acknowledge", "respond", "section"),
    [
        ("2025-11-10 10:00", State.WAITING, State.WAITING, Section.WAITING),
        ("2025-11-11 10:00", State.WAITING, State.WAITING, Section.DUE_NEXT),
        ("2025-11-12 00:00", State.DUE_TODAY, State.WAITING, Section.DUE_TODAY),
        ("2025-11-12 23:59", State.DUE_TODAY, State.WAITING, Section.DUE_TODAY),
        ("2025-11-13 00:00", State.OVERDUE, State.WAITING, Section.OVERDUE),
        ("2025-11-17 12:00", State.OVERDUE, State.DUE_TODAY, Section.OVERDUE),
        ("2025-11-18 00:00", State.OVERDUE, State.OVERDUE, Section.OVERDUE),
    ],
)
def test_an_open_case_from_hour_to_hour(
    now: str, acknowledge: State, respond: State, section: Section
) -> None:
    found = at(now, case())
    assert (found.acknowledge.state, found.respond.state) == (acknowledge, respond)
    assert found.section is section


def test_friday_evening_is_due_next_when_monday_is_the_day() -> None:
    found = at("2025-11-14 18:00", case(called="", answered="", received="2025-11-13 09:00"))
    assert found.section is Section.DUE_NEXT  # acknowledge by Mon 17


@pytest.mark.parametrize(
    ("called", "acknowledge", "respond", "late"),
    [
        ("2025-11-12 23:59", State.MET, State.MET, (0, 0)),
        ("2025-11-13 00:00", State.MISSED, State.MET, (1, 0)),
        ("2025-11-17 23:59", State.MISSED, State.MET, (3, 0)),
        ("2025-11-18 00:00", State.MISSED, State.MISSED, (4, 1)),
        ("2025-11-15 10:00", State.MISSED, State.MET, (2, 0)),  # a Saturday: Thu and Fri passed
    ],
)
def test_done_in_time_or_not(
    called: str, acknowledge: State, respond: State, late: tuple[int, int]
) -> None:
    found = at("2025-12-01 09:00", case(called=called))
    assert (found.acknowledge.state, found.respond.state) == (acknowledge, respond)
    assert (found.acknowledge.late_by, found.respond.late_by) == late
    assert found.section is Section.SETTLED


def test_a_reply_acknowledges_and_its_answer_is_to_be_checked_for_ever() -> None:
    for now in ("2025-11-11 10:00", "2026-03-01 10:00"):
        found = at(now, case(answered="2025-11-11 09:00"))
        assert (found.acknowledge.state, found.respond.state) == (State.MET, State.NOT_CHECKED)
        assert found.section is Section.CHECK
        assert found.next is None


def test_overdue_counts_working_days_and_not_the_weekend() -> None:
    assert at("2025-11-15 09:00", case()).acknowledge.late_by == 2
    assert at("2025-11-17 09:00", case()).acknowledge.late_by == 3


def test_what_was_late_before_day_one_is_nobodys_miss() -> None:
    found = at("2025-12-01 09:00", case(), day_one="2025-11-20 08:00")
    assert found.section is Section.LATE_BEFORE_DAY_ONE
    found = at("2025-11-14 09:00", case(), day_one="2025-11-13 00:00")
    assert found.acknowledge.state is State.LATE_BEFORE_DAY_ONE
    assert found.section is Section.DUE_NEXT  # the response is still owed, on Mon 17
    late = at("2025-12-01 09:00", case(called="2025-11-30 09:00"), day_one="2025-11-20 08:00")
    assert late.section is Section.SETTLED
    assert State.MISSED not in (late.acknowledge.state, late.respond.state)


def test_a_guessed_deadline_is_never_late() -> None:
    found = at("2026-10-01 09:00", case(received="2026-07-21 09:00"))
    assert found.acknowledge.deadline is not None
    assert found.acknowledge.deadline.provisional
    assert found.section is Section.WAITING


def test_where_there_is_no_calendar_at_all_it_waits_and_says_so() -> None:
    found = at("2025-11-12 09:00", case(received="1999-11-10 09:00"))
    assert found.section is Section.WAITING
    today = london("2025-11-12 09:00").date()
    assert words.owed(found.acknowledge, today) == "acknowledge: no term dates for that time"


def test_no_reply_needed_is_excluded_whatever_the_date() -> None:
    post = Post()
    mail = post.came(ANNA, at=0)
    [found] = fold([mail], [mark(mail, Word.NO_REPLY_NEEDED, at=1)], ours(), {}).cases
    judged = at("2026-03-01 09:00", found)
    assert judged.section is Section.SETTLED
    assert judged.acknowledge.state is judged.respond.state is State.EXCLUDED


@pytest.mark.parametrize(
    ("now", "line"),
    [
        ("2025-11-10 10:00", "acknowledge by Wed 12 Nov"),
        ("2025-11-11 10:00", "acknowledge by tomorrow, Wed 12 Nov"),
        ("2025-11-12 10:00", "acknowledge today"),
        ("2025-11-13 10:00", "acknowledge: 1 working day late, was due Wed 12 Nov"),
        ("2025-11-17 10:00", "acknowledge: 3 working days late, was due Wed 12 Nov"),
    ],
)
def test_in_the_words_of_an_office(now: str, line: str) -> None:
    found = at(now, case())
    assert words.to_do(found, london(now).date())[0] == line


# --- is the evidence complete? ------------------------------------------------------------------------


def _cases(number: int, answered: int) -> list[Judged]:
    post = Post()
    sent: Message = post.sent(ANNA, at=1)
    open_ = [at("2025-12-01 09:00", case()) for _ in range(number - answered)]
    done = replace(case(answered="2025-11-11 09:00"), answers=(sent,))
    return open_ + [at("2025-12-01 09:00", done) for _ in range(answered)]


@pytest.mark.parametrize(
    ("number", "answered", "folder", "visible"),
    [
        (4, 0, "Sent", True),  # too few to say
        (5, 0, "Sent", False),
        (5, 1, "Sent", True),
        (40, 2, "Sent", False),  # almost none
        (40, 3, "Sent", True),
        (1, 0, None, False),  # no Sent folder at all
        (0, 0, None, True),
    ],
)
def test_replies_are_visible_or_nothing_is_called_late(
    number: int, answered: int, folder: str | None, visible: bool
) -> None:
    judged = _cases(number, answered)
    assert replies_are_visible(judged, folder) is visible


def test_marks_prove_nothing_about_the_sent_folder() -> None:
    judged = [at("2025-12-01 09:00", case(called="2025-11-11 09:00")) for _ in range(9)]
    assert not replies_are_visible(judged, "Sent")


def test_where_replies_are_out_of_sight_late_cannot_be_said() -> None:
    found = without_claims(at("2025-12-01 09:00", case()))
    assert found.section is Section.CANNOT_SAY
    assert (found.acknowledge.state, found.respond.state) == (State.CANNOT_SAY,) * 2
    assert found.next is None
    today = at("2025-11-12 09:00", case())
    assert without_claims(today) == today


def test_an_odd_share_of_excluded_mail() -> None:
    assert excluded_share_is_odd(20, 0)
    assert not excluded_share_is_odd(19, 0)
    assert not excluded_share_is_odd(140, 1)


# --- keeping ------------------------------------------------------------------------------------------


def test_names_go_thirty_days_after_a_case_was_settled_and_not_while_it_is_open() -> None:
    post = Post()
    settled = post.came(ANNA, at=0, id="a1")
    post.came(ANNA, at=0, id="b1", subject="Another")
    machine = post.came("news@shop.example", at=0, more="Precedence: bulk\r\n")
    sent = post.sent(ANNA, at=1, subject="Re: Anna's trip")
    marks = [mark(settled, Word.CALLED, at=24)]
    found = fold(post.messages, marks, ours(), {})

    def due(days: float) -> set[int]:
        now = START + timedelta(days=days)
        return set(to_wipe(found, post.messages, 30, now))

    assert due(30) == set()
    assert due(30.1) == {machine.id, sent.id}
    assert due(31.1) == {machine.id, sent.id, settled.id}
    assert due(400) == {machine.id, sent.id, settled.id}


def test_every_copy_of_a_mail_is_wiped() -> None:
    post = Post()
    mail = post.came("news@shop.example", at=0, more="Precedence: bulk\r\n")
    copy = replace(mail, id=9, uid=9, folder="Other")
    messages = [*post.messages, copy]
    found = fold(messages, [], ours(), {})
    assert set(to_wipe(found, messages, 30, START + timedelta(days=40))) == {mail.id, 9}


def test_nothing_is_wiped_twice() -> None:
    post = Post()
    mail = post.came("news@shop.example", at=0, more="Precedence: bulk\r\n")
    bare = replace(mail, subject=None, sender=replace(mail.sender, name=None, address=None))  # type: ignore[type-var]
    found = fold([bare], [], ours(), {})
    assert to_wipe(found, [bare], 30, START + timedelta(days=40)) == []


# --- day one ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "back_to"),
    [
        ("2025-11-28 08:00", "2025-10-31"),  # 28 days
        ("2026-01-05 08:00", "2025-12-08"),  # 28 days reach further than the holidays
        # After the summer: mail of Tue 14 July was due on Tue 21 July, of Wed 15 July in September.
        ("2026-08-31 08:00", "2026-07-15"),
    ],
)
def test_the_first_poll_reads_back_to_what_is_not_yet_due(now: str, back_to: str) -> None:
    assert reads_back_to(london(now), POLICY, SCHOOL).isoformat() == back_to
