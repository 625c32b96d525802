"""Lines that break: each ends as one plain sentence, and nothing but reading can be said at all."""

from __future__ import annotations

import re

import pytest

from commsla.core.model import Delivered
from commsla.core.school import (
    Mailbox,
)
from commsla.edges.imap import Line, open_line, wire
from commsla.errors import MailboxError, StoppedAt
from tests.edges.fakeimap import CUT, DATE, PASSWORD, FakeImap, fetched, header
from tests.edges.faultproxy import Fault, FaultProxy
from tests.edges.test_imap_lies import OK, RANGE, sentence


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


def test_a_literal_that_is_longer_than_said_brings_no_word_of_a_mail_into_a_sentence() -> None:
    block = b"Subject: Ottilie's tablets\r\nFrom: Dunn <dunn@home.example>\r\n\r\n"
    for size in range(len(block)):
        reply = fetched(1, block).replace(b"{%d}" % len(block), b"{%d}" % size) + OK
        with FakeImap({RANGE: reply}) as fake:
            said = sentence(fake)
        assert [word for word in ("Ottilie", "Dunn", "dunn") if word in said] == [], size


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


def test_over_which_messages_the_line_ended_is_told_and_they_are_read_with_care() -> None:
    alone = {
        "UID SEARCH": b"* SEARCH 1 2 3\r\n" + OK,
        "UID FETCH 1:3 ": fetched(1) + CUT,
        "UID FETCH 1:1 ": fetched(1) + OK,
        r"UID FETCH 2:2 \(UID INTERNALDATE FLAGS": fetched(2)[:60] + CUT,
        r"UID FETCH 2 \(UID INTERNALDATE\)": b'* 2 FETCH (UID 2 INTERNALDATE "' + DATE + b'")\r\n' + OK,
        "UID FETCH 3:3 ": fetched(3) + OK,
    }  # fmt: skip

    def pulled(fake: FakeImap, doubt: range) -> list[Delivered]:
        line = open_line(fake.mailbox(), PASSWORD)
        came: list[Delivered] = []
        try:
            for chunk in line.pull("INBOX", 1, 3, doubt):
                came += chunk
        except StoppedAt as error:
            return [*came, Delivered(error.low, None, b"%d" % error.high)]
        finally:
            line.close()
        return came

    with FakeImap(alone) as fake:
        assert pulled(fake, range(0)) == [Delivered(1, None, b"3")]
    with FakeImap(alone) as fake:
        first, second = pulled(fake, range(1, 4))
        assert (first.uid, first.headers) == (1, header(1))
        assert second == Delivered(2, None, b"2")
    with FakeImap(alone) as fake:
        came = pulled(fake, range(2, 3))
        assert [(m.uid, m.headers) for m in came] == [(1, header(1)), (2, None), (3, header(3))]
        assert came[1].received is not None


def test_a_server_that_asks_to_be_left_alone_casts_no_doubt_on_a_message() -> None:
    with FakeImap({RANGE: fetched(1) + b"* BYE [THROTTLED] later\r\n" + CUT}) as fake:
        line = open_line(fake.mailbox(), PASSWORD)
        with pytest.raises(MailboxError) as caught:
            list(line.pull("INBOX", 1, 3))
    assert not isinstance(caught.value, StoppedAt)
