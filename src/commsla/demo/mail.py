"""Reads the made-up mail of the demo from its TOML files; it invents nothing and sends nothing."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import getaddresses, parseaddr
from functools import cache
from importlib.resources import files
from typing import Any

from commsla.core.model import (
    Role,
    Word,
)
from commsla.demo import MAILBOXES
from commsla.demo.letter import LONDON, Letter
from commsla.demo.wire import compose, travelled

Entry = dict[str, Any]


@dataclass(frozen=True, slots=True)
class DemoMessage:
    """One message as a mailbox holds it. `received` is UTC, `raw` whole RFC 5322 bytes."""

    school: str
    folder: Role
    received: datetime
    raw: bytes


@dataclass(frozen=True, slots=True)
class DemoMark:
    """What the office recorded on the case that the inbox message received at `opened` opened.

    `at` is when it happened, `recorded` when it was typed, all three in UTC.
    """

    school: str
    opened: datetime
    word: Word
    at: datetime
    recorded: datetime
    note: str


def demo_messages() -> list[DemoMessage]:
    """All the mail of both schools, by the time of receipt."""
    letters = [letter for school in MAILBOXES for letter in _letters(school).values()]
    letters.sort(key=lambda letter: (letter.received, letter.school, letter.role))
    return [DemoMessage(one.school, one.role, one.received, compose(one)) for one in letters]


def demo_marks() -> list[DemoMark]:
    """All the marks of both schools, in the order in which they were recorded."""
    marks = [mark for school in MAILBOXES for mark in _marks(school)]
    return sorted(marks, key=lambda mark: (mark.recorded, mark.school, mark.opened))


def _marks(school: str) -> Iterator[DemoMark]:
    story, letters = _story(school), _letters(school)
    for entry in story.get("mark", []):
        opened = letters[entry["on"]].received
        at = _utc(entry["at"])
        yield DemoMark(school, opened, Word(entry["word"]), at, at, entry["note"])
    for entry in story["sent"]:
        if "checked" in entry:
            opened = letters[entry.get("on", entry["re"])].received
            recorded = _utc(entry["checked"])
            at = _utc(entry["at"])
            yield DemoMark(school, opened, Word.ANSWERED, at, recorded, "reply checked")


def _story(school: str) -> Entry:
    text = files("commsla.demo").joinpath(f"{school}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def _letters(school: str) -> dict[str, Letter]:
    """The letters of one school by their ids; one that nothing points at gets its place as id."""
    story = _story(school)
    entries = [(Role.INBOX, entry) for entry in story["inbox"]]
    entries += [(Role.SENT, entry) for entry in story["sent"]]
    entries.sort(key=lambda pair: pair[1]["at"])  # what is answered comes before its answer
    letters: dict[str, Letter] = {}
    for number, (role, entry) in enumerate(entries):
        letters[entry.get("id", f"#{number}")] = _letter(story, role, entry, letters)
    return letters


def _letter(story: Entry, role: Role, entry: Entry, known: dict[str, Letter]) -> Letter:
    received = _utc(entry["at"])
    if "same_as" in entry:
        school, _, name = entry["same_as"].partition("/")
        copy = _letters(school)[name]
        return replace(copy, school=story["school"], mailbox=story["address"], received=received)
    ours = (story["office"], story["address"])
    sent = role is Role.SENT
    answered = known[entry["re"]] if "re" in entry else None
    subject = entry.get("subject") or _reply_subject(answered)
    if "to" in entry:
        to = tuple(getaddresses([entry["to"]]))
    elif sent and answered:
        to = (answered.reply_to or answered.sender,)
    else:
        to = (("", story["address"]),)
    return Letter(
        school=story["school"],
        mailbox=story["address"],
        role=role,
        received=received,
        written=travelled(received, role),
        sender=ours if sent else parseaddr(entry["from"]),
        to=to,
        subject=subject,
        body=entry["body"] + (f"\n\nKind regards{story['signature']}" if sent else ""),
        form=entry.get("form", ""),
        re=answered,
        quote=entry.get("quote", sent and answered is not None),
        reply_to=parseaddr(entry["reply_to"]) if "reply_to" in entry else None,
        list_id=entry.get("list_id", ""),
        starts=_utc(entry["starts"]) if "starts" in entry else None,
    )


def _reply_subject(answered: Letter | None) -> str:
    if answered is None:
        raise ValueError("a message of the demo has neither a subject nor a `re`")
    old = answered.subject
    return old if old.startswith("Re: ") else f"Re: {old}"


def _utc(local: datetime) -> datetime:
    """A time of the story is Europe/London."""
    return local.replace(tzinfo=LONDON).astimezone(UTC)
