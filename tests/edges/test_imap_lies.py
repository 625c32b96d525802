"""The line against a server that lies: nothing is lost, nothing invented, and no traceback."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from commsla.core.model import Delivered, Mailbox
from commsla.edges.imap import Line, open_line, wire
from commsla.errors import MailboxError
from tests.edges.fakeimap import CUT, DATE, PASSWORD, FakeImap, Script, fetched, header
from tests.edges.faultproxy import Fault, FaultProxy

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


def test_a_no_to_one_message_does_not_hold_up_the_others() -> None:
    script = {RANGE: b"TAG NO System Error\r\n", r"UID FETCH 2 ": b"TAG NO System Error\r\n"}
    with FakeImap(script) as fake:
        assert pulled(fake) == [WHOLE[0], Delivered(2, None, None), WHOLE[2]]


def test_a_server_that_refuses_everything_is_not_well() -> None:
    uids = b" ".join(b"%d" % uid for uid in range(1, 41))
    script = {
        "EXAMINE": b"* 40 EXISTS\r\n* OK [UIDVALIDITY 7] v\r\n* OK [UIDNEXT 41] n\r\n" + OK,
        "UID SEARCH": b"* SEARCH " + uids + b"\r\n" + OK,
        "UID FETCH": b"TAG NO go away\r\n",
    }
    said = r"office@school\.test: .* 25 messages in a row"
    with FakeImap(script) as fake, pytest.raises(MailboxError, match=said):
        pulled(fake, 1, 40)


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


# --- lines that break -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ({RANGE: fetched(1) + b"TAG NO [UNAVAILABLE] later\r\n"}, "said no: [UNAVAILABLE] later"),
        ({RANGE: fetched(1) + b"* BYE shutting \x1b[2J down\r\n" + CUT}, "ended the conversation"),
        ({RANGE: fetched(1) + b"* BYE {3}\r\nbye\r\n" + CUT}, "ended the conversation"),
        ({RANGE: fetched(1) + fetched(2)[:50] + CUT}, "was cut"),
        ({RANGE: fetched(1) + b"* 2 FETCH (UID" + CUT}, "was cut"),
        ({RANGE: b"garbage\r\n" + OK}, "not proper IMAP"),
        ({RANGE: b"* 1 FETCH (UID 1 BODY[HEADER.FIELDS (A)] {2147483000}\r\n"}, "not proper IMAP"),
        ({RANGE: b"* 1 FETCH (X {" + b"9" * 5000 + b"}\r\n"}, "not proper IMAP"),
        ({RANGE: b"* 1 FETCH (" + b"x" * 1_000_001 + b"\r\n"}, "not proper IMAP"),
        ({"CAPABILITY": b"* CAPABILITY {3}\r\nabc\r\n" + OK}, "not proper IMAP"),
        ({"CAPABILITY": b"* CAPABILITY \xff\r\n" + OK}, "not proper IMAP"),
        (
            {RANGE: b"TAG BAD Throttled. Suggested Backoff Time: 92415 milliseconds\r\n"},
            "asks us to wait 93 seconds",
        ),
        (
            {"EXAMINE": b"TAG BAD User is authenticated but not connected.\r\n"},
            "administrator must check",
        ),
        ({"EXAMINE": b"TAG NO no \x1b[2J such\r\n"}, "said no: no \u241b[2J such"),
        ({"UID SEARCH": b"TAG NO slow\r\n", RANGE: OK}, "said no: slow"),
    ],
)
def test_a_broken_answer_is_one_plain_sentence(script: dict[str, bytes], said: str) -> None:
    with FakeImap(script) as fake:
        assert said in sentence(fake)


@pytest.mark.parametrize(
    ("greeting", "said"),
    [
        (b"* BYE too busy\r\n" + CUT, "ended the conversation: too busy"),
        (b"* PREAUTH welcome\r\n", "without a login"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n" + CUT, "not proper IMAP"),
        (b"" + CUT, "was cut"),
    ],
)
def test_an_odd_greeting(greeting: bytes, said: str) -> None:
    with FakeImap(greeting=greeting) as fake:
        assert said in sentence(fake)
        assert fake.asked("LOGIN") == []


def test_a_failed_line_is_thrown_away() -> None:
    with FakeImap({RANGE: fetched(1) + CUT}) as fake:
        line = open_line(fake.mailbox(), PASSWORD)
        line.look("INBOX")
        with pytest.raises(MailboxError, match="was cut"):
            list(line.pull("INBOX", 1, 3))
        before = list(fake.lines)
        with pytest.raises(MailboxError, match="is closed"):
            line.look("INBOX")
        line.close()
        line.close()
        assert fake.lines == before


def test_silence_ends_by_the_time_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "READ_SECONDS", 0.2)
    with FakeImap({RANGE: b""}) as fake:
        assert "did not answer in time" in sentence(fake)


def test_a_drip_ends_with_the_budget() -> None:
    # A byte at a time never runs into a read time-out.
    slow = Fault(drip=1, drip_delay=0.02)
    with FakeImap() as fake, FaultProxy(("127.0.0.1", fake.port), slow) as proxy:
        fake.port = proxy.port
        with pytest.raises(MailboxError, match=r"took longer than 0\.3 seconds"):
            _look(open_line(fake.mailbox(), PASSWORD, budget_seconds=0.3))


def test_a_budget_ends_a_line_that_is_only_held(monkeypatch: pytest.MonkeyPatch) -> None:
    with FakeImap() as fake:
        line = open_line(fake.mailbox(), PASSWORD, budget_seconds=0.1)
        line._talk._budget._timer.join(10)
        with pytest.raises(MailboxError, match=r"took longer than 0\.1 seconds"):
            line.look("INBOX")
        line.close()


def test_a_flood_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "COMMAND_BYTES", 10_000)
    with FakeImap({RANGE: b"* OK still here\r\n" * 1000 + OK}) as fake:
        assert "not proper IMAP" in sentence(fake)


def _look(line: Line) -> None:
    try:
        line.look("INBOX")
    finally:
        line.close()


# --- what can be said at all ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "command",
    [
        ("STORE", "1", "+FLAGS", "(\\Seen)"),
        ("EXPUNGE",),
        ("SELECT", "INBOX"),
        ("APPEND", "INBOX"),
        ("UID", "STORE", "1", "+FLAGS", "(\\Seen)"),
        ("UID", "MOVE", "1", "Trash"),
        ("UID", b"COPY", "1", "Trash"),
        ("UID", "FETCH", "1", "(BODY[HEADER])"),
        ("UID", "SEARCH", 'HEADER Message-ID "<x>\r\na1 EXPUNGE"'),
        ("EXAMINE", b'"a\nb"'),
    ],
)
def test_a_command_that_writes_cannot_be_sent(command: tuple[str, ...]) -> None:
    with FakeImap() as fake:
        line = open_line(fake.mailbox(), PASSWORD)
        client = line._talk._client
        assert client is not None
        with pytest.raises(RuntimeError):
            client.wire._command(*command)
        line.close()
        assert [text for text in fake.lines if not re.match("CAPABILITY|LOGIN|LOGOUT", text)] == []


def test_the_fake_is_read_in_the_clear_only_here() -> None:
    with FakeImap() as fake:
        box = fake.mailbox()
        away = Mailbox(box.address, "192.0.2.1", box.port, box.username, box.password, "plain")
        with pytest.raises(MailboxError, match="plain text"):
            open_line(away, PASSWORD)
