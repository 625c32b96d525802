"""The sign of life around a run of `poll` or `alert`: it never fails one, whatever becomes of it."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import typer

from commsla.errors import LockedError

if TYPE_CHECKING:
    from commsla.core.school import Config


@contextlib.contextmanager
def beating(settings: Config, *, dry_run: bool = False) -> Iterator[None]:
    """Ping `[heartbeat]` at the start, and at the end whether it went well; a dry run pings nobody.

    A run that finds another one at work leaves the end to that one; a run that is stopped or killed
    says nothing more, and the service misses it.
    """
    from commsla import wiring

    beat = None if dry_run else wiring.heartbeat(settings)
    if beat is None:
        yield
        return
    beat.start()
    try:
        yield
    except LockedError:
        beat.leave()
        raise
    except typer.Exit as ended:
        _tell(beat.end(well=ended.exit_code == 0))
        raise
    except Exception:
        _tell(beat.end(well=False))
        raise
    _tell(beat.end(well=True))


def _tell(why: str) -> None:
    if why and sys.stderr.isatty():  # with cron, the service is who notices
        sys.stderr.write(f"The heartbeat was not heard: {why}.\n")
