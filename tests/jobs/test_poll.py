"""`poll`: nothing lost, nothing double, whatever interrupts it; one failure stops no other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from commsla.core.cases import fold
from commsla.core.kinds import Ours
from commsla.core.local import local_date
from commsla.core.model import Role
from commsla.core.school import Config, Mailbox, PasswordSource, Policy, Promise, School, Unit
from commsla.core.verdicts import Section
from commsla.edges.ledger import Ledger, open_ledger
from commsla.errors import LoginRefused, MailboxError
from commsla.jobs.poll import Outcome, Poll
from commsla.jobs.status import status
from commsla.wiring import MailTexts
from tests.core.calendars import OFFICE, WINTER, winter
from tests.jobs.fakes import FakeLine, FakeMailbox

NOW = datetime(2025, 11, 24, 8, 0, tzinfo=UTC)
POLICY = Policy("P", Promise(2, Unit.WORKING_DAYS), Promise(5, Unit.WORKING_DAYS))
DAYS = {"oak": winter(), "elm": winter()}


def school(code: str, prefix: str) -> School:
    address = f"office@{code}.example"
    box = Mailbox(address, f"imap.{code}.example", 993, address, PasswordSource(file="x"))
    return School(
        code, prefix, code.title(), "", "England", (f"{code}.example",), (address,), (box,),
        (POLICY,), OFFICE, (WINTER,),
    )  # fmt: skip


CONFIG = Config("schools.toml", (school("oak", "O"), school("elm", "E")))


class Office:
    """Two schools with a mailbox each, and one ledger."""

    def __init__(self, home: Path) -> None:
        self.ledger: Ledger = open_ledger(home)
        # No test of a job cuts the power: nothing has to wait for the disk.
        self.ledger._db.execute("PRAGMA synchronous = OFF")
        self.boxes = {"oak": FakeMailbox(), "elm": FakeMailbox()}
        self.lines: list[FakeLine] = []
        self.said: list[str] = []

    def connect(self, mailbox: Mailbox) -> FakeLine:
        box = self.boxes[mailbox.address.partition("@")[2].partition(".")[0]]
        if box.trouble:
            raise box.trouble
        self.lines.append(FakeLine(box))
        return self.lines[-1]

    def poll(self, now: datetime = NOW, *, config: Config = CONFIG) -> list[Outcome]:
        job = Poll(config, self.ledger, self.connect, DAYS, now, self.said.append, MailTexts())
        outcomes = job.run(config.schools)
        assert all(line.closed for line in self.lines)
        return outcomes

    def uids(self, school: str = "oak", role: Role = Role.INBOX) -> list[int]:
        return [m.uid for m in self.ledger.messages() if (m.school, m.role) == (school, role)]

    def tables(self) -> dict[str, list[tuple[object, ...]]]:
        names = ("messages", "cursors", "case_references", "marks", "mailbox_day_one")
        return {n: self.ledger._db.execute(f"SELECT * FROM {n}").fetchall() for n in names}


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path / "state")
    yield made
    made.ledger.close()


def fill(box: FakeMailbox, number: int, folder: str = "INBOX", *, days_ago: float = 1) -> None:
    for n in range(number):
        box.put(folder, NOW - timedelta(days=days_ago) + timedelta(seconds=n))


def test_what_is_new_is_kept_once_and_numbered_by_arrival(office: Office) -> None:
    fill(office.boxes["oak"], 7)
    fill(office.boxes["oak"], 2, "Sent")
    fill(office.boxes["elm"], 1)
    oak, elm = office.poll()
    assert (oak.new[Role.INBOX], oak.new[Role.SENT], elm.new[Role.INBOX]) == (7, 2, 1)
    assert list(map(str, oak.cases)) == [f"O{n}" for n in range(1, 8)]
    assert list(map(str, elm.cases)) == ["E1"]
    fill(office.boxes["oak"], 1, days_ago=0.5)
    oak, _ = office.poll(NOW + timedelta(hours=1))
    assert (oak.new[Role.INBOX], list(map(str, oak.cases))) == (1, ["O8"])
    assert office.uids() == list(range(1, 9))


def test_a_second_poll_with_nothing_new_writes_no_row(office: Office) -> None:
    fill(office.boxes["oak"], 5)
    office.poll()
    before = office.tables()
    outcomes = office.poll(NOW + timedelta(minutes=10))
    assert office.tables() == before
    assert all(o.new == {Role.INBOX: 0, Role.SENT: 0} for o in outcomes)
    good = {r.last_good for r in office.ledger.reads()}
    assert good == {NOW + timedelta(minutes=10)}


@pytest.mark.parametrize("after", [0, 1, 2, 3])
def test_a_line_that_breaks_anywhere_loses_nothing_and_doubles_nothing(
    office: Office, after: int
) -> None:
    box = office.boxes["oak"]
    fill(box, 10)
    box.break_after = after
    oak, elm = office.poll()
    assert isinstance(oak.trouble, MailboxError)
    assert elm.trouble is None
    assert len(office.uids()) == 3 * after
    office.poll(NOW + timedelta(minutes=1))  # broken at the same distance again
    box.break_after = None
    office.poll(NOW + timedelta(minutes=2))
    assert office.uids() == list(range(1, 11))
    assert len(office.ledger.references()) == 10


def test_a_failing_mailbox_stops_no_other_and_is_remembered(office: Office) -> None:
    fill(office.boxes["elm"], 1)
    office.boxes["oak"].trouble = LoginRefused("The login was refused.")
    oak, elm = office.poll()
    assert isinstance(oak.trouble, LoginRefused)
    assert elm.new[Role.INBOX] == 1
    reads = {r.school: r for r in office.ledger.reads()}
    assert (reads["oak"].last_good, reads["oak"].trouble) == (None, "The login was refused.")
    office.boxes["oak"].trouble = None
    office.poll(NOW + timedelta(hours=1))
    reads = {r.school: r for r in office.ledger.reads()}
    assert reads["oak"].trouble == ""


def test_a_bug_is_not_swallowed(office: Office) -> None:
    office.boxes["oak"].trouble = ZeroDivisionError()
    with pytest.raises(ZeroDivisionError):
        office.poll()


def _cases(office: Office) -> list[tuple[str, datetime]]:
    ledger = office.ledger
    found = fold(
        ledger.messages(), ledger.marks(), Ours.of(CONFIG, ledger.keys), ledger.references()
    )
    return [(str(c.reference), c.received) for c in found.cases]


def test_a_folder_made_anew_counts_nothing_twice_and_restarts_no_clock(office: Office) -> None:
    fill(office.boxes["oak"], 5)
    office.poll()
    before = _cases(office)
    office.boxes["oak"].made_anew("INBOX")
    office.boxes["oak"].put("INBOX", NOW + timedelta(hours=1))
    oak, _ = office.poll(NOW + timedelta(hours=2))
    assert _cases(office)[:5] == before
    assert [str(c) for c in oak.cases] == ["O6"]


@pytest.mark.parametrize(
    "headers",
    [
        None,
        b"From: a@home.example\r\nSubject: s\r\n",
        b"From: a@home.example\r\nSubject: s\r\nDate: 24 Nov 2025 07:00:00 +0000\r\n",
        b"From: a@home.example\r\nSubject: s\r\nMessage-ID: <a@x>\r\n",
    ],
)
@pytest.mark.parametrize("received", [None, NOW + timedelta(days=9)])
def test_a_folder_made_anew_doubles_no_mail_that_the_server_cannot_date(
    office: Office, headers: bytes | None, received: datetime | None
) -> None:
    box = office.boxes["oak"]
    for _ in range(1 if headers and b"Message-ID" in headers else 2):  # alike, and two all the same
        box.put("INBOX", NOW)
        box.mail["INBOX"][-1] = replace(box.mail["INBOX"][-1], received=received, headers=headers)
    office.poll()
    before = _cases(office)
    assert len(before) == len(box.mail["INBOX"])
    box.made_anew("INBOX")
    oak, _ = office.poll(NOW + timedelta(hours=2))
    assert oak.cases == []
    assert _cases(office) == before


def test_a_next_uid_that_went_back_is_read_again_without_harm(office: Office) -> None:
    box = office.boxes["oak"]
    fill(box, 5)
    office.poll()
    before = _cases(office)
    box.next_uid["INBOX"] = 3
    box.mail["INBOX"] = box.mail["INBOX"][:2]
    office.poll(NOW + timedelta(hours=1))
    assert _cases(office) == before


def test_the_first_poll_reads_back_28_days_and_calls_nobody_late(office: Office) -> None:
    box = office.boxes["oak"]
    fill(box, 1, days_ago=40)
    fill(box, 1, days_ago=27)
    fill(box, 1, days_ago=1)
    office.poll()
    assert office.uids() == [2, 3]
    fill(box, 1, days_ago=60)  # after day one everything that arrives is read, whatever its date
    office.poll(NOW + timedelta(hours=1))
    assert office.uids() == [2, 3, 4]
    shown = status(CONFIG, office.ledger, DAYS, NOW + timedelta(hours=1), CONFIG.schools)
    sections = [j.section for j in shown.cases]
    assert sections == [Section.DUE_NEXT, Section.LATE_BEFORE_DAY_ONE, Section.LATE_BEFORE_DAY_ONE]


def test_a_message_without_any_date_starts_its_clock_now(office: Office) -> None:
    box = office.boxes["oak"]
    box.put("INBOX", NOW)
    box.mail["INBOX"][0] = replace(box.mail["INBOX"][0], received=None, headers=None)
    office.poll()
    [mail] = office.ledger.messages()
    assert (mail.received, mail.readable) == (NOW, False)
    assert [r for r, _ in _cases(office)] == ["O1"]


def test_no_sent_folder_is_told(office: Office) -> None:
    office.boxes["oak"].sent = None
    oak, _ = office.poll()
    assert oak.sent_folder is None


def test_every_poll_wipes_what_is_due(office: Office) -> None:
    box = office.boxes["oak"]
    box.put("INBOX", NOW, "From: news@shop.example\r\nSubject: Glue\r\nPrecedence: bulk\r\n")
    office.poll()
    office.poll(NOW + timedelta(days=29))
    assert office.ledger.messages()[0].subject == "Glue"
    office.poll(NOW + timedelta(days=31))
    assert office.ledger.messages()[0].subject is None
    kept = replace(CONFIG, keep_identities=0)
    box.put("INBOX", NOW, "From: news@shop.example\r\nSubject: Ink\r\nPrecedence: bulk\r\n")
    office.poll(NOW + timedelta(days=31), config=kept)
    assert office.ledger.messages()[1].subject is None


def test_a_dry_run_takes_the_same_path_and_keeps_nothing(office: Office) -> None:
    fill(office.boxes["oak"], 4)
    before = office.ledger.file.read_bytes()
    scratch = office.ledger.scratch()
    job = Poll(CONFIG, scratch, office.connect, DAYS, NOW, office.said.append, MailTexts())
    outcomes = job.run(CONFIG.schools)
    scratch.close()
    assert [str(r) for r in outcomes[0].cases] == ["O1", "O2", "O3", "O4"]
    assert office.ledger.file.read_bytes() == before


# --- what status makes of it -----------------------------------------------------------------------


def test_stale_is_two_open_hours_and_closed_days_make_nothing_stale(office: Office) -> None:
    friday = datetime(2025, 11, 21, 14, 30, tzinfo=UTC)  # the office closes at 16:00
    office.poll(friday)

    def stale(now: datetime) -> bool:
        shown = status(CONFIG, office.ledger, DAYS, now, CONFIG.schools)
        return shown.schools[0].mailboxes[0].stale

    assert not stale(friday + timedelta(minutes=90))
    monday = datetime(2025, 11, 24, 8, 59, tzinfo=UTC)  # opens 08:30: 1.5 h + 29 min
    assert not stale(monday)
    assert stale(monday + timedelta(minutes=2))


def test_calm_is_claimed_only_where_everything_was_seen(office: Office) -> None:
    def trusted(now: datetime) -> bool:
        return status(CONFIG, office.ledger, DAYS, now, CONFIG.schools).can_be_trusted

    assert not trusted(NOW)
    office.boxes["elm"].trouble = MailboxError("cut")
    office.poll()
    assert not trusted(NOW)
    office.boxes["elm"].trouble = None
    office.poll()
    assert trusted(NOW)
    assert not trusted(NOW + timedelta(days=2))


def test_a_wall_of_red_is_not_shown_where_replies_are_out_of_sight(office: Office) -> None:
    fill(office.boxes["oak"], 6)
    office.poll()
    later = NOW + timedelta(days=10)
    office.poll(later)
    shown = status(CONFIG, office.ledger, DAYS, later, CONFIG.schools)
    assert {j.section for j in shown.cases} == {Section.CANNOT_SAY}
    assert not shown.schools[0].replies_visible
    office.boxes["oak"].put(
        "Sent",
        later,
        "From: office@oak.example\r\nTo: p1@home.example\r\nIn-Reply-To: <INBOX1@x>\r\n",
    )
    office.poll(later)
    shown = status(CONFIG, office.ledger, DAYS, later, CONFIG.schools)
    assert sum(j.section is Section.OVERDUE for j in shown.cases) == 5
    assert local_date(later) == shown.today


def test_a_message_without_a_date_is_never_dated_back_nor_left_out(office: Office) -> None:
    box = office.boxes["oak"]
    box.put("INBOX", NOW - timedelta(days=1))
    box.put("INBOX", NOW - timedelta(days=200))  # moved here from an archive
    box.put("INBOX", NOW)
    box.mail["INBOX"][2] = replace(box.mail["INBOX"][2], received=None)
    office.poll()
    assert {m.uid: m.received for m in office.ledger.messages()}[3] == NOW


def test_an_arrival_in_the_days_to_come_is_believed_no_further_than_clocks_differ(
    office: Office,
) -> None:
    tomorrow, next_week = NOW + timedelta(days=1), NOW + timedelta(days=7)
    office.boxes["oak"].put("INBOX", tomorrow)
    office.boxes["oak"].put("INBOX", next_week)
    office.poll()
    assert {m.uid: m.received for m in office.ledger.messages()} == {1: tomorrow, 2: NOW}


def test_right_after_a_failed_poll_nothing_is_called_calm(office: Office) -> None:
    office.poll()
    office.boxes["oak"].trouble = MailboxError("cut")
    office.poll(NOW + timedelta(minutes=5))
    shown = status(CONFIG, office.ledger, DAYS, NOW + timedelta(minutes=6), CONFIG.schools)
    assert not shown.can_be_trusted


def test_a_last_read_in_the_future_is_stale(office: Office) -> None:
    office.poll(NOW + timedelta(days=200))
    shown = status(CONFIG, office.ledger, DAYS, NOW, CONFIG.schools)
    assert shown.schools[0].mailboxes[0].stale
