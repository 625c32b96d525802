"""`doctor` with a machine and mailboxes in memory: what is asked, what is skipped, what stops nothing."""

from __future__ import annotations

from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from commsla.core import hostcheck
from commsla.core.checkup import Check, Health, Zone, exit_code
from commsla.core.hostfacts import Disk, FileSeen, LedgerForm, LedgerTrouble, StateFolder
from commsla.core.mailfacts import FolderSeen, Measured, Reached, SentBy, Step, Survey
from commsla.core.school import Config, Mailbox
from commsla.edges.ledger import Ledger, open_ledger
from commsla.errors import ConfigError, FolderRefused, LoginRefused, MailboxError
from commsla.jobs.doctor import Doctor
from tests.jobs.test_poll import CONFIG, DAYS, NOW, Office

INBOX, SENT = FolderSeen("INBOX", "INBOX"), FolderSeen("Sent", "Sent")
OAK, ELM = CONFIG.schools


def quiet(_: str) -> None:
    """Nobody watches."""


@pytest.fixture(autouse=True)
def _released_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hostcheck, "RELEASED", date(2025, 1, 1))


class Machine:
    """A healthy computer."""

    zoned = Zone(present=True, right=True)
    state = StateFolder(
        "~/state", "~/state", FileSeen(mine=True, mode=0o700),
        FileSeen(mine=True, mode=0o600, size=4096), FileSeen(mine=True, mode=0o600, size=32),
    )  # fmt: skip

    def about(self) -> str:
        return "commsla"

    def folder(self) -> StateFolder:
        return self.state

    def disk(self) -> Disk:
        return Disk("ext4", False, "", 10**11)

    def zone(self) -> Zone:
        return self.zoned


