"""A process that has commsla loaded already and forks itself for each run: a new start costs 0.2 s.

Each run is a process of its own, with the arguments, environment, folder and streams that it is
given, and ends as Python ends. What a start itself does is not seen here: a run that is about that
(a kill, a shell, Python's own switches) starts its own Python.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import pkgutil
import runpy
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

_LONGEST_RUN = 120.0  # seconds
_TOLD_TO_PYTHON = ("PYTHON", "LANG", "LC_", "TZ")


def can_run(extra: Mapping[str, str]) -> bool:
    """Not on Windows, and not what Python itself reads when it starts."""
    return hasattr(os, "fork") and not any(name.startswith(_TOLD_TO_PYTHON) for name in extra)


class Warm:
    """The process that forks; one run at a time."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.over = False  # nothing more can be run here
        self._line, theirs = socket.socketpair()
        self._line.settimeout(_LONGEST_RUN)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.cli.warm", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                env=dict(environment),
                cwd=Path(__file__).parents[2],
                start_new_session=True,
            )

    def start(
        self,
        words: Sequence[str],
        environment: Mapping[str, str],
        cwd: Path,
        streams: Sequence[int],
    ) -> None:
        """Begin a run with these file descriptors as stdin, stdout and stderr."""
        order = json.dumps([list(words), dict(environment), str(cwd)]).encode()
        socket.send_fds(self._line, [len(order).to_bytes(4, "big") + order], list(streams))

    def wait(self) -> int:
        """The exit code of the run that was started, -N where signal N ended it."""
        try:
            code = self._line.recv(4)
        except TimeoutError:
            os.killpg(self._process.pid, signal.SIGKILL)
            self.over = True
            raise
        assert len(code) == 4, "the process that forks is gone"
        return int.from_bytes(code, "big", signed=True)

    def stop(self) -> None:
        self._line.close()
        self._process.wait(10)


def _load() -> None:
    """All of commsla, and what its commands load while they run."""
    import commsla

    for module in pkgutil.walk_packages(commsla.__path__, "commsla."):
        if module.name != "commsla.__main__":
            importlib.import_module(module.name)
    for name in ("holidays", "imapclient", "rich.console", "rich.table", "rich.text", "tomlkit"):
        importlib.import_module(name)


def _serve(line: socket.socket) -> None:
    """Fork for each order until nobody orders any more; returns in the child only."""
    _load()
    gc.freeze()  # what is loaded is not looked through again, which would copy it in each child
    while True:
        first, streams, _, _ = socket.recv_fds(line, 65536, 3)
        if not first:
            sys.exit()
        size = 4 + int.from_bytes(first[:4], "big")
        while len(first) < size:
            first += line.recv(size - len(first))
        child = os.fork()
        if not child:
            line.close()
            words, environment, cwd = json.loads(first[4:])
            _become(words, environment, cwd, streams)
            return
        for stream in streams:
            os.close(stream)
        _, status = os.waitpid(child, 0)
        line.sendall(os.waitstatus_to_exitcode(status).to_bytes(4, "big", signed=True))


def _become(
    words: list[str], environment: dict[str, str], cwd: str, streams: Sequence[int]
) -> None:
    """What a new Python in UTF-8 mode makes of its arguments, environment and streams."""
    for number, given in enumerate(streams):
        os.dup2(given, number)
        os.close(given)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["commsla", *words]
    ways = (("stdin", "r", "surrogateescape"), ("stdout", "w", "surrogateescape"),
            ("stderr", "w", "backslashreplace"))  # fmt: skip
    for number, (name, mode, errors) in enumerate(ways):
        by_line = name == "stderr" or os.isatty(number)
        stream = open(  # noqa: SIM115 - until the end
            number, mode, 1 if by_line else -1, "utf-8", errors, closefd=False
        )
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


if __name__ == "__main__":
    with socket.socket(fileno=int(sys.argv[1])) as orders:
        _serve(orders)
    runpy.run_module("commsla", run_name="__main__", alter_sys=True)
