"""What is typed about cases: what it does, what it covers, and what is refused with which sentence."""

from __future__ import annotations

from dataclasses import replace

import pytest

from commsla.core import notices
from commsla.core.model import Channel, Meaning, Role, State, TextFact
from commsla.core.verdicts import Section
from commsla.core.words import owed
from commsla.edges.plain import marked_lines
from commsla.errors import CommslaError, UsageError
from commsla.jobs.log import Entry, log
from commsla.jobs.status import status
from tests.jobs.desk import ANNA, Desk, desk
from tests.jobs.test_poll import CONFIG, DAYS

__all__ = ["desk"]
BEN = "Ben Ashgrove <ben@ashgrove.example>"
FULL = "Dear Anna, yes, you may. The crossing opens on Monday at eight. Kind regards"
HOLDING = "Thank you for your e-mail. We will get back to you as soon as we can."


def refused(
    desk: Desk, words: str, hours: float = 9, *, at: str | None = None, different: bool = True
) -> str:
    before = desk.tables()
    with pytest.raises(CommslaError) as told:
        desk.type(words, hours, at=at, different=different)
    assert desk.tables() == before
    return told.value.message


# --- mail that nobody had read yet ---------------------------------------------------------------


def test_a_second_mail_that_was_not_read_yet_gets_its_reference_and_is_owed(desk: Desk) -> None:
    desk.came("a1", 1)
    desk.polled(1.5)
    desk.came("a2", 2, re="a1")  # lies in the mailbox, unread by us
    desk.type("O1 called", 2.5)
    desk.polled(3)
    first, second = desk.cases(4)["O1"], desk.cases(4)["O2"]
    assert (first.section, second.section) == (Section.SETTLED, Section.WAITING)
    assert (first.next, second.next is not None) == (None, True)
    assert second.case.wrote_again
    assert not desk.status(4).unnumbered
    desk.type("O1 undo", 4)
    assert list(desk.cases(5)) == ["O1"]
    assert len(desk.cases(5)["O1"].case.messages) == 2
    desk.type("O1 meeting", 6)  # now both are known
    assert list(desk.cases(7)) == ["O1"]


def test_a_mark_that_sets_a_chaser_free_numbers_its_case_at_once(desk: Desk) -> None:
    desk.came("a1", 1)
    desk.came("a2", 3, re="a1")
    desk.polled(4)
    assert list(desk.cases(5)) == ["O1"]
    desk.type("O1 called", 5, at="today 10:00")
    assert list(desk.cases(5)) == ["O1", "O2"]
    assert not any("stopped" in w for s in [desk.status(5)] for w in _warnings(s))
    desk.type("O1 undo", 6)
    desk.type("O1 called", 7, at="today 10:00")
    assert list(desk.cases(8)) == ["O1", "O2"]  # the same number again


def _warnings(status: object) -> list[str]:
    from commsla.core.notices import warnings
    from commsla.core.today import Status

    assert isinstance(status, Status)
    return warnings(status)


# --- when something happened ------------------------------------------------------------------------


def test_answered_without_a_time_is_now_unless_a_reply_was_in_doubt(desk: Desk) -> None:
    desk.came("a1", 1)
    desk.sent("o1", 2, re="a1", body=HOLDING)
    desk.polled(3)
    [marked] = desk.type("O1 answered", 30)
    assert marked.mark.at == desk.at(30)
    done = desk.cases()["O1"].respond.done
    assert done is not None
    assert done.at == desk.at(30)


def test_answered_of_a_reply_in_doubt_or_not_read_yet_is_of_when_it_was_sent(desk: Desk) -> None:
    for number, who in ((1, ANNA), (2, BEN)):
        desk.came(f"a{number}", number / 10, who=who)
        desk.sent(f"o{number}", 2, re=f"a{number}", body=FULL, who=who)
        desk.boxes["oak"].keeps_back.add(("Sent", number))
    desk.polled(3)
    [first, *_] = desk.cases()["O1"].case.answers
    with desk.ledger.transaction():
        desk.ledger.note_texts([TextFact(first.message.id, Meaning.FULL, doubtful=True, why="odd")])
    assert desk.cases()["O1"].case.to_check == "odd"
    assert [a.meaning for a in desk.cases()["O2"].case.answers] == [None]
    for reference in ("O1", "O2"):
        [marked] = desk.type(f"{reference} answered", 30)
        assert marked.mark.at == desk.at(2)
        assert marked.judged is not None
        assert marked.judged.case.to_check == ""
        desk.type(f"{reference} undo", 31)
        assert desk.type(f"{reference} holding", 32)[0].mark.at == desk.at(2)


