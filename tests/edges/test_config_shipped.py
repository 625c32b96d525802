"""The example that a school edits is right, and its sample years add up."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from commsla.core.school import (
    DueBy,
    Receipt,
    SchoolYear,
)
from commsla.edges.config import load_config

ROOT = Path(__file__).parents[2]

BANK_HOLIDAYS = {  # England, as gov.uk publishes them
    *(date(2025, 12, 25), date(2025, 12, 26), date(2026, 1, 1), date(2026, 4, 3), date(2026, 4, 6)),
    *(date(2026, 5, 4), date(2026, 5, 25), date(2026, 8, 31), date(2026, 12, 25)),
    *(date(2026, 12, 28), date(2027, 1, 1), date(2027, 3, 26), date(2027, 3, 29)),
    *(date(2027, 5, 3), date(2027, 5, 31), date(2027, 8, 30)),
}


def _days_of(year: SchoolYear) -> set[date]:
    days: set[date] = set()
    for term in year.terms:
        length = (term.last - term.first).days + 1
        days |= {term.first + timedelta(n) for n in range(length)}
    return {day for day in days if day.weekday() < 5} - BANK_HOLIDAYS


def test_the_shipped_example_holds_the_two_schools_of_the_policy() -> None:
    config = load_config(ROOT / "config" / "schools.toml")
    facts = [
        (s.code, s.prefix, s.name, s.phone, s.mailboxes[0].address, s.nation)
        for s in config.schools
    ]
    domain = "nortonandwestchinnockschools.co.uk"
    assert facts == [
        ("norton", "N", "Norton", "01935 881815", f"Norton.SH@{domain}", "England"),
        (
            *("westchinnock", "W", "West Chinnock", "01935 881367"),
            *(f"WestChinnock.Sch407@{domain}", "England"),
        ),
    ]
    for school in config.schools:
        assert str(school.policies[0].acknowledge) == "2 working days"
        assert str(school.policies[0].respond) == "5 working days"
        assert school.policies[0].name == "School Communication and Social Media Policy"
        assert school.policies[0].rules.receipt is Receipt.SAME_DAY
        assert school.policies[0].rules.due_by is DueBy.END_OF_DAY
        assert set(school.hours) == {0, 1, 2, 3, 4}
        assert school.mailboxes[0].host.endswith(".example")
    assert config.warnings == ()


@pytest.mark.parametrize("code", ["norton", "westchinnock"])
@pytest.mark.parametrize("name", ["2025-26", "2026-27"])
def test_each_sample_year_adds_up_to_190_days_with_pupils_and_195_working(
    code: str, name: str
) -> None:
    config = load_config(ROOT / "config" / "schools.toml")
    (school,) = (school for school in config.schools if school.code == code)
    (year,) = (year for year in school.years if year.name == name)
    inset = set(year.inset)
    assert len(inset) == 5
    assert not inset & BANK_HOLIDAYS
    assert len(_days_of(year) - inset) == 190
    assert len(_days_of(year) | inset) == 195
