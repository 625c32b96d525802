"""Every key and item of a TOML text is found on its line, however it is written."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commsla.edges.config.lines import Lines, Loc

TRICKY = [
    '# a remark with [brackets] and "quotes"',
    "top = 1",
    "dotted.a.b = 2",
    'dotted."a.b" = 3',
    """inline = { x = 4, y = { z = [ 5, 6 ] }, "q}" = '}' }""",
    'text = """one # no remark',
    "[no.header]",
    'key = "no key" """""',
    "literal = '''",
    "[no.header] ''''",
    r'escaped = "\"] # \\" # ] remark',
    "list = [ # remark ]",
    '  "a]",  # , remark',
    "  [1,",
    "   2], { k = 7 },",
    "",
    "  2026-01-05 07:30:00 ]",
    "[ spaced . 'quo.ted' ]",
    "a=1",
    "[[ many ]]",
    "a = 1",
    "[many.sub]",
    "b = 2",
    "[[many.inner]]",
    "[[many.inner]]",
    "c = 3",
    "[[many]]",
    "[[many.inner]]",
    "d = 4 # the end",
]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_each_place_of_a_tricky_text_has_its_line(end: str) -> None:
    text = end.join(TRICKY)
    lines = Lines(text)
    assert lines.places() == _places(tomllib.loads(text))
    expected: dict[Loc, int] = {
        ("top",): 2,
        ("dotted", "a", "b"): 3,
        ("dotted", "a.b"): 4,
        ("inline", "y", "z", 1): 5,
        ("inline", "q}"): 5,
        ("text",): 6,
        ("literal",): 9,
        ("escaped",): 11,
        ("list",): 12,
        ("list", 0): 13,
        ("list", 1): 14,
        ("list", 1, 1): 15,
        ("list", 2, "k"): 15,
        ("list", 3): 17,
        ("spaced", "quo.ted"): 18,
        ("spaced", "quo.ted", "a"): 19,
        ("many",): 20,
        ("many", 0, "sub"): 22,
        ("many", 0, "inner"): 24,
        ("many", 0, "inner", 1): 25,
        ("many", 0, "inner", 1, "c"): 26,
        ("many", 1): 27,
        ("many", 1, "inner", 0, "d"): 29,
    }
    assert {loc: lines.line(loc) for loc in expected} == expected


def test_what_is_not_written_stands_where_the_nearest_table_does() -> None:
    lines = Lines("a = 1\n\n[[schools]]\ncode = 'x'\n")
    assert lines.line(("schools", 0, "prefix")) == 3
    assert lines.line(("schools", 0, "policy", "name")) == 3
    assert lines.line(("nothing", "of", "this")) == 1
    assert lines.line(()) == 1


def test_a_table_written_after_its_child_stands_at_its_own_header() -> None:
    lines = Lines("[a.b]\nx = 1\n[a]\ny = 2\n")
    assert lines.line(("a", "b")) == 1
    assert lines.line(("a",)) == 3


# --- any text that tomllib accepts ----------------------------------------------------------------

_NAMES = st.text(st.sampled_from("ab.\"'#]}= \\é"), max_size=4)
_LEAVES = st.integers(0, 9) | st.booleans() | _NAMES
_VALUES = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=3),
    max_leaves=10,
)


@settings(deadline=None)
@given(data=st.data(), tree=st.dictionaries(_NAMES, _VALUES, max_size=4))
def test_the_places_are_those_that_tomllib_finds(data: st.DataObject, tree: dict[str, Any]) -> None:
    text = "".join(_written(data, [key], value) for key, value in tree.items())
    assert tomllib.loads(text) == tree
    lines = Lines(text)
    assert lines.places() == _places(tree)
    for loc in lines.places():
        if isinstance(loc[-1], str):
            # A key is on the line that is named: the line holds it as it was written.
            assert _quoted(loc[-1]) in text.split("\n")[lines.line(loc) - 1]


def _places(value: object, loc: Loc = ()) -> frozenset[Loc]:
    found = {loc} if loc else set()
    items: list[tuple[str | int, object]] = []
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
    for key, item in items:
        found |= _places(item, (*loc, key))
    return frozenset(found)


def _quoted(name: str) -> str:
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _written(data: st.DataObject, path: list[str], value: object) -> str:
    dotted = " . ".join(map(_quoted, path))
    blank = data.draw(st.sampled_from(["", "\n", " # [x] = {'\n"]))
    if isinstance(value, dict) and value and data.draw(st.booleans()):
        # Dotted keys are one of three ways to write a table that may stand anywhere.
        return "".join(_written(data, [*path, key], item) for key, item in value.items())
    return f"{dotted} = {_value(data, value)}{blank}\n"


def _value(data: st.DataObject, value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        gap = data.draw(st.sampled_from(["", "\n", " # ]\n"]))
        return "[" + ",".join(gap + _value(data, item) for item in value) + gap + "]"
    if isinstance(value, dict):
        pairs = (f"{_quoted(key)} = {_value(data, item)}" for key, item in value.items())
        return "{ " + " , ".join(pairs) + " }"
    if isinstance(value, str) and data.draw(st.booleans()):
        return '"""\n' + value.replace("\\", "\\\\").replace('"', '\\"') + '"""'
    return _quoted(value) if isinstance(value, str) else str(value)
