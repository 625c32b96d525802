"""One logged-in IMAP conversation: asks, and gives raw replies; it never decides what to ask."""

from __future__ import annotations

import contextlib
import imaplib
import re
import ssl
from collections.abc import Iterator, Sequence

from commsla.core.school import (
    Mailbox,
)
from commsla.edges.imap.refusals import login_broken, login_refused
from commsla.edges.imap.replies import Part, read_search, read_status
from commsla.edges.imap.troubles import (
    FAILURES,
    bad_text,
    broken,
    ca_file_trouble,
    is_passing,
    refused,
    text_of,
)
from commsla.edges.imap.wire import Budget, Client, Wire, is_loopback, trust
from commsla.edges.imap.xoauth2 import authenticate_token
from commsla.errors import FolderRefused, MailboxError

_GOODBYE_SECONDS = 5.0
_NUMBERS = ("UIDVALIDITY", "UIDNEXT", "EXISTS")
_PRINTABLE = re.compile(r"[ -~]*\Z")


class Talk:
    """A conversation with one mailbox. Every method but `close` may raise MailboxError.

    After a failure the connection is thrown away; whatever is asked then fails at once.
    """

    def __init__(self, mailbox: Mailbox, secret: str, budget_seconds: float) -> None:
        """Connect and log in with a password, or with a token where the mailbox has those.

        Raises LoginRefused when the server says no to it.
        """
        self.mailbox = mailbox
        if mailbox.security == "plain" and not is_loopback(mailbox.host):
            raise MailboxError(
                f"{mailbox.address}: plain text to {mailbox.host}:{mailbox.port} is refused",
                'Only this machine itself may be read without TLS; write security = "tls".',
                public="plain text to another machine is refused",
            )
        context = self._context() if mailbox.security != "plain" else None
        self._client: Client | None = None
        self._budget = Budget(budget_seconds)
        try:
            self._client = Client(mailbox, context, self._budget)
        except FAILURES as exc:
            self._budget.stop()
            raise broken(mailbox, exc, spent=self._spent()) from exc
        except BaseException:
            self._budget.stop()
            raise
        try:
            self._log_in(secret)
        except BaseException:
            self._throw_away()
            raise

    def listing(self) -> list[Part]:
        """LIST "" "*": what the server says, line by line."""
        with self._talking() as wire:
            wire.untagged_responses.pop("LIST", None)
            typ, data = wire._simple_command("LIST", '""', '"*"')
            if typ == "OK":
                return wire.untagged_responses.pop("LIST", [])
        raise refused(self.mailbox, text_of(data))

    def offers(self, word: str) -> bool:
        """Whether the server, now that we are logged in, says that it can do this."""
        with self._talking() as wire:
            wire._get_capabilities()
            return word in wire.capabilities

    def statuses(self, quoted: Sequence[bytes]) -> tuple[list[dict[str, int]], dict[str, int]]:
        """STATUS of each folder and EXAMINE of the first, all sent before any answer is read: one
        round trip.

        A folder of which the server says nothing comes back empty; so do the numbers of the first
        where it does not open.
        """
        found, numbers = [], dict[str, int]()
        with self._talking() as wire:
            for name in ("STATUS", *_NUMBERS):
                wire.untagged_responses.pop(name, None)
            what = "(UIDVALIDITY UIDNEXT MESSAGES)"
            tags = [wire._command("STATUS", name, what) for name in quoted]
            wire.is_readonly = True
            opening = wire._command("EXAMINE", quoted[0]) if quoted else None
            for tag in tags:
                typ = _completed(wire, "STATUS", tag)
                said = wire.untagged_responses.pop("STATUS", [])
                found.append(read_status(said) if typ == "OK" else {})
            if opening is not None and _completed(wire, "EXAMINE", opening) == "OK":
                wire.state = "SELECTED"
                numbers = _numbers(wire)
        return found, numbers

    def examine(self, quoted: bytes) -> dict[str, int]:
        """EXAMINE: UIDVALIDITY, UIDNEXT, EXISTS, the last word on each; absent where unsaid.

        Raises FolderRefused where it is this folder that the server does not open.
        """
        with self._talking() as wire:
            typ, data = wire.select(quoted, readonly=True)  # type: ignore[arg-type]
            if typ == "OK":
                return _numbers(wire)
        text = text_of(data)
        trouble = refused(self.mailbox, text)
        if is_passing(text):
            raise trouble
        raise FolderRefused(trouble.message, trouble.hint, public=trouble.public)

    def search(self, low: int, high: int, since: str = "") -> list[int]:
        """UID SEARCH in a range of UIDs, rising; `since` is a date as IMAP writes it."""
        criteria = f"UID {low}:{high}" + (f" SINCE {since}" if since else "")
        with self._talking() as wire:
            wire.untagged_responses.pop("SEARCH", None)
            typ, data = wire._simple_command("UID", "SEARCH", criteria)
            if typ == "OK":
                return read_search(wire.untagged_responses.pop("SEARCH", []), low, high)
        raise refused(self.mailbox, text_of(data))

    def fetch(self, uids: str, items: str) -> tuple[bool, list[Part]]:
        """UID FETCH: whether the server was content, and all the FETCH replies that came.

        A NO or BAD that speaks of these messages is an answer; one that speaks of the server's
        state (busy, limiting us) raises MailboxError.
        """
        with self._talking() as wire:
            wire.untagged_responses.pop("FETCH", None)
            try:
                typ, data = wire._simple_command("UID", "FETCH", uids, items)
            except imaplib.IMAP4.error as exc:
                said = bad_text(exc)
                if said is None:
                    raise
                typ, data = "BAD", [said]
            parts: list[Part] = wire.untagged_responses.pop("FETCH", [])
        text = text_of(data)
        if typ != "OK" and is_passing(text):
            raise refused(self.mailbox, text)
        return typ == "OK", parts

    @property
    def hung_up(self) -> bool:
        """Whether the line ended by itself, and not because its time was over."""
        return self._client is None and not self._budget.spent

    def close(self) -> None:
        """LOGOUT if the connection is sound; never raises."""
        client, self._client = self._client, None
        self._budget.stop()
        if client is None:
            return
        try:
            client.socket().settimeout(_GOODBYE_SECONDS)
            client.wire.logout()
        except FAILURES:
            with contextlib.suppress(*FAILURES):
                client.shutdown()

    def _context(self) -> ssl.SSLContext:
        try:
            return trust(self.mailbox)
        except (OSError, ValueError, RuntimeError) as exc:  # RuntimeError: a `~` without a home
            raise ca_file_trouble(self.mailbox, exc) from exc

    def _log_in(self, secret: str) -> None:
        mailbox, status = self.mailbox, None
        with self._talking(secret) as wire:
            if wire.state != "NONAUTH":
                # PREAUTH: whoever answers has not asked who we are; it is not our mailbox.
                raise MailboxError(
                    f"{mailbox.address}: {mailbox.host}:{mailbox.port} let us in without a login",
                    "Check `host` and `port`: this is not a school's mail server.",
                    public="the server let us in without a login",
                )
            if mailbox.token is not None:
                typ, data, status = self._send_token(wire, secret)
            else:
                typ, data = self._send_password(wire, secret)
            if typ == "OK":
                wire.state = "AUTH"
                return
        raise login_refused(mailbox, text_of(data), secret, status)

    def _send_token(self, wire: Wire, token: str) -> tuple[str, object, int | None]:
        mailbox = self.mailbox
        if "AUTH=XOAUTH2" not in wire.capabilities:
            raise MailboxError(
                f"{mailbox.address}: {mailbox.host}:{mailbox.port} takes no tokens (XOAUTH2)",
                "Check `host`, or log in with a password: `password_file` instead of a token.",
                public="the server takes no tokens (XOAUTH2)",
            )
        return authenticate_token(wire, mailbox.username, token)

    def _send_password(self, wire: Wire, password: str) -> tuple[str, object]:
        username = self.mailbox.username
        disabled = "LOGINDISABLED" in wire.capabilities
        if not disabled and all(_PRINTABLE.match(word) for word in (username, password)):
            typ, data = wire._simple_command("LOGIN", _quoted(username), _quoted(password))
            return str(typ), data
        if "AUTH=PLAIN" in wire.capabilities:
            return _authenticate_plain(wire, username, password)
        takes_no = (
            "password logins"
            if disabled
            else "user name or password with other than plain English characters"
        )
        where = f"{self.mailbox.host}:{self.mailbox.port}"
        raise MailboxError(
            f"{self.mailbox.address}: {where} takes no {takes_no}",
            public=f"the server takes no {takes_no}",
        )

    @contextlib.contextmanager
    def _talking(self, secret: str = "") -> Iterator[Wire]:
        if self._client is None:
            raise MailboxError(
                f"{self.mailbox.address}: the connection to "
                f"{self.mailbox.host}:{self.mailbox.port} is closed"
            )
        wire = self._client.wire
        try:
            yield wire
        except FAILURES as exc:
            byes = wire.untagged_responses.get("BYE")
            bye, spent = byes and byes[-1], self._spent()
            self._throw_away()
            if secret:  # `from None`: nor may a traceback show what the server said
                raise login_broken(self.mailbox, exc, secret, bye, spent) from None
            raise broken(self.mailbox, exc, bye, spent) from exc
        except BaseException:  # interrupted: what the server says next would answer nothing
            self._throw_away()
            raise

    def _spent(self) -> float | None:
        return self._budget.seconds if self._budget.spent else None

    def _throw_away(self) -> None:
        client, self._client = self._client, None
        self._budget.stop()
        if client is not None:
            with contextlib.suppress(*FAILURES):
                client.shutdown()


