"""What doctor found: laid out for a terminal, one line a check in a pipe, or as JSON; it judges nothing."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import Any

from commsla.core.checkup import Check, Health, exit_code, sentence, summary

SAFE = (
    "No name, subject, address or password is in this: it may be shown to whoever helps you. "
    "It does name your mail servers and domains."
)
_STYLES = {
    Health.OK: "green",
    Health.WARNING: "bold yellow",
    Health.PROBLEM: "bold red",
    Health.SKIPPED: "dim",
}


def checkup_lines(checks: Sequence[Check]) -> Iterator[str]:
    """One line a check, nothing shortened: result, place, name, sentence, fix."""
    for check in checks:
        fix = [f"fix: {check.fix}"] if check.fix else []
        place = check.place or "this computer"
        yield " | ".join([check.state.value, place, check.name, check.sentence, *fix])
    yield f"{sentence(summary(checks))}."
    yield SAFE


def show_checkup(checks: Sequence[Check]) -> None:
    """The same under headings, in columns, the result first as a word."""
    from rich.console import Console
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    console = Console(file=sys.stdout, markup=False, emoji=False, highlight=False)
    for place in dict.fromkeys(c.place for c in checks):
        console.print(Text(place or "This computer", "bold"))
        table = Table.grid(padding=(0, 2))
        table.add_column(no_wrap=True, width=max(len(h.value) for h in Health))
        table.add_column(no_wrap=True, width=max(len(c.name) for c in checks))
        table.add_column(overflow="fold")
        for check in checks:
            if check.place != place:
                continue
            text = Text(check.sentence, "dim" if check.state is Health.SKIPPED else "")
            if check.fix:
                text.append(f"\nfix: {check.fix}", "not dim")
            table.add_row(Text(check.state.value, _STYLES[check.state]), Text(check.name), text)
        console.print(Padding(table, (0, 0, 0, 2)))
        console.print()
    worst = next((h for h in (Health.PROBLEM, Health.WARNING) if _any(checks, h)), Health.OK)
    console.print(Text(f"{sentence(summary(checks))}.", _STYLES[worst]))
    console.print(Text(SAFE))


def _any(checks: Sequence[Check], health: Health) -> bool:
    return any(c.state is health for c in checks)


def checkup_data(checks: Sequence[Check]) -> dict[str, Any]:
    """Every check, how many ended how, and the exit code that goes with them."""
    return {
        "exit_code": exit_code(checks),
        "counts": {h.value: sum(c.state is h for c in checks) for h in Health},
        "checks": [
            {
                "name": c.name,
                "place": c.place or None,
                "result": c.state.value,
                "sentence": c.sentence,
                "fix": c.fix or None,
            }
            for c in checks
        ],
    }
