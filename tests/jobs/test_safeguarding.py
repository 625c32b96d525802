"""A case about safeguarding: who and what are gone from every byte of the ledger, at once and for good."""

from __future__ import annotations

import json
from datetime import date

import pytest

from commsla.core.model import Role, State
from commsla.core.words import notes
from commsla.edges.jsonview import status_data
from commsla.edges.plain import marked_lines, status_lines
from commsla.errors import CommslaError
from tests.jobs.desk import Desk, desk

__all__ = ["desk"]
TODAY = date(2025, 11, 24)
NAMES = ("Quillfeather", "anna@quill", "Zebra", "quill.example")


def told(desk: Desk) -> list[str]:
    """The names that are still somewhere: in any file of the state folder, or shown by status."""
    shown = desk.status(100)
    words = "\n".join(status_lines(shown, {"oak": "Oak", "elm": "Elm"}, everything=True))
    words += json.dumps(status_data(shown))
    bytes_ = desk.bytes_on_disk()
    return [n for n in NAMES if n in words or n.encode() in bytes_]


def asked(desk: Desk) -> None:
    desk.came("a1", 1, more="Reply-To: Anna <anna@quill.example>\r\n")
    desk.came("a2", 1.5, re="a1")
    desk.sent("o1", 2, re="a1", body="Dear Anna, we look into it.")
    desk.polled(3)


def test_the_names_are_gone_at_once_from_every_byte_and_stay_gone(desk: Desk) -> None:
    asked(desk)
    assert told(desk) == list(NAMES)
    desk.type("O1 called", 4, note="rang Anna Quillfeather about the Zebra")
    desk.type("O1 no-reply-needed", 4)
    desk.type("O1 safeguarding", 5)
    assert told(desk) == []
    judged = desk.cases()["O1"]
    assert {v.state for v in judged.verdicts} == {State.EXCLUDED}
    desk.boxes["oak"].made_anew("INBOX")
    desk.boxes["oak"].made_anew("Sent")
    desk.polled(6)
    assert told(desk) == []
    desk.type("O1 undo", 7)
    undone = desk.cases()["O1"]
    assert "forgotten" not in "".join(notes(undone, {})), "nothing is owed on it"
    assert (undone.case.excluded and undone.case.excluded.word.value) == "no-reply-needed"
    assert told(desk) == []


def test_what_is_owed_without_a_name_says_where_to_look(desk: Desk) -> None:
    desk.came("a1", 1)
    desk.polled(2)
    assert notes(desk.cases(3)["O1"], {}) == []
    desk.type("O1 safeguarding", 3)
    desk.type("O1 undo", 4)
    assert notes(desk.cases(5)["O1"], {}) == [
        "its names were forgotten: look in the mailbox by its time"
    ]


