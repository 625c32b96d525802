"""The mail server of a config as a login of its own; it connects to nothing."""

from __future__ import annotations

from commsla.core.recipients import MailServer
from commsla.core.school import Config, Mailbox
from commsla.errors import ConfigError


def mail_server(config: Config) -> MailServer:
    """By which server alerts leave. Raises ConfigError where there is none."""
    if config.mail_server is None:
        raise ConfigError(
            "This config names nobody who is to be told, and no mail server.",
            hint="Write [smtp] and [[alerts]] in schools.toml: docs/alerts.md has an example.",
        )
    return config.mail_server


def sending_login(config: Config) -> Mailbox:
    """The same as what is logged in to: its address is the sender. Raises as `mail_server`."""
    server = mail_server(config)
    return Mailbox(
        address=server.sender,
        host=server.host,
        port=server.port,
        username=server.username,
        password=server.password,
        security=server.security,
        ca_file=server.ca_file,
        token=server.token,
        sends=True,
    )
