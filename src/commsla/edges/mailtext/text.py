"""The beginning of a raw message -> its first readable text; never an attachment's, never another mail's."""

from __future__ import annotations

import codecs
import re

from commsla.core.clean import clean
from commsla.core.encoded import eight_bit
from commsla.edges.mailtext.markup import Leave, plain
from commsla.edges.mailtext.parts import Part, read_parts

LONGEST = 20_000  # characters of a text
_LINE_END = re.compile("\r\n?|[\u0085\u2028\u2029]")
_REQUEST = re.compile(rb"^METHOD:[ \t]*REQUEST[ \t\r]*$", re.IGNORECASE | re.MULTILINE)
# Codecs that are no charset of a mail: slow, or made to spell controls and surrogates.
_NO_CHARSETS = frozenset({"idna", "punycode", "raw_unicode_escape", "undefined", "unicode_escape"})


def text_of_mail(raw: bytes, *, history: bool = False) -> str | None:
    """The words of a message of which the first 32 KB are here, at most 20,000 characters.

    Plain text, else HTML without the history that its program marked as such; with `history` all of
    it. Of several texts the first that says something: plain before HTML where they are a choice
    (RFC 2046 section 5.1.4). "" where the text is empty, or not among the first 32 KB; None where
    the message has none. Still a stranger's words, but without controls other than line end and
    tab. Never raises.
    """
    try:
        return _text([part for part in read_parts(raw) if _is_text(part)], history)
    except (Exception, RecursionError, MemoryError):  # noqa: BLE001 - hostile bytes must cost one text only
        return None


def calendar_request(raw: bytes) -> bool:
    """Whether a message carries a calendar's invitation (RFC 6047) in its first 32 KB. Never raises."""
    try:
        return any(_is_request(part) for part in read_parts(raw) if part.type == "text/calendar")
    except (Exception, RecursionError, MemoryError):  # noqa: BLE001 - hostile bytes prove nothing
        return False


def _is_text(part: Part) -> bool:
    return part.type in ("text/plain", "text/html") and not part.attached


def _is_request(part: Part) -> bool:
    method = part.parameters.get("method")
    return method == "request" if method else bool(_REQUEST.search(part.content()))


def _text(parts: list[Part], history: bool) -> str | None:
    choices: dict[int, list[Part]] = {}
    for part in parts:
        choices.setdefault(part.choice, []).append(part)
    for choice in choices.values():
        for part in sorted(choice, key=lambda part: part.type != "text/plain"):
            text = _safe(_words(part, history))
            if text.strip():
                return text
    return "" if parts else None


def _words(part: Part, history: bool) -> str:
    text = _decoded(part.content(), part.parameters.get("charset", ""))
    if part.type == "text/html":
        if history:
            return plain(text, Leave.NONE)
        # Whoever answers between the quoted lines does so in what Gmail marks as history.
        return plain(text, Leave.ALL) or plain(text, Leave.BLOCKS)
    text = _LINE_END.sub("\n", text)
    if part.parameters.get("format") == "flowed":
        text = _unflowed(text, part.parameters.get("delsp") == "yes")
    return text.strip("\n")


def _decoded(raw: bytes, charset: str) -> str:
    """By the declared charset, else UTF-8, else Windows-1252; a letter cut at the end is dropped."""
    name = _codec(charset)
    for known in dict.fromkeys((name or "utf-8", "utf-8")):
        try:
            text = codecs.getincrementaldecoder(known)("strict").decode(raw)
        except Exception:  # noqa: BLE001 - whatever a codec says about hostile bytes
            continue
        if name or not text.isascii() or len(text) == len(raw):
            return text
        return eight_bit(raw)  # one odd byte, at the end: as like as not a letter
    shown = raw.decode(name or "utf-8", "replace")
    broken = shown.count("\ufffd")
    return shown if sum(char > "~" for char in shown) >= 2 * broken else eight_bit(raw)


def _codec(charset: str) -> str:
    """Python's name of a charset; "" for one that it does not know, or that says nothing."""
    try:
        "".encode(charset)  # refuses those that turn bytes into bytes: zip, base64
        name = codecs.lookup(charset).name
    except (LookupError, ValueError):
        return ""
    if name == "iso8859-1":
        return "cp1252"  # as every mail program reads it: many declare the one and write the other
    return "" if name.replace("-", "_") in ("ascii", *_NO_CHARSETS) else name


def _unflowed(text: str, delete_space: bool) -> str:
    """RFC 3676: a line that ends in a space goes on in the next one of the same quoting depth."""
    lines: list[list[str]] = []
    goes_on, before = False, 0
    for line in text.split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        words = line[depth:].removeprefix(" ")
        if goes_on and depth == before and words != "-- ":
            lines[-1].append(words)
        else:
            lines.append([">" * depth + " " if depth else "", words])
        goes_on, before = words.endswith(" ") and words != "-- ", depth
        if goes_on and delete_space:
            lines[-1][-1] = words[:-1]
    return "\n".join("".join(pieces) for pieces in lines)


def _safe(text: str) -> str:
    """As `clean` shows each character, but with the line ends, tabs and spaces of the text."""
    text = _LINE_END.sub("\n", text[:LONGEST])
    odd = {char for char in text if not (" " <= char <= "~" or char in "\n\t")}
    # Between two full stops a blank is not at an end, and a mark has nothing to be composed with.
    return text.translate({ord(char): clean(f".{char}.")[1:-1] for char in odd})[:LONGEST]
