"""A case after the last event, as everybody else sees it; it decides nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from commsla.core.answers import OpenCase
from commsla.core.case import Case
from commsla.core.letters import Letter
from commsla.core.model import Kind, Message, Reference

_NONE = Reference("~", 0)  # sorts after every real prefix


def finished(case: OpenCase, references: Mapping[int, Reference]) -> Case:
    """The case as it stands after the last event."""
    judged = case.opener.judged
    return Case(
        opener=_opener(case.opener, references),
        kind=judged.kind if judged.kind.starts_a_clock else Kind.ENQUIRY,
        doubt=judged.doubt,
        writer=case.writer,
        people=frozenset(case.participants),
        reference=_reference(case.opener, references),
        messages=tuple(m for x in case.letters for m in x.copies),
        answers=tuple(case.answers),
        handed_over=tuple(case.handed_over),
        marks=tuple(case.marks),
        acknowledged=case.acknowledged,
        responded=case.responded,
        inferred=case.inferred,
        asked_back=tuple(case.asked_back),
        arranged=case.arranged,
        to_check=case.to_check,
        excluded=case.excluded,
        proposal=case.proposal,
        same_subject_as=(
            _reference(case.same_subject.opener, references) if case.same_subject else None
        ),
        wrote_again=case.wrote_again,
        chased=tuple(x.message.received for x in case.chased if x in case.letters),
        urgent=case.urgent,
        owner=case.owner,
        moved_to=case.moved_to,
        also_at=tuple(sorted({t.opener.message.school for t in case.twins})),
    )


def _opener(opener: Letter, references: Mapping[int, Reference]) -> Message:
    """The copy that carries the reference, else the earliest one that was kept."""
    number = min((c.id for c in opener.copies), key=lambda i: (references.get(i, _NONE), i))
    message = opener.message
    return message if message.id == number else replace(message, id=number)


def _reference(opener: Letter, references: Mapping[int, Reference]) -> Reference | None:
    """The reference that was once given to the mail that opened a case."""
    given = [references[c.id] for c in opener.copies if c.id in references]
    return min(given, default=None)
