"""Whole sentences, as an office reads them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from commsla.core import notices, words
from commsla.core.case import Done, Evidence, NotTracked
from commsla.core.model import Kind, MailboxRead, Meaning, Reference
from commsla.core.school import Mailbox, PasswordSource, School, Unit
from commsla.core.today import Judgement, Status, todays_list
from commsla.core.verdicts import Judged, judge
from tests.core.calendars import OFFICE, WINTER
from tests.core.judging import POLICY, SCHOOL, at, case, london, out_of_sight
from tests.core.mails import ANNA, Post

TODAY = date(2025, 11, 24)


@pytest.mark.parametrize(
    ("day", "text", "near"),
    [
        ("2025-11-24", "Mon 24 Nov", "today"),
        ("2025-11-25", "Tue 25 Nov", "tomorrow, Tue 25 Nov"),
        ("2025-11-26", "Wed 26 Nov", "Wed 26 Nov"),
        ("2025-11-23", "Sun 23 Nov", "Sun 23 Nov"),
        ("2026-01-02", "Fri 2 Jan 2026", "Fri 2 Jan 2026"),
    ],
)
def test_days(day: str, text: str, near: str) -> None:
    assert words.day(date.fromisoformat(day), TODAY) == text
    assert words.near_day(date.fromisoformat(day), TODAY) == near


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        ("2025-11-24 09:05", "today 09:05"),
        ("2025-11-24 00:00", "today 00:00"),
        ("2025-11-23 23:59", "yesterday 23:59"),
        ("2025-11-22 15:10", "Sat 22 Nov 15:10"),
        ("2024-11-24 09:05", "Sun 24 Nov 2024 09:05"),
    ],
)
def test_moments(moment: str, text: str) -> None:
    assert words.moment(london(moment), TODAY) == text


def test_moments_are_told_in_the_time_of_the_school() -> None:
    summer = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)
    assert words.moment(summer, date(2026, 7, 1)) == "today 00:30"
    assert words.moment(summer, date(2026, 7, 1), relative=False) == "Wed 1 Jul 00:30"
    assert words.full_moment(summer) == "Wednesday 1 July 2026, 00:30"


@pytest.mark.parametrize(
    ("count", "unit", "text"),
    [
        (0, Unit.WORKING_DAYS, "late"),
        (1, Unit.WORKING_DAYS, "1 working day late"),
        (2, Unit.SCHOOL_DAYS, "2 school days late"),
        (1, Unit.CALENDAR_DAYS, "1 calendar day late"),
    ],
)
def test_how_late(count: int, unit: Unit, text: str) -> None:
    assert words.days_late(count, unit) == text


# Received Mon 10 November 2025 at 09:00; acknowledge by Wed 12, respond by Mon 17.
@pytest.mark.parametrize(
    ("now", "judged", "lines"),
    [
        ("2025-11-10 10:00", {}, ["acknowledge by Wed 12 Nov", "respond by Mon 17 Nov"]),
        ("2025-11-11 10:00", {}, ["acknowledge by tomorrow, Wed 12 Nov", "respond by Mon 17 Nov"]),
        ("2025-11-12 10:00", {}, ["acknowledge today", "respond by Mon 17 Nov"]),
        (
            "2025-11-13 10:00",
            {},
            ["acknowledge: 1 working day late, was due Wed 12 Nov", "respond by Mon 17 Nov"],
        ),
        (
            "2025-11-19 10:00",
            {},
            [
                "acknowledge: 5 working days late, was due Wed 12 Nov",
                "respond: 2 working days late, was due Mon 17 Nov",
            ],
        ),
        ("2025-11-15 10:00", {}, ["acknowledge: 2 working days late, was due Wed 12 Nov", "respond by Mon 17 Nov"]),
        (
            "2025-11-11 10:00",
            {"answered": "2025-11-11 09:05"},
            ["respond by Mon 17 Nov"],
        ),
        (
            "2025-11-24 10:00",
            {"called": "2025-11-11 09:05"},
            ["acknowledge: met Tue 11 Nov 09:05 (called)", "respond: met Tue 11 Nov 09:05 (called)"],
        ),
        (
            "2025-11-18 10:00",
            {"called": "2025-11-17 15:10"},
            [
                "acknowledge: missed, 3 working days late (called yesterday 15:10)",
                "respond: met yesterday 15:10 (called)",
            ],
        ),
        ("2025-11-24 10:00", {"excluded": "2025-11-11 09:05"}, ["no reply needed"]),
        (
            "2025-11-24 10:00",
            {"called": "2025-11-18 09:05", "excluded": "2025-11-24 09:00"},
            ["no reply needed; recorded after its date: acknowledge was missed, respond was missed"],
        ),
        (
            "2025-11-24 10:00",
            {"answered": "2025-11-11 09:05", "excluded": "2025-11-18 09:00"},
            ["no reply needed; recorded after its date: respond was due Mon 17 Nov"],
        ),
        (
            "2025-11-24 10:00",
            {"called": "2025-11-17 09:05", "excluded": "2025-11-18 09:00"},
            ["no reply needed; recorded after its date: acknowledge was missed"],
        ),
    ],
)  # fmt: skip
def test_what_is_owed(now: str, judged: dict[str, Any], lines: list[str]) -> None:
    assert words.to_do(at(now, case(**judged)), london(now).date()) == lines


def test_what_was_typed_later_than_it_happened_says_so() -> None:
    late = Done(london("2025-11-17 15:10"), Evidence.RECORDED, "called", back_dated=True)
    found = at("2025-11-24 10:00", replace(case(), acknowledged=late, responded=late))
    assert words.to_do(found, TODAY) == [
        "acknowledge: missed, 3 working days late (called Mon 17 Nov 15:10, back-dated)",
        "respond: met Mon 17 Nov 15:10 (called, back-dated)",
    ]


def test_the_most_urgent_line_comes_first() -> None:
    turned = replace(POLICY, acknowledge=POLICY.respond, respond=POLICY.acknowledge)
    found = judge(case(), turned, SCHOOL, london("2025-11-12 10:00"), None)
    assert words.to_do(found, date(2025, 11, 12)) == ["respond today", "acknowledge by Mon 17 Nov"]


def test_what_was_late_before_the_first_poll() -> None:
    found = at("2025-12-01 09:00", case(), day_one="2025-11-20 08:00")
    assert words.to_do(found, date(2025, 12, 1)) == [
        "respond: was due Mon 17 Nov, before the first poll"
    ]


def test_where_replies_are_out_of_sight() -> None:
    found = out_of_sight("2025-11-14 09:00", case())
    assert words.to_do(found, date(2025, 11, 14)) == [
        "acknowledge: no reply seen, was due Wed 12 Nov",
        "respond by Mon 17 Nov",
    ]


def test_where_term_dates_are_missing() -> None:
    # Term ends on Tue 21 July 2026 and the next year is not known.
    waiting = at("2026-08-31 09:00", case(received="2026-07-21 09:00"))
    assert words.to_do(waiting, date(2026, 8, 31))[0].endswith(" (provisional: term dates missing)")
    done = at("2026-12-01 09:00", case(received="2026-07-21 09:00", called="2026-11-30 09:05"))
    assert words.to_do(done, date(2026, 12, 1)) == [
        "acknowledge: called yesterday 09:05; in time or not cannot be said (term dates missing)",
        "respond: called yesterday 09:05; in time or not cannot be said (term dates missing)",
    ]
    nothing = at("2025-11-12 09:00", case(received="1999-11-10 09:00"))
    assert words.owed(nothing.acknowledge, TODAY) == "acknowledge: no term dates for that time"


# --- who and what -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "address", "shown"),
    [
        ("Anna", ANNA, "Anna"),
        ("", ANNA, ANNA),
        (None, ANNA, ANNA),
        ("Anna", None, "Anna"),
        ("Anna", "", "Anna"),
        (None, None, "(name wiped)"),
        ("", "", "(no sender given)"),
        # A name that is an address may be somebody else's: the true one is shown.
        ("office@oak.example", "mallory@evil.example", "mallory@evil.example"),
        ("Office <office@oak.example>", "mallory@evil.example", "mallory@evil.example"),
        (ANNA, ANNA, ANNA),
        (ANNA, "", ANNA),
    ],
)
def test_who_asked(name: str | None, address: str | None, shown: str) -> None:
    assert words.person(name, address) == shown


@pytest.mark.parametrize(
    ("text", "readable", "shown"),
    [
        ("Trip", True, "Trip"),
        ("", True, "(no subject)"),
        (None, True, "(subject wiped)"),
        (None, False, "(unreadable header)"),
    ],
)
def test_subjects(text: str | None, readable: bool, shown: str) -> None:
    assert words.subject(text, readable=readable) == shown


def test_a_case_without_a_sender_says_so() -> None:
    found = case()
    assert words.sender(found) == ANNA
    nameless = replace(found, writer=None, opener=replace(found.opener, sender=None))
    assert words.sender(nameless) == "(no sender given)"
    unreadable = replace(nameless, opener=replace(nameless.opener, readable=False))
    assert words.sender(unreadable) == "(unreadable header)"
    assert words.reference(found) == "new"


@pytest.mark.parametrize(
    ("chasers", "again", "also", "shown"),
    [
        (0, False, (), "A question"),
        (1, False, (), "A question [chased once]"),
        (3, True, ("elm",), "A question [wrote again; chased 3 times; also sent to Elm School]"),
        (0, False, ("ash", "elm"), "A question [also sent to ash, Elm School]"),  # ash has left
    ],
)
def test_what_else_to_know(chasers: int, again: bool, also: tuple[str, ...], shown: str) -> None:
    found = replace(
        case(),
        chased=(datetime(2025, 11, 11, tzinfo=UTC),) * chasers,
        wrote_again=again,
        also_at=also,
    )
    assert words.with_notes(at("2025-11-10 10:00", found), {"elm": "Elm School"}) == shown


# --- around the list --------------------------------------------------------------------------------

ADDRESS = "office@oak.example"
D = Done(london("2025-11-12 10:00"), Evidence.RECORDED, "called")
MAILBOX = Mailbox(ADDRESS, "mail.example", 993, "office", PasswordSource(file="secret"))
OAK = School(
    "oak", "O", "Oak School", "01234 567890", "England", ("oak.example",), (), (MAILBOX,),
    (POLICY,), OFFICE, (WINTER,),
)  # fmt: skip


def status(
    now: str,
    *cases: Judged,
    read: str | None = None,
    trouble: str = "",
    tried: str = "",
    blind: bool = False,
    not_tracked: Sequence[NotTracked] = (),
) -> Status:
    """What `status` knows at a moment; the mailbox was read then unless told otherwise."""
    good = None if read == "" else london(read or now)
    reads = [MailboxRead("oak", ADDRESS, good, london(tried or now), trouble, "Sent")]
    blinds = frozenset({("oak", ADDRESS)} if blind else ())
    judgement = Judgement(cases, tuple(not_tracked), blinds)
    return todays_list(judgement, reads, {"oak": SCHOOL}, london(now), [OAK])


NOON = "2025-11-24 12:00"


def test_calm_is_said_only_where_everything_could_be_seen() -> None:
    calm = "Nothing to do: every enquiry that was read is settled."
    unsure = "Nothing open is known, but see the warnings: this list may not be complete."
    settled = at(NOON, replace(case(called="2025-11-11 09:00"), reference=Reference("O", 1)))
    assert notices.headline(status(NOON, settled)) == calm
    assert notices.headline(status(NOON)) == calm
    assert notices.headline(status(NOON, settled, read="2025-11-24 09:00")) == unsure
    assert notices.headline(status(NOON, read="")) == unsure
    assert notices.headline(status(NOON, settled, blind=True)) == unsure


def test_what_was_late_before_day_one_is_not_called_settled() -> None:
    before = at(NOON, case(), day_one="2025-11-20 08:00")
    found = status(NOON, before, before)
    assert notices.headline(found) == "Nothing is due; 2 unanswered from before the first poll."


def test_the_headline_counts_in_the_order_of_work() -> None:
    found = status(
        "2025-11-12 12:00",
        at("2025-11-12 12:00", case(received="2025-11-12 09:00")),
        at("2025-11-12 12:00", case(received="2025-11-11 09:00")),
        at("2025-11-12 12:00", case()),
        at("2025-11-12 12:00", case(received="2025-11-07 09:00")),
        at(
            "2025-11-12 12:00",
            replace(case(answered="2025-11-12 11:00", meaning=Meaning.FULL), to_check="mixed"),
        ),
        at("2025-11-12 12:00", case(called="2025-11-12 11:00")),
    )
    assert notices.headline(found) == (
        "1 overdue, 1 due today, 1 due next working day, 1 waiting, 1 to check"
    )
    assert [j.section.name for j in found.cases] == [
        "OVERDUE", "DUE_TODAY", "DUE_NEXT", "WAITING", "CHECK", "SETTLED",
    ]  # fmt: skip


def test_within_a_section_the_earliest_deadline_and_the_newest_settled_come_first() -> None:
    received = ["2025-11-12 09:00", "2025-11-10 09:00", "2025-11-11 09:00"]
    overdue = [
        replace(case(received=r), reference=Reference("O", n)) for n, r in enumerate(received)
    ]
    done = [replace(c, reference=Reference("O", 9), acknowledged=D, responded=D) for c in overdue]
    found = status(NOON, *(at(NOON, c) for c in (*done, *overdue)))
    assert [j.case.received.day for j in found.cases] == [10, 11, 12, 12, 11, 10]
    same = [replace(case(), reference=Reference("O", n)) for n in (10, 9, 11)]
    found = status(NOON, *(at(NOON, c) for c in same))
    assert [str(j.case.reference) for j in found.cases] == ["O9", "O10", "O11"]


def test_only_the_schools_that_were_asked_for_are_shown_and_counted() -> None:
    elm = replace(OAK, code="elm", name="Elm School", mailboxes=())
    mine, theirs = at(NOON, case()), at(NOON, case(school="elm", called="2025-11-11 09:00"))
    [gone] = _not_tracked(Kind.BULK)
    judgement = Judgement((mine, theirs), (gone,), frozenset())
    workdays = {"oak": SCHOOL, "elm": SCHOOL}
    both = todays_list(judgement, [], workdays, london(NOON), [OAK, elm])
    assert [(s.school.code, s.share.received) for s in both.schools] == [("oak", 2), ("elm", 1)]
    assert [notices.counts(dict(s.counts)) for s in both.schools] == ["1 overdue", ""]
    one = todays_list(judgement, [], workdays, london(NOON), [elm])
    assert (one.cases, one.not_tracked) == ((theirs,), ())


@pytest.mark.parametrize(
    ("now", "read", "stale"),
    [
        ("2025-11-24 11:00", "2025-11-24 09:00", False),  # two open hours, not more
        ("2025-11-24 11:01", "2025-11-24 09:00", True),
        ("2025-11-24 10:29", "2025-11-21 16:00", False),  # a weekend makes nothing stale
        ("2025-11-24 10:31", "2025-11-21 16:00", True),
        ("2026-01-04 12:00", "2025-12-19 16:00", False),  # nor do the holidays
    ],
)
def test_stale_is_two_open_hours_without_a_poll(now: str, read: str, stale: bool) -> None:
    found = status(now, read=read)
    assert any(w.startswith("OUT OF DATE") for w in notices.warnings(found)) is stale
    assert found.can_be_trusted is not stale


def test_warnings_are_whole_sentences() -> None:
    assert notices.warnings(status(NOON)) == []
    assert notices.warnings(status(NOON, read="2025-11-21 15:00")) == [
        "OUT OF DATE: Oak School (office@oak.example) was last read Fri 21 Nov 15:00. "
        "Newer mail is missing here. Run: commsla poll"
    ]
    assert notices.warnings(status(NOON, read="", trouble="The password was refused.")) == [
        "NEVER READ TO THE END: Oak School (office@oak.example). The password was refused."
    ]
    failed = status(NOON, read="2025-11-24 11:00", trouble="no answer", tried="2025-11-24 11:30")
    assert notices.warnings(failed) == [
        "The last poll of Oak School (today 11:30) failed: no answer"
    ]
    [blind] = notices.warnings(status(NOON, blind=True))
    assert blind.startswith(
        "Oak School (office@oak.example): replies are not visible, so these figures cannot be trusted."
    )
    july = status("2026-07-20 12:00")
    assert notices.warnings(july) == [
        "Oak School: no term dates from Tue 1 Sep on. Deadlines that reach there are provisional "
        "and never called late: add that school year to schools.toml."
    ]


def test_a_mailbox_that_was_never_tried() -> None:
    found = todays_list(Judgement((), (), frozenset()), [], {"oak": SCHOOL}, london(NOON), [OAK])
    assert notices.warnings(found) == [
        "NEVER READ: Oak School (office@oak.example). Run: commsla poll"
    ]
    assert notices.last_read(found.schools[0], found) == "never read"
    read = status(NOON, read="2025-11-24 08:40")
    assert notices.last_read(read.schools[0], read) == "last read today 08:40"


def _not_tracked(*kinds: Kind) -> list[NotTracked]:
    post = Post()
    return [NotTracked(post.came(ANNA, at=n), kind, "?") for n, kind in enumerate(kinds)]


def test_what_is_not_tracked_is_counted_the_most_first() -> None:
    items = _not_tracked(Kind.INTERNAL, Kind.BULK, Kind.BOUNCE, Kind.BULK, Kind.BOUNCE, Kind.BULK)
    assert notices.not_tracked(items) == (
        "Not tracked: 3 bulletins, 2 delivery reports, 1 internal"
    )
    assert notices.not_tracked([]) == ""
    rest = _not_tracked(Kind.RECEIPT, Kind.INVITATION, Kind.AUTOMATIC, Kind.NOTIFICATION)
    assert notices.not_tracked(rest) == (
        "Not tracked: 1 read receipt, 1 invitation, 1 automatic reply, 1 notification"
    )


@pytest.mark.parametrize("kind", list(Kind))
def test_the_summary_and_the_list_have_one_word_for_a_kind(kind: Kind) -> None:
    assert notices.not_tracked(_not_tracked(kind)) == f"Not tracked: 1 {words.kind(kind)}"
    assert words.kind(Kind.BULK) == "bulletin"


def test_mail_that_never_becomes_a_case_makes_one_doubt_the_rules() -> None:
    odd = status(NOON, not_tracked=_not_tracked(*[Kind.BULK] * 20))
    assert notices.warnings(odd) == [
        "Oak School: 0 of 20 messages of the last four weeks became cases. Perhaps parents' mail is "
        "taken for something else: look at commsla status --all."
    ]
    assert not odd.can_be_trusted
    assert notices.warnings(status(NOON, not_tracked=_not_tracked(*[Kind.BULK] * 19))) == []


def test_urgent_words_suggest_a_call_while_something_is_owed() -> None:
    heard = replace(case(), urgent=True, reference=Reference("O", 4))
    settled = replace(case(called="2025-11-11 09:00"), urgent=True, reference=Reference("O", 5))
    found = status(NOON, at(NOON, heard), at(NOON, settled), at(NOON, case()))
    assert notices.urgent(found) == ["Urgent words: consider a call. O4 (Oak School 01234 567890)"]
    assert words.notes(at(NOON, heard), {}) == ["urgent words"]
    assert at(NOON, heard).next == at(NOON, case()).next, "never another clock"
