"""What is folded away cannot be had back by subtraction: an attacker who knows every total tries."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commsla.core.smallnumbers import (
    ENOUGH,
    SMALL,
    Cell,
    folded_neighbours,
    folded_others,
    is_flag_safe,
    percent,
)

Fold = Callable[[Sequence[Cell]], list[Cell] | None]
FOLDS = [folded_others, folded_neighbours]
COUNTS = st.lists(st.integers(0, 12), min_size=2, max_size=8)
PAIRS = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=2, max_size=8)


def as_cells(parts: Sequence[tuple[int, ...]]) -> list[Cell]:
    return [Cell((i,), part) for i, part in enumerate(parts)]


def possible(shown: list[Cell] | None, size: int, part: int, total: int) -> list[set[int]]:
    """What an attacker must think possible for one part of every cell, given all that is printed.

    Known: the total, every printed sum and what it is made of, and that nothing is below zero.
    """
    groups = shown if shown is not None else [Cell(tuple(range(size)), (total,) * (part + 1))]
    found: list[set[int]] = [set() for _ in range(size)]
    for group in groups:
        whole = group.parts[part]
        for member in group.members:
            found[member] = {whole} if len(group.members) == 1 else set(range(whole + 1))
    return found


def attack(fold: Fold, parts: Sequence[tuple[int, ...]]) -> None:
    shown = fold(as_cells(parts))
    for number in range(len(parts[0])):
        total = sum(p[number] for p in parts)
        for cell, thought in zip(parts, possible(shown, len(parts), number, total), strict=True):
            if 0 < cell[number] < SMALL:
                assert len(thought) > 1, (parts, shown)
                assert max(thought) >= SMALL or total < SMALL, (parts, shown)


@pytest.mark.parametrize("fold", FOLDS)
@given(COUNTS)
def test_no_small_count_comes_back(fold: Fold, counts: list[int]) -> None:
    attack(fold, [(n,) for n in counts])


@pytest.mark.parametrize("fold", FOLDS)
@given(PAIRS)
def test_no_small_part_of_a_pair_comes_back(fold: Fold, pairs: list[tuple[int, int]]) -> None:
    attack(fold, pairs)


@pytest.mark.parametrize("fold", FOLDS)
@given(PAIRS)
def test_what_is_shown_adds_up_and_loses_nobody(fold: Fold, pairs: list[tuple[int, int]]) -> None:
    shown = fold(as_cells(pairs))
    if shown is not None:
        assert sorted(m for c in shown for m in c.members) == list(range(len(pairs)))
        for part in (0, 1):
            assert sum(c.parts[part] for c in shown) == sum(p[part] for p in pairs)
        assert all(n == 0 or n >= SMALL for c in shown for n in c.parts)
        for cell in shown:
            assert cell.parts == tuple(
                map(sum, zip(*(pairs[m] for m in cell.members), strict=True))
            )


@given(COUNTS)
def test_neighbours_stay_neighbours(counts: list[int]) -> None:
    shown = folded_neighbours(as_cells([(n,) for n in counts])) or []
    order = [m for c in shown for m in c.members]
    assert order == sorted(order)


def test_of_two_schools_neither_is_shown_where_one_is_small() -> None:
    assert folded_others(as_cells([(30,), (3,)])) is None
    assert folded_others(as_cells([(20, 10), (20, 3)])) is None
    shown = folded_others(as_cells([(30,), (5,)]))
    assert shown is not None
    assert [c.parts for c in shown] == [(30,), (5,)]


def test_what_is_secret_never_stands_alone() -> None:
    cells = [Cell((0,), (30,)), Cell((1,), (9,)), Cell((2,), (12,), secret=True)]
    shown = folded_others(cells)
    assert shown is not None
    assert [c.members for c in shown] == [(0,), (1, 2)]
    # With nothing else it is not told which of the others it is.
    shown = folded_others([Cell((0,), (30,)), Cell((1,), (0,)), Cell((2,), (12,), secret=True)])
    assert shown is not None
    assert [c.members for c in shown] == [(0,), (1, 2)]


@pytest.mark.parametrize(
    ("part", "of", "said"),
    [(0, 0, None), (7, 9, None), (7, 10, 70), (1, 8, None), (0, 10, 0), (10, 10, 100), (199, 200, 99),
     (999, 1000, 99), (1, 1000, 1), (1, 8 * 25, 1), (25, 200, 13), (125, 1000, 13)],
)  # fmt: skip
def test_a_share_is_said_from_ten_on_and_100_is_all(part: int, of: int, said: int | None) -> None:
    assert percent(part, of) == said
    assert ENOUGH == 10


def test_a_flag_gives_away_neither_those_nor_the_rest() -> None:
    assert [is_flag_safe(n, 12) for n in (0, 1, 4, 5, 7, 8, 11, 12)] == [
        True, False, False, True, True, False, False, True,
    ]  # fmt: skip
