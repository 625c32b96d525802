"""What came by phone, by letter or at the gate; a case's story; and folding everything again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from commsla.core.model import Channel
from commsla.core.story import Happened
from commsla.core.story import told as how_told
from commsla.core.verdicts import Judged, Section
from commsla.errors import CommslaError, LedgerError, UsageError
from commsla.jobs.cases import fold_all
from commsla.jobs.explain import explain
from commsla.jobs.log import Entry, Logged, log
from commsla.jobs.rebuild import rebuild
from commsla.jobs.references import read_reference, read_subjects
from commsla.jobs.show import show
from tests.jobs.desk import Desk, desk
from tests.jobs.test_poll import CONFIG, DAYS

__all__ = ["desk"]


def logged(desk: Desk, who: str, hours: float, *, at: str | None = None, about: str = "") -> Judged:
    return typed(desk, who, hours, at=at, about=about).judged


def typed(desk: Desk, who: str, hours: float, *, at: str | None = None, about: str = "") -> Logged:
    entry = Entry(CONFIG.schools[0], Channel.PHONE, who, about, at, "sue")
    return log(CONFIG, desk.ledger, DAYS, desk.at(hours), entry)


def told(desk: Desk, what: str) -> tuple[Happened, ...]:
    [subject] = read_subjects([what])
    found = show(CONFIG, desk.ledger, DAYS, desk.at(100), subject)
    assert isinstance(found, tuple)
    return found[1]


# --- logging ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "name", "address"),
    [("Mrs Dunn", "Mrs Dunn", ""), ("dunn@home.example", None, "dunn@home.example")],
)
def test_a_call_is_a_case_with_the_next_reference_and_the_same_clock(
    desk: Desk, who: str, name: str | None, address: str
) -> None:
    desk.came("a1", 1)
    desk.polled(2)
    judged = logged(desk, who, 3, at="today 09:30", about="lost coat")
    assert str(judged.case.reference) == "O2"
    assert judged.case.received == desk.at(1.5)
    assert judged.case.writer is not None
    assert (judged.case.writer.name, judged.case.writer.address) == (name, address)
    assert judged.case.opener.subject == "lost coat"
    for mine, mail in zip(judged.verdicts, desk.cases(3)["O1"].verdicts, strict=True):
        assert mine.deadline is not None
        assert mail.deadline is not None
        assert mine.deadline.instant == mail.deadline.instant
    assert told(desk, "O2")[0].how == "logged by hand: phone"
    about = explain(CONFIG, desk.ledger, DAYS, desk.at(9), read_reference("O2"))
    assert about[0].case.reference == judged.case.reference
    desk.came("b1", 4, who="Ben <ben@home.example>")
    desk.polled(5)
    assert list(desk.cases()) == ["O1", "O2", "O3"]


def test_two_calls_of_the_same_minute_are_two_cases(desk: Desk) -> None:
    for _ in range(2):
        logged(desk, "Mrs Dunn", 3, about="lost coat")
    assert sorted(desk.cases()) == ["O1", "O2"]
    desk.type("O1 called", 4)
    sections = {r: j.section for r, j in desk.cases(5).items()}
    assert sections == {"O1": Section.SETTLED, "O2": Section.WAITING}


def test_a_call_says_who_typed_it_and_when(desk: Desk) -> None:
    desk.came("a1", 1)
    desk.polled(2)
    logged(desk, "Mrs Dunn", 3, at="today 09:30")
    first, second = told(desk, "O2")[0], told(desk, "O1")[0]
    assert (first.recorded, first.by, first.back_dated) == (desk.at(3), "sue", True)
    assert (second.recorded, second.by) == (None, "")
    assert how_told(first, desk.at(9)) == (
        "today 09:30  Mrs Dunn asked: the clock starts "
        "[logged by hand: phone; recorded today 11:00 by sue; back-dated]"
    )


def test_what_was_logged_by_mistake_says_what_to_do(desk: Desk) -> None:
    logged(desk, "Mrs Dunn", 3)
    with pytest.raises(CommslaError) as refused:
        desk.type("O1 undo", 4)
    assert refused.value.message == (
        "O1 has no mark to undo. It was logged by hand, and that stays on record."
    )
    assert refused.value.hint == "If it was logged by mistake: commsla mark O1 not-for-us"
    desk.type("O1 not-for-us", 5)


def test_the_same_call_typed_twice_names_the_first(desk: Desk) -> None:
    assert typed(desk, "Mrs Dunn", 3, about="lost coat").same_as is None
    same = typed(desk, "Mrs  Dunn".replace("  ", " "), 3.5, about="lost coat").same_as
    assert same is not None
    assert str(same.reference) == "O1"
    for who, hours, about in (("Mr Dunn", 4, "lost coat"), ("Mrs Dunn", 4, "a hat"), ("Mrs Dunn", 27, "lost coat")):  # fmt: skip
        assert typed(desk, who, hours, about=about).same_as is None


@pytest.mark.parametrize(
    ("who", "at", "sentence"),
    [
        ("  ", None, "Who asked?"),
        ("Mrs Dunn", "today 23:00", "today 23:00 has not happened yet."),
        ("Mrs Dunn", "soon", '"soon" is not a moment that can be understood. Write it like '),
    ],
)
def test_what_cannot_be_logged(desk: Desk, who: str, at: str | None, sentence: str) -> None:
    before = desk.tables()
    with pytest.raises(UsageError) as refused:
        logged(desk, who, 3, at=at)
    assert refused.value.message.startswith(sentence)
    assert desk.tables() == before


def test_who_called_is_forgotten_like_who_wrote(desk: Desk) -> None:
    logged(desk, "Mrs Quillfeather", 3, about="Zebra")
    desk.type("O1 called", 4)
    desk.polled(4 + 29 * 24)
    assert b"Quillfeather" in desk.bytes_on_disk()
    desk.polled(5 + 31 * 24)
    assert b"Quillfeather" not in desk.bytes_on_disk()
    assert b"Zebra" not in desk.bytes_on_disk()
    logged(desk, "Mrs Quillfeather", 800, about="Zebra")
    desk.type("O2 safeguarding", 801)
    assert b"Quillfeather" not in desk.bytes_on_disk()


def test_calls_say_nothing_about_whether_replies_can_be_seen(desk: Desk) -> None:
    for number in range(8):
        logged(desk, f"Parent {number}", 3)
    late = desk.status(24 * 4)
    assert all(line.replies_visible for line in late.schools)
    assert len(late.section(Section.OVERDUE)) == 8


# --- the story ------------------------------------------------------------------------------------------


def test_the_story_is_in_order_with_how_we_know(desk: Desk) -> None:
    desk.came("a1", 1)
    desk.sent("fwd", 1.2, re="a1", body="FYI", who="Vane <vane@oak.example>")
    desk.sent("o1", 2, re="a1", body="Thank you for your e-mail. We will get back to you.")
    desk.came("a2", 3, re="a1")
    desk.polled(4)
    desk.type("O1 called", 30, at="today 09:30", note="about the crossing")
    steps = told(desk, "O1")
    assert [s.at for s in steps] == sorted(s.at for s in steps)
    assert [(s.what.partition(" (")[0].partition(":")[0], s.how) for s in steps] == [
        ("Anna Quillfeather wrote", "in INBOX"),
        ("passed on to a colleague", "a copy in Sent"),
        ("we replied", "a copy in Sent"),
        ("Anna Quillfeather wrote again", "in INBOX"),
        ("called", "recorded by hand"),
    ]
    last = steps[-1]
    assert (last.back_dated, last.by, last.note) == (True, "sue", "about the crossing")


def test_a_mails_own_date_is_told_where_it_is_another(desk: Desk) -> None:
    for name, date in (
        ("a1", "Mon, 24 Nov 2025 08:55:00 +0000"),
        ("b1", "Sun, 23 Nov 2025 12:00:00 +0000"),
    ):
        desk.came(name, 1, who=f"{name}@home.example", more=f"Date: {date}\r\n")
    desk.polled(2)
    hows = {told(desk, r)[0].what.partition("@")[0]: told(desk, r)[0].how for r in ("O1", "O2")}
    assert hows == {"a1": "in INBOX", "b1": "in INBOX, itself dated Sun 23 Nov 12:00"}


def test_a_reference_of_a_mail_that_joined_another_case_leads_to_that_case(desk: Desk) -> None:
    desk.came("a1", 1)
    desk.came("b1", 2, who="Ben <ben@home.example>")
    desk.polled(3)
    desk.type("merge O2 O1", 4)
    assert told(desk, "O2") == told(desk, "O1")
    for unknown in ("O9", "m99"):
        with pytest.raises(CommslaError):
            told(desk, unknown)


# --- folding again ----------------------------------------------------------------------------------------


def test_rebuilding_twice_gives_the_same_and_leaves_references_alone(desk: Desk) -> None:
    desk.came("a1", 1)
    desk.came("a2", 2, re="a1")
    desk.came("n1", 2, who="news@shop.example", more="Precedence: bulk\r\n")
    desk.sent("o1", 3, re="a1", body="Yes.")
    desk.polled(4)
    desk.type("O1 called", 5, at="today 09:30")
    before = desk.tables()
    found = rebuild(CONFIG, desk.ledger)
    assert (found.messages, found.cases, found.in_cases, found.not_tracked, found.sent) == (
        4,
        2,
        2,
        1,
        1,
    )
    assert found.messages == found.in_cases + found.not_tracked + found.sent
    assert rebuild(CONFIG, desk.ledger) == found
    assert (found.numbered, desk.tables()) == ((), before)


def test_a_case_that_a_poll_left_without_a_reference_gets_one(desk: Desk) -> None:
    desk.came("a1", 1)
    desk.polled(2)
    [message] = desk.ledger.messages()
    other = replace(message, uid=77, fingerprint="other", message_id="other", sender=None)
    with desk.ledger.transaction():
        desk.ledger.add([other], desk.ledger.stored()[message.id])
    assert desk.status(3).unnumbered
    assert list(map(str, rebuild(CONFIG, desk.ledger).numbered)) == ["O2"]
    assert not desk.status(3).unnumbered


def test_where_a_message_has_no_place_nothing_is_changed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.came("a1", 1)
    desk.polled(2)
    with desk.ledger.transaction():
        desk.ledger._db.execute("DELETE FROM case_references")
    before = desk.tables()
    fold = fold_all
    monkeypatch.setattr(
        "commsla.jobs.rebuild.fold_all",
        lambda *a: replace(f := fold(*a), cases=tuple(replace(c, messages=()) for c in f.cases)),
    )
    with pytest.raises(LedgerError, match="exactly one place"):
        rebuild(CONFIG, desk.ledger)
    assert desk.tables() == before
