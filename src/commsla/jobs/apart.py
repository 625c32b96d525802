"""Reads the ledger for folding in groups that have nothing to do with each other, some at a time."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import chain

from commsla.core.apart import batches, groups
from commsla.core.model import Mark, Message
from commsla.core.school import Config
from commsla.jobs.cases import Held, known_by
from commsla.jobs.ports import LedgerReader

_AT_A_TIME = 500  # messages, unless a group has more; with more the processor waits for its memory


class Apart:
    """The ledger of one moment, cut into groups. With `school` only that school's mail.

    With `by` only what was received and recorded by then, as in `held_by`.
    """

    def __init__(
        self,
        config: Config,
        ledger: LedgerReader,
        school: str = "",
        by: datetime | None = None,
    ) -> None:
        self._config, self._ledger, self._by = config, ledger, by
        known = known_by(config, ledger, stored=by is not None)
        self._known = known.as_of(by) if by else known
        ours = self._known.ours
        found = groups(ledger.joints(school), self._pairs(), ours.addresses | ours.domains)
        self._marks: dict[int, list[Mark]] = {}
        for mark in self._known.marks:
            self._marks.setdefault(mark.message_id, []).append(mark)
        marked = self._marks.keys()
        filing = bool(self._known.traces.folders)  # where lying is a mark any letter may be marked
        self._together: list[Sequence[int]] = [*found.together]
        self._together += ((n,) for n in found.alone if filing or n in marked)
        self._alone = [] if filing else [n for n in found.alone if n not in marked]

    def joined(self) -> Iterator[Held]:
        """All that is to be folded: without the plain letters that stand alone and have no mark."""
        return map(self._held, batches(self._together, _AT_A_TIME))

    def alone(self) -> Iterator[list[Message]]:
        """The others. One that has a reference may be no case any more: the config has changed."""
        return map(self._ledger.messages_of, batches(self._singly(), _AT_A_TIME))

    def all(self) -> Iterator[Held]:
        """Everything."""
        return map(self._held, batches(chain(self._together, self._singly()), _AT_A_TIME))

    def together(self, after: int, also: Collection[int]) -> Iterator[Held]:
        """What is joined, and of the others those up to the number `after` or with one of `also`."""
        alone = ((n,) for n in self._alone if n <= after or n in also)
        return map(self._held, batches(chain(self._together, alone), _AT_A_TIME))

    def around(self, numbers: Collection[int]) -> Iterator[Held]:
        """Only the groups that hold one of these messages."""
        near = (g for g in chain(self._together, self._singly()) if any(n in numbers for n in g))
        return map(self._held, batches(near, _AT_A_TIME))

    def _singly(self) -> Iterator[tuple[int]]:
        return ((n,) for n in self._alone)

    def _pairs(self) -> Iterator[tuple[int, Hashable]]:
        for mark in self._known.marks:
            if mark.other is not None:
                yield mark.message_id, mark.other
        for fact in self._known.traces.texts.values():
            for message_id, _ in fact.failed:
                yield fact.message_id, message_id

    def _held(self, numbers: Sequence[int]) -> Held:
        messages = self._ledger.messages_of(numbers)
        if self._by:
            messages = self._known.there_by(messages, self._by)
        marks = [mark for m in messages for mark in self._marks.get(m.id, ())]
        marks.sort(key=lambda mark: mark.id)
        return replace(self._known, marks=marks).with_messages(self._config, messages)
