"""What folding everything again gave. Data only, no rules."""

from __future__ import annotations

from dataclasses import dataclass

from commsla.core.model import Reference


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """Counts of messages (each in exactly one place), and the references that were missing."""

    messages: int
    cases: int
    in_cases: int
    not_tracked: int
    sent: int
    numbered: tuple[Reference, ...]
