"""Tokens from Google Workspace by a service account (the extra `google`); it shows no answer's words."""

from __future__ import annotations

import json
from datetime import UTC
from typing import Any

from commsla.core.logins import GoogleWorkspace
from commsla.core.school import (
    Mailbox,
)
from commsla.edges.login.extras import missing_extra
from commsla.edges.login.https import Https
from commsla.edges.login.secrets import read_private
from commsla.edges.login.store import Kept
from commsla.errors import LoginRefused, MailboxError

# https://developers.google.com/gmail/xoauth2_protocol: for domain-wide delegation, and with it
# neither "Show in IMAP" nor a size limit of somebody's settings hides mail from us.
SCOPE = "https://www.googleapis.com/auth/gmail.imap_admin"
# The only scope with which Gmail lets a program send by SMTP.
SENDING_SCOPE = "https://mail.google.com/"

_KNOWN = {
    "unauthorized_client": (
        "the service account may not act for this domain",
        "An administrator must add its client id with the scope "
        f"{SCOPE} under Domain-wide delegation; it can take a day to work. See docs/google.md.",
    ),
    "invalid_grant": (
        "it knows no such user of the domain, or the key is no longer valid",
        "Check `username` (a user of the domain, no group and no alias), that the key was not "
        "deleted, and this computer's clock.",
    ),
    "access_denied": (
        "a rule of the domain blocks the service account",
        "An administrator must trust it under API controls. See docs/google.md.",
    ),
    "invalid_client": (
        "it knows no such service account",
        "Make a new key for it, or a new service account. See docs/google.md.",
    ),
}
_UNKNOWN = ("it gives a reason that commsla does not know", "See docs/google.md.")


def renew_google(mailbox: Mailbox, login: GoogleWorkspace, kept: Kept) -> None:
    """A new token into `kept`. Raises LoginRefused or MailboxError."""
    try:
        from google.auth import exceptions
        from google.oauth2 import service_account
    except ImportError:
        raise missing_extra(mailbox, 'login = "google"', "google") from None
    what, data = read_private(mailbox, login.service_account, "service account")
    try:
        credentials: Any = service_account.Credentials.from_service_account_info(  # type: ignore[no-untyped-call]
            json.loads(data),
            scopes=[SENDING_SCOPE if mailbox.sends else SCOPE],
            subject=mailbox.username,
        )
    except (ValueError, TypeError, KeyError, AttributeError, exceptions.GoogleAuthError):
        raise MailboxError(
            f"{what} is not the JSON key of a service account",
            "It is downloaded when the key is made, and begins with a brace. See docs/google.md.",
            public="the service account file is not the JSON key of a service account",
        ) from None
    try:
        credentials.refresh(Https(mailbox))
    except exceptions.RefreshError as error:
        said = error.args[1] if len(error.args) > 1 and isinstance(error.args[1], dict) else {}
        why, hint = _KNOWN.get(str(said.get("error")), _UNKNOWN)
        text = f"Google refused the login: {why}"
        raise LoginRefused(f"{mailbox.address}: {text}", hint, public=text) from None
    except exceptions.GoogleAuthError:
        raise MailboxError(
            f"{mailbox.address}: Google gave no token", "The next poll tries again."
        ) from None
    kept.token = str(credentials.token)
    kept.until = credentials.expiry.replace(tzinfo=UTC).timestamp()
