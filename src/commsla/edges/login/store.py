"""What is kept of one mailbox's login: its tokens, and how often it was refused; never a password.

One file for each mailbox in the folder `logins` of the state folder: 0600 in 0700, replaced as a
whole, changed by one process at a time.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import stat
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from commsla.errors import MailboxError

LOCK_SECONDS = 90.0  # a person who signs in elsewhere holds the lock only while a token is written
_MOST_BYTES = 1_048_576
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)


@dataclass(slots=True)
class Kept:
    """`login` says what the rest belongs to: another login in the config makes all of it void.

    `until` and `since` are seconds since 1970. `cache` is msal's own, with its refresh token.
    """

    login: str = ""
    token: str = ""
    until: float = 0.0
    cache: str = ""
    refused: int = 0
    since: float = 0.0
    salt: str = ""
    trace: str = ""  # a slow hash of what was refused: another password is another try


class Store:
    """The file of one mailbox. Every method but `look` may raise MailboxError.

    Without a `home` nothing is kept. `keep=False` (a dry run) makes no file, but keeps one up to
    date that is there: a refresh token that was exchanged must not be lost.
    """

    def __init__(self, home: Path | None, address: str, *, keep: bool = True) -> None:
        self._address = address
        self._folder = home / "logins" if home is not None else None
        # Any name can stand before an @: only its hash names a file.
        self._name = hashlib.sha256(address.casefold().encode()).hexdigest()[:24]
        self._keep = keep
        self._memory = Kept()

    @property
    def file(self) -> Path | None:
        """Where it is."""
        return self._folder / f"{self._name}.json" if self._folder else None

    def look(self) -> Kept:
        """What was kept, without waiting for anybody; changing it changes nothing."""
        return self._read() if self.file is not None else Kept(**asdict(self._memory))

    @contextlib.contextmanager
    def held(self) -> Iterator[Kept]:
        """What was kept, for this process alone; what is changed is written, also on the way out."""
        if self.file is None:
            yield self._memory
            return
        if not self._keep and not self.file.exists():
            yield Kept()
            return
        with self._locked():
            kept = self._read()
            before = asdict(kept)
            try:
                yield kept
            finally:
                if asdict(kept) != before:
                    self._write(kept)

    def _read(self) -> Kept:
        assert self.file is not None
        try:
            descriptor = os.open(self.file, os.O_RDONLY | _NO_LINK)
        except FileNotFoundError:
            return Kept()
        except OSError as error:
            raise self._unusable(error) from None
        with os.fdopen(descriptor, "rb") as file:
            mode = os.fstat(descriptor).st_mode
            data = file.read(_MOST_BYTES)
        if os.name == "posix" and stat.S_IMODE(mode) & 0o077:
            raise MailboxError(
                f"{self._address}: its tokens in {self.file} can be read by others",
                f"Run: chmod 600 {self.file}. If somebody may have read them, "
                f"sign in again: commsla login {self._address}",
                public="the file of its tokens can be read by others",
                public_hint="Run: chmod 600 FILE, which commsla poll names.",
            )
        try:
            said = json.loads(data)
            # A file that is broken or of another version is no login: it is asked for again.
            values: dict[str, Any] = {f.name: _like(said[f.name], f.default) for f in fields(Kept)}
            bytes.fromhex(values["salt"])
            return Kept(**values)
        except (ValueError, TypeError, KeyError, RecursionError):
            return Kept()

    def _write(self, kept: Kept) -> None:
        assert self.file is not None
        scratch = self.file.with_suffix(".new")
        try:
            with contextlib.suppress(FileNotFoundError):
                scratch.unlink()
            made = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_LINK
            with os.fdopen(os.open(scratch, made, 0o600), "w", encoding="utf-8") as file:
                json.dump(asdict(kept), file)
                file.flush()
                os.fsync(file.fileno())
            os.replace(scratch, self.file)
        except OSError as error:
            raise self._unusable(error) from None

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        assert self._folder is not None
        try:
            self._folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._folder.mkdir(mode=0o700, exist_ok=True)
            if os.name == "posix" and stat.S_IMODE(self._folder.stat().st_mode) != 0o700:
                self._folder.chmod(0o700)
            lock = self._folder / f"{self._name}.lock"
            descriptor = os.open(lock, os.O_CREAT | os.O_RDWR | _NO_LINK, 0o600)
        except OSError as error:
            raise self._unusable(error) from None
        try:
            self._wait_for(descriptor)
            yield
        finally:
            os.close(descriptor)  # frees the lock; the file stays, so that nobody locks a ghost

    def _wait_for(self, descriptor: int) -> None:
        end = time.monotonic() + LOCK_SECONDS
        while True:
            try:
                _lock(descriptor)
                return
            except OSError as error:
                if error.errno not in (errno.EAGAIN, errno.EACCES, errno.EDEADLK):
                    raise self._unusable(error) from None
            if time.monotonic() > end:
                raise MailboxError(
                    f"{self._address}: another commsla has been logging in for {LOCK_SECONDS:g} "
                    "seconds",
                    "The next poll tries again.",
                )
            time.sleep(0.05)

    def _unusable(self, error: OSError) -> MailboxError:
        return MailboxError(
            f"{self._address}: its tokens cannot be kept in {self._folder}: {error.strerror}",
            "Run commsla as the user who polls, with room on a disk of this machine.",
            public=f"its tokens cannot be kept: {error.strerror}",
        )


def _like(value: object, default: object) -> object:
    if isinstance(default, float) and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if type(value) is not type(default):
        raise TypeError
    return value


if sys.platform == "win32":  # pragma: no cover - not run here
    import msvcrt

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
