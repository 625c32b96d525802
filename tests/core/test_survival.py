"""How long it takes while some of it is open, against the textbook's table written out again."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commsla.core.survival import Waited, Within, quantiles

HALF, NINE = Fraction(1, 2), Fraction(9, 10)
WAITS = st.lists(st.tuples(st.integers(0, 12), st.booleans()), max_size=40)
SHARES = st.lists(st.fractions(Fraction(1, 100), 1), min_size=1, max_size=4)


def textbook(waits: list[tuple[int, bool]], day: int) -> Fraction:
    """S(day): the product over the days on which something ended of 1 - d / n, day by day.

    n are those whose wait is at least that long: whoever was last seen open on a day was at risk on it.
    """
    survival = Fraction(1)
    for t in range(day + 1):
        n = sum(days >= t for days, _ in waits)
        d = sum(days == t and over for days, over in waits)
        if d:
            survival *= 1 - Fraction(d, n)
    return survival


@given(WAITS, SHARES)
def test_it_agrees_with_the_table_of_the_textbook(
    waits: list[tuple[int, bool]], shares: list[Fraction]
) -> None:
    found = quantiles([Waited(*one) for one in waits], shares)
    for share, within in zip(shares, found, strict=True):
        if not waits:
            assert within is None
            continue
        last = max(days for days, _ in waits)
        reached = [t for t in range(last + 1) if 1 - textbook(waits, t) >= share]
        assert within == (Within(reached[0]) if reached else Within(last, at_least=True))


@given(WAITS, SHARES)
def test_with_nothing_open_it_is_the_plain_quantile(
    waits: list[tuple[int, bool]], shares: list[Fraction]
) -> None:
    days = sorted(d for d, _ in waits)
    found = quantiles([Waited(d, is_over=True) for d in days], shares)
    for share, within in zip(shares, found, strict=True):
        wanted = next((d for i, d in enumerate(days, 1) if Fraction(i, len(days)) >= share), None)
        assert within == (None if wanted is None else Within(wanted))


@given(WAITS.filter(bool), st.data())
def test_one_more_that_is_open_never_makes_it_look_faster(
    waits: list[tuple[int, bool]], data: st.DataObject
) -> None:
    longer = [*waits, (data.draw(st.integers(0, 30)), False)]
    before, after = (quantiles([Waited(*w) for w in ws], [HALF])[0] for ws in (waits, longer))
    assert before is not None
    assert after is not None
    assert after.days >= before.days


# The 6-MP arm of Freireich and others, Blood 21 (1963), as every textbook prints it.
SIX_MP = [*[(6, True)] * 3, (6, False), (7, True), (9, False), (10, True), (10, False), (11, False),
          (13, True), (16, True), (17, False), (19, False), (20, False), (22, True), (23, True),
          (25, False), (32, False), (32, False), (34, False), (35, False)]  # fmt: skip
PUBLISHED = {6: 0.857, 7: 0.807, 10: 0.753, 13: 0.690, 16: 0.627, 22: 0.538, 23: 0.448}


def test_the_published_table_comes_out() -> None:
    for day, survival in PUBLISHED.items():
        assert float(textbook(SIX_MP, day)) == pytest.approx(survival, abs=0.0005)
    waits = [Waited(*one) for one in SIX_MP]
    assert quantiles(waits, [HALF, Fraction(1, 4), NINE]) == [
        Within(23), Within(13), Within(35, at_least=True),
    ]  # fmt: skip


def test_the_median_of_the_answered_alone_is_not_the_truth() -> None:
    answered = [Waited(12, is_over=True)] * 10
    still_open = [Waited(30, is_over=False)] * 12
    assert quantiles(answered, [HALF]) == [Within(12)]
    assert quantiles([*answered, *still_open], [HALF]) == [Within(30, at_least=True)]