def test_a_flag_is_confirmed_from_when_it_was_seen(desk: Desk) -> None:
    desk.boxes["oak"].answered.add(("INBOX", desk.came("a1", 1)))
    desk.polled(3)
    assert desk.cases(4)["O1"].section is Section.CONFIRM
    desk.type("O1 confirm", 9)
    done = desk.cases()["O1"].respond.done
    assert done is not None
    assert done.at == desk.at(3)
    desk.type("O1 undo", 10)
    assert desk.cases(11)["O1"].section is Section.CONFIRM
    [marked] = desk.type("O1 answered", 12)  # says when it happened: now, whatever was supposed
    assert marked.mark.at == desk.at(12)


@pytest.mark.parametrize(
    ("looked", "seen", "state"),
    [
        (24 * 2, 24 * 3, State.MET),
        (24 * 2, 24 * 20, State.CANNOT_SAY),  # the machine was off when the date went by
        (24 * 19, 24 * 20, State.MISSED),
    ],
)
def test_a_flag_is_of_a_moment_between_two_polls(
    desk: Desk, looked: float, seen: float, state: State
) -> None:
    uid = desk.came("a1", 1)
    desk.polled(2)
    desk.polled(looked)
    desk.boxes["oak"].answered.add(("INBOX", uid))
    desk.polled(seen)
    desk.type("O1 confirm", seen + 1)
    judged = desk.cases(seen + 2)["O1"]
    assert judged.respond.state is state
    assert judged.section is Section.SETTLED
    assert judged.respond.done
    assert (judged.respond.done.since, judged.respond.done.at) == (desk.at(looked), desk.at(seen))
    if state is State.CANNOT_SAY:
        assert "in time or not cannot be said (when is not known)" in owed(
            judged.respond, judged.case.received.date()
        )


def test_a_mail_that_came_flagged_after_a_gap_was_answered_after_it_came(desk: Desk) -> None:
    desk.boxes["oak"].answered.add(("INBOX", desk.came("a1", 24 * 10)))
    desk.polled(24 * 30)
    desk.type("O1 confirm", 24 * 30 + 1)
    done = desk.cases(24 * 30 + 2)["O1"].respond.done
    assert done
    assert (done.since, done.at) == (desk.at(24 * 10), desk.at(24 * 30))


def test_holding_takes_a_full_reply_back_and_the_clock_is_the_old_one(desk: Desk) -> None:
    desk.came("a1", 1)
    desk.sent("o1", 2, re="a1", body=FULL)
    desk.polled(3)
    before = desk.cases()["O1"]
    assert before.case.responded
    for word in ("holding", "acknowledged", "reopen"):
        desk.type(f"O1 {word}", 4)
        after = desk.cases()["O1"]
        assert (after.case.responded, after.acknowledge.done) == (None, before.acknowledge.done)
        assert after.respond.deadline == before.respond.deadline
        desk.type("O1 undo", 5)
        assert desk.cases()["O1"].case.responded == before.case.responded


# --- taking back ------------------------------------------------------------------------------------


def test_undo_says_what_it_took_back_and_goes_back_one_by_one(desk: Desk) -> None:
    desk.came("a1", 1)
    desk.polled(2)
    desk.type("O1 called", 3)
    desk.type("assign O1 Year 3", 4)
    assert [m.mark.detail for m in desk.type("O1 undo", 5)] == ["assign Year 3"]
    assert [m.mark.detail for m in desk.type("O1 undo", 6)] == ["called"]
    assert refused(desk, "O1 undo") == "O1 has no mark to undo."
    assert desk.story("O1")[1:] == [
        "called (taken back)", "assign Year 3 (taken back)", "undo assign Year 3", "undo called",
    ]  # fmt: skip


