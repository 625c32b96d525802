"""Tokens from Microsoft Entra by msal (the extra `m365`); it shows no word of what was answered."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

from commsla.core.logins import Flow, Microsoft365
from commsla.core.school import (
    Mailbox,
)
from commsla.edges.login.extras import missing_extra
from commsla.edges.login.https import Https
from commsla.edges.login.microsoft_words import refused_by_microsoft, unknown_tenant, wrong_person
from commsla.edges.login.secrets import read_private, secret_from
from commsla.edges.login.store import Kept
from commsla.edges.login.unsigned import NotSignedIn, not_signed_in
from commsla.errors import MailboxError

AUTHORITY = "https://login.microsoftonline.com"
# Fixed on purpose: with another scope the login works and the mailbox shows no folders.
# https://learn.microsoft.com/en-us/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth
APP_SCOPE = "https://outlook.office365.com/.default"
PERSON_SCOPE = "https://outlook.office.com/IMAP.AccessAsUser.All"
SENDING_SCOPE = "https://outlook.office.com/SMTP.Send"
BROWSER_SECONDS = 300

_PEM = re.compile(r"-----BEGIN ([A-Z ]+)-----.*?-----END \1-----", re.DOTALL)


def renew(mailbox: Mailbox, login: Microsoft365, kept: Kept) -> None:
    """A new token into `kept`, without any person. Raises LoginRefused or MailboxError."""
    msal = _msal(mailbox)
    if login.flow is Flow.APP:
        app = _application(
            mailbox, msal.ConfidentialClientApplication, login, _credential(mailbox, login)
        )
        _take(mailbox, login, kept, app.acquire_token_for_client(scopes=[APP_SCOPE]))
        return
    if not kept.cache:
        raise not_signed_in(mailbox, "nobody has signed in for it at Microsoft yet")
    cache = _cache(msal, kept.cache)
    app = _application(mailbox, msal.PublicClientApplication, login, cache=cache)
    accounts = app.get_accounts()
    answer = app.acquire_token_silent_with_error(
        [_scope(mailbox)], account=accounts[0] if accounts else None, force_refresh=True
    )
    if answer is None:
        kept.cache = ""
        raise not_signed_in(mailbox, "nobody has signed in for it at Microsoft yet")
    try:
        _take(mailbox, login, kept, answer)
    except NotSignedIn:
        kept.cache = ""  # the refresh token is worth nothing: it is not shown to Microsoft again
        raise
    if cache.has_state_changed:
        kept.cache = cache.serialize()


def sign_in(mailbox: Mailbox, login: Microsoft365, kept: Kept, say: Callable[[str], None]) -> str:
    """Let a person sign in, and put the tokens into `kept`; returns who it was.

    `say` is told what to do, line by line. Raises LoginRefused or MailboxError.
    """
    msal = _msal(mailbox)
    cache = _cache(msal, "")
    app = _application(mailbox, msal.PublicClientApplication, login, cache=cache)
    person = login.login_as or mailbox.username
    if login.flow is Flow.DEVICE:
        flow = app.initiate_device_flow(scopes=[_scope(mailbox)])
        if "user_code" not in flow:
            raise refused_by_microsoft(mailbox, login, flow)
        say(
            f"Open {_shown(flow.get('verification_uri'))} on any device, sign in as {person}, and "
            f"type this code: {_shown(flow['user_code'])}"
        )
        answer = app.acquire_token_by_device_flow(flow)
    else:
        say(f"A browser opens. Sign in there as {person}.")
        try:
            answer = app.acquire_token_interactive(
                scopes=[_scope(mailbox)],
                prompt="select_account",
                login_hint=person,
                timeout=BROWSER_SECONDS,
                auth_uri_callback=lambda uri: say(f"No browser opens here. Open this: {uri}"),
            )
        except (RuntimeError, ValueError, OSError) as error:
            if isinstance(error, MailboxError):
                raise
            raise MailboxError(
                f"{mailbox.address}: nobody signed in within {BROWSER_SECONDS // 60} minutes",
                'Run it again; on a machine without a browser write flow = "device".',
            ) from None
    claims = answer.get("id_token_claims") or {}
    who = str(claims.get("preferred_username") or "")
    if "access_token" in answer and who.casefold() != person.casefold():
        raise wrong_person(mailbox, who, person)
    _take(mailbox, login, kept, answer)
    kept.cache = cache.serialize()
    return who


def _msal(mailbox: Mailbox) -> Any:
    try:
        import msal
    except ImportError:
        raise missing_extra(mailbox, 'login = "microsoft365"', "m365") from None
    return msal


def _application(
    mailbox: Mailbox, kind: Any, login: Microsoft365, credential: Any = None, cache: Any = None
) -> Any:
    try:
        return kind(
            login.client_id,
            authority=f"{AUTHORITY}/{login.tenant}",
            client_credential=credential,
            token_cache=cache,
            http_client=Https(mailbox),
            instance_discovery=False,  # the authority is ours to say, and is Microsoft's own
        )
    except ValueError:
        # msal asks for the tenant's addresses first, and says so when there is no such tenant.
        raise unknown_tenant(mailbox, login) from None


def _credential(mailbox: Mailbox, login: Microsoft365) -> str | dict[str, str]:
    if not login.certificate:
        return secret_from(mailbox, login.secret, "secret")
    what, data = read_private(mailbox, login.certificate, "certificate")
    blocks = {match[1]: match[0] for match in _PEM.finditer(data.decode("latin-1"))}
    key = next((pem for name, pem in blocks.items() if name.endswith("PRIVATE KEY")), "")
    if not key or "CERTIFICATE" not in blocks or "ENCRYPTED" in key:
        raise MailboxError(
            f"{what} does not hold a certificate and its key in PEM form, the key without a password",
            "It needs -----BEGIN CERTIFICATE----- and -----BEGIN PRIVATE KEY-----, "
            "as docs/microsoft365.md makes it.",
            public="the certificate file does not hold a certificate and its key in PEM form",
        )
    return {"private_key": key, "public_certificate": blocks["CERTIFICATE"]}


def _scope(mailbox: Mailbox) -> str:
    return SENDING_SCOPE if mailbox.sends else PERSON_SCOPE


def _cache(msal: Any, kept: str) -> Any:
    cache = msal.SerializableTokenCache()
    if kept:
        cache.deserialize(kept)
    return cache


def _take(mailbox: Mailbox, login: Microsoft365, kept: Kept, answer: dict[str, Any]) -> None:
    """msal answers with a dictionary, whether it went well or not."""
    if not isinstance(answer.get("access_token"), str):
        raise refused_by_microsoft(mailbox, login, answer)
    kept.token = answer["access_token"]
    kept.until = time.time() + float(answer.get("expires_in", 0))


def _shown(value: object) -> str:
    from commsla.core.clean import clean

    return clean(str(value), 200)
