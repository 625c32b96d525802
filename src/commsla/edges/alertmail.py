"""A letter -> the bytes of an e-mail, once; it sends nothing, and no mail's text reaches a header."""

from __future__ import annotations

from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape

from commsla.core.alertwords import Block, Entry, Letter

_WIDTH = "max-width:600px;margin:0 auto;padding:12px"
_FONT = "font-family:Segoe UI,Helvetica,Arial,sans-serif;font-size:16px;line-height:1.4"
_HEADING = (
    "font-size:17px;margin:20px 0 6px;border-bottom:2px solid #888;padding-bottom:2px;"
    "break-after:avoid"
)
_ENTRY = (  # printed, an entry stands on one page
    "margin:0 0 12px;padding:8px 10px;border-left:4px solid #888;background:#f4f4f4;"
    "page-break-inside:avoid;break-inside:avoid"
)
_SMALL = "font-size:14px;color:#444;overflow-wrap:anywhere"


def rendered(letter: Letter, sender: str, to: str, message_id: str, at: datetime) -> bytes:
    """The message as it goes over the wire: plain text and HTML, 7 bit, CRLF.

    `message_id` comes without brackets, `at` is aware. Raises ValueError for an address that cannot
    stand in a header.
    """
    message = EmailMessage(policy=SMTP.clone(cte_type="7bit"))
    message["From"] = Address("commsla", addr_spec=sender)
    message["To"] = Address(addr_spec=to)
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(at.astimezone(UTC))
    message["Message-ID"] = f"<{message_id}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834 section 5
    message["X-Auto-Response-Suppress"] = "All"  # what Exchange minds instead
    message.set_content(plain(letter), cte="quoted-printable")
    message.add_alternative(html(letter), subtype="html", cte="quoted-printable")
    # Made of nothing but the letter: the same letter is the same bytes.
    message.set_boundary(f"=_{message_id.partition('@')[0]}")
    return message.as_bytes()


def plain(letter: Letter) -> str:
    """The letter as lines that nothing has wrapped."""
    lines = [letter.opening, ""]
    for block in letter.blocks:
        lines += [_capital(block.heading), *block.lines]
        for entry in block.entries:
            lines += [f"- {entry.title}", *(f"    {fact}" for fact in entry.facts)]
        lines.append("")
    return "\n".join([*lines, "-- ", *letter.closing]) + "\n"


def html(letter: Letter) -> str:
    """The letter as a page for a phone: no picture, no link, no script, every text escaped."""
    blocks = "".join(map(_block, letter.blocks))
    closing = "".join(f'<p style="{_SMALL}">{escape(line)}</p>' for line in letter.closing)
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(letter.subject)}</title></head>\n"
        f'<body style="margin:0;background:#fff;color:#111;{_FONT}"><div style="{_WIDTH}">\n'
        f'<p style="margin:0">{escape(letter.opening)}</p>\n{blocks}{closing}</div></body></html>\n'
    )


def _block(block: Block) -> str:
    lines = "".join(f'<p style="margin:0 0 6px">{escape(line)}</p>\n' for line in block.lines)
    entries = "".join(map(_entry, block.entries))
    return f'<h2 style="{_HEADING}">{escape(_capital(block.heading))}</h2>\n{lines}{entries}'


def _entry(entry: Entry) -> str:
    facts = "".join(f'<br><span style="{_SMALL}">{escape(fact)}</span>' for fact in entry.facts)
    return f'<p style="{_ENTRY}"><b>{escape(entry.title)}</b>{facts}</p>\n'


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