def test_undo_finds_a_merging_from_either_reference(desk: Desk) -> None:
    desk.came("a1", 1)
    desk.came("b1", 1.5, who=BEN)
    desk.polled(2)
    for typed in ("O2 O1", "O1 O2"):
        for undo in ("O1", "O2"):
            desk.type(f"merge {typed}", 3)
            assert list(desk.cases()) == ["O1"]
            assert desk.type(f"{undo} undo", 4)[0].judged is not None
            assert list(desk.cases()) == ["O1", "O2"]


def test_one_undo_of_a_range_takes_back_one_mark_for_each(desk: Desk) -> None:
    desk.came("a1", 1)
    desk.came("b1", 1.5, who=BEN)
    desk.polled(2)
    desk.type("merge O2 O1", 4)
    desk.type("assign O1 Head", 4.5)
    desk.type("O1-O2 undo", 5)  # one case: the role that was typed last, and then the merging
    assert [(j.case.owner, len(j.case.messages)) for j in desk.cases().values()] == [("", 1)] * 2


def test_a_message_that_was_made_an_enquiry_is_taken_back_by_any_copy(desk: Desk) -> None:
    desk.came("n1", 1, who="news@shop.example", more="Precedence: bulk\r\n")
    desk.came("n1", 1, who="news@shop.example", more="Precedence: bulk\r\n")
    desk.polled(2)
    first, second = (m.id for m in desk.ledger.messages())
    desk.type(f"m{first} enquiry", 3)
    assert list(desk.cases()) == ["O1"]
    desk.type(f"m{second} undo", 4)
    assert desk.cases() == {}
    assert refused(desk, "O1 called") == "O1 is no case any more. Nothing was recorded."
    desk.type(f"m{second} enquiry", 5)
    assert list(desk.cases()) == ["O1"]


def test_a_mark_says_what_it_sets_free_and_what_was_answered_before(desk: Desk) -> None:
    desk.came("a1", 1)
    desk.came("a2", 3, re="a1")
    desk.polled(4)
    [marked] = desk.type("O1 called", 5, at="today 10:00")
    [free] = marked.set_free
    assert (str(free.case.reference), free.next is not None) == ("O2", True)
    assert list(marked_lines([marked], desk.at(5).date(), dry_run=False))[-1] == (
        "    the mail of today 11:00 is now O2, still owed"
    )
    assert marked.was_answered is None
    [again] = desk.type("O1 meeting", 6)
    assert again.was_answered is not None
    assert list(marked_lines([again], desk.at(6).date(), dry_run=False))[-1] == (
        "    (it was answered already: called today 10:00)"
    )
    assert again.set_free == ()
    [earlier] = desk.type("O1 answered", 7, at="today 09:30")
    assert earlier.was_answered is None, "that is the answer now"


def test_what_decided_at_the_other_school_is_told_and_named(desk: Desk) -> None:
    for school in ("oak", "elm"):
        desk.came("a1", 1, school=school)
    desk.polled(2)
    desk.type("E1 acknowledged", 3)
    desk.type("E1 called", 3)
    assert desk.story("O1")[1:] == ["called on E1, the same mail at the other school"]
    with pytest.raises(CommslaError) as told:
        desk.type("O1 undo", 4)
    assert told.value.message == (
        'O1 has no mark to undo. "called" was recorded on E1, the same mail at the other school.'
    )
    assert told.value.hint == "To take that back, for both: commsla mark E1 undo"
    desk.type("E1 undo", 5)
    assert desk.story("O1")[1:] == []
    desk.type("E1 safeguarding", 6)
    assert desk.story("O1")[1:] == ["safeguarding on E1, the same mail at the other school"]


# --- what is refused -----------------------------------------------------------------------------------


