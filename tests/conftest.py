"""Every test runs away from the real home and talks to loopback only."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from commsla.edges.imap.wire import Wire
from tests.edges.dovecot import Dovecot, why_not
from tests.edges.readonly import writes

# Machines are shared and noisy: nothing is judged by how long one example took.
settings.register_profile("commsla", deadline=None)
settings.load_profile("commsla")

_REAL_CONNECT = socket.socket.connect


def _loopback_only(self: socket.socket, address: object) -> None:
    if self.family in (socket.AF_INET, socket.AF_INET6) and isinstance(address, tuple):
        host = str(address[0])
        if not (host.startswith("127.") or host in ("::1", "localhost")):
            raise AssertionError(f"a test tried to reach {host}")
    _REAL_CONNECT(self, address)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def _away_from_home(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    home: Path = tmp_path_factory.getbasetemp() / "home"
    home.mkdir(exist_ok=True)
    for name in ("HOME", "USERPROFILE", "LOCALAPPDATA", "APPDATA"):
        monkeypatch.setenv(name, str(home))
    for name in ("COMMSLA_HOME", "COMMSLA_CONFIG", "XDG_STATE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name in ("FORCE_COLOR", "NO_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(socket.socket, "connect", _loopback_only)


@pytest.fixture(autouse=True)
def _only_reads(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever server a test talks to: of what this process says, nothing does more than reading.

    The servers that other processes talk to hold the same against what they hear.
    """
    said: dict[int, bytes] = {}
    send = Wire.send

    def noted(wire: Wire, data: bytes) -> None:
        said[id(wire)] = said.get(id(wire), b"") + bytes(data)
        send(wire, data)

    monkeypatch.setattr(Wire, "send", noted)
    yield
    for heard in said.values():
        lines = heard.decode("latin-1").removesuffix("\r\n").split("\r\n")
        assert writes(re.sub(r"\A[A-P]{4}\d+ ", "", line) for line in lines) == []


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    """A real Dovecot, once per run; each test takes a user name of its own."""
    reason = why_not()
    if reason:
        pytest.skip(reason)
    with Dovecot() as server:
        yield server
