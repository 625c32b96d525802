"""Mails as an office and its parents really send them: plain, from Outlook, from Gmail."""

from __future__ import annotations

import base64
import quopri
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from html import escape

from commsla.core.local import LONDON

OFFICE = "office@school.test"
MAKES = ("plain", "outlook", "gmail")


@dataclass(frozen=True)
class Letter:
    """One mail. `at` is what its Date says; `above` is the mail that it answers and quotes."""

    name: str
    sender: str
    to: str
    words: str
    at: datetime
    above: Letter | None = None
    subject: str = "Trip to the mill"
    make: str = "plain"

    @property
    def raw(self) -> str:
        """As it lies on the server, line ends still to be made."""
        head = (
            f"From: {self.sender}\nTo: {self.to}\nSubject: {'Re: ' * bool(self.above)}{self.subject}\n"
            f"Date: {format_datetime(self.at)}\nMessage-ID: <{self.name}@x.test>\nMIME-Version: 1.0\n"
        )
        if self.above:
            chain = " ".join(f"<{name}@x.test>" for name in self._chain())
            head += f"In-Reply-To: <{self.above.name}@x.test>\nReferences: {chain}\n"
        bodies = {"plain": self._plain, "outlook": self._outlook, "gmail": self._gmail}
        return head + bodies[self.make]()

    def _chain(self) -> list[str]:
        """The names of the mails above, the oldest first."""
        return [*self.above._chain(), self.above.name] if self.above else []

    def _plain(self) -> str:
        body = self.words
        if self.above:
            when = self.above.at.astimezone(LONDON).strftime("%d/%m/%Y %H:%M")
            quoted = "\n".join(f"> {line}" for line in self.above.words.splitlines())
            body += f"\n\nOn {when}, {self.above.sender} wrote:\n{quoted}"
        return (
            f"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{body}\n"
        )

    def _outlook(self) -> str:
        page = "<html><head><style>p.MsoNormal {margin:0cm}</style></head><body lang=EN-GB><div>"
        page += self._paragraphs(self.words)
        if self.above:
            page += (
                "<div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'>"
                f"<p class=MsoNormal><b>From:</b> {escape(self.above.sender)}<br><b>Sent:</b> "
                f"{self.above.at.astimezone(LONDON):%d %B %Y %H:%M}<br><b>To:</b> {escape(self.above.to)}<br>"
                f"<b>Subject:</b> {escape(self.subject)}</p></div>{self._paragraphs(self.above.words)}"
            )
        coded = quopri.encodestring(f"{page}</div></body></html>".encode()).decode()
        return (
            "Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n"
            f"{coded}\n"
        )

    def _gmail(self) -> str:
        page = f'<div dir="ltr">{escape(self.words).replace(chr(10), "<br>")}</div>'
        if self.above:
            page += (
                '<br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">On '
                f"{self.above.at.astimezone(LONDON):%a, %d %b %Y at %H:%M}, {escape(self.above.sender)} wrote:<br></div>"
                f'<blockquote class="gmail_quote">{escape(self.above.words)}</blockquote></div>'
            )
        coded = base64.encodebytes(page.encode()).decode()
        return f"Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: base64\n\n{coded}\n"

    @staticmethod
    def _paragraphs(words: str) -> str:
        lines = (f"<p class=MsoNormal>{escape(x)}<o:p></o:p></p>" for x in words.splitlines())
        return "<p class=MsoNormal><o:p>&nbsp;</o:p></p>".join(lines)


def report(
    name: str, message_id: str, recipient: str, *, whole: bool, action: str = "failed"
) -> str:
    """A delivery report (RFC 3464) that returns the mail, or only its header."""
    returned = (
        f"From: {OFFICE}\nTo: {recipient}\nMessage-ID: <{message_id}@x.test>\nSubject: Re: Trip\n\n"
    )
    kind = "message/rfc822" if whole else "text/rfc822-headers"
    return (
        "From: Mail Delivery System <MAILER-DAEMON@mx.test>\nTo: office@school.test\n"
        f"Return-Path: <>\nSubject: Undelivered Mail Returned to Sender\nMessage-ID: <{name}@mx.test>\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="=_b"\n\n'
        "--=_b\n\nYour message could not be delivered: rhubarb.\n\n"
        "--=_b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.test\n\n"
        f"Final-Recipient: rfc822; {recipient}\nAction: {action}\nStatus: 5.1.1\n\n"
        f"--=_b\nContent-Type: {kind}\n\n{returned}{'rhubarb' * whole}\n--=_b--\n"
    )


def invitation(letter: Letter, method: str = "REQUEST") -> str:
    """The same mail as a calendar sends it."""
    head, _, body = letter.raw.partition("Content-Type: ")
    return (
        f'{head}Content-Type: multipart/alternative; boundary="=_c"\n\n--=_c\nContent-Type: {body}\n'
        f"--=_c\nContent-Type: text/calendar; charset=utf-8; method={method}\n\nBEGIN:VCALENDAR\n"
        f"METHOD:{method}\nBEGIN:VEVENT\nDTSTART:20270301T150000Z\nEND:VEVENT\nEND:VCALENDAR\n--=_c--\n"
    )
