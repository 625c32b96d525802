"""Real published school years, written as an office would, against days picked by hand."""

from __future__ import annotations

import tomllib
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from commsla import wiring
from commsla.core.school import Unit
from commsla.edges.config import load_config

YEARS: dict[str, dict[str, Any]] = tomllib.loads(
    (Path(__file__).parents[1] / "answers" / "years.toml").read_text("utf-8")
)
SCHOOL = """
[policy]
name = "Policy"
acknowledge = "2 working days"
respond = "5 working days"
[hours]
mon = "08:30-16:00"
[[schools]]
code = "oak"
prefix = "O"
name = "Oak"
domains = ["oak.example"]
[[schools.mailboxes]]
address = "office@oak.example"
host = "imap.oak.example"
password_file = "oak.password"
"""


@pytest.mark.parametrize("name", YEARS)
def test_a_published_year_counts_its_days(name: str, tmp_path: Path) -> None:
    year = YEARS[name]
    text = f'nation = "{year["nation"]}"\n{SCHOOL}[years."{name[-7:].replace("/", "-")}"]\n'
    for key in ("terms", "closures", "opens", "inset"):
        if key in year:
            text += f"{key} = {str(year[key]).replace(chr(39), chr(34)) if key != 'opens' else repr(year[key])}\n"
    file = tmp_path / "schools.toml"
    file.write_text(text, "utf-8")
    config = load_config(file)
    school = wiring.workdays_of(config, tmp_path)["oak"]

    def working(day: str) -> bool:
        return school.is_counted(date.fromisoformat(day), Unit.WORKING_DAYS)

    assert [d for d in year["counts"] if not working(d)] == []
    assert [d for d in year["closed"] if working(d)] == []
    for day in year.get("no_school", []):
        assert working(day)
        assert not school.is_counted(date.fromisoformat(day), Unit.SCHOOL_DAYS), day
    first = date(int(name[-7:-3]), 9, 1)
    days = (first + timedelta(days=i) for i in range(365))
    known = [d for d in days if not school.days.day(d).provisional]
    assert sum(working(d.isoformat()) for d in known) == year["sum"]
