"""What is about safeguarding, and all that was written on it since: its names are shown and kept nowhere.

A conversation is followed by its ids alone. Onwards whoever wrote: what one mail says of a child
stands in the subject of the next one, too. Backwards for the same person: a disclosure often comes in
the second mail. What is owed stays owed, with its time and its school.
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


def protected(
    cases: Sequence[Case], not_tracked: Sequence[NotTracked], messages: Collection[Message]
) -> tuple[tuple[Case, ...], tuple[NotTracked, ...], frozenset[int]]:
    """The same without the names and subjects of what is guarded, wiped from the ledger or not yet.

    And the ledger numbers of all that is.
    """
    numbers = _guarded(cases, not_tracked, messages)
    if not numbers:
        return tuple(cases), tuple(not_tracked), numbers
    shown = [_case(case, numbers) for case in cases]
    hidden = {c.reference for c in shown if c.guarded} - {None}
    return (
        # "same subject as N40" would say whose N40 is
        tuple(
            replace(c, same_subject_as=None) if c.same_subject_as in hidden else c for c in shown
        ),
        tuple(_item(item, numbers) for item in not_tracked),
        numbers,
    )


def _guarded(
    cases: Sequence[Case], not_tracked: Sequence[NotTracked], messages: Collection[Message]
) -> frozenset[int]:
    """Ledger numbers of what was marked and of what is the same matter: by its ids, or because a
    person said that one is a duplicate of the other.
    """
    waiting = [(_all_of(c), c.people) for c in cases if is_safeguarding(c)]
    waiting += [
        ([*n.copies], frozenset(m.sender.key for m in n.copies if m.sender and m.sender.key))
        for n in not_tracked
        if n.guarded
    ]
    if not waiting:
        return frozenset()
    web, same = _Web(cases, messages), _duplicates(cases)
    found: set[int] = set()
    done: set[int] = set()
    while waiting:
        roots, people = waiting.pop()
        found |= web.hanging_on(roots, people)
        for case in cases:
            if case.opener.id in same and case.opener.id not in done and _is_whole(case, found):
                done.add(case.opener.id)
                waiting += [(_all_of(c), c.people) for c in same[case.opener.id]]
    return frozenset(found)


class _Web:
    """How mail hangs together by its ids."""

    def __init__(self, cases: Iterable[Case], messages: Iterable[Message]) -> None:
        self._naming: dict[str, list[Message]] = {}
        self._bearing: dict[str, list[Message]] = {}
        self._copies: dict[str, list[Message]] = {}
        for message in messages:
            self._copies.setdefault(message.fingerprint, []).append(message)
            for key in nearest_first(message):
                self._naming.setdefault(key, []).append(message)
            for key in ids_of(message):
                self._bearing.setdefault(key, []).append(message)
        self._opened: dict[int, Case] = {}
        self._answers: set[int] = set()
        for case in cases:
            self._answers |= {a.message.id for a in case.answers}
            self._opened |= {m.id: case for m in _opening(case)}

    def hanging_on(self, roots: Iterable[Message], people: frozenset[str]) -> set[int]:
        """What was written on these mails, by whomever, and all of these people's conversation.

        Of a mail of ours that only began that conversation, such as a letter to everybody, what the
        others wrote on it is none of it.
        """
        found: set[int] = set()
        begun: set[int] = set()
        waiting = [(m, True) for r in roots for m in self._copies.get(r.fingerprint, ())]
        while waiting:
            message, whole = waiting.pop()
            if message.id in found or (not whole and message.id in begun):
                continue
            (found if whole else begun).add(message.id)
            if case := self._opened.get(message.id):
                waiting += ((m, True) for m in _all_of(case))
            for key in ids_of(message):
                theirs = people | _people_of(message) if self._is_shared(key) else None
                for other in self._naming.get(key, ()):
                    if theirs is not None and not self._is_of(other, theirs):
                        continue
                    if whole or self._is_of(other, people):
                        waiting.append((other, whole or not self._is_ours(other)))
            if self._is_of(message, people):
                for key in nearest_first(message):
                    for other in self._bearing.get(key, ()):
                        if self._is_of(other, people):
                            waiting.append((other, not self._is_ours(other)))
            waiting += ((m, True) for m in self._on_the_same_lost_mail(message, people))
        return found | begun

    def _on_the_same_lost_mail(
        self, message: Message, people: Collection[str]
    ) -> Iterator[Message]:
        if message.role is not Role.INBOX or message.sender is None:
            return
        earlier_too = self._is_of(message, people)
        for key in nearest_first(message):
            if key not in self._bearing:
                for other in self._naming[key]:
                    near = earlier_too or other.received >= message.received
                    mail = other.role is Role.INBOX and other.sender
                    if near and mail and mail.key == message.sender.key:
                        yield other

    def _is_shared(self, key: str) -> bool:
        """Whether mails of several people bear an id: who names it may mean any of them.

        A web form that gives every mail the same id, or somebody who took a newsletter's for his
        own, must not carry the guard to other families.
        """
        bearers = self._bearing.get(key, ())
        wrote = {m.sender.key for m in bearers if m.sender}
        answered = {m.reply_to.key for m in bearers if m.reply_to}
        return len(wrote) > 1 or len(answered) > 1

    def _is_ours(self, message: Message) -> bool:
        return message.role is Role.SENT or message.id in self._answers

    def _is_of(self, message: Message, people: Collection[str]) -> bool:
        """Whether one of them wrote it, or we wrote it to one of them."""
        if self._is_ours(message):
            return any(p.key in people for p in message.recipients)
        return any(p.key in people for p in (message.sender, message.reply_to) if p)


def _people_of(message: Message) -> frozenset[str]:
    """Keys of who wrote it and whom to answer; of a mail of ours, of those it went to."""
    ours = message.role is Role.SENT
    parties = message.recipients if ours else (message.sender, message.reply_to)
    return frozenset(p.key for p in parties if p and p.key)


def _duplicates(cases: Iterable[Case]) -> dict[int, list[Case]]:
    """The mail that opened a case -> the cases that are its duplicates, or of which it is one."""
    case_of = {m.id: c for c in cases for m in (*c.messages, c.opener)}
    found: dict[int, list[Case]] = {}
    for case in {id(c): c for c in case_of.values()}.values():
        reopened = max((m.id for m in case.marks if m.word is Word.REOPEN), default=0)
        for mark in case.marks:
            holds = mark.word is Word.DUPLICATE and mark.id > reopened
            if holds and (other := case_of.get(mark.other or 0)) and other is not case:
                found.setdefault(case.opener.id, []).append(other)
                found.setdefault(other.opener.id, []).append(case)
    return found


def _opening(case: Case) -> list[Message]:
    """The copies of the mail that opened it."""
    return [m for m in case.messages if m.fingerprint == case.opener.fingerprint]


def _is_whole(case: Case, numbers: Collection[int]) -> bool:
    return any(m.id in numbers for m in _opening(case))


def _all_of(case: Case) -> list[Message]:
    return [*case.messages, *(a.message for a in case.answers), *case.handed_over]


def _case(case: Case, numbers: Collection[int]) -> Case:
    if all(m.id not in numbers for m in _all_of(case)):
        return case
    whole = _is_whole(case, numbers)

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
