"""What a stranger's text says, or what stands around his address, changes nothing in another's case."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from commsla.core.model import Kind, Meaning, Message, Role, Word
from commsla.core.vouching import vouched
from tests.core.folding import cases, failed, folded, hours, of, read
from tests.core.mails import ANNA, BEN, MALLORY, OFFICE, START, TEACHER, Post, mark
from tests.core.test_forgeries_kinds import EXCHANGE, FORGED_RESULTS, GMAIL

NOTHING = (None, None, None)
REPORT = "Return-Path: <>\r\nContent-Type: multipart/report; report-type=delivery-status\r\n"
LIST = "List-Id: <parents.evil.example>\r\n"

# CVE-2023-27043 and its relatives: what stands around an address, with Anna's or the office's in it.
AROUND = [
    "{who} <{mallory}>",
    '"{who}" <{mallory}>',
    '"Office <{who}>" <{mallory}>',
    "({who}) {mallory}",
    "{mallory} ({who})",
    '<"{who}"@evil.example>',
    "{who}@evil.example",
    "{who}(<{mallory}>",
    "{who})<{mallory}>",
    "{who}<<{mallory}>",
    "{who}><{mallory}>",
    "=?utf-8?q?{encoded}?= <{mallory}>",
    "<{mallory}> {who}",
]


def asked() -> Post:
    post = Post()
    post.came(ANNA, at=0, id="a1")
    return post


def visible(post: Post, mail: Message, **more: object) -> bool:
    found = folded(post, **more)  # type: ignore[arg-type]
    opened = [c for c in found.cases if mail.id in [m.id for m in c.messages] and c.opener.id != 1]
    excluded = [n for n in found.not_tracked if n.message.id == mail.id and n.evidence]
    return len(opened) + len(excluded) == 1


@pytest.mark.parametrize("around", AROUND)
@pytest.mark.parametrize("who", [ANNA, OFFICE, TEACHER])
def test_what_stands_around_an_address_makes_nobody_a_parent_or_a_colleague(
    around: str, who: str
) -> None:
    post = asked()
    before = cases(post)
    sender = around.format(who=who, mallory=MALLORY, encoded=who.replace("@", "=40"))
    raw = f"From: {sender}\r\nTo: {ANNA}\r\nIn-Reply-To: <a1@x.example>\r\nSubject: Re: A question\r\n"
    mail = post.put(raw, at=1, role=Role.INBOX, school="oak", folder="INBOX")
    assert of(cases(post), ANNA) == list(before)
    assert visible(post, mail)
    assert folded(post).not_tracked == ()  # nobody of ours wrote it: it has a clock


@pytest.mark.parametrize("sender", [ANNA, f"{ANNA};<{MALLORY}>", f"{ANNA}, {MALLORY}"])
def test_who_takes_her_address_outright_can_chase_and_nothing_more(sender: str) -> None:
    post = asked()
    post.came(sender, at=1, id="m1", re="a1", subject="Re: A question")
    [case] = cases(post)
    assert (hours(case), case.received, case.chasers, case.excluded) == (NOTHING, START, 1, None)
    sent = post.sent(ANNA, at=2, re="a1", id="o1")
    mail = post.came(sender, at=5, id="m2", re="o1", refs="a1 o1", subject="Re: A question")
    first, second = cases(post, facts=read(sent, Meaning.FULL))
    assert (hours(first), second.opener.id, second.wrote_again) == ((2, 2, None), mail.id, True)


@pytest.mark.parametrize("forged", FORGED_RESULTS.values(), ids=FORGED_RESULTS.keys())
@pytest.mark.parametrize("sender", [OFFICE, TEACHER])
def test_a_forged_word_of_the_mail_server_answers_nothing(sender: str, forged: str) -> None:
    post = asked()
    before = cases(post)
    raw = f"{forged}From: {sender}\r\nTo: {ANNA}\r\nCc: {OFFICE}\r\nIn-Reply-To: <a1@x.example>\r\n"
    mail = post.put(raw, at=1, role=Role.INBOX, school="oak", folder="INBOX")
    boxes = (
        [GMAIL] if "AuthAs: Internal" in forged and "Anonymous" not in forged else [GMAIL, EXCHANGE]
    )
    for box in boxes:
        believed = [m for m in post.messages if vouched(m, box)]
        found = folded(post, facts=read(mail, Meaning.FULL), vouched=believed)
        assert found.cases == before
        assert [n.kind for n in found.not_tracked] == [Kind.INTERNAL]


# --- lists and machines ---------------------------------------------------------------------------------


def test_a_lists_header_on_an_answer_to_our_mail_is_an_enquiry_in_doubt() -> None:
    post = Post()
    post.sent(ANNA, at=0, id="o1")
    mail = post.came(ANNA, at=1, id="a1", re="o1", more=LIST)
    [case] = cases(post)
    assert (case.opener.id, hours(case)) == (mail.id, NOTHING)
    assert case.doubt.startswith("perhaps bulk: List-")


def test_who_answers_our_mail_to_another_gets_through_a_list_as_himself() -> None:
    post = asked()
    post.sent(ANNA, at=1, re="a1", id="o1")
    post.came(MALLORY, at=2, id="m1", re="o1", refs="a1 o1", more=LIST)
    found = cases(post)
    assert [hours(c) for c in of(found, ANNA)] == [(1, None, None)]
    assert [hours(c) for c in of(found, MALLORY)] == [NOTHING]


def test_a_robot_with_a_parents_name_and_id_swallows_none_of_her_mail() -> None:
    """It calls itself Anna's mail a1; the office puts it away, and her next mail with it."""
    post = asked()
    forged = post.came("no-reply@evil.example", at=1, id="a1", more=f"Reply-To: {ANNA}\r\n")
    sent = post.sent(ANNA, at=2, re="a1", id="o1")
    later = post.came(ANNA, at=5, id="a2", re="a1", subject="Re: A question")
    away = mark(forged, Word.NOT_FOR_US, at=8)
    found = cases(post, away, facts=read(sent, Meaning.FULL))
    assert [(c.opener.id, hours(c)[1], bool(c.excluded)) for c in found] == [
        (1, 2, False), (forged.id, None, True), (later.id, None, False),
    ]  # fmt: skip


