"""Which messages belong together, by ids and people; who may join a case is decided in cases.py."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from commsla.core.letters import Letter
from commsla.core.model import Kind, Message, Role

Node = tuple[str, str, str]  # school, key of a person, key of an id or of a fingerprint
People = Callable[[Letter], frozenset[str]]
Says = Callable[[Letter], bool]


class Conversations:
    """Letters joined by In-Reply-To, then References, newest first (RFC 5322 section 3.6.4).

    Per school and per person: who wrote it, or whom we wrote to. So a stranger who names the ids of
    two questions of a parent joins them for himself only, and no reply to one answers the other.
    A letter hangs on the first id that is known to that person; ids nearer than that, which nobody
    has seen, join as well: two replies to the same lost mail are one conversation. Older ids do not:
    who presses Reply on an old mail to begin a new matter must not tie the two together for ever,
    nor two new matters that were begun on one lost mail.
    An id that several mails bear names none of them in what a parent writes. What we write answers
    the one of them that asks something and came before, by its subject where there are more.
    The order in which letters are given makes no difference.
    """

    def __init__(
        self,
        letters: Iterable[Letter],
        people: People,
        answerable: People,
        quotes: Says,
        asks: Says,
    ) -> None:
        self._leader: dict[Node, Node] = {}
        self._bearers: dict[Node, list[Letter]] = {}
        self._claimed: dict[Node, list[Letter]] = {}  # of persons whom only Reply-To names
        self._doubtful: dict[tuple[int, str], list[Letter]] = {}
        self._quotes, self._asks = quotes, asks
        everybody = [(x, people(x)) for x in letters]
        for letter, persons in everybody:
            claims = answerable(letter) - persons if asks(letter) else ()
            for key in ids_of(letter.message):
                for bearers, named in ((self._bearers, persons), (self._claimed, claims)):
                    for person in named:
                        bearers.setdefault((letter.message.school, person, key), []).append(letter)
        for letter, persons in everybody:
            for person in persons:
                self._hang(letter, person)

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
        shared = school == message.school and len(self._claimed.get(node, ())) > 1
        if message.message_id and node not in self._bearers and not shared:
            found.add(_with_subject(node, letter))
        return {self._find(n) for n in found}

    def doubtful(self, letter: Letter, person: str) -> Sequence[Letter]:
        """The mails with one id of which ours may answer any; () where that is no question."""
        return self._doubtful.get((id(letter), person), ())

    def _hang(self, letter: Letter, person: str) -> None:
        message = letter.message
        own = self._own(letter, person)
        for key in ids_of(message):
            node = (message.school, person, key)
            if len(self._bearers[node]) == 1:
                self._join(own, node)
        doubt = False  # it names an id of several mails, and is like none of them by its subject
        for key in nearest_first(message):
            node = (message.school, person, key)
            bearers = self._bearers.get(node, [])
            shared = bearers or self._claimed.get(node, [])
            meant = self._meant(letter, shared) if len(shared) > 1 else []
            if len(meant) == 1:
                self._join(own, self._own(meant[0], person))
            elif meant:
                self._doubtful.setdefault((id(letter), person), []).extend(meant)
            if meant and bearers:
                if len(meant) == 1 or _are_alike(letter, meant[0]):
                    return
                doubt = True
            if len(bearers) > 1 or bearers == [letter]:
                continue  # it names none of them; nor is its own id a parent
            if not bearers:
                for lost in (_with_subject(node, letter),) if doubt else self._lost(node, letter):
                    self._join(own, lost)
                continue
            if doubt and _are_alike(letter, bearers[0]):
                del self._doubtful[id(letter), person]
                self._join(own, node)
            elif not doubt and not self._begins_a_new_matter(letter, bearers[0]):
                self._join(own, node)
            return

    def _meant(self, letter: Letter, shared: Iterable[Letter]) -> list[Letter]:
        """Which of the mails with one id ours may answer: none that came later or asks nothing."""
        if not _is_ours(letter):
            return []
        asked = [x for x in shared if self._asks(x)]
        asked = [x for x in asked if x.message.received <= letter.message.received]
        return [x for x in asked if len(asked) > 1 and _are_alike(letter, x)] or asked

    def _begins_a_new_matter(self, letter: Letter, before: Letter) -> bool:
        """An old mail answered with a new subject, without Re:, quoting nothing (matching.md M2).

        Only parents do that to begin a new matter; what we send on an old mail is about that mail.
        """
        new, old = letter.message.subject_key, before.message.subject_key
        return self._may_begin(letter) and bool(old) and new != old

    def _may_begin(self, letter: Letter) -> bool:
        message = letter.message
        if _is_ours(letter) or not message.subject_key or message.is_reply:
            return False
        return not self._quotes(letter)

    def _lost(self, node: Node, letter: Letter) -> Iterator[Node]:
        """Whom a letter meets on a mail that nobody has seen: with a new subject only its like."""
        yield _with_subject(node, letter)
        if not self._may_begin(letter):
            yield node

    def _own(self, letter: Letter, person: str) -> Node:
        # Without an id of its own a letter is known by what it is; the two never meet. Nor may one
        # that only claims to be of this person stand in the place of a mail that really is.
        node = _named(letter.message, person)
        near = self._bearers.get(node) or self._claimed.get(node, [letter])
        if not letter.message.message_id or near != [letter]:
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


def _is_ours(letter: Letter) -> bool:
    """From Sent, or a colleague's: that is in a parent's conversation only if it is vouched for."""
    return letter.message.role is not Role.INBOX or letter.judged.kind is Kind.INTERNAL


def _are_alike(letter: Letter, other: Letter) -> bool:
    return letter.message.subject_key == other.message.subject_key


def _with_subject(node: Node, letter: Letter) -> Node:
    school, person, key = node
    return (school, person, f"{key} {letter.message.subject_key}")
