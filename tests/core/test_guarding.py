"""What is guarded is the marked mail and all that hangs on its ids; guarding takes names and nothing else."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from commsla.core.case import Case
from commsla.core.cases import Folded, fold
from commsla.core.keeping import to_wipe
from commsla.core.model import Mark, Message, Party, Reference, Role, Word
from tests.core.mails import ANNA, BEN, MALLORY, START, TEACHER, Post, mark, ours

# Who wrote (or to whom we did), whether it is ours, and which of the mails before it is answered.
MAIL = st.tuples(st.sampled_from([ANNA, BEN]), st.booleans(), st.none() | st.integers(0, 11))


def posted(plan: list[tuple[str, bool, int | None]]) -> tuple[Post, list[int | None]]:
    post = Post()
    answers: list[int | None] = []
    for number, (who, is_ours, answered) in enumerate(plan):
        before = answered if answered is not None and answered < number else None
        re = f"id{before}" if before is not None else ""
        if is_ours:
            post.sent(who, at=number, id=f"id{number}", re=re)
        else:
            post.came(who, at=number, id=f"id{number}", re=re)
        answers.append(before)
    return post, answers


def folded(post: Post, *marks: Mark) -> Folded:
    return fold(post.messages, marks, ours(), {})


def names(message: Message) -> bool:
    party = message.sender
    return message.subject is not None or bool(party and (party.name or party.address))


@given(st.lists(MAIL, min_size=1, max_size=12), st.data())
def test_all_that_hangs_on_it_and_nothing_else(
    plan: list[tuple[str, bool, int | None]], data: st.DataObject
) -> None:
    post, answers = posted(plan)
    came = [m for m in post.messages if m.role is Role.INBOX]
    if not came:
        return
    chosen = mark(data.draw(st.sampled_from(came)), Word.SAFEGUARDING, at=50)
    after = folded(post, chosen)
    hangs = matter(plan, answers, after, chosen)
    assert chosen.message_id - 1 in hangs
    assert {m.id - 1 for m in post.messages if not names(m)} == set()
    assert {i - 1 for i in to_wipe(after, post.messages, 10_000, START)} == hangs
    for case in after.cases:
        assert {m.id - 1 for m in case.messages if not names(m)} == hangs & {
            m.id - 1 for m in case.messages
        }
        assert case.guarded is (case.opener.id - 1 in hangs)
        assert case.guarded is not (case.writer is not None and case.writer.address is not None)


def matter(
    plan: list[tuple[str, bool, int | None]],
    answers: list[int | None],
    after: Folded,
    chosen: Mark,
) -> set[int]:
    """As plainly as it can be said, over and over until nothing is added.

    Of a mail of ours that is in no case reached, only the same person's conversation is told.
    """
    [marked] = [c for c in after.cases if c.excluded]
    assert chosen.message_id in {m.id for m in marked.messages}
    who = next(plan[m.id - 1][0] for m in marked.messages)  # of one person is every case here
    whole = {m.id - 1 for m in (*marked.messages, *(a.message for a in marked.answers))}
    begun: set[int] = set()
    while True:
        size = len(whole) + len(begun)
        for case in after.cases:
            if case.opener.id - 1 in whole:
                for message in (*case.messages, *(a.message for a in case.answers)):
                    whole.add(message.id - 1)
        for number, before in enumerate(answers):
            if before is None:
                continue
            if before in whole:
                whole.add(number)
            both = plan[number][0] == plan[before][0] == who
            for one, other in ((number, before), (before, number)):
                if both and other in whole | begun:
                    (begun if plan[one][1] else whole).add(one)
        if len(whole) + len(begun) == size:
            return whole | begun


@given(st.lists(MAIL, min_size=1, max_size=12), st.data())
def test_it_changes_no_case_but_its_names(
    plan: list[tuple[str, bool, int | None]], data: st.DataObject
) -> None:
    post, _ = posted(plan)
    came = [m for m in post.messages if m.role is Role.INBOX]
    if not came:
        return
    message = data.draw(st.sampled_from(came))
    secret = folded(post, mark(message, Word.SAFEGUARDING, at=50))
    plain = folded(post, mark(message, Word.NOT_FOR_US, at=50))  # sets its case aside as well
    if message.id not in {c.opener.id for c in plain.cases}:
        return  # of a joined mail only safeguarding takes the case along
    assert list(map(bare, secret.cases)) == list(map(bare, plain.cases))


def bare(case: Case) -> Case:
    return replace(
        case,
        opener=_bare(case.opener),
        writer=_nobody(case.writer),
        messages=tuple(map(_bare, case.messages)),
        answers=tuple(replace(a, message=_bare(a.message)) for a in case.answers),
        handed_over=tuple(map(_bare, case.handed_over)),
        guarded=False,
        excluded=None,
        marks=(),
    )


def _bare(message: Message) -> Message:
    return replace(message, sender=_nobody(message.sender), subject=None)


def _nobody(party: Party | None) -> Party | None:
    return replace(party, name=None, address=None) if party else None


def guarded_of(post: Post, *marks: Mark) -> set[int]:
    return set(folded(post, *marks).guarded)


def test_the_mail_before_the_disclosure_is_guarded_and_owed() -> None:
    post = Post()
    first = post.came(ANNA, at=0, id="a1")
    reply = post.sent(ANNA, at=1, id="o1", re="a1")
    second = post.came(ANNA, at=2, id="a2", re="o1", refs="a1 o1")
    ben = post.came(BEN, at=3, id="b1")
    answered = mark(first, Word.CALLED, at=1.5)
    secret = mark(second, Word.SAFEGUARDING, at=4)
    assert guarded_of(post, answered, secret) == {first.id, reply.id, second.id}
    before, after, _ = folded(post, answered, secret).cases
    assert (before.guarded, before.excluded, after.excluded is not None) == (True, None, True)
    assert ben.id not in guarded_of(post, answered, secret)


def test_two_mails_on_a_lost_one_are_one_conversation_whichever_is_marked() -> None:
    post = Post()
    one = post.came(ANNA, at=0, id="a1", re="lost")
    called = mark(one, Word.CALLED, at=1)
    two = post.came(ANNA, at=2, id="a2", re="lost")
    post.came(BEN, at=3, id="b1", re="lost")
    for marked in (one, two):
        assert guarded_of(post, called, mark(marked, Word.SAFEGUARDING, at=5)) == {one.id, two.id}


def test_a_letter_to_everybody_ties_no_other_family_to_it() -> None:
    post = Post()
    letter = post.sent(f"{ANNA}, {BEN}", at=0, id="letter")
    anna = post.came(ANNA, at=1, id="a1", re="letter")
    ben = post.came(BEN, at=2, id="b1", re="letter")
    assert guarded_of(post, mark(anna, Word.SAFEGUARDING, at=3)) == {letter.id, anna.id}
    assert ben.id not in guarded_of(post, mark(anna, Word.SAFEGUARDING, at=3))


def test_a_duplicate_is_the_same_matter_in_either_direction_and_at_any_distance() -> None:
    post = Post()
    one, two, three, four = (
        post.came(who, at=n, id=f"x{n}") for n, who in enumerate((ANNA, BEN, ANNA, BEN))
    )
    same = [
        replace(mark(two, Word.DUPLICATE, at=5), other=one.id),
        replace(mark(three, Word.DUPLICATE, at=6), other=two.id),
    ]
    for marked in (one, two, three):
        secret = mark(marked, Word.SAFEGUARDING, at=8)
        assert guarded_of(post, *same, secret) == {one.id, two.id, three.id}
    undone = mark(three, Word.UNDO, at=7)
    assert guarded_of(post, *same, undone, mark(one, Word.SAFEGUARDING, at=8)) == {one.id, two.id}
    reopened = mark(three, Word.REOPEN, at=7)
    assert three.id not in guarded_of(post, *same, reopened, mark(one, Word.SAFEGUARDING, at=8))
    assert four.id not in guarded_of(post, *same, mark(one, Word.SAFEGUARDING, at=8))


def test_nothing_says_whose_a_guarded_case_is_by_its_subject() -> None:
    post = Post()
    one = post.came(ANNA, at=0, id="a1")
    post.came(ANNA, at=9, id="a2")
    numbers = {1: Reference("O", 1), 2: Reference("O", 2)}
    plain = fold(post.messages, [], ours(), numbers).cases
    assert plain[1].same_subject_as == Reference("O", 1)
    secret = fold(post.messages, [mark(one, Word.SAFEGUARDING, at=8)], ours(), numbers).cases
    assert [c.same_subject_as for c in secret] == [None, None]


FORM = "Website <form@host.example>"


def test_a_web_form_with_one_id_for_all_ties_no_other_family_to_it() -> None:
    post = Post()
    anna = post.came(FORM, at=0, id="same", more=f"Reply-To: {ANNA}\r\n")
    ben = post.came(FORM, at=1, id="same", more=f"Reply-To: {BEN}\r\n")
    to_ben = post.sent(BEN, at=2, id="o1", re="same")
    bens = post.came(BEN, at=3, id="b1", re="o1")
    to_anna = post.sent(ANNA, at=4, id="o2", re="same")
    annas = post.came(ANNA, at=5, id="a1", re="same")
    guarded = guarded_of(post, mark(anna, Word.SAFEGUARDING, at=6))
    assert guarded == {anna.id, to_anna.id, annas.id}
    assert not guarded & {ben.id, to_ben.id, bens.id}


def test_who_takes_the_id_of_a_newsletter_spreads_no_guard_by_it() -> None:
    post = Post()
    post.sent(f"{ANNA}, {BEN}", at=0, id="news")
    ben = post.came(BEN, at=1, id="b1", re="news")
    taken = post.came(MALLORY, at=2, id="news")
    hers = post.came(MALLORY, at=3, id="m2", re="news")
    assert guarded_of(post, mark(taken, Word.SAFEGUARDING, at=4)) == {taken.id, hers.id}
    assert ben.id not in guarded_of(post, mark(taken, Word.SAFEGUARDING, at=4))


def test_what_another_wrote_before_on_a_lost_mail_is_none_of_it() -> None:
    post = Post()
    anna = post.came(ANNA, at=0, id="a1")
    earlier = post.came(BEN, at=1, id="b1", re="lost")
    onwards = post.came(BEN, at=2, id="b2", re="a1", refs="lost a1")
    later = post.came(BEN, at=3, id="b3", re="lost")
    guarded = guarded_of(post, mark(anna, Word.SAFEGUARDING, at=4))
    assert guarded == {anna.id, onwards.id, later.id}
    assert earlier.id not in guarded


def test_no_name_is_left_anywhere_in_a_guarded_case() -> None:
    post = Post()
    anna = post.came(f"Anna <{ANNA}>", at=0, id="a1", more=f"Reply-To: Ann <{BEN}>\r\n")
    post.sent(ANNA, at=1, id="o1", re="a1")
    post.sent(TEACHER, at=2, id="o2", re="a1")
    post.came("news@shop.example", at=3, re="a1", more="Auto-Submitted: auto-replied\r\n")
    found = folded(post, mark(anna, Word.SAFEGUARDING, at=4))
    [case], [item] = found.cases, found.not_tracked
    assert case.answers
    assert case.handed_over
    for message in (
        *(case.opener, *case.messages, *case.handed_over, item.message, *item.copies),
        *(a.message for a in case.answers),
    ):
        assert not names(message), message
        assert message.reply_to is None or message.reply_to.address is message.reply_to.name is None
