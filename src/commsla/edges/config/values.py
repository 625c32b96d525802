"""Reads one value as a school writes it: a day, hours, a code; it never looks at two at once."""

from __future__ import annotations

import difflib
import ipaddress
import re
from collections.abc import Iterable
from datetime import date, datetime, time

from commsla.core.promises import parse_promise
from commsla.core.school import AnyPromise, DueBy, Openings

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
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

_CENTURY = range(2000, 2101)
_WEEKDAY = re.compile(r"([A-Za-z]{3,9})\.?,?\s+(?=\S)")
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_SPOKEN = re.compile(r"([0-9]{1,2})(?:st|nd|rd|th)?\s+([A-Za-z]{3,9})\.?,?\s+([0-9]{4})")
_HOURS = re.compile(r"([0-9]{1,2}):([0-9]{2})\s*[-–]\s*([0-9]{1,2}):([0-9]{2})")
_HOST = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?")
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


def spoken(day: date) -> str:
    """A day as this file writes it best: `Mon 2026-01-05`."""
    return f"{DAYS[day.weekday()][:3]} {day.isoformat()}"


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


def read_day(value: object) -> date:
    """A TOML date, `"Mon 2026-01-05"` or `"Monday 5 January 2026"`; the weekday must be right."""
    if isinstance(value, datetime):
        raise WrongValueError(f"a day has no time of day. Write {value.date().isoformat()}.")
    day = value if isinstance(value, date) else _written_day(value)
    if day.year not in _CENTURY:
        raise WrongValueError(
            f"{day.isoformat()} is not in the years 2000 to 2100. Write the day that is meant."
        )
    return day


def _written_day(value: object) -> date:
    if not isinstance(value, str):
        raise WrongValueError('this is not a date. Write for example "Mon 2026-01-05".')
    text = value.strip()
    weekday = _WEEKDAY.match(text)
    day = _bare_day(text[weekday.end() :] if weekday else text, shown(value))
    if weekday:
        _check_weekday(weekday[1], day, shown(value))
    return day


def _bare_day(text: str, whole: str) -> date:
    iso, english = _ISO.fullmatch(text), _SPOKEN.fullmatch(text)
    if iso:
        year, month, day = int(iso[1]), int(iso[2]), int(iso[3])
    elif english and (name := _by_beginning(english[2], MONTHS)):
        year, month, day = int(english[3]), MONTHS.index(name) + 1, int(english[1])
    else:
        raise WrongValueError(f'{whole} is not a date. Write for example "Mon 2026-01-05".')
    try:
        return date(year, month, day)
    except ValueError:
        raise WrongValueError(
            f"{whole} is a date that does not exist. Write the day that is meant."
        ) from None


def _check_weekday(word: str, day: date, whole: str) -> None:
    named = _by_beginning(word, DAYS)
    really = DAYS[day.weekday()]
    if not named:
        raise WrongValueError(
            f'{whole} begins with a word that is no weekday. Write "{spoken(day)}".'
        )
    if named != really:
        raise WrongValueError(
            f"{whole} is wrong: {day.isoformat()} is a {really}, not a {named}. "
            f'Write "{spoken(day)}", or the date that is meant.'
        )


def _by_beginning(word: str, names: Iterable[str]) -> str:
    # "Mon", "Tues", "Monday", "Sept": any beginning of three letters or more.
    folded = word.casefold()
    return next((n for n in names if len(folded) >= 3 and n.casefold().startswith(folded)), "")


def year_bounds(name: str) -> tuple[date, date] | None:
    """1 August to 31 August around a school year such as `2026-27`; None for another name."""
    match = re.fullmatch(r"(20[0-9]{2})-([0-9]{2})", name)
    if not match or (int(match[1]) + 1) % 100 != int(match[2]):
        return None
    return date(int(match[1]), 8, 1), date(int(match[1]) + 1, 8, 31)


def lies_in(day: date, name: str) -> bool:
    """Whether `day` can belong to the school year `name`."""
    bounds = year_bounds(name)
    return bounds is not None and bounds[0] <= day <= bounds[1]


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
        return read_clock(text)
    except WrongValueError:
        raise WrongValueError(
            f'{shown(text)} is not known. Write "end of day" or "close", or a time such as "16:00".'
        ) from None


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


def read_host(text: str) -> str:
    """A mail server's name or address. It is not shown back: an URL may hold a login."""
    host = text.strip()
    if not _HOST.fullmatch(host) and not _is_ipv6(host):
        raise WrongValueError(
            'is not the bare name of a server. Write for example "imap.provider.example".'
        )
    return host


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
