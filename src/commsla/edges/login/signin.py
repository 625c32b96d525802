"""What `commsla login` does before it tries the login: a person signs in, or types a password once."""

from __future__ import annotations

from collections.abc import Callable

from commsla.core.logins import Flow, Microsoft365
from commsla.core.school import (
    Mailbox,
)
from commsla.edges.login.store import Kept, Store
from commsla.edges.login.tokens import login_name


def sign_in(
    mailbox: Mailbox, store: Store, say: Callable[[str], None], ask: Callable[[str], str] | None
) -> None:
    """Let a person do what this login needs a person for; nothing where it needs none.

    `say` is told what to do; `ask` asks for a password without showing it (None: nobody is there).
    Raises LoginRefused or MailboxError; then what was kept before is still kept.
    """
    login = mailbox.token
    if isinstance(login, Microsoft365) and login.flow is not Flow.APP:
        from commsla.edges.login import microsoft

        # Not under the lock: a person takes minutes, and polls go on with the old tokens meanwhile.
        fresh = Kept(login=login_name(mailbox))
        who = microsoft.sign_in(mailbox, login, fresh, say)
        with store.held() as kept:
            kept.login, kept.token, kept.until = fresh.login, fresh.token, fresh.until
            kept.cache = fresh.cache
        say(f"Signed in as {who}.")
    elif mailbox.token is None and mailbox.password.keyring and ask is not None:
        from commsla.edges.login.ring import into_keyring

        password = ask(f"Password for {mailbox.username} (Enter keeps the one that is there): ")
        if password:
            into_keyring(mailbox, password)
