"""Pings a monitoring service when a run starts and ends: empty requests, and no word of what was read.

A service of the healthchecks.io kind: URL/start, then URL or URL/fail. It never shows the URL.
"""

from __future__ import annotations

import http.client
import ssl
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from commsla.core.beat import may_be_pinged
from commsla.errors import MailboxError

SECONDS = 10.0  # that a run waits for its last ping, all in all
_START, _DONE, _FAILED = "/start", "", "/fail"


class Heartbeat:
    """The sign of life of one run, given from a thread of its own: nothing waits for it but the end.

    `url` gives the address (it may read a file or run a command), `ca_file` a further certificate.
    """

    def __init__(self, url: Callable[[], str], ca_file: str = "", seconds: float = SECONDS) -> None:
        self._url = url
        self._ca_file = ca_file
        self._seconds = seconds
        self._ended = threading.Event()
        self._last: str | None = None
        self._why = "it took too long"
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)

    def start(self) -> None:
        """Say that a run begins. Returns at once."""
        self._thread.start()

    def leave(self) -> None:
        """Say nothing of the end. Returns at once."""
        self._ended.set()

    def end(self, *, well: bool) -> str:
        """Say how the run ended; returns why that was not heard, or "". Never raises."""
        self._last = _DONE if well else _FAILED
        self._ended.set()
        self._thread.join(self._seconds)
        return self._why

    def _run(self) -> None:
        try:
            url = self._url().strip().rstrip("/")
            if not may_be_pinged(url):
                self._why = "what is read as its address is none"
                return
            opener = self._opener()
        except MailboxError as error:
            self._why = error.public or "its address cannot be read"
            return
        except (OSError, ValueError, RuntimeError):
            self._why = "the `ca_file` of [heartbeat] gives no certificate"
            return
        self._ping(opener, url + _START)
        self._ended.wait()
        if self._last is not None:
            self._why = self._ping(opener, url + self._last)

    def _opener(self) -> urllib.request.OpenerDirector:
        context = ssl.create_default_context()
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if self._ca_file:
            context.load_verify_locations(cafile=str(Path(self._ca_file).expanduser()))
        return urllib.request.build_opener(
            urllib.request.HTTPSHandler(context=context), _NoRedirect
        )

    def _ping(self, opener: urllib.request.OpenerDirector, url: str) -> str:
        """Why it was not heard, or ""; half of the time for each, so that a lost first spares the last."""
        request = urllib.request.Request(url, headers={"User-Agent": "commsla"}, method="GET")
        try:
            with opener.open(request, timeout=self._seconds / 2 - 0.5) as answer:
                heard = answer.status
        except urllib.error.HTTPError as error:
            with error:
                heard = error.code
        except (OSError, http.client.HTTPException, ValueError) as error:
            return _why(error)
        return "" if 200 <= heard < 300 else f"the service answered HTTP {heard}"


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        """The address is as good as a password, and is not carried elsewhere."""


def _why(error: Exception) -> str:
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(reason, ssl.SSLCertVerificationError):
        return "the certificate of the service cannot be trusted"
    if isinstance(reason, TimeoutError):
        return "the service did not answer in time"
    return "no connection to the service"
