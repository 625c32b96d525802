"""What `doctor` found, one line per check; no text in it names a person, a secret or a path of theirs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

# No clock that runs this program can be right and show an earlier day; moved on with every release.
RELEASED = date(2026, 11, 24)
CONFIG_CODE, LOGIN_CODE, FAILED_CODE = 10, 12, 1  # DESIGN section 6


class Health(StrEnum):
    """How one check ended. `skipped`: what it needs failed before it, or does not exist yet."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Check:
    """One check: its result as a sentence, and what mends it where something is wrong.

    `place` is the school's code and the domain of its mailbox, empty for this computer. `code` is
    what doctor exits with where only problems of this kind were found.
    """

    name: str
    state: Health
    sentence: str
    fix: str = ""
    place: str = ""
    code: int = FAILED_CODE


def ok(name: str, said: str) -> Check:
    """Nothing to mend."""
    return Check(name, Health.OK, said)


def warning(name: str, said: str, fix: str = "") -> Check:
    """It works, and somebody should look at it."""
    return Check(name, Health.WARNING, said, fix)


def problem(name: str, said: str, fix: str, code: int = FAILED_CODE) -> Check:
    """It does not work, or what it gives cannot be trusted."""
    return Check(name, Health.PROBLEM, said, fix, code=code)


def skipped(name: str, said: str) -> Check:
    """It could not be tried, and why."""
    return Check(name, Health.SKIPPED, said)


def sentence(public: str) -> str:
    """The same with a capital letter in front."""
    return public[:1].upper() + public[1:]


def many(count: int, one: str, several: str = "") -> str:
    """`1 mail`, `1,204 mails`, `0 enquiries`."""
    return f"{count:,} {one if count == 1 else several or one + 's'}"


def exit_code(checks: Sequence[Check]) -> int:
    """0 without a problem; 10 for a config that cannot be read; 12 for refused logins alone; else 1."""
    codes = {c.code for c in checks if c.state is Health.PROBLEM}
    if not codes:
        return 0
    if CONFIG_CODE in codes:
        return CONFIG_CODE
    return codes.pop() if len(codes) == 1 else FAILED_CODE


def summary(checks: Sequence[Check]) -> str:
    """`1 problem, 2 warnings, 12 ok, 3 skipped`; `no problem` where there is none."""
    counts = {h: sum(c.state is h for c in checks) for h in Health}
    said = [many(counts[h], h.value) for h in (Health.PROBLEM, Health.WARNING) if counts[h]]
    if not counts[Health.PROBLEM]:
        said.insert(0, "no problem")
    said += [f"{counts[h]} {h.value}" for h in (Health.OK, Health.SKIPPED) if counts[h]]
    return ", ".join(said)


@dataclass(frozen=True, slots=True)
class Zone:
    """Time zone data for Europe/London: whether there is any, and whether a known summer is in it."""

    present: bool
    right: bool


def check_zone(zone: Zone) -> Check:
    """British Summer Time began at 01:00 UTC on 29 March 2026: noon UTC on 1 July is 13:00."""
    name = "time zone"
    fix = "Install the package tzdata: pip install tzdata, or your system's own."
    if not zone.present:
        said = "There is no time zone data for Europe/London: no deadline can be told."
        return problem(name, said, fix)
    if not zone.right:
        said = "The time zone data for Europe/London knows no summer time: hours are wrong."
        return problem(name, said, fix)
    return ok(name, "Europe/London is known, and so is its summer time.")
