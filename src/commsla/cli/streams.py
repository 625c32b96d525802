"""Where a run writes: a reader who left and a full disk are told apart from every other failure."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from collections.abc import Iterable
from typing import Any, TextIO, cast

_READER_LEFT = 141  # 128 + SIGPIPE, as every other program of a shell's pipe ends
_NOT_WRITTEN = 1


class OutputFailed(Exception):
    """Nothing more can be written to stdout.

    No OSError on purpose: Typer ends with 1 and keeps silent at a closed pipe, and a full disk of the
    ledger or of a mailbox's connection must never be taken for this.
    """

    def __init__(self, error: OSError) -> None:
        super().__init__()
        self._error = error

    def end(self) -> int:
        """Silence what waits to be written, say what a person must know; returns the exit code."""
        _silence()
        # Windows calls a pipe without a reader an invalid argument.
        left = isinstance(self._error, BrokenPipeError) or (
            sys.platform == "win32" and self._error.errno == errno.EINVAL
        )
        if left:  # `commsla status | head`: who has read enough wants no message
            return _READER_LEFT
        why = self._error.strerror or type(self._error).__name__
        sys.stderr.write(f"The output could not be written to its end: {why}.\n")
        return _NOT_WRITTEN


class _Watched:
    """A stream whose failures are raised as OutputFailed; all else is the stream's own."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        try:
            return self._stream.write(text)
        except OSError as error:
            raise OutputFailed(error) from error

    def writelines(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        try:
            self._stream.flush()
        except OSError as error:
            raise OutputFailed(error) from error

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class _Unheard(_Watched):
    """A stream that may fail without anybody noticing: a full log must not stop a poll."""

    def write(self, text: str) -> int:
        try:
            return super().write(text)
        except OutputFailed:
            return len(text)

    def flush(self) -> None:
        with contextlib.suppress(OutputFailed):
            super().flush()


def watch() -> None:
    """From now on stdout fails with OutputFailed, and stderr in silence."""
    if sys.stdout is None:  # closed by who started us: `>&-`
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - until the end
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - until the end
    for stream in (sys.stdout, sys.stderr):
        # An old Windows code page must not turn a parent's name into a traceback.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    if not isinstance(sys.stdout, _Watched):
        sys.stdout = cast("TextIO", _Watched(sys.stdout))
    if not isinstance(sys.stderr, _Watched):
        sys.stderr = cast("TextIO", _Unheard(sys.stderr))


def _silence() -> None:
    """What is still buffered goes nowhere: Python would try again at its end, and complain."""
    try:
        descriptor = sys.stdout.fileno()
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, descriptor)
        os.close(nowhere)
    except (OSError, ValueError):  # a stream without a file, as in a test
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - until the end
