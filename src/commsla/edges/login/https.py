"""Asks an identity provider over HTTPS: the system's trust store plus `ca_file`, TLS 1.2, no redirects.

msal and google-auth are given this instead of a library of theirs, which would trust another list of
authorities than the mail line does. It never shows what was sent or answered.
"""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import threading
import urllib.error
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from commsla.core.clean import clean
from commsla.core.school import (
    Mailbox,
)
from commsla.errors import MailboxError

_SECONDS = 30.0
_ALL_SECONDS = 60.0  # of one request: no time-out of a read ends an answer that drips
_MOST_BYTES = 1_048_576
_NEXT_POLL = "The next poll tries again."


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, in the shapes that both libraries ask for."""

    status: int
    headers: Mapping[str, str]
    data: bytes

    @property
    def status_code(self) -> int:
        return self.status

    @property
    def text(self) -> str:
        return self.data.decode("utf-8", "replace")

    def raise_for_status(self) -> None:
        """Only what the provider means for us gets this far; `Https` raises for the rest."""


class _Limit:
    """The wall-clock time of one request; when it is over, its connection is ended."""

    def __init__(self, seconds: float) -> None:
        self.over = False
        self._twin: socket.socket | None = None  # of the socket that TLS takes over
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True

    def __enter__(self) -> _Limit:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        if self._twin is not None:
            self._twin.close()

    def connect(self, *where: Any) -> socket.socket:
        """What http.client calls to connect."""
        plain = socket.create_connection(*where)
        self._twin = plain.dup()
        if self.over:
            self._end()
        return plain

    def _end(self) -> None:
        self.over = True
        if self._twin is not None:
            with suppress(OSError):
                self._twin.shutdown(socket.SHUT_RDWR)


class _Limited(urllib.request.HTTPSHandler):
    def __init__(self, context: ssl.SSLContext, limit: _Limit) -> None:
        super().__init__(context=context)
        self._trust, self._limit = context, limit

    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        def connection(host: str, **how: Any) -> http.client.HTTPSConnection:
            made = http.client.HTTPSConnection(host, **how)
            made._create_connection = self._limit.connect  # type: ignore[attr-defined]
            return made

        return self.do_open(connection, req, context=self._trust)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        """A secret that was posted to one address is not carried to another."""


class Https:
    """Fulfils msal's `http_client` and, by being called, google-auth's `Request`.

    Everything raises MailboxError where the provider cannot be reached or is not well.
    """

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox
        self._trust = context = ssl.create_default_context()
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if mailbox.ca_file:
            try:
                context.load_verify_locations(cafile=str(Path(mailbox.ca_file).expanduser()))
            except (OSError, ValueError, RuntimeError):
                raise MailboxError(
                    f"{mailbox.address}: the `ca_file` {clean(mailbox.ca_file)} gives no certificate",
                    "It must be a file in PEM form: a line -----BEGIN CERTIFICATE-----.",
                ) from None

    def get(
        self, url: str, params: Any = None, headers: Mapping[str, str] | None = None, **_: Any
    ) -> Answer:
        """msal: a GET."""
        return self(_with(url, params), "GET", None, headers)

    def post(
        self,
        url: str,
        params: Any = None,
        data: Any = None,
        headers: Mapping[str, str] | None = None,
        **_: Any,
    ) -> Answer:
        """msal: a POST of a form."""
        body = urlencode(data) if isinstance(data, Mapping) else data or ""
        return self(_with(url, params), "POST", body.encode(), headers)

    def close(self) -> None:
        """Nothing is kept open."""

    def __call__(
        self,
        url: str,
        method: str = "GET",
        body: bytes | str | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
        **_: Any,
    ) -> Answer:
        """google-auth: one request."""
        host = urlsplit(url).hostname or ""
        who = self._mailbox.address
        if urlsplit(url).scheme != "https":
            raise MailboxError(f"{who}: {clean(host)} would be asked without TLS, and is not")
        data = body.encode() if isinstance(body, str) else body
        request = urllib.request.Request(url, data, dict(headers or {}), method=method)
        with _Limit(_ALL_SECONDS) as limit:
            try:
                answer = self._answer(request, limit)
            except (OSError, http.client.HTTPException, ValueError) as error:
                raise _unreachable(who, host, TimeoutError() if limit.over else error) from None
        if limit.over:
            raise _unreachable(who, host, TimeoutError())
        if answer.status >= 500 or answer.status in (408, 429) or 300 <= answer.status < 400:
            text = f"could not give a token just now (HTTP {answer.status})"
            raise MailboxError(
                f"{who}: {host} {text}", _NEXT_POLL, public=f"who gives the tokens {text}"
            )
        if not _is_json(answer):
            raise MailboxError(
                f"{who}: {host} answered with something else than a token (HTTP {answer.status})",
                "A web filter may stand between: your IT support must let this computer reach it.",
                public="who gives the tokens answered with something else",
            )
        return answer

    def _answer(self, request: urllib.request.Request, limit: _Limit) -> Answer:
        opener = urllib.request.build_opener(_Limited(self._trust, limit), _NoRedirect)
        try:
            with opener.open(request, timeout=_SECONDS) as response:
                return Answer(response.status, dict(response.headers), response.read(_MOST_BYTES))
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, dict(error.headers), error.read(_MOST_BYTES))


def _with(url: str, params: Any) -> str:
    return f"{url}{'&' if '?' in url else '?'}{urlencode(params)}" if params else url


def _is_json(answer: Answer) -> bool:
    try:
        return isinstance(json.loads(answer.data), dict)
    except (ValueError, RecursionError):
        return False


def _unreachable(who: str, host: str, error: Exception) -> MailboxError:
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(reason, ssl.SSLCertVerificationError):
        return MailboxError(
            f"{who}: the certificate of {host} cannot be trusted: {clean(reason.verify_message)}",
            "No secret was sent. If the school's web filter re-signs connections, set `ca_file` "
            "to its certificate.",
            public="the certificate of who gives the tokens cannot be trusted",
        )
    if isinstance(reason, socket.gaierror):
        return MailboxError(
            f"{who}: {host} cannot be found",
            "Check whether this computer is on the internet.",
            public="who gives the tokens cannot be found",
        )
    if isinstance(reason, TimeoutError):
        public = "who gives the tokens did not answer in time"
        return MailboxError(f"{who}: {host} did not answer in time", _NEXT_POLL, public=public)
    return MailboxError(
        f"{who}: no connection to {host}, which gives the tokens",
        f"Check whether a firewall or proxy blocks it. {_NEXT_POLL}",
        public="no connection to who gives the tokens",
    )
