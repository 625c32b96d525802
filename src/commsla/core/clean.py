"""Makes any text from outside safe to show; it never decides what a text means."""

from __future__ import annotations

import unicodedata

# Invisible by design and harmless to leave out: joiners, soft hyphen, byte-order mark, and the
# marks that only choose how the character before them is drawn.
_DROPPED = frozenset("\u00ad\u200b\u200c\u200d\u2060\ufeff\u034f\u17b4\u17b5\u180f").union(
    *(
        map(chr, range(first, last + 1))
        for first, last in ((0x180B, 0x180D), (0xFE00, 0xFE0F), (0xE0100, 0xE01EF))
    )
)
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# The second row calls itself letters and a symbol (Hangul fillers, the empty Braille cell), and is
# as empty as a space: a name made of it would be a sender that nobody sees.
_SPACES = frozenset("\t\r\n\u115f\u1160\u2800\u3164\uffa0")
_MOST_MARKS = 3  # on one character; what people write needs no more, a tower hides the lines above


def clean(text: str, limit: int = 200) -> str:
    """`text` as one line of visible characters, NFC, at most `limit` of them (an ellipsis ends a cut).

    Tabs, line ends and blank look-alikes become spaces; every other control, bidi override, surrogate
    or unassigned character becomes a visible symbol (C0 as U+2400..., the rest as U+FFFD), so that no
    sink obeys it. Of the combining marks on one character the first three stay.
    """
    if len(text) <= limit and text.isascii() and text.isprintable():
        return " ".join(text.split())
    out: list[str] = []
    for char in text[: 4 * limit]:
        if " " <= char <= "~":
            out.append(char)
        elif char in _SPACES:
            out.append(" ")
        elif char in _DROPPED:
            continue
        elif unicodedata.category(char) in _HIDDEN:
            out.append(_symbol(char))
        elif unicodedata.category(char) == "Zs":
            out.append(" ")
        else:
            out.append(char)
    shown = _few_marks(unicodedata.normalize("NFC", " ".join("".join(out).split())))
    if len(shown) > limit or len(text) > 4 * limit:
        shown = shown[: limit - 1].rstrip() + "…"
    return shown


def _few_marks(text: str) -> str:
    """`text` (NFC, or a mark would count that is about to be composed) without towers of marks."""
    if text.isascii():
        return text
    out: list[str] = []
    run = 0
    for char in text:
        run = run + 1 if unicodedata.category(char).startswith("M") else 0
        if run <= _MOST_MARKS:
            out.append(char)
    return "".join(out)


def _symbol(char: str) -> str:
    code = ord(char)
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else "\ufffd"
