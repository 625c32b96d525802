"""A page that was kept, its numbers as one line of text; what changed since, in words. No file, no clock."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from commsla.core.definitions import FIGURES
from commsla.core.local import LONDON
from commsla.core.summary import Summary
from commsla.core.words import month_name

_SHOWN = 12  # letters of a hash that people compare
# What is said to have changed; the rest follows from these, and is counted.
_MAIN = (
    *("received.total", "received.set_aside", "acknowledged.due", "acknowledged.met"),
    *("acknowledged.missed", "responded.due", "responded.met", "responded.missed"),
    *("responded.for_parent", "responded.cannot_say", "open.total", "open.overdue"),
)


@dataclass(frozen=True, slots=True)
class Kept:
    """The numbers of a page as they were at `at` (UTC), for the schools of these codes.

    `calendar` and `promises` are keys: another one tells that what was judged by changed. `said` is what
    had changed from the page that was kept before.
    """

    schools: tuple[str, ...]
    first: date
    last: date
    at: datetime
    version: str
    calendar: str
    promises: str
    numbers: str
    hash: str
    said: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether the numbers are those that the hash was made of."""
        return self.hash == key_of(self.numbers)


def key_of(text: str) -> str:
    """The SHA-256 of a text, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def numbers_of(summary: Summary) -> str:
    """Every number of a page but those of the year before, always in the same words."""
    frame = summary.frame
    told = {
        "period": [frame.period, frame.first.isoformat(), frame.last.isoformat()],
        "schools": list(frame.schools),
        "policies": [asdict(p) for p in summary.policies],
        "figures": {f.key: [f.value, f.at_least] for f in summary.figures},
        "splits": {s.key: [[r.label, r.count, r.met, r.percent] for r in s.rows] for s in summary.splits},
        "checks": [[c.title, c.total, [list(part) for part in c.parts]] for c in summary.checks],
    }  # fmt: skip
    return json.dumps(told, sort_keys=True, separators=(",", ":"), default=str)


def what_changed(before: str, now: str) -> str:
    """`Responded in time 24 (was 22); ...` of two `numbers_of`; they must differ."""
    old, new = json.loads(before), json.loads(now)
    keys = [k for k in FIGURES if old["figures"].get(k) != new["figures"].get(k)]
    main = [k for k in keys if k in _MAIN]
    said = [f"{FIGURES[k].title} {_value(new, k)} (was {_value(old, k)})" for k in main]
    if others := len(keys) - len(main):
        what = "other " if main else ""
        said.append(f"{others} {what}figure{'s' * (others != 1)}")
    if any(old[part] != new[part] for part in ("splits", "checks")) and not keys:
        said.append("parts of the totals")
    if old["policies"] != new["policies"]:
        said.append("the words of the promise")
    if old["schools"] != new["schools"] or old["period"] != new["period"]:
        said.append("names")
    return "; ".join(said)


def _value(told: Any, key: str) -> str:
    value, at_least = told["figures"].get(key, [None, False])
    return "not shown" if value is None else f"{'more than ' * at_least}{value}"


def history(kept: Sequence[Kept], numbers: str, changed: str) -> tuple[str, ...]:
    """What the page says of those that were kept before, the oldest first.

    `changed` says what is no longer as in the newest, and why; it is empty where nothing is.
    """
    lines = []
    for one in kept:
        line = f"Kept on {_said(one.at)}, hash {one.hash[:_SHOWN]}."
        if one.said:
            line += f" {one.said}"
        if not one.is_whole:
            line += " It was altered in the ledger since, and proves nothing."
        if one is kept[-1] and one.numbers == numbers:
            line += " Its figures are these."
        lines.append(line)
    return (*lines, changed) if changed else tuple(lines)


def _said(at: datetime) -> str:
    local = at.astimezone(LONDON)
    return f"{local.day} {month_name(local.date())} {local.year} at {local:%H:%M}"
