"""Which UIDs are asked for and what comes of it, in mailboxes of every shape; no server needed."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commsla.core.model import (
    Delivered,
)
from commsla.core.school import (
    Mailbox,
    PasswordSource,
)
from commsla.edges.imap.pull import HEADER_FIELDS, first_uid_since, pull
from commsla.edges.imap.replies import Part, read_internaldate, read_search

UTC_NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
HEAD = b"Subject: x\r\n\r\n"


class Shelf:
    """A folder that holds these UIDs, gives headers for all but the `stubborn`, and counts."""

    mailbox = Mailbox("o@school.test", "127.0.0.1", 143, "o", PasswordSource(file="x"), "plain")

    def __init__(self, uids: set[int], stubborn: set[int] = frozenset()) -> None:  # type: ignore[assignment]
        self.uids, self.stubborn, self.asked = uids, stubborn, 0

    hung_up = False

    def search(self, low: int, high: int, since: str = "") -> list[int]:
        self.asked += 1
        return sorted(uid for uid in self.uids if low <= uid <= high)

    def fetch(self, uids: str, items: str) -> tuple[bool, list[Part]]:
        self.asked += 1
        low, _, high = uids.partition(":")
        parts: list[Part] = []
        for uid in self.search(int(low), int(high or low)):
            start = b'1 (UID %d INTERNALDATE "20-Nov-2026 12:00:00 +0000"' % uid
            if uid in self.stubborn or "BODY" not in items:
                parts.append(start + b")")
            else:
                parts.extend([(start + b" BODY[HEADER.FIELDS (A)]<0> {14}", HEAD), b")"])
        self.asked -= 1
        return True, parts


UIDS = st.sets(st.integers(1, 5000) | st.integers(1, 2**32 - 1), max_size=60) | st.builds(
    lambda first, size: set(range(first, first + size)), st.integers(1, 900), st.integers(0, 1600)
)


@given(uids=UIDS, data=st.data())
def test_every_listed_uid_comes_once_and_in_order(uids: set[int], data: st.DataObject) -> None:
    first = data.draw(st.integers(1, 1200))
    last = data.draw(st.integers(0, 2500) | st.just(2**32 - 1))
    stubborn = data.draw(st.sets(st.sampled_from(sorted(uids)), max_size=5)) if uids else set()
    shelf = Shelf(uids, stubborn)
    chunks = list(pull(shelf, first, last, len(uids)))
    assert all(0 < len(chunk) <= 1000 for chunk in chunks)
    assert [message for chunk in chunks for message in chunk] == [
        Delivered(uid, UTC_NOON, None if uid in stubborn else HEAD)
        for uid in sorted(uids)
        if first <= uid <= last
    ]


def test_sparse_uids_do_not_cost_a_round_trip_each() -> None:
    few = Shelf(set(range(1, 4_000_000, 10_000)))
    assert sum(len(chunk) for chunk in pull(few, 1, 4_000_000, 400)) == 400
    assert few.asked == 2
    many = Shelf(set(range(1, 4_000_000, 400)))
    assert sum(len(chunk) for chunk in pull(many, 1, 4_000_000, 10_000)) == 10_000
    assert many.asked == 1 + 10


def test_a_search_that_hides_messages_hides_none_from_us() -> None:
    class Forgetful(Shelf):
        def search(self, low: int, high: int, since: str = "") -> list[int]:
            return [uid for uid in super().search(low, high) if uid % 7]

        def fetch(self, uids: str, items: str) -> tuple[bool, list[Part]]:
            return Shelf(self.uids).fetch(uids, items)

    came = [m.uid for chunk in pull(Forgetful(set(range(1, 2001))), 1, 2000, 2000) for m in chunk]
    assert came == list(range(1, 2001))


def test_no_search_is_for_more_than_50_000_uids() -> None:
    ranges: list[tuple[int, int, str]] = []

    class Big(Shelf):
        def search(self, low: int, high: int, since: str = "") -> list[int]:
            ranges.append((low, high, since))
            return [120_000] if low <= 120_000 <= high else []

    assert first_uid_since(Big(set()), date(2026, 3, 1), 200_001, 200_000) == 120_000
    assert ranges == [(n, n + 49_999, "27-Feb-2026") for n in (1, 50_001, 100_001)]
    ranges.clear()
    assert first_uid_since(Big(set()), date(2026, 1, 1), 4_000_000_000, 300) == 120_000
    assert ranges == [(1, 3_999_999_999, "30-Dec-2025")]
    assert first_uid_since(Big(set()), date(2026, 1, 1), 7, 0) == 7


@pytest.mark.parametrize(
    ("raw", "instant"),
    [
        (b"20-Nov-2026 12:00:00 +0000", UTC_NOON),
        (b"01-Jul-2026 00:30:00 +0100", datetime(2026, 6, 30, 23, 30, tzinfo=UTC)),
        (b"31-Dec-2026 23:30:00 -0500", datetime(2027, 1, 1, 4, 30, tzinfo=UTC)),
        (b" 1-feb-2026 00:00:00 +0530", datetime(2026, 1, 31, 18, 30, tzinfo=UTC)),
        (b"1-FEB-2026 00:00:00 +0000", datetime(2026, 2, 1, tzinfo=UTC)),
        (b"30-Jun-2026 23:59:60 +0000", datetime(2026, 6, 30, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_an_internaldate_is_an_instant(raw: bytes, instant: datetime) -> None:
    assert read_internaldate(raw) == instant


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"NIL",
        b"20-Nov-2026",
        b"20-Nov-2026 12:00:00",
        b"20-Nov-2026 12:00:00 GMT",
        b"31-Feb-2026 12:00:00 +0000",
        b"00-Feb-2026 12:00:00 +0000",
        b"20-Okt-2026 12:00:00 +0000",
        b"20-Nov-2026 24:00:00 +0000",
        b"20-Nov-2026 12:00:61 +0000",
        b"20-Nov-2026 12:00:00 +9900",
        b"20-Nov-2026 12:00:00 +0060",
        b"01-Jan-0001 00:00:00 +1400",
        b"01-Jan-1970 00:00:00 +0000",
        b"31-Dec-9999 23:59:59 -1200",
        b"01-Jan-2100 00:00:00 +0000",
        b"20-Nov-26 12:00:00 +0000",
        b"\xff\xff-Nov-2026 12:00:00 +0000",
    ],
)
def test_what_is_no_internaldate_is_none(raw: bytes) -> None:
    assert read_internaldate(raw) is None


@given(st.binary(max_size=40))
def test_no_bytes_make_the_parsers_raise(raw: bytes) -> None:
    read_internaldate(raw)
    read_search([raw, None, (raw, raw)], 1, 5)


@given(
    st.datetimes(datetime(1990, 1, 2), datetime(2099, 12, 30)),  # noqa: DTZ001 (made aware below)
    st.integers(-14 * 60, 14 * 60),
)
def test_every_offset_is_the_same_instant(wall: datetime, minutes: int) -> None:
    months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    sign, size = "-" if minutes < 0 else "+", abs(minutes)
    zone = f"{sign}{size // 60:02d}{size % 60:02d}"
    raw = f"{wall:%d}-{months[wall.month - 1]}-{wall:%Y %H:%M:%S} {zone}"
    expected = wall.replace(microsecond=0, tzinfo=UTC) - timedelta(minutes=minutes)
    assert read_internaldate(raw.encode()) == expected


def test_the_field_names_are_safe_in_a_command() -> None:
    assert all(re.fullmatch(r"[A-Za-z-]+", name) for name in HEADER_FIELDS)
    assert len({name.lower() for name in HEADER_FIELDS}) == len(HEADER_FIELDS)
