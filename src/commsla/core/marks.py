"""Which marks hold; recording them is the ledger's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from commsla.core.model import (
    Mark,
    Reference,
    Word,
)
from commsla.core.verdicts import Judged


@dataclass(frozen=True, slots=True)
class Marked:
    """A reference, the case as it stands afterwards, and the mark that was recorded."""

    reference: Reference
    judged: Judged | None
    mark: Mark


def read_word(typed: str) -> Word | None:
    """The word of a mark in any letter case, its hyphens typed as such or not; None for another."""
    wanted = "-".join(typed.casefold().replace("_", " ").replace("-", " ").split())
    return next((word for word in Word if word.value == wanted), None)


def effective(marks: Iterable[Mark]) -> list[Mark]:
    """The marks that hold, in the order they were recorded: each undo takes back the newest before it."""
    held: dict[int, list[Mark]] = {}
    for mark in sorted(marks, key=lambda m: m.id):
        stack = held.setdefault(mark.message_id, [])
        if mark.word is Word.UNDO:
            if stack:
                stack.pop()
        else:
            stack.append(mark)
    return sorted((m for stack in held.values() for m in stack), key=lambda m: (m.recorded, m.id))
