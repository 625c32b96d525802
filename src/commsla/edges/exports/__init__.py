"""One file per export format: a document -> the bytes of a file; none of them decides what is shown."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from commsla.errors import CommslaError


def load(word: str) -> ModuleType:
    """The format of this word. Raises CommslaError where its library is not installed."""
    found = import_module(f"{__name__}.{word}")
    if found.NEEDS and find_spec(found.NEEDS[0]) is None:
        raise CommslaError(
            f"{word.upper()} needs a library that is not installed: {found.NEEDS[0]}.",
            "Run, with the Python that runs commsla: "
            f"python -m pip install 'commsla[{found.NEEDS[1]}]'",
        )
    return found
