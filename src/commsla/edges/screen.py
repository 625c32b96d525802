"""Today's list on a terminal, as tables; in a pipe plain.py speaks instead.

Every text from a mail was cleaned when it was read; here it is data, never Rich markup.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence

from rich import box
from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from commsla.core import notices, words
from commsla.core.case import NotTracked
from commsla.core.hints import as_typed
from commsla.core.today import Status
from commsla.core.verdicts import Judged, Section

_STYLES = {
    Section.OVERDUE: "bold red",
    Section.DUE_TODAY: "bold yellow",
    Section.CANNOT_SAY: "bold magenta",
}
_ROOMY = 110  # columns from which a case is one row of a table; below, names would be broken
_SHORT_LIST = 10
_SHORTENED = (Section.CHECK, Section.LATE_BEFORE_DAY_ONE)


def show_status(
    status: Status, names: Mapping[str, str], *, everything: bool, program: str = "commsla"
) -> None:
    """Print today's list as tables; `everything` adds settled cases and what is not tracked.

    `names` are those of every school by its code, also of one that was not asked for; `program` is
    what to type. What was looked for is shown whole, settled or not.
    """
    everything = everything or bool(status.find)
    console = Console(file=sys.stdout, markup=False, emoji=False, highlight=False)
    roomy = console.width >= _ROOMY
    console.print(Text(notices.moment(status), "bold"))
    if then := notices.look_back(status):
        console.print(Text(then))
    for warning in notices.warnings(status):
        console.print(Text(f"! {as_typed(warning, program)}", "bold red"))
    console.print(Text(notices.headline(status)))
    for line in notices.urgent(status):
        console.print(Text(line, "bold"))
    for section in Section:
        cases = status.section(section)
        if not cases or (section is Section.SETTLED and not everything):
            continue
        short = section in _SHORTENED and not everything
        shown = cases[:_SHORT_LIST] if short else cases
        console.print()
        title, colon, advice = as_typed(words.HEADINGS[section], program).partition(":")
        console.print(Text(f"{title} ({len(cases)}){colon}{advice}", _STYLES.get(section, "bold")))
        page = (
            _wide(shown, status, names, console.width) if roomy else _narrow(shown, status, names)
        )
        console.print(page)
        if len(cases) > len(shown):
            console.print(Text(f"  and {len(cases) - len(shown)} more: {program} status --all"))
    console.print()
    if not status.find:
        console.print(_schools(status))
    tail = [s for s in (notices.set_aside(status), notices.not_tracked(status.not_tracked)) if s]
    if tail and not everything:
        tail[-1] += f" (each with its reason: {program} status --all)"
    for sentence in tail:
        console.print(Text(sentence))
    if everything and status.not_tracked:
        console.print(
            _not_tracked_wide(status, names, console.width)
            if roomy
            else _not_tracked_narrow(status, names)
        )


def _wide(cases: Sequence[Judged], status: Status, names: Mapping[str, str], width: int) -> Table:
    table = _table(status, names, width, "Ref", "What is owed")
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
    grid = _grid()
    for judged in cases:
        case = judged.case
        text = _owed(judged, status)
        text.append(f"\n{words.sender(case)}: {words.with_notes(judged, names)}", "not bold")
        where = f"{names[case.school]}, " if len(status.schools) > 1 else ""
        text.append(f"\n{where}received {words.moment(case.received, status.today)}", "dim")
        grid.add_row(Text(words.reference(case), "bold"), text)
    return Padding(grid, (0, 0, 0, 2))


def _grid() -> Table:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True)
    grid.add_column()
    return grid


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
            Text(notices.last_read(line, status)),
            Text(notices.counts(dict(line.counts)) or "nothing open"),
        )
    return table


def _table(status: Status, names: Mapping[str, str], width: int, first: str, last: str) -> Table:
    """An empty table whose columns stand where they stand in every other of this list."""
    table = Table(box=box.SIMPLE_HEAD, expand=True, pad_edge=False)
    table.add_column(first, no_wrap=True)
    if len(status.schools) > 1:
        school = _longest_word(names[s.school.code] for s in status.schools)
        wanted = min(max(school, width // 9), width // 6)
        table.add_column("School", width=wanted, overflow="fold")
    writer = _longest_word(words.sender(j.case) for j in status.cases)
    wanted = min(max(writer, width // 7), width // 6)
    table.add_column("From", width=wanted, overflow="fold")
    table.add_column("Subject", ratio=24, overflow="fold")
    table.add_column("Received", width=10)
    # At 120 columns "acknowledge by tomorrow, Fri 18 Dec" is one line.
    table.add_column(last, ratio=36, overflow="fold")
    return table


def _longest_word(texts: Iterable[str]) -> int:
    return max((cell_len(word) for text in texts for word in text.split()), default=0)


def _not_tracked_wide(status: Status, names: Mapping[str, str], width: int) -> Table:
    table = _table(status, names, width, "Id", "Why")
    for item in status.not_tracked:
        message = item.message
        row = [
            Text(f"m{message.id}"),
            Text(words.message_sender(message)),
            Text(words.subject(message.subject, readable=message.readable)),
            Text(words.moment(message.received, status.today)),
            _why(item),
        ]
        if len(status.schools) > 1:
            row.insert(1, Text(names[message.school]))
        table.add_row(*row)
    return table


def _not_tracked_narrow(status: Status, names: Mapping[str, str]) -> RenderableType:
    grid = _grid()
    for item in status.not_tracked:
        message = item.message
        text = _why(item)
        title = words.subject(message.subject, readable=message.readable)
        text.append(f"\n{words.message_sender(message)}: {title}")
        where = f"{names[message.school]}, " if len(status.schools) > 1 else ""
        text.append(f"\n{where}received {words.moment(message.received, status.today)}", "dim")
        grid.add_row(Text(f"m{message.id}", "bold"), text)
    return Padding(grid, (0, 0, 0, 2))


def _why(item: NotTracked) -> Text:
    return Text(f"{words.kind(item.kind)}: {item.evidence}")
