"""The failures that a person can mend: each carries its sentence, its next step and its exit code."""

from __future__ import annotations


class CommslaError(Exception):
    """An expected failure: `message` says what and where, `hint` what to do next.

    `public` says it once more for strangers: no address, name or path, and no word that a server
    said. It is empty where nobody wrote such a sentence. `hint` must be as public as that is, unless
    `public_hint` replaces it.
    """

    exit_code = 1

    def __init__(
        self, message: str, hint: str = "", *, public: str = "", public_hint: str | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.public = public
        self.public_hint = hint if public_hint is None else public_hint


class ConfigError(CommslaError):
    """The TOML is wrong. `problems` are whole sentences, each beginning `file:line:`."""

    exit_code = 10

    def __init__(
        self, message: str, problems: tuple[str, ...] = (), hint: str = "", *, public: str = ""
    ) -> None:
        super().__init__(message, hint, public=public, public_hint="")
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
    """The mailbox could not be read this time; the next poll tries again.

    `wait` is for how many seconds the server wants not to be asked again; 0 where it wants nothing.
    """

    def __init__(
        self,
        message: str,
        hint: str = "",
        *,
        public: str = "",
        public_hint: str | None = None,
        wait: float = 0.0,
    ) -> None:
        super().__init__(message, hint, public=public, public_hint=public_hint)
        self.wait = wait


class StoppedAt(MailboxError):
    """The line ended while the messages with these UIDs were fetched: one of them may be why."""

    def __init__(self, error: MailboxError, low: int, high: int) -> None:
        super().__init__(
            error.message, error.hint, public=error.public, public_hint=error.public_hint
        )
        self.low, self.high = low, high


class FolderRefused(MailboxError):
    """The server does not open this one folder; the line goes on, and all else can be read."""


class LedgerError(CommslaError):
    """The ledger cannot be opened, read or written."""


class SendError(CommslaError):
    """The mail server did not take a mail. `sure`: nothing of it can have been delivered."""

    def __init__(self, message: str, hint: str = "", *, sure: bool = True) -> None:
        super().__init__(message, hint)
        self.sure = sure


class RecipientRefused(SendError):
    """The mail server refuses this one recipient for good (5xx), or for now (4xx); the others go on.

    `for_good` tells the two apart.
    """

    def __init__(self, message: str, hint: str = "", *, for_good: bool) -> None:
        super().__init__(message, hint)
        self.for_good = for_good


class ClockDoubted(CommslaError):
    """This computer's clock cannot be believed; nothing that depends on it is done."""


class PartialFailure(CommslaError):
    """Some of it was done, some failed: mailboxes that were not read, alerts that were not taken."""

    exit_code = 3


class Stopped(CommslaError):
    """A person stopped a dialogue (Ctrl-C) before anything was written."""

    exit_code = 130
