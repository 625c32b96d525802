"""The mail of a ledger: rows of messages; it judges none of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from commsla.core.apart import Joint
from commsla.core.model import Message, Stored
from commsla.edges.ledger.folders import Folders
from commsla.edges.ledger.rows import (
    ADD,
    COLUMNS,
    JOINT_COLUMNS,
    SET_ASIDE,
    from_row,
    joint_from_row,
    moment,
    seconds,
    set_aside_values,
    signs_from_text,
    signs_to_text,
    to_row,
)

_AT_A_TIME = 2_000  # rows
_FORGOTTEN = (
    "wiped = 1, subject = NULL, sender_name = NULL, sender_address = NULL, "
    "reply_to_name = NULL, reply_to_address = NULL"
)
Place = tuple[str, str, str, int]  # school, mailbox, folder, UIDVALIDITY


class MailBook(Folders):
    """Messages. Writing happens only inside `transaction()`; instants are UTC."""

    def add(self, messages: Iterable[Message], stored: Stored) -> int:
        """Keep messages; one that is known by (school, mailbox, folder, UIDVALIDITY, UID) stays as it is.

        Where a server gave a UID to another mail, both are kept. Returns how many were new.
        """
        between = (seconds(stored.at), seconds(stored.before) if stored.before else None)
        rows = [to_row(m) for m in messages]
        added = self._add(rows, between)
        if added < len(rows):
            # The older one makes place: no message has a UID below 1.
            self._db.executemany(SET_ASIDE, map(set_aside_values, rows))
            added += self._add(rows, between)
        if added:
            # Read again (a folder made anew, a copy): what was forgotten stays so from the first.
            self._db.execute(
                f"UPDATE messages SET {_FORGOTTEN} WHERE wiped = 0 AND (school, fingerprint) IN "
                "(SELECT school, fingerprint FROM messages WHERE wiped = 1)"
            )
        return added

    def _add(self, rows: Iterable[tuple[Any, ...]], between: tuple[int, int | None]) -> int:
        before = self._db.total_changes
        self._db.executemany(ADD, ((*row, *between) for row in rows))
        return self._db.total_changes - before

    def messages(self, school: str = "") -> list[Message]:
        """Everything that was ever read, of one school if one is named, by ledger number."""
        return list(map(from_row, self._rows(f"id, {COLUMNS}", school)))

    def messages_of(self, numbers: Iterable[int]) -> list[Message]:
        """Those messages, by ledger number."""
        chosen = "WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id"
        query = f"SELECT id, {COLUMNS} FROM messages {chosen}"
        return list(map(from_row, self._read(query, (json.dumps(list(numbers)),))))

    def joints(self, school: str = "") -> Iterator[Joint]:
        """What can join each message to others, by ledger number."""
        return map(joint_from_row, self._rows(f"id, {JOINT_COLUMNS}", school))

    def highest(self) -> int:
        """The highest number that a message has; 0 while there is none."""
        [[number]] = self._read("SELECT coalesce(max(id), 0) FROM messages")
        return int(number)

    def numbers(self, place: Place, uids: Iterable[int]) -> set[int]:
        """The ledger's numbers of messages at (school, mailbox, folder, UIDVALIDITY)."""
        rows = self._read(
            "SELECT id FROM messages WHERE (school, mailbox, folder, uidvalidity) = (?, ?, ?, ?) "
            "AND uid IN (SELECT value FROM json_each(?))",
            (*place, json.dumps(list(uids))),
        )
        return {number for (number,) in rows}

    def _rows(self, columns: str, school: str) -> Iterator[Any]:
        """Rows of all messages, some at a time: nobody holds them all at once as rows, too."""
        last = 0
        query = (
            f"SELECT {columns} FROM messages WHERE id > ?1 AND (?2 = '' OR school = ?2) "
            f"ORDER BY id LIMIT {_AT_A_TIME}"
        )
        while rows := self._read(query, (last, school)):
            last = rows[-1][0]
            yield from rows

    def kept_back(self, school: str, mailbox: str, since: datetime) -> list[Message]:
        """Messages of a mailbox that came since then without headers that can be read."""
        query = (
            f"SELECT id, {COLUMNS} FROM messages WHERE readable = 0 AND wiped = 0 AND uid > 0 "
            "AND (school, mailbox) = (?, ?) AND stored >= ? ORDER BY id"
        )
        return list(map(from_row, self._read(query, (school, mailbox, seconds(since)))))

    def fill(self, message_id: int, message: Message) -> None:
        """Put headers that came late into the row of a message; what was wiped stays so."""
        self._db.execute(
            f"UPDATE messages SET ({COLUMNS}) = ({', '.join('?' * len(to_row(message)))}) "
            "WHERE id = ? AND readable = 0 AND wiped = 0",
            (*to_row(message), message_id),
        )

    def add_signs(self, signs: Mapping[int, tuple[tuple[str, str], ...]]) -> None:
        """Add to the header facts of messages: what a rule said before their subjects are wiped."""
        for message, more in signs.items():
            [[held]] = self._read("SELECT signs FROM messages WHERE id = ?", (message,))
            self._db.execute(
                "UPDATE messages SET signs = ? WHERE id = ?",
                (signs_to_text((*signs_from_text(held), *more)), message),
            )

    def wipe(self, message_ids: Iterable[int]) -> int:
        """Forget who wrote and about what; the facts that figures need stay. Returns how many.

        Notes live as long as the names: one may hold a name.
        """
        before = self._db.total_changes
        self._db.executemany(
            f"UPDATE messages SET {_FORGOTTEN} WHERE id = ? AND wiped = 0",
            ((i,) for i in message_ids),
        )
        wiped = self._db.total_changes - before
        self._db.execute(
            "UPDATE marks SET note = '' WHERE note <> '' AND message_id IN "
            "(SELECT id FROM messages WHERE wiped = 1)"
        )
        self._db.execute(  # who typed a name for a role is not to keep it here
            "UPDATE marks SET detail = iif(word = 'undo', 'assign', '') "
            "WHERE (word = 'assign' AND detail <> '' OR word = 'undo' AND detail LIKE 'assign %') "
            "AND message_id IN (SELECT id FROM messages WHERE wiped = 1)"
        )
        return wiped

    def stored(self) -> dict[int, Stored]:
        """Between which two polls each message came."""
        rows = self._read("SELECT id, stored, stored_before FROM messages")
        return {
            i: Stored(moment(at), None if before is None else moment(before))
            for i, at, before in rows
        }