def _authenticate_plain(wire: Wire, username: str, password: str) -> tuple[str, object]:
    """RFC 4616. imaplib raises on NO where LOGIN returns it; a BAD or a cut still raises."""
    secret = f"\0{username}\0{password}".encode()
    try:
        return wire.authenticate("PLAIN", lambda _: secret)
    except imaplib.IMAP4.error as exc:
        if isinstance(exc, imaplib.IMAP4.abort) or bad_text(exc) is not None:
            raise
        return "NO", str(exc)


def _quoted(word: str) -> str:
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _completed(wire: Wire, name: str, tag: bytes) -> str:
    """OK, NO or BAD; raises where the line failed."""
    try:
        return str(wire._command_complete(name, tag)[0])
    except imaplib.IMAP4.error as exc:
        if bad_text(exc) is None:
            raise
        return "BAD"


def _numbers(wire: Wire) -> dict[str, int]:
    answers = wire.untagged_responses
    return {n: last for n in _NUMBERS if (last := _last_number(answers.get(n))) is not None}


def _last_number(answers: list[Part] | None) -> int | None:
    # Zimbra sends several EXISTS lines; the last one is how it ended.
    for answer in reversed(answers or []):
        digits = re.match(rb"\s*(\d{1,20})(?![\w])", answer) if isinstance(answer, bytes) else None
        if digits:
            return int(digits[1])
    return None
