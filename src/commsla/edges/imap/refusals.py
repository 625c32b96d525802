"""What went wrong with a login, as a plain sentence; it never shows a word of the server's own."""

from __future__ import annotations

import re

from commsla.core.clean import clean
from commsla.core.logins import Microsoft365, TokenSource
from commsla.core.school import (
    Mailbox,
)
from commsla.edges.imap.troubles import (
    CODE,
    NEXT_POLL,
    NOT_OPENED,
    ask_administrator,
    bad_text,
    broken,
    cut,
    is_at,
    is_cut,
    is_not_connected,
    is_passing,
    limiting,
    seconds_to_wait,
    text_of,
)
from commsla.errors import CommslaError, LoginRefused, MailboxError

# Some servers echo the command that they did not like, quoted, cut or encoded: no word of theirs is
# safe from being the password, but for the name of a code that everybody knows (RFC 5530 section 3,
# RFC 3501 section 7.1, and Exchange's own).
_KNOWN_CODES = frozenset(
    {
        "ALERT",
        "AUTHENTICATIONFAILED",
        "AUTHORIZATIONFAILED",
        "CANNOT",
        "CLIENTBUG",
        "CONTACTADMIN",
        "CORRUPTION",
        "EXPIRED",
        "INUSE",
        "LIMIT",
        "NOPERM",
        "OVERQUOTA",
        "PRIVACYREQUIRED",
        "SERVERBUG",
        "THROTTLED",
        "UNAVAILABLE",
    }
)
# RFC 5530: these are about who logs in, whatever words follow ("... account temporarily locked").
_REFUSED_CODES = frozenset({"AUTHENTICATIONFAILED", "AUTHORIZATIONFAILED", "EXPIRED"})
_APP_PASSWORD = re.compile(r"(?i)app(lication)?[- ]specific password")
_IMAP_IS_OFF = re.compile(r"(?i)not enabled for imap|imap( access)? is (disabled|not enabled)")

_TOKEN_HINTS = {
    "app": (
        "An administrator must check (docs/microsoft365.md): that the app has IMAP.AccessAsApp with "
        "admin consent; that New-ServicePrincipal and Add-MailboxPermission were run with the "
        "object id of the enterprise application, not of the app registration; and that IMAP is "
        "on for the mailbox. A change can take an hour to work."
    ),
    "browser": (
        "Whoever signed in needs full access to this mailbox, and IMAP must be on for it "
        "(docs/microsoft365.md). `login_as` is who signs in, `username` the mailbox."
    ),
    "GoogleWorkspace": (
        "An administrator must check (docs/google.md) that `username` is a user of the domain (a "
        "group has no mailbox), and that IMAP is on for it."
    ),
    "TokenCommand": (
        "Check that the `token_command` gives a token for this mailbox with the right to IMAP. "
        "`username` is the mailbox that it is for."
    ),
}
_TOKEN_HINTS["device"] = _TOKEN_HINTS["browser"]


def login_refused(
    mailbox: Mailbox, text: str, password: str, status: int | None = None
) -> CommslaError:
    """A tagged NO to the login: the password or token is wrong, unless the server is busy.

    The server's words choose the sentence; none of them is in it. `status` is the number that it
    gave for a token.
    """
    text = _without_echo(mailbox, text, password)
    code = CODE.match(text)
    if is_passing(text) and not (code and code[1].upper() in _REFUSED_CODES):
        return _login_later(mailbox, text)
    host = mailbox.host
    what, refuses = "login", "user name or the password"
    if mailbox.token is not None:
        what = refuses = "token"
        hint = _TOKEN_HINTS[_kind_of(mailbox.token)]
    elif _IMAP_IS_OFF.search(text):
        hint = "IMAP is switched off for this mailbox: ask who runs the mail server to turn it on."
    elif is_at(host, "office365.com", "outlook.com"):
        hint = (
            "Microsoft 365 takes no passwords over IMAP any more. Hand docs/microsoft365.md to your "
            'IT support, then write login = "microsoft365".'
        )
    elif is_at(host, "gmail.com", "googlemail.com") or _APP_PASSWORD.search(text):
        hint = "Only an app password is taken here, made with 2-step verification."
    else:
        hint = (
            "Check `username` and where the password comes from. "
            "Do not simply try again: that may lock the account."
        )
    return LoginRefused(
        f"{mailbox.address}: {mailbox.host}:{mailbox.port} refused the {what} of "
        f"{clean(mailbox.username)}{_known_code(text)}{f' (status {status})' if status else ''}",
        hint,
        public=f"the server refuses the {refuses}{_known_code(text)}",
    )


def _kind_of(token: TokenSource) -> str:
    return token.flow.value if isinstance(token, Microsoft365) else type(token).__name__


def login_broken(
    mailbox: Mailbox,
    exc: BaseException,
    password: str,
    bye: object = None,
    spent: float | None = None,
) -> MailboxError:
    """`broken` for a connection that failed during the login: without a word of the server's."""
    who, where = mailbox.address, f"{mailbox.host}:{mailbox.port}"
    if spent is not None or (bye is None and isinstance(exc, OSError)):
        return broken(mailbox, exc, None, spent)
    if bye is not None:
        code = _known_code(_without_echo(mailbox, text_of(bye), password))
        return MailboxError(
            f"{who}: {where} ended the conversation during the login{code}",
            NEXT_POLL,
            public=f"the server ended the conversation during the login{code}",
            wait=seconds_to_wait(_without_echo(mailbox, text_of(bye), password)),
        )
    said = bad_text(exc)
    if said is not None:
        return _login_later(mailbox, _without_echo(mailbox, said, password))
    if is_cut(exc):
        return cut(mailbox)
    return MailboxError(
        f"{who}: {where} answered the login with something that is not proper IMAP",
        NEXT_POLL,
        public="the server answered the login with something that is not proper IMAP",
    )


def _login_later(mailbox: Mailbox, text: str) -> MailboxError:
    who, where = mailbox.address, f"{mailbox.host}:{mailbox.port}"
    if is_not_connected(text):
        return MailboxError(
            f"{who}: {where} accepts the login but does not open the mailbox",
            ask_administrator(mailbox),
            public=NOT_OPENED,
        )
    return limiting(who, where, text) or MailboxError(
        f"{who}: {where} refused the login{_known_code(text)}",
        "That says nothing about the password. " + NEXT_POLL,
        public=f"the server refused the login{_known_code(text)}",
        wait=seconds_to_wait(text),
    )


def _without_echo(mailbox: Mailbox, text: str, password: str) -> str:
    # A user name or password may itself hold a word that would choose the sentence.
    for form in (password.replace("\\", "\\\\").replace('"', '\\"'), password):
        text = text.replace(form, "***") if form else text
    return re.sub(rf"(?<!\w){re.escape(mailbox.username)}(?!\w)", "***", text)


def _known_code(text: str) -> str:
    code = CODE.match(text)
    known = code is not None and code[1].upper() in _KNOWN_CODES
    return f" [{code[1].upper()}]" if code and known else ""
