"""Writes a whole file for its owner only: a reader finds the old one or the new one, never half of one."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import stat
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from commsla.core.clean import clean
from commsla.errors import CommslaError

_LEFT_BEHIND = 3600.0  # seconds after which what a killed run left is nobody's work any more
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_AT_ONCE = getattr(os, "O_NONBLOCK", 0)  # a pipe of that name must not stop us
# Windows: sharing and lock violation; a file that is held open and to be replaced is "denied".
_HELD, _DENIED = (32, 33), 5
_BINARY = getattr(os, "O_BINARY", 0)


class FileNotWritten(CommslaError):
    """The file could not be written; what stood there before is untouched."""


def write_whole(path: Path, data: bytes, *, ours: bytes | Callable[[BinaryIO], bool] = b"") -> None:
    """Write `data` to `path`, 0600, through a file beside it that takes its place when it is on the disk.

    A file that is there already is replaced only if it is an ordinary one, empty, begun by `ours` or ours
    by its own test: a slip of the pen must not cost the config. No symbolic link is followed. Raises
    FileNotWritten.
    """
    try:
        _look_at(path, ours)
        _replace(path, data)
    except OSError as error:
        raise _refused(path, error) from error


def _look_at(path: Path, ours: bytes | Callable[[BinaryIO], bool]) -> None:
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return
    shown = clean(str(path), 300)
    if stat.S_ISLNK(mode):
        raise FileNotWritten(
            f"{shown} is a link to another file, and was left as it is.",
            "Name the file itself, or a new one.",
        )
    if not stat.S_ISREG(mode):
        what = "a folder" if stat.S_ISDIR(mode) else "no ordinary file"
        raise FileNotWritten(f"{shown} is {what}. Nothing was written.", "Name a file.")
    with os.fdopen(os.open(path, os.O_RDONLY | _NO_LINK | _AT_ONCE | _BINARY), "rb") as file:
        if isinstance(ours, bytes):
            begins = file.read(len(ours))
            is_ours = begins == ours or not begins
        else:
            is_ours = not os.fstat(file.fileno()).st_size or ours(file)
    if not is_ours:
        raise FileNotWritten(
            f"{shown} is there already, and commsla did not write it. Nothing was written.",
            "Name a new file, or move that one away.",
        )


def _replace(path: Path, data: bytes) -> None:
    # Of one length whatever the name is: that may be as long as a name can be.
    scratch = path.with_name(f".commsla-{_mark(path)}-{secrets.token_hex(8)}.new")
    made = os.open(scratch, os.O_CREAT | os.O_EXCL | os.O_WRONLY | _NO_LINK | _BINARY, 0o600)
    try:
        with os.fdopen(made, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            written = os.fstat(file.fileno()).st_mtime
        os.chmod(scratch, 0o600)  # the umask may have taken even our own rights
        os.replace(scratch, path)
    finally:
        scratch.unlink(missing_ok=True)
    _tidy(path, written)
    _sync(path.parent)


def _tidy(path: Path, now: float) -> None:
    """Remove what killed runs left beside this file: names may stand in it."""
    for left in path.parent.glob(f".commsla-{_mark(path)}-*.new"):
        with contextlib.suppress(OSError):
            if left.lstat().st_mtime < now - _LEFT_BEHIND:
                left.unlink()


def _mark(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path.name)).hexdigest()[:8]


def _sync(folder: Path) -> None:
    with contextlib.suppress(OSError):  # Windows opens no folders
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def _refused(path: Path, error: OSError) -> FileNotWritten:
    shown = clean(str(path), 300)
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return FileNotWritten(
            f"{shown} cannot be written: there is no folder {clean(str(path.parent), 300)}.",
            "Make that folder first, or name another one.",
        )
    windows = getattr(error, "winerror", None)
    if windows in _HELD or (windows == _DENIED and path.exists()):
        return FileNotWritten(
            f"{shown} is open in another program, such as Excel. Nothing was written.",
            "Close it there and try again, or name a new file.",
        )
    why = error.strerror or type(error).__name__
    return FileNotWritten(
        f"{shown} cannot be written: {clean(why, 80)}. What stood there before is untouched.",
        "Close it in other programs, see that there is room, or name a file in a folder of your own.",
    )
