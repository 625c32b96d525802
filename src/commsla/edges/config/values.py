"""Reads one value as a school writes it: hours, a code, an address; it never looks at two at once."""

from __future__ import annotations

import difflib
import ipaddress
import re
from collections.abc import Iterable
from datetime import time

from commsla.core.model import Kind
from commsla.core.promises import parse_promise
from commsla.core.school import AnyPromise, DueBy, Openings

NATIONS = ("England", "Wales", "Scotland", "Northern Ireland")
RESERVED_CODES = frozenset({"all", "any", "both", "every", "none"})
# Where parents write from: as a school's own domain it would make colleagues of such parents.
PUBLIC_DOMAINS = frozenset(
    (
        *("aol.com", "btinternet.com", "gmail.com", "googlemail.com", "hotmail.co.uk"),
        *("hotmail.com", "icloud.com", "live.co.uk", "live.com", "me.com", "msn.com"),
        *("outlook.com", "sky.com", "talktalk.net", "virginmedia.com", "yahoo.co.uk", "yahoo.com"),
    )
)
# "enquiry" brings back what the built-in rules exclude.
# Each is a fact about a mail, which only its own headers prove.
_ONLY_BY_THEMSELVES = frozenset(
    {"bounce", "delivery report", "receipt", "read receipt", "invitation", "unreadable"}
    | {"ours", "ours automatic", "ours, automatic"}
)
RULE_KINDS = (Kind.ENQUIRY, Kind.BULK, Kind.NOTIFICATION, Kind.AUTOMATIC, Kind.INTERNAL)

_HOURS = re.compile(r"([0-9]{1,2}):([0-9]{2})\s*[-–]\s*([0-9]{1,2}):([0-9]{2})")
_HOST = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?")
_GUID = re.compile(r"(?i)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_HEADER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,60}")
_DOMAIN = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z0-9-]{2,}")


class WrongValueError(ValueError):
    """A value that cannot be used; its text is what a person reads, safe to print.

    It ends with a full stop where it says what to write instead; otherwise an example follows it.
    """


def shown(text: str) -> str:
    """`text` in quotes, at most a line of it, control characters as escapes."""
    cut = text if len(text) <= 40 else f"{text[:39]}…"
    return f'"{printable(cut)}"'


def printable(text: str) -> str:
    """`text` with control characters and other invisible ones as escapes, so that each is seen."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def nearest(word: str, known: Iterable[str]) -> str:
    """The one of `known` that `word` was probably meant to be, or nothing."""
    wanted = word.casefold().replace("-", "_")
    by_folded = {name.casefold().replace("-", "_"): name for name in known}
    for folded, name in by_folded.items():
        if len(folded) >= 3 and wanted.startswith(folded):  # "monday" for mon
            return name
    close = difflib.get_close_matches(wanted, list(by_folded), n=1, cutoff=0.6)
    return by_folded[close[0]] if close else ""


def read_text(text: str) -> str:
    """One line of text, without space around it."""
    stripped = text.strip()
    if not stripped:
        raise WrongValueError("is empty")
    if not stripped.isprintable():
        raise WrongValueError("holds a line break or another character that cannot be seen")
    if len(stripped) > 500:
        raise WrongValueError("is longer than 500 characters")
    return stripped


def read_hours(text: str) -> Openings:
    """`08:30-16:00` or `08:30-12:00, 13:00-16:00`: when the office opens and closes, local time."""
    example = (
        'Write for example "08:30-16:00" or "08:30-12:00, 13:00-16:00", and leave a weekday out on '
        "which the office is closed."
    )
    openings: list[tuple[time, time]] = []
    for part in text.split(","):
        match = _HOURS.fullmatch(part.strip())
        if not match:
            raise WrongValueError(f"{shown(text)} is not a time from and a time to. {example}")
        try:
            opens = time(int(match[1]), int(match[2]))
            closes = time(int(match[3]), int(match[4]))
        except ValueError:
            raise WrongValueError(
                f"{shown(text)} is a time that does not exist. {example}"
            ) from None
        if opens >= closes:
            raise WrongValueError(f"{shown(text)} closes before it opens. {example}")
        if openings and opens < openings[-1][1]:
            raise WrongValueError(
                f"{shown(text)} opens again before it has closed. Write the earlier opening first."
            )
        openings.append((opens, closes))
    return tuple(openings)


def read_clock(text: str) -> time:
    """`16:00`: a local time."""
    match = re.fullmatch(r"([0-9]{1,2})[:.]([0-9]{2})", text.strip())
    try:
        if match:
            return time(int(match[1]), int(match[2]))
    except ValueError:
        pass
    raise WrongValueError(f'{shown(text)} is not a time of day. Write for example "16:00".')


def read_due_by(text: str) -> DueBy | time:
    """`end of day`, `close`, or a local time."""
    for word in DueBy:
        if text.strip().casefold() == word.value:
            return word
    try:
        clock = read_clock(text)
    except WrongValueError:
        raise WrongValueError(
            f'{shown(text)} is not known. Write "end of day" or "close", or a time such as "16:00".'
        ) from None
    if clock == time(0):  # as a time it would be the midnight before the last day
        raise WrongValueError(f'{shown(text)} can mean two midnights. Write "end of day".')
    return clock


def read_promise(text: str) -> AnyPromise:
    """`2 working days`."""
    promise = parse_promise(text)
    if isinstance(promise, str):
        raise WrongValueError(promise)
    return promise


def read_choice(text: str, choices: tuple[str, ...]) -> str:
    """One of a few words, capitals free."""
    for choice in choices:
        if choice.casefold() == text.strip().casefold():
            return choice
    listed = " or ".join(f'"{choice}"' for choice in choices)
    raise WrongValueError(f"{shown(text)} is not known. Write {listed}.")


def read_code(text: str) -> str:
    """A school's code, as typed after `--school`."""
    if text in RESERVED_CODES:
        raise WrongValueError(
            f'{shown(text)} is kept for commsla itself. Write for example "norton".'
        )
    if not re.fullmatch(r"[a-z][a-z0-9-]{0,29}", text):
        raise WrongValueError(
            f"{shown(text)} cannot be a code: it has small letters, digits and hyphens, begins "
            'with a letter, and has 30 characters at most. Write for example "norton".'
        )
    return text


