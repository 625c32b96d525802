"""What alerts went, would go, and why others do not, as plain lines and as JSON data; it sends nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from commsla.core import words
from commsla.core.alertwords import Letter
from commsla.core.digests import Digest, Plan

_INDENT = "    "


def planned_lines(
    plan: Plan,
    letters: Sequence[tuple[str, Letter]],
    texts: Sequence[str],
    waiting: Sequence[str],
    names: Mapping[str, str],
) -> Iterator[str]:
    """A dry run: each mail as it would be, then why nothing goes to the others.

    `texts` are the plain parts of the letters, `waiting` the recipients of an interrupted run.
    """
    yield "Dry run: nothing was sent or kept. This is what would go now:"
    for recipient in waiting:
        yield f"To {recipient}: once more the mail of a run that was interrupted"
    for (address, letter), text in zip(letters, texts, strict=True):
        yield f"To {address}: {letter.subject}"
        yield from (f"{_INDENT}{line}".rstrip() for line in text.splitlines())
    if not letters and not waiting:
        yield "Nothing."
    if plan.silences:
        yield "Not told:"
    for silence in plan.silences:
        case = f"{words.reference(silence.case.case)}, " if silence.case else ""
        yield f"{_INDENT}{names[silence.school]}, {silence.address}: {case}{silence.why}"


def told_data(
    plan: Plan,
    letters: Sequence[tuple[str, Letter]],
    sent: Sequence[tuple[str, bool, str]],
    *,
    dry_run: bool,
) -> dict[str, Any]:
    """The data of `alert --json`. `sent` are recipient, whether it went once more, and the trouble."""
    return {
        "dry_run": dry_run,
        "planned": [
            {"to": address, "subject": letter.subject, "cases": _cases(digest)}
            for (address, letter), digest in zip(letters, plan.digests, strict=False)
        ],
        "sent": [
            {"to": to, "again": again, "trouble": trouble or None} for to, again, trouble in sent
        ],
        "not_told": [
            {
                "school": s.school,
                "to": s.address,
                "reference": words.reference(s.case.case) if s.case else None,
                "why": s.why,
            }
            for s in plan.silences
        ],
    }


def _cases(digest: Digest) -> list[dict[str, Any]]:
    return [
        {
            "school": part.school.code,
            "reference": words.reference(line.judged.case),
            "stages": [
                {"target": target.value, "stage": stage.value} for target, stage in line.stages
            ],
        }
        for part in digest.parts
        for line in part.lines
    ]


def silent_line(plan: Plan, names: Mapping[str, str]) -> str:
    """For a person who watches: that nothing went, and until when each closed school waits."""
    whole = [s for s in plan.silences if s.case is None]
    said = dict.fromkeys(f"{names[s.school]}: {s.why}" for s in whole)
    return "Nothing new to tell." + (f" {'. '.join(said)}." if said else "")
