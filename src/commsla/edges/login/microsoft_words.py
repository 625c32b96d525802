"""Microsoft's reasons in plain words, each with who must do what; only its number is shown."""

from __future__ import annotations

import re
from typing import Any

from commsla.core.clean import clean
from commsla.core.logins import Flow, Microsoft365
from commsla.core.school import (
    Mailbox,
)
from commsla.edges.login.unsigned import not_signed_in
from commsla.errors import CommslaError, LoginRefused, MailboxError

_SEE = "See docs/microsoft365.md."
_IT = "IT support must "

# https://learn.microsoft.com/en-us/entra/identity-platform/reference-error-codes
# Microsoft may change the numbers: an unknown one gets the general sentence.
_KNOWN: dict[int, tuple[str, str]] = {
    7000215: (
        "the secret is not right",
        f"The file must hold the secret's value, not its id. {_IT}make a new one if it is lost.",
    ),
    7000222: (
        "the secret has expired",
        f"{_IT}make a new one; put it in place of the old one, and its end into `secret_expires`.",
    ),
    700027: (
        "the certificate is not that of the app, or has expired",
        f"{_IT}upload the certificate of `certificate_file` to the app registration.",
    ),
    700016: (
        "this tenant has no app with this `client_id`",
        f"Compare `client_id` and `tenant` with the app registration's Overview page. {_SEE}",
    ),
    90002: ("there is no such `tenant`", "Compare it with the app registration's Overview page."),
    65001: (
        "nobody has consented to what the app may do",
        f"{_IT}grant admin consent to the app's permissions. {_SEE}",
    ),
    90094: (
        "an administrator must consent to what the app may do",
        f"{_IT}grant admin consent to the app's permissions. {_SEE}",
    ),
    53003: (
        "a rule of the school (Conditional Access) blocks this way to sign in",
        'Codes typed on another device are often blocked: write flow = "browser" or, best, '
        'flow = "app"; else IT support must make an exception.',
    ),
    7000218: (
        "the app may not be used by people who sign in",
        f'{_IT}set "Allow public client flows" to Yes under Authentication. {_SEE}',
    ),
    50011: (
        "the app does not know the address that the browser goes back to",
        f"{_IT}add http://localhost as a redirect URI of type Mobile and desktop. {_SEE}",
    ),
    50105: ("whoever signed in may not use the app", f"{_IT}assign this person to the app."),
    50034: ("there is no such user", "Check `login_as` and `username`."),
    50057: ("this account is switched off", f"{_IT}switch it on, or name another in `login_as`."),
}
# The signing in is over: expired, revoked, the password or the rules changed.
_OVER = frozenset({50173, 70008, 70043, 700082, 700084, 50076, 50078, 50079, 50133, 50158, 65001})
_PASSING_ERRORS = frozenset({"temporarily_unavailable", "server_error"})
_PASSING = frozenset({90033, 90006, 50196})


def refused_by_microsoft(
    mailbox: Mailbox, login: Microsoft365, answer: dict[str, Any]
) -> CommslaError:
    """The sentence for an answer with an `error`."""
    error = str(answer.get("error", ""))
    number = _number(answer)
    shown = f" (AADSTS{number})" if number else ""
    who = mailbox.address
    if error in _PASSING_ERRORS or number in _PASSING:
        return MailboxError(
            f"{who}: Microsoft could not give a token just now{shown}",
            "The next poll tries again.",
            public=f"Microsoft could not give a token just now{shown}",
        )
    if error in ("authorization_declined", "access_denied") and number not in _KNOWN:
        return MailboxError(f"{who}: whoever signed in said no", "Nothing was kept.")
    if error in ("expired_token", "code_expired"):
        return MailboxError(
            f"{who}: nobody signed in in time", f"Run it again: commsla login {who}"
        )
    if login.flow is not Flow.APP and (
        number in _OVER or (error in ("invalid_grant", "interaction_required") and not number)
    ):
        return not_signed_in(mailbox, f"Microsoft asks that a person signs in again{shown}")
    why, hint = _KNOWN.get(
        number, ("it gives a reason that commsla does not know", f"{_IT}look up the number. {_SEE}")
    )
    said = f"Microsoft refused the login{shown}: {why}"
    return LoginRefused(f"{who}: {said}", hint, public=said)


def unknown_tenant(mailbox: Mailbox, login: Microsoft365) -> LoginRefused:
    """The sentence for a tenant of which Microsoft knows nothing."""
    return LoginRefused(
        f"{mailbox.address}: Microsoft does not know the `tenant` {clean(login.tenant, 80)}",
        "Compare it with the app registration's Overview page.",
        public="Microsoft does not know the `tenant`",
    )


def wrong_person(mailbox: Mailbox, who: str, person: str) -> MailboxError:
    """The sentence for somebody who signed in and is not who the config says."""
    return MailboxError(
        f"{mailbox.address}: {clean(who, 100) or 'somebody else'} signed in, and the config expects "
        f"{clean(person, 100)}",
        "Nothing was kept. Sign in as that person, or write who signs in as `login_as`.",
    )


def _number(answer: dict[str, Any]) -> int:
    codes = answer.get("error_codes")
    if isinstance(codes, list) and codes and isinstance(codes[0], int):
        return codes[0]
    found = re.match(r"AADSTS(\d{4,8})\b", str(answer.get("error_description", "")))
    return int(found[1]) if found else 0
