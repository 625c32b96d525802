"""Which messages can have to do with each other: what shares nothing may be folded apart.

A mailbox of 100,000 messages folded at once is half a gigabyte; folded in such groups it is a few
megabytes at a time, and the cases are the same.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Hashable, Iterable, Iterator, Sequence
from typing import NamedTuple

from commsla.core.kinds import Ours, kind_of
from commsla.core.model import Message, Role
from commsla.core.vouching import AUTH_AS, RESULTS

Signs = tuple[tuple[str, str], ...]
# Headers of any letter. An empty Return-Path is a machine's.
_OF_ANY_LETTER = frozenset({"Return-Path", RESULTS, AUTH_AS})


class Joint(NamedTuple):
    """Of one message what can join it to others; words separated by spaces, as the ledger keeps them.

    `people` are who wrote it, who is to be answered and who got it, each as `key:domain key`.
    """

    id: int
    fingerprint: str
    own_ids: str
    named_ids: str
    people: str
    subject_key: str
    signs: Signs


class Groups(NamedTuple):
    """Ledger numbers of messages: those that belong together, and plain letters that stand alone.

    A plain letter that stands alone is an enquiry that nobody answered and that decides nothing else,
    or one of ours to nobody who wrote.
    """

    together: list[array[int]]
    alone: array[int]


def groups(
    joints: Iterable[Joint], pairs: Iterable[tuple[int, Hashable]], ours: Collection[str]
) -> Groups:
    """Every message in one group, so that no fold of one group can depend on another.

    Joined are: copies of one mail, at any school; all that bears or names one id; what one person,
    who is none of `ours` (keys of addresses and domains), wrote or got under one subject. `pairs`
    adds what is known beside headers: (message, an id that it concerns or another message). Coarser
    than the fold's own rules, and never finer.
    """
    numbers = array("q")
    leader = array("q")
    plain: list[bool] = []
    first: dict[int, int] = {}
    place_of: dict[int, int] = {}
    more: dict[int, list[Hashable]] = {}
    for number, key in pairs:
        more.setdefault(number, []).append(key)
        if isinstance(key, int):
            more.setdefault(key, []).append(key)
    for place, joint in enumerate(joints):
        numbers.append(joint.id)
        leader.append(place)
        plain.append(not joint.named_ids.strip() and _is_plain(joint.signs))
        keys = _keys(joint, ours)
        if more:
            keys += more.get(joint.id, ())
        for key in keys:
            # 64 bits stand for the key: two that meet by chance make a group larger, never wrong.
            other = first.setdefault(hash(key), place)
            if other != place:
                _join(leader, other, place)
    del first, place_of
    members = array("q", bytes(8 * len(leader)))
    for place in range(len(leader)):
        members[_find(leader, place)] += 1
    alone = array("q")
    found: dict[int, array[int]] = {}
    for place, number in enumerate(numbers):
        root = leader[place]
        if members[root] == 1 and plain[place]:
            alone.append(number)
        else:
            found.setdefault(root, array("q")).append(number)
    return Groups(list(found.values()), alone)


def opens_a_case(letter: Message, ours: Ours) -> bool:
    """Whether a plain letter that stands alone, and that nobody marked, is a case.

    What the fold says of it, without folding: most of a mailbox is such letters.
    """
    return letter.role is Role.INBOX and kind_of(letter, ours).kind.starts_a_clock


def batches(found: Iterable[Sequence[int]], most: int) -> Iterator[list[int]]:
    """Whole groups, some at a time: about `most` messages, more where one group has more."""
    batch: list[int] = []
    for group in found:
        if batch and len(batch) + len(group) > most:
            yield batch
            batch = []
        batch += group
    if batch:
        yield batch


def _keys(joint: Joint, ours: Collection[str]) -> list[Hashable]:
    keys: list[Hashable] = [joint.fingerprint, *joint.own_ids.split(), *joint.named_ids.split()]
    if joint.subject_key:
        for person in joint.people.split():
            key, _, domain = person.partition(":")
            if key not in ours and domain not in ours:
                keys.append((key, joint.subject_key))
    return keys


def _is_plain(signs: Signs) -> bool:
    return all(name in _OF_ANY_LETTER and value != "<>" for name, value in signs)


def _find(leader: array[int], place: int) -> int:
    while leader[place] != place:
        leader[place] = place = leader[leader[place]]
    return place


def _join(leader: array[int], one: int, other: int) -> None:
    one, other = _find(leader, one), _find(leader, other)
    leader[max(one, other)] = min(one, other)
