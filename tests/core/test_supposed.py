"""Traces of an answer that nobody saw: supposed, never met, until a person confirms it (M4, F6, flags)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from commsla.core.case import Evidence
from commsla.core.model import Meaning, Role, State, Word
from tests.core.folding import cases, copy_at, failed, hours, of, read
from tests.core.judging import at
from tests.core.mails import ANNA, BEN, MALLORY, START, TEACHER, Post, mark

NOTHING = (None, None, None)
REPORT = "Return-Path: <>\r\nContent-Type: multipart/report; report-type=delivery-status\r\n"
DAYS = 24.0


@pytest.mark.parametrize("subject", ["Re: A question", "A question", "AW: a  QUESTION", "[External] A question"])  # fmt: skip
def test_a_mail_without_ids_to_the_same_person_about_the_same_subject_proposes(
    subject: str,
) -> None:
    post = Post()
    post.came(ANNA, at=0, id="a1")
    sent = post.sent(ANNA, at=5, subject=subject)
    [case] = cases(post, facts=read(sent, Meaning.FULL))
    assert (hours(case), case.answers) == ((None, None, 5), ())
    assert case.inferred is not None
    assert case.inferred.evidence is Evidence.INFERRED
    judged = at("2026-03-01 09:00", case)
    assert {judged.acknowledge.state, judged.respond.state} == {State.INFERRED}


@pytest.mark.parametrize(
    ("to", "subject", "when"),
    [
        (BEN, "A question", 5),  # never the subject without the person
        (MALLORY, "Re: A question", 5),
        (TEACHER, "Re: A question", 5),
        (ANNA, "Another question", 5),
        (ANNA, "Re: A question?", 5),
        (ANNA, "", 5),
        (ANNA, "Re: A question", -1),  # before it was asked
        (ANNA, "Re: A question", 60 * DAYS + 1),
    ],
)
def test_anything_less_proposes_nothing(to: str, subject: str, when: float) -> None:
    post = Post()
    post.came(ANNA, at=0, id="a1")
    post.sent(to, at=when, subject=subject)
    assert hours(cases(post)[0]) == NOTHING


def test_a_mail_of_hers_that_was_dragged_into_sent_is_no_answer_to_herself() -> None:
    post = Post()
    post.came(ANNA, at=0, id="a1")
    copy = f"From: {ANNA}\r\nTo: office@oak.example\r\nCc: {ANNA}\r\nSubject: A question\r\n"
    for number, named in enumerate(("", "In-Reply-To: <a1@x.example>\r\n"), 1):
        raw = f"{copy}Message-ID: <c{number}@x>\r\n{named}"
        dragged = post.put(raw, at=number, role=Role.SENT, school="oak", folder="Sent")
        [case] = cases(post, facts=read(dragged, Meaning.FULL))
        assert (hours(case), case.answers) == (NOTHING, ())


def test_no_subject_at_all_is_no_common_subject() -> None:
    for empty in ("", "Re:", "[External]"):
        post = Post()
        post.came(ANNA, at=0, id="a1", subject=empty)
        post.sent(ANNA, at=5, subject=f"Re: {empty}")
        assert hours(cases(post)[0]) == NOTHING


def test_sixty_days_to_the_hour() -> None:
    for when, supposed in ((60 * DAYS, 60 * DAYS), (60 * DAYS + 1, None)):
        post = Post()
        post.came(ANNA, at=0, id="a1")
        post.sent(ANNA, at=when, subject="A question")
        assert hours(cases(post)[0]) == (None, None, supposed)


def test_another_schools_mail_with_the_same_subject_proposes_nothing_here() -> None:
    post = Post()
    post.came(ANNA, at=0, id="a1")
    post.sent(ANNA, at=5, subject="A question", school="elm")
    assert hours(cases(post)[0]) == NOTHING
    copy_at(post, post.messages[0], "elm", at=1)
    oak, elm = cases(post)
    assert (hours(oak), hours(elm)) == (NOTHING, (None, None, 5))


def test_our_automatic_reply_proposes_nothing() -> None:
    post = Post()
    post.came(ANNA, at=0, id="a1")
    post.sent(ANNA, at=5, subject="A question", more="Auto-Submitted: auto-replied\r\n")
    assert hours(cases(post)[0]) == NOTHING


def test_where_the_ids_lead_to_her_case_the_subject_proposes_for_no_other() -> None:
    post = Post()
    post.came(ANNA, at=0, id="a1")
    post.came(ANNA, at=1, id="a2")
    sent = post.sent(ANNA, at=5, re="a2")
    one, two = cases(post, facts=read(sent, Meaning.FULL))
    assert (hours(one), hours(two)) == (NOTHING, (5, 5, None))


def test_what_is_answered_or_out_of_the_count_is_not_supposed_to_be() -> None:
    for word in (Word.CALLED, Word.NO_REPLY_NEEDED):
        post = Post()
        mail = post.came(ANNA, at=0, id="a1")
        post.sent(ANNA, at=5, subject="A question")
        [case] = cases(post, mark(mail, word, at=3))
        assert case.inferred is None


def test_who_confirms_makes_it_recorded_at_the_hour_of_the_trace() -> None:
    post = Post()
    mail = post.came(ANNA, at=0, id="a1")
    post.sent(ANNA, at=5, subject="A question")
    [case] = cases(post, mark(mail, Word.CONFIRM, at=30))
    assert hours(case) == (5, 5, None)
    assert case.responded is not None
    assert case.responded.evidence is Evidence.RECORDED
    assert case.responded.recorded == START + timedelta(hours=30)


def test_what_the_parent_writes_after_a_supposed_answer_is_a_case_of_its_own() -> None:
    post = Post()
    post.came(ANNA, at=0, id="a1")
    post.sent(ANNA, at=5, subject="A question")
    post.came(ANNA, at=9, id="a2", re="a1", subject="Re: A question")
    old, new = cases(post)
    assert (hours(old), hours(new), new.wrote_again) == ((None, None, 5), NOTHING, True)


def test_a_reply_that_is_seen_later_takes_the_place_of_the_supposed_one() -> None:
    post = Post()
    post.came(ANNA, at=0, id="a1")
    post.sent(ANNA, at=5, id="o1", subject="A question")
    sent = post.sent(ANNA, at=9, id="o2", re="a1")
    [case] = cases(post, facts=read(sent, Meaning.FULL))
    assert hours(case) == (9, 9, None)


# --- a reply that the parent quotes -----------------------------------------------------------------------


def test_a_quoted_reply_supposes_an_answer_and_the_mail_is_a_case_of_its_own() -> None:
    post = Post()
    post.came(ANNA, at=0, id="a1")
    more = post.came(ANNA, at=9, id="a2", re="a1", subject="Re: A question")
    for quoted, supposed in ((5, 5), (-7, 0)):  # never before it was asked
        written = START + timedelta(hours=quoted)
        facts = read(more, Meaning.QUESTION, quotes=True, quoted_reply=written)
        old, new = cases(post, facts=facts)
        assert (hours(old), hours(new)) == ((None, None, supposed), NOTHING)


def test_a_quoted_reply_says_nothing_where_ours_was_seen() -> None:
    post = Post()
    post.came(ANNA, at=0, id="a1")
    sent = post.sent(ANNA, at=2, re="a1", id="o1")
    more = post.came(ANNA, at=9, id="a2", re="o1", subject="Re: A question")
    facts = read(sent, Meaning.HOLDING)
    facts |= read(more, Meaning.CHASER, quoted_reply=START + timedelta(hours=2))
    [case] = cases(post, facts=facts)
    assert (hours(case), case.chasers) == ((2, None, None), 1)


# --- the flag of the mail program -------------------------------------------------------------------------


def test_a_flag_supposes_an_answer_to_its_mail_and_to_what_came_before_it() -> None:
    post = Post()
    first = post.came(ANNA, at=0, id="a1")
    second = post.came(ANNA, at=4, id="a2", re="a1", subject="Re: A question")
    [case] = cases(post, flags={second.id: 9})
    assert (hours(case), len(case.messages)) == ((None, None, 9), 2)
    old, new = cases(post, flags={first.id: 9})
    assert (hours(old), hours(new), new.opener.id) == ((None, None, 9), NOTHING, second.id)
    [case] = cases(post, flags={first.id: 9, second.id: 9})
    assert len(case.messages) == 2


def test_a_flag_is_explained_by_a_reply_that_was_seen() -> None:
    post = Post()
    mail = post.came(ANNA, at=0, id="a1")
    sent = post.sent(ANNA, at=2, re="a1")
    [case] = cases(post, facts=read(sent, Meaning.HOLDING), flags={mail.id: 9})
    assert hours(case) == (2, None, None)
    again = post.came(ANNA, at=5, id="a2", re="a1", subject="Re: A question")
    [case] = cases(post, facts=read(sent, Meaning.HOLDING), flags={mail.id: 9, again.id: 9})
    assert hours(case) == (2, None, 9)  # the second flag is of a reply that nobody saw


@pytest.mark.parametrize("when", [1, 2.5])
def test_a_flag_of_a_reply_that_did_not_arrive_supposes_nothing(when: float) -> None:
    post = Post()
    mail = post.came(ANNA, at=0, id="a1")
    sent = post.sent(ANNA, at=when, id="o1", re="a1")
    report = post.came("mailer-daemon@x.example", at=20, id="none", more=REPORT)
    facts = read(sent, Meaning.FULL)
    assert hours(cases(post, facts=facts, flags={mail.id: 2})[0]) == (when, when, None)
    facts |= failed(report, "o1", ANNA)
    assert hours(cases(post, facts=facts, flags={mail.id: 2})[0]) == NOTHING


def test_a_flag_whose_reply_comes_into_sent_after_it_is_explained_by_it() -> None:
    post = Post()
    mail = post.came(ANNA, at=0, id="a1")
    sent = post.sent(ANNA, at=2.5, id="o1", re="a1")
    [case] = cases(post, facts=read(sent, Meaning.HOLDING), flags={mail.id: 2})
    assert hours(case) == (2.5, None, None)


@pytest.mark.parametrize(
    ("to", "when", "more"),
    [
        (ANNA, 3.5, ""),  # long after the flag was seen
        (TEACHER, 1, ""),
        (BEN, 1, ""),
        (ANNA, 1, "Auto-Submitted: auto-replied\r\n"),
    ],
)
def test_a_flag_is_not_explained_by_what_is_no_reply_to_it(to: str, when: float, more: str) -> None:
    post = Post()
    mail = post.came(ANNA, at=0, id="a1")
    sent = post.sent(to, at=when, id="o1", re="a1", more=more)
    [case] = cases(post, facts=read(sent, Meaning.HOLDING), flags={mail.id: 2})
    assert case.inferred is not None
    assert case.inferred.at == START + timedelta(hours=2)


def test_what_a_person_merged_is_not_set_free_by_a_flag() -> None:
    post = Post()
    first = post.came(ANNA, at=0, id="a1")
    second = post.came(ANNA, at=4, id="a2", subject="The coach")
    third = post.came(ANNA, at=5, id="a3", re="a1", subject="Re: A question")
    merge = replace(mark(second, Word.MERGE, at=6), other=first.id)
    [case] = cases(post, merge, flags={first.id: 9, third.id: 9})
    assert ([m.id for m in case.messages], hours(case)) == ([1, 2, 3], (None, None, 9))


def test_what_was_merged_with_a_mail_that_is_set_free_goes_with_it() -> None:
    post = Post()
    first = post.came(ANNA, at=0, id="a1")
    chaser = post.came(ANNA, at=4, id="a2", re="a1", subject="Re: A question")
    other = post.came(BEN, at=5, id="b1")
    merge = replace(mark(other, Word.MERGE, at=6), other=chaser.id)
    old, new = cases(post, merge, flags={first.id: 9})
    assert [[m.id for m in c.messages] for c in (old, new)] == [[1], [2, 3]]


def test_a_flag_at_one_school_says_nothing_about_the_other() -> None:
    post = Post()
    mail = post.came(ANNA, at=0, id="a1")
    copy_at(post, mail, "elm", at=1)
    oak, elm = of(cases(post, flags={mail.id: 9}), ANNA)
    assert (hours(oak), hours(elm)) == ((None, None, 9), NOTHING)


def test_a_flag_covers_what_came_before_it_though_it_has_none() -> None:
    post = Post()
    post.came(ANNA, at=0, id="a1")
    for number in (2, 3, 4):
        post.came(ANNA, at=number, id=f"a{number}", re="a1", subject="Re: A question")
    old, new = cases(post, flags={3: 9})  # of the second chaser
    assert ([m.id for m in old.messages], new.opener.id) == ([1, 2, 3], 4)


def test_a_confirmed_answer_is_not_taken_back_by_an_acknowledgement() -> None:
    post = Post()
    mail = post.came(ANNA, at=0, id="a1")
    post.sent(ANNA, at=5, subject="A question")
    marks = [mark(mail, Word.CONFIRM, at=30), mark(mail, Word.ACKNOWLEDGED, at=31)]
    assert hours(cases(post, *marks)[0]) == (5, 5, None)


def test_a_doubtful_reply_after_an_answer_leaves_the_answer_undoubted() -> None:
    post = Post()
    post.came(ANNA, at=0, id="a1")
    answer = post.sent(ANNA, at=2, re="a1", id="o1")
    more = post.sent(ANNA, at=4, re="a1", id="o2")
    doubtful = read(more, Meaning.FULL, doubtful=True, why="a word")
    [case] = cases(post, facts={**read(answer, Meaning.FULL), **doubtful})
    assert case.to_check == ""
    [case] = cases(post, facts={**read(answer, Meaning.FULL, doubtful=True, why="hm"), **doubtful})
    assert case.to_check == "hm"
    first = read(answer, Meaning.FULL, doubtful=True, why="hm")
    [case] = cases(post, facts={**first, **read(more, Meaning.FULL)})
    assert case.to_check == ""