# --- reports of failure ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("id", "to", "why"),
    [
        ("o9", ANNA, "another mail"),
        ("a1", ANNA, "her own mail, not ours"),
        ("o1", BEN, "another recipient"),
        ("o1", MALLORY, "another recipient"),
        ("o1", OFFICE, "the office itself"),
        ("", ANNA, "no mail"),
    ],
)
def test_a_forged_report_takes_no_answer_back(id: str, to: str, why: str) -> None:
    post = asked()
    sent = post.sent(ANNA, at=2, re="a1", id="o1")
    facts = read(sent, Meaning.FULL)
    before = cases(post, facts=facts)
    report = post.came("mailer-daemon@evil.example", at=3, id="none", re="o1", more=REPORT)
    found = folded(post, facts=facts | failed(report, id, to))
    assert found.cases == before, why
    assert [(n.message.id, n.kind) for n in found.not_tracked] == [(report.id, Kind.BOUNCE)]


def test_a_report_that_names_no_id_takes_back_no_answer_that_has_none() -> None:
    post = asked()
    sent = post.sent(ANNA, at=2, re="a1", id="none")
    report = post.came("mailer-daemon@evil.example", at=3, id="none", more=REPORT)
    assert sent.message_id == ""
    anna = post.messages[0].sender
    assert anna is not None
    no_id = read(report, Meaning.UNKNOWN, failed=(("", anna.key),))
    [case] = cases(post, facts=read(sent, Meaning.FULL) | no_id)
    assert hours(case) == (2, 2, None)


# --- words ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("meaning", [Meaning.CLOSER, Meaning.CHASER, Meaning.QUESTION])
@pytest.mark.parametrize("sender", [MALLORY, OFFICE, TEACHER, f'"{ANNA}" <{MALLORY}>'])
def test_a_reply_of_ours_that_a_stranger_quotes_answers_nobody_else(
    sender: str, meaning: Meaning
) -> None:
    post = asked()
    before = cases(post)
    mail = post.came(sender, at=5, id="m1", re="a1", refs="a1", subject="Re: A question")
    facts = read(mail, meaning, quotes=True, quoted_reply=START + timedelta(hours=1))
    assert of(cases(post, facts=facts), ANNA) == list(before)
    assert visible(post, mail, facts=facts)


def test_a_robot_that_names_the_parent_and_quotes_a_reply_of_ours_answers_nothing() -> None:
    for sender in ("no-reply@evil.example", OFFICE):
        post = asked()
        before = cases(post)
        mail = post.came(
            sender, at=5, id="m1", re="a1", subject="Re: A question", more=f"Reply-To: {ANNA}\r\n"
        )
        facts = read(mail, Meaning.CLOSER, quotes=True, quoted_reply=START + timedelta(hours=1))
        first, other = cases(post, facts=facts)
        assert [first] == list(before)
        assert (other.opener.id, hours(other), other.proposal) == (mail.id, NOTHING, None)


def test_a_strangers_thank_you_is_no_thank_you_of_the_parents() -> None:
    post = asked()
    sent = post.sent(f"{ANNA}, {MALLORY}", at=2, re="a1", id="o1")
    mail = post.came(MALLORY, at=5, id="m1", re="o1", refs="a1 o1", subject="Re: A question")
    facts = read(sent, Meaning.HOLDING) | read(mail, Meaning.CLOSER)
    anna, mallory = cases(post, facts=facts)
    assert (hours(anna), anna.chasers, len(anna.messages)) == ((2, None, None), 0, 1)
    assert (hours(mallory), mallory.proposal) == (NOTHING, None)


