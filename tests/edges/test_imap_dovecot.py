"""The line against a real Dovecot: what comes, what stays, and what a broken wire does."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from commsla.core.model import (
    Delivered,
    FolderState,
    Role,
)
from commsla.core.school import (
    Mailbox,
)
from commsla.edges.imap import open_line
from commsla.errors import LoginRefused, MailboxError
from tests.edges.dovecot import PASSWORD, WHEN, Dovecot
from tests.edges.faultproxy import Fault, FaultProxy

READ_ONLY = re.compile(
    rb"(CAPABILITY|NOOP|LOGOUT|LOGIN \S+ \S+|LIST \"\" \"\*\"|EXAMINE .*|UID SEARCH UID \d+:\d+.*|"
    rb"UID FETCH [\d:]+ \(UID INTERNALDATE FLAGS "
    rb"BODY\.PEEK\[HEADER\.FIELDS [^\[\]]*\]<0\.65536>\))"
)


def raw(subject: str) -> bytes:
    return f"From: Parent <p@home.test>\r\nSubject: {subject}\r\n\r\nbody\r\n".encode()


def read_all(mailbox: Mailbox, budget: float = 60) -> dict[Role, list[Delivered]]:
    """What a poll does on one line: both folders, all of them."""
    line = open_line(mailbox, PASSWORD, budget)
    try:
        came: dict[Role, list[Delivered]] = {}
        for role, name in line.folders().items():
            assert name is not None
            state = line.look(name)
            came[role] = [m for chunk in line.pull(name, 1, state.uidnext - 1) for m in chunk]
        return came
    finally:
        line.close()


def test_over_tls_finds_folders_and_pulls_headers(dovecot: Dovecot) -> None:
    summer = datetime(2026, 7, 1, 0, 30, tzinfo=timezone(timedelta(hours=1)))
    dovecot.append("first", "INBOX", [raw("one"), raw("two")])
    dovecot.append("first", "INBOX", [raw("three")], when=summer)
    dovecot.append("first", "Sent Items", [raw("Re: one")])
    came = read_all(dovecot.mailbox("first"))
    assert [(m.uid, m.received) for m in came[Role.INBOX]] == [
        (1, WHEN),
        (2, WHEN),
        (3, datetime(2026, 6, 30, 23, 30, tzinfo=UTC)),
    ]
    assert came[Role.INBOX][0].headers == b"From: Parent <p@home.test>\r\nSubject: one\r\n\r\n"
    assert [m.headers for m in came[Role.SENT]] == [
        b"From: Parent <p@home.test>\r\nSubject: Re: one\r\n\r\n"
    ]


def test_the_mailbox_stays_as_it_was(dovecot: Dovecot) -> None:
    user = "untouched"
    dovecot.append(user, "INBOX", [raw("unread")])
    dovecot.append(user, "INBOX", [raw("read")], flags="\\Seen")
    dovecot.append(user, "INBOX", [raw("answered")], flags="\\Seen \\Answered $UID")

    def everything() -> tuple[object, object]:
        with dovecot.client(user) as client:
            client.select("INBOX", readonly=True)
            recent = client.untagged_responses.get("RECENT")
            return client.uid("FETCH", "1:*", "(UID FLAGS INTERNALDATE)"), recent

    before = everything()
    assert [len(came) for came in read_all(dovecot.mailbox(user)).values()] == [3, 0]
    assert everything() == before


def test_only_read_only_commands_are_on_the_wire(dovecot: Dovecot) -> None:
    user = "watched"
    dovecot.append(user, "INBOX", [raw("one\r\nMessage-ID: <a@b>\r\nX: a1 STORE 1 FLAGS x")] * 3)
    with dovecot.client(user) as client:  # a hole, so that SEARCH is needed
        client.select("INBOX")
        client.uid("STORE", "2", "+FLAGS", "\\Deleted")
        client.expunge()
    with FaultProxy(("127.0.0.1", dovecot.port)) as proxy:
        mailbox = dovecot.mailbox(user, tls=False, port=proxy.port)
        assert [m.uid for m in read_all(mailbox)[Role.INBOX]] == [1, 3]
        line = open_line(mailbox, PASSWORD)
        line.first_uid_since("INBOX", date(2026, 11, 20), 4)
        line.close()
        said = proxy.sent_up().splitlines()
    assert len(said) > 10
    assert [text for text in said if not READ_ONLY.fullmatch(text.split(b" ", 1)[1])] == []
    assert b"SINCE 18-Nov-2026" in b" ".join(said)


def test_1200_messages_come_in_two_chunks(dovecot: Dovecot) -> None:
    dovecot.append("many", "INBOX", (raw(f"number {n}") for n in range(1200)))
    line = open_line(dovecot.mailbox("many"), PASSWORD)
    state = line.look("INBOX")
    chunks = list(line.pull("INBOX", 1, state.uidnext - 1))
    line.close()
    assert [len(chunk) for chunk in chunks] == [1000, 200]
    came = [message for chunk in chunks for message in chunk]
    assert [m.uid for m in came] == list(range(1, 1201))
    assert b"Subject: number 1199\r\n" in (came[-1].headers or b"")


def test_the_first_uid_since_a_day(dovecot: Dovecot) -> None:
    for day in (1, 10, 20):
        when = datetime(2026, 10, day, 12, tzinfo=UTC)
        dovecot.append("since", "INBOX", [raw(f"October {day}")], when=when)
    line = open_line(dovecot.mailbox("since"), PASSWORD)
    state = line.look("INBOX")
    found = [
        line.first_uid_since("INBOX", date(2026, 10, d), state.uidnext) for d in (1, 12, 13, 30)
    ]
    line.close()
    assert state == FolderState("INBOX", state.uidvalidity, 4, 3)
    assert found == [1, 2, 3, 4]


def test_eight_bit_headers_arrive_as_they_are(dovecot: Dovecot) -> None:
    odd = b"Subject: caf\xe9 \xf0\x9f\x8e\x84 \x1b[2J {5}\r\n"
    dovecot.append("odd", "INBOX", [odd + b"\r\nbody\r\n"])
    [message] = read_all(dovecot.mailbox("odd"))[Role.INBOX]
    assert message.headers == odd + b"\r\n"


def test_a_huge_header_is_cut(dovecot: Dovecot) -> None:
    lines = b"".join(b"References: <%d@x.test>\r\n" % n for n in range(9000))
    dovecot.append("huge", "INBOX", [lines + b"\r\nbody\r\n", raw("small")])
    huge, small = read_all(dovecot.mailbox("huge"))[Role.INBOX]
    assert len(huge.headers or b"") == 65_536
    assert small.headers


def test_a_folder_with_an_odd_name(dovecot: Dovecot) -> None:
    name = 'Elternpost für "Grüße" \\ & mehr'
    with dovecot.client("names") as client:
        client.create('"Elternpost f&APw-r \\"Gr&APwA3w-e\\" \\\\ &- mehr"')
    line = open_line(dovecot.mailbox("names"), PASSWORD)
    line.folders()
    assert line.look(name).messages == 0
    line.close()
    line = open_line(dovecot.mailbox("names"), PASSWORD)  # as well without asking for the list
    assert line.look(name).messages == 0
    with pytest.raises(MailboxError, match=r"names@school\.test: .* said no: .*no-such"):
        line.look("no-such-folder")
    assert line.look("INBOX").uidnext == 1  # a NO breaks nothing
    line.close()


@pytest.mark.parametrize("tls", [True, False])
def test_a_wrong_password_is_refused(dovecot: Dovecot, tls: bool) -> None:
    with pytest.raises(LoginRefused) as caught:
        open_line(dovecot.mailbox("locked", tls=tls), "not-the-password")
    assert "locked@school.test" in caught.value.message
    assert "not-the-password" not in caught.value.message + caught.value.hint


@pytest.mark.parametrize("tls", [True, False])
def test_a_cut_anywhere_is_never_a_partial_success(dovecot: Dovecot, tls: bool) -> None:
    user = f"cut-{tls}"
    dovecot.append(user, "INBOX", [raw(f"number {n}") for n in range(8)])
    upstream = ("127.0.0.1", dovecot.tls_port if tls else dovecot.port)
    with FaultProxy(upstream) as proxy:
        whole = read_all(dovecot.mailbox(user, tls=tls, port=proxy.port))
        size = proxy.conns[0].down
    positions = [size * n // 20 for n in range(20)]
    sentences: list[str] = []
    with FaultProxy(upstream, lambda k: Fault(cut_down=positions[k], rst=k % 2 == 1)) as proxy:
        for _ in positions:
            try:
                came = read_all(dovecot.mailbox(user, tls=tls, port=proxy.port))
            except MailboxError as error:  # LoginRefused is none, and would end the test
                sentences.append(error.message)
            else:
                assert came == whole  # the cut fell into the goodbye
    # TLS says its goodbye and hands out tickets in many bytes; most cuts still hit the reading.
    assert len(sentences) >= 16
    assert [text for text in sentences if not text.startswith(f"{user}@school.test: ")] == []
