"""What is guarded is the marked mail and all that hangs on its ids; guarding takes names and nothing else."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from commsla.core.case import Case
from commsla.core.cases import Folded, fold
from commsla.core.keeping import to_wipe
from commsla.core.model import Mark, Message, Party, Role, Word
from tests.core.mails import ANNA, BEN, START, Post, mark, ours

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
    hangs = {
        m.id - 1
        for c in after.cases
        if c.excluded
        for m in (*c.messages, *(a.message for a in c.answers), *c.handed_over)
    }
    assert chosen.message_id - 1 in hangs
    for number, before in enumerate(answers):  # what is answered came before what answers it
        if before in hangs:
            hangs.add(number)
    assert {m.id - 1 for m in post.messages if not names(m)} == set()
    assert {i - 1 for i in to_wipe(after, post.messages, 10_000, START)} == hangs
    for case in after.cases:
        assert {m.id - 1 for m in case.messages if not names(m)} == hangs & {
            m.id - 1 for m in case.messages
        }
        assert case.guarded is (case.opener.id - 1 in hangs)
        assert case.guarded is not (case.writer is not None and case.writer.address is not None)


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
