"""Header bytes -> facts: what real and hostile mail looks like, and that nothing ever raises."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commsla.core.headers import read_message
from commsla.core.model import Message, Role
from tests.core.mails import KEYS

NOW = datetime(2025, 11, 10, 9, 0, tzinfo=UTC)


def read(raw: str | bytes | None, *, uid: int = 1, folder: str = "INBOX") -> Message:
    return read_message(
        raw.encode() if isinstance(raw, str) else raw,
        KEYS,
        school="oak",
        mailbox="office@oak.example",
        folder=folder,
        role=Role.INBOX,
        uidvalidity=1,
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
    one, two = read(raw, uid=1), read(raw, uid=2)
    assert (one.readable, two.readable) == (False, False)
    assert one.fingerprint != two.fingerprint


@pytest.mark.parametrize("char", ['"', ",", "(", "<", ";", "\\", ":", "=?", "@", "\x00"])
@pytest.mark.parametrize("name", ["From", "To", "Subject", "References", "Message-ID", "Date"])
def test_a_long_header_of_one_sign_is_read_in_time_and_stack(name: str, char: str) -> None:
    message = read(f"{name}: " + char * 60_000 + "\r\nSubject: after\r\n")
    assert message.received == NOW


@settings(max_examples=400, deadline=None)
@given(st.binary(max_size=600))
def test_any_bytes_are_a_message(raw: bytes) -> None:
    message = read(b"Subject: " + raw + b"\r\nFrom: " + raw)
    for text in (message.subject, message.sender and message.sender.name):
        if text:
            text.encode("utf-8")
            assert text.isprintable()