def test_a_poll_that_is_cut_off_shows_no_name_that_was_forgotten(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked(desk)
    desk.type("O1 safeguarding", 5)
    desk.boxes["oak"].made_anew("INBOX")

    def power_cut(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(desk.ledger, "note_read", power_cut)
        with pytest.raises(KeyboardInterrupt):
            desk.poll(desk.at(6))
    assert len(desk.ledger.messages("oak")) > 3, "it was read again"
    assert told(desk) == []


def test_the_same_mail_at_the_other_school_is_forgotten_and_not_counted(desk: Desk) -> None:
    for school in ("oak", "elm"):
        desk.came("a1", 1, school=school)
    desk.polled(3)
    desk.type("E1 safeguarding", 5)
    assert told(desk) == []
    assert [bool(j.case.excluded) for j in desk.cases().values()] == [True, True]
    desk.type("E1 undo", 6)
    assert [bool(j.case.excluded) for j in desk.cases().values()] == [False, False]


def test_no_text_is_read_of_the_same_mail_at_the_other_school(desk: Desk) -> None:
    for school in ("oak", "elm"):
        desk.came("a1", 1, school=school)
    desk.polled(2)
    desk.type("E1 safeguarding", 3)
    desk.sent("o1", 4, re="a1", body="Dear Anna, we look into it.")
    desk.polled(5)
    assert desk.boxes["oak"].asked == []


def test_only_undo_takes_it_back(desk: Desk) -> None:
    asked(desk)
    desk.type("O1 safeguarding", 5)
    for words in ("O1 called", "O1 reopen", "O1 holding", "O1 not-for-us", "assign O1 Head"):
        with pytest.raises(CommslaError) as refused:
            desk.type(words, 6)
        assert refused.value.message == "O1 is about safeguarding and counts in no target."
        assert "undo" in refused.value.hint


def test_what_the_parent_writes_later_is_owed(desk: Desk) -> None:
    asked(desk)
    desk.came("a3", 4, re="a1")  # not read yet
    desk.type("O1 safeguarding", 5)
    desk.polled(6)
    assert [bool(j.case.excluded) for j in desk.cases(7).values()] == [True, False]


CARL = "Carl Quillfeather <carl@quill.example>"


def test_further_mail_of_the_conversation_is_owed_and_has_no_name(desk: Desk) -> None:
    asked(desk)
    desk.type("O1 safeguarding", 5)
    desk.came("a3", 6, re="a1")
    desk.polled(7)
    assert told(desk) == []
    desk.came("a4", 8, re="o1")  # she answers what we wrote
    desk.came("c1", 9, re="a3", who=CARL)  # and her brother what she wrote
    desk.came("l1", 10, re="a3", more="Auto-Submitted: auto-replied\r\n")
    desk.sent("o3", 11, re="a3", body="Dear Anna, we will get back to you as soon as we can.")
    desk.polled(12)
    assert told(desk) == []
    later = [desk.cases()[ref] for ref in ("O2", "O3")]
    assert all(j.case.guarded and not j.case.excluded and j.next for j in later)
    assert later[0].case.acknowledged, "our reply found it"
    shown = "\n".join(status_lines(desk.status(12), {"oak": "Oak", "elm": "Elm"}, everything=False))
    assert "on a matter of safeguarding: names are not kept, look in the mailbox" in shown
    assert "(name wiped) wrote" in desk.story("O2")[0]
    with pytest.raises(CommslaError) as noted:
        desk.type("O2 called", 13, note="rang Anna Quillfeather")
    assert noted.value.message.startswith("A note is kept only as long as")
    desk.type("O2 called", 13)
    desk.boxes["oak"].made_anew("INBOX")
    desk.polled(14)
    assert told(desk) == []


def test_what_else_she_writes_keeps_its_names(desk: Desk) -> None:
    asked(desk)
    desk.type("O1 safeguarding", 5)
    desk.came("n1", 6)
    desk.polled(7)
    assert told(desk) == list(NAMES)
    assert not desk.cases()["O2"].case.guarded


def test_two_mails_on_one_that_nobody_saw_are_one_conversation_of_one_person(desk: Desk) -> None:
    desk.came("a1", 1, re="lost")
    desk.polled(2)
    desk.type("O1 safeguarding", 3)
    desk.came("a2", 4, re="lost")
    desk.polled(5)
    assert told(desk) == []
    desk.came("c1", 6, re="lost", who=CARL)
    desk.polled(7)
    assert "Carl Quillfeather" in "".join(desk.story("O3"))


def test_after_an_undo_further_mail_shows_its_names(desk: Desk) -> None:
    asked(desk)
    desk.type("O1 safeguarding", 5)
    desk.type("O1 undo", 6)
    desk.came("a3", 7, re="a1")
    desk.polled(8)
    assert told(desk) == list(NAMES)


@pytest.mark.parametrize("named", ["In-Reply-To", "References"])
def test_a_poll_that_is_cut_off_keeps_no_name_of_further_mail(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, named: str
) -> None:
    asked(desk)
    desk.type("O1 safeguarding", 5)
    desk.came("a3", 6, more=f"{named}: <a1@x>\r\n")

    def power_cut(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(desk.ledger, "note_read", power_cut)
        with pytest.raises(KeyboardInterrupt):
            desk.poll(desk.at(7))
    assert any(m.received == desk.at(6) for m in desk.ledger.messages("oak")), "it was kept"
    assert told(desk) == []


def test_a_message_without_a_clock_and_what_is_written_on_it(desk: Desk) -> None:
    desk.came("n1", 1, more="Precedence: bulk\r\nList-Id: <x.example>\r\n")
    desk.polled(2)
    assert told(desk) == list(NAMES)
    [item] = desk.status(3).not_tracked
    named = f"m{item.message.id}"
    assert list(marked_lines(desk.type(f"{named} safeguarding", 3), TODAY, dry_run=False)) == [
        f"{named}: safeguarding (today 11:00)"
    ]
    assert told(desk) == []
    for words in (f"{named} enquiry", f"{named} safeguarding"):
        with pytest.raises(CommslaError) as refused:
            desk.type(words, 4)
        assert refused.value.message == f"{named} is about safeguarding and counts in no target."
    desk.came("a1", 5, re="n1")
    desk.polled(6)
    assert told(desk) == []
    assert desk.cases()["O1"].next
    desk.type(f"{named} undo", 7)
    assert not desk.cases()["O1"].case.guarded
    again = marked_lines(desk.type(f"{named} safeguarding", 7.5), TODAY, dry_run=False)
    assert list(again)[-1] == "    the same matter, and without its names now: O1"
    desk.type(f"{named} undo", 7.6)
    desk.type(f"{named} enquiry", 8)
    assert told(desk) == []
    [judged] = desk.cases().values()
    assert len(judged.case.messages) == 2, "what she wrote on it is part of it again"


def test_a_message_of_a_case_takes_the_case_along_and_ours_is_none(desk: Desk) -> None:
    asked(desk)
    ours = next(m for m in desk.ledger.messages("oak") if m.role is Role.SENT)
    with pytest.raises(CommslaError) as refused:
        desk.type(f"m{ours.id} safeguarding", 5)
    assert refused.value.message == f"m{ours.id} is a mail of ours."
    second = next(m for m in desk.ledger.messages("oak") if m.received == desk.at(1.5))
    desk.type(f"m{second.id} safeguarding", 5)
    assert told(desk) == []
    assert desk.cases()["O1"].case.excluded


def test_a_joined_mail_takes_its_whole_case_along(desk: Desk) -> None:
    desk.came("a1", 1)
    desk.came("a2", 3, re="a1")
    desk.polled(4)
    desk.type("O1 called", 5, at="today 10:00")
    desk.type("O1 undo", 5)
    desk.type("O2 safeguarding", 6)  # O2 is part of O1 again
    assert told(desk) == []


@pytest.mark.parametrize("marked", ["O1", "O2"])
def test_a_duplicate_is_the_same_matter_whichever_of_the_two_is_marked(
    desk: Desk, marked: str
) -> None:
    asked(desk)
    desk.came("c1", 3.5, who=CARL)
    desk.polled(4)
    desk.type("O2 duplicate-of O1", 5, note="her brother Carl Quillfeather")
    desk.type(f"{marked} safeguarding", 6)
    assert told(desk) == []
    assert "Carl" not in "".join(desk.story("O2"))
    assert [j.case.guarded for j in desk.cases().values()] == [True, True]


def test_what_is_called_a_duplicate_of_guarded_mail_is_forgotten_at_once(desk: Desk) -> None:
    asked(desk)
    desk.type("O1 safeguarding", 5)
    desk.came("a3", 6, re="a1")
    desk.came("n1", 7)
    desk.polled(8)
    assert told(desk) == list(NAMES)
    assert [len(m.guarded) for m in desk.type("O3 duplicate-of O2", 9)] == [0], "it was named"
    assert told(desk) == []


def test_the_mail_before_the_disclosure_is_forgotten_too_and_stays_owed(desk: Desk) -> None:
    desk.came("a1", 1)
    desk.polled(1.5)
    desk.came("a2", 2, re="a1")
    desk.type("O1 called", 2.5)  # which does not cover the second mail
    desk.polled(3)
    desk.type("O1 reopen", 4)
    [marked] = desk.type("O2 safeguarding", 5)
    assert list(marked_lines([marked], desk.at(5).date(), dry_run=False))[-1] == (
        "    the same matter, and without its names now: O1"
    )
    assert told(desk) == []
    first, second = (desk.cases()[r].case for r in ("O1", "O2"))
    assert (first.excluded, first.guarded, second.excluded is not None) == (None, True, True)
    assert desk.cases()["O1"].next, "it is owed as before"
