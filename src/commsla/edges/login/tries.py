"""How often a login is tried: once, with a token once more; after three refused runs not again."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

from commsla.core.local import local_date
from commsla.core.logins import Flow, Microsoft365
from commsla.core.school import (
    Mailbox,
)
from commsla.core.words import month_name
from commsla.edges.login.claims import claims_of
from commsla.edges.login.store import Store
from commsla.edges.login.tokens import login_name, material, secret_for
from commsla.edges.login.unsigned import NotSignedIn
from commsla.errors import LoginRefused, MailboxError

MOST_REFUSALS = 3  # runs; a wrong password at every poll would lock the account

Opened = TypeVar("Opened")


def open_logged_in(
    mailbox: Mailbox,
    store: Store,
    open_line: Callable[[Mailbox, str], Opened],
    *,
    insist: bool = False,
) -> Opened:
    """What `open_line` opens with the mailbox's password or token.

    `insist` is for a person who has mended something: tried even after too many refusals. Raises
    LoginRefused where only a person can help, MailboxError for all else.
    """
    if not insist:
        _stop_after_refusals(mailbox, store)
    try:
        opened = _open(mailbox, store, open_line)
    except NotSignedIn:
        raise
    except LoginRefused:
        with contextlib.suppress(MailboxError):  # what the server said is what to tell
            _note_refusal(mailbox, store)
        raise
    with contextlib.suppress(MailboxError):  # what is open is worth more than a note about it
        if store.look().refused:
            with store.held() as kept:
                kept.refused, kept.since, kept.salt, kept.trace = 0, 0.0, "", ""
    return opened


def _open(mailbox: Mailbox, store: Store, open_line: Callable[[Mailbox, str], Opened]) -> Opened:
    secret = secret_for(mailbox, store)
    try:
        return open_line(mailbox, secret)
    except LoginRefused as refused:
        if mailbox.token is None:
            raise
        renewed = secret_for(mailbox, store, but_not=secret)
        if renewed == secret:
            raise _explained(mailbox, secret, refused) from None
    try:
        return open_line(mailbox, renewed)
    except LoginRefused as refused:
        raise _explained(mailbox, renewed, refused) from None


def _explained(mailbox: Mailbox, token: str, refused: LoginRefused) -> LoginRefused:
    """The refusal, with what the token itself says is missing."""
    login = mailbox.token
    if isinstance(login, Microsoft365) and login.flow is Flow.APP:
        claims = claims_of(token)
        right = "SMTP.SendAsApp" if mailbox.sends else "IMAP.AccessAsApp"
        if claims and right not in claims.roles:
            return LoginRefused(
                refused.message,
                f"The token does not hold the right {right}: an administrator must add it "
                "to the app (Office 365 Exchange Online, Application permissions) and grant admin "
                "consent. See docs/microsoft365.md.",
                public=refused.public,
            )
    return refused


def _stop_after_refusals(mailbox: Mailbox, store: Store) -> None:
    kept = store.look()
    if kept.refused < MOST_REFUSALS or not hmac.compare_digest(
        kept.trace, _trace(mailbox, bytes.fromhex(kept.salt))
    ):
        return
    since = local_date(datetime.fromtimestamp(kept.since, UTC))
    day = f"{since.day} {month_name(since)} {since.year}"
    again, public = f"commsla login {mailbox.address}", "commsla login ADDRESS"
    if mailbox.sends:
        again = public = "commsla alert --test ADDRESS"
    raise LoginRefused(
        f"{mailbox.address}: the login was refused {kept.refused} times since {day} and is not tried "
        "again, which might lock the account",
        f"Mend the password or the login, then run: {again}",
        public=f"the login was refused {kept.refused} times since {day} and is not tried again",
        public_hint=f"Mend the password or the login, then run: {public}",
    )


def _note_refusal(mailbox: Mailbox, store: Store) -> None:
    with store.held() as kept:
        salt = bytes.fromhex(kept.salt) if kept.refused else secrets.token_bytes(16)
        trace = _trace(mailbox, salt)
        if kept.refused and not hmac.compare_digest(kept.trace, trace):
            kept.refused = 0  # another password was refused: it has tries of its own
        if not kept.refused:
            kept.since = time.time()
        kept.refused, kept.salt, kept.trace = kept.refused + 1, salt.hex(), trace


def _trace(mailbox: Mailbox, salt: bytes) -> str:
    # Slow on purpose: the file must not help anybody who guesses passwords.
    secret = login_name(mailbox).encode() + b"\0" + material(mailbox)
    return hashlib.scrypt(secret, salt=salt, n=2**14, r=8, p=1).hex()
