"""Rules about two keys at once: passwords, doubles, promises; never about one value alone.

They read the raw tables and pass over what is not readable, which the schema reports: so that one
wrong line does not hide the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from commsla.core.school import (
    DAY_UNITS,
    Promise,
)
from commsla.edges.config import folderchecks, loginchecks, logins, values
from commsla.edges.config.lines import Loc
from commsla.edges.config.sentences import Problem

Value = TypeVar("Value")
Raw = dict[str, Any]


def table(value: object) -> Raw:
    """`value` if it is a table, else an empty one."""
    return value if isinstance(value, dict) else {}


def tables(value: object, loc: Loc) -> list[tuple[Loc, Raw]]:
    """Each table of a list of tables, with its place."""
    items = value if isinstance(value, list) else []
    return [((*loc, index), item) for index, item in enumerate(items) if isinstance(item, dict)]


def readable(read: Callable[[str], Value], value: object) -> Value | None:
    """What `read` makes of a text, or nothing where it cannot be read."""
    try:
        return read(value) if isinstance(value, str) else None
    except values.WrongValueError:
        return None


def check(raw: Raw) -> Iterator[Problem]:
    """Every problem that is about more than one key, except those of the calendar."""
    schools = tables(raw.get("schools"), ("schools",))
    yield from _twice(schools, "code")
    yield from _twice(schools, "prefix")
    yield from _lacking(raw, schools, "hours", "opening hours", '[hours] with mon = "08:30-16:00"')
    yield from _lacking(raw, schools, "nation", "nation", 'nation = "England"')
    yield from _promises(table(raw.get("policy")), {}, ("policy",))
    mailboxes: list[tuple[Loc, Raw]] = []
    for loc, school in schools:
        own = table(school.get("policy"))
        if own:
            yield from _promises(own, table(raw.get("policy")), (*loc, "policy"))
        if school.get("hours") == {}:
            yield from _no_hours((*loc, "hours"))
        mailboxes += tables(school.get("mailboxes"), (*loc, "mailboxes"))
    if raw.get("hours") == {}:
        yield from _no_hours(("hours",))
    yield from _twice(mailboxes, "address")
    for loc, mailbox in mailboxes:
        yield from _mailbox(loc, mailbox)


def _twice(named: list[tuple[Loc, Raw]], key: str) -> Iterator[Problem]:
    seen: set[str] = set()
    for loc, item in named:
        word = item.get(key)
        if not isinstance(word, str) or not word.strip():
            continue
        folded = word.strip().casefold()
        if folded in seen:
            # An address is not shown: people paste logins into the wrong line.
            which = "" if key == "address" else f" {values.shown(word.strip())}"
            yield (*loc, key), f"the {key}{which} is there twice. Write one of its own for each."
        seen.add(folded)


def _lacking(
    raw: Raw, schools: list[tuple[Loc, Raw]], key: str, what: str, write: str
) -> Iterator[Problem]:
    if key in raw:
        return
    for loc, school in schools:
        if key not in school:
            place = "at the top of the file" if key == "nation" else "once for all schools"
            yield loc, f"this school has no {what}. Write {write} {place}, or below the school."
            return  # one sentence at the first school mends all of them


def _no_hours(loc: Loc) -> Iterator[Problem]:
    yield loc, '`hours` names no weekday. Write for example mon = "08:30-16:00".'


def _promises(own: Raw, shared: Raw, loc: Loc) -> Iterator[Problem]:
    acknowledge, respond = (
        readable(values.read_promise, own.get(key, shared.get(key)))
        for key in ("acknowledge", "respond")
    )
    if not isinstance(acknowledge, Promise) or not isinstance(respond, Promise):
        return
    # Days are compared by their amounts: a school day is never shorter than a working day.
    comparable = acknowledge.unit is respond.unit or (
        acknowledge.unit in DAY_UNITS and respond.unit in DAY_UNITS
    )
    if comparable and acknowledge.amount > respond.amount:
        key = "acknowledge" if "acknowledge" in own else "respond"
        yield (*loc, key), _longer(acknowledge, respond)


def _longer(acknowledge: Promise, respond: Promise) -> str:
    return (
        f"`acknowledge` ({acknowledge}) is longer than `respond` ({respond}). "
        "Write the shorter time for `acknowledge`."
    )


def _mailbox(loc: Loc, mailbox: Raw) -> Iterator[Problem]:
    yield from loginchecks.check(loc, mailbox)
    yield from folderchecks.check(loc, mailbox)
    usual = logins.HOSTS.get(str(mailbox.get("login")).strip().casefold())
    host = readable(values.read_host, mailbox.get("host", usual))
    plain = str(mailbox.get("security", "")).strip().casefold() == "plain"
    if plain and host is not None and not values.is_loopback(host):
        yield (
            (*loc, "security"),
            'security "plain" would send the password readable over the network, and is only for '
            'a server on this machine. Write security = "tls".',
        )
