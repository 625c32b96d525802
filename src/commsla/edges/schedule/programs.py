"""Runs a system's own scheduling program, and says in a sentence why it would not."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from typing import Protocol

from commsla.core.clean import clean
from commsla.core.timetable import Job
from commsla.errors import CommslaError

_SECONDS = 60.0


class NotScheduled(CommslaError):
    """The schedule cannot be written, or the system would not take it."""


class Schedule(Protocol):
    """What each kind of schedule can do. All but `notes` raise NotScheduled."""

    def text(self, job: Job) -> str:
        """What would be installed, as a person can read and copy it."""

    def notes(self, job: Job) -> list[str]:
        """What to know about it, a sentence each."""

    def install(self, job: Job) -> str:
        """Install it for this user, in place of an earlier one; returns what was done."""

    def remove(self, name: str) -> str:
        """Take the job of this name out again, and nothing else; returns what was done."""


def run(words: Sequence[str], data: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
    """Run it in English and wait. Raises NotScheduled where it is not there or does not end."""
    name = words[0]
    found = shutil.which(name)
    if found is None:
        raise NotScheduled(
            f"There is no program {name} here.",
            "Choose another kind with --as: cron, systemd, windows.",
        )
    try:
        return subprocess.run(
            [found, *words[1:]],
            input=b"" if data is None else data,
            capture_output=True,
            env={**os.environ, "LC_ALL": "C"},
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise NotScheduled(f"{name} did not end within {_SECONDS:g} seconds.") from None
    except OSError as error:
        raise NotScheduled(f"{name} cannot be started: {error.strerror}.") from None


def must(words: Sequence[str], data: bytes | None = None, hint: str = "") -> None:
    """The same where anything but success is a failure."""
    done = run(words, data)
    if done.returncode:
        raise refused(words, done, hint)


def refused(
    words: Sequence[str], done: subprocess.CompletedProcess[bytes], hint: str = ""
) -> NotScheduled:
    """What a program said when it failed, in one line."""
    said = clean((done.stderr or done.stdout).decode("utf-8", "replace"), 200)
    shown = " ".join(words[:3])
    return NotScheduled(f"{shown} failed (exit code {done.returncode}): {said}", hint)


def plain(text: str, never: str, what: str) -> str:
    """The same text, if it holds none of these characters and no control character."""
    bad = next(
        (c for c in text if c in never or not (c.isprintable() or "\ud800" <= c <= "\udfff")), ""
    )
    if bad:
        raise NotScheduled(
            f"{clean(text, 200)} has a character that {what} cannot hold ({bad!a}).",
            "Give that file or folder another name, or choose another kind with --as.",
        )
    return text
