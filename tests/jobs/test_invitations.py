"""A calendar's answer hides its calendar among other parts: the poll looks inside before it is a case."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from commsla.core.model import Kind
from commsla.jobs.cases import fold_all
from tests.jobs.test_poll import CONFIG, NOW, Office

CORPUS = Path(__file__).parents[1] / "mail" / "messages"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path / "state")
    yield made
    made.ledger.close()


def deliver(office: Office, raw: bytes) -> None:
    box = office.boxes["oak"]
    headers = raw.replace(b"\r\n", b"\n").partition(b"\n\n")[0].decode("latin-1") + "\n\n"
    uid = box.put("INBOX", NOW - timedelta(hours=1), headers)
    box.raws["INBOX", uid] = raw


@pytest.mark.parametrize("number", ["130", "133", "139", "141", "142"])
def test_a_calendars_answer_is_no_case(office: Office, number: str) -> None:
    deliver(office, (CORPUS / f"{number}.eml").read_bytes())
    office.poll()
    found = fold_all(CONFIG, office.ledger)
    assert found.cases == ()
    assert [n.kind for n in found.not_tracked] == [Kind.INVITATION]
    assert office.ledger.references() == {}, "no number was given away for it"


def test_a_person_who_writes_such_a_subject_stays_an_enquiry_and_is_asked_once(
    office: Office,
) -> None:
    deliver(
        office,
        b"From: anna@home.example\nSubject: Cancelled: swimming on Friday?\nMessage-ID: <a1@x>\n\nIs it?\n",
    )
    office.poll()
    asked = len(office.ledger.texts())
    office.poll(NOW + timedelta(hours=1))
    [case] = fold_all(CONFIG, office.ledger).cases
    assert case.doubt.startswith("perhaps an invitation")
    assert asked == len(office.ledger.texts()) == 1
