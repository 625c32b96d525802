"""A made-up letter -> the bytes that a mail server would hold (RFC 5322); it sends nothing.

The headers are those that real mail clients and servers write, because kinds and conversations
are read from them. The same letter always gives the same bytes.
"""

from __future__ import annotations

import base64
import hashlib
import html
import quopri
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.header import Header
from email.utils import format_datetime, formataddr
from zoneinfo import ZoneInfo

from commsla.core.model import Role

LONDON = ZoneInfo("Europe/London")
SERVER = "mx.brackenford.example"
OWN_DOMAIN = "brackenford.example"
_TRAVEL = timedelta(seconds=4)  # from the sender's clock to the mailbox

# What people write with, by the domain of their address; everybody else has an office program.
_WEBMAIL, _PHONE, _OFFICE = "webmail", "phone", "office"
_PROGRAMS = {"postbox.example": _WEBMAIL, "pocketpost.example": _PHONE}

Address = tuple[str, str]  # name, address
Lines = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Letter:
    """One made-up message, every default filled in. `received` and `written` are UTC."""

    school: str
    mailbox: str
    role: Role
    received: datetime
    written: datetime
    sender: Address
    to: tuple[Address, ...]
    subject: str
    body: str
    form: str = ""
    re: Letter | None = None
    quote: bool = False
    reply_to: Address | None = None
    list_id: str = ""
    starts: datetime | None = None

    @property
    def message_id(self) -> str:
        """With its angle brackets; the same for a copy in another mailbox."""
        digest = self.digest
        domain = self.sender[1].partition("@")[2]
        match self.program:
            case "webmail":
                return f"<CA+{digest[:32]}@mail.{domain}>"
            case "phone":
                parts = (digest[:8], digest[8:12], digest[12:16], digest[16:20], digest[20:32])
                return f"<{'-'.join(parts).upper()}@{domain}>"
            case _:
                return f"<VI{digest[:14].upper()}{self.written:%y%m%d}@VI1P.{domain}>"

    @property
    def digest(self) -> str:
        """Hex, stable, and different for every letter."""
        text = f"{self.sender[1]} {self.written.isoformat()} {self.subject}"
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def program(self) -> str:
        """What the sender writes with."""
        return _PROGRAMS.get(self.sender[1].partition("@")[2], _OFFICE)


def travelled(received: datetime, role: Role) -> datetime:
    """When the sender's clock says that it was written; a Sent copy is stored at once."""
    return received if role is Role.SENT else received - _TRAVEL


def compose(letter: Letter) -> bytes:
    """The whole message with CRLF line ends."""
    kind, body = _content(letter)
    lines = [*_trace(letter), *_signs(letter), *_envelope(letter), *_thread(letter)]
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


def _envelope(letter: Letter) -> Lines:
    lines = [
        ("From", formataddr(letter.sender)),
        ("To", ",\r\n ".join(formataddr(one) for one in letter.to)),
        ("Subject", _encoded("Subject", letter.subject)),
        ("Date", format_datetime(letter.written.astimezone(LONDON))),
        ("Message-ID", letter.message_id),
    ]
    if letter.reply_to:
        lines.insert(1, ("Reply-To", formataddr(letter.reply_to)))
    return lines


def _thread(letter: Letter) -> Lines:
    lines: Lines = []
    if letter.re:
        lines.append(("In-Reply-To", letter.re.message_id))
        lines.append(("References", "\r\n ".join(one.message_id for one in _before(letter))))
    if letter.program == _OFFICE and letter.form in ("", "internal", "away"):
        lines.append(("Thread-Index", _thread_index(letter)))
        lines += [("Accept-Language", "en-GB"), ("Content-Language", "en-GB")]
    elif letter.program == _PHONE:
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


def _encoded(name: str, text: str) -> str:
    """Folded, and an RFC 2047 encoded word where a character is not printable ASCII."""
    plain = text.isascii() and text.isprintable()
    header = Header(text, "us-ascii" if plain else "utf-8", maxlinelen=76, header_name=name)
    return header.encode(linesep="\r\n")


# --- bodies -----------------------------------------------------------------------------------------


def _content(letter: Letter) -> tuple[Lines, bytes]:
    text = letter.body.strip("\n") + (_quoted(letter.re, letter) if letter.quote else "") + "\n"
    match letter.form:
        case "bounce":
            return _report("delivery-status", text, _delivery_status(letter), letter)
        case "receipt":
            return _report("disposition-notification", text, _disposition(letter), letter)
        case "invitation":
            calendar = ("text/calendar; charset=utf-8; method=REQUEST", _calendar(letter))
            return _parts("alternative", [(_TEXT, text), calendar], letter)
    if letter.program == _PHONE or letter.form in ("web", "notification"):
        return _single(text)
    page = "".join(f"<p>{html.escape(part)}</p>" for part in text.split("\n\n"))
    page = f"<html><body>{page.replace(chr(10), '<br>' + chr(10))}</body></html>\n"
    return _parts("alternative", [(_TEXT, text), ("text/html; charset=utf-8", page)], letter)


