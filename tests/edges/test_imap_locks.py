"""Logging in and TLS: who is believed, what is sent to whom, and when a password is to blame."""

from __future__ import annotations

import base64
import socket
import ssl
import warnings
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trustme

from commsla.core.school import (
    Mailbox,
)
from commsla.edges.imap import open_line
from commsla.errors import CommslaError, LoginRefused, MailboxError
from tests.edges.fakeimap import CUT, PASSWORD, FakeImap

UTF8_PASSWORD = "pässword"


def failure(mailbox: Mailbox, password: str = PASSWORD) -> CommslaError:
    with pytest.raises(CommslaError) as caught:
        open_line(mailbox, password)
    assert password not in caught.value.message + caught.value.hint
    assert mailbox.address in caught.value.message
    return caught.value


# --- the password -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "answer",
    [
        b"TAG NO [AUTHENTICATIONFAILED] Authentication failed.\r\n",
        b"TAG NO LOGIN failed.\r\n",
        b"TAG NO [ALERT] Application-specific password required\r\n",
        b"TAG NO wrong: LOGIN office " + PASSWORD.encode() + b"\r\n",
    ],
)
def test_a_tagged_no_refuses_the_login(answer: bytes) -> None:
    with FakeImap({"LOGIN": answer}) as fake:
        error = failure(fake.mailbox())
        assert isinstance(error, LoginRefused)
        assert len(fake.asked("LOGIN")) == 1  # never a second try


@pytest.mark.parametrize(
    "answer",
    [
        CUT,
        b"TAG NO [AUTHENTICATIONFAILED" + CUT,
        b"* BYE too many connections\r\n" + CUT,
        b"* BYE\r\nTAG NO [AUTHENTICATIONFAILED] no\r\n",
        b"TAG NO [UNAVAILABLE] Temporary authentication failure.\r\n",
        b"TAG NO Too many simultaneous connections\r\n",
        b"TAG NO User is authenticated but not connected.\r\n",
        b"TAG BAD what is LOGIN office " + PASSWORD.encode() + b"?\r\n",
        b"garbage\r\n",
    ],
)
def test_all_else_is_no_wrong_password(answer: bytes) -> None:
    with FakeImap({"LOGIN": answer}) as fake:
        assert isinstance(failure(fake.mailbox()), MailboxError)


def test_user_name_and_password_are_quoted() -> None:
    with FakeImap() as fake:
        box = replace(fake.mailbox(), username='the "office" \\ a')
        open_line(box, 'x "y" \\z').close()
        assert fake.asked("LOGIN") == ['LOGIN "the \\"office\\" \\\\ a" "x \\"y\\" \\\\z"']


def test_a_password_beyond_ascii_goes_by_authenticate() -> None:
    with FakeImap() as fake:
        open_line(fake.mailbox(), UTF8_PASSWORD).close()
        secret = base64.b64encode(f"\0office\0{UTF8_PASSWORD}".encode()).decode()
        assert fake.asked("LOGIN|AUTHENTICATE") == ["AUTHENTICATE PLAIN"]
        assert secret in fake.lines
    with FakeImap({"THEN": b"TAG NO [AUTHENTICATIONFAILED] no\r\n"}) as fake:
        assert isinstance(failure(fake.mailbox(), UTF8_PASSWORD), LoginRefused)
    for answer in (b"TAG BAD what?\r\n", CUT, b"* BYE\r\n" + CUT):
        with FakeImap({"THEN": answer}) as fake:
            assert isinstance(failure(fake.mailbox(), UTF8_PASSWORD), MailboxError)


def test_a_server_without_password_logins_gets_none() -> None:
    disabled = b"* CAPABILITY IMAP4rev1 LOGINDISABLED%s\r\nTAG OK done\r\n"
    with FakeImap({"CAPABILITY": disabled % b""}) as fake:
        assert "takes no password" in failure(fake.mailbox()).message
        assert fake.asked("LOGIN|AUTH") == []
    with FakeImap({"CAPABILITY": disabled % b" AUTH=PLAIN"}) as fake:
        open_line(fake.mailbox(), PASSWORD).close()
        assert fake.asked("LOGIN|AUTH") == ["AUTHENTICATE PLAIN"]


# --- the certificate ----------------------------------------------------------------------------


@pytest.fixture
def ca() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def ca_file(ca: trustme.CA, tmp_path: Path) -> str:
    path = tmp_path / "ca.pem"
    ca.cert_pem.write_to_path(str(path))
    return str(path)


def server_context(cert: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    cert.configure_cert(context)
    return context


def test_a_trusted_certificate_lets_us_in(ca: trustme.CA, ca_file: str) -> None:
    with FakeImap(context=server_context(ca.issue_cert("localhost"))) as fake:
        line = open_line(fake.mailbox(tls_host="localhost", ca_file=ca_file), PASSWORD)
        assert line.look("INBOX").messages == 3
        line.close()


@pytest.mark.parametrize("what", ["unknown CA", "self-signed", "wrong name", "expired"])
def test_nothing_is_sent_to_whom_we_cannot_trust(what: str, ca: trustme.CA, ca_file: str) -> None:
    issuer, name, until, trusted = ca, "localhost", None, ca_file
    if what == "unknown CA":
        issuer = trustme.CA()
    elif what == "self-signed":
        trusted = ""
    elif what == "wrong name":
        name = "mail.other.test"
    else:
        until = datetime(2020, 1, 1, tzinfo=UTC)
    context = server_context(issuer.issue_cert(name, not_after=until))
    with FakeImap(context=context) as fake:
        error = failure(fake.mailbox(tls_host="localhost", ca_file=trusted))
        assert isinstance(error, MailboxError)
        assert "certificate of localhost:" in error.message
        assert "`ca_file`" in error.hint
        assert fake.lines == []


def test_an_old_tls_is_refused(ca: trustme.CA, ca_file: str) -> None:
    context = server_context(ca.issue_cert("localhost"))
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    with FakeImap(context=context) as fake:
        error = failure(fake.mailbox(tls_host="localhost", ca_file=ca_file))
        assert "no TLS with localhost:" in error.message
        assert fake.lines == []


def test_a_server_without_tls_gets_no_password(ca_file: str) -> None:
    with FakeImap() as fake:
        error = failure(fake.mailbox(tls_host="localhost", ca_file=ca_file))
        assert "no TLS with localhost:" in error.message
        assert fake.asked("LOGIN") == []


def test_a_ca_file_that_cannot_be_read(tmp_path: Path) -> None:
    empty = tmp_path / "empty.pem"
    empty.write_text("nothing")
    with FakeImap() as fake:
        for path in (empty, tmp_path / "none.pem"):
            box = fake.mailbox(tls_host="localhost", ca_file=str(path))
            assert "`ca_file`" in failure(box).message
        assert fake.lines == []


# --- the way there ------------------------------------------------------------------------------


def test_a_refused_connection() -> None:
    with FakeImap() as fake:
        box = fake.mailbox()
    error = failure(box)
    assert f"127.0.0.1:{box.port} refuses the connection" in error.message


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        (socket.gaierror(-2, "Name or service not known"), "cannot be found"),
        (TimeoutError("timed out"), "did not answer in time"),
        (OSError(113, "No route to host"), "no connection to .*No route to host"),
    ],
)
def test_no_way_there(trouble: OSError, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> socket.socket:
        raise trouble

    with FakeImap() as fake:
        box = fake.mailbox()
    monkeypatch.setattr(socket, "create_connection", fail)
    with pytest.raises(MailboxError, match=said):
        open_line(box, PASSWORD)
