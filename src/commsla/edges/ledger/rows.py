"""Message <-> row of the ledger; it neither opens the file nor decides anything."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from sys import intern
from typing import Any

from commsla.core.apart import Joint
from commsla.core.model import Mark, Meaning, Message, Party, Role, TextFact, Word

COLUMNS = (
    "school, mailbox, folder, role, uidvalidity, uid, received, claimed, fingerprint, message_id, "
    "in_reply_to, refs, sender, sender_name, sender_address, reply_to, reply_to_name, "
    "reply_to_address, recipients, subject, signs, readable, subject_key, is_reply, "
    "original_id"
)
_PLACES = ", ".join("?" * 27)
ADD = (
    f"INSERT INTO messages ({COLUMNS}, stored, stored_before) VALUES ({_PLACES}) "
    "ON CONFLICT DO NOTHING"
)

# A UID never names two mails (RFC 3501 section 2.3.1.1), and servers put back from a copy do it all
# the same. What could not be read has the fingerprint of its place: it says nothing about the mail.
SET_ASIDE = (
    "UPDATE messages SET uid = -id "
    "WHERE (school, mailbox, folder, uidvalidity, uid) = (?, ?, ?, ?, ?) "
    "AND fingerprint <> ? AND readable AND ?"
)
Signs = tuple[tuple[str, str], ...]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def seconds(moment: datetime) -> int:
    """Whole seconds since 1970 in UTC, as the ledger stores instants."""
    return int(moment.timestamp())


def moment(stored: int) -> datetime:
    """The instant (UTC) of a stored number."""
    return _EPOCH + timedelta(seconds=stored)  # fromtimestamp knows no time before 1970 on Windows


def to_row(m: Message) -> tuple[Any, ...]:
    """The values of COLUMNS."""
    return (
        m.school,
        m.mailbox,
        m.folder,
        m.role.value,
        m.uidvalidity,
        m.uid,
        seconds(m.received),
        seconds(m.claimed) if m.claimed else None,
        m.fingerprint,
        m.message_id,
        " ".join(m.in_reply_to),
        " ".join(m.references),
        *_party_values(m.sender),
        *_party_values(m.reply_to),
        " ".join(f"{p.key}:{p.domain_key}" for p in m.recipients),
        m.subject,
        signs_to_text(m.signs),
        int(m.readable),
        m.subject_key,
        int(m.is_reply),
        m.original_id,
    )


def set_aside_values(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """The values of SET_ASIDE for a row of COLUMNS."""
    return (*row[:3], *row[4:6], row[8], row[21])


def from_row(row: Sequence[Any]) -> Message:
    """The message of `SELECT id, COLUMNS`. What many rows say is one object, to save memory."""
    return Message(
        id=row[0],
        school=intern(row[1]),
        mailbox=intern(row[2]),
        folder=intern(row[3]),
        role=Role(row[4]),
        uidvalidity=row[5],
        uid=row[6],
        received=moment(row[7]),
        claimed=None if row[8] is None else moment(row[8]),
        fingerprint=row[9],
        message_id=row[10],
        in_reply_to=tuple(row[11].split()),
        references=tuple(row[12].split()),
        sender=_party(row[13], row[14], row[15]),
        reply_to=_party(row[16], row[17], row[18]),
        recipients=_recipients(row[19]),
        subject=row[20],
        signs=signs_from_text(row[21]),
        readable=bool(row[22]),
        subject_key=row[23],
        is_reply=bool(row[24]),
        original_id=row[25],
    )


JOINT_COLUMNS = (
    "fingerprint, message_id || ' ' || original_id, in_reply_to || ' ' || refs, "
    "sender || ' ' || reply_to || ' ' || recipients, subject_key, signs"
)


def joint_from_row(row: Sequence[Any]) -> Joint:
    """The joint of `SELECT id, JOINT_COLUMNS`."""
    number, fingerprint, own, named, people, subject_key, signs = row
    return Joint(number, fingerprint, own, named, people, subject_key, signs_from_text(signs))


def signs_to_text(signs: Signs) -> str:
    """Header facts as the ledger keeps them."""
    return json.dumps(signs, ensure_ascii=False) if signs else ""


@lru_cache(maxsize=4096)
def signs_from_text(text: str) -> Signs:
    """The header facts of a row."""
    return tuple((name, value) for name, value in json.loads(text)) if text else ()


MARK_COLUMNS = "message_id, word, at, recorded, by, note, other, detail, seen"


def mark_to_row(m: Mark) -> tuple[Any, ...]:
    """The values of MARK_COLUMNS."""
    at, recorded = seconds(m.at), seconds(m.recorded)
    return (m.message_id, m.word.value, at, recorded, m.by, m.note, m.other, m.detail, m.seen)


def mark_from_row(row: Sequence[Any]) -> Mark:
    """The mark of `SELECT id, MARK_COLUMNS`."""
    return Mark(
        id=row[0],
        message_id=row[1],
        word=Word(row[2]),
        at=moment(row[3]),
        recorded=moment(row[4]),
        by=row[5],
        note=row[6],
        other=row[7],
        detail=row[8],
        seen=row[9],
    )


FACT_COLUMNS = (
    "message_id, meaning, version, doubtful, why, day, urgent, quotes, quoted_reply, failed"
)


def fact_to_row(f: TextFact) -> tuple[Any, ...]:
    """The values of FACT_COLUMNS."""
    return (
        f.message_id,
        f.meaning.value,
        f.version,
        int(f.doubtful),
        f.why,
        f.day.isoformat() if f.day else None,
        int(f.urgent),
        int(f.quotes),
        seconds(f.quoted_reply) if f.quoted_reply else None,
        " ".join(map(":".join, f.failed)),
    )


def fact_from_row(row: Sequence[Any]) -> TextFact:
    """The fact of `SELECT FACT_COLUMNS`."""
    pairs = (word.partition(":") for word in row[9].split())
    return TextFact(
        message_id=row[0],
        meaning=Meaning(row[1]),
        version=row[2],
        doubtful=bool(row[3]),
        why=row[4],
        day=date.fromisoformat(row[5]) if row[5] else None,
        urgent=bool(row[6]),
        quotes=bool(row[7]),
        quoted_reply=None if row[8] is None else moment(row[8]),
        failed=tuple((first, last) for first, _, last in pairs),
    )


def _party_values(party: Party | None) -> tuple[str, str | None, str | None]:
    if party is None:
        return "", None, None
    return f"{party.key}:{party.domain_key}", party.name, party.address


@lru_cache(maxsize=4096)
def _recipients(text: str) -> tuple[Party, ...]:
    return tuple(p for word in text.split() if (p := _party(word, None, None)))


@lru_cache(maxsize=4096)
def _party(keys: str, name: str | None, address: str | None) -> Party | None:
    if not keys:
        return None
    key, _, domain_key = keys.partition(":")
    return Party(key, domain_key, name, address)
