"""What to type where a library is missing that only some logins need."""

from __future__ import annotations

from commsla.core.school import (
    Mailbox,
)
from commsla.errors import MailboxError


def missing_extra(mailbox: Mailbox, what: str, extra: str) -> MailboxError:
    """The sentence for `what`, which needs the extra of this name."""
    return MailboxError(
        f"{mailbox.address}: {what} needs a library that is not installed",
        f"Run, with the Python that runs commsla: python -m pip install 'commsla[{extra}]'",
        public="this way to log in needs a library that is not installed",
    )
