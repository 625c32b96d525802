"""`--as-of WHEN`: an earlier moment, read the same wherever it can be asked for."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

AsOf = Annotated[
    str | None,
    typer.Option("--as-of", help='How it stood then, such as "Fri 20 Nov 17:00".', metavar="WHEN"),
]


def read_as_of(typed: str | None, now: datetime) -> datetime | None:
    """The moment (UTC) that was typed; None is now. Raises UsageError."""
    from commsla.core.clean import clean
    from commsla.core.when import read_when, says_a_time
    from commsla.errors import UsageError

    if typed is None:
        return None
    if not says_a_time(typed) and not isinstance(read_when(typed, now), str):
        raise UsageError(
            f'At what time? "{clean(typed, 40)}" is a whole day.',
            'Say it with the time, for example --as-of "Fri 20 Nov 17:00".',
        )
    read = read_when(typed, now)
    if isinstance(read, str):
        raise UsageError(read)
    if read > now:
        raise UsageError("That has not come yet.", "Leave out --as-of to see how it stands now.")
    return read
