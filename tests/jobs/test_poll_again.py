"""Polls that are interrupted, and servers that renumber: in the end it is as if nothing had happened."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    precondition,
    rule,
    run_state_machine_as_test,
)

from commsla.core.cases import Folded, fold
from commsla.core.folderfacts import MOST_CHANGES
from commsla.core.kinds import Ours
from commsla.core.model import Delivered, FolderState, Role
from commsla.core.school import Promise, Unit
from commsla.errors import MailboxError
from tests.jobs.fakes import FakeLine
from tests.jobs.test_poll import CONFIG, NOW, Office

_OAK, _ELM = CONFIG.schools
_TWO_INBOXES = replace(_OAK.mailboxes[0], inboxes=("Parents",))
KEEPS_NAMES = replace(
    CONFIG, keep_identities=400, schools=(replace(_OAK, mailboxes=(_TWO_INBOXES,)), _ELM)
)
FOLDERS = ("INBOX", "Parents", "Sent")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path / "state")
    yield made
    made.ledger.close()


def folded(office: Office) -> Folded:
    ledger = office.ledger
    ours = Ours.of(CONFIG, ledger.keys)
    return fold(ledger.messages(), ledger.marks(), ours, ledger.references())


def subjects(office: Office) -> list[str | None]:
    return [m.subject for m in office.ledger.messages() if m.role is Role.INBOX]


# --- rows and cursor ---------------------------------------------------------------------------------


@pytest.mark.parametrize("good", [0, 1, 2])
def test_rows_and_their_cursor_are_committed_together_or_not_at_all(
    office: Office, monkeypatch: pytest.MonkeyPatch, good: int
) -> None:
    box = office.boxes["oak"]
    for _ in range(8):
        box.put("INBOX", NOW)
    move = office.ledger.set_cursor
    moved: list[tuple[object, ...]] = []

    def power_cut(*args: object) -> None:
        if len(moved) == good:
            raise KeyboardInterrupt
        moved.append(args)
        move(*args)  # type: ignore[arg-type]

    with monkeypatch.context() as broken:
        broken.setattr(office.ledger, "set_cursor", power_cut)
        with pytest.raises(KeyboardInterrupt):
            office.poll()
    cursor = office.ledger.cursor("oak", "office@oak.example", "INBOX")
    assert len(subjects(office)) == 3 * good
    assert (cursor and cursor[:2]) == ((7, 3 * good + 1) if good else None)
    oak, _ = office.poll(NOW + timedelta(minutes=1))
    assert oak.new[Role.INBOX] == 8 - 3 * good
    assert subjects(office) == [f"s{n}" for n in range(1, 9)]


def test_an_interrupted_first_poll_leaves_out_the_same_old_mail(office: Office) -> None:
    # After a migration the UIDs do not rise with the date of arrival.
    box = office.boxes["oak"]
    for days_ago in (1, 90, 2, 3, 91, 92, 4, 93):
        box.put("INBOX", NOW - timedelta(days=days_ago))
    box.break_after = 1
    assert office.poll()[0].trouble is not None
    box.put("INBOX", NOW - timedelta(days=94))  # filed here after day one: read, whatever its date
    office.poll(NOW + timedelta(minutes=1))
    box.break_after = None
    office.poll(NOW + timedelta(minutes=2))
    assert subjects(office) == ["s1", "s3", "s4", "s7", "s9"]


def test_a_folder_made_anew_and_an_interruption_bring_no_old_mail_in(office: Office) -> None:
    box = office.boxes["oak"]
    for days_ago in (90, 91, 1, 92, 2, 93):
        box.put("INBOX", NOW - timedelta(days=days_ago))
    office.poll()
    before = folded(office).cases
    box.made_anew("INBOX")
    box.break_after = 1
    assert office.poll(NOW + timedelta(hours=1))[0].trouble is not None
    box.break_after = None
    office.poll(NOW + timedelta(hours=2))
    after = folded(office).cases
    assert [(c.reference, c.received) for c in after] == [(c.reference, c.received) for c in before]
    assert len(before) == 2


def test_with_nothing_new_only_the_time_of_reading_is_written(office: Office) -> None:
    for box in office.boxes.values():
        box.put("INBOX", NOW)
        box.put("Sent", NOW)
    office.poll()
    before = office.ledger._db.total_changes
    office.poll(NOW + timedelta(minutes=1))
    assert office.ledger._db.total_changes == before + len(office.boxes)


# --- servers that are odd ------------------------------------------------------------------------------


def test_a_server_that_keeps_uidnext_back_while_empty(office: Office) -> None:
    box = office.boxes["oak"]
    box.keeps_uidnext_back = True
    assert office.poll()[0].trouble is None
    box.put("INBOX", NOW)
    assert office.poll(NOW + timedelta(minutes=1))[0].trouble is None
    assert subjects(office) == ["s1"]


@pytest.mark.parametrize(("uidvalidity", "next_uid"), [(10**19, 4), (2**32, 4), (7, 2**32 + 1)])
def test_numbers_that_imap_does_not_have_stop_one_mailbox_only(
    office: Office, uidvalidity: int, next_uid: int
) -> None:
    box = office.boxes["oak"]
    box.put("INBOX", NOW)
    box.uidvalidity["INBOX"], box.next_uid["INBOX"] = uidvalidity, next_uid
    office.boxes["elm"].put("INBOX", NOW)
    oak, elm = office.poll()
    assert isinstance(oak.trouble, MailboxError)
    assert "imap.oak.example" in oak.trouble.message
    assert (elm.trouble, elm.new[Role.INBOX]) == (None, 1)


def test_more_mails_than_imap_can_count_stop_one_mailbox_only(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.boxes["oak"].put("INBOX", NOW)
    office.boxes["elm"].put("INBOX", NOW)
    honest = FakeLine.look

    def boasting(line: FakeLine, folder: str) -> FolderState:
        state = honest(line, folder)
        return replace(state, messages=10**20) if line.box is office.boxes["oak"] else state

    monkeypatch.setattr(FakeLine, "look", boasting)
    oak, elm = office.poll()
    assert isinstance(oak.trouble, MailboxError)
    assert (elm.trouble, elm.new[Role.INBOX]) == (None, 1)


def test_the_highest_numbers_that_imap_has_are_read(office: Office) -> None:
    box = office.boxes["oak"]
    box.uidvalidity["INBOX"] = box.next_uid["INBOX"] = 2**32 - 1
    box.put("INBOX", NOW)
    assert office.poll()[0].trouble is None
    assert office.poll(NOW + timedelta(minutes=1))[0].new[Role.INBOX] == 0
    assert office.uids() == [2**32 - 1]


def test_uids_that_a_restored_server_gives_away_again_lose_no_mail(office: Office) -> None:
    box = office.boxes["oak"]
    for _ in range(5):
        box.put("INBOX", NOW)
    office.poll()
    box.mail["INBOX"], box.next_uid["INBOX"] = box.mail["INBOX"][:2], 3  # put back from a copy
    box.put("INBOX", NOW, "From: new@home.example\r\nSubject: other\r\nMessage-ID: <other@x>\r\n")
    for minutes in (1, 2):
        office.poll(NOW + timedelta(minutes=minutes))
        assert sorted(str(c.opener.subject) for c in folded(office).cases) == [
            *("other", "s1", "s2", "s3", "s4", "s5")
        ]
    assert len(set(office.ledger.references().values())) == 6


# --- how far back --------------------------------------------------------------------------------------


def test_a_mailbox_with_a_longer_promise_is_read_further_back(office: Office) -> None:
    oak, elm = CONFIG.schools
    longer = replace(oak.policies[0], respond=Promise(60, Unit.CALENDAR_DAYS))
    slow = replace(oak, mailboxes=(replace(oak.mailboxes[0], policies=(longer,)),))
    for box in office.boxes.values():
        box.put("INBOX", NOW - timedelta(days=50))
        box.put("INBOX", NOW - timedelta(days=70))
    office.poll(config=replace(CONFIG, schools=(slow, elm)))
    assert office.uids("oak") == [1]
    assert office.uids("elm") == []


# --- anything in any order -----------------------------------------------------------------------------


class AnyOrder(RuleBasedStateMachine):
    """Mail comes, goes and moves, folders are renumbered, lines break; a good poll sets all right.

    `must` are ids of mail that a good poll has to have kept, `never` of mail that was too old when
    its folder was first read.
    """

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="commsla-any-order-"))
        self.office = Office(self.folder / "state")
        self.box = self.office.boxes["oak"]
        self.box.chunk = 2
        for numbers in (self.box.uidvalidity, self.box.next_uid):
            numbers["Parents"] = 1
        self.box.mail["Parents"] = []
        self.now = NOW
        self.count = 0
        self.on_server: dict[str, dict[str, datetime]] = {f: {} for f in FOLDERS}
        self.must: set[str] = set()
        self.never: set[str] = set()
        self.given: dict[str, str] = {}

    def teardown(self) -> None:
        self.office.ledger.close()
        shutil.rmtree(self.folder)

    def begun(self, folder: str) -> bool:
        """Whether what comes now comes after the reading of this folder began."""
        cursor = self.office.ledger.cursor("oak", "office@oak.example", folder)
        return cursor is not None and cursor[0] == self.box.uidvalidity[folder]

    @rule(
        folder=st.sampled_from(["INBOX", *FOLDERS]),
        days_ago=st.sampled_from([0, 1, 26, 45, 100]),
        number=st.integers(1, 4),
    )
    def mail_comes(self, folder: str, days_ago: int, number: int) -> None:
        for _ in range(number):
            self.count += 1
            name = f"n{self.count}"
            received = NOW - timedelta(days=days_ago) + timedelta(seconds=self.count)
            self.box.put(
                folder,
                received,
                f"From: p{self.count}@home.example\r\nSubject: {name}\r\n"
                f"Message-ID: <{name}@x>\r\nDate: Mon, 24 Nov 2025 08:00:00 +0000\r\n",
            )
            self.on_server[folder][name] = received
            if days_ago < 28 or self.begun(folder):
                self.must.add(name)
            else:
                self.never.add(name)

    @precondition(lambda self: self.box.mail["INBOX"])
    @rule(chance=st.randoms(use_true_random=False))
    def mail_goes(self, chance: Random) -> None:
        gone = chance.choice(self.box.mail["INBOX"])
        self.box.mail["INBOX"].remove(gone)
        name = _name(gone)
        if name not in self.kept():  # nobody can keep what went before it was read
            self.must.discard(name)

    @rule(here=st.sampled_from(["INBOX", "Parents"]), chance=st.randoms(use_true_random=False))
    def mail_moves(self, here: str, chance: Random) -> None:
        there = "Parents" if here == "INBOX" else "INBOX"
        kept = self.kept()
        movable = [
            m
            for m in self.box.mail[here]
            if _name(m) in kept or self.on_server[here][_name(m)] > NOW - timedelta(days=28)
        ]
        if movable:
            mail = chance.choice(movable)
            self.box.mail[here].remove(mail)
            assert mail.received
            assert mail.headers
            self.box.put(there, mail.received, mail.headers.decode())
            self.on_server[there][_name(mail)] = mail.received

    @rule(folder=st.sampled_from(FOLDERS))
    def folder_is_made_anew(self, folder: str) -> None:
        facts = self.office.ledger.folder_facts("oak", "office@oak.example").get(folder)
        if facts and facts.changes >= MOST_CHANGES:
            return  # once more in a row, and it would be stopped
        for mail in self.box.mail[folder]:
            name = _name(mail)
            old = self.on_server[folder][name] < NOW - timedelta(days=28)
            if old and name not in self.kept():  # now it lies among the old mail of a new folder
                self.must.discard(name)
        self.box.made_anew(folder)

    @rule(chunks=st.integers(0, 3))
    def poll_is_cut(self, chunks: int) -> None:
        self.box.break_after = chunks
        self.poll()
        self.box.break_after = None

    @rule()
    def poll_is_good(self) -> None:
        assert self.poll() is None
        kept = self.kept()
        assert self.must <= kept.keys()
        before = self.office.tables()
        assert self.poll() is None
        assert self.office.tables() == before, "a second poll with nothing new writes no row"

    def poll(self) -> Exception | None:
        self.now += timedelta(minutes=1)
        trouble = self.office.poll(self.now, config=KEEPS_NAMES)[0].trouble
        assert not self.never & self.kept().keys()
        whole = folded(self.office)
        letters = [c.opener.subject for c in whole.cases]
        letters += [n.message.subject for n in whole.not_tracked]
        inbox = {m.subject for m in self.office.ledger.messages() if m.role is Role.INBOX}
        assert Counter(letters) == Counter(inbox), "each mail once"
        given = {str(c.opener.subject): str(c.reference) for c in whole.cases}
        assert len(set(given.values())) == len(given)
        assert "None" not in given.values()
        assert self.given.items() <= given.items(), "a reference never changes"
        self.given = given
        return trouble

    def kept(self) -> Counter[str]:
        return Counter(str(m.subject) for m in self.office.ledger.messages())


def _name(mail: Delivered) -> str:
    return (mail.headers or b"").decode().partition("Subject: ")[2].partition("\r\n")[0]


def holds(examples: int, steps: int) -> None:
    run_state_machine_as_test(
        AnyOrder,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )


def test_whatever_happens_in_whatever_order() -> None:
    holds(50, 16)


@pytest.mark.slow
def test_whatever_happens_in_whatever_order_for_long() -> None:
    holds(1000, 30)
