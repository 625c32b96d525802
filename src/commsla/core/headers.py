"""Header bytes -> a Message; it never raises on bad mail and never decides what a mail is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache

from commsla.core.addresses import Mailbox, read_addresses
from commsla.core.clean import clean
from commsla.core.encoded import decoded, eight_bit
from commsla.core.keys import Keys
from commsla.core.model import (
    Message,
    Party,
    Role,
)
from commsla.core.rules import rule_signs
from commsla.core.school import Rule
from commsla.core.signs import SIGN_FIELDS, is_no_reply, read_signs
from commsla.core.subjectkey import bare_subject
from commsla.core.vouching import VOUCHING_FIELDS, vouching_signs

# Every header that is read here, and so must be asked of the server; a rule may add its own.
FIELDS = (
    "From",
    "Reply-To",
    "To",
    "Cc",
    "Bcc",
    "Subject",
    "Date",
    "Message-ID",
    "In-Reply-To",
    "References",
    "X-Original-From",
    "X-Microsoft-Original-Message-ID",
    *SIGN_FIELDS,
    *VOUCHING_FIELDS,
)
_ID = re.compile(r"<([^<>\s]+)>")
_LONGEST_VALUE = 32_768  # characters of one header that are looked at
_MOST_IDS = 50

_FOLDED = frozenset({" ", "\t"})
_SPACE = " \t\n\r\v\f"
_TO = ("to", "cc", "bcc")
_ANSWERED = frozenset({"reply-to", "x-original-from"})

Fields = dict[str, list[str]]
# School, mailbox, folder, role, UIDVALIDITY, UID, received: the first fields of a Message.
_Place = tuple[str, str, str, Role, int, int, datetime]


def read_fields(raw: bytes) -> Fields:
    """Lower-case header name -> its unfolded values in order (RFC 5322 section 2.2.3), not yet decoded.

    Bytes that are not ASCII are read as UTF-8, else as Windows-1252; lone surrogates cannot come out
    of this, controls can.
    """
    fields: Fields = {}
    name, value = "", ""
    text = raw.decode("latin-1").replace("\r\n", "\n").replace("\r", "\n")  # a byte, a character
    for line in [*text.split("\n"), ""]:
        if line[:1] in _FOLDED:
            value += " " + line.strip(_SPACE)
            continue
        if name:
            value = value.strip(_SPACE)
            said = value if value.isascii() else eight_bit(value.encode("latin-1"))
            fields.setdefault(name, []).append(said[:_LONGEST_VALUE])
        left, colon, value = line.partition(":")
        name = left.strip(_SPACE).lower() if colon else ""
    return fields


def read_message(
    raw: bytes | None,
    keys: Keys,
    *,
    school: str,
    mailbox: str,
    folder: str,
    role: Role,
    uidvalidity: int,
    uid: int,
    received: datetime,
    dated: bool = True,
    rules: Sequence[Rule] = (),
) -> Message:
    """The facts of one message. What will not parse comes back with `readable` false, never lost.

    `dated` is whether the server said when it was received: else `received` is of this reading only.
    Of `rules`, the school's own, it is noted whose words about subject and headers it meets.
    """
    arrived = received.isoformat() if dated else ""
    place = (school, mailbox, folder, role, uidvalidity, uid, received)
    if raw is not None and raw.strip():
        try:
            return _facts(place, arrived, raw, keys, rules)
        except (Exception, RecursionError, MemoryError):  # noqa: BLE001 - hostile bytes must cost one row only
            pass
    # By what there is of it: a folder that was made anew must not make two mails of one.
    seen = (mailbox, arrived, (raw or b"").hex()[:4000])
    return Message(*place, fingerprint=keys.fingerprint(*seen), readable=False)


def _facts(place: _Place, arrived: str, raw: bytes, keys: Keys, rules: Sequence[Rule]) -> Message:
    fields = read_fields(raw)
    ids = _ids(fields, "message-id")
    originals = _ids(fields, "x-microsoft-original-message-id")
    sender = _first(fields, "from")
    if sender is None or not sender.address:
        posted = _first(fields, "sender")  # who pressed the button, where nobody claims the words
        sender = posted if posted and posted.address else sender
    reply_to = _reply_to(fields, sender) if _ANSWERED.intersection(fields) else None
    subject = clean(decoded(_one(fields, "subject")), 300)
    bare, is_reply = bare_subject(subject)
    date = _one(fields, "date")
    who = sender.address.casefold() if sender else ""
    # Two forms of one robot may come in the same second, under one constant id: they differ by who
    # is to be answered.
    answered = reply_to.address.casefold() if reply_to else ""
    # Two delivery reports without a date may come in the same second: their ids tell them apart.
    exact = (ids[0] if ids else "", date if date and (ids or not arrived) else arrived)
    recipients = [m for name in _TO if name in fields for m in _mailboxes(fields, name)]
    signs = list(read_signs(fields, sender, subject))
    if reply_to and is_no_reply(reply_to.address):
        signs.append(("Reply-To", "no-reply address"))
    signs += vouching_signs(fields, lambda: [m.address for m in _mailboxes(fields, "from")])
    signs += rule_signs(rules, place[0], subject, fields, keys)
    return Message(
        *place,
        claimed=_claimed(date),
        fingerprint=keys.fingerprint(*exact, who, answered, bare),
        message_id=keys.id(ids[0]) if ids else "",
        original_id=keys.id(originals[0]) if originals else "",
        in_reply_to=tuple(keys.id(i) for i in _ids(fields, "in-reply-to")),
        references=tuple(keys.id(i) for i in _ids(fields, "references")),
        sender=_party(sender, keys) if sender else None,
        reply_to=_party(reply_to, keys) if reply_to and reply_to.address else None,
        recipients=tuple([_recipient(m.address, keys) for m in recipients if m.address]),
        subject=subject,
        signs=tuple(signs),
        readable=True,
        subject_key=keys.subject(bare) if bare else "",
        is_reply=is_reply,
    )


def _one(fields: Fields, name: str) -> str:
    return fields[name][0] if name in fields else ""


def _mailboxes(fields: Fields, name: str) -> list[Mailbox]:
    return [m for value in fields.get(name, ()) for m in read_addresses(value)]


def _reply_to(fields: Fields, sender: Mailbox | None) -> Mailbox | None:
    """Reply-To; before it X-Original-From, where a list wrote itself or its domain into From.

    A Google Group does that when the parent's provider forbids others to send in her name. On any
    other mail a stranger wrote the header.
    """
    domain = _domain(sender.address).casefold() if sender else ""
    names = (v.rpartition("<")[2].strip("<> ").casefold() for v in fields.get("list-id", []))
    if domain and any(name == domain or name.endswith("." + domain) for name in names):
        return _first(fields, "x-original-from") or _first(fields, "reply-to")
    return _first(fields, "reply-to")


def _first(fields: Fields, name: str) -> Mailbox | None:
    found = _mailboxes(fields, name)
    return next((m for m in found if m.address), found[0] if found else None)


@lru_cache(maxsize=2048)  # the same people write again and again
def _party(mailbox: Mailbox, keys: Keys) -> Party:
    address = clean(mailbox.address, 254)
    return Party(
        key=keys.address(mailbox.address) if address else "",
        domain_key=keys.domain(_domain(mailbox.address)) if address else "",
        name=clean(decoded(mailbox.name), 100),
        address=address,
    )


@lru_cache(maxsize=2048)
def _recipient(address: str, keys: Keys) -> Party:
    return Party(keys.address(address), keys.domain(_domain(address)))


def _domain(address: str) -> str:
    return address.rpartition("@")[2]


def _ids(fields: Fields, name: str) -> list[str]:
    """The ids of a header, the last 50 at most; some mailers encode long ones or leave out the brackets."""
    if name not in fields:
        return []
    value = " ".join(decoded(v) for v in fields[name])
    found = _ID.findall(value)
    if not found:
        found = [w.strip("<>,;") for w in value.split() if "@" in w]
    return list(dict.fromkeys(f for f in found if f))[-_MOST_IDS:]


def _claimed(date: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(date[:100])
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