def read_prefix(text: str) -> str:
    """What a school's references begin with: the N of N42."""
    if text in ("M", "m"):
        raise WrongValueError(
            f'{shown(text)} is taken: m123 is a message. Write another letter, such as "N".'
        )
    if not re.fullmatch(r"[A-Z]{1,3}", text):
        raise WrongValueError(
            f'{shown(text)} is not one to three capital letters. Write for example "N".'
        )
    return text


def read_address(text: str) -> str:
    """A mail address. It is not shown back: people paste logins into the wrong line."""
    address = read_text(text)
    local, _, domain = address.partition("@")
    if not local or " " in local or not _DOMAIN.fullmatch(domain):
        raise WrongValueError('is not a mail address. Write for example "office@school.example".')
    return address


def read_domain(text: str) -> str:
    """The part of the school's own addresses behind the @, in small letters."""
    domain = text.strip().casefold()
    if not _DOMAIN.fullmatch(domain):
        raise WrongValueError(
            'is not a domain. Write only what stands behind the @, such as "school.example".'
        )
    if domain in PUBLIC_DOMAINS:
        raise WrongValueError(
            f"{shown(domain)} is where parents write from, so their mail would count as internal. "
            "Leave it out, and put the office's own address in `aliases`."
        )
    return domain


def read_mail_domain(text: str) -> str:
    """What stands behind the @ of other people's addresses, in small letters."""
    domain = text.strip().removeprefix("@").casefold()
    if not _DOMAIN.fullmatch(domain):
        raise WrongValueError(
            'is not a domain. Write only what stands behind the @, such as "shop.example".'
        )
    return domain


def read_words(text: str) -> str:
    """Plain words, at least one."""
    words = read_text(text)
    if not any(char.isalnum() for char in words):
        raise WrongValueError("holds no word")
    return words


def read_header(text: str) -> str:
    """`X-Mailer`, or `X-Mailer: ParentMail`: the name of a header, and words that stand in it."""
    name, colon, words = read_text(text).partition(":")
    if not _HEADER_NAME.fullmatch(name.strip()):
        raise WrongValueError("is not the name of a header, with or without words behind it")
    return f"{name.strip()}: {read_words(words)}" if colon and words.strip() else name.strip()


def read_kind(text: str) -> Kind:
    """What a rule may make of a mail."""
    kinds = {kind.value: kind for kind in RULE_KINDS}
    word = " ".join(text.split()).casefold()
    if word in kinds:
        return kinds[word]
    close = nearest(word, kinds)
    meant = f'did you mean "{close}"? ' if close else ""
    listed = ", ".join(f'"{kind}"' for kind in kinds)
    wrong = "is not known"
    if word in _ONLY_BY_THEMSELVES:
        meant, wrong = "", "is nothing that a rule can make of a mail"
    raise WrongValueError(f"{shown(text)} {wrong}: {meant}Write one of {listed}.")


def read_host(text: str) -> str:
    """A mail server's name or address. It is not shown back: an URL may hold a login."""
    host = text.strip()
    if not _HOST.fullmatch(host) and not _is_ipv6(host):
        raise WrongValueError(
            'is not the bare name of a server. Write for example "imap.provider.example".'
        )
    return host


def read_tenant(text: str) -> str:
    """A Microsoft Entra tenant: its id, or a domain of it."""
    tenant = text.strip()
    if _GUID.fullmatch(tenant):
        return tenant.lower()
    if not _DOMAIN.fullmatch(tenant):  # "common" and "organizations" are nobody's tenant
        raise WrongValueError(
            "is neither the id nor a domain of a tenant. Write for example "
            '"school.onmicrosoft.com", or the "Directory (tenant) ID" of the app registration.'
        )
    return tenant.lower()


def read_client_id(text: str) -> str:
    """The id of an app registration at Microsoft."""
    if not _GUID.fullmatch(text.strip()):
        raise WrongValueError(
            'is not the "Application (client) ID" of an app registration. Write for example '
            '"11111111-2222-3333-4444-555555555555".'
        )
    return text.strip().lower()


def is_loopback(host: str) -> bool:
    """Whether `host` is this machine: only there may a password travel in plain text."""
    if host.casefold() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_ipv6(host: str) -> bool:
    try:
        ipaddress.IPv6Address(host)
    except ValueError:
        return False
    return True
