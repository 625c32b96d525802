"""Message <-> row of the ledger; it neither opens the file nor decides anything."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from commsla.core.model import (
    Message,
    Party,
    Role,
)

COLUMNS = (
    "school, mailbox, folder, role, uidvalidity, uid, received, claimed, fingerprint, message_id, "
    "in_reply_to, refs, sender, sender_name, sender_address, reply_to, reply_to_name, "
    "reply_to_address, recipients, subject, signs, readable"
)
PLACES = ", ".join("?" * 22)

# A UID never names two mails (RFC 3501 section 2.3.1.1), and servers put back from a copy do it all
# the same. What could not be read has the fingerprint of its place: it says nothing about the mail.
SET_ASIDE = (
    "UPDATE messages SET uid = -id "
    "WHERE (school, mailbox, folder, uidvalidity, uid) = (?, ?, ?, ?, ?) "
    "AND fingerprint <> ? AND readable AND ?"
)
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
        json.dumps(m.signs, ensure_ascii=False) if m.signs else "",
        int(m.readable),
    )


def set_aside_values(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """The values of SET_ASIDE for a row of COLUMNS."""
    return (*row[:3], *row[4:6], row[8], row[21])


def from_row(row: Sequence[Any]) -> Message:
    """The message of `SELECT id, COLUMNS`."""
    return Message(
        id=row[0],
        school=row[1],
        mailbox=row[2],
        folder=row[3],
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
        recipients=tuple(p for word in row[19].split() if (p := _party(word, None, None))),
        subject=row[20],
        signs=tuple((name, value) for name, value in json.loads(row[21])) if row[21] else (),
        readable=bool(row[22]),
    )


def _party_values(party: Party | None) -> tuple[str, str | None, str | None]:
    if party is None:
        return "", None, None
    return f"{party.key}:{party.domain_key}", party.name, party.address


def _party(keys: str, name: str | None, address: str | None) -> Party | None:
    if not keys:
        return None
    key, _, domain_key = keys.partition(":")
    return Party(key, domain_key, name, address)
