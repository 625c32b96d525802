"""How far a mail server can be reached before any login: name, port, TLS, greeting; no secret is sent."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from datetime import UTC, datetime

from commsla.core.mailfacts import Reached, Step
from commsla.core.school import Mailbox
from commsla.edges.imap.troubles import broken, ca_file_trouble
from commsla.edges.imap.wire import Budget, trust
from commsla.errors import MailboxError

SECONDS = 10.0
_LONGEST_LINE = 1000
_EXPIRED, _NOT_YET = 10, 9  # X509_V_ERR_CERT_HAS_EXPIRED, X509_V_ERR_CERT_NOT_YET_VALID


def reach(mailbox: Mailbox, seconds: float = SECONDS) -> Reached:
    """Connect as a poll would and hang up before the login; never raises.

    Neither a dead name server nor a server that drips bytes holds it longer than twice `seconds`.
    """
    try:
        _resolve(mailbox, seconds)
    except (OSError, ValueError) as exc:
        return _failed(Step.NAME, broken(mailbox, exc))
    budget = Budget(seconds)
    try:
        return _connect(mailbox, budget, seconds)
    finally:
        budget.stop()


def _resolve(mailbox: Mailbox, seconds: float) -> None:
    # No system lets a look-up be ended: a thread of its own may wait for it as long as it likes.
    failures: list[BaseException] = []

    def look_up() -> None:
        try:
            socket.getaddrinfo(mailbox.host, mailbox.port, type=socket.SOCK_STREAM)
        except (OSError, ValueError) as exc:
            failures.append(exc)

    thread = threading.Thread(target=look_up, daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        raise TimeoutError
    if failures:
        raise failures[0] if isinstance(failures[0], OSError) else socket.gaierror()


def _connect(mailbox: Mailbox, budget: Budget, seconds: float) -> Reached:
    try:
        plain = socket.create_connection((mailbox.host, mailbox.port), seconds)
    except OSError as exc:
        return _failed(Step.PORT, broken(mailbox, exc))
    with contextlib.closing(plain):
        budget.watch(plain)
        if mailbox.security == "plain":
            return _greeted(mailbox, plain, budget, Reached())
        if mailbox.security == "starttls":
            before = _greeted(mailbox, plain, budget, Reached())
            if before.failed_at is not None:
                return before
            try:
                plain.sendall(b"a1 STARTTLS\r\n")  # RFC 9051 section 6.2.1
                willing = _line(plain).upper().startswith(b"A1 OK")
            except (OSError, ValueError) as exc:
                return _failed(Step.TLS, broken(mailbox, _late(exc, budget)))
            if not willing:
                fix = 'Is it meant to be security = "tls" (port 993)?'
                said = "the server does not begin TLS when it is asked to (STARTTLS)"
                return Reached(failed_at=Step.TLS, sentence=said, fix=fix)
        try:
            context = trust(mailbox)
        except (OSError, ValueError, RuntimeError) as exc:
            return _failed(Step.TLS, ca_file_trouble(mailbox, exc))
        try:
            secure = context.wrap_socket(
                plain, server_hostname=mailbox.host, do_handshake_on_connect=False
            )
        except (OSError, ValueError) as exc:
            return _failed(Step.TLS, broken(mailbox, exc))
        with contextlib.closing(secure):
            budget.watch(secure)
            try:
                secure.do_handshake()
            except (OSError, ValueError) as exc:
                return _no_tls(mailbox, _late(exc, budget))
            reached = Reached(
                tls=secure.version() or "TLS",
                expires=_expiry(secure),
                own_ca=bool(mailbox.ca_file),
            )
            # After STARTTLS there is no second greeting.
            if mailbox.security == "starttls":
                return reached
            return _greeted(mailbox, secure, budget, reached)


def _no_tls(mailbox: Mailbox, exc: OSError | ValueError) -> Reached:
    failed = _failed(Step.TLS, broken(mailbox, exc))
    code = getattr(exc, "verify_code", 0) if isinstance(exc, ssl.SSLError) else 0
    fixes = {
        _EXPIRED: "Whoever runs the mail server must renew its certificate. Nothing was sent.",
        _NOT_YET: "Is the clock of this computer right? Nothing was sent.",
    }
    if code in fixes:
        return Reached(failed_at=Step.TLS, sentence=failed.sentence, fix=fixes[code])
    return failed


def _greeted(mailbox: Mailbox, sock: socket.socket, budget: Budget, reached: Reached) -> Reached:
    try:
        greeting = _line(sock)
    except (OSError, ValueError) as exc:
        return _failed(Step.GREETING, broken(mailbox, _late(exc, budget)), reached)
    if budget.spent:
        return _failed(Step.GREETING, broken(mailbox, TimeoutError()), reached)
    if greeting[:4].upper() == b"* OK":
        return reached
    if greeting[:5].upper() == b"* BYE" or not greeting:
        sentence, fix = "the server ends the conversation at once", "It may be busy: try again."
    else:
        sentence, fix = "what answers there is no IMAP server", "Check `host` and `port`."
    return Reached(reached.tls, reached.expires, reached.own_ca, Step.GREETING, sentence, fix)


def _line(sock: socket.socket) -> bytes:
    """One line byte by byte: what is glued behind it belongs to TLS. Empty or cut at the end."""
    line = bytearray()
    while not line.endswith(b"\n") and len(line) < _LONGEST_LINE:
        byte = sock.recv(1)
        if not byte:
            break
        line += byte
    return bytes(line)


def _late(exc: OSError | ValueError, budget: Budget) -> OSError | ValueError:
    return TimeoutError() if budget.spent else exc


def _expiry(secure: ssl.SSLSocket) -> datetime | None:
    ends = (secure.getpeercert() or {}).get("notAfter")
    if not isinstance(ends, str):
        return None
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), UTC)


def _failed(step: Step, error: MailboxError, before: Reached | None = None) -> Reached:
    known = before or Reached()
    fix = error.public_hint.replace("The next poll tries again.", "").strip()
    return Reached(known.tls, known.expires, known.own_ca, step, error.public, fix)
