"""Hostile headers by the thousand: each is one message, in time, in bounded memory, safe to keep."""

from __future__ import annotations

import random
import time
import tracemalloc
from collections.abc import Iterator

import pytest

from commsla.core.headers import FIELDS, read_message
from commsla.core.kinds import kind_of, only_claims, writer
from commsla.core.model import Kind, Message, Role
from commsla.core.parts import calendar_signs
from commsla.core.rules import keyed_rules, rule_signs_missing
from commsla.core.school import Mailbox, PasswordSource, Rule
from commsla.core.vouching import vouched
from tests.core.mails import ANNA, KEYS, OFFICE, START, ours

LIMIT = 0.5  # seconds of the processor for one message, however busy the machine is
GROWTH = 20_000_000  # bytes that may stay behind a whole run
BLOCK = 65_536  # bytes: what the IMAP edge fetches at most

BOX = Mailbox(OFFICE, "outlook.office365.com", 993, "u", PasswordSource(), authserv="mx.google.com")
RULES = (
    Rule(1, Kind.BULK, subject="half price glue"),
    Rule(2, Kind.ENQUIRY, header="X-Mailer: ParentMail", sender=ANNA),
    Rule(3, Kind.INTERNAL, header="From: (("),
)

SIGNS = [
    '"', ",", "(", ")", "<", ">", ";", "\\", ":", "@", "=?", "?=", "=?utf-8?q?", "=?utf-8?b?",
    "\x00", "\x1b[2J", "\r", "\n", "\r\n ", "\r\n\t", "\u202e", "\u2028", "\ufeff", "é", "𝔸", "\x9b",
    "=", "[", "]", "/", "*", "a", " ", "\t", "0",
]  # fmt: skip
RAW = [
    b"\xff",
    b"\xfe\xff",
    b"\xed\xa0\x80",
    b"\xc3",
    b"\x80\x81",
    b"\xf4\x90\x80\x80",
    b"\x00" * 40,
]
VALUES = [
    ANNA, f"Anna <{ANNA}>", f"{OFFICE} <mallory@evil.example>", f'"{ANNA}" <{OFFICE}>', "<>", "<<>,;",
    f"{OFFICE}@evil.example", "undisclosed-recipients:;", "Group: a@b.example, c@d.example;",
    "Re: [/red] hello", "=?utf-8?q?=0aBcc=3A_x?=", "=?utf-9?B?////8J+Y?=", "=?x-none?Q?=ZZ=GG?=",
    "<1@x> <2@x>", "Mon, 10 Nov 2025 09:00:00 +0000", "31-Dec-9999 23:59:59 -1200", "yesterday",
    "Mon, 99 Foo 0000 99:99:99 +99999999", "auto-replied", "bulk", "text/calendar; method=REQUEST",
    'multipart/report; report-type=delivery-status; boundary="', "<office.oak.example>", "all",
    "mx.google.com; dmarc=pass header.from=oak.example", "mx.google.com; (((dmarc=pass", "Internal",
    "Automatic reply: x", "Undeliverable: x", "Accepted: x", "half price glue", "",
]  # fmt: skip


def value(pick: random.Random) -> bytes:
    """One header's value: as mailers write it, broken, endless, or no text at all."""
    shape = pick.randrange(6)
    if shape == 0:
        return pick.choice(SIGNS).encode("utf-8", "surrogatepass") * pick.choice(
            (1, 70, 5000, 60_000)
        )
    if shape == 1:
        return "".join(pick.choices(SIGNS, k=pick.randrange(200))).encode("utf-8", "surrogatepass")
    if shape == 2:
        return pick.randbytes(pick.randrange(120)) + pick.choice(RAW)
    if shape == 3:
        return b" ".join(pick.choice(VALUES).encode() for _ in range(pick.randrange(1, 40)))
    if shape == 4:
        text = bytearray(pick.choice(VALUES).encode())
        for _ in range(pick.randrange(1, 4)):
            text.insert(pick.randrange(len(text) + 1), pick.randrange(256))
        return bytes(text)
    return pick.choice(VALUES).encode()


def header_block(pick: random.Random) -> bytes:
    """A header block, or what came in its place."""
    shape = pick.randrange(20)
    if shape == 0:
        return pick.randbytes(pick.randrange(400))
    if shape == 1:  # a hundred of one header, or thousands of lines without any
        name = pick.choice(FIELDS).encode()
        return (name + b": " + value(pick)[:200] + b"\r\n") * 100
    if shape == 2:
        return pick.choice((b"x: y\r\n", b": \r\n", b"garbage\n", b"\r\n")) * pick.randrange(
            1, 8000
        )
    if shape == 3:  # two letters in one coding: a byte and an empty one
        return f"From: {ANNA}\r\nSubject: x\r\n".encode("utf-16")
    end = pick.choice((b"\r\n", b"\n", b"\r"))
    lines = []
    for _ in range(pick.randrange(1, 14)):
        name = pick.choice(FIELDS).encode()
        colon = pick.choice((b": ", b": ", b": ", b":", b" : ", b"", b":\r\n "))
        lines.append(name + colon + value(pick))
    if pick.randrange(2):
        lines.insert(pick.randrange(len(lines) + 1), f"From: Anna <{ANNA}>".encode())
    block = end.join(lines) + end
    return block[: pick.randrange(len(block) + 1)] if pick.randrange(4) == 0 else block


def messages(count: int, seed: int) -> Iterator[tuple[bytes, Message]]:
    """Each block with the message that was read of it."""
    pick = random.Random(seed)
    for uid in range(1, count + 1):
        raw = header_block(pick)[:BLOCK]
        role = Role.SENT if pick.randrange(10) == 0 else Role.INBOX
        yield raw, read_message(
            raw, KEYS, school="oak", mailbox=OFFICE, folder="INBOX", role=role, uidvalidity=1,
            uid=uid, received=START, rules=RULES,
        )  # fmt: skip


def run(count: int, seed: int) -> None:
    from dataclasses import replace

    known = replace(ours(), rules=keyed_rules(RULES, KEYS))
    seen: set[int] = set()
    slowest, blame = 0.0, b""
    began = time.process_time()
    for raw, message in messages(count, seed):
        judged = kind_of(message, known)
        who = writer(message, known)
        only_claims(message, known)
        vouched(message, BOX)
        rule_signs_missing(message, known.rules)
        calendar_signs(raw)
        took = time.process_time() - began
        if took > slowest:
            slowest, blame = took, raw[:200]
        seen.add(message.uid)
        assert message.received == START
        assert message.fingerprint
        assert judged.evidence
        shown = [message.subject or "", judged.evidence, judged.doubt]
        shown += [
            t
            for p in (message.sender, message.reply_to, who)
            if p
            for t in (p.name, p.address)
            if t
        ]
        shown += [text for sign in message.signs for text in sign]
        for text in shown:
            assert text.isprintable(), raw[:200]
            text.encode("utf-8")
        assert all("@" not in said for _, said in message.signs), message.signs
        began = time.process_time()
    assert seen == set(range(1, count + 1))
    assert slowest < LIMIT, blame


def test_a_few_hundred_hostile_headers() -> None:
    run(300, seed=2026)


@pytest.mark.slow
def test_ten_thousand_hostile_headers() -> None:
    run(200, seed=1)  # whatever is built once
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for _, message in messages(1_000, seed=7):
            kind_of(message, ours())
        growth = tracemalloc.get_traced_memory()[0] - before
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert growth < GROWTH, growth
    assert peak < 10 * GROWTH, peak
    run(10_000, seed=2027)
