"""How long a first poll takes beside a raw socket, mbsync and imap_tools: run by hand, read the ratios."""

from __future__ import annotations

import gc
import importlib.util
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.core.calendars import OFFICE, WINTER, winter
from tests.edges import dovecot as dovecots
from tests.edges.dovecot import Dovecot

from commsla import wiring
from commsla.core.school import Config, Mailbox, Policy, Promise, School, Unit
from commsla.edges.imap.line import open_line
from commsla.edges.imap.pull import CHUNK, items
from commsla.edges.ledger import open_ledger
from commsla.jobs.poll import Poll

NOW = datetime(2025, 11, 24, 8, 0, tzinfo=UTC)
ROUNDS = 5
RAW = "raw socket, nothing parsed"
OURS = "commsla, first poll into the ledger"
GARBAGE = (200_000, 50, 100)  # as the command line sets it
# What Exchange puts on top of a parent's mail: about 7 KB of header that nobody asks for.
_BULK = "".join(f"X-MS-Exchange-Organization-Padding-{n}: {'x' * 60}\r\n" for n in range(70))


def letter(number: int) -> bytes:
    """One parent's mail of a size as Exchange delivers it."""
    when = (NOW - timedelta(minutes=number % 30_000)).strftime("%a, %d %b %Y %H:%M:%S +0000")
    return (
        f"Received: from mx.example by box.example; {when}\r\n{_BULK}"
        f"From: Parent {number % 400} <parent{number % 400}@home.example>\r\n"
        f"To: Office <office@oak.example>\r\nSubject: Question {number}\r\n"
        f"Date: {when}\r\nMessage-ID: <{number}.abcdef@home.example>\r\n"
        f"Content-Type: text/plain; charset=utf-8\r\n\r\nDear office, a question.\r\n"
    ).encode()


def fill(server: Dovecot, user: str, number: int) -> None:
    """Put so many letters into INBOX, many to a command (MULTIAPPEND, LITERAL+)."""
    with socket.create_connection(("127.0.0.1", server.port)) as line, line.makefile("rwb") as talk:
        talk.readline()
        _tell(talk, f"a LOGIN {user} {dovecots.PASSWORD}\r\n".encode(), b"a ")
        for start in range(0, number, 500):
            parts = [b"b APPEND INBOX"]
            for n in range(start, min(start + 500, number)):
                raw = letter(n)
                when = (NOW - timedelta(minutes=n % 30_000)).strftime("%d-%b-%Y %H:%M:%S +0000")
                parts.append(f' "{when}" {{{len(raw)}+}}\r\n'.encode() + raw)
            _tell(talk, b"".join(parts) + b"\r\n", b"b ")


def _tell(talk: object, said: bytes, tag: bytes) -> None:
    talk.write(said)  # type: ignore[attr-defined]
    talk.flush()  # type: ignore[attr-defined]
    while not (line := talk.readline()).startswith(tag):  # type: ignore[attr-defined]
        assert line
    assert b" OK " in line, line


def raw_socket(server: Dovecot, user: str, number: int) -> None:
    """The same FETCH, in the same chunks, and every byte thrown away unparsed."""
    with socket.create_connection(("127.0.0.1", server.port)) as line:
        line.sendall(f"a LOGIN {user} {dovecots.PASSWORD}\r\nb EXAMINE INBOX\r\n".encode())
        _until(line, b"\r\nb OK")
        what = items(server.mailbox(user))
        for start in range(1, number + 1, CHUNK):
            line.sendall(f"c UID FETCH {start}:{start + CHUNK - 1} {what}\r\n".encode())
            _until(line, b"\r\nc OK")


def _until(line: socket.socket, end: bytes) -> None:
    tail = b""
    while end not in tail:
        came = line.recv(1 << 20)
        assert came
        tail = tail[-64:] + came[-4096:]


def config(server: Dovecot, user: str) -> Config:
    """One school with this mailbox."""
    policy = Policy("P", Promise(2, Unit.WORKING_DAYS), Promise(5, Unit.WORKING_DAYS))
    mailbox = server.mailbox(user, tls=False)
    school = School(
        "oak", "O", "Oak", "", "England", ("oak.example",), (), (mailbox,), (policy,), OFFICE, (WINTER,)
    )  # fmt: skip
    return Config("schools.toml", (school,))


def commsla(server: Dovecot, user: str, number: int) -> None:
    """A whole first poll: headers into rows, cases folded and numbered, on a real ledger."""
    folder = Path(tempfile.mkdtemp(prefix="commsla-bench-"))
    try:
        ledger = open_ledger(folder)
        job = Poll(
            config(server, user),
            ledger,
            _connect,
            {"oak": winter()},
            NOW,
            _quiet,
            wiring.MailTexts(),
        )
        [outcome] = job.run(job.config.schools)
        assert outcome.trouble is None, outcome.trouble
        assert ledger.highest() == number
        ledger.close()
    finally:
        shutil.rmtree(folder)


def _connect(mailbox: Mailbox) -> object:
    return open_line(mailbox, dovecots.PASSWORD)


def _quiet(_: str) -> None:
    """Nobody watches."""


