"""Today's list -> the text of one HTML page; every word of it goes through the template's escaping."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from commsla.core import notices, words
from commsla.core.hints import as_typed
from commsla.core.today import SchoolLine, Status
from commsla.core.verdicts import Judged, Section

if TYPE_CHECKING:
    from jinja2 import Template

# With this each page begins, so that no other file is ever overwritten by one.
WRITTEN_BY_US = b"<!DOCTYPE html>\n<!-- written by commsla -->\n"

_LOUD = (Section.OVERDUE, Section.DUE_TODAY)


def status_page(
    status: Status, names: Mapping[str, str], *, everything: bool, program: str = "commsla"
) -> bytes:
    """The page in UTF-8: the sections and words of `status_lines`, whose arguments these are."""
    everything = everything or bool(status.find)
    style = _read("status.css")
    several = len(status.schools) > 1
    sections = [
        _section(section, cases, status, names, several=several, program=program)
        for section in Section
        if (cases := status.section(section)) and (everything or section is not Section.SETTLED)
    ]
    text = _template().render(
        style=style,
        policy=f"default-src 'none'; style-src '{_sha256(style)}'; base-uri 'none'; form-action 'none'",
        title=_title(status),
        moment=notices.moment(status),
        look_back=notices.look_back(status),
        now=status.seen_at is None,
        warnings=[as_typed(w, program) for w in notices.warnings(status)],
        headline=notices.headline(status),
        urgent=notices.urgent(status),
        sections=sections,
        schools=[] if status.find else [_school(line, status) for line in status.schools],
        asides=[
            s for s in (notices.set_aside(status), notices.not_tracked(status.not_tracked)) if s
        ],
        not_tracked=_not_tracked(status, names, several=several) if everything else [],
    )
    return WRITTEN_BY_US + text.encode("utf-8")


@cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(_read("status.html.j2"))


def _read(name: str) -> str:
    return files(__package__).joinpath(name).read_text("utf-8").replace("\r\n", "\n")


def _sha256(style: str) -> str:
    """What the policy names: the only style that a browser may apply."""
    return "sha256-" + base64.b64encode(hashlib.sha256(style.encode("utf-8")).digest()).decode()


def _title(status: Status) -> str:
    """What stands on the tab: counts only, for whoever looks over a shoulder."""
    overdue, today = (len(status.section(s)) for s in _LOUD)
    return f"{overdue} overdue, {today} due today" if not status.find else "Found"


def _section(
    section: Section,
    cases: Sequence[Judged],
    status: Status,
    names: Mapping[str, str],
    *,
    several: bool,
    program: str,
) -> dict[str, Any]:
    title, _, advice = as_typed(words.HEADINGS[section], program).partition(":")
    return {
        "kind": section.name.lower().replace("_", "-"),
        "title": f"{title} ({len(cases)})",
        "advice": advice.strip(),
        "rows": [_row(judged, status, names, several=several) for judged in cases],
    }


def _row(
    judged: Judged, status: Status, names: Mapping[str, str], *, several: bool
) -> dict[str, Any]:
    case = judged.case
    first, *others = words.to_do(judged, status.today)
    return {
        "reference": words.reference(case),
        "first": first,
        "others": others,
        "sender": words.sender(case),
        "subject": words.subject(case.opener.subject, readable=case.opener.readable),
        "notes": words.notes(judged, names),
        "school": names[case.school] if several else "",
        "received": words.moment(case.received, status.today),
    }


def _school(line: SchoolLine, status: Status) -> dict[str, Any]:
    return {
        "name": line.school.name,
        "phone": line.school.phone,
        "read": notices.last_read(line, status),
        "stale": any(m.stale for m in line.mailboxes),
        "counts": notices.counts(dict(line.counts)) or "nothing open",
    }


def _not_tracked(
    status: Status, names: Mapping[str, str], *, several: bool
) -> list[dict[str, Any]]:
    return [
        {
            "reference": f"m{item.message.id}",
            "first": f"{words.kind(item.kind)}: {item.evidence}",
            "others": [],
            "sender": words.message_sender(item.message),
            "subject": words.subject(item.message.subject, readable=item.message.readable),
            "notes": [],
            "school": names[item.message.school] if several else "",
            "received": words.moment(item.message.received, status.today),
        }
        for item in status.not_tracked
    ]
