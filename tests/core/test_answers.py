"""What each thing that we or a parent write does to a case: DESIGN's table, row by row, and at two schools."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from commsla.core.case import Case, Evidence
from commsla.core.cases import fold
from commsla.core.model import Kind, Mark, Meaning, Message, State, TextFact, Word
from commsla.core.traces import Traces
from tests.core.folding import cases, copy_at, failed, folded, hours, of, read
from tests.core.judging import at
from tests.core.mails import ANNA, BEN, MALLORY, OFFICE, START, TEACHER, Post, mark, ours

NOTHING = (None, None, None)
REPORT = "Return-Path: <>\r\nContent-Type: multipart/report; report-type=delivery-status\r\n"
ACTS = [Meaning.FULL, Meaning.ARRANGES, Meaning.UNKNOWN]


def asked(*, both: bool = False) -> Post:
    """Anna asked at nine on Monday; with `both` at two schools."""
    post = Post()
    mail = post.came(ANNA, at=0, id="a1")
    if both:
        copy_at(post, mail, "elm", at=0.5)
    return post


def again(post: Post, *, when: float, id: str = "a2", re: str = "a1") -> Message:
    return post.came(ANNA, at=when, id=id, re=re, refs="a1", subject="Re: A question")


def follow(fact: TextFact | Meaning, mail: Message) -> dict[int, TextFact]:
    return read(mail, fact) if isinstance(fact, Meaning) else {mail.id: fact}


def first_two(found: tuple[Case, ...]) -> tuple[Case, Case]:
    first, second = found
    return first, second


# --- holding, full, question back ---------------------------------------------------------------------


@pytest.mark.parametrize("meaning", ACTS)
def test_an_answer_meets_both_for_both_schools(meaning: Meaning) -> None:
    post = asked(both=True)
    sent = post.sent(ANNA, at=2, re="a1")
    for case in cases(post, facts=read(sent, meaning)):
        assert hours(case) == (2, 2, None)
        assert case.acknowledged is not None
        assert case.acknowledged.evidence is Evidence.SEEN
        assert bool(case.to_check) is (meaning is Meaning.UNKNOWN)


def test_holding_then_full() -> None:
    post = asked(both=True)
    first, second = post.sent(ANNA, at=2, re="a1", id="o1"), post.sent(ANNA, at=9, re="a1", id="o2")
    facts = read(first, Meaning.HOLDING)
    assert [hours(c) for c in cases(post, facts=facts | read(second, Meaning.HOLDING))] == [
        (2, None, None)
    ] * 2
    for case in cases(post, facts=facts | read(second, Meaning.FULL)):
        assert hours(case) == (2, 9, None)
        assert [a.meaning for a in case.answers] == [Meaning.HOLDING, Meaning.FULL]


@pytest.mark.parametrize(
    ("meaning", "chasers"),
    [(Meaning.SUPPLEMENT, 0), (Meaning.CLOSER, 0), (Meaning.QUESTION, 0), (Meaning.CHASER, 1),
     (Meaning.UNKNOWN, 1), (None, 1)],
)  # fmt: skip
def test_holding_then_a_mail_of_the_parent_is_more_of_the_same_case(
    meaning: Meaning | None, chasers: int
) -> None:
    post = asked()
    sent = post.sent(ANNA, at=2, re="a1", id="o1")
    more = again(post, when=5, re="o1")
    facts = read(sent, Meaning.HOLDING) | (read(more, meaning) if meaning else {})
    [case] = cases(post, facts=facts)
    assert (case.chasers, case.proposal, hours(case)) == (chasers, None, (2, None, None))
    assert len(case.messages) == 2


def test_a_thank_you_for_a_holding_reply_at_two_schools_hides_neither() -> None:
    post = asked(both=True)
    sent = post.sent(ANNA, at=2, re="a1", id="o1", school="elm")
    more = again(post, when=5)
    oak, elm = cases(post, facts=read(sent, Meaning.HOLDING) | read(more, Meaning.CLOSER))
    assert (hours(oak), hours(elm)) == ((2, None, None),) * 2
    assert (len(oak.messages), len(elm.messages)) == (2, 1)
    assert (oak.proposal, elm.proposal) == (None, None)


ASKED_BACK = [
    # the parent answers after so many hours, now, and how the response then stands
    (None, "2025-11-17 23:59", State.DUE_TODAY),
    (None, "2025-11-18 00:00", State.WAITING_FOR_PARENT),
    (100, "2025-11-18 09:00", State.OVERDUE),  # answered before the deadline: the clock is the old one
    (240, "2025-11-20 09:00", State.WAITING),  # on Thu 20, after it: five working days from then
    (240, "2025-11-27 23:59", State.DUE_TODAY),
    (240, "2025-11-28 00:00", State.OVERDUE),
]  # fmt: skip


@pytest.mark.parametrize(("answered", "now", "state"), ASKED_BACK)
@pytest.mark.parametrize("both", [False, True])
def test_a_question_back(answered: float | None, now: str, state: State, both: bool) -> None:
    post = asked(both=both)
    sent = post.sent(ANNA, at=2, re="a1", id="o1")
    facts = read(sent, Meaning.QUESTION_BACK)
    if answered:
        facts |= read(again(post, when=answered, re="o1"), Meaning.CHASER)
    found = cases(post, facts=facts)
    assert len(found) == 1 + both
    for case in found:  # who answered one school has answered both
        judged = at(now, case)
        assert (judged.acknowledge.state, judged.respond.state) == (State.MET, state)
        assert case.chasers == 0  # what answers our question is none


def test_after_the_answer_to_our_question_a_further_mail_is_a_chaser() -> None:
    post = asked()
    sent = post.sent(ANNA, at=2, re="a1", id="o1")
    again(post, when=5, re="o1")
    again(post, when=9, id="a3", re="a2")
    [case] = cases(post, facts=read(sent, Meaning.QUESTION_BACK))
    assert (case.chasers, case.asked_back[0].answered) == (1, post.messages[2].received)


def test_a_question_back_that_follows_the_answer_owes_nothing() -> None:
    post = asked()
    one, two = post.sent(ANNA, at=2, re="a1", id="o1"), post.sent(ANNA, at=3, re="a1", id="o2")
    [case] = cases(post, facts=read(one, Meaning.FULL) | read(two, Meaning.QUESTION_BACK))
    assert (hours(case), case.asked_back) == ((2, 2, None), ())


# --- after the answer ------------------------------------------------------------------------------------


@pytest.mark.parametrize("both", [False, True])
def test_a_mere_thank_you_after_the_answer_is_proposed_and_a_question_is_a_case(both: bool) -> None:
    for meaning, proposal, state in (
        (Meaning.CLOSER, Meaning.CLOSER, State.PROPOSED),
        (Meaning.QUESTION, None, State.OVERDUE),
        (Meaning.SUPPLEMENT, None, State.OVERDUE),
        (Meaning.UNKNOWN, None, State.OVERDUE),
        (None, None, State.OVERDUE),
    ):
        post = asked(both=both)
        sent = post.sent(ANNA, at=2, re="a1", id="o1")
        more = again(post, when=5, re="o1")
        facts = read(sent, Meaning.FULL) | (read(more, meaning) if meaning else {})
        *old, new = cases(post, facts=facts)
        assert [hours(c) for c in old] == [(2, 2, None)] * (1 + both)
        assert (hours(new), new.proposal, new.wrote_again) == (NOTHING, proposal, True)
        assert at("2026-03-01 09:00", new).respond.state is state


def test_a_first_mail_that_reads_like_a_thank_you_is_an_enquiry() -> None:
    post = Post()
    mail = post.came(ANNA, at=0, id="a1")
    [case] = cases(post, facts=read(mail, Meaning.CLOSER))
    assert (case.proposal, case.wrote_again) == (None, False)


def test_a_thank_you_that_a_person_called_an_enquiry_is_no_proposal() -> None:
    post = asked()
    sent, more = post.sent(ANNA, at=2, re="a1", id="o1"), again(post, when=5, re="o1")
    facts = read(sent, Meaning.FULL) | read(more, Meaning.CLOSER)
    _, new = cases(post, mark(more, Word.ENQUIRY, at=6), facts=facts)
    assert new.proposal is None


@pytest.mark.parametrize("both", [False, True])
def test_a_reply_that_nobody_could_read_acknowledges_and_the_next_mail_is_a_case(
    both: bool,
) -> None:
    post = asked(both=both)
    post.sent(ANNA, at=2, re="a1", id="o1")
    again(post, when=5, re="o1")
    *old, new = cases(post)
    assert [hours(c) for c in old] == [(2, None, None)] * (1 + both)
    assert (hours(new), new.wrote_again) == (NOTHING, True)
    # Once it is read as a holding reply, the mail was only more of the first case.
    found = cases(post, facts={3 if both else 2: Meaning.HOLDING})
    assert [c.chasers for c in found] == [1, 0][: 1 + both]


# --- passed on, and answered by a colleague --------------------------------------------------------------


def test_a_hand_over_is_known_and_meets_nothing() -> None:
    post = asked()
    given = post.sent(TEACHER, at=2, re="a1", subject="Fwd: A question")
    by_references = post.sent(f"{TEACHER}, {OFFICE}", at=3, refs="a0 a1")
    elsewhere = post.sent(TEACHER, at=4, re="b9")
    [case] = cases(post, facts={m.id: Meaning.FULL for m in (given, by_references, elsewhere)})
    assert hours(case) == NOTHING
    assert [m.id for m in case.handed_over] == [given.id, by_references.id]
    assert case.answers == ()


def test_a_hand_over_of_one_schools_twin_is_no_answer_at_either() -> None:
    post = asked(both=True)
    post.sent(TEACHER, at=2, re="a1")
    oak, elm = cases(post)
    assert (hours(oak), hours(elm)) == (NOTHING, NOTHING)
    assert (len(oak.handed_over), len(elm.handed_over)) == (1, 0)


def test_what_follows_a_hand_over_is_still_the_same_case() -> None:
    post = asked()
    post.sent(TEACHER, at=2, re="a1")
    again(post, when=5)
    [case] = cases(post)
    assert case.chasers == 1


def _colleague(post: Post, *, when: float, to: str = f"{ANNA}, {OFFICE}", **more: str) -> Message:
    return post.came(
        TEACHER, at=when, id="t1", re="a1", to=to, subject="Re: A question", **more
    )  # fmt: skip


@pytest.mark.parametrize("both", [False, True])
def test_a_vouched_colleagues_answer_counts_as_ours(both: bool) -> None:
    post = asked(both=both)
    answer = _colleague(post, when=2)
    facts = read(answer, Meaning.FULL)
    assert [hours(c) for c in cases(post, facts=facts)] == [NOTHING] * (1 + both)
    found = folded(post, facts=facts, vouched=[answer])
    for case in found.cases:
        assert hours(case) == (2, 2, None)
        assert case.acknowledged is not None
        assert case.acknowledged.evidence is Evidence.VOUCHED
    assert [n.message.id for n in found.not_tracked] == [answer.id]  # and it stays in sight


def test_a_vouched_answer_that_a_list_delivered_first_counts_all_the_same() -> None:
    post = Post()
    post.came(ANNA, at=0, id="a1")
    listed = "List-Id: <staff.list.example>\r\n"
    first, _ = (
        post.came(TEACHER, at=5, id="t1", re="a1", to=f"{ANNA}, office@oak.example", **more)
        for more in ({"more": listed, "folder": "Done"}, {"folder": "INBOX"})
    )
    found = cases(post, facts=read(first, Meaning.FULL), vouched=post.messages[1:])
    assert hours(found[0]) == (5, 5, None)


def test_a_vouched_colleague_who_holds_or_passes_on_answers_no_more_than_we_would() -> None:
    post = asked()
    answer = _colleague(post, when=2)
    [case] = cases(post, facts=read(answer, Meaning.HOLDING), vouched=[answer])
    assert hours(case) == (2, None, None)
    [case] = cases(post, vouched=[answer])
    assert hours(case) == (2, None, None)  # nobody has read it
    post = asked()
    to_us = _colleague(post, when=2, to=OFFICE)
    [case] = cases(post, facts=read(to_us, Meaning.FULL), vouched=[to_us])
    assert hours(case) == NOTHING
    automatic = _colleague(post, when=3, more="Auto-Submitted: auto-replied\r\n")
    assert hours(cases(post, vouched=[automatic])[0]) == NOTHING


def test_what_the_parent_writes_to_a_vouched_answer_is_a_new_case() -> None:
    post = asked()
    answer = _colleague(post, when=2)
    again(post, when=5, re="t1")
    _, new = cases(post, facts=read(answer, Meaning.FULL), vouched=[answer])
    assert (new.wrote_again, hours(new)) == (True, NOTHING)


# --- a delivery report -----------------------------------------------------------------------------------


def _bounced(post: Post, id: str = "o1", to: str = ANNA) -> dict[int, TextFact]:
    report = post.came("mailer-daemon@x.example", at=20, id="none", more=REPORT)
    return failed(report, id, to)


@pytest.mark.parametrize("both", [False, True])
def test_a_bounce_takes_back_the_answer_that_it_names(both: bool) -> None:
    post = asked(both=both)
    facts = read(post.sent(ANNA, at=2, re="a1", id="o1"), Meaning.FULL)
    assert hours(cases(post, facts=facts)[0])[1] == 2
    found = folded(post, facts=facts | _bounced(post))
    assert [hours(c) for c in found.cases] == [NOTHING] * (1 + both)
    assert [n.kind for n in found.not_tracked] == [Kind.BOUNCE]


def test_the_other_recipient_of_the_same_mail_stays_answered() -> None:
    post = asked()
    post.came(BEN, at=1, id="b1", re="a1", refs="a1", subject="Re: A question")
    sent = post.sent(f"{ANNA}, {BEN}", at=2, re="b1", refs="a1 b1", id="o1")
    found = cases(post, facts=read(sent, Meaning.FULL) | _bounced(post, to=BEN))
    assert [hours(c) for c in of(found, ANNA)] == [(2, 2, None)]
    assert [hours(c) for c in of(found, BEN)] == [NOTHING]


def test_an_answer_after_the_bounce_counts() -> None:
    post = asked()
    facts = read(post.sent(ANNA, at=2, re="a1", id="o1"), Meaning.FULL) | _bounced(post)
    later = post.sent(ANNA, at=30, re="a1", id="o2")
    [case] = cases(post, facts=facts | read(later, Meaning.FULL))
    assert hours(case) == (30, 30, None)


def test_a_bounce_of_a_mail_without_ids_proposes_nothing_either() -> None:
    post = asked()
    facts = read(post.sent(ANNA, at=2, id="o1"), Meaning.FULL)
    assert hours(cases(post, facts=facts)[0]) == (None, None, 2)
    assert hours(cases(post, facts=facts | _bounced(post))[0]) == NOTHING


def test_a_bounce_may_name_the_id_that_our_mail_was_written_with() -> None:
    post = asked()
    more = "X-Microsoft-Original-Message-ID: <first@x.example>\r\n"
    facts = read(post.sent(ANNA, at=2, re="a1", id="o1", more=more), Meaning.FULL)
    assert hours(cases(post, facts=facts)[0]) == (2, 2, None)
    for id in ("first", "o1"):
        assert hours(cases(post, facts=facts | _bounced(post, id=id))[0]) == NOTHING
    assert hours(cases(post, facts=facts | _bounced(post, id="second"))[0]) == (2, 2, None)


# --- texts that are not read any more -----------------------------------------------------------------------


def test_what_was_read_before_reading_was_turned_off_still_holds() -> None:
    post = asked()
    held = post.sent(ANNA, at=2, re="a1", id="o1")
    traces = Traces(texts=read(held, Meaning.HOLDING), read_text=False)
    [case] = fold(post.messages, (), ours(), {}, traces).cases
    assert (hours(case), case.to_check) == ((2, None, None), "")
    post.sent(ANNA, at=5, re="a1", id="o2")
    [case] = fold(post.messages, (), ours(), {}, traces).cases
    assert (hours(case), case.to_check) == ((2, 5, None), "texts are not read here")


# --- the same mail to another school, which came late ------------------------------------------------------


def test_a_late_copy_at_the_other_school_shares_the_question_and_the_appointment() -> None:
    post = asked()
    back = post.sent(ANNA, at=2, re="a1", id="o1")
    copy_at(post, post.messages[0], "elm", at=4)
    for case in cases(post, facts=read(back, Meaning.QUESTION_BACK)):
        assert [a.asked.at for a in case.asked_back] == [START + timedelta(hours=2)]
    day = date(2025, 11, 20)
    for case in cases(post, facts=read(back, Meaning.ARRANGES, day=day)):
        assert (hours(case), case.arranged) == ((2, 2, None), day)


# --- marks and what was not known when they were made -------------------------------------------------------


def _seen(one: Mark, number: int) -> Mark:
    return replace(one, seen=number)


def _late_chaser(*, both: bool = False) -> tuple[Post, Message, Message]:
    """Anna's chaser came at three o'clock, and was read only after the mark of five o'clock."""
    post = asked(both=both)
    mail = post.messages[-1]
    later = post.came(
        ANNA, at=6, id="a2", re="a1", refs="a1", school="elm" if both else "oak",
        subject="Re: A question",
    )  # fmt: skip
    return post, mail, later


