"""Which names and subjects are due to be forgotten; the facts that figures need are never among them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from commsla.core.cases import Folded
from commsla.core.model import (
    Case,
    Message,
    Role,
)


def settled_at(case: Case) -> datetime | None:
    """When the last thing that was owed on a case was done; None while it is open.

    A reply that nobody checked settles it here: names are not kept for ever because nobody looked.
    """
    if case.excluded:
        return case.excluded.recorded
    done = case.responded or case.replied
    if done is None or case.acknowledged is None:
        return None
    return max(done.at, case.acknowledged.at)


def to_wipe(
    folded: Folded, messages: Iterable[Message], keep_identities: int, now: datetime
) -> list[int]:
    """Ledger numbers of messages whose sender and subject go: `keep_identities` calendar days after
    a case was settled, or after arrival for what is no case (DESIGN section 5).
    """
    limit = now - timedelta(days=keep_identities)
    due = [
        m
        for case in folded.cases
        if (settled := settled_at(case)) and settled < limit
        for m in case.messages
    ]
    due += [m for n in folded.not_tracked for m in n.copies if n.message.received < limit]
    due += [m for m in messages if m.role is Role.SENT and m.received < limit]
    return [m.id for m in due if _names_someone(m)]


def _names_someone(message: Message) -> bool:
    parties = (p for p in (message.sender, message.reply_to) if p)
    return message.subject is not None or any(p.name or p.address for p in parties)
