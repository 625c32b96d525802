"""How long something takes while some of it is not over: the product-limit estimate.

Kaplan and Meier, "Nonparametric Estimation from Incomplete Observations", J. Am. Stat. Assoc. 53 (1958).
Whoever takes the answered ones alone says 12 days where the truth is 32: what takes long is still open.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Waited:
    """`days` until it was over, or until it was last seen open (`is_over` False: censored)."""

    days: int
    is_over: bool


@dataclass(frozen=True, slots=True)
class Within:
    """`days` within which a share was over; with `at_least` the estimate ends there, not reached."""

    days: int
    at_least: bool = False


def quantiles(waits: Iterable[Waited], shares: Iterable[Fraction]) -> list[Within | None]:
    """For each share the first day on which so much was over; None where nothing was waited for.

    What ended and what was last seen on one day: the ends go first, as the estimate has it. Exact: no
    rounding decides on which side of a half a day lies.
    """
    over: Counter[int] = Counter()
    seen: Counter[int] = Counter()
    for one in waits:
        (over if one.is_over else seen)[one.days] += 1
    wanted = list(shares)
    found: list[Within | None] = [None] * len(wanted)
    at_risk = over.total() + seen.total()
    if not at_risk:
        return found
    days = sorted(over.keys() | seen.keys())
    open_share = Fraction(1)
    for day in days:
        if over[day]:
            open_share *= Fraction(at_risk - over[day], at_risk)
        at_risk -= over[day] + seen[day]
        for place, share in enumerate(wanted):
            if found[place] is None and 1 - open_share >= share:
                found[place] = Within(day)
    return [one or Within(days[-1], at_least=True) for one in found]
