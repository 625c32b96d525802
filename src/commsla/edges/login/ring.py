"""Passwords in the operating system's own store (the extra `keyring`); it shows none of them."""

from __future__ import annotations

from typing import Any

from commsla.core.school import (
    Mailbox,
)
from commsla.edges.login.extras import missing_extra
from commsla.errors import MailboxError

_SERVICE = "commsla"


def from_keyring(mailbox: Mailbox) -> str:
    """The password that `commsla login` put there. Raises MailboxError."""
    keyring = _keyring(mailbox)
    try:
        password: str | None = keyring.get_password(_SERVICE, mailbox.address)
    except (keyring.errors.KeyringError, OSError, RuntimeError):
        raise _unusable(mailbox) from None
    if not password:
        raise MailboxError(
            f"{mailbox.address}: the keyring holds no password for it",
            f"Run as the user that polls: commsla login {mailbox.address}",
            public="the keyring holds no password for it",
            public_hint="Run as the user that polls: commsla login ADDRESS",
        )
    return password


def into_keyring(mailbox: Mailbox, password: str) -> None:
    """Keep a password. Raises MailboxError."""
    keyring = _keyring(mailbox)
    try:
        keyring.set_password(_SERVICE, mailbox.address, password)
    except (keyring.errors.KeyringError, OSError, RuntimeError):
        raise _unusable(mailbox) from None


def _keyring(mailbox: Mailbox) -> Any:
    try:
        import keyring
        import keyring.errors
    except ImportError:
        raise missing_extra(mailbox, "`password_keyring`", "keyring") from None
    return keyring


def _unusable(mailbox: Mailbox) -> MailboxError:
    return MailboxError(
        f"{mailbox.address}: this machine's keyring cannot be opened",
        "A machine without a screen often has none, or keeps it locked: "
        "use `password_file` or `password_command` instead.",
        public="this machine's keyring cannot be opened",
    )
