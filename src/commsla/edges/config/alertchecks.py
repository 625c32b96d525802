"""Rules about alerts that no single value shows: they go to the school's own addresses only."""

from __future__ import annotations

from collections.abc import Iterator

from commsla.core.recipients import Stage
from commsla.edges.config import loginchecks, logins, values
from commsla.edges.config.alertkeys import REFERENCES, SUBJECTS, read_plain_address
from commsla.edges.config.checks import Raw, readable, table, tables
from commsla.edges.config.lines import Loc
from commsla.edges.config.loginkeys import LoginKeys
from commsla.edges.config.sentences import Problem


def check(raw: Raw) -> Iterator[Problem]:
    """Every problem of [smtp], [[alerts]] and [[schools.alerts]]."""
    schools = tables(raw.get("schools"), ("schools",))
    shared = tables(raw.get("alerts"), ("alerts",))
    own = [(loc, tables(s.get("alerts"), (*loc, "alerts")), s) for loc, s in schools]
    every = [s for _, s in schools]
    for loc, alert in shared:
        yield from _alert(loc, alert, every)
    yield from _twice(shared)
    for _, alerts, school in own:
        for loc, alert in alerts:
            yield from _alert(loc, alert, [school])
        yield from _twice(alerts)
    told = [loc for loc, _ in shared] + [loc for _, alerts, _ in own for loc, _ in alerts]
    if "smtp" in raw:
        yield from _smtp(table(raw.get("smtp")), every)
    elif told:
        yield (
            told[0],
            "alerts need a mail server to leave by. Write [smtp] with "
            'sender = "commsla@school.example", host = "smtp.provider.example" and its login, or '
            "relay = true.",
        )


def is_own(address: str, school: Raw) -> bool:
    """Whether an address is in a school's own domains, or is a mailbox of it that is read."""
    domains = school.get("domains")
    known = [d.strip().casefold() for d in domains or () if isinstance(d, str)]
    domain = address.rpartition("@")[2].casefold()
    return domain in known or address.casefold() in _mailboxes(school)


def _mailboxes(school: Raw) -> list[str]:
    found = (m.get("address") for _, m in tables(school.get("mailboxes"), ()))
    return [a.strip().casefold() for a in found if isinstance(a, str)]


def _alert(loc: Loc, alert: Raw, schools: list[Raw]) -> Iterator[Problem]:
    to = readable(read_plain_address, alert.get("to"))
    foreign = [s for s in schools if to and not is_own(to, s)]
    if foreign:
        name = foreign[0].get("name")
        whose = f" of {values.shown(name)}" if isinstance(name, str) else ""
        yield (
            (*loc, "to"),
            f"`to` is not in the `domains`{whose}, and alerts go to a school's own addresses only. "
            "Write an address of the school"
            + (", or put the alert under [[schools.alerts]]." if len(schools) > 1 else "."),
        )
    detail = readable(lambda t: values.read_choice(t, (SUBJECTS, REFERENCES)), alert.get("detail"))
    if detail == SUBJECTS and to and not any(to.casefold() in _mailboxes(s) for s in schools):
        yield (
            (*loc, "detail"),
            "sender and subject are shown only to the mailbox that is read, where they are anyway. "
            'Write detail = "references".',
        )
    stages = alert.get("stages")
    if "escalate_after" in alert and (
        not isinstance(stages, list) or Stage.ESCALATE.value not in stages
    ):
        yield (
            (*loc, "escalate_after"),
            '`escalate_after` is only for the stage "escalate". Write stages = ["escalate"], with '
            "others if wanted, or leave it out.",
        )


def _twice(alerts: list[tuple[Loc, Raw]]) -> Iterator[Problem]:
    seen: set[str] = set()
    for loc, alert in alerts:
        to = readable(read_plain_address, alert.get("to"))
        if to and to.casefold() in seen:
            yield (*loc, "to"), "this address is there twice. Write its `stages` once."
        seen.add((to or "").casefold())


def _smtp(smtp: Raw, schools: list[Raw]) -> Iterator[Problem]:
    loc: Loc = ("smtp",)
    sender = readable(read_plain_address, smtp.get("sender"))
    if sender and not any(is_own(sender, s) for s in schools):
        yield (
            (*loc, "sender"),
            "`sender` is in no school's `domains`. Write an address of the school.",
        )
    if smtp.get("relay") is True:
        for name in LoginKeys.model_fields:
            if name in smtp:
                yield (
                    (*loc, name),
                    f"a relay takes mail without a login, and `{name}` is not used. Leave one out.",
                )
        if "host" not in smtp:
            yield loc, '[smtp] has no `host`. Write for example host = "smtp.provider.example".'
    else:
        yield from loginchecks.check(loc, smtp, smtp=True)
    usual = logins.SMTP_HOSTS.get(str(smtp.get("login")).strip().casefold())
    host = readable(values.read_host, smtp.get("host", usual))
    plain = str(smtp.get("security", "")).strip().casefold() == "plain"
    if plain and host is not None and not values.is_loopback(host):
        yield (
            (*loc, "security"),
            'security "plain" would send alerts readable over the network, and is only for a server '
            'on this machine. Write security = "starttls".',
        )
