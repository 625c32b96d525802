"""Which folders hold what was thrown away, from a LIST reply: Junk and Deleted, never INBOX or Sent."""

from __future__ import annotations

from collections.abc import Iterable

from commsla.edges.imap.folders import Listed

_FLAGS = frozenset({"\\junk", "\\trash"})  # RFC 6154 section 2
_NAMES = frozenset(
    {
        "junk",
        "junk e-mail",
        "junk email",
        "junk mail",
        "spam",
        "bulk mail",
        "deleted",
        "deleted items",
        "deleted messages",
        "trash",
        "bin",
    }
)


def find_discarded(listing: Iterable[Listed]) -> tuple[str, ...]:
    """The names of the Junk and Deleted folders: by their special use, else by the usual names."""
    folders = [f for f in listing if f.opens and not f.is_inbox]
    flagged = [f.name for f in folders if f.flags & _FLAGS]
    named = [f.name for f in folders if _last_part(f) in _NAMES]
    return tuple(dict.fromkeys(flagged or named))


def _last_part(folder: Listed) -> str:
    name = folder.name.casefold()
    return name.rpartition(folder.delimiter)[2] if folder.delimiter else name
