"""The demo's IMAP server, asked by a plain client over the socket."""

from __future__ import annotations

import gc
import imaplib
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone

import pytest

from commsla.core.model import (
    Role,
)
from commsla.demo import DAY_ONE, DEMO_NOW
from commsla.demo.mail import demo_messages
from commsla.demo.server import HOST, SENT, DemoServer, fill

RAW = b"From: a@one.example\r\nTo: b@two.example\r\nSubject: lost jumper\r\n\r\nHello\r\n"
WHEN = datetime(2026, 11, 28, 23, 30, tzinfo=UTC)


@pytest.fixture
def server() -> Iterator[DemoServer]:
    with DemoServer() as running:
        yield running


def login(server: DemoServer, school: str = "thistledown") -> imaplib.IMAP4:
    client = imaplib.IMAP4(HOST, server.port, timeout=5)
    client.login(server.mailboxes[school], server.password)
    return client


def test_list_marks_the_sent_folder(server: DemoServer) -> None:
    with login(server) as client:
        _, lines = client.list()
    assert lines == [
        b'(\\HasNoChildren) "/" INBOX',
        b'(\\HasNoChildren \\Sent) "/" "Sent Items"',
    ]


def test_internaldate_is_the_instant_of_receipt(server: DemoServer) -> None:
    summer = datetime(2026, 7, 1, 9, 0, tzinfo=timezone(timedelta(hours=1)))
    uids = [server.append("thistledown", Role.INBOX, RAW, when) for when in (WHEN, summer)]
    assert uids == [101, 102]
    with login(server) as client:
        client.select("INBOX", readonly=True)
        _, first = client.uid("FETCH", "101", "(INTERNALDATE)")
        _, second = client.uid("FETCH", "102", "(INTERNALDATE)")
    assert b'"28-Nov-2026 23:30:00 +0000"' in first[0]
    assert b'"01-Jul-2026 08:00:00 +0000"' in second[0]


def test_each_school_and_folder_has_its_own_mail(server: DemoServer) -> None:
    server.append("thistledown", Role.INBOX, RAW, WHEN)
    server.append("thistledown", Role.SENT, RAW, WHEN)
    server.append("thistledown", Role.SENT, RAW, WHEN)
    counts = {}
    for school in ("thistledown", "marshlane"):
        with login(server, school) as client:
            for folder in ("INBOX", f'"{SENT}"'):
                counts[school, folder] = client.select(folder, readonly=True)[1]
    assert list(counts.values()) == [[b"1"], [b"2"], [b"0"], [b"0"]]


def test_the_bytes_come_back_as_they_went_in(server: DemoServer) -> None:
    raw = RAW.replace(b"lost jumper", b"Re: [/red] \x1b[2J=1+1 caf\xe9")
    server.append("marshlane", Role.INBOX, raw, WHEN)
    with login(server, "marshlane") as client:
        client.select("INBOX", readonly=True)
        _, parts = client.uid("FETCH", "101", "(BODY.PEEK[HEADER.FIELDS (SUBJECT)])")
    assert parts[0][1] == b"Subject: Re: [/red] \x1b[2J=1+1 caf\xe9\r\n\r\n"


def test_another_password_is_refused(server: DemoServer) -> None:
    client = imaplib.IMAP4(HOST, server.port, timeout=5)
    with client, pytest.raises(imaplib.IMAP4.error):
        client.login(server.mailboxes["marshlane"], "guessed")
    with pytest.raises(KeyError):
        server.append("elsewhere", Role.INBOX, RAW, WHEN)


def test_the_same_mail_is_the_same_mailbox_in_every_run() -> None:
    seen = []
    for _ in range(2):
        with DemoServer() as server:
            server.append("thistledown", Role.INBOX, RAW, WHEN)
            with login(server) as client:
                client.select("INBOX", readonly=True)
                validity = client.response("UIDVALIDITY")[1]
                seen.append((validity, client.uid("SEARCH", "ALL")[1]))
                client.select(f'"{SENT}"', readonly=True)
                assert client.response("UIDVALIDITY")[1] != validity
    assert seen[0] == seen[1]


def test_three_starts_and_stops_leave_nothing_behind() -> None:
    before = set(threading.enumerate())
    for _ in range(3):
        with DemoServer() as server:
            port = server.port
            idle = login(server)  # still logged in while the server stops
            mute = socket.create_connection((HOST, port), timeout=5)  # never says a word
        with closing(mute):
            assert b"BYE" in idle.readline()
        idle.shutdown()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((HOST, port), timeout=5)
        server.stop()  # once more does no harm
    gc.collect()  # an unclosed socket or a lost task would warn here, and warnings are errors
    assert set(threading.enumerate()) == before


def test_the_half_term_comes_in_two_pourings(server: DemoServer) -> None:
    mail = demo_messages()
    old = fill(server, until=DAY_ONE)
    assert old == sum(message.received <= DAY_ONE for message in mail) > 0
    assert fill(server, until=DEMO_NOW, after=DAY_ONE) == len(mail) - old
    for school in server.mailboxes:
        with login(server, school) as client:
            for role, folder in ((Role.INBOX, "INBOX"), (Role.SENT, f'"{SENT}"')):
                expected = [m for m in mail if (m.school, m.folder) == (school, role)]
                assert client.select(folder, readonly=True)[1] == [b"%d" % len(expected)]
                _, parts = client.uid("FETCH", "101:*", "(INTERNALDATE BODY.PEEK[])")
                got = [part for part in parts if isinstance(part, tuple)]
                assert [body for _, body in got] == [m.raw for m in expected]
                dates = [imaplib.Internaldate2tuple(head) for head, _ in got]
                assert [time.mktime(d) for d in dates if d] == [
                    m.received.timestamp() for m in expected
                ]


def test_no_answer_waits_for_the_one_before_it(server: DemoServer) -> None:
    """Without TCP_NODELAY each of the demo's few hundred commands costs 40 ms, and the demo 8 s."""
    with login(server):
        [writer] = server._writers
        assert writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_without_its_extra_it_says_what_to_install() -> None:
    code = (
        "import sys; sys.modules['pymap'] = None\n"
        "from commsla.errors import CommslaError\n"
        "try:\n    import commsla.demo.server\n"
        "except CommslaError as error:\n    print(error.hint)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "pip install 'commsla[demo]'"
