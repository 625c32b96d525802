"""One case, one message or one fold as plain lines, for a terminal and a pipe alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime

from commsla.core import words
from commsla.core.case import Case
from commsla.core.local import local_date
from commsla.core.rebuilt import Rebuilt
from commsla.core.story import Alone, Happened, told
from commsla.core.verdicts import Judged


def logged_lines(
    judged: Judged, same_as: Case | None, today: date, program: str = "commsla", *, dry_run: bool
) -> Iterator[str]:
    """The case that was opened by hand; `same_as` is an earlier one that says the same."""
    if dry_run:
        yield "Dry run: nothing was recorded. This would be:"
    case = judged.case
    when = words.moment(case.received, today)
    yield f"{words.reference(case)} ({words.sender(case)}, {words.subject(case.opener.subject)}): {when}"
    for line in dict.fromkeys(words.to_do(judged, today)):
        yield f"    {line}"
    if same_as:
        ref, earlier = words.reference(case), words.reference(same_as)
        yield (
            f"    The same was logged before: {earlier}, {words.moment(same_as.received, today)}. "
            f"If it is one matter: {program} mark {ref} duplicate-of {earlier}"
        )


def shown_lines(
    judged: Judged,
    steps: Sequence[Happened],
    names: Mapping[str, str],
    now: datetime,
    program: str = "commsla",
) -> Iterator[str]:
    """One case: how it stands, and all that happened, in order; `names` are the schools' by code.

    `program` is what to type.
    """
    today = local_date(now)
    about = words.with_notes(judged, names)
    yield f"{words.reference(judged.case)}: {words.sender(judged.case)}, {about}"
    for verdict in judged.verdicts:
        yield f"  {words.owed(verdict, today)}"
    if judged.case.excluded:
        yield f"  {words.excluded(judged, today)}"
    if judged.case.to_check:
        yield f"  to check: {judged.case.to_check}"
    yield ""
    for step in steps:
        yield f"  {told(step, now)}"
    yield ""
    yield f"Why these dates: {program} explain {words.reference(judged.case)}"


def single_lines(alone: Alone, today: date, program: str = "commsla") -> Iterator[str]:
    """One message that is no case, and why; `program` is what to type."""
    item, message = alone.item, alone.item.message
    yield (
        f"m{message.id}: {words.message_sender(message)}, "
        f"{words.subject(message.subject, readable=message.readable)}"
    )
    yield f"  received {words.moment(message.received, today)} in {message.folder}"
    yield f"  not tracked: {words.kind(item.kind)} ({item.evidence})"
    for ours in alone.failed:
        sent = words.moment(ours.received, today)
        yield f"  it says that this did not arrive: our mail of {sent}, {words.subject(ours.subject)}"
    yield f"  If it is a parent's question after all: {program} mark m{message.id} enquiry"


def rebuilt_lines(rebuilt: Rebuilt) -> Iterator[str]:
    """What folding everything again gave."""
    yield (
        f"{rebuilt.messages:,} messages: {rebuilt.in_cases:,} in {rebuilt.cases:,} cases, "
        f"{rebuilt.not_tracked:,} not tracked, {rebuilt.sent:,} of ours."
    )
    if rebuilt.numbered:
        yield f"Given a reference now: {', '.join(map(str, rebuilt.numbered))}"
    else:
        yield "Every case has its reference."
