"""plan(): who is told what, when, and how often; on a calendar small enough to count by hand.

An enquiry of Mon 10 Nov 2025 09:00 is to be acknowledged by Wed 12 and answered by Mon 17 November.
The office is open from 08:30 to 16:00; term ends on Fri 19 December, staff are back on Mon 5 January.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from commsla.core.alertwords import MOST, Letter, letter
from commsla.core.digests import HandedOver
from commsla.core.local import LONDON, local_date
from commsla.core.model import Mark, Word
from commsla.core.recipients import Recipient, Stage
from commsla.core.school import DayKind, Override, Unit
from tests.core.calendars import winter
from tests.core.judging import at, case, london, out_of_sight
from tests.core.telling import DAYS, HEAD, OFFICE_OAK, Desk, school

MONDAY = "2025-11-10 09:00"


def written(desk: Desk, now: str, *cases: object) -> Letter:
    found = desk.look(now, *cases)  # type: ignore[arg-type]
    [digest] = found.digests
    return letter(digest, london(now))


def test_each_stage_is_told_once_and_what_is_late_again_every_second_working_day() -> None:
    desk = Desk()
    runs = {
        now: desk.run(now, MONDAY)
        for now in (
            "2025-11-10 09:10", "2025-11-11 08:30", "2025-11-11 08:40", "2025-11-12 08:30",
            "2025-11-12 15:50", "2025-11-13 08:30", "2025-11-13 08:40", "2025-11-14 08:30",
            "2025-11-17 08:30", "2025-11-18 08:30", "2025-11-19 08:30", "2025-11-20 08:30",
        )
    }  # fmt: skip
    ack, answer = "N1 acknowledge: ", "N1 respond: "
    assert list(runs.values()) == [
        [],
        [ack + "due soon"],
        [],
        [ack + "due today"],
        [],
        [ack + "overdue"],
        [],
        [answer + "due soon"],
        [ack + "overdue", answer + "due today"],
        [answer + "overdue"],
        [ack + "overdue"],
        [answer + "overdue"],
    ]


@pytest.mark.parametrize(
    ("now", "why"),
    [
        ("2025-11-12 08:29", "closed; what is due then goes today 08:30"),
        ("2025-11-12 16:00", "closed; what is due then goes Thu 13 Nov 08:30"),
        ("2025-11-12 22:00", "closed; what is due then goes Thu 13 Nov 08:30"),
        ("2025-11-15 11:00", "closed; what is due then goes Mon 17 Nov 08:30"),
        ("2025-12-26 10:00", "closed; what is due then goes Mon 5 Jan 2026 08:30"),
        (
            "2029-01-08 10:00",
            "closed, and the calendar knows no further opening: add the term dates",
        ),
    ],
)
def test_nothing_goes_while_nobody_is_there_and_it_is_said_when_it_will(now: str, why: str) -> None:
    desk = Desk()
    found = desk.look(now, at("2025-11-12 12:00", case()))
    assert (found.digests, [s.why for s in found.silences]) == ((), [why])


def test_the_whole_letter_and_a_subject_without_a_name() -> None:
    desk = Desk()
    now = "2025-11-13 08:30"
    found = written(
        desk,
        now,
        at(now, case(received="2025-11-10 09:07", subject="Is [bold]Leo[/] at the\x1b club?")),
        at(now, case(received="2025-11-11 15:10")),
        at(now, case(received="2025-11-12 08:00")),
    )
    assert found.subject == "1 to acknowledge today, 1 late, 1 due tomorrow, Fri 14 Nov - Oak"
    assert found.opening == "Thursday 13 November 2025, 08:30"
    assert [(b.heading, [(e.title, e.facts) for e in b.entries]) for b in found.blocks] == [
        ("late", [("N1: acknowledge: 1 working day late, was due Wed 12 Nov; respond by Mon 17 Nov",
                   ("received Mon 10 Nov 09:07, 3 working days ago", "from anna@home.example",
                    "Is [bold]Leo[/] at the␛ club?"))]),
        ("due today", [("N2: acknowledge today; respond by Tue 18 Nov",
                        ("received Tue 11 Nov 15:10, 2 working days ago", "from anna@home.example",
                         "A question"))]),
        ("due tomorrow, Fri 14 Nov", [("N3: acknowledge by tomorrow, Fri 14 Nov; respond by Wed 19 Nov",
                                       ("received Wed 12 Nov 08:00, 1 working day ago",
                                        "from anna@home.example", "A question"))]),
    ]  # fmt: skip


def test_sender_and_subject_are_shown_to_the_mailbox_that_has_the_mail_and_to_nobody_else() -> None:
    now = "2025-11-13 08:30"
    late = at(now, case(subject="About Leo"))
    head = Recipient("head", "head@oak.example")
    other = Recipient("office 2", "office2@oak.example", subjects=True)
    for recipient, shown in ((OFFICE_OAK, True), (head, False), (other, False)):
        text = str(written(Desk(school(recipient)), now, late))
        assert ("anna@home.example" in text, "About Leo" in text) == (shown, shown)
        assert "Leo" not in written(Desk(school(recipient)), now, late).subject


def test_what_was_told_before_is_named_when_something_else_is_told() -> None:
    desk = Desk()
    desk.run("2025-11-13 08:30", MONDAY)
    now = "2025-11-13 09:00"
    found = written(desk, now, at(now, case()), at(now, case(received="2025-11-11 09:00")))
    assert [b.heading for b in found.blocks] == ["due today", "told before, and still open"]
    assert found.blocks[1].lines == ("N1",)


def test_who_is_only_told_of_what_is_very_late_is_told_then_and_not_sooner() -> None:
    desk = Desk(school(OFFICE_OAK, HEAD))
    assert "N1 acknowledge: escalate" not in desk.run("2025-11-14 08:30", MONDAY)
    assert desk.why("2025-11-14 09:00", at("2025-11-14 09:00", case()))[-1] == (
        "not 3 working days late yet; not told so early"
    )
    assert desk.run("2025-11-17 08:30", MONDAY)[-1:] == ["N1 acknowledge: escalate"]
    assert desk.run("2025-11-18 08:30", MONDAY) == [
        "N1 acknowledge: overdue",
        "N1 respond: overdue",
    ]
    assert desk.run("2025-11-19 08:30", MONDAY) == ["N1 acknowledge: escalate"]


@pytest.mark.parametrize(
    ("judged", "why"),
    [
        (at("2025-11-20 09:00", case(), "2025-11-18 09:00"), "it was late before the first poll"),
        (out_of_sight("2025-11-20 09:00", case()), "replies are not visible there"),
        (at("2025-11-20 09:00", case(received="2025-11-20 08:00")), "not due before Mon 24 Nov; "
         "not due before Thu 27 Nov"),
    ],
)  # fmt: skip
def test_what_is_never_told_and_why(judged: object, why: str) -> None:
    assert Desk().why("2025-11-20 09:00", judged) == [why]  # type: ignore[arg-type]


def test_a_date_that_was_guessed_is_never_told() -> None:
    now = "2026-09-10 09:00"  # no term dates from September on
    assert Desk().why(now, at(now, case(received="2026-09-08 09:00"))) == [
        "its date is provisional (term dates missing)"
    ]


def test_what_is_settled_or_about_safeguarding_is_not_even_named() -> None:
    now = "2025-11-13 09:00"
    marked = case()
    mark = Mark(1, Word.SAFEGUARDING, london(now), london(now))
    marked = replace(marked, excluded=mark)
    found = Desk().look(now, at(now, marked), at(now, case(called="2025-11-11 09:00")))
    assert (found.digests, found.silences) == ((), ())


def test_the_last_day_before_a_holiday_tells_all_that_would_wait_through_it() -> None:
    desk = Desk()
    last = "2025-12-19 08:30"
    assert desk.run("2025-12-18 08:30", "2025-12-15 09:00", "2025-12-18 08:00") == [
        "N1 acknowledge: overdue"
    ]
    everything = ("2025-12-15 09:00", "2025-12-18 08:00")
    assert desk.run(last, *everything) == [
        "N1 acknowledge: before a holiday",
        "N1 respond: due soon",
        "N2 acknowledge: due soon",
        "N2 respond: before a holiday",
    ]
    assert desk.run("2025-12-19 08:40", *everything) == []
    # What comes in meanwhile is gathered, and told in time to be done.
    more = (*everything, "2025-12-19 09:00")
    assert desk.run("2025-12-19 09:10", *more) == []
    assert desk.run("2025-12-19 11:40", *more) == [
        "N3 acknowledge: before a holiday",
        "N3 respond: before a holiday",
    ]


def test_a_long_weekend_is_no_holiday() -> None:
    assert Desk().run("2026-04-30 09:00", "2026-04-30 08:50") == []
    assert Desk().run("2026-05-01 09:00", "2026-05-01 08:50") == []


def test_the_first_day_back_tells_what_falls_due_together() -> None:
    desk = Desk()
    summer = ("2025-12-22 09:00", "2025-12-30 09:00")
    assert desk.run("2026-01-05 08:30", *summer) == [
        "N1 acknowledge: due soon",
        "N2 acknowledge: due soon",
        "2 acknowledge 2026-01-06",
        "2 respond 2026-01-09",
    ]
    assert desk.run("2026-01-05 08:40", *summer) == []
    now = "2026-01-05 08:30"
    found = written(Desk(), now, *(at(now, case(received=r)) for r in summer))
    assert found.subject == "2 due tomorrow, Tue 6 Jan, 4 to come after the holiday - Oak"
    assert found.blocks[-1].lines == (
        "2 to acknowledge by Tue 6 Jan",
        "2 to answer by Fri 9 Jan",
    )


def test_one_digest_for_who_is_named_by_several_schools_and_only_of_those_that_are_open() -> None:
    head = Recipient("head", "Head@oak.example")
    desk = Desk(school(head), school(head, code="elm", name="Elm"))
    now = "2025-11-13 08:30"
    cases = [at(now, case()), at(now, case(school="elm"))]
    found = desk.look(now, *cases)
    assert [d.address for d in found.digests] == ["Head@oak.example"]
    assert letter(found.digests[0], london(now)).subject == "2 late - Oak, Elm"
    desk.days["elm"] = winter(Override(local_date(london(now)), DayKind.CLOSED, "snow"))
    found = desk.look(now, *cases)
    assert [p.school.code for d in found.digests for p in d.parts] == ["oak"]
    assert [s.why for s in found.silences] == ["closed; what is due then goes Fri 14 Nov 08:30"]


def test_who_was_refused_today_gets_nothing_and_the_others_do() -> None:
    desk = Desk(school(OFFICE_OAK, Recipient("head", "head@oak.example")))
    now = "2025-11-13 08:30"
    found = desk.look(now, at(now, case()), refused=["office@oak.example"])
    assert [d.address for d in found.digests] == ["head@oak.example"]
    assert "refused" in found.silences[0].why


def test_the_lead_for_safeguarding_is_told_at_any_hour_and_nothing_but_how_many_and_when() -> None:
    lead = Recipient("DSL", "dsl@oak.example", frozenset({Stage.SAFEGUARDING}))
    desk = Desk(school(OFFICE_OAK, lead))
    night = "2025-11-15 23:00"
    handed = [HandedOver(7, "oak", london("2025-11-15 22:58")), HandedOver(8, "elm", london(night)),
              HandedOver(9, "oak", london("2025-11-01 09:00"))]  # fmt: skip
    found = desk.look(night, at(night, case()), handed_over=handed)
    [digest] = found.digests
    assert digest.address == "dsl@oak.example"
    text = letter(digest, london(night))
    assert text.subject == "handed over to you - Oak"
    assert text.blocks[0].lines[1:] == ("recorded today 22:58",)
    assert "anna" not in str(text)
    desk.said += digest.said
    assert desk.look("2025-11-16 09:00", handed_over=handed).digests == ()


def test_of_five_thousand_fifty_are_listed_and_the_rest_counted() -> None:
    now = "2025-11-13 08:30"
    desk = Desk()
    late = at(now, case())
    found = written(desk, now, *[late] * 5000)
    assert sum(len(b.entries) for b in found.blocks) == MOST
    assert found.blocks[-1].heading == "and 4950 more"
    assert found.subject == "5000 late - Oak"


def test_a_case_that_is_open_for_400_days_is_told_exactly_as_planned() -> None:
    """Every second working day from the day after its deadline, whatever hour the runs come."""
    desk = Desk(school(replace(OFFICE_OAK, stages=frozenset({Stage.OVERDUE}))))
    waiting = case(received="2025-10-06 09:00", answered="2025-10-06 09:30")
    first = london("2025-10-06 09:00")
    due = local_date(london("2025-10-14 09:00"))  # the day after the deadline
    working = [
        d
        for n in range(400)
        if DAYS.is_counted(d := local_date(first + timedelta(days=n)), Unit.WORKING_DAYS)
    ]
    expected = working[working.index(due) :: 2]
    seen = []
    for n in range(400 * 24):
        now = (first + timedelta(hours=n)).astimezone(LONDON)
        found = desk.look(now, at(f"{now:%Y-%m-%d %H:%M}", waiting))
        for digest in found.digests:
            desk.said += digest.said
            seen.append(local_date(now))
    assert seen == expected
    assert len(seen) > 90
