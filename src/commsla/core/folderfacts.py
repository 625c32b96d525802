"""What a folder looked like at the last polls: suddenly empty, always renumbered; it judges no mail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from commsla.core.model import FolderState

MANY = 20  # mails; a folder that held fewer is emptied by one tidy afternoon
MOST_CHANGES = 5  # of UIDVALIDITY, one poll after the other


@dataclass(frozen=True, slots=True)
class FolderFacts:
    """A folder as the last poll saw it.

    `changes` counts the polls in a row that found another UIDVALIDITY; `held` is how many mails lay in
    it; `emptied` which poll (UTC) found none where there had been MANY, None once there is one again.
    `broke` are the first and the last UID over which the line ended when it was last read.
    `last_read` is when it was read last, kept only where its mailbox was read since and it was not.
    """

    uidvalidity: int
    changes: int = 0
    held: int = 0
    emptied: datetime | None = None
    last_read: datetime | None = None
    broke: tuple[int, int] | None = None

    @property
    def unsteady(self) -> bool:
        """Whether its numbers change so often that it is no use to read it."""
        return self.changes > MOST_CHANGES


def seen(before: FolderFacts | None, state: FolderState, now: datetime) -> FolderFacts:
    """The facts after one more look."""
    if before is None:
        return FolderFacts(state.uidvalidity, 0, state.messages)
    changes = before.changes + 1 if before.uidvalidity != state.uidvalidity else 0
    emptied = now if before.held >= MANY else before.emptied
    return FolderFacts(
        state.uidvalidity,
        changes,
        state.messages,
        None if state.messages else emptied,
        before.last_read,
        before.broke if before.uidvalidity == state.uidvalidity else None,
    )