@pytest.mark.parametrize("word", [Word.CALLED, Word.MEETING, Word.ANSWERED])
@pytest.mark.parametrize("both", [False, True])
def test_a_mark_that_answers_covers_no_mail_that_was_read_after_it(word: Word, both: bool) -> None:
    post, mail, later = _late_chaser(both=both)
    called = mark(post.messages[0], word, at=8)  # at oak, in both cases
    known = _seen(called, later.id)
    assert len(cases(post, known)) == 1 + both
    *old, new = cases(post, _seen(called, mail.id))
    assert [(hours(c)[1], c.chasers) for c in old] == [(8, 0)] * (1 + both)
    assert (new.opener.id, new.wrote_again, hours(new)) == (later.id, True, NOTHING)


@pytest.mark.parametrize(
    "word", [Word.NO_REPLY_NEEDED, Word.NOT_FOR_US, Word.DUPLICATE, Word.SAFEGUARDING]
)
def test_a_mark_that_takes_out_covers_no_mail_that_was_read_after_it(word: Word) -> None:
    post, mail, later = _late_chaser()
    needless = mark(mail, word, at=8)
    [case] = cases(post, _seen(needless, later.id))
    assert case.excluded
    old, new = cases(post, _seen(needless, mail.id))
    assert (bool(old.excluded), bool(new.excluded)) == (True, False)


