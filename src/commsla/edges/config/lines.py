"""Says on which line of a TOML text each key and item stands; it never judges what they hold."""

from __future__ import annotations

import bisect
import re
import tomllib
from typing import Any

Loc = tuple[int | str, ...]

_BLANK = re.compile(r"(?:[ \t\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_BASIC = re.compile(r'"(?:[^"\\]|\\.)*"')
_LITERAL = re.compile(r"'[^']*'")
# A multi-line string may end in one or two quotes of its own: five at most stand at its end.
_LONG_BASIC = re.compile(r'"""(?:[^\\]|\\.)*?"""(?:"{0,2})', re.DOTALL)
_LONG_LITERAL = re.compile(r"'''.*?'''(?:'{0,2})", re.DOTALL)
_BARE = re.compile(r"[^,\]}\n#]*")
_KEY = re.compile(r"""(?:"(?:[^"\\]|\\.)*"|'[^']*'|[^"'=\]])*""")


class Lines:
    """The line of every key, table and list item of a TOML text that `tomllib` has accepted."""

    def __init__(self, text: str) -> None:
        """Scan `text` once. Raise RecursionError where lists are nested past Python's limit."""
        scanner = _Scanner(text.replace("\r\n", "\n"))
        self._lines = scanner.scan()
        self._ends, self._headers = scanner.ends, scanner.headers

    def line(self, loc: Loc) -> int:
        """The line (from 1) of `loc`, or of the nearest table or list around it that is written."""
        for length in range(len(loc), 0, -1):
            if loc[:length] in self._lines:
                return self._lines[loc[:length]]
        return 1

    def places(self) -> frozenset[Loc]:
        """Every place that stands in the text."""
        return frozenset(self._lines)

    def last(self, loc: Loc) -> int:
        """The last line that belongs to `loc` or to anything in it; remarks below it do not."""
        size = len(loc)
        inside = [line for place, line in self._ends.items() if place[:size] == loc]
        return max(inside, default=self.line(loc))

    def headers(self, loc: Loc) -> dict[Loc, int]:
        """`loc` and the tables below it that have a [header] of their own -> its line."""
        return {at: line for at, line in self._headers.items() if at[: len(loc)] == loc}


class _Scanner:
    # Reads only TOML that is known to be valid, so it needs to find ends, not faults.

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._breaks = [match.start() for match in re.finditer("\n", text)]
        self._lines: dict[Loc, int] = {}
        self._counts: dict[Loc, int] = {}  # [[array]] -> how many of its tables were met
        self.ends: dict[Loc, int] = {}  # of each header and each key with its value: its last line
        self.headers: dict[Loc, int] = {}

    def scan(self) -> dict[Loc, int]:
        table: Loc = ()
        self._skip(_BLANK)
        while self._at < len(self._text):
            if self._text[self._at] == "[":
                table = self._header()
            else:
                self._pair(table)
            self._skip(_BLANK)
        return self._lines

    def _header(self) -> Loc:
        start = self._at
        many = self._text.startswith("[[", start)
        self._at += 2 if many else 1
        *parents, last = self._key()
        self._at += 2 if many else 1
        loc: Loc = ()
        for part in parents:
            loc = self._newest((*loc, part))
        loc = (*loc, last)
        if many:
            self._counts[loc] = self._counts.get(loc, 0) + 1
        loc = self._newest(loc)
        self._note(loc, start)
        self.headers[loc] = self.ends[loc] = self._line(start)
        return loc

    def _newest(self, loc: Loc) -> Loc:
        # [a.b] after [[a]] means: in the latest table of a.
        return (*loc, self._counts[loc] - 1) if loc in self._counts else loc

    def _pair(self, table: Loc) -> None:
        start = self._at
        loc = (*table, *self._key())
        self._note(loc, start)
        self._at += 1  # the equals sign
        self._skip(_SPACE)
        self._value(loc)
        self.ends[loc] = self._line(self._at)

    def _key(self) -> tuple[str, ...]:
        start = self._at
        self._skip(_KEY)
        # tomllib itself takes a dotted or quoted key apart, so that both agree on every escape.
        nested: Any = tomllib.loads(self._text[start : self._at] + "=0")
        parts: list[str] = []
        while isinstance(nested, dict):
            (part, nested), *_ = nested.items()
            parts.append(part)
        return tuple(parts)

    def _value(self, loc: Loc) -> None:
        rest = self._text[self._at : self._at + 3]
        if rest.startswith("["):
            self._list(loc)
        elif rest.startswith("{"):
            self._inline(loc)
        elif rest == '"""':
            self._skip(_LONG_BASIC)
        elif rest == "'''":
            self._skip(_LONG_LITERAL)
        elif rest.startswith('"'):
            self._skip(_BASIC)
        elif rest.startswith("'"):
            self._skip(_LITERAL)
        else:
            self._skip(_BARE)

    def _list(self, loc: Loc) -> None:
        self._at += 1
        index = 0
        while self._more("]"):
            self._note((*loc, index), self._at)
            self._value((*loc, index))
            index += 1

    def _inline(self, loc: Loc) -> None:
        self._at += 1
        while self._more("}"):
            self._pair(loc)

    def _more(self, end: str) -> bool:
        # Over blanks and a comma to the next item; over the closing bracket when there is none.
        self._skip(_BLANK)
        if self._text[self._at] == ",":
            self._at += 1
            self._skip(_BLANK)
        if self._text[self._at] == end:
            self._at += 1
            return False
        return True

    def _skip(self, pattern: re.Pattern[str]) -> None:
        match = pattern.match(self._text, self._at)
        if match:
            self._at = match.end()

    def _note(self, loc: Loc, at: int) -> None:
        line = self._line(at)
        for length in range(1, len(loc)):
            self._lines.setdefault(loc[:length], line)
        self._lines[loc] = line

    def _line(self, at: int) -> int:
        return bisect.bisect_left(self._breaks, at) + 1
