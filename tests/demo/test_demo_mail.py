"""The made-up mail: enough of it, readable, made up through and through, and as the key says."""

from __future__ import annotations

import email
import os
import re
import tomllib
from collections import Counter
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from commsla.core.model import (
    Role,
    Word,
)
from commsla.demo import DAY_ONE, DEMO_NOW, MAILBOXES, demo_config, write_config
from commsla.demo.mail import DemoMessage, demo_marks, demo_messages

LONDON = ZoneInfo("Europe/London")
KEY = tomllib.loads((Path(__file__).parents[1] / "answers/demo.toml").read_text("utf-8"))
MAIL = demo_messages()
INBOX = [message for message in MAIL if message.folder is Role.INBOX]
SENT = [message for message in MAIL if message.folder is Role.SENT]


def parsed(message: DemoMessage) -> Message:
    return email.message_from_bytes(message.raw)


def subject(message: DemoMessage) -> str:
    return re.sub(r"\r\n(?=[ \t])", "", str(make_header(decode_header(parsed(message)["Subject"]))))


def local(message: DemoMessage) -> tuple[str, datetime]:
    return message.school, message.received.astimezone(LONDON).replace(tzinfo=None)


def key_of_the_inbox() -> list[tuple[str, datetime, str | None]]:
    """(school, received, subject) of everything in the answer key; joined mail has no subject."""
    found: list[tuple[str, datetime, str | None]] = [
        (entry["school"], entry["received"], entry.get("subject"))
        for part in ("open", "settled", "joined")
        for entry in KEY[part]
    ]
    for group in KEY["not_tracked"]:
        found += [(group["school"], one["received"], one["subject"]) for one in group["messages"]]
    return found


def test_there_is_enough_mail_in_both_schools() -> None:
    assert len(INBOX) >= 66
    assert len(SENT) >= 28
    counts = Counter((message.school, message.folder) for message in MAIL)
    assert set(counts) == {
        (school, role) for school in MAILBOXES for role in (Role.INBOX, Role.SENT)
    }
    assert min(counts.values()) >= 12


def test_it_is_in_order_and_nothing_comes_after_now() -> None:
    received = [message.received for message in MAIL]
    assert received == sorted(received)
    assert all(moment.tzinfo is UTC for moment in received)
    assert received[-1] <= DEMO_NOW
    assert [when for when in received if when <= DAY_ONE], "day one finds older mail"


def test_two_readings_give_the_same_bytes() -> None:
    assert demo_messages() == MAIL


@pytest.mark.parametrize("message", MAIL, ids=lambda m: f"{m.school}-{m.received:%m%d-%H%M}")
def test_every_message_is_well_formed(message: DemoMessage) -> None:
    mail = parsed(message)
    assert not [part.defects for part in mail.walk() if part.defects]
    for name in ("From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type"):
        assert mail[name], name
        assert len(mail.get_all(name, [])) == 1
    head = message.raw.partition(b"\r\n\r\n")[0]
    assert b"\n" not in message.raw.replace(b"\r\n", b"")
    assert head.isascii()
    assert max(map(len, head.split(b"\r\n"))) <= 120
    assert abs((parsedate_to_datetime(mail["Date"]) - message.received).total_seconds()) < 60
    ours = MAILBOXES[message.school]
    assert (f"<{ours}>" in mail["From"]) == (message.folder is Role.SENT)


def test_message_ids_are_unique_but_for_the_mail_to_both_schools() -> None:
    seen = Counter(parsed(message)["Message-ID"] for message in MAIL)
    [(twice, count)] = [(name, count) for name, count in seen.items() if count > 1]
    copies = [message for message in MAIL if parsed(message)["Message-ID"] == twice]
    assert count == 2
    assert {copy.school for copy in copies} == set(MAILBOXES)
    assert len({subject(copy) for copy in copies}) == 1


def test_every_answer_names_a_message_of_the_same_mailbox() -> None:
    known = {(message.school, parsed(message)["Message-ID"]) for message in MAIL}
    answers = [message for message in MAIL if parsed(message)["In-Reply-To"]]
    assert len(answers) > 40
    for message in answers:
        mail = parsed(message)
        assert (message.school, mail["In-Reply-To"]) in known
        assert mail["References"].split()[-1] == mail["In-Reply-To"]


