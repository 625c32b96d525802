"""A poll with nothing new: few round trips, no folder opened, and STATUS believed only where it may be."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from commsla.core.model import FolderState
from commsla.core.school import Config
from commsla.edges.imap.line import open_line
from commsla.edges.ledger import open_ledger
from commsla.jobs.poll import Poll
from commsla.wiring import MailTexts
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


def test_nothing_new_opens_no_folder_but_for_what_is_open(tmp_path: Path) -> None:
    flags = b"".join(b"* %d FETCH (UID %d FLAGS ())\r\n" % (n, n) for n in (1, 2, 3))
    script = {"STATUS ": HONEST, r"UID FETCH \S+ \(UID FLAGS\)": flags + b"TAG OK done\r\n"}
    with FakeImap(script) as fake:
        known, said = poll_twice(tmp_path, fake)
    assert known == 6
    words = [line.split(" ")[0] for line in said]
    assert words[:5] == ["CAPABILITY", "LOGIN", "LIST", "STATUS", "STATUS"]
    assert "UIDVALIDITY UIDNEXT MESSAGES" in said[3]
    assert sum(w == "EXAMINE" for w in words) <= 1
    assert not any("SEARCH" in line or "BODY" in line for line in said)
    assert len(words) - 1 <= 8, "both STATUS go out before either is answered"


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
    ],
)
def test_what_status_does_not_say_examine_does(tmp_path: Path, answer: bytes) -> None:
    with FakeImap({"STATUS ": answer}) as fake:
        known, said = poll_twice(tmp_path, fake)
    assert known == 6
    assert sum(line.startswith("EXAMINE") for line in said) >= 2


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
