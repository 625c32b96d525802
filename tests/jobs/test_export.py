"""`export` from a real ledger: what a period was stays so, and nobody is named."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from commsla.core.periods import Asked
from commsla.core.school import School, Span
from commsla.core.summary import Document, Reader, Summary, Table
from commsla.errors import CommslaError, UsageError
from commsla.jobs.counts import end_of
from commsla.jobs.export import Wish, export
from commsla.wiring import FORMATS, exporter
from tests.contract.saying import all_that_it_says
from tests.jobs.desk import Desk
from tests.jobs.test_poll import CONFIG, DAYS, NOW

BEN = "Ben Oddfellow <ben@oddfellow.example>"
AUTUMN = Asked(term="Autumn 2025")
DAY = 24.0
AFTER = 45 * DAY  # Thu 8 Jan 2026: the term is over
FULL = "The trip is on Friday, and the cost is five pounds."


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path / "state")
    made.polled(-24)
    yield made
    made.ledger.close()


def made(
    desk: Desk, hours: float, asked: Asked = AUTUMN, reader: Reader = Reader.GOVERNORS,
    schools: tuple[School, ...] = CONFIG.schools, by: float | None = None,
) -> Document:  # fmt: skip
    then = None if by is None else desk.at(by)
    wish = Wish(reader, asked, schools)
    return export(CONFIG, desk.ledger, DAYS, desk.at(hours), wish, "1.0", by=then)


def page(
    desk: Desk, hours: float = AFTER, asked: Asked = AUTUMN, *, by: float | None = None
) -> Summary:
    found = made(desk, hours, asked, by=by)
    assert isinstance(found, Summary)
    return found


def cases(desk: Desk, reader: Reader, hours: float = AFTER) -> list[dict[str, object]]:
    found = made(desk, hours, reader=reader)
    assert isinstance(found, Table)
    return [dict(zip([c.key for c in found.columns], row, strict=True)) for row in found.rows]


def figure(summary: Summary, *keys: str) -> list[int | None]:
    return [summary.figure(k).value for k in keys]


def test_a_term_that_is_over_is_shown_as_it_stood_at_its_end(desk: Desk) -> None:
    desk.came("a", 1)  # Mon 24 Nov: acknowledge by 26, respond by 1 Dec
    desk.came("b", 2, who=BEN)
    desk.sent("ra", 3, re="a", body=FULL)
    desk.polled(4)
    keys = (
        "received.total",
        "responded.due",
        "responded.met",
        "responded.no_answer",
        "open.overdue",
    )
    assert figure(page(desk), *keys) == [2, 2, 1, 1, 1]
    # Ben is answered on 6 January, and asks again: that is of the next term.
    desk.came("c", 43 * DAY, re="b", who=BEN)
    desk.sent("rb", 43 * DAY + 2, re="b", body=FULL, who=BEN)
    desk.polled(44 * DAY)
    assert figure(page(desk), *keys) == [2, 2, 1, 1, 1]
    spring = page(desk, 40 * DAY + 7 * DAY, Asked(term="Spring 2026"))
    assert figure(spring, "received.total", "responded.due") == [0, 0]


def test_what_was_recorded_late_counts_when_it_happened(desk: Desk) -> None:
    desk.came("a", 1)
    desk.polled(2)
    assert figure(page(desk), "responded.met") == [0]
    desk.type("O1 called", AFTER - 2, at="2025-11-27 10:00")
    assert figure(page(desk), "responded.met", "responded.answered") == [1, 1]
    [row] = cases(desk, Reader.DATA)
    assert (row["respond_done"], row["how_known"]) == (
        date(2025, 11, 27), "recorded by hand on a later day",
    )  # fmt: skip
    # ... but not yet for whoever wants the page as it was made before.
    assert figure(page(desk, AFTER - 3, by=AFTER - 3), "responded.met") == [0]


def test_the_same_period_twice_is_the_same_but_for_the_clock(desk: Desk) -> None:
    for n in range(12):
        desk.came(f"q{n}", n, who=f"P{n} <p{n}@home.example>")
    desk.sent("r", 14, re="q1", body=FULL, who="P1 <p1@home.example>")
    desk.polled(15)
    first, second = page(desk, AFTER), page(desk, AFTER + 500)
    assert replace(second, frame=replace(second.frame, generated=first.frame.generated)) == first
    again = page(desk, AFTER)
    for word in FORMATS:
        render = exporter(word).render
        assert render(again) == render(first) != render(second)


def test_made_as_it_was_made_then(desk: Desk) -> None:
    desk.came("a", 1)
    desk.polled(2)
    before = {w: exporter(w).render(page(desk, AFTER, by=AFTER)) for w in FORMATS}
    desk.type("O1 called", AFTER + 5, at="2025-11-27 10:00")
    assert {w: exporter(w).render(page(desk, AFTER, by=AFTER)) for w in FORMATS} == before
    assert exporter("md").render(page(desk, AFTER + 6)) != before["md"]


SECRETS = ("quill", "anna", "oddfellow", "ben@", "zebra", "office@", "crossing", "clerk", "sue")


def test_no_name_address_subject_or_reference_is_in_a_page_for_governors(desk: Desk) -> None:
    desk.came("a", 1)
    desk.came("b", 2, who=BEN)
    desk.sent("ra", 3, re="a", body=FULL)
    desk.polled(4)
    desk.type("O2 called", 6, note="Mrs Oddfellow was in tears")
    desk.type('assign O1 "Year 3"', 6)
    for word in FORMATS:
        said = all_that_it_says(word, exporter(word).render(page(desk))).casefold()
        for secret in (*SECRETS, "oddfellow", "tears", "year 3"):
            assert secret not in said, (word, secret)
        assert not {"o1", "o2", "m1", "m2"} & set(said.replace('"', " ").replace("|", " ").split())
        if Reader.DATA not in exporter(word).READERS:
            continue
        rows = exporter(word).render(made(desk, AFTER, reader=Reader.DATA))
        data = all_that_it_says(word, rows).casefold()
        for secret in (*SECRETS, "tears", "year 3", "o1", "o2"):
            assert secret not in data, (word, secret)


def test_the_head_gets_references_and_no_names(desk: Desk) -> None:
    desk.came("a", 1)
    desk.came("b", 2, who=BEN)
    desk.sent("ra", 3, re="a", body=FULL)
    desk.polled(4)
    rows = cases(desk, Reader.HEAD)
    assert [(r["reference"], r["respond_state"]) for r in rows] == [
        ("O2", "open, date past"), ("O1", "in time"),
    ]  # fmt: skip
    for word in FORMATS:
        said = all_that_it_says(
            word, exporter(word).render(made(desk, AFTER, reader=Reader.HEAD))
        ).casefold()
        assert not [s for s in SECRETS if s in said]
        assert "for one reader" in said or word == "csv"


def test_safeguarding_is_a_count_and_in_no_list(desk: Desk) -> None:
    desk.came("a", 1)
    desk.came("b", 2, who=BEN)
    desk.polled(4)
    desk.type("O1 safeguarding", 5)
    assert figure(page(desk), "received.total", "received.set_aside", "responded.due") == [2, 1, 1]
    for reader in (Reader.HEAD, Reader.DATA):
        [row] = cases(desk, reader)
        assert row.get("reference", "O2") == "O2"
    said = "".join(all_that_it_says(w, exporter(w).render(page(desk))) for w in FORMATS)
    assert "safeguarding 1" not in said.casefold()
    assert page(desk).split("received.set_aside_by_reason").rows == ()


def test_where_replies_are_not_visible_nothing_is_claimed(desk: Desk) -> None:
    end = 24 * DAY  # Thu 18 Dec
    for n in range(8):
        desk.came(f"q{n}", 14 * DAY + n, who=f"P{n} <p{n}@home.example>")
    desk.polled(15 * DAY)
    summary = page(desk, end)
    assert figure(summary, "responded.due", "responded.cannot_say", "open.cannot_say") == [0, 8, 8]
    assert summary.quality.notes[0] == (
        "Oak: the replies to a mailbox are not visible. Its cases are in no percentage."
    )
    assert all(c.adds_up for c in summary.checks)


def test_days_without_a_poll_are_said(desk: Desk) -> None:
    for day in (0, 1, 2, 7):  # Mon 24, Tue, Wed, then Mon 1 Dec
        desk.polled(day * DAY + 1)
    november = Asked(between=Span(date(2025, 11, 24), date(2025, 12, 1)))
    found = page(desk, 20 * DAY, november).quality
    assert [(g.school, g.first, g.last, g.working_days) for g in found.gaps] == [
        (name, date(2025, 11, 27), date(2025, 11, 28), 2) for name in ("Oak", "Elm")
    ]
    full = Asked(between=Span(date(2025, 11, 24), date(2025, 11, 26)))
    assert page(desk, 20 * DAY, full).quality.gaps == ()
    assert "Mail was read on every working day." in page(desk, 20 * DAY, full).quality.notes


def test_a_ledger_that_noted_no_days_yet_says_so(desk: Desk) -> None:
    desk.ledger._db.execute("DELETE FROM good_days")
    desk.polled(9 * DAY)  # Wed 3 Dec
    found = page(desk, 20 * DAY).quality
    assert "Oak: on which days mail was read before 3 December 2025 was not noted." in found.notes
    assert "Mail was read on every working day." not in found.notes


def test_last_year_stands_beside_it_only_if_all_of_it_was_read(desk: Desk) -> None:
    desk.came("a", 14 * DAY)
    desk.came("old", 14 * DAY + 1, who=BEN)
    dates = Asked(between=Span(date(2025, 12, 1), date(2025, 12, 12)))
    desk.polled(15 * DAY)
    alone = page(desk, 20 * DAY, dates)
    assert (alone.frame.last_year, alone.figure("received.total").last_year) == ("", None)
    assert alone.figure("received.total").value == 2
    began = int((NOW - timedelta(days=400)).timestamp())
    desk.ledger._db.execute("UPDATE mailbox_day_one SET at = ?", (began,))
    desk.ledger._db.execute("UPDATE messages SET received = received - 365 * 86400 WHERE id = 2")
    beside = page(desk, 20 * DAY, dates)
    assert beside.frame.last_year == "1 December 2024 to 12 December 2024"
    found = beside.figure("received.total")
    assert (found.value, found.last_year) == (1, 1)
    assert b"| Received | 1 | 1 |" in exporter("md").render(beside)


@pytest.mark.parametrize(
    ("asked", "hours", "error", "said"),
    [
        (Asked(term="Autumn 2031"), 1, UsageError, "Autumn 2031 is not in the calendar of Oak."),
        (Asked(term="Spring 2026"), 1, UsageError, "Spring 2026 has not begun: its first day is 5 January 2026."),
        (Asked(between=Span(date(2025, 11, 1), date(2025, 11, 9))), 1, CommslaError,
         "Nothing is known of 1 November 2025 to 9 November 2025: mail of Oak and Elm is read since 23 November"),
    ],
)  # fmt: skip
def test_what_cannot_be_reported_is_said(
    desk: Desk, asked: Asked, hours: float, error: type[CommslaError], said: str
) -> None:
    with pytest.raises(error) as caught:
        made(desk, hours, asked)
    assert caught.value.message.startswith(said)


def test_a_term_in_which_nothing_came_is_a_page_of_noughts(desk: Desk) -> None:
    summary = page(desk)
    assert figure(summary, "received.total", "responded.due", "open.total") == [0, 0, 0]
    assert summary.sentences[-1] == "0 are open."
    assert all(exporter(w).render(summary) for w in FORMATS)


def test_one_school_of_several_has_no_page_before_the_period_is_over(desk: Desk) -> None:
    oak = CONFIG.schools[:1]
    with pytest.raises(CommslaError, match="is not over"):
        made(desk, 4, schools=oak)
    found = made(desk, AFTER, schools=oak)
    assert isinstance(found, Summary)
    assert found.frame.schools == ("Oak",)
    assert isinstance(made(desk, 4, schools=oak, reader=Reader.HEAD), Table)


def test_consecutive_pages_of_a_running_term_differ_in_totals_alone(desk: Desk) -> None:
    """Whoever subtracts Monday's page from Tuesday's gets no part of any split: neither has one."""
    for n in range(30):
        desk.came(f"q{n}", n, who=f"P{n} <p{n}@home.example>", school=("oak", "elm")[n % 4 == 0])
    desk.polled(31)
    monday = page(desk, 32)
    desk.came("one", 33, who=BEN, school="elm")
    desk.polled(40)
    tuesday = page(desk, 41)
    for summary in (monday, tuesday):
        assert not any(s.rows for s in summary.splits)
        assert not summary.frame.is_over
    over = page(desk)
    assert any(s.rows for s in over.splits)


def test_the_midnight_that_ends_a_period_is_not_the_next_working_day(desk: Desk) -> None:
    desk.came("a", 1)  # Mon 24 Nov
    desk.polled(2)
    found = made(
        desk, AFTER, Asked(between=Span(date(2025, 11, 24), date(2025, 11, 26))), Reader.DATA
    )
    assert isinstance(found, Table)
    [row] = [dict(zip([c.key for c in found.columns], r, strict=True)) for r in found.rows]
    assert (row["respond_state"], row["respond_days"]) == ("open, not yet due", 2)  # Tue, Wed


def test_what_was_answered_before_its_date_counts_when_that_is_past(desk: Desk) -> None:
    desk.came("a", 1)  # to be acknowledged by Wed 26 Nov, answered by Mon 1 Dec
    desk.sent("ra", 2, re="a", body=FULL)
    desk.polled(3)
    keys = (
        "received.total",
        "acknowledged.due",
        "acknowledged.met",
        "responded.due",
        "responded.met",
    )
    assert figure(page(desk, 4), *keys) == [1, 0, 0, 0, 0]
    assert figure(page(desk, 3 * DAY), *keys) == [1, 1, 1, 0, 0]
    assert figure(page(desk, 8 * DAY), *keys) == [1, 1, 1, 1, 1]
    assert all(c.adds_up for c in page(desk, 4).checks)


def test_the_moment_is_a_london_midnight() -> None:
    assert end_of(Span(date(2025, 6, 1), date(2025, 6, 30))) == datetime.fromisoformat(
        "2025-06-30T23:00:00+00:00"
    )
