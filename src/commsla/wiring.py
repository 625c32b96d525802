"""Turns a config into objects; the only file that knows which word of it means which class."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, closing
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

from commsla.core.calendar import build_days, table_span
from commsla.core.school import Config, Mailbox, School
from commsla.core.workdays import Workdays
from commsla.errors import UsageError

if TYPE_CHECKING:
    from commsla.core.hostfacts import LedgerForm
    from commsla.core.mailfacts import Reached
    from commsla.edges.heartbeat import Heartbeat
    from commsla.edges.ledger import Ledger, PollLock
    from commsla.edges.login import Store
    from commsla.jobs.alert import Alert
    from commsla.jobs.alertports import Post
    from commsla.jobs.ports import Exporter, LedgerReader, MailLine, SurveyLine

# Each is a file in edges/exports; the first is what a terminal shows.
FORMATS = ("md", "html", "pdf", "docx", "xlsx", "csv", "json")
_UNKNOWN_YEARS = (2020, 2035)  # bank holidays for a school that lists no term dates at all


def config_at(
    explicit: Path | None, environ: Mapping[str, str], cwd: Path, user_folder: Path
) -> Config:
    """Find and read schools.toml. Raises ConfigError."""
    from commsla.edges.config import find_config, load_config

    return load_config(find_config(explicit, environ, cwd, user_folder))


def config_found_by(explicit: Path | None, environ: Mapping[str, str], cwd: Path) -> str:
    """By which rule `config_at` finds its file."""
    from commsla.edges.config import found_by

    return found_by(explicit, environ, cwd)


def schools_named(config: Config, typed: Sequence[str]) -> tuple[School, ...]:
    """The schools of these codes or names, all if none is given.

    Raises UsageError naming the nearest and the known ones.
    """
    if not typed:
        return config.schools
    return tuple({s.code: s for s in (_school(config, word) for word in typed)}.values())


def _school(config: Config, word: str) -> School:
    from commsla.core.clean import clean
    from commsla.core.nearest import did_you_mean
    from commsla.core.schoolword import schools_meant_by

    found = schools_meant_by(word, config.schools)
    if len(found) == 1:
        return found[0]
    shown = clean(word, 60)
    known = ", ".join(f"{s.code} ({s.name})" for s in found or config.schools)
    if found:
        raise UsageError(
            f'"{shown}" is the beginning of {len(found)} schools.', f"Say which: {known}."
        )
    near = did_you_mean(word, [name for s in config.schools for name in (s.code, s.name)])
    raise UsageError(f'There is no school "{shown}".', f"{near}The config has: {known}.")


def schools_meant(config: Config, word: str) -> tuple[School, ...]:
    """The school of a code or name, or every school for the word `all`. Raises UsageError."""
    return schools_named(config, () if word.casefold() == "all" else (word,))


def workdays_of(config: Config, home: Path | None) -> dict[str, Workdays]:
    """The calendar of every school; bank holidays come from a cache in `home` when it is there.

    Without a `home` nothing is cached.
    """
    built: dict[tuple[object, ...], Workdays] = {}
    found: dict[str, Workdays] = {}
    for school in config.schools:
        hours = tuple(sorted(school.hours.items()))
        same = (school.nation, school.years, school.overrides, hours)
        if same not in built:  # a trust's schools often share one calendar
            built[same] = _workdays(school, home)
        found[school.code] = built[same]
    return found


def bank_holidays_of(school: School, home: Path | None) -> dict[date, str]:
    """The bank holidays of a school's nation, for the years that its calendar covers."""
    from commsla.edges.daysources import bank_holidays

    span = table_span(school.years)
    first, last = (span.first.year, span.last.year) if span else _UNKNOWN_YEARS
    return bank_holidays(school.nation, first, last, home)


def config_lines(config: Config) -> Callable[[School, tuple[str | int, ...]], str]:
    """Where something about a school stands: `schools.toml:12`, by keys from its table on."""
    from commsla.edges.config import place_of_key

    path = Path(config.path)
    codes = [s.code for s in config.schools]
    return lambda school, loc: place_of_key(path, codes.index(school.code), loc)


def _workdays(school: School, home: Path | None) -> Workdays:
    holidays = bank_holidays_of(school, home)
    special = {o.date: o.hours for o in school.overrides if o.hours is not None}
    return Workdays(build_days(school.years, holidays, school.overrides), school.hours, special)


def has_ledger(home: Path) -> bool:
    """Whether somebody polled here: who only looks or changes the calendar needs no ledger made."""
    try:
        return (home / "ledger.sqlite3").exists()
    except OSError:  # a folder of somebody else: opening it says so in a sentence
        return True


def ledger_at(home: Path) -> Ledger:
    """The ledger of a state folder. Raises LedgerError."""
    from commsla.edges.ledger import open_ledger

    return open_ledger(home)


def ledger_in_memory(home: Path) -> Ledger:
    """An empty ledger for a dry run where nobody polled yet."""
    from commsla.edges.ledger import ledger_in_memory as in_memory

    return in_memory(home)