def _doubtful() -> tuple[Post, Message, Message]:
    post = Post()
    post.sent(ANNA, at=0, id="o0", subject="Newsletter")
    mail = post.came(ANNA, at=1, id="a1", re="o0", more="Precedence: list\r\n")
    later = again(post, when=6)
    return post, mail, later


def test_a_confirmed_doubt_covers_no_mail_that_was_read_after_it() -> None:
    post, mail, later = _doubtful()
    confirm = mark(mail, Word.CONFIRM, at=8)
    [case] = cases(post, _seen(confirm, later.id))
    assert (bool(case.doubt), case.excluded) == (True, _seen(confirm, later.id))
    old, new = cases(post, _seen(confirm, mail.id))
    assert (bool(old.excluded), new.excluded, new.opener.id) == (True, None, later.id)


def test_a_confirmation_of_one_case_never_takes_out_another() -> None:
    """She said thank you after a call, and that was confirmed; then the call was taken back."""
    post, mail, later = _doubtful()
    called = mark(mail, Word.CALLED, at=3)
    thanks = mark(later, Word.CONFIRM, at=8)
    facts = read(later, Meaning.CLOSER)
    old, new = cases(post, called, thanks, facts=facts)
    assert (old.excluded, bool(new.excluded)) == (None, True)
    [case] = cases(post, called, thanks, mark(mail, Word.UNDO, at=9), facts=facts)
    assert (case.excluded, hours(case)) == (None, NOTHING)


