"""Fetches what decides something from an open line: flags of open cases, a few KB of a few texts."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from commsla.core.model import Message
from commsla.core.parts import calendar_signs
from commsla.core.reading import Question, Read, Wanted
from commsla.errors import FolderRefused
from commsla.jobs.ports import MailLine, TextReader


def whereabouts(line: MailLine, messages: Sequence[Message]) -> tuple[list[Message], list[Message]]:
    """Those messages that carry the \\Answered flag, and those that are no longer where they were.

    A folder that was made anew, renamed or deleted says nothing: what lay there is elsewhere, or has
    other numbers. Raises MailboxError.
    """
    places: dict[tuple[str, int], list[Message]] = {}
    for message in messages:
        places.setdefault((message.folder, message.uidvalidity), []).append(message)
    replied: list[Message] = []
    gone: list[Message] = []
    for (folder, uidvalidity), there in places.items():
        flags = None
        with suppress(FolderRefused):
            flags = line.flags(folder, uidvalidity, sorted(m.uid for m in there))
        if flags is not None:
            replied += [m for m in there if flags.get(m.uid)]
            gone += [m for m in there if m.uid not in flags]
    return replied, gone


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
