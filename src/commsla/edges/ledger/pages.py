"""The pages of a ledger that were kept: aggregates for good, which no later mark or calendar changes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from commsla.core.kept import Kept
from commsla.edges.ledger.outbox import Outbox
from commsla.edges.ledger.rows import moment, seconds


class Pages(Outbox):
    """Kept pages. Writing happens only inside `transaction()`; instants are UTC."""

    def kept_pages(self, schools: Sequence[str], first: date, last: date) -> list[Kept]:
        """Those of just these schools and days, the oldest first."""
        rows = self._read(
            "SELECT at, version, calendar, promises, numbers, hash, said FROM kept_pages "
            "WHERE schools = ? AND first = ? AND last = ? ORDER BY at, id",
            (" ".join(schools), first.isoformat(), last.isoformat()),
        )
        return [Kept(tuple(schools), first, last, moment(at), *rest) for at, *rest in rows]

    def keep_page(self, page: Kept) -> None:
        """Add one; none is ever replaced."""
        self._db.execute(
            "INSERT INTO kept_pages (schools, first, last, at, version, calendar, promises, numbers, "
            "hash, said) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                " ".join(page.schools),
                page.first.isoformat(),
                page.last.isoformat(),
                seconds(page.at),
                page.version,
                page.calendar,
                page.promises,
                page.numbers,
                page.hash,
                page.said,
            ),
        )
