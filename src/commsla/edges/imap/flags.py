"""Which messages of the open folder are still there, and which were replied to; it sets no flag."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from commsla.edges.imap.replies import Part, read_flags

_WINDOW = 50_000  # UIDs in one SEARCH: its reply stays under imaplib's longest line
_AT_ONCE = 200  # UIDs named in one command: well under any server's longest line


class Asks(Protocol):
    """What is needed of a conversation."""

    def fetch(self, uids: str, items: str) -> tuple[bool, list[Part]]: ...

    def search(self, low: int, high: int, since: str = "") -> list[int]: ...


def flags(talk: Asks, uids: Sequence[int]) -> dict[int, bool]:
    """For each of the UIDs that is still there, whether it carries \\Answered.

    Servers answer OK and leave messages out (offlineimap#62): what did not come is looked for before
    it counts as gone. Raises MailboxError where the line fails.
    """
    found: dict[int, bool] = {}
    for start in range(0, len(uids), _AT_ONCE):
        some = uids[start : start + _AT_ONCE]
        found |= read_flags(talk.fetch(",".join(map(str, some)), "(UID FLAGS)")[1], set(some))
    missing = set(uids) - found.keys()
    return found | dict.fromkeys(_listed(talk, missing), False)


def _listed(talk: Asks, uids: set[int]) -> set[int]:
    found: set[int] = set()
    wanted = sorted(uids)
    while wanted:
        low = wanted[0]
        high = min(low + _WINDOW - 1, wanted[-1])
        found |= set(talk.search(low, high)) & uids
        wanted = [u for u in wanted if u > high]
    return found