def test_no_domain_is_anybodys() -> None:
    for message in MAIL:
        payloads = [part.get_payload(decode=True) for part in parsed(message).walk()]
        decoded = b"\n".join(one for one in payloads if isinstance(one, bytes)).decode("utf-8")
        text = message.raw.partition(b"\r\n\r\n")[0].decode("ascii") + decoded
        domains = re.findall(r"(?:@|https?://)([A-Za-z0-9.-]+)", text)
        assert domains
        assert [name for name in domains if not name.rstrip(".").endswith(".example")] == []
        numbers = re.findall(r"\b0\d{4} ?\d{6}\b", text)
        assert [one for one in numbers if not one.startswith("01632 960")] == []


def test_the_answer_key_has_every_inbox_message_once() -> None:
    key = [(school, received) for school, received, _ in key_of_the_inbox()]
    assert Counter(key) == Counter(local(message) for message in INBOX)


def test_the_answer_key_has_the_right_subjects() -> None:
    subjects = {local(message): subject(message) for message in INBOX}
    wrong = [
        (subjects[school, received], said)
        for school, received, said in key_of_the_inbox()
        if said is not None and said != subjects[school, received]
    ]
    assert wrong == []


def test_the_answer_key_knows_when_the_office_replied() -> None:
    sent = {local(message) for message in SENT}
    marked = {
        (mark.school, mark.at.astimezone(LONDON).replace(tzinfo=None)) for mark in demo_marks()
    }
    for entry in KEY["open"]:
        if "replied" in entry:
            assert (entry["school"], entry["replied"]) in sent
    for entry in KEY["settled"]:
        if "excluded" not in entry:
            assert (entry["school"], entry["answered"]) in marked
            assert ("how" in entry) or (entry["school"], entry["answered"]) in sent


def test_the_picture_is_varied() -> None:
    for school in MAILBOXES:
        states = Counter(entry["state"] for entry in KEY["open"] if entry["school"] == school)
        assert 2 <= states["overdue"] <= 4
        assert 2 <= states["due today"] <= 3
        assert 2 <= states["due next working day"] <= 4
        assert 5 <= states["waiting"] <= 8
        assert 4 <= states["replied, not checked"] <= 6


def test_the_hostile_subject_travels_encoded_and_arrives_whole() -> None:
    [hostile] = [message for message in INBOX if "\x1b" in subject(message)]
    assert subject(hostile) == "Re: [/red] \x1b[2J=1+1"
    assert b"\x1b" not in hostile.raw


def test_marks_stand_on_enquiries_and_only_on_settled_cases() -> None:
    settled = {(entry["school"], entry["received"]) for entry in KEY["settled"]}
    marks = demo_marks()
    opened = {(mark.school, mark.opened.astimezone(LONDON).replace(tzinfo=None)) for mark in marks}
    assert opened == settled
    assert len(marks) == len(settled)
    assert {mark.word for mark in marks} == {
        Word.ANSWERED,
        Word.CALLED,
        Word.MEETING,
        Word.NO_REPLY_NEEDED,
    }
    for mark in marks:
        assert mark.opened <= mark.at <= mark.recorded <= DEMO_NOW
        assert mark.recorded > DAY_ONE


def test_the_config_carries_the_port_and_hides_the_password(tmp_path: Path) -> None:
    for _ in range(2):  # a second demo in the same folder
        path = write_config(tmp_path, 4143, "open sesame")
    config: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
    assert demo_config(4143) == path.read_text("utf-8")
    assert {school["code"]: school["mailboxes"][0]["address"] for school in config["schools"]} == (
        MAILBOXES
    )
    for school in config["schools"]:
        [mailbox] = school["mailboxes"]
        assert (mailbox["host"], mailbox["port"]) == ("127.0.0.1", 4143)
        secret = tmp_path / mailbox["password_file"]
        assert secret.read_text("utf-8").strip() == "open sesame"
        assert os.name == "nt" or secret.stat().st_mode & 0o777 == 0o600
