"""Rules about how a mailbox is logged in to: one way, all that it needs, and nothing of another way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from commsla.core.logins import Flow
from commsla.edges.config import values
from commsla.edges.config.lines import Loc
from commsla.edges.config.loginkeys import GOOGLE, LOGINS, MICROSOFT
from commsla.edges.config.sentences import Problem, is_secret

Raw = dict[str, Any]

_WAYS = ("password_command", "password_file", "password_keyring", "token_command", "login")
_APP_SECRETS = ("client_secret_command", "client_secret_file", "certificate_file")
_NEEDED = {
    MICROSOFT: {
        "tenant": 'tenant = "school.onmicrosoft.com"',
        "client_id": 'client_id = "11111111-2222-3333-4444-555555555555"',
    },
    GOOGLE: {"service_account_file": 'service_account_file = "commsla-google.json"'},
}
# Which login a key is for.
_ONLY_FOR = {
    **dict.fromkeys(("tenant", "client_id", *_APP_SECRETS, "flow", "login_as"), MICROSOFT),
    "service_account_file": GOOGLE,
}


def check(loc: Loc, mailbox: Raw, *, smtp: bool = False) -> Iterator[Problem]:
    """Every problem of one mailbox's login that is about more than one key; `smtp`: of [smtp] instead."""
    ways = [key for key in _WAYS if key in mailbox and mailbox[key] is not False]
    if len(ways) > 1:
        yield (
            (*loc, ways[1]),
            f"`{ways[0]}` and `{ways[1]}` are both there. Write only one of them.",
        )
    # Where the password itself or a misspelt key stands, one sentence has said it already.
    if not ways and not any(is_secret(key) or key.casefold().startswith("pas") for key in mailbox):
        yield (
            loc,
            f"{'[smtp]' if smtp else 'this mailbox'} does not say where its password comes from. Write "
            'password_command = ["pass", "show", "norton"] or password_file = "norton.password"; '
            f'for Microsoft 365 or Google Workspace write login = "{MICROSOFT}" or "{GOOGLE}"'
            + ("; for a server that wants no login write relay = true." if smtp else "."),
        )
    login = _word(mailbox, "login", LOGINS)
    if "host" not in mailbox and "login" not in mailbox:
        yield (
            loc,
            f"{'[smtp]' if smtp else '[[schools.mailboxes]]'} has no `host`. "
            f'Write for example host = "{"smtp" if smtp else "imap"}.provider.example".',
        )
    if login is None and "login" in mailbox:
        return  # the schema says that it is not known
    for key, wanted in _ONLY_FOR.items():
        if key in mailbox and login != wanted:
            yield (
                (*loc, key),
                f'`{key}` is only for login = "{wanted}". Write that too, or leave `{key}` out.',
            )
    for key, example in _NEEDED.get(login or "", {}).items():
        if key not in mailbox:
            yield (
                (*loc, "login"),
                f'login = "{login}" needs `{key}`. Write for example {example}.',
            )
    if login == MICROSOFT:
        yield from _microsoft(loc, mailbox)


def _microsoft(loc: Loc, mailbox: Raw) -> Iterator[Problem]:
    flow = _word(mailbox, "flow", tuple(flow.value for flow in Flow)) or "app"
    if "flow" in mailbox and _word(mailbox, "flow", tuple(f.value for f in Flow)) is None:
        return
    secrets = [key for key in _APP_SECRETS if key in mailbox]
    if flow != Flow.APP:
        for key in secrets:
            yield (
                (*loc, key),
                f'with flow = "{flow}" a person signs in, and `{key}` is not used. Leave it out.',
            )
        return
    if not secrets and not any(is_secret(key) for key in mailbox):
        yield (
            (*loc, "login"),
            'login = "microsoft365" needs the secret or the certificate of the app. Write '
            'client_secret_file = "commsla.secret" or certificate_file = "commsla.pem"; or write '
            'flow = "browser" where a person signs in.',
        )
    if len(secrets) > 1:
        yield (
            (*loc, secrets[1]),
            f"`{secrets[0]}` and `{secrets[1]}` are both there. Write only one of them.",
        )
    if "login_as" in mailbox:
        yield (
            (*loc, "login_as"),
            '`login_as` is who signs in, and with flow = "app" nobody does. Leave it out, or write '
            'flow = "browser" or flow = "device".',
        )


def _word(mailbox: Raw, key: str, known: tuple[str, ...]) -> str | None:
    try:
        return values.read_choice(str(mailbox[key]), known) if key in mailbox else None
    except values.WrongValueError:
        return None
