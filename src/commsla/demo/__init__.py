"""A made-up half-term of two made-up schools: nothing here is a real school, person or address.

The story runs from Mon 2 Nov to Fri 18 Dec 2026. Its mailboxes are polled first at `DAY_ONE`, its
"now" is always `DEMO_NOW`, so that what it shows is the same on every day of every year.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

# Mon 2 Nov 2026 07:30 and Thu 17 Dec 2026 08:45, Europe/London; both are in winter time, so UTC.
DAY_ONE = datetime(2026, 11, 2, 7, 30, tzinfo=UTC)
DEMO_NOW = datetime(2026, 12, 17, 8, 45, tzinfo=UTC)

# The code of a school -> the address of its mailbox, which is also the login name.
MAILBOXES = {
    "thistledown": "thistledown@brackenford.example",
    "marshlane": "marshlane@brackenford.example",
}

_PORT = "port = 143 #"
_PASSWORD_FILE = "demo.password"  # as schools.toml names it


def demo_config(port: int) -> str:
    """The text of the demo's schools.toml for a server on 127.0.0.1 and this port."""
    text = files(__name__).joinpath("schools.toml").read_text(encoding="utf-8")
    return text.replace(_PORT, f"port = {port} #")


def write_config(folder: Path, port: int, password: str) -> Path:
    """Write schools.toml and, 0600 beside it, the password; returns the path of the first.

    `folder` must exist and belong to the demo: what these two files held before is lost.
    """
    secret = folder / _PASSWORD_FILE
    secret.unlink(missing_ok=True)  # the mode below is for a new file only
    descriptor = os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "w", encoding="utf-8") as file:
        file.write(password + "\n")
    config = folder / "schools.toml"
    config.write_text(demo_config(port), encoding="utf-8")
    return config
