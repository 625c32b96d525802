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
from commsla.edges.imap import open_line, wire
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
        b"TAG NO [AUTHENTICATIONFAILED] Account temporarily locked.\r\n",
        b"TAG NO [expired] Service unavailable until the password is changed.\r\n",
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


def _echoes(form: bytes) -> list[bytes]:
    return [
        b"TAG NO [AUTHENTICATIONFAILED] what is %s?\r\n" % form,
        b"TAG NO %s\r\n" % form,
        b"TAG BAD [CLIENTBUG] %s\r\n" % form,
        b"TAG BAD %s\r\n" % form,
        b"TAG NO [UNAVAILABLE] later: %s\r\n" % form,
        b"TAG NO User is authenticated but not connected. %s\r\n" % form,
        b"TAG BAD Throttled: %s. Suggested Backoff Time: 92415 milliseconds\r\n" % form,
        b"TAG NO [%s] %s\r\n" % (form, form),
        b"* BYE %s\r\n" % form + CUT,
        b"* BYE [UNAVAILABLE] %s\r\nTAG NO %s\r\n" % (form, form),
        b"* NO %s\r\n" % form + CUT,
        b"%s\r\n" % form,
        b"* %s {5}\r\n" % form + CUT,
        b"TAG %s\r\n" % form,
    ]


# No three characters of it in a row are in any sentence of ours.
SECRET = 'qX7"zW\\vK9 jQ4'
ENCODED = [
    base64.b64encode(b"\0office\0" + SECRET.encode()),
    base64.b64encode(SECRET.encode()),
    SECRET.encode().hex().encode(),
]


@pytest.mark.parametrize(
    "form",
    [
        b'LOGIN office "qX7\\"zW\\\\vK9 jQ4"',  # as it was sent
        b'LOGIN office qX7"zW\\vK9 jQ4',  # as it is
        b'"LOGIN \\"office\\" \\"qX7\\\\\\"zW\\\\\\\\vK9 jQ4\\""',  # quoted once more
        b"LOGIN office qX7...",  # cut
        b"...vK9 jQ4 is no command",
        b"[vK9 jQ4",
        *ENCODED,
    ],
)
@pytest.mark.parametrize("how", range(14))
@pytest.mark.parametrize("command", ["LOGIN", "THEN"])  # the latter: what ends an AUTHENTICATE
def test_an_echo_of_the_login_is_never_shown(form: bytes, how: int, command: str) -> None:
    script = {command: _echoes(form)[how]}
    if command == "THEN":
        script["CAPABILITY"] = b"* CAPABILITY IMAP4rev1 LOGINDISABLED AUTH=PLAIN\r\nTAG OK done\r\n"
    with FakeImap(script) as fake:
        error = failure(fake.mailbox(), SECRET)
    # The port is any number, now and then five digits of the secret's.
    said = f"{error.message} {error.hint}".replace(f":{fake.port}", "")
    pieces = {SECRET[n : n + 3] for n in range(len(SECRET) - 2)}
    pieces |= {text.decode()[n : n + 5] for text in ENCODED for n in range(len(text) - 4)}
    assert [piece for piece in pieces if piece in said] == []
    assert all(" " <= char <= "~" for char in said)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (
            b"TAG NO [AUTHENTICATIONFAILED] no\r\n",
            "refused the login of office [AUTHENTICATIONFAILED]",
        ),
        (b"TAG NO [expired] no\r\n", "refused the login of office [EXPIRED]"),
        (b"TAG NO [LET-ME-IN] no\r\n", "refused the login of office"),
        (b"TAG NO no\r\n", "refused the login of office"),
        (b"TAG NO [UNAVAILABLE] later\r\n", "refused the login [UNAVAILABLE]"),
        (b"TAG BAD Command Error. 12\r\n", "refused the login"),
        (
            b"* BYE [UNAVAILABLE] x\r\n" + CUT,
            "ended the conversation during the login [UNAVAILABLE]",
        ),
        (b"* BYE x\r\n" + CUT, "ended the conversation during the login"),
        (b"TAG NO User is authenticated but not connected.\r\n", "does not open the mailbox"),
        (b"TAG BAD User is authenticated but not connected.\r\n", "does not open the mailbox"),
        (b"TAG BAD Suggested Backoff Time: 92415 milliseconds\r\n", "asks us to wait 93 seconds"),
        (b"garbage\r\n", "answered the login with something that is not proper IMAP"),
        (CUT, "was cut"),
    ],
)
def test_what_is_said_of_a_login(answer: bytes, said: str) -> None:
    with FakeImap({"LOGIN": answer}) as fake:
        assert failure(fake.mailbox()).message.endswith(said)


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (b"TAG NO [ALERT] Application-specific password required\r\n", "an app password"),
        (b"TAG NO [ALERT] Your account is not enabled for IMAP use.\r\n", "IMAP is switched off"),
        (b"TAG NO User is authenticated but not connected.\r\n", "An administrator must check"),
        (b"TAG NO no\r\n", "may lock the account"),
        (b"TAG BAD Suggested Backoff Time: 92415 milliseconds\r\n", "The first poll after that"),
    ],
)
def test_a_known_phrase_chooses_the_next_step(answer: bytes, hint: str) -> None:
    with FakeImap({"LOGIN": answer}) as fake:
        assert hint in failure(fake.mailbox()).hint


