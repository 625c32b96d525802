"""Picks out of a header the few facts that tell a person from a machine; judging them is kinds.py's.

A sign is a header's name and a word of ours: what a stranger wrote there may hold a name or a
secret, so only words that are known beforehand are kept, and of a List-Id its domain-like part.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

from commsla.core.addresses import Mailbox
from commsla.core.subjects import subject_signs

Sign = tuple[str, str]
Fields = dict[str, list[str]]
PRESENT = "present"
# Of these only that they were there is kept.
_PRESENT = (
    "X-MS-Exchange-Inbox-Rules-Loop",
    "List-Unsubscribe",
    "X-Failed-Recipients",
    "X-MS-Exchange-Message-Is-Ndr",
    "X-AutoReply-From",
    "X-Bulkmail",
    "Feedback-ID",
    # Set by services through which programs send single mails (receipts, reports, forms).
    "X-Entity-Ref-ID",
    "X-PM-Message-Id",
    "X-SG-EID",
    "X-Mailgun-Sid",
    "X-SES-Outgoing",
)
# They say yes or no, or anything that means yes.
_YES_OR_NO = (
    "X-Autoreply",
    "X-Autorespond",
    "X-Autoresponder",
    "X-Auto-Response",
    "X-Mail-Autoreply",
    "X-Spam-Flag",
)
_MOST = 3  # values of one header
_SUPPRESSED = ("all", "dr", "rn", "nrn", "oof", "autoreply", "none")
_REPORTS = ("delivery-status", "disposition-notification")
_TELLING = ("multipart/report", "text/calendar", *(f"message/{report}" for report in _REPORTS))
_METHODS = ("request", "reply", "cancel", "counter", "declinecounter", "add", "refresh", "publish")
_LIST_NAME = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)+")
_LONGEST_LIST_NAME = 100

_NO_REPLY = re.compile(
    r"(.*[-_.+])?(do[-_.]?not[-_.]?reply|no[-_.]?reply)([-_.+].*)?"
    r"|(mailer|notifications?|notify|alerts?)([-_.+].*)?|.+[-_.]notifications?"
)
# Not people's names, and nobody writes a letter from them: machines and mechanical services.
_MACHINE = re.compile(r"root|cron|(voice-?mail|quarantine|tracking|(photo)?copier)([-_+].*)?")
_DAEMON = re.compile(r"(mailer-daemon|postmaster|microsoftexchange[0-9a-f]{32})")
_CALENDAR = re.compile(r"calendar([-_.](notifications?|server|noreply|no-reply))?")
# People write from these too: they decide only beside a second sign.
_CIRCULAR = re.compile(r"(e-?)?news(letters?)?|bulletins?|offers|marketing|campaigns?|editor")
_COUNTER = re.compile(r"orders?|service|visitors?|statements?|receipts?|deliver(y|ies)|dispatch")


def read_signs(fields: Fields, sender: Mailbox | None, subject: str) -> tuple[Sign, ...]:
    """(header name, word) pairs that decide a kind, whatever stood in the header.

    Nothing in here identifies a person, so that a kind can still be explained after names are wiped.
    """
    signs: list[Sign] = []
    for name, lower, reduced in _READ_AS:
        if lower in fields:
            words = (reduced(value) for value in fields[lower][:_MOST])
            signs += [(name, word) for word in words if word]
    signs += [(name, PRESENT) for name, lower in _TOLD if lower in fields]
    for name, lower in _SAYING:
        if lower in fields:
            signs += [(name, _yes_or_no(value)) for value in fields[lower][:_MOST]]
    signs += part_signs(fields.get("content-type", [])[:1])
    address = sender.address.casefold() if sender else ""
    signs += _addresses(fields, address)
    signs += [("Subject", word) for word in subject_signs(subject)]
    return tuple(signs)


def part_signs(content_types: Iterable[str]) -> tuple[Sign, ...]:
    """The signs in the Content-Type of a message, or of its parts where somebody asked for them.

    Parts are those shown in line: a calendar file that is attached, or inside a forwarded message,
    was sent by a person. A boundary or a file name is nobody's business.
    """
    found: list[Sign] = []
    for value in content_types:
        main = value.partition(";")[0].strip().lower()
        if main not in _TELLING:
            continue
        rest = [part.strip().lower() for part in value[:2000].split(";")[1:]]
        given = {
            name.strip(): text.strip(' "') for name, _, text in (p.partition("=") for p in rest)
        }
        kept = [main]
        if given.get("report-type") in _REPORTS:
            kept.append(f"report-type={given['report-type']}")
        if main == "text/calendar" and "method" in given:
            known = given["method"] in _METHODS
            kept.append(f"method={given['method'].upper() if known else 'other'}")
        found.append(("Content-Type", "; ".join(kept)))
    return tuple(found)


def is_no_reply(address: str) -> bool:
    """Whether nobody reads what is sent to this address, by its own name."""
    return _NO_REPLY.fullmatch(address.partition("@")[0].casefold()[:100]) is not None


@lru_cache(maxsize=4096)
def _kind_of_address(local: str) -> str:
    """Our word for an address by what stands before its @; "" for a person's."""
    if _DAEMON.fullmatch(local):
        return "mail system"
    if _NO_REPLY.fullmatch(local):
        return "no-reply address"
    if _MACHINE.fullmatch(local):
        return "a machine's address"
    if _CIRCULAR.fullmatch(local):
        return "circular address"
    return "service address" if _COUNTER.fullmatch(local) else ""


