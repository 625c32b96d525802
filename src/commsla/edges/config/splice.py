"""Writes days and years into the text of a schools.toml; every other line stays as it is, byte for byte.

tomlkit renders what is new; where it goes is found by lines, because a remark below a table belongs
to whoever wrote it, not to that table. A result that does not mean what was asked for is refused.
"""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

import tomlkit

from commsla.core.school import DayKind, Override, SchoolYear
from commsla.edges.config.dates import read_day, spoken
from commsla.edges.config.lines import Lines, Loc
from commsla.edges.config.values import WrongValueError
from commsla.errors import CommslaError

Change = Callable[[str], str]
_KINDS = {DayKind.CLOSED: "closed", DayKind.OFFICE: "office", DayKind.SCHOOL: "school"}
_BOM = "\ufeff"
_Raw = dict[str, Any]


def with_days(code: str | None, days: Sequence[Override]) -> Change:
    """The edit that says these days are different, for one school or (None) for all.

    A day of the same date that stands there already is replaced. For all schools, what a single
    school says of these dates is taken out: it would rule over what is said for all.
    """

    def edit(text: str) -> str:
        page = _Page(text)
        dates = {day.date for day in days}
        if code is None:
            for index in range(len(page.raw["schools"])):
                page.take_out_days(("schools", index), dates)
        owner = page.owner(code)
        for day in days:
            page.put_day(owner, day)
        return page.written()

    return edit


def with_years(code: str | None, years: Sequence[SchoolYear]) -> Change:
    """The edit that lists school years, for one school or (None) for all; it replaces these years."""

    def edit(text: str) -> str:
        page = _Page(text)
        owner = page.owner(code)
        for year in years:
            page.put_year(owner, year)
        return page.written()

    return edit


def in_turn(edits: Iterable[Change]) -> Change:
    """Several edits as one, so that one undo takes them back."""
    steps = tuple(edits)

    def edit(text: str) -> str:
        for step in steps:
            text = step(text)
        return text

    return edit


