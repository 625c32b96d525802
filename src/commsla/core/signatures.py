"""Signatures and disclaimers: what stands below the words of every mail alike; it reads no meaning."""

from __future__ import annotations

import re
from collections.abc import Sequence

_DEVICE = (
    "sent from my ",
    "sent from outlook",
    "sent from yahoo",
    "sent from mail for",
    "sent from samsung",
    "sent from proton",
    "sent from aol",
    "sent via ",
    "get outlook for",
    "yahoo mail: search",
    "wysłano z ",
    "envoyé de mon",
    "von meinem iphone",
    "gesendet von ",
    "enviado desde mi",
    "enviado do meu",
    "inviato da ",
    "trimis de pe",
)
_DISCLAIMER = (
    "this e-mail and any",
    "this email and any",
    "this message and any",
    "this e-mail is intended",
    "this email is intended",
    "this message is intended",
    "this email is confidential",
    "this e-mail is confidential",
    "this message is confidential",
    "this message may be",
    "this email may be",
    "this email may contain",
    "this message may contain",
    "the information in this e",
    "the information contained in this",
    "the contents of this e",
    "confidential and intended",
    "confidentiality notice",
    "confidential: intended",
    "intended only for the",
    "intended solely for",
    "intended for the addressee",
    "not the intended recipient",
    "received this email in error",
    "received this e-mail in error",
    "received it in error",
    "consider the environment",
    "think before you print",
    "monitors email",
    "monitors e-mail",
    "authorised and regulated",
    "registered in england",
    "registered office",
    "registered charity",
    "checked for viruses",
    "scanned for viruses",
    "virus-free",
    "we aim to reply",
    "we aim to respond",
    "we aim to answer",
    "our office hours",
    "office hours are",
    "office is open",
    "follow us on",
)
_REGARDS = re.compile(
    r"(?:(?:with|and) )?(?:(?:my|our|very|many|all|kind|kindest|best|warm|warmest|yours) ?){0,3}"
    r"(?:regards?|wishes|rgds|kr|sincerely|faithfully|truly|yours|love|best|cheers|all the best)",
)
_THANKS = re.compile(
    r"(?:(?:many|with|kind|very) ?){0,2}(?:thanks|thank ?you|thankyou|ta|thanx|thx)"
    r"(?: (?:again|in advance|so much|very much|kindly|and kind regards|and best wishes))?"
)
_CONTACT = re.compile(
    r"(?:(?:tel|telephone|phone|mob|mobile|t|m|e|w|fax|email|e-mail|web|website)\b\s?[.:]?\s?"
    r"[(+\w][\w@.() +-]{4,60}|[+(]?\d[\d ()+-]{8,20}|.{0,80}\|.{0,120})$"
)
_LINK = re.compile(r"(?:https?://|www\.)\S{1,200}")
_AFTERTHOUGHT = re.compile(
    r"(?:p\.? ?s\b|also\b|oh\b|one more|just |sorry|actually|btw\b|by the way)"
)
_NAME = re.compile(r"[^\W\d_][\w.'’-]{0,24}[,:]?")
_SMALL = frozenset({"and", "&", "de", "van", "von", "of", "the", "for", "to", "on", "behalf", "-"})
_NO_NAMES = frozenset(
    """yes no ok okay yep nope perfect great lovely brilliant noted fine thanks thank thankyou cheers
    sorry please will what who when where which how why any monday tuesday wednesday thursday friday
    saturday sunday tomorrow today attached received done hi hello dear i we you he she it they is
    are can could would do does did""".split()  # noqa: SIM905 - sixty words, one a line, hide the code
)
SENTENCE_END = re.compile(r"(?<=[.!?]) ")


def folded(line: str) -> str:
    """A line to compare: straight apostrophes, single spaces, no capitals."""
    return " ".join(line.replace("’", "'").casefold().split())


def has_letters(line: str) -> bool:
    """Whether there is a letter or a figure in it."""
    return any(map(str.isalnum, line))


def without_disclaimers(lines: list[str]) -> list[str]:
    """Each from its first sentence to the end of its paragraph."""
    kept: list[str] = []
    inside = False
    for line in lines:
        if not line.strip():
            inside = False
        low = folded(line)
        if not inside and any(sign in low for sign in _DISCLAIMER):
            inside = True
            own: list[str] = []
            for sentence in SENTENCE_END.split(line):
                if any(sign in folded(sentence) for sign in _DISCLAIMER):
                    break
                own.append(sentence)
            line = " ".join(own)
            kept.append(line)
        elif not inside:
            kept.append(line)
    return kept


def without_signature(lines: list[str]) -> list[str]:
    kept: list[str] = []
    begun = signed = closed = (
        False  # words stood there; a name stood there; a closing formula stood there
    )
    for number, line in enumerate(lines):
        low = folded(line)
        new_paragraph = number == 0 or not lines[number - 1].strip()
        begun = begun or (bool(kept) and has_letters(kept[-1]))
        if begun and (line.rstrip() in ("--", "---", "–", "—") or low.startswith(_DEVICE)):
            return kept
        if low.startswith(_DEVICE):
            continue
        if closed:
            if low and new_paragraph and _AFTERTHOUGHT.match(low):
                closed = signed = False
            else:
                continue
        if signed and (_is_furniture(low) or is_name(line)):
            continue
        if begun and _closes(low, lines[number + 1 : number + 4]):
            closed = True
            if _THANKS.match(low):
                kept.append(line)
            continue
        signed = begun and ((signed and bool(low)) or (new_paragraph and is_name(line)))
        if not (signed and is_name(line)):
            kept.append(line)
    return kept


def _closes(low: str, below: Sequence[str]) -> bool:
    """A closing formula, alone or with a name, with nothing but a name below it."""
    formula = _REGARDS.match(low[:60]) or _THANKS.match(low[:60])
    if formula is None or len(low[formula.end() :].split()) > 3 or "?" in low:
        return False
    named = re.match(r"[,.! -]*(?:\w[\w.'-]*[ ]?){0,3}$", low[formula.end() :])
    following = next((x for x in below if x.strip()), "")
    return named is not None and (not following or is_name(following))


def is_name(line: str) -> bool:
    """Up to six words with capitals, no sentence: a name, a role, a school."""
    words = line.strip(" ,.-–|()").split()
    if not 0 < len(words) <= 6 or len(line) > 70 or line.rstrip().endswith(("?", "!", ":")):
        return False
    if len(words) > 2 and line.isupper():
        return False  # somebody shouts
    if any(w.casefold().strip(",.'") in _NO_NAMES for w in words):
        return False
    return all(w in _SMALL or (w[0].isupper() and _NAME.fullmatch(w)) for w in words)


def _is_furniture(low: str) -> bool:
    return not low or (len(low) < 200 and bool(_CONTACT.match(low) or _LINK.search(low)))
