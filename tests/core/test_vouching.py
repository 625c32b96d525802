"""Who the receiving server vouches for: its own topmost word, and nobody else's."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commsla.core.model import Message, Role
from commsla.core.school import Mailbox, PasswordSource
from commsla.core.vouching import vouched
from tests.core.mails import MALLORY, OFFICE, TEACHER, Post

GOOGLE = Mailbox(
    "office@oak.example", "imap.gmail.com", 993, "u", PasswordSource(), authserv="mx.google.com"
)
EXCHANGE = replace(GOOGLE, host="Outlook.Office365.com", authserv="")
OTHER = replace(GOOGLE, host="imap.oak.example", authserv="")
PASS = "dmarc=pass (p=NONE sp=NONE dis=NONE) header.from=oak.example"
OURS = (
    f"Authentication-Results: mx.google.com; spf=pass smtp.mailfrom=ms.vane@oak.example; {PASS}\r\n"
)
INTERNAL = "X-MS-Exchange-Organization-AuthAs: Internal\r\n"


def came(more: str, sender: str = f"Ms Vane <{TEACHER}>", role: Role = Role.INBOX) -> Message:
    raw = f"{more}From: {sender}\r\nTo: {OFFICE}\r\nSubject: x\r\n"
    return Post().put(raw, at=0, role=role, school="oak", folder="INBOX")


def test_the_servers_own_word_counts_and_survives_as_a_reduced_fact() -> None:
    mail = came(OURS)
    assert vouched(mail, GOOGLE)
    assert ("Authentication-Results", "mx.google.com dmarc=pass") in mail.signs
    assert "vane" not in repr(mail.signs)


@pytest.mark.parametrize(
    "value",
    [
        f"MX.Google.com; {PASS.upper()}",
        f"mx.google.com;\r\n\tdkim=pass header.i=@oak.example;\r\n       {PASS}",
        f"(c (nested \\) c)) mx.google.com 1; {PASS}",
        "mx.google.com; dmarc = pass header.from = oak.example",
        "mx.google.com; dmarc/1=pass header.from=oak.example",
        f'mx.google.com; spf=pass smtp.mailfrom="a;dmarc=fail"; {PASS}',
        f"mx.google.com;; {PASS};",
        f'mx.google.com (a "b); {PASS}',
    ],
)
def test_as_servers_write_it(value: str) -> None:
    assert vouched(came(f"Authentication-Results: {value}\r\n"), GOOGLE)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "mx.google.com",
        "mx.google.com; none",
        "mx.google.com; dmarc=fail header.from=oak.example",
        "mx.google.com; dmarc=passed header.from=oak.example",
        "mx.google.com; dmarc=pass",
        "mx.google.com; dmarc=pass header.from=evil.example",
        "mx.google.com; dmarc=pass header.from=oak.example header.from=evil.example",
        "mx.google.com; dmarc=pass header.from=oak.example.evil.example",
        "mx.google.com; spf=pass; dkim=pass header.d=oak.example",
        f"mx.google.com; dmarc=fail; {PASS}",
        f"mx.google.com; {PASS}; dmarc=fail",
        f"mx.evil.example; {PASS}",
        f"mx.google.com.evil.example; {PASS}",
        f"evil.example (mx.google.com); {PASS}",
        f"evil.example mx.google.com; {PASS}",
        f"mx.google.com 2; {PASS}",
        f'"mx.google.com"; {PASS}',
        f"(mx.google.com; {PASS})",
        f"(mx.google.com; {PASS}",
        f"mx.google.com; {PASS} (",
        f'mx.google.com; {PASS} "',
        f"; {PASS}",
        f'mx.google.com; spf=fail x="\\"; {PASS}; y=\\""',
        f'mx.google.com; spf=fail "; {PASS}',
        f'mx.google.com; spf=fail reason="; {PASS}"',
        f"mx.google.com; spf=fail (a domain of x; {PASS})",
        f"mx.google.com; spf=fail ) {PASS}",
        'mx.google.com; dmarc=pass header.from="oak.example"',
        'mx.google.com; dmarc="pass" header.from=oak.example',
        f"mx.google.com; spf=fail dmarc=pass; xdmarc=pass; x {PASS}",
        f"=?utf-8?q?mx.google.com?=; {PASS}",
        f"mx.google.com{PASS}" + "x" * 9000,
        f"mx.google.com; {PASS}; x=" + "y" * 9000,
    ],
)
def test_whatever_is_not_certain_vouches_for_nothing(value: str) -> None:
    mail = came(f"Authentication-Results: {value}\r\n")
    assert mail.readable
    assert not vouched(mail, GOOGLE)


def test_a_server_that_is_no_name_is_not_kept() -> None:
    mail = came(f"Authentication-Results: Ottilie@home.example; {PASS}\r\n")
    assert mail.signs == ()


def test_only_the_topmost_counts() -> None:
    other = "Authentication-Results: mx.evil.example; dmarc=none\r\n"
    fails = "Authentication-Results: mx.google.com; dmarc=fail header.from=oak.example\r\n"
    assert vouched(came(OURS + other + fails), GOOGLE)
    for above in (other, fails, "Authentication-Results:\r\n"):
        assert not vouched(came(above + OURS), GOOGLE)


def test_only_under_the_name_that_the_config_gives() -> None:
    mail = came(OURS)
    assert not vouched(mail, OTHER)
    assert not vouched(mail, EXCHANGE)
    assert not vouched(mail, replace(GOOGLE, authserv="mx.oak.example"))
    assert vouched(mail, replace(GOOGLE, authserv="MX.google.com"))
    nameless = came(f"Authentication-Results: spf=pass; {PASS}\r\n")  # as Exchange Online writes it
    assert not vouched(nameless, EXCHANGE)


def test_exchange_online_says_who_is_of_the_organisation_and_nobody_else_can() -> None:
    assert vouched(came(INTERNAL), EXCHANGE)
    assert not vouched(came(INTERNAL), GOOGLE)
    assert not vouched(came(INTERNAL), OTHER)
    assert not vouched(came(INTERNAL), replace(EXCHANGE, host="outlook.office365.com.evil.example"))
    for several in (INTERNAL * 2, INTERNAL + INTERNAL.replace("Internal", "Anonymous")):
        assert not vouched(came(several), EXCHANGE)
    for other in ("Anonymous", "Internal Anonymous", "", "Internally"):
        assert not vouched(came(INTERNAL.replace("Internal", other)), EXCHANGE)


@pytest.mark.parametrize("proof", [OURS, INTERNAL])
@pytest.mark.parametrize(
    "sender",
    [
        f"{TEACHER}\r\nFrom: {MALLORY}",
        f"{TEACHER}\r\nFrom: ",
        f"{TEACHER}, {MALLORY}",
        f"{MALLORY}, {TEACHER}",
        f"<{TEACHER}>, <{TEACHER}>",
        "",
        "nobody",
    ],
)
def test_two_senders_or_none_are_vouched_for_by_nothing(proof: str, sender: str) -> None:
    mail = came(proof, sender)
    assert not vouched(mail, replace(GOOGLE, host="outlook.office365.com"))


def test_only_what_came_in_is_vouched_for() -> None:
    assert not vouched(came(OURS, role=Role.SENT), GOOGLE)


PIECES = st.sampled_from(
    ["mx.google.com", "evil.example", ";", "(", ")", '"', "\\", " ", "=", "dmarc", "=pass", "=fail",
     "header.from=", "oak.example", "\r\n ", "\x00", "spf=pass", "é", "1"]
)  # fmt: skip


@settings(max_examples=500, deadline=None)
@given(st.lists(PIECES, max_size=30).map("".join))
def test_a_strangers_header_below_changes_nothing(value: str) -> None:
    first = "Authentication-Results: mx.google.com; dmarc=fail header.from=oak.example\r\n"
    assert not vouched(came(f"{first}Authentication-Results: {value}\r\n"), GOOGLE)
    came(f"Authentication-Results: {value}\r\n")