def test_what_would_do_nothing_or_hide_a_question_is_refused(desk: Desk) -> None:
    desk.came("a1", 1)
    desk.came("a2", 3, re="a1")
    desk.came("b1", 3.5, who=BEN)
    desk.came("e1", 3.5, who=BEN, school="elm")
    desk.polled(4)
    desk.type("O1 called", 5, at="today 10:00")  # sets a2 free, after b1: O3
    desk.type("O1 undo", 5)
    part = "O3 is part of O1, which would stay open. Nothing was recorded."
    for words, sentence in {
        "O3 no-reply-needed": part,
        "O3 duplicate-of O2": part,
        "O1 duplicate-of O1": "O1 cannot be a duplicate of itself.",
        "O1 duplicate-of O3": "O1 and O3 are one case.",
        "merge O1 O1": "O1 cannot be merged with itself.",
        "merge O3 O1": "O3 and O1 are one case.",
        "merge O1 E1": "O1 and E1 came to two schools, and each answers for its own.",
        "move O1 oak": "O1 is with that school already.",
        "assign O1 anna@quill.example": "Which role? It is a few words, and neither a name nor an address.",
        f"assign O1 {'x' * 61}": "Which role? It is a few words, and neither a name nor an address.",
        "O1 confirm": "There is nothing to confirm on O1.",
        "O1 reopen": "O1 is open already.",
        "O9 called": "O9 is no case. Nothing was recorded.",
        "O1 duplicate-of E7": "E7 is no case. Nothing was recorded.",
        "m99 enquiry": "m99 is no message. Nothing was recorded.",
        "m1 enquiry": "m1 is a case already (O1).",
        "m1 called": "m1 is a single message: it can only be made an enquiry, or be marked safeguarding. It belongs to O1.",
    }.items():  # fmt: skip
        assert refused(desk, words) == sentence


@pytest.mark.parametrize("word", ["undo", "reopen", "confirm", "safeguarding", "enquiry"])
def test_a_word_that_holds_from_now_takes_no_earlier_time(desk: Desk, word: str) -> None:
    desk.came("a1", 1)
    desk.polled(2)
    sentence = refused(desk, f"O1 {word}", at="today 11:00")
    assert sentence == f"{word} holds from now, not from an earlier time."


def test_duplicates_in_a_circle_would_leave_nobody_to_answer(desk: Desk) -> None:
    for number, who in enumerate((ANNA, BEN, "Cleo <cleo@home.example>"), 1):
        desk.came(f"x{number}", number / 10, who=who)
    desk.polled(2)
    desk.type("O1 duplicate-of O2", 3)
    desk.type("O2 duplicate-of O3", 4)
    assert "O2 is set aside (duplicate-of)" in refused(desk, "O2 duplicate-of O1")
    for words in ("O3 duplicate-of O1", "O3 duplicate-of O2"):
        assert "then nobody would be answered" in refused(desk, words)
    assert [bool(j.case.excluded) for j in desk.cases().values()] == [True, True, False]


def test_a_duplicate_may_be_of_another_schools_case_and_says_of_which(desk: Desk) -> None:
    from commsla.core.local import local_date
    from commsla.core.words import to_do

    desk.came("a1", 1)
    desk.came("e1", 1, who=BEN, school="elm")
    desk.polled(2)
    [marked] = desk.type("O1 duplicate-of E1", 3)
    assert marked.judged is not None
    assert to_do(marked.judged, local_date(desk.at(3))) == ["a duplicate of E1"]


def test_a_moved_case_is_the_other_schools_and_back_again(desk: Desk) -> None:
    desk.came("a1", 1)
    desk.polled(2)
    desk.type("move O1 elm", 3)
    moved = desk.cases()["O1"]
    assert (moved.case.school, moved.case.received) == ("elm", desk.at(1))
    oak, elm = desk.status(4).schools
    assert (sum(oak.counts.values()), sum(elm.counts.values())) == (0, 1)
    desk.sent("o1", 5, re="a1", body=FULL, school="elm")
    desk.polled(6)
    assert desk.cases()["O1"].case.responded
    desk.type("move O1 oak", 7)
    assert desk.cases()["O1"].case.school == "oak"
    desk.type("O1 undo", 8)
    assert desk.cases()["O1"].case.school == "elm"


