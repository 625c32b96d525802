"""judge(case, now): every state at its edge, on a calendar small enough to count by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from commsla.core import words
from commsla.core.case import AskedBack, Case, Done, Evidence
from commsla.core.cases import fold
from commsla.core.model import Meaning, State, TextFact, Word
from commsla.core.school import ClockRules, DueBy, Promise, Unit
from commsla.core.traces import Traces
from commsla.core.verdicts import Section, judge
from tests.core.judging import POLICY, SCHOOL, at, case, london
from tests.core.mails import ANNA, START, Post, mark, ours


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
    found = at("2025-11-14 18:00", case(received="2025-11-13 09:00"))
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


def test_a_holding_reply_acknowledges_and_the_response_is_still_owed() -> None:
    for now, state in (("2025-11-11 10:00", State.WAITING), ("2026-03-01 10:00", State.OVERDUE)):
        found = at(now, case(answered="2025-11-11 09:00"))
        assert (found.acknowledge.state, found.respond.state) == (State.MET, state)
        assert found.next == found.respond


def test_an_answer_to_check_is_met_and_listed() -> None:
    full = case(answered="2025-11-11 09:00", meaning=Meaning.FULL)
    found = at("2026-03-01 10:00", replace(full, to_check="both kinds of words"))
    assert (found.acknowledge.state, found.respond.state) == (State.MET, State.MET)
    assert (found.section, found.next) == (Section.CHECK, None)


def test_an_inferred_answer_is_neither_met_nor_late() -> None:
    done = Done(london("2025-11-11 09:00"), Evidence.INFERRED, "a flag")
    found = at("2026-03-01 10:00", replace(case(), inferred=done))
    assert {found.acknowledge.state, found.respond.state} == {State.INFERRED}
    assert (found.section, found.next) == (Section.CONFIRM, None)


def test_a_mere_thank_you_is_listed_apart_and_never_late() -> None:
    found = at("2026-03-01 10:00", replace(case(), proposal=Meaning.CLOSER))
    assert found.section is Section.WROTE_AGAIN
    assert found.next is None


def _asked(asked: str, answered: str = "") -> Case:
    done = Done(london(asked), Evidence.SEEN, "replied by e-mail")
    back = AskedBack(done, london(answered) if answered else None)
    return replace(case(), acknowledged=done, asked_back=(back,))


@pytest.mark.parametrize(
    ("now", "found", "state"),
    [
        ("2025-11-17 23:59", _asked("2025-11-11 09:00"), State.DUE_TODAY),
        ("2025-11-18 00:00", _asked("2025-11-11 09:00"), State.WAITING_FOR_PARENT),
        # Who asks after the date has not answered in time, and the parent is waited for by nobody.
        ("2025-11-19 09:00", _asked("2025-11-18 09:00"), State.OVERDUE),
        # The parent answered in time: the clock is the old one.
        ("2025-11-18 09:00", _asked("2025-11-11 09:00", "2025-11-14 09:00"), State.OVERDUE),
        # The parent answered later: five working days from then.
        ("2025-11-25 09:00", _asked("2025-11-11 09:00", "2025-11-19 09:00"), State.WAITING),
        ("2025-11-26 09:00", _asked("2025-11-11 09:00", "2025-11-19 09:00"), State.DUE_TODAY),
        ("2025-11-27 09:00", _asked("2025-11-11 09:00", "2025-11-19 09:00"), State.OVERDUE),
    ],
)
def test_a_question_back_makes_the_parent_waited_for(now: str, found: Case, state: State) -> None:
    assert at(now, found).respond.state is state


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


def test_what_was_done_is_met_where_no_deadline_can_be_known() -> None:
    found = at("2025-11-12 09:00", case(received="1999-11-10 09:00", called="1999-12-24 09:00"))
    assert (found.acknowledge.state, found.respond.state) == (State.MET, State.MET)
    assert found.section is Section.SETTLED


def test_no_reply_needed_is_excluded_whatever_the_date() -> None:
    post = Post()
    mail = post.came(ANNA, at=0)
    [found] = fold([mail], [mark(mail, Word.NO_REPLY_NEEDED, at=1)], ours(), {}).cases
    judged = at("2026-03-01 09:00", found)
    assert judged.section is Section.SETTLED
    assert judged.acknowledge.state is judged.respond.state is State.EXCLUDED


def test_done_late_by_a_guessed_deadline_is_not_called_missed() -> None:
    # Term ends on Tue 21 July 2026; the deadlines (23 and 28 July) were computed from weekdays.
    found = at("2026-12-01 09:00", case(received="2026-07-21 09:00", called="2026-09-30 09:00"))
    assert (found.acknowledge.state, found.respond.state) == (State.CANNOT_SAY,) * 2
    assert (found.acknowledge.late_by, found.respond.late_by) == (0, 0)
    assert found.section is Section.SETTLED
    early = at("2026-12-01 09:00", case(received="2026-07-21 09:00", called="2026-07-22 09:00"))
    assert (early.acknowledge.state, early.respond.state) == (State.MET, State.MET)


def test_a_late_reply_is_missed_for_the_acknowledgement_at_least() -> None:
    found = at("2025-12-01 09:00", case(answered="2025-11-19 09:00"))
    assert (found.acknowledge.state, found.respond.state) == (State.MISSED, State.OVERDUE)
    assert (found.acknowledge.late_by, found.section) == (5, Section.OVERDUE)


@pytest.mark.parametrize(
    ("day_one", "acknowledge", "respond", "section"),
    [
        ("2025-11-12 23:59", State.OVERDUE, State.OVERDUE, Section.OVERDUE),
        ("2025-11-13 00:00", State.LATE_BEFORE_DAY_ONE, State.OVERDUE, Section.OVERDUE),
        ("2025-11-17 23:59", State.LATE_BEFORE_DAY_ONE, State.OVERDUE, Section.OVERDUE),
        ("2025-11-18 00:00",) + (State.LATE_BEFORE_DAY_ONE,) * 2 + (Section.LATE_BEFORE_DAY_ONE,),
    ],
)
def test_day_one_to_the_instant(
    day_one: str, acknowledge: State, respond: State, section: Section
) -> None:
    found = at("2025-12-01 09:00", case(), day_one=day_one)
    assert (found.acknowledge.state, found.respond.state, found.section) == (
        acknowledge,
        respond,
        section,
    )


def test_overdue_begins_at_midnight_in_summer_time_too() -> None:
    # Received Mon 22 June 2026; Wed 24 June ends at 23:00 UTC.
    mail = case(received="2026-06-22 09:00")
    for minute, state in ((59, State.DUE_TODAY), (0, State.OVERDUE)):
        hour = 22 if minute else 23
        now = datetime(2026, 6, 24, hour, minute, tzinfo=UTC)
        assert judge(mail, POLICY, SCHOOL, now, None).acknowledge.state is state


def test_due_by_close_ends_the_day_when_the_office_does() -> None:
    policy = replace(POLICY, rules=ClockRules(due_by=DueBy.CLOSE))
    for now, state in (("15:59", State.DUE_TODAY), ("16:00", State.OVERDUE)):
        judged = judge(case(), policy, SCHOOL, london(f"2025-11-12 {now}"), None)
        assert judged.acknowledge.state is state
        assert judged.acknowledge.late_by == 0  # no counted day has passed since


def test_what_is_owed_first_comes_first() -> None:
    both = at("2025-11-19 09:00", case())
    assert both.next == both.acknowledge
    replied = at("2025-11-11 09:00", case(called="2025-11-10 10:00"))
    assert replied.next is None
    same = replace(POLICY, acknowledge=Promise(5, Unit.WORKING_DAYS))
    tied = judge(case(), same, SCHOOL, london("2025-11-11 09:00"), None)
    assert tied.next == tied.acknowledge
    odd = replace(
        POLICY, acknowledge=Promise(5, Unit.WORKING_DAYS), respond=Promise(1, Unit.WORKING_DAYS)
    )
    turned = judge(case(), odd, SCHOOL, london("2025-11-11 09:00"), None)
    assert (turned.next, turned.section) == (turned.respond, Section.DUE_TODAY)


def test_next_working_day_is_over_the_weekend_and_the_holidays() -> None:
    # Received Thu 18 December 2025: Fri 19 is the first day, INSET on Mon 5 January the second.
    mail = case(received="2025-12-18 09:00")
    assert at("2025-12-18 12:00", mail).section is Section.WAITING
    for now in ("2025-12-19 12:00", "2025-12-25 12:00", "2026-01-04 23:59"):
        assert at(now, mail).section is Section.DUE_NEXT
    assert at("2026-01-05 00:00", mail).section is Section.DUE_TODAY


def test_days_late_leave_out_inset_where_the_promise_does() -> None:
    """Due on Fri 13 Feb; half term, then INSET on Monday: on Tuesday it is one day late, or two."""
    found = case(received="2026-02-11 09:00")
    now = london("2026-02-24 09:00")
    for counts, late in ((True, 2), (False, 1)):
        policy = replace(POLICY, rules=ClockRules(inset_counts=counts))
        assert judge(found, policy, SCHOOL, now, None).acknowledge.late_by == late
    done = case(received="2026-02-11 09:00", called="2026-02-24 09:00")
    policy = replace(POLICY, rules=ClockRules(inset_counts=False))
    assert judge(done, policy, SCHOOL, now, None).acknowledge.late_by == 1


def test_what_the_parent_writes_answers_all_that_was_asked_of_her() -> None:
    post = Post()
    post.came(ANNA, at=0, id="a1")
    asked = [post.sent(ANNA, at=n, id=f"o{n}", re="a1") for n in (1, 2)]
    post.came(ANNA, at=3, id="a2", re="o2")
    traces = Traces(
        texts={m.id: TextFact(m.id, Meaning.QUESTION_BACK, doubtful=True) for m in asked}
    )
    [found] = fold(post.messages, [], ours(), {}, traces).cases
    assert [b.answered for b in found.asked_back] == [START + timedelta(hours=3)] * 2
    assert at("2025-12-01 09:00", found).section is Section.OVERDUE


def test_a_question_that_was_none_is_taken_back_by_holding_or_reopen() -> None:
    post = Post()
    mail = post.came(ANNA, at=0, id="a1")
    asked = post.sent(ANNA, at=1, re="a1")
    traces = Traces(texts={asked.id: TextFact(asked.id, Meaning.QUESTION_BACK)})
    for word, state in ((None, State.WAITING_FOR_PARENT), (Word.HOLDING, State.OVERDUE),
                        (Word.REOPEN, State.OVERDUE)):  # fmt: skip
        marks = [mark(mail, word, at=2)] if word else []
        [found] = fold(post.messages, marks, ours(), {}, traces).cases
        assert at("2025-12-01 09:00", found).respond.state is state
