"""Judges the config, the term dates and the references for doctor; no name of a school or person is said."""

from __future__ import annotations

import re
from datetime import date, timedelta

from commsla.core import words
from commsla.core.checkup import CONFIG_CODE, Check, many, ok, problem, sentence, warning
from commsla.core.school import Config
from commsla.errors import ConfigError

LOOK_AHEAD = timedelta(days=60)
_MOST_LINES = 8


def check_config(found: str, config: Config | ConfigError) -> Check:
    """`found` says by which rule it was found. Of mistakes only the lines: their text quotes the file."""
    name = "config"
    if isinstance(config, Config):
        mailboxes = sum(len(s.mailboxes) for s in config.schools)
        said = f"{sentence(found)}: {many(len(config.schools), 'school')}, "
        said += f"{many(mailboxes, 'mailbox', 'mailboxes')}."
        if config.warnings:
            said += f" {many(len(config.warnings), 'warning')} about it."
            return warning(name, said, "Run: commsla calendar check. It says which.")
        return ok(name, said)
    more = (
        "Run: commsla calendar check. It says each in full (and quotes the file: do not post it)."
    )
    if config.problems:
        lines = [m[1] for p in config.problems if (m := re.search(r":(\d+): ", p))]
        listed = ", ".join(dict.fromkeys(lines[:_MOST_LINES]))
        some = " and more" if len(lines) > _MOST_LINES else ""
        said = (
            f"{sentence(found)}: {many(len(config.problems), 'mistake')}, on line {listed}{some}."
        )
        return problem(name, said, more, CONFIG_CODE)
    if config.public.startswith("there is none"):
        said = "There is none: neither --config nor COMMSLA_CONFIG names one, nor is there one in "
        said += "./config or in your settings folder."
        fix = "Copy the example config/schools.toml and put in your school's own."
        return problem(name, said, fix, CONFIG_CODE)
    why = config.public or "it cannot be used"
    return problem(name, f"{sentence(found)}: {why}.", more, CONFIG_CODE)


def check_dates(missing_from: date, today: date, code: str) -> Check:
    """Whether term dates are known for the next 60 days; `missing_from` is the first unknown day."""
    name = "term dates"
    fix = f"Type them in from the published page: commsla calendar year {code} YEAR"
    if missing_from <= today:
        said = "None are known for today: every deadline is provisional and never called late."
        return problem(name, said, fix)
    first = words.day(missing_from, today)
    if missing_from <= today + LOOK_AHEAD:
        said = f"None from {first} on: deadlines that reach there are provisional."
        return warning(name, said, fix)
    return ok(name, f"Known until {words.day(missing_from - timedelta(days=1), today)}.")


def check_references(without: int) -> Check:
    """Open cases that a poll was stopped before numbering."""
    if without:
        said = f"{many(without, 'open case')} without one: the last poll was stopped half way."
        return warning("references", said, "Run: commsla poll")
    return ok("references", "Every open case has one.")
