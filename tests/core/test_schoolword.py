"""Codes, names and beginnings of names, as an office types them."""

from __future__ import annotations

import pytest

from commsla.core.school import School
from commsla.core.schoolword import schools_meant_by


def school(code: str, name: str) -> School:
    return School(code, code[0].upper(), name, "", "England", (), (), (), (), {}, ())


KNOWN = [
    school("mary", "St Mary\u2019s"),
    school("marys-juniors", "St Mary\u2019s Juniors"),
    school("norton", "Oak"),
    school("oak", "Norton Primary"),
]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("mary", ["mary"]),
        ("MARY", ["mary"]),
        ("St Mary's", ["mary"]),  # though another begins with it
        ("st  mary\u2019s ", ["mary"]),
        ("st mary's j", ["marys-juniors"]),
        ("st", ["mary", "marys-juniors"]),
        ("oak", ["oak"]),  # a code goes before the name of another
        ("norton", ["norton"]),
        ("norton p", ["oak"]),
        ("primary", []),
        ("marys", []),  # codes are not begun
        ("", []),
        (" ", []),
    ],
)
def test_the_school_that_is_meant(typed: str, meant: list[str]) -> None:
    assert [s.code for s in schools_meant_by(typed, KNOWN)] == meant
