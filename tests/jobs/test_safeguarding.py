"""A case about safeguarding: who and what are gone from every byte of the ledger, at once and for good."""

from __future__ import annotations

import json

import pytest

from commsla.core.model import State
from commsla.edges.jsonview import status_data
from commsla.edges.plain import status_lines
from commsla.errors import CommslaError
from tests.jobs.desk import Desk, desk

__all__ = ["desk"]
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
    assert (undone.case.excluded and undone.case.excluded.word.value) == "no-reply-needed"
    assert told(desk) == []


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


def test_a_joined_mail_takes_its_whole_case_along(desk: Desk) -> None:
    desk.came("a1", 1)
    desk.came("a2", 3, re="a1")
    desk.polled(4)
    desk.type("O1 called", 5, at="today 10:00")
    desk.type("O1 undo", 5)
    desk.type("O2 safeguarding", 6)  # O2 is part of O1 again
    assert told(desk) == []
