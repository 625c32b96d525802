"""HTML -> the words that a reader sees, line by line, without quoted history; it never runs a thing.

Not `html.parser`: 32 KB of `<a <a <a` take it five seconds, and `<![` raises (Python 3.11).
"""

from __future__ import annotations

import html
import re
from enum import Enum

_OPENS = re.compile(r"<(?:!--|[!?]|/?[a-zA-Z])")
_TAG = re.compile(r"""<[^<>"']*+(?:(?:"[^"]*+"|'[^']*+')[^<>"']*+)*+>""")
_LONGEST_TAG = 4_096  # characters within which the quotes of a tag are minded
_CUT = re.compile(r"<(?:/|!-?)?\Z")
_NAME = re.compile(r"</?([a-zA-Z][^\s/>]*)")
_ATTRIBUTE = re.compile(r"""([^\s=>"'/]+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s>]*))?""")
_BLANKS = re.compile(r"[ \t\n\r\f]+")

_BLOCK = re.compile(
    "address|article|aside|blockquote|body|center|dd|details|div|dl|dt|fieldset|figure|footer|form|"
    "h[1-6]|header|hr|li|main|nav|ol|p|pre|section|table|tbody|tr|ul"
)
_VOID = frozenset({"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "wbr"})
_UNSEEN = frozenset({"iframe", "noembed", "noframes", "script", "style", "template", "title"})
_HIDDEN = ("display:none", "mso-hide:all")

# What Gmail, Yahoo, Thunderbird and Proton put around what they quote; Outlook and Yahoo write a
# prefix before the classes of a mail that they quote.
_QUOTING = re.compile(
    r"(?:x_|ydp[0-9a-f]*)*(?:gmail_quote|gmail_attr|yahoo_quoted|moz-cite-prefix|protonmail_quote)"
)
# Where Outlook's kinds begin to quote: all that follows is history.
_DIVIDERS = frozenset(
    {"divrplyfwdmsg", "appendonsend", "stopspelling", "mail-editor-reference-message-container"}
)
_WORDS_DIVIDER = ("border:none", "border-top:solid", "padding:3.0pt")


class Leave(Enum):
    """Which history is left out."""

    ALL = "all that is quoted"
    BLOCKS = "what is marked as another's words, so that answers in between stay"
    NONE = "nothing"


def plain(page: str, leave: Leave) -> str:
    """The words of an HTML page: block elements on lines of their own, at most one line empty."""
    words = _Words(leave)
    page = _CUT.sub("", page)
    at = 0
    while not words.over:
        opens = _OPENS.search(page, at)
        words.text(page[at : opens.start() if opens else len(page)])
        if opens is None:
            break
        at = _end(page, opens.start(), opens[0])
        if not at:
            break  # the message was cut in the middle of a tag
        if opens[0][1] not in "!?":
            unseen = words.tag(page[opens.start() : at])
            if unseen:
                closes = re.compile(f"</{unseen}", re.IGNORECASE).search(page, at)
                if closes is None:
                    break
                at = closes.start()
    return words.laid_out()


def _end(page: str, start: int, opening: str) -> int:
    """Where the tag or comment ends; 0 where it does not."""
    if opening == "<!--":
        end = page.find("-->", start + 2)
        return end + 3 if end >= 0 else 0
    if opening[1] not in "!?":
        tag = _TAG.match(page, start, start + _LONGEST_TAG)
        if tag:
            return tag.end()
    return page.find(">", start) + 1


class _Words:
    """What was seen so far. A carriage return stands for a line break that is one at most."""

    def __init__(self, leave: Leave) -> None:
        self.over = False
        self._leave = leave
        self._out: list[str] = []
        self._inside = ""  # the element that is left out, and how deep we are in others of its name
        self._depth = 0
        self._preformatted = False

    def text(self, raw: str) -> None:
        if self._inside or not raw:
            return
        try:
            text = html.unescape(raw)
        except ValueError:  # `&#999...;` with more digits than Python turns into a number
            text = raw
        if self._preformatted:
            self._out.append(text.replace("\r\n", "\n").replace("\r", "\n"))
        else:
            self._out.append(_BLANKS.sub(" ", text))

    def tag(self, tag: str) -> str:
        """Take in a tag; the name of an element of which nothing is seen, as far as it goes."""
        found = _NAME.match(tag)
        name = found[1].lower() if found else ""
        closes, alone = tag.startswith("</"), tag.endswith("/>") or name in _VOID
        if self._inside:
            if name == self._inside and not alone:
                self._depth += -1 if closes else 1
                if not self._depth:
                    self._inside = ""
            return ""
        if not closes:
            if name in _UNSEEN and not alone:
                return name
            if self._is_left_out(name, tag, alone):
                return ""
        if name == "br":
            self._out.append("\n")
        elif _BLOCK.fullmatch(name):
            self._out.append("\r")
        elif name in ("td", "th"):
            self._out.append(" ")
        if name == "pre":
            self._preformatted = not closes
        return ""

    def laid_out(self) -> str:
        text = re.sub(" {2,}", " ", "".join(self._out))
        text = re.sub(" ?\r[ \r]*", "\r", text)
        text = re.sub(" ?\n[ \r]*", "\n", text).replace("\r", "\n")
        text = "\n".join(line.strip(" \xa0") for line in text.split("\n"))
        return re.sub("\n{3,}", "\n\n", text).strip("\n")

    def _is_left_out(self, name: str, tag: str, alone: bool) -> bool:
        attributes = _attributes(tag)
        if self._leave is not Leave.NONE and _divides(attributes):
            self.over = True
            return True
        style = "".join(attributes.get("style", "").split())
        quotes = self._leave is Leave.ALL or (self._leave is Leave.BLOCKS and name == "blockquote")
        hidden = any(word in style for word in _HIDDEN)
        if alone or not (hidden or (quotes and _quotes(name, attributes))):
            return False
        self._inside, self._depth = name, 1
        self._out.append("\r")
        return True


def _attributes(tag: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for attribute in _ATTRIBUTE.finditer(tag, 1):
        value = (attribute[2] or "").strip("\"'")
        found.setdefault(attribute[1].lower(), html.unescape(value[:500]).lower())
    return found


def _divides(attributes: dict[str, str]) -> bool:
    style = "".join(attributes.get("style", "").split())
    return (
        attributes.get("id", "") in _DIVIDERS
        or "outlookmessageheader" in attributes.get("class", "").split()
        or all(word in style for word in _WORDS_DIVIDER)
    )


def _quotes(name: str, attributes: dict[str, str]) -> bool:
    if name == "blockquote" and attributes.get("type") == "cite":
        return True
    classes = attributes.get("class", "").split()
    return attributes.get("id", "").startswith("yahoo_quoted") or any(
        _QUOTING.fullmatch(word) for word in classes
    )
