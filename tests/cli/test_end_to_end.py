"""The whole of it against a real Dovecot over TLS: two mailboxes, every change shows, nothing is touched."""

from __future__ import annotations

import json
import re
import signal
import sqlite3
import subprocess
import sys
import time
import unicodedata
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from tests.cli.terminal import Result, _environment, pipe
from tests.edges.dovecot import PASSWORD, Dovecot
from tests.edges.faultproxy import Fault, FaultProxy
from tests.edges.readonly import PLANTED

MAILBOX = """
[[schools.mailboxes]]
address = "{user}@school.test"
host = "localhost"
port = {port}
username = "{user}"
password_file = "{password}"
ca_file = "{ca}"
"""
HEAD = """
nation = "England"
[policy]
name = "Policy"
acknowledge = "2 working days"
respond = "5 working days"
[hours]
mon = "00:00-23:59"
"""
HOSTILE = "Re: [/red] \x1b[2J=1+1"


class Office:
    """A state folder, a config, and the mail program of the office."""

    def __init__(self, dovecot: Dovecot, folder: Path, name: str) -> None:
        self.dovecot, self.folder, self.users = dovecot, folder, [f"{name}-oak", f"{name}-elm"]
        self.home = folder / "state"
        self.home.mkdir()
        for file in ("good", "wrong"):
            (folder / file).write_text(PASSWORD if file == "good" else "nonsense", "utf-8")
            (folder / file).chmod(0o600)
        self.config()

    def config(self, *passwords: str, port: int = 0) -> None:
        text = HEAD
        words = [*passwords, "good", "good"]
        for user, password in zip(self.users, words, strict=False):
            code = user.rpartition("-")[2]
            text += f'[[schools]]\ncode = "{code}"\nprefix = "{code[0].upper()}"\n'
            text += f'name = "{code.title()}"\ndomains = ["school.test"]\n'
            text += MAILBOX.format(
                user=user, port=port or self.dovecot.tls_port, password=password,
                ca=self.dovecot.ca_file,
            )  # fmt: skip
        (self.folder / "schools.toml").write_text(text, "utf-8")

    def run(self, *words: str) -> Result:
        config = str(self.folder / "schools.toml")
        return pipe(self.home, *words, "--config", config)

    def status(self) -> dict[str, dict[str, Any]]:
        result = self.run("status", "--json")
        assert result.code == 0, result.err
        return {c["reference"]: c for c in json.loads(result.out)["data"]["cases"]}

    def deliver(self, who: int, folder: str, raw: str, *, minutes_ago: float = 5) -> None:
        when = datetime.now(UTC) - timedelta(minutes=minutes_ago)
        self.dovecot.append(self.users[who], folder, [raw.replace("\n", "\r\n").encode()], when)

    def flags(self) -> set[tuple[str, str, bytes]]:
        """(user, folder, UID, flags and arrival) of every message there is."""
        found: set[tuple[str, str, bytes]] = set()
        for user in self.users:
            with self.dovecot.client(user) as client:
                for folder in ("INBOX", '"Sent Items"'):
                    _, (count, *_) = client.select(folder, readonly=True)
                    if int(count or 0):
                        _, data = client.uid("FETCH", "1:*", "(FLAGS INTERNALDATE)")
                        found |= {(user, folder, x) for x in data if isinstance(x, bytes)}
        return found


def enquiry(sender: str, id: str, *, subject: str = "A question", re: str = "") -> str:
    date = format_datetime(datetime.now(UTC))
    answers = f"In-Reply-To: <{re}@{PLANTED}.x>\n" if re else ""
    return (
        f"From: {sender}\nTo: office@school.test\nSubject: {subject}\nDate: {date}\n"
        f"Message-ID: <{id}@{PLANTED}.x>\n{answers}X-Note: {PLANTED}\n\nHello.\n"
    )


def reply(to: str, id: str, re: str) -> str:
    return enquiry("office@school.test", id, re=re).replace("To: office@school.test", f"To: {to}")


@pytest.fixture
def office(dovecot: Dovecot, tmp_path: Path, request: pytest.FixtureRequest) -> Office:
    return Office(dovecot, tmp_path, re.sub(r"\W+", "", request.node.name)[:40].lower())


