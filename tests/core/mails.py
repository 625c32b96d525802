"""Made-up mail for the tests of cases: built through the real header reader, by words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from commsla.core.headers import read_message
from commsla.core.keys import Keys
from commsla.core.kinds import Ours
from commsla.core.model import Mark, Message, Reference, Role, Word

KEYS = Keys(b"a secret of the tests")
OFFICE = "office@oak.example"
OTHER_OFFICE = "office@elm.example"
TEACHER = "ms.vane@oak.example"
ANNA, BEN, MALLORY = "anna@home.example", "ben@home.example", "mallory@evil.example"
START = datetime(2025, 11, 10, 9, 0, tzinfo=UTC)  # a Monday in term


def ours() -> Ours:
    """Two schools with a domain each."""
    return Ours(
        frozenset(map(KEYS.address, (OFFICE, OTHER_OFFICE))),
        frozenset(map(KEYS.domain, ("oak.example", "elm.example"))),
        ("elm.example", "oak.example", "office.oak.example"),
    )


class Post:
    """A post office: every mail gets the next ledger number unless told otherwise."""

    def __init__(self) -> None:
        self.messages: list[Message] = []

    def put(self, raw: str | bytes, *, at: float, role: Role, school: str, folder: str) -> Message:
        """Deliver raw headers `at` hours after START."""
        data = raw.encode() if isinstance(raw, str) else raw
        message = read_message(
            data,
            KEYS,
            school=school,
            mailbox=f"office@{school}.example",
            folder=folder,
            role=role,
            uidvalidity=1,
            uid=len(self.messages) + 1,
            received=START + timedelta(hours=at),
        )
        message = _numbered(message, len(self.messages) + 1)
        self.messages.append(message)
        return message

    def came(
        self,
        sender: str,
        *,
        at: float,
        id: str = "",
        re: str = "",
        refs: str = "",
        subject: str = "A question",
        more: str = "",
        school: str = "oak",
        to: str = OFFICE,
        folder: str = "INBOX",
    ) -> Message:
        """A mail from outside."""
        raw = _headers(sender, to, id or f"{sender}-{at}", re, refs, subject, at) + more
        return self.put(raw, at=at, role=Role.INBOX, school=school, folder=folder)

    def sent(
        self,
        to: str,
        *,
        at: float,
        re: str = "",
        refs: str = "",
        id: str = "",
        subject: str = "Re: A question",
        more: str = "",
        school: str = "oak",
    ) -> Message:
        """A mail of ours, in the Sent folder."""
        office = f"office@{school}.example"
        raw = _headers(office, to, id or f"ours-{at}", re, refs, subject, at) + more
        return self.put(raw, at=at, role=Role.SENT, school=school, folder="Sent")


def _headers(sender: str, to: str, id: str, re: str, refs: str, subject: str, at: float) -> str:
    date = (START + timedelta(hours=at)).strftime("%d %b %Y %H:%M:%S +0000")
    lines = [f"From: {sender}", f"To: {to}", f"Subject: {subject}", f"Date: {date}"]
    if id != "none":
        lines.append(f"Message-ID: <{id}@x.example>")
    if re:
        lines.append(f"In-Reply-To: <{re}@x.example>")
    if refs:
        lines.append("References: " + " ".join(f"<{r}@x.example>" for r in refs.split()))
    return "\r\n".join(lines) + "\r\n"


def _numbered(message: Message, number: int) -> Message:
    from dataclasses import replace

    return replace(message, id=number)


def mark(message: Message, word: Word, *, at: float, recorded: float | None = None) -> Mark:
    """A mark on a message, `at` hours after START."""
    when = START + timedelta(hours=at)
    typed = START + timedelta(hours=at if recorded is None else recorded)
    return Mark(message.id, word, when, typed, "clerk", id=int((recorded or at) * 1000))


def reference(number: int) -> Reference:
    """O1, O2 ..."""
    return Reference("O", number)
