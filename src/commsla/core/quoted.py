"""Where a mail begins to quote another, and who is said to have written that; it trusts nobody.

What an attribution says was typed by the sender's program and can be forged: it proves nothing alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from commsla.core.local import LONDON

LONGEST = 64_000  # characters of a text that are looked at: more is no letter to a school
MOST_LINES = 4_000

# Gmail, Thunderbird, Apple and Yahoo wrap this line at will: up to four lines are met in real mail.
_ATTRIBUTION_LINES = 4
_OPENERS = ("on ", "le ", "am ", "el ", "il ", "op ", "em ", "w dniu ", "pe ", "în ", "dnia ")
_WROTE = (
    "wrote",
    "a écrit",
    "schrieb",
    "escribió",
    "ha scritto",
    "schreef",
    "escreveu",
    "napisał",
    "napisała",
    "napisał(a)",
    "pisze",
    "a scris",
)
_DIVIDERS = frozenset(
    {
        "original message",
        "original appointment",
        "forwarded message",
        "begin forwarded message",
        "reply message",
        "ursprüngliche nachricht",
        "message d'origine",
        "mensaje original",
        "wiadomość oryginalna",
        "messaggio originale",
        "mesaj original",
    }
)
_FROM = ("from:", "von:", "de:", "de :", "od:", "da:", "van:")
_SENT = (
    "sent:",
    "date:",
    "gesendet:",
    "datum:",
    "envoyé",
    "enviado",
    "wysłano:",
    "data:",
    "trimis",
)
_TOPIC = ("subject:", "betreff:", "objet", "asunto:", "temat:", "oggetto:", "subiect:")
_OTHER = ("to:", "cc:", "bcc:", "reply-to:", "an:", "à", "para:", "do:", "dw:", "a:", "către:")
_HEADER_LINES = 8  # From, Sent, To (may be wrapped), Cc, Subject

_ADDRESS = re.compile(r"[\w.+'&-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?"
_YEAR_FIRST = re.compile(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b")
_NUMBERS = re.compile(r"\b(\d{1,2})[/.](\d{1,2})[/.](\d{4}|\d{2})\b")
_DAY_MONTH = re.compile(r"\b(\d{1,2})(?:st|nd|rd|th)?\s(?:of\s)?" + _MONTH + r",?\s(\d{4})\b")
_MONTH_DAY = re.compile(r"\b" + _MONTH + r"\s(\d{1,2})(?:st|nd|rd|th)?,?\s(\d{4})\b")
_CLOCK = re.compile(r"\b(\d{1,2})[:.](\d{2})(?::\d{2})?(?:\s?([ap])\.?m\b\.?)?(?![/.\d])")
# "On 5 October Miss Nolan wrote:" is typed; a program writes the year, the hour or an address as well.
_STAMP = re.compile(r"@|\b\d{4}\b|\b\d{1,2}[:.]\d{2}\b|\b\d{1,2}[/.-]\d{1,2}[/.-]\d{2}")
_NAME_FROM = re.compile(r"(?:\d|\b[ap]\.?m\b\.?|\bgmt|\bbst|\butc|[+-]\d{4})[\s,)]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Attribution:
    """Who is said to have written what is quoted, and when.

    `address` is in lower case, "" where none is written; `at` is read day-first and as London time
    (the zone is the quoting program's and mostly not said): a date where no time stands there.
    """

    address: str
    name: str
    at: date | datetime | None


@dataclass(frozen=True, slots=True)
class Seam:
    """One place where quoting begins: `words` of the line are still the writer's own, then `lines`."""

    line: int
    lines: int
    words: str = ""
    said: str = ""  # the attribution itself in one line


def bare(line: str) -> str:
    """A line without its quoting marks and without the stars that stand for bold."""
    return line.lstrip("> \t").replace("*", "").strip()


def is_quote(line: str) -> bool:
    """Whether a mail program marked this line as somebody else's."""
    return line.lstrip(" \t").startswith(">")


def seams(lines: Sequence[str]) -> list[Seam]:
    """Every place where quoted history begins, from the top."""
    found: list[Seam] = []
    at = 0
    while at < len(lines):
        seam = _seam(lines, at)
        if seam is None:
            at += 1
        else:
            found.append(seam)
            at += max(seam.lines, 1)
    return found


def attributions(text: str) -> tuple[Attribution, ...]:
    """Who is quoted in a text, the newest first as mail programs do it; at most twenty.

    A reply of ours that we never saw shows as one with an address of ours: the caller knows those.
    """
    lines = text[:LONGEST].replace("\xa0", " ").splitlines()[:MOST_LINES]
    said = [s.said for s in seams(lines) if s.said]
    return tuple(map(_attribution, said[:20]))


def _seam(lines: Sequence[str], at: int) -> Seam | None:
    line = bare(lines[at])
    if not line:
        return None
    low = line.casefold()
    if len(line) < 80 and low.replace("’", "'").strip("-_=:# ") in _DIVIDERS:
        return Seam(at, 1)
    if len(line) >= 10 and not line.strip("_"):
        # Outlook's rule; above the first words it only closes a banner.
        return Seam(at, 1) if any(bare(x) for x in lines[max(0, at - 20) : at]) else None
    if low.startswith(_FROM):
        return _header_block(lines, at)
    return _wrapped(lines, at, low) or _in_one_line(lines[at], at)


def _header_block(lines: Sequence[str], at: int) -> Seam | None:
    """From, Sent, To, Subject; but "From: 12 October, To: 16 October" is a parent asking for leave."""
    block = [bare(x) for x in lines[at : at + _HEADER_LINES]]
    low = [x.casefold() for x in block]
    who = block[0].partition(":")[2].strip()
    if not who[:1].isalpha() and "@" not in who:
        return None
    kinds = (*_SENT, *_TOPIC, *_OTHER)
    # Made from HTML, it may have a blank line between any two.
    gaps = (
        n for n, x in enumerate(low) if not x and not "".join(low[n + 1 : n + 2]).startswith(kinds)
    )
    end = next(gaps, len(low))
    heads = [x for x in low[1:end] if x.startswith(kinds)]
    dated = any(x.startswith(_SENT) and _STAMP.search(x) for x in heads)
    topic = any(x.startswith(_TOPIC) for x in heads)
    # "From: Monday he is at his dad's" is a parent's: a program names an address, or the moment too.
    address = any(map(_ADDRESS.search, low[:end]))
    warned = len(low) > 1 and low[1].startswith(("caution", "[external", "external"))
    flat = " sent:" in low[0] and " subject:" in low[0]
    sent = any(x.startswith(_SENT) for x in heads)
    known = address and (dated or sent or topic or _ends_in_address(block[0]))
    if not (known or warned or flat or (dated and len(heads) > 1)):
        return None
    last = max((n for n, x in enumerate(low[:end]) if x.startswith(kinds)), default=0)
    return Seam(at, last + 1, said=" ".join(block[: last + 1])[:500])


def _ends_in_address(line: str) -> bool:
    """`From: Sara Lomax <sara@freemail.example>`, and no sentence that names an address."""
    found = _ADDRESS.search(line)
    return found is not None and not line[found.end() :].strip("<>]) ") and "<" in line


def _wrapped(lines: Sequence[str], at: int, low: str) -> Seam | None:
    """`On 3 March 2026 at 10:12, School Office <office@oak.example> wrote:` over up to four lines."""
    if not low.startswith(_OPENERS) and "@" not in low and "wrote" not in low:
        return None
    said = ""
    for count in range(1, _ATTRIBUTION_LINES + 1):
        if at + count > len(lines):
            return None
        more = bare(lines[at + count - 1])
        said = f"{said} {more}".strip()
        if not more or len(said) > 400:
            return None
        end = said.casefold().rstrip(" :")
        wrote = end.endswith(_WROTE) or (more.endswith(":") and " schrieb " in end)
        if wrote and (said.endswith(":") or count > 1 or low.startswith(_OPENERS)):
            own_line = low.startswith(_OPENERS) or "@" in low.partition(" wrote")[0]
            certain = _STAMP.search(said) is not None
            return Seam(at, count, said=said) if own_line and certain else None
    return None


def _in_one_line(line: str, at: int) -> Seam | None:
    """The same in the middle of a line, where a program lost the line ends."""
    end = line.find(" wrote:")
    if end < 0:
        end = line.find(" Sent: ")
        start = line.rfind("From: ", max(0, end - 200), end) if end > 0 else -1
        said = line[start : end + 60] if "Subject: " in line[end : end + 400] else ""
    else:
        start = line.rfind("On ", max(0, end - 200), end)
        said = line[start : end + 7]
    if start < 0 or not _STAMP.search(said):
        return None
    return Seam(at, 1, words=line[:start], said=said)


def _attribution(said: str) -> Attribution:
    plain = said.replace("<", " <")
    address = _ADDRESS.search(plain)
    if plain.casefold().startswith(_FROM):
        name, _, rest = plain.partition(":")[2].partition("<")
        cut = min(
            (n for w in _SENT if (n := name.casefold().find(" " + w)) >= 0), default=len(name)
        )
        name, when = name[:cut], name[cut:] + rest
    else:
        when = plain[: address.start()] if address else plain
        before = when.rpartition(" wrote")[0] or when.rstrip(" <")
        starts = [m.end() for m in _NAME_FROM.finditer(before)]
        name = before[starts[-1] if starts else 0 :]
    name = name.strip(" ,;:<>\"'()")
    if "@" in name:
        name = ""
    return Attribution(address[0].casefold() if address else "", name, _moment(when))


def _moment(words: str) -> date | datetime | None:
    """The date in an attribution, day-first unless that is impossible, with the time if there is one."""
    low = words.casefold()
    if hit := _YEAR_FIRST.search(low):
        year, month, day = int(hit[1]), int(hit[2]), int(hit[3])
    elif hit := _DAY_MONTH.search(low):
        day, month, year = int(hit[1]), _MONTHS.index(hit[2]) + 1, int(hit[3])
    elif hit := _MONTH_DAY.search(low):
        month, day, year = _MONTHS.index(hit[1]) + 1, int(hit[2]), int(hit[3])
    elif hit := _NUMBERS.search(low):
        day, month, year = int(hit[1]), int(hit[2]), int(hit[3])
        if month > 12 >= day:
            day, month = month, day
        year += 2000 if year < 100 else 0
    else:
        return None
    clock = _CLOCK.search(low, hit.end())
    try:
        if clock is None:
            return date(year, month, day)
        hour = int(clock[1]) % 12 + 12 * (clock[3] == "p") if clock[3] else int(clock[1])
        return datetime(year, month, day, hour, int(clock[2]), tzinfo=LONDON)
    except ValueError:
        return None
