"""What a mark or a delivery report speaks of is folded together with it, though no header joins them."""

from __future__ import annotations

import pytest

from commsla.core.model import Meaning, TextFact
from commsla.jobs.apart import Apart
from tests.jobs.desk import ANNA, Desk, desk
from tests.jobs.test_poll import CONFIG

__all__ = ["desk"]
BEN = "Ben Ashgrove <ben@ashgrove.example>"
CARL = "Carl Oakley <carl@oakley.example>"


def near(desk: Desk, number: int) -> set[int]:
    """The numbers of all that is folded together with a message."""
    around = Apart(CONFIG, desk.ledger).around({number})
    return {m.id for held in around for m in held.messages}


def numbers(desk: Desk) -> dict[str, int]:
    """The ledger's numbers by when it came, in hours."""
    messages = sorted(desk.ledger.messages("oak"), key=lambda m: m.received)
    return dict(zip(("first", "second", "third", "fourth"), [m.id for m in messages], strict=False))


@pytest.mark.parametrize("words", ["merge O2 O1", "O2 duplicate-of O1", "O1 duplicate-of O2"])
def test_two_people_whose_cases_a_person_joined(desk: Desk, words: str) -> None:
    for hours, who in enumerate((ANNA, BEN, CARL), 1):
        desk.came(f"x{hours}", hours, who=who)
    desk.polled(4)
    at = numbers(desk)
    assert near(desk, at["first"]) == {at["first"]}
    desk.type(words, 5)
    both = {at["first"], at["second"]}
    assert near(desk, at["first"]) == near(desk, at["second"]) == both


def test_a_delivery_report_and_the_mail_that_it_speaks_of(desk: Desk) -> None:
    desk.came("a1", 1)
    desk.sent("o1", 2, re="a1", body="Yes, you may.")
    desk.came("n1", 3, who=CARL)  # for the ledger a report is what its text says
    desk.came("b1", 3.5, who=BEN)
    desk.polled(4)
    at = numbers(desk)
    assert near(desk, at["third"]) == {at["third"]}
    [ours] = desk.ledger.messages_of([at["second"]])
    failed = ((ours.message_id, desk.ledger.keys.address("anna@quill.example")),)
    with desk.ledger.transaction():
        desk.ledger.note_texts([TextFact(at["third"], Meaning.UNKNOWN, "v", failed=failed)])
    assert near(desk, at["third"]) == {at["first"], at["second"], at["third"]}
