"""Mailboxes side by side: never more than the bound, each with its own failure, and none holds up all."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from commsla.edges.at_once import at_once
from commsla.edges.ledger import open_ledger


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
