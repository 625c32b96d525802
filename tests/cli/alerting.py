"""An office with cases that are due, a mail server that fsyncs, and `commsla alert` as cron runs it."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from commsla.edges.ledger import open_ledger
from commsla.jobs.poll import Poll
from commsla.wiring import MailTexts, config_at, workdays_of
from tests.cli.terminal import Result, _environment, pipe
from tests.edges.smtp_sink import SmtpSink
from tests.jobs.fakes import FakeLine, FakeMailbox

_HOURS = "".join(
    f'{day} = "00:00-23:59"\n' for day in ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
)
CONFIG = """
nation = "England"
[policy]
name = "P"
acknowledge = "2 calendar days"
respond = "5 calendar days"
[hours]
{hours}
[smtp]
sender = "commsla@oak.example"
host = "127.0.0.1"
port = {port}
security = "plain"
relay = true
{more}
[[schools]]
code = "oak"
prefix = "O"
name = "Oak"
domains = ["oak.example"]
[[schools.mailboxes]]
address = "office@oak.example"
host = "imap.example"
password_file = "x"
{days}
{alerts}
"""


class Alerting:
    """`now` is real: the days around it are all office days, open at any hour."""

    def __init__(self, folder: Path, port: int, *recipients: str, more: str = "") -> None:
        self.folder, self.home = folder, folder / "state"
        self.config = folder / "schools.toml"
        self.write(port, *recipients, more=more)
        self.box = FakeMailbox()
        self.poll(days_ago=10)

    def write(self, port: int, *recipients: str, more: str = "") -> None:
        today = datetime.now(UTC).date()
        days = "".join(
            f'[[schools.days]]\ndate = "{today + timedelta(days=n)}"\nkind = "office"\nreason = "x"\n'
            for n in range(-15, 16)
        )
        alerts = "".join(
            f'[[schools.alerts]]\nrole = "{to}"\nto = "{to}@oak.example"\n'
            + 'stages = ["safeguarding"]\n' * (to == "dsl")
            for to in recipients
        )
        text = CONFIG.format(hours=_HOURS, port=port, days=days, alerts=alerts, more=more)
        self.config.write_text(text, encoding="utf-8")

    def came(self, number: int, *, days_ago: float = 8, subject: str = "About Leo") -> None:
        moment = datetime.now(UTC) - timedelta(days=days_ago)
        for n in range(number):
            self.box.put(
                "INBOX",
                moment + timedelta(seconds=n),
                f"From: Anna <anna{n}@home.example>\r\nTo: office@oak.example\r\n"
                f"Subject: {subject} {n}\r\nMessage-ID: <{moment.timestamp()}.{n}@home.example>\r\n",
            )

    def answered(self, number: int) -> None:
        """Enquiries with a reply in Sent: an office whose replies are seen nowhere is told of nothing."""
        asked = datetime.now(UTC) - timedelta(days=9)
        for n in range(number):
            who, key = f"ben{n}@home.example", f"{n}.answered@home.example"
            self.box.put(
                "INBOX", asked,
                f"From: {who}\r\nTo: office@oak.example\r\nSubject: Lunch {n}\r\n"
                f"Message-ID: <{key}>\r\n",
            )  # fmt: skip
            uid = self.box.put(
                "Sent", asked + timedelta(hours=1),
                f"From: office@oak.example\r\nTo: {who}\r\nSubject: Re: Lunch {n}\r\n"
                f"Message-ID: <{n}@oak.example>\r\nIn-Reply-To: <{key}>\r\n",
            )  # fmt: skip
            self.box.raws["Sent", uid] += b"\r\nIt is pasta at twelve. Kind regards\r\n"

    def poll(self, *, days_ago: float = 0) -> None:
        settings = config_at(self.config, {}, self.folder, self.folder)
        ledger = open_ledger(self.home)
        now = datetime.now(UTC) - timedelta(days=days_ago)
        days = workdays_of(settings, self.home)
        connect = lambda _: FakeLine(self.box)  # noqa: E731
        job = Poll(settings, ledger, connect, days, now, lambda _: None, MailTexts())
        assert all(o.trouble is None for o in job.run(settings.schools))
        ledger.close()

    def run(self, *words: str) -> Result:
        return pipe(self.home, "alert", "--config", str(self.config), *words)

    def start(self, *before: str) -> subprocess.Popen[bytes]:
        """One run in a process of its own, to be killed; `before` is what starts it."""
        return subprocess.Popen(
            [*before, sys.executable, "-m", "commsla", "alert", "--config", str(self.config)],
            env=_environment(self.home, {}),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def patience(self) -> None:
        """The mail server has been left alone for long enough."""
        with closing(sqlite3.connect(self.home / "ledger.sqlite3")) as db, db:
            db.execute("UPDATE alert_runs SET retry_after = NULL")

    def unsent(self) -> int:
        with closing(sqlite3.connect(self.home / "ledger.sqlite3")) as db:
            [[number]] = db.execute("SELECT count(*) FROM outbox WHERE body IS NOT NULL")
        return int(number)

    def is_sound(self) -> bool:
        with closing(sqlite3.connect(self.home / "ledger.sqlite3")) as db:
            [[word]] = db.execute("PRAGMA integrity_check")
        return bool(word == "ok")


def body(mail: bytes) -> bytes:
    """The bytes of a mail of the sink without its recipient's line."""
    return mail.partition(b"\n")[2]


__all__ = ["Alerting", "SmtpSink", "body"]
