"""Edits schools.toml in place, keeping its comments and order; what was there can be had back.

It never writes a file that the loader would refuse, and never half a file.
"""

from __future__ import annotations

import difflib
import hashlib
import os
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path

import tomlkit
from tomlkit.items import AoT, KeyType, SingleKey, Table

from commsla.core.school import DayKind, Override, SchoolYear
from commsla.edges.config.dates import read_day, spoken
from commsla.edges.config.load import config_of, read_config_text
from commsla.edges.config.values import WrongValueError
from commsla.errors import CommslaError, ConfigError

_KINDS = {DayKind.CLOSED: "closed", DayKind.OFFICE: "office", DayKind.SCHOOL: "school"}
_KEPT = 50  # earlier texts
Change = Callable[[str], str]


def change(path: Path, history: Path, now: datetime, edit: Change) -> bool:
    """Apply `edit` to the text of a config; False where it changes nothing.

    The result is checked by the loader before it replaces the file, and the old text is kept in
    `history` (0600). Raises ConfigError with the problems that the change would make, and
    CommslaError where the file cannot be written.
    """
    path = Path(os.path.realpath(path))  # through a link: the file itself is edited
    old = _text(path)
    new = edit(old)
    if new == old:
        return False
    config_of(new, path)
    try:
        history.mkdir(mode=0o700, parents=True, exist_ok=True)
        kept = sorted(history.glob("*.toml"))
        number = int(kept[-1].name.partition("-")[0]) + 1 if kept else 1
        name = f"{number:06}-{now:%Y%m%d-%H%M}-{_digest(new)}.toml"
        _write(history / name, old, mode=0o600)
        _write(path, new, mode=path.stat().st_mode & 0o777)
        for stale in kept[: -(_KEPT - 1)]:
            stale.unlink()
    except OSError as error:
        raise _unwritable(path, error) from error
    return True


def undo(path: Path, history: Path) -> list[str]:
    """Put back what stood there before the newest change; returns the difference as lines.

    Raises CommslaError where there is nothing to undo, or where the file was edited by hand since.
    """
    path = Path(os.path.realpath(path))
    now = _text(path)
    kept = sorted(history.glob("*.toml")) if history.is_dir() else []
    if not kept:
        raise CommslaError("There is no calendar change to undo.")
    newest = kept[-1]
    if newest.stem.rpartition("-")[2] != _digest(now):
        raise CommslaError(
            f"{path.name} was edited by hand since the last calendar change, so it is left alone.",
            f"What stood there before that change is kept in {newest}.",
        )
    old = _text(newest)
    try:
        _write(path, old, mode=path.stat().st_mode & 0o777)
        newest.unlink()
    except OSError as error:
        raise _unwritable(path, error) from error
    lines = difflib.unified_diff(now.splitlines(), old.splitlines(), lineterm="", n=0)
    return [line for line in lines if not line.startswith(("---", "+++", "@@"))]


def with_days(code: str | None, days: Sequence[Override]) -> Change:
    """The edit that says these days are different, for one school or (None) for all.

    A day of the same date that stands there already is replaced.
    """

    def edit(text: str) -> str:
        document = tomlkit.parse(text)
        owner = _owner(document, code)
        listed = owner.get("days")
        kept = listed if isinstance(listed, AoT) else tomlkit.aot()
        dates = {day.date for day in days}
        for index in reversed(range(len(kept))):
            if _same_day(kept[index].get("date"), dates):
                del kept[index]
        for day in days:
            table = tomlkit.table()
            table["date"] = spoken(day.date)
            table["kind"] = _KINDS[day.kind]
            table["reason"] = day.reason
            if day.entered:
                table["entered"] = day.entered.replace(microsecond=0, tzinfo=None)
            table.add(tomlkit.nl())
            kept.append(table)
        if "days" not in owner:
            owner.append("days", kept)
        return _dumped(document, text)

    return edit


def with_year(code: str | None, year: SchoolYear) -> Change:
    """The edit that lists a school year, for one school or (None) for all; it replaces that year."""

    def edit(text: str) -> str:
        document = tomlkit.parse(text)
        owner = _owner(document, code)
        table = tomlkit.table()
        table["terms"] = _rows([[spoken(t.first), spoken(t.last)] for t in year.terms])
        table["inset"] = _rows([spoken(day) for day in year.inset])
        table.add(tomlkit.nl())
        years = owner.get("years")
        if not isinstance(years, Table):
            years = tomlkit.table(is_super_table=True)
            owner.append("years", years)
            years = owner["years"]
        # Quoted as people write it: the name looks like a subtraction otherwise.
        years[SingleKey(year.name, KeyType.Basic)] = table
        return _dumped(document, text)

    return edit


def _owner(document: tomlkit.TOMLDocument, code: str | None) -> Table:
    if code is None:
        return document  # type: ignore[return-value]  # a document is used as its outermost table
    for school in document["schools"]:
        if school.get("code") == code:
            return school  # type: ignore[no-any-return]
    raise CommslaError(f'There is no school "{code}" in the file.')


def _same_day(value: object, dates: set[date]) -> bool:
    try:
        return read_day(value if isinstance(value, date) else str(value)) in dates
    except WrongValueError:
        return False


def _rows(items: Sequence[object]) -> tomlkit.items.Array:
    array = tomlkit.array()
    for item in items:
        array.add_line(item, indent="  ")
    if items:
        array.add_line(indent="")
    return array


def _dumped(document: tomlkit.TOMLDocument, old: str) -> str:
    text = tomlkit.dumps(document)
    # tomlkit writes its own lines with \n: a file from Windows keeps \r\n throughout.
    return text.replace("\r\n", "\n").replace("\n", "\r\n") if "\r\n" in old else text


def _text(path: Path) -> str:
    read_config_text(path)  # a folder, a lack of rights, no UTF-8: its sentences
    return path.read_bytes().decode("utf-8")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:16]


def _write(path: Path, text: str, *, mode: int) -> None:
    scratch = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        descriptor = os.open(scratch, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode)
        with os.fdopen(descriptor, "wb") as handle:
            handle.write(text.encode("utf-8"))
            handle.flush()
            os.fsync(handle.fileno())
        os.chmod(scratch, mode)
        os.replace(scratch, path)
    finally:
        scratch.unlink(missing_ok=True)


def _unwritable(path: Path, error: OSError) -> CommslaError:
    return ConfigError(
        f"{path} cannot be written: {error.strerror}. Nothing was changed.",
        hint="Close the file in other programs, or ask whoever runs this machine for the right.",
    )
