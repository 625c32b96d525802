"""Turns the checked keys about alerts into the core's nouns; it finds no mistakes, reads no secret."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from commsla.core.recipients import USUAL, MailServer, Recipient, Stage
from commsla.core.school import Mailbox
from commsla.edges.config import logins
from commsla.edges.config.alertkeys import REFERENCES, AlertTable, SmtpTable

_PORTS = {"tls": 465, "starttls": 587, "plain": 25}  # RFC 8314 section 7.3, RFC 6409, RFC 5321
_RELAY_PORT = 25


def mail_server(smtp: SmtpTable, folder: Path) -> MailServer:
    """By which server alerts leave. `folder` is the config's own."""
    port = _RELAY_PORT if smtp.relay and smtp.security != "tls" else _PORTS[smtp.security]
    return MailServer(
        sender=smtp.sender,
        host=smtp.host or logins.SMTP_HOSTS[smtp.login or ""],
        port=smtp.port or port,
        username=smtp.username or smtp.sender,
        password=logins.password(smtp, folder),
        security=smtp.security,
        ca_file=logins.beside(smtp.ca_file, folder),
        relay=smtp.relay,
        token=logins.token(smtp, folder),
    )


def recipients(
    shared: Sequence[AlertTable], own: Sequence[AlertTable], mailboxes: Sequence[Mailbox]
) -> tuple[Recipient, ...]:
    """Who is told about a school. What it says of an address rules over what the file says for all."""
    read = {m.address.casefold() for m in mailboxes}
    by_address = {alert.to.casefold(): alert for alert in (*shared, *own)}
    return tuple(
        Recipient(
            role=alert.role,
            address=alert.to,
            stages=frozenset(map(Stage, alert.stages or USUAL)),
            repeat=alert.repeat,
            escalate_after=3 if alert.escalate_after is None else alert.escalate_after,
            subjects=alert.detail != REFERENCES and address in read,
        )
        for address, alert in by_address.items()
    )
