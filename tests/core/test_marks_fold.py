"""What people record: each word, every order of two, and what a mark covers."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest

from commsla.core.case import Case, Evidence
from commsla.core.cases import Folded, fold
from commsla.core.model import Mark, Meaning, Message, TextFact, Word
from commsla.core.traces import Traces
from tests.core.mails import ANNA, START, Post, mark, ours

ANSWERS = (Word.CALLED, Word.MEETING, Word.ANSWERED)
HOLDS = (Word.ACKNOWLEDGED, Word.HOLDING)
EXCLUDES = (Word.NO_REPLY_NEEDED, Word.NOT_FOR_US, Word.DUPLICATE)
WORDS = (*ANSWERS, *HOLDS, *EXCLUDES, Word.SAFEGUARDING, Word.REOPEN)


def folded(post: Post, *marks: Mark, traces: Traces | None = None) -> Folded:
    return fold(post.messages, marks, ours(), {}, traces)


def only(post: Post, *marks: Mark, traces: Traces | None = None) -> Case:
    [case] = folded(post, *marks, traces=traces).cases
    return case


def hours(case: Case) -> tuple[float | None, float | None]:
    """When it was acknowledged and answered, in hours."""
    done = (case.acknowledged, case.responded)
    acknowledged, responded = ((d.at - START) / timedelta(hours=1) if d else None for d in done)
    return acknowledged, responded


def told(message: Message, meaning: Meaning, *, doubtful: bool = False) -> TextFact:
    return TextFact(message.id, meaning, "1", doubtful, "in doubt" if doubtful else "")


def unaware(one: Mark, seen: int) -> Mark:
    """Recorded when nothing above this number had been read."""
    return replace(one, seen=seen)


def expected(*words: Word, reply: float | None) -> tuple[float | None, float | None, Word | None]:
    """By hand: acknowledged, answered, excluded; the n-th word is said at hour 10 + n."""
    acknowledged = answered = reply
    recorded: float | None = None
    excluded: Word | None = None
    for at, word in enumerate(words, 10):
        if word in ANSWERS:
            recorded = recorded or at
            acknowledged, answered = acknowledged or at, answered or at
        elif word in HOLDS:
            acknowledged, answered = acknowledged or at, recorded
        elif word is Word.REOPEN:
            acknowledged, answered, recorded = reply, None, None
            excluded = excluded if excluded is Word.SAFEGUARDING else None
        elif word is Word.SAFEGUARDING:
            excluded = word
        else:
            excluded = excluded or word
    return acknowledged, answered, excluded


@pytest.mark.parametrize("replied", [False, True])
@pytest.mark.parametrize(("one", "two"), list(product(WORDS, WORDS)))
def test_every_order_of_two_words_and_the_undo_of_the_second(
    one: Word, two: Word, replied: bool
) -> None:
    post = Post()
    mail = post.came(ANNA, at=0, id="a1")
    traces = Traces()
    if replied:
        sent = post.sent(ANNA, at=2, re="a1")
        traces = Traces({sent.id: told(sent, Meaning.FULL)})
    first, second = mark(mail, one, at=10), mark(mail, two, at=11)
    for words in ((one,), (one, two)):
        case = only(post, *(first, second)[: len(words)], traces=traces)
        excluded = case.excluded.word if case.excluded else None
        assert (*hours(case), excluded) == expected(*words, reply=2 if replied else None)
    undo = mark(mail, Word.UNDO, at=12)
    assert only(post, first, second, undo, traces=traces) == only(post, first, traces=traces)


def test_a_call_beside_a_reply_that_only_held_is_an_answer_still() -> None:
    post = Post()
    mail = post.came(ANNA, at=0, id="a1")
    sent = post.sent(ANNA, at=2, re="a1")
    traces = Traces({sent.id: told(sent, Meaning.FULL)})
    called, held = mark(mail, Word.CALLED, at=5), mark(mail, Word.HOLDING, at=6)
    case = only(post, called, held, traces=traces)
    assert hours(case) == (2, 5)
    assert case.responded is not None
    assert case.responded.evidence is Evidence.RECORDED


def test_what_was_typed_after_reopening_holds_however_far_it_is_dated_back() -> None:
    post = Post()
    mail = post.came(ANNA, at=0, id="a1")
    called, reopened = mark(mail, Word.CALLED, at=10), mark(mail, Word.REOPEN, at=11)
    assert hours(only(post, called, reopened)) == (None, None)
    late = mark(mail, Word.MEETING, at=4, recorded=12)
    assert hours(only(post, called, reopened, late)) == (4, 4)
    early = mark(mail, Word.MEETING, at=4, recorded=10.5)
    assert hours(only(post, called, early, reopened)) == (None, None)
    held = post.sent(ANNA, at=6, re="a1")
    read = Traces({held.id: told(held, Meaning.HOLDING)})
    assert hours(only(post, early, called, reopened, traces=read)) == (6, None)  # it was seen
    assert hours(only(post, early, reopened, late, traces=read)) == (4, 4)


def test_a_mark_that_was_typed_later_is_dated_back_and_what_was_filed_is_not() -> None:
    post = Post()
    mail = post.came(ANNA, at=0)
    for word in (*ANSWERS, *HOLDS):
        for recorded, late in ((10.1, False), (10.2, True)):
            case = only(post, mark(mail, word, at=10, recorded=recorded))
            assert case.acknowledged is not None
            assert case.acknowledged.back_dated is late
    filed = replace(mark(mail, Word.CALLED, at=10, recorded=60), id=0, by="")
    case = only(post, filed)
    assert case.responded is not None
    assert not case.responded.back_dated


# --- confirming -----------------------------------------------------------------------------------


def test_confirming_a_weak_sign_takes_the_mail_out_of_the_count() -> None:
    post = Post()
    mail = post.came("shop@trade.example", at=0, id="b1", more="Feedback-ID: 1\r\n")
    assert only(post).doubt
    case = only(post, mark(mail, Word.CONFIRM, at=4))
    assert case.excluded is not None
    assert hours(case) == (None, None)
    answered = only(post, mark(mail, Word.CALLED, at=3), mark(mail, Word.CONFIRM, at=4))
    assert answered.excluded is None


def test_confirming_a_supposed_answer_meets_both_from_when_it_was_seen() -> None:
    post = Post()
    mail = post.came(ANNA, at=0, more="Feedback-ID: 1\r\n")
    traces = Traces(replied_flag={mail.id: START + timedelta(hours=5)})
    assert only(post, traces=traces).inferred is not None
    case = only(post, mark(mail, Word.CONFIRM, at=9), traces=traces)
    assert (hours(case), case.inferred, case.excluded) == ((5, 5), None, None)


def test_confirming_a_thank_you_excludes_it_and_reopening_makes_it_owed() -> None:
    post = Post()
    post.came(ANNA, at=0, id="a1")
    sent = post.sent(ANNA, at=2, id="o1", re="a1")
    thanks = post.came(ANNA, at=3, id="a2", re="o1")
    traces = Traces({sent.id: told(sent, Meaning.FULL), thanks.id: told(thanks, Meaning.CLOSER)})
    confirmed = mark(thanks, Word.CONFIRM, at=5)
    for marks, (proposal, excluded) in (
        ((), (True, False)),
        ((confirmed,), (False, True)),
        ((confirmed, mark(thanks, Word.REOPEN, at=6)), (False, False)),
        ((confirmed, mark(thanks, Word.UNDO, at=6)), (True, False)),
        ((mark(thanks, Word.ENQUIRY, at=5),), (False, False)),
    ):
        case = folded(post, *marks, traces=traces).cases[1]
        assert (bool(case.proposal), bool(case.excluded)) == (proposal, excluded)
        assert case.received == thanks.received


def test_confirming_a_doubtful_reply_leaves_it_the_answer() -> None:
    post = Post()
    mail = post.came(ANNA, at=0, id="a1")
    sent = post.sent(ANNA, at=2, re="a1")
    traces = Traces({sent.id: told(sent, Meaning.FULL, doubtful=True)})
    assert only(post, traces=traces).to_check == "in doubt"
    case = only(post, mark(mail, Word.CONFIRM, at=5), traces=traces)
    assert (case.to_check, hours(case)) == ("", (2, 2))


# --- what a mark covers -----------------------------------------------------------------------------


def two_mails(gap: str = "") -> tuple[Post, Message, Message]:
    post = Post()
    first = post.came(ANNA, at=0, id="a1", more=gap)
    second = post.came(ANNA, at=1, id="a2", re="a1", more=gap)
    return post, first, second


@pytest.mark.parametrize("word", [*ANSWERS, *EXCLUDES, Word.SAFEGUARDING])
def test_a_mark_covers_no_mail_that_was_read_after_it(word: Word) -> None:
    post, first, second = two_mails()
    one = unaware(mark(first, word, at=1.5), first.id)
    old, new = folded(post, one).cases
    assert bool(old.responded or old.excluded)
    assert (new.opener.id, new.wrote_again) == (second.id, True)
    assert (new.responded, new.excluded, new.chasers, old.chasers) == (None, None, 0, 0)
    both = only(post, unaware(one, second.id))
    assert (bool(both.responded or both.excluded), len(both.messages)) == (True, 2)
    assert len(folded(post, one, mark(first, Word.UNDO, at=3)).cases) == 1


def test_confirming_covers_no_mail_that_was_read_after_it_either() -> None:
    post, first, second = two_mails("Feedback-ID: 1\r\n")
    old, new = folded(post, unaware(mark(first, Word.CONFIRM, at=1.5), first.id)).cases
    assert (bool(old.excluded), new.excluded, new.opener.id) == (True, None, second.id)


def test_in_the_same_second_the_mail_came_first_and_is_not_covered() -> None:
    post, first, _ = two_mails()
    assert len(folded(post, unaware(mark(first, Word.CALLED, at=1), first.id)).cases) == 2


def test_confirming_by_a_joined_mail_never_hides_the_question_before_it() -> None:
    post, _, second = two_mails("Feedback-ID: 1\r\n")
    assert only(post, mark(second, Word.CONFIRM, at=5)).excluded is None


def test_a_holding_mark_covers_both_as_the_answer_is_owed_anyway() -> None:
    post, first, _ = two_mails()
    case = only(post, unaware(mark(first, Word.HOLDING, at=1.5), first.id))
    assert (len(case.messages), hours(case)) == (2, (1.5, None))


def test_a_mark_of_the_second_mail_settles_the_second_however_early_it_happened() -> None:
    post, first, second = two_mails()
    one = unaware(mark(first, Word.CALLED, at=3), first.id)
    two = unaware(mark(second, Word.MEETING, at=1.2, recorded=4), second.id)
    old, new = folded(post, one, two).cases
    assert (hours(old), hours(new)) == ((3, 3), (1.2, 1.2))


def test_a_third_mail_joins_the_second_that_stands_for_itself() -> None:
    post, first, _ = two_mails()
    post.came(ANNA, at=1.2, id="a3", re="a2")
    old, new = folded(post, unaware(mark(first, Word.CALLED, at=1.5), first.id)).cases
    assert (len(old.messages), len(new.messages), new.chasers) == (1, 2, 1)


def test_a_full_reply_after_the_unread_mail_answers_it_and_a_holding_one_does_not() -> None:
    for meaning, owed in ((Meaning.FULL, False), (Meaning.HOLDING, True)):
        post, first, _ = two_mails()
        sent = post.sent(ANNA, at=1.2, re="a1")
        traces = Traces({sent.id: told(sent, meaning)})
        one = unaware(mark(first, Word.CALLED, at=1.5), first.id)
        new = folded(post, one, traces=traces).cases[1]
        assert (new.acknowledged is not None, new.responded is None) == (True, owed)


def test_a_copy_that_is_read_later_is_the_mail_that_was_known() -> None:
    post, first, second = two_mails()
    post.messages.append(replace(second, id=9, uid=9, folder="Filed"))
    case = only(post, unaware(mark(first, Word.CALLED, at=3), second.id))
    assert {m.id for m in case.messages} == {first.id, second.id, 9}


def test_the_call_of_the_other_school_covers_no_unread_mail_either() -> None:
    post = Post()
    oak = post.came(ANNA, at=0, id="a1")
    elm = post.came(ANNA, at=0, id="a1", school="elm")
    again = post.came(ANNA, at=1, id="a2", re="a1")
    cases = folded(post, unaware(mark(elm, Word.CALLED, at=1.5), elm.id)).cases
    by = {c.opener.id: c for c in cases}
    assert set(by) == {oak.id, elm.id, again.id}
    assert by[oak.id].responded
    assert by[again.id].responded is None


# --- safeguarding and the same mail at two schools --------------------------------------------------


def test_safeguarding_takes_over_whatever_was_said_before() -> None:
    post, first, second = two_mails()
    for before in EXCLUDES:
        marks = [mark(first, before, at=5), mark(first, Word.SAFEGUARDING, at=6)]
        case = only(post, *marks)
        assert case.excluded is marks[1]
    joined = mark(second, Word.SAFEGUARDING, at=6)
    assert only(post, joined).excluded is joined


@pytest.mark.parametrize("late", [False, True])
def test_safeguarding_holds_for_the_same_mail_at_the_other_school(late: bool) -> None:
    post = Post()
    mail = post.came(ANNA, at=0, id="a1")
    other = post.came(ANNA, at=0, id="a1", school="elm")
    if late:
        post.messages[1] = replace(other, received=START + timedelta(hours=9))
    cases = folded(post, mark(mail, Word.SAFEGUARDING, at=5)).cases
    assert [c.excluded.word if c.excluded else None for c in cases] == [Word.SAFEGUARDING] * 2
    needless = folded(post, mark(mail, Word.NO_REPLY_NEEDED, at=5)).cases
    assert {c.opener.school: bool(c.excluded) for c in needless} == {"oak": True, "elm": False}


def test_a_reply_that_only_held_is_no_answer_at_the_other_school_either() -> None:
    post = Post()
    mail = post.came(ANNA, at=0, id="a1")
    post.came(ANNA, at=0, id="a1", school="elm")
    sent = post.sent(ANNA, at=2, re="a1")
    traces = Traces({sent.id: told(sent, Meaning.FULL)})
    assert all(c.responded for c in folded(post, traces=traces).cases)
    held = folded(post, mark(mail, Word.HOLDING, at=5), traces=traces).cases
    assert [hours(c) for c in held] == [(2, None)] * 2
