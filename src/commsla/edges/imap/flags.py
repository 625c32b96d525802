"""Which messages of the open folder are still there, and which were replied to; it sets no flag."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from commsla.edges.imap.replies import Part, read_answered

_WINDOW = 50_000  # UIDs in one SEARCH: its reply stays under imaplib's longest line
_AT_ONCE = 200  # UIDs named in one command: well under any server's longest line


class Asks(Protocol):
    """What is needed of a conversation."""

    def fetch(self, uids: str, items: str) -> tuple[bool, list[Part]]: ...

    def search(self, low: int, high: int, since: str = "") -> list[int]: ...


def answered(talk: Asks, uids: Sequence[int]) -> set[int]:
    """Those of the UIDs that carry \\Answered. Raises MailboxError where the line fails."""
    found: set[int] = set()
    for start in range(0, len(uids), _AT_ONCE):
        some = uids[start : start + _AT_ONCE]
        _, parts = talk.fetch(",".join(map(str, some)), "(UID FLAGS)")
        found |= read_answered(parts, set(some))
    return found


def present(talk: Asks, uids: Sequence[int]) -> set[int]:
    """Those of the UIDs that are still there. Raises MailboxError where the line fails."""
    found: set[int] = set()
    wanted = sorted(uids)
    while wanted:
        low = wanted[0]
        high = min(low + _WINDOW - 1, wanted[-1])
        found |= set(talk.search(low, high)) & set(wanted)
        wanted = [u for u in wanted if u > high]
    return found
