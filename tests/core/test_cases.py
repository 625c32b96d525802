"""Messages and marks -> cases (DESIGN section 4): who asked, who answered, and nothing hidden."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commsla.core.case import Case
from commsla.core.cases import Folded, fold
from commsla.core.model import Kind, Mark, Reference, Role, Word
from tests.core.mails import (
    ANNA,
    BEN,
    MALLORY,
    OFFICE,
    START,
    TEACHER,
    Post,
    mark,
    ours,
    reference,
)


def folded(post: Post, *marks: Mark) -> Folded:
    return fold(post.messages, marks, ours(), {})


def only(post: Post, *marks: Mark) -> Case:
    [case] = folded(post, *marks).cases
    return case


def hours(case: Case, which: str) -> float | None:
    if which == "replied":
        first = min((a.message.received for a in case.answers), default=None)
        return (first - START) / timedelta(hours=1) if first else None
    done = getattr(case, which)
    return (done.at - START) / timedelta(hours=1) if done else None


# --- asking -------------------------------------------------------------------------------------


def test_a_mail_from_outside_opens_a_case() -> None:
    post = Post()
    mail = post.came(ANNA, at=0)
    case = only(post)
    assert case.opener == mail
    assert (case.acknowledged, case.responded, case.answers) == (None, None, ())


def test_a_chaser_joins_and_the_clock_stays_with_the_oldest() -> None:
    post = Post()
    post.came(ANNA, at=0, id="a1")
    post.came(ANNA, at=5, id="a2", re="a1", subject="Re: A question")
    case = only(post)
    assert (case.received, case.chasers, len(case.messages)) == (START, 1, 2)


def test_a_new_mail_with_the_same_subject_is_a_case_of_its_own() -> None:
    post = Post()
    post.came(ANNA, at=0, subject="Absence")
    post.came(ANNA, at=24, subject="Absence")
    assert len(folded(post).cases) == 2


def test_a_mail_after_our_reply_is_a_new_case_that_wrote_again() -> None:
    post = Post()
    post.came(ANNA, at=0, id="a1")
    post.sent(ANNA, at=2, id="o1", re="a1")
    post.came(ANNA, at=3, id="a2", re="o1", refs="a1 o1")
    first, second = folded(post).cases
    assert (first.wrote_again, second.wrote_again) == (False, True)
    assert (hours(first, "replied"), second.answers) == (2, ())
    assert second.received == START + timedelta(hours=3)


def test_a_chaser_of_the_second_question_joins_the_second() -> None:
    post = Post()
    post.came(ANNA, at=0, id="a1")
    post.sent(ANNA, at=2, id="o1", re="a1")
    post.came(ANNA, at=3, id="a2", re="o1")
    post.came(ANNA, at=9, id="a3", re="a2", refs="a1 o1 a2")
    assert [c.chasers for c in folded(post).cases] == [0, 1]


def test_what_cannot_be_read_is_a_case() -> None:
    post = Post()
    post.put(b"\x00\x00\x00", at=0, role=Role.INBOX, school="oak", folder="INBOX")
    post.put(b"", at=1, role=Role.INBOX, school="oak", folder="INBOX")
    cases = folded(post).cases
    assert len(cases) == 2
    assert cases[1].kind is Kind.UNREADABLE


def test_the_parent_of_a_web_form_is_who_asked_and_who_is_answered() -> None:
    post = Post()
    post.came("noreply@forms.example", at=0, id="f1", more=f"Reply-To: Anna <{ANNA}>\r\n")
    post.sent(ANNA, at=1, re="f1")
    case = only(post)
    assert case.writer is not None
    assert case.writer.address == ANNA
    assert hours(case, "acknowledged") == 1


# --- answering ----------------------------------------------------------------------------------


def test_our_reply_acknowledges_and_waits_to_be_checked() -> None:
    post = Post()
    post.came(ANNA, at=0, id="a1")
    post.sent(ANNA, at=4, re="a1")
    case = only(post)
    assert hours(case, "acknowledged") == hours(case, "replied") == 4
    assert case.responded is None


@pytest.mark.parametrize(
    ("to", "why"),
    [
        (TEACHER, "a hand-over to a colleague carries the same ids"),
        (BEN, "an answer to somebody else"),
        ("", "nobody is named"),
    ],
)
def test_a_sent_mail_without_the_parent_answers_nothing(to: str, why: str) -> None:
    post = Post()
    post.came(ANNA, at=0, id="a1")
    post.sent(to, at=1, re="a1", refs="a1")
    assert only(post).acknowledged is None, why


def test_a_reply_in_copy_to_the_parent_answers() -> None:
    post = Post()
    post.came(ANNA, at=0, id="a1")
    post.sent(TEACHER, at=1, re="a1", more=f"Cc: Anna <{ANNA}>\r\n")
    assert hours(only(post), "acknowledged") == 1


def test_a_mail_to_the_parent_outside_the_conversation_answers_nothing() -> None:
    post = Post()
    post.came(ANNA, at=0, id="a1")
    post.sent(ANNA, at=1, subject="Newsletter")
    assert only(post).acknowledged is None


def test_our_automatic_reply_answers_nothing() -> None:
    post = Post()
    post.came(ANNA, at=0, id="a1")
    post.sent(ANNA, at=0.1, re="a1", more="Auto-Submitted: auto-replied\r\n")
    assert only(post).acknowledged is None


def test_a_reply_from_before_the_question_answers_nothing() -> None:
    post = Post()
    post.came(ANNA, at=5, id="a1", re="o1")
    post.sent(ANNA, at=1, id="o1")
    assert only(post).acknowledged is None


def test_the_same_mail_to_two_schools_is_two_cases_and_one_answer_counts_for_both() -> None:
    post = Post()
    both = f"{OFFICE}, office@elm.example"
    post.came(ANNA, at=0, id="a1", to=both)
    # The copy is the same mail: same id, same Date, a few seconds later in the other mailbox.
    copy = post.came(ANNA, at=0, id="a1", to=both, school="elm")
    post.messages[-1] = replace(copy, received=START + timedelta(seconds=9))
    post.sent(ANNA, at=3, re="a1", school="elm")
    oak, elm = sorted(folded(post).cases, key=lambda c: c.school, reverse=True)
    assert (oak.also_at, elm.also_at) == (("elm",), ("oak",))
    assert hours(oak, "acknowledged") == hours(elm, "acknowledged") == 3
    called = folded(post, mark(copy, Word.CALLED, at=5)).cases
    assert [hours(c, "responded") for c in called] == [5, 5]


def test_a_reply_to_the_reply_to_of_the_question_answers() -> None:
    post = Post()
    post.came(ANNA, at=0, id="a1", more=f"Reply-To: {BEN}\r\n")
    post.sent(BEN, at=2, re="a1")
    assert hours(only(post), "acknowledged") == 2


def test_a_reply_that_names_only_our_own_mail_before_it_still_finds_the_question() -> None:
    post = Post()
    post.came(ANNA, at=0, id="a1")
    post.sent(ANNA, at=1, id="o1", re="a1", more="Auto-Submitted: auto-replied\r\n")
    post.sent(ANNA, at=2, id="o2", re="o1")
    assert hours(only(post), "acknowledged") == 2


def test_one_reply_to_two_parents_answers_both() -> None:
    post = Post()
    post.came(ANNA, at=0, id="a1")
    post.came(BEN, at=1, id="b1", re="a1", refs="a1")  # the other parent answers to all
    post.sent(f"{ANNA}, {BEN}", at=2, re="b1", refs="a1 b1")
    assert [hours(c, "acknowledged") for c in folded(post).cases] == [2, 2]


def test_only_what_was_asked_before_a_reply_is_answered_by_it() -> None:
    post = Post()
    post.came(ANNA, at=0, id="a1")
    post.sent(ANNA, at=2, id="o1", re="a1")
    post.came(ANNA, at=3, id="a2", re="o1", refs="a1 o1")
    post.sent(ANNA, at=9, id="o2", re="a2", refs="a1 o1 a2")
    first, second = folded(post).cases
    assert (hours(first, "replied"), hours(second, "replied")) == (2, 9)
    assert [len(c.answers) for c in (first, second)] == [2, 1]


@pytest.mark.parametrize("word", [None, Word.CALLED])
def test_a_copy_that_comes_late_to_the_other_school_is_answered_already(word: Word | None) -> None:
    post = Post()
    mail = post.came(ANNA, at=0, id="a1")
    late = post.came(ANNA, at=0, id="a1", school="elm")
    post.messages[-1] = replace(late, received=START + timedelta(hours=9))
    post.sent(ANNA, at=2, re="a1")
    marks = [mark(mail, word, at=3)] if word else []
    oak, elm = folded(post, *marks).cases
    assert (oak.school, elm.school) == ("oak", "elm")
    for case in (oak, elm):
        assert hours(case, "acknowledged") == hours(case, "replied") == 2
        assert hours(case, "responded") == (3 if word else None)
    # And what came first to elm is not answered by a call about another mail at oak.
    other = Post()
    mail = other.came(ANNA, at=0, id="a1")
    other.came(ANNA, at=1, id="a9", school="elm")
    assert [c.responded is None for c in folded(other, mark(mail, Word.CALLED, at=3)).cases] == [
        False,
        True,
    ]


def test_a_question_and_its_answer_in_the_same_second() -> None:
    post = Post()
    post.sent(ANNA, at=0, id="o1", re="a1")  # read first
    post.came(ANNA, at=0, id="a1")
    assert hours(only(post), "acknowledged") == 0


def test_a_reply_to_our_mail_that_passed_a_list_is_a_case_and_a_reply_to_others_is_not() -> None:
    post = Post()
    post.sent(ANNA, at=0, id="o1")
    post.came(BEN, at=1, id="b1")
    post.came(ANNA, at=2, id="a1", re="o1", more="Precedence: list\r\n")
    post.came(MALLORY, at=3, id="m1", re="b1", more="Precedence: list\r\n")
    found = folded(post)
    assert [c.opener.id for c in found.cases] == [2, 3]
    assert [(n.message.id, n.kind) for n in found.not_tracked] == [(4, Kind.BULK)]


# --- who may not ----------------------------------------------------------------------------------


def test_a_stranger_with_a_parents_ids_has_a_case_of_his_own_and_stops_nothing() -> None:
    post = Post()
    post.came(ANNA, at=0, id="a1")
    post.came(MALLORY, at=1, id="m1", re="a1", refs="a1", subject="Re: A question")
    post.sent(MALLORY, at=2, re="m1", refs="a1 m1")
    anna, mallory = folded(post).cases
    assert (anna.opener.sender, anna.acknowledged) == (post.messages[0].sender, None)
    assert hours(mallory, "acknowledged") == 2


def test_a_stranger_who_reuses_a_message_id_changes_nothing() -> None:
    post = Post()
    post.came(ANNA, at=0, id="a1")
    post.came(MALLORY, at=1, id="a1")
    post.sent(ANNA, at=2, re="a1")
    anna, mallory = folded(post).cases
    assert hours(anna, "acknowledged") == 2
    assert mallory.acknowledged is None


def test_a_mail_that_claims_to_be_ours_stops_nothing_and_is_visible() -> None:
    post = Post()
    post.came(ANNA, at=0, id="a1")
    post.came(f"School Office <{OFFICE}>", at=1, re="a1", refs="a1", to=ANNA)
    found = folded(post)
    assert [c.acknowledged for c in found.cases] == [None]
    assert [(n.kind, n.evidence) for n in found.not_tracked] == [
        (Kind.INTERNAL, "From is an address of ours")
    ]


def test_a_stranger_who_names_the_school_in_reply_to_is_still_the_stranger() -> None:
    post = Post()
    post.came(MALLORY, at=0, id="m1", more=f"Reply-To: {OFFICE}\r\n")
    case = only(post)
    assert case.writer is not None
    assert case.writer.address == MALLORY


# --- the same mail twice ----------------------------------------------------------------------------


def test_a_mail_moved_copied_or_read_again_counts_once_from_its_first_arrival() -> None:
    post = Post()
    mail = post.came(ANNA, at=0, id="a1")
    moved = replace(mail, id=7, uidvalidity=2, uid=1, received=START + timedelta(hours=3))
    post.messages.insert(0, moved)
    case = only(post)
    assert (case.received, case.chasers, len(case.messages)) == (START, 0, 2)
    given_to_the_copy = fold(post.messages, [], ours(), {7: reference(4)}).cases[0]
    assert given_to_the_copy.reference == reference(4)


def test_two_forms_in_the_same_second_are_two_cases() -> None:
    post = Post()
    for parent in (ANNA, BEN, ANNA):
        more = f"Reply-To: {parent}\r\n"
        post.came("noreply@forms.example", at=0, id="none", subject="Absence", more=more)
    found = folded(post)
    writers = sorted(c.writer.address or "" for c in found.cases if c.writer)
    assert writers == [ANNA, ANNA, BEN], "two UIDs of one folder without ids are two mails"


def test_a_folder_that_was_made_anew_doubles_no_mail_without_an_id() -> None:
    post = Post()
    for _ in range(2):
        post.came(ANNA, at=0, id="none", subject="Absence")
    post.put(b"", at=1, role=Role.INBOX, school="oak", folder="INBOX")
    again = [replace(m, id=m.id + 100, uid=m.uid + 7, uidvalidity=2) for m in post.messages]
    post.messages += again
    assert [len(c.messages) for c in folded(post).cases] == [2, 2, 2]


def test_a_second_reading_of_what_cannot_be_read_is_doubled_rather_than_lost() -> None:
    post = Post()
    post.put(b"", at=0, role=Role.INBOX, school="oak", folder="INBOX")
    post.put(b"", at=0, role=Role.INBOX, school="oak", folder="INBOX")  # the next UID
    assert [c.kind for c in folded(post).cases] == [Kind.UNREADABLE, Kind.UNREADABLE]


def test_two_mails_without_ids_are_two_mails() -> None:
    post = Post()
    post.came(ANNA, at=0, id="none")
    post.came(ANNA, at=1, id="none")
    assert len(folded(post).cases) == 2


# --- marks -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", [Word.CALLED, Word.MEETING, Word.ANSWERED])
def test_a_mark_that_answers_meets_both(word: Word) -> None:
    post = Post()
    mail = post.came(ANNA, at=0)
    case = only(post, mark(mail, word, at=3))
    assert hours(case, "acknowledged") == hours(case, "responded") == 3


def test_a_back_dated_mark_counts_from_when_it_happened_and_shows_when_it_was_typed() -> None:
    post = Post()
    mail = post.came(ANNA, at=0)
    case = only(post, mark(mail, Word.CALLED, at=2, recorded=50))
    assert case.responded is not None
    assert hours(case, "responded") == 2
    assert case.responded.recorded == START + timedelta(hours=50)


def test_the_reply_acknowledges_before_the_mark_responds() -> None:
    post = Post()
    mail = post.came(ANNA, at=0, id="a1")
    post.sent(ANNA, at=2, re="a1")
    case = only(post, mark(mail, Word.CALLED, at=30))
    assert (hours(case, "acknowledged"), hours(case, "responded")) == (2, 30)


def test_undo_takes_back_the_newest_mark_and_the_fold_is_as_before() -> None:
    post = Post()
    mail = post.came(ANNA, at=0)
    called, needless = mark(mail, Word.CALLED, at=3), mark(mail, Word.NO_REPLY_NEEDED, at=4)
    undo = mark(mail, Word.UNDO, at=5)
    assert only(post, called, needless, undo) == only(post, called)
    assert only(post, called, needless, undo, mark(mail, Word.UNDO, at=6)) == only(post)


def test_a_mail_after_a_call_is_a_new_case() -> None:
    post = Post()
    mail = post.came(ANNA, at=0, id="a1")
    post.came(ANNA, at=9, id="a2", re="a1")
    assert len(folded(post).cases) == 1
    assert len(folded(post, mark(mail, Word.CALLED, at=3)).cases) == 2


def test_no_reply_needed_on_a_chaser_never_hides_the_question_before_it() -> None:
    post = Post()
    mail = post.came(ANNA, at=0, id="a1")
    later = post.came(ANNA, at=9, id="a2", re="a1")
    called = mark(mail, Word.CALLED, at=3)
    thanks = mark(later, Word.NO_REPLY_NEEDED, at=10)
    assert [bool(c.excluded) for c in folded(post, called, thanks).cases] == [False, True]
    # The call is taken back: the thank-you joins the first case, which stays open.
    case = only(post, called, thanks, mark(mail, Word.UNDO, at=11))
    assert (case.excluded, case.responded) == (None, None)


def test_a_later_mail_is_not_swallowed_by_no_reply_needed() -> None:
    post = Post()
    mail = post.came(ANNA, at=0, id="a1")
    post.came(ANNA, at=9, id="a2", re="a1")
    first, second = folded(post, mark(mail, Word.NO_REPLY_NEEDED, at=1)).cases
    assert first.excluded
    assert second.excluded is None


def test_a_mark_on_a_joined_mail_holds_for_its_case() -> None:
    post = Post()
    post.came(ANNA, at=0, id="a1")
    chaser = post.came(ANNA, at=9, id="a2", re="a1")
    case = only(post, mark(chaser, Word.ANSWERED, at=12))
    assert (hours(case, "acknowledged"), hours(case, "responded"), case.chasers) == (12, 12, 1)


def test_a_mark_from_before_the_mail_counts_from_the_mail() -> None:
    post = Post()
    mail = post.came(ANNA, at=5)
    assert hours(only(post, mark(mail, Word.CALLED, at=1, recorded=9)), "responded") == 5


def test_a_back_dated_no_reply_needed_does_not_take_the_mail_after_it() -> None:
    post = Post()
    mail = post.came(ANNA, at=0, id="a1")
    post.came(ANNA, at=9, id="a2", re="a1")
    needless = mark(mail, Word.NO_REPLY_NEEDED, at=1, recorded=20)
    assert [bool(c.excluded) for c in folded(post, needless).cases] == [True, False]
    [both] = folded(post, mark(mail, Word.NO_REPLY_NEEDED, at=20)).cases
    assert (bool(both.excluded), both.chasers) == (True, 1)


def test_undo_is_of_one_mail_and_one_mark() -> None:
    post = Post()
    mine, other = post.came(ANNA, at=0), post.came(BEN, at=0)
    marks = [mark(mine, Word.CALLED, at=3), mark(other, Word.UNDO, at=4)]
    assert folded(post, *marks) == folded(post, marks[0])
    undo = mark(mine, Word.UNDO, at=5)
    again = [marks[0], undo, replace(undo, id=undo.id + 1), mark(mine, Word.MEETING, at=6)]
    assert folded(post, *again) == folded(post, again[-1])
    assert folded(post, *reversed(again)) == folded(post, again[-1])  # by when it was typed


def test_undo_takes_back_what_was_typed_last_and_not_what_happened_last() -> None:
    post = Post()
    mail = post.came(ANNA, at=0)
    met = mark(mail, Word.MEETING, at=30, recorded=31)
    called = mark(mail, Word.CALLED, at=2, recorded=40)  # back-dated, but typed later
    assert folded(post, met, called, mark(mail, Word.UNDO, at=41)) == folded(post, met)


def test_what_was_done_first_counts_whatever_follows() -> None:
    post = Post()
    mail = post.came(ANNA, at=0, id="a1", more=f"Reply-To: {BEN}\r\n")
    post.sent(f"{ANNA}, {BEN}", at=5, re="a1")
    post.sent(ANNA, at=6, re="a1")
    marks = [mark(mail, Word.CALLED, at=3), mark(mail, Word.MEETING, at=9)]
    case = only(post, *marks)
    assert hours(case, "acknowledged") == hours(case, "responded") == 3
    assert hours(case, "replied") == 5
    assert case.responded is not None
    assert case.responded.what == "called"
    assert [a.message.id for a in case.answers] == [
        2,
        3,
    ]  # each once, though both addresses are hers
    needless = [mark(mail, Word.NO_REPLY_NEEDED, at=n) for n in (10, 11)]
    assert only(post, *needless).excluded == needless[0]


def test_a_mark_on_what_is_no_case_does_nothing() -> None:
    post = Post()
    post.came(ANNA, at=0, id="a1")
    bulk = post.came(BEN, at=1, more="List-Id: <x.shop.example>\r\n")
    sent = post.sent(BEN, at=1)
    before = folded(post)
    assert folded(post, mark(bulk, Word.CALLED, at=2), mark(sent, Word.CALLED, at=2)) == before


# --- laws ---------------------------------------------------------------------------------------------

PEOPLE = (ANNA, BEN, MALLORY)
EVENT = st.tuples(
    st.integers(0, 60),  # hours
    st.sampled_from(["came", "came", "sent", "sent", "copy", "both", "machine", "unreadable"]),
    st.integers(0, 2),  # who
    st.lists(st.integers(0, 9), max_size=2),  # which earlier mails it names
    st.sampled_from(["oak", "elm"]),
)
Event = tuple[int, str, int, list[int], str]


def _story(events: list[Event]) -> Post:
    post, ids = Post(), ["none-yet"]
    for number, (at, what, who, names, school) in enumerate(sorted(events)):
        refs = " ".join(ids[n % len(ids)] for n in names)
        moment, own = at + number / 1000, f"i{number}"
        if what == "came":
            post.came(PEOPLE[who], at=moment, id=own, refs=refs, school=school)
        elif what == "both":
            for each in ("oak", "elm"):
                post.came(PEOPLE[who], at=moment, id=own, refs=refs, school=each)
        elif what == "sent":
            post.sent(PEOPLE[who], at=moment, id=own, refs=refs, school=school)
        elif what == "machine":
            post.came(PEOPLE[who], at=moment, id=own, more="Precedence: bulk\r\n")
        elif what == "unreadable":
            post.put(b"", at=moment, role=Role.INBOX, school=school, folder="INBOX")
        elif post.messages:
            again = post.messages[sum(names) % len(post.messages)]
            later = again.received + timedelta(seconds=who)
            new = replace(again, id=len(post.messages) + 1, uid=1000 + number, received=later)
            post.messages.append(new)
        ids.append(own)
    return post


def _picture(found: Folded) -> list[tuple[object, ...]]:
    return [
        (
            c.opener.fingerprint,
            c.received,
            c.reference,
            c.acknowledged,
            c.inferred,
            c.responded,
            bool(c.excluded),
            c.wrote_again,
            c.chasers,
            c.also_at,
            sorted(a.message.fingerprint for a in c.answers),
            sorted(m.word for m in c.marks),
            sorted(m.fingerprint for m in c.messages),
        )
        for c in found.cases
    ]


@settings(max_examples=200, deadline=None)
@given(st.lists(EVENT, max_size=14), st.randoms(use_true_random=False), st.data())
def test_the_order_of_reading_changes_nothing(
    events: list[Event],
    random: object,
    data: st.DataObject,
) -> None:
    post = _story(events)
    marked = data.draw(
        st.lists(st.sampled_from(post.messages), max_size=3) if post.messages else st.just([])
    )
    words = [Word.CALLED, Word.NO_REPLY_NEEDED, Word.UNDO]
    marks = [mark(m, words[i], at=20 + i) for i, m in enumerate(marked)]
    references = {m.id: reference(i + 1) for i, m in enumerate(post.messages)}
    plain = fold(post.messages, marks, ours(), references)

    order = list(range(len(post.messages)))
    random.shuffle(order)  # type: ignore[attr-defined]
    new_id = {post.messages[place].id: n + 1 for n, place in enumerate(order)}
    shuffled = [replace(post.messages[p], id=new_id[post.messages[p].id]) for p in order]
    moved = [replace(m, message_id=new_id[m.message_id]) for m in marks]
    renamed: dict[int, Reference] = {new_id[i]: r for i, r in references.items()}
    assert _picture(fold(shuffled, moved, ours(), renamed)) == _picture(plain)


@settings(max_examples=200, deadline=None)
@given(st.lists(EVENT, max_size=14))
def test_every_message_is_in_exactly_one_place(events: list[Event]) -> None:
    post = _story(events)
    found = folded(post)
    places = Counter(m.id for c in found.cases for m in c.messages)
    places.update(m.id for n in found.not_tracked for m in n.copies)
    places.update(m.id for m in post.messages if m.role is Role.SENT)
    assert places == Counter(m.id for m in post.messages)


def test_a_robot_of_others_that_names_a_parent_joins_and_ties_nothing() -> None:
    post = Post()
    post.came(ANNA, at=0, id="a1", subject="Trip")
    post.came(ANNA, at=1, id="b1", subject="Bullying")
    forged = f"Reply-To: {ANNA}\r\n"
    post.came("no-reply@evil.example", at=2, id="m1", refs="a1 b1", more=forged)
    post.sent(ANNA, at=3, re="a1")
    trip, bullying, robot = folded(post).cases
    assert hours(trip, "acknowledged") == 3
    assert bullying.acknowledged is None
    assert (trip.chasers, bullying.chasers, robot.chasers) == (0, 0, 0)


def test_an_undo_by_a_clock_that_was_set_back_still_undoes() -> None:
    post = Post()
    mail = post.came(ANNA, at=0)
    called = replace(mark(mail, Word.CALLED, at=3), id=1)
    undo = replace(mark(mail, Word.UNDO, at=2.5), id=2)
    assert only(post, called, undo).responded is None


def test_an_answer_to_the_id_that_a_server_replaced_still_finds_its_mail() -> None:
    post = Post()
    written = "X-Microsoft-Original-Message-ID: <written@x.example>\r\n"
    post.came(ANNA, at=0, id="replaced", more=written)
    post.sent(ANNA, at=1, re="written")
    post.sent(ANNA, at=2, id="o2", re="replaced", more=written.replace("written@", "ours@"))
    post.came(ANNA, at=3, re="ours")
    first, second = folded(post).cases
    assert [hours(first, "acknowledged"), len(first.answers)] == [1, 2]
    assert second.wrote_again, "it answers our second mail by the id that we wrote"


def test_who_claims_to_be_our_office_joins_no_case_of_the_parent_it_names() -> None:
    post = Post()
    post.came(ANNA, at=0, id="a1")
    post.came(OFFICE, at=1, re="a1", more=f"Reply-To: {ANNA}\r\n")
    anna, forged = folded(post).cases
    assert (anna.chasers, len(anna.messages), forged.wrote_again) == (0, 1, False)


def test_a_case_that_was_moved_is_answered_by_the_other_school() -> None:
    post = Post()
    mail = post.came(ANNA, at=0, id="a1")
    post.sent(ANNA, at=2, re="f1", refs="a1", school="elm")
    assert only(post).acknowledged is None
    moved = replace(mark(mail, Word.MOVE, at=3), detail="elm")
    case = only(post, moved)
    assert (case.school, hours(case, "acknowledged")) == ("elm", 2)
    assert only(post, moved, mark(mail, Word.UNDO, at=4)).acknowledged is None
