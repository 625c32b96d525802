"""Mistakes in the school's own rules that no single value shows; it never judges a message."""

from __future__ import annotations

from collections.abc import Iterator

from commsla.core.model import Kind
from commsla.edges.config import values
from commsla.edges.config.checks import Raw, readable, tables
from commsla.edges.config.fields import keys_of
from commsla.edges.config.lines import Loc
from commsla.edges.config.schema import RuleTable
from commsla.edges.config.sentences import Problem

_CONDITIONS = ("sender", "domain", "subject", "header")


def check(raw: Raw) -> Iterator[Problem]:
    """Every rule without a condition, for an unknown school, or against the parents."""
    codes = [school.get("code") for _, school in tables(raw.get("schools"), ("schools",))]
    known = [code for code in codes if isinstance(code, str)]
    for loc, rule in tables(raw.get("rules"), ("rules",)):
        yield from _conditions(loc, rule)
        yield from _school(loc, rule, known)
        yield from _parents(loc, rule)


def _conditions(loc: Loc, rule: Raw) -> Iterator[Problem]:
    # A misspelt condition is one mistake, and has had its sentence.
    misspelt = any(key not in keys_of(RuleTable) for key in rule)
    if not misspelt and not any(key in rule for key in _CONDITIONS):
        yield (
            loc,
            "this rule has no condition, so every mail would meet it. Write `sender`, `domain`, "
            '`subject` or `header`, such as sender = "news@shop.example".',
        )


def _school(loc: Loc, rule: Raw, known: list[str]) -> Iterator[Problem]:
    code = rule.get("school")
    if not isinstance(code, str) or not known or code.strip() in known:
        return
    close = values.nearest(code, known)
    meant = f': did you mean "{close}"?' if close else f". Write one of: {', '.join(known)}."
    yield (*loc, "school"), f"there is no school {values.shown(code)} in this file{meant}"


def _parents(loc: Loc, rule: Raw) -> Iterator[Problem]:
    domain = readable(values.read_mail_domain, rule.get("domain"))
    kind = readable(values.read_kind, rule.get("kind"))
    more = any(key in rule for key in _CONDITIONS if key != "domain")
    if domain in values.PUBLIC_DOMAINS and kind not in (None, Kind.ENQUIRY) and not more:
        yield (
            (*loc, "domain"),
            f"{values.shown(domain)} is where parents write from, so this rule would hide their "
            "mail. Write the `sender` that is meant, or a second condition.",
        )
