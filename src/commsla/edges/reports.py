"""Which of our mails a delivery report says did not arrive (RFC 3464); it trusts no bounce further."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import Message

_ID = re.compile(r"<([^<>\s]+)>")
_MOST = 20  # recipients of one report
_LONGEST = 998  # characters of a header line that are looked at (RFC 5322 section 2.1.1)


def delivery_failures(raw: bytes) -> list[tuple[str, str]]:
    """(Message-ID, recipient's address) of each mail that a report says failed; never raises.

    Both must be named: the returned part or its headers give the id, the status part the recipients.
    Where Exchange replaced the id, both are given.
    A delay is no failure. `raw` may be cut anywhere.
    """
    try:
        report = message_from_bytes(raw, policy=policy.compat32)
        ids, recipients = _returned_ids(report), list(_failed(report))[:_MOST]
    except (Exception, RecursionError):  # noqa: BLE001 - a hostile report takes nothing back
        return []
    return [(i, r) for r in dict.fromkeys(recipients) for i in ids]


def _returned_ids(report: Message) -> list[str]:
    """The id of the one mail that came back, and the one that it had before Exchange gave it another."""
    found: dict[str, dict[str, None]] = {"Message-ID": {}, "X-Microsoft-Original-Message-ID": {}}
    for part in report.walk():
        kind = part.get_content_type()
        if kind == "message/rfc822" and isinstance(part.get_payload(), list):
            headers: Message = part.get_payload(0)  # type: ignore[assignment]
        elif kind == "text/rfc822-headers":
            headers = message_from_bytes(_bytes(part), policy=policy.compat32)
        else:
            continue
        for name, ids in found.items():
            ids.update(dict.fromkeys(_ID.findall(str(headers.get(name, ""))[:_LONGEST])))
    if any(len(ids) > 1 for ids in found.values()):
        return []  # of two mails nobody knows which
    return list(dict.fromkeys(i for ids in found.values() for i in ids))


def _failed(report: Message) -> Iterator[str]:
    for part in report.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        payload = part.get_payload()
        for block in payload if isinstance(payload, list) else []:
            if isinstance(block, Message) and _text(block, "Action").lower() == "failed":
                given = _text(block, "Original-Recipient") or _text(block, "Final-Recipient")
                yield given.rpartition(";")[2].strip().strip("<>")


def _text(block: Message, name: str) -> str:
    return str(block.get(name, ""))[:_LONGEST].strip()


def _bytes(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""
