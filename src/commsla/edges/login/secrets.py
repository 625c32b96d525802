"""Reads a password or secret from where the config says; it never keeps, prints or guesses one."""

from __future__ import annotations

import contextlib
import os
import signal
import stat
import subprocess
import threading
from pathlib import Path
from typing import Protocol

from commsla.core.clean import clean
from commsla.core.logins import PasswordSource
from commsla.core.school import (
    Mailbox,
)
from commsla.errors import MailboxError

COMMAND_SECONDS = 30.0
_LONGEST = 65_536  # bytes of a first line


class Owner(Protocol):
    """What a secret is for: a mailbox, or something else that a sentence calls by its `address`."""

    @property
    def address(self) -> str: ...


def password_for(mailbox: Mailbox, command_seconds: float = COMMAND_SECONDS) -> str:
    """The password by `password_command`, `password_file` or the keyring.

    Raises MailboxError with what to mend; its sentence never holds what was read or printed.
    """
    if mailbox.password.keyring:
        from commsla.edges.login.ring import from_keyring

        return from_keyring(mailbox)
    if mailbox.password.command or mailbox.password.file:
        return secret_from(mailbox, mailbox.password, "password", command_seconds)
    raise MailboxError(
        f"{mailbox.address}: nothing says where the password comes from",
        "Set `password_command` or `password_file` for this mailbox.",
        public="nothing says where the password comes from",
    )


def secret_from(
    mailbox: Owner, source: PasswordSource, noun: str, command_seconds: float = COMMAND_SECONDS
) -> str:
    """The first line of what a command prints or a file holds. `noun` is what it is called."""
    if source.command:
        return _from_command(mailbox, source.command, noun, command_seconds)
    what, data = read_private(mailbox, source.file, noun, first_line=True)
    return _one_line(
        data, f"{what} holds", noun, f"Its first line must be the {noun}, as UTF-8 text."
    )


def _from_command(mailbox: Owner, command: tuple[str, ...], noun: str, seconds: float) -> str:
    # Only the program is named: its arguments may say where a secret lies.
    what = f"{mailbox.address}: the {noun} command {clean(command[0], 80)}"
    by_hand = f"Run it by hand as the user that polls; it must print the {noun} and nothing else."
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
            public=f"the {noun} command cannot be started",
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
        late_by = f"did not finish within {seconds:g} seconds"
        raise MailboxError(f"{what} {late_by}", by_hand, public=f"the {noun} command {late_by}")
    if code != 0:
        failed = f"failed (exit code {code})"
        raise MailboxError(f"{what} {failed}", by_hand, public=f"the {noun} command {failed}")
    return _one_line(line, f"{what} printed", noun, by_hand)


def _end(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(OSError):
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()


def read_private(
    mailbox: Owner, name: str, noun: str, *, first_line: bool = False
) -> tuple[str, bytes]:
    """What the file is called in a sentence, and its bytes. Raises MailboxError.

    A file that other users of the machine can read is refused.
    """
    path = Path(name).expanduser()
    what = f"{mailbox.address}: the {noun} file {path}"
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            data = file.readline(_LONGEST) if first_line else file.read(_LONGEST)
    except FileNotFoundError:
        write = f"Write the {noun} into its first line" if first_line else "Put it there"
        raise MailboxError(
            f"{what} does not exist",
            f"{write}, then: chmod 600 {path}",
            public=f"the {noun} file does not exist",
            public_hint=f"{write}, then: chmod 600 FILE",
        ) from None
    except OSError as exc:
        raise MailboxError(
            f"{what} cannot be read: {clean(exc.strerror or '')}",
            "It must be a file that the user who polls can read.",
            public=f"the {noun} file cannot be read",
        ) from None
    if os.name == "posix" and stat.S_IMODE(mode) & 0o077:
        raise MailboxError(
            f"{what} can be read by others",
            f"Run: chmod 600 {path}",
            public=f"the {noun} file can be read by others",
            public_hint="Run: chmod 600 FILE",
        )
    return what, data


def _one_line(line: bytes, what: str, noun: str, hint: str) -> str:
    # utf-8-sig: Windows Notepad puts a mark in front.
    try:
        secret = line.decode("utf-8-sig").rstrip("\r\n")
    except UnicodeDecodeError:
        public = f"no readable text comes as the {noun}"
        raise MailboxError(f"{what} no readable text", hint, public=public) from None
    if not secret or "\0" in secret:
        raise MailboxError(f"{what} no {noun}", hint, public=f"nothing comes as the {noun}")
    return secret
