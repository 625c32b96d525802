"""Which messages to ask for and what came of it, chunk by chunk; it never skips a listed UID."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Protocol

from commsla.core import headers
from commsla.core.model import (
    Delivered,
)
from commsla.core.school import (
    Mailbox,
)
from commsla.edges.imap.replies import MONTHS, Fetched, Part
from commsla.errors import MailboxError, StoppedAt

HEADER_FIELDS = headers.FIELDS
ARRIVAL = "(UID INTERNALDATE)"

CHUNK = 1000
# A SEARCH reply of 50,000 UIDs stays well under imaplib's limit of 1,000,000 bytes a line.
WINDOW = 50_000
# From so many missing messages on, the range is asked for once more before they go one by one.
_MANY_MISSING = 8
# So many refusals in a row are no bad messages but a server that is not well; where it has not
# handed over a single message, fewer say so.
_REFUSALS = 25
_REFUSALS_OF_ALL = 3


_Tile = tuple[int, int, list[int] | None]


class Asks(Protocol):
    """The part of a conversation that is needed here: questions about the open folder."""

    @property
    def mailbox(self) -> Mailbox:
        """Whose folder it is."""

    @property
    def hung_up(self) -> bool:
        """Whether the line ended by itself."""

    def search(self, low: int, high: int, since: str = "") -> list[int]:
        """The UIDs in the range, rising."""

    def fetch(self, uids: str, items: str) -> tuple[bool, list[Part]]:
        """Whether the server was content, and its FETCH replies."""


def items(mailbox: Mailbox) -> str:
    """What to fetch of each message: the headers that are read, and those that the rules name.

    Metadata first: what follows a literal is where parsers fail. The cap bounds a hostile header.
    """
    names = dict.fromkeys((*HEADER_FIELDS, *mailbox.headers))
    asked = f"BODY.PEEK[HEADER.FIELDS ({' '.join(names)})]<0.65536>"
    return f"(UID INTERNALDATE FLAGS {asked})"


def first_uid_since(talk: Asks, day: date, uidnext: int, messages: int) -> int:
    """The lowest UID that arrived on or after two days before `day`; `uidnext` when there is none.

    Servers compare days without a time zone, in whichever zone they like: hence the two days.
    """
    if messages == 0:
        return uidnext
    start = day - timedelta(days=2)
    since = f"{start.day:02d}-{MONTHS[start.month - 1]}-{start.year:04d}"
    for low, high in _windows(1, uidnext - 1, messages):
        found = talk.search(low, high, since)
        if found:
            return found[0]
    return uidnext


def pull(
    talk: Asks, first: int, last: int, messages: int, doubt: range = range(0)
) -> Iterator[list[Delivered]]:
    """The messages of the open folder with first <= UID <= last, rising, at most 1,000 at a time.

    `messages` is how many the folder held when it was opened. A message at which the server hangs up
    must not block all behind it: of the UIDs in `doubt` each is asked for alone, and a single one there
    only for its arrival. Raises MailboxError, StoppedAt where the line ended over some messages.
    """
    for low, high, listed in _with_care(talk, _tiles(talk, first, last, messages), doubt):
        try:
            if len(doubt) == 1 and low == high == doubt[0]:
                came = [_without_headers(talk, Fetched(low, high), low)]
            else:
                came = _collect(talk, low, high, listed)
        except MailboxError as error:
            if talk.hung_up and not error.wait:
                raise StoppedAt(error, low, high) from error
            raise
        for start in range(0, len(came), CHUNK):
            yield came[start : start + CHUNK]


def _windows(first: int, last: int, messages: int) -> Iterator[tuple[int, int]]:
    """Ranges of UIDs small enough for one SEARCH; one is enough where few messages are."""
    step = WINDOW if messages > WINDOW else max(1, last - first + 1)
    for low in range(first, last + 1, step):
        yield low, min(low + step - 1, last)


def _tiles(talk: Asks, first: int, last: int, messages: int) -> Iterator[_Tile]:
    """Ranges that cover first..last without a gap, each with at most 1,000 listed messages.

    UIDs may be sparse (10,000 messages between 1 and 5,000,000): then what the server lists says
    where to cut. A short range is not listed first: usually all of it comes at once.
    """
    if last < first:
        return
    if last - first < CHUNK or messages <= CHUNK:
        yield first, last, None
        return
    for low, high in _windows(first, last, messages):
        listed = talk.search(low, high)
        start = 0
        while len(listed) - start > CHUNK:
            end = listed[start + CHUNK]
            yield low, end - 1, listed[start : start + CHUNK]
            low, start = end, start + CHUNK
        yield low, high, listed[start:]


def _with_care(talk: Asks, tiles: Iterable[_Tile], doubt: range) -> Iterator[_Tile]:
    """The same ranges, with what is in doubt cut out and listed one by one."""
    for low, high, listed in tiles:
        first, last = max(low, doubt.start), min(high, doubt.stop - 1)
        if first > last:
            yield low, high, listed
            continue
        uids = talk.search(low, high) if listed is None else listed
        if low < first:
            yield low, first - 1, [u for u in uids if u < first]
        yield from ((u, u, [u]) for u in uids if first <= u <= last)
        if last < high:
            yield last + 1, high, [u for u in uids if u > last]


def _collect(talk: Asks, low: int, high: int, listed: list[int] | None) -> list[Delivered]:
    """All that the server lists in the range: delivered, or known by its UID alone."""
    fetched = Fetched(low, high)
    fetched.add(talk.fetch(f"{low}:{high}", items(talk.mailbox))[1])
    if len(fetched.whole) < high - low + 1:
        known = set(talk.search(low, high) if listed is None else listed) | fetched.dates.keys()
        missing = _ask_again(talk, fetched, known)
        if missing:
            # What was expunged meanwhile is not listed any more, and owes us nothing.
            missing &= set(talk.search(low, high))
        for uid in sorted(missing):
            fetched.whole[uid] = _without_headers(talk, fetched, uid)
    return [fetched.whole[uid] for uid in sorted(fetched.whole)]


def _ask_again(talk: Asks, fetched: Fetched, known: set[int]) -> set[int]:
    """Ask for what did not come, at last one by one; the UIDs that still did not come.

    Exchange lists a UID and answers OK with nothing, or BAD; Gmail says NO to one UID for weeks;
    pymap's first FETCH of a fresh message answers with its flags only.
    """
    missing = known - fetched.whole.keys()
    if len(missing) > _MANY_MISSING:
        fetched.add(talk.fetch(f"{min(missing)}:{max(missing)}", items(talk.mailbox))[1])
        missing = known - fetched.whole.keys()
    refusals = 0
    for uid in sorted(missing):
        content, parts = talk.fetch(str(uid), items(talk.mailbox))
        fetched.add(parts)
        refusals = 0 if content else refusals + 1
        if refusals >= (_REFUSALS if fetched.whole else _REFUSALS_OF_ALL):
            raise MailboxError(
                f"{talk.mailbox.address}: the server refuses {refusals} messages in a row",
                "The next poll tries again; if this stays, ask who runs the mail server.",
            )
    return known - fetched.whole.keys()


def _without_headers(talk: Asks, fetched: Fetched, uid: int) -> Delivered:
    if fetched.dates.get(uid) is None:
        fetched.add(talk.fetch(str(uid), ARRIVAL)[1])
    return Delivered(uid, fetched.dates.get(uid), None)
