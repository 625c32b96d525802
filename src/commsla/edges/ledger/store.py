"""An open ledger: every read and every transaction; it never judges what it keeps."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from datetime import date, datetime

from commsla.core.local import local_date
from commsla.core.model import MailboxRead, Mark, Reference, TextFact
from commsla.edges.ledger.pages import Pages
from commsla.edges.ledger.rows import (
    FACT_COLUMNS,
    MARK_COLUMNS,
    fact_from_row,
    fact_to_row,
    mark_from_row,
    mark_to_row,
    moment,
    seconds,
)


class Ledger(Pages):
    """An open ledger. Writing happens only inside `transaction()`; instants are UTC."""

    def scratch(self) -> Ledger:
        """A copy in memory, for a dry run: the same path, and nothing of it stays."""
        copy = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        self._db.backup(copy)
        return Ledger(copy, self.keys, self.file)

    # --- references and marks -----------------------------------------------------------------

    def references(self) -> dict[int, Reference]:
        """Ledger number of a message -> the reference of the case that it opened."""
        rows = self._read("SELECT message_id, prefix, number FROM case_references")
        return {message: Reference(prefix, number) for message, prefix, number in rows}

    def give_references(self, wanted: Mapping[int, str]) -> dict[int, Reference]:
        """Number new cases: message -> prefix, in the order given; a number is never used again."""
        rows = self._read("SELECT prefix, max(number) FROM case_references GROUP BY prefix")
        last = dict(rows)
        given = []
        for message, prefix in wanted.items():
            last[prefix] = last.get(prefix, 0) + 1
            given.append((prefix, last[prefix], message))
        self._db.executemany("INSERT INTO case_references VALUES (?, ?, ?)", given)
        return {message: Reference(prefix, number) for prefix, number, message in given}

    def marks(self) -> list[Mark]:
        """Every mark, in the order recorded."""
        query = f"SELECT id, {MARK_COLUMNS} FROM marks ORDER BY id"
        return list(map(mark_from_row, self._read(query)))

    def add_marks(self, marks: Iterable[Mark]) -> None:
        """Append marks; nothing is ever deleted, an undo is a mark."""
        self._db.executemany(
            f"INSERT INTO marks ({MARK_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            map(mark_to_row, marks),
        )

    # --- what was read and seen ---------------------------------------------------------------

    def texts(self) -> dict[int, TextFact]:
        """What the texts that were read meant, by message."""
        rows = self._read(f"SELECT {FACT_COLUMNS} FROM text_facts")
        return {f.message_id: f for f in map(fact_from_row, rows)}

    def note_texts(self, facts: Iterable[TextFact]) -> None:
        """Keep what texts meant; what was read before stays as it was read."""
        self._db.executemany(
            f"INSERT INTO text_facts ({FACT_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
            "ON CONFLICT DO NOTHING",
            map(fact_to_row, facts),
        )

    def replied_flags(self) -> dict[int, datetime]:
        """When a poll first saw the \\Answered flag on a message."""
        rows = self._read("SELECT message_id, at FROM replied_flags")
        return {message: moment(at) for message, at in rows}

    def not_flagged(self) -> dict[int, datetime]:
        """When the poll before that one was, where there was one."""
        rows = self._read("SELECT message_id, before FROM replied_flags WHERE before IS NOT NULL")
        return {message: moment(before) for message, before in rows}

    def note_replied(
        self, message_ids: Iterable[int], at: datetime, before: datetime | None
    ) -> None:
        """Remember that these messages carry the \\Answered flag, and when the poll before was that
        did not see it; the first time stays.
        """
        earlier = seconds(before) if before else None
        self._db.executemany(
            "INSERT INTO replied_flags VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            ((i, seconds(at), earlier) for i in message_ids),
        )

    def vanished(self, by: datetime | None = None) -> dict[int, bool]:
        """Messages that two polls did not find where they had been, and whether they lay in Junk or
        Deleted. With `by` what was sure by then.
        """
        rows = self._read(
            "SELECT message_id, discarded FROM vanished "
            "WHERE sure IS NOT NULL AND (?1 IS NULL OR sure <= ?1)",
            (seconds(by) if by else None,),
        )
        return {message: bool(discarded) for message, discarded in rows}

    def missing(self) -> set[int]:
        """Messages that one poll did not find: the next one is to make sure."""
        return {m for (m,) in self._read("SELECT message_id FROM vanished WHERE sure IS NULL")}

    def note_vanished(self, found: Mapping[int, bool], at: datetime) -> None:
        """Remember what is missing, and whether it was thrown away; the second time makes it sure."""
        self._db.executemany(
            "INSERT INTO vanished VALUES (?, ?, ?, NULL) ON CONFLICT DO UPDATE SET "
            "sure = excluded.at, discarded = max(discarded, excluded.discarded) "
            "WHERE sure IS NULL AND at < excluded.at",
            ((i, seconds(at), int(thrown)) for i, thrown in found.items()),
        )

    def note_back(self, message_ids: Iterable[int]) -> None:
        """Forget that these were missing once: they are where they were."""
        self._db.executemany(
            "DELETE FROM vanished WHERE message_id = ? AND sure IS NULL",
            ((i,) for i in message_ids),
        )

    # --- polls --------------------------------------------------------------------------------

    def begin(self, school: str, mailbox: str, at: datetime) -> None:
        """Remember when a mailbox was first polled; later calls change nothing."""
        self._db.execute(
            "INSERT INTO mailbox_day_one VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            (school, mailbox, seconds(at)),
        )

    def day_one(self) -> dict[tuple[str, str], datetime]:
        """(School, mailbox) -> when it was first polled."""
        rows = self._read("SELECT school, mailbox, at FROM mailbox_day_one")
        return {(school, mailbox): moment(at) for school, mailbox, at in rows}

    def note_read(self, read: MailboxRead) -> None:
        """Remember how reading a mailbox went; a failure keeps the time of the last good read."""
        self._db.execute(
            "INSERT INTO mailbox_reads VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
            "last_good = coalesce(excluded.last_good, last_good), last_try = excluded.last_try, "
            "trouble = excluded.trouble, retry_after = excluded.retry_after, "
            "sent_folder = iif(excluded.last_good IS NULL, sent_folder, excluded.sent_folder)",
            (
                read.school,
                read.mailbox,
                seconds(read.last_good) if read.last_good else None,
                seconds(read.last_try),
                read.trouble,
                read.sent_folder,
                seconds(read.retry_after) if read.retry_after else None,
            ),
        )

        if read.last_good:
            self._db.execute(
                "INSERT INTO good_days VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                (read.school, read.mailbox, local_date(read.last_good).isoformat()),
            )

    def good_days(self) -> dict[tuple[str, str], set[date]]:
        """(School, mailbox) -> the local dates on which it was read well, since they are noted."""
        found: dict[tuple[str, str], set[date]] = {}
        for school, mailbox, day in self._read("SELECT school, mailbox, day FROM good_days"):
            found.setdefault((school, mailbox), set()).add(date.fromisoformat(day))
        return found

    def reads(self) -> list[MailboxRead]:
        """How reading each mailbox went the last time."""
        rows = self._read(
            "SELECT school, mailbox, last_good, last_try, trouble, sent_folder, retry_after "
            "FROM mailbox_reads"
        )
        emptied: dict[tuple[str, str], list[str]] = {}
        for school, mailbox, folder in self._read(
            "SELECT school, mailbox, folder FROM folder_facts WHERE emptied IS NOT NULL "
            "ORDER BY folder"
        ):
            emptied.setdefault((school, mailbox), []).append(folder)
        return [
            MailboxRead(
                s,
                m,
                moment(good) if good else None,
                moment(tried),
                trouble,
                sent,
                moment(after) if after else None,
                tuple(emptied.get((s, m), ())),
            )
            for s, m, good, tried, trouble, sent, after in rows
        ]
