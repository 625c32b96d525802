"""A made-up letter -> the bytes that a mail server would hold (RFC 5322); it sends nothing.

The headers are those that real mail clients and servers write, because kinds and conversations
are read from them. The same letter always gives the same bytes.
"""

from __future__ import annotations

import base64
from datetime import datetime
from email.utils import format_datetime

from commsla.core.model import (
    Role,
)
from commsla.demo.bodies import content
from commsla.demo.letter import (
    LONDON,
    OFFICE,
    OWN_DOMAIN,
    PHONE,
    SERVER,
    TRAVEL,
    Letter,
    Lines,
    envelope,
)


def travelled(received: datetime, role: Role) -> datetime:
    """When the sender's clock says that it was written; a Sent copy is stored at once."""
    return received if role is Role.SENT else received - TRAVEL


def compose(letter: Letter) -> bytes:
    """The whole message with CRLF line ends."""
    kind, body = content(letter)
    lines = [*_trace(letter), *_signs(letter), *envelope(letter), *_thread(letter)]
    lines += [("MIME-Version", "1.0"), *kind]
    head = "".join(f"{name}: {value}\r\n" for name, value in lines)
    return head.encode("ascii") + b"\r\n" + body


# --- headers ----------------------------------------------------------------------------------------


def _trace(letter: Letter) -> Lines:
    """What the receiving server puts on top; a Sent copy has none of it."""
    if letter.role is Role.SENT:
        return []
    address = letter.sender[1]
    domain = address.partition("@")[2]
    bounced = letter.form in ("bounce", "away", "receipt")
    stamp = format_datetime(letter.received.astimezone(LONDON))
    return [
        ("Return-Path", "<>" if bounced else f"<{address}>"),
        (
            "Received",
            f"from out.{domain} (out.{domain} [192.0.2.25])\r\n"
            f" by {SERVER} with ESMTPS id {letter.digest[40:52]}\r\n"
            f" for <{letter.mailbox}>; {stamp}",
        ),
        (
            "Authentication-Results",
            f"{SERVER};\r\n spf=pass smtp.mailfrom={domain};\r\n dkim=pass header.d={domain}",
        ),
    ]


def _signs(letter: Letter) -> Lines:
    """The headers by which machines know each other."""
    address = letter.sender[1]
    local, _, domain = address.partition("@")
    match letter.form:
        case "newsletter":
            token = letter.digest[:12]
            return [
                ("List-Id", letter.list_id or f"<{local}.{domain}>"),
                (
                    "List-Unsubscribe",
                    f"<https://{domain}/u/{token}>,\r\n <mailto:unsubscribe@{domain}>",
                ),
                ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
                ("Precedence", "bulk"),
                ("Feedback-ID", f"{token}:campaign:{domain}"),
            ]
        case "away":
            return [
                ("Auto-Submitted", "auto-replied"),
                ("X-Auto-Response-Suppress", "All"),
                ("X-MS-Exchange-Inbox-Rules-Loop", address),
            ]
        case "bounce":
            failed = letter.re.to[0][1] if letter.re else ""
            return [("Auto-Submitted", "auto-replied"), ("X-Failed-Recipients", failed)]
        case "receipt":
            return [("Auto-Submitted", "auto-replied")]
        case "notification":
            return [("Auto-Submitted", "auto-generated")]
        case "internal":
            return [
                ("X-MS-Exchange-Organization-AuthAs", "Internal"),
                ("X-MS-Exchange-Organization-AuthSource", f"VI1P.{OWN_DOMAIN}"),
            ]
        case "invitation":
            return [("Content-Class", "urn:content-classes:calendarmessage")]
        case "web":
            return [("X-Mailer", "School website, contact form")]
        case _:
            return []


def _thread(letter: Letter) -> Lines:
    lines: Lines = []
    if letter.re:
        lines.append(("In-Reply-To", letter.re.message_id))
        lines.append(("References", "\r\n ".join(one.message_id for one in _before(letter))))
    if letter.program == OFFICE and letter.form in ("", "internal", "away"):
        lines.append(("Thread-Index", _thread_index(letter)))
        lines += [("Accept-Language", "en-GB"), ("Content-Language", "en-GB")]
    elif letter.program == PHONE:
        lines.append(("X-Mailer", "Pocketpost for phones (24B83)"))
    return lines


def _before(letter: Letter) -> list[Letter]:
    """The letters that this one answers, oldest first."""
    chain: list[Letter] = []
    one = letter.re
    while one:
        chain.insert(0, one)
        one = one.re
    return chain


def _thread_index(letter: Letter) -> str:
    """22 bytes of the conversation, 5 more for every answer in it (MS-OXOMSG 2.2.1.3)."""
    chain = [*_before(letter), letter]
    data = bytes.fromhex(chain[0].digest)[:22]
    for one in chain[1:]:
        data += bytes.fromhex(one.digest)[:5]
    return base64.b64encode(data).decode("ascii")
