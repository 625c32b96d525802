"""Which folder is INBOX and which is Sent, from a LIST reply; it never takes INBOX for Sent."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from imapclient import imap_utf7

from commsla.core.clean import clean
from commsla.core.mailfacts import SentBy
from commsla.core.school import (
    Mailbox,
)
from commsla.edges.imap.replies import Part
from commsla.edges.imap.troubles import is_at
from commsla.errors import FolderRefused, MailboxError

_ANY_CASE = re.DOTALL | re.IGNORECASE
_LINE = re.compile(rb'\s*\(([^)]*)\)\s+(?:NIL|"((?:[^"\\]|\\.)*)")\s+(.*)\Z', _ANY_CASE)
_QUOTED = re.compile(rb'"((?:[^"\\]|\\.)*)"\s*\Z', re.DOTALL)
_NOT_A_FOLDER = frozenset({"\\noselect", "\\nonexistent"})

# The Sent folder's name where the provider decides it, whatever else lies beside it.
_PROVIDERS = {
    "office365.com": ("Sent Items",),
    "outlook.com": ("Sent Items",),
    "gmail.com": ("[Gmail]/Sent Mail", "[Google Mail]/Sent Mail"),
    "googlemail.com": ("[Gmail]/Sent Mail", "[Google Mail]/Sent Mail"),
}
# The last part of a Sent folder's name: programs, then the mailbox's language at first login.
_NAMES = frozenset(
    {
        "sent",
        "sent items",
        "sent mail",
        "sent messages",
        "sent-mail",
        "sent objects",
        "eitemau a anfonwyd",
        "anfonwyd",
        "seolta",
        "gesendet",
        "gesendete elemente",
        "gesendete objekte",
        "éléments envoyés",
        "messages envoyés",
        "envoyés",
        "elementos enviados",
        "enviados",
        "posta inviata",
        "inviata",
        "verzonden items",
        "verzonden",
        "elementy wysłane",
        "wysłane",
    }
)
_PARENTS = frozenset({"", "inbox", "[gmail]", "[google mail]"})


@dataclass(frozen=True, slots=True)
class Listed:
    """One folder. `raw` is its name in the server's own bytes, `name` the same to be read."""

    raw: bytes
    name: str
    flags: frozenset[str]
    delimiter: str

    @property
    def is_inbox(self) -> bool:
        """INBOX is spelt in any case (RFC 3501 section 5.1)."""
        return self.raw.upper() == b"INBOX"

    @property
    def opens(self) -> bool:
        """False for a mere node of the tree."""
        return not self.flags & _NOT_A_FOLDER


def read_listing(parts: Iterable[Part]) -> list[Listed]:
    """The folders of a LIST reply; a line that cannot be read hides no other."""
    found: dict[bytes, Listed] = {}
    before: bytes | None = None
    literal = b""
    for part in parts:
        if isinstance(part, tuple):
            before, literal = part
            continue
        if before is not None:
            # The name came as a literal: what stands before it ends in its length.
            folder = _read(re.sub(rb"\{\d+\}\Z", b"", before), literal)
            before = None
        else:
            folder = _read(part) if isinstance(part, bytes) else None
        if folder is not None:
            found.setdefault(folder.raw, folder)
    return list(found.values())


def _read(line: bytes, literal: bytes | None = None) -> Listed | None:
    parts = _LINE.match(line)
    if parts is None:
        return None
    raw = literal
    if raw is None:
        quoted = _QUOTED.match(parts[3])
        # An unquoted name may still hold a space or a tab: Exchange does that.
        raw = re.sub(rb"\\(.)", rb"\1", quoted[1]) if quoted else parts[3]
    if not raw or any(control in raw for control in (b"\r", b"\n", b"\0")):
        return None  # no command could name it
    flags = frozenset(flag.decode("ascii", "replace").lower() for flag in parts[1].split())
    delimiter = re.sub(rb"\\(.)", rb"\1", parts[2] or b"").decode("ascii", "replace")
    return Listed(raw, _shown(raw), flags, delimiter)


def _shown(raw: bytes) -> str:
    """Modified UTF-7 (RFC 3501 section 5.1.3), or UTF-8 where a server sends that; never raises."""
    try:
        name = raw.decode("utf-8") if max(raw) > 127 else imap_utf7.decode(raw)
        name.encode("utf-8")  # broken UTF-7 may hold half a surrogate pair
    except ValueError:
        return raw.decode("latin-1")
    return str(name)


def wire_name(raw: bytes) -> bytes:
    """A folder's name as a quoted string for a command."""
    return b'"' + raw.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'


