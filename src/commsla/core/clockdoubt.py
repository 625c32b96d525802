"""Whether this machine's clock can be believed, by what was seen before; it mends nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from commsla.core import words
from commsla.core.local import aware, local_date

SLACK = timedelta(minutes=5)  # two computers never agree to the second
LONGEST_PAUSE = timedelta(days=60)  # a summer without any run is about 45
SEVERAL = 3  # arrivals; one mail may have been copied into the mailbox under any date


@dataclass(frozen=True, slots=True)
class ClockDoubt:
    """Why the clock is doubted, and what to do about it: a sentence each."""

    why: str
    advice: str


def clock_doubt(
    now: datetime,
    last_run: datetime | None,
    other_runs: Iterable[datetime] = (),
    arrivals: Iterable[datetime] = (),
) -> ClockDoubt | None:
    """None where nothing speaks against `now`. All instants are aware.

    `last_run` is the last run of who asks: only its age shows a clock that was set forward, for a poll
    may have come between under the same wrong clock. `other_runs` are those of other commands;
    `arrivals` when mail came to an inbox by its server's clock: several must lie ahead.
    """
    today = local_date(now)
    latest = max((r for r in (last_run, *other_runs) if r is not None), default=None)
    if latest is not None and aware(latest) > now + SLACK:
        return _behind(now, f"the last run was {words.moment(latest, today, relative=False)}")
    ahead = sorted((a for a in arrivals if aware(a) > now + SLACK), reverse=True)
    if len(ahead) >= SEVERAL:
        return _behind(now, f"mail came {words.moment(ahead[0], today, relative=False)}")
    if last_run is not None and now - last_run > LONGEST_PAUSE:
        days = (now - last_run).days
        return ClockDoubt(
            f"This computer's clock may be wrong: it says {words.full_moment(now)}, which is "
            f"{days} days after the last run.",
            "If it is wrong, set it. If it is right, and nothing ran for so long: "
            "commsla alert --clock-is-right",
        )
    return None


def _behind(now: datetime, seen: str) -> ClockDoubt:
    return ClockDoubt(
        f"This computer's clock may be wrong: it says {words.full_moment(now)}, but {seen}.",
        "If it is wrong, set it, and let a time server keep it. If it is right: "
        "commsla alert --clock-is-right",
    )
