"""`export`: gather what the ledger holds of a period and make one document of it; it writes nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from commsla.core import figures, quality
from commsla.core.casetable import case_table
from commsla.core.local import local_date
from commsla.core.periods import Asked, Period, read_period, year_before
from commsla.core.school import Config, School, Span
from commsla.core.summary import Document, Frame, Gap, Quality, Reader
from commsla.core.tally import Material
from commsla.core.words import month_name
from commsla.core.workdays import Workdays
from commsla.errors import CommslaError, UsageError
from commsla.jobs.counts import count_cases, end_of
from commsla.jobs.ports import LedgerReader

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted: for whom, of which period, and of which schools."""

    reader: Reader
    period: Asked
    schools: tuple[School, ...]


def export(
    config: Config,
    ledger: LedgerReader,
    workdays: Mapping[str, Workdays],
    now: datetime,
    wish: Wish,
    version: str,
    *,
    by: datetime | None = None,
) -> Document:
    """The document of a period, as it stood at its end, or at `now` (aware) where that is earlier.

    Counted is what happened by then, whenever it was recorded: who tidies up after the end of term changes
    the term. With `by` only what was recorded by then. Raises UsageError for a period that is not known or
    has not begun, CommslaError for one of which nothing is known.
    """
    return _Export(config, ledger, workdays, now, wish, version, by).run()


@dataclass(frozen=True, slots=True)
class _Export:
    config: Config
    ledger: LedgerReader
    workdays: Mapping[str, Workdays]
    now: datetime
    wish: Wish
    version: str
    by: datetime | None

    def run(self) -> Document:
        everybody = self.wish.reader is Reader.GOVERNORS  # else one school would tell of another
        schools = self.config.schools if everybody else self.wish.schools
        period = read_period(self.wish.period, schools, local_date(self.now))
        if isinstance(period, str):
            raise UsageError(period)
        self._refuse_the_unknown(period)
        frame = self._frame(period)
        if everybody and not frame.is_over and len(self.wish.schools) < len(schools):
            raise CommslaError(
                f"{period.name} is not over: until then there is no page for one school of several, which "
                "would give single cases of the others away.",
                "Leave out --school, name dates that are past, or use --for head.",
            )
        past = None
        if everybody and len(self.wish.schools) == len(schools):
            past = self._past(period)
        asked = [period, past] if past else [period]
        found = count_cases(self.config, self.ledger, self.workdays, self.now, asked, self.by)
        material = found[0].material
        if not everybody:
            names = {s.code: s.name for s in schools}
            return case_table(self.wish.reader, frame, names, material)
        chosen = [s.code for s in self.wish.schools]
        if past:
            frame = replace(frame, last_year=past.name)
        own = {c: material.spans[c] for c in chosen}
        box = self._quality(
            Material([c for c in material.cases if c.school in own], own), found[0].blind
        )
        spans = {c: (s.first, s.last) for c, s in own.items()}
        return figures.summarise(
            figures.Asked(frame, period, {s.code: s.name for s in schools}, tuple(chosen)),
            material,
            found[1].material if past else None,
            figures.policy_texts(self.wish.schools, spans),
            box,
        )

    def _refuse_the_unknown(self, period: Period) -> None:
        began = [at for (s, _), at in self.ledger.day_one().items() if s in self._codes]
        names = " and ".join(s.name for s in self.wish.schools)
        if not began:
            raise CommslaError(
                f"{names}: nothing was ever polled here, so there is nothing to report.",
                "Run: commsla poll",
            )
        first = local_date(min(began))
        if period.last < first:
            raise CommslaError(
                f"Nothing is known of {period.name}: mail of {names} is read since {_said(first)}.",
                "Name a later period.",
            )

    @property
    def _codes(self) -> Collection[str]:
        return {s.code for s in self.wish.schools}

    def _frame(self, period: Period) -> Frame:
        is_over = self.now >= max(end_of(s) for s in period.spans.values())
        return Frame(
            period.name,
            tuple(s.name for s in self.wish.schools),
            period.first,
            period.last,
            min(period.last, local_date(self.now)),
            is_over,
            self.now,
            self.version,
        )

    def _past(self, period: Period) -> Period | None:
        """The same a year earlier, where mail was read from its first day on."""
        before = year_before(period, self.wish.schools)
        if isinstance(before, str):
            return None
        began = self.ledger.day_one()
        latest = {
            c: max((at for (s, _), at in began.items() if s == c), default=None)
            for c in before.spans
        }
        known = all(
            (at := latest[c]) is not None and local_date(at) <= span.first
            for c, span in before.spans.items()
        )
        return before if known else None

    def _quality(self, material: Material, blind: Collection[tuple[str, str]]) -> Quality:
        good, began = self.ledger.good_days(), self.ledger.day_one()
        readings, found = [], list[Gap]()
        for school in self.wish.schools:
            span = material.spans[school.code]
            last = min(span.last, local_date(self.now) - _DAY)  # today is not over
            for mailbox in school.mailboxes:
                place = (school.code, mailbox.address)
                first = local_date(began[place]) if place in began else None
                days = good.get(place, set())
                reading = quality.Reading(
                    school.code, first, days, min(days, default=None), place not in blind
                )
                readings.append(reading)
                if last >= span.first:
                    found += quality.gaps(
                        reading, school.name, self.workdays[school.code], Span(span.first, last)
                    )
        names = {s.code: s.name for s in self.wish.schools}
        return quality.quality(material, readings, found, names, self.config.read_text)


def _said(day: date) -> str:
    return f"{day.day} {month_name(day)} {day.year}"
