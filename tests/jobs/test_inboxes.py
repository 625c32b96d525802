"""Folders into which a rule files mail before we see it: read as the inbox is, and each mail once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from commsla.core.model import Role
from commsla.core.school import Config, Mailbox
from commsla.core.verdicts import Section
from commsla.edges.imap import open_line
from commsla.edges.ledger import open_ledger
from commsla.jobs.cases import fold_all, judge_all
from commsla.jobs.poll import Outcome, Poll
from commsla.wiring import MailTexts
from tests.edges import dovecot as dovecots
from tests.edges.dovecot import Dovecot
from tests.jobs.fakes import FakeMailbox
from tests.jobs.test_poll import CONFIG, DAYS, NOW, Office

HOUR = timedelta(hours=1)


def read_too(*inboxes: str, box: Mailbox | None = None) -> Config:
    oak, elm = CONFIG.schools
    box = replace(box or oak.mailboxes[0], inboxes=inboxes)
    return replace(CONFIG, schools=(replace(oak, mailboxes=(box,)), elm))


WITH = read_too("INBOX/Parents", "Reception")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path / "state")
    for folder in ("INBOX/Parents", "Reception", "Deleted"):
        add_folder(made.boxes["oak"], folder)
    yield made
    made.ledger.close()


def add_folder(box: FakeMailbox, name: str) -> None:
    box.mail[name], box.next_uid[name], box.uidvalidity[name] = [], 1, 4


def letter(name: str) -> str:
    return f"From: {name}@home.example\r\nSubject: {name}\r\nMessage-ID: <{name}@x>\r\n"


def moved(box: FakeMailbox, uid: int, here: str, there: str) -> int:
    [mail] = [m for m in box.mail[here] if m.uid == uid]
    box.mail[here].remove(mail)
    assert mail.received
    assert mail.headers
    return box.put(there, mail.received, mail.headers.decode())


def test_what_a_rule_files_on_arrival_is_an_enquiry_by_its_own_clock(office: Office) -> None:
    box = office.boxes["oak"]
    box.put("INBOX/Parents", NOW - 2 * HOUR, letter("anna"))
    box.put("Reception", NOW - 3 * HOUR, letter("ben"))
    box.put("INBOX", NOW - HOUR, letter("cleo"))
    oak, elm = office.poll(config=WITH)
    assert (oak.trouble, elm.trouble) == (None, None)
    assert oak.new[Role.INBOX] == 1
    assert oak.filed == {"INBOX/Parents": 1, "Reception": 1}
    found = fold_all(WITH, office.ledger).cases
    assert [(c.opener.subject, c.received) for c in found] == [
        ("ben", NOW - 3 * HOUR),
        ("anna", NOW - 2 * HOUR),
        ("cleo", NOW - HOUR),
    ]
    before = office.ledger._db.total_changes
    oak, _ = office.poll(NOW + HOUR, config=WITH)
    assert oak.filed == {"INBOX/Parents": 0, "Reception": 0}
    assert office.ledger._db.total_changes == before + len(office.boxes), "the time of reading"


def test_without_the_option_such_a_folder_is_not_read(office: Office) -> None:
    office.boxes["oak"].put("Reception", NOW - HOUR, letter("anna"))
    office.poll()
    assert office.uids() == []


def test_the_same_mail_moved_between_them_is_one_case_and_never_gone(office: Office) -> None:
    box = office.boxes["oak"]
    add_folder(box, "Elsewhere")
    uid = box.put("INBOX", NOW - HOUR, letter("anna"))
    box.put("Reception", NOW - 5 * HOUR, letter("other"))  # other UIDs
    office.poll(config=WITH)
    for hours, (here, there) in enumerate(
        [("INBOX", "Reception"), ("Reception", "INBOX/Parents"), ("INBOX/Parents", "INBOX")], 1
    ):
        uid = moved(box, uid, here, there)
        office.poll(NOW + hours * HOUR, config=WITH)
        found = {c.opener.subject: c for c in fold_all(WITH, office.ledger).cases}
        assert len(found) == 2
        assert found["anna"].received == NOW - HOUR
        assert str(found["anna"].reference) == "O2"
    later = judge_all(WITH, office.ledger, DAYS, NOW + timedelta(days=9)).cases
    assert {j.section for j in later} == {Section.OVERDUE}


def test_a_missing_one_costs_only_itself_and_is_said(office: Office) -> None:
    box = office.boxes["oak"]
    del box.mail["INBOX/Parents"]
    box.put("Reception", NOW - HOUR, letter("anna"))
    box.put("INBOX", NOW - HOUR, letter("ben"))
    oak, elm = office.poll(config=WITH)
    assert elm.trouble is None
    assert oak.trouble is not None
    assert oak.only_folders
    assert oak.trouble.message == (
        'imap.example: there is no folder "INBOX/Parents". All else was read.'
    )
    assert oak.filed == {"Reception": 1}
    assert len(office.ledger.references()) == 2


def test_the_folder_of_sent_mail_is_never_read_as_an_inbox(office: Office) -> None:
    # The config names no Sent folder, so only the server's list can tell.
    office.boxes["oak"].put("Sent", NOW - HOUR, letter("ours"))
    oak, _ = office.poll(config=read_too("sent", "Reception"))
    assert oak.trouble is not None
    assert '"sent" is the folder of what was sent' in oak.trouble.message
    assert oak.trouble.hint == (
        "It cannot be an inbox as well; take it out of `inboxes` in schools.toml."
    )
    assert office.uids() == []
    assert len(office.uids(role=Role.SENT)) == 1


def test_each_that_cannot_be_read_has_its_next_step(office: Office) -> None:
    oak, _ = office.poll(config=read_too("Nowhere", "sent"))
    assert oak.trouble is not None
    assert oak.trouble.hint == (
        "Make it. It cannot be an inbox as well; take it out of `inboxes` in schools.toml."
    )


# --- a real server -----------------------------------------------------------------------------------


def poll_for_real(home: Path, config: Config, hours: float) -> Outcome:
    with closing(open_ledger(home)) as ledger:
        job = Poll(
            config,
            ledger,
            lambda mailbox: open_line(mailbox, dovecots.PASSWORD),
            DAYS,
            NOW + timedelta(hours=hours),
            lambda _: None,
            MailTexts(),
        )
        return job.run(config.schools[:1])[0]


def test_on_dovecot_a_mail_wanders_through_three_folders(dovecot: Dovecot, tmp_path: Path) -> None:
    user, home = "wanders", tmp_path / "state"
    with dovecot.client(user) as client:
        for folder in ('"INBOX/Parents & friends"', "Reception"):
            assert client.create(folder.replace("&", "&-"))[0] == "OK"
    raw = [f"{letter(n)}\r\nMay we?\r\n".encode() for n in ("anna", "ben")]
    dovecot.append(user, "INBOX/Parents &- friends", raw[:1], NOW - HOUR)
    dovecot.append(user, "Reception", raw[1:], NOW - 2 * HOUR)
    config = read_too("INBOX/Parents & friends", "Reception", "Nowhere", box=dovecot.mailbox(user))
    outcome = poll_for_real(home, config, 0)
    assert outcome.filed == {"INBOX/Parents & friends": 1, "Reception": 1}
    assert outcome.only_folders
    assert outcome.trouble is not None
    assert 'there is no folder "Nowhere". All else was read.' in outcome.trouble.message
    with dovecot.client(user) as client:
        client.select("Reception")
        assert client.copy("1", "INBOX")[0] == "OK"
        client.store("1", "+FLAGS", r"(\Deleted)")
        client.expunge()
    outcome = poll_for_real(home, config, 1)
    assert outcome.new[Role.INBOX] == 1
    with closing(open_ledger(home)) as ledger:
        found = fold_all(config, ledger).cases
    assert [(str(c.reference), c.received) for c in found] == [
        ("O1", NOW - 2 * HOUR),
        ("O2", NOW - HOUR),
    ]
    line = open_line(config.schools[0].mailboxes[0], dovecots.PASSWORD)
    survey = line.survey()
    assert [f.name if f else None for f in survey.inboxes] == [
        "INBOX/Parents & friends",
        "Reception",
        None,
    ]
    assert line.measure("INBOX/Parents & friends", NOW.date()).messages == 1
    line.close()
