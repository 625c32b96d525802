"""The failures that a person can mend: each carries its sentence, its next step and its exit code."""

from __future__ import annotations


class CommslaError(Exception):
    """An expected failure: `message` says what and where, `hint` what to do next."""

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class ConfigError(CommslaError):
    """The TOML is wrong. `problems` are whole sentences, each beginning `file:line:`."""

    exit_code = 10

    def __init__(self, message: str, problems: tuple[str, ...] = (), hint: str = "") -> None:
        super().__init__(message, hint)
        self.problems = problems


class UsageError(CommslaError):
    """A word on the command line that cannot be understood."""

    exit_code = 2


class LockedError(CommslaError):
    """Another poll holds this ledger."""

    exit_code = 11


class LoginRefused(CommslaError):
    """The mail server said no to this login; trying again would only lock the account."""

    exit_code = 12


class MailboxError(CommslaError):
    """The mailbox could not be read this time; the next poll tries again."""


class FolderRefused(MailboxError):
    """The server does not open this one folder; the line goes on, and all else can be read."""


class LedgerError(CommslaError):
    """The ledger cannot be opened, read or written."""


class PartialFailure(CommslaError):
    """Some mailboxes were read, others failed."""

    exit_code = 3


class Stopped(CommslaError):
    """A person stopped a dialogue (Ctrl-C) before anything was written."""

    exit_code = 130
