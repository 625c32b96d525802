"""Which marks hold; recording them is the ledger's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from commsla.core.answers import ANSWERING, EXCLUDING
from commsla.core.case import Case, Done
from commsla.core.letters import Letter, order
from commsla.core.model import Mark, Subject, Word
from commsla.core.verdicts import Judged


@dataclass(frozen=True, slots=True)
class Marked:
    """What was marked, the case as it stands afterwards, and the mark that was recorded.

    `case` is what was marked as it stood before, `other` the other case of a duplicate or a merging;
    `set_free` is what was part of it and is a case of its own now. `guarded`, with the last of several
    marks, is what else lost its names by them, as the same matter.
    """

    subject: Subject
    judged: Judged | None
    mark: Mark
    case: Case | None = None
    other: Case | None = None
    set_free: tuple[Judged, ...] = ()
    guarded: tuple[Case, ...] = ()

    @property
    def was_answered(self) -> Done | None:
        """What had answered it before, where the mark changes nothing about that."""
        before = self.case.responded if self.case and not self.case.to_check else None
        settles = self.mark.word in ANSWERING or self.mark.word in EXCLUDING - {Word.SAFEGUARDING}
        stands = settles and self.judged is not None and self.judged.case.responded == before
        return before if stands else None


def effective(marks: Iterable[Mark]) -> list[Mark]:
    """The marks that hold, in the order they were recorded: each undo takes back the newest before it.

    One that takes back a folder as a mark leaves what was recorded by hand.
    """
    held: dict[int, list[Mark]] = {}
    for mark in sorted(marks, key=lambda m: m.id):
        stack = held.setdefault(mark.message_id, [])
        if mark.word is Word.UNDO and mark.other == mark.message_id:
            continue
        if mark.word is Word.UNDO:
            if stack:
                stack.pop()
        else:
            stack.append(mark)
    return sorted((m for stack in held.values() for m in stack), key=lambda m: (m.recorded, m.id))


def merged(marks: Iterable[Mark], letters: Iterable[Letter]) -> dict[int, Letter]:
    """id() of a letter -> the letter whose case it is part of, because a person merged them.

    However it was typed, the later one becomes part of the earliest: its clock is the older. What
    came to two schools stays two cases.
    """
    letter_of = {c.id: x for x in letters for c in x.copies}
    leader: dict[int, Letter] = {}

    def root(letter: Letter) -> Letter:
        while id(letter) in leader:
            letter = leader[id(letter)]
        return letter

    for mark in sorted(marks, key=lambda m: m.id):
        one, other = letter_of.get(mark.message_id), letter_of.get(mark.other or 0)
        if mark.word is not Word.MERGE or one is None or other is None:
            continue
        if one.message.school == other.message.school:
            first, second = sorted((root(one), root(other)), key=order)
            if first is not second:
                leader[id(second)] = first
    return {key: root(letter) for key, letter in leader.items()}
