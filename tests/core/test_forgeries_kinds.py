"""What a stranger writes into his own headers hides no other mail, and his own only in plain sight."""

from __future__ import annotations

from dataclasses import replace

import pytest

from commsla.core.cases import fold
from commsla.core.kinds import kind_of, only_claims, writer
from commsla.core.model import Kind, Message, Role
from commsla.core.school import Mailbox, PasswordSource
from commsla.core.vouching import vouched
from tests.core.mails import ANNA, BEN, KEYS, MALLORY, OFFICE, TEACHER, Post, ours

GMAIL = Mailbox(OFFICE, "imap.gmail.com", 993, "u", PasswordSource(), authserv="mx.google.com")
EXCHANGE = replace(GMAIL, host="outlook.office365.com", authserv="")


def came(raw: str) -> Message:
    return Post().put(raw, at=0, role=Role.INBOX, school="oak", folder="INBOX")


def address_of(message: Message) -> str | None:
    party = writer(message, ours())
    return party.address if party else None


FORGED_RESULTS = {
    "below ours, which failed": (
        "Authentication-Results: mx.google.com; dmarc=fail header.from=oak.example\r\n"
        "Authentication-Results: mx.google.com; dmarc=pass header.from=oak.example\r\n"
    ),
    "below ours, which says nothing": (
        "Authentication-Results: mx.google.com; none\r\n"
        "Authentication-Results: mx.google.com; dmarc=pass header.from=oak.example\r\n"
    ),
    "of another server": (
        "Authentication-Results: mx.evil.example; dmarc=pass header.from=oak.example\r\n"
    ),
    "in a comment of ours": (
        "Authentication-Results: mx.google.com; spf=fail (x; dmarc=pass header.from=oak.example)\r\n"
    ),
    "folded into another": (
        "Authentication-Results: mx.evil.example;\r\n mx.google.com; dmarc=pass header.from=oak.example\r\n"
    ),
    "AuthAs from outside Exchange": "X-MS-Exchange-Organization-AuthAs: Internal\r\n",
    "two AuthAs": (
        "X-MS-Exchange-Organization-AuthAs: Anonymous\r\n"
        "X-MS-Exchange-Organization-AuthAs: Internal\r\n"
    ),
    "ARC and other look-alikes": (
        "ARC-Authentication-Results: i=1; mx.google.com; dmarc=pass header.from=oak.example\r\n"
        "X-Authentication-Results: mx.google.com; dmarc=pass header.from=oak.example\r\n"
    ),
}


@pytest.mark.parametrize("forged", FORGED_RESULTS.values(), ids=FORGED_RESULTS.keys())
@pytest.mark.parametrize("sender", [OFFICE, TEACHER])
def test_a_forged_sender_of_ours_is_internal_and_vouched_for_by_nobody(
    sender: str, forged: str
) -> None:
    mail = came(f"{forged}From: {sender}\r\nTo: {ANNA}\r\nIn-Reply-To: <a1@x.example>\r\n")
    assert kind_of(mail, ours()).kind is Kind.INTERNAL
    assert not vouched(mail, GMAIL)
    if "Anonymous" in forged or "AuthAs" not in forged:
        assert not vouched(mail, EXCHANGE)


@pytest.mark.parametrize(
    ("machine", "kind", "evidence"),
    [
        ("Auto-Submitted: auto-replied\r\n", Kind.AUTOMATIC, "Auto-Submitted: auto-replied"),
        ("Auto-Submitted: Ottilie\r\n", Kind.NOTIFICATION, "Auto-Submitted: present"),
        ("List-Id: Ottilie <x.evil.example>\r\n", Kind.BULK, "List-Id: <x.evil.example>"),
        ("List-Id: <ottilie@evil.example>\r\n", Kind.BULK, "List-Id: present"),
        ("Precedence: list of Ottilie\r\n", Kind.BULK, "Precedence: list"),
    ],
)
def test_a_complaint_that_calls_itself_a_machines_is_seen_with_its_proof(
    machine: str, kind: Kind, evidence: str
) -> None:
    post = Post()
    mail = post.came(ANNA, at=0, id="a1", more=machine)
    found = fold(post.messages, (), ours(), {})
    assert found.cases == ()
    [seen] = found.not_tracked
    assert (seen.message.id, seen.kind, seen.evidence) == (mail.id, kind, evidence)
    assert "ottilie" not in repr(mail.signs).lower()


def test_a_list_header_on_an_answer_to_our_mail_hides_nothing() -> None:
    post = Post()
    ids = {post.sent(ANNA, at=0, id="o1").message_id}
    for number, more in enumerate(("List-Id: <x.y.example>\r\n", "List-Unsubscribe: <x>\r\n")):
        mail = post.came(ANNA, at=1 + number, re="o1", more=more)
        judged = kind_of(mail, ours(), ids)
        assert judged.kind is Kind.ENQUIRY
        assert judged.doubt.startswith("perhaps bulk: List-")


@pytest.mark.parametrize(
    ("sender", "who"),
    [
        (f'"{OFFICE}" <{MALLORY}>', MALLORY),
        (f"{OFFICE} <{MALLORY}>", MALLORY),
        (f'"Office <{OFFICE}>" <{MALLORY}>', MALLORY),
        (f"({OFFICE}) {MALLORY}", MALLORY),
        (f'<"{OFFICE}"@evil.example>', f'"{OFFICE}"@evil.example'),
        (f"=?utf-8?q?{OFFICE.replace('@', '=40')}?= <{MALLORY}>", MALLORY),
        (f"{MALLORY}\r\nFrom: {OFFICE}", MALLORY),
        (f"{MALLORY}, {OFFICE}", MALLORY),
        ("office@oak.example.evil.example", "office@oak.example.evil.example"),
        ("office@oаk.example", "office@oаk.example"),  # a Cyrillic a
    ],
)
def test_nobody_becomes_a_colleague_by_what_is_written_around_his_address(
    sender: str, who: str
) -> None:
    mail = came(f"From: {sender}\r\nTo: {OFFICE}\r\nSubject: x\r\n")
    assert kind_of(mail, ours()).kind is Kind.ENQUIRY
    assert address_of(mail) == who
    assert not vouched(mail, GMAIL)


