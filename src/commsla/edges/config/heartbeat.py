"""[heartbeat]: its keys, the rule about two of them, and the core's noun; the address is never shown."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

from commsla.core.beat import Beat, may_be_pinged
from commsla.core.logins import PasswordSource
from commsla.edges.config import values
from commsla.edges.config.fields import Command, Table, Text, from_text, key
from commsla.edges.config.lines import Loc
from commsla.edges.config.logins import beside

_WAYS = ("url", "url_file", "url_command")


def _read_url(text: str) -> str:
    """An address to ping. It is not shown back: who knows it can forge a sign of life."""
    if not may_be_pinged(text):
        raise values.WrongValueError(
            "is no address that can be pinged: it begins with https:// (or http:// for this machine "
            "itself) and has no login, ? or # in it"
        )
    return text


class HeartbeatTable(Table):
    """[heartbeat]"""

    url: Annotated[str | None, from_text(_read_url)] = key(
        'url = "https://hc-ping.com/your-check"', default=None
    )
    url_file: Text | None = key('url_file = "heartbeat.url"', default=None)
    url_command: Command = key('url_command = ["pass", "show", "heartbeat"]', default=[])
    ca_file: Text | None = key('ca_file = "our-ca.pem"', default=None)


def check(raw: dict[str, Any]) -> Iterator[tuple[Loc, str]]:
    """One way to know the address, and not two."""
    table = raw.get("heartbeat")
    if not isinstance(table, dict):
        return
    ways = [way for way in _WAYS if way in table]
    if len(ways) > 1:
        yield (
            ("heartbeat", ways[1]),
            f"`{ways[0]}` and `{ways[1]}` are both there. Write only one of them.",
        )
    if not ways and not set(table) - {"ca_file"}:
        yield (
            ("heartbeat",),
            '[heartbeat] has no address. Write url = "https://hc-ping.com/your-check", or url_file or '
            "url_command.",
        )


def beat(table: HeartbeatTable | None, folder: Path) -> Beat | None:
    """What the config says of it."""
    if table is None:
        return None
    source = PasswordSource(tuple(table.url_command), beside(table.url_file, folder))
    return Beat(table.url or "", source, beside(table.ca_file, folder))