def test_all_or_none(desk: Desk) -> None:
    desk.came("a1", 1)
    desk.came("b1", 1.5, who=BEN)
    desk.polled(2)
    assert refused(desk, "O1 O2 O7 called") == "O7 is no case. Nothing was recorded."
    desk.type("O1 called", 3)
    assert refused(desk, "O1 O2 reopen") == "O2 is open already."


def test_nothing_is_merged_with_what_is_settled_or_set_aside(desk: Desk) -> None:
    desk.came("a1", 1)
    desk.came("b1", 1.5, who=BEN)
    desk.came("c1", 2, who="Cleo <cleo@home.example>")
    desk.polled(3)
    desk.type("O1 called", 4)
    desk.type("O2 not-for-us", 4)
    for words in ("merge O3 O1", "merge O1 O3", "merge O3 O2"):
        assert "is settled: what is merged with it would count as answered" in refused(desk, words)
    assert "then nobody would be answered" in refused(desk, "O3 duplicate-of O2")
    desk.type("O3 duplicate-of O1", 5)  # it was answered: by the call about the other


def test_a_duplicate_of_what_was_answered_before_it_came_would_never_be_answered(
    desk: Desk,
) -> None:
    desk.came("a1", 1)
    desk.polled(2)
    desk.type("O1 called", 3)
    desk.came("n1", 4)
    desk.came("n2", 5, more="X: 1\r\n")
    desk.polled(6)
    said = refused(desk, "O2 duplicate-of O1")
    assert said.startswith("O1 was answered today 11:00, before O2 came today 12:00: then nobody")
    desk.type("O3 duplicate-of O2", 7)
    desk.type("O1 undo", 7)
    desk.type("O2 duplicate-of O1", 7)
    desk.type("O1 called", 8)  # after all three had come: it answers them
    desk.came("n3", 9, more="X: 2\r\n")
    desk.polled(10)
    said = refused(desk, "O4 duplicate-of O3", 11)
    assert said.startswith("O1 was answered today 16:00, before O4 came today 17:00")


def test_a_duplicate_of_a_duplicate_of_what_was_set_aside_is_refused(desk: Desk) -> None:
    for number in range(3):
        desk.came(f"x{number}", 1 + number / 10, more=f"X: {number}\r\n")
    desk.polled(2)
    desk.type("O2 duplicate-of O1", 3)
    desk.type("O1 not-for-us", 4)
    assert refused(desk, "O3 duplicate-of O2").startswith("O1 is set aside (not-for-us)")


def test_a_case_that_was_called_by_mistake_is_owed_again_as_if_it_never_was(desk: Desk) -> None:
    desk.came("a1", 1)
    desk.polled(2)
    before = desk.cases(9)["O1"]
    desk.type("O1 called", 3)
    desk.type("O1 reopen", 4)
    after = desk.cases(9)["O1"]
    assert after.verdicts == before.verdicts
    desk.type("O1 acknowledged", 5)
    desk.type("O1 reopen", 6)
    assert desk.cases(9)["O1"].verdicts == before.verdicts
    assert refused(desk, "O1 reopen") == "O1 is open already."


def test_a_word_that_would_change_nothing_is_refused_with_the_way_out(desk: Desk) -> None:
    desk.came("a1", 1)
    desk.came("b1", 1.5, who=BEN)
    desk.polled(2)
    desk.type("O1 called", 3)
    for word in ("holding", "acknowledged"):
        assert 'O1 is recorded as "called"' in refused(desk, f"O1 {word}")
    desk.type("O2 no-reply-needed", 3)
    for word in ("called", "holding", "not-for-us"):
        assert "O2 is set aside (no-reply-needed)" in refused(desk, f"O2 {word}")
    desk.type("O2 undo", 4)
    desk.type("O2 called", 5)


def test_a_mail_of_ours_is_no_enquiry(desk: Desk) -> None:
    desk.came("a1", 1)
    desk.sent("o1", 2, re="a1", body=FULL)
    desk.polled(3)
    [ours] = [m.id for m in desk.ledger.messages() if m.role is Role.SENT]
    assert "a mail of ours" in refused(desk, f"m{ours} enquiry")


