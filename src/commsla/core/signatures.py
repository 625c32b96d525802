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
_LABELS = frozenset(
    """tel telephone phone mob mobile t m e w p f fax email e-mail mail web website direct office
    ext or and""".split()  # noqa: SIM905 - twenty words, one a line, hide the code
)
_NUMBER = re.compile(r"[+(]?\d[\d()+-]{0,20}")
_SITE = re.compile(
    r"\S{1,64}@\S{1,120}|(?:https?://|www\.)\S{1,200}|(?:[\w-]{1,40}\.){1,4}[a-z]{2,10}/?"
)
_LINK = re.compile(r"(?:https?://|www\.)\S{1,200}")
_AFTERTHOUGHT = re.compile(
    r"(?:p\.? ?s\b|also\b|oh\b|one more|just |sorry|actually|btw\b|by the way)"
)
# Who speaks for herself or of a child: no card and no footer does.
_OWN = re.compile(
    r"\b(?:i|i'm|i'd|i'll|i've|im|ive|my|he|she|he's|she's|hes|shes|his|her|him)\b(?![.@/])"
)
_ASKS = re.compile(
    r"(?:^|[.!,] |\b(?:please|pls|plz|and|then|can you|could you) )"
    r"(?:ring|call|phone|text|e-?mail|message|reply|send|forward|tell|let|remind|contact|get)"
    r"(?: back)?(?: to)? (?:me|my|him|her)\b"
    r"|\b(?:please|pls|plz) (?:ring|call|phone|text|reply|send|tell|confirm|add|put|remove|change|give"
    r"|pass|ask|make sure|ensure|keep) (?!us\b|the (?:school|office)|reception|to (?:this|all)|this)"
)
_FAULTS = frozenset(
    {"doesn't", "won't", "can't", "isn't", "dead", "broken", "wrong", "expired", "404"}
)
_TOLD = frozenset({"but", "not", "no", "yesterday", "today", "again", "ago", "last", "twice"})
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


def speaks(low: str) -> bool:
    """Whether a folded line speaks for who wrote it, as a footer never does: of him, or to ask."""
    return _OWN.search(low) is not None or asks(low) or not _FAULTS.isdisjoint(low.split())


def asks(low: str) -> bool:
    """Whether a folded line asks for something to be done, "me" or "please" in it."""
    return _ASKS.search(low) is not None


def without_disclaimers(lines: list[str]) -> list[str]:
    """Each from its first sentence to the end of its paragraph."""
    kept: list[str] = []
    inside = False
    for line in lines:
        if not line.strip():
            inside = False
        low = folded(line)
        if not inside and any(sign in low for sign in _DISCLAIMER):
            own: list[str] = []
            for sentence in SENTENCE_END.split(line):
                if _disclaims(folded(sentence)):
                    inside = True
                    break
                own.append(sentence)
            line = " ".join(own)
            kept.append(line)
        elif not inside:
            kept.append(line)
    return kept


def _disclaims(low: str) -> bool:
    # "I think I received this email in error" is a parent's.
    return any(sign in low for sign in _DISCLAIMER) and _OWN.search(low) is None


def without_signature(lines: list[str]) -> list[str]:
    kept: list[str] = []
    begun = signed = closed = (
        False  # words stood there; a name stood there; a closing formula stood there
    )
    for number, line in enumerate(lines):
        low = folded(line)
        new_paragraph = number == 0 or not lines[number - 1].strip()
        begun = begun or (bool(kept) and has_letters(kept[-1]))
        if begun and line.rstrip() in ("--", "---", "–", "—"):
            return kept
        if _names_device(low):
            closed = begun
            continue
        if closed:
            if low and (speaks(low) or (new_paragraph and _AFTERTHOUGHT.match(low))):
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


def _names_device(low: str) -> bool:
    # "Sent via the app yesterday, did it arrive?" is a parent's.
    return low.startswith(_DEVICE) and "?" not in low and _TOLD.isdisjoint(low.split())


def _is_furniture(low: str) -> bool:
    """Nothing, or a line of a card: numbers, addresses, links."""
    if not low:
        return True
    if len(low) > 200 or speaks(low):
        return False
    if _is_contact(low) or "|" in low:
        return True
    return _LINK.search(low) is not None and _TOLD.isdisjoint(low.split())


def _is_contact(low: str) -> bool:
    """Numbers, addresses and what they are called, and not a word more."""
    words = [w.strip(":.,;()|/-–") for w in low.replace(":", ": ").split()]
    found = [w for w in words if w and w not in _LABELS]
    if not all(_NUMBER.fullmatch(w) or _SITE.fullmatch(w) for w in found):
        return False
    return any(_SITE.fullmatch(w) for w in found) or sum(map(len, found)) >= 6
