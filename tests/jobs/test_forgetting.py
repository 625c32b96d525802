"""Whose names are still in the ledger after months of polls: of nobody but those who wait."""

from __future__ import annotations

from dataclasses import replace

from commsla.core.model import Delivered
from commsla.core.verdicts import Section
from tests.jobs.desk import Desk, desk
from tests.jobs.test_poll import CONFIG

__all__ = ["desk"]
DAY = 24
BOTH = (
    "Dear Anna, the coach leaves at 8.45. I will ask Mrs Vane about the rest and get back to you "
    "with the lunch list."
)
SAME_DATE = "Date: Mon, 24 Nov 2025 07:00:00 +0000\r\n"


def test_a_letter_whose_domain_became_ours_is_no_case_and_loses_its_names(desk: Desk) -> None:
    desk.came("t1", 1, who="Tom Quillfeather <tom@quill.example>")
    desk.polled(2)
    assert list(desk.cases()) == ["O1"]
    oak, elm = CONFIG.schools
    wider = replace(CONFIG, schools=(replace(oak, domains=(*oak.domains, "quill.example")), elm))
    desk.poll(desk.at(29 * DAY), config=wider)
    assert b"Quillfeather" in desk.bytes_on_disk()
    desk.poll(desk.at(40 * DAY), config=wider)
    for word in (b"Quillfeather", b"quill.example", b"Zebra"):
        assert word not in desk.bytes_on_disk()


def test_a_letter_that_waits_alone_keeps_its_name_and_its_reference(desk: Desk) -> None:
    desk.came("a1", 1)
    for days in (1, 40, 300):
        desk.polled(days * DAY)
    [(reference, judged)] = desk.cases().items()
    assert (reference, judged.case.writer and judged.case.writer.name) == (
        "O1",
        "Anna Quillfeather",
    )


def test_notes_and_roles_go_where_the_header_cannot_be_read(desk: Desk) -> None:
    box = desk.boxes["oak"]
    uid = box.put("INBOX", desk.at(1), "x")
    box.mail["INBOX"][-1] = Delivered(uid, desk.at(1), None)
    box.raws.pop(("INBOX", uid))
    desk.polled(2)
    desk.type("assign O1 Quillfeather", 3)
    desk.type("O1 called", 4, note="rang Anna Quillfeather")
    desk.type("O1 undo", 4)
    desk.type("O1 called", 5)
    desk.polled(29 * DAY)
    assert b"Quillfeather" in desk.bytes_on_disk()
    desk.polled(40 * DAY)
    assert b"Quillfeather" not in desk.bytes_on_disk()


def test_who_stands_to_be_checked_keeps_a_name_until_somebody_has_looked(desk: Desk) -> None:
    desk.came("a1", 1)
    desk.polled(2)
    desk.sent("o1", 3, re="a1", body=BOTH)
    for days in (1, 60):
        desk.polled(days * DAY)
    judged = desk.cases(60 * DAY)["O1"]
    assert judged.section is Section.CHECK
    assert judged.case.writer
    assert judged.case.writer.name == "Anna Quillfeather"
    desk.type("O1 confirm", 60 * DAY)
    desk.polled(61 * DAY)
    assert b"Quillfeather" not in desk.bytes_on_disk()


def test_a_reply_in_doubt_is_in_doubt_at_the_school_that_got_the_mail_later(desk: Desk) -> None:
    desk.came("a1", 1, more=SAME_DATE)
    desk.polled(2)
    desk.sent("o1", 3, re="a1", body=BOTH)
    desk.polled(4)
    desk.came("a1", 5, school="elm", more=SAME_DATE)
    desk.polled(6)
    assert {j.section for j in desk.cases(7).values()} == {Section.CHECK}
    desk.type("E1 holding", 8)
    assert {j.section for j in desk.cases(9).values()} == {Section.WAITING}