def test_every_change_in_two_mailboxes_shows_and_nothing_is_touched(office: Office) -> None:
    office.deliver(
        0, "INBOX", enquiry("Anna <anna@home.example>", "a1", subject=HOSTILE), minutes_ago=9
    )
    office.deliver(0, "INBOX", enquiry("ben@home.example", "b1"), minutes_ago=8)
    office.deliver(1, "INBOX", enquiry("carol@home.example", "c1"))
    first = office.run("poll")
    assert (first.code, first.out, first.err) == (0, "", "")
    shown = office.status()
    assert sorted(shown) == ["E1", "O1", "O2"]
    assert all(c["targets"]["acknowledge"]["state"] != "met" for c in shown.values())
    before = office.flags()
    assert len(before) == 3
    with office.dovecot.client(office.users[0]) as client:
        client.select("INBOX")
        client.store("2", "+FLAGS", "(\\Flagged \\Answered Phoned)")
    before = office.flags()
    assert sum(b"Phoned" in f for _, _, f in before) == 1

    office.deliver(0, "Sent Items", reply("anna@home.example", "o1", "a1"), minutes_ago=3)
    office.deliver(0, "INBOX", enquiry("ben@home.example", "b2", re="b1"), minutes_ago=2)
    office.deliver(0, "INBOX", enquiry("anna@home.example", "a2", re="o1"), minutes_ago=1)
    news = enquiry("news@shop.example", "n1").replace("Date:", "List-Id: <offers.shop>\nDate:")
    office.deliver(1, "INBOX", news)
    assert office.run("poll").code == 0
    shown = office.status()
    assert sorted(shown) == ["E1", "O1", "O2", "O3", "O4"]
    assert {v["state"] for v in shown["O1"]["targets"].values()} == {"met"}
    # Ben's first mail is flagged as replied to: that is not seen, and his second still waits.
    assert {v["state"] for v in shown["O2"]["targets"].values()} == {"answered (not confirmed)"}
    assert (shown["O2"]["section"], shown["O2"]["chasers"]) == ("confirm", 0)
    assert [shown[r]["wrote_again"] for r in ("O3", "O4")] == [True, True]
    everything = office.run("status", "--all").out
    assert "| bulletin: List-Id: <offers.shop>" in everything
    assert "Re: [/red] ␛[2J=1+1" in everything
    assert "\x1b" not in everything

    assert office.run("mark", "E1", "called").code == 0
    assert office.status()["E1"]["section"] == "settled"
    after = office.flags()
    assert before <= after
    assert len(after) == 7
    assert not any(b"Seen" in f for _, _, f in after)


def test_on_the_wire_there_is_nothing_that_could_change_a_mailbox(office: Office) -> None:
    evil = enquiry("m@evil.example", "x\r\n A1 STORE 1 +FLAGS (\\Deleted)\r\n EXPUNGE", subject="x")
    office.deliver(0, "INBOX", evil)
    with FaultProxy(("127.0.0.1", office.dovecot.port)) as proxy:
        text = HEAD + '[[schools]]\ncode = "oak"\nprefix = "O"\nname = "Oak"\ndomains = []\n'
        text += (
            MAILBOX.format(user=office.users[0], port=proxy.port, password="good", ca="")
            .replace('"localhost"', '"127.0.0.1"\nsecurity = "plain"')
            .replace('ca_file = ""\n', "")
        )
        (office.folder / "schools.toml").write_text(text, "utf-8")
        assert office.run("poll").code == 0
        assert office.run("poll").code == 0
        office.deliver(0, "Sent Items", reply("m@evil.example", "o1", "x"))
        office.deliver(0, "INBOX", enquiry("b@home.example", 'b"}\\ {9}', re="o1"))
        assert office.run("poll").code == 0
        assert sorted(office.status()) == ["O1", "O2"]
    assert len(proxy.conns) == 3
    said = bytes(proxy.sent_up()).decode("latin-1").splitlines()
    words = {re.sub(r"^\S+ (UID )?", r"\1", line).split(" ")[0] for line in said if line}
    allowed = {"CAPABILITY", "ID", "LOGIN", "AUTHENTICATE", "LIST", "STATUS", "EXAMINE", "UID"}
    assert words <= allowed | {"NOOP", "LOGOUT"}
    uid = {line.split("UID ")[1].split(" ")[0] for line in said if "UID " in line}
    assert uid <= {"SEARCH", "FETCH"}
    assert not any("BODY[" in line for line in said), "only BODY.PEEK"


