"""One line on stderr that is written over, for a person who watches; cron never sees it."""

from __future__ import annotations

import sys


class ProgressLine:
    """Called with a sentence, it shows it in place of the one before."""

    def __init__(self, watched: bool) -> None:
        self._watched = watched
        self._width = 0

    def __call__(self, sentence: str) -> None:
        if self._watched:
            shown = sentence[:78]
            sys.stderr.write("\r" + shown.ljust(self._width))
            sys.stderr.flush()
            self._width = len(shown)

    def clear(self) -> None:
        """Leave an empty line."""
        if self._width:
            sys.stderr.write("\r" + " " * self._width + "\r")
            sys.stderr.flush()
            self._width = 0
