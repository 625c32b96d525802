"""What a message's signs prove, each kind by itself, and what weak ones suggest; never which wins.

A proof is the text shown to a person; None where there is none (the rules R1 to R16 of the notes
on matching that DESIGN section 4 sums up). Evidence quotes no mail: signs hold only our own words.
"""

from __future__ import annotations

from functools import lru_cache

from commsla.core.signs import Sign


class Signs:
    """The signs of one message, by header name without capitals."""

    def __init__(self, signs: tuple[Sign, ...]) -> None:
        self._all: dict[str, list[str]] = {}
        for name, value in signs:
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


# Most mail has one of a few sets of signs: what they prove is worked out once for each.
_KNOWN = 4096


@lru_cache(maxsize=_KNOWN)
def signs_of(signs: tuple[Sign, ...]) -> Signs:
    """The signs of a message; the same object for the same signs."""
    return Signs(signs)


@lru_cache(maxsize=_KNOWN)
def receipt(signs: Signs) -> str | None:
    """It was read, deleted unread, or it did arrive."""
    for value in signs.values("Content-Type"):
        if "disposition-notification" in value.lower():
            return f"Content-Type: {value}"
        if "delivery-status" in value.lower() and signs.first("Subject", "delivered"):
            return f"Content-Type: {value}; the subject reports success"
    null_path = signs.first("Return-Path", "<>")
    if null_path and signs.first("Subject", "read"):
        return "Subject says read or deleted; Return-Path: <>"
    return None


@lru_cache(maxsize=_KNOWN)
def bounce(signs: Signs) -> str | None:
    """It did not arrive, or not yet."""
    for value in signs.values("Content-Type"):
        if "delivery-status" in value.lower():
            return f"Content-Type: {value}"
    alone = signs.first("X-Failed-Recipients") or signs.first("X-MS-Exchange-Message-Is-Ndr")
    if alone:
        return alone
    failed = signs.first("Subject", "failed")
    null_path = signs.first("Return-Path", "<>")
    if signs.first("From", "mail system") and (failed or null_path):
        return f"From is a mail system; {null_path or 'the subject reports a failure'}"
    second = null_path or signs.first("Auto-Submitted", "auto-")
    return f"{second}; the subject reports a failure" if failed and second else None


@lru_cache(maxsize=_KNOWN)
def invitation(signs: Signs) -> str | None:
    """A calendar asks, answers or cancels."""
    for value in signs.values("Content-Type"):
        if value.lower().startswith("text/calendar") and "method=" in value.lower():
            return f"Content-Type: {value}"
    for value in signs.values("Content-Class"):
        if value.lower().endswith("calendarmessage"):
            return f"Content-Class: {value}"
    if signs.first("Sender", "calendar") and signs.first("Subject", "calendar"):
        return "Sender is a calendar; the subject is a calendar's"
    return None


@lru_cache(maxsize=_KNOWN)
def automatic(signs: Signs) -> str | None:
    """A machine answered for somebody."""
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
    for name in (
        "X-Autoreply",
        "X-Autorespond",
        "X-Autoresponder",
        "X-Auto-Response",
        "X-Mail-Autoreply",
    ):
        for value in signs.values(name):
            if value.strip().lower() not in ("no", "false"):
                return f"{name}: {value}"
    suppress = signs.first("X-Auto-Response-Suppress", "all")
    if suppress and signs.first("X-MS-Exchange-Inbox-Rules-Loop"):
        return f"{suppress}; X-MS-Exchange-Inbox-Rules-Loop"
    second = (
        signs.first("Auto-Submitted", "auto-generated")
        or signs.first("Return-Path", "<>")
        or suppress
        or signs.first("Precedence", "bulk", "junk")
    )
    absent = signs.first("Subject", "out of office")
    return f"{second}; the subject is an absence note" if absent and second else None


