"""Is what we see enough to judge by? Where replies are out of sight nothing is called late."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from commsla.core.evidence import replies_are_visible, share_of_cases, without_claims
from commsla.core.model import Meaning, State
from commsla.core.verdicts import Judged, Section
from tests.core.judging import SCHOOL, at, case, london, out_of_sight

LATER = "2025-12-01 09:00"
NOW = london(LATER)


def _cases(number: int, answered: int) -> list[Judged]:
    unanswered = [at(LATER, case()) for _ in range(number - answered)]
    return unanswered + [at(LATER, case(answered="2025-11-11 09:00")) for _ in range(answered)]


@pytest.mark.parametrize(
    ("number", "answered", "folder", "visible"),
    [
        (0, 0, "Sent", True),
        (4, 0, "Sent", True),  # too few to say
        (5, 0, "Sent", False),
        (5, 1, "Sent", True),
        (20, 1, "Sent", False),  # one in twenty is almost none
        (19, 1, "Sent", True),
        (40, 2, "Sent", False),
        (40, 3, "Sent", True),
        (9, 9, "Sent", True),
        (1, 0, None, False),  # no Sent folder at all
        (1, 1, None, False),
        (0, 0, None, True),
    ],
)
def test_replies_are_visible_or_not(
    number: int, answered: int, folder: str | None, visible: bool
) -> None:
    assert replies_are_visible(_cases(number, answered), folder, NOW) is visible


def test_a_late_reply_in_sent_is_seen_all_the_same() -> None:
    late = [at(LATER, case(answered="2025-11-20 09:00")) for _ in range(6)]
    assert {j.acknowledge.state for j in late} == {State.MISSED}
    assert replies_are_visible(late, "Sent", NOW)


def test_marks_prove_nothing_about_the_sent_folder() -> None:
    judged = [at(LATER, case(called="2025-11-11 09:00")) for _ in range(9)]
    assert not replies_are_visible(judged, "Sent", NOW)


def test_a_sister_schools_answer_proves_nothing_about_this_sent_folder() -> None:
    answered = case(answered="2025-11-11 09:00")
    elsewhere = tuple(
        replace(a, message=replace(a.message, school="elm")) for a in answered.answers
    )
    judged = [at(LATER, replace(answered, answers=elsewhere)) for _ in range(9)]
    assert not replies_are_visible(judged, "Sent", NOW)


def test_what_is_not_yet_due_says_nothing() -> None:
    waiting = [at("2025-11-11 09:00", case()) for _ in range(30)]
    assert replies_are_visible(waiting, "Sent", NOW)
    assert replies_are_visible(waiting, None, NOW)
    needless = [at(LATER, case(excluded="2025-11-11 09:00")) for _ in range(30)]
    assert replies_are_visible(needless, "Sent", NOW)
    before = [at(LATER, case(), day_one="2025-11-30 09:00") for _ in range(30)]
    assert replies_are_visible(before, "Sent", NOW)


def test_where_replies_are_out_of_sight_late_cannot_be_said() -> None:
    found = out_of_sight(LATER, case())
    assert found.section is Section.CANNOT_SAY
    assert (found.acknowledge.state, found.respond.state) == (State.CANNOT_SAY,) * 2
    assert (found.acknowledge.late_by, found.respond.late_by) == (0, 0)
    assert found.next is None


def test_what_is_still_owed_stays_owed() -> None:
    found = out_of_sight("2025-11-14 09:00", case())
    assert (found.acknowledge.state, found.respond.state) == (State.CANNOT_SAY, State.WAITING)
    assert found.next == found.respond


@pytest.mark.parametrize(
    "judged",
    [
        at("2025-11-10 10:00", case()),
        at("2025-11-12 09:00", case()),
        at(LATER, case(called="2025-11-30 09:00")),  # missed, but somebody said so
        at(LATER, case(answered="2025-11-11 09:00", meaning=Meaning.FULL)),
        at(LATER, case(), day_one="2025-11-30 09:00"),
    ],
)
def test_nothing_else_is_touched(judged: Judged) -> None:
    assert without_claims(judged, SCHOOL, NOW) == judged


@pytest.mark.parametrize(
    ("received", "cases", "odd"),
    [(0, 0, False), (19, 0, False), (20, 0, True), (20, 1, True), (20, 2, False), (140, 7, True)],
)
def test_an_odd_share_of_excluded_mail(received: int, cases: int, odd: bool) -> None:
    share = share_of_cases([NOW] * cases, [NOW] * (received - cases), NOW)
    assert (share.received, share.tracked) == (received, cases)
    assert share.is_odd is odd


def test_only_the_last_four_weeks_say_whether_the_share_is_odd() -> None:
    before = NOW - timedelta(days=29)
    assert share_of_cases([before] * 50, [NOW] * 20, NOW).is_odd
    assert not share_of_cases([NOW] * 9, [before] * 900, NOW).is_odd


def test_old_answers_do_not_hide_that_replies_are_no_longer_seen() -> None:
    then = [at("2026-02-16 09:00", case(answered="2025-11-11 09:00")) for _ in range(50)]
    lately = case(received="2026-02-03 09:00")
    unanswered = [at("2026-02-16 09:00", lately) for _ in range(5)]
    assert not replies_are_visible(then + unanswered, "Sent", london("2026-02-16 09:00"))


def test_a_few_replies_seen_lately_prove_that_they_can_be() -> None:
    answered = [at(LATER, case(answered="2025-11-11 09:00")) for _ in range(3)]
    spam = [at(LATER, case()) for _ in range(200)]
    assert replies_are_visible(answered + spam, "Sent", NOW)
    assert not replies_are_visible(answered[:2] + spam, "Sent", NOW)
    assert not replies_are_visible(answered + spam, None, NOW), "the folder is there no more"
