"""Header bytes -> facts: what real and hostile mail looks like, and that nothing ever raises."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commsla.core.headers import read_message
from commsla.core.keys import Keys
from commsla.core.model import Message, Party, Role
from tests.core.mails import KEYS

NOW = datetime(2025, 11, 10, 9, 0, tzinfo=UTC)


def read(
    raw: str | bytes | None, *, uid: int = 1, folder: str = "INBOX", uidvalidity: int = 1
) -> Message:
    return read_message(
        raw.encode() if isinstance(raw, str) else raw,
        KEYS,
        school="oak",
        mailbox="office@oak.example",
        folder=folder,
        role=Role.INBOX,
        uidvalidity=uidvalidity,
        uid=uid,
        received=NOW,
    )


@pytest.mark.parametrize(
    ("header", "subject"),
    [
        ("Subject: Trip\r\n money", "Trip money"),
        ("Subject: =?utf-8?q?Si=C3=A2n?= =?utf-8?b?w7Q=?=", "Siânô"),
        ("Subject: =?utf-8?b?8J+OhA==?= tickets", "🎄 tickets"),
        ("Subject: =?nonsense?q?abc?=", "abc"),
        ("Subject: =?utf-8?q?broken", "=?utf-8?q?broken"),
        ("SUBJECT: Capitals", "Capitals"),
        ("Subject: Re: [/red] \x1b[2J=1+1", "Re: [/red] ␛[2J=1+1"),
        ("Subject: =?utf-8?q?a=0D=0ABcc=3A_x?=", "a Bcc: x"),
        ("Subject: a\u202eb", "a\ufffdb"),
        ("Subject:", ""),
        ("X: y", ""),
    ],
)
def test_subjects(header: str, subject: str) -> None:
    assert read(f"From: a@b.example\r\n{header}\r\n").subject == subject


def test_eight_bit_words_are_utf8_or_else_windows() -> None:
    assert read(b"From: a@b.c\r\nSubject: Si\xc3\xa2n\r\n").subject == "Siân"
    assert read(b"From: a@b.c\r\nSubject: Si\xe2n\r\n").subject == "Siân"
    assert read(b"From: a@b.c\nSubject: only line feeds\n").subject == "only line feeds"


def test_long_subjects_are_capped() -> None:
    subject = read("Subject: " + "x" * 5000).subject
    assert subject is not None
    assert len(subject) == 300
    assert subject.endswith("…")


@pytest.mark.parametrize(
    ("header", "same_as"),
    [
        ("In-Reply-To: <a@x>", ["a@x"]),
        ("In-Reply-To: a@x", ["a@x"]),
        ("In-Reply-To:\r\n\t<a@x>", ["a@x"]),
        ("In-Reply-To: =?utf-8?q?=3Ca=40x=3E?=", ["a@x"]),
        ('In-Reply-To: Message of "Mon" <a@x>', ["a@x"]),
        ("References: <a@x> <b@x>\r\n <a@x>", ["a@x", "b@x"]),
        ("References: <a@x><b@x>", ["a@x", "b@x"]),
        ("In-Reply-To: words only", []),
    ],
)
def test_ids_as_mailers_write_them(header: str, same_as: list[str]) -> None:
    message = read(f"From: a@b.c\r\n{header}\r\n")
    assert [*message.in_reply_to, *message.references] == [KEYS.id(i) for i in same_as]


def test_ids_and_addresses_are_kept_as_keys_only() -> None:
    message = read("From: a@b.c\r\nTo: Carol <carol@home.example>\r\nMessage-ID: <one@x>\r\n")
    text = repr(message.recipients) + message.message_id + message.fingerprint
    assert "carol" not in text.lower()
    assert "one@x" not in text
    assert message.recipients[0].key == KEYS.address("CAROL@home.example")


def test_signs_name_nobody() -> None:
    message = read(
        "From: no-reply+anna.smith@b.c\r\nSubject: Automatic reply: Jack has nits\r\n"
        "X-Failed-Recipients: jack@home.example\r\nList-Unsubscribe: <https://x/anna>\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="jack"\r\n'
        "X-MS-Exchange-Inbox-Rules-Loop: anna@home.example\r\nX-Autorespond: Jack has nits\r\n"
        "X-AutoReply-From: anna@home.example\r\nReturn-Path: <anna@home.example>\r\n"
    )
    said = repr(message.signs).lower()
    assert "anna" not in said
    assert "jack" not in said


@pytest.mark.parametrize(
    ("date", "claimed"),
    [
        ("Mon, 10 Nov 2025 08:59:00 +0000", datetime(2025, 11, 10, 8, 59, tzinfo=UTC)),
        ("10 Nov 2025 08:59", datetime(2025, 11, 10, 8, 59, tzinfo=UTC)),
        ("yesterday", None),
        ("Mon, 99 Nov 2025 08:59:00 +0000", None),
        ("Fri, 31 Dec 9999 23:59:59 -1200", None),
        ("", None),
    ],
)
def test_the_senders_date_is_shown_if_it_is_one(date: str, claimed: datetime | None) -> None:
    assert read(f"From: a@b.c\r\nDate: {date}\r\n").claimed == claimed


def test_the_same_mail_has_one_fingerprint_and_another_writers_has_another() -> None:
    raw = (
        "From: {}\r\nMessage-ID: <1@x>\r\nDate: Mon, 10 Nov 2025 08:59:00 +0000\r\nSubject: {}\r\n"
    )
    mine = read(raw.format("a@b.c", "Trip"))
    assert read(raw.format("A@B.c", "Trip"), uid=9, folder="Other").fingerprint == mine.fingerprint
    assert read(raw.format("m@evil.c", "Trip")).fingerprint != mine.fingerprint
    assert read(raw.format("a@b.c", "Other")).fingerprint != mine.fingerprint


@pytest.mark.parametrize("raw", [None, b"", b"\r\n\r\n"])
def test_without_a_header_it_is_unreadable_and_kept(raw: bytes | None) -> None:
    one, again = read(raw, uid=1), read(raw, uid=9, uidvalidity=8)
    assert (one.readable, again.readable) == (False, False)
    # A folder that was made anew must not make two mails of one; cases.py keeps two UIDs apart.
    assert one.fingerprint == again.fingerprint


def test_which_of_two_headers_counts_is_always_the_first() -> None:
    message = read(
        "From: mallory@evil.example\r\nFrom: office@oak.example\r\nSubject: one\r\nSubject: two\r\n"
        "Message-ID: <1@x>\r\nMessage-ID: <2@x>\r\nDate: 10 Nov 2025 08:59\r\nDate: 10 Nov 1999 08:59\r\n"
    )
    assert message.sender is not None
    assert (message.sender.address, message.subject) == ("mallory@evil.example", "one")
    assert message.message_id == KEYS.id("1@x")
    assert message.claimed == datetime(2025, 11, 10, 8, 59, tzinfo=UTC)


def test_recipients_of_every_kind_and_of_every_header_count() -> None:
    message = read(
        "From: a@b.c\r\nTo: A <1@x.example>,\r\n B <2@x.example>\r\nTo: 3@x.example\r\n"
        "Cc: Group: 4@x.example;\r\nBcc: 5@x.example\r\nCc: undisclosed-recipients:;\r\n"
    )
    wanted = {KEYS.address(f"{n}@x.example") for n in range(1, 6)}
    assert {p.key for p in message.recipients} == wanted
    assert {p.domain_key for p in message.recipients} == {KEYS.domain("X.example")}
    assert {p.name for p in message.recipients} == {None}


@pytest.mark.parametrize(
    ("headers", "address"),
    [
        ("", None),
        ("Reply-To: b@x.example\r\n", "b@x.example"),
        ("Reply-To: b@x.example\r\nX-Original-From: c@x.example\r\n", "b@x.example"),
        (
            "Reply-To: b@x.example\r\nX-Original-From: c@x.example\r\nList-Id: <a.x.example>\r\n",
            "c@x.example",
        ),
        (
            "Reply-To: b@x.example\r\nX-Original-From: c@x.example\r\nList-Id: <y.example>\r\n",
            "b@x.example",
        ),
        ("X-Original-From: c@x.example\r\n", None),
        ("Reply-To: nobody\r\n", None),
        ("Reply-To:\r\n", None),
    ],
)
def test_whom_to_answer(headers: str, address: str | None) -> None:
    reply_to = read(f"From: a@x.example\r\n{headers}").reply_to
    assert (reply_to.address if reply_to else None) == address


def test_long_ids_that_a_mailer_encoded_and_folded_are_the_same_id() -> None:
    long = "a" * 70 + "@x.example"
    plain = read(f"From: a@b.c\r\nMessage-ID: <{long}>\r\n")
    folded = f"=?utf-8?q?=3C{long[:40]}?=\r\n =?utf-8?q?{long[40:].replace('@', '=40')}=3E?="
    reply = read(f"From: b@b.c\r\nIn-Reply-To: {folded}\r\n")
    assert reply.in_reply_to == (plain.message_id,)


def test_only_the_newest_of_many_references_are_kept() -> None:
    many = " ".join(f"<{n}@x>" for n in range(500))
    message = read(f"From: a@b.c\r\nReferences: {many}\r\n")
    assert message.references == tuple(KEYS.id(f"{n}@x") for n in range(450, 500))


def test_a_line_that_is_no_header_hides_nothing_behind_it() -> None:
    message = read(
        b"garbage\r\n folded garbage\r\n\tmore\r\nFrom: a@x.example\r\n: empty\r\n"
        b"Subject : spaced\r\n\xff\xfe: x\r\n"
    )
    assert message.sender is not None
    assert (message.sender.address, message.subject) == ("a@x.example", "spaced")


def test_without_an_id_or_a_date_it_is_known_by_when_it_came() -> None:
    for raw in (
        "From: a@x.example\r\nSubject: s\r\n",
        "From: a@x.example\r\nMessage-ID: <1@x>\r\n",
    ):
        one, again = read(raw), read(raw, uid=2, folder="Other")
        assert one.fingerprint == again.fingerprint
        assert read(raw + "Reply-To: b@x.example\r\n").fingerprint != one.fingerprint
        assert read(raw.replace("a@", "z@")).fingerprint != one.fingerprint


def test_two_reports_without_a_date_in_one_second_are_two() -> None:
    raw = "From: MAILER-DAEMON@mx.example\r\nSubject: Undelivered\r\nMessage-ID: <{}@mx>\r\n"
    one, other = read(raw.format("1")), read(raw.format("2"))
    assert one.received == other.received
    assert one.fingerprint != other.fingerprint
    assert one.fingerprint == read(raw.format("1"), folder="Filed", uid=9).fingerprint


def test_with_an_id_and_a_date_it_is_the_same_mail_whenever_it_came() -> None:
    raw = b"From: a@x.example\r\nMessage-ID: <1@x>\r\nDate: 10 Nov 2025 08:59\r\n"
    later = read_message(
        raw, KEYS, school="elm", mailbox="office@elm.example", folder="Other", role=Role.INBOX,
        uidvalidity=7, uid=7, received=NOW.replace(day=20),
    )  # fmt: skip
    assert later.fingerprint == read(raw).fingerprint
    assert later.fingerprint != read(raw.replace(b"<1@x>", b"<2@x>")).fingerprint
    assert later.fingerprint != read(raw.replace(b"08:59", b"08:58")).fingerprint


def test_who_wrote_is_kept_as_keys_and_in_words() -> None:
    sender = read("From: Anna <anna@home.example>\r\n").sender
    assert sender == Party(
        KEYS.address("anna@home.example"), KEYS.domain("home.example"), "Anna", "anna@home.example"
    )
    assert read("From: nobody\r\n").sender == Party("", "", "nobody", "")
    assert read("X: y\r\n").sender is None


def test_nothing_of_a_key_is_the_text_itself_and_another_secret_gives_others() -> None:
    other = Keys(b"another secret")
    assert KEYS.id("1@x") != other.id("1@x")
    assert KEYS.address("1@x") != KEYS.id("1@x")
    assert KEYS.address("Anna@Home.Example") == KEYS.address("anna@home.example")
    assert KEYS.id("Anna@x") != KEYS.id("anna@x")  # ids are compared letter by letter
    assert KEYS.fingerprint("ab", "c") != KEYS.fingerprint("a", "bc")
    assert KEYS.fingerprint("a", "") != KEYS.fingerprint("", "a")
    assert KEYS.id("\ud800")  # whatever stood in a header


HOSTILE_SIGNS = [
    '"',
    ",",
    "(",
    "<",
    ";",
    "\\",
    ":",
    "=?",
    "@",
    "\x00",
    "a",
    "=?a?q?x ",
    "<a",
    "\n ",
]


@pytest.mark.parametrize("char", HOSTILE_SIGNS)
@pytest.mark.parametrize("name", ["From", "To", "Subject", "References", "Message-ID", "Date"])
def test_a_long_header_of_one_sign_is_read_in_time_and_stack(name: str, char: str) -> None:
    message = read(f"{name}: " + char * 60_000 + "\r\nX: after\r\nCc: after@x.example\r\n")
    assert message.readable
    assert KEYS.address("after@x.example") in {p.key for p in message.recipients}


@settings(max_examples=400, deadline=None)
@given(st.binary(max_size=600))
def test_any_bytes_are_a_message(raw: bytes) -> None:
    message = read(b"Subject: " + raw + b"\r\nFrom: " + raw)
    for text in (message.subject, message.sender and message.sender.name):
        if text:
            text.encode("utf-8")
            assert text.isprintable()


PIECES = st.sampled_from(
    [
        *(f"\r\n{n}:".encode() for n in ("From", "To", "Reply-To", "Subject", "Message-ID", "Date")),
        *(f"\r\n{n}:".encode() for n in ("References", "List-Id", "Content-Type", "X-Original-From")),
        b"\r\n ", b"\r", b"\n", b"\0", b"a@x.example", b"<", b">", b'"', b"(", b",", b";", b"\\",
        b"=?utf-8?q?", b"=?utf-8?b?", b"?=", b"=C3", b"\xc3\xa2", b"\xff", b"\xed\xa0\x80",
        b"10 Nov 2025 08:59", b"+9999", b"multipart/report; report-type=", b"\x1b[2J",
    ]
)  # fmt: skip


@settings(max_examples=600, deadline=None)
@given(st.lists(PIECES, max_size=40).map(b"".join))
def test_any_headers_are_a_message_that_can_be_read_stored_and_shown(raw: bytes) -> None:
    message = read(b"X: y" + raw)
    assert message.readable
    assert message.received == NOW
    assert message.fingerprint
    parties = [p for p in (message.sender, message.reply_to) if p]
    shown = [message.subject, *(p.name for p in parties), *(p.address for p in parties)]
    shown += [value for _, value in message.signs]
    for text in shown:
        assert text is not None
        assert text.isprintable()
        text.encode("utf-8")
    assert all(p.key and p.domain_key for p in message.recipients)


def test_what_the_server_does_not_date_is_known_by_its_own_date() -> None:
    def prints(date: str, *, hour: int, dated: bool) -> str:
        return read_message(
            f"From: a@home.example\r\nSubject: s\r\nDate: {date}\r\n".encode(),
            KEYS, school="oak", mailbox="office@oak.example", folder="INBOX", role=Role.INBOX,
            uidvalidity=1, uid=1, received=datetime(2025, 11, 24, hour, tzinfo=UTC), dated=dated,
        ).fingerprint  # fmt: skip

    first = "24 Nov 2025 07:00:00 +0000"
    assert prints(first, hour=8, dated=False) == prints(first, hour=9, dated=False)
    assert prints(first, hour=8, dated=True) != prints(first, hour=9, dated=True)
    other = "24 Nov 2025 07:30:00 +0000"
    assert prints(first, hour=8, dated=False) != prints(other, hour=8, dated=False)
