"""What a message is by its headers: machines that must be excluded, people who must not."""

from __future__ import annotations

import pytest

from commsla.core.kinds import kind_of
from commsla.core.model import Kind
from tests.core.mails import ANNA, OFFICE, TEACHER, Post, ours

NDR = 'Content-Type: multipart/report; report-type=delivery-status; boundary="x"\r\n'
MDN = "Content-Type: multipart/report; report-type=disposition-notification\r\n"
EXCHANGE_NDR = "MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@oak.example"

MACHINES = [
    (ANNA, MDN, "Read: Letter", Kind.RECEIPT, "Content-Type: multipart/report; report-type=disposition-notification"),
    (ANNA, "Return-Path: <>\r\n", "Read: Letter", Kind.RECEIPT, "Subject says read or deleted; Return-Path: <>"),
    ("mailer-daemon@x.example", NDR, "Undelivered", Kind.BOUNCE, "Content-Type: multipart/report; report-type=delivery-status"),
    # Real bounces call themselves automatic replies, and pass lists: the order of the rules matters.
    ("mailer-daemon@x.example", NDR + "Auto-Submitted: auto-replied\r\n", "Undelivered", Kind.BOUNCE, "Content-Type: multipart/report; report-type=delivery-status"),
    ("x@y.example", NDR + "Precedence: list\r\nList-Id: <a.b>\r\n", "?", Kind.BOUNCE, "Content-Type: multipart/report; report-type=delivery-status"),
    ("mailer-daemon@x.example", "", "Mail delivery failed: returning", Kind.BOUNCE, "From is a mail system; the subject reports a failure"),
    (EXCHANGE_NDR, "", "Undeliverable: Letter", Kind.BOUNCE, "From is a mail system; the subject reports a failure"),
    ("gate@y.example", "X-Failed-Recipients: anna@home.example\r\n", "x", Kind.BOUNCE, "X-Failed-Recipients: present"),
    (ANNA, "Content-Type: text/calendar; method=REQUEST\r\n", "Review", Kind.INVITATION, "Content-Type: text/calendar; method=REQUEST"),
    (ANNA, "Content-Class: urn:content-classes:calendarmessage\r\n", "Review", Kind.INVITATION, "Content-Class: urn:content-classes:calendarmessage"),
    (ANNA, "Auto-Submitted: auto-replied\r\n", "Re: x", Kind.AUTOMATIC, "Auto-Submitted: auto-replied"),
    (ANNA, "auto-submitted: Auto-Replied (vacation)\r\n", "x", Kind.AUTOMATIC, "Auto-Submitted: Auto-Replied (vacation)"),
    (ANNA, "Precedence: auto_reply\r\n", "x", Kind.AUTOMATIC, "Precedence: auto_reply"),
    (ANNA, "X-Autoreply: yes\r\n", "x", Kind.AUTOMATIC, "X-Autoreply: yes"),
    (ANNA, "X-Auto-Response-Suppress: All\r\nX-MS-Exchange-Inbox-Rules-Loop: a@b.example\r\n", "x", Kind.AUTOMATIC, "X-Auto-Response-Suppress: All; X-MS-Exchange-Inbox-Rules-Loop"),
    (ANNA, "", "Automatic reply: Letter", Kind.AUTOMATIC, "the subject begins as an absence note does"),
    (ANNA, "Auto-Submitted: auto-generated\r\n", "Out of office: back on Monday", Kind.AUTOMATIC, "Auto-Submitted: auto-generated; the subject is an absence note"),
    ("news@shop.example", "List-Unsubscribe: <https://track.example/u?id=7>\r\n", "Glue", Kind.BULK, "List-Unsubscribe: present"),
    ("news@shop.example", "List-Id: Offers <offers.shop.example>\r\n", "Glue", Kind.BULK, "List-Id: Offers <offers.shop.example>"),
    ("news@shop.example", "Precedence: Bulk\r\n", "Glue", Kind.BULK, "Precedence: Bulk"),
    ("app@lunch.example", "Auto-Submitted: auto-generated\r\n", "31 payments", Kind.NOTIFICATION, "Auto-Submitted: auto-generated"),
    ("no-reply@lunch.example", "", "31 payments", Kind.NOTIFICATION, "From: no-reply address"),
    (f"Ms Vane <{TEACHER}>", "", "Lanyards", Kind.INTERNAL, "From is an address of ours"),
    ("head@elm.example", "", "From the sister school", Kind.INTERNAL, "From is an address of ours"),
]  # fmt: skip