def test_a_stranger_answers_no_question_that_we_asked_a_parent() -> None:
    post = asked()
    sent = post.sent(ANNA, at=2, re="a1", id="o1")
    post.came(MALLORY, at=5, id="m1", re="o1", refs="a1 o1", subject="Re: A question")
    [anna] = of(cases(post, facts=read(sent, Meaning.QUESTION_BACK)), ANNA)
    assert [a.answered for a in anna.asked_back] == [None]


def test_a_forged_hand_over_is_none() -> None:
    post = asked()
    before = cases(post)
    for number, to in enumerate((TEACHER, OFFICE, f"{TEACHER}, {OFFICE}")):
        post.came(OFFICE, at=1 + number, id=f"m{number}", re="a1", to=to)
        post.came(MALLORY, at=1 + number, id=f"n{number}", re="a1", to=to)
    found = folded(post)
    assert of(found.cases, ANNA) == list(before)
    assert before[0].handed_over == ()
    [mallory] = of(found.cases, MALLORY)
    assert (len(mallory.messages), len(found.not_tracked)) == (3, 3)


def test_a_strangers_flag_and_marks_are_his_own() -> None:
    post = asked()
    before = cases(post)
    mail = post.came(MALLORY, at=1, id="a1", re="a1", refs="a1")
    for word in (Word.CALLED, Word.NO_REPLY_NEEDED, Word.SAFEGUARDING, Word.CONFIRM, Word.HOLDING):
        found = cases(post, mark(mail, word, at=5), flags={mail.id: 4})
        assert of(found, ANNA) == list(before)


def test_a_copy_that_a_stranger_makes_of_her_mail_is_no_copy() -> None:
    """The same id, Date, subject and people, but not the same writer: neither is hidden by the other."""
    post = asked()
    forged = post.came(MALLORY, at=0, id="a1")
    post.messages[-1] = replace(forged, received=START - timedelta(hours=5))
    sent = post.sent(ANNA, at=2, re="a1", id="o1")
    found = cases(post, facts=read(sent, Meaning.FULL))
    assert [hours(c) for c in of(found, ANNA)] == [(2, 2, None)]
    assert [hours(c) for c in of(found, MALLORY)] == [NOTHING]
    assert of(found, ANNA)[0].received == START


def test_a_robot_that_bears_the_id_of_a_lost_mail_joins_nobody_who_answered_it() -> None:
    post = Post()
    post.came(ANNA, at=0, id="a1", re="lost", subject="Re: Newsletter")
    before = cases(post)
    forged = f"Reply-To: {ANNA}\r\n"
    post.came("no-reply@evil.example", at=1, id="lost", subject="Newsletter", more=forged)
    first, robot = cases(post)
    assert [first] == list(before)
    assert (robot.received, robot.wrote_again) == (START + timedelta(hours=1), False)


@pytest.mark.parametrize("forged_first", [False, True])
@pytest.mark.parametrize("robot", ["no-reply@evil.example", OFFICE])
def test_a_robot_in_a_parents_name_carries_off_nothing_that_she_writes(
    robot: str, forged_first: bool
) -> None:
    """It bears the id of a newsletter that she answers; then the office puts it away."""
    post = Post()
    mail = post.came(ANNA, at=2, id="a1", re="lost", subject="Re: Newsletter")
    sent = post.sent(ANNA, at=3, re="a1", id="o1", subject="Re: Newsletter")
    later = post.came(ANNA, at=5, id="a2", re="o1", refs="a1 o1", subject="Re: Newsletter")
    facts = read(sent, Meaning.FULL) | read(later, Meaning.QUESTION)
    before = cases(post, facts=facts)
    forged = post.came(
        robot, at=1 if forged_first else 4, id="lost", subject="Newsletter",
        more=f"Reply-To: {ANNA}\r\n",
    )  # fmt: skip
    away = mark(forged, Word.NOT_FOR_US, at=8)
    found = cases(post, away, facts=facts)
    assert [c for c in found if c.opener.id != forged.id] == list(before)
    assert [(c.opener.id, bool(c.excluded)) for c in before] == [
        (mail.id, False),
        (later.id, False),
    ]


def test_a_thank_you_is_none_where_only_a_robot_said_that_she_had_asked() -> None:
    post = Post()
    post.came("no-reply@evil.example", at=0, id="lost", more=f"Reply-To: {ANNA}\r\n")
    mail = post.came(ANNA, at=1, id="a1", re="lost", subject="Re: A question")
    _, anna = cases(post, facts=read(mail, Meaning.CLOSER))
    assert (anna.opener.id, anna.proposal, anna.wrote_again) == (mail.id, None, False)


def test_a_thank_you_for_our_answer_to_a_form_is_one() -> None:
    post = Post()
    post.came("no-reply@forms.example", at=0, id="f1", more=f"Reply-To: {ANNA}\r\n")
    sent = post.sent(ANNA, at=1, re="f1", id="o1")
    mail = post.came(ANNA, at=2, id="a1", re="o1", refs="f1 o1", subject="Re: A question")
    form, anna = cases(post, facts=read(sent, Meaning.FULL) | read(mail, Meaning.CLOSER))
    assert (hours(form), anna.proposal) == ((1, 1, None), Meaning.CLOSER)
