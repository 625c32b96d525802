"""What is left of a subject when Re:, Fwd: and what gateways add are gone; it never joins anything."""

from __future__ import annotations

import re

# Reply and forward words of the mail programs that parents and offices use (matching.md section 1).
_REPLY = re.compile(r"(re|aw|sv|antw|odp|rif|res|ynt)\s*(\[\d+\])?\s*:\s*", re.IGNORECASE)
_FORWARD = re.compile(r"(fwd?|wg|enc|tr|rv|vs|i)\s*(\[\d+\])?\s*:\s*", re.IGNORECASE)
_TAG = re.compile(
    r"(\[(external|ext|extern|spam\??|bulk)( e?mail)?\]|external:|\*{2,} ?(spam|bulk) ?\*{2,})\s*",
    re.IGNORECASE,
)
_TAIL = re.compile(r"\s*(\[external\]|\(fwd\))$", re.IGNORECASE)
_MOST = 40  # prefixes


def bare_subject(subject: str) -> tuple[str, bool]:
    """The subject without capitals, prefixes and tags, and whether it began as a reply does."""
    text, is_reply = subject.strip(), False
    for _ in range(_MOST):
        reply = _REPLY.match(text)
        hit = reply or _FORWARD.match(text) or _TAG.match(text)
        if hit is None:
            break
        is_reply = is_reply or reply is not None
        text = text[hit.end() :]
    return " ".join(_TAIL.sub("", text).casefold().split()), is_reply
