"""Whether the receiving server itself vouches for the sender of a message; it believes nobody else.

Anybody may write an Authentication-Results header or a staff address into a mail. Only the topmost
one, and only under the name that the config gives our own server, was put there by it (RFC 8601
section 5); what cannot be read for certain vouches for nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from commsla.core.model import Message, Role
from commsla.core.school import Mailbox

RESULTS = "Authentication-Results"
AUTH_AS = "X-MS-Exchange-Organization-AuthAs"
VOUCHING_FIELDS = (RESULTS, AUTH_AS)
# Exchange Online takes this header off whatever comes from outside; nobody else does.
_EXCHANGE_ONLINE = frozenset({"outlook.office365.com"})
_SERVER = re.compile(r"[a-z0-9]([a-z0-9.-]{0,98}[a-z0-9])?")
_COMMENT = re.compile(r"\([^()\\]*\)")
_EQUALS = re.compile(r" *= *")
_LONGEST = 8000  # characters; a real one has a few hundred


def vouched(message: Message, mailbox: Mailbox) -> bool:
    """Whether a message that came into this mailbox really is from the address it claims.

    By DMARC, which the server named in `authserv` found to pass for the domain in From; on Exchange
    Online also by the server's own word that a user of the organisation sent it.
    """
    if message.role is not Role.INBOX:
        return False
    if mailbox.authserv and (RESULTS, f"{mailbox.authserv.lower()} dmarc=pass") in message.signs:
        return True
    hosted = mailbox.host.lower().rstrip(".") in _EXCHANGE_ONLINE
    return hosted and (AUTH_AS, "internal") in message.signs


def vouching_signs(
    fields: Mapping[str, Sequence[str]], writers: Callable[[], Sequence[str]]
) -> tuple[tuple[str, str], ...]:
    """The reduced facts of a message, when it is read; `writers` gives the addresses in all its From.

    With two of them a reader may see another sender than the one that was tested: no fact is kept.
    """
    if RESULTS.lower() not in fields and AUTH_AS.lower() not in fields:
        return ()
    senders = writers()
    if len(senders) != 1 or not senders[0] or len(fields.get("from", ())) != 1:
        return ()
    signs: list[tuple[str, str]] = []
    results = fields.get(RESULTS.lower(), ())
    domain = senders[0].rpartition("@")[2].lower()
    if results and (server := _passed(results[0], domain)):
        signs.append((RESULTS, f"{server} dmarc=pass"))
    said = fields.get(AUTH_AS.lower(), ())
    if len(said) == 1 and said[0].strip().lower() == "internal":
        signs.append((AUTH_AS, "internal"))
    return tuple(signs)


def _passed(results: str, domain: str) -> str:
    """The server that says `dmarc=pass` for this domain, in small letters; "" for anything else."""
    plain = _plain(results) if len(results) <= _LONGEST else None
    if plain is None:
        return ""
    server, *methods = (part.split() for part in plain.lower().split(";"))
    if not server or not _SERVER.fullmatch(server[0]) or server[1:] not in ([], ["1"]):
        return ""
    dmarc = [words for words in methods if words and words[0].startswith("dmarc")]
    if len(dmarc) != 1 or dmarc[0][0] not in ("dmarc=pass", "dmarc/1=pass"):
        return ""
    about = [w.partition("=")[2] for w in dmarc[0] if w.startswith("header.from=")]
    return server[0] if domain and about == [domain] else ""


def _plain(text: str) -> str | None:
    """The text without comments, each quoted text as one `"`; None where one of them never ends."""
    bare = _COMMENT.sub(" ", text)
    if not any(sign in bare for sign in '()"\\'):  # as nearly all are
        return _EQUALS.sub("=", bare)
    out: list[str] = []
    depth, quoted, escaped = 0, False, False
    for char in text:
        if escaped:
            escaped = False
        elif char == "\\" and (depth or quoted):
            escaped = True
        elif quoted:
            quoted = char != '"'
        elif char == '"' and not depth:
            quoted = True
            out.append('"')  # whatever it says, it is no domain and no result
        elif char == "(":
            depth += 1
            out.append(" ")
        elif char == ")":
            depth -= 1
            if depth < 0:
                return None
        elif not depth:
            out.append(char)
    if depth or quoted or escaped:
        return None
    return _EQUALS.sub("=", "".join(out))
