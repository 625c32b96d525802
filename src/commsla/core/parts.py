"""The beginning of a message with its text -> whether a calendar wrote it; nothing else is read.

A calendar's answer hides among other parts (`multipart/alternative`), so that its headers alone
look like a person's. Whoever has fetched the text of a doubtful message may ask here.
"""

from __future__ import annotations

from email import message_from_bytes
from email.message import Message as Parsed

from commsla.core.signs import Sign, part_signs

_LOOKED_AT = 65_536  # bytes
_DEEPEST = 8


def calendar_signs(raw: bytes) -> tuple[Sign, ...]:
    """The signs of calendar parts shown in line; () where there are none or it cannot be read.

    A file that a person attached, or a message that she forwarded, is hers: neither counts.
    """
    try:
        return part_signs(_types(message_from_bytes(raw[:_LOOKED_AT]), 0))[:1]
    except (Exception, RecursionError):  # noqa: BLE001 - hostile bytes prove nothing
        return ()


def _types(part: Parsed, depth: int) -> list[str]:
    if part.get_content_type() == "text/calendar":
        attached = str(part.get("Content-Disposition", "")).strip().lower()
        return [] if attached.startswith("attachment") else [str(part.get("Content-Type", ""))]
    inner = part.get_payload()
    if depth >= _DEEPEST or not isinstance(inner, list):
        return []
    if part.get_content_maintype() != "multipart":  # a message that was forwarded
        return []
    within = (each for each in inner if isinstance(each, Parsed))
    return [one for each in within for one in _types(each, depth + 1)]