def test_a_password_or_name_that_reads_like_an_excuse_excuses_nothing() -> None:
    # Taken for "try later", every poll would try again, until the account is locked.
    answer = b"TAG NO wrong: LOGIN temporary.office Temporary1!\r\n"
    with FakeImap({"LOGIN": answer}) as fake:
        box = replace(fake.mailbox(), username="temporary.office")
        assert isinstance(failure(box, "Temporary1!"), LoginRefused)
    with FakeImap({"LOGIN": b"TAG NO [UNAVAILABLE] later\r\n"}) as fake:
        box = replace(fake.mailbox(), username="a")
        assert isinstance(failure(box), MailboxError)


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


def test_a_ca_file_that_gives_no_certificate(tmp_path: Path) -> None:
    empty = tmp_path / "empty.pem"
    empty.write_text("nothing")
    said = {
        empty: "is not a certificate in PEM form",
        tmp_path / "none.pem": "does not exist",
        empty / "none.pem": "does not exist",
        tmp_path: "is a folder",
        "~nobody-of-that-name/ca.pem": "cannot be read: Could not determine home directory.",
    }
    with FakeImap() as fake:
        for path, words in said.items():
            box = fake.mailbox(tls_host="localhost", ca_file=str(path))
            assert f"`ca_file` {path} {words}" in failure(box).message
        assert fake.lines == []


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (PermissionError(13, "Permission denied"), "cannot be read: permission denied"),
        (OSError(5, "Input/output error"), "cannot be read: Input/output error"),
    ],
)
def test_a_ca_file_that_may_not_be_read(
    trouble: OSError, words: str, ca_file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise trouble  # whoever runs the tests as root may read everything

    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", fail)
    with FakeImap() as fake:
        box = fake.mailbox(tls_host="localhost", ca_file=ca_file)
        assert f"`ca_file` {ca_file} {words}" in failure(box).message


# --- the way there ------------------------------------------------------------------------------


def test_the_next_step_is_that_of_the_config(
    ca: trustme.CA, ca_file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(str(other))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert("localhost").configure_cert(context)
    with FakeImap(context=context) as fake:
        assert "set `ca_file`" in failure(fake.mailbox(tls_host="localhost")).hint
        distrusted = failure(fake.mailbox(tls_host="localhost", ca_file=str(other)))
        assert "`ca_file` does not hold the certificate" in distrusted.hint
        # With TLS from the first byte on no greeting comes in the clear.
        monkeypatch.setattr(wire, "CONNECT_SECONDS", 0.2)
        box = replace(fake.mailbox(tls_host="localhost", ca_file=ca_file), security="starttls")
        assert 'a server at 993 wants "tls"' in failure(box).hint
    with FakeImap() as fake:
        monkeypatch.setattr(wire, "CONNECT_SECONDS", 15)
        plain = failure(fake.mailbox(tls_host="localhost", ca_file=ca_file))
        assert 'a server at 143 wants security = "starttls"' in plain.hint


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
