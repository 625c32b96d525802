"""Calendar files as councils publish them -> school years."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from commsla.core.feed import Read
from commsla.core.school import Span
from commsla.edges.ical import read_ical
from commsla.errors import CommslaError

CLOSURES = [
    ("Bank holiday: Christmas Day", "20271225", "20271226"),
    ("October half term", "20271023", "20271101"),
    ("Christmas holidays", "20271218", "20280104"),
    ("Half-term break", "20280212", "20280221"),
    ("Easter Holiday", "20280401", "20280418"),
    ("Half term", "20280528", "20280605"),
    ("School summer holiday", "20280722", "20280901"),
    ("INSET day - school closed to pupils", "20270901", "20270902"),
    ("Staff training day", "20280605", "20280606"),
]


def ics(events: list[tuple[str, str, str]], folder: Path, more: str = "") -> Path:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//council//terms//EN"]
    for number, (summary, start, end) in enumerate(events):
        kind = ";VALUE=DATE" if len(start) == 8 else ""
        lines += ["BEGIN:VEVENT", f"UID:{number}@x", f"SUMMARY:{summary}", f"DTSTART{kind}:{start}"]
        lines += [f"DTEND{kind}:{end}"] if end else []
        lines += [more] if more else []
        lines += ["END:VEVENT"]
    path = folder / "terms.ics"
    path.write_text("\r\n".join([*lines, "END:VCALENDAR", ""]), "utf-8")
    return path


def read(events: list[tuple[str, str, str]], folder: Path, more: str = "") -> Read:
    return read_ical(ics(events, folder, more))


def test_closures_leave_the_terms_and_the_end_is_exclusive(tmp_path: Path) -> None:
    [year] = read(CLOSURES, tmp_path).years
    assert year.name == "2027-28"
    assert [(t.first.isoformat(), t.last.isoformat()) for t in year.terms] == [
        ("2027-09-01", "2027-10-22"),
        ("2027-11-01", "2027-12-17"),
        ("2028-01-04", "2028-02-11"),
        ("2028-02-21", "2028-03-31"),
        ("2028-04-18", "2028-05-26"),
        ("2028-06-05", "2028-07-21"),
    ]
    assert year.inset == (date(2027, 9, 1), date(2028, 6, 5))


def test_timed_events_are_read_in_london(tmp_path: Path) -> None:
    # 23:00 UTC on 31 August is already 1 September here.
    events = [*CLOSURES, ("Teacher day", "20270831T230000Z", "20270901T150000Z")]
    assert read(events, tmp_path).years[0].inset[0] == date(2027, 9, 1)
    # Midnight of 2 September in summer time: exclusive, as in an all-day event.
    whole = [("Autumn term", "20270901T230000Z", "20271021T230000Z")]
    assert read(whole, tmp_path).years[0].terms == (Span(date(2027, 9, 2), date(2027, 10, 21)),)


def test_a_duration_may_stand_for_the_end(tmp_path: Path) -> None:
    year = read([("Autumn term", "20270902", "")], tmp_path, "DURATION:P51D").years[0]
    assert year.terms == (Span(date(2027, 9, 2), date(2027, 10, 22)),)
    with pytest.raises(CommslaError, match="no terms"):
        read([("Autumn term", "20270902", "")], tmp_path, "DURATION:P99999999W")


def test_an_end_that_cannot_be_read_is_not_taken_for_a_single_day(tmp_path: Path) -> None:
    found = read([*CLOSURES, ("INSET", "20271108", "2027110X")], tmp_path)
    assert found.ignored == ("2027-11-08 INSET (its end cannot be read)",)
    assert date(2027, 11, 8) not in found.years[0].inset
    found = read([*CLOSURES, ("INSET", "20271108", "00010101T000000Z")], tmp_path)
    assert found.ignored == ("2027-11-08 INSET (its end cannot be read)",)
    found = read([*CLOSURES, ("INSET", "20270230", "")], tmp_path)
    assert found.ignored == ("(no date) INSET",)


def test_what_was_cancelled_is_passed_over(tmp_path: Path) -> None:
    with pytest.raises(CommslaError, match="no terms"):
        read(CLOSURES, tmp_path, "STATUS:CANCELLED")


def test_a_file_may_hold_several_calendars(tmp_path: Path) -> None:
    one = ics([("Autumn term", "20270902", "20271218")], tmp_path).read_bytes()
    two = ics([("Spring term", "20280104", "20280401")], tmp_path)
    two.write_bytes(one + two.read_bytes())
    assert len(read_ical(two).years[0].terms) == 2


def test_what_is_not_understood_is_said_and_not_guessed(tmp_path: Path) -> None:
    events = [*CLOSURES, ("PTA fair\\; \x1b[2J", "20271210T150000Z", "20271210T170000Z")]
    [ignored] = read(events, tmp_path).ignored
    assert ignored.startswith("2027-12-10 PTA fair")
    assert "\x1b" not in ignored


def test_a_year_without_its_summer_is_not_made_up(tmp_path: Path) -> None:
    with pytest.raises(CommslaError, match="no terms and no school holidays"):
        read(CLOSURES[1:3], tmp_path)


def test_repeating_events_are_left_out_and_said(tmp_path: Path) -> None:
    path = ics(CLOSURES, tmp_path)
    again = "END:VEVENT\r\nBEGIN:VEVENT\r\nUID:r{0}\r\nSUMMARY:{1}\r\nDTSTART;VALUE=DATE:20271205\r\nRRULE:FREQ=YEARLY\r\n"
    text = path.read_text("utf-8")
    more = again.format(1, "Christmas Day bank holiday") + again.format(2, "Founders' holiday")
    path.write_text(text.replace("END:VEVENT\n", more + "END:VEVENT\n", 1), "utf-8")
    found = read_ical(path)
    assert found.ignored == ("2027-12-05 Founders' holiday (repeats: not read)",)
    assert len(found.years[0].terms) == 6


@pytest.mark.parametrize("text", ["", "hello", "BEGIN:VCALENDAR\nBEGIN:VEVENT\n", "\x00\x01"])
def test_what_is_no_calendar_is_a_sentence(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.ics"
    path.write_text(text, "utf-8")
    with pytest.raises(CommslaError):
        read_ical(path)


def test_a_file_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(CommslaError, match=r"nowhere\.ics cannot be read"):
        read_ical(tmp_path / "nowhere.ics")
