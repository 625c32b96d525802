"""What a message is, by its headers, and the header that proves it; it reads no text.

The order of the rules matters (bounces also call themselves automatic replies); only strong signs
exclude. When in doubt it is an enquiry: a parent taken for a robot is a miss that nobody sees.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple

from commsla.core.keys import Keys
from commsla.core.model import (
    Kind,
    Message,
    Party,
    Role,
)
from commsla.core.school import (
    Config,
)


class Judged(NamedTuple):
    """A kind and the header that proves it, ready to show."""

    kind: Kind
    evidence: str


@dataclass(frozen=True, slots=True)
class Ours:
    """Every address and domain that belongs to the schools of the config."""

    addresses: frozenset[str]
    domains: frozenset[str]
    names: tuple[str, ...]  # the same in plain words, for List-Id

    @classmethod
    def of(cls, config: Config, keys: Keys) -> Ours:
        """All schools together: mail from the sister school's office is internal, too."""
        addresses = {a.casefold() for s in config.schools for a in s.aliases}
        addresses |= {m.address.casefold() for s in config.schools for m in s.mailboxes}
        domains = {d.casefold() for s in config.schools for d in s.domains}
        return cls(
            frozenset(map(keys.address, addresses)),
            frozenset(map(keys.domain, domains)),
            tuple(sorted(domains | {a.replace("@", ".") for a in addresses})),
        )

    def owns(self, party: Party | None) -> bool:
        """Whether this is an address of ours."""
        return party is not None and (
            party.key in self.addresses or party.domain_key in self.domains
        )

    def owns_list(self, list_id: str) -> bool:
        """Whether a List-Id is an office address of ours that happens to be a group."""
        name = list_id.rpartition("<")[2].strip("<> ").casefold()
        return any(name == n or name.endswith("." + n) for n in self.names)


class Signs:
    """The signs of one message, by header name without capitals."""

    def __init__(self, message: Message) -> None:
        self._all: dict[str, list[str]] = {}
        for name, value in message.signs:
            self._all.setdefault(name.lower(), []).append(value)

    def values(self, name: str) -> list[str]:
        """All values of one header."""
        return self._all.get(name.lower(), [])

    def first(self, name: str, *wanted: str) -> str | None:
        """`Name: value` of the first value that begins with a wanted word (any, if none is given)."""
        for value in self.values(name):
            if not wanted or value.strip().lower().startswith(wanted):
                return f"{name}: {value}"
        return None


def _receipt(signs: Signs) -> str | None:
    for value in signs.values("Content-Type"):
        if "disposition-notification" in value.lower():
            return f"Content-Type: {value}"
    null_path = signs.first("Return-Path", "<>")
    return (
        "Subject says read or deleted; Return-Path: <>"
        if (null_path and signs.first("Subject", "read"))
        else None
    )


def _bounce(signs: Signs) -> str | None:
    for value in signs.values("Content-Type"):
        if "delivery-status" in value.lower():
            return f"Content-Type: {value}"
    alone = signs.first("X-Failed-Recipients") or signs.first("X-MS-Exchange-Message-Is-Ndr")
    if alone:
        return alone
    daemon = signs.first("From", "mail system")
    failed = signs.first("Subject", "failed")
    null_path = signs.first("Return-Path", "<>")
    if daemon and (failed or null_path):
        return f"From is a mail system; {null_path or 'the subject reports a failure'}"
    return "Return-Path: <>; the subject reports a failure" if failed and null_path else None


def _invitation(signs: Signs) -> str | None:
    for value in signs.values("Content-Type"):
        if value.lower().startswith("text/calendar") and "method=" in value.lower():
            return f"Content-Type: {value}"
    for value in signs.values("Content-Class"):
        if value.lower().endswith("calendarmessage"):
            return f"Content-Class: {value}"
    return None


