"""Which folders a poll would read and what lies in them, for doctor; it refuses nothing and reads no mail."""

from __future__ import annotations

import re
from datetime import date
from unicodedata import normalize

from commsla.core.clean import clean
from commsla.core.mailfacts import FolderSeen, Measured, SentBy, Survey
from commsla.core.school import Mailbox
from commsla.edges.imap import pull as pulling
from commsla.edges.imap.folders import (
    Listed,
    find_inbox,
    find_sent,
    is_named_sent,
    sent_candidates,
)
from commsla.edges.imap.replies import MONTHS, Fetched
from commsla.errors import MailboxError

_HIGHEST_UID = 2**32 - 1
_MOST_OTHERS = 3


def survey(listing: list[Listed], mailbox: Mailbox) -> Survey:
    """What a poll would choose from this LIST reply, and what else looks like Sent."""
    missing = []
    try:
        inbox = _seen(listing, find_inbox(listing, mailbox))
    except MailboxError:
        inbox, missing = None, ["inbox"]
    by, candidates = sent_candidates(listing, mailbox.host)
    named = candidates + [f for f in listing if f.opens and not f.is_inbox and is_named_sent(f)]
    try:
        chosen = find_sent(listing, mailbox)
    except MailboxError:
        chosen = None
        missing += ["sent"] if mailbox.sent else []
    if mailbox.sent:
        by = SentBy.CONFIG
    there = {normalize("NFC", f.name) for f in listing if f.opens} | {"INBOX"}
    absent = [word for name, word in mailbox.folders if normalize("NFC", name) not in there]
    roles = {name.casefold() for name in (chosen, inbox.name if inbox else None) if name}
    taken = [word for name, word in mailbox.folders if name.casefold() in roles]
    read = {chosen, inbox.name if inbox else None, *(name for name, _ in mailbox.folders)}
    read.update(mailbox.inboxes)
    others = [name for name in dict.fromkeys(f.name for f in named) if name not in read]
    several = chosen is None and not mailbox.sent
    return Survey(
        inbox=inbox,
        sent=_seen(listing, chosen) if chosen is not None else None,
        by=by,
        candidates=tuple(_seen(listing, f.name) for f in candidates[:5]) if several else (),
        others=() if several else tuple(_seen(listing, name) for name in others[:_MOST_OTHERS]),
        missing=tuple(missing),
        absent=tuple(word.value for word in absent),
        taken=tuple(word.value for word in taken),
        inboxes=tuple(
            _seen(listing, name) if normalize("NFC", name) in there and name != chosen else None
            for name in mailbox.inboxes
        ),
    )


def _seen(listing: list[Listed], name: str) -> FolderSeen:
    """A folder may be called after a family: only what programs and providers call it is shown."""
    listed = next((f for f in listing if f.name == name), None)
    usual = name.upper() == "INBOX" or (listed is not None and is_named_sent(listed))
    google = re.fullmatch(r"\[(Gmail|Google Mail)\]/Sent Mail", name) is not None
    return FolderSeen(name, clean(name, 60) if usual or google else "")


def measure(talk: pulling.Asks, uidnext: int, messages: int, since: date) -> Measured:
    """What lies in the open folder; the newest 50,000 UIDs are searched for arrivals since a day."""
    if messages == 0 or uidnext <= 1:
        return Measured(messages, None, 0)
    said = f"{since.day:02d}-{MONTHS[since.month - 1]}-{since.year:04d}"
    low = max(1, uidnext - pulling.WINDOW)
    recent = talk.search(low, uidnext - 1, said)
    last = Fetched(1, _HIGHEST_UID)
    last.add(talk.fetch("*", pulling.ARRIVAL)[1])
    dates = [at for at in last.dates.values() if at is not None]
    return Measured(messages, max(dates, default=None), len(recent))