PEOPLE = [
    ("X-Auto-Response-Suppress: All\r\n", "x", "a request of the sender's system, no proof"),
    ("Feedback-ID: 7:aa:bb\r\n", "x", "on one person in twelve"),
    ("Auto-Submitted: no\r\n", "x", "says itself that it is none"),
    ("X-Autoreply: no\r\n", "x", "says itself that it is none"),
    ("", "Re: Automatic reply: Letter", "a person answered an absence note"),
    ("", "Re: Out of office on Friday?", "a person asks"),
    ("", "Automatic reply systems in school", "words, no colon"),
    ("X-Spam-Flag: YES\r\n", "[SPAM] Ottilie's lunch", "stood on a genuine school mail"),
    (
        'Content-Type: text/calendar; name="party.ics"\r\n',
        "Party",
        "attached a calendar, no method",
    ),
    ("Precedence: first-class\r\n", "x", "not bulk"),
    ("List-Id: Office <office.oak.example>\r\n", "x", "the list is our own office's group"),
    ("List-Id: <all.oak.example>\r\nPrecedence: list\r\n", "x", "a group of our own domain"),
]


@pytest.mark.parametrize(("sender", "more", "subject", "kind", "evidence"), MACHINES)
def test_machine_mail_is_excluded_with_the_header_that_proves_it(
    sender: str, more: str, subject: str, kind: Kind, evidence: str
) -> None:
    post = Post()
    judged = kind_of(post.came(sender, at=0, subject=subject, more=more), ours())
    assert (judged.kind, judged.evidence) == (kind, evidence)


@pytest.mark.parametrize(("more", "subject", "why"), PEOPLE)
def test_a_person_is_never_taken_for_a_machine(more: str, subject: str, why: str) -> None:
    post = Post()
    mail = post.came(f"Anna <{ANNA}>", at=0, subject=subject, more=more)
    assert kind_of(mail, ours()).kind is Kind.ENQUIRY, why


def test_a_list_header_on_a_reply_to_our_own_mail_excludes_nobody() -> None:
    post = Post()
    sent = post.sent(ANNA, at=0, id="o1")
    mail = post.came(ANNA, at=1, re="o1", more="List-Unsubscribe: <x>\r\nPrecedence: bulk\r\n")
    assert kind_of(mail, ours(), {sent.message_id}).kind is Kind.ENQUIRY
    assert kind_of(mail, ours()).kind is Kind.BULK


def test_a_form_that_names_the_parent_in_reply_to_is_an_enquiry() -> None:
    post = Post()
    for sender in ("noreply@forms.example", "no-reply@oak.example"):
        mail = post.came(sender, at=0, more=f"Reply-To: {ANNA}\r\n")
        assert kind_of(mail, ours()).kind is Kind.ENQUIRY, sender
    alone = post.came("noreply@oak.example", at=1, more=f"Reply-To: {OFFICE}\r\n")
    assert kind_of(alone, ours()).kind is Kind.NOTIFICATION


def test_a_robot_that_names_itself_in_reply_to_speaks_for_nobody() -> None:
    post = Post()
    mail = post.came(
        "Lunch <no-reply@lunch.example>", at=0, more="Reply-To: No-Reply@Lunch.example\r\n"
    )
    judged = kind_of(mail, ours())
    assert (judged.kind, judged.evidence) == (Kind.NOTIFICATION, "From: no-reply address")


