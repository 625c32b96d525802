"""Which messages belong together, by ids and people; who may join a case is decided in cases.py."""

from __future__ import annotations

from collections.abc import Iterable

from commsla.core.model import (
    Message,
)

Thread = tuple[str, str, str]  # school, key of a person, key of an id


class Conversations:
    """Messages joined by Message-ID, In-Reply-To and References (RFC 5322 section 3.6.4).

    Per school and per person: who wrote it, or whom we wrote to. So a stranger who names the ids of
    two questions of a parent joins them for himself only, and no reply to one answers the other.
    An id that nobody has seen still joins: two replies to the same lost mail are one conversation.
    The order in which messages are given makes no difference.
    """

    def __init__(self, messages: Iterable[tuple[Message, Iterable[str]]]) -> None:
        self._leader: dict[Thread, Thread] = {}
        for message, people in messages:
            for person in people:
                first = self._own(message, person)
                for key in (*message.in_reply_to, *message.references):
                    self._join(first, (message.school, person, key))

    def of(self, message: Message, person: str) -> Thread:
        """A person's conversation that a message is in, as a value to compare within this object."""
        return self._find(self._own(message, person))

    @staticmethod
    def _own(message: Message, person: str) -> Thread:
        # Without an id of its own a message is known by its fingerprint; the two never meet.
        own = message.message_id or f"fingerprint {message.fingerprint}"
        return message.school, person, own

    def _find(self, node: Thread) -> Thread:
        leader = self._leader
        root = node
        while (up := leader.get(root, root)) != root:
            root = up
        while (up := leader.get(node, node)) != root:
            leader[node], node = root, up
        return root

    def _join(self, a: Thread, b: Thread) -> None:
        a, b = self._find(a), self._find(b)
        if a != b:
            # The smaller name leads, so that the leader does not depend on the order of joining.
            self._leader[max(a, b)] = min(a, b)
