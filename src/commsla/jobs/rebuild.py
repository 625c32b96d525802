"""Folds everything again from what is stored: the same cases with the same references."""

from __future__ import annotations

from commsla.core.model import Role
from commsla.core.rebuilt import Rebuilt
from commsla.core.school import Config
from commsla.errors import LedgerError
from commsla.jobs.cases import fold_all, number_cases, unnumbered
from commsla.jobs.ports import LedgerWriter


def rebuild(config: Config, ledger: LedgerWriter) -> Rebuilt:
    """Fold again, number what has no reference, and check that every message is in one place.

    No case is stored, so there is nothing to throw away; references stick to messages. Raises
    LedgerError where a message is in no place or in two.
    """
    with ledger.transaction():
        folded = fold_all(config, ledger)
        numbered = number_cases(config, ledger, unnumbered(folded))
        messages = ledger.messages()
        incoming = {m.id for m in messages if m.role is not Role.SENT}
        tracked = [m.id for c in folded.cases for m in c.messages]
        others = [m.id for n in folded.not_tracked for m in n.copies]
        if sorted(tracked + others) != sorted(incoming):
            raise LedgerError(
                "Folding the messages again does not give each of them exactly one place.",
                "This is a bug of commsla; nothing was changed. Please report it.",
            )
    return Rebuilt(
        messages=len(messages),
        cases=len(folded.cases),
        in_cases=len(tracked),
        not_tracked=len(others),
        sent=len(messages) - len(incoming),
        numbered=tuple(sorted(numbered.values())),
    )
