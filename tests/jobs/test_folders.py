"""Folders that are odd: suddenly empty, renumbered at every poll, put back, or keeping a mail back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from commsla.core.cases import fold
from commsla.core.kinds import Ours
from commsla.core.model import FolderState, Role
from commsla.core.notices import warnings
from commsla.edges.imap import open_line
from commsla.edges.ledger import open_ledger
from commsla.errors import MailboxError
from commsla.jobs.poll import Poll
from commsla.jobs.status import status
from commsla.wiring import MailTexts
from tests.edges import dovecot as dovecots
from tests.edges.dovecot import Dovecot
from tests.jobs.fakes import FakeLine
from tests.jobs.test_poll import CONFIG, DAYS, NOW, Office, fill

HOUR = timedelta(hours=1)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path / "state")
    yield made
    made.ledger.close()


def told(office: Office, hours: float) -> list[str]:
    shown = status(CONFIG, office.ledger, DAYS, NOW + hours * HOUR, CONFIG.schools)
    return [w for w in warnings(shown) if "empty" in w]


def cases(office: Office) -> list[tuple[str, object]]:
    ledger = office.ledger
    ours = Ours.of(CONFIG, ledger.keys)
    found = fold(ledger.messages(), ledger.marks(), ours, ledger.references()).cases
    return [(str(c.reference), c.received) for c in found]


# --- suddenly empty ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("held", "noted"), [(19, False), (20, True)])
def test_a_folder_that_is_suddenly_empty_is_noted_and_nothing_else(
    office: Office, held: int, noted: bool
) -> None:
    box = office.boxes["oak"]
    fill(box, held)
    office.poll()
    before = cases(office)
    box.mail["INBOX"] = []
    oak, elm = office.poll(NOW + HOUR)
    assert (oak.trouble, elm.trouble) == (None, None)
    assert (oak.emptied, elm.emptied) == (["INBOX"] if noted else [], [])
    sentence = (
        'Oak (office@oak.example): "INBOX" held 20 mails or more and is suddenly empty. If nobody '
        "tidied up, ask who runs the mail server. What was open stays open."
    )
    assert told(office, 1) == ([sentence] if noted else [])
    assert cases(office) == before
    tables = office.tables()
    for later in (HOUR, 2 * HOUR):  # in the same second, too
        oak, _ = office.poll(NOW + later)
        assert oak.emptied == [], "said once"
    assert told(office, 2) == ([sentence] if noted else []), "shown until mail lies there again"
    assert office.tables() == tables
    fill(box, 1, days_ago=0)
    office.poll(NOW + 3 * HOUR)
    assert told(office, 3) == []


def test_a_folder_made_anew_and_empty_is_noted_as_well(office: Office) -> None:
    box = office.boxes["oak"]
    fill(box, 30, "Sent")
    office.poll()
    box.mail["Sent"], box.uidvalidity["Sent"], box.next_uid["Sent"] = [], 99, 1
    assert office.poll(NOW + HOUR)[0].emptied == ["Sent"]


def test_a_folder_that_is_not_read_any_more_is_not_spoken_of(office: Office) -> None:
    box = office.boxes["oak"]
    fill(box, 30, "Sent")
    office.poll()
    box.mail["Sent"] = []
    office.poll(NOW + HOUR)
    assert told(office, 1)
    box.sent = None
    office.poll(NOW + 2 * HOUR)
    assert told(office, 2) == []


def test_status_alone_is_not_believed_that_a_folder_is_empty(office: Office) -> None:
    box = office.boxes["oak"]
    fill(box, 30)
    office.poll()
    glance = FakeLine.glance

    def says_little(line: FakeLine, folders: list[str]) -> dict[str, FolderState]:
        return {n: replace(s, messages=0) for n, s in glance(line, folders).items()}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(FakeLine, "glance", says_little)  # a STATUS without MESSAGES
        assert office.poll(NOW + HOUR)[0].emptied == []
    assert told(office, 1) == []


# --- numbers -----------------------------------------------------------------------------------------


def test_a_folder_renumbered_at_every_poll_is_stopped_and_read_again_when_it_stays(
    office: Office,
) -> None:
    box = office.boxes["oak"]
    fill(box, 3)
    office.poll()
    before = cases(office)
    for hour in range(1, 6):
        box.made_anew("INBOX")
        assert office.poll(NOW + hour * HOUR)[0].trouble is None
    rows = len(office.ledger.messages())
    for hour in (6, 7):
        box.made_anew("INBOX")
        fill(box, 1, "Sent", days_ago=0)
        oak, elm = office.poll(NOW + hour * HOUR)
        assert isinstance(oak.trouble, MailboxError)
        assert oak.trouble.message == (
            'office@oak.example: "INBOX" got other numbers (UIDVALIDITY) at each of the last '
            f"{hour} polls and is not read"
        )
        assert oak.new == {Role.INBOX: 0, Role.SENT: 1}, "only that folder stops"
        assert elm.trouble is None
    assert len(office.ledger.messages()) == rows + 2
    [good] = [r.last_good for r in office.ledger.reads() if r.school == "oak"]
    assert good == NOW + 5 * HOUR, "the mailbox becomes stale"
    box.put("INBOX", NOW + 7 * HOUR)
    oak, _ = office.poll(NOW + 8 * HOUR)
    assert oak.trouble is None
    assert [str(c) for c in oak.cases] == ["O4"]
    assert cases(office)[:3] == before


def test_changes_that_are_not_in_a_row_stop_nothing(office: Office) -> None:
    box = office.boxes["oak"]
    fill(box, 2)
    for hour in range(16):
        if hour % 2:
            box.made_anew("INBOX")
        assert office.poll(NOW + hour * HOUR)[0].trouble is None


def test_a_smaller_uidvalidity_is_another_one_all_the_same(office: Office) -> None:
    box = office.boxes["oak"]
    for n in range(4):
        date = f"Date: Mon, 24 Nov 2025 07:0{n}:00 +0000\r\n"
        box.put("INBOX", NOW - HOUR, f"From: p{n}@home.example\r\nMessage-ID: <{n}@x>\r\n{date}")
    office.poll()
    before = cases(office)
    box.made_anew("INBOX")
    box.uidvalidity["INBOX"] = 3
    box.mail["INBOX"] = [
        replace(m, received=m.received + HOUR) for m in box.mail["INBOX"] if m.received
    ]
    office.poll(NOW + HOUR)
    assert cases(office) == before, "received is the earlier of what was said"


def test_after_uidnext_went_back_old_mail_that_was_filed_here_is_still_read(office: Office) -> None:
    box = office.boxes["oak"]
    fill(box, 2)
    office.poll()
    fill(box, 3)
    office.poll(NOW + HOUR)
    # Put back from a copy of the first day; then an old mail is moved here, and a new one comes.
    box.mail["INBOX"], box.next_uid["INBOX"] = box.mail["INBOX"][:2], 3
    box.put("INBOX", NOW - timedelta(days=90), "From: old@home.example\r\nMessage-ID: <old@x>\r\n")
    box.put("INBOX", NOW + HOUR, "From: new@home.example\r\nMessage-ID: <new@x>\r\n")
    office.poll(NOW + 2 * HOUR)
    assert len(cases(office)) == 7


# --- headers that come late --------------------------------------------------------------------------


def test_headers_that_are_kept_back_are_asked_for_again_and_fill_the_row(office: Office) -> None:
    box = office.boxes["oak"]
    fill(box, 3)
    whole = box.mail["INBOX"][1]
    box.mail["INBOX"][1] = replace(whole, headers=None)
    office.poll()
    before = cases(office)
    assert [m.readable for m in office.ledger.messages()] == [True, False, True]
    tables = office.tables()
    office.poll(NOW + HOUR)
    assert office.tables() == tables
    box.mail["INBOX"][1] = whole
    office.poll(NOW + 2 * HOUR)
    [mail] = [m for m in office.ledger.messages() if m.uid == 2]
    assert (mail.readable, mail.subject, mail.received) == (True, "s2", whole.received)
    assert cases(office) == before, "its reference and its clock stay"


def test_an_arrival_that_was_guessed_is_put_right_but_never_later(office: Office) -> None:
    box = office.boxes["oak"]
    fill(box, 2)
    [first, second] = box.mail["INBOX"]
    box.mail["INBOX"] = [replace(m, headers=None, received=None) for m in (first, second)]
    office.poll()
    box.mail["INBOX"] = [first, replace(second, received=NOW + HOUR)]
    office.poll(NOW + HOUR)
    assert [m.received for m in office.ledger.messages()] == [first.received, NOW]


def test_what_is_kept_back_for_a_week_is_not_asked_for_any_more(office: Office) -> None:
    box = office.boxes["oak"]
    fill(box, 1)
    [whole] = box.mail["INBOX"]
    box.mail["INBOX"] = [replace(whole, headers=None)]
    office.poll()
    box.mail["INBOX"] = [whole]
    office.poll(NOW + timedelta(days=8))
    assert [m.readable for m in office.ledger.messages()] == [False]


def test_a_message_at_which_the_server_hangs_up_costs_only_itself(office: Office) -> None:
    box = office.boxes["oak"]
    fill(box, 2)
    box.mail["INBOX"][0] = replace(box.mail["INBOX"][0], headers=None)
    office.poll()
    box.break_after = 0  # nothing new is pulled: only what is asked for again
    assert office.poll(NOW + HOUR)[0].trouble is None
    [good] = [r.last_good for r in office.ledger.reads() if r.school == "oak"]
    assert good == NOW + HOUR


def test_what_was_wiped_meanwhile_is_not_filled(office: Office) -> None:
    box = office.boxes["oak"]
    fill(box, 1)
    [whole] = box.mail["INBOX"]
    box.mail["INBOX"] = [replace(whole, headers=None)]
    office.poll()
    with office.ledger.transaction():
        office.ledger.wipe([1])
    box.mail["INBOX"] = [whole]
    office.poll(NOW + HOUR)
    [mail] = office.ledger.messages()
    assert (mail.subject, mail.sender) == (None, None)


# --- a real server -----------------------------------------------------------------------------------


def test_on_dovecot_an_emptied_inbox_is_noted(dovecot: Dovecot, tmp_path: Path) -> None:
    user = "emptied"
    raws = [
        f"From: p{n}@home.example\r\nMessage-ID: <{n}@x>\r\n\r\nhello\r\n".encode()
        for n in range(20)
    ]
    dovecot.append(user, "INBOX", raws, NOW - HOUR)
    oak = replace(CONFIG.schools[0], mailboxes=(dovecot.mailbox(user),))
    config = replace(CONFIG, schools=(oak,))
    with closing(open_ledger(tmp_path / "state")) as ledger:

        def poll(hours: int) -> list[str]:
            job = Poll(
                config,
                ledger,
                lambda mailbox: open_line(mailbox, dovecots.PASSWORD),
                DAYS,
                NOW + hours * HOUR,
                lambda _: None,
                MailTexts(),
            )
            [outcome] = job.run(config.schools)
            assert outcome.trouble is None
            return outcome.emptied

        assert poll(0) == []
        with dovecot.client(user) as client:
            client.select("INBOX")
            client.store("1:*", "+FLAGS", r"(\Deleted)")
            client.expunge()
        assert poll(1) == ["INBOX"]
        assert len(ledger.references()) == 20
        assert poll(2) == []
        [read] = ledger.reads()
        assert read.emptied == ("INBOX",)


# --- a mail at which the server hangs up -------------------------------------------------------------


def test_a_mail_at_which_the_server_hangs_up_blocks_none_behind_it(office: Office) -> None:
    box = office.boxes["oak"]
    fill(box, 7)
    box.hangs_up.add(("INBOX", 5))
    [oak, _] = office.poll()
    assert oak.trouble is not None
    read = [3, 4, 7]  # a chunk at a time; then one by one up to it; then past it
    for turn, known in enumerate(read):
        oak, _ = office.poll(NOW + turn * HOUR) if turn else (oak, None)
        inbox = [m for m in office.ledger.messages("oak") if m.role is Role.INBOX]
        assert [m.uid for m in inbox] == list(range(1, known + 1)), turn
        assert (oak.trouble is None) == (turn == 2)
    assert [m.uid for m in inbox if not m.readable] == [5]
    assert len([1 for reference, _ in cases(office) if reference.startswith("O")]) == 7
    box.hangs_up.clear()  # the server is well again: its headers are asked for and fill the row
    oak, _ = office.poll(NOW + 3 * HOUR)
    assert oak.trouble is None
    assert all(m.readable for m in office.ledger.messages("oak"))
    assert len([1 for reference, _ in cases(office) if reference.startswith("O")]) == 7


def test_a_line_that_broke_once_is_read_one_by_one_and_then_as_before(office: Office) -> None:
    box = office.boxes["oak"]
    fill(box, 5)
    box.hangs_up.add(("INBOX", 1))
    office.poll()
    box.hangs_up.clear()
    oak, _ = office.poll(NOW + HOUR)
    assert oak.trouble is None
    assert all(m.readable for m in office.ledger.messages("oak"))
    assert office.ledger.folder_facts("oak", "office@oak.example")["INBOX"].broke is None
