"""One poll or alert at a time: a lock that the system frees when the process ends, however it ends."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from pathlib import Path
from types import TracebackType

from commsla.errors import LedgerError, LockedError

_HELD = (errno.EAGAIN, errno.EACCES, errno.EDEADLK)  # the last two from Windows


class PollLock:
    """Held from `with` to its end. Raises LockedError at once where another process holds it."""

    def __init__(self, home: Path) -> None:
        self._file = home / "poll.lock"
        self._descriptor = -1

    def __enter__(self) -> PollLock:
        try:
            self._descriptor = os.open(self._file, os.O_CREAT | os.O_RDWR, 0o600)
        except OSError as error:
            raise LedgerError(
                f"The lock {self._file} cannot be made: {error.strerror}.",
                "Run commsla as the user who polls.",
            ) from error
        try:
            _lock(self._descriptor)
        except OSError as error:
            holder = self._holder()
            os.close(self._descriptor)
            self._descriptor = -1
            if error.errno not in _HELD:
                raise LedgerError(
                    f"The disk of {self._file} knows no locks: {error.strerror}.",
                    "Set COMMSLA_HOME to a folder on a disk of this machine.",
                ) from error
            raise LockedError(
                f"Another poll or alert is running{holder}.",
                "Wait until it has ended, then try again. Its mail will be there.",
            ) from error
        with contextlib.suppress(OSError):  # only for the sentence above; the disk may be full
            os.ftruncate(self._descriptor, 0)
            os.write(self._descriptor, f"{os.getpid()}\n".encode())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.close(self._descriptor)  # frees the lock; the file stays, so that nobody locks a ghost

    def _holder(self) -> str:
        with contextlib.suppress(OSError, ValueError):
            return f" (process {int(os.read(self._descriptor, 20))})"
        return ""


if sys.platform == "win32":  # pragma: no cover - not run here
    import msvcrt

    def _lock(descriptor: int) -> None:
        # Byte 1 GiB in: locking the first would keep others from reading the process number.
        os.lseek(descriptor, 1 << 30, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        os.lseek(descriptor, 0, os.SEEK_SET)

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
