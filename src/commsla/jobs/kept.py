"""`export --freeze`: keep a past period's numbers, and say on later pages what changed since, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from commsla.core.calendar import OutOfCalendar
from commsla.core.kept import Kept, history, key_of, numbers_of, what_changed
from commsla.core.model import Message
from commsla.core.school import Config, Span, Unit
from commsla.core.summary import Summary
from commsla.core.workdays import Workdays
from commsla.errors import CommslaError
from commsla.jobs.counts import end_of
from commsla.jobs.export import Wish, export
from commsla.jobs.ports import LedgerReader

_DAY, _SECOND = timedelta(days=1), timedelta(seconds=1)
_AROUND = 60  # days before and after a period that its deadlines may hang on


@dataclass(frozen=True, slots=True)
class Held:
    """A page with what it says of those kept before; `kept` is to be stored, None where it is already."""

    page: Summary
    newest: Kept | None
    kept: Kept | None = None


def with_history(
    config: Config,
    ledger: LedgerReader,
    workdays: Mapping[str, Workdays],
    page: Summary,
    wish: Wish,
    *,
    by: datetime | None = None,
    freeze: bool = False,
) -> Held:
    """The page and what it says of the pages of its days that were kept until it was made.

    With `freeze` it is to be kept itself, unless the newest says the same. Raises CommslaError where the
    period is not over.
    """
    frame = page.frame
    if freeze and not frame.is_over:
        raise CommslaError(
            f"{frame.period} is not over, and its figures are not final.",
            "Keep it with --freeze when it is.",
        )
    return _Keeping(config, ledger, workdays, page, wish, by).held(freeze=freeze)


@dataclass(frozen=True, slots=True)
class _Keeping:
    config: Config
    ledger: LedgerReader
    workdays: Mapping[str, Workdays]
    page: Summary
    wish: Wish
    by: datetime | None

    def held(self, *, freeze: bool) -> Held:
        frame, numbers = self.page.frame, numbers_of(self.page)
        codes = tuple(s.code for s in self.wish.schools)
        kept = [
            k
            for k in self.ledger.kept_pages(codes, frame.first, frame.last)
            if k.at <= frame.generated
        ]
        newest = kept[-1] if kept else None
        changed = self._changed(newest, numbers) if newest and newest.numbers != numbers else ""
        added = None
        if freeze and (newest is None or changed):
            said = f"Until then changed: {changed}" if changed else ""
            added = Kept(
                codes,
                frame.first,
                frame.last,
                frame.generated.replace(microsecond=0),
                frame.version,
                self._calendar(),
                self._promises(),
                numbers,
                key_of(numbers),
                said,
            )
            kept, changed = [*kept, added], ""
        lines = history(kept, numbers, f"Changed since: {changed}" if changed else "")
        notes = self.page.quality.notes
        notes = (*lines, *notes) if changed else (*notes, *lines)
        page = replace(self.page, quality=replace(self.page.quality, notes=notes))
        return Held(page, kept[-1] if kept else None, added)

    def _changed(self, newest: Kept, numbers: str) -> str:
        why = "; ".join(self._why(newest, numbers))
        return f"{what_changed(newest.numbers, numbers)}. Why: {why}."

    def _why(self, newest: Kept, numbers: str) -> list[str]:
        """Counted again as of then, by what was recorded by then: what differs is due to the config, or
        to mail that was read since.
        """
        then = export(
            self.config, self.ledger, self.workdays, newest.at, self.wish,
            self.page.frame.version, by=newest.at,
        )  # fmt: skip
        assert isinstance(then, Summary)
        again = numbers_of(then)
        found = list(self._settings(newest)) if again != newest.numbers else []
        read_late = self._read_late(newest.at)
        if again != newest.numbers and not found and not read_late:
            # The ledger knows whole seconds: what was recorded in that one came after it, too.
            found += self._marked_late(newest.at - _SECOND, newest.at) or [
                "the schools or mailboxes of the config were changed"
            ]
        if again != numbers:
            found += self._marked_late(newest.at, self.by or self.page.frame.generated)
        if read_late:
            found.append("mail of the period was read later")
        return list(dict.fromkeys(found)) or ["the mailboxes showed more later"]

    def _settings(self, newest: Kept) -> Iterator[str]:
        version = self.page.frame.version
        if newest.calendar != self._calendar():
            yield "term dates, closures or opening days were corrected"
        if newest.promises != self._promises():
            yield "the promise, or how it is read, was changed"
        if newest.version != version:
            yield f"commsla {version} counts where it was {newest.version}"

    def _marked_late(self, after: datetime, until: datetime) -> list[str]:
        ours = {m.id for m in self._messages()}
        marks = [
            m for m in self.ledger.marks() if m.message_id in ours and after < m.recorded <= until
        ]
        found = []
        if any(m.at < self._end for m in marks):
            found.append("marks were recorded late, dated back into the period")
        if any(m.at >= self._end for m in marks):
            found.append("marks were recorded since that set something aside or right")
        return found

    def _read_late(self, after: datetime) -> bool:
        until = self.by or self.page.frame.generated
        stored = self.ledger.stored()
        return any(
            m.received < self._end and m.id in stored and after < stored[m.id].at <= until
            for m in self._messages()
        )

    def _messages(self) -> Iterator[Message]:
        codes = {s.code for s in self.wish.schools}
        return (m for m in self.ledger.messages() if m.school in codes)

    @property
    def _end(self) -> datetime:
        return end_of(Span(self.page.frame.first, self.page.frame.last))

    def _promises(self) -> str:
        return key_of(repr(self.page.policies))

    def _calendar(self) -> str:
        """A key of which days count, in the period and around it."""
        frame = self.page.frame
        days = (frame.last - frame.first).days + 2 * _AROUND
        first = frame.first - timedelta(days=_AROUND)
        return key_of(
            ";".join(
                f"{s.code}:"
                + "".join(_kind(self.workdays[s.code], first + n * _DAY) for n in range(days))
                for s in self.wish.schools
            )
        )


def _kind(workdays: Workdays, day: date) -> str:
    try:
        counts = [workdays.is_counted(day, u) for u in (Unit.WORKING_DAYS, Unit.SCHOOL_DAYS)]
    except OutOfCalendar:
        return "?"
    return "o" if counts == [True, False] else "s" if all(counts) else "-"
