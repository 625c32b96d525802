"""References as people type them: read, ranged, and the nearest one where none is known."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from commsla.core.clean import clean
from commsla.core.model import Reference
from commsla.errors import UsageError

_REFERENCE = re.compile(r"([A-Za-z]{1,3})([0-9]{1,9})")
_RANGE = re.compile(r"([A-Za-z]{1,3})([0-9]{1,9})-([A-Za-z]{0,3})([0-9]{1,9})")
_WIDEST_RANGE = 1000


def read_reference(word: str) -> Reference:
    """`N42` or `n42`. Raises UsageError."""
    hit = _REFERENCE.fullmatch(word)
    if hit is None:
        raise UsageError(
            f'"{clean(word, 40)}" is not a reference.',
            'References look like N42; several: "N42 N45"; a range: "N40-N52".',
        )
    return Reference(hit[1].upper(), int(hit[2]))


def read_references(words: Sequence[str]) -> list[Reference]:
    """`N42`, `n42`, `N40-N52`, `N40-52` -> references in order, each once. Raises UsageError."""
    found: dict[Reference, None] = {}
    for word in (part for w in words for part in w.split(",") if part):
        hit = _RANGE.fullmatch(word)
        found.update(dict.fromkeys(_span(hit, word) if hit else [read_reference(word)]))
    return list(found)


def nearest(wanted: Reference, known: Iterable[Reference]) -> str:
    """A hint. It never offers another family's case for a slip of the pen: it says how far they go."""
    numbers = [r.number for r in known if r.prefix == wanted.prefix]
    if numbers:
        return f"The references of this school go from {wanted.prefix}1 to {wanted.prefix}{max(numbers)}."
    prefixes = ", ".join(sorted({r.prefix for r in known})) or "none yet"
    return f"References begin with: {prefixes}. They stand in: commsla status"


def _span(hit: re.Match[str], word: str) -> list[Reference]:
    prefix, first, last = hit[1].upper(), int(hit[2]), int(hit[4])
    if hit[3] and hit[3].upper() != prefix:
        raise UsageError(f'"{word}" goes from one school to another.', "Give a range for each.")
    if last < first:
        raise UsageError(f'"{word}" goes down.', 'Write the smaller number first: "N40-N52".')
    if last >= first + _WIDEST_RANGE:
        raise UsageError(f'"{word}" names more than {_WIDEST_RANGE} cases.', "Give smaller ranges.")
    return [Reference(prefix, n) for n in range(first, last + 1)]