class Book:
    """A ledger that is there; `opened` counts how often its rows were asked for."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.found = LedgerForm("3.40.1", 3, 3, "delete")
        self.opened = 0

    def form(self) -> LedgerForm:
        return self.found

    def open(self) -> AbstractContextManager[Ledger]:
        self.opened += 1
        return closing(open_ledger(self.home))


@dataclass
class Post:
    """Mailboxes by address; an error stands for the step that raises it."""

    reached: dict[str, Reached] = field(default_factory=dict)
    login: dict[str, Exception] = field(default_factory=dict)
    surveyed: Survey = field(default_factory=lambda: Survey(INBOX, SENT, SentBy.FLAG))
    refuses: dict[str, Exception] = field(default_factory=dict)
    open: int = 0
    asked: list[str] = field(default_factory=list)

    def reach(self, mailbox: Mailbox) -> Reached:
        self.asked.append(f"reach {mailbox.address}")
        return self.reached.get(mailbox.address, Reached("TLSv1.3", NOW + timedelta(days=80)))

    def log_in(self, mailbox: Mailbox) -> Post:
        self.asked.append(f"login {mailbox.address}")
        if mailbox.address in self.login:
            raise self.login[mailbox.address]
        self.open += 1
        return self

    def survey(self) -> Survey:
        if "LIST" in self.refuses:
            raise self.refuses["LIST"]
        return self.surveyed

    def measure(self, folder: str, since: date) -> Measured:
        assert since == date(2025, 10, 25)
        if folder in self.refuses:
            raise self.refuses[folder]
        return Measured(7, NOW, 5)

    def close(self) -> None:
        self.open -= 1


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


class Ward:
    """One computer, two mailboxes, and doctor."""

    def __init__(self, home: Path) -> None:
        self.host, self.book, self.post = Machine(), Book(home), Post()
        self.config: Config | ConfigError = CONFIG

    def run(self, *codes: str) -> list[Check]:
        schools = [s for s in CONFIG.schools if not codes or s.code in codes]
        doctor = Doctor(
            self.host, self.book, self.post, self.config, "named by --config", DAYS, NOW, quiet
        )
        found = doctor.run(schools if isinstance(self.config, Config) else ())
        assert self.post.open == 0  # whatever happened
        return found


@pytest.fixture
def ward(tmp_path: Path, office: Office) -> Ward:
    office.poll()
    return Ward(tmp_path)


def of(checks: list[Check], code: str, name: str) -> Check:
    [found] = [c for c in checks if c.place.startswith(code) and c.name == name]
    return found


def troubled(checks: list[Check]) -> set[str]:
    return {
        f"{c.place.partition(' ')[0]} {c.name}".strip() for c in checks if c.state is Health.PROBLEM
    }


def test_a_healthy_office(ward: Ward) -> None:
    checks = ward.run()
    assert exit_code(checks) == 0
    assert {c.state for c in checks} == {Health.OK}
    assert [c.name for c in checks if c.place == "oak (@oak.example)"] == [
        "server", "TLS", "login", "inbox", "Sent", "replies", "last poll", "term dates",
    ]  # fmt: skip


def test_each_mailbox_has_its_own_failure(ward: Ward) -> None:
    ward.post.login["office@oak.example"] = LoginRefused(
        "office@oak.example: no", "hint", public="no"
    )
    checks = ward.run()
    assert troubled(checks) == {"oak login"}
    assert exit_code(checks) == 12
    assert of(checks, "oak", "Sent").state is Health.SKIPPED
    assert of(checks, "elm", "Sent").state is Health.OK
    ward.post.reached["office@elm.example"] = Reached(
        failed_at=Step.PORT, sentence="nothing listens", fix="look"
    )
    ward.post.asked.clear()
    checks = ward.run()
    assert troubled(checks) == {"oak login", "elm server"}
    assert exit_code(checks) == 1
    assert "login office@elm.example" not in ward.post.asked
    assert {c.place for c in ward.run("elm")} == {"", "elm (@elm.example)"}


def test_a_failure_without_public_words_says_none(ward: Ward) -> None:
    ward.post.login["office@oak.example"] = MailboxError("Ottilie's own words", "Ottilie's hint")
    check = of(ward.run(), "oak", "login")
    assert check.state is Health.PROBLEM
    assert "Ottilie" not in check.sentence + check.fix


def test_a_folder_that_does_not_open_and_a_line_that_breaks(ward: Ward) -> None:
    ward.post.refuses["Sent"] = FolderRefused("x", public="the server said no")
    checks = ward.run("oak")
    assert troubled(checks) == {"oak Sent"}
    assert of(checks, "oak", "inbox").state is Health.OK
    ward.post.refuses["Sent"] = MailboxError("x", public="the connection was cut")
    assert troubled(ward.run("oak")) == {"oak folders"}
    ward.post.refuses["LIST"] = MailboxError("x", public="the server said no")
    assert of(ward.run("oak"), "oak", "folders").sentence == "The server said no."


def test_rows_are_only_asked_for_where_they_can_be_read(ward: Ward) -> None:
    ward.book.found = replace(ward.book.found, trouble=LedgerTrouble.DAMAGED)
    checks = ward.run()
    assert ward.book.opened == 0
    assert troubled(checks) == {"integrity"}
    assert of(checks, "oak", "last poll").state is Health.SKIPPED
    assert of(checks, "oak", "replies").state is Health.OK  # from the folders then
    assert (
        "5 mails came in the last 30 days, 5 lie in Sent" in of(checks, "oak", "replies").sentence
    )
    ward.book.found = LedgerForm("3.40.1", 2, 3, "delete")
    assert exit_code(ward.run()) == 0
    assert ward.book.opened == 0


def test_without_a_config_the_computer_is_looked_at(ward: Ward) -> None:
    ward.config = ConfigError("x", ("schools.toml:3: no",))
    checks = ward.run()
    assert exit_code(checks) == 10
    assert troubled(checks) == {"config"}
    assert ward.post.asked == []
    assert ward.book.opened == 1
    [references] = [c for c in checks if c.name == "references"]
    assert references.state is Health.SKIPPED


def test_a_refused_login_explains_why_nothing_was_read(ward: Ward, office: Office) -> None:
    office.boxes["oak"].trouble = LoginRefused("no")
    for days in (1, 2):
        office.poll(NOW + timedelta(days=days))
    doctor = Doctor(
        ward.host, ward.book, ward.post, CONFIG, "x", DAYS, NOW + timedelta(days=2), quiet
    )
    ward.post.measure = lambda folder, since: Measured(7, NOW, 5)  # type: ignore[method-assign]
    assert troubled(doctor.run([OAK])) == {"oak last poll"}
    ward.post.login["office@oak.example"] = LoginRefused("no", public="no")
    checks = doctor.run([OAK])
    assert troubled(checks) == {"oak login"}
    assert of(checks, "oak", "last poll").state is Health.WARNING
    assert exit_code(checks) == 12


def test_a_password_that_ends_is_a_check_of_its_own(ward: Ward) -> None:
    today = NOW.date()
    for last, state, code in (
        (31, Health.OK, 0),
        (30, Health.WARNING, 0),
        (-1, Health.PROBLEM, 12),
    ):
        box = replace(OAK.mailboxes[0], secret_expires=today + timedelta(days=last))
        oak = replace(OAK, mailboxes=(box,))
        ward.config = replace(CONFIG, schools=(oak, ELM))
        doctor = Doctor(ward.host, ward.book, ward.post, ward.config, "x", DAYS, NOW, quiet)
        checks = doctor.run([oak, ELM])
        check = of(checks, "oak", "end of login")
        assert (check.state, exit_code(checks)) == (state, code)
        assert "office" not in check.sentence + check.fix
        assert not [c for c in checks if c.place.startswith("elm") and c.name == check.name]


def test_replies_that_nobody_sees(tmp_path: Path, office: Office) -> None:
    office.poll(NOW - timedelta(days=25))
    for number in range(6):
        office.boxes["oak"].put("INBOX", NOW - timedelta(days=20, hours=number))
    office.poll()
    check = of(Ward(tmp_path).run("oak"), "oak", "replies")
    assert check.state is Health.PROBLEM
    assert check.sentence.startswith(
        "6 enquiries in the last 30 days, 0 of them have a reply in Sent."
    )


def test_two_mailboxes_of_one_school_are_told_apart(ward: Ward) -> None:
    other = replace(OAK.mailboxes[0], address="ottilie@oak.example")
    oak = replace(OAK, mailboxes=(*OAK.mailboxes, other))
    ward.config = replace(CONFIG, schools=(oak, ELM))
    doctor = Doctor(ward.host, ward.book, ward.post, ward.config, "x", DAYS, NOW, quiet)
    places = list(dict.fromkeys(c.place for c in doctor.run([oak])))
    assert places == ["", "oak 1 (@oak.example)", "oak 2 (@oak.example)", "oak"]