@pytest.mark.parametrize("sender", [f"{OFFICE}@evil.example", f"{OFFICE}(<{MALLORY}>", "<>", " , "])
def test_an_address_that_can_be_read_two_ways_is_nobodys(sender: str) -> None:
    mail = came(f"From: {sender}\r\nTo: {OFFICE}\r\nSubject: x\r\n")
    assert kind_of(mail, ours()).kind is Kind.UNREADABLE
    assert not address_of(mail)


def test_two_message_ids_a_far_date_and_a_reference_in_the_subject_change_no_kind() -> None:
    for more in (
        "Message-ID: <m@x.example>\r\nMessage-ID: <a1@x.example>\r\n",
        "Date: Mon, 10 Nov 2015 09:00:00 +0000\r\n",
        "Date: Mon, 10 Nov 2035 09:00:00 +0000\r\n",
        "Subject: Re: [case 12] N12\r\n",
    ):
        mail = came(f"From: {MALLORY}\r\nTo: {OFFICE}\r\n{more}")
        assert kind_of(mail, ours()) == (Kind.ENQUIRY, "a person wrote", "")
        assert mail.received == Post().came(ANNA, at=0).received


def test_the_school_in_reply_to_makes_nobody_a_colleague() -> None:
    for reply_to in (OFFICE, f"Anna <{OFFICE}>", f"{OFFICE}, {MALLORY}"):
        mail = came(f"From: {MALLORY}\r\nTo: {OFFICE}\r\nReply-To: {reply_to}\r\n")
        assert kind_of(mail, ours()).kind is Kind.ENQUIRY
        assert address_of(mail) == MALLORY


def test_whoever_is_only_named_in_reply_to_is_only_claimed() -> None:
    group = "List-Id: <office.oak.example>\r\n"
    for raw, claims in (
        (f"From: {ANNA}\r\n", False),
        (f"From: {ANNA}\r\nReply-To: {BEN}\r\n", False),
        (f"From: noreply@evil.example\r\nReply-To: {ANNA}\r\n", True),
        (f"From: {OFFICE}\r\nReply-To: {ANNA}\r\n", True),
        (f"From: {TEACHER}\r\nReply-To: {ANNA}\r\n", True),
        (f"Reply-To: {ANNA}\r\n", True),
        (f"From: noreply@evil.example\r\nReply-To: {ANNA}\r\n{group}", True),
        (f"From: {OFFICE}\r\nX-Original-From: {ANNA}\r\n{group}", False),
        (f"From: {OFFICE}\r\n", False),
        ("X: y\r\n", False),
    ):
        assert only_claims(came(raw), ours()) is claims, raw


def test_two_forms_of_one_robot_are_two_mails_even_under_one_id() -> None:
    same = (
        f"From: form@website.example\r\nTo: {OFFICE}\r\nSubject: Contact form\r\n"
        "Message-ID: <constant@website.example>\r\nDate: Mon, 10 Nov 2025 09:00:00 +0000\r\n"
    )
    one, two = came(f"{same}Reply-To: {ANNA}\r\n"), came(f"{same}Reply-To: {BEN}\r\n")
    assert one.message_id == two.message_id
    assert one.fingerprint != two.fingerprint
    assert one.fingerprint == came(f"{same}Reply-To: Anna <{ANNA.upper()}>\r\n").fingerprint


@pytest.mark.parametrize(
    "header",
    ["Auto-Submitted", "Precedence", "X-Auto-Response-Suppress", "X-Apple-Action", "List-Id",
     "X-POST-MessageClass", "Content-Class", "X-MS-Exchange-Generated-Message-Source", "Return-Path",
     "X-Autoreply", "X-Autorespond", "X-Spam-Flag", "Feedback-ID", "List-Unsubscribe", "Sender",
     "Authentication-Results", "X-MS-Exchange-Organization-AuthAs", "X-Failed-Recipients"],
)  # fmt: skip
def test_no_sign_keeps_what_a_stranger_wrote(header: str) -> None:
    for value in (
        "Ottilie Smith has nits", "auto-ottilie-7", f"<{ANNA}>", f"Ottilie <{ANNA}>", "bulk Ottilie",
        "urn:content-classes:ottilie", "all, ottilie", "ottilie; x=y", "=?utf-8?q?ottilie?=",
    ):  # fmt: skip
        mail = came(f"From: {BEN}\r\nTo: {OFFICE}\r\nSubject: Ottilie\r\n{header}: {value}\r\n")
        said = repr(mail.signs).lower()
        assert "ottilie" not in said
        assert "@" not in said
        assert ANNA.partition("@")[0] not in said


def test_a_content_type_keeps_no_word_of_its_own() -> None:
    for value in (
        'text/calendar; method=OTTILIE; name="ottilie.ics"',
        "multipart/report; report-type=ottilie; boundary=ottilie",
        "multipart/report; report-type=delivery-status; x=ottilie",
        "message/d-ottilie",
    ):
        mail = came(f"From: {BEN}\r\nContent-Type: {value}\r\n")
        assert "ottilie" not in repr(mail.signs).lower()


def test_keys_of_ours_come_from_the_whole_address() -> None:
    mail = came(f"From: {OFFICE}\r\nTo: {OFFICE}\r\n")
    assert mail.sender is not None
    assert mail.sender.key == KEYS.address(OFFICE)
