"""One SMTP connection: verified TLS, limits, a mail at a time; it renders nothing and never tries twice."""

from __future__ import annotations

import contextlib
import ipaddress
import re
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

from commsla.core.clean import clean
from commsla.core.school import Mailbox
from commsla.errors import CommslaError, LoginRefused, RecipientRefused, SendError

CONNECT_SECONDS = 15.0
READ_SECONDS = 60.0
BUDGET_SECONDS = (
    120.0  # wall clock for one run's mails: a time-out alone never bounds a drip of bytes
)
NEXT_RUN = "The next run tries again, and nothing is told twice."
_TROUBLES = (OSError, smtplib.SMTPException, ValueError)
_CRLF = b"\r\n"
_STATUS = re.compile(rb"[245]\.\d{1,3}\.\d{1,3}\b")  # RFC 3463


class Post:
    """An open connection to the server that takes our mail, under one sender."""

    def __init__(self, wire: _Wire, mailbox: Mailbox) -> None:
        self._wire, self._mailbox = wire, mailbox

    def send(self, recipient: str, body: bytes) -> None:
        """Hand over one mail; when this returns the server has it.

        Raises RecipientRefused (the connection goes on), or SendError where nothing more can be sent:
        its `sure` is False if the mail may have been delivered all the same.
        """
        sure = True
        with _told(self._mailbox, self._wire, lambda: sure):
            _expect(self._wire.mail(self._mailbox.address), (250,), "the sender address")
            code, said = self._wire.rcpt(recipient)
            if code not in (250, 251):
                raise self._refused(recipient, code, said)
            self._wire.putcmd("data")
            code, said = self._wire.getreply()
            if code != 354:
                raise self._refused(recipient, code, said)
            self._wire.send(_dotted(body))
            sure = False  # from here on only its answer says what became of it
            self._wire.send(b"." + _CRLF)
            code, said = self._wire.getreply()
            sure = 400 <= code <= 599  # what is no answer at all says nothing
            if not 200 <= code <= 299:
                raise self._refused(recipient, code, said, sure=sure)

    def _refused(
        self, recipient: str, code: int, said: bytes, *, sure: bool = True
    ) -> CommslaError:
        if code == 421 or not 400 <= code <= 599:
            told = f"{_where(self._mailbox)} said: {_words(code, said)}"
            return SendError(told, NEXT_RUN, sure=sure)
        with contextlib.suppress(*_TROUBLES):
            self._wire.rset()
        return RecipientRefused(
            f"{_where(self._mailbox)} does not take mail for {recipient}: {_words(code, said)}",
            "Check the address in schools.toml; else ask who runs the mail server."
            if code >= 500
            else NEXT_RUN,
            for_good=code >= 500,
        )

    def close(self) -> None:
        """End the connection; never raises."""
        with contextlib.suppress(*_TROUBLES):
            self._wire.quit()
        self._wire.end()


def open_post(mailbox: Mailbox, secret: str, budget_seconds: float = BUDGET_SECONDS) -> Post:
    """Connect, verify and log in with a password or token; without a secret there is no login.

    `mailbox.address` is the sender. Raises LoginRefused, or SendError for all else.
    """
    try:
        context = None if mailbox.security == "plain" else _trust(mailbox)
    except (OSError, ValueError) as error:
        raise SendError(
            f"{_where(mailbox)}: `ca_file` gives no certificate: {clean(str(error))}",
            "It must be a PEM file that the user who runs commsla can read.",
        ) from None
    wire = _Wire(mailbox, context, budget_seconds)
    try:
        with _told(mailbox, wire, lambda: True):
            wire.begin()
            if secret:
                _log_in(wire, mailbox, secret)
    except BaseException:
        wire.end()
        raise
    return Post(wire, mailbox)


def _log_in(wire: _Wire, mailbox: Mailbox, secret: str) -> None:
    try:
        if mailbox.token is None:
            wire.login(mailbox.username, secret)
        else:
            first = f"user={mailbox.username}\1auth=Bearer {secret}\1\1"
            # The answer to the server's error (base64 JSON) is empty; then it says 535.
            wire.auth("XOAUTH2", lambda challenge=None: "" if challenge is not None else first)
    except smtplib.SMTPAuthenticationError as error:
        # Only numbers: what a server says here may repeat the login that it was sent.
        said = error.smtp_error if isinstance(error.smtp_error, bytes) else b""
        status = _STATUS.match(said)
        code = f"{error.smtp_code} {status[0].decode()}" if status else str(error.smtp_code)
        if not 500 <= error.smtp_code <= 599:
            raise SendError(
                f"{_where(mailbox)} puts the login off, with code {code}", NEXT_RUN
            ) from None
        raise LoginRefused(
            f"{_where(mailbox)} does not accept the login of {mailbox.username}, with code {code}.",
            "Check the login under [smtp]. In Microsoft 365 an administrator must also allow "
            "authenticated SMTP for this mailbox; see docs/alerts.md.",
        ) from None
    except (smtplib.SMTPNotSupportedError, smtplib.SMTPException) as error:
        if isinstance(error, smtplib.SMTPServerDisconnected):
            raise
        raise SendError(
            f"{_where(mailbox)} offers no login that we know",
            "If it takes mail of your own domain without a login, write relay = true under [smtp].",
        ) from None