class _Page:
    """A text whose lines are being replaced. `raw` is what it means, `wanted` what it shall mean."""

    def __init__(self, text: str) -> None:
        self._bom = _BOM if text.startswith(_BOM) else ""
        self._text = text.removeprefix(_BOM)
        self.raw: _Raw = tomllib.loads(self._text)
        self.wanted = copy.deepcopy(self.raw)
        self._lines = Lines(self._text)
        self._end = "\r" if self._text.count("\r\n") * 2 > self._text.count("\n") else ""
        whole = self._text if self._text.endswith("\n") else f"{self._text}{self._end}\n"
        self._rows = whole.split("\n")  # a "\r" stays at its row's end
        self._edits: list[tuple[int, int, list[str]]] = []  # rows [from, to) -> rows

    def owner(self, code: str | None) -> Loc:
        if code is None:
            return ()
        for index, school in enumerate(self.raw["schools"]):
            if school.get("code") == code:
                return ("schools", index)
        raise CommslaError(f'There is no school "{code}" in the file.')

    def put_day(self, owner: Loc, day: Override) -> None:
        entry: _Raw = {
            "date": spoken(day.date),
            "kind": _KINDS[day.kind],
            "reason": day.reason,
        }
        if day.entered:
            entry["entered"] = day.entered.replace(microsecond=0, tzinfo=None)
        listed = _at(self.wanted, owner).setdefault("days", [])
        block = self._block(f"[[{_dotted(owner, 'days')}]]", entry)
        for index, known in enumerate(_at(self.raw, owner).get("days", [])):
            if _is_on(known, {day.date}):
                listed[index] = entry
                self._replace((*owner, "days", index), block)
                return
        listed.append(entry)
        before = [at for at in self._lines.headers((*owner, "days")) if len(at) == len(owner) + 2]
        self._add(self._after(before[-1]) if before else self._foot(owner), block)

    def take_out_days(self, owner: Loc, dates: set[date]) -> None:
        listed = _at(self.raw, owner).get("days", [])
        gone = [index for index, known in enumerate(listed) if _is_on(known, dates)]
        for index in gone:
            self._replace((*owner, "days", index), [])
        if gone:
            kept = [known for index, known in enumerate(listed) if index not in gone]
            table = _at(self.wanted, owner)
            table["days"] = kept
            if not kept:
                del table["days"]

    def put_year(self, owner: Loc, year: SchoolYear) -> None:
        entry: _Raw = {
            "terms": [[spoken(t.first), spoken(t.last)] for t in year.terms],
            "inset": [spoken(day) for day in year.inset],
        }
        block = self._block(f'[{_dotted(owner, "years")}."{year.name}"]', entry)
        _at(self.wanted, owner).setdefault("years", {})[year.name] = entry
        if year.name in _at(self.raw, owner).get("years", {}):
            self._replace((*owner, "years", year.name), block)
            return
        before = [at for at in self._lines.headers((*owner, "years")) if len(at) == len(owner) + 2]
        self._add(self._after(before[-1]) if before else self._foot(owner), block)

    def written(self) -> str:
        """The new text. Raises CommslaError where it would not mean what it shall."""
        rows = list(self._rows)
        # From the last line up, so that the numbers of the lines above stay true; of two edits at
        # one place the one that was asked for first ends up first.
        order = sorted(enumerate(self._edits), key=lambda e: (e[1][0], e[0]), reverse=True)
        for _, (begin, end, block) in order:
            rows[begin:end] = block
        text = "\n".join(rows)
        try:
            meant = tomllib.loads(text)
        except tomllib.TOMLDecodeError:
            meant = {}
        if meant != self.wanted:
            raise CommslaError(
                "The days or years in the config are written in a way that commsla does not extend.",
                "Write each day under a [[days]] of its own and each year under its "
                '[years."2026-27"], as in the example; or make this change in an editor.',
            )
        return self._bom + text

    def _block(self, header: str, entry: _Raw) -> list[str]:
        document = tomlkit.document()
        for key, value in entry.items():
            document[key] = _rows(value) if isinstance(value, list) else value
        rows = [header, *tomlkit.dumps(document).rstrip("\n").split("\n")]
        return [row + self._end for row in rows]

    def _replace(self, loc: Loc, block: list[str]) -> None:
        begin, end = self._lines.line(loc) - 1, self._lines.last(loc)
        if not block and end < len(self._rows) and not self._rows[end].strip():
            end += 1  # nothing is left for the empty line to part
        self._edits.append((begin, end, block))

    def _add(self, at: int, block: list[str]) -> None:
        """Put a block before row `at`, parted from its neighbours by empty lines."""
        above = [self._end] if at and self._rows[at - 1].strip() else []
        below = [self._end] if self._rows[at].strip() else []
        self._edits.append((at, at, [*above, *block, *below]))

    def _after(self, loc: Loc) -> int:
        """The row behind a table and the remarks that touch it."""
        row = self._lines.last(loc)
        while row < len(self._rows) and self._rows[row].lstrip().startswith("#"):
            row += 1
        return row

    def _foot(self, owner: Loc) -> int:
        """Where the tables of an owner end: at the top, before the remarks above the first school."""
        if owner:
            return self._after(owner)
        row = min(self._lines.headers(("schools",)).values()) - 1
        while row and self._rows[row - 1].lstrip().startswith("#"):
            row -= 1
        return row


def _at(raw: _Raw, owner: Loc) -> _Raw:
    for part in owner:
        raw = raw[part]  # type: ignore[index]  # a school's place in the list of schools
    return raw


def _dotted(owner: Loc, key: str) -> str:
    return f"schools.{key}" if owner else key


def _is_on(entry: _Raw, dates: set[date]) -> bool:
    try:
        return read_day(entry.get("date")) in dates
    except WrongValueError:
        return False


def _rows(items: Sequence[object]) -> tomlkit.items.Array:
    array = tomlkit.array()
    for item in items:
        array.add_line(item, indent="  ")
    if items:
        array.add_line(indent="")
    return array
