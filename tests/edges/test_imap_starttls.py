"""STARTTLS: required, verified, and whoever spoke before it gains nothing."""

from __future__ import annotations

import re
import socket
import socketserver
import ssl
import threading
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Self

import pytest
import trustme

from commsla.core.school import (
    Mailbox,
    PasswordSource,
)
from commsla.edges.imap import open_line
from commsla.errors import CommslaError, LoginRefused, MailboxError
from tests.edges.dovecot import PASSWORD, Dovecot
from tests.edges.faultproxy import Fault, FaultProxy

GREETING = b"* OK ready\r\n"
OFFERS = b"* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED\r\nTAG OK done\r\n"
INSIDE = b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\nTAG OK done\r\n"


class Upgrading:
    """A server that is plain until its `answer` to STARTTLS ends with an OK; a context manager.

    `plain` and `inside` are what it was told before and after the handshake.
    """

    def __init__(
        self,
        context: ssl.SSLContext,
        *,
        greeting: bytes = GREETING,
        offers: bytes = OFFERS,
        answer: bytes = b"TAG OK begin\r\n",
        inside: bytes = INSIDE,
        first_inside: bytes = b"",
    ) -> None:
        self.plain: list[str] = []
        self.inside: list[str] = []
        upgrading = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                try:
                    sock: socket.socket = self.request
                    sock.sendall(greeting)
                    if not upgrading._talk(sock, upgrading.plain, offers, answer):
                        return
                    with context.wrap_socket(sock, server_side=True) as secure:
                        secure.sendall(first_inside)
                        upgrading._talk(secure, upgrading.inside, inside, b"")
                except OSError:
                    pass  # the client went away: often the point of the test

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True

        self._server = Server(("127.0.0.1", 0), Handler)
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)

    @staticmethod
    def _talk(sock: socket.socket, heard: list[str], offers: bytes, answer: bytes) -> bool:
        """Until STARTTLS was answered with OK (True) or the client is gone (False)."""
        line = b""
        while byte := sock.recv(1):  # nothing of the handshake may be read away
            line += byte
            if not line.endswith(b"\n"):
                continue
            tag, _, command = line.strip().partition(b" ")
            heard.append(command.decode("latin-1"))
            line = b""
            if command == b"STARTTLS":
                sock.sendall(answer.replace(b"TAG", tag))
                if re.search(rb"TAG OK ", answer):
                    return True
            elif command == b"CAPABILITY":
                sock.sendall(offers.replace(b"TAG", tag))
            else:
                sock.sendall(b"* BYE\r\n" * (command == b"LOGOUT") + tag + b" OK done\r\n")
        return False


@pytest.fixture
def ca() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def ca_file(ca: trustme.CA, tmp_path: Path) -> str:
    path = tmp_path / "ca.pem"
    ca.cert_pem.write_to_path(str(path))
    return str(path)


@pytest.fixture
def context(ca: trustme.CA) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert("localhost").configure_cert(made)
    return made


def mailbox(server: Upgrading, ca_file: str) -> Mailbox:
    return Mailbox(
        "office@school.test",
        "localhost",
        server.port,
        "office",
        PasswordSource(file="unused"),
        "starttls",
        ca_file,
    )


def failure(box: Mailbox, server: Upgrading) -> CommslaError:
    """It must fail, and nobody may have been told anything but these three words."""
    with pytest.raises(CommslaError) as caught:
        open_line(box, PASSWORD)
    assert isinstance(caught.value, MailboxError)
    assert set(server.plain) <= {"CAPABILITY", "STARTTLS"}
    assert [line for line in server.inside if "LOGIN" in line or "AUTH" in line] == []
    return caught.value


def test_a_login_goes_through_tls_only(context: ssl.SSLContext, ca_file: str) -> None:
    with Upgrading(context) as server:
        open_line(mailbox(server, ca_file), PASSWORD).close()
    assert server.plain == ["CAPABILITY", "STARTTLS"]
    assert server.inside == ["CAPABILITY", 'LOGIN "office" "let-me-in"', "LOGOUT"]


def test_what_was_offered_before_the_handshake_is_forgotten(
    context: ssl.SSLContext, ca_file: str
) -> None:
    offers = b"* CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN\r\nTAG OK done\r\n"
    inside = b"* CAPABILITY IMAP4rev1 LOGINDISABLED\r\nTAG OK done\r\n"
    with Upgrading(context, offers=offers, inside=inside) as server:
        assert "takes no password logins" in failure(mailbox(server, ca_file), server).message
    # Not even where the server says nothing about it inside.
    answer = b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\nTAG OK begin\r\n"
    with Upgrading(context, answer=answer, inside=b"TAG OK done\r\n") as server:
        failure(mailbox(server, ca_file), server)


@pytest.mark.parametrize(
    ("offers", "answer", "said"),
    [
        (b"* CAPABILITY IMAP4rev1\r\nTAG OK done\r\n", b"", "offers no STARTTLS"),
        (OFFERS, b"TAG NO not now\r\n", "says no to STARTTLS"),
        (OFFERS, b"TAG BAD what?\r\n", "says no to STARTTLS"),
        (OFFERS, b"* BYE\r\n", ""),
    ],
)
def test_a_server_that_does_not_do_it_gets_nothing(
    context: ssl.SSLContext, ca_file: str, offers: bytes, answer: bytes, said: str
) -> None:
    with Upgrading(context, offers=offers, answer=answer) as server:
        box = replace(mailbox(server, ca_file))
        if not said:  # it hangs: the time-outs of the line are for that
            with FaultProxy(("127.0.0.1", server.port), Fault(cut_down=120)) as proxy:
                failure(replace(box, port=proxy.port), server)
            return
        error = failure(box, server)
        assert said in error.message
        assert "No login was sent." in error.hint


