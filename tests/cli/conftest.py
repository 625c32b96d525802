"""The demo, played once: a ledger with a known story for every test of the commands."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from commsla.demo.play import play


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
