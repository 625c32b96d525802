"""One mail may lie in a mailbox several times: copies become one letter, judged by its plainest copy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from commsla.core.kinds import Judged, Ours, kind_of, only_claims, writer
from commsla.core.model import CHANNEL, Kind, Message, Party, Role, sign


@dataclass(slots=True, eq=False)
class Letter:
    """One mail with all its copies (moved, copied, delivered again), by receipt.

    `message` is the copy that it is judged by, with the receipt of the earliest one; `claims` that only
    its Reply-To says who wrote it.
    """

    message: Message
    copies: tuple[Message, ...]
    judged: Judged
    writer: Party | None
    claims: bool

    @property
    def seen_from(self) -> int:
        """The ledger's number of the copy that was read first."""
        return min(c.id for c in self.copies)


def letters_of(messages: Sequence[Message], ours: Ours) -> list[Letter]:
    """Every message in exactly one letter, by receipt.

    A mailing list's copy must not hide the copy that was sent to us directly: a letter counts as
    what its first copy with a clock says, if there is one, and in no doubt where one is in none; a
    colleague's answer is bulk only if every copy of it is.
    """
    sent = [m for m in messages if m.role is Role.SENT]
    our_ids = frozenset(i for m in sent for i in (m.message_id, m.original_id) if i)
    ordered = sorted(messages, key=lambda m: (m.received, m.fingerprint, m.folder, m.uid, m.id))
    found: dict[tuple[str, Role, str], list[list[Message]]] = {}
    there: Counter[tuple[str, Role, str, str, str, int]] = Counter()
    for message in ordered:
        key = (message.school, message.role, message.fingerprint)
        groups = found.setdefault(key, [])
        # With an id the same UID twice is one mail that was delivered again. Without one, two UIDs of
        # one folder are two mails, and a copy elsewhere is the first of them that lacks it.
        place = (*key, message.mailbox, message.folder, message.uidvalidity)
        number = 0 if message.message_id else there[place]
        there[place] += 1
        if number == len(groups):
            groups.append([])
        groups[number].append(message)
    letters = [_letter(g, ours, our_ids) for groups in found.values() for g in groups]
    letters.sort(key=order)
    return letters


def order(letter: Letter) -> tuple[datetime, str, str, str, int]:
    """By receipt; what came in the same second by what it is, never by when it was read."""
    first = letter.copies[0]
    return (first.received, first.fingerprint, first.school, first.folder, first.uid)


def _letter(copies: Sequence[Message], ours: Ours, our_ids: Collection[str]) -> Letter:
    kinds = [_kind(c, ours, our_ids) for c in copies]
    plainest = [
        (not k.kind.starts_a_clock, k.kind is Kind.BULK, k.kind.starts_a_clock and k.doubt != "")
        for k in kinds
    ]
    best = plainest.index(min(plainest))
    message, first = copies[best], copies[0].received
    if message.received != first:
        message = replace(message, received=first)
    who, claims = writer(message, ours), only_claims(message, ours)
    return Letter(message, tuple(copies), kinds[best], who, claims)


def _kind(message: Message, ours: Ours, our_ids: Collection[str]) -> Judged:
    if message.role is Role.LOGGED:  # no header: somebody typed it
        return Judged(Kind.ENQUIRY, f"logged: {sign(message, CHANNEL) or 'hand'}")
    return kind_of(message, ours, our_ids)


def people_of(letter: Letter, ours: Ours, vouched: Collection[int] = ()) -> frozenset[str]:
    """Whose conversations a letter is in: those we wrote to, or who wrote to us.

    A colleague's answer that the mail server vouches for is one that we wrote. What a parent wrote,
    with a copy to herself, and somebody dragged into Sent, is no answer to her.
    """
    if letter.message.role is Role.SENT or _vouched(letter, vouched):
        wrote = letter.message.sender.key if letter.message.sender else ""
        others = (p for p in letter.message.recipients if p.key and not ours.owns(p))
        return frozenset(p.key for p in others if p.key != wrote)
    if letter.claims:
        return frozenset()
    return frozenset(p.key for p in (letter.writer,) if p and p.key)


def is_our_answer(letter: Letter, vouched: Collection[int]) -> bool:
    """Whether a person of ours wrote it: it lies in Sent, or the mail server vouches for it."""
    return letter.judged.kind is Kind.OURS or _vouched(letter, vouched)


def _vouched(letter: Letter, vouched: Collection[int]) -> bool:
    internal = letter.judged.kind is Kind.INTERNAL
    return internal and any(c.id in vouched for c in letter.copies)