def _addresses(fields: Fields, address: str) -> list[Sign]:
    """What the addresses look like; themselves they are kept nowhere in here."""
    signs: list[Sign] = []
    local = address.partition("@")[0][:100]
    if kind := _kind_of_address(local):
        signs.append(("From", kind))
    posted = [_local(value) for value in fields.get("sender", [])[:1]]
    if any(_CALENDAR.fullmatch(one) for one in (local, *posted)):
        signs.append(("Sender", "calendar"))
    for value in fields.get("return-path", [])[:1]:
        path = value.strip(" <>").casefold()
        if not path:
            signs.append(("Return-Path", "<>"))
        elif address:
            own = _is_own_path(path, local)
            signs.append(("Return-Path", "the writer's own" if own else "another address"))
    return signs


def _local(value: str) -> str:
    return value.rpartition("<")[2].strip(" <>").partition("@")[0].casefold()[:100]


def _is_own_path(path: str, local: str) -> bool:
    """Whether bounces go to who wrote, as after a letter; a mailing's go to a machine.

    Forwarders (SRS) and signed paths (BATV) put their own marks before the address.
    """
    name = path.partition("@")[0]
    return name == local or (name.startswith(("srs0", "srs1", "prvs=")) and local in name)


def _yes_or_no(value: str) -> str:
    word = value.strip().lower()
    return word if word in ("yes", "no", "true", "false") else PRESENT


def _auto_submitted(value: str) -> str:
    word = value.strip().lower()
    known = ("auto-replied", "auto-generated", "auto-notified", "no")
    for one in known:
        if word.startswith(one):
            return one
    return ("auto-other" if word.startswith("auto-") else PRESENT) if word else ""


def _precedence(value: str) -> str:
    word = value.strip().lower().replace("-", "_")
    return next((w for w in ("bulk", "list", "junk", "auto_reply") if word.startswith(w)), "other")


def _list_id(value: str) -> str:
    """Only the name in the brackets (RFC 2919); without any, a value that is such a name."""
    name = value.rpartition("<")[2].partition(">")[0].strip()[:_LONGEST_LIST_NAME]
    return f"<{name}>" if _LIST_NAME.fullmatch(name) else PRESENT


def _suppress(value: str) -> str:
    words = [w.strip().lower() for w in value.split(",")[:10]]
    return ", ".join(w for w in words if w in _SUPPRESSED) or PRESENT


def _one_of(*known: str) -> Callable[[str], str]:
    def reduced(value: str) -> str:
        word = value.strip().lower()
        return next((one for one in known if word.startswith(one)), PRESENT)

    return reduced


_REDUCED: dict[str, Callable[[str], str]] = {
    "Auto-Submitted": _auto_submitted,
    "Precedence": _precedence,
    "List-Id": _list_id,
    "X-Auto-Response-Suppress": _suppress,
    "X-MS-Exchange-Generated-Message-Source": _one_of("mailbox rules agent"),
    "X-Apple-Action": _one_of("vacation"),
    "X-POST-MessageClass": _one_of("9"),
    "Content-Class": _one_of("urn:content-classes:calendarmessage"),
}
# What must be asked of the server for all this.
SIGN_FIELDS = (*_REDUCED, *_PRESENT, *_YES_OR_NO, "Content-Type", "Return-Path", "Sender")
# With the names as fields have them: this runs for every mail of every mailbox.
_READ_AS = tuple((name, name.lower(), reduced) for name, reduced in _REDUCED.items())
_TOLD = tuple((name, name.lower()) for name in _PRESENT)
_SAYING = tuple((name, name.lower()) for name in _YES_OR_NO)
