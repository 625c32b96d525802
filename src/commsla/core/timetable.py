"""When commsla is to run by itself, by the offices' hours; it writes no crontab and knows no system."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor

from commsla.core.school import School

EVERY = (5, 10, 15, 20, 30, 60)  # minutes that divide an hour
_WEEKDAYS = range(5)  # where a config knows no hours
_FIRST, _LAST = 7, 18


@dataclass(frozen=True, slots=True)
class Timetable:
    """Every so many minutes from `first`:00 until the end of the hour `last`, on these weekdays (Mon is 0).

    Local time of the computer. `everywhere`: that is so far from the schools' that it is every hour of
    every day.
    """

    every: int
    first: int
    last: int
    weekdays: tuple[int, ...]
    everywhere: bool = False


@dataclass(frozen=True, slots=True)
class Job:
    """What is to run, one step after the other: each is the words behind `program`.

    `name` tells it from the job of another state folder; `home` is the state folder, `user` who runs it.
    """

    name: str
    program: tuple[str, ...]
    config: str
    home: str
    user: str
    steps: tuple[tuple[str, ...], ...]
    timetable: Timetable

    def commands(self, *options: str) -> list[tuple[str, ...]]:
        """Each step as it is started, with its config and these options in front."""
        return [(*self.program, *options, "--config", self.config, *step) for step in self.steps]


def timetable_for(
    schools: Iterable[School], every: int, ahead: Sequence[float] = (0,)
) -> Timetable:
    """From an hour before the first office opens until the last has closed.

    Holidays are not left out: an office may open in them, and a poll that finds nothing harms nobody.
    `ahead` is by how many hours the computer's local time goes before the schools', in winter and in
    summer.
    """
    openings = [(day, o) for s in schools for day, many in s.hours.items() for o in many]
    first, last = _FIRST, _LAST
    if openings:
        first = max(min(begins.hour for _, (begins, _) in openings) - 1, 0)
        last = max(ends.hour for _, (_, ends) in openings)
    first, last = first + floor(min(ahead)), last + ceil(max(ahead))
    if first < 0 or last > 23:
        return Timetable(every, 0, 23, tuple(range(7)), everywhere=True)
    weekdays = sorted({day for day, _ in openings} or _WEEKDAYS)
    return Timetable(every, first, last, tuple(weekdays))
