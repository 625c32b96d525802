"""A poll of 20 messages cut at every 7th byte, FIN and RST in turn: told as it is, and the next one repairs it."""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import count
from pathlib import Path

import pytest

from commsla.core.school import Config, Mailbox
from commsla.edges.imap import open_line
from commsla.edges.ledger import open_ledger
from commsla.errors import LoginRefused, MailboxError
from commsla.jobs.cases import fold_all
from commsla.jobs.poll import Outcome, Poll
from commsla.wiring import MailTexts
from tests.edges.dovecot import PASSWORD, Dovecot
from tests.edges.faultproxy import Fault, FaultProxy
from tests.edges.readonly import PLANTED
from tests.jobs.test_poll import CONFIG, DAYS, NOW

NUMBERS = count(1)
HONEST = re.compile(
    r"office@oak\.example: (the connection to \S+ was cut"
    r"|\S+ (ended the conversation|said no|spoke what is not proper IMAP|did not answer)"
    r"|no (answer|connection)|\S+:\d+ cannot be reached).*",
    re.DOTALL,
)


class Post:
    """A mailbox of 20 messages: 14 enquiries, 2 newsletters, 4 replies; and a poll through a proxy."""

    def __init__(self, dovecot: Dovecot, folder: Path, *, tls: bool) -> None:
        self.user, self.folder = f"cuts{next(NUMBERS)}", folder
        self.homes = count(1)
        self.upstream = ("127.0.0.1", dovecot.tls_port if tls else dovecot.port)
        box = dovecot.mailbox(self.user, tls=tls)
        self.mailbox = replace(box, address="office@oak.example")
        mails: dict[str, list[bytes]] = {"INBOX": [], "Sent Items": []}
        for n in range(16):
            mails["INBOX"].append(
                _mail(f"p{n}@home.example", "office@oak.example", f"q{n}", n > 13)
            )
        for n in range(4):
            sent = _mail("office@oak.example", f"p{n}@home.example", f"a{n}")
            mails["Sent Items"].append(
                sent.replace(b"\r\n\r\n", b"\r\nIn-Reply-To: <q%d.rhubarb@x>\r\n\r\n" % n)
            )
        for hours, (name, raws) in zip((3, 1), mails.items(), strict=True):
            dovecot.append(self.user, name, raws, NOW - timedelta(hours=hours))

    def new_home(self) -> Path:
        return self.folder / str(next(self.homes))

    def poll(self, home: Path, port: int, minutes: int = 0) -> Outcome:
        mailbox = replace(self.mailbox, port=port)
        config = Config("schools.toml", (replace(CONFIG.schools[0], mailboxes=(mailbox,)),))
        now = NOW + timedelta(minutes=minutes)
        connect: Callable[[Mailbox], object] = partial(open_line, secret=PASSWORD)
        with closing(open_ledger(home)) as ledger:
            job = Poll(config, ledger, connect, DAYS, now, lambda _: None, MailTexts())  # type: ignore[arg-type]
            [outcome] = job.run(config.schools)
            [read] = [r for r in ledger.reads() if r.mailbox == mailbox.address]
            # What status shows of it is what happened.
            assert read.last_good is None or outcome.trouble is None, read
            assert read.trouble == (outcome.trouble.message if outcome.trouble else "")
        return outcome

    def size(self) -> int:
        """How many bytes a whole poll is given."""
        with FaultProxy(self.upstream) as proxy:
            assert self.poll(self.new_home(), proxy.port).trouble is None
            return proxy.conns[0].down

    def cut_and_repaired(self, position: int, *, rst: bool) -> str:
        """Cut a first poll after so many bytes, then let it be; returns where it was cut."""
        home = self.new_home()
        with FaultProxy(self.upstream, [Fault(cut_down=position, rst=rst), Fault()]) as proxy:
            first = self.poll(home, proxy.port)
            [conn] = proxy.conns
            said = bytes(conn.transcript)
            trouble = first.trouble
            if trouble is not None:
                assert conn.faulted
                assert isinstance(trouble, MailboxError), trouble
                assert not isinstance(trouble, LoginRefused)
                assert HONEST.match(trouble.message), trouble.message
            self.agrees(home, whole=trouble is None)
            second = self.poll(home, proxy.port, 10)
            assert second.trouble is None, (position, second.trouble)
            third = self.poll(home, proxy.port, 20)
            assert not sum(third.new.values()), "and nothing is left for a third one"
        self.agrees(home, whole=True)
        if trouble is None:
            return "the goodbye"
        words = re.findall(rb"(?m)^\S+ (?:UID )?([A-Z]+)", said)
        return words[-1].decode() if words else "the greeting"

    def agrees(self, home: Path, *, whole: bool) -> None:
        """No row twice, no cursor ahead of its rows; at the end every mail in its one place."""
        with closing(sqlite3.connect(home / "ledger.sqlite3")) as db:
            assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            rows = db.execute("SELECT folder, uid FROM messages").fetchall()
            cursors = dict(db.execute("SELECT folder, next_uid FROM cursors"))
        assert len(rows) == len(set(rows))
        for folder, next_uid in cursors.items():
            assert sorted(u for f, u in rows if f == folder) == list(range(1, next_uid))
        with closing(open_ledger(home)) as ledger:
            folded = fold_all(CONFIG, ledger)
        letters = [c.opener for c in folded.cases] + [n.message for n in folded.not_tracked]
        letters += [a.message for c in folded.cases for a in c.answers]
        names = Counter(m.subject for m in letters)
        if whole:
            everything = [*(f"q{n}" for n in range(16)), *(f"a{n}" for n in range(4))]
            assert names == Counter(everything)
            assert {c.reference.number for c in folded.cases if c.reference} == set(range(1, 15))


def _mail(sender: str, to: str, name: str, bulk: bool = False) -> bytes:
    more = "List-Id: <offers.example>\r\n" if bulk else ""
    return (
        f"From: {sender}\r\nTo: {to}\r\nSubject: {name}\r\nMessage-ID: <{name}.{PLANTED}@x>\r\n{more}\r\n{PLANTED}\r\n"
    ).encode()


def test_cuts_at_a_sample_of_bytes(dovecot: Dovecot, tmp_path: Path) -> None:
    post = Post(dovecot, tmp_path, tls=False)
    size = post.size()
    sample = [*range(0, 800, 200), *(size * n // 4 for n in range(1, 4))]
    where = [post.cut_and_repaired(n, rst=k % 2 == 1) for k, n in enumerate(sample)]
    assert len(set(where)) >= 4, where


@pytest.mark.slow
@pytest.mark.parametrize(("tls", "step"), [(False, 7), (True, 97)])
def test_a_cut_at_every_seventh_byte_and_every_97th_of_tls(
    dovecot: Dovecot, tmp_path: Path, tls: bool, step: int
) -> None:
    post = Post(dovecot, tmp_path, tls=tls)
    size = post.size()
    where = Counter(
        post.cut_and_repaired(position, rst=turn % 2 == 1)
        for turn, position in enumerate(range(0, size, step))
    )
    print(f"{where.total()} cuts of {size} bytes: {dict(where)}")  # noqa: T201 - shown by pytest -s
    assert where.total() - where["the goodbye"] > 0.8 * where.total()
    if not tls:
        assert {"the greeting", "LOGIN", "LIST", "EXAMINE", "FETCH"} <= where.keys()
