"""Turns a mailbox's checked login keys into the core's nouns; it finds no mistakes, reads no secret."""

from __future__ import annotations

from pathlib import Path

from commsla.core.logins import (
    Flow,
    GoogleWorkspace,
    Microsoft365,
    PasswordSource,
    TokenCommand,
    TokenSource,
)
from commsla.edges.config.loginkeys import GOOGLE, MICROSOFT, LoginKeys

HOSTS = {MICROSOFT: "outlook.office365.com", GOOGLE: "imap.gmail.com"}
SMTP_HOSTS = {MICROSOFT: "smtp.office365.com", GOOGLE: "smtp.gmail.com"}


def password(keys: LoginKeys, folder: Path) -> PasswordSource:
    """Where the password is; nothing of it is set where the login is by a token."""
    return PasswordSource(
        command=tuple(keys.password_command),
        file=beside(keys.password_file, folder),
        keyring=keys.password_keyring,
    )


def token(keys: LoginKeys, folder: Path) -> TokenSource | None:
    """Where the token comes from, or None where the login is by a password."""
    if keys.login == MICROSOFT:
        return Microsoft365(
            tenant=keys.tenant or "",
            client_id=keys.client_id or "",
            flow=Flow(keys.flow),
            secret=PasswordSource(
                command=tuple(keys.client_secret_command),
                file=beside(keys.client_secret_file, folder),
            ),
            certificate=beside(keys.certificate_file, folder),
            login_as=keys.login_as or "",
        )
    if keys.login == GOOGLE:
        return GoogleWorkspace(beside(keys.service_account_file, folder))
    return TokenCommand(tuple(keys.token_command)) if keys.token_command else None


def beside(name: str | None, folder: Path) -> str:
    """A file that is named in the config: in the config's folder, wherever the command is typed."""
    if not name:
        return ""
    try:
        return str(folder / Path(name).expanduser())
    except RuntimeError:  # "~" of nobody: the login will say that the file is not there
        return str(folder / name)
