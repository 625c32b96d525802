"""Everything that happened to the mail, in order; what it does to a case is decided elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from commsla.core.letters import Letter
from commsla.core.model import Mark, Message, Role, Word
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
        for mark in held.get(id(letter), ()):
            at = max(mark.at, received)
            found.append(((at, 2, mark.id, place), Event(at, letter, mark)))
        flags = [f for c in letter.copies if (f := traces.replied_flag.get(c.id))]
        if flags:
            at = max(min(flags), received)
            found.append(((at, 3, place, 0), Event(at, letter, flagged=True)))
    found.sort(key=lambda pair: pair[0])
    return [event for _, event in found]


def filed(messages: Iterable[Message], marks: Iterable[Mark], traces: Traces) -> list[Mark]:
    """Lying in a folder of the config is a mark, made between two polls: the earlier one counts.

    Where the folder had never been read before, nobody knows since when it lies there. A folder that
    was made anew tells nothing new of what lay in it.
    """
    undone = {m.message_id for m in marks if m.word is Word.UNDO and m.other == m.message_id}
    found: list[Mark] = []
    numbered: dict[
        tuple[str, str, str, str], int
    ] = {}  # the UIDVALIDITY under which it was seen first
    there = [m for m in messages if (m.school, m.mailbox, m.folder) in traces.folders]
    stored = traces.stored
    for copy in sorted((m for m in there if m.id in stored), key=lambda m: (stored[m.id].at, m.id)):
        place = (copy.school, copy.mailbox, copy.folder)
        first = numbered.setdefault((*place, copy.fingerprint), copy.uidvalidity)
        if copy.uidvalidity != first or copy.id in undone:
            continue
        seen = stored[copy.id]
        mark = Mark(copy.id, traces.folders[place], seen.before or seen.at, seen.at)
        since = None if seen.before else copy.received
        found.append(replace(mark, note=f"lies in the folder {copy.folder}", since=since))
    return found
