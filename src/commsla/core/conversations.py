"""Which messages belong together, by ids alone; who may join a case is decided in cases.py."""

from __future__ import annotations

from collections.abc import Iterable

from commsla.core.model import (
    Message,
)


class Conversations:
    """Messages joined by Message-ID, In-Reply-To and References (RFC 5322 section 3.6.4), per school.

    An id that nobody has seen still joins: two replies to the same lost mail are one conversation.
    The order in which messages are given makes no difference.
    """

    def __init__(self, messages: Iterable[Message]) -> None:
        self._leader: dict[tuple[str, str], tuple[str, str]] = {}
        for message in messages:
            first = self._own(message)
            for key in (*message.in_reply_to, *message.references):
                self._join(first, (message.school, key))

    def of(self, message: Message) -> tuple[str, str]:
        """The conversation of a message, as a value to compare within this object."""
        return self._find(self._own(message))

    @staticmethod
    def _own(message: Message) -> tuple[str, str]:
        # Without an id of its own a message is known by its fingerprint; the two never meet.
        return message.school, message.message_id or f"fingerprint {message.fingerprint}"

    def _find(self, node: tuple[str, str]) -> tuple[str, str]:
        leader = self._leader
        root = node
        while (up := leader.get(root, root)) != root:
            root = up
        while (up := leader.get(node, node)) != root:
            leader[node], node = root, up
        return root

    def _join(self, a: tuple[str, str], b: tuple[str, str]) -> None:
        a, b = self._find(a), self._find(b)
        if a != b:
            # The smaller name leads, so that the leader does not depend on the order of joining.
            self._leader[max(a, b)] = min(a, b)
