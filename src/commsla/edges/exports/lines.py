"""The lines of an export that every laid-out format shares: whose it is, of when, and how far to trust it.

Whatever others wrote (names of schools, terms, policies, roles) is one line of visible characters here.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from commsla.core.clean import clean
from commsla.core.local import LONDON
from commsla.core.summary import Check, Frame, PolicyText, Split, Summary
from commsla.core.words import month_name

TITLE = "How we keep our promise to parents"
MADE_BY = "commsla"
UNSHOWN = "–"
_LONGEST = 2000  # a note on what changed names a dozen figures


def schools(frame: Frame) -> str:
    """Whose page it is."""
    return ", ".join(clean(s) for s in frame.schools)


def period(frame: Frame) -> str:
    """Which days are counted, and as it stood when."""
    days = f"{day(frame.first)} to {day(frame.last)}"
    if frame.is_over:
        return f"{days}; as it stood at the end of {day(frame.until)}."
    return f"{days}, which is not over; as it stands."


def made(frame: Frame) -> str:
    """The one clock in it."""
    local = frame.generated.astimezone(LONDON)
    return f"Made on {day(local.date())} at {local:%H:%M} by commsla {frame.version}."


def policy(text: PolicyText, *, several: bool) -> str:
    """A promise and how it is read; whose it is where there are `several`."""
    since = f", since {day(text.since)}" if text.since else ""
    whose = f" ({', '.join(clean(s) for s in text.schools)})" if several else ""
    return (
        f"Our policy, {clean(text.name)}{since}{whose}: we aim to acknowledge within {text.acknowledge} "
        f"and to respond in full within {text.respond}. {' '.join(text.readings)}"
    )


def trust(summary: Summary) -> tuple[str, ...]:
    """The box of how far the figures can be trusted."""
    found = [clean(note, _LONGEST) for note in summary.quality.notes]
    for gap in summary.quality.gaps:
        until = f" to {day(gap.last)}" if gap.last != gap.first else ""
        days = f"{gap.working_days} working day{'s' * (gap.working_days != 1)}"
        found.append(f"{clean(gap.school)}: not read {day(gap.first)}{until} ({days})")
    return tuple(found)


def unshown(splits: Sequence[Split]) -> tuple[str, ...]:
    """The splits that are not shown, by the reason."""
    held: dict[str, list[str]] = {}
    for split in splits:
        if not split.rows:
            held.setdefault(split.why, []).append(split.title)
    return tuple(f"{'; '.join(titles)}: {why}." for why, titles in held.items())


def check(one: Check) -> str:
    """A total and what it is made of."""
    parts = " + ".join(f"{count} {label}" for label, count in one.parts)
    return f"{one.title}: {one.total} = {parts}"


def number(value: int | None, unit: str, *, least: bool = False) -> str:
    """A figure as it is written."""
    if value is None:
        return UNSHOWN
    return f"{'more than ' if least else ''}{value}{' %' if unit == '%' else ''}"


def day(of: date | None) -> str:
    """A date in full."""
    return f"{of.day} {month_name(of)} {of.year}" if of else ""
