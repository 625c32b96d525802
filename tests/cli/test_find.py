"""`status --find`: by who wrote, about what, a reference or a role, wherever it stands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.terminal import pipe, terminal


def found(home: Path, *words: str) -> tuple[set[str], set[str]]:
    """The references and the numbers of messages that were found."""
    result = pipe(home, "demo", "status", "--find", *words, "--json")
    data = json.loads(result.out)["data"]
    assert (result.code, data["find"]) == (0, words[0])
    return {c["reference"] for c in data["cases"]}, {n["id"] for n in data["not_tracked"]}


@pytest.mark.parametrize(
    ("words", "references"),
    [
        ("noakes", {"T26"}),
        ("REFUND mill", {"T26"}),
        ("t26", {"T26"}),
        ("T2", {"T2"}),
        ("sorensen", {"L20"}),
        ("Łukasz sliwa", {"L28"}),
        ("noakes scooter", set()),
        ("noakes xyzzy", set()),
    ],
)
def test_all_words_must_be_there_in_any_letters(
    demo_home: Path, words: str, references: set[str]
) -> None:
    assert found(demo_home, words) == (references, set())


def test_what_is_settled_not_tracked_or_given_to_a_role_is_found_too(demo_home: Path) -> None:
    assert pipe(demo_home, "demo", "assign", "T26", "Kitchen lead").code == 0
    assert pipe(demo_home, "demo", "mark", "T26", "called").code == 0
    assert found(demo_home, "kitchen") == ({"T26"}, set())
    _, numbers = found(demo_home, "bulletin")
    assert len(numbers) == 2
    assert found(demo_home, min(numbers)) == (set(), {min(numbers)})


def test_as_a_person_sees_it(demo_home: Path) -> None:
    lines = pipe(demo_home, "demo", "status", "--find", "fairweather").out.splitlines()
    assert lines[1] == 'Found with "fairweather": 2 cases.'
    assert [line.split(" | ")[:2] for line in lines[2:]] == [
        ["due today", "L19"],
        ["due today", "T27"],
    ]
    for columns in (80, 120):
        rows = terminal(demo_home, columns, "demo", "status", "--find", "fairweather").rows
        assert 'Found with "fairweather": 2 cases.' in rows
        assert "Due today (2)" in rows
    nothing = pipe(demo_home, "demo", "status", "--find", "xyzzy\x1b[2J")
    assert (nothing.code, len(nothing.out.splitlines())) == (0, 2)
    assert nothing.out.splitlines()[1].startswith('Nothing found with "xyzzy␛[2J".')
    empty = pipe(demo_home, "demo", "status", "--find", " ")
    assert (empty.code, empty.out, empty.err.splitlines()[0]) == (2, "", "Find which words?")
