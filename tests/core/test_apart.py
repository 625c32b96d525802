"""What shares nothing is folded apart, and only that."""

from __future__ import annotations

from collections.abc import Hashable

import pytest

from commsla.core.apart import Joint, batches, groups

OURS = frozenset({"office", "oak.example"})


def letter(number: int, **more: object) -> Joint:
    given = {
        "fingerprint": f"f{number}", "own_ids": f"id{number} ", "named_ids": " ",
        "people": f"p{number}:home  office:oak.example", "subject_key": f"s{number}", "signs": (),
    }  # fmt: skip
    return Joint(number, **(given | more))  # type: ignore[arg-type]


def together(*joints: Joint, pairs: list[tuple[int, Hashable]] | None = None) -> list[list[int]]:
    found = groups(joints, pairs or [], OURS)
    return [*map(list, found.together), *([n] for n in found.alone)]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"fingerprint": "same"}, {"fingerprint": "same"}),
        ({"own_ids": "a "}, {"own_ids": " a"}),
        ({"own_ids": "a "}, {"named_ids": "b a"}),
        ({"named_ids": "lost "}, {"named_ids": "x lost"}),
        ({"people": "anna:home", "subject_key": "trip"}, {"people": "office:oak.example anna:home", "subject_key": "trip"}),
    ],
)  # fmt: skip
def test_what_shares_something_stays_together(
    first: dict[str, object], second: dict[str, object]
) -> None:
    one, other, stranger = letter(1, **first), letter(2, **second), letter(3)
    assert together(one, stranger, other) == [[1, 2], [3]]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({}, {}),
        ({"people": "office:oak.example", "subject_key": "trip"}, {"people": "head:oak.example", "subject_key": "trip"}),
        ({"people": "anna:home", "subject_key": "trip"}, {"people": "anna:home", "subject_key": "lunch"}),
        ({"people": "anna:home", "subject_key": ""}, {"people": "anna:home", "subject_key": ""}),
        ({"people": "anna:home", "subject_key": "trip"}, {"people": "ben:home", "subject_key": "trip"}),
    ],
)  # fmt: skip
def test_our_own_address_and_a_person_alone_join_nothing(
    first: dict[str, object], second: dict[str, object]
) -> None:
    assert together(letter(1, **first), letter(2, **second)) == [[1], [2]]


def test_marks_and_reports_join_what_they_speak_of() -> None:
    pairs: list[tuple[int, Hashable]] = [(1, 3), (4, "id2")]
    assert together(*map(letter, (1, 2, 3, 4)), pairs=pairs) == [[1, 3], [2, 4]]


def test_chains_are_one_group_from_whichever_end() -> None:
    chain = [letter(n, named_ids=f"id{n - 1} ") for n in range(1, 60)]
    assert together(*chain) == together(*chain) == [list(range(1, 60))]
    assert sorted(together(*reversed(chain))[0]) == list(range(1, 60))


@pytest.mark.parametrize(
    "more",
    [
        {"named_ids": "lost "},
        {"signs": (("Return-Path", "<>"),)},
        {"signs": (("Subject", "calendar"),)},
        {"signs": (("Return-Path", "another address"), ("List-Id", "<a.b>"))},
    ],
)
def test_only_a_plain_letter_stands_alone(more: dict[str, object]) -> None:
    found = groups([letter(1), letter(2, **more)], [], OURS)
    assert (list(found.alone), list(map(list, found.together))) == ([1], [[2]])


def test_batches_never_cut_a_group() -> None:
    assert list(batches([[1], [2, 3, 4, 5], [6], [7], [8]], 3)) == [[1], [2, 3, 4, 5], [6, 7, 8]]
