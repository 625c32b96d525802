"""Which names and subjects are due to be forgotten; the facts that figures need are never among them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from commsla.core.case import Case
from commsla.core.cases import Folded
from commsla.core.model import Message, Role, Word


def settled_at(case: Case) -> datetime | None:
    """When the last thing that was owed on a case was done; None while it is open.

    What waits for somebody to confirm it, or for the parent, is open: who is to be asked must have a
    name.
    """
    if case.excluded:
        return case.excluded.recorded
    if case.responded and case.acknowledged:
        return max(case.responded.at, case.acknowledged.at)
    return None


def to_wipe(
    folded: Folded, messages: Collection[Message], keep_identities: int, now: datetime
) -> list[int]:
    """Ledger numbers of messages whose sender and subject go: `keep_identities` calendar days after
    a case was settled, or after arrival for what is no case; at once where it is about
    safeguarding (DESIGN section 5).
    """
    limit = now - timedelta(days=keep_identities)
    due = [
        m
        for case in folded.cases
        if (settled := settled_at(case)) and settled < limit
        for m in case.messages
    ]
    guarded = {m.fingerprint for c in folded.cases if is_safeguarding(c) for m in _all_of(c)}
    due += [m for m in messages if m.fingerprint in guarded]  # the sister school's copy, too
    due += _around(folded, messages, guarded)
    due += [m for n in folded.not_tracked for m in n.copies if n.message.received < limit]
    due += [m for m in messages if m.role is Role.SENT and m.received < limit]
    return sorted({m.id for m in due if _names_someone(m)})


def _around(
    folded: Folded, messages: Collection[Message], guarded: Collection[str]
) -> list[Message]:
    """Mail that names a safeguarded one by its id, and is in no case that is still to be answered."""
    ids = {m.message_id for m in messages if m.fingerprint in guarded and m.message_id}
    others = {m.id for c in folded.cases if not is_safeguarding(c) for m in c.messages}
    return [
        m
        for m in messages
        if ids and m.id not in others and not ids.isdisjoint((*m.in_reply_to, *m.references))
    ]


def is_safeguarding(case: Case) -> bool:
    """Whether sender and subject of a case must be nowhere."""
    return case.excluded is not None and case.excluded.word is Word.SAFEGUARDING


def _all_of(case: Case) -> list[Message]:
    return [*case.messages, *(a.message for a in case.answers), *case.handed_over]


def _names_someone(message: Message) -> bool:
    parties = (p for p in (message.sender, message.reply_to) if p)
    return message.subject is not None or any(p.name or p.address for p in parties)
