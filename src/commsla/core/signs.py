"""Picks out of a header the few facts that tell a person from a machine; judging them is kinds.py's."""

from __future__ import annotations

import re

from commsla.core.clean import clean

# Kept word for word (cleaned and cut): none of these names a person.
_KEPT = (
    "Auto-Submitted",
    "Precedence",
    "List-Id",
    "X-Auto-Response-Suppress",
    "X-MS-Exchange-Generated-Message-Source",
    "X-Apple-Action",
    "X-POST-MessageClass",
    "Content-Class",
)
# Their values hold addresses, subjects or tracking links: only that they were there is kept.
_PRESENT = (
    "X-MS-Exchange-Inbox-Rules-Loop",
    "List-Unsubscribe",
    "X-Failed-Recipients",
    "X-MS-Exchange-Message-Is-Ndr",
    "X-AutoReply-From",
)
# The same, but they may say that it is none.
_YES_OR_NO = ("X-Autoreply", "X-Autorespond", "X-Mail-Autoreply")
_LONGEST = 120
_ROBOT = re.compile(
    r"(do[-_.]?not[-_.]?reply|no[-_.]?reply|donotreply|noreply|mailer|notifications?|alerts?)"
    r"([-_.+].*)?$"
)
_DAEMON = re.compile(r"(mailer-daemon|postmaster|microsoftexchange[0-9a-f]{32})$")
_ABSENCE = re.compile(
    r"(automatic reply|auto(matic)?[- ]?(reply|response)|autoreply|out of (the )?office|"
    r"out-of-office|ymateb awtomatig|abwesenheitsnotiz|automatische antwort)\s*(:|$)"
)
_FAILED = re.compile(
    r"(undeliver|delivery (status notification|failure|has failed)|mail delivery (failed|system)|"
    r"failure notice|returned mail|message (could not|cannot) be delivered)"
)
_READ = re.compile(r"(read|not read|deleted|read receipt)\s*:")


def read_signs(
    fields: dict[str, list[str]], address: str, subject: str
) -> tuple[tuple[str, str], ...]:
    """(header name, value) pairs that decide a kind; subjects and addresses only as what they look like.

    Nothing in here identifies a person, so that a kind can still be explained after names are wiped.
    """
    signs: list[tuple[str, str]] = []
    for name in _KEPT:
        signs += [(name, clean(value, _LONGEST)) for value in fields.get(name.lower(), [])[:3]]
    signs += [(name, "present") for name in _PRESENT if name.lower() in fields]
    for name in _YES_OR_NO:
        for value in fields.get(name.lower(), [])[:3]:
            word = value.strip().lower()
            signs.append((name, word if word in ("yes", "no", "true", "false") else "present"))
    signs += [("Content-Type", clean(v, 200)) for v in _reports(fields)]
    if any(path.strip() == "<>" for path in fields.get("return-path", [])):
        signs.append(("Return-Path", "<>"))
    local = address.partition("@")[0].casefold()
    if _DAEMON.match(local):
        signs.append(("From", "mail system"))
    elif _ROBOT.match(local):
        signs.append(("From", "no-reply address"))
    plain = subject.casefold().strip()
    for word, pattern in (("out of office", _ABSENCE), ("failed", _FAILED), ("read", _READ)):
        if pattern.match(plain):
            signs.append(("Subject", word))
    return tuple(signs)


def _reports(fields: dict[str, list[str]]) -> list[str]:
    """Content types that mean something here; a boundary or a file name is nobody's business."""
    found = []
    for value in fields.get("content-type", [])[:1]:
        main, _, rest = value.partition(";")
        kept = [
            p.strip()
            for p in rest.split(";")
            if p.strip().lower().startswith(("report-type", "method"))
        ]
        if main.strip().lower().startswith(("multipart/report", "text/calendar", "message/d")):
            found.append("; ".join([main.strip().lower(), *kept]))
    return found
