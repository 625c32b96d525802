"""Which mail our replies in Sent name: what they explain needs no other answer that nobody saw."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from commsla.core.conversations import ids_of, nearest_first
from commsla.core.model import Message

Replies = dict[tuple[str, str], datetime]  # (an id that it names, whom it went to) -> the first


def replies_naming(sent: Iterable[Message], ids: Collection[str]) -> Replies:
    """When each person was first written to about each of these ids; whether it arrived or not."""
    found: Replies = {}
    for message in sent if ids else ():
        for key in nearest_first(message):
            for person in message.recipients if key in ids else ():
                pair = (key, person.key)
                found[pair] = min(found.get(pair, message.received), message.received)
    return found


def first_reply(message: Message, people: Iterable[str], replies: Replies) -> datetime | None:
    """When ours to one of these people first named a message."""
    pairs = [(key, person) for person in people for key in ids_of(message)]
    return min((replies[p] for p in pairs if p in replies), default=None)
