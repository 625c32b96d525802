"""Where a mailbox's password comes from; it never keeps, prints or guesses one."""

from __future__ import annotations

import contextlib
import os
import signal
import stat
import subprocess
import threading
from pathlib import Path

from commsla.core.clean import clean
from commsla.core.school import (
    Mailbox,
)
from commsla.errors import MailboxError

COMMAND_SECONDS = 30.0
_LONGEST = 65_536  # bytes of a first line


def password_for(mailbox: Mailbox, command_seconds: float = COMMAND_SECONDS) -> str:
    """The password by `password_command` or `password_file`.

    Raises MailboxError with what to mend; its sentence never holds what was read or printed.
    """
    if mailbox.password.command:
        return _from_command(mailbox, mailbox.password.command, command_seconds)
    if mailbox.password.file:
        return _from_file(mailbox, Path(mailbox.password.file).expanduser())
    raise MailboxError(
        f"{mailbox.address}: nothing says where the password comes from",
        "Set `password_command` or `password_file` for this mailbox.",
    )


def _from_command(mailbox: Mailbox, command: tuple[str, ...], seconds: float) -> str:
    # Only the program is named: its arguments may say where a secret lies.
    what = f"{mailbox.address}: the password command {clean(command[0], 80)}"
    by_hand = "Run it by hand as the user that polls; it must print the password and nothing else."
    try:
        # No shell; a session of its own, so that what it started can be ended with it.
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except (OSError, ValueError) as exc:
        raise MailboxError(
            f"{what} cannot be started: {clean(getattr(exc, 'strerror', None) or 'not a command')}",
            by_hand,
        ) from None
    late = threading.Event()

    def give_up() -> None:
        late.set()
        _end(process)

    timer = threading.Timer(seconds, give_up)
    timer.daemon = True
    timer.start()
    try:
        assert process.stdout is not None
        with process.stdout as output:
            line = output.readline(_LONGEST)
            while output.read(65_536):
                pass  # a program may die of a closed pipe before it has tidied up
        code = process.wait()
    finally:
        timer.cancel()
        if process.returncode is None:
            _end(process)
            process.wait()
    if late.is_set():
        raise MailboxError(f"{what} did not finish within {seconds:g} seconds", by_hand)
    if code != 0:
        raise MailboxError(f"{what} failed (exit code {code})", by_hand)
    return _one_line(line, f"{what} printed", by_hand)


def _end(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(OSError):
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()


def _from_file(mailbox: Mailbox, path: Path) -> str:
    what = f"{mailbox.address}: the password file {path}"
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            line = file.readline(_LONGEST)
    except FileNotFoundError:
        raise MailboxError(
            f"{what} does not exist",
            f"Write the password into its first line, then: chmod 600 {path}",
        ) from None
    except OSError as exc:
        raise MailboxError(
            f"{what} cannot be read: {clean(exc.strerror or '')}",
            "It must be a file that the user who polls can read.",
        ) from None
    if os.name == "posix" and stat.S_IMODE(mode) & 0o077:
        raise MailboxError(f"{what} can be read by others", f"Run: chmod 600 {path}")
    return _one_line(line, f"{what} holds", "Its first line must be the password, as UTF-8 text.")


def _one_line(line: bytes, what: str, hint: str) -> str:
    # utf-8-sig: Windows Notepad puts a mark in front.
    try:
        password = line.decode("utf-8-sig").rstrip("\r\n")
    except UnicodeDecodeError:
        raise MailboxError(f"{what} no readable text", hint) from None
    if not password or "\0" in password:
        raise MailboxError(f"{what} no password", hint)
    return password
