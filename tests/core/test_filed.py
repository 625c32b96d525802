"""Folders of the mail program as marks: made between two polls, taken back, and of nobody knows when."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from commsla.core.case import Case, Evidence
from commsla.core.cases import fold
from commsla.core.model import Mark, Message, State, Stored, Word
from commsla.core.traces import Traces
from commsla.core.words import owed
from tests.core.folding import hours
from tests.core.judging import at as judged_at
from tests.core.mails import ANNA, START, Post, mark, ours

NOTHING = (None, None, None)
PLACE = ("oak", "office@oak.example", "Phoned")


def hour(number: float) -> Stored:
    return Stored(START + timedelta(hours=number), START + timedelta(hours=number - 1))


def filed_in(post: Post, message: Message, *, uidvalidity: int = 1) -> Message:
    """The same mail in the folder, under another number."""
    number = len(post.messages) + 1
    copy = replace(message, id=number, uid=number, folder="Phoned", uidvalidity=uidvalidity)
    post.messages.append(copy)
    return copy


def cases(
    post: Post, stored: dict[int, Stored], *marks: Mark, word: Word = Word.CALLED
) -> tuple[Case, ...]:
    return fold(
        post.messages, marks, ours(), {}, Traces(stored=stored, folders={PLACE: word})
    ).cases


def undoing(copy: Message, *, at: float) -> Mark:
    return replace(mark(copy, Word.UNDO, at=at), other=copy.id)


def test_it_is_judged_by_the_earlier_of_two_polls_and_can_be_taken_back() -> None:
    post = Post()
    copy = filed_in(post, post.came(ANNA, at=0, id="a1"))
    stored = {copy.id: hour(5)}
    [case] = cases(post, stored)
    assert hours(case) == (4, 4, None)
    [case] = cases(post, stored, undoing(copy, at=6))
    assert (hours(case), case.marks) == (NOTHING, ())


def test_to_take_it_back_leaves_what_was_recorded_by_hand_and_the_other_way_round() -> None:
    post = Post()
    copy = filed_in(post, post.came(ANNA, at=0, id="a1"))
    typed, stored = mark(copy, Word.HOLDING, at=2), {copy.id: hour(5)}
    [case] = cases(post, stored, typed, undoing(copy, at=6))
    assert hours(case) == (2, None, None)
    [case] = cases(post, stored, typed, mark(copy, Word.UNDO, at=6))
    assert hours(case) == (4, 4, None)


def test_what_is_filed_right_after_it_was_reopened_was_filed_no_earlier() -> None:
    post = Post()
    mail = post.came(ANNA, at=0, id="a1")
    copy = filed_in(post, mail)
    marks = mark(mail, Word.ANSWERED, at=2), mark(mail, Word.REOPEN, at=4.5)
    [case] = cases(post, {copy.id: hour(5)}, *marks)
    assert hours(case) == (4.5, 4.5, None)
    [case] = cases(post, {copy.id: hour(4)}, *marks)  # it was known to who reopened it
    assert hours(case) == (None, None, None)


def test_a_folder_that_was_made_anew_files_nothing_again() -> None:
    post = Post()
    mail = post.came(ANNA, at=0, id="a1")
    copies = [filed_in(post, mail, uidvalidity=n) for n in (1, 2)]
    stored = {copies[0].id: hour(5), copies[1].id: hour(9)}
    for taken_back in (undoing(copies[0], at=6), mark(mail, Word.REOPEN, at=6)):
        [case] = cases(post, stored, taken_back)
        assert case.responded is None
    again = filed_in(post, mail)  # by hand, out and in again
    [case] = cases(post, stored | {again.id: hour(12)}, undoing(copies[0], at=6))
    assert hours(case) == (11, 11, None)


@pytest.mark.parametrize("word", [Word.CALLED, Word.MEETING, Word.ANSWERED])
def test_what_lay_there_when_it_was_first_read_is_only_supposed(word: Word) -> None:
    post = Post()
    mail = post.came(ANNA, at=0, id="a1")
    copy = filed_in(post, mail)
    stored = {copy.id: Stored(START + timedelta(hours=5), None)}
    [case] = cases(post, stored, word=word)
    assert hours(case) == (None, None, 5)
    assert case.inferred is not None
    assert (case.inferred.what, case.inferred.since) == ("found in the folder Phoned", START)
    [case] = cases(post, stored, undoing(copy, at=6), word=word)
    assert hours(case) == NOTHING


@pytest.mark.parametrize(
    ("found", "state"), [(5, State.MET), (24 * 60, State.CANNOT_SAY)]
)  # in time whenever it was; two months later nobody knows
def test_who_confirms_it_makes_it_neither_met_nor_missed_where_that_is_not_known(
    found: float, state: State
) -> None:
    post = Post()
    mail = post.came(ANNA, at=0, id="a1")
    stored = {filed_in(post, mail).id: Stored(START + timedelta(hours=found), None)}
    [case] = cases(post, stored, mark(mail, Word.CONFIRM, at=found + 1))
    assert case.responded is not None
    assert case.responded.evidence is Evidence.RECORDED
    judged = judged_at("2026-03-01 09:00", case)
    assert {v.state for v in judged.verdicts} == {state}
    told = owed(judged.respond, date(2026, 3, 1))
    assert told.startswith("respond: met" if state is State.MET else "respond: found in the folder")
    assert ("in time or not cannot be said (when is not known)" in told) is (state is not State.MET)
    [case] = cases(post, stored, mark(mail, Word.CALLED, at=3, recorded=found + 1))
    assert hours(case) == (3, 3, None)


def test_of_what_left_the_count_the_time_does_not_matter() -> None:
    post = Post()
    copy = filed_in(post, post.came(ANNA, at=0, id="a1"))
    stored = {copy.id: Stored(START + timedelta(hours=5), None)}
    [case] = cases(post, stored, word=Word.NOT_FOR_US)
    assert case.excluded is not None
    assert case.inferred is None


def test_what_the_parent_wrote_after_it_stands_for_itself_unless_it_lies_there_too() -> None:
    post = Post()
    mails = [post.came(ANNA, at=0, id="a1")]
    mails += [post.came(ANNA, at=n, id=f"a{n}", re="a1", subject="Re: A question") for n in (2, 3)]
    first, second = filed_in(post, mails[0]), filed_in(post, mails[1])
    unknown = Stored(START + timedelta(hours=9), None)
    old, new = cases(post, {first.id: unknown, second.id: unknown})
    assert (hours(old), len(old.messages)) == ((None, None, 9), 4)
    assert (hours(new), new.opener.id) == (NOTHING, mails[2].id)
