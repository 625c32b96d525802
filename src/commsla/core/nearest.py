"""The word that was probably meant, among those that are known; it never takes one for the other."""

from __future__ import annotations

from collections.abc import Iterable


def did_you_mean(typed: str, known: Iterable[str]) -> str:
    """`Did you mean status? ` to begin a hint with; empty where nothing comes near."""
    found = nearest(typed, known)
    return f"Did you mean {found}? " if found else ""


def nearest(typed: str, known: Iterable[str]) -> str:
    """The nearest of `known` in any letter case, or nothing."""
    import difflib

    by_folded = {name.casefold(): name for name in known}
    close = difflib.get_close_matches(typed.casefold(), list(by_folded), n=1, cutoff=0.6)
    return by_folded[close[0]] if close else ""
