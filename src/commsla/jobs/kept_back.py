"""Asks again for headers that a server listed and did not hand over: each alone, at the end of a poll."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from itertools import groupby

from commsla.core.model import FolderState, Message
from commsla.errors import FolderRefused, MailboxError
from commsla.jobs.folder import FolderReader

_FOR = timedelta(days=7)  # after that it stays what it is: an enquiry with a date alone
_MOST = 20  # in one poll


def ask_again(reader: FolderReader) -> None:
    """Fill the rows whose headers come now. Raises MailboxError only where the server wants a pause.

    Nothing is behind this in a poll, so a message at which the server hangs up costs only itself.
    """
    place = (reader.school.code, reader.mailbox.address)
    waiting = reader.ledger.kept_back(*place, reader.now - _FOR)[:_MOST]
    waiting.sort(key=lambda m: (m.folder, m.uidvalidity))
    try:
        for (folder, uidvalidity), some in groupby(waiting, lambda m: (m.folder, m.uidvalidity)):
            with suppress(FolderRefused):
                state = reader.line.look(folder)
                if state.uidvalidity == uidvalidity:
                    _ask(reader, state, list(some))
    except MailboxError as error:
        if error.wait:
            raise


def _ask(reader: FolderReader, state: FolderState, messages: Sequence[Message]) -> None:
    for message in messages:
        for chunk in reader.line.pull(state.name, message.uid, message.uid):
            for item in chunk:
                came = reader.message(item, item.role or message.role, state, message.received)
                if came.readable:
                    with reader.ledger.transaction():
                        reader.ledger.fill(message.id, came)
