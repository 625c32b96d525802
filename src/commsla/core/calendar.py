"""Says what each day of a school is and why, from a table; it never counts or reads a clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from commsla.core.school import DayKind, Override, SchoolYear, Span

BEFORE = 400  # days of the table before the first known day: mail older than a year still has dates
AFTER = 800  # and after the last: the longest promise (500 weekdays) still ends inside

KINDS = (DayKind.CLOSED, DayKind.OFFICE, DayKind.SCHOOL)  # a day's byte is its place here
_CLOSED, _OFFICE, _SCHOOL = range(3)
_UNKNOWN = "weekday (no term dates known)"
_SATURDAY, _SUNDAY = 5, 6
_LONGEST_HOLIDAY = 70  # days; a longer gap is a year of which only a part was listed
_HALF_TERMS = (((2, 5), (3, 1)), ((5, 20), (6, 12)), ((10, 13), (11, 10)))  # of the middle day
_SUMMER = (6, 7, 8)  # a complete school year is listed into these months
# Without any date to stand on the table still needs two ends.
_NOTHING_KNOWN = Span(date(2020, 1, 1), date(2039, 12, 31))


class OutOfCalendar(ValueError):
    """A question about a day that the table does not cover; its text is a sentence for people."""


@dataclass(frozen=True, slots=True)
class Day:
    """One local date. `provisional`: from weekdays and bank holidays, for want of term dates."""

    date: date
    kind: DayKind
    reason: str
    provisional: bool


@dataclass(frozen=True, slots=True)
class SchoolDays:
    """The days from `first` to `last`, both included.

    `kinds` holds one byte a day (its place in `KINDS`), `guessed` 1 where the day is provisional.
    `known_first` is the first listed day of the first known year, `known_last` the horizon (31
    August of the last known year); both None when no year is known. Days between the two can be
    provisional too: in a hole between known years nothing is known.
    """

    first: date
    last: date
    known_first: date | None
    known_last: date | None
    kinds: bytes
    guessed: bytes
    inset: bytes  # 1 on an INSET day that is one
    weekdays: bytes  # 1 from Monday to Friday, bank holidays excepted, whatever the terms say
    reasons: tuple[str, ...]

    def index(self, day: date) -> int:
        """The place of a local date in the table. Raises OutOfCalendar outside it, never wraps.

        A datetime is refused (TypeError): its date depends on a time zone, not ours to guess.
        """
        if isinstance(day, datetime):
            raise TypeError("a date is asked for, not a datetime")
        index = day.toordinal() - self.first.toordinal()
        if not 0 <= index < len(self.kinds):
            raise self.outside(_spoken(day))
        return index

    def outside(self, what: str) -> OutOfCalendar:
        """The error, not raised, that says `what` lies outside the table."""
        return OutOfCalendar(
            f"{what} lies outside the calendar, which covers {_spoken(self.first)} to "
            f"{_spoken(self.last)}: add the term dates of that school year."
        )

    def date_at(self, index: int) -> date:
        """The local date at a place in the table; the caller has checked its bounds."""
        return date.fromordinal(self.first.toordinal() + index)

    def day(self, day: date) -> Day:
        """What this local date is, and why. Raises OutOfCalendar outside the table."""
        return self.day_at(self.index(day))

    def day_at(self, index: int) -> Day:
        """As `day`, by place in the table; the caller has checked its bounds."""
        return Day(
            self.date_at(index),
            KINDS[self.kinds[index]],
            self.reasons[index],
            self.guessed[index] == 1,
        )

    def missing_from(self, today: date) -> date:
        """The first local date, today or later, whose school year is not known.

        Past the table nothing is known either, so there is always an answer.
        """
        index = today.toordinal() - self.first.toordinal()
        if not 0 <= index < len(self.kinds):
            return today
        found = self.guessed.find(1, index)
        return self.date_at(found if found >= 0 else len(self.kinds))


def table_span(years: Sequence[SchoolYear]) -> Span | None:
    """The days that `build_days` will cover, None when no year lists a day.

    For the caller to ask for the bank holidays of these years. Raises ValueError for a term that
    ends before it begins: the config refuses such a term, so here it is a bug.
    """
    spans = [span for year in years if (span := listed_span(year))]
    if not spans:
        return None
    return _around(min(s.first for s in spans), max(_end_of_year(s.last) for s in spans))


def build_days(
    years: Sequence[SchoolYear],
    bank_holidays: Mapping[date, str],
    overrides: Sequence[Override],
) -> SchoolDays:
    """The table of a school's days. Later rules overrule earlier ones.

    Order (DESIGN section 3): holiday, term, INSET, weekend, bank holiday, override. A school year
    begins with its first listed day and ends on 31 August; between two years it is school holiday,
    unless the next begins after 30 September: then nothing is known from 1 September until it does.
    Of a year that is listed only up to spring the rest is not known, whether or not a next follows.
    Of two overrides of one date the later in the sequence holds. Overridden days are never
    provisional. Raises ValueError as `table_span`.
    """
    listed = sorted(
        ((span, year) for year in years if (span := listed_span(year))),
        key=lambda pair: (pair[0].first, pair[0].last),
    )
    table = table_span(years) or _around_nothing(bank_holidays)
    paint = _Paint(table)
    terms = sorted((t for _, year in listed for t in year.terms), key=lambda t: t.first)
    for known in _known([span for span, _ in listed]):
        for gap in _gaps(known, terms):
            paint.fill(gap, _CLOSED, _gap_name(gap), guessed=0)
    for term in terms:
        paint.fill(term, _SCHOOL, "school day", guessed=0)
    for _, year in listed:
        for day in year.inset:
            paint.fill(Span(day, day), _OFFICE, "INSET", guessed=0, inset=1)
    paint.weekends()
    for day, title in bank_holidays.items():
        if day.weekday() < _SATURDAY:
            paint.fill(Span(day, day), _CLOSED, f"{title} (bank holiday)")
            paint.no_weekday(day)
    for override in overrides:
        word = "closed" if override.kind is DayKind.CLOSED else "open"
        reason = f"{word}: {override.reason or 'the school says so'}"
        if override.entered:
            reason += f", entered {override.entered.day} {override.entered:%b %H:%M}"
        whole = Span(override.date, override.date)
        paint.fill(whole, KINDS.index(override.kind), reason, guessed=0)
    return SchoolDays(
        first=table.first,
        last=table.last,
        known_first=listed[0][0].first if listed else None,
        known_last=max(known_until(span.last) for span, _ in listed) if listed else None,
        kinds=bytes(paint.kinds),
        guessed=bytes(paint.guessed),
        inset=bytes(paint.inset),
        weekdays=bytes(paint.weekdays),
        reasons=tuple(paint.reasons),
    )


class _Paint:
    """The table while it is built: whole spans at a time, the last coat is what shows."""

    def __init__(self, table: Span) -> None:
        self.table = table
        self.low = table.first.toordinal()
        size = table.last.toordinal() - self.low + 1
        self.kinds = bytearray(bytes([_SCHOOL]) * size)
        self.guessed = bytearray(b"\x01" * size)
        self.inset = bytearray(size)
        self.weekdays = bytearray(b"\x01" * size)
        self.reasons = [_UNKNOWN] * size

    def fill(
        self, span: Span, kind: int, reason: str, *, guessed: int | None = None, inset: int = 0
    ) -> None:
        # Clipped on purpose: a bank holiday or an override may lie outside the table, unseen.
        low = max(span.first.toordinal() - self.low, 0)
        high = min(span.last.toordinal() - self.low + 1, len(self.kinds))
        if low >= high:
            return
        self.kinds[low:high] = bytes([kind]) * (high - low)
        self.inset[low:high] = bytes([inset]) * (high - low)
        self.reasons[low:high] = [reason] * (high - low)
        if guessed is not None:
            self.guessed[low:high] = bytes([guessed]) * (high - low)

    def no_weekday(self, day: date) -> None:
        index = day.toordinal() - self.low
        if 0 <= index < len(self.weekdays):
            self.weekdays[index] = 0

    def weekends(self) -> None:
        for weekday, name in ((_SATURDAY, "Saturday"), (_SUNDAY, "Sunday")):
            start = (weekday - self.table.first.weekday()) % 7
            size = len(range(start, len(self.kinds), 7))
            self.kinds[start::7] = bytes(size)
            self.inset[start::7] = bytes(size)
            self.weekdays[start::7] = bytes(size)
            self.reasons[start::7] = [name] * size


def listed_span(year: SchoolYear) -> Span | None:
    """From the first listed day of a year to its last, INSET days among them; None where it lists none."""
    for term in year.terms:
        if term.last < term.first:
            raise ValueError(f"a term of {year.name} ends before it begins: {term}")
    days = [d for term in year.terms for d in (term.first, term.last)] + list(year.inset)
    return Span(min(days), max(days)) if days else None


def _end_of_year(last_listed: date) -> date:
    year = last_listed.year + (last_listed.month > 8)
    return date(min(year, date.max.year), 8, 31)


def known_until(last_listed: date) -> date:
    """31 August; but a year that is listed only up to spring is not complete, and its rest unknown."""
    return _end_of_year(last_listed) if last_listed.month in _SUMMER else last_listed


def _holiday_until(known_last: date) -> date:
    """How late the next year may begin without a hole before it: only a complete year has a summer."""
    complete = known_last == _end_of_year(known_last)
    return date(known_last.year, 9, 30) if complete else known_last


def _known(spans: Sequence[Span]) -> list[Span]:
    known: list[Span] = []
    for span in spans:
        whole = Span(span.first, known_until(span.last))
        if known and whole.first <= _holiday_until(known[-1].last):
            known[-1] = Span(known[-1].first, max(known[-1].last, whole.last))
        else:
            known.append(whole)
    return known


def _gaps(known: Span, terms: Sequence[Span]) -> list[Span]:
    gaps: list[Span] = []
    begin = known.first.toordinal()
    for first, last in [(t.first.toordinal(), t.last.toordinal()) for t in terms]:
        if known.first.toordinal() <= first <= known.last.toordinal():
            if begin < first:
                gaps.append(Span(date.fromordinal(begin), date.fromordinal(first - 1)))
            begin = max(begin, last + 1)
    if begin <= known.last.toordinal():
        gaps.append(Span(date.fromordinal(begin), known.last))
    return gaps


def _gap_name(gap: Span) -> str:
    """What an office calls the days without pupils between two terms: by length and season."""
    low, high = gap.first.toordinal(), gap.last.toordinal()
    days = [date.fromordinal(o) for o in range(low, min(high, low + _LONGEST_HOLIDAY) + 1)]
    middle = date.fromordinal((low + high) // 2)
    weekdays = sum(day.weekday() < _SATURDAY for day in days)
    if len(days) > _LONGEST_HOLIDAY or weekdays < 3:
        return "school holiday"
    if any((day.month, day.day) == (12, 25) for day in days):
        return "Christmas holiday"
    if any(day.month == 8 for day in days):
        return "summer holiday"
    season = (middle.month, middle.day)
    about_a_week = weekdays <= 9
    if about_a_week and any(first <= season <= last for first, last in _HALF_TERMS):
        return "half term"
    if (3, 15) <= season <= (5, 5):
        return "Easter holiday"
    return "school holiday"


def _around_nothing(bank_holidays: Mapping[date, str]) -> Span:
    if not bank_holidays:
        return _NOTHING_KNOWN
    return _around(min(bank_holidays), max(bank_holidays))


def _around(first: date, last: date) -> Span:
    # The ends of Python's calendar, less a day: the midnight after the last day must exist.
    low = max(first.toordinal() - BEFORE, date.min.toordinal() + 1)
    high = min(last.toordinal() + AFTER, date.max.toordinal() - 2)
    return Span(date.fromordinal(low), date.fromordinal(high))


def _spoken(day: date) -> str:
    return f"{day.day} {day:%B} {day.year}"
