"""Mailboxes side by side: never more than the bound, each with its own failure, and none holds up all."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from commsla.core.model import Role
from commsla.core.school import Config, Mailbox
from commsla.edges.at_once import at_once
from commsla.edges.imap.line import open_line
from commsla.edges.ledger import open_ledger
from commsla.jobs.poll import Poll
from commsla.jobs.ports import MailLine
from commsla.wiring import MailTexts
from tests.edges.fakeimap import PASSWORD, FakeImap
from tests.jobs.test_poll import CONFIG, DAYS, NOW

MANY, HANGING = 100, (3, 50, 99)


def test_so_many_at_a_time_and_no_more() -> None:
    together = threading.Barrier(4)  # breaks unless four really run at once
    lock = threading.Lock()
    running: list[int] = [0]
    most: list[int] = [0]

    def piece() -> None:
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        together.wait(20)
        with lock:
            running[0] -= 1

    at_once([piece] * 12, 4)
    assert most == [4]


@pytest.mark.parametrize("error", [ValueError("a bug"), KeyboardInterrupt()])
def test_the_first_error_is_raised_where_it_is_waited_for(error: BaseException) -> None:
    forever = threading.Event()

    def fail() -> None:
        raise error

    with pytest.raises(type(error)):
        at_once([forever.wait, fail, forever.wait], 3)  # type: ignore[list-item]
    forever.set()


def test_one_piece_runs_in_the_thread_that_asked() -> None:
    seen: list[threading.Thread] = []
    at_once([lambda: seen.append(threading.current_thread())], 5)
    assert seen == [threading.current_thread()]


def test_a_hundred_mailboxes_of_which_three_hang(tmp_path: Path) -> None:
    with FakeImap() as honest, socket.create_server(("127.0.0.1", 0)) as mute:
        mailboxes = tuple(
            replace(
                honest.mailbox(),
                address=f"m{n}@oak.example",
                port=mute.getsockname()[1] if n in HANGING else honest.port,
            )
            for n in range(MANY)
        )
        school = replace(CONFIG.schools[0], mailboxes=mailboxes)
        config = Config("schools.toml", (school,), read_text=False)

        def connect(mailbox: Mailbox) -> MailLine:
            hangs = mailbox.port != honest.port
            return open_line(mailbox, PASSWORD, budget_seconds=1 if hangs else 600)

        with closing(open_ledger(tmp_path / "state")) as ledger:
            job = Poll(config, ledger, connect, DAYS, NOW, _quiet, MailTexts(), at_once)
            outcomes = job.run(config.schools)
            kept = ledger.messages()
            good = {r.mailbox for r in ledger.reads() if r.last_good}
    assert [o.mailbox.address for o in outcomes] == [m.address for m in mailboxes], "in their order"
    failed = [o for o in outcomes if o.trouble]
    assert [o.mailbox.address for o in failed] == [f"m{n}@oak.example" for n in HANGING]
    assert all("was given up" in o.trouble.message for o in failed if o.trouble)
    assert len(good) == MANY - len(HANGING)
    inbox = [m for m in kept if m.role is Role.INBOX]
    assert len(inbox) == 3 * (MANY - len(HANGING)), "each mailbox's mail, once"


def _quiet(_: str) -> None:
    """Nobody watches."""


def test_threads_share_a_ledger_without_mixing_their_transactions(tmp_path: Path) -> None:
    with closing(open_ledger(tmp_path / "state")) as ledger:

        def fail_half_way(n: int) -> None:
            with ledger.transaction():
                ledger.set_cursor("oak", f"m{n}", "INBOX", 99, 99)
                _ = 1 // 0

        def write(n: int) -> None:
            for turn in range(20):
                with ledger.transaction():
                    ledger.set_cursor("oak", f"m{n}", "INBOX", turn, turn)
                    ledger.set_cursor("oak", f"m{n}", "Sent", turn, turn)
                pairs = [ledger.cursor("oak", f"m{n}", f) for f in ("INBOX", "Sent")]
                assert pairs == [(turn, turn, 0)] * 2
                if turn == 7:
                    with pytest.raises(ZeroDivisionError):
                        fail_half_way(n)

        work: list[Callable[[], None]] = [partial(write, n) for n in range(8)]
        at_once(work, 8)
        assert ledger.cursor("oak", "m3", "INBOX") == (19, 19, 0)
