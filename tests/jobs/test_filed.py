"""Folders of the config from poll to mark: what is taken back, and what lay there before it was read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from commsla.core.case import Case
from commsla.core.model import Word
from commsla.core.verdicts import Section
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
