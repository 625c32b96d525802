"""The grammar of what may be said lets no command pass that changes anything or quotes a mail."""

from __future__ import annotations

import contextlib
import imaplib

import pytest

from tests.edges.dovecot import PASSWORD, Dovecot, why_not
from tests.edges.fakeimap import FakeImap
from tests.edges.readonly import PLANTED, writes

HEADER = "BODY.PEEK[HEADER.FIELDS (From To)]<0.65536>"


@pytest.mark.parametrize(
    "command",
    [
        "SELECT INBOX",
        "UID STORE 1 +FLAGS (\\Seen)",
        "UID MOVE 1 Trash",
        "UID EXPUNGE 1",
        "EXPUNGE",
        "CLOSE",
        'CREATE "x"',
        "STORE 1 FLAGS x",
        "UID FETCH 1 (BODY[HEADER])",
        "UID FETCH 1 (UID BODY[]<0.32768>)",
        f"UID FETCH 1 (UID {HEADER.replace('.PEEK', '')})",
        f"UID FETCH 1 (UID {HEADER.replace('To', '(x')})",
        'UID SEARCH HEADER Message-ID "<a@b>"',
        "UID SEARCH UID 1:4 SUBJECT x",
        'EXAMINE "a" x"',
        f'EXAMINE "{PLANTED}"',
        "EXAMINE INBOX",
        "LOGIN a b",
        "ENABLE UTF8=ACCEPT",
        "",
    ],
)
def test_what_is_more_than_reading_is_seen(command: str) -> None:
    assert writes(["LOGOUT", command, "NOOP"]) == [command]


def test_what_is_said_after_authenticate_is_a_secret_or_a_command() -> None:
    assert writes(["AUTHENTICATE PLAIN", "AGEAYg==", "LOGOUT"]) == []
    assert writes(["AUTHENTICATE XOAUTH2 eA==", "", 'LIST "" "*"']) == []
    assert writes(["AUTHENTICATE PLAIN", "DELETE x"]) == ["DELETE x"]


def expunge(server: FakeImap | Dovecot) -> None:
    with server:
        client = imaplib.IMAP4("127.0.0.1", server.port, timeout=10)
        client.login("a", PASSWORD)
        client.select("INBOX")
        with contextlib.suppress(imaplib.IMAP4.error):
            client.expunge()
        client.logout()


def test_a_server_that_heard_more_than_reading_fails_its_test() -> None:
    with pytest.raises(AssertionError, match=r"more than reading: .*'SELECT INBOX', 'EXPUNGE'"):
        expunge(FakeImap({"SELECT": b"TAG OK done\r\n"}))


def test_so_does_a_real_one() -> None:
    reason = why_not()
    if reason:
        pytest.skip(reason)
    server = Dovecot()
    with pytest.raises(AssertionError, match=r"more than reading: .*'SELECT INBOX', 'EXPUNGE'"):
        expunge(server)
    assert not server.base.exists()