@pytest.mark.parametrize(
    ("passwords", "school", "code", "words"),
    [
        (("good", "wrong"), [], 3, "1 of 2 mailboxes could not be read: Elm."),
        (("wrong", "wrong"), [], 12, "refused"),
        (("good", "wrong"), ["--school", "elm"], 12, "refused"),
        (("good", "nowhere"), [], 3, "1 of 2 mailboxes could not be read: Elm."),
    ],
)
def test_exit_codes_of_a_poll(
    office: Office, passwords: tuple[str, str], school: list[str], code: int, words: str
) -> None:
    office.config(*passwords)
    office.deliver(0, "INBOX", enquiry("anna@home.example", "a1"))
    result = office.run("poll", *school)
    assert result.code == code
    assert words in result.err
    assert PASSWORD not in result.err
    assert "nonsense" not in result.err
    assert "Traceback" not in result.err
    if code == 3:
        assert sorted(office.status()) == ["O1"]
        lines = office.run("status").out.splitlines()
        assert any(line.startswith("! NEVER READ TO THE END: Elm ") for line in lines)


def test_a_hostile_subject_is_harmless_in_json_and_in_a_pipe(office: Office) -> None:
    name = '"[bold]\x1b]0;owned\x07 \u202eevil" <evil@home.example>'
    subject = f"{HOSTILE} \x9b2J \u202e \U0001f600"
    office.deliver(0, "INBOX", enquiry(name, "h1", subject=subject))
    assert office.run("poll").code == 0
    as_json = office.run("status", "--json")
    [case] = json.loads(as_json.out)["data"]["cases"]
    assert case["subject"].startswith("Re: [/red] ␛[2J=1+1")
    assert as_json.raw.isascii()
    for raw in (as_json.raw, office.run("status", "--all").raw):
        shown = raw.decode()
        assert not {c for c in shown if c != "\n" and unicodedata.category(c) in ("Cc", "Cf")}
    assert "[/red]" in office.run("status").out


def test_a_poll_that_hangs_locks_others_out_and_a_kill_frees_them(office: Office) -> None:
    office.deliver(0, "INBOX", enquiry("anna@home.example", "a1"))
    words = ["poll", "--school", "oak", "--config", str(office.folder / "schools.toml")]
    with FaultProxy(("127.0.0.1", office.dovecot.tls_port), Fault(hang_down=3000)) as proxy:
        office.config(port=proxy.port)
        hanging = subprocess.Popen(
            [sys.executable, "-m", "commsla", *words],
            env=_environment(office.home, {}),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            while hanging.poll() is None and not proxy.conns:
                time.sleep(0.01)
            second = office.run("poll")
            assert (second.code, second.out) == (11, "")
            assert second.err.startswith(
                f"Another poll or alert is running (process {hanging.pid}).\n"
            )
            assert office.run("status").code == 0
        finally:
            hanging.kill()
            assert hanging.wait(30) == -signal.SIGKILL
    office.config()
    assert office.run("poll").code == 0
    assert sorted(office.status()) == ["O1"]


def test_what_was_mistyped_reads_no_mailbox(office: Office) -> None:
    assert office.run("poll", "--school", "ork").code == 2
    assert office.run("poll", "--scool", "oak").code == 2
    config = office.folder / "schools.toml"
    config.write_text(config.read_text("utf-8").replace("5 working", "5 wroking"), "utf-8")
    refused = office.run("poll")
    assert refused.code == 10
    assert refused.err.splitlines()[1].startswith("schools.toml:6: ")
    assert not (office.home / "ledger.sqlite3").exists()


def test_a_sent_folder_made_anew_changes_no_verdict(office: Office) -> None:
    office.deliver(0, "INBOX", enquiry("anna@home.example", "a1"), minutes_ago=9)
    answer = reply("anna@home.example", "o1", "a1").replace("\n", "\r\n").encode()
    when = datetime.now(UTC) - timedelta(minutes=3)
    office.dovecot.append(office.users[0], "Sent Items", [answer], when)
    assert office.run("poll").code == 0
    before = office.status()
    with office.dovecot.client(office.users[0]) as client:
        client.delete('"Sent Items"')
        client.create('"Sent Items"')
    office.dovecot.append(office.users[0], "Sent Items", [answer], when)
    assert office.run("poll").code == 0
    assert office.status() == before
    with sqlite3.connect(office.home / "ledger.sqlite3") as db:
        validities = {v for (v,) in db.execute("SELECT uidvalidity FROM messages WHERE uid = 1")}
    db.close()
    assert len(validities) == 3, "the folder really was made anew"


def test_where_all_fail_each_is_told_once_and_the_worst_decides(office: Office) -> None:
    office.config("wrong", "nowhere")
    result = office.run("poll")
    assert result.code == 12
    assert "The login" in result.err or "refused" in result.err
    for user in office.users:
        assert result.err.count(f"{user}@school.test") == 1, result.err


def test_a_dry_run_says_what_would_be(office: Office) -> None:
    office.deliver(0, "INBOX", enquiry("anna@home.example", "a1"))
    office.home.rmdir()
    config = str(office.folder / "schools.toml")
    result = pipe(office.home, "poll", "-n", "--config", config, cwd=office.folder)
    assert result.code == 0
    assert not office.home.exists(), "a dry run keeps nothing, from the first day on"
    office.home.mkdir()
    assert office.run("poll", "-n").err == result.err
    assert not list(office.home.iterdir())
    assert "Oak: 1 new in the inbox, 0 new in Sent; 1 new case (O1)" in result.err
    assert office.status() == {}


# --- kill -9 ----------------------------------------------------------------------------------------


def _many(number: int) -> Iterable[bytes]:
    for n in range(number):
        yield (
            f"From: p{n}@home.example\r\nTo: office@school.test\r\nSubject: s{n}\r\n"
            f"Date: Mon, 10 Nov 2025 09:00:00 +0000\r\nMessage-ID: <k{n}@x>\r\n\r\nx\r\n"
        ).encode()


def _append_fast(dovecot: Dovecot, user: str, mails: Iterable[bytes]) -> None:
    """All messages in few round trips: APPENDs with LITERAL+ are not waited for one by one."""
    with dovecot.client(user) as client:
        when = datetime.now(UTC).strftime("%d-%b-%Y %H:%M:%S +0000")
        batch = b""
        count = 0
        for count, raw in enumerate(mails, 1):
            batch += b'T%d APPEND INBOX () "%s" {%d+}\r\n%s\r\n' % (
                count, when.encode(), len(raw), raw,
            )  # fmt: skip
            if count % 100 == 0:
                client.send(batch)
                batch = b""
                while not client.readline().startswith(b"T%d OK" % count):
                    pass
        assert not batch, "give a multiple of 100"


def _rows(home: Path) -> int:
    file = home / "ledger.sqlite3"
    if not file.exists():
        return 0
    db = sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=5)
    try:
        return int(db.execute("SELECT count(*) FROM messages").fetchone()[0])
    except sqlite3.Error:
        return 0
    finally:
        db.close()