def poll_lock(home: Path) -> PollLock:
    """The lock that one poll holds."""
    from commsla.edges.ledger import PollLock

    return PollLock(home)


def connect(
    mailbox: Mailbox, home: Path | None = None, *, keep: bool = True, insist: bool = False
) -> MailLine:
    """Log in to a mailbox. Raises LoginRefused or MailboxError.

    Tokens are kept in `home`; a dry run keeps none (`keep`). Who has mended a login may `insist`.
    """
    from commsla.edges.imap import open_line
    from commsla.edges.login import open_logged_in

    store = _logins(home, mailbox, keep=keep)
    return open_logged_in(mailbox, store, open_line, insist=insist)


def sign_in(
    mailbox: Mailbox, home: Path, say: Callable[[str], None], ask: Callable[[str], str] | None
) -> None:
    """Let a person sign in to a mailbox that needs one. Raises LoginRefused or MailboxError."""
    from commsla.edges.login import sign_in as by_person

    by_person(mailbox, _logins(home, mailbox), say, ask)


def open_post(config: Config, home: Path, *, insist: bool = False) -> Post:
    """Connect to the mail server that alerts leave by. Raises LoginRefused, SendError or MailboxError."""
    from commsla.core.mailserver import sending_login
    from commsla.edges.login import open_logged_in
    from commsla.edges.smtp import open_post as connected

    mailbox = sending_login(config)
    if config.mail_server and config.mail_server.relay:
        return connected(mailbox, "")
    return open_logged_in(mailbox, _logins(home, mailbox), connected, insist=insist)


def alert_job(
    config: Config, ledger: Ledger, home: Path, now: datetime, *, insist: bool = False
) -> Alert:
    """What telling people needs. Raises ConfigError where nobody is to be told."""
    from commsla.core.mailserver import mail_server
    from commsla.edges.alertmail import rendered
    from commsla.jobs.alert import Alert

    server = mail_server(config)
    post = partial(open_post, config, home, insist=insist)
    workdays = workdays_of(config, home)
    return Alert(config, server, ledger, workdays, now, post, rendered)


def _logins(home: Path | None, mailbox: Mailbox, *, keep: bool = True) -> Store:
    from commsla.edges.login import Store

    # Reading and sending may be two logins of one address.
    name = f"{mailbox.address} (sending)" if mailbox.sends else mailbox.address
    return Store(home, name, keep=keep)


def heartbeat(config: Config) -> Heartbeat | None:
    """The sign of life that the config asks for, or None."""
    from commsla.edges.heartbeat import SECONDS, Heartbeat
    from commsla.edges.login import secret_from

    beat = config.heartbeat
    if beat is None:
        return None
    return Heartbeat(
        lambda: beat.url or secret_from(beat, beat.source, "heartbeat URL", SECONDS - 1),
        beat.ca_file,
    )


class LedgerAsItLies:
    """Fulfils `jobs.ports.LedgerFacts`: the ledger of a state folder, for looking only."""

    def __init__(self, home: Path) -> None:
        self._home = home

    def form(self) -> LedgerForm:
        from commsla.edges.ledger import look_into

        return look_into(self._home)

    def open(self) -> AbstractContextManager[LedgerReader]:
        from commsla.edges.ledger import open_to_read

        return closing(open_to_read(self._home))


class Mailboxes:
    """Fulfils `jobs.ports.MailFacts`: each mailbox within `seconds`, whatever its server does.

    Of a login nothing new is kept in `home`; a token that had to be renewed replaces the old one there.
    """

    def __init__(self, home: Path, seconds: float = 40.0) -> None:
        self._home = home
        self._seconds = seconds

    def reach(self, mailbox: Mailbox) -> Reached:
        from commsla.edges.imap import reach

        return reach(mailbox, self._seconds / 4)

    def log_in(self, mailbox: Mailbox) -> SurveyLine:
        from commsla.edges.imap import open_line
        from commsla.edges.login import open_logged_in

        store = _logins(self._home, mailbox, keep=False)
        return open_logged_in(mailbox, store, partial(open_line, budget_seconds=self._seconds))


class MailTexts:
    """Fulfils `jobs.ports.TextReader`: what can be made of the first few KB of a raw message."""

    def text(self, raw: bytes) -> str | None:
        from commsla.edges.mailtext import text_of_mail

        return text_of_mail(raw)

    def whole(self, raw: bytes) -> str | None:
        from commsla.edges.mailtext import text_of_mail

        return text_of_mail(raw, history=True)

    def invites(self, raw: bytes) -> bool:
        from commsla.edges.mailtext import calendar_request

        return calendar_request(raw)

    def failures(self, raw: bytes) -> list[tuple[str, str]]:
        from commsla.edges.reports import delivery_failures

        return delivery_failures(raw)


def exporter(word: str) -> Exporter:
    """The format of this word, one of `FORMATS`. Raises CommslaError where its library is missing."""
    from commsla.edges.exports import load

    return cast("Exporter", load(word))


def at_once(work: Sequence[Callable[[], None]]) -> None:
    """Read several mailboxes side by side."""
    from commsla.edges.at_once import at_once as side_by_side

    side_by_side(work)
