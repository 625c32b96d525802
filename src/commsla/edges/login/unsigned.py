"""The refusal that asks a person to sign in; nothing was sent, so it is counted by nobody."""

from __future__ import annotations

from commsla.core.school import (
    Mailbox,
)
from commsla.errors import LoginRefused


class NotSignedIn(LoginRefused):
    """Nobody has signed in here, or the signing in is over."""


def not_signed_in(mailbox: Mailbox, why: str) -> NotSignedIn:
    """The sentence, with the command that mends it."""
    return NotSignedIn(
        f"{mailbox.address}: {why}",
        f"Run as the user that polls: commsla login {mailbox.address}",
        public=why,
        public_hint="Run as the user that polls: commsla login ADDRESS",
    )
