"""The body of a made-up letter: text, page, report or invitation, with its MIME headers."""

from __future__ import annotations

import html
import quopri
import textwrap
from collections.abc import Iterable
from datetime import UTC, timedelta

from commsla.demo.letter import LONDON, OFFICE, PHONE, Letter, Lines, envelope


def content(letter: Letter) -> tuple[Lines, bytes]:
    text = letter.body.strip("\n") + (_quoted(letter.re, letter) if letter.quote else "") + "\n"
    match letter.form:
        case "bounce":
            return _report("delivery-status", text, _delivery_status(letter), letter)
        case "receipt":
            return _report("disposition-notification", text, _disposition(letter), letter)
        case "invitation":
            calendar = ("text/calendar; charset=utf-8; method=REQUEST", _calendar(letter))
            return _parts("alternative", [(_TEXT, text), calendar], letter)
    if letter.program == PHONE or letter.form in ("web", "notification"):
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
    if new.program == OFFICE:
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
        named = [*envelope(about), ("MIME-Version", "1.0")]
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
