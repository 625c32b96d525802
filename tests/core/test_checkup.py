"""What doctor makes of plain facts: no machine, no mailbox, `now` is given."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from commsla.core.checkup import (
    RELEASED,
    Check,
    Health,
    Zone,
    check_zone,
    exit_code,
    many,
    ok,
    problem,
    skipped,
    summary,
    warning,
)
from commsla.core.hostcheck import (
    Kept,
    check_access,
    check_clock,
    check_disk,
    check_ledger,
    check_sqlite,
)
from commsla.core.hostfacts import Disk, FileSeen, LedgerForm, LedgerTrouble, StateFolder
from commsla.core.mailcheck import (
    Traffic,
    check_emptied,
    check_folders,
    check_polls,
    check_replies,
    check_server,
)
from commsla.core.mailfacts import FolderSeen, Measured, Reached, SentBy, Step, Survey
from commsla.core.model import MailboxRead
from commsla.core.schoolcheck import check_config, check_dates, check_references
from commsla.core.today import MailboxLine
from commsla.errors import ConfigError

NOW = datetime(2026, 12, 17, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
FOLDER = StateFolder(
    "~/state", "~/state", FileSeen(mine=True, mode=0o700),
    FileSeen(mine=True, mode=0o600, size=4096), FileSeen(mine=True, mode=0o600, size=32),
)  # fmt: skip
FORM = LedgerForm("3.40.1", form=3, newest_form=3, journal="delete")
LOGIN = problem("login", "no", "mend it", 12)
CONFIG = problem("config", "no", "mend it", 10)
OTHER = problem("disk", "no", "mend it")


@pytest.mark.parametrize(
    ("checks", "code"),
    [
        ([], 0),
        ([ok("a", "b"), warning("a", "b"), skipped("a", "b")], 0),
        ([LOGIN], 12),
        ([LOGIN, LOGIN, warning("a", "b")], 12),
        ([LOGIN, OTHER], 1),
        ([OTHER], 1),
        ([CONFIG], 10),
        ([OTHER, CONFIG, LOGIN], 10),
        ([replace(LOGIN, state=Health.WARNING)], 0),
    ],
)
def test_the_exit_code(checks: list[Check], code: int) -> None:
    assert exit_code(checks) == code


def test_the_summary() -> None:
    assert summary([OTHER, LOGIN, warning("a", "b"), ok("a", "b")]) == "2 problems, 1 warning, 1 ok"
    assert summary([ok("a", "b"), skipped("a", "b")]) == "no problem, 1 ok, 1 skipped"
    assert summary([OTHER] * 10) == "10 problems"
    assert (many(1, "mail"), many(1200, "mail")) == ("1 mail", "1,200 mails")


def test_time_zones() -> None:
    states = [
        check_zone(Zone(p, r)).state for p, r in ((True, True), (True, False), (False, False))
    ]
    assert states == [Health.OK, Health.PROBLEM, Health.PROBLEM]


@pytest.mark.parametrize(
    ("folder", "kept", "state"),
    [
        (FOLDER, Kept(polled=True), Health.OK),
        (FOLDER, None, Health.OK),
        (FOLDER, Kept(polled=False), Health.WARNING),
        (replace(FOLDER, ledger=FileSeen(mine=True)), None, Health.WARNING),
        (replace(FOLDER, ledger=None, key=None), None, Health.WARNING),
        (replace(FOLDER, key=None), None, Health.PROBLEM),
        (replace(FOLDER, key=FileSeen(mine=True, size=31)), None, Health.PROBLEM),
        (replace(FOLDER, closed=True), None, Health.PROBLEM),
    ],
)
def test_the_ledger(folder: StateFolder, kept: Kept | None, state: Health) -> None:
    assert check_ledger(folder, kept).state is state


def test_who_may_read_it() -> None:
    nobody = replace(FOLDER, folder=None, ledger=None, key=None)
    assert {c.state for c in check_access(nobody)} == {Health.SKIPPED}
    owner, access = check_access(FOLDER)
    assert (owner.state, access.state) == (Health.OK, Health.OK)
    owner, access = check_access(replace(FOLDER, key=FileSeen(mine=False, mode=0o640, size=32)))
    assert (owner.state, access.state) == (Health.PROBLEM, Health.PROBLEM)
    assert access.fix == "Run: chmod 600 ~/state/ledger.key"
    windows = FileSeen(mine=True)
    owner, access = check_access(StateFolder("x", "x", windows, windows, windows))
    assert (owner.state, access.state) == (Health.OK, Health.SKIPPED)


@pytest.mark.parametrize(
    ("disk", "states"),
    [
        (Disk("ext4", False, "", 10**11), "ok ok"),
        (Disk("nfs4", True, "", 10**11), "problem ok"),
        (Disk("ntfs", False, "OneDrive", 10**11), "warning ok"),
        (Disk(free=499_000_000), "skipped warning"),
        (Disk("ext4", False, "", 49_000_000), "ok problem"),
        (Disk(), "skipped skipped"),
    ],
)
def test_disks(disk: Disk, states: str) -> None:
    assert " ".join(c.state.value for c in check_disk(disk)) == states


@pytest.mark.parametrize(
    ("form", "states"),
    [
        (FORM, "ok ok"),
        (replace(FORM, sqlite="3.34.9"), "problem ok"),
        (replace(FORM, sqlite="4.0"), "ok ok"),
        (replace(FORM, form=2), "ok warning"),
        (replace(FORM, form=0), "ok ok"),
        (replace(FORM, form=4), "ok problem"),
        (replace(FORM, trouble=LedgerTrouble.DAMAGED), "ok problem"),
        (replace(FORM, trouble=LedgerTrouble.UNREADABLE), "ok problem"),
        (replace(FORM, trouble=LedgerTrouble.HALF_WRITTEN), "ok warning"),
        (replace(FORM, trouble=LedgerTrouble.BUSY), "ok warning"),
        (replace(FORM, trouble=LedgerTrouble.SLOW), "ok warning"),
    ],
)
def test_sqlite(form: LedgerForm, states: str) -> None:
    assert " ".join(c.state.value for c in check_sqlite(form, FOLDER)) == states
    nothing = replace(FOLDER, ledger=None)
    assert [c.state for c in check_sqlite(form, nothing)][1] is Health.SKIPPED


def test_the_clock() -> None:
    assert check_clock(NOW, None).state is Health.OK
    assert check_clock(NOW, Kept(True, NOW, NOW + timedelta(minutes=5))).state is Health.OK
    assert check_clock(NOW, Kept(True, NOW, NOW + timedelta(minutes=6))).state is Health.PROBLEM
    # A server may lie about one mail; then it is no proof.
    assert check_clock(NOW, Kept(True, NOW + HOUR, NOW)).state is Health.WARNING
    before = datetime(RELEASED.year, RELEASED.month, RELEASED.day, tzinfo=UTC) - HOUR
    assert check_clock(before, None).state is Health.PROBLEM


@pytest.mark.parametrize("failed", list(Step))
def test_how_far_a_server_is_reached(failed: Step) -> None:
    reached = Reached(failed_at=failed, sentence="it did not", fix="mend it")
    server, tls = check_server(reached, "imap.example:993", NOW)
    bad = tls if failed is Step.TLS else server
    assert (bad.state, bad.fix) == (Health.PROBLEM, "mend it")
    assert (tls.state is Health.SKIPPED) == (failed in (Step.NAME, Step.PORT))


@pytest.mark.parametrize(("days", "state"), [(14, Health.WARNING), (15, Health.OK)])
def test_days_left(days: int, state: Health) -> None:
    reached = Reached("TLSv1.3", NOW + timedelta(days=days, hours=1))
    assert [c.state for c in check_server(reached, "x", NOW)] == [Health.OK, state]


INBOX, SENT = FolderSeen("INBOX", "INBOX"), FolderSeen("Sent Items", "Sent Items")
OLD = FolderSeen("Sent", "Sent")
SURVEY = Survey(INBOX, SENT, SentBy.FLAG)


def seen(survey: Survey, **newest: datetime | None) -> dict[str, Check]:
    names = {"inbox": "INBOX", "sent": "Sent Items", "old": "Sent"}
    measured = {names[k]: Measured(3, at, 1) for k, at in newest.items()}
    return {c.name: c for c in check_folders(survey, measured, NOW)}


def test_folders() -> None:
    both = seen(SURVEY, inbox=NOW, sent=NOW - HOUR)
    assert [c.state for c in both.values()] == [Health.OK, Health.OK]
    assert both["Sent"].sentence == (
        '"Sent Items" (the server marks it as Sent): 3 mails, newest today 08:00.'
    )
    assert seen(SURVEY, inbox=NOW)["Sent"].state is Health.PROBLEM  # it does not open
    two = replace(SURVEY, others=(OLD,))
    week = timedelta(days=7)
    assert seen(two, inbox=NOW, sent=NOW - week, old=NOW)["Sent"].state is Health.OK
    assert seen(two, inbox=NOW, sent=NOW - week - HOUR, old=NOW)["Sent"].state is Health.WARNING
    assert seen(two, inbox=NOW, sent=None, old=NOW)["Sent"].state is Health.WARNING
    taken = seen(replace(SURVEY, taken=("called",)), inbox=NOW, sent=NOW)
    assert taken["mark folders"].state is Health.PROBLEM
    more = replace(
        SURVEY, inboxes=(FolderSeen("Dunn family", ""), None, FolderSeen("INBOX", "INBOX"))
    )
    assert seen(more, inbox=NOW, sent=NOW)["inboxes"].sentence == (
        "Not there, not to be opened, or Sent itself: number 1, number 2. Mail filed there is not seen."
    )
    more = replace(SURVEY, inboxes=(FolderSeen("Dunn family", ""),))
    there = {"INBOX": Measured(1, NOW, 1), "Dunn family": Measured(2, NOW, 1)}
    [said] = [c for c in check_folders(more, there, NOW) if c.name == "inboxes"]
    assert (said.state, said.sentence) == (
        Health.OK,
        "Read as well, by `inboxes` of schools.toml: number 1: 2 mails, newest today 09:00.",
    )
    own = replace(SURVEY, sent=FolderSeen("Dunn family", ""), by=SentBy.CONFIG)
    named = {c.name: c for c in check_folders(own, {"Dunn family": Measured(0, None, 0)}, NOW)}
    assert named["Sent"].sentence == "A folder of another name (schools.toml names it): empty."


def test_replies() -> None:
    blind = check_replies(Traffic(enquiries=12, replied=0, blind=True))
    assert blind.state is Health.PROBLEM
    assert blind.sentence.startswith(
        "12 enquiries in the last 30 days, 0 of them have a reply in Sent."
    )
    assert "MessageCopyForSentAsEnabled" in blind.fix
    assert "MessageCopyForSendOnBehalfEnabled" in blind.fix
    assert check_replies(Traffic(enquiries=0)).state is Health.OK
    assert check_replies(Traffic(came=20, sent=1)).state is Health.WARNING
    assert check_replies(Traffic(came=20, sent=2)).state is Health.OK
    assert check_replies(Traffic(came=19, sent=0)).state is Health.OK
    assert check_replies(Traffic(came=19)).state is Health.SKIPPED


def test_polls() -> None:
    def read(good: datetime | None, trouble: str = "") -> MailboxRead:
        return MailboxRead("oak", "office@oak.example", good, NOW - HOUR, trouble, None)

    def said(read: MailboxRead | None, *, stale: bool, explained: bool = False) -> Check:
        return check_polls(MailboxLine("office@oak.example", read, stale), NOW, explained=explained)

    assert said(None, stale=True).state is Health.WARNING
    assert said(read(NOW - HOUR), stale=False).state is Health.OK
    assert said(read(NOW - HOUR), stale=True).state is Health.PROBLEM
    assert said(read(NOW - HOUR), stale=True, explained=True).state is Health.WARNING
    failed = said(read(NOW - 2 * HOUR, "office@oak.example: Ottilie"), stale=False)
    assert failed.state is Health.WARNING
    assert failed.sentence == "Last read today 07:00; the try of today 08:00 failed."
    waits = replace(read(NOW - 2 * HOUR, "limits us"), retry_after=NOW + HOUR)
    assert said(waits, stale=False).sentence == (
        "Last read today 07:00; the try of today 08:00 failed. The server asked us to wait until "
        "today 10:00."
    )
    over = replace(waits, retry_after=NOW)
    assert "asked us" not in said(over, stale=False).sentence
    partly = said(read(NOW - HOUR, "no such folder"), stale=False)
    assert partly.sentence == "Last read today 08:00; not all of it could be read."


def test_folders_that_were_emptied_are_told_without_their_names() -> None:
    read = MailboxRead("oak", "office@oak.example", NOW, NOW, "", "Sent Items")
    line = MailboxLine("office@oak.example", read, stale=False)
    assert list(check_emptied(line)) == []
    emptied = replace(read, emptied=("Dunn family", "INBOX", "Sent Items"))
    [said] = check_emptied(replace(line, read=emptied))
    assert (said.state, said.sentence) == (
        Health.WARNING,
        "Held 20 mails or more and is suddenly empty: another folder, INBOX, Sent. What was open "
        "stays open.",
    )


def test_term_dates_and_references() -> None:
    today = date(2026, 12, 17)
    days = (0, 1, 60, 61)
    states = [check_dates(today + timedelta(days=d), today, "oak").state for d in days]
    assert states == [Health.PROBLEM, Health.WARNING, Health.WARNING, Health.OK]
    assert check_references(0).state is Health.OK
    assert check_references(1).sentence.startswith("1 open case without one")


def test_of_a_config_only_the_lines_are_said() -> None:
    problems = tuple(f'schools.toml:{n}: "Ottilie" is no key.' for n in range(1, 11))
    check = check_config("named by --config", ConfigError("x", problems))
    assert check.sentence == (
        "Named by --config: 10 mistakes, on line 1, 2, 3, 4, 5, 6, 7, 8 and more."
    )
    assert check.code == 10
    unknown = check_config("named by --config", ConfigError("Ottilie's file is odd"))
    assert unknown.sentence == "Named by --config: it cannot be used."
