"""No e-mail stops, moves or hides another person's clock, and the forged one stays visible."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commsla.core.case import Case
from commsla.core.cases import Folded, fold
from commsla.core.model import Kind, Mark, Role, Word
from tests.core.mails import ANNA, BEN, KEYS, MALLORY, OFFICE, START, TEACHER, Post, mark, ours


def folded(post: Post, *marks: Mark) -> Folded:
    return fold(post.messages, marks, ours(), {})


def cases_of(found: Folded, address: str) -> list[Case]:
    return [c for c in found.cases if c.writer and c.writer.key == KEYS.address(address)]


def acknowledged(found: Folded, address: str) -> list[float | None]:
    """Hours after START, by receipt."""
    return [
        (c.acknowledged.at - START) / timedelta(hours=1) if c.acknowledged else None
        for c in cases_of(found, address)
    ]


# Each forgery is one header block that arrives an hour after Anna's question a1.
FORGERIES = {
    "From is the school": f"From: {OFFICE}\r\nTo: {ANNA}\r\nIn-Reply-To: <a1@x.example>\r\n",
    "From is the school, and it says that it passed": (
        f"From: {OFFICE}\r\nTo: {ANNA}\r\nIn-Reply-To: <a1@x.example>\r\n"
        "Authentication-Results: mx.evil.example; dmarc=pass header.from=oak.example\r\n"
    ),
    "References of a parent": f"From: {MALLORY}\r\nIn-Reply-To: <a1@x.example>\r\nReferences: <a1@x.example>\r\n",
    "the same Message-ID": f"From: {MALLORY}\r\nMessage-ID: <a1@x.example>\r\n",
    "a reference in the subject": f"From: {MALLORY}\r\nSubject: Re: A question [N1] [case 1]\r\n",
    "the school in Reply-To": f"From: {MALLORY}\r\nReply-To: {OFFICE}\r\nIn-Reply-To: <a1@x.example>\r\n",
    "the parent in the display name": f'From: "{ANNA}" <{MALLORY}>\r\nIn-Reply-To: <a1@x.example>\r\n',
    "the parent in front of the address": f"From: {ANNA} <{MALLORY}>\r\nIn-Reply-To: <a1@x.example>\r\n",
    "the parent in a quoted local part": f'From: <"{ANNA}"@evil.example>\r\nIn-Reply-To: <a1@x.example>\r\n',
    "the parent before a second @": f"From: {ANNA}@evil.example\r\nIn-Reply-To: <a1@x.example>\r\n",
    "the parent behind an open comment": f"From: {ANNA}(<{MALLORY}>\r\nIn-Reply-To: <a1@x.example>\r\n",
    "two From, the school's second": f"From: {MALLORY}\r\nFrom: {OFFICE}\r\nIn-Reply-To: <a1@x.example>\r\n",
    "two Message-IDs": f"From: {MALLORY}\r\nMessage-ID: <m@x.example>\r\nMessage-ID: <a1@x.example>\r\n",
    "a Date ten years off": f"From: {MALLORY}\r\nDate: Mon, 10 Nov 2015 09:00:00 +0000\r\nIn-Reply-To: <a1@x.example>\r\n",
    "a Date ten years ahead": f"From: {MALLORY}\r\nDate: Sat, 10 Nov 2035 09:00:00 +0000\r\nIn-Reply-To: <a1@x.example>\r\n",
    "the same id, date and subject": (
        f"From: {MALLORY}\r\nTo: {OFFICE}\r\nSubject: A question\r\n"
        "Date: 10 Nov 2025 09:00:00 +0000\r\nMessage-ID: <a1@x.example>\r\n"
    ),
    "the same id, date and subject, answers to the parent": (
        f"From: {MALLORY}\r\nTo: {OFFICE}\r\nSubject: A question\r\nReply-To: {ANNA}\r\n"
        "Date: 10 Nov 2025 09:00:00 +0000\r\nMessage-ID: <a1@x.example>\r\n"
    ),
    "the id that a server replaced": (
        f"From: {MALLORY}\r\nX-Microsoft-Original-Message-ID: <a1@x.example>\r\n"
        "In-Reply-To: <a1@x.example>\r\n"
    ),
    "the school's hand-over": f"From: {OFFICE}\r\nTo: {TEACHER}\r\nIn-Reply-To: <a1@x.example>\r\n",
    "the school's group": (
        f"From: {OFFICE}\r\nTo: {ANNA}\r\nList-Id: <office.oak.example>\r\n"
        "In-Reply-To: <a1@x.example>\r\n"
    ),
    "a bounce": (
        "From: mailer-daemon@x.example\r\nReturn-Path: <>\r\nIn-Reply-To: <a1@x.example>\r\n"
        "Content-Type: multipart/report; report-type=delivery-status\r\n"
    ),
    "an automatic reply": f"From: {MALLORY}\r\nAuto-Submitted: auto-replied\r\nIn-Reply-To: <a1@x.example>\r\n",
    "a newsletter": f"From: {MALLORY}\r\nList-Id: <x.evil.example>\r\nReferences: <a1@x.example>\r\n",
    "nothing": "X-Nothing: at all\r\n",
}  # fmt: skip


@pytest.mark.parametrize("forged", FORGERIES.values(), ids=FORGERIES.keys())
def test_a_forged_mail_changes_nothing_and_is_visible(forged: str) -> None:
    post = Post()
    post.came(ANNA, at=0, id="a1")
    before = cases_of(folded(post), ANNA)
    mail = post.put(forged, at=1, role=Role.INBOX, school="oak", folder="INBOX")
    found = folded(post)
    assert cases_of(found, ANNA) == before
    opened = [c for c in found.cases if c.opener.id == mail.id]
    excluded = [n for n in found.not_tracked if n.message.id == mail.id]
    assert len(opened) + len(excluded) == 1
    assert all(c.received == START + timedelta(hours=1) for c in opened)
    assert all(n.evidence for n in excluded)
    # And the office's answer, days later, is still the only thing that stops Anna's clock.
    post.sent(ANNA, at=30, id="o1", re="a1")
    assert acknowledged(folded(post), ANNA) == [30]


def test_a_complaint_that_says_it_is_a_machines_shows_why_it_is_not_tracked() -> None:
    post = Post()
    post.came(ANNA, at=0, more="Auto-Submitted: auto-replied\r\n")
    [hidden] = folded(post).not_tracked
    assert (hidden.kind, hidden.evidence) == (Kind.AUTOMATIC, "Auto-Submitted: auto-replied")


def test_a_stranger_cannot_tie_two_questions_together() -> None:
    post = Post()
    post.came(ANNA, at=0, id="a1", subject="Trip")
    post.came(ANNA, at=1, id="a2", subject="Lunch")
    post.came(MALLORY, at=2, id="m1", re="a2", refs="a1 a2")
    post.came(f"Head <{TEACHER}>", at=2.5, id="m2", re="a2", refs="a1 a2")  # claims to be ours
    post.sent(ANNA, at=3, id="o1", re="a1")
    post.sent(MALLORY, at=4, id="o2", re="m1", refs="a1 a2 m1")
    post.came(ANNA, at=5, id="a3", re="a2", subject="Re: Lunch")
    found = folded(post)
    assert acknowledged(found, ANNA) == [3, None]
    assert [c.chasers for c in cases_of(found, ANNA)] == [0, 1]
    assert acknowledged(found, MALLORY) == [4]


def test_a_real_answer_to_the_attacker_is_no_answer_to_the_parent() -> None:
    post = Post()
    post.came(ANNA, at=0, id="a1")
    post.came(MALLORY, at=1, id="m1", re="a1", refs="a1")
    post.sent(MALLORY, at=2, re="m1", refs="a1 m1", more=f"Cc: {TEACHER}\r\n")
    found = folded(post)
    assert (acknowledged(found, ANNA), acknowledged(found, MALLORY)) == ([None], [2])


def test_a_forged_chaser_cannot_say_where_answers_count() -> None:
    post = Post()
    post.came(ANNA, at=0, id="a1")
    post.came(ANNA, at=1, id="m1", re="a1", more=f"Reply-To: {MALLORY}\r\n")
    post.sent(MALLORY, at=2, re="m1", refs="a1 m1")
    assert acknowledged(folded(post), ANNA) == [None]


def test_a_forged_twin_at_the_other_school_cannot_either() -> None:
    post = Post()
    post.came(ANNA, at=0, id="a1")
    post.came(ANNA, at=0, id="a1", school="elm", more=f"Reply-To: {MALLORY}\r\n")
    post.messages[-1] = replace(post.messages[-1], received=START + timedelta(hours=1))
    post.sent(MALLORY, at=2, re="a1", school="elm")
    oak, elm = cases_of(folded(post), ANNA)
    assert (oak.school, oak.acknowledged) == ("oak", None)
    assert elm.acknowledged is not None


def test_who_names_a_parent_in_reply_to_takes_no_supposed_answer_from_another() -> None:
    post = Post()
    post.came(BEN, at=0, id="b1")
    sent = post.sent(
        f"{ANNA}, {BEN}", at=1, id="o1"
    )  # a new mail, by the subject perhaps an answer
    post.came(ANNA, at=2, id="a1", refs="o1 b1")
    [before] = cases_of(folded(post), BEN)
    assert before.inferred is not None
    assert before.inferred.at == sent.received
    post.came(MALLORY, at=0.5, id="b1", more=f"Reply-To: {ANNA}\r\n")
    assert cases_of(folded(post), BEN) == [before]


def test_out_of_office_in_sent_answers_nothing() -> None:
    post = Post()
    post.came(ANNA, at=0, id="a1")
    for number, more in enumerate(
        (
            "Auto-Submitted: auto-replied\r\n",
            "Auto-Submitted: auto-generated\r\n",
            "X-Auto-Response-Suppress: All\r\nX-MS-Exchange-Inbox-Rules-Loop: x\r\n",
            "Precedence: auto_reply\r\n",
        )
    ):
        post.sent(ANNA, at=1 + number, re="a1", more=more)
    post.sent(ANNA, at=9, re="a1", subject="Automatic reply: A question")
    assert acknowledged(folded(post), ANNA) == [None]


# --- the law --------------------------------------------------------------------------------------------

HONEST = st.tuples(
    st.integers(0, 60),  # hours
    st.sampled_from(["anna", "ben", "to anna", "to ben", "to both"]),
    st.lists(st.integers(0, 5), max_size=2),  # which earlier mails of the honest it names
)
HOSTILE = st.tuples(
    st.integers(0, 60),
    st.sampled_from(["mallory", "as the office", "as a teacher", "we answer", "bulk", "bounce"]),
    st.lists(st.integers(0, 12), max_size=5),  # any mails, their own and honest ones
    st.integers(0, 12),  # whose Message-ID it takes; beyond the end: its own
    st.sampled_from(["", ANNA, OFFICE]),  # Reply-To
)
Honest = tuple[int, str, list[int]]
Hostile = tuple[int, str, list[int], int, str]


def _honest(post: Post, events: list[Honest]) -> list[str]:
    ids: list[str] = []
    for number, (at, what, named) in enumerate(sorted(events)):
        refs = " ".join(ids[n % len(ids)] for n in named) if ids else ""
        moment, own = at + number / 100, f"h{number}"
        if what.startswith("to "):
            to = {"to anna": ANNA, "to ben": BEN, "to both": f"{ANNA}, {BEN}"}[what]
            post.sent(to, at=moment, id=own, refs=refs)
        else:
            post.came({"anna": ANNA, "ben": BEN}[what], at=moment, id=own, refs=refs)
        ids.append(own)
    return ids


def _hostile(post: Post, events: list[Hostile], ids: list[str]) -> None:
    senders = {"as the office": OFFICE, "as a teacher": TEACHER}
    machine = {"bulk": "Precedence: bulk\r\n", "bounce": "X-Failed-Recipients: x@y.example\r\n"}
    for number, (at, what, refs_to, taken, reply_to) in enumerate(events):
        refs = " ".join(ids[n % len(ids)] for n in refs_to) if ids else ""
        own = ids[taken] if taken < len(ids) and what != "we answer" else f"m{number}"
        # An address of ours with a parent in Reply-To is a web form of ours, and hers is a case.
        form = what in senders and reply_to == ANNA
        named = reply_to if not form else ""
        more = machine.get(what, "") + (f"Reply-To: {named}\r\n" if named else "")
        moment = at + number / 100 + 0.005
        if what == "we answer":
            post.sent(MALLORY, at=moment, id=own, refs=refs)
        else:
            post.came(senders.get(what, MALLORY), at=moment, id=own, refs=refs, more=more)
        ids.append(own)


@settings(max_examples=400, deadline=None)
@given(st.lists(HONEST, max_size=8), st.lists(HOSTILE, min_size=1, max_size=6), st.integers(0, 7))
def test_whatever_strangers_send_changes_nothing_for_others(
    honest: list[Honest], hostile: list[Hostile], marked: int
) -> None:
    post = Post()
    ids = _honest(post, honest)
    marks = [mark(m, Word.CALLED, at=40) for m in post.messages[marked : marked + 1]]
    before = folded(post, *marks)
    _hostile(post, hostile, ids)
    after = folded(post, *marks)
    for parent in (ANNA, BEN):
        assert cases_of(after, parent) == cases_of(before, parent)
    place = [c.opener.id for c in after.cases] + [m.id for c in after.cases for m in c.messages[1:]]
    place += [n.message.id for n in after.not_tracked]
    place += [m.id for m in post.messages if m.role is Role.SENT]
    copies = sum(len(n.copies) - 1 for n in after.not_tracked)
    assert len(place) + copies == len(post.messages)
