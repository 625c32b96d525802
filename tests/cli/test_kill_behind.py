"""kill -9 at every step and at 500 moments of polls, while the mailbox is changed behind their back.

Never lost: what was once kept, and what still lies on the server after a poll that ended well. Never
double: a case, or a letter that is not tracked, for each mail. No clock is begun again.
"""

from __future__ import annotations

import random
import re
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from commsla.core.cases import Folded
from commsla.edges.ledger import open_ledger
from commsla.jobs.cases import fold_all
from commsla.wiring import config_at
from tests.cli.killing import Polling
from tests.edges.dovecot import PASSWORD, Dovecot
from tests.edges.readonly import PLANTED

NUMBERS = count(1)
CONFIG = """
nation = "England"
[policy]
name = "Policy"
acknowledge = "2 working days"
respond = "5 working days"
[hours]
mon = "00:00-23:59"
[[schools]]
code = "oak"
prefix = "O"
name = "Oak"
domains = ["school.test"]
[[schools.mailboxes]]
address = "office@school.test"
host = "127.0.0.1"
security = "plain"
port = {port}
username = "{user}"
password_file = "good"
folders = {{ "Phoned" = "called" }}
"""
FOLDERS = ("INBOX", "Phoned", "Sent Items")


class World:
    """One mailbox with all that happens to it, and what must be known of it in the end.

    A mail is named by its subject: `p0003` an enquiry, `n0003` a newsletter, `r0003` our reply to
    p0003; no name is a part of another, for a search finds parts.
    """

    def __init__(self, dovecot: Dovecot, folder: Path, seed: int) -> None:
        self.dovecot, self.chance = dovecot, random.Random(seed)
        self.user = f"behind{next(NUMBERS)}"
        self.home, self.config = folder / "state", folder / "schools.toml"
        self.home.mkdir()
        (folder / "good").write_text(PASSWORD, "utf-8")
        (folder / "good").chmod(0o600)
        self.config.write_text(CONFIG.format(port=dovecot.port, user=self.user), "utf-8")
        self.start = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=3)
        self.seconds, self.validity = count(1), count(2_000_000_000)
        self.earliest: dict[str, datetime] = {}
        self.numbers: dict[str, int] = {}
        self.kept: set[str] = set()
        self.made: Counter[str] = Counter()
        self.doveadm("mailbox", "create", "Phoned")

    # --- what happens behind a poll's back ----------------------------------------------------

    def doveadm(self, *words: str, stdin: bytes = b"") -> bytes:
        return self.dovecot.doveadm(self.user, *words, stdin=stdin)

    def raw(self, name: str) -> bytes:
        """The same mail whenever it is asked for: a restored one is no other mail."""
        number = name[1:]
        ours, parent = "Oak <office@school.test>", f"P{number} {PLANTED} <p{number}@home.example>"
        sender, to = (ours, parent) if name[0] == "r" else (parent, ours)
        more = {
            "p": "",
            "n": "List-Id: <offers.example>\n",
            "r": f"In-Reply-To: <p{number}.{PLANTED}@x>\n",
        }[name[0]]
        text = (
            f"From: {sender}\nTo: {to}\nSubject: {name}\nMessage-ID: <{name}.{PLANTED}@x>\n"
            f"Date: {format_datetime(self.start)}\n{more}\nThe coach leaves at 8.45 with {PLANTED}.\n"
        )
        return text.replace("\n", "\r\n").encode()

    def put(self, folder: str, *names: str) -> None:
        """Deliver (or restore) mails, each a second later than the last."""
        for name in names:
            at = self.start + timedelta(seconds=next(self.seconds))
            self.earliest.setdefault(name, at)
            self.dovecot.append(self.user, folder, [self.raw(name)], at)

    def deliver(self) -> None:
        """One to three parents write, and sometimes a shop."""
        for _ in range(self.chance.randint(1, 3)):
            number = self.made["p"] = self.made["p"] + 1
            self.put("INBOX", f"p{number:04}")
        if self.chance.random() < 0.3:
            number = self.made["n"] = self.made["n"] + 1
            self.put("INBOX", f"n{number:04}")

    def reply(self) -> None:
        """The office answers one of them, once."""
        number = self.chance.randint(1, self.made["p"])
        if f"r{number:04}" not in self.earliest:
            self.put("Sent Items", f"r{number:04}")

    def change(self) -> str:
        """One of the things that happen to mailboxes; returns which."""
        what = self.chance.choice(CHANGES)
        what(self)
        return what.__name__.strip("_")

    def _somewhere(self) -> str:
        return self.chance.choice(FOLDERS)

    def _known(self, folder: str) -> str:
        """A mail that was read in this folder, and may be there still."""
        rows = self.sql("SELECT DISTINCT subject FROM messages WHERE folder = ?", folder)
        return str(self.chance.choice([s for (s,) in rows] or ["none"]))

    def _validity(self) -> None:
        folder = self._somewhere()
        self.doveadm("mailbox", "update", "--uid-validity", str(next(self.validity)), folder)

    def _gap(self) -> None:
        highest = max([u for (u,) in self.sql("SELECT uid FROM messages")] or [1])
        least = str(highest + self.chance.choice((7, 700)))
        self.doveadm("mailbox", "update", "--min-next-uid", least, self._somewhere())

    def _move(self) -> None:
        there, here = self.chance.sample(("INBOX", "Phoned"), 2)
        self.doveadm("move", there, "mailbox", here, "subject", self._known(here))

    def _copy(self) -> None:
        here = self.chance.choice(("INBOX", "Phoned"))
        self.doveadm("copy", "Phoned", "mailbox", here, "subject", self._known(here))

    def _expunge(self) -> None:
        folder = self._somewhere()
        self.doveadm("expunge", "mailbox", folder, "subject", self._known(folder))

    def _restore(self) -> None:
        """As a migration does: gone, and back with a later arrival."""
        name = self._known("INBOX")
        if name[0] == "p":
            self.doveadm("expunge", "mailbox", "INBOX", "subject", name)
            self.put("INBOX", name)

    def _sent_anew(self) -> None:
        names = self.on_server("Sent Items")
        known = {s for (s,) in self.sql("SELECT subject FROM messages WHERE role = 'sent'")}
        self.doveadm("mailbox", "delete", "Sent Items")  # whoever looks there next makes it anew
        for name in names:
            if name not in known:
                del self.earliest[name]
        self.put("Sent Items", *names)

    def _flag(self) -> None:
        word = self.chance.choice((["\\Seen"], ["\\Flagged", "UID"], ["\\Answered"]))
        self.doveadm(
            "flags", "add", " ".join(word), "mailbox", "INBOX", "subject", self._known("INBOX")
        )

    # --- what is known ------------------------------------------------------------------------

    def on_server(self, *folders: str) -> list[str]:
        """The names of the mails that lie in these folders."""
        found = []
        with self.dovecot.client(self.user) as client:
            for folder in folders:
                _, (number, *_) = client.select(f'"{folder}"', readonly=True)
                if not int(number or 0):
                    continue
                _, data = client.fetch("1:*", "(BODY.PEEK[HEADER.FIELDS (SUBJECT)])")
                found += [
                    s
                    for x in data
                    if isinstance(x, tuple)
                    for s in re.findall(r": (\w+)", x[1].decode())
                ]
        return list(dict.fromkeys(found))

    def sql(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Of a ledger that may be in the making."""
        file = self.home / "ledger.sqlite3"
        if not file.exists():
            return []
        # Who opens it to write takes back what a kill left half done, as the next poll does.
        with closing(sqlite3.connect(file, timeout=30)) as db:
            if not db.execute("SELECT 1 FROM sqlite_schema WHERE name = 'vanished'").fetchone():
                return []
            return db.execute(statement, values).fetchall()

    def sound(self) -> None:
        """After a kill: nothing that was kept is lost, no reference is another's, none is given twice."""
        kept = {s for (s,) in self.sql("SELECT subject FROM messages")}
        assert kept >= self.kept, f"lost: {self.kept - kept}"
        self.kept = kept
        given = self.sql(
            "SELECT number, subject FROM case_references r JOIN messages m ON m.id = r.message_id"
        )
        twice = [s for s, n in Counter(s for _, s in given).items() if n > 1]
        assert not twice, f"two references: {twice}"
        numbers = {subject: int(number) for number, subject in given}
        assert numbers.items() >= self.numbers.items(), "a reference changed"
        self.numbers = numbers

    def lost_or_wrong(self) -> list[str]:
        """After a poll that ended well: all that is not as it should be."""
        assert self.sql("PRAGMA integrity_check") == [("ok",)]
        assert self.sql("PRAGMA foreign_key_check") == []
        owed = set(self.on_server(*FOLDERS)) | self.kept
        with closing(open_ledger(self.home)) as ledger:
            folded = fold_all(config_at(self.config, {}, self.home, self.home), ledger)
        found = _names(folded)
        wrong = [f"{n} lost" for n in sorted(owed - found.keys())]
        wrong += [f"{n} {k} times" for n, k in found.items() if k > 1]
        wrong += [
            f"{c.opener.subject} began again"
            for c in folded.cases
            if c.received != self.earliest[c.opener.subject or ""]
        ]
        wrong += [f"{c.opener.subject} without reference" for c in folded.cases if not c.reference]
        return wrong

    def polling(self, die_at: int = 0, *, mutant: bool = False) -> Polling:
        return Polling(self.home, self.config, die_at, mutant).start()

    def whole(self) -> None:
        """A poll that nobody disturbs: after it all is as if nothing had ever happened.

        A folder that was renumbered again and again is left alone once, until its numbers stay.
        """
        poll = self.polling()
        if (code := poll.ended()) and "UIDVALIDITY" in poll.said():
            poll = self.polling()
            code = poll.ended()
        assert code == 0, poll.said()
        self.sound()
        assert self.lost_or_wrong() == []


CHANGES: tuple[Callable[[World], None], ...] = (
    World._validity,
    World._gap,
    World._move,
    World._copy,
    World._expunge,
    World._restore,
    World._sent_anew,
    World._flag,
)


def _names(folded: Folded) -> Counter[str]:
    """How often each mail is a case of its own, one that is not tracked, or one of our answers."""
    letters = [c.opener for c in folded.cases] + [n.message for n in folded.not_tracked]
    letters += [a.message for c in folded.cases for a in c.answers]
    return Counter(m.subject or "?" for m in letters)


@pytest.fixture
def world(dovecot: Dovecot, tmp_path: Path) -> World:
    return World(dovecot, tmp_path, 5)


def stage(steps: list[str]) -> str:
    """In what part of a poll the last step lies."""
    before = " ".join(steps)
    last = steps[-1] if steps else "nothing"
    if last.startswith(("send", "answered")):
        word = last.split(" ", 1)[1]
        return f"on the line: {word}" if last.startswith("send") else "after an answer"
    if "send" not in before:
        return "opening the ledger"
    for table, name in (
        ("case_references", "numbering"),
        ("text_facts", "texts"),
        ("mailbox_reads", "the end"),
        ("messages", "rows"),
        ("cursors", "cursor"),
    ):
        if last.endswith(table):
            return name
    return last


def test_a_kill_at_some_steps(world: World) -> None:
    world.deliver()
    world.deliver()
    world.reply()
    stages = []
    for number in (14, 30, 35, 50, 44, 60, 70, 25, 80):
        poll = world.polling(die_at=number)
        if poll.ended() == -signal.SIGKILL:
            stages.append(stage(poll.steps()))
        world.sound()
        world.change()
        world.deliver()
    world.whole()
    assert len(stages) >= 6, stages
    assert len(set(stages)) >= 4, stages


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_kill_at_every_step(dovecot: Dovecot, tmp_path: Path, seed: int) -> None:
    world = World(dovecot, tmp_path, seed)
    killed: Counter[str] = Counter()
    changed: Counter[str | None] = Counter()
    number = ended = 0
    while ended < 5:  # there is no such step any more
        number += 1 if not ended else 0
        # Where a poll ended before its step, there is more to do for the next one.
        for what, chance in ((world.deliver, 0.3), (world.reply, 0.15), (world.change, 0.5)):
            if ended or world.chance.random() < chance:
                said = what()
                changed[said] += said is not None
        poll = world.polling(die_at=number)
        if poll.ended() == -signal.SIGKILL:
            ended = 0
            killed[stage(poll.steps())] += 1
        else:
            ended += 1
        world.sound()
    world.whole()
    print(f"{killed.total()} kills: {dict(killed)}; {dict(changed)}")  # noqa: T201 - shown by pytest -s
    assert len(+changed) == len(CHANGES)
    assert killed["rows"] >= 2
    assert killed["cursor"] >= 1
    assert killed["SQL COMMIT"] >= 2
    assert killed["numbering"] >= 1


@pytest.mark.slow
def test_500_kills_at_random_moments(dovecot: Dovecot, tmp_path: Path) -> None:
    killed: Counter[str] = Counter()
    changed: Counter[str | None] = Counter()
    for seed in range(5):  # each in a mailbox of its own, which stays small
        (tmp_path / str(seed)).mkdir()
        world = World(dovecot, tmp_path / str(seed), seed)
        _kill_at_random(world, killed, changed, 100 * (seed + 1))
    print(f"{killed.total()} kills: {dict(killed)}; {dict(changed)}")  # noqa: T201 - shown by pytest -s
    assert len(changed) == len(CHANGES)
    assert len(killed) >= 10
    on_line = sum(n for where, n in killed.items() if where.startswith("on the line"))
    assert on_line >= 50, "while it waits for the server"
    assert killed.total() - on_line >= 50, "and while it writes"


def _kill_at_random(
    world: World, killed: Counter[str], changed: Counter[str | None], until: int
) -> None:
    took = 0.2  # how long a poll lasts here; only to spread the kills over all of it
    for turn in range(1000):
        if killed.total() >= until:
            break
        world.deliver()
        world.reply()
        meanwhile = turn % 2 == 0
        if not meanwhile:
            changed[world.change()] += 1
        poll = world.polling()
        poll.wait_for_a_step()
        began = time.monotonic()
        wait = world.chance.uniform(0, 1.1 * took)
        if meanwhile:  # in the middle of it
            time.sleep(wait * world.chance.random())
            changed[world.change()] += 1
        time.sleep(max(0.0, began + wait - time.monotonic()))
        poll.kill()
        code = poll.ended()
        if code == -signal.SIGKILL:
            killed[stage(poll.steps())] += 1
        else:
            assert code in (0, 1, 3), poll.said()  # a folder may have gone under it
            took = 0.7 * took + 0.3 * wait
        world.sound()
        if turn % 40 == 0:
            began = time.monotonic()
            world.whole()
            took = time.monotonic() - began
    else:
        pytest.fail("too few kills land in a poll")
    world.whole()


@pytest.mark.slow
def test_the_kills_would_find_a_cursor_that_is_committed_before_its_rows(world: World) -> None:
    wrong: list[str] = []
    for number in range(1, 200):
        world.deliver()
        poll = world.polling(die_at=number, mutant=True)
        if poll.ended() != -signal.SIGKILL:
            break
    assert world.polling(mutant=True).ended() == 0
    world.sound()
    wrong = world.lost_or_wrong()
    assert [w for w in wrong if w.endswith("lost")], "a kill between the two loses mail"
