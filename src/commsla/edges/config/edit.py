"""Replaces schools.toml by a changed text, and keeps what was there so that it can be had back.

It never writes a file that the loader would refuse, and never half a file.
"""

from __future__ import annotations

import contextlib
import difflib
import hashlib
import os
import re
from datetime import datetime
from pathlib import Path

from commsla.core.clean import clean
from commsla.core.school import Config
from commsla.edges.config.load import config_of, read_config_text
from commsla.edges.config.splice import Change
from commsla.errors import CommslaError, ConfigError

_KEPT = 50  # earlier texts of one file
_SHOWN = 40  # lines of a difference
_PLACE = re.compile(r"^[^\n]{1,200}?:\d+: ")


def preview(path: Path, edit: Change) -> Config:
    """What the config would be after `edit`; nothing is written.

    Raises ConfigError with the problems that the change would make.
    """
    path = Path(os.path.realpath(path))
    return _checked(edit(_text(path)), path)


def change(path: Path, history: Path, now: datetime, edit: Change) -> bool:
    """Apply `edit` to the text of a config; False where it changes nothing.

    The result is checked by the loader before it replaces the file, and the old text is kept in
    `history` (0600). Raises ConfigError with the problems that the change would make, and where the
    file cannot be written.
    """
    path = Path(os.path.realpath(path))  # through a link: the file itself is edited
    old = _text(path)
    new = edit(old)
    if new == old:
        return False
    _checked(new, path)
    kept = _kept(path, history)
    number = int(kept[-1].name.partition("-")[0]) + 1 if kept else 1
    name = f"{number:06}-{now:%Y%m%d-%H%M}-{_mark(path)}-{_digest(new)}.toml"
    try:
        history.mkdir(mode=0o700, parents=True, exist_ok=True)
        history.chmod(0o700)
        _write(history / name, old, mode=0o600)
        try:
            if _text(path) != old:  # somebody saved it from an editor in between
                raise CommslaError(f"{path.name} was changed by somebody else. Try again.")
            _write(path, new, mode=path.stat().st_mode & 0o777)
        except BaseException:
            (history / name).unlink(missing_ok=True)
            raise
        for stale in kept[: -(_KEPT - 1)]:
            stale.unlink(missing_ok=True)
    except OSError as error:
        raise _unwritable(path, error) from error
    return True


def undo(path: Path, history: Path, *, dry_run: bool = False) -> Config:
    """Put back what stood there before the newest change; returns the config as it then is.

    Undoing again goes one change further back. Raises CommslaError where there is nothing to undo,
    or where the file was edited by hand since.
    """
    path = Path(os.path.realpath(path))
    now = _text(path)
    kept = _kept(path, history)
    while kept and _text(kept[-1]) == now:
        kept.pop().unlink(missing_ok=True)  # of a change that was cut off before it was made
    if not kept:
        raise CommslaError("There is no calendar change to undo.")
    newest = kept[-1]
    old = _text(newest)
    if newest.stem.rpartition("-")[2] != _digest(now):
        raise CommslaError(
            f"{path.name} was edited by hand since the last calendar change, so nothing was taken back.",
            f"The text from before that change is kept in {newest}. "
            f"To go back to it would do this:\n{_difference(now, old)}",
        )
    config = _checked(old, path)
    if not dry_run:
        try:
            _write(path, old, mode=path.stat().st_mode & 0o777)
            newest.unlink()
        except OSError as error:
            raise _unwritable(path, error) from error
    return config


def _checked(text: str, path: Path) -> Config:
    try:
        return config_of(text.removeprefix("\ufeff"), path)
    except ConfigError as error:
        # Their lines are those of a text that nobody will see.
        raise ConfigError(
            f"{path.name} would have a problem after this change, so nothing was written.",
            problems=tuple(_PLACE.sub("", problem) for problem in error.problems),
            hint="Look at what you typed.",
        ) from None


def _kept(path: Path, history: Path) -> list[Path]:
    """The earlier texts of this file, the newest last."""
    return sorted(history.glob(f"*-{_mark(path)}-*.toml")) if history.is_dir() else []


def _mark(path: Path) -> str:
    return _digest(str(path))[:8]


def _text(path: Path) -> str:
    read_config_text(path)  # a folder, a lack of rights, no UTF-8: its sentences
    return path.read_bytes().decode("utf-8")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:16]


def _difference(now: str, then: str) -> str:
    lines = difflib.unified_diff(now.splitlines(), then.splitlines(), lineterm="", n=0)
    told = [
        f"  {clean(line, 110)}"
        for line in lines
        if not line.startswith(("---", "+++", "@@")) and line[1:].strip()
    ]
    more = [f"  ... and {len(told) - _SHOWN} lines more"] if len(told) > _SHOWN else []
    return "\n".join([*told[:_SHOWN], *more])


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
    with contextlib.suppress(OSError):  # Windows opens no folders
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _unwritable(path: Path, error: OSError) -> CommslaError:
    return ConfigError(
        f"{path} cannot be written: {error.strerror}. Nothing was changed.",
        hint="Close the file in other programs, or ask whoever runs this machine for the right.",
    )
