"""Gmail's All Mail: each message once, and its labels say where it lies; other servers have none of it.

https://developers.google.com/workspace/gmail/imap/imap-extensions: X-GM-LABELS, where the server
offers X-GM-EXT-1. What a label is called never becomes part of a command.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from commsla.core.addresses import read_addresses
from commsla.core.clean import clean
from commsla.core.headers import read_fields
from commsla.core.mailfacts import FolderSeen, SentBy, Survey
from commsla.core.model import Delivered, Role
from commsla.core.school import Mailbox
from commsla.edges.imap.folders import Listed
from commsla.edges.imap.pull import Asks
from commsla.edges.imap.replies import Fetched, Part
from commsla.edges.imap.talk import Talk
from commsla.errors import MailboxError

_EXTENSION = "X-GM-EXT-1"
_ALL = "\\all"  # RFC 6154 section 2
_NOT_READ = frozenset({"\\draft", "\\drafts", "\\spam", "\\junk", "\\trash"})
_SENT, _INBOX = "\\sent", "\\inbox"
_HIGHEST_UID = 2**32 - 1

_LABELS = re.compile(rb"(?i)(?<=[ (])X-GM-LABELS ?\(")
_LABEL = re.compile(rb'\s*(?:"((?:[^"\\]|\\.)*)"|([^\s()"{]+))', re.DOTALL)
_LITERAL = re.compile(rb"\s*\{\d+\}\Z")
_BODY = re.compile(rb"(?i)BODY\[")


def find_all_mail(listing: list[Listed], talk: Talk) -> str:
    """The folder of all mail, by its special use. Raises MailboxError where this is no Gmail."""
    mailbox = talk.mailbox
    found = [folder.name for folder in listing if _ALL in folder.flags and folder.opens]
    if len(found) != 1:
        raise MailboxError(
            f"{mailbox.address}: the server shows no folder of all mail",
            'In Gmail turn on "Show in IMAP" for All Mail; elsewhere take `all_mail` out of '
            "schools.toml and name the folders as `inboxes`.",
            public="the server shows no folder of all mail",
        )
    if not talk.offers(_EXTENSION):
        raise MailboxError(
            f"{mailbox.address}: {mailbox.host} has no labels, so what was sent cannot be told from "
            "what came",
            "Take `all_mail` out of schools.toml; it is for Gmail only.",
            public="the server has no labels (X-GM-EXT-1)",
        )
    return found[0]


def with_all_mail(survey: Survey, name: str) -> Survey:
    """What a poll of all mail reads; the Sent folder only shows how much was sent."""
    usual = re.fullmatch(r"\[(Gmail|Google Mail)\]/All Mail", name) is not None
    everything = FolderSeen(name, clean(name, 60) if usual else "")
    sent, by = (survey.sent, survey.by) if survey.sent else (everything, SentBy.LABEL)
    return replace(survey, inbox=everything, sent=sent, by=by, candidates=(), others=(), missing=())


class Labelled:
    """A conversation that asks for labels as well, and keeps them out of what it hands on."""

    def __init__(self, talk: Asks) -> None:
        self._talk = talk
        self._labels: dict[int, frozenset[str]] = {}

    @property
    def mailbox(self) -> Mailbox:
        return self._talk.mailbox

    @property
    def hung_up(self) -> bool:
        """Whether the line ended by itself."""
        return self._talk.hung_up

    def search(self, low: int, high: int, since: str = "") -> list[int]:
        return self._talk.search(low, high, since)

    def fetch(self, uids: str, items: str) -> tuple[bool, list[Part]]:
        """As the conversation's own; the labels come with each message's arrival."""
        asked = items.replace("INTERNALDATE", "INTERNALDATE X-GM-LABELS", 1)
        content, parts = self._talk.fetch(uids, asked)
        return content, [part for reply in _replies(parts) for part in self._taken(reply)]

    def placed(self, item: Delivered) -> Delivered:
        """The message with what its labels say of it; one without labels is as if it had come in."""
        labels = self._labels.pop(item.uid, frozenset())
        if labels & _NOT_READ:
            return replace(item, left_out=True)
        to_itself = _INBOX in labels and _only_to(item, self.mailbox.address)
        if _SENT in labels and not to_itself:
            return replace(item, role=Role.SENT)
        return item

    def _taken(self, reply: list[Part]) -> list[Part]:
        labels, rest = _split(reply)
        seen = Fetched(1, _HIGHEST_UID)
        seen.add(rest)
        if labels is not None:
            self._labels.update(dict.fromkeys(seen.dates, frozenset(labels)))
        return rest


def _only_to(item: Delivered, address: str) -> bool:
    """Whether a mail that the office sent went to itself alone: so a web form hands on a parent's."""
    fields = read_fields(item.headers or b"")
    names = ("to", "cc", "bcc")
    to = {a.address.casefold() for n in names for v in fields.get(n, []) for a in read_addresses(v)}
    return to == {address.casefold()}


def _replies(parts: list[Part]) -> Iterator[list[Part]]:
    """One list for each reply: pieces up to a literal, and the piece that ends it."""
    reply: list[Part] = []
    for part in parts:
        reply.append(part)
        if not isinstance(part, tuple):
            yield reply
            reply = []


def _split(reply: list[Part]) -> tuple[set[str] | None, list[Part]]:
    """The labels of one reply (None where it has none), and the reply without them."""
    labels: set[str] | None = None
    rest: list[Part] = []
    before, inside = b"", False
    for part in reply:
        text, literal = part if isinstance(part, tuple) else (part, None)
        if not isinstance(text, bytes):
            continue
        at = 0
        # What stands behind BODY[ is the mail's own text, which may speak of labels.
        begins = None if inside or labels is not None else _LABELS.search(text, 0, _end(text))
        if begins:
            before, at, inside, labels = text[: begins.start()], begins.end(), True, set()
        if inside and labels is not None:
            while label := _LABEL.match(text, at):
                quoted = re.sub(rb"\\(.)", rb"\1", label[1]) if label[1] is not None else None
                labels.add(_name(label[2] if quoted is None else quoted))
                at = label.end()
            if literal is not None and _LITERAL.match(text, at):
                labels.add(_name(literal))
                continue
            inside = False
            text = before + text[at:].lstrip().removeprefix(b")")
        rest.append(text if literal is None else (text, literal))
    return labels, rest


def _end(text: bytes) -> int:
    body = _BODY.search(text)
    return body.start() if body else len(text)


def _name(label: bytes) -> str:
    return label.decode("latin-1").casefold()