REAL = [
    (
        "an absence note from Exchange",
        ANNA,
        "Automatic reply: Trip on Friday",
        "Auto-Submitted: auto-generated\r\nX-Auto-Response-Suppress: All\r\n"
        "X-MS-Exchange-Inbox-Rules-Loop: anna@home.example\r\nReturn-Path: <>\r\n"
        "X-MS-Exchange-Generated-Message-Source: Mailbox Rules Agent\r\n",
        Kind.AUTOMATIC,
    ),
    (
        "a vacation note from Gmail, which keeps the Re:",
        ANNA,
        "Re: Trip on Friday",
        "Auto-Submitted: auto-replied\r\nPrecedence: bulk\r\nX-Autoreply: yes\r\nReturn-Path: <>\r\n",
        Kind.AUTOMATIC,
    ),
    (
        "a bounce from Exim, in plain text",
        "Mailer-Daemon@mx.example",
        "Mail delivery failed: returning message to sender",
        "Auto-Submitted: auto-replied\r\nX-Failed-Recipients: x@y.example\r\nReturn-Path: <>\r\n"
        "Content-Type: text/plain; charset=us-ascii\r\n",
        Kind.BOUNCE,
    ),
    (
        "a bounce from Gmail that passed a list",
        "Mail Delivery Subsystem <mailer-daemon@googlemail.example>",
        "Delivery Status Notification (Failure)",
        'Content-Type: multipart/report; boundary="x"; report-type="delivery-status"\r\n'
        "Auto-Submitted: auto-replied\r\nPrecedence: list\r\nList-Id: <a.b.example>\r\n",
        Kind.BOUNCE,
    ),
    (
        "a newsletter from a mailing service",
        "Glue & Glitter <news@shop.example>",
        "Half-price glue",
        "List-Id: 7a <7a.list-id.shop.example>\r\nList-Unsubscribe: <https://x.example/u>\r\n"
        "Feedback-ID: 1:2:3\r\nPrecedence: bulk\r\nX-Auto-Response-Suppress: OOF, AutoReply\r\n",
        Kind.BULK,
    ),
    (
        "an invitation, which Outlook also tells not to be answered",
        ANNA,
        "Meeting about Ottilie",
        "Content-Class: urn:content-classes:calendarmessage\r\nX-Auto-Response-Suppress: All\r\n"
        'Content-Type: text/calendar; charset="utf-8"; method=REQUEST\r\n',
        Kind.INVITATION,
    ),
    (
        "a payment app",
        "notifications+a1b2@lunch.example",
        "3 payments",
        "Auto-Submitted: auto-generated\r\nFeedback-ID: 1\r\n",
        Kind.NOTIFICATION,
    ),
    (
        "a parent at a large company",
        ANNA,
        "Ottilie's coat",
        "X-Auto-Response-Suppress: All\r\nFeedback-ID: 1\r\nX-Spam-Flag: YES\r\n"
        'Content-Type: multipart/mixed; boundary="x"\r\nReturn-Path: <anna@home.example>\r\n',
        Kind.ENQUIRY,
    ),
    (
        "a parent whose rule sends mail on",
        ANNA,
        "Fwd: Trip",
        "X-MS-Exchange-Inbox-Rules-Loop: anna@home.example\r\n",
        Kind.ENQUIRY,
    ),
    ("a real postmaster", "postmaster@home.example", "Your mail server", "", Kind.ENQUIRY),
    ("a parent about a bounce", ANNA, "Undeliverable: your letter", "", Kind.ENQUIRY),
    ("a parent who lost a book", ANNA, "Returned mail order books", "", Kind.ENQUIRY),
    ("a parent asking what was read", ANNA, "Read: which chapter?", "", Kind.ENQUIRY),
    ("a parent with an odd name", "norah.reply@home.example", "Trip", "", Kind.ENQUIRY),
    ("a parent at a postal firm", "mailerson@home.example", "Trip", "", Kind.ENQUIRY),
    ("a domain that only ends like ours", "anna@notoak.example", "Trip", "", Kind.ENQUIRY),
    ("a domain that only begins like ours", "anna@oak.example.evil.example", "Trip", "", Kind.ENQUIRY),
    ("a list whose name only ends like ours", ANNA, "x", "List-Id: <notoak.example>\r\n", Kind.BULK),
]  # fmt: skip


@pytest.mark.parametrize(
    ("what", "sender", "subject", "more", "kind"), REAL, ids=[r[0] for r in REAL]
)
def test_whole_headers_as_they_come(
    what: str, sender: str, subject: str, more: str, kind: Kind
) -> None:
    judged = kind_of(Post().came(sender, at=0, subject=subject, more=more), ours())
    assert judged.kind is kind, judged.evidence
    assert (judged.evidence == "a person wrote") == (kind is Kind.ENQUIRY)


def test_evidence_never_names_a_person() -> None:
    for _, sender, subject, more, kind in REAL:
        if kind is not Kind.ENQUIRY:
            judged = kind_of(Post().came(sender, at=0, subject=subject, more=more), ours())
            assert not {"anna", "ottilie", "trip"} & set(judged.evidence.casefold().split())
            assert "@" not in judged.evidence


def test_a_group_of_ours_that_rewrites_from_still_says_who_wrote() -> None:
    post = Post()
    mail = post.came(
        f"'Anna' via Office <{OFFICE}>",
        at=0,
        more=f"List-Id: <office.oak.example>\r\nX-Original-From: Anna <{ANNA}>\r\n",
    )
    assert kind_of(mail, ours()).kind is Kind.ENQUIRY


@pytest.mark.parametrize(
    ("more", "kind"),
    [
        ("", Kind.OURS),
        ("Auto-Submitted: auto-replied\r\n", Kind.OURS_AUTOMATIC),
        (MDN, Kind.OURS_AUTOMATIC),
        ("Auto-Submitted: auto-generated\r\n", Kind.OURS_AUTOMATIC),
    ],
)
def test_what_lies_in_sent_is_ours(more: str, kind: Kind) -> None:
    assert kind_of(Post().sent(ANNA, at=0, more=more), ours()).kind is kind