class _Wire(smtplib.SMTP):
    """smtplib with TLS as we want it and an end in wall-clock time."""

    def __init__(self, mailbox: Mailbox, context: ssl.SSLContext | None, seconds: float) -> None:
        self._mailbox, self._context = mailbox, context
        self._raw: socket.socket | None = None
        self.seconds, self.spent = seconds, False
        self._timer = threading.Timer(seconds, self._spend)
        self._timer.daemon = True
        self._timer.start()
        # Without a name here Python asks the DNS for the machine's own.
        super().__init__(local_hostname=mailbox.address.rpartition("@")[2], timeout=CONNECT_SECONDS)

    def begin(self) -> None:
        """Connect, greet, and be in TLS unless the server is this machine."""
        code, said = self.connect(self._mailbox.host, self._mailbox.port)
        if code != 220:
            raise smtplib.SMTPConnectError(code, said)
        assert self.sock is not None
        self.sock.settimeout(READ_SECONDS)
        self.ehlo_or_helo_if_needed()
        if self._mailbox.security == "starttls":
            self._start_tls()
            self.ehlo_or_helo_if_needed()

    def _start_tls(self) -> None:
        """RFC 3207, required; what was said before it, or glued to its answer, counts for nothing."""
        if not self.has_extn("starttls") or self.docmd("STARTTLS")[0] != 220:
            raise SendError(
                f"{_where(self._mailbox)} offers no STARTTLS",
                'No login and no mail was sent. Try security = "tls" with port = 465; else ask who '
                "runs the mail server.",
            )
        assert self.sock is not None
        self.sock = self._secured(self.sock)
        self.file = None
        self.helo_resp = self.ehlo_resp = None
        self.esmtp_features = {}
        self.does_esmtp = False

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        plain = socket.create_connection((host, port), timeout)
        try:
            self._watch(plain)
            # The name was checked before; a hosts file may still send `localhost` elsewhere.
            if self._context is None and not is_loopback(plain.getpeername()[0]):
                raise ConnectionError("plain text is only for this machine")
            if self._mailbox.security != "tls":
                return plain
            return self._secured(plain)
        except BaseException:
            plain.close()
            raise

    def _secured(self, plain: socket.socket) -> ssl.SSLSocket:
        assert self._context is not None
        # The handshake is done apart, so that the budget already watches its socket.
        secure = self._context.wrap_socket(
            plain, server_hostname=self._mailbox.host, do_handshake_on_connect=False
        )
        try:
            self._watch(secure)
            secure.do_handshake()
        except BaseException:
            secure.close()
            raise
        return secure

    def _watch(self, sock: socket.socket) -> None:
        self._raw = sock
        if self.spent:
            self._spend()

    def _spend(self) -> None:
        self.spent = True
        for sock in (self._raw, self.sock):
            if sock is not None:
                # Not SSLSocket.shutdown: that takes the TLS layer away under the reader's feet.
                with contextlib.suppress(OSError):
                    socket.socket.shutdown(sock, socket.SHUT_RDWR)

    def end(self) -> None:
        """No more is said or waited for."""
        self._timer.cancel()
        with contextlib.suppress(*_TROUBLES):
            self.close()

    def _print_debug(self, *args: object) -> None:
        """smtplib would show logins; we never do."""


@contextlib.contextmanager
def _told(mailbox: Mailbox, wire: _Wire, sure: object) -> Iterator[None]:
    """What smtplib and the socket raise, as a sentence."""
    assert callable(sure)
    try:
        yield
    except CommslaError:
        raise
    except _TROUBLES as error:
        raise SendError(_sentence(mailbox, wire, error), NEXT_RUN, sure=bool(sure())) from None


def _sentence(mailbox: Mailbox, wire: _Wire, error: Exception) -> str:
    where = _where(mailbox)
    if wire.spent:
        return f"{where} took longer than {wire.seconds:g} seconds and was given up"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"{where} shows a certificate that cannot be trusted: {clean(error.verify_message)}"
    if isinstance(error, ssl.SSLError):
        return f"{where} speaks no TLS that can be trusted"
    if isinstance(error, TimeoutError):
        return f"{where} does not answer"
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return f"the connection to {where} was cut"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{where} said: {_words(error.smtp_code, error.smtp_error)}"
    if isinstance(error, socket.gaierror):
        return f"{where} is not known: no such server, or no network"
    if isinstance(error, ConnectionRefusedError):
        return f"{where} refuses the connection"
    if isinstance(error, OSError) and not isinstance(error, smtplib.SMTPException):
        return f"the connection to {where} failed: {clean(error.strerror or str(error))}"
    return f"{where} sent something that is not proper SMTP"


def _expect(reply: tuple[int, bytes], wanted: tuple[int, ...], what: str) -> None:
    code, said = reply
    if code not in wanted:
        raise SendError(f"the mail server refuses {what}: {_words(code, said)}", NEXT_RUN)


def _words(code: int, said: bytes | str) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return f"{code} {clean(text, 160)}"


def _where(mailbox: Mailbox) -> str:
    return f"the mail server {mailbox.host}:{mailbox.port}"


def _dotted(body: bytes) -> bytes:
    """RFC 5321 section 4.5.2: a line that begins with a dot gets a second one; CRLF at the end."""
    lines = body.removesuffix(_CRLF).split(_CRLF)
    return b"".join((b"." if x.startswith(b".") else b"") + x + _CRLF for x in lines)


def _trust(mailbox: Mailbox) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if mailbox.ca_file:
        context.load_verify_locations(cafile=str(Path(mailbox.ca_file).expanduser()))
    return context


def is_loopback(host: str) -> bool:
    """Whether this address never leaves the machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.casefold() == "localhost"
