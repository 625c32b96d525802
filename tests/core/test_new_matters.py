"""A new matter on an old thread is a case of its own, and an answer to it answers nothing else (M2)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from commsla.core.model import Meaning, Word
from tests.core.folding import cases, copy_at, hours, read
from tests.core.mails import ANNA, BEN, MALLORY, OFFICE, Post, mark

NEW = "Lunch money"


def _on_an_old_thread(subject: str, *, first: str = "School trip") -> Post:
    post = Post()
    post.came(ANNA, at=0, id="a1", subject=first)
    post.came(ANNA, at=5, id="a2", re="a1", subject=subject)
    return post


@pytest.mark.parametrize(
    ("subject", "number"),
    [(NEW, 2), (f"Re: {NEW}", 1), (f"AW: {NEW}", 1), ("School trip", 1), ("SCHOOL  trip", 1), ("", 1)],
)  # fmt: skip
def test_another_subject_without_re_is_a_new_matter(subject: str, number: int) -> None:
    assert len(cases(_on_an_old_thread(subject))) == number


@pytest.mark.parametrize("subject", [f"Fwd: {NEW}", f"[External] {NEW}"])
def test_what_a_gateway_or_a_forward_puts_in_front_is_no_re(subject: str) -> None:
    assert len(cases(_on_an_old_thread(subject))) == 2


def test_where_the_old_mail_had_no_subject_nothing_can_be_compared() -> None:
    assert len(cases(_on_an_old_thread(NEW, first="Re:"))) == 1


def test_who_quotes_the_old_mail_goes_on_with_it() -> None:
    post = _on_an_old_thread(NEW)
    later = post.messages[-1]
    assert len(cases(post, facts=read(later, Meaning.CHASER, quotes=True))) == 1
    assert len(cases(post, facts=read(later, Meaning.CHASER, quotes=False))) == 2


@pytest.mark.parametrize("old_first", ["a1 a2", "a2 a1", "a2"])
def test_our_reply_to_the_new_matter_does_not_answer_the_old_one(old_first: str) -> None:
    post = _on_an_old_thread(NEW)
    sent = post.sent(ANNA, at=9, id="o1", re="a2", refs=old_first, subject=f"Re: {NEW}")
    old, new = cases(post, facts=read(sent, Meaning.FULL))
    assert (hours(old), hours(new)) == ((None, None, None), (9, 9, None))
    assert (old.wrote_again, new.wrote_again, old.chasers) == (False, False, 0)


def test_our_reply_to_the_old_matter_does_not_answer_the_new_one() -> None:
    post = _on_an_old_thread(NEW)
    sent = post.sent(ANNA, at=9, id="o1", re="a1", subject="Re: School trip")
    old, new = cases(post, facts=read(sent, Meaning.FULL))
    assert (hours(old)[1], hours(new)) == (9, (None, None, None))


def test_what_we_send_under_a_new_subject_is_about_the_mail_that_it_answers() -> None:
    post = Post()
    post.came(ANNA, at=0, id="a1", subject="School trip")
    sent = post.sent(ANNA, at=2, re="a1", subject="Letter home")
    [case] = cases(post, facts=read(sent, Meaning.FULL))
    assert hours(case)[1] == 2


def test_a_new_matter_at_two_schools_is_one_at_each() -> None:
    post = _on_an_old_thread(NEW)
    copy_at(post, post.messages[0], "elm", at=1)
    copy_at(post, post.messages[1], "elm", at=6)
    sent = post.sent(ANNA, at=9, re="a2", refs="a1 a2", subject=f"Re: {NEW}", school="elm")
    found = cases(post, facts=read(sent, Meaning.FULL))
    assert [(c.school, hours(c)[1]) for c in found] == [
        ("oak", None), ("elm", None), ("oak", 9), ("elm", 9),
    ]  # fmt: skip


# --- on a mail that nobody has seen --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second", "number"),
    [
        ("School trip", NEW, 2),
        ("Re: Newsletter", NEW, 2),
        ("School trip", "Re: Newsletter", 2),
        ("Re: Newsletter", "Re: Newsletter", 1),
        ("Newsletter", "Re: Newsletter", 1),
        ("Newsletter", "Newsletter", 1),
        ("Re: School trip", f"Re: {NEW}", 1),
    ],
)
def test_two_new_matters_on_one_lost_mail_are_two_cases(
    first: str, second: str, number: int
) -> None:
    post = Post()
    post.came(ANNA, at=0, id="a1", re="lost", subject=first)
    post.came(ANNA, at=5, id="a2", re="lost", subject=second)
    found = cases(post)
    assert len(found) == number
    # Read in the other order it is the same.
    post.messages.reverse()
    assert [c.received for c in cases(post)] == [c.received for c in found]


def test_our_reply_on_a_lost_mail_answers_who_wrote_on_it() -> None:
    for subject in ("Re: Newsletter", "Newsletter"):
        post = Post()
        post.came(ANNA, at=0, id="a1", re="lost", subject=subject)
        sent = post.sent(ANNA, at=5, re="lost", subject="Re: Newsletter")
        [case] = cases(post, facts=read(sent, Meaning.FULL))
        assert hours(case)[1] == 5


# --- which mail is the parent -------------------------------------------------------------------------


def test_a_mail_that_names_itself_still_hangs_on_what_it_answers() -> None:
    post = Post()
    post.came(ANNA, at=0, id="a1")
    post.came(ANNA, at=3, id="a2", re="a2", refs="a1 a2", subject="Re: A question")
    sent = post.sent(ANNA, at=5, id="o1", re="o1", refs="a1 o1")
    [case] = cases(post, facts=read(sent, Meaning.FULL))
    assert (case.chasers, hours(case)[1]) == (1, 5)


def test_the_nearest_known_mail_is_the_parent_and_older_ones_are_not() -> None:
    post = Post()
    post.came(ANNA, at=0, id="a1", subject="School trip")
    post.came(ANNA, at=1, id="a2", subject=NEW)
    sent = post.sent(ANNA, at=5, re="lost", refs="a1 a2", subject=f"Re: {NEW}")
    trip, lunch = cases(post, facts=read(sent, Meaning.FULL))
    assert (hours(trip)[1], hours(lunch)[1]) == (None, 5)


# --- several mails with one id -----------------------------------------------------------------------

NOTHING = (None, None, None)


def _two_of_one_id(first: str, second: str, *, more: str = "") -> Post:
    post = Post()
    post.came(ANNA, at=0, id="same", subject=first)
    post.came(ANNA, at=1, id="same", subject=second, more=more)
    return post


def test_ours_answers_the_one_of_them_that_has_its_subject() -> None:
    post = _two_of_one_id("School trip", NEW)
    sent = post.sent(ANNA, at=5, id="o1", re="same", subject=f"Re: {NEW}")
    post.came(ANNA, at=9, id="a3", re="o1", subject=f"Re: {NEW}")
    trip, lunch, later = cases(post, facts=read(sent, Meaning.FULL))
    assert (hours(trip), hours(lunch)) == (NOTHING, (5, 5, None))
    assert (hours(later), later.wrote_again) == (NOTHING, True)


@pytest.mark.parametrize(
    ("second", "more"),
    [("School trip", f"Reply-To: {BEN}\r\n"), ("School trip", ""), (NEW, "")],
)
def test_where_the_subject_cannot_tell_an_answer_to_either_is_supposed(
    second: str, more: str
) -> None:
    post = _two_of_one_id("School trip", second, more=more)
    other = post.came(ANNA, at=2, id="other", subject="The coach")
    sent = post.sent(
        ANNA, at=5, re="same", subject="Re: School trip" if second != NEW else "Our answer"
    )
    one, two, apart = cases(post, facts=read(sent, Meaning.FULL))
    assert (hours(one), hours(two)) == ((None, None, 5), (None, None, 5))
    assert (apart.opener.id, hours(apart)) == (other.id, NOTHING)
    assert one.inferred is not None
    assert one.inferred.what == "a reply to one of several mails with one id"


def test_a_mail_with_the_same_id_that_came_later_or_asks_nothing_is_not_answered() -> None:
    post = Post()
    post.came(ANNA, at=0, id="same", subject="School trip")
    post.came(ANNA, at=1, id="same", more="Auto-Submitted: auto-replied\r\n")
    sent = post.sent(ANNA, at=5, re="same", subject="Re: A new subject")
    assert [hours(c) for c in cases(post, facts=read(sent, Meaning.FULL))] == [(5, 5, None)]
    post.came(ANNA, at=9, id="same", subject="School trip")
    post.came(ANNA, at=11, id="a3", re="ours-5", subject="Re: A new subject")
    found = cases(post, facts=read(sent, Meaning.FULL))
    assert [hours(c) for c in found] == [(5, 5, None), NOTHING, NOTHING]
    assert [c.wrote_again for c in found] == [False, False, True]


def test_what_we_wrote_under_their_id_is_no_question_whatever_is_said_of_it() -> None:
    post = Post()
    post.came(ANNA, at=0, id="same", subject="School trip")
    post.came(ANNA, at=1, id="same", more="List-Id: <pta.example>\r\n")
    sent = post.sent(ANNA, at=5, id="same", re="same", subject="Re: A new subject")
    found = cases(post, mark(sent, Word.ENQUIRY, at=6), facts=read(sent, Meaning.FULL))
    assert [hours(c) for c in found] == [(5, 5, None)]


def test_where_they_are_one_case_ours_answers_it() -> None:
    post = Post()
    post.came(ANNA, at=0, id="a1")
    for hour in (1, 2):
        post.came(ANNA, at=hour, id="same", re="a1", subject="Re: A question")
    sent = post.sent(ANNA, at=5, re="same")
    [case] = cases(post, facts=read(sent, Meaning.FULL))
    assert hours(case) == (5, 5, None)


def test_of_two_forms_with_one_constant_id_only_the_one_that_is_meant_is_answered() -> None:
    def asked(subject: str) -> Post:
        post = Post()
        for hour, about in enumerate(("School trip", subject)):
            post.came(OFFICE, at=hour, id="form", subject=about, more=f"Reply-To: {ANNA}\r\n")
        return post

    post = asked(NEW)
    sent = post.sent(ANNA, at=5, re="form", subject=f"Re: {NEW}")
    assert [hours(c) for c in cases(post, facts=read(sent, Meaning.FULL))] == [
        NOTHING,
        (5, 5, None),
    ]
    post = asked("School trip")
    sent = post.sent(ANNA, at=5, re="form", subject="Re: School trip")
    assert [hours(c) for c in cases(post, facts=read(sent, Meaning.FULL))] == [(None, None, 5)] * 2


def test_a_mail_with_one_id_to_answer_elsewhere_leaves_the_parents_own_answered() -> None:
    post = Post()
    post.came(ANNA, at=0, id="a1", subject="School trip")
    post.came(BEN, at=1, id="b1", subject=NEW)
    for hour in (2, 3):
        post.came(MALLORY, at=hour, id="b1", subject="Other", more=f"Reply-To: {ANNA}\r\n")
    sent = post.sent(f"{ANNA}, {BEN}", at=5, re="b1", refs="a1 b1", subject=f"Re: {NEW}")
    found = cases(post, facts=read(sent, Meaning.FULL))
    assert [hours(c) for c in found] == [(5, 5, None)] * 2 + [(None, None, 5)] * 2


@pytest.mark.parametrize(("subject", "answered"), [("School trip", 5), ("Hand-out", None)])
def test_behind_an_id_that_two_mails_bear_the_next_one_is_the_parent_by_its_subject(
    subject: str, answered: int | None
) -> None:
    post = Post()
    post.came(ANNA, at=0, id="a1", subject="School trip")
    for hour in (1, 2):
        post.came(ANNA, at=hour, id="same", subject=NEW)
    sent = post.sent(ANNA, at=5, re="same", refs="a1 same", subject=f"Re: {subject}")
    trip, *others = cases(post, facts=read(sent, Meaning.FULL))
    assert hours(trip) == (answered, answered, None)
    assert [hours(c) for c in others] == [(None, None, None if answered else 5)] * 2


# --- merged by hand -----------------------------------------------------------------------------------


@pytest.mark.parametrize("turned", [False, True])
def test_two_matters_that_a_person_merged_are_one_by_the_older_clock(turned: bool) -> None:
    post = _on_an_old_thread(NEW)
    old, new = reversed(post.messages) if turned else post.messages
    merge = replace(mark(new, Word.MERGE, at=7), other=old.id)
    sent = post.sent(ANNA, at=9, id="o1", re="a2", subject=f"Re: {NEW}")
    [case] = cases(post, merge, facts=read(sent, Meaning.FULL))
    assert case.opener.id == 1
    assert hours(case)[1] == 9
    undone = replace(mark(new, Word.UNDO, at=8), id=merge.id + 1)
    assert len(cases(post, merge, undone)) == 2


def test_who_is_only_to_be_answered_has_a_case_of_his_own() -> None:
    post = Post()
    post.came(ANNA, at=0, id="a1", more=f"Reply-To: {BEN}\r\n")
    sent = post.sent(BEN, at=1, id="o1", re="a1", subject="Re: A question")
    post.came(BEN, at=2, id="b1", re="o1", refs="a1 o1", subject="Re: A question")
    anna, ben = cases(post, facts=read(sent, Meaning.HOLDING))
    # By its ids our reply held the question, so its subject is no trace of an answer that nobody saw.
    assert (hours(anna), anna.chasers) == ((1, None, None), 0)
    assert (ben.opener.id, hours(ben), ben.wrote_again) == (3, (None, None, None), False)


def test_where_two_matters_meet_a_further_mail_joins_the_older_one() -> None:
    """The second matter's chaser was merged into the first: what follows it is more of the first."""
    post = Post()
    old = post.came(ANNA, at=0, id="a1", subject="School trip")
    post.came(ANNA, at=1, id="b1", subject=NEW)
    chaser = post.came(ANNA, at=2, id="b2", re="b1", subject=f"Re: {NEW}")
    post.came(ANNA, at=3, id="b3", re="b2", subject=f"Re: {NEW}")
    merge = replace(mark(chaser, Word.MERGE, at=9), other=old.id)
    assert [c.chasers for c in cases(post, merge)] == [1, 0]
