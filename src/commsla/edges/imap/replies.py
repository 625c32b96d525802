"""What imaplib read -> dates, UIDs, header blocks, texts; never raises on a malformed reply."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from commsla.core.model import (
    Delivered,
)

# imaplib gives a line as bytes, and (line up to its literal, literal) as a tuple; a reply with
# literals is tuples and one closing line.
Part = Any

_FLAGS = re.compile(rb"(?i)(?<![\w.\[])FLAGS ?\([^)]*\)")
_NUMBER = re.compile(rb"\d{1,10}\Z")
_ANSWERED = re.compile(rb"(?i)[( ]\\Answered(?=[ )])")
_UID = re.compile(rb"(?i)[ (]UID (\d{1,10})(?=[ )]|$)")
_INTERNALDATE = re.compile(rb'(?i)[ (]INTERNALDATE (?:"([^"]*)"|NIL)')
# Servers re-order, re-case and quote the names, and may or may not echo the <0> of a partial.
_HEADER = rb"(?i)[ (]BODY\[HEADER\.FIELDS ?\([^\]]*\) ?\](?:<\d+>)? "
_HEADER_LITERAL = re.compile(_HEADER + rb"\{\d+\}$")
_HEADER_QUOTED = re.compile(_HEADER + rb'"((?:[^"\\]|\\.)*)"')
_WHOLE = rb"(?i)[ (]BODY\[\](?:<0>)? "
_WHOLE_LITERAL = re.compile(_WHOLE + rb"\{\d+\}$")
_WHOLE_QUOTED = re.compile(_WHOLE + rb'"((?:[^"\\]|\\.)*)"')

_QUOTED = re.compile(rb'"(?:[^"\\]|\\.)*"')
# How nearly every server answers what pull.py asks for: the order asked, one literal.
_USUAL = re.compile(
    rb'\d+ \(UID (\d{1,10}) INTERNALDATE "([^"]*)" FLAGS (\([^)]*\)) '
    rb"BODY\[HEADER\.FIELDS \([^\])]*\)\](?:<0>)? \{\d+\}"
)
_DATE = re.compile(
    rb"\s*(\d{1,2})-([A-Za-z]{3})-(\d{4}) (\d{2}):(\d{2}):(\d{2}) ([+-])(\d{2})(\d{2})\s*\Z"
)
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTH_NUMBERS = {name.lower().encode(): number for number, name in enumerate(MONTHS, 1)}
# Outside these years an arrival is a broken migration or a lie, never a school's e-mail.
_FIRST_YEAR, _LAST_YEAR = 1990, 2099


def read_internaldate(raw: bytes) -> datetime | None:
    """RFC 3501 date-time -> the instant in UTC; None for whatever is not one.

    The day may lack its padding: `1-Feb-2026` leaves nothing to guess.
    """
    found = _DATE.match(raw)
    if found is None:
        return None
    day, month, year, hour, minute, second, sign, off_hours, off_minutes = found.groups()
    offset = timedelta(hours=int(off_hours), minutes=int(off_minutes))
    number = _MONTH_NUMBERS.get(month.lower())
    if number is None or int(off_minutes) > 59 or offset > timedelta(hours=15):
        return None
    if not _FIRST_YEAR <= int(year) <= _LAST_YEAR:
        return None
    try:
        local = datetime(
            int(year),
            number,
            int(day),
            int(hour),
            int(minute),
            min(int(second), 59) if second == b"60" else int(second),  # a leap second
            tzinfo=UTC,
        )
    except ValueError:
        return None
    return local - offset if sign == b"+" else local + offset


def read_search(parts: Iterable[Part], low: int, high: int) -> list[int]:
    """The UIDs of a SEARCH reply that lie in the range asked for, rising, each once."""
    found: set[int] = set()
    for part in parts:
        if isinstance(part, bytes):
            found.update(int(w) for w in part.split() if w.isdigit() and len(w) <= 10)
    return sorted(uid for uid in found if low <= uid <= high)


def read_flags(parts: Iterable[Part], uids: Collection[int]) -> dict[int, bool]:
    """For each of the UIDs that a reply names with its flags: whether \\Answered is among them."""
    found: dict[int, bool] = {}
    for texts, _ in _grouped(parts):
        uid = _words(texts)[1]
        flags = _FLAGS.search(b" ".join(texts))
        if uid in uids and flags:
            found[uid] = _ANSWERED.search(flags[0]) is not None
    return found


def read_status(parts: Iterable[Part]) -> dict[str, int]:
    """The numbers of a STATUS reply; what a server leaves out is not there.

    Nothing where there is more than one: a server may answer several commands at once (RFC 9051
    section 5.5), and a folder must not be taken for another.
    """
    found: list[dict[str, int]] = []
    for part in parts:
        # The name comes first, and may be a literal; the numbers are in the last parentheses.
        text = part if isinstance(part, bytes) else b""
        numbers = re.search(rb"\(([^()]*)\)\s*\Z", text)
        if numbers:
            words = numbers[1].upper().split()
            pairs = zip(words[::2], words[1::2], strict=False)
            found.append(
                {n.decode("ascii", "replace"): int(v) for n, v in pairs if _NUMBER.match(v)}
            )
    return found[0] if len(found) == 1 else {}


def read_text(parts: Iterable[Part], uid: int, most: int) -> bytes | None:
    """The message that came with this UID, cut to `most` bytes; None where it did not come."""
    for texts, literals in _grouped(parts):
        if _words(texts)[1] == uid:
            whole = _item(_WHOLE_LITERAL, _WHOLE_QUOTED, texts, literals)
            if whole is not None:
                return whole[:most]
    return None


class Fetched:
    """What FETCH replies have said so far about the UIDs of one range.

    `whole` holds the messages of which UID, INTERNALDATE and header block all came in one reply;
    `dates` every UID in range that was mentioned, with the date of arrival if that came.
    """

    def __init__(self, low: int, high: int) -> None:
        self._low, self._high = low, high
        self.whole: dict[int, Delivered] = {}
        self.dates: dict[int, datetime | None] = {}

    def add(self, parts: Iterable[Part]) -> None:
        """Take in the replies to one FETCH, unasked ones among them."""
        for texts, literals in _grouped(parts):
            usual = _USUAL.fullmatch(texts[0])
            if usual and len(literals) == 1 and texts[1:] == [b")"]:
                date, flags = usual[2], usual[3]
                self._keep(int(usual[1]), read_internaldate(date), flags, literals[0])
            else:
                self._one(texts, literals)

    def _keep(
        self, uid: int, received: datetime | None, flags: bytes, headers: bytes | None
    ) -> None:
        if not self._low <= uid <= self._high:
            return  # unasked, or without its UID: a sequence number proves nothing
        self.dates[uid] = self.dates.get(uid) or received
        if headers is not None and uid not in self.whole:
            replied = _ANSWERED.search(flags) is not None
            self.whole[uid] = Delivered(uid, received, headers, replied)

    def _one(self, texts: list[bytes], literals: list[bytes]) -> None:
        words, uid = _words(texts)
        arrived = _INTERNALDATE.search(words)
        received = read_internaldate(arrived[1] or b"") if arrived else None
        headers = _item(_HEADER_LITERAL, _HEADER_QUOTED, texts, literals) if arrived else None
        flags = _FLAGS.search(_QUOTED.sub(b'""', b" ".join(texts)))  # a subject may look like flags
        self._keep(uid, received, flags[0] if flags else b"", headers)


def _grouped(parts: Iterable[Part]) -> Iterator[tuple[list[bytes], list[bytes]]]:
    texts: list[bytes] = []
    literals: list[bytes] = []
    for part in parts:
        if isinstance(part, tuple):
            texts.append(part[0])
            literals.append(part[1])
        elif isinstance(part, bytes):
            texts.append(part)
            yield texts, literals
            texts, literals = [], []


def _words(texts: list[bytes]) -> tuple[bytes, int]:
    """What a reply says beside its literals, and its UID; 0 where it names none."""
    # Keywords are the user's own words: `UID` may be one of them.
    words = _FLAGS.sub(b"", b" ".join(texts))
    found = _UID.search(words)
    return words, int(found[1]) if found else 0


def _item(
    as_literal: re.Pattern[bytes],
    as_quoted: re.Pattern[bytes],
    texts: list[bytes],
    literals: list[bytes],
) -> bytes | None:
    for text, literal in zip(texts, literals, strict=False):
        if as_literal.search(text):
            return literal
    for text in texts:
        quoted = as_quoted.search(text)
        if quoted:
            return re.sub(rb"\\(.)", rb"\1", quoted[1])
    return None
