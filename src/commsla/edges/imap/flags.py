"""Which messages of the open folder were replied to, by their flags; it sets none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from commsla.edges.imap.replies import Part, read_answered

_AT_ONCE = 200  # UIDs named in one command: well under any server's longest line


class Asks(Protocol):
    """What is needed of a conversation."""

    def fetch(self, uids: str, items: str) -> tuple[bool, list[Part]]: ...


def answered(talk: Asks, uids: Sequence[int]) -> set[int]:
    """Those of the UIDs that carry \\Answered. Raises MailboxError where the line fails."""
    found: set[int] = set()
    for start in range(0, len(uids), _AT_ONCE):
        some = uids[start : start + _AT_ONCE]
        _, parts = talk.fetch(",".join(map(str, some)), "(UID FLAGS)")
        found |= read_answered(parts, set(some))
    return found
