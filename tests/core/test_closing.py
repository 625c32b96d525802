"""What closing or opening a day changes, school by school."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

import pytest

from commsla.core.calendar import build_days
from commsla.core.closing import (
    Moved,
    Wish,
    differences,
    entries_by_owner,
    moved_sentence,
    plan,
)
from commsla.core.school import Config, DayKind, Override, School, SchoolYear, Span
from tests.core.calendars import BANK_HOLIDAYS, OFFICE, WINTER

TODAY = date(2026, 1, 12)
NOW = datetime(2026, 1, 12, 7, 2)  # noqa: DTZ001 - local, as an office types it
OAK = School("oak", "O", "Oak", "", "England", (), (), (), (), OFFICE, (WINTER,))
ELM = replace(OAK, code="elm", name="Elm")
JAN_14 = date(2026, 1, 14)


def closed(reason: str = "snow", day: date = JAN_14) -> Override:
    return Override(day, DayKind.CLOSED, reason, None, NOW)


def planned(
    days: list[date], *schools: School, closing: bool = True, pupils: bool = False
) -> list[tuple[str, Override | None]]:
    wish = Wish(days, "because", NOW, closing, pupils)
    now = {s.code: build_days(s.years, BANK_HOLIDAYS, s.overrides) for s in schools}
    plain = {s.code: build_days(s.years, BANK_HOLIDAYS, []) for s in schools}
    return [(s.sentence, s.entry) for s in plan(wish, schools, now, plain, TODAY)]


@pytest.mark.parametrize(
    ("day", "was"),
    [
        ("2026-01-14", "It was a school day."),
        ("2026-01-05", "It was an INSET day."),
    ],
)
def test_closing_an_open_day(day: str, was: str) -> None:
    on = date.fromisoformat(day)
    [(sentence, entry)] = planned([on], OAK)
    shown = "Wed 14 Jan" if was.endswith("school day.") else "Mon 5 Jan"
    assert sentence == f"Oak is closed on {shown} (because). {was}"
    assert entry == Override(on, DayKind.CLOSED, "because", None, NOW)


@pytest.mark.parametrize(
    ("day", "why"),
    [
        ("2026-01-17", "Sat 17 Jan already (Saturday)"),
        ("2026-04-03", "Fri 3 Apr already (Good Friday (bank holiday))"),
        ("2026-02-18", "Wed 18 Feb already (half term)"),
    ],
)
def test_closing_a_closed_day_changes_nothing(day: str, why: str) -> None:
    assert planned([date.fromisoformat(day)], OAK) == [(f"Oak is closed on {why}.", None)]


def test_closing_past_the_known_dates_says_so() -> None:
    [(sentence, entry)] = planned([date(2026, 9, 14)], OAK)
    assert sentence.endswith("(because). It was a weekday without known term dates.")
    assert entry is not None


@pytest.mark.parametrize(
    ("day", "pupils", "kind", "sentence"),
    [
        (
            "2026-02-18",
            False,
            DayKind.OFFICE,
            "Oak is open on Wed 18 Feb (because). It was closed: half term.",
        ),
        (
            "2026-02-18",
            True,
            DayKind.SCHOOL,
            "Oak is open on Wed 18 Feb, with pupils (because). It was closed: half term.",
        ),
        (
            "2026-01-05",
            True,
            DayKind.SCHOOL,
            "Oak is open on Mon 5 Jan, with pupils (because). It was an INSET day.",
        ),
        ("2026-01-05", False, None, "Oak is open on Mon 5 Jan already (INSET)."),
        ("2026-01-14", False, None, "Oak is open on Wed 14 Jan already (school day)."),
        ("2026-01-14", True, None, "Oak is open on Wed 14 Jan already (school day)."),
    ],
)
def test_opening(day: str, pupils: bool, kind: DayKind | None, sentence: str) -> None:
    [(said, entry)] = planned([date.fromisoformat(day)], OAK, closing=False, pupils=pupils)
    assert said == sentence
    assert (entry.kind if entry else None) is kind


@pytest.mark.parametrize(
    ("day", "kind"), [(JAN_14, DayKind.SCHOOL), (date(2026, 1, 5), DayKind.OFFICE)]
)
def test_a_closed_day_that_opens_again_is_what_it_was(day: date, kind: DayKind) -> None:
    [(_, entry)] = planned([day], replace(OAK, overrides=(closed(day=day),)), closing=False)
    assert entry is not None
    assert entry.kind is kind


def test_a_day_with_pupils_is_not_made_one_without() -> None:
    on = date(2026, 2, 18)
    opened = replace(OAK, overrides=(Override(on, DayKind.SCHOOL, "revision", None, NOW),))
    [(sentence, entry)] = planned([on], opened, closing=False)
    assert entry is None
    assert sentence == "Oak is open on Wed 18 Feb already (revision, entered 12 Jan 07:02)."


def test_of_a_range_weekends_are_passed_over_and_alone_they_are_not() -> None:
    days = [date(2026, 1, 16), date(2026, 1, 17), date(2026, 1, 18), date(2026, 1, 19)]
    assert [s[:24] for s, _ in planned(days, OAK)] == [
        "Oak is closed on Fri 16 ",
        "Oak is closed on Mon 19 ",
    ]


def steps(
    *schools: School, days: list[date], everybody: Sequence[School] = (OAK, ELM)
) -> list[tuple[str | None, list[date]]]:
    wish = Wish(days, "snow", NOW, closed=True)
    tables = {s.code: build_days(s.years, BANK_HOLIDAYS, s.overrides) for s in schools}
    found = entries_by_owner(plan(wish, schools, tables, tables, TODAY), everybody)
    return [(owner, [e.date for e in entries]) for owner, entries in found]


def test_a_day_that_changes_everywhere_is_written_once() -> None:
    other = date(2026, 1, 15)
    assert steps(OAK, ELM, days=[JAN_14, other]) == [(None, [JAN_14, other])]
    assert steps(OAK, days=[JAN_14]) == [("oak", [JAN_14])]
    # A config of one school keeps what it says below that school.
    assert steps(OAK, days=[JAN_14], everybody=[OAK]) == [("oak", [JAN_14])]
    # Elm is closed on the first already, for its own reason, which stays.
    elm = replace(ELM, overrides=(closed("no heating"),))
    assert steps(OAK, elm, days=[JAN_14, other]) == [(None, [other]), ("oak", [JAN_14])]


def test_what_changed_between_two_states_is_said() -> None:
    later = SchoolYear("2026-27", (Span(date(2026, 9, 2), date(2026, 10, 23)),))
    moved = replace(WINTER, inset=())
    before = Config("x", (replace(OAK, overrides=(closed(),), years=(WINTER, later)), ELM))
    after = Config("x", (replace(OAK, years=(moved,)), replace(ELM, overrides=(closed("flood"),))))
    assert differences(before, after, TODAY) == [
        "Oak, Wed 14 Jan: no longer closed (snow).",
        "Oak: the dates of 2026-27 are out again.",
        "Oak: the dates of 2025-26 are again what they were.",
        "Elm, Wed 14 Jan: closed again (flood).",
    ]
    assert differences(before, before, TODAY) == []


def test_moved_deadlines_are_said_in_one_sentence() -> None:
    one = Moved("O1", "respond", date(2026, 1, 15), date(2026, 1, 16))
    two = Moved("O2", "acknowledge", date(2026, 1, 16), date(2026, 1, 19))
    assert moved_sentence([], TODAY) == "No open deadline moves."
    assert moved_sentence([two], TODAY) == (
        "1 open deadline moves (O2, acknowledge) from Fri 16 Jan to Mon 19 Jan."
    )
    assert moved_sentence([one, two], TODAY) == (
        "2 open deadlines move, the earliest (O1, respond) from Thu 15 Jan to Fri 16 Jan."
    )