def _automatic(signs: Signs) -> str | None:
    certain = (
        signs.first("X-MS-Exchange-Generated-Message-Source", "mailbox rules agent")
        or signs.first("Auto-Submitted", "auto-replied")
        or signs.first("Precedence", "auto_reply")
        or signs.first("X-AutoReply-From")
        or signs.first("X-Apple-Action", "vacation")
        or signs.first("X-POST-MessageClass", "9")
    )
    if certain:
        return certain
    for name in ("X-Autoreply", "X-Autorespond", "X-Mail-Autoreply"):
        for value in signs.values(name):
            if value.strip().lower() not in ("no", "false"):
                return f"{name}: {value}"
    suppress = signs.first("X-Auto-Response-Suppress", "all")
    if suppress and signs.first("X-MS-Exchange-Inbox-Rules-Loop"):
        return f"{suppress}; X-MS-Exchange-Inbox-Rules-Loop"
    absent = signs.first("Subject", "out of office")
    generated = signs.first("Auto-Submitted", "auto-generated")
    null_path = signs.first("Return-Path", "<>")
    if absent and (generated or null_path or suppress):
        return f"{generated or null_path or suppress}; the subject is an absence note"
    # The words alone: the pattern is anchored at the start and not behind Re: (matching.md R11).
    return "the subject begins as an absence note does" if absent else None


def _bulk(signs: Signs) -> str | None:
    return (
        signs.first("List-Id")
        or signs.first("List-Unsubscribe")
        or signs.first("Precedence", "bulk", "list", "junk")
    )


def _notification(signs: Signs) -> str | None:
    for value in signs.values("Auto-Submitted"):
        if not value.strip().lower().startswith("no"):
            return f"Auto-Submitted: {value}"
    return signs.first("From", "no-reply address")


def writer(message: Message, ours: Ours) -> Party | None:
    """Who wrote: From, but Reply-To where From is a robot or a list of ours, or a form that names a parent.

    An address of ours is never put in place of a parent's by Reply-To.
    """
    sender, reply_to = message.sender, message.reply_to
    if reply_to is None or ours.owns(reply_to) or sender is None or reply_to.key == sender.key:
        return sender
    signs = Signs(message)
    robot = signs.first("From", "no-reply address") is not None
    own_list = any(ours.owns_list(v) for v in signs.values("List-Id"))
    if robot or (own_list and ours.owns(sender)):
        return reply_to
    return sender


def kind_of(message: Message, ours: Ours, our_ids: Collection[str] = ()) -> Judged:
    """The kind of one message. `our_ids` are the keys of ids that our Sent folder holds.

    In a Sent folder it is ours, by a person unless it says that a machine wrote it.
    """
    signs = Signs(message)
    if message.role is Role.SENT:
        machine = _receipt(signs) or _automatic(signs) or signs.first("Auto-Submitted", "auto-")
        return Judged(Kind.OURS_AUTOMATIC, machine) if machine else Judged(Kind.OURS, "in Sent")
    if not message.readable:
        return Judged(Kind.UNREADABLE, "the header cannot be read")
    for kind, rule in (
        (Kind.RECEIPT, _receipt),
        (Kind.BOUNCE, _bounce),
        (Kind.INVITATION, _invitation),
        (Kind.AUTOMATIC, _automatic),
    ):
        if proof := rule(signs):
            return Judged(kind, proof)
    who = writer(message, ours)
    answers_us = any(i in our_ids for i in (*message.in_reply_to, *message.references))
    own_list = any(ours.owns_list(v) for v in signs.values("List-Id"))
    if (proof := _bulk(signs)) and not answers_us and not own_list:
        return Judged(Kind.BULK, proof)
    speaks_for_someone = who is not message.sender
    if (proof := _notification(signs)) and not speaks_for_someone:
        return Judged(Kind.NOTIFICATION, proof)
    if ours.owns(who):
        return Judged(Kind.INTERNAL, "From is an address of ours")
    return Judged(Kind.ENQUIRY, "a person wrote")
