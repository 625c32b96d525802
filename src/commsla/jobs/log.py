"""Records an enquiry that did not come by mail: a phone call, a letter, a word at the gate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from commsla.core.case import Case
from commsla.core.clean import clean
from commsla.core.local import local_date
from commsla.core.model import CHANNEL, LOGGED_BY, Channel, Message, Party, Role, Stored, sign
from commsla.core.school import Config, School
from commsla.core.verdicts import Judged
from commsla.core.when import read_when
from commsla.core.words import moment
from commsla.core.workdays import Workdays
from commsla.errors import UsageError
from commsla.jobs.cases import fold_all, judge_all, number_cases, unnumbered
from commsla.jobs.ports import LedgerWriter


@dataclass(frozen=True, slots=True)
class Entry:
    """What a person typed. `at` None means now."""

    school: School
    channel: Channel
    who: str
    about: str = ""
    at: str | None = None
    by: str = ""  # the user of the machine


@dataclass(frozen=True, slots=True)
class Logged:
    """The case that was opened, and one of the same day that says the same: perhaps it is no other."""

    judged: Judged
    same_as: Case | None


def log(
    config: Config,
    ledger: LedgerWriter,
    workdays: Mapping[str, Workdays],
    now: datetime,
    entry: Entry,
) -> Logged:
    """Open a case for it and number it. Raises UsageError, and then nothing was recorded."""
    if not entry.who.strip():
        raise UsageError("Who asked?", 'Say it with --from "Mrs Example" (or her mail address).')
    received = _when(entry.at, now)
    mailbox = entry.school.mailboxes[0].address
    with ledger.transaction():
        known = [m for m in ledger.messages(entry.school.code) if m.role is Role.LOGGED]
        number = max((m.uid for m in known), default=0) + 1
        message = _message(ledger, entry, mailbox, number, received)
        ledger.add([message], Stored(now, now))
        number_cases(config, ledger, unnumbered(fold_all(config, ledger)))
        cases = judge_all(config, ledger, workdays, now).cases
    return Logged(
        next(j for j in cases if j.case.opener.fingerprint == message.fingerprint),
        next((j.case for j in reversed(cases) if _is_the_same(j.case.opener, message)), None),
    )


def _is_the_same(one: Message, other: Message) -> bool:
    """The same person, way, words and day, and logged before: perhaps typed twice."""
    near = local_date(one.received) == local_date(other.received)
    return (
        near
        and one.fingerprint != other.fingerprint
        and (one.role, one.school, one.sender) == (other.role, other.school, other.sender)
        and (one.subject, sign(one, CHANNEL)) == (other.subject, sign(other, CHANNEL))
    )


def _message(
    ledger: LedgerWriter, entry: Entry, mailbox: str, number: int, received: datetime
) -> Message:
    keys, who = ledger.keys, clean(entry.who, 200)
    is_address = "@" in who and " " not in who
    party = Party(
        key=keys.address(who) if is_address else "",
        domain_key=keys.domain(who.rpartition("@")[2]) if is_address else "",
        name=None if is_address else who,
        address=who if is_address else "",
    )
    place = Message(entry.school.code, mailbox, "", Role.LOGGED, 0, number, received)
    return replace(
        place,
        fingerprint=keys.fingerprint("logged", entry.school.code, str(number)),
        sender=party,
        subject=clean(entry.about, 300),
        signs=((CHANNEL, entry.channel.value), (LOGGED_BY, clean(entry.by, 60))),
    )


def _when(at: str | None, now: datetime) -> datetime:
    if at is None:
        return now
    read = read_when(at, now)
    if isinstance(read, str):
        raise UsageError(read)
    if read > now:
        raise UsageError(
            f"{moment(read, local_date(now))} has not happened yet.",
            "Record it when it has come; leave out --at to mean now.",
        )
    return read
