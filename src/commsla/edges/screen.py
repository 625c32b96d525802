"""Today's list on a terminal, as tables; in a pipe plain.py speaks instead.

Every text from a mail was cleaned when it was read; here it is data, never Rich markup.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

from rich import box
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from commsla.core import notices, words
from commsla.core.model import (
    NotTracked,
)
from commsla.core.today import Status
from commsla.core.verdicts import Judged, Section

_STYLES = {
    Section.OVERDUE: "bold red",
    Section.DUE_TODAY: "bold yellow",
    Section.CANNOT_SAY: "bold magenta",
}
_ROOMY = 100  # columns from which a case is one line of a table
_SHORT_LIST = 10
_SHORTENED = (Section.CHECK, Section.LATE_BEFORE_DAY_ONE)


def show_status(status: Status, names: Mapping[str, str], *, everything: bool) -> None:
    """Print today's list as tables; `everything` adds settled cases and what is not tracked.

    `names` are those of every school by its code, also of one that was not asked for.
    """
    console = Console(file=sys.stdout, markup=False, emoji=False, highlight=False)
    roomy = console.width >= _ROOMY
    console.print(Text(words.full_moment(status.now), "bold"))
    for warning in notices.warnings(status):
        console.print(Text(f"! {warning}", "bold red"))
    console.print(Text(notices.headline(status)))
    for section in Section:
        cases = status.section(section)
        if not cases or (section is Section.SETTLED and not everything):
            continue
        short = section in _SHORTENED and not everything
        shown = cases[:_SHORT_LIST] if short else cases
        console.print()
        console.print(
            Text(f"{words.HEADINGS[section]} ({len(cases)})", _STYLES.get(section, "bold"))
        )
        console.print((_wide if roomy else _narrow)(shown, status, names))
        if len(cases) > len(shown):
            console.print(Text(f"  and {len(cases) - len(shown)} more: commsla status --all"))
    console.print()
    console.print(_schools(status))
    if sentence := notices.not_tracked(status.not_tracked):
        more = "" if everything else " (each with its reason: commsla status --all)"
        console.print(Text(sentence + more))
    if everything and status.not_tracked:
        console.print(_not_tracked(status.not_tracked, status, roomy=roomy))


def _wide(cases: Sequence[Judged], status: Status, names: Mapping[str, str]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, expand=True, pad_edge=False)
    table.add_column("Ref", no_wrap=True)
    if len(status.schools) > 1:
        table.add_column("School", ratio=4, overflow="fold")
    table.add_column("From", ratio=5, overflow="fold")
    table.add_column("Subject", ratio=8, overflow="fold")
    table.add_column("Received", width=10)
    table.add_column("What is owed", ratio=9)
    for judged in cases:
        case = judged.case
        row = [
            Text(words.reference(case)),
            Text(words.sender(case)),
            Text(words.with_notes(judged, names)),
            Text(words.moment(case.received, status.today)),
            _owed(judged, status),
        ]
        if len(status.schools) > 1:
            row.insert(1, Text(names[case.school]))
        table.add_row(*row)
    return table


def _narrow(cases: Sequence[Judged], status: Status, names: Mapping[str, str]) -> RenderableType:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True)
    grid.add_column()
    for judged in cases:
        case = judged.case
        text = _owed(judged, status)
        text.append(f"\n{words.sender(case)}: {words.with_notes(judged, names)}", "not bold")
        where = f"{names[case.school]}, " if len(status.schools) > 1 else ""
        text.append(f"\n{where}received {words.moment(case.received, status.today)}", "dim")
        grid.add_row(Text(words.reference(case), "bold"), text)
    return Padding(grid, (0, 0, 0, 2))


def _owed(judged: Judged, status: Status) -> Text:
    first, *others = words.to_do(judged, status.today)
    text = Text(first, _STYLES.get(judged.section, ""))
    for line in others:
        text.append(f"\n{line}", "not bold default")
    return text


def _schools(status: Status) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column()
    table.add_column()
    table.add_column()
    for line in status.schools:
        table.add_row(
            Text(line.school.name, "bold"),
            Text(notices.counts(dict(line.counts)) or "nothing open"),
            Text(notices.last_read(line, status)),
        )
    return table


def _not_tracked(items: Sequence[NotTracked], status: Status, *, roomy: bool) -> Table:
    table = Table(box=box.SIMPLE_HEAD, expand=True, pad_edge=False)
    table.add_column("Id", no_wrap=True)
    table.add_column("From", ratio=3, overflow="fold")
    table.add_column("Subject", ratio=4, overflow="fold")
    if roomy:
        table.add_column("Received", no_wrap=True)
    table.add_column("Why", ratio=4, overflow="fold")
    for item in items:
        message = item.message
        row = [
            Text(f"m{message.id}"),
            Text(words.message_sender(message)),
            Text(words.subject(message.subject, readable=message.readable)),
            Text(f"{words.kind(item.kind)}: {item.evidence}"),
        ]
        if roomy:
            row.insert(3, Text(words.moment(message.received, status.today)))
        table.add_row(*row)
    return table
