"""Plays the made-up half-term: fills the embedded server and polls it as an office would have."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from commsla import wiring
from commsla.core.model import (
    Mark,
    Role,
)
from commsla.demo import DAY_ONE, DEMO_NOW, write_config
from commsla.demo.mail import demo_marks, demo_messages
from commsla.errors import CommslaError
from commsla.jobs.poll import Poll
from commsla.jobs.ports import LedgerReader

_OWN_FILES = (
    "ledger.sqlite3",
    "ledger.sqlite3-journal",
    "ledger.key",
    "poll.lock",
    "schools.toml",
    "demo.password",
    "error.log",
)


def begin_again(folder: Path) -> None:
    """Make the demo's folder, and forget what an earlier demo left in it; nothing else is touched."""
    try:
        # `parents` alone would make the state folder above with the modes of the system.
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        for name in _OWN_FILES:
            (folder / name).unlink(missing_ok=True)
    except OSError as error:
        raise CommslaError(
            f"The folder {folder} cannot be used: {error.strerror}.",
            "Set COMMSLA_HOME to a folder that you may write to.",
        ) from error


def play(folder: Path, say: Callable[[str], None]) -> None:
    """Poll the mailboxes on day one, while still empty, and at the demo's now, with the real poller.

    `folder` gets the config, the ledger and its key. Raises CommslaError where pymap is missing.
    """
    from commsla.demo.server import DemoServer, fill

    begin_again(folder)
    with DemoServer() as server:
        config = wiring.config_at(
            write_config(folder, server.port, server.password), {}, folder, folder
        )
        workdays = wiring.workdays_of(config, folder)
        ledger = wiring.ledger_at(folder)
        try:
            with wiring.poll_lock(folder):

                def poll(now: datetime) -> None:
                    job = Poll(
                        config, ledger, wiring.connect, workdays, now, _silent, wiring.MailTexts()
                    )
                    for outcome in job.run(config.schools):
                        if outcome.trouble:
                            raise outcome.trouble

                poll(DAY_ONE)
                number = fill(server, DEMO_NOW)
                inbox = sum(m.folder is Role.INBOX for m in demo_messages())
                say(
                    f"Filled two mailboxes with {inbox} made-up messages and {number - inbox} sent "
                    "ones, and polled them over IMAP."
                )
                poll(DEMO_NOW - timedelta(minutes=5))
                with ledger.transaction():
                    ledger.add_marks(_marks(ledger))
                poll(DEMO_NOW - timedelta(minutes=5))
        finally:
            ledger.close()


def poll_again(folder: Path, command: Callable[[], int]) -> int:
    """Run a command while the demo's mailboxes are there to be read; returns its exit code."""
    from commsla.demo.server import DemoServer, fill

    with DemoServer() as server:
        fill(server, DEMO_NOW)
        write_config(folder, server.port, server.password)
        return command()


def _silent(_: str) -> None:
    """Nobody watches."""


def _marks(ledger: LedgerReader) -> list[Mark]:
    """What the made-up office recorded, on the messages that it recorded it on."""
    opened = {(m.school, m.received): m.id for m in ledger.messages() if m.role is Role.INBOX}
    return [
        Mark(opened[m.school, m.opened], m.word, m.at, m.recorded, "the demo", m.note)
        for m in demo_marks()
    ]
