"""What went wrong on a connection, as a plain sentence and a next step; it never retries."""

from __future__ import annotations

import imaplib
import re
import socket
import ssl

from commsla.core.clean import clean
from commsla.core.logins import Flow, Microsoft365
from commsla.core.school import (
    Mailbox,
)
from commsla.errors import MailboxError

# What imaplib raises: its own errors, the socket's, and what it trips over on malformed replies
# (a literal where it expects a word: TypeError, AttributeError; an absurd number: ValueError).
FAILURES = (
    OSError,
    imaplib.IMAP4.error,
    ValueError,
    TypeError,
    AttributeError,
    KeyError,
    IndexError,
)

# RFC 5530: a NO with one of these says nothing about the password or the message.
_PASSING_CODES = frozenset({"UNAVAILABLE", "INUSE", "LIMIT", "SERVERBUG", "THROTTLED"})
_LIMITS = r"throttl|too many (simultaneous )?connections|(command|bandwidth) limits"
_PASSING_WORDS = re.compile(rf"(?i)temporar|unavailable|{_LIMITS}")
# Of these, those that ask to be left alone, and for how long where they do not say it.
_LIMITING_CODES = frozenset({"THROTTLED", "LIMIT", "UNAVAILABLE"})
_LIMITING_WORDS = re.compile(rf"(?i){_LIMITS}")
_WAIT_SECONDS = 300.0
CODE = re.compile(r"^\s*\[([A-Za-z-]+)")
_BACK_OFF = re.compile(r"(?i)backoff time:\s*(\d{1,9})\s*milliseconds")
_NOT_CONNECTED = "authenticated but not connected"
# All else that imaplib says quotes the line that it could not read: where a literal is longer than
# its server said, that line is a piece of a mail.
_OUR_LIMIT = re.compile(r"a literal of \d+ bytes is more than the limit|more than \d+ bytes")

# A server that expects TLS from the first byte on says nothing to who waits for its greeting.
_WAITS_FOR_TLS = (
    'Check `port`: 143 is usual for security = "starttls"; a server at 993 wants "tls". '
)
NEXT_POLL = "The next poll tries again."
NOT_OPENED = "the server accepts the login but does not open the mailbox"
ASK_ADMINISTRATOR = (
    "An administrator must check that the mailbox exists and has a licence, that IMAP is "
    "enabled for it, and that this login has full access to it."
)


_ASK_ABOUT_APP = (
    " Add-MailboxPermission must name the object id of the enterprise application: "
    "docs/microsoft365.md."
)


def ask_administrator(mailbox: Mailbox) -> str:
    """What to do about a mailbox that does not open to a login that is right."""
    app = isinstance(mailbox.token, Microsoft365) and mailbox.token.flow is Flow.APP
    return ASK_ADMINISTRATOR + (_ASK_ABOUT_APP if app else "")


def text_of(data: object) -> str:
    """The server's own words in an imaplib reply, as text; not yet cleaned."""
    if isinstance(data, (list, tuple)):
        return text_of(data[0]) if data else ""
    if isinstance(data, bytes):
        return data.decode("utf-8", "replace")
    return "" if data is None else str(data)


def is_at(host: str, *domains: str) -> bool:
    """True when the mail server is one of a provider's."""
    return f".{host.lower()}".endswith(tuple(f".{domain}" for domain in domains))


def is_passing(text: str) -> bool:
    """True when a NO or BAD is about the server's state now, not about what was asked."""
    if _BACK_OFF.search(text) or is_not_connected(text):
        return True
    code = CODE.match(text)
    if code and code[1].upper() in _PASSING_CODES:
        return True
    return bool(_PASSING_WORDS.search(text))