def test_a_direct_copy_of_what_a_list_brought_leaves_no_doubt() -> None:
    post, mail, _ = _doubtful()
    [case] = cases(post)
    assert case.doubt
    direct = post.came(ANNA, at=1, id="a1", re="o0")
    post.messages[-1] = replace(direct, received=mail.received.replace(minute=5))
    [case] = cases(post)
    assert (case.doubt, case.received) == ("", mail.received)


def test_a_strangers_out_of_office_is_neither_a_chaser_nor_an_answer() -> None:
    post = asked()
    sent = post.sent(ANNA, at=2, re="a1", id="o1")
    post.came(ANNA, at=2.1, id="r1", re="o1", more="Auto-Submitted: auto-replied\r\n")
    post.came(MALLORY, at=3, id="r2", re="o1", more="Auto-Submitted: auto-replied\r\n")
    [case] = cases(post, facts=read(sent, Meaning.HOLDING))
    assert (case.chasers, len(case.messages)) == (0, 1)


def test_after_a_thank_you_the_next_mail_is_a_case_of_its_own() -> None:
    post = asked()
    sent, more = post.sent(ANNA, at=2, re="a1", id="o1"), again(post, when=5, re="o1")
    last = again(post, when=6, id="a3", re="a2")
    _, thanks, new = cases(post, facts=read(sent, Meaning.FULL) | read(more, Meaning.CLOSER))
    assert (thanks.proposal, len(thanks.messages)) == (Meaning.CLOSER, 1)
    assert (new.opener.id, new.proposal) == (last.id, None)


def test_a_late_copy_of_what_an_unread_reply_went_to_takes_no_more_either() -> None:
    post = asked()
    post.sent(ANNA, at=2, re="a1", id="o1")
    copy_at(post, post.messages[0], "elm", at=3)
    later = post.came(ANNA, at=5, id="a2", re="a1", school="elm", subject="Re: A question")
    found = cases(post)
    assert [(c.school, hours(c)) for c in found[:2]] == [
        ("oak", (2, None, None)), ("elm", (2, None, None)),
    ]  # fmt: skip
    assert found[2].opener.id == later.id


def test_no_reply_needed_on_a_chaser_leaves_unread_mail_where_it_belongs() -> None:
    post = asked()
    chaser = again(post, when=5)
    again(post, when=6, id="a3")
    [case] = cases(post, _seen(mark(chaser, Word.NO_REPLY_NEEDED, at=8), chaser.id))
    assert (case.chasers, case.excluded) == (2, None)