def encode(name: str) -> bytes:
    """A name that was typed, in modified UTF-7."""
    raw: bytes = imap_utf7.encode(name)
    return raw


def find_inbox(listing: list[Listed], mailbox: Mailbox) -> str:
    """The configured inbox, or INBOX. Raises MailboxError when a configured one is not there."""
    if mailbox.inbox.upper() == "INBOX":
        return "INBOX"
    return _configured(listing, mailbox, "inbox", mailbox.inbox).name


def find_sent(listing: list[Listed], mailbox: Mailbox) -> str | None:
    """The folder of what the office sent: config, `\\Sent` (RFC 6154), provider, known names.

    None when there is none. Raises MailboxError when a configured one is not there, is INBOX, or
    when several would do.
    """
    if mailbox.sent:
        chosen = _configured(listing, mailbox, "sent", mailbox.sent)
        if chosen.is_inbox:
            raise MailboxError(
                f"{mailbox.address}: INBOX cannot be the Sent folder",
                'Every enquiry would count as an answer; set `sent = "..."` to another folder.',
            )
        return chosen.name
    _, candidates = sent_candidates(listing, mailbox.host)
    if len(candidates) > 1:
        names = ", ".join(f'"{clean(folder.name, 60)}"' for folder in candidates[:5])
        raise MailboxError(
            f"{mailbox.address}: more than one folder could be Sent: {names}",
            'Set `sent = "..."` for this mailbox to the one in which replies lie.',
        )
    return candidates[0].name if candidates else None


def sent_candidates(listing: list[Listed], host: str) -> tuple[SentBy, list[Listed]]:
    """The folders that could be Sent by the first sign that any of them shows, and that sign."""
    folders = [folder for folder in listing if folder.opens and not folder.is_inbox]
    for by, found in (
        (SentBy.FLAG, [folder for folder in folders if "\\sent" in folder.flags]),
        (SentBy.PROVIDER, _by_provider(folders, host)),
        (SentBy.NAME, [folder for folder in folders if is_named_sent(folder)]),
    ):
        if found:
            return by, found
    return SentBy.NONE, []


def _configured(listing: list[Listed], mailbox: Mailbox, key: str, wanted: str) -> Listed:
    exact = [folder for folder in listing if folder.name == wanted]
    alike = [folder for folder in listing if folder.name.casefold() == wanted.casefold()]
    for matches in (exact, alike):
        if len(matches) == 1:
            if matches[0].opens:
                return matches[0]
            raise MailboxError(
                f'{mailbox.address}: the folder "{clean(wanted, 60)}" cannot be opened',
                f'It only holds other folders; set `{key} = "..."` to one of them.',
            )
    by_lower = {folder.name.casefold(): folder.name for folder in listing if folder.opens}
    near = difflib.get_close_matches(wanted.casefold(), by_lower, n=3, cutoff=0.4)
    names = ", ".join(f'"{clean(by_lower[name], 60)}"' for name in near)
    raise MailboxError(
        f'{mailbox.address}: there is no folder "{clean(wanted, 60)}"',
        f"Did you mean {names}?" if names else f'Set `{key} = "..."` to a folder that exists.',
    )


def not_there(wanted: str, listing: list[Listed], mailbox: Mailbox) -> FolderRefused:
    """The sentence for a folder of the config that the mailbox does not have."""
    by_lower = {folder.name.casefold(): folder.name for folder in listing if folder.opens}
    near = difflib.get_close_matches(wanted.casefold(), by_lower, n=3, cutoff=0.6)
    # A folder below another is named with its parents: `INBOX/Phoned`.
    near += [low for low in by_lower if re.split("[/.]", low)[-1] == wanted.casefold()]
    listed = ", ".join(f'"{clean(by_lower[low], 60)}"' for low in dict.fromkeys(near))
    return FolderRefused(
        f'{mailbox.address}: there is no folder "{clean(wanted, 60)}"',
        f"Did you mean {listed}?"
        if listed
        else "Make it in the mail program, or take it out of schools.toml.",
    )


def _by_provider(folders: list[Listed], host: str) -> list[Listed]:
    for domain, names in _PROVIDERS.items():
        if is_at(host, domain):
            return [folder for folder in folders if folder.name in names]
    return []


def is_named_sent(folder: Listed) -> bool:
    """Whether its name is one that programs and providers give to Sent."""
    # Only near the root: `Archive/2019/Sent` is not where today's replies go.
    delimiter = re.escape(folder.delimiter) if folder.delimiter else r"[./]"
    *parents, leaf = re.split(delimiter, folder.name)
    return leaf.casefold() in _NAMES and "/".join(parents).casefold() in _PARENTS
