"""What looks wrong in a calendar, and what does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from commsla.core.calendar import build_days
from commsla.core.calendarcheck import Finding, check_calendar
from commsla.core.school import DayKind, Override, School, SchoolYear, Span
from tests.core.calendars import BANK_HOLIDAYS, OFFICE, WINTER

SNOW = Override(date(2026, 1, 14), DayKind.CLOSED, "snow")
TODAY = date(2025, 11, 24)
FIVE = replace(WINTER, inset=(*WINTER.inset, date(2025, 11, 3), date(2026, 6, 1)))


def school(*years: SchoolYear, overrides: tuple[Override, ...] = ()) -> School:
    return School("oak", "O", "Oak", "", "England", (), (), (), (), OFFICE, years, overrides)


def findings(one: School, today: date = TODAY) -> list[Finding]:
    days = build_days(one.years, BANK_HOLIDAYS, one.overrides)
    return list(check_calendar(one, days, BANK_HOLIDAYS, today))


def found(one: School, today: date = TODAY) -> list[str]:
    return [f.sentence for f in findings(one, today)]


def without_term(number: int, year: SchoolYear = FIVE) -> SchoolYear:
    return replace(year, terms=tuple(t for n, t in enumerate(year.terms, 1) if n != number))


def test_a_good_calendar_has_no_findings() -> None:
    assert found(school(FIVE)) == []
    assert found(school(FIVE, overrides=(SNOW,))) == [], "a snow day is no slip of the pen"
    assert found(school(FIVE), date(2026, 3, 31)) == [], "next year is not due before Easter"


@pytest.mark.parametrize(
    ("year", "loc", "sentence"),
    [
        (
            WINTER,
            ("years", "2025-26", "inset"),
            "2025-26 of Oak has 3 INSET days; five are usual.",
        ),
        (
            replace(FIVE, inset=WINTER.inset[:1]),  # 5 Jan and 23 Feb lose their INSET
            ("years", "2025-26"),
            "2025-26 of Oak adds up to 194 working days (193 with pupils and 1 INSET), not to 195, "
            "190 or 197. That is 1 day too few: compare each first and last day with the published "
            "page.",
        ),
        (
            replace(FIVE, inset=tuple(d for d in FIVE.inset if d.month != 9 and d.day != 5)),
            ("years", "2025-26"),
            "2025-26 of Oak adds up to 193 working days (190 with pupils and 3 INSET), not to 195, "
            "190 or 197. 2 INSET days may be missing.",
        ),
        (
            without_term(6),
            ("years", "2025-26"),
            "2025-26 of Oak adds up to 159 working days (154 with pupils and 5 INSET), not to 195, "
            "190 or 197. Its last listed day is Fri 22 May 2026, in 5 terms: is a term missing?",
        ),
        (
            replace(FIVE, terms=(Span(date(2025, 9, 3), date(2025, 12, 19)), *FIVE.terms[2:])),
            ("years", "2025-26"),
            "2025-26 of Oak adds up to 200 working days (195 with pupils and 5 INSET), not to 195, "
            "190 or 197. The term from Wed 3 Sep 2025 to Fri 19 Dec 2025 is long: is a half-term or "
            "another holiday missing in it?",
        ),
    ],
)
def test_an_unusual_sum_comes_with_its_likely_reason(
    year: SchoolYear, loc: tuple[str, ...], sentence: str
) -> None:
    assert Finding(loc, sentence) in findings(school(year))


def test_a_year_of_pupil_days_only_needs_no_inset() -> None:
    # 190 days, as some schools publish them: 192 less the first two.
    pupils = replace(
        WINTER, terms=(Span(date(2025, 9, 5), date(2025, 10, 24)), *WINTER.terms[1:]), inset=()
    )
    assert [f.sentence for f in findings(school(pupils)) if "INSET" in f.sentence] == [
        "2025-26 of Oak adds up to 191 working days (191 with pupils and 0 INSET), not to 195, 190 "
        "or 197. That is 1 day too many: compare each first and last day with the published page."
    ]
    less = replace(pupils, terms=(Span(date(2025, 9, 8), date(2025, 10, 24)), *WINTER.terms[1:]))
    assert found(school(less)) == []


def test_next_year_is_missed_from_easter_on() -> None:
    assert findings(school(FIVE), date(2026, 4, 1)) == [
        Finding(
            ("years", "2025-26"),
            "Oak: the dates of 2026-27 are missing. From Tue 1 Sep 2026 on deadlines are "
            "provisional. Type them in with: commsla calendar year oak 2026-27",
        )
    ]


def shifted(year: SchoolYear, name: str, days: int) -> SchoolYear:
    by = timedelta(days=days)
    return SchoolYear(
        name,
        tuple(Span(t.first + by, t.last + by) for t in year.terms),
        tuple(d + by for d in year.inset),
    )


def test_a_hole_between_known_years_is_named() -> None:
    later = shifted(FIVE, "2027-28", 728)  # weekday by weekday, two years on
    [hole] = [s for s in found(school(FIVE, later)) if "between" in s]
    assert hole == (
        "Oak: the year 2026-27 is missing between two known ones. Its deadlines are provisional."
    )


def test_dates_that_were_copied_from_another_year_are_noticed() -> None:
    copied = shifted(FIVE, "2026-27", 365)  # the same dates: every weekday is off by one
    assert (
        "12 of the 12 first and last days in 2026-27 of Oak are the same dates as in 2025-26: were "
        "they copied from there?"
    ) in found(school(FIVE, copied))
    moved = shifted(FIVE, "2026-27", 364)  # the same weekdays, as a school would do it
    assert not any("copied" in s for s in found(school(FIVE, moved)))


def test_no_dates_at_all_is_said() -> None:
    assert found(school()) == ["Oak has no term dates: every deadline is provisional."]


def test_a_bank_holiday_that_the_library_does_not_know_holds_and_is_said() -> None:
    extra = Override(date(2026, 6, 19), DayKind.CLOSED, "bank holiday for the World Cup")
    known = Override(date(2026, 5, 25), DayKind.CLOSED, "Spring bank holiday")
    opened = Override(date(2026, 6, 19), DayKind.OFFICE, "open on the bank holiday")
    assert findings(school(FIVE, overrides=(extra, known))) == [
        Finding(
            ("days", "2026-06-19"),
            "Fri 19 Jun 2026 is closed as a bank holiday that the `holidays` library does not know yet. "
            "Your entry holds; update commsla's libraries.",
        )
    ]
    assert found(school(FIVE, overrides=(opened,))) == []