@pytest.mark.parametrize(
    "glued",
    [
        b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n",
        b"* PREAUTH welcome\r\n",
        b"x",
        b"\x16\x03\x01",
        b"* 3 EXISTS\r\n" * 1000,
    ],
)
def test_text_glued_to_the_answer_ends_it(
    context: ssl.SSLContext, ca_file: str, glued: bytes
) -> None:
    with Upgrading(context, answer=b"TAG OK begin\r\n" + glued) as server:
        error = failure(mailbox(server, ca_file), server)
        assert "somebody spoke in the clear" in error.message
        assert server.inside == []


@pytest.mark.parametrize(
    "before",
    [
        b"* PREAUTH welcome\r\n",
        b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready\r\n",
        b"* OK {5}\r\n",
        b"* OK " + b"x" * 100_000 + b"\r\n",
        b"* BYE go\r\n",
    ],
)
def test_an_odd_greeting_gains_nothing(
    context: ssl.SSLContext, ca_file: str, before: bytes
) -> None:
    with Upgrading(context, greeting=before) as server:
        try:
            line = open_line(mailbox(server, ca_file), PASSWORD)
        except MailboxError:
            assert set(server.plain) <= {"CAPABILITY", "STARTTLS"}
        else:  # what it said of itself was forgotten
            line.close()
            assert server.plain == ["CAPABILITY", "STARTTLS"]


def test_a_certificate_that_cannot_be_trusted(
    ca: trustme.CA, ca_file: str, context: ssl.SSLContext
) -> None:
    with Upgrading(context) as server:
        error = failure(replace(mailbox(server, ca_file), ca_file=""), server)
        assert "the certificate of localhost:" in error.message
    other = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert("mail.other.test").configure_cert(other)
    with Upgrading(other) as server:
        assert "the certificate of localhost:" in failure(mailbox(server, ca_file), server).message


def test_tls_1_1_is_refused(ca_file: str, context: ssl.SSLContext) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            context.set_ciphers("DEFAULT:@SECLEVEL=0")
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = ssl.TLSVersion.TLSv1_1
        except (ValueError, ssl.SSLError) as reason:
            pytest.skip(f"this OpenSSL cannot offer TLS 1.1: {reason}")
    with Upgrading(context) as server:
        assert "no TLS with localhost:" in failure(mailbox(server, ca_file), server).message


def test_a_handshake_that_hangs_ends_with_the_budget(ca_file: str) -> None:
    hanging = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)

    class Silent(Upgrading):
        @staticmethod
        def _talk(sock: socket.socket, heard: list[str], offers: bytes, answer: bytes) -> bool:
            if Upgrading._talk(sock, heard, offers, answer):
                while sock.recv(4096):
                    pass
            return False

    with Silent(hanging) as server, pytest.raises(MailboxError, match="longer than 1 seconds"):
        open_line(mailbox(server, ca_file), PASSWORD, 1.0)


# --- a real server --------------------------------------------------------------------------------


def test_dovecot_over_starttls(dovecot: Dovecot) -> None:
    with FaultProxy(("127.0.0.1", dovecot.port)) as proxy:
        box = replace(dovecot.mailbox("upgraded"), port=proxy.port, security="starttls")
        line = open_line(box, PASSWORD)
        assert line.look("INBOX").messages == 0
        line.close()
        said = proxy.sent_up()
    assert b"STARTTLS\r\n" in said
    assert b"LOGIN" not in said
    assert PASSWORD.encode() not in said
    with pytest.raises(LoginRefused):
        open_line(replace(box, port=dovecot.port), "not-the-password")


def test_a_dovecot_whose_offer_is_taken_away_gets_nothing(dovecot: Dovecot) -> None:
    stripped = Fault(replace=(b"STARTTLS", b"XXXXXXXX"))
    with FaultProxy(("127.0.0.1", dovecot.port), stripped) as proxy:
        box = replace(dovecot.mailbox("stripped"), port=proxy.port, security="starttls")
        with pytest.raises(MailboxError, match="offers no STARTTLS"):
            open_line(box, PASSWORD)
        assert b"LOGIN" not in proxy.sent_up()


def test_a_cut_anywhere_in_starttls_is_no_refusal(dovecot: Dovecot) -> None:
    box = replace(dovecot.mailbox("cut-tls"), security="starttls")
    positions = range(0, 3000, 150)
    faults = [Fault(cut_down=n, rst=n % 300 == 0) for n in positions]
    with FaultProxy(("127.0.0.1", dovecot.port), faults) as proxy:
        failed = 0
        for _ in positions:
            try:
                open_line(replace(box, port=proxy.port), PASSWORD).close()
            except MailboxError:
                failed += 1
        assert failed > 10
        assert b"LOGIN" not in proxy.sent_up()
