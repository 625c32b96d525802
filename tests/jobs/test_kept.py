"""`export --freeze`: what was published stays known, and a later page says what changed since, and why."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest

from commsla.core.calendar import build_days
from commsla.core.kept import Kept, key_of, numbers_of, what_changed
from commsla.core.periods import Asked
from commsla.core.promises import parse_promise
from commsla.core.school import Config, DayKind, Override, School
from commsla.core.summary import Reader, Summary
from commsla.core.workdays import Workdays
from commsla.errors import CommslaError
from commsla.jobs.export import Wish, export
from commsla.jobs.kept import Held, with_history
from tests.jobs.desk import Desk, desk
from tests.jobs.test_poll import CONFIG, DAYS

__all__ = ["desk"]

AUTUMN = Asked(term="Autumn 2025")
AFTER = 45 * 24.0  # Thu 8 Jan 2026: the term is over
FULL = "The trip is on Friday, and the cost is five pounds."


def held(
    desk: Desk, hours: float, *, freeze: bool = False, by: float | None = None, config: Config = CONFIG,
    days: Mapping[str, Workdays] = DAYS, version: str = "1.0", asked: Asked = AUTUMN,
) -> Held:  # fmt: skip
    wish = Wish(Reader.GOVERNORS, asked, config.schools)
    then = None if by is None else desk.at(by)
    page = export(config, desk.ledger, days, then or desk.at(hours), wish, version, by=then)
    assert isinstance(page, Summary)
    found = with_history(config, desk.ledger, days, page, wish, by=then, freeze=freeze)
    if found.kept:
        with desk.ledger.transaction():
            desk.ledger.keep_page(found.kept)
    return found


def notes(found: Held) -> list[str]:
    return [n for n in found.page.quality.notes if n.startswith(("Kept on", "Changed since"))]


@pytest.fixture
def kept(desk: Desk) -> Held:
    """Two enquiries, one answered in time, and the page of the term kept on 8 January."""
    desk.came("a", 1)  # Mon 24 Nov: acknowledge by 26, respond by 1 Dec
    desk.came("b", 2, who="Ben <ben@oddfellow.example>")
    desk.sent("ra", 3, re="a", body=FULL)
    desk.polled(4)
    return held(desk, AFTER, freeze=True)


def line(found: Held) -> str:
    assert found.newest
    return f"Kept on 8 January 2026 at 08:00, hash {found.newest.hash[:12]}."


def test_nothing_is_said_where_nothing_was_kept(desk: Desk) -> None:
    desk.came("a", 1)
    desk.polled(4)
    assert notes(held(desk, AFTER)) == []


def test_what_was_kept_is_said_and_proved(desk: Desk, kept: Held) -> None:
    assert notes(kept) == [f"{line(kept)} Its figures are these."]
    later = held(desk, AFTER + 500)
    assert notes(later) == notes(kept)
    assert later.kept is None
    [stored] = desk.ledger.kept_pages(("oak", "elm"), kept.page.frame.first, kept.page.frame.last)
    assert stored == kept.kept
    assert stored.hash == key_of(numbers_of(later.page))
    assert json.loads(stored.numbers)["figures"]["responded.met"] == [1, False]


def test_the_page_that_was_kept_can_be_made_again(desk: Desk, kept: Held) -> None:
    desk.type("O2 called", AFTER + 5, at="2025-11-27 10:00")
    assert held(desk, AFTER + 9, by=AFTER).page == kept.page
    # ... and so can one that was made before it was kept.
    assert notes(held(desk, AFTER + 9, by=AFTER - 1)) == []


def test_a_late_mark_is_said_as_the_reason(desk: Desk, kept: Held) -> None:
    desk.type("O2 called", AFTER + 5, at="2025-11-27 10:00")
    found = held(desk, AFTER + 9)
    assert notes(found) == [
        line(kept),
        "Changed since: Responded in time 2 (was 1); Response missed 0 (was 1); Open 0 (was 1); Open and "
        "overdue 0 (was 1); 4 other figures. Why: marks were recorded late, dated back into the period.",
    ]
    assert found.page.quality.notes[:2] == tuple(notes(found))


def test_a_mark_of_the_same_second_is_the_reason_too(desk: Desk, kept: Held) -> None:
    desk.type("O2 called", AFTER, at="2025-11-27 10:00")
    [_, changed] = notes(held(desk, AFTER + 9))
    assert changed.endswith("Why: marks were recorded late, dated back into the period.")


def test_what_was_set_aside_later_is_said_as_the_reason(desk: Desk, kept: Held) -> None:
    desk.type("O2 no-reply-needed", AFTER + 5)
    [_, changed] = notes(held(desk, AFTER + 9))
    assert "Set aside 1 (was 0)" in changed
    assert changed.endswith("Why: marks were recorded since that set something aside or right.")


def test_mail_that_was_read_later_is_said_as_the_reason(desk: Desk, kept: Held) -> None:
    desk.came("c", 50, who="Cy <cy@oddfellow.example>")
    desk.polled(AFTER + 4)
    [_, changed] = notes(held(desk, AFTER + 9))
    assert "Received 3 (was 2)" in changed
    assert changed.endswith("Why: mail of the period was read later.")


def closed(first: str, school: School) -> dict[str, Workdays]:
    """The calendars with a snow day that somebody enters too late."""
    snow = [Override(date.fromisoformat(first), DayKind.CLOSED, "snow")]
    built = Workdays(build_days(school.years, {}, [*school.overrides, *snow]), school.hours)
    return dict.fromkeys(DAYS, built)


def test_a_corrected_calendar_is_said_as_the_reason(desk: Desk) -> None:
    desk.came("a", 1)
    desk.sent("ra", 8 * 24, re="a", body=FULL)  # Tue 2 Dec, a day late
    desk.polled(8 * 24 + 1)
    school = CONFIG.schools[0]
    plain = {
        s: Workdays(build_days(school.years, {}, school.overrides), school.hours) for s in DAYS
    }
    first = held(desk, AFTER, freeze=True, days=plain)
    found = held(desk, AFTER + 9, days=closed("2025-11-28", school))
    assert notes(first) != notes(found)
    [_, changed] = notes(found)
    assert "Responded in time 1 (was 0); Response missed 0 (was 1)" in changed
    assert changed.endswith("Why: term dates, closures or opening days were corrected.")


def test_another_promise_and_another_program_are_said_as_the_reasons(
    desk: Desk, kept: Held
) -> None:
    promise = parse_promise("1 working day")
    assert not isinstance(promise, str)
    schools = tuple(
        replace(s, policies=tuple(replace(p, respond=promise) for p in s.policies))
        for s in CONFIG.schools
    )
    [_, changed] = notes(
        held(desk, AFTER + 9, config=replace(CONFIG, schools=schools), version="2.0")
    )
    assert "the words of the promise" in changed
    assert changed.endswith(
        "Why: the promise, or how it is read, was changed; commsla 2.0 counts where it was 1.0."
    )


def test_a_page_is_kept_again_only_when_it_changed(desk: Desk, kept: Held) -> None:
    again = held(desk, AFTER + 2, freeze=True)
    assert again.kept is None
    assert again.newest == kept.kept
    desk.type("O2 called", AFTER + 5, at="2025-11-27 10:00")
    second = held(desk, AFTER + 9, freeze=True)
    assert second.kept
    first, newest = notes(second)
    assert first == line(kept)
    assert newest.startswith(
        f"Kept on 8 January 2026 at 17:00, hash {second.kept.hash[:12]}. Until then"
    )
    assert "Responded in time 2 (was 1)" in newest
    assert newest.endswith("dated back into the period. Its figures are these.")
    assert notes(held(desk, AFTER + 20)) == [first, newest]


def test_a_kept_page_that_somebody_altered_is_no_proof(desk: Desk, kept: Held) -> None:
    desk.ledger._db.execute("UPDATE kept_pages SET numbers = replace(numbers, '[1,', '[2,')")
    [first, _] = notes(held(desk, AFTER + 9))
    assert first == f"{line(kept)} It was altered in the ledger since, and proves nothing."


def test_what_is_not_over_is_not_kept(desk: Desk) -> None:
    desk.came("a", 1)
    desk.polled(4)
    with pytest.raises(
        CommslaError, match="Autumn 2025 is not over, and its figures are not final"
    ):
        held(desk, 30, freeze=True)


def test_other_days_and_other_schools_are_other_pages(desk: Desk, kept: Held) -> None:
    assert notes(held(desk, AFTER, asked=Asked(term="Autumn 2025, second half"))) == []
    assert desk.ledger.kept_pages(("oak",), kept.page.frame.first, kept.page.frame.last) == []


def test_nothing_of_it_is_wiped_with_the_names_nor_names_anybody(desk: Desk, kept: Held) -> None:
    assert kept.kept
    for secret in ("quill", "oddfellow", "zebra", "O1"):
        assert secret not in kept.kept.numbers
    desk.polled(AFTER + 400 * 24)
    [stored] = desk.ledger.kept_pages(("oak", "elm"), kept.page.frame.first, kept.page.frame.last)
    assert isinstance(stored, Kept)
    assert stored.at == desk.at(AFTER)


def test_parts_and_names_that_changed_are_said() -> None:
    before = json.dumps({"figures": {}, "splits": {"a": [1]}, "checks": [], "policies": [], "schools": ["x"], "period": []})  # fmt: skip
    now = json.dumps({"figures": {}, "splits": {"a": [2]}, "checks": [], "policies": [], "schools": ["y"], "period": []})  # fmt: skip
    assert what_changed(before, now) == "parts of the totals; names"
