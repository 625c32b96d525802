"""The secret that a login needs now: a password, or a token that is still good or was just renewed."""

from __future__ import annotations

import re
import time

from commsla.core.logins import Flow, GoogleWorkspace, Microsoft365, PasswordSource, TokenCommand
from commsla.core.school import (
    Mailbox,
)
from commsla.edges.login.secrets import password_for, read_private, secret_from
from commsla.edges.login.store import Kept, Store
from commsla.errors import MailboxError

_EARLY = 300.0  # seconds: a token that ends during the poll is no use
_TOKEN = re.compile(r"[!-~]+")  # RFC 6750 section 2.1 allows less


def secret_for(mailbox: Mailbox, store: Store, *, but_not: str = "") -> str:
    """A password or token. `but_not` is a token that was refused: another one is fetched, once.

    Raises LoginRefused where only a person can help, MailboxError for all else.
    """
    token = mailbox.token
    if token is None:
        return password_for(mailbox)
    if isinstance(token, TokenCommand):
        return _sound(mailbox, secret_from(mailbox, PasswordSource(token.command), "token"))
    seen = store.look()
    if _still_good(seen, mailbox, but_not):
        return seen.token
    with store.held() as kept:
        # Who waited for the lock finds that the work was done.
        if not _still_good(kept, mailbox, but_not):
            begin_anew(kept, mailbox)
            if isinstance(token, Microsoft365):
                from commsla.edges.login.microsoft import renew

                renew(mailbox, token, kept)
            else:
                from commsla.edges.login.workspace import renew_google

                renew_google(mailbox, token, kept)
        return _sound(mailbox, kept.token)


def begin_anew(kept: Kept, mailbox: Mailbox) -> None:
    """Forget the token, and all that belongs to another login than the config's now."""
    name = login_name(mailbox)
    if kept.login != name:
        kept.cache = ""
    kept.login, kept.token, kept.until = name, "", 0.0


def login_name(mailbox: Mailbox) -> str:
    """What a token is for, in one line: another one here and the token is of no use."""
    token = mailbox.token
    parts: tuple[str, ...] = ("password",)
    if isinstance(token, Microsoft365):
        parts = ("microsoft365", token.flow, token.tenant, token.client_id, token.login_as)
    elif isinstance(token, GoogleWorkspace):
        parts = ("google", token.service_account)
    elif token is not None:
        parts = ("command", *token.command)
    return " ".join((*parts, mailbox.host, mailbox.username))


def material(mailbox: Mailbox) -> bytes:
    """What a person would mend after a refusal; a change in it is worth another try."""
    token = mailbox.token
    if token is None:
        return password_for(mailbox).encode()
    if isinstance(token, GoogleWorkspace):
        return read_private(mailbox, token.service_account, "service account")[1]
    if isinstance(token, Microsoft365) and token.flow is Flow.APP:
        if token.certificate:
            return read_private(mailbox, token.certificate, "certificate")[1]
        return secret_from(mailbox, token.secret, "secret").encode()
    return b""


def _still_good(kept: Kept, mailbox: Mailbox, but_not: str) -> bool:
    return (
        bool(kept.token)
        and kept.token != but_not
        and kept.login == login_name(mailbox)
        and kept.until > time.time() + _EARLY
    )


def _sound(mailbox: Mailbox, token: str) -> str:
    if not _TOKEN.fullmatch(token):
        raise MailboxError(
            f"{mailbox.address}: what should be a token holds a space or another character that no "
            "token has",
            "A `token_command` must print the token alone, on its first line.",
            public="what should be a token is none",
        )
    return token
