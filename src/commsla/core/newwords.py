"""The new words of one message, without banner, quotes, signature and disclaimer.

It never decides what they mean, and it leaves rather a line too many than a parent's question out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from commsla.core.quoted import LONGEST, MOST_LINES, Seam, bare, is_quote, seams
from commsla.core.signatures import (
    SENTENCE_END,
    folded,
    is_name,
    without_disclaimers,
    without_signature,
)

_LINE = 20  # a known line of this length is no coincidence
_WRAPPED = 60  # a marked line of this length may have been broken
_QUOTED_LINE = 28  # what proves that an answer quotes, measured with the guard against new matters

_BANNER = (
    "caution:",
    "caution -",
    "[caution",
    "[external",
    "external email",
    "external sender",
    "external message",
    "external:",
    "[this sender",
    "[this email",
    "[warning",
    "warning:",
    "*** external",
    "this email originated",
    "this email came from outside",
    "this email is from an external",
    "this message originated",
    "this message came from outside",
    "this message is from an external",
    "you don't often get email",
    "some people who received this message",
    "[you don't often",
)
_WEAK_BANNER = ("caution", "warning", "external:")
_BANNER_GOES_ON = (
    "click",
    "links",
    "attachments",
    "the sender",
    "content is safe",
    "organisation",
    "organization",
    "learn why",
    "originated",
    "external",
)


def new_words(text: str, known: Iterable[str] = ()) -> str:
    """What the writer of a plain text added to what was known, lines kept, "" if nothing.

    `known` are the texts of the messages that it answers: each line of 20 characters or more that
    stands in one of them is taken out. Only the first 64,000 characters (4,000 lines) of each
    are looked at.
    """
    lines = _without_banner(_lines(text))
    found = seams(lines)
    kept = _unmarked(lines, found[0]) if found else [x for x in lines if not is_quote(x)]
    kept = _finished(kept)
    if found and not _says_something(kept):
        # The answer stands between or below the quoted lines.
        inside = {n for seam in found for n in range(seam.line, seam.line + seam.lines)}
        kept = _finished([x for n, x in enumerate(lines) if n not in inside and not is_quote(x)])
    elif found:
        kept += _finished(_in_between(lines, found))
    old = _windows(known, _LINE)
    return "\n".join(x for x in kept if not _stands_in(x, old, _LINE)).strip()


def quotes(text: str, known: Iterable[str]) -> bool:
    """Whether a line of 28 characters or more of what it answers stands in this text."""
    old = _windows(known, _QUOTED_LINE)
    return any(_stands_in(x, old, _QUOTED_LINE) for x in _lines(text))


def _lines(text: str) -> list[str]:
    text = text[:LONGEST].replace("\r\n", "\n").replace("\r", "\n")
    for invisible in "\u200b\u200c\u200d\u2060\ufeff\u00ad":
        text = text.replace(invisible, "")
    return [x.replace("\xa0", " ").rstrip() for x in text.split("\n")[:MOST_LINES]]


def _without_banner(lines: list[str]) -> list[str]:
    """Without the warnings that a mail server wrote above the words, wrapped lines included."""
    running = False
    for number, line in enumerate(lines):
        low = folded(line[:400])
        if not low:
            running = False
            continue
        if not (_is_banner(low) or (running and _warns(low))):
            return lines[number:]
        running = True
        sentences = SENTENCE_END.split(line.strip("*[] "), maxsplit=8)
        if own := [s for s in sentences[1:] if not _warns(folded(s))]:
            return [" ".join(own), *lines[number + 1 :]]
    return lines  # nothing but warnings: then they are what was written


def _is_banner(low: str) -> bool:
    # "Warning: he hits other children" is a parent's.
    return low.startswith(_BANNER) and (not low.startswith(_WEAK_BANNER) or _warns(low))


def _warns(low: str) -> bool:
    return any(sign in low for sign in _BANNER_GOES_ON)


def _unmarked(lines: Sequence[str], seam: Seam) -> list[str]:
    above = [x for x in lines[: seam.line] if not is_quote(x)]
    return [*above, seam.words] if seam.words.strip() else above


def _in_between(lines: Sequence[str], found: Sequence[Seam]) -> list[str]:
    """What was written between or below lines that a program marked, after words above them too."""
    start = found[0].line + found[0].lines
    end = found[1].line if len(found) > 1 else len(lines)
    first = next((x for x in lines[start:end] if x.strip()), "")
    if not is_quote(first):
        return []
    kept: list[str] = []
    broken = False  # a program broke a long marked line and lost the mark of the rest
    for line in lines[start:end]:
        if is_quote(line):
            broken = len(line) >= _WRAPPED
        elif not line.strip():
            broken = False
            kept.append(line)
        elif not broken:
            kept.append(line)
    return ["", *kept] if any(map(str.strip, kept)) else []


def _finished(lines: list[str]) -> list[str]:
    """Without signature and disclaimer; the name alone at the end goes as well."""
    kept = without_signature(without_disclaimers(lines))
    if not any(map(str.strip, kept)):
        return lines  # "We aim to reply within 3 days" may be all that was written
    first = next(n for n, line in enumerate(kept) if line.strip())
    while len(kept) > first + 1 and (not kept[-1].strip() or is_name(kept[-1])):
        kept.pop()
    return kept


def _says_something(lines: Sequence[str]) -> bool:
    """Whether more is left than a greeting."""
    words = " ".join(bare(x) for x in lines).casefold().split()
    greeting = bool(words) and words[0] in ("hi", "hello", "dear", "good", "morning", "hey")
    return bool(words) and not (greeting and len(words) <= 4)


def _windows(known: Iterable[str], width: int) -> frozenset[str]:
    """Every run of `width` characters of the known texts: finding a line in them stays linear."""
    found: set[str] = set()
    for text in known:
        flat = " ".join(folded(bare(x)) for x in _lines(text))
        flat = " ".join(flat.split())
        found.update(flat[n : n + width] for n in range(len(flat) - width + 1))
        if len(found) > 4 * LONGEST:
            break
    return frozenset(found)


def _stands_in(line: str, old: frozenset[str], width: int) -> bool:
    low = folded(bare(line))
    if len(low) < width:
        return False
    starts = [*range(0, len(low) - width + 1, width), len(low) - width]
    return all(low[n : n + width] in old for n in starts)
