"""Makes any text from outside safe to show; it never decides what a text means."""

from __future__ import annotations

import unicodedata

# Invisible by design and harmless to leave out: joiners, soft hyphen, byte-order mark.
_DROPPED = frozenset("\u00ad\u200b\u200c\u200d\u2060\ufeff")
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_SPACES = frozenset("\t\r\n")


def clean(text: str, limit: int = 200) -> str:
    """`text` as one line of visible characters, NFC, at most `limit` of them (an ellipsis ends a cut).

    Tabs and line ends become spaces; every other control, bidi override, surrogate or unassigned
    character becomes a visible symbol (C0 as U+2400..., the rest as U+FFFD), so that no sink obeys it.
    """
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
    shown = unicodedata.normalize("NFC", " ".join("".join(out).split()))
    if len(shown) > limit or len(text) > 4 * limit:
        shown = shown[: limit - 1].rstrip() + "…"
    return shown


def _symbol(char: str) -> str:
    code = ord(char)
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else "\ufffd"
