"""Which messages belong together, by ids and people; who may join a case is decided in cases.py."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from commsla.core.letters import Letter
from commsla.core.model import Kind, Message, Role

Node = tuple[str, str, str]  # school, key of a person, key of an id or of a fingerprint
People = Callable[[Letter], frozenset[str]]
Quotes = Callable[[Letter], bool]


class Conversations:
    """Letters joined by In-Reply-To, then References, newest first (RFC 5322 section 3.6.4).

    Per school and per person: who wrote it, or whom we wrote to. So a stranger who names the ids of
    two questions of a parent joins them for himself only, and no reply to one answers the other.
    A letter hangs on the first id that is known to that person; ids nearer than that, which nobody
    has seen, join as well: two replies to the same lost mail are one conversation. Older ids do not:
    who presses Reply on an old mail to begin a new matter must not tie the two together for ever,
    nor two new matters that were begun on one lost mail.
    The order in which letters are given makes no difference.
    """

    def __init__(self, letters: Iterable[Letter], people: People, quotes: Quotes) -> None:
        self._leader: dict[Node, Node] = {}
        self._bearers: dict[Node, list[Letter]] = {}
        everybody = [(x, people(x)) for x in letters]
        for letter, persons in everybody:
            for person in persons:
                for key in ids_of(letter.message):
                    node = (letter.message.school, person, key)
                    self._bearers.setdefault(node, []).append(letter)
        for letter, persons in everybody:
            for person in persons:
                self._hang(letter, person, quotes)

    def of(self, letter: Letter, person: str) -> Node:
        """A person's conversation that a letter is in, as a value to compare within this object."""
        return self._find(self._own(letter, person))

    def named(self, letter: Letter, person: str, school: str) -> set[Node]:
        """The conversations in which a person's mail, at this school, is found to be about a letter.

        Also where the letter itself was never received, or came from somebody else: then it is found
        by its id, and by its subject where the mail does not look like a reply.
        """
        message = letter.message
        node = (school, person, message.message_id)
        if school == message.school:
            found = {self._own(letter, person)}
        else:
            found = {node if message.message_id else (school, person, message.fingerprint)}
        if message.message_id and node not in self._bearers:
            found.add(_with_subject(node, letter))
        return {self._find(n) for n in found}

    def _hang(self, letter: Letter, person: str, quotes: Quotes) -> None:
        message = letter.message
        own = self._own(letter, person)
        for key in ids_of(message):
            node = (message.school, person, key)
            if len(self._bearers[node]) == 1:
                self._join(own, node)
        for key in nearest_first(message):
            node = (message.school, person, key)
            bearers = self._bearers.get(node, [])
            if len(bearers) > 1 or bearers == [letter]:
                continue  # an id that several mails bear names none of them; nor is its own a parent
            if not bearers:
                for lost in _lost(node, letter, quotes):
                    self._join(own, lost)
                continue
            if not _begins_a_new_matter(letter, bearers[0], quotes):
                self._join(own, node)
            return

    def _own(self, letter: Letter, person: str) -> Node:
        # Without an id of its own a letter is known by what it is; the two never meet. Nor may one
        # that only claims to be of this person stand in the place of a mail that really is.
        node = _named(letter.message, person)
        if not letter.message.message_id or self._bearers.get(node, [letter]) != [letter]:
            place = f"letter {letter.message.fingerprint} {letter.seen_from}"
            return (letter.message.school, person, place)
        return node

    def _find(self, node: Node) -> Node:
        leader = self._leader
        root = node
        while (up := leader.get(root, root)) != root:
            root = up
        while (up := leader.get(node, node)) != root:
            leader[node], node = root, up
        return root

    def _join(self, a: Node, b: Node) -> None:
        a, b = self._find(a), self._find(b)
        if a != b:
            # The smaller name leads, so that the leader does not depend on the order of joining.
            self._leader[max(a, b)] = min(a, b)


def ids_of(message: Message) -> Iterator[str]:
    """The ids by which others may name a message: its own, and the one that it was written with."""
    return (key for key in dict.fromkeys((message.message_id, message.original_id)) if key)


def nearest_first(message: Message) -> Iterator[str]:
    """The ids that a message names, the one that it answers first."""
    seen: set[str] = set()
    for key in (*message.in_reply_to, *reversed(message.references)):
        if key not in seen:
            seen.add(key)
            yield key


def _named(message: Message, person: str) -> Node:
    return (message.school, person, message.message_id)


def _begins_a_new_matter(letter: Letter, before: Letter, quotes: Quotes) -> bool:
    """An old mail answered with a new subject, without Re:, quoting nothing (matching.md M2).

    Only parents do that to begin a new matter; what we send on an old mail is about that mail.
    """
    new, old = letter.message.subject_key, before.message.subject_key
    return _may_begin(letter, quotes) and bool(old) and new != old


def _may_begin(letter: Letter, quotes: Quotes) -> bool:
    message = letter.message
    if letter.judged.kind is Kind.INTERNAL:  # a colleague's answer, where the server vouches for it
        return False
    if message.role is not Role.INBOX or not message.subject_key or message.is_reply:
        return False
    return not quotes(letter)


def _lost(node: Node, letter: Letter, quotes: Quotes) -> Iterator[Node]:
    """Whom a letter meets on a mail that nobody has seen: with a new subject only its like."""
    yield _with_subject(node, letter)
    if not _may_begin(letter, quotes):
        yield node


def _with_subject(node: Node, letter: Letter) -> Node:
    school, person, key = node
    return (school, person, f"{key} {letter.message.subject_key}")
