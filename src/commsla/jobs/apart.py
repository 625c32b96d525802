"""Reads the ledger for folding in groups that have nothing to do with each other, some at a time."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Sequence
from itertools import chain

from commsla.core.apart import batches, groups
from commsla.core.school import Config
from commsla.jobs.cases import Held, known_by
from commsla.jobs.ports import LedgerReader

_AT_A_TIME = 2_000  # messages, unless a group has more


class Apart:
    """The ledger of one moment, cut into groups. With `school` only that school's mail."""

    def __init__(self, config: Config, ledger: LedgerReader, school: str = "") -> None:
        self._config, self._ledger = config, ledger
        self._known = known_by(config, ledger)
        ours = self._known.ours
        self._groups = groups(ledger.joints(school), self._pairs(), ours.addresses | ours.domains)

    def __iter__(self) -> Iterator[Held]:
        """Everything, batch by batch."""
        alone = ((n,) for n in self._groups.alone)
        return map(self._held, batches(chain(self._groups.together, alone), _AT_A_TIME))

    def together(self, after: int, also: Collection[int]) -> Iterator[Held]:
        """All but the plain letters that stand alone and have a number above `after`.

        `also` are numbers of those that are wanted all the same.
        """
        alone = ((n,) for n in self._groups.alone if n <= after or n in also)
        return map(self._held, batches(chain(self._groups.together, alone), _AT_A_TIME))

    def around(self, numbers: Collection[int]) -> Iterator[Held]:
        """Only the groups that hold one of these messages."""
        alone = ((n,) for n in self._groups.alone)
        near = (g for g in chain(self._groups.together, alone) if any(n in numbers for n in g))
        return map(self._held, batches(near, _AT_A_TIME))

    def _pairs(self) -> Iterator[tuple[int, Hashable]]:
        for mark in self._known.marks:
            if mark.other is not None:
                yield mark.message_id, mark.other
        for fact in self._known.traces.texts.values():
            for message_id, _ in fact.failed:
                yield fact.message_id, message_id

    def _held(self, numbers: Sequence[int]) -> Held:
        return self._known.with_messages(self._config, self._ledger.messages_of(numbers))
