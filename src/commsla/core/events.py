"""Everything that happened to the mail, in order; what it does to a case is decided elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from commsla.core.letters import Letter
from commsla.core.model import Mark, Role
from commsla.core.traces import Traces

Held = Mapping[int, Sequence[Mark]]  # id() of a letter -> the marks that hold on it


@dataclass(frozen=True, slots=True)
class Event:
    """A letter came or went (no mark), or was marked, or was flagged as replied to; `at` is UTC."""

    at: datetime
    letter: Letter
    mark: Mark | None = None
    flagged: bool = False


def marks_by_letter(marks: Iterable[Mark], letters: Iterable[Letter]) -> Held:
    """The marks of all copies of a letter are marks on the letter."""
    of_message = {c.id: x for x in letters for c in x.copies}
    held: dict[int, list[Mark]] = {}
    for mark in marks:
        if letter := of_message.get(mark.message_id):
            held.setdefault(id(letter), []).append(mark)
    return held


def events(letters: Sequence[Letter], held: Held, traces: Traces) -> list[Event]:
    """Mail, marks and flags by time; what is recorded on a mail never comes before that mail.

    At the same second mail that came in goes first: an answer needs its question.
    """
    found: list[tuple[tuple[datetime, int, int, int], Event]] = []
    for place, letter in enumerate(letters):
        received = letter.message.received
        rank = 1 if letter.message.role is Role.SENT else 0
        found.append(((received, rank, place, 0), Event(received, letter)))
        for mark in (*held.get(id(letter), ()), *_filed(letter, traces)):
            at = max(mark.at, received)
            found.append(((at, 2, mark.id, place), Event(at, letter, mark)))
        flags = [f for c in letter.copies if (f := traces.replied_flag.get(c.id))]
        if flags:
            at = max(min(flags), received)
            found.append(((at, 3, place, 0), Event(at, letter, flagged=True)))
    found.sort(key=lambda pair: pair[0])
    return [event for _, event in found]


def _filed(letter: Letter, traces: Traces) -> list[Mark]:
    """Lying in a folder of the config is a mark, made between two polls: the earlier one counts."""
    found = []
    for copy in letter.copies:
        word = traces.folders.get((copy.school, copy.mailbox, copy.folder))
        stored = traces.stored.get(copy.id)
        if word and stored:
            at = stored.before or stored.at
            found.append(
                Mark(copy.id, word, at, stored.at, "", f"lies in the folder {copy.folder}")
            )
    return found
