"""Folders of the config from poll to mark: what is taken back, and what lay there before it was read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from commsla.core.case import Case
from commsla.core.model import State, Word
from commsla.core.verdicts import Section, Verdict
from commsla.errors import CommslaError, MailboxError
from commsla.jobs.cases import fold_all, judge_all
from commsla.jobs.mark import Wish, mark
from commsla.jobs.references import read_mark
from tests.jobs.test_poll import DAYS, NOW, Office
from tests.jobs.test_second_look import asks, polls, with_folders

FOLDERS = with_folders(("Phoned", Word.CALLED))
HOUR = timedelta(hours=1)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path / "state")
    box = made.boxes["oak"]
    box.mail["Phoned"], box.next_uid["Phoned"], box.uidvalidity["Phoned"] = [], 1, 5
    yield made
    made.ledger.close()


def typed(office: Office, words: str, hours: float) -> str:
    """Records it and says what the ledger keeps of it."""
    subjects, word, other = read_mark(words.split())
    wish = Wish(subjects, word, "sue", None, "", other)
    [marked] = mark(FOLDERS, office.ledger, DAYS, NOW + hours * HOUR, wish)
    return f"{marked.mark.word.value} {marked.mark.detail}".strip()


def case_of(office: Office) -> Case:
    [case] = fold_all(FOLDERS, office.ledger).cases
    return case


def test_a_mail_that_was_filed_by_mistake_is_taken_back_by_undo(office: Office) -> None:
    polls(office, -24, FOLDERS)
    asks(office.boxes["oak"], "anna")
    polls(office, 0, FOLDERS)
    typed(office, "O1 acknowledged", 1)
    asks(office.boxes["oak"], "anna", folder="Phoned")
    polls(office, 2, FOLDERS)
    assert case_of(office).responded
    assert typed(office, "O1 undo", 3) == "undo called"
    case = case_of(office)
    assert (bool(case.acknowledged), case.responded) == (True, None)
    assert typed(office, "O1 undo", 4) == "undo acknowledged"
    assert case_of(office).acknowledged is None
    with pytest.raises(CommslaError, match="has no mark to undo"):
        typed(office, "O1 undo", 5)


def test_what_was_typed_after_it_was_filed_is_undone_first(office: Office) -> None:
    polls(office, -24, FOLDERS)
    asks(office.boxes["oak"], "anna", folder="Phoned")
    polls(office, 0, FOLDERS)
    typed(office, "O1 reopen", 1)
    assert typed(office, "O1 undo", 2) == "undo reopen"
    assert case_of(office).responded
    assert typed(office, "O1 undo", 3) == "undo called"
    assert case_of(office).responded is None


@pytest.mark.parametrize("interrupted", [False, True])
def test_a_folder_that_is_named_later_makes_nothing_late(office: Office, interrupted: bool) -> None:
    box = office.boxes["oak"]
    polls(office, -24)
    for name in ("anna", "ben", "cleo", "dora"):
        asks(box, name, folder="Phoned")
    if interrupted:
        box.break_after = 1  # of the three chunks that INBOX, Sent and the folder are
        [oak, _] = office.poll(NOW + 24 * 20 * HOUR, config=FOLDERS)
        assert isinstance(oak.trouble, MailboxError)
        box.break_after = None
    polls(office, 24 * 20 + 1, FOLDERS)
    judged = judge_all(FOLDERS, office.ledger, DAYS, NOW + 24 * 20 * HOUR + 2 * HOUR).cases
    assert {j.section for j in judged} == {Section.CONFIRM}
    assert len(judged) == 4
    typed(office, "O1 confirm", 24 * 20 + 2)
    judged = judge_all(FOLDERS, office.ledger, DAYS, NOW + 24 * 20 * HOUR + 3 * HOUR).cases
    assert [j.section for j in judged].count(Section.SETTLED) == 1


def respond(office: Office, hours: float) -> Verdict:
    [judged] = judge_all(FOLDERS, office.ledger, DAYS, NOW + hours * HOUR).cases
    return judged.respond


@pytest.mark.parametrize("looked", ["refused", "not named"])
def test_what_was_filed_while_its_folder_was_not_read_is_not_late(
    office: Office, looked: str
) -> None:
    box = office.boxes["oak"]
    polls(office, -24, FOLDERS)
    asks(box, "anna")
    polls(office, 0, FOLDERS)
    asks(box, "anna", folder="Phoned")  # an hour later
    kept = box.mail.pop("Phoned")
    for day in range(1, 9):
        if looked == "not named":
            polls(office, 24 * day)
        else:
            office.poll(NOW + 24 * day * HOUR, config=FOLDERS)
    box.mail["Phoned"] = kept
    polls(office, 24 * 9, FOLDERS)
    found = respond(office, 24 * 9 + 1)
    if looked == "not named":  # nobody knows since when: it was not looked at
        assert found.state is State.INFERRED
    else:
        assert (found.state, found.done and found.done.at) == (State.MET, NOW)
    cleo = asks(box, "cleo", ago=-24 * 9)
    polls(office, 24 * 10, FOLDERS)
    box.mail["INBOX"] = [m for m in box.mail["INBOX"] if m.uid != cleo]
    asks(box, "cleo", folder="Phoned", ago=-24 * 9)
    polls(office, 24 * 11, FOLDERS)
    last = judge_all(FOLDERS, office.ledger, DAYS, NOW + 24 * 11 * HOUR).cases[-1]
    assert last.respond.done, "it is read as before"
    assert last.respond.done.at == NOW + 24 * 10 * HOUR
