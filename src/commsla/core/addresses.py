"""Reads mail addresses out of a header, in one pass and whatever is written there.

The standard library's `getaddresses` answers differently from release to release (CVE-2023-27043)
and recurses into nested comments; who wrote a mail must not depend on either.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_WORD = re.compile(r"[^\s<>,;:\"()]+")
_QUOTED_LOCAL = re.compile(r'\s*("(?:[^"\\]|\\.)*"@[^\s<>@,;:"()]+)\s*')
_MOST = 200  # recipients looked at in one header
# What nearly every header holds: one plain name with one plain address, or the address alone.
_PLAIN = re.compile(r"([\w .'-]*) <([\w.+'-]+@[\w.-]+)>|([\w.+'-]+@[\w.-]+)", re.ASCII)


class Mailbox(NamedTuple):
    """A display name and an address; the address is empty where none can be read."""

    name: str
    address: str


def read_addresses(text: str) -> list[Mailbox]:
    """The mailboxes of a From, To, Cc or Reply-To header (RFC 5322 section 3.4), in order.

    What stands in angle brackets outside quotes is the address; without any it is the bare word.
    Quoted text and comments are never an address. Groups give their members.
    """
    if plain := _PLAIN.fullmatch(text):
        return [Mailbox(" ".join((plain[1] or "").split()), plain[2] or plain[3])]
    found = []
    for part in _parts(text):
        mailbox = _mailbox(part)
        if mailbox.name or mailbox.address:
            found.append(mailbox)
        if len(found) >= _MOST:
            break
    return found


class _Part(NamedTuple):
    words: str  # outside quotes, comments and brackets
    quoted: str
    comment: str
    bracketed: str | None


def _mailbox(part: _Part) -> Mailbox:
    address = _address(part.words if part.bracketed is None else part.bracketed)
    if part.bracketed is None:
        name = part.quoted or part.comment
        if not address:
            name = name or part.words
    else:
        name = part.quoted or part.words or part.comment
        if not address:
            name = name or part.bracketed
    return Mailbox(" ".join(name.split()), address)


def _address(text: str) -> str:
    """The first address in plain text; "" where two could be meant (`a@b@c`)."""
    if '"' in text:  # only `"john doe"@home.example`: what is quoted in it is no address
        quoted = _QUOTED_LOCAL.fullmatch(text)
        return quoted[1] if quoted else ""
    for word in _WORD.findall(text):
        local, _, domain = word.partition("@")
        if local and domain:
            return word if "@" not in domain else ""
    return ""


def _parts(text: str) -> list[_Part]:
    parts: list[_Part] = []
    words: list[str] = []
    quoted: list[str] = []
    comment: list[str] = []
    inside: list[str] | None = None
    depth, in_quote, in_angle, escaped = 0, False, False, False

    def flush() -> None:
        nonlocal words, quoted, comment, inside, in_angle
        bracketed = None if inside is None else "".join(inside)
        parts.append(
            _Part(
                "".join(words).strip(), "".join(quoted).strip(), "".join(comment).strip(), bracketed
            )
        )
        words, quoted, comment, inside, in_angle = [], [], [], None, False

    for char in text:
        if escaped:
            escaped = False
            (quoted if in_quote else comment).append(char)
        elif char == "\\" and (in_quote or depth):
            escaped = True
        elif in_quote:
            if char == '"':
                in_quote = False
            else:
                quoted.append(char)
        elif depth:
            depth += (char == "(") - (char == ")")
            if depth:
                comment.append(char)
        elif in_angle:
            if char == ">":
                in_angle = False
            elif inside is not None:
                inside.append(char)
        elif char in '"(':
            # What stands on both sides is not one word: off(x)ice@school is nobody's address.
            words.append(" ")
            in_quote, depth = char == '"', int(char == "(")
        elif char == "<":
            inside, in_angle = [], True  # a second pair wins: "a <b@c> <d@e>" is from d@e
        elif char in ",;":
            flush()
        elif char == ":":
            words = []  # a group's name
        else:
            words.append(char)
    if in_quote or depth:
        inside = []  # a quote or comment that never ends may hide the true address: none is read
    flush()
    return parts
