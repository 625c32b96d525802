"""Whose names go and when (DESIGN section 5): thirty days after it was settled, never while it is open."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from commsla.core.cases import fold
from commsla.core.keeping import settled_at, to_wipe
from commsla.core.model import Mark, Meaning, Message, Role, TextFact, Word
from commsla.core.traces import Traces
from tests.core.mails import ANNA, BEN, START, Post, mark, ours

KEEP = 30


def due(post: Post, days: float, *marks: Mark, keep: int = KEEP) -> list[int]:
    """Ledger numbers to wipe so many days after START."""
    found = fold(post.messages, marks, ours(), {}, read_as_full(post))
    return sorted(to_wipe(found, post.messages, keep, START + timedelta(days=days)))


def read_as_full(post: Post) -> Traces:
    """Every text was read, and was a full answer."""
    return Traces(texts={m.id: TextFact(m.id, Meaning.FULL) for m in post.messages})


def bare(message: Message) -> Message:
    """As it is after its names were wiped."""
    assert message.sender
    sender = replace(message.sender, name=None, address=None)
    return replace(message, subject=None, sender=sender, reply_to=None)


def test_an_open_case_keeps_its_names() -> None:
    post = Post()
    post.came(ANNA, at=0)
    assert due(post, 4000) == []


@pytest.mark.parametrize("word", [Word.CALLED, Word.MEETING, Word.ANSWERED, Word.NO_REPLY_NEEDED])
def test_they_go_thirty_days_after_it_was_settled(word: Word) -> None:
    post = Post()
    mail = post.came(ANNA, at=0)
    done = mark(mail, word, at=24)
    assert due(post, 31, done) == []
    assert due(post, 31 + 1 / 86_400, done) == [mail.id]
    assert due(post, 3, done, keep=1) == [mail.id]


def test_a_reply_settles_it() -> None:
    post = Post()
    mail = post.came(ANNA, at=0, id="a1")
    sent = post.sent(ANNA, at=24, re="a1")
    assert due(post, 31) == []
    assert due(post, 31.1) == [mail.id, sent.id]


def test_the_whole_case_goes_with_its_chasers_and_copies_and_not_before() -> None:
    post = Post()
    first = post.came(ANNA, at=0, id="a1")
    chaser = post.came(ANNA, at=9, id="a2", re="a1")
    copy = replace(first, id=77, uid=77, folder="Filed")
    post.messages.append(copy)
    called = mark(first, Word.CALLED, at=48)
    assert due(post, 31.9, called) == []
    assert due(post, 32.1, called) == [first.id, chaser.id, 77]


def test_a_case_that_was_written_to_again_is_kept_apart_from_the_first() -> None:
    post = Post()
    first = post.came(ANNA, at=0, id="a1")
    again = post.came(ANNA, at=48, id="a2", re="a1")
    called = mark(first, Word.CALLED, at=1)
    assert due(post, 60, called) == [first.id]
    undone = mark(first, Word.UNDO, at=49)
    assert due(post, 60, called, undone) == []
    assert due(post, 60, called, mark(again, Word.CALLED, at=50)) == [first.id, again.id]


def test_excluded_by_hand_counts_from_when_it_was_recorded() -> None:
    post = Post()
    mail = post.came(ANNA, at=0)
    excluded = mark(mail, Word.NO_REPLY_NEEDED, at=1, recorded=20 * 24)
    assert due(post, 45, excluded) == []
    assert due(post, 51, excluded) == [mail.id]


@pytest.mark.parametrize("word", [Word.CALLED, Word.ANSWERED, Word.CONFIRM])
def test_what_is_dated_back_counts_from_when_it_was_recorded(word: Word) -> None:
    post = Post()
    mail = post.came(ANNA, at=0)
    done = mark(mail, word, at=2, recorded=40 * 24)
    flags = {mail.id: START + timedelta(hours=1)}
    found = fold(post.messages, [done], ours(), {}, Traces(replied_flag=flags))
    assert [c.responded is not None for c in found.cases] == [True]
    for days, numbers in ((69, []), (71, [mail.id])):
        assert to_wipe(found, post.messages, KEEP, START + timedelta(days=days)) == numbers


def test_what_is_no_case_goes_thirty_days_after_it_came() -> None:
    post = Post()
    bulk = post.came("news@shop.example", at=0, id="n1", more="Precedence: bulk\r\n")
    copy = replace(bulk, id=9, uid=9, folder="Other", received=START + timedelta(days=20))
    post.messages.append(copy)
    sent = post.sent(BEN, at=0)
    assert due(post, 30) == []
    assert due(post, 30.1) == [bulk.id, sent.id, 9]  # a copy is no younger than its mail


def test_nothing_is_wiped_twice() -> None:
    post = Post()
    bulk = post.came("news@shop.example", at=0, more="Precedence: bulk\r\n")
    sent = post.sent(BEN, at=0)
    post.messages = [bare(bulk), bare(sent)]
    assert due(post, 400) == []
    post.messages = [replace(bare(bulk), reply_to=bulk.sender), bare(sent)]
    assert due(post, 400) == [bulk.id]


def test_a_subject_alone_or_a_name_alone_is_wiped() -> None:
    post = Post()
    bulk = post.came("News <news@shop.example>", at=0, more="Precedence: bulk\r\n")
    assert bulk.sender
    nothing = replace(bulk.sender, name=None, address=None)
    for kept in (
        replace(bare(bulk), subject="Anna's trip"),
        replace(bare(bulk), subject=""),
        replace(bare(bulk), sender=replace(nothing, name="Anna")),
        replace(bare(bulk), sender=replace(nothing, address="anna@home.example")),
    ):
        post.messages = [kept]
        assert due(post, 31) == [bulk.id]


def test_what_cannot_be_read_is_due_for_the_sake_of_its_notes() -> None:
    post = Post()
    mail = post.put(b"", at=0, role=Role.INBOX, school="oak", folder="INBOX")
    called = mark(mail, Word.CALLED, at=1)
    assert due(post, 30, called) == []
    assert due(post, 31, called) == [mail.id]


def test_a_reply_that_stands_to_be_checked_keeps_its_names() -> None:
    post = Post()
    mail = post.came(ANNA, at=0, id="a1")
    reply = post.sent(ANNA, at=1, re="a1")
    doubtful = Traces(texts={reply.id: TextFact(reply.id, Meaning.FULL, doubtful=True)})
    later = START + timedelta(days=60)
    found = fold(post.messages, [], ours(), {}, doubtful)
    assert to_wipe(found, post.messages, KEEP, later) == [reply.id]
    confirmed = mark(mail, Word.CONFIRM, at=20)
    found = fold(post.messages, [confirmed], ours(), {}, doubtful)
    assert to_wipe(found, post.messages, KEEP, later) == [mail.id, reply.id]


def test_where_no_texts_are_read_names_go_though_every_reply_stands_to_be_checked() -> None:
    post = Post()
    mail = post.came(ANNA, at=0, id="a1")
    reply = post.sent(ANNA, at=1, re="a1")
    found = fold(post.messages, [], ours(), {}, Traces(read_text=False))
    assert [bool(c.to_check) for c in found.cases] == [True]
    later = START + timedelta(days=60)
    assert to_wipe(found, post.messages, KEEP, later) == [mail.id, reply.id]


def test_a_late_reply_finds_its_case_after_the_names_are_gone() -> None:
    post = Post()
    mail = post.came(ANNA, at=0, id="a1")
    post.sent(ANNA, at=24 * 60, re="a1")
    post.messages[0] = bare(mail)
    [case] = fold(post.messages, [], ours(), {}, read_as_full(post)).cases
    assert settled_at(case) == START + timedelta(days=60)


def test_safeguarding_forgets_at_once_at_both_schools() -> None:
    post = Post()
    mail = post.came(ANNA, at=0, id="a1")
    twin = post.came(ANNA, at=0, id="a1", school="elm")
    reply = post.sent(ANNA, at=1, re="a1")
    other = post.came(BEN, at=2)
    found = due(post, 0.2, mark(mail, Word.SAFEGUARDING, at=3))
    assert found == sorted([mail.id, twin.id, reply.id])
    assert other.id not in found