def agrees(home: Path) -> None:
    """What a kill leaves is whole: the cursor stands behind the last row, and no row is missing."""
    with sqlite3.connect(home / "ledger.sqlite3") as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        uids = [u for (u,) in db.execute("SELECT uid FROM messages ORDER BY uid")]
        cursor = db.execute("SELECT next_uid FROM cursors WHERE folder = 'INBOX'").fetchone()
    db.close()
    assert uids == list(range(1, len(uids) + 1))
    assert cursor == ((len(uids) + 1,) if uids else None)


def whole(home: Path, number: int) -> None:
    """Every message once, and one case for each."""
    with sqlite3.connect(home / "ledger.sqlite3") as db:
        subjects = Counter(s for (s,) in db.execute("SELECT subject FROM messages"))
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        numbers = sorted(n for (n,) in db.execute("SELECT number FROM case_references"))
    db.close()
    assert subjects == Counter(f"s{n}" for n in range(number))
    assert numbers == list(range(1, number + 1))


def _kill_and_repair(office: Office, number: int, at_least: int) -> int:
    """SIGKILL a slow first poll once `at_least` rows are there; returns how many were."""
    with FaultProxy(
        ("127.0.0.1", office.dovecot.tls_port), Fault(drip=20_000, drip_delay=0.02)
    ) as proxy:
        office.config(port=proxy.port)
        words = ["poll", "--school", "oak", "--config", str(office.folder / "schools.toml")]
        process = subprocess.Popen(
            [sys.executable, "-m", "commsla", *words],
            env=_environment(office.home, {}),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        while process.poll() is None and _rows(office.home) < at_least:
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
        assert process.wait(30) == -signal.SIGKILL, "the poll ended before it was killed"
    landed = _rows(office.home)
    agrees(office.home)
    office.config()
    assert "NEVER READ" in office.run("status", "--school", "oak").out
    assert office.run("poll", "--school", "oak").code == 0
    whole(office.home, number)
    return landed


def test_a_killed_first_poll_is_repaired_by_the_next(office: Office) -> None:
    _append_fast(office.dovecot, office.users[0], _many(5000))
    landed = _kill_and_repair(office, 5000, at_least=1500)
    assert 0 < landed < 5000, "the kill must land between the first and the last commit"
