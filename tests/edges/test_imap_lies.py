"""The line against a server that lies: nothing is lost, nothing invented, and no traceback."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from commsla.core.model import (
    Delivered,
)
from commsla.edges.imap import open_line
from commsla.errors import MailboxError
from tests.edges.fakeimap import DATE, PASSWORD, FakeImap, Script, fetched, header

WHEN = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
RANGE = r"UID FETCH 1:3 "
OK = b"TAG OK done\r\n"
WHOLE = [Delivered(uid, WHEN, header(uid)) for uid in (1, 2, 3)]


def pulled(fake: FakeImap, first: int = 1, last: int = 3) -> list[Delivered]:
    line = open_line(fake.mailbox(), PASSWORD)
    try:
        line.look("INBOX")
        return [message for chunk in line.pull("INBOX", first, last) for message in chunk]
    finally:
        line.close()


def sentence(fake: FakeImap) -> str:
    with pytest.raises(MailboxError) as caught:
        pulled(fake)
    text = f"{caught.value.message} | {caught.value.hint}"
    assert text.startswith("office@school.test: ")
    assert all(" " <= char <= "~" or char == "\u241b" for char in text), text
    return text


# --- what comes of a FETCH --------------------------------------------------------------------


def test_an_honest_server_is_asked_once() -> None:
    with FakeImap() as fake:
        assert pulled(fake) == WHOLE
        assert fake.asked("UID SEARCH") == []


def test_two_of_three_answered_and_the_third_asked_for_alone() -> None:
    with FakeImap({RANGE: fetched(1) + fetched(3) + OK}) as fake:
        assert pulled(fake) == WHOLE
        assert len(fake.asked(r"UID FETCH 2 ")) == 1


def test_ok_with_nothing_leaves_the_uid_and_its_arrival() -> None:
    script = {
        RANGE: fetched(1) + fetched(3) + OK,
        r"UID FETCH 2 .*BODY": OK,
        r"UID FETCH 2 ": b'* 2 FETCH (UID 2 INTERNALDATE "%s")\r\n' % DATE + OK,
    }
    with FakeImap(script) as fake:
        assert pulled(fake) == [WHOLE[0], Delivered(2, WHEN, None), WHOLE[2]]


def test_ok_with_nothing_at_all() -> None:
    with FakeImap({r"UID FETCH": OK}) as fake:
        assert pulled(fake) == [Delivered(uid, None, None) for uid in (1, 2, 3)]


@pytest.mark.parametrize("no", [b"TAG NO System Error\r\n", b"TAG BAD Command Error. 12\r\n"])
def test_a_no_to_one_message_does_not_hold_up_the_others(no: bytes) -> None:
    script = {RANGE: no, r"UID FETCH 2 ": no}
    with FakeImap(script) as fake:
        assert pulled(fake) == [WHOLE[0], Delivered(2, None, None), WHOLE[2]]


def test_a_single_new_message_that_is_refused_is_known_by_its_uid() -> None:
    with FakeImap({r"UID FETCH 3[: ]": b"TAG NO System Error\r\n"}) as fake:
        assert pulled(fake, 3, 3) == [Delivered(3, None, None)]


def test_a_server_that_refuses_everything_is_not_well() -> None:
    with FakeImap({"UID FETCH": b"TAG BAD what is HEADER.FIELDS?\r\n"}) as fake:
        assert "refuses 3 messages in a row" in sentence(fake)
    uids = b" ".join(b"%d" % uid for uid in range(1, 41))
    script = {
        "EXAMINE": b"* 40 EXISTS\r\n* OK [UIDVALIDITY 7] v\r\n* OK [UIDNEXT 41] n\r\n" + OK,
        "UID SEARCH": b"* SEARCH " + uids + b"\r\n" + OK,
        r"UID FETCH 1 ": fetched(1) + OK,
        "UID FETCH": b"TAG NO go away\r\n",
    }
    said = r"office@school\.test: .* 25 messages in a row"
    with FakeImap(script) as fake, pytest.raises(MailboxError, match=said):
        pulled(fake, 1, 40)


def test_many_refusals_between_honest_answers_are_single_bad_messages() -> None:
    uids = range(1, 61)
    listed = b"* SEARCH " + b" ".join(b"%d" % uid for uid in uids) + b"\r\n" + OK
    script = {
        "EXAMINE": b"* 60 EXISTS\r\n* OK [UIDVALIDITY 7] v\r\n* OK [UIDNEXT 61] n\r\n" + OK,
        "UID SEARCH": listed,
        r"UID FETCH \d+:": OK,
        **{rf"UID FETCH {uid} ": fetched(uid) + OK for uid in uids if uid % 2},
        "UID FETCH": b"TAG NO System Error\r\n",
    }
    with FakeImap(script) as fake:
        came = pulled(fake, 1, 60)
    assert [m.uid for m in came] == list(uids)
    assert [m.uid for m in came if m.headers is None] == list(range(2, 61, 2))


def test_what_a_fetch_mentions_is_asked_for_though_no_search_lists_it() -> None:
    flags = b"* 2 FETCH (UID 2 FLAGS ())\r\n"
    script = {
        RANGE: fetched(1) + flags + fetched(3) + OK,
        "UID SEARCH": b"* SEARCH 1 3\r\n" + OK,
    }
    with FakeImap(script) as fake:
        assert pulled(fake) == WHOLE


def test_flags_only_first_as_pymap_does() -> None:
    script = {
        r"UID FETCH (1:3|\d) ": [
            b"".join(b"* %d FETCH (FLAGS (\\Recent))\r\n" % uid for uid in (1, 2, 3)) + OK,
            *(fetched(uid) + OK for uid in (1, 2, 3)),
        ]
    }
    with FakeImap(script) as fake:
        assert pulled(fake) == WHOLE


def test_an_expunged_message_is_owed_to_nobody() -> None:
    script: Script = {
        RANGE: fetched(1) + b"* 2 EXPUNGE\r\n" + fetched(3, number=2) + OK,
        r"UID FETCH 2 ": OK,
        "UID SEARCH": [b"* SEARCH 1 2 3\r\n" + OK, b"* SEARCH 1 3\r\n" + OK],
    }
    with FakeImap(script) as fake:
        assert pulled(fake) == [WHOLE[0], WHOLE[2]]


def test_what_was_not_asked_for_is_not_taken() -> None:
    unasked = (
        fetched(9)  # outside the range
        + b"* 2 FETCH (FLAGS (UID 3 \\Seen))\r\n"  # a keyword that is called UID
        + b'* 2 FETCH (INTERNALDATE "%s" BODY[HEADER.FIELDS (X)] {3}\r\nx\r\n)\r\n' % DATE
        + b"* 3 FETCH (UID 3 FLAGS (\\Seen))\r\n"
        + b"* 4 EXISTS\r\n* SEARCH 77\r\n* OK [ALERT] drink water\r\n"
    )
    with FakeImap({RANGE: unasked + fetched(1) + fetched(2) + fetched(3) + OK}) as fake:
        assert pulled(fake) == WHOLE


def test_the_same_uid_twice_counts_once() -> None:
    twice = fetched(2, date=b"01-Jan-2020 00:00:00 +0000")
    with FakeImap({RANGE: fetched(1) + fetched(2) + twice + fetched(3) + OK}) as fake:
        assert pulled(fake) == WHOLE


@pytest.mark.parametrize(
    "line",
    [
        b'BODY[HEADER.FIELDS ("FROM" "Subject")] {%d}\r\n%s INTERNALDATE "%s" UID 1',
        b'body[header.fields (Subject From)]<0> {%d}\r\n%s internaldate "%s" uid 1',
        b'FLAGS (\\Seen) BODY[HEADER.FIELDS (A)]<0> {%d}\r\n%s UID 1 INTERNALDATE "%s"',
    ],
)
def test_fields_reordered_recased_and_quoted(line: bytes) -> None:
    block = header(1)
    reply = b"* 1 FETCH (" + line % (len(block), block, DATE) + b")\r\n"
    with FakeImap({RANGE: reply + fetched(2) + fetched(3) + OK}) as fake:
        assert pulled(fake) == WHOLE


def test_a_header_block_may_be_quoted_or_empty() -> None:
    start = b'* %d FETCH (UID %d INTERNALDATE "%s" BODY[HEADER.FIELDS (A)] '
    replies = [
        start % (n, n, DATE) + end for n, end in ((1, b'"a \\"b\\""'), (2, b'""'), (3, b"NIL"))
    ]
    script = {
        RANGE: b")\r\n".join(replies) + b")\r\n" + OK,
        r"UID FETCH 3 ": replies[2] + b")\r\n" + OK,
    }
    with FakeImap(script) as fake:
        assert [m.headers for m in pulled(fake)] == [b'a "b"', b"", None]


def test_a_bad_internaldate_costs_only_itself() -> None:
    bad = fetched(2, date=b"31-Dec-9999 23:59:59 -1200")
    with FakeImap({RANGE: fetched(1) + bad + fetched(3) + OK}) as fake:
        assert pulled(fake) == [WHOLE[0], Delivered(2, None, header(2)), WHOLE[2]]


def test_nul_and_eight_bit_bytes_arrive_intact() -> None:
    block = bytes(range(256)) + b"\r\n* 3 FETCH (UID 3)\r\na1 OK {99}\r\n"
    with FakeImap({RANGE: fetched(1, block) + fetched(2) + fetched(3) + OK}) as fake:
        assert pulled(fake) == [Delivered(1, WHEN, block), *WHOLE[1:]]


def test_a_server_that_ignores_the_cap_is_cut() -> None:
    with FakeImap({RANGE: fetched(1, b"x" * 300_000) + fetched(2) + fetched(3) + OK}) as fake:
        came = pulled(fake)
    assert [len(m.headers or b"") for m in came[:2]] == [65_536, len(header(2))]


# --- what comes of EXAMINE and SEARCH -----------------------------------------------------------


def test_of_several_exists_the_last_counts() -> None:
    many = b"* 9 EXISTS\r\n* 0 RECENT\r\n* 2 EXISTS\r\n* OK [UIDVALIDITY 7]\r\n* OK [UIDNEXT 4]\r\n"
    with FakeImap({"EXAMINE": many + b"* 3 EXISTS\r\n" + OK}) as fake:
        line = open_line(fake.mailbox(), PASSWORD)
        state = line.look("INBOX")
        line.close()
    assert (state.uidvalidity, state.uidnext, state.messages) == (7, 4, 3)


@pytest.mark.parametrize(("exists", "uidnext"), [(3, 4), (0, 0)])
def test_an_examine_without_uidnext(exists: int, uidnext: int) -> None:
    script = {
        "EXAMINE": b"* %d EXISTS\r\n* OK [UIDVALIDITY 7] v\r\n" % exists + OK,
        r"UID FETCH \* ": b"* 3 FETCH (UID 3)\r\n" + OK,
    }
    with FakeImap(script) as fake:
        line = open_line(fake.mailbox(), PASSWORD)
        assert line.look("INBOX").uidnext == uidnext
        line.close()


def test_an_examine_without_uidvalidity_is_refused() -> None:
    with FakeImap({"EXAMINE": b"* 3 EXISTS\r\n* OK [UIDNEXT 4] n\r\n" + OK}) as fake:
        assert "UIDVALIDITY" in sentence(fake)


def test_a_folder_that_is_remade_meanwhile() -> None:
    remade = b"* 3 EXISTS\r\n* OK [UIDVALIDITY %d]\r\n* OK [UIDNEXT 4]\r\n" + OK
    with FakeImap({"EXAMINE": [remade % 7, remade % 7, remade % 8]}) as fake:
        line = open_line(fake.mailbox(), PASSWORD)
        line.look("INBOX")
        line.look("Sent Items")
        with pytest.raises(MailboxError, match="re-made"):
            list(line.pull("INBOX", 1, 3))
        line.close()


def test_a_search_reply_may_be_split_or_odd() -> None:
    script = {
        RANGE: fetched(1) + OK,
        "UID SEARCH": b"* SEARCH 3\r\n* SEARCH 2 1 77 x \r\n* SEARCH\r\n" + OK,
    }
    with FakeImap(script) as fake:
        assert pulled(fake) == WHOLE


def test_a_look_elsewhere_between_two_chunks_is_harmless() -> None:
    uids = b" ".join(b"%d" % uid for uid in range(1, 1101))
    script = {
        "EXAMINE": b"* 1100 EXISTS\r\n* OK [UIDVALIDITY 7]\r\n* OK [UIDNEXT 1101]\r\n" + OK,
        "UID SEARCH": b"* SEARCH " + uids + b"\r\n" + OK,
        r"UID FETCH 1:1000 ": b"".join(fetched(uid) for uid in range(1, 1001)) + OK,
        r"UID FETCH 1001:1100 ": b"".join(fetched(uid) for uid in range(1001, 1101)) + OK,
    }
    with FakeImap(script) as fake:
        line = open_line(fake.mailbox(), PASSWORD)
        for _ in line.pull("INBOX", 1, 1100):
            line.look("Sent Items")
        line.close()
        order = [text.split()[1] for text in fake.asked("EXAMINE|UID FETCH")]
    assert order == ['"INBOX"', "FETCH", '"Sent', '"INBOX"', "FETCH", '"Sent', '"INBOX"']