def test_a_case_of_a_school_that_left_the_config_is_never_passed_over_in_silence(
    desk: Desk,
) -> None:
    desk.came("a1", 1)
    desk.polled(2)
    desk.type("move O1 elm", 3)
    left = replace(CONFIG, schools=CONFIG.schools[:1])
    found = status(left, desk.ledger, DAYS, desk.at(4), left.schools)
    assert not found.can_be_trusted
    assert any(w.startswith('1 unanswered case belongs to "elm"') for w in notices.warnings(found))
    assert "Nothing to do" not in notices.headline(found)
    both = status(CONFIG, desk.ledger, DAYS, desk.at(4), CONFIG.schools)
    assert not both.strays


def test_one_person_is_known_by_the_address_or_by_the_name_of_a_call(desk: Desk) -> None:
    desk.came("a1", 1)
    desk.came("b1", 1.5, who=BEN)
    desk.came("a2", 2, who="Dr A Quillfeather <ANNA@quill.example>", more="X: 1\r\n")
    desk.polled(3)
    for who in ("anna  quillfeather", "Mrs Dunn"):
        log(CONFIG, desk.ledger, DAYS, desk.at(4), Entry(CONFIG.schools[0], Channel.PHONE, who))
    for typed in ("merge O3 O1", "O4 duplicate-of O1", "O1 duplicate-of O4"):
        desk.type(typed, 5, different=False)
        desk.type(f"{typed.split()[1] if typed[0] == 'm' else typed[:2]} undo", 5)
    for typed in ("merge O2 O1", "merge O1 O2", "O5 duplicate-of O1", "O2 duplicate-of O4"):
        with pytest.raises(UsageError) as slip:
            desk.type(typed, 5, different=False)
        assert slip.value.hint.endswith("add --different-people")
    assert "O5 is from Mrs Dunn and O2 from Ben" in refused(desk, "merge O5 O2", different=False)
    desk.type("merge O2 O1", 6)  # two parents
    desk.came("b2", 7, who=BEN, more="X: 2\r\n")
    desk.polled(8)
    desk.type("merge O6 O1", 9, different=False)  # whose other parent is known by now
    assert sorted(desk.cases()) == ["O1", "O3", "O4", "O5"]


def test_a_mark_that_is_dated_far_back_forgets_nothing_before_it_can_be_undone(desk: Desk) -> None:
    desk.came("a1", -20)
    desk.polled(1)
    late = 24 * 40
    desk.type("O1 called", late, at="24 Nov 2025 09:00", note="rang her")
    desk.polled(late + 1)
    assert desk.cases()["O1"].case.marks[0].note == "rang her"
    desk.type("O1 undo", late + 24)
    desk.polled(late + 24 * 40)
    writer = desk.cases()["O1"].case.writer
    assert writer is not None
    assert writer.name == "Anna Quillfeather"
    desk.type("O1 called", late + 24 * 40, at="24 Nov 2025 09:00")
    desk.polled(late + 24 * 71)
    writer = desk.cases()["O1"].case.writer
    assert writer is not None
    assert writer.name is None


def test_a_mark_wipes_nothing_that_is_only_due(desk: Desk) -> None:
    desk.came("a1", 1)
    desk.came("b1", 1.5, who=BEN)
    desk.polled(2)
    desk.type("O1 called", 3)
    desk.type("O2 called", 24 * 60)
    assert b"Quillfeather" in desk.bytes_on_disk()
    desk.polled(24 * 60 + 1)
    assert b"Quillfeather" not in desk.bytes_on_disk()
    assert b"Ashgrove" in desk.bytes_on_disk()


def test_a_role_that_was_taken_back_is_forgotten_with_the_names(desk: Desk) -> None:
    desk.came("a1", 1)
    desk.polled(2)
    desk.type("assign O1 Zebedee", 3)
    desk.type("O1 undo", 4)
    assert b"Zebedee" in desk.bytes_on_disk()
    desk.type("O1 called", 5)
    desk.polled(24 * 40)
    assert b"Zebedee" not in desk.bytes_on_disk()
    assert desk.story("O1")[-3:] == ["assign (taken back)", "undo assign", "called"]
