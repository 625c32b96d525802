"""One IMAP connection: verified TLS, limits; it cannot send a command that writes."""

from __future__ import annotations

import contextlib
import imaplib
import ipaddress
import socket
import ssl
import threading
from pathlib import Path
from typing import Any

from imapclient import IMAPClient, SocketTimeout

from commsla.core.school import (
    Mailbox,
)
from commsla.edges.imap.starttls import start_tls

CONNECT_SECONDS = 15
READ_SECONDS = 60

# The longest header block that is asked for; a server that ignores the cap is cut to it here.
KEEP_BYTES = 65_536
# A literal that claims more than this is refused unread (imaplib would allocate what is claimed).
LITERAL_BYTES = 1_048_576
# All that is kept of the answers to one command: 1,000 header blocks of KEEP_BYTES, and the lines.
COMMAND_BYTES = 72 * 1_048_576
# A line before STARTTLS: a greeting, capabilities, a word of refusal.
_LONGEST_PLAIN = 8_192

_READ_ONLY = frozenset(
    (
        *("CAPABILITY", "NOOP", "LOGOUT", "STARTTLS", "LOGIN", "AUTHENTICATE"),
        *("LIST", "STATUS", "EXAMINE", "UID"),
    )
)


class Budget:
    """Wall-clock seconds for one connection. A read time-out alone never bounds a drip of bytes."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.spent = False
        self._sock: socket.socket | None = None
        self._timer = threading.Timer(seconds, self._spend)
        self._timer.daemon = True
        self._timer.start()

    def watch(self, sock: socket.socket) -> None:
        """This is the socket to shut down when the time is over."""
        self._sock = sock
        if self.spent:
            self._shut()

    def stop(self) -> None:
        """The connection has ended by itself."""
        self._timer.cancel()

    def _spend(self) -> None:
        self.spent = True
        self._shut()

    def _shut(self) -> None:
        if self._sock is not None:
            # Not SSLSocket.shutdown: that takes the TLS layer away under the reader's feet, and
            # what another thread sends in that moment would go out in the clear.
            with contextlib.suppress(OSError):
                socket.socket.shutdown(self._sock, socket.SHUT_RDWR)


def trust(mailbox: Mailbox) -> ssl.SSLContext:
    """The system's trust store plus `ca_file`, names checked, TLS 1.2 or newer.

    Raises OSError, ValueError or RuntimeError when the file gives no certificate.
    """
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if mailbox.ca_file:
        context.load_verify_locations(cafile=str(Path(mailbox.ca_file).expanduser()))
    return context


def is_loopback(host: str) -> bool:
    """True for `localhost` and for addresses that never leave this machine."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Wire(imaplib.IMAP4):
    """imaplib with TLS as we want it, with limits, and unable to send a command that writes.

    `later` means that TLS begins with STARTTLS (RFC 9051 section 6.2.1), before any login.
    """

    def __init__(
        self,
        host: str,
        port: int,
        context: ssl.SSLContext | None,
        budget: Budget,
        *,
        later: bool = False,
    ) -> None:
        self._context = context
        self._budget = budget
        self._kept = 0
        self._later = later
        super().__init__(host, port, timeout=CONNECT_SECONDS)

    def _create_socket(self, timeout: float | None = None) -> socket.socket:
        plain = socket.create_connection((self.host, self.port), timeout or CONNECT_SECONDS)
        try:
            self._budget.watch(plain)
            # The name was checked before; a hosts file may still send `localhost` elsewhere.
            if self._context is None and not is_loopback(plain.getpeername()[0]):
                raise ConnectionError("plain text is only for this machine")
        except BaseException:
            plain.close()
            raise
        return plain if self._later or self._context is None else self._wrapped(plain)

    def _wrapped(self, plain: socket.socket) -> socket.socket:
        assert self._context is not None
        try:
            # The handshake is done apart, so that the budget already watches its socket.
            sock: socket.socket = self._context.wrap_socket(
                plain, server_hostname=self.host, do_handshake_on_connect=False
            )
        except BaseException:
            plain.close()
            raise
        try:
            self._budget.watch(sock)
            sock.do_handshake()  # type: ignore[attr-defined]
        except BaseException:
            sock.close()
            raise
        return sock

    def secured(self, plain: socket.socket) -> socket.socket:
        """TLS around a line that was plain so far; what was said on it is forgotten."""
        sock = self._wrapped(plain)
        self._later = False
        self.untagged_responses.clear()
        return sock

    def read(self, size: int) -> bytes:
        """A literal of `size` bytes, cut to what may be kept. Raises abort when it is too long."""
        if self._later:
            raise self.abort("a literal before STARTTLS")
        if size > LITERAL_BYTES:
            raise self.abort(f"a literal of {size} bytes is more than the limit")
        data = super().read(size)[:KEEP_BYTES]
        self._keep(len(data))
        return data

    def readline(self) -> bytes:
        """One line; imaplib itself refuses more than 1,000,000 bytes."""
        line = super().readline() if not self._later else self._readline_alone()
        self._keep(len(line))
        return line

    def _readline_alone(self) -> bytes:
        # Byte by byte, so that nothing which came glued to an answer lies in a buffer of ours.
        line = bytearray()
        while not line.endswith(b"\n") and len(line) < _LONGEST_PLAIN:
            byte = self.sock.recv(1)
            if not byte:
                break
            line += byte
        return bytes(line)

    def _keep(self, size: int) -> None:
        self._kept += size
        if self._kept > COMMAND_BYTES:
            raise self.abort(f"more than {COMMAND_BYTES} bytes in one answer")

    def _command(self, name: str, *args: Any) -> bytes:
        """Send one command. What could write, or carry a second command, is a bug of ours."""
        refuse_unless_read_only(name, args)
        self._kept = 0
        return super()._command(name, *args)  # type: ignore[misc, no-any-return]

    def _log(self, line: object) -> None:
        """imaplib remembers its last ten commands, the password among them; we do not."""


