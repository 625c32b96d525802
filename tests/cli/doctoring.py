"""An office with one mailbox and a config of its own, for the tests of doctor."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.cli.terminal import Result, pipe, terminal
from tests.edges.dovecot import PASSWORD

TERMS = """
[years."{name}"]
terms = [["{first}", "{last}"]]
"""
CONFIG = """\
nation = "England"
[policy]
name = "Policy"
acknowledge = "2 working days"
respond = "5 working days"
[hours]
mon = "00:00-23:59"
{years}
{schools}
"""
SCHOOL = """
[[schools]]
code = "{code}"
prefix = "{prefix}"
name = "{name}"
domains = ["school.test"]
[[schools.mailboxes]]
address = "{user}@school.test"
host = "{host}"
port = {port}
username = "{user}"
{password}
{security}
{more}
"""


def year_until(last: date) -> str:
    """Term dates of one made-up school year that ends on this day, or is not listed further."""
    first = date(last.year if last.month > 8 else last.year - 1, 9, 1)
    name = f"{first.year}-{(first.year + 1) % 100:02}"
    return TERMS.format(name=name, first=first.isoformat(), last=last.isoformat())


@dataclass
class Bench:
    """A state folder, a password file and a config that a test changes as it likes."""

    folder: Path
    user: str
    host: str = "localhost"
    port: int = 1
    ca: str = ""
    code: str = "oak"
    name: str = "Oak"
    more: str = ""
    years: str = field(default_factory=lambda: full_year(datetime.now(UTC).date()))
    password: str = PASSWORD
    extra: str = ""  # further schools
    checks: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.home = self.folder / "state"

    def write(self) -> str:
        secret = self.folder / "secret"
        secret.write_text(self.password, "utf-8")
        secret.chmod(0o600)
        security = f'ca_file = "{self.ca}"' if self.ca else 'security = "plain"'
        school = SCHOOL.format(
            code=self.code, prefix=self.code[0].upper(), name=self.name, user=self.user,
            host=self.host, port=self.port, password='password_file = "secret"',
            security=security, more=self.more,
        )  # fmt: skip
        path = self.folder / "schools.toml"
        path.write_text(CONFIG.format(years=self.years, schools=school + self.extra), "utf-8")
        return str(path)

    def run(self, *words: str, **extra: str) -> Result:
        return pipe(self.home, *words, "--config", self.write(), cwd=self.folder, **extra)

    def shown(self, columns: int, *words: str) -> Result:
        self.home.mkdir(exist_ok=True, mode=0o700)
        return terminal(self.home, columns, *words, "--config", self.write())

    def doctor(self, *words: str, **extra: str) -> Result:
        """Run it with --json; `check` then finds what it said."""
        result = self.run("doctor", "--json", *words, **extra)
        data = json.loads(result.out)["data"]
        assert data["exit_code"] == result.code
        self.checks = data["checks"]
        return result

    def check(self, name: str, place: str = "") -> dict[str, Any]:
        [found] = [
            c for c in self.checks if c["name"] == name and (not place or place in c["place"])
        ]
        return found

    def state(self, *names: str) -> list[str]:
        return [str(self.check(name)["result"]) for name in names]

    def problems(self) -> list[str]:
        return [c["name"] for c in self.checks if c["result"] == "problem"]


def full_year(today: date) -> str:
    """Dates that are known for far more than 60 days, whatever the day."""
    begins = today.year if today.month > 8 else today.year - 1
    years = ""
    for first in (begins, begins + 1):
        years += TERMS.format(
            name=f"{first}-{(first + 1) % 100:02}",
            first=f"{first}-09-01",
            last=f"{first + 1}-07-20",
        )
    return years


def in_days(count: int) -> date:
    return datetime.now(UTC).date() + timedelta(days=count)


def raw(
    name: str, sender: str = "p@home.example", to: str = "office@school.test", re: str = ""
) -> bytes:
    answers = f"In-Reply-To: <{re}@x>\r\n" if re else ""
    return (
        f"From: {sender}\r\nTo: {to}\r\nSubject: {name}\r\nMessage-ID: <{name}@x>\r\n{answers}\r\nHi\r\n"
    ).encode()


def polled(bench: Bench) -> None:
    result = bench.run("poll")
    assert result.code == 0, result.err