def seconds_to_wait(text: str) -> float:
    """For how long a server that speaks so is to be left alone; 0 where it does not ask for that."""
    stated = _BACK_OFF.search(text)
    if stated:
        return -(-int(stated[1]) // 1000)
    code = CODE.match(text)
    limits = code is not None and code[1].upper() in _LIMITING_CODES
    return _WAIT_SECONDS if limits or _LIMITING_WORDS.search(text) else 0.0


def is_not_connected(text: str) -> bool:
    """True for Exchange's word that the login is right and the mailbox is not to be had by it."""
    return _NOT_CONNECTED in text.lower()


def broken(
    mailbox: Mailbox, exc: BaseException, bye: object = None, spent: float | None = None
) -> MailboxError:
    """The sentence for a connection that failed.

    `bye` is what the server said on leaving, `spent` a budget of seconds that is over.
    """
    who, where = mailbox.address, f"{mailbox.host}:{mailbox.port}"
    if spent is not None:
        return MailboxError(
            f"{who}: reading from {where} took longer than {_duration(spent)} and was given up",
            "The server is very slow or hangs. " + NEXT_POLL,
            public=f"it took longer than {_duration(spent)} and was given up",
        )
    if bye is None and isinstance(exc, imaplib.IMAP4.error) and exc.args:
        greeting = re.match(r"(?i)\* BYE ?(.*)", text_of(exc.args[0]))
        bye = greeting[1] if greeting else None
    if bye is not None:
        return MailboxError(
            f"{who}: {where} ended the conversation: {clean(text_of(bye))}",
            NEXT_POLL,
            public="the server ended the conversation",
            wait=seconds_to_wait(text_of(bye)),
        )
    if isinstance(exc, OSError):
        return _network(mailbox, exc)
    said = bad_text(exc)
    if said is not None:
        return refused(mailbox, said)
    if is_cut(exc):
        return cut(mailbox)
    limit = _OUR_LIMIT.search(text_of(exc.args))
    why = f": {limit[0]}" if limit else ""
    return MailboxError(
        f"{who}: {where} sent something that is not proper IMAP{why}",
        NEXT_POLL,
        public="the server sent something that is not proper IMAP",
    )


def cut(mailbox: Mailbox) -> MailboxError:
    """The sentence for a connection that ended without a word."""
    return MailboxError(
        f"{mailbox.address}: the connection to {mailbox.host}:{mailbox.port} was cut",
        NEXT_POLL,
        public="the connection was cut",
    )


def is_cut(exc: BaseException) -> bool:
    """True where imaplib says in words of its own that the connection ended."""
    text = str(exc.args[0]) if exc.args else ""
    return "socket error" in text or "timed out" in text


def bad_text(exc: BaseException) -> str | None:
    """The server's words where imaplib raised because of a tagged BAD, or None."""
    if isinstance(exc, imaplib.IMAP4.error) and not isinstance(exc, imaplib.IMAP4.abort):
        said = re.search(r"command error: BAD \[b(['\"])(.*)\1\]\Z", str(exc), re.DOTALL)
        return said[2] if said else None
    return None


def ca_file_trouble(mailbox: Mailbox, exc: Exception) -> MailboxError:
    """The sentence for a `ca_file` that gave no certificate: which of the usual things it is."""
    is_not: dict[type[Exception], tuple[str, str]] = {
        FileNotFoundError: ("does not exist", "Check `ca_file` in the config."),
        NotADirectoryError: ("does not exist", "Check `ca_file` in the config."),
        IsADirectoryError: ("is a folder", "Name the file in it that holds the certificate."),
        PermissionError: (
            "cannot be read: permission denied",
            "Whoever runs the poll must be allowed to read it.",
        ),
        ssl.SSLError: (
            "is not a certificate in PEM form",
            "Such a file holds a line -----BEGIN CERTIFICATE-----.",
        ),
    }
    reason = exc.strerror if isinstance(exc, OSError) and exc.strerror else str(exc)
    what, hint = is_not.get(
        type(exc), (f"cannot be read: {clean(reason)}", "Check `ca_file` in the config.")
    )
    return MailboxError(
        f"{mailbox.address}: the `ca_file` {clean(mailbox.ca_file)} {what}",
        hint,
        public=f"the `ca_file` {what if type(exc) in is_not else 'cannot be read'}",
    )


def refused(mailbox: Mailbox, text: str) -> MailboxError:
    """The sentence for a command that the server answered with NO or BAD and these words."""
    who, where = mailbox.address, f"{mailbox.host}:{mailbox.port}"
    if is_not_connected(text):
        return MailboxError(
            f"{who}: {where} accepts the login but does not open the mailbox ({clean(text)})",
            ask_administrator(mailbox),
            public=NOT_OPENED,
        )
    return limiting(who, where, text) or MailboxError(
        f"{who}: {where} said no: {clean(text)}",
        NEXT_POLL,
        public="the server said no",
        wait=seconds_to_wait(text),
    )


def limiting(who: str, where: str, text: str) -> MailboxError | None:
    """The sentence for a server that names how long to wait, or None."""
    if not _BACK_OFF.search(text):
        return None
    seconds = seconds_to_wait(text)
    return MailboxError(
        f"{who}: {where} is limiting us and asks us to wait {_duration(seconds)}",
        "The first poll after that tries again.",
        public=f"the server is limiting us and asks us to wait {_duration(seconds)}",
        wait=seconds,
    )


def _network(mailbox: Mailbox, exc: OSError) -> MailboxError:
    who, where = mailbox.address, f"{mailbox.host}:{mailbox.port}"
    if isinstance(exc, ssl.SSLCertVerificationError):
        return MailboxError(
            f"{who}: the certificate of {where} cannot be trusted: {clean(exc.verify_message)}",
            "Nothing was sent. Check `host`; "
            + (
                "`ca_file` does not hold the certificate that this one was signed with."
                if mailbox.ca_file
                else "if the school's web filter re-signs connections, set `ca_file` to its "
                "certificate."
            ),
            public=f"the certificate cannot be trusted: {clean(exc.verify_message)}",
        )
    if isinstance(exc, ssl.SSLError) and not isinstance(exc, ssl.SSLEOFError):
        return MailboxError(
            f"{who}: no TLS with {where}: {clean(exc.reason or str(exc))}",
            "Check `port`: 993 is usual for TLS, and a server at 143 wants "
            'security = "starttls". It must speak TLS 1.2 or newer.',
            public=f"no TLS with the server: {clean(exc.reason or 'it does not speak it')}",
        )
    if isinstance(exc, socket.gaierror):
        return MailboxError(
            f"{who}: the mail server {where} cannot be found",
            "Check `host` in the config, and whether this computer is on the internet.",
            public="the mail server cannot be found by its name",
        )
    if isinstance(exc, ConnectionRefusedError):
        return MailboxError(
            f"{who}: {where} refuses the connection",
            "Check `host` and `port` (993 is usual), and whether the server is up.",
            public="nothing listens there: the connection is refused",
        )
    if isinstance(exc, TimeoutError):
        return MailboxError(
            f"{who}: {where} did not answer in time",
            (_WAITS_FOR_TLS if mailbox.security == "starttls" else "")
            + "Check whether a firewall blocks the port. "
            + NEXT_POLL,
            public="the server did not answer in time",
        )
    if isinstance(exc, (ConnectionResetError, BrokenPipeError, ssl.SSLEOFError)):
        return cut(mailbox)
    return MailboxError(
        f"{who}: no connection to {where}: {clean(exc.strerror or str(exc))}",
        NEXT_POLL,
        public=f"no connection: {clean(exc.strerror or type(exc).__name__)}",
    )


def _duration(seconds: float) -> str:
    if seconds >= 120:
        return f"{round(seconds / 60)} minutes"
    return f"{seconds:g} seconds"
