"""References as people type them: read, ranged, and the nearest one where none is known."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from commsla.core.clean import clean
from commsla.core.model import MessageId, Reference, Subject, Word
from commsla.core.nearest import did_you_mean
from commsla.errors import UsageError

_REFERENCE = re.compile(r"([A-Za-z]{1,3})([0-9]{1,9})")
_RANGE = re.compile(r"([A-Za-z]{1,3})([0-9]{1,9})-([A-Za-z]{0,3})([0-9]{1,9})")
_MESSAGE = re.compile(r"[mM]([0-9]{1,9})")
_MESSAGES = "M"  # no school may take it as its prefix
_WIDEST_RANGE = 1000
# What an office says instead, and the word that is meant.
_SAID_INSTEAD = {
    Word.CALLED: (
        "call", "called-back", "phone", "phoned", "rang", "ring", "rung", "spoke", "spoken",
        "telephoned", "tel", "talked", "voicemail",
    ),
    Word.ANSWERED: (
        "answer", "emailed", "mailed", "e-mailed", "replied", "reply", "responded", "done", "wrote",
        "written", "sorted", "resolved", "closed", "finished", "sent",
    ),
    Word.MEETING: ("met", "meet", "appointment", "arranged", "visit"),
    Word.ACKNOWLEDGED: ("ack", "acked", "acknowledge", "thanked"),
    Word.HOLDING: ("hold", "waiting", "pending"),
    Word.NO_REPLY_NEEDED: ("none", "thanks", "thank-you", "ignore", "no-answer-needed", "nrn", "fyi"),
    Word.NOT_FOR_US: ("spam", "junk", "wrong", "not-ours"),
    Word.DUPLICATE: ("duplicate", "double", "copy", "same-as"),
    Word.REOPEN: ("open", "unsettle"),
    Word.CONFIRM: ("yes", "ok", "right", "confirmed"),
    Word.UNDO: ("undone", "delete", "remove", "back", "revert"),
    Word.SAFEGUARDING: ("dsl", "safeguard", "cp"),
}  # fmt: skip
_OWN_COMMANDS = (Word.ASSIGN, Word.MOVE, Word.MERGE)


def read_reference(word: str) -> Reference:
    """`N42` or `n42`. Raises UsageError."""
    hit = _REFERENCE.fullmatch(word)
    if hit is None:
        raise UsageError(
            f'"{clean(word, 40)}" is not a reference.',
            'References look like N42; several: "N42 N45"; a range: "N40-N52".',
        )
    return Reference(hit[1].upper(), int(hit[2]))


def read_subjects(words: Sequence[str]) -> list[Subject]:
    """`N42`, `n42`, `N40-N52`, `N40-52`, `m123`, `m123-m130` -> what they name in order, each once.

    Raises UsageError.
    """
    found: dict[Subject, None] = {}
    for word in (part for w in words for part in _parts(w)):
        if hit := _MESSAGE.fullmatch(word):
            found[MessageId(int(hit[1]))] = None
        elif hit := _RANGE.fullmatch(word):
            found.update(dict.fromkeys(_span(hit, word)))
        else:
            found[read_reference(word)] = None
    if not found:
        raise UsageError("Which case?", 'References look like N42; several: "N42 N45".')
    return list(found)


def read_subject(word: str, command: str) -> Subject:
    """The one case or message that is named. Raises UsageError."""
    subjects = read_subjects([word])
    if len(subjects) != 1:
        raise UsageError("One case at a time.", f"Say it like: commsla {command} N42")
    return subjects[0]


def read_mark(words: Sequence[str]) -> tuple[list[Subject], Word, Reference | None]:
    """`N42 N45 called`, `N42 duplicate-of N40`, `m123 enquiry`: what, the word, and of which other.

    Raises UsageError.
    """
    known = {w.value: w for w in Word if w not in _OWN_COMMANDS}
    plain = [w.casefold().replace("_", "-").replace(" ", "-") for w in words]
    at = next((i for i, word in enumerate(plain) if word in known), None)
    if at is None:
        odds = [w for w in reversed(words) if not _looks_like_a_subject(w)]
        odd = next((w for w in odds if _meant(w, known)), odds[0] if odds else None)
        if odd is None:
            raise UsageError(
                "What happened? The word for it is missing.",
                f"The words are: {', '.join(known)}. Example: commsla mark N42 called",
            )
        raise UsageError(
            f'"{clean(odd, 40)}" is not a word for what happened.',
            f"{_meant(odd, known)}The words are: {', '.join(known)}.",
        )
    word, before, rest = known[plain[at]], words[:at], words[at + 1 :]
    if not before:
        raise UsageError(
            "The cases stand in front of the word.", f"Say it like: commsla mark N42 {word.value}"
        )
    other = None
    if word is Word.DUPLICATE:
        if len(rest) != 1:
            raise UsageError(
                "Of which one case is it a duplicate?",
                "Say it like: commsla mark N42 duplicate-of N40",
            )
        other, rest = read_reference(rest[0]), ()
    if rest:
        raise UsageError(
            f'"{clean(" ".join(rest), 40)}" stands behind the word {word.value}.',
            f"First the cases, then one word: commsla mark N42 N45 {word.value}",
        )
    return read_subjects(before), word, other


def read_assignment(words: Sequence[str]) -> tuple[list[Subject], str]:
    """`N42 N45 "Year 3"`, or without quotes: which cases, and the role. Raises UsageError."""
    cases = 0
    while cases < len(words) - 1 and all(map(_looks_like_a_subject, _parts(words[cases]))):
        cases += 1
    role = " ".join(" ".join(words[cases:]).split())
    if not role or (len(words) == 1 and all(map(_looks_like_a_subject, _parts(words[0])))):
        raise UsageError("Which role?", 'Say it like: commsla assign N42 "Year 3"')
    if not cases:
        raise UsageError(
            "Which case? Its reference stands in front of the role.",
            'Say it like: commsla assign N42 "Year 3"',
        )
    return read_subjects(words[:cases]), role


def _parts(word: str) -> list[str]:
    return [part for part in word.split(",") if part]


def _meant(odd: str, known: Iterable[str]) -> str:
    said = "-".join(odd.casefold().replace("_", " ").split())
    word = next((w for w, instead in _SAID_INSTEAD.items() if said in instead), None)
    return f"Did you mean {word.value}? " if word else did_you_mean(odd, known)


def _looks_like_a_subject(word: str) -> bool:
    return any(p.fullmatch(word) for p in (_REFERENCE, _RANGE, _MESSAGE))


def nearest(wanted: Reference, known: Iterable[Reference]) -> str:
    """A hint. It never offers another family's case for a slip of the pen: it says how far they go."""
    numbers = [r.number for r in known if r.prefix == wanted.prefix]
    if numbers:
        return f"The references of this school go from {wanted.prefix}1 to {wanted.prefix}{max(numbers)}."
    prefixes = ", ".join(sorted({r.prefix for r in known})) or "none yet"
    return f"References begin with: {prefixes}. They stand in: commsla status"


def _span(hit: re.Match[str], word: str) -> list[Subject]:
    prefix, first, last = hit[1].upper(), int(hit[2]), int(hit[4])
    if hit[3] and hit[3].upper() != prefix:
        raise UsageError(f'"{word}" begins and ends with another letter.', "Give a range for each.")
    if last < first:
        raise UsageError(f'"{word}" goes down.', 'Write the smaller number first: "N40-N52".')
    if last >= first + _WIDEST_RANGE:
        raise UsageError(f'"{word}" names more than {_WIDEST_RANGE}.', "Give smaller ranges.")
    numbers = range(first, last + 1)
    return [MessageId(n) if prefix == _MESSAGES else Reference(prefix, n) for n in numbers]
