"""Asks for the beginning of one message; it never marks it as read."""

from __future__ import annotations

from commsla.edges.imap.pull import Asks
from commsla.edges.imap.replies import read_text

# The header block (up to 20 KB at Exchange) and the first words below it.
BYTES = 32_768
ITEMS = f"(UID BODY.PEEK[]<0.{BYTES}>)"


def beginning(talk: Asks, uid: int) -> bytes | None:
    """The first BYTES of one message of the open folder; None where it does not come.

    Asked twice where nothing was refused: pymap's first FETCH of a fresh message answers with its
    flags only.
    """
    content, parts = talk.fetch(str(uid), ITEMS)
    came = read_text(parts, uid, BYTES)
    if came is None and content:
        came = read_text(talk.fetch(str(uid), ITEMS)[1], uid, BYTES)
    return came