def mbsync(server: Dovecot, user: str, number: int) -> None:
    """Header stubs only: everything is larger than MaxSize."""
    folder = Path(tempfile.mkdtemp(prefix="commsla-bench-"))
    try:
        (folder / "rc").write_text(
            f"IMAPAccount a\nHost 127.0.0.1\nPort {server.port}\nUser {user}\n"
            f"Pass {dovecots.PASSWORD}\nSSLType None\nAuthMechs LOGIN\n\n"
            f"IMAPStore far\nAccount a\nMaxSize 1\n\nMaildirStore near\nPath {folder}/\n"
            f"Inbox {folder}/INBOX\nMaxSize 1\n\n"
            "Channel c\nFar :far:INBOX\nNear :near:INBOX\nSync PullNew\nSyncState *\nCreate Near\n"
        )
        subprocess.run(
            ["mbsync", "-c", str(folder / "rc"), "-q", "c"], check=True, capture_output=True
        )
        assert sum(1 for _ in (folder / "INBOX" / "new").iterdir()) == number
    finally:
        shutil.rmtree(folder)


def imap_tools(server: Dovecot, user: str, number: int) -> None:
    """Its own headers-only fetch, in bulk, nothing marked and nothing kept; read as we read them.

    Its messages are lazy: without a look at what they say it has parsed next to nothing.
    """
    from imap_tools import MailBoxUnencrypted

    with MailBoxUnencrypted("127.0.0.1", server.port).login(user, dovecots.PASSWORD) as box:
        seen = 0
        for message in box.fetch(headers_only=True, mark_seen=False, bulk=500):
            _ = (message.uid, message.date, message.subject, message.flags, message.headers)
            _ = (message.from_values, message.reply_to_values, message.to_values, message.cc_values)
            seen += 1
        assert seen == number


def imap_tools_plain(server: Dovecot, user: str, number: int) -> None:
    """As it comes: a FETCH for each message (its own `bulk=True` sends a list that Dovecot refuses)."""
    from imap_tools import MailBoxUnencrypted

    with MailBoxUnencrypted("127.0.0.1", server.port).login(user, dovecots.PASSWORD) as box:
        assert sum(1 for _ in box.fetch(headers_only=True, mark_seen=False)) == number


def imap_tools_lazy(server: Dovecot, user: str, number: int) -> None:
    """The same without a look at anything."""
    from imap_tools import MailBoxUnencrypted

    with MailBoxUnencrypted("127.0.0.1", server.port).login(user, dovecots.PASSWORD) as box:
        fetched = box.fetch(headers_only=True, mark_seen=False, bulk=500)
        assert sum(1 for _ in fetched) == number


def main() -> None:
    """20,000 messages beside the peers, then 100,000 in a process of its own."""
    gc.set_threshold(*GARBAGE)
    with Dovecot() as server:
        shutil.rmtree(server.base / "said")  # what the peers say is not our business
        fill(server, "twenty", 20_000)
        sides: dict[str, Callable[[Dovecot, str, int], None]] = {RAW: raw_socket, OURS: commsla}
        if shutil.which("mbsync"):
            sides["mbsync, header stubs into a Maildir"] = mbsync
        if importlib.util.find_spec("imap_tools"):
            sides["imap_tools, headers only, as it comes"] = imap_tools_plain
            sides["imap_tools, bulk=500, the same facts read, nothing kept"] = imap_tools
            sides["imap_tools, bulk=500, not a look at them"] = imap_tools_lazy
        took: dict[str, list[float]] = {name: [] for name in sides}
        for turn in range(ROUNDS + 1):
            for name, side in sides.items():
                start = time.perf_counter()
                side(server, "twenty", 20_000)
                if turn:  # the first round warms caches
                    took[name].append(time.perf_counter() - start)
        medians = {name: statistics.median(times) for name, times in took.items()}
        print(f"\n**First poll of 20,000 messages, medians of {ROUNDS} interleaved rounds**\n")
        print("| | s | times raw | times commsla |\n|---|---|---|---|")
        for name, median in medians.items():
            raw, ours = median / medians[RAW], median / medians[OURS]
            print(f"| {name} | {median:.2f} | {raw:.1f} | {ours:.1f} |")
        fill(server, "hundred", 100_000)
        print("\n**100,000 messages, each side in a process of its own**\n")
        print("| messages | us a message | peak memory |\n|---|---|---|", flush=True)
        for user, number in (("twenty", 20_000), ("hundred", 100_000)):
            child = [sys.executable, __file__, "--child", str(server.port), user, str(number)]
            subprocess.run(child, check=True)


def one(port: int, user: str, number: int) -> None:
    """One first poll; prints cost per message and peak memory."""
    gc.set_threshold(*GARBAGE)
    server = Dovecot()
    shutil.rmtree(server.base)
    server.port = port
    raw_socket(server, user, number)
    start = time.perf_counter()
    commsla(server, user, number)
    took = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"| {number:,} | {took / number * 1e6:.0f} | {peak} MB |")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        one(int(sys.argv[2]), sys.argv[3], int(sys.argv[4]))
    else:
        main()
