"""A scripted IMAP server on loopback that says exactly what a test tells it to, lies included.

It holds three messages (UIDs 1, 2, 3) and is honest by default. `script` maps a regular expression
to the answer for commands that it matches (without their tag); in an answer TAG stands for the
tag, and CUT at its end closes the connection. A list gives one answer after the other; the last
one stays. What it was told must only read: else its end is a failure.
"""

from __future__ import annotations

import re
import socket
import socketserver
import ssl
import threading
from collections.abc import Mapping, Sequence
from typing import Self

from commsla.core.school import (
    Mailbox,
    PasswordSource,
)
from tests.edges.readonly import writes

CUT = b"<cut>"
DATE = b"20-Nov-2026 09:30:00 +0000"
PASSWORD = "let-me-in"

Script = Mapping[str, bytes | Sequence[bytes]]

_HONEST: dict[str, bytes] = {
    "CAPABILITY": b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\nTAG OK done\r\n",
    "LOGIN ": b"TAG OK logged in\r\n",
    "AUTHENTICATE PLAIN": b"+ \r\n",
    "LIST ": b'* LIST () "/" INBOX\r\n* LIST (\\Sent) "/" "Sent Items"\r\nTAG OK done\r\n',
    "EXAMINE ": (
        b"* 3 EXISTS\r\n* OK [UIDVALIDITY 7] valid\r\n* OK [UIDNEXT 4] next\r\n"
        b"TAG OK [READ-ONLY] done\r\n"
    ),
    "UID SEARCH ": b"* SEARCH 1 2 3\r\nTAG OK done\r\n",
    "LOGOUT": b"* BYE bye\r\nTAG OK done\r\n" + CUT,
}


def header(uid: int) -> bytes:
    """The header block of message `uid`."""
    return f"Subject: message {uid}\r\nMessage-ID: <{uid}@fake.test>\r\n\r\n".encode()


def fetched(uid: int, block: bytes | None = None, date: bytes = DATE, number: int = 0) -> bytes:
    """One honest FETCH reply."""
    block = header(uid) if block is None else block
    return (
        b'* %d FETCH (UID %d INTERNALDATE "%s" FLAGS () BODY[HEADER.FIELDS (SUBJECT)]<0> {%d}'
        b"\r\n%s)\r\n" % (number or uid, uid, date, len(block), block)
    )


class FakeImap:
    """A context manager; `lines` are the commands it was given, over all connections."""

    def __init__(
        self,
        script: Script | None = None,
        greeting: bytes = b"* OK ready\r\n",
        context: ssl.SSLContext | None = None,
    ) -> None:
        self.lines: list[str] = []
        self._script = dict(script or {})
        self._used: dict[str, int] = {}
        self._spoken_to_in_tls = False  # where no TLS was: noise, and no command
        self._greeting = greeting
        fake = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                sock: socket.socket = self.request
                if context is None:
                    fake._serve(sock)
                    return
                try:
                    with context.wrap_socket(sock, server_side=True) as secure:
                        fake._serve(secure)
                except OSError:
                    pass  # the client did not like our certificate

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

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)
        heard = [] if self._spoken_to_in_tls else self.lines
        assert kind or not (wrote := writes(heard)), f"more than reading: {wrote[:5]}"

    def mailbox(self, *, tls_host: str = "", ca_file: str = "", sent: str = "") -> Mailbox:
        """How commsla would read it; `tls_host` is the name to expect in a certificate."""
        return Mailbox(
            address="office@school.test",
            host=tls_host or "127.0.0.1",
            port=self.port,
            username="office",
            password=PasswordSource(file="unused"),
            security="tls" if tls_host else "plain",
            ca_file=ca_file,
            sent=sent,
        )

    def asked(self, pattern: str) -> list[str]:
        """The commands that match."""
        return [line for line in self.lines if re.search(pattern, line)]

    def _serve(self, sock: socket.socket) -> None:
        try:
            with sock.makefile("rb") as incoming:
                if not self._say(sock, b"", self._greeting):
                    return
                while line := incoming.readline():
                    tag, _, command = line.rstrip(b"\r\n").partition(b" ")
                    text = command.decode("latin-1")
                    self._spoken_to_in_tls |= line.startswith(b"\x16\x03")
                    self.lines.append(text)
                    answer = self._answer(text)
                    if not self._say(sock, tag, answer):
                        return
                    if text.startswith("AUTHENTICATE") and re.search(rb"(?m)^\+", answer):
                        self.lines.append(incoming.readline().decode("latin-1").strip())
                        if not self._say(sock, tag, self._answer("THEN")):
                            return
        except OSError:
            pass  # the client went away: often the point of the test

    def _say(self, sock: socket.socket, tag: bytes, answer: bytes) -> bool:
        sock.sendall(answer.removesuffix(CUT).replace(b"TAG", tag))
        return not answer.endswith(CUT)

    def _answer(self, command: str) -> bytes:
        for pattern, answer in (*self._script.items(), *_HONEST.items()):
            if re.match(pattern, command):
                if isinstance(answer, bytes):
                    return answer
                turn = self._used.get(pattern, 0)
                self._used[pattern] = turn + 1
                return answer[min(turn, len(answer) - 1)]
        uids = re.match(r"UID FETCH (\d+)(?::(\d+))? ", command)
        if uids:
            asked = range(int(uids[1]), int(uids[2] or uids[1]) + 1)
            return b"".join(fetched(uid) for uid in asked if uid in (1, 2, 3)) + b"TAG OK done\r\n"
        return b"TAG OK logged in\r\n" if command == "THEN" else b"TAG BAD what?\r\n"
