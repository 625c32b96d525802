"""The way to the mail server: verified TLS or nothing, one mail at a time, and an end in time."""

from __future__ import annotations

import base64
import socketserver
import threading
from dataclasses import replace
from pathlib import Path
from typing import Self

import pytest
import trustme

from commsla.core.logins import TokenCommand
from commsla.core.school import Mailbox, PasswordSource
from commsla.edges.smtp import open_post
from commsla.errors import LoginRefused, RecipientRefused, SendError
from tests.edges.smtp_sink import SmtpSink

MAIL = b"Subject: x\r\n\r\nline\r\n.dot\r\n..two\r\n\r\n"


def box(port: int, security: str = "starttls", **more: str) -> Mailbox:
    address = "commsla@oak.example"
    return Mailbox(address, "localhost", port, address, PasswordSource(), security, **more)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def ca(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ca.pem, and server.pem for localhost, wrong.pem for another name."""
    folder = tmp_path_factory.mktemp("ca")
    made = trustme.CA()
    made.cert_pem.write_to_path(folder / "ca.pem")
    made.issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(folder / "server.pem")
    made.issue_cert("other.example").private_key_and_cert_chain_pem.write_to_path(
        folder / "wrong.pem"
    )
    return folder


def test_the_bytes_arrive_as_they_are_through_verified_tls(tmp_path: Path, ca: Path) -> None:
    with SmtpSink(tmp_path / "box", ca / "server.pem") as sink:
        post = open_post(box(sink.port, ca_file=str(ca / "ca.pem")), "")
        post.send("head@oak.example", MAIL)
        with pytest.raises(RecipientRefused, match="550 no such person") as refused:
            post.send("refused@oak.example", MAIL)
        assert refused.value.for_good
        post.send("head@oak.example", MAIL)
        post.close()
        assert sink.mails() == [b"head@oak.example\n" + MAIL] * 2


@pytest.mark.parametrize(
    ("certificate", "trusted", "said"),
    [
        ("server.pem", False, "a certificate that cannot be trusted"),
        ("wrong.pem", True, "a certificate that cannot be trusted"),
        ("", True, "offers no STARTTLS"),
    ],
)
def test_what_cannot_be_trusted_gets_neither_login_nor_mail(
    tmp_path: Path, ca: Path, certificate: str, trusted: bool, said: str
) -> None:
    mailbox = box(1, ca_file=str(ca / "ca.pem") if trusted else "")
    with SmtpSink(tmp_path / "box", ca / certificate if certificate else None) as sink:
        with pytest.raises(SendError, match=said) as refused:
            open_post(replace(mailbox, port=sink.port), "secret")
        assert refused.value.sure


def test_plain_text_never_leaves_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    class Elsewhere(socket.socket):
        def getpeername(self) -> tuple[str, int]:
            return ("192.0.2.1", 25)

    monkeypatch.setattr(socket, "create_connection", lambda *_: Elsewhere())
    with pytest.raises(SendError):
        open_post(box(25, "plain"), "")


class Scripted:
    """A server that answers each line with the next of its own, None with silence; a context manager."""

    def __init__(self, *answers: bytes | None) -> None:
        self.heard: list[bytes] = []
        told = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                self.wfile.write(b"220 hello\r\n")
                for answer in answers:
                    told.heard.append(self.rfile.readline().strip())
                    if answer is not None:
                        self.wfile.write(answer + b"\r\n")
                told.over.wait(30)

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True

        self.over = threading.Event()
        self._server = Server(("127.0.0.1", 0), Handler)
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def token() -> Mailbox:
    return replace(box(1, "plain"), token=TokenCommand(("x",)))


UNTIL_THE_DOT = (b"250 sink", b"250 ok", b"250 ok", b"354 go", *[None] * MAIL.count(b"\r\n"))
EHLO = b"250-sink\r\n250 AUTH XOAUTH2 PLAIN"


def test_a_token_is_the_login(token: Mailbox) -> None:
    with Scripted(EHLO, b"235 ok", b"221 bye") as server:
        open_post(replace(token, port=server.port), "T0k3n").close()
    wanted = b"user=commsla@oak.example\1auth=Bearer T0k3n\1\1"
    assert server.heard[1] == b"AUTH XOAUTH2 " + base64.b64encode(wanted)


def test_a_refused_token_is_said_once_and_never_shown(token: Mailbox) -> None:
    error = base64.b64encode(b'{"status":"400"}')
    with (
        Scripted(EHLO, b"334 " + error, b"535 5.7.3 no") as server,
        pytest.raises(LoginRefused) as no,
    ):
        open_post(replace(token, port=server.port), "T0k3n")
    assert server.heard[2] == b""
    assert "T0k3n" not in str(no.value)


def test_a_login_that_is_only_put_off_is_no_refusal() -> None:
    with (
        Scripted(EHLO, b"454 later") as server,
        pytest.raises(SendError, match="puts the login off, with code 454"),
    ):
        open_post(box(server.port, "plain"), "secret")


@pytest.mark.parametrize("code", [b"535 5.7.8", b"454 4.7.0", b"500"])
def test_a_server_that_repeats_the_login_makes_nobody_see_it(code: bytes) -> None:
    sent = base64.b64encode(b"\0commsla@oak.example\0s3cret-word")
    with (
        Scripted(
            b"250-sink\r\n250 AUTH PLAIN", code + b" what is " + sent + b" s3cret-word"
        ) as server,
        pytest.raises(SendError if code.startswith(b"454") else LoginRefused) as no,
    ):
        open_post(box(server.port, "plain"), "s3cret-word")
    assert server.heard[1].endswith(sent)
    shown = f"{no.value.message} {no.value.hint}"
    assert code.decode() in shown
    assert "s3cret" not in shown
    assert sent.decode() not in shown


@pytest.mark.parametrize(
    ("answer", "sure"),
    [(b"hello?", False), (b"354 go on", False), (b"421 bye", True), (b"452 full", True)],
)
def test_only_a_proper_refusal_says_that_a_mail_did_not_arrive(answer: bytes, sure: bool) -> None:
    with Scripted(*UNTIL_THE_DOT, answer, b"221 bye", b"221 bye") as server:
        post = open_post(box(server.port, "plain"), "")
        with pytest.raises(SendError) as no:
            post.send("head@oak.example", MAIL)
        assert no.value.sure is sure
        post.close()


@pytest.mark.parametrize("answer", [b"250 ok", b"251 will forward"])
def test_every_yes_to_a_mail_is_one(answer: bytes) -> None:
    with Scripted(*UNTIL_THE_DOT, answer, b"221 bye") as server:
        post = open_post(box(server.port, "plain"), "")
        post.send("head@oak.example", MAIL)
        post.close()


def test_a_server_that_says_no_more_is_given_up() -> None:
    with Scripted(b"250 sink", b"250 ok", b"250 ok", b"354 go") as server:
        post = open_post(box(server.port, "plain"), "", budget_seconds=0.3)
        with pytest.raises(SendError, match="was given up") as late:
            post.send("head@oak.example", MAIL)
        assert not late.value.sure
        post.close()


def test_an_end_that_is_never_answered_is_not_known(tmp_path: Path) -> None:
    with SmtpSink(tmp_path / "box") as sink:
        sink.switch("mute", on=True)
        post = open_post(box(sink.port, "plain"), "")
        with pytest.raises(SendError) as cut:
            post.send("head@oak.example", MAIL)
        assert (cut.value.sure, len(sink.mails())) == (False, 1)
