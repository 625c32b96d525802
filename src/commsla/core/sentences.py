"""A text into sentences and clauses, its greeting left out; it knows nothing of what they mean."""

from __future__ import annotations

import re

from commsla.core.phrases import fold

LONGEST = 8_000  # characters that are read: a letter has fewer
_MOST = 300  # sentences, and clauses of one

_ABBREVIATION = re.compile(r"\b(mrs?|ms|dr|st|rev|prof|approx|inst|e\.g|i\.e|etc)\.", re.IGNORECASE)
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"')]?\s+")
_CLAUSE_END = re.compile(r"[,;:()\n]|\s[-–—]+\s|\b(?=(?:but|however)\b)")
_FIRST_END = re.compile(r",|;|:|\s[-–—]+\s")
_GREETING = re.compile(
    r"(?:hi|hello|dear|hey|hiya|good (?:morning|afternoon|evening)|morning|afternoon|evening)\b"
    r"(?:\s(?:all|both|there|everyone|team|sir|madam|again|and|&|to|mr|mrs|miss|ms|dr)\b\.?"
    r"|\s(?-i:[A-Z])[\w.'’-]{0,30}){0,8}\s?(?:[,!.:]|\s-|$)?",
    re.IGNORECASE,
)


def sentences(words: str) -> list[str]:
    """Sentences and headings without greeting; a wrapped line goes on, a short one ends."""
    text = ""
    last = ""
    for raw in words[:LONGEST].splitlines():
        line = " ".join(raw.split())
        wrapped = len(last) >= 55 and not last.endswith((".", "!", "?", ":"))
        wrapped = wrapped or (line[:1].islower() and last[-1:].isalnum())
        text += (" " if last and line and wrapped else "\n") + line
        last = line
    text = _ABBREVIATION.sub(r"\1", text)
    found = [s for line in text.split("\n") for s in _SENTENCE_END.split(line)]
    for number, sentence in enumerate(found[:3]):
        if hit := _GREETING.match(sentence.strip()):
            found[number] = sentence.strip()[hit.end() :]
    return [s.strip() for s in found[:_MOST] if fold(s).strip()]


def clauses(sentence: str) -> list[tuple[str, str]]:
    """The parts of a sentence between commas, dashes, "but" and the like: as written, and folded."""
    parts = [(c.strip(), fold(c)) for c in _CLAUSE_END.split(sentence)[:_MOST]]
    return [(c, f) for c, f in parts if f.strip()]


def first_clause(sentence: str) -> tuple[str, str]:
    """What stands before the first comma or dash, and what after it."""
    hit = _FIRST_END.search(sentence)
    return (sentence[: hit.start()], sentence[hit.end() :]) if hit else (sentence, "")