_TEXT = "text/plain; charset=utf-8"


def _quoted(old: Letter | None, new: Letter) -> str:
    if old is None:
        return ""
    when = old.written.astimezone(LONDON)
    name, address = old.sender
    if new.program == _OFFICE:
        to = "; ".join(one[0] or one[1] for one in old.to)
        return (
            f"\n\n{'_' * 32}\nFrom: {name} <{address}>\nSent: {when:%d %B %Y %H:%M}\nTo: {to}\n"
            f"Subject: {old.subject if old.subject.isprintable() else '...'}\n\n{old.body.strip()}"
        )
    quoted = textwrap.indent(old.body.strip(), "> ", lambda _: True)
    said = f"On {when:%a, %d %b %Y at %H:%M}, {name} <{address}> wrote:"
    return f"\n\n{said}\n\n{quoted}"


def _single(text: str) -> tuple[Lines, bytes]:
    kind = [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Transfer-Encoding", "quoted-printable"),
    ]
    return kind, _printable(text)


def _report(kind: str, text: str, machine: str, letter: Letter) -> tuple[Lines, bytes]:
    """RFC 6522: words for people, words for machines, the headers of the mail it is about."""
    about = letter.re
    headers = ""
    if about:
        named = [*_envelope(about), ("MIME-Version", "1.0")]
        headers = "".join(f"{name}: {value}\n" for name, value in named).replace("\r\n", "\n")
    parts = [(_TEXT, text), (f"message/{kind}", machine), ("text/rfc822-headers", headers)]
    return _parts(f"report; report-type={kind}", parts, letter)


def _delivery_status(letter: Letter) -> str:
    failed = letter.re.to[0][1] if letter.re else ""
    host = letter.sender[1].partition("@")[2]
    return (
        f"Reporting-MTA: dns; {host}\n\nFinal-Recipient: rfc822; {failed}\nAction: failed\n"
        "Status: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 mailbox unavailable\n"
    )


def _disposition(letter: Letter) -> str:
    about = letter.re.message_id if letter.re else ""
    return (
        f"Final-Recipient: rfc822; {letter.sender[1]}\nOriginal-Message-ID: {about}\n"
        "Disposition: manual-action/MDN-sent-manually; displayed\n"
    )


def _calendar(letter: Letter) -> str:
    starts = (letter.starts or letter.received).astimezone(UTC)
    return "\n".join(
        (
            "BEGIN:VCALENDAR",
            "VERSION:2.0",
            "PRODID:-//commsla demo//made up//EN",
            "METHOD:REQUEST",
            "BEGIN:VEVENT",
            f"UID:{letter.digest[:20]}@{letter.sender[1].partition('@')[2]}",
            f"DTSTAMP:{letter.written:%Y%m%dT%H%M%SZ}",
            f"DTSTART:{starts:%Y%m%dT%H%M%SZ}",
            f"DTEND:{starts + timedelta(hours=1):%Y%m%dT%H%M%SZ}",
            f"ORGANIZER:mailto:{letter.sender[1]}",
            f"ATTENDEE;RSVP=TRUE:mailto:{letter.mailbox}",
            f"SUMMARY:{letter.subject.removeprefix('Invitation: ')}",
            "END:VEVENT",
            "END:VCALENDAR",
            "",
        )
    )


def _parts(subtype: str, parts: Iterable[tuple[str, str]], letter: Letter) -> tuple[Lines, bytes]:
    boundary = f"_000_{letter.digest[:24]}_"
    body = b""
    for kind, text in parts:
        head = f"--{boundary}\r\nContent-Type: {kind}\r\n"
        if kind.startswith("message/"):  # RFC 6522: 7bit only
            raw = text.replace("\n", "\r\n").encode("ascii")
        else:
            head += "Content-Transfer-Encoding: quoted-printable\r\n"
            raw = _printable(text)
        body += head.encode("ascii") + b"\r\n" + raw + b"\r\n"
    body += f"--{boundary}--\r\n".encode("ascii")
    return [("Content-Type", f'multipart/{subtype};\r\n boundary="{boundary}"')], body


def _printable(text: str) -> bytes:
    return quopri.encodestring(text.encode()).replace(b"\n", b"\r\n")
