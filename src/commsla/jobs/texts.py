"""Fetches what decides something from an open line: flags of open cases, a few KB of a few texts."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from commsla.core.model import Message
from commsla.core.parts import calendar_signs
from commsla.core.reading import Question, Read, Wanted
from commsla.errors import FolderRefused
from commsla.jobs.ports import MailLine, TextReader


def replied_to(line: MailLine, messages: Sequence[Message]) -> list[int]:
    """The ledger numbers of those messages that carry the \\Answered flag. Raises MailboxError."""
    places: dict[tuple[str, int], dict[int, int]] = {}
    for message in messages:
        places.setdefault((message.folder, message.uidvalidity), {})[message.uid] = message.id
    found: list[int] = []
    for (folder, uidvalidity), numbers in places.items():
        with suppress(FolderRefused):  # renamed or deleted since: what lay there is elsewhere
            answered = line.answered(folder, uidvalidity, sorted(numbers))
            found += [numbers[uid] for uid in answered if uid in numbers]
    return found


def vanished_from(line: MailLine, messages: Sequence[Message]) -> list[Message]:
    """Those messages that are no longer where they were. Raises MailboxError.

    A folder that was made anew, or is there no more, says nothing: its mail has other numbers now.
    """
    places: dict[tuple[str, int], list[Message]] = {}
    for message in messages:
        places.setdefault((message.folder, message.uidvalidity), []).append(message)
    gone: list[Message] = []
    for (folder, uidvalidity), there in places.items():
        left = None
        with suppress(FolderRefused):
            left = line.present(folder, uidvalidity, [m.uid for m in there])
        gone += [m for m in there if left is not None and m.uid not in left]
    return gone


def read_one(line: MailLine, one: Wanted, reader: TextReader) -> Read | None:
    """One text and what it answers, for this moment only; None where the server does not give it.

    Raises MailboxError where the line fails.
    """
    raw = _raw(line, one.places)
    if raw is None:
        return None
    if one.question is Question.CALENDAR:
        return Read(None, signs=calendar_signs(raw))
    if one.question is Question.REPORT:
        return Read(None, failed=tuple(reader.failures(raw)))
    before = _raw(line, one.before)
    return Read(
        reader.text(raw),
        reader.whole(raw),
        reader.text(before) if before else None,
        invites=reader.invites(raw),
    )


def _raw(line: MailLine, places: Sequence[Message]) -> bytes | None:
    """The same mail from the first place that still has it."""
    for message in places:
        if message.uid > 0:
            with suppress(FolderRefused):
                raw = line.text(message.folder, message.uidvalidity, message.uid)
                if raw is not None:
                    return raw
    return None
