"""A real `commsla poll` in a forked child that notes each step before it does it, and dies where told.

A step is a command on the wire, its answer, or an SQL statement; of like ones between two BEGINs the
first ALIKE count. The note outlives the kill.
"""

from __future__ import annotations

import multiprocessing
import os
import re
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from typing import Any

# From a server that has imported all: a fork costs some milliseconds, a new Python half a second.
_AHEAD = ["tests.cli.killing", "commsla.cli.app", "commsla.wiring", "commsla.jobs.poll"]
_AHEAD += [
    "commsla.edges.imap",
    "commsla.edges.ledger",
    "commsla.edges.config",
    "commsla.edges.login",
]
_AHEAD += ["commsla.edges.mailtext", "commsla.edges.at_once", "holidays"]

ALIKE = 2


def forks() -> ForkServerContext:
    """What starts the children."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_AHEAD)
    return context


@dataclass
class Polling:
    """One child. `die_at` is the number of the step before which it kills itself; 0 is never."""

    home: Path
    config: Path
    die_at: int = 0
    mutant: bool = False

    def start(self) -> Polling:
        """Begin; returns at once."""
        self.notes = self.home.with_name(f"{self.home.name}.steps")
        self.notes.write_bytes(b"")
        words = (str(self.home), str(self.config), str(self.notes), self.die_at, self.mutant)
        self._process: ForkServerProcess = forks().Process(target=_poll, args=words, daemon=True)
        self._process.start()
        return self

    def wait_for_a_step(self) -> None:
        """Until it has begun."""
        while not self.steps() and self._process.is_alive():
            time.sleep(0.0005)

    def kill(self) -> None:
        """SIGKILL, if it still runs."""
        self._process.kill()

    def ended(self) -> int:
        """Its exit code, negative for a signal."""
        self._process.join(120)
        code = self._process.exitcode
        assert code is not None, f"it hangs after {self.steps()[-3:]}"
        self._process.close()
        return code

    def steps(self) -> list[str]:
        """What it did, each step noted before it was done."""
        return self.notes.read_text("utf-8").splitlines()

    def said(self) -> str:
        """What it wrote to stderr."""
        return self.notes.with_suffix(".err").read_text("utf-8")


def _poll(home: str, config: str, notes: str, die_at: int, mutant: bool) -> None:
    """In the child."""
    log = os.open(notes, os.O_WRONLY | os.O_APPEND)
    err = os.open(
        f"{notes.removesuffix('.steps')}.err", os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600
    )
    os.dup2(err, 2)
    sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 - for this process
    done = 0
    alike: Counter[str] = Counter()

    def step(what: str) -> None:
        nonlocal done
        if what == "SQL BEGIN":
            alike.clear()
        alike[what] += 1
        if alike[what] > ALIKE:
            return
        os.write(log, f"{what}\n".encode())
        done += 1
        if done == die_at:
            os.kill(os.getpid(), signal.SIGKILL)

    _note_wire(step)
    _note_sql(step)
    if mutant:
        _move_cursors_first()
    os.environ["COMMSLA_HOME"] = home
    from commsla.cli.app import main

    step("begin")
    main(["poll", "--config", config])


def _note_wire(step: Callable[[str], None]) -> None:
    from commsla.edges.imap.wire import Wire

    send, complete = Wire._command, Wire._command_complete  # type: ignore[attr-defined]

    def command(self: Wire, name: str, *args: Any) -> bytes:
        words = " ".join(str(a) for a in args)
        kind = next((k for k in ("HEADER", "BODY", "FLAGS") if name == "UID" and k in words), "")
        what = f"{name} {str(args[0]).strip()} {kind}".strip() if name == "UID" else name
        step(f"send {what}")
        tag: bytes = send(self, name, *args)
        return tag

    def completed(self: Wire, name: str, tag: bytes) -> Any:
        answer = complete(self, name, tag)
        step(f"answered {name}")
        return answer

    Wire._command = command  # type: ignore[method-assign]
    Wire._command_complete = completed  # type: ignore[attr-defined]


def _note_sql(step: Callable[[str], None]) -> None:
    import sqlite3

    connect = sqlite3.connect

    def statement(sql: str) -> None:
        found = re.match(
            r"(?:INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM|CREATE TABLE) (\w+)|\w+", sql
        )
        step(f"SQL {found[0] if found else '?'}")

    def noted(*args: Any, **more: Any) -> sqlite3.Connection:
        db: sqlite3.Connection = connect(*args, **more)
        db.set_trace_callback(statement)
        return db

    sqlite3.connect = noted  # type: ignore[assignment]


def _move_cursors_first() -> None:
    """The mistake that the kills must find: a cursor committed before the rows that it covers."""
    from commsla.edges.ledger.store import Ledger

    add = Ledger.add

    def cursor_first(self: Ledger, messages: Any, stored: Any) -> int:
        kept = list(messages)
        if kept:
            m = kept[-1]
            known = self.cursor(m.school, m.mailbox, m.folder)
            old_below = known[2] if known else 0
            self.set_cursor(m.school, m.mailbox, m.folder, m.uidvalidity, m.uid + 1, old_below)
            self._db.execute("COMMIT")
            self._db.execute("BEGIN IMMEDIATE")
        return add(self, kept, stored)

    Ledger.add = cursor_first  # type: ignore[method-assign, assignment]
