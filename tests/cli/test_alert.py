"""`commsla alert` against a mail server that fsyncs before it says yes: once, and nothing lost."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from tests.cli.alerting import Alerting, body
from tests.cli.terminal import pipe
from tests.edges.faultproxy import Fault, FaultProxy
from tests.edges.smtp_sink import SmtpSink


@pytest.fixture
def sink(tmp_path: Path) -> Iterator[SmtpSink]:
    with SmtpSink(tmp_path / "box") as running:
        yield running


@pytest.fixture
def office(tmp_path: Path, sink: SmtpSink) -> Alerting:
    made = Alerting(tmp_path, sink.port, "office", "head")
    made.came(2)
    made.poll()
    return made


def test_it_goes_once_to_each_and_says_to_machines_that_a_machine_wrote(
    office: Alerting, sink: SmtpSink
) -> None:
    assert [office.run().code, office.run().code] == [0, 0]
    mails = sink.mails()
    assert [m.partition(b"\n")[0] for m in mails] == [b"office@oak.example", b"head@oak.example"]
    for mail in mails:
        read = message_from_bytes(body(mail), policy=policy.default)
        assert (read["Auto-Submitted"], read["X-Auto-Response-Suppress"]) == (
            "auto-generated",
            "All",
        )
        assert [p.get_content_type() for p in read.walk()] == [
            "multipart/alternative", "text/plain", "text/html",
        ]  # fmt: skip
    assert b"Leo" in mails[0]
    assert b"Leo" not in mails[1]


def test_cron_hears_nothing_and_json_is_one_document(office: Alerting) -> None:
    dry = office.run("-n", "--json")
    planned = json.loads(dry.out)["data"]["planned"]
    assert [(p["to"], len(p["cases"])) for p in planned] == [
        ("office@oak.example", 2),
        ("head@oak.example", 2),
    ]
    quiet = office.run()
    assert (quiet.code, quiet.out, quiet.err) == (0, "", "")


def test_a_dry_run_sends_and_keeps_nothing(office: Alerting, sink: SmtpSink) -> None:
    assert "To head@oak.example: 2 late - Oak" in office.run("--dry-run").out
    assert sink.mails() == []
    office.run()
    again = office.run("--dry-run").out
    assert "Nothing.\nNot told:" in again
    assert "O1, acknowledge: told today" in again


def test_who_is_refused_costs_only_himself(office: Alerting, sink: SmtpSink) -> None:
    office.write(sink.port, "refused", "head")
    first = office.run()
    assert first.code == 3
    assert "does not take mail for refused@oak.example: 550 no such person" in first.err
    assert [m.partition(b"\n")[0] for m in sink.mails()] == [b"head@oak.example"]
    second = office.run()  # not at every run of the day
    assert (second.code, len(sink.mails())) == (0, 1)
    assert "refused this address today" in office.run("-n").out


@pytest.mark.parametrize("word", ["later", "full"])
def test_what_the_server_puts_off_goes_with_the_next_run(
    office: Alerting, sink: SmtpSink, word: str
) -> None:
    if word == "later":
        office.write(sink.port, "later", "head")
    sink.switch("full", on=word == "full")
    first = office.run()
    assert first.code == (3 if word == "later" else 1)
    assert office.unsent() == 0
    sink.switch("full", on=False)
    office.write(sink.port, "office", "head")
    assert office.run().code == 0
    assert {m.partition(b"\n")[0] for m in sink.mails()} == {
        b"office@oak.example", b"head@oak.example",
    }  # fmt: skip


def test_a_line_cut_after_the_last_dot_costs_one_identical_mail(
    office: Alerting, sink: SmtpSink
) -> None:
    sink.switch("mute", on=True)
    first = office.run()
    assert (first.code, office.unsent()) == (1, 1)
    assert "was cut" in first.err
    sink.switch("mute", on=False)
    office.came(1)  # and though there is news by now
    office.poll()
    office.patience()
    assert office.run().code == 0
    to_office = [m for m in sink.mails() if m.startswith(b"office")]
    assert to_office[0] == to_office[1]
    assert len(to_office) == 3
    assert b"O3" in to_office[2]
    assert b"- O1" not in to_office[2]


@pytest.mark.parametrize("cut", [0, 10, 60, 150, 900])
def test_a_line_cut_before_it_loses_and_doubles_nothing(
    office: Alerting, sink: SmtpSink, cut: int
) -> None:
    with FaultProxy(("127.0.0.1", sink.port), Fault(cut_up=cut)) as proxy:
        office.write(proxy.port, "office", "head")
        assert office.run().code == 1
    assert sink.mails() == []
    # What was handed to the system whole may have arrived, as far as anybody here can know.
    assert office.unsent() == (cut > 100)
    office.write(sink.port, "office", "head")
    assert "left alone until" in office.run().err
    office.patience()
    assert office.run().code == 0
    assert len(sink.mails()) == 2


def test_a_test_mail_goes_to_our_own_addresses_only(office: Alerting, sink: SmtpSink) -> None:
    assert office.run("--test", "head@oak.example").code == 0
    for foreign in (
        "head@evil.example",
        "head",
        "a b@oak.example",
        "x@oak.example\r\nBcc: y@z.example",
        "@oak.example",
        "a..b@oak.example",
        ".@oak.example",
        " head@oak.example",
        "x@head@oak.example",
    ):
        assert office.run("--test", foreign).code == 2
    [mail] = sink.mails()
    assert mail.startswith(b"head@oak.example\n")
    assert b"Subject: Test of commsla's alerts\n" in mail.replace(b"\r\n", b"\n")


def test_an_alert_that_comes_back_and_what_machines_answer_to_it_is_no_case(
    office: Alerting, sink: SmtpSink
) -> None:
    office.run()
    before = office.run("-n", "--json").out
    mine = body(sink.mails()[0]).decode()
    message_id = str(message_from_bytes(mine.encode())["Message-ID"])
    office.box.put("INBOX", _now(), mine)
    stripped = "\r\n".join(x for x in mine.split("\r\n") if "Auto" not in x)
    office.box.put("INBOX", _now(), stripped.replace("head", "office"))  # by a gateway
    office.box.put(
        "INBOX",
        _now(),
        "From: head@trust.example\r\nTo: commsla@oak.example\r\nSubject: Automatic reply: 2 late\r\n"
        f"Message-ID: <ooo@trust.example>\r\nIn-Reply-To: {message_id}\r\n\r\n",
    )
    office.box.put(
        "INBOX",
        _now(),
        "From: Parent <parent@home.example>\r\nTo: office@oak.example\r\nSubject: Lunch\r\n"
        f"Message-ID: {message_id}\r\n\r\n",
    )
    office.poll()
    status = pipe(office.home, "status", "--json", "--config", str(office.config))
    cases = json.loads(status.out)["data"]["cases"]
    # Who only copies the id hides nothing with it.
    assert len(cases) == 3
    assert json.loads(before)["data"]["planned"] == []


def test_a_clock_in_doubt_sends_nothing_until_a_person_says_that_it_is_right(
    office: Alerting, sink: SmtpSink
) -> None:
    office.run()
    with sqlite3.connect(office.home / "ledger.sqlite3") as db:
        db.execute("UPDATE alert_runs SET last_run = last_run - 61 * 86400")
        db.execute("DELETE FROM said")
    db.close()
    doubted = office.run()
    assert (doubted.code, len(sink.mails())) == (1, 2)
    assert "61 days after the last run. No alert is sent." in doubted.err
    assert "commsla alert --clock-is-right" in doubted.err
    assert office.run("--clock-is-right").code == 0
    assert len(sink.mails()) == 4


def test_marking_as_safeguarding_tells_the_lead_at_once_and_nothing_else(
    office: Alerting, sink: SmtpSink
) -> None:
    office.write(sink.port, "office", "dsl")
    mark = pipe(office.home, "mark", "O1", "safeguarding", "--config", str(office.config))
    assert (mark.code, mark.err) == (0, "")
    [mail] = sink.mails()
    assert mail.startswith(b"dsl@oak.example\n")
    assert not any(word in mail for word in (b"O1", b"Leo", b"anna"))
    office.run()
    assert b"O1" not in sink.mails()[1]


def test_the_mark_stands_where_the_lead_cannot_be_told(office: Alerting, sink: SmtpSink) -> None:
    office.write(1, "dsl")
    mark = pipe(office.home, "mark", "O1", "safeguarding", "--config", str(office.config))
    assert mark.code == 0
    assert "The lead is not told yet" in mark.err
    office.write(sink.port, "dsl")
    office.patience()
    office.run()
    assert len(sink.mails()) == 1


def _now() -> datetime:
    return datetime.now(UTC)


def ten_at_once(office: Alerting) -> list[int]:
    started = [office.start() for _ in range(10)]
    return [p.wait(120) for p in started]


def rounds(office: Alerting, sink: SmtpSink, number: int) -> None:
    office.answered(3)
    for n in range(number):
        office.came(1, days_ago=7 - n / 1000)
        office.poll()
        codes = ten_at_once(office)
        assert set(codes) <= {0, 11}
        assert 0 in codes
    counted = Counter(sink.mails())
    assert set(counted.values()) == {1}
    assert len(counted) == 2 * number


def test_ten_alerts_at_once_double_nothing(office: Alerting, sink: SmtpSink) -> None:
    rounds(office, sink, 2)


@pytest.mark.slow
def test_ten_alerts_at_once_fifty_times(office: Alerting, sink: SmtpSink) -> None:
    rounds(office, sink, 50)


def after_a_kill(office: Alerting, sink: SmtpSink, kills: int) -> None:
    """The next run repairs it: everything was told, and at most `kills` mails came twice."""
    assert office.is_sound()
    office.patience()
    assert office.run().code == 0
    counted = Counter(sink.mails())
    assert {m.partition(b"\n")[0] for m in counted} == {b"office@oak.example", b"head@oak.example"}
    assert len(counted) == 2, "a second mail that is not the same, byte for byte"
    assert sum(counted.values()) - 2 <= kills
    assert office.unsent() == 0


def begin_again(office: Alerting, sink: SmtpSink) -> None:
    sink.box.write_bytes(b"")
    db = sqlite3.connect(office.home / "ledger.sqlite3")
    with db:
        db.executescript("DELETE FROM said; DELETE FROM outbox; DELETE FROM alert_runs;")
    db.close()


def killed_at_random(office: Alerting, sink: SmtpSink, number: int) -> int:
    chance, landed = random.Random(5), 0
    begun = time.monotonic()
    office.start().wait(120)
    usual = time.monotonic() - begun
    while landed < number:
        begin_again(office, sink)
        process = office.start()
        try:
            process.wait(chance.uniform(0.3, 1.05) * usual)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait(30)
            landed += 1
        after_a_kill(office, sink, 1)
    return landed


@pytest.mark.slow
def test_killed_at_five_hundred_random_moments(office: Alerting, sink: SmtpSink) -> None:
    assert killed_at_random(office, sink, 500) == 500


def test_killed_at_some_random_moments(office: Alerting, sink: SmtpSink) -> None:
    killed_at_random(office, sink, 4)


SYSCALLS = ("fdatasync", "sendto", "recvfrom", "connect", "ftruncate", "pwrite64")


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("strace"), reason="needs strace")
@pytest.mark.parametrize("name", SYSCALLS)
def test_killed_at_every_call_of_the_system(office: Alerting, sink: SmtpSink, name: str) -> None:
    landed = 0
    for number in range(1, 500):
        begin_again(office, sink)
        strace = ["strace", "-f", "-qq", "-o", os.devnull, "-e", f"trace={name}"]
        code = office.start(*strace, "-e", f"inject={name}:signal=SIGKILL:when={number}").wait(120)
        if code == 0:
            break
        assert code in (-signal.SIGKILL, 128 + signal.SIGKILL)
        landed += 1
        after_a_kill(office, sink, 1)
    else:
        pytest.fail("it never came to its end")
    assert landed, f"no run calls {name}: nothing was proved"
    print(f"{name}: {landed} kills")  # noqa: T201 - shown by pytest -s
