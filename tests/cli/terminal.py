"""Runs commsla as a person does: in a terminal of some width, or in a pipe."""

from __future__ import annotations

import atexit
import os
import struct
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pyte
import pytest

from tests.cli.warm import Warm, can_run


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


_WARM: list[Warm] = []


def _warm() -> Warm:
    """The process that forks, made when it is first needed."""
    if not _WARM or _WARM[-1].over:
        _WARM.append(Warm(_environment(Path.home(), {})))
        atexit.register(_WARM[-1].stop)
    return _WARM[-1]


def pipe(home: Path, *words: str, cwd: Path | None = None, **extra: str) -> Result:
    """Run with stdout and stderr in pipes."""
    environment, folder = _environment(home, extra), cwd or home
    run = _pipe_warm if can_run(extra) else _pipe_cold
    code, out, err = run(words, environment, folder)
    return Result(code, out.decode("utf-8"), err.decode("utf-8"), out)


def _pipe_cold(
    words: Sequence[str], environment: Mapping[str, str], cwd: Path
) -> tuple[int, bytes, bytes]:
    done = subprocess.run(
        [sys.executable, "-m", "commsla", *words],
        capture_output=True,
        env=environment,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        timeout=120,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def _pipe_warm(
    words: Sequence[str], environment: Mapping[str, str], cwd: Path
) -> tuple[int, bytes, bytes]:
    out, err = os.pipe(), os.pipe()
    with open(os.devnull, "rb") as nothing:
        _warm().start(words, environment, cwd, (nothing.fileno(), out[1], err[1]))
    os.close(out[1])
    os.close(err[1])
    # Aside: a full pipe that nobody reads would stop it.
    with ThreadPoolExecutor(2) as aside, open(out[0], "rb") as of_out, open(err[0], "rb") as of_err:
        said, told = aside.submit(of_out.read), aside.submit(of_err.read)
        return _warm().wait(), said.result(), told.result()


def terminal(home: Path, columns: int, *words: str, rows: int = 400, **extra: str) -> Result:
    """Run in a pseudo-terminal; `out` is the screen as pyte shows it, `raw` the bytes."""
    if sys.platform == "win32":
        pytest.skip("no pseudo-terminal on Windows")
    import fcntl
    import pty
    import termios

    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    environment = _environment(home, {"TERM": "xterm-256color", **extra})
    _warm().start(words, environment, home, (slave, slave, slave))
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
    code = _warm().wait()
    screen = pyte.Screen(columns, rows)
    pyte.ByteStream(screen).feed(raw)
    shown = [line.rstrip() for line in screen.display]
    while shown and not shown[-1]:
        shown.pop()
    return Result(code, "\n".join(shown), raw=raw)
