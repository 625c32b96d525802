"""The line against pymap, whose first FETCH of a fresh message answers with its flags only."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from commsla.core.model import (
    Role,
)
from commsla.core.school import (
    Mailbox,
    PasswordSource,
)
from commsla.edges.imap import open_line
from commsla.jobs.ports import MailLine

pytest.importorskip("pymap", reason="the extra `demo` is not installed")

from commsla.demo.server import HOST, SENT, DemoServer

WHEN = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


def test_every_fresh_message_comes_with_its_headers() -> None:
    with DemoServer() as server:
        school, login = next(iter(server.mailboxes.items()))
        for n in range(60):
            raw = f"From: p@home.test\r\nSubject: number {n}\r\n\r\nbody\r\n".encode()
            server.append(school, Role.INBOX, raw, WHEN + timedelta(days=n))
        server.append(school, Role.SENT, b"Subject: Re\r\n\r\nbody\r\n", WHEN)
        mailbox = Mailbox(
            login, HOST, server.port, login, PasswordSource(file="unused"), security="plain"
        )
        line: MailLine = open_line(mailbox, server.password)
        assert line.folders() == {Role.INBOX: "INBOX", Role.SENT: SENT}
        state = line.look("INBOX")
        chunks = list(line.pull("INBOX", 1, state.uidnext - 1))
        again = list(line.pull("INBOX", 1, state.uidnext - 1))
        first = line.first_uid_since("INBOX", date(2026, 12, 12), state.uidnext)
        sent = line.look(SENT)
        [[answer]] = list(line.pull(SENT, 1, sent.uidnext - 1))
        line.close()
    assert [len(chunk) for chunk in chunks] == [60]
    assert [(m.uid - 101, m.received) for m in chunks[0]] == [
        (n, WHEN + timedelta(days=n)) for n in range(60)
    ]
    assert b"Subject: number 59\r\n" in (chunks[0][-1].headers or b"")
    assert again == chunks
    assert first == 101 + 20  # 10 December: two days of slack
    assert answer.headers == b"Subject: Re\r\n\r\n"
