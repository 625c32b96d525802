"""Records an enquiry that did not come by mail: a phone call, a letter, a word at the gate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from commsla.core.clean import clean
from commsla.core.local import local_date
from commsla.core.model import Channel, Message, Party, Role, Stored
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


def log(
    config: Config,
    ledger: LedgerWriter,
    workdays: Mapping[str, Workdays],
    now: datetime,
    entry: Entry,
) -> Judged:
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
    return next(j for j in cases if j.case.opener.fingerprint == message.fingerprint)


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
        signs=(("Channel", entry.channel.value),),
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
