"""`export`: gather what the ledger holds of a period and make one document of it; it writes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from commsla.core import figures, quality
from commsla.core.cases import Folded
from commsla.core.casetable import case_table
from commsla.core.counted import Counted, as_it_stood, counted
from commsla.core.local import LONDON, local_date
from commsla.core.periods import Asked, Period, read_period, year_before
from commsla.core.school import Config, School, Span
from commsla.core.summary import Document, Frame, Gap, Quality, Reader
from commsla.core.tally import Material
from commsla.core.words import month_name
from commsla.core.workdays import Workdays
from commsla.errors import CommslaError, UsageError
from commsla.jobs.cases import fold_all, judge_folded, policy_of
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
        folded = fold_all(self.config, self.ledger, self.by)
        material, blind = self._material(folded, period, schools)
        if not everybody:
            names = {s.code: s.name for s in schools}
            return case_table(self.wish.reader, frame, names, material)
        chosen = [s.code for s in self.wish.schools]
        past = self._past(folded, period) if len(chosen) == len(schools) else None
        if past:
            frame = replace(frame, last_year=past[0].name)
        own = {c: material.spans[c] for c in chosen}
        box = self._quality(Material([c for c in material.cases if c.school in own], own), blind)
        spans = {c: (s.first, s.last) for c, s in own.items()}
        return figures.summarise(
            figures.Asked(frame, period, {s.code: s.name for s in schools}, tuple(chosen)),
            material,
            past[1] if past else None,
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
        is_over = self.now >= max(_end(s) for s in period.spans.values())
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

    def _moments(self, period: Period) -> dict[str, datetime]:
        found = {s.code: self.now for s in self.config.schools}
        return found | {c: min(self.now, _end(span)) for c, span in period.spans.items()}

    def _material(
        self, folded: Folded, period: Period, schools: Sequence[School]
    ) -> tuple[Material, frozenset[tuple[str, str]]]:
        """Every case that came before the moment of its school, as it stood then; and the (school,
        mailbox) whose replies are not visible.
        """
        moments = self._moments(period)
        of = {s.code: s for s in schools}
        cases = tuple(
            as_it_stood(c, moments[c.school])
            for c in folded.cases
            if c.school in of and c.received < moments[c.school]
        )
        judgement = judge_folded(
            self.config, self.ledger, self.workdays, Folded(cases, ()), moments, by=self.by
        )
        day_one = self.ledger.day_one()
        rows: list[Counted] = []
        for judged in judgement.cases:
            case = judged.case
            place = (case.opener.school, case.opener.mailbox)
            rows.append(
                counted(
                    judged,
                    policy_of(case, of[case.school]),
                    self.workdays[case.school],
                    moments[case.school],
                    day_one.get(place),
                    blind=place in judgement.blind,
                )
            )
        kinds = Counter(
            n.kind.value
            for n in folded.not_tracked
            if (span := period.spans.get(n.message.school))
            and n.message.school in self._codes
            and span.first <= local_date(n.message.received) <= span.last
            and n.message.received < moments[n.message.school]
        )
        return Material(rows, period.spans, kinds), judgement.blind

    def _past(self, folded: Folded, period: Period) -> tuple[Period, Material] | None:
        """The same a year earlier, where mail was read from its first day on."""
        before = year_before(period, self.wish.schools)
        if isinstance(before, str):
            return None
        began = {s: at for (s, _), at in sorted(self.ledger.day_one().items(), key=lambda p: p[1])}
        if any(c not in began or local_date(began[c]) > s.first for c, s in before.spans.items()):
            return None
        return before, self._material(folded, before, self.wish.schools)[0]

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


def _end(span: Span) -> datetime:
    """The first instant after a span of local days."""
    return datetime.combine(span.last + _DAY, time(0), LONDON)


def _said(day: date) -> str:
    return f"{day.day} {month_name(day)} {day.year}"
