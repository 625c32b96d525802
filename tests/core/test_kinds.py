"""What a message is by its headers: machines that must be excluded, people who must not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from commsla.core.kinds import Ours, kind_of, writer
from commsla.core.model import Kind, Role
from commsla.core.school import Config, Mailbox, PasswordSource, School
from tests.core.judging import POLICY
from tests.core.mails import ANNA, BEN, KEYS, OFFICE, TEACHER, Post, ours

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
    (ANNA, "auto-submitted: Auto-Replied (vacation)\r\n", "x", Kind.AUTOMATIC, "Auto-Submitted: auto-replied"),
    (ANNA, "Precedence: auto_reply\r\n", "x", Kind.AUTOMATIC, "Precedence: auto_reply"),
    ("mailer-daemon@x.example", "Return-Path: <>\r\n", "Hello", Kind.BOUNCE, "From is a mail system; Return-Path: <>"),
    (ANNA, "Return-Path: <>\r\n", "Undeliverable: Letter", Kind.BOUNCE, "Return-Path: <>; the subject reports a failure"),
    ("gate@y.example", "X-MS-Exchange-Message-Is-Ndr: \r\n", "x", Kind.BOUNCE, "X-MS-Exchange-Message-Is-Ndr: present"),
    (ANNA, "X-MS-Exchange-Generated-Message-Source: Mailbox Rules Agent\r\n", "x", Kind.AUTOMATIC, "X-MS-Exchange-Generated-Message-Source: mailbox rules agent"),
    (ANNA, "X-AutoReply-From: anna@home.example\r\n", "x", Kind.AUTOMATIC, "X-AutoReply-From: present"),
    (ANNA, "X-Apple-Action: VACATION-17\r\n", "x", Kind.AUTOMATIC, "X-Apple-Action: vacation"),
    (ANNA, "X-POST-MessageClass: 9; Autoresponder\r\n", "x", Kind.AUTOMATIC, "X-POST-MessageClass: 9"),
    (ANNA, "X-Autorespond: your mail\r\n", "x", Kind.AUTOMATIC, "X-Autorespond: present"),
    (ANNA, "Return-Path: <>\r\n", "Out of office", Kind.AUTOMATIC, "Return-Path: <>; the subject is an absence note"),
    (ANNA, "X-Auto-Response-Suppress: All\r\n", "Out of office", Kind.AUTOMATIC, "X-Auto-Response-Suppress: all; the subject is an absence note"),
    ("news@shop.example", "Precedence: list\r\n", "Glue", Kind.BULK, "Precedence: list"),
    ("news@shop.example", "Precedence: junk\r\n", "Glue", Kind.BULK, "Precedence: junk; From: circular address"),
    (OFFICE, "", "A copy to ourselves", Kind.INTERNAL, "From is an address of ours"),
    (ANNA, "X-Autoreply: yes\r\n", "x", Kind.AUTOMATIC, "X-Autoreply: yes"),
    (ANNA, "X-Auto-Response-Suppress: All\r\nX-MS-Exchange-Inbox-Rules-Loop: a@b.example\r\n", "x", Kind.AUTOMATIC, "X-Auto-Response-Suppress: all; X-MS-Exchange-Inbox-Rules-Loop"),
    (ANNA, "Auto-Submitted: auto-generated\r\n", "Out of office: back on Monday", Kind.AUTOMATIC, "Auto-Submitted: auto-generated; the subject is an absence note"),
    ("news@shop.example", "List-Unsubscribe: <https://track.example/u?id=7>\r\n", "Glue", Kind.BULK, "List-Unsubscribe: present"),
    ("news@shop.example", "List-Id: Offers <offers.shop.example>\r\n", "Glue", Kind.BULK, "List-Id: <offers.shop.example>"),
    ("news@shop.example", "Precedence: Bulk\r\n", "Glue", Kind.BULK, "Precedence: bulk; From: circular address"),
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
    ("X-Autorespond: False\r\n", "x", "says itself that it is none"),
    ("Return-Path: <>\r\n", "Hello", "a null path alone proves nothing"),
    ("Return-Path: <anna@home.example>\r\n", "Undeliverable: Letter", "words alone prove nothing"),
    ("X-Apple-Action: EDITED\r\n", "x", "not a vacation"),
    ("X-MS-Exchange-Generated-Message-Source: Antispam\r\n", "x", "not a mailbox rule"),
    ("X-Auto-Response-Suppress: DR, OOF\r\nX-MS-Exchange-Inbox-Rules-Loop: x\r\n", "x", "not All"),
    ("Content-Type: multipart/mixed; method=REQUEST\r\n", "x", "no calendar"),
    ("Content-Class: urn:content-classes:message\r\n", "x", "no calendar"),
    ("List-Id: <oak.example>\r\n", "x", "a group with the name of our domain"),
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


LIST_OF_OURS = "List-Id: <office.oak.example>\r\n"
LIST_OF_OTHERS = "List-Id: <x.shop.example>\r\n"


@pytest.mark.parametrize(
    ("sender", "more", "who"),
    [
        (ANNA, f"Reply-To: {BEN}\r\n", ANNA),
        (ANNA, f"Reply-To: {BEN}\r\n{LIST_OF_OURS}", ANNA),
        (ANNA, f"Reply-To: {BEN}\r\n{LIST_OF_OTHERS}", ANNA),
        (TEACHER, f"Reply-To: {BEN}\r\n", BEN),
        (TEACHER, f"Reply-To: {OFFICE}\r\n", TEACHER),
        (TEACHER, "Reply-To: no-reply@shop.example\r\n", TEACHER),
        (OFFICE, f"Reply-To: {BEN}\r\n{LIST_OF_OURS}", BEN),
        ("wordpress@oak.example", f"Reply-To: Ben <{BEN}>\r\n", BEN),
        ("noreply@shop.example", f"Reply-To: {BEN}\r\n", BEN),
        ("noreply@shop.example", f"Reply-To: {OFFICE}\r\n", "noreply@shop.example"),
        ("noreply@shop.example", "Reply-To: do-not-reply@shop.example\r\n", "noreply@shop.example"),
        ("noreply@shop.example", "", "noreply@shop.example"),
        ("", f"Reply-To: {BEN}\r\n", BEN),
        ("nobody", f"Reply-To: {BEN}\r\n", BEN),
        ("nobody", "", ""),
        ("", f"Sender: {ANNA}\r\nReply-To: {BEN}\r\n", ANNA),
        # X-Original-From is believed of a list that stands in From, or whose domain does.
        (OFFICE, f"X-Original-From: {BEN}\r\n{LIST_OF_OURS}", BEN),
        (OFFICE, f"X-Original-From: {BEN}\r\nReply-To: {ANNA}\r\n{LIST_OF_OURS}", BEN),
        (OFFICE, f"X-Original-From: {BEN}\r\nReply-To: {ANNA}\r\n", ANNA),
        (OFFICE, f"X-Original-From: {BEN}\r\n{LIST_OF_OTHERS}", OFFICE),
        (ANNA, f"X-Original-From: {BEN}\r\n{LIST_OF_OURS}", ANNA),
        ("noreply@shop.example", f"X-Original-From: {BEN}\r\n", "noreply@shop.example"),
    ],
)
def test_only_a_robot_a_form_or_an_address_of_ours_gives_its_place_to_another(
    sender: str, more: str, who: str
) -> None:
    raw = (f"From: {sender}\r\n" if sender else "") + f"To: {OFFICE}\r\n{more}"
    mail = Post().put(raw, at=0, role=Role.INBOX, school="oak", folder="INBOX")
    party = writer(mail, ours())
    assert party is not None
    assert party.address == who


def test_a_form_of_ours_is_an_enquiry_whoever_wrote_through_it() -> None:
    post = Post()
    forms = ("hello@app.example", OFFICE)
    known = replace(ours(), forms=frozenset(map(KEYS.address, forms)))
    for sender, more, who in (
        ("hello@app.example", f"Reply-To: {ANNA}\r\n", ANNA),
        ("hello@app.example", "Auto-Submitted: auto-generated\r\n", "hello@app.example"),
        ("hello@app.example", "List-Unsubscribe: <x>\r\nPrecedence: bulk\r\n", "hello@app.example"),
        (OFFICE, f"Reply-To: {ANNA}\r\n", ANNA),
        (OFFICE, "", None),
    ):
        mail = post.came(sender, at=0, more=more)
        judged, party = kind_of(mail, known), writer(mail, known)
        assert (judged.kind, judged.doubt) == (Kind.ENQUIRY, ""), more
        assert (party.address if party else None) == who
    bounced = post.came("hello@app.example", at=1, more=NDR)
    assert kind_of(bounced, known).kind is Kind.BOUNCE


DOUBTS = [
    (
        ANNA,
        "",
        "Automatic reply: Letter",
        "perhaps automatic: the subject begins as an absence note",
    ),
    (ANNA, "", "Out of office", "perhaps automatic: the subject begins as an absence note"),
    (ANNA, "", "Undeliverable: Letter", "perhaps a bounce: the subject begins as a failure report"),
    (ANNA, "", "Accepted: a place", "perhaps an invitation: the subject begins as a calendar's"),
    (ANNA, "X-Spam-Flag: YES\r\n", "Trip", "perhaps bulk: X-Spam-Flag"),
    (ANNA, "X-Spam-Flag: NO\r\n", "Trip", ""),
    (ANNA, "", "[SPAM?] Trip", "perhaps bulk: the subject is marked as spam"),
    (
        ANNA,
        "X-Auto-Response-Suppress: All\r\n",
        "Trip",
        "perhaps automatic: X-Auto-Response-Suppress",
    ),
    (ANNA, "Feedback-ID: anna:1:2\r\n", "Trip", "perhaps bulk: Feedback-ID"),
    (ANNA, "Precedence: bulk\r\n", "Trip", "perhaps bulk: Precedence: bulk"),
    (
        ANNA,
        f"List-Unsubscribe: <https://x.example/anna>\r\nReturn-Path: <{ANNA}>\r\n",
        "Trip",
        "perhaps bulk: List-Unsubscribe",
    ),
    (
        "noreply@shop.example",
        f"Reply-To: {ANNA}\r\n",
        "Trip",
        "perhaps a notification: From: no-reply address",
    ),
    (TEACHER, f"Reply-To: {ANNA}\r\n", "Trip", "perhaps internal: From is ours, Reply-To is not"),
    ("noreply@oak.example", f"Reply-To: {ANNA}\r\n", "Trip", ""),  # our web form, as it should be
    (ANNA, LIST_OF_OURS + "Precedence: list\r\n", "Trip", ""),
    (ANNA, "", "Trip", ""),
]


@pytest.mark.parametrize(("sender", "more", "subject", "doubt"), DOUBTS)
def test_weak_signs_only_propose(sender: str, more: str, subject: str, doubt: str) -> None:
    judged = kind_of(Post().came(sender, at=0, subject=subject, more=more), ours())
    assert (judged.kind, judged.doubt) == (Kind.ENQUIRY, doubt)


def test_a_web_form_that_calls_itself_bulk_speaks_for_a_person_all_the_same() -> None:
    post = Post()
    more = "Precedence: bulk\r\nReturn-Path: <bounce-7@mailer.example>\r\n"
    for sender in ("wordpress@oak.example", OFFICE, "no-reply@website.example"):
        mail = post.came(sender, at=0, more=f"{more}Reply-To: {ANNA}\r\n")
        assert kind_of(mail, ours()).kind is Kind.ENQUIRY
        assert kind_of(post.came(sender, at=1, more=more), ours()).kind is Kind.BULK


def test_a_parent_behind_our_own_group_is_not_doubted() -> None:
    mail = Post().came(OFFICE, at=0, more=f"{LIST_OF_OURS}X-Original-From: {ANNA}\r\n")
    assert kind_of(mail, ours()) == (Kind.ENQUIRY, "a person wrote", "")


def test_who_names_nobody_may_have_written_to_many() -> None:
    post = Post()
    for to in ("undisclosed-recipients:;", ANNA):
        judged = kind_of(post.came(ANNA, at=0, to=to), ours())
        assert (judged.kind, judged.doubt) == (Kind.ENQUIRY, "perhaps bulk: it names no recipient")


@pytest.mark.parametrize(
    ("sender", "more", "subject", "kind"),
    [
        ("orders@shop.example", "", "Thank you for your order 7", Kind.NOTIFICATION),
        ("orders@shop.example", "", "Your order: one question", Kind.ENQUIRY),
        ("orders@shop.example", "X-PM-Message-Id: 7\r\n", "Your order", Kind.NOTIFICATION),
        (ANNA, "X-PM-Message-Id: 7\r\n", "Thank you for your order", Kind.ENQUIRY),
        ("orders@shop.example", f"X-SG-EID: 7\r\nReply-To: {ANNA}\r\n", "x", Kind.NOTIFICATION),
        (ANNA, "Reply-To: no-reply@shop.example\r\n", "x", Kind.NOTIFICATION),
        ("voicemail@phones.example", "", "New voicemail", Kind.NOTIFICATION),
        (
            "voicemail@phones.example",
            "Reply-To: Voicemail@phones.example\r\n",
            "New voicemail",
            Kind.NOTIFICATION,
        ),
        ("no-reply@shop.example", "In-Reply-To: <1@x>\r\n", "Re: x", Kind.NOTIFICATION),
        (ANNA, "Content-Type: multipart/report\r\n", "Delivered: Letter", Kind.ENQUIRY),
        (ANNA, "Sender: calendar@cloud.example\r\n", "Trip", Kind.ENQUIRY),
        (ANNA, "Precedence: bulk\r\n", "Out of office", Kind.AUTOMATIC),
        (
            ANNA,
            f"List-Unsubscribe: <x>\r\nPrecedence: bulk\r\nReturn-Path: <{ANNA}>\r\n",
            "Trip",
            Kind.BULK,
        ),
        ("root@nas.example", "", "Backup", Kind.NOTIFICATION),
        ("root-canal@dentist.example", "", "Backup", Kind.ENQUIRY),
        ("postmaster@x.example", "Auto-Submitted: auto-replied\r\n", "Away", Kind.AUTOMATIC),
        ("drive-shares-noreply@cloud.example", "", "Shared", Kind.NOTIFICATION),
        ("postmaster@x.example", NDR, "Delivered: Letter", Kind.RECEIPT),
        (ANNA, "X-Bulkmail: 3.12\r\n", "x", Kind.BULK),
        (
            ANNA,
            "Sender: calendar-notification@cloud.example\r\n",
            "Declined: Trip",
            Kind.INVITATION,
        ),
        (ANNA, "Precedence: bulk\r\nReturn-Path: <b-7@mailer.example>\r\n", "x", Kind.BULK),
        (
            ANNA,
            "Precedence: bulk\r\nReturn-Path: <SRS0=ab=cd=home.example=anna@fwd.example>\r\n",
            "x",
            Kind.ENQUIRY,
        ),
        (ANNA, "Auto-Submitted: auto-generated\r\nIn-Reply-To: <1@x>\r\n", "x", Kind.AUTOMATIC),
    ],
)
def test_two_signs_that_agree_decide(sender: str, more: str, subject: str, kind: Kind) -> None:
    judged = kind_of(Post().came(sender, at=0, subject=subject, more=more), ours())
    assert judged.kind is kind, judged
    assert "@" not in judged.evidence + judged.doubt


def test_a_service_that_answers_our_mail_is_a_person_at_its_counter() -> None:
    post = Post()
    sent = post.sent("orders@shop.example", at=0, id="o1")
    mail = post.came("orders@shop.example", at=1, re="o1", more="X-SG-EID: 7\r\n")
    judged = kind_of(mail, ours(), {sent.message_id})
    doubt = "perhaps a notification: From: service address; X-SG-EID"
    assert (judged.kind, judged.doubt) == (Kind.ENQUIRY, doubt)
    assert kind_of(mail, ours()).kind is Kind.NOTIFICATION


def test_an_address_of_ours_outside_our_domains_is_ours_and_its_neighbours_are_not() -> None:
    alias = Ours(frozenset({KEYS.address("oakschool@mail.example")}), frozenset(), ())
    post = Post()
    assert kind_of(post.came("OakSchool@mail.example", at=0), alias).kind is Kind.INTERNAL
    assert kind_of(post.came("other@mail.example", at=0), alias).kind is Kind.ENQUIRY


def test_ours_are_the_addresses_domains_and_aliases_of_all_schools() -> None:
    box = Mailbox("Office@Oak.example", "h", 993, "u", PasswordSource(file="f"))
    oak = School(
        "oak",
        "O",
        "Oak",
        "",
        "England",
        ("oak.example",),
        ("old@oak2.example",),
        (box,),
        (POLICY,),
        {},
        (),
    )
    elm = School("elm", "E", "Elm", "", "England", ("Elm.example",), (), (), (POLICY,), {}, ())
    found = Ours.of(Config("x.toml", (oak, elm)), KEYS)
    post = Post()
    for address, owned in (
        ("a@oak.example", True),
        ("a@ELM.example", True),
        ("old@oak2.example", True),
        ("new@oak2.example", False),
        (ANNA, False),
    ):
        assert found.owns(post.came(address, at=0).sender) is owned, address
    for name, owned in (
        ("<office.oak.example>", True),
        ("Parents <all.elm.example>", True),
        ("old.oak2.example", True),
        ("<oak2.example>", False),
        ("<oak.example.evil.example>", False),
    ):
        assert found.owns_list(name) is owned, name


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
        ("Auto-Submitted: yes\r\n", Kind.OURS_AUTOMATIC),
        ("Auto-Submitted: no\r\n", Kind.OURS),
    ],
)
def test_what_lies_in_sent_is_ours(more: str, kind: Kind) -> None:
    assert kind_of(Post().sent(ANNA, at=0, more=more), ours()).kind is kind


def test_an_absence_note_in_sent_answers_nobody() -> None:
    mail = Post().sent(ANNA, at=0, subject="Automatic reply: A question")
    assert kind_of(mail, ours()) == (Kind.OURS_AUTOMATIC, "the subject is an absence note", "")
    alone = Post().sent(ANNA, at=0, more="X-Autoreply: yes\r\n")
    assert kind_of(alone, ours()).kind is Kind.OURS_AUTOMATIC
