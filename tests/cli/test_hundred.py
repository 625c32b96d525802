"""A hundred mailboxes of which three hang: all others are read, and the three are named."""

from __future__ import annotations

import socket
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from commsla.cli.app import app
from commsla.cli.boundary import run
from commsla.cli.place import Place
from commsla.edges.imap import wire
from tests.cli.test_end_to_end import HEAD
from tests.edges.fakeimap import PASSWORD, FakeImap

MANY, HANGING = 100, (1, 4, 8)  # among the first ten, which are read side by side
LETTERS = "ABCDEFGHIJ"
SCHOOL = """
[[schools]]
code = "s{n}"
prefix = "{prefix}"
name = "School {n}"
domains = []
[[schools.mailboxes]]
address = "m{n}@school.test"
host = "127.0.0.1"
security = "plain"
port = {port}
password_file = "good"
"""


@contextmanager
def mute(greeting: bytes, heard: list[str]) -> Iterator[int]:
    """A server that greets and then says nothing until the client goes; notes both."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with server, server.accept()[0] as client:
            heard.append("came")
            client.sendall(greeting)
            client.settimeout(60)
            while client.recv(1024):
                pass
            heard.append("left")

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield server.getsockname()[1]
    thread.join(60)
    assert not thread.is_alive(), "nobody came, or nobody left"


def test_three_of_a_hundred_hang(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(wire, "CONNECT_SECONDS", 2.0)
    monkeypatch.setattr(wire, "READ_SECONDS", 2.0)
    (tmp_path / "good").write_text(PASSWORD, "utf-8")
    (tmp_path / "good").chmod(0o600)
    heard: list[str] = []
    hello = b"* OK ready\r\n"
    with (
        FakeImap() as honest,
        mute(b"", heard) as silent,
        mute(hello, heard) as greets,
        mute(hello, heard) as too,
    ):
        ports = dict(zip(HANGING, (silent, greets, too), strict=True))
        schools = [
            SCHOOL.format(
                n=n, prefix=LETTERS[n // 10] + LETTERS[n % 10], port=ports.get(n, honest.port)
            )
            for n in range(MANY)
        ]
        (tmp_path / "schools.toml").write_text(HEAD + "".join(schools), "utf-8")
        place = replace(
            Place.real(), home=tmp_path / "state", cwd=tmp_path, environ={}, prefix="commsla",
            clock=lambda: datetime(2026, 11, 23, 9, 0, tzinfo=UTC),
        )  # fmt: skip
        code = run(app, ["poll", "--config", str(tmp_path / "schools.toml")], place)
        said = capsys.readouterr()
    assert (code, said.out) == (3, ""), said.err
    named = "School 1, School 4, School 8"
    assert f"3 of 100 mailboxes could not be read: {named}. The others were read." in said.err
    for n in HANGING:
        assert f"School {n}: m{n}@school.test: " in said.err
    assert said.err.count("did not answer in time") == 3, said.err
    # They hung side by side: the last of them had come before the first was given up.
    assert heard == ["came"] * 3 + ["left"] * 3
    with closing(sqlite3.connect(tmp_path / "state" / "ledger.sqlite3")) as db:
        rows = dict(db.execute("SELECT school, count(*) FROM messages GROUP BY school"))
        bad = db.execute("SELECT school FROM mailbox_reads WHERE last_good IS NULL ORDER BY 1")
        assert [school for (school,) in bad] == [f"s{n}" for n in HANGING]
    assert rows == {f"s{n}": 6 for n in range(MANY) if n not in HANGING}, "each once: inbox, Sent"
