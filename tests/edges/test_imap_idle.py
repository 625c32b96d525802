"""A poll with nothing new: few round trips, no folder opened, and STATUS believed only where it may be."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from commsla.core.model import FolderState
from commsla.core.school import Config
from commsla.edges.imap.line import open_line
from commsla.edges.imap.wire import Wire
from commsla.edges.ledger import open_ledger
from commsla.jobs.poll import Poll
from commsla.wiring import MailTexts
from tests.cli.test_end_to_end import _append_fast
from tests.edges.dovecot import Dovecot
from tests.edges.fakeimap import CUT, PASSWORD, FakeImap
from tests.jobs.test_poll import CONFIG, DAYS, NOW

HONEST = b"* STATUS x (MESSAGES 3 UIDNEXT 4 UIDVALIDITY 7)\r\nTAG OK done\r\n"


def poll_twice(tmp_path: Path, fake: FakeImap) -> tuple[int, list[str]]:
    """How many messages are known after two polls, and what the second one said on the wire."""
    mailbox = replace(fake.mailbox(), address="office@oak.example")
    school = replace(CONFIG.schools[0], mailboxes=(mailbox,))
    config = Config("schools.toml", (school,))
    with closing(open_ledger(tmp_path / "state")) as ledger:
        for minutes in (0, 10):
            said = len(fake.lines)
            now = NOW + timedelta(days=365, minutes=minutes)
            job = Poll(
                config,
                ledger,
                lambda m: open_line(m, PASSWORD),
                DAYS,
                now,
                lambda _: None,
                MailTexts(),
            )
            [outcome] = job.run(config.schools)
            assert outcome.trouble is None, outcome.trouble
        return len(ledger.messages()), fake.lines[said:]


def test_nothing_new_opens_no_folder_twice(tmp_path: Path) -> None:
    flags = b"".join(b"* %d FETCH (UID %d FLAGS ())\r\n" % (n, n) for n in (1, 2, 3))
    script = {"STATUS ": HONEST, r"UID FETCH \S+ \(UID FLAGS\)": flags + b"TAG OK done\r\n"}
    with FakeImap(script) as fake:
        known, said = poll_twice(tmp_path, fake)
    assert known == 6
    words = [line.split(" ")[0] for line in said]
    assert words == [
        *("CAPABILITY", "LOGIN", "LIST", "STATUS", "STATUS", "EXAMINE"),
        *("UID", "LOGOUT"),
    ]
    assert "UIDVALIDITY UIDNEXT MESSAGES" in said[3]
    assert said[6] == "UID FETCH 1,2,3 (UID FLAGS)"


@pytest.mark.parametrize(
    "answer",
    [
        b"TAG NO not now\r\n",
        b"TAG BAD what?\r\n",
        b"* STATUS INBOX ()\r\nTAG OK done\r\n",
        b"TAG OK done\r\n",
        b"* STATUS INBOX (UIDNEXT 4)\r\nTAG OK done\r\n",
        b"* STATUS INBOX (UIDNEXT x UIDVALIDITY 7)\r\nTAG OK done\r\n",
        b"* STATUS INBOX (MESSAGES 9 UIDNEXT 9 UIDVALIDITY 7)\r\nTAG OK done\r\n",  # more than there is
        b"* STATUS INBOX (MESSAGES 3 UIDNEXT 4 UIDVALIDITY 8)\r\nTAG OK done\r\n",  # another folder
        b"* STATUS INBOX (MESSAGES 4 UIDNEXT 5 UIDVALIDITY 7)\r\n" + HONEST,  # two at once
    ],
)
def test_what_status_does_not_say_examine_does(tmp_path: Path, answer: bytes) -> None:
    with FakeImap({"STATUS ": answer}) as fake:
        known, said = poll_twice(tmp_path, fake)
    assert known == 6
    opened = [line for line in said if line.startswith("EXAMINE")]
    assert opened[:2] == ['EXAMINE "INBOX"', 'EXAMINE "Sent Items"']


def test_a_cut_while_status_is_asked_is_told() -> None:
    from commsla.errors import MailboxError

    with FakeImap({"STATUS ": b"* STATUS INBOX (UIDNEXT" + CUT}) as fake:
        line = open_line(fake.mailbox(), PASSWORD)
        with pytest.raises(MailboxError, match="was cut"):
            line.glance(["INBOX", "Sent Items"])
        line.close()


def test_a_name_as_a_literal_and_folders_in_one_go() -> None:
    literal = b"* STATUS {5}\r\nINBOX (MESSAGES 3 UIDNEXT 4 UIDVALIDITY 7)\r\nTAG OK done\r\n"
    script = {"STATUS ": [literal, b"TAG NO gone\r\n", HONEST]}
    with FakeImap(script) as fake, closing(open_line(fake.mailbox(), PASSWORD)) as line:
        found = line.glance(["INBOX", "Phoned", "Sent Items"])
    assert found == {
        "INBOX": FolderState("INBOX", 7, 4, 3),
        "Sent Items": FolderState("Sent Items", 7, 4, 3),
    }


@pytest.mark.parametrize(
    "answer", [b"TAG NO not now\r\n", b"TAG BAD what?\r\n", b"TAG OK done\r\n"]
)
def test_a_folder_that_did_not_open_by_the_way_is_opened_again(answer: bytes) -> None:
    opens = (
        b"* 3 EXISTS\r\n* OK [UIDVALIDITY 7] v\r\n* OK [UIDNEXT 4] n\r\nTAG OK [READ-ONLY] done\r\n"
    )
    with FakeImap({"STATUS ": HONEST, "EXAMINE ": [answer, opens]}) as fake:
        with closing(open_line(fake.mailbox(), PASSWORD)) as line:
            line.glance(["INBOX", "Sent Items"])
            assert line.look("INBOX") == FolderState("INBOX", 7, 4, 3)
        assert len(fake.asked("EXAMINE")) == 2


def test_what_opened_by_the_way_is_believed_once_and_only_of_its_folder() -> None:
    with (
        FakeImap({"STATUS ": HONEST}) as fake,
        closing(open_line(fake.mailbox(), PASSWORD)) as line,
    ):
        line.glance(["INBOX", "Sent Items"])
        line.look("INBOX")
        assert len(fake.asked("EXAMINE")) == 1
        line.look("INBOX")
        line.glance(["INBOX"])
        line.look("Sent Items")
        line.look("INBOX")
        assert [text.split(" ", 1)[1] for text in fake.asked("EXAMINE")] == [
            *('"INBOX"', '"INBOX"', '"INBOX"'),
            *('"Sent Items"', '"INBOX"'),
        ]


# --- how often a poll waits, and for what ---------------------------------------------------------


def waits_and_commands(
    tmp_path: Path, dovecot: Dovecot, user: str, monkeypatch: pytest.MonkeyPatch
) -> tuple[int, list[str]]:
    """Of a poll with nothing new over TLS: how often it spoke and then waited, and what it said.

    Each of these is a round trip, however fast the line; the TLS handshake is one more.
    """
    mailbox = replace(dovecot.mailbox(user), address="office@oak.example")
    config = Config("schools.toml", (replace(CONFIG.schools[0], mailboxes=(mailbox,)),))
    events: list[bytes] = []
    send, readline = Wire.send, Wire.readline

    def sends(wire: Wire, data: bytes) -> None:
        events.append(data)
        send(wire, data)

    def reads(wire: Wire) -> bytes:
        events.append(b"")
        return readline(wire)

    monkeypatch.setattr(Wire, "send", sends)
    monkeypatch.setattr(Wire, "readline", reads)
    with closing(open_ledger(tmp_path / user)) as ledger:
        for minutes in (0, 10):
            events.clear()
            now = NOW + timedelta(minutes=minutes)
            job = Poll(
                config,
                ledger,
                lambda m: open_line(m, PASSWORD),
                DAYS,
                now,
                lambda _: None,
                MailTexts(),
            )
            [outcome] = job.run(config.schools)
            assert outcome.trouble is None, outcome.trouble
    waits = 1 + sum(b == b"" != a for a, b in pairwise([b"hello", *events]))
    return waits, [x.decode("latin-1").split(" ", 1)[1].strip() for x in events if x]


def test_nothing_new_takes_eight_round_trips_and_the_same_commands_however_much_there_is(
    tmp_path: Path, dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = b"From: p%d@home.example\r\nSubject: s\r\nMessage-ID: <%d@x>\r\n\r\nx\r\n"
    news = b"From: n@shop.example\r\nMessage-ID: <n%d@x>\r\nList-Id: <offers.example>\r\n\r\nx\r\n"
    found = []
    for user, more in (("trips-few", 0), ("trips-many", 5000)):
        asked = [ask % (n, n) for n in range(10)]
        dovecot.append(user, "INBOX", asked, NOW - timedelta(hours=3))
        _append_fast(dovecot, user, [news % n for n in range(more)])
        waits, said = waits_and_commands(tmp_path, dovecot, user, monkeypatch)
        assert waits == 8, said
        found.append([line.replace(user, "USER") for line in said])
    assert found[0] == found[1]
    assert found[0][-2:] == ["UID FETCH 1,2,3,4,5,6,7,8,9,10 (UID FLAGS)", "LOGOUT"]
