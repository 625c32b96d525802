"""What the calendar commands say, as the data of a JSON envelope."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from commsla.core.closing import Moved, Step
from commsla.core.grid import LEGEND, YearGrid
from commsla.core.school import School

Json = dict[str, Any]


def _moved_data(moved: Moved) -> Json:
    return {
        "reference": moved.reference,
        "target": moved.target,
        "before": moved.before.isoformat(),
        "after": moved.after.isoformat(),
    }


def steps_data(steps: Sequence[Step], moved: Sequence[Moved], *, dry_run: bool) -> Json:
    """What closing or opening days changed."""
    return {
        "dry_run": dry_run,
        "days": [
            {
                "school": step.school.code,
                "date": step.was.date.isoformat(),
                "was": {"kind": step.was.kind.value, "reason": step.was.reason},
                "changed": step.entry is not None,
                "kind": (step.entry or step.was).kind.value,
                "reason": (step.entry or step.was).reason,
            }
            for step in steps
        ],
        "moved": [_moved_data(m) for m in moved],
    }


def undone_data(told: Sequence[str], moved: Sequence[Moved], *, dry_run: bool) -> Json:
    """What was taken back."""
    return {"dry_run": dry_run, "taken_back": list(told), "moved": [_moved_data(m) for m in moved]}


def grid_data(school: School, grid: YearGrid) -> Json:
    """A school year: each day with its mark, and the sums."""
    cells = (cell for month in grid.months for week in month.weeks for cell in week if cell)
    return {
        "school": school.code,
        "year": grid.name,
        "school_days": grid.school_days,
        "inset": grid.inset,
        "opened": grid.opened,
        "working_days": grid.working_days,
        "terms": [
            {
                "first": term.first.isoformat(),
                "last": term.last.isoformat(),
                "school_days": term.school_days,
                "inset": term.inset,
                "working_days": term.working_days,
            }
            for term in grid.terms
        ],
        "days": {day.isoformat(): LEGEND[mark] for day, mark in cells},
    }


def checked_data(findings: Sequence[str], sums: Sequence[tuple[School, YearGrid]]) -> Json:
    """What `calendar check` found, and the sums of each year as it was published."""
    return {
        "findings": list(findings),
        "years": [
            {
                "school": school.code,
                "year": grid.name,
                "school_days": grid.school_days,
                "inset": grid.inset,
                "working_days": grid.school_days + grid.inset,
            }
            for school, grid in sums
        ],
    }