@lru_cache(maxsize=_KNOWN)
def not_by_hand(signs: Signs) -> str | None:
    """Of a message in our own Sent folder: a machine wrote it, so that it answers nobody.

    Here the doubt goes the other way: whatever may be a machine's leaves the clock running.
    """
    for value in signs.values("Auto-Submitted"):
        if not value.strip().lower().startswith("no"):
            return f"Auto-Submitted: {value}"
    absent = signs.first("Subject", "out of office")
    return receipt(signs) or automatic(signs) or (absent and "the subject is an absence note")


@lru_cache(maxsize=_KNOWN)
def bulk(signs: Signs) -> str | None:
    """The same words went to many.

    A mail provider may put List-Unsubscribe under a parent's letter: where bounces go to who wrote,
    and nothing else agrees, it only suggests it.
    """
    alone = signs.first("List-Id") or signs.first("X-Bulkmail") or signs.first("Precedence", "list")
    own_path = signs.first("Return-Path", "the writer's own")
    agreed = not own_path or signs.first("Precedence", "bulk", "junk")
    return alone or (signs.first("List-Unsubscribe") if agreed else None)


@lru_cache(maxsize=_KNOWN)
def bulk_by_two_signs(signs: Signs) -> str | None:
    """A firm's gateway or a web form may call all its mail bulk, a person's among it."""
    precedence = signs.first("Precedence", "bulk", "junk")
    second = signs.first("From", "circular address") or signs.first("Return-Path", "another")
    return f"{precedence}; {second}" if precedence and second else None


@lru_cache(maxsize=_KNOWN)
def notification(signs: Signs) -> str | None:
    """A machine tells of something."""
    for value in signs.values("Auto-Submitted"):
        if not value.strip().lower().startswith("no"):
            return f"Auto-Submitted: {value}"
    return signs.first("From", "no-reply address") or signs.first("From", "a machine's address")


@lru_cache(maxsize=_KNOWN)
def mailed_by_a_program(signs: Signs) -> str | None:
    """A notification by two signs that a person's letter may each bear, too."""
    if unread := signs.first("Reply-To", "no-reply address"):
        return unread
    if not signs.first("From", "service address"):
        return None
    for name in _MAILED_BY_PROGRAMS:
        if signs.first(name):
            return f"From: service address; {name}"
    confirmed = signs.first("Subject", "confirmed")
    return "From: service address; the subject confirms something" if confirmed else None


_MAILED_BY_PROGRAMS = (
    "X-Entity-Ref-ID",
    "X-PM-Message-Id",
    "X-SG-EID",
    "X-Mailgun-Sid",
    "X-SES-Outgoing",
)


@lru_cache(maxsize=_KNOWN)
def doubt(signs: Signs, *, own_list: bool, names_others: bool) -> str:
    """What weak signs suggest of a message whose clock runs, the likeliest first; "" for nothing.

    `own_list`: it came through a group of ours. `names_others`: To or Cc name more than its writer.
    """
    for word, what in _BEGINNINGS:
        if signs.first("Subject", word):
            return what
    if not own_list:
        listed = (
            signs.first("List-Id")
            or signs.first("List-Unsubscribe")
            or signs.first("Precedence", "bulk", "list", "junk")
        )
        if listed:
            return f"perhaps bulk: {listed.removesuffix(': present')}"
    if signs.first("X-Spam-Flag", "yes", "true"):
        return "perhaps bulk: X-Spam-Flag"
    if signs.first("Subject", "spam"):
        return "perhaps bulk: the subject is marked as spam"
    if notified := notification(signs) or mailed_by_a_program(signs):
        return f"perhaps a notification: {notified}"
    if not names_others:
        return "perhaps bulk: it names no recipient"
    if signs.first("X-Auto-Response-Suppress"):
        return "perhaps automatic: X-Auto-Response-Suppress"
    return "perhaps bulk: Feedback-ID" if signs.first("Feedback-ID") else ""


# The parts of such a message say whether a calendar wrote it (parts.py), for whoever can ask.
MAYBE_INVITATION = "perhaps an invitation: the subject begins as a calendar's"
_BEGINNINGS = (
    ("out of office", "perhaps automatic: the subject begins as an absence note"),
    ("failed", "perhaps a bounce: the subject begins as a failure report"),
    ("calendar", MAYBE_INVITATION),
)
