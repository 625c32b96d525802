"""Small numbers are folded away, with whatever would give them back by subtraction.

A total stands beside its parts: one hidden part alone is the total less the others, so no part is hidden
alone, and what is folded together is itself no small number. Cambridgeshire Insight and the ONS call
cells below 3 to 5 unsafe, and shares of fewer than 10 nothing to go by.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

SMALL = 5  # a smaller number, unless it is 0, may point at a family
ENOUGH = 10  # from so many a share is said


@dataclass(frozen=True, slots=True)
class Cell:
    """One part of a whole. `parts` add up to it: of what fell due, what was met and what was not.

    `members` are the places of what was folded into it, in the order given. `secret`: never shown alone,
    however large.
    """

    members: tuple[int, ...]
    parts: tuple[int, ...]
    secret: bool = False

    @property
    def total(self) -> int:
        """All its parts."""
        return sum(self.parts)

    @property
    def is_safe(self) -> bool:
        """Whether every part of it may be shown."""
        return not self.secret and all(is_safe(part) for part in self.parts)


def is_safe(number: int) -> bool:
    """Whether a number of people's matters may be shown beside others: none, or not few."""
    return number == 0 or number >= SMALL


def is_flag_safe(flagged: int, of: int) -> bool:
    """Whether "so many of them" gives away neither those nor the rest."""
    return is_safe(flagged) and is_safe(of - flagged)


def percent(part: int, of: int) -> int | None:
    """A share in whole percent, None of fewer than 10. 100 is all of them and 0 is none."""
    if of < ENOUGH:
        return None
    rounded = (200 * part + of) // (2 * of)
    if part == of:
        return 100
    return min(max(rounded, 1), 99) if part else 0


def folded_others(cells: Sequence[Cell]) -> list[Cell] | None:
    """The parts that may be shown, in their order, and last all others as one; None if that is all.

    What is empty goes with the others as soon as there are any: else it is told which they are not.
    """
    kept = [c for c in cells if c.is_safe]
    if len(kept) == len(cells):
        return list(cells) if any(c.total for c in cells) else None
    hidden = [c for c in cells if not c.is_safe] + [c for c in kept if not c.total]
    kept = [c for c in kept if c.total]
    while len(hidden) < 2 or not all(is_safe(part) for part in _sum(hidden)):
        if not kept:
            return None
        smallest = min(kept, key=lambda c: (c.total, c.members))
        kept.remove(smallest)
        hidden.append(smallest)
    return [*kept, _as_one(hidden)] if kept else None


def folded_neighbours(cells: Sequence[Cell]) -> list[Cell] | None:
    """For what has an order (weeks, ages): small parts go with their neighbours; None if that is all."""
    found: list[Cell] = []
    run: list[Cell] = []
    for cell in cells:
        run.append(cell)
        if all(is_safe(part) for part in _sum(run)):
            found.append(_as_one(run))
            run = []
    while run and found:
        run = [found.pop(), *run]
        if all(is_safe(part) for part in _sum(run)):
            found.append(_as_one(run))
            run = []
    full = [c for c in found if c.total]
    says_something = len(full) > 1 or (len(full) == 1 and len(found) == len(cells))
    return found if says_something and not run else None


def _sum(cells: Iterable[Cell]) -> tuple[int, ...]:
    return tuple(map(sum, zip(*(c.parts for c in cells), strict=True)))


def _as_one(cells: Sequence[Cell]) -> Cell:
    members = tuple(sorted(m for c in cells for m in c.members))
    return Cell(members, _sum(cells))
