"""What is about safeguarding, and all that was written on it since: its names are shown and kept nowhere.

A conversation is followed by its ids alone, whoever wrote: what one mail says of a child stands in
the subject of the next one, too. What is owed stays owed, with its time and its school.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from commsla.core.case import Case, NotTracked
from commsla.core.conversations import ids_of, nearest_first
from commsla.core.model import Message, Party, Role, Word


def is_safeguarding(case: Case) -> bool:
    """Whether a person said of a case that it is about safeguarding."""
    return case.excluded is not None and case.excluded.word is Word.SAFEGUARDING


def guarded(
    cases: Iterable[Case], not_tracked: Iterable[NotTracked], messages: Collection[Message]
) -> frozenset[int]:
    """Ledger numbers of the mail that was marked, its copies at any school, and what names it by id.

    Where both name a mail that nobody has seen, the same person's later one is among them.
    """
    marked = {m.fingerprint for c in cases if is_safeguarding(c) for m in _all_of(c)}
    marked |= {m.fingerprint for n in not_tracked if n.guarded for m in n.copies}
    if not marked:
        return frozenset()
    naming: dict[str, list[Message]] = {}
    for message in messages:
        for key in nearest_first(message):
            naming.setdefault(key, []).append(message)
    borne = {key for m in messages for key in ids_of(m)}
    waiting = [m for m in messages if m.fingerprint in marked]
    found: set[int] = set()
    while waiting:
        message = waiting.pop()
        if message.id not in found:
            found.add(message.id)
            waiting += (m for key in ids_of(message) for m in naming.get(key, ()))
            waiting += _on_the_same_lost_mail(message, naming, borne)
    return frozenset(found)


def protected(
    cases: Sequence[Case], not_tracked: Sequence[NotTracked], messages: Collection[Message]
) -> tuple[tuple[Case, ...], tuple[NotTracked, ...]]:
    """The same without the names and subjects of what is guarded, wiped from the ledger or not yet."""
    numbers = guarded(cases, not_tracked, messages)
    if not numbers:
        return tuple(cases), tuple(not_tracked)
    return (
        tuple(_case(case, numbers) for case in cases),
        tuple(_item(item, numbers) for item in not_tracked),
    )


def _on_the_same_lost_mail(
    message: Message, naming: dict[str, list[Message]], borne: Collection[str]
) -> Iterator[Message]:
    if message.role is not Role.INBOX or message.sender is None:
        return
    for key in nearest_first(message):
        if key not in borne:
            for other in naming[key]:
                later = other.received >= message.received and other.role is Role.INBOX
                if later and other.sender and other.sender.key == message.sender.key:
                    yield other


def _all_of(case: Case) -> list[Message]:
    return [*case.messages, *(a.message for a in case.answers), *case.handed_over]


def _case(case: Case, numbers: Collection[int]) -> Case:
    if all(m.id not in numbers for m in _all_of(case)):
        return case
    whole = any(m.id in numbers for m in case.messages if m.fingerprint == case.opener.fingerprint)

    def kept(message: Message) -> Message:
        return _nameless(message) if message.id in numbers else message

    return replace(
        case,
        opener=_nameless(case.opener) if whole else case.opener,
        writer=_nobody(case.writer) if whole else case.writer,
        messages=tuple(map(kept, case.messages)),
        answers=tuple(replace(a, message=kept(a.message)) for a in case.answers),
        handed_over=tuple(map(kept, case.handed_over)),
        guarded=whole,
    )


def _item(item: NotTracked, numbers: Collection[int]) -> NotTracked:
    if item.message.id not in numbers and all(m.id not in numbers for m in item.copies):
        return item
    copies = tuple(map(_nameless, item.copies))
    return replace(item, message=_nameless(item.message), copies=copies, guarded=True)


def _nameless(message: Message) -> Message:
    sender, reply_to = _nobody(message.sender), _nobody(message.reply_to)
    return replace(message, subject=None, sender=sender, reply_to=reply_to)


def _nobody(party: Party | None) -> Party | None:
    return replace(party, name=None, address=None) if party else None
