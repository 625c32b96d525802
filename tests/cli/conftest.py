"""The demo, played once: a ledger with a known story for every test of the commands."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from commsla.demo.play import play
from tests.cli.doctoring import Bench
from tests.edges.dovecot import Dovecot


@pytest.fixture(scope="session")
def _played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("played")
    play(home / "demo", lambda _: None)
    return home


@pytest.fixture
def demo_home(_played: Path, tmp_path: Path) -> Path:
    """A state folder of one's own in which the demo was just played."""
    home = tmp_path / "state"
    shutil.copytree(_played, home)
    return home


@pytest.fixture
def bench(tmp_path: Path, request: pytest.FixtureRequest) -> Bench:
    return Bench(tmp_path, re.sub(r"\W+", "", request.node.name)[5:45].lower())


@pytest.fixture
def good(bench: Bench, dovecot: Dovecot) -> Bench:
    bench.port, bench.ca = dovecot.tls_port, dovecot.ca_file
    return bench