def refuse_unless_read_only(name: str, args: tuple[Any, ...]) -> None:
    """Raises RuntimeError for anything that could change a mailbox or smuggle in another line."""
    words = [
        arg if isinstance(arg, bytes) else str(arg).encode() for arg in args if arg is not None
    ]
    if name not in _READ_ONLY:
        raise RuntimeError(f"{name} is not a command that only reads")
    if name == "UID" and words[0] not in (b"SEARCH", b"FETCH"):
        raise RuntimeError(f"UID {words[0]!r} is not a command that only reads")
    if name == "UID" and b"BODY[" in b" ".join(words):
        raise RuntimeError("BODY[] without PEEK marks a message as read")
    if any(control in word for word in words for control in (b"\r", b"\n", b"\0")):
        raise RuntimeError(f"a control character in a {name} command")


class Client(IMAPClient):  # type: ignore[misc]
    """IMAPClient on a Wire: its time-outs and its shutdown, none of its parsing."""

    def __init__(self, mailbox: Mailbox, context: ssl.SSLContext | None, budget: Budget) -> None:
        self._budget = budget
        self._mailbox = mailbox
        super().__init__(
            mailbox.host,
            port=mailbox.port,
            ssl=mailbox.security == "tls",
            ssl_context=context,
            timeout=SocketTimeout(CONNECT_SECONDS, READ_SECONDS),
        )
        self.normalise_times = False
        # imapclient turns imaplib's tracing on: it costs a quarter of the time and logs the mail.
        self._imap.debug = 0

    @property
    def wire(self) -> Wire:
        """The connection itself."""
        wire: Wire = self._imap
        return wire

    def _create_IMAP4(self) -> Wire:  # noqa: N802 (imapclient's name)
        if self._mailbox.security != "starttls":
            return Wire(self.host, self.port, self.ssl_context, self._budget)
        wire = Wire(self.host, self.port, self.ssl_context, self._budget, later=True)
        try:
            start_tls(wire, self._mailbox)
        except BaseException:
            with contextlib.suppress(OSError):
                wire.shutdown()
            raise
        return wire
