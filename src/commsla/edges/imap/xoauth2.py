"""Logs in with a token (SASL XOAUTH2); it keeps neither the token nor a word of the server's."""

from __future__ import annotations

import base64
import imaplib
import json
from typing import TYPE_CHECKING

from commsla.edges.imap.troubles import bad_text

if TYPE_CHECKING:
    from commsla.edges.imap.wire import Wire


def authenticate_token(wire: Wire, username: str, token: str) -> tuple[str, object, int | None]:
    """AUTHENTICATE XOAUTH2: OK or NO, the server's words, and the status of its challenge if any.

    https://developers.google.com/gmail/xoauth2_protocol: a failed token is answered with a
    challenge (base64 JSON), which wants an empty line before the tagged NO. A BAD or a cut raises.
    """
    first = base64.b64encode(f"user={username}\1auth=Bearer {token}\1\1".encode())
    at_once = "SASL-IR" in wire.capabilities  # RFC 4959
    asked = _Answers(first, said=at_once)
    # imaplib calls a bound method for each continuation that the server asks for.
    wire.literal = asked.answer  # type: ignore[assignment]
    try:
        typ, data = wire._simple_command("AUTHENTICATE", "XOAUTH2", *([first] if at_once else []))
    except imaplib.IMAP4.error as exc:
        if isinstance(exc, imaplib.IMAP4.abort) or bad_text(exc) is not None:
            raise
        return "NO", str(exc), asked.status
    finally:
        wire.literal = None
    return typ, data, asked.status


class _Answers:
    def __init__(self, first: bytes, *, said: bool) -> None:
        self._first = first
        self._said = said
        self._ended = False
        self.status: int | None = None

    def answer(self, challenge: bytes | str | None) -> bytes:
        """The token to the first, nothing to the error that may follow, and then the end."""
        if not self._said:
            self._said = True
            return self._first
        if self._ended:
            return b"*"
        self._ended = True
        self.status = _status(challenge)
        return b""


def _status(challenge: bytes | str | None) -> int | None:
    """The number in `{"status":"400","schemes":"Bearer","scope":"..."}`; nothing else is read."""
    try:
        said = json.loads(base64.b64decode(challenge or b""))
        number = int(said["status"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return number if 100 <= number <= 599 else None
