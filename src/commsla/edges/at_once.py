"""Runs pieces of work side by side, so many at a time; it knows nothing of what they do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from threading import Thread

AT_ONCE = 10  # mailboxes; a server that hangs holds up one of them, never all
_LOOK_UP_SECONDS = 0.5  # a wait without an end cannot be interrupted by Ctrl-C on Windows


def at_once(work: Sequence[Callable[[], None]], most: int = AT_ONCE) -> None:
    """Run every piece, at most `most` at a time, and return when all have ended.

    The first error of a piece is raised here at once, and so is Ctrl-C: what still runs then is left
    to end with the process.
    """
    if len(work) == 1 or most == 1:
        for piece in work:
            piece()
        return
    waiting: SimpleQueue[Callable[[], None]] = SimpleQueue()
    for piece in work:
        waiting.put(piece)
    ended: SimpleQueue[BaseException | None] = SimpleQueue()

    def run() -> None:
        while True:
            try:
                piece = waiting.get_nowait()
            except Empty:
                return
            try:
                piece()
            except BaseException as error:  # noqa: BLE001 - it is raised again where it is waited for
                ended.put(error)
                return
            ended.put(None)

    for _ in range(min(most, len(work))):
        Thread(target=run, daemon=True).start()
    for _ in work:
        error = _next(ended)
        if error is not None:
            raise error


def _next(ended: SimpleQueue[BaseException | None]) -> BaseException | None:
    while True:
        try:
            return ended.get(timeout=_LOOK_UP_SECONDS)
        except Empty:
            continue
