"""Runs commsla as a person does: in a terminal of some width, or in a pipe."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyte
import pytest


@dataclass(frozen=True)
class Result:
    """What came out. `screen` is what a terminal shows, rows without trailing space."""

    code: int
    out: str
    err: str = ""
    raw: bytes = b""

    @property
    def rows(self) -> list[str]:
        return self.out.splitlines()


def _environment(home: Path, extra: Mapping[str, str]) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if k in ("PATH", "SYSTEMROOT", "HOME", "LANG")}
    return {**kept, "COMMSLA_HOME": str(home), "PYTHONUTF8": "1", **extra}


def pipe(home: Path, *words: str, cwd: Path | None = None, **extra: str) -> Result:
    """Run with stdout and stderr in pipes."""
    done = subprocess.run(
        [sys.executable, "-m", "commsla", *words],
        capture_output=True,
        env=_environment(home, extra),
        cwd=cwd or home,
        stdin=subprocess.DEVNULL,
        timeout=120,
        check=False,
    )
    out = done.stdout.decode("utf-8")
    return Result(done.returncode, out, done.stderr.decode("utf-8"), done.stdout)


def terminal(home: Path, columns: int, *words: str, rows: int = 400, **extra: str) -> Result:
    """Run in a pseudo-terminal; `out` is the screen as pyte shows it, `raw` the bytes."""
    if sys.platform == "win32":
        pytest.skip("no pseudo-terminal on Windows")
    import fcntl
    import pty
    import termios

    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-m", "commsla", *words],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env=_environment(home, {"TERM": "xterm-256color", **extra}),
        cwd=home,
        close_fds=True,
    )
    os.close(slave)
    raw = b""
    while True:
        try:
            part = os.read(master, 65536)
        except OSError:  # the other end was closed
            break
        if not part:
            break
        raw += part
    os.close(master)
    code = process.wait(60)
    screen = pyte.Screen(columns, rows)
    pyte.ByteStream(screen).feed(raw)
    shown = [line.rstrip() for line in screen.display]
    while shown and not shown[-1]:
        shown.pop()
    return Result(code, "\n".join(shown), raw=raw)
