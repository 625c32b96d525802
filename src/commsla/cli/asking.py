"""Asks for a school year in the words of a published page, line by line; it writes nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta

from commsla.core.published import in_year
from commsla.core.school import Span

# (heading, its first day, its last day) as pages call them
STRETCHES = (
    ("Autumn term", "first day", "last day before half-term"),
    ("Autumn term", "first day after half-term", "last day"),
    ("Spring term", "first day", "last day before half-term"),
    ("Spring term", "first day after half-term", "last day"),
    ("Summer term", "first day", "last day before half-term"),
    ("Summer term", "first day after half-term", "last day"),
)
_LONG = 65  # calendar days: a half-term lies within
_MOST_INSET = 12
_SATURDAY = 5
_ONE = timedelta(days=1)


@dataclass
class Typed:
    """What was typed so far: a place for each stretch of days with pupils, and the INSET days."""

    stretches: list[Span | None] = field(default_factory=lambda: [None] * len(STRETCHES))
    inset: list[date] = field(default_factory=list)

    @property
    def terms(self) -> list[Span]:
        return [s for s in self.stretches if s]


class Dialogue:
    """The questions for one school year. `ask` returns what was typed, `say` prints a line."""

    def __init__(
        self, name: str, ask: Callable[[str], str], say: Callable[[str], None], typed: Typed
    ) -> None:
        self._name, self._ask, self._say = name, ask, say
        self.typed = typed

    def whole_year(self) -> None:
        """Every stretch, then the INSET days. `back` goes one stretch back."""
        for line in (
            f"School year {self._name}: type or paste the dates as the school's page has them.",
            '  a day   "Wednesday 1 September" or 1/9/2027',
            '  a line  "Wednesday 1st September 2027 to Friday 22nd October 2027"',
            "Enter alone leaves one out; back goes back; Ctrl-C leaves without writing.",
        ):
            self._say(line)
        number = 0
        while number < len(STRETCHES):
            number = max(0, number + self._stretch(number))
        if not self.typed.inset:
            self.inset_days()

    def again(self, what: str) -> bool:
        """Ask again for the n-th listed term, or for the INSET days (`i`); False for another word."""
        listed = [n for n, span in enumerate(self.typed.stretches) if span]
        if what.casefold() == "i":
            self.inset_days()
        elif what.isdecimal() and 1 <= int(what) <= len(listed):
            number = listed[int(what) - 1]
            kept = self.typed.stretches[number]
            self._stretch(number)
            self.typed.stretches[number] = self.typed.stretches[number] or kept
        else:
            return False
        return True

    def inset_days(self) -> None:
        """The INSET days, one a line."""
        self.typed.inset.clear()
        while len(self.typed.inset) < _MOST_INSET:
            count = len(self.typed.inset)
            text = self._ask(f"INSET day {count + 1} (Enter when there are no more): ")
            if not text:
                return
            if text.casefold() == "back":
                del self.typed.inset[-1:]
                continue
            read = in_year(text, self._name)
            if isinstance(read, str):
                self._say(f"  {read}")
                continue
            days = weekdays(read)
            if not days or len(days) > 5:
                self._say("  An INSET day is a weekday. Type one day a line.")
            elif any(d in self.typed.inset for d in days):
                self._say("  That day is listed already. Type the other one.")
            else:
                self.typed.inset += days

    def _stretch(self, number: int) -> int:
        """Ask for one stretch; returns how far to go on, -1 for back."""
        heading, first_name, last_name = STRETCHES[number]
        self.typed.stretches[number] = None
        while True:
            text = self._ask(f"{heading}, {first_name}: ")
            if text.casefold() == "back":
                return -1
            if not text:
                return 1
            read = in_year(text, self._name)
            if isinstance(read, Span) and read.first == read.last:
                whole = self._until(read.first, f"{heading}, {last_name}: ")
                if whole is None:
                    continue
                read = whole
            wrong = read if isinstance(read, str) else self._misfit(number, read)
            if wrong or isinstance(read, str):
                self._say(f"  {wrong}")
                continue
            return self._keep(number, read)

    def _until(self, first: date, question: str) -> Span | None:
        """The stretch that begins on `first`; None for back."""
        while True:
            text = self._ask(question)
            if text.casefold() == "back":
                return None
            read: Span | str = "Type the last day that pupils are in, or back."
            if text:
                read = in_year(text, self._name)
            if isinstance(read, Span) and read.last <= first:
                read = "That is not after the first day. Type the last day that pupils are in."
            if isinstance(read, str):
                self._say(f"  {read}")
            else:
                return Span(first, read.last)

    def _misfit(self, number: int, span: Span) -> str:
        """Why a stretch cannot stand where it was typed; empty if it can."""
        for day in (span.first, span.last):
            if day.weekday() >= _SATURDAY:
                return f"{day:%d/%m/%Y} is at the weekend. Type the days that pupils are in."
        before = [s for s in self.typed.stretches[:number] if s]
        after = [s for s in self.typed.stretches[number + 1 :] if s]
        if before and span.first <= before[-1].last:
            return "That begins before the stretch above ends. Look at both."
        if after and span.last >= after[0].first:
            return "That ends after the next stretch begins. Look at both."
        return ""

    def _keep(self, number: int, span: Span) -> int:
        halved = number % 2 == 0 and self.typed.stretches[number + 1] is None
        if not halved or (span.last - span.first).days <= _LONG:
            self.typed.stretches[number] = span
            return 1
        self._say("  That is a whole term: its half-term holiday lies within.")
        while True:
            text = self._ask("  Half-term, first and last day off (Enter: there is none): ")
            read = in_year(text, self._name) if text else span
            if isinstance(read, str):
                self._say(f"  {read}")
            elif not text or span.first < read.first <= read.last < span.last:
                break
            else:
                self._say("  That does not lie within the term.")
        if not text:
            self.typed.stretches[number] = span
            return 2
        self.typed.stretches[number] = Span(span.first, _weekday(read.first - _ONE, -_ONE))
        self.typed.stretches[number + 1] = Span(_weekday(read.last + _ONE, _ONE), span.last)
        return 2


def weekdays(span: Span) -> list[date]:
    """Monday to Friday of a span."""
    days = (span.first + timedelta(days=i) for i in range((span.last - span.first).days + 1))
    return [d for d in days if d.weekday() < _SATURDAY]


def _weekday(day: date, step: timedelta) -> date:
    while day.weekday() >= _SATURDAY:
        day += step
    return day
