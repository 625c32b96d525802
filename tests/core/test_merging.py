"""Cases that a person merged, and one that was moved to another school."""

from __future__ import annotations

from dataclasses import replace

import pytest

from commsla.core.model import Mark, Meaning, Message, Word
from commsla.core.traces import Traces
from tests.core.mails import ANNA, BEN, START, Post, mark
from tests.core.test_marks_fold import folded, hours, only, told


def merging(one: Message, other: Message, *, at: float) -> Mark:
    return replace(mark(one, Word.MERGE, at=at), other=other.id)


@pytest.mark.parametrize("turned", [False, True])
def test_of_merged_cases_the_oldest_clock_rules_and_either_answer_counts(turned: bool) -> None:
    for who, ref in ((ANNA, "a1"), (BEN, "b1")):
        post = Post()
        first, second = post.came(ANNA, at=0, id="a1"), post.came(BEN, at=3, id="b1")
        pair = (first, second) if turned else (second, first)
        one = merging(*pair, at=5)
        assert only(post, one).received == START
        assert len(folded(post, one, mark(pair[0], Word.UNDO, at=6)).cases) == 2
        sent = post.sent(who, at=8, re=ref)
        case = only(post, one, traces=Traces({sent.id: told(sent, Meaning.FULL)}))
        assert hours(case) == (8, 8)


def test_both_parents_of_a_merged_case_write_again_in_it() -> None:
    post = Post()
    first, second = post.came(ANNA, at=0, id="a1"), post.came(BEN, at=3, id="b1")
    post.came(BEN, at=7, id="b2", re="b1")
    post.came(ANNA, at=8, id="a2", re="a1")
    case = only(post, merging(second, first, at=5))
    assert (len(case.messages), case.chasers) == (4, 2)


def test_merging_is_no_chasing_and_what_the_parent_writes_later_is() -> None:
    post = Post()
    first, second = (post.came(ANNA, at=n, id=f"a{n}", subject=f"Matter {n}") for n in (1, 3))
    one = merging(second, first, at=5)
    assert only(post, one).chasers == 0
    post.came(ANNA, at=8, id="a8", re="a3", subject="Re: Matter 3")
    assert only(post, one).chasers == 1


def test_chains_circles_and_itself_merge_into_one() -> None:
    post = Post()
    a, b, c = (post.came(p, at=n, id=p) for n, p in enumerate((ANNA, BEN, "cleo@home.example")))
    marks = [merging(c, b, at=5), merging(b, a, at=6), merging(a, c, at=7), merging(b, b, at=8)]
    case = only(post, *marks)
    assert (case.opener.id, len(case.messages)) == (a.id, 3)
    assert len(folded(post, *marks[:1]).cases) == 2


def test_cases_of_two_schools_are_never_merged() -> None:
    post = Post()
    oak, elm = post.came(ANNA, at=0, id="a1"), post.came(BEN, at=3, id="b1", school="elm")
    assert len(folded(post, merging(elm, oak, at=5)).cases) == 2


def test_a_moved_case_is_answered_from_the_school_that_it_was_moved_to() -> None:
    post = Post()
    mail = post.came(ANNA, at=0, id="a1")
    sent = post.sent(ANNA, at=4, re="fwd", refs="a1 fwd", school="elm")
    traces = Traces({sent.id: told(sent, Meaning.FULL)})
    there = replace(mark(mail, Word.MOVE, at=2), detail="elm")
    back = replace(mark(mail, Word.MOVE, at=3), detail="oak")
    assert hours(only(post, traces=traces)) == (None, None)
    case = only(post, there, traces=traces)
    assert (hours(case), case.school, case.received) == ((4, 4), "elm", START)
    assert only(post, there, back, traces=traces).school == "oak"
    assert hours(only(post, there, mark(mail, Word.UNDO, at=5), traces=traces)) == (None, None)


def test_what_the_parent_writes_to_the_other_school_joins_the_case_that_was_moved_there() -> None:
    post = Post()
    mail = post.came(ANNA, at=0, id="a1")
    post.came(ANNA, at=9, id="a2", re="a1", school="elm")
    assert len(folded(post).cases) == 2
    assert only(post, replace(mark(mail, Word.MOVE, at=2), detail="elm")).chasers == 1
