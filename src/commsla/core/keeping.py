"""Which names and subjects are due to be forgotten; the facts that figures need are never among them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from commsla.core.answers import NOT_READ
from commsla.core.case import Case
from commsla.core.cases import Folded
from commsla.core.model import Message, Role


def settled_at(case: Case) -> datetime | None:
    """When the last thing that was owed on a case was done and known; None while it is open.

    What was dated back counts from when it was recorded: a slip of the pen can be undone. What waits
    for somebody to confirm or to check it, or for the parent, is open: who is to be asked must have a
    name. But where no texts are read every reply stands to be checked, and would keep its names.
    """
    if case.excluded:
        return case.excluded.recorded
    if case.to_check and case.to_check != NOT_READ.why:
        return None
    if case.responded and case.acknowledged:
        done = (case.responded, case.acknowledged)
        return max(max(d.at, d.recorded or d.at) for d in done)
    return None


def to_wipe(
    folded: Folded, messages: Collection[Message], keep_identities: int, now: datetime
) -> list[int]:
    """Ledger numbers of messages whose sender and subject go: `keep_identities` calendar days after
    a case was settled, or after arrival for what is no case; at once where it is about
    safeguarding, or was written on such a mail (DESIGN section 5).
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
    numbers = {m.id for m in due} | folded.guarded
    return sorted(m.id for m in messages if m.id in numbers and _names_someone(m))


def outlived(messages: Iterable[Message], keep_identities: int, now: datetime) -> list[int]:
    """The same for messages that are in no case and have nothing to do with any."""
    limit = now - timedelta(days=keep_identities)
    return [m.id for m in messages if m.received < limit and _names_someone(m)]


def _names_someone(message: Message) -> bool:
    if message.sender is None or not message.sender.key:
        return True  # nobody can be made out of its headers, but a note on it may name somebody
    parties = (p for p in (message.sender, message.reply_to) if p)
    return message.subject is not None or any(p.name or p.address for p in parties)
