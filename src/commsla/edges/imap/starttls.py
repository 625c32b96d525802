"""From plain text to verified TLS (STARTTLS); whatever was said before it counts for nothing."""

from __future__ import annotations

import imaplib
import socket
from typing import TYPE_CHECKING

from commsla.core.school import (
    Mailbox,
)
from commsla.errors import MailboxError

if TYPE_CHECKING:
    from commsla.edges.imap.wire import Wire

_NOTHING_SENT = "No login was sent. "


class _Injected(imaplib.IMAP4.abort):
    """Somebody spoke in the clear where only TLS may follow."""


def start_tls(wire: Wire, mailbox: Mailbox) -> None:
    """RFC 9051 section 6.2.1, required. Raises MailboxError where the server does not do it.

    Also what `Wire` raises when the line is cut or the certificate cannot be trusted.
    """
    who, where = mailbox.address, f"{mailbox.host}:{mailbox.port}"
    ask = f'{_NOTHING_SENT}Try security = "tls" with port = 993; else ask who runs the mail server.'
    if wire.state != "NONAUTH":
        # PREAUTH: no STARTTLS is possible any more, which is what its sender may want.
        raise MailboxError(
            f"{who}: {where} let us in without a login",
            "Check `host` and `port`: this is not a school's mail server.",
            public="the server let us in without a login",
        )
    if "STARTTLS" not in wire.capabilities:
        public = "the server offers no STARTTLS"
        raise MailboxError(f"{who}: {where} offers no STARTTLS", ask, public=public)
    try:
        wire.starttls(_Handshake(wire))
    except _Injected:
        raise MailboxError(
            f"{who}: somebody spoke in the clear between us and {where}",
            f"{_NOTHING_SENT}Tell your IT support: the line or the mail server is tampered with.",
            public="somebody spoke in the clear between us and the server",
        ) from None
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error:
        public = "the server says no to STARTTLS"
        raise MailboxError(f"{who}: {where} says no to STARTTLS", ask, public=public) from None


class _Handshake:
    """What imaplib takes for a TLS context."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def wrap_socket(self, plain: socket.socket, server_hostname: str) -> socket.socket:
        """Who has not seen our first TLS record can have no more to say (RFC 9051 section 11.1)."""
        waiting = plain.gettimeout()
        plain.setblocking(False)
        try:
            glued = plain.recv(1)
        except BlockingIOError:
            glued = b""
        plain.settimeout(waiting)
        if glued:
            raise _Injected("text behind the answer to STARTTLS")
        return self._wire.secured(plain)
