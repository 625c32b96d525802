"""Which school a typed word means: its code, its name, or the beginning of a name."""

from __future__ import annotations

from collections.abc import Iterable

from commsla.core.school import School


def schools_meant_by(word: str, schools: Iterable[School]) -> list[School]:
    """The one school that is meant; several where a beginning fits several names; none for no school.

    In any letter case. A code goes before a name, and a whole name before one that begins with it:
    no school can be hidden by the name of another.
    """
    wanted, known = _plain(word), list(schools)
    if not wanted:
        return []
    for found in (
        [s for s in known if _plain(s.code) == wanted],
        [s for s in known if _plain(s.name) == wanted],
        [s for s in known if _plain(s.name).startswith(wanted)],
    ):
        if found:
            return found
    return []


def _plain(text: str) -> str:
    # The config may have been typed with the other apostrophe of St Mary's.
    return " ".join(text.replace("\u2019", "'").casefold().split())
