"""What left the inbox for Junk or Deleted: found again by its headers, of which nothing is kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from commsla.core.local import LONDON
from commsla.core.model import Delivered, FolderState, Message
from commsla.errors import FolderRefused
from commsla.jobs.ports import MailLine

_MOST = 5000  # headers of one folder; who throws away more at once is not looked after
Reader = Callable[[Delivered, FolderState], Message]


def discarded(line: MailLine, vanished: Sequence[Message], read: Reader) -> dict[int, bool]:
    """For each message that is not where it was: whether it lies in Junk or Deleted.

    Elsewhere it may have been filed by hand: that says nothing. Raises MailboxError.
    """
    if not vanished:
        return {}
    wanted = {m.fingerprint for m in vanished}
    day = min(m.received for m in vanished).astimezone(LONDON).date()
    found: set[str] = set()
    for folder in line.discarded():
        try:
            state = line.look(folder)
        except FolderRefused:  # what cannot be opened proves nothing
            continue
        first = line.first_uid_since(folder, day, state.uidnext)
        seen = 0
        for chunk in line.pull(folder, max(1, first), state.uidnext - 1):
            found |= {read(item, state).fingerprint for item in chunk} & wanted
            seen += len(chunk)
            if found == wanted or seen >= _MOST:
                break
    return {m.id: m.fingerprint in found for m in vanished}
