"""Turns a checked file into the core's frozen nouns; it finds no mistakes."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from commsla.core.model import Word
from commsla.core.phrases import DEFAULT
from commsla.core.rules import header_name
from commsla.core.school import (
    Config,
    DayKind,
    Hours,
    Mailbox,
    Override,
    Rule,
    School,
    SchoolYear,
    Span,
)
from commsla.edges.config import alerting, dates, folderchecks, heartbeat, logins
from commsla.edges.config.lines import Lines
from commsla.edges.config.policies import policies
from commsla.edges.config.schema import (
    DayTable,
    File,
    HoursTable,
    MailboxTable,
    RuleTable,
    SchoolTable,
    YearTable,
)

_KINDS = {"closed": DayKind.CLOSED, "office": DayKind.OFFICE, "school": DayKind.SCHOOL}
_TLS_PORT, _PLAIN_PORT = 993, 143  # RFC 8314 section 3.2, RFC 9051 section 2.1


def translate(file: File, path: Path, lines: Lines) -> Config:
    """The config of `file`, which was read from `path` and has passed every check.

    `lines` says where each rule stands, for what is shown as its evidence.
    """
    folder = path.absolute().parent
    schools = tuple(_school(file, school, folder) for school in file.schools)
    return Config(
        path=str(path),
        schools=schools,
        keep_identities=file.privacy.keep_identities,
        read_text=file.privacy.read_text,
        phrases=DEFAULT.with_more(**file.phrases.model_dump()),
        warnings=tuple(
            f"{school.name} has no term dates: each of its deadlines is provisional. "
            f'Write [years."2026-27"] with the dates that the school publishes.'
            for school in schools
            if not school.years
        ),
        rules=tuple(
            _rule(rule, number, lines.line(("rules", number - 1)))
            for number, rule in enumerate(file.rules, 1)
        ),
        form_senders=_unique([address.casefold() for address in file.form_senders]),
        heartbeat=heartbeat.beat(file.heartbeat, folder),
        mail_server=alerting.mail_server(file.smtp, folder) if file.smtp else None,
    )


def _school(file: File, school: SchoolTable, folder: Path) -> School:
    mailboxes = tuple(_mailbox(mailbox, folder, file, school) for mailbox in school.mailboxes)
    own = [*school.aliases, *(mailbox.address for mailbox in mailboxes)]
    return School(
        code=school.code,
        prefix=school.prefix,
        name=school.name,
        phone=school.phone or "",
        nation=school.nation or file.nation or "",
        domains=_unique(school.domains),
        # A mailbox's own address is always one of ours, whatever the domains say.
        aliases=_unique([address.casefold() for address in own]),
        mailboxes=mailboxes,
        policies=policies(file.policy, school.policy),
        hours=_hours(school.hours or file.hours),
        years=_years(file, school),
        overrides=_overrides(file.days, school.days),
        alerts=alerting.recipients(file.alerts, school.alerts, mailboxes),
    )


def _rule(rule: RuleTable, number: int, line: int) -> Rule:
    return Rule(
        number=number,
        kind=rule.kind,
        sender=rule.sender or "",
        domain=rule.domain or "",
        subject=rule.subject or "",
        header=rule.header or "",
        school=rule.school or "",
        line=line,
    )


def _mailbox(mailbox: MailboxTable, folder: Path, file: File, school: SchoolTable) -> Mailbox:
    return Mailbox(
        address=mailbox.address,
        host=mailbox.host or logins.HOSTS[mailbox.login or ""],
        port=mailbox.port or (_TLS_PORT if mailbox.security == "tls" else _PLAIN_PORT),
        username=mailbox.username or mailbox.address,
        password=logins.password(mailbox, folder),
        token=logins.token(mailbox, folder),
        secret_expires=mailbox.secret_expires,
        security=mailbox.security,
        ca_file=logins.beside(mailbox.ca_file, folder),
        inbox=mailbox.inbox,
        inboxes=folderchecks.other_inboxes(mailbox.inbox, mailbox.inboxes),
        all_mail=mailbox.all_mail,
        sent=mailbox.sent or "",
        folders=tuple((name.strip(), Word(word)) for name, word in mailbox.folders.items()),
        policies=policies(file.policy, school.policy, mailbox.policy) if mailbox.policy else (),
        authserv=(mailbox.authserv or "").lower(),
        headers=_unique(
            [
                header_name(rule.header)
                for rule in file.rules
                if rule.header and rule.school in (None, school.code)
            ]
        ),
    )


def _hours(table: HoursTable | None) -> Hours:
    if table is None:
        return {}
    week = (table.mon, table.tue, table.wed, table.thu, table.fri, table.sat, table.sun)
    return {weekday: hours for weekday, hours in enumerate(week) if hours is not None}


def _years(file: File, school: SchoolTable) -> tuple[SchoolYear, ...]:
    years = {**file.years, **school.years}
    inset = {name: list(year.inset) for name, year in years.items()}
    for day in school.inset:
        # A day in late August may belong to two years: staff come back for the new one.
        inset[max(name for name in years if dates.lies_in(day, name))].append(day)
    return tuple(
        SchoolYear(
            name=name,
            terms=_terms(name, years[name]),
            inset=tuple(sorted(inset[name])),
        )
        for name in sorted(years)
    )


def _terms(name: str, year: YearTable) -> tuple[Span, ...]:
    """The days with pupils: as listed, or what the closures leave between opening and 31 August."""
    if year.terms:
        return tuple(sorted((Span(*term) for term in year.terms), key=_first))
    one = timedelta(days=1)
    start = year.opens or date(int(name[:4]), 9, 1)
    terms: list[Span] = []
    for closure in sorted((Span(*c) for c in year.closures), key=_first):
        if closure.first > start:
            terms.append(Span(start, closure.first - one))
        start = max(start, closure.last + one)
    end = date(int(name[:4]) + 1, 8, 31)
    return (*terms, Span(start, end)) if start <= end else tuple(terms)


def _first(span: Span) -> date:
    return span.first


def _overrides(shared: list[DayTable], own: list[DayTable]) -> tuple[Override, ...]:
    # What a school says of a day rules over what the file says for all.
    by_date = {
        day.date: Override(day.date, _KINDS[day.kind], day.reason, day.hours, day.entered)
        for day in (*shared, *own)
    }
    return tuple(by_date[day] for day in sorted(by_date))


def _unique(texts: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))
