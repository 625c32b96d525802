"""What an office throws away unanswered is listed apart; what it files elsewhere is not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from commsla.core.verdicts import Judged, Section
from commsla.jobs import gone
from commsla.jobs.cases import judge_all
from tests.jobs.fakes import FakeMailbox
from tests.jobs.test_poll import CONFIG, DAYS, NOW, Office

MAIL = "From: anna@home.example\r\nSubject: s\r\nMessage-ID: <a1@x>\r\nDate: 24 Nov 2025 07:00\r\n"
LATER = NOW + timedelta(days=9)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path / "state")
    for folder in ("Junk", "Deleted", "Filed"):
        made.boxes["oak"].uidvalidity[folder] = 3
        made.boxes["oak"].mail[folder] = []
        made.boxes["oak"].next_uid[folder] = 1
    yield made
    made.ledger.close()


def moved(box: FakeMailbox, uid: int, folder: str) -> None:
    """Moved by the mail program: the same mail under another number, gone where it was."""
    [mail] = [m for m in box.mail["INBOX"] if m.uid == uid]
    box.mail["INBOX"].remove(mail)
    assert mail.received is not None
    assert mail.headers is not None
    box.put(folder, mail.received, mail.headers.decode())


def stands(office: Office) -> list[Judged]:
    return list(judge_all(CONFIG, office.ledger, DAYS, LATER).cases)


@pytest.mark.parametrize(
    ("folder", "section"),
    [("Junk", Section.GONE), ("Deleted", Section.GONE), ("Filed", Section.OVERDUE)],
)
def test_thrown_away_is_listed_apart_and_its_clock_runs(
    office: Office, folder: str, section: Section
) -> None:
    box = office.boxes["oak"]
    uid = box.put("INBOX", NOW - timedelta(hours=1), MAIL)
    box.put("Junk", NOW - timedelta(hours=1))  # what else is thrown away is nobody's business
    office.poll()
    assert [j.section for j in stands(office)] == [Section.OVERDUE]
    moved(box, uid, folder)
    office.poll(NOW + timedelta(hours=1))
    assert [j.section for j in stands(office)] == [Section.OVERDUE], "one poll is not sure"
    office.poll(NOW + timedelta(hours=2))
    [judged] = stands(office)
    assert judged.section is section
    assert judged.next is not None, "vanished is never answered"
    assert len(office.ledger.messages()) == 1, "nothing of Junk or Deleted is kept"


@pytest.mark.parametrize(("others", "section"), [(5, Section.GONE), (6, Section.OVERDUE)])
def test_of_a_folder_only_so_many_headers_are_looked_at(
    office: Office, monkeypatch: pytest.MonkeyPatch, others: int, section: Section
) -> None:
    monkeypatch.setattr(gone, "_MOST", 6)  # the fake gives three at a time
    box = office.boxes["oak"]
    uid = box.put("INBOX", NOW - timedelta(hours=1), MAIL)
    office.poll()
    for _ in range(others):
        box.put("Junk", NOW - timedelta(hours=1))
    moved(box, uid, "Junk")
    office.poll(NOW + timedelta(hours=1))
    office.poll(NOW + timedelta(hours=2))
    assert [j.section for j in stands(office)] == [section]


def test_what_comes_back_to_the_inbox_is_no_longer_gone(office: Office) -> None:
    box = office.boxes["oak"]
    uid = box.put("INBOX", NOW - timedelta(hours=1), MAIL)
    office.poll()
    moved(box, uid, "Deleted")
    office.poll(NOW + timedelta(hours=1))
    office.poll(NOW + timedelta(hours=2))
    assert [j.section for j in stands(office)] == [Section.GONE]
    box.put("INBOX", NOW - timedelta(hours=1), MAIL)
    office.poll(NOW + timedelta(hours=3))
    [judged] = stands(office)
    assert judged.section is Section.OVERDUE


def test_a_folder_that_was_made_anew_hides_nothing(office: Office) -> None:
    box = office.boxes["oak"]
    box.put("INBOX", NOW - timedelta(hours=1), MAIL)
    office.poll()
    box.made_anew("INBOX")
    office.poll(NOW + timedelta(hours=1))
    assert [j.section for j in stands(office)] == [Section.OVERDUE]
    assert office.ledger.vanished() == {}


def test_what_turns_up_in_another_polled_folder_at_the_next_poll_is_not_gone(
    office: Office,
) -> None:
    oak, elm = CONFIG.schools
    box = replace(oak.mailboxes[0], inboxes=("Filed",))
    config = replace(CONFIG, schools=(replace(oak, mailboxes=(box,)), elm))
    held = office.boxes["oak"]
    uid = held.put("INBOX", NOW - timedelta(hours=1), MAIL)
    office.poll(config=config)
    moved(held, uid, "Deleted")  # as programs move: by way of Deleted
    office.poll(NOW + timedelta(hours=1), config=config)
    held.mail["INBOX"], held.mail["Deleted"] = held.mail["Deleted"], []
    moved(held, 1, "Filed")
    for hours in (2, 3):
        office.poll(NOW + timedelta(hours=hours), config=config)
        assert [j.section for j in stands(office)] == [Section.OVERDUE]


def test_thrown_away_one_poll_after_it_was_filed_is_gone_as_well(office: Office) -> None:
    box = office.boxes["oak"]
    uid = box.put("INBOX", NOW - timedelta(hours=1), MAIL)
    office.poll()
    moved(box, uid, "Filed")
    office.poll(NOW + timedelta(hours=1))
    box.put("Deleted", NOW - timedelta(hours=1), MAIL)
    office.poll(NOW + timedelta(hours=2))
    assert [j.section for j in stands(office)] == [Section.GONE]


def test_missing_for_one_poll_only_is_nothing(office: Office) -> None:
    box = office.boxes["oak"]
    box.put("INBOX", NOW - timedelta(hours=1), MAIL)
    office.poll()
    held, box.mail["INBOX"] = box.mail["INBOX"], []  # the server forgot it for a moment
    box.put("Deleted", NOW - timedelta(hours=1), MAIL)
    office.poll(NOW + timedelta(hours=1))
    assert len(office.ledger.missing()) == 1
    box.mail["INBOX"] = held
    office.poll(NOW + timedelta(hours=2))
    assert (office.ledger.missing(), office.ledger.vanished()) == (set(), {})
    assert [j.section for j in stands(office)] == [Section.OVERDUE]
