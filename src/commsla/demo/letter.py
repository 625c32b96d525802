"""One made-up letter, before it is made into bytes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.header import Header
from email.utils import format_datetime, formataddr
from zoneinfo import ZoneInfo

from commsla.core.model import (
    Role,
)

LONDON = ZoneInfo("Europe/London")
SERVER = "mx.brackenford.example"
OWN_DOMAIN = "brackenford.example"
TRAVEL = timedelta(seconds=4)  # from the sender's clock to the mailbox

# What people write with, by the domain of their address; everybody else has an office program.
WEBMAIL, PHONE, OFFICE = "webmail", "phone", "office"
_PROGRAMS = {"postbox.example": WEBMAIL, "pocketpost.example": PHONE}

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
        return _PROGRAMS.get(self.sender[1].partition("@")[2], OFFICE)


def envelope(letter: Letter) -> Lines:
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


def _encoded(name: str, text: str) -> str:
    """Folded, and an RFC 2047 encoded word where a character is not printable ASCII."""
    plain = text.isascii() and text.isprintable()
    header = Header(text, "us-ascii" if plain else "utf-8", maxlinelen=76, header_name=name)
    return header.encode(linesep="\r\n")
