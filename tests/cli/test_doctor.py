"""`commsla doctor` against a real Dovecot and broken ones: each trouble by its check, its fix, its code."""

from __future__ import annotations

import json
import re
import socket
import ssl
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
import trustme

from commsla import wiring
from commsla.cli.app import app
from commsla.cli.boundary import run
from commsla.cli.place import Place
from commsla.edges.imap import wire
from tests.cli.doctoring import SCHOOL, Bench, in_days, polled, raw, year_until
from tests.edges.dovecot import PASSWORD, Dovecot
from tests.edges.fakeimap import FakeImap
from tests.edges.faultproxy import Fault, FaultProxy

LOGIN_NEEDED = ("inbox", "Sent")


def test_all_is_well(good: Bench, dovecot: Dovecot) -> None:
    now = datetime.now(UTC)
    dovecot.append(good.user, "INBOX", [raw("a1"), raw("a2")], now - timedelta(days=3))
    dovecot.append(good.user, "INBOX", [raw("old")], now - timedelta(days=45))
    ours = raw("o1", f"{good.user}@school.test", "p@home.example", "a1")
    dovecot.append(good.user, "Sent Items", [ours], now - timedelta(days=2))
    polled(good)
    before = sorted((p.name, p.read_bytes()) for p in good.home.iterdir())
    assert good.doctor().code == 0
    assert sorted((p.name, p.read_bytes()) for p in good.home.iterdir()) == before
    assert {c["result"] for c in good.checks} == {"ok"}
    assert all(c["fix"] is None for c in good.checks)
    assert good.check("config")["sentence"] == "Named by --config: 1 school, 1 mailbox."
    assert good.check("inbox")["sentence"].startswith('"INBOX": 3 mails, newest ')
    sent = good.check("Sent")["sentence"]
    assert sent.startswith('"Sent Items" (the server marks it as Sent): 1 mail, newest ')
    assert good.check("replies")["sentence"] == (
        "2 enquiries in the last 30 days, 1 of them has a reply in Sent."
    )
    assert re.fullmatch(
        r"TLSv1\.\d; the certificate is good for [\d,]+ more days, trusted by your own `ca_file`\.",
        good.check("TLS")["sentence"],
    )
    assert good.check("server")["place"] == "oak (@school.test)"


def test_before_the_first_poll_only_warnings(good: Bench) -> None:
    assert good.doctor().code == 0
    assert good.check("ledger")["result"] == "warning"
    assert good.check("ledger")["fix"].endswith("else: commsla poll")
    assert not good.home.exists() or not list(good.home.iterdir())
    assert good.state("integrity", "references", "last poll") == ["skipped"] * 3
    assert good.state("login", "inbox", "Sent") == ["ok"] * 3


def test_a_wrong_password_alone_is_12(good: Bench) -> None:
    good.password = "nonsense"
    assert good.doctor().code == 12
    assert good.problems() == ["login"]
    assert good.state(*LOGIN_NEEDED) == ["skipped", "skipped"]
    assert good.check("login")["sentence"].startswith(
        "The server refuses the user name or the pass"
    )
    good.years = year_until(datetime.now(UTC).date() - timedelta(days=400))
    assert good.doctor().code == 1  # not the only kind of problem any more


def test_a_secret_that_ends_soon_is_told_by_doctor_and_by_a_watched_poll(good: Bench) -> None:
    good.more = f'secret_expires = "{in_days(9).isoformat()}"'
    said = "hat it logs in with ends in 9 days ("
    watched = " ".join(good.shown(100, "poll").out.split())
    assert f"Oak ({good.user}@school.test): w{said}" in watched
    silent = good.run("poll")
    assert (silent.out, silent.err) == ("", ""), "cron is left in peace"
    assert good.doctor().code == 0
    check = good.check("end of login")
    assert check["result"] == "warning"
    assert check["sentence"].startswith(f"W{said}")


def test_no_sent_folder(bench: Bench) -> None:
    with FakeImap({"LIST ": b'* LIST () "/" INBOX\r\nTAG OK done\r\n'}) as fake:
        bench.host, bench.port = "127.0.0.1", fake.port
        assert bench.doctor().code == 1
    assert bench.problems() == ["Sent"]
    assert "no reply can be seen" in bench.check("Sent")["sentence"]
    assert bench.state("inbox") == ["ok"]


def test_two_candidates_for_sent_and_what_is_in_them(dovecot: Dovecot, good: Bench) -> None:
    with dovecot.client(good.user) as client:
        client.create("Sent")
    assert good.doctor().code == 0  # the flag decides
    assert good.check("Sent")["sentence"].endswith('looks like Sent: "Sent", empty.')
    when = datetime.now(UTC) - timedelta(days=1)
    dovecot.append(good.user, "Sent", [raw("o1")], when)
    assert good.doctor().code == 0
    assert good.check("Sent")["result"] == "warning"  # newer mail lies where nobody reads it
    assert '"Sent", 1 mail, newest yesterday' in good.check("Sent")["sentence"]
    good.more = 'sent = "Sent"'
    assert good.doctor().code == 0
    assert '"Sent" (schools.toml names it): 1 mail' in good.check("Sent")["sentence"]
    good.more = 'sent = "Snet"'
    assert good.doctor().code == 1
    assert good.problems() == ["Sent"]


def test_two_that_no_sign_tells_apart(bench: Bench) -> None:
    names = b"".join(b'* LIST () "/" "%s"\r\n' % n for n in (b"INBOX", b"Sent", b"Sent Items"))
    newest = b'* 3 FETCH (UID 3 INTERNALDATE "20-Nov-2026 09:30:00 +0000")\r\nTAG OK done\r\n'
    with FakeImap({"LIST ": names + b"TAG OK done\r\n", r"UID FETCH \*": newest}) as fake:
        bench.host, bench.port = "127.0.0.1", fake.port
        assert bench.doctor().code == 1
    sent = bench.check("Sent")
    assert sent["result"] == "problem"
    assert '"Sent", 3 mails, newest' in sent["sentence"]
    assert '"Sent Items", 3 mails' in sent["sentence"]
    assert 'Set `sent = "..."`' in sent["fix"]


def test_a_mark_folder_that_does_not_exist(good: Bench, dovecot: Dovecot) -> None:
    good.more = 'folders = { "Phoned" = "called", "Met" = "meeting" }'
    with dovecot.client(good.user) as client:
        client.create("Phoned")
    assert good.doctor().code == 1
    assert good.check("mark folders")["sentence"] == (
        "Not there: the one for meeting. Mail filed there is not seen."
    )


def test_an_unknown_certificate(good: Bench) -> None:
    other = good.folder / "other.pem"
    trustme.CA().cert_pem.write_to_path(str(other))
    good.ca = str(other)
    assert good.doctor().code == 1
    assert good.problems() == ["TLS"]
    assert "cannot be trusted" in good.check("TLS")["sentence"]
    assert good.state("server", "login", *LOGIN_NEEDED) == ["ok", *["skipped"] * 3]


@pytest.mark.parametrize(
    ("days", "result", "said"),
    [(-2, "problem", "certificate has expired"), (5, "warning", "good for 4 more days")],
)
def test_a_certificate_that_ended_or_soon_ends(
    bench: Bench, days: int, result: str, said: str
) -> None:
    ca = trustme.CA()
    bench.ca = str(bench.folder / "ca.pem")
    ca.cert_pem.write_to_path(bench.ca)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert("localhost", not_after=datetime.now(UTC) + timedelta(days=days)).configure_cert(
        context
    )
    with FakeImap(context=context) as fake:
        bench.port = fake.port
        code = bench.doctor().code
    assert (bench.check("TLS")["result"], code) == (result, 1 if result == "problem" else 0)
    assert said in bench.check("TLS")["sentence"]


def test_tls_that_begins_later(good: Bench, dovecot: Dovecot) -> None:
    good.port, good.more = dovecot.port, 'security = "starttls"'
    assert good.doctor().code == 0
    assert good.check("TLS")["sentence"].startswith("TLSv1.")
    with FakeImap() as fake:  # it knows no STARTTLS
        good.port = fake.port
        assert good.doctor().code == 1
        assert fake.asked("LOGIN") == []
    assert good.problems() == ["TLS"]


def test_nobody_listens(bench: Bench) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        bench.host, bench.port = "127.0.0.1", probe.getsockname()[1]
        assert bench.doctor().code == 1
    assert bench.problems() == ["server"]
    assert bench.state("TLS", "login", *LOGIN_NEEDED) == ["skipped"] * 4


@pytest.mark.parametrize("after", [0, 1500])
def test_a_server_that_hangs_holds_nobody_up(
    good: Bench,
    dovecot: Dovecot,
    after: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Nothing but the limit of each mailbox can end these: every other patience is an hour here."""
    monkeypatch.setattr(wiring, "Mailboxes", partial(wiring.Mailboxes, seconds=2.0))
    monkeypatch.setattr(wire, "CONNECT_SECONDS", 3600)
    monkeypatch.setattr(wire, "READ_SECONDS", 3600)
    monkeypatch.setenv("COMMSLA_HOME", str(good.home))
    with FaultProxy(("127.0.0.1", dovecot.tls_port), Fault(hang_down=after)) as proxy:
        good.port = proxy.port
        words = ["doctor", "--json", "--config", good.write()]
        assert run(app, words, Place.real()) == 1
    good.checks = json.loads(capsys.readouterr().out)["data"]["checks"]
    assert good.problems()[0] in ("TLS", "server")
    assert "did not answer in time" in str(good.checks)


def test_the_greeting_of_something_else(bench: Bench) -> None:
    with FakeImap(greeting=b"HTTP/1.1 400 Bad Request\r\n") as fake:
        bench.host, bench.port = "127.0.0.1", fake.port
        assert bench.doctor().code == 1
    assert bench.check("server")["sentence"].startswith("What answers there is no IMAP server")


def test_one_school_alone_and_one_that_is_not_there(good: Bench, dovecot: Dovecot) -> None:
    elm = SCHOOL.format(
        code="elm", prefix="X", name="Elm", user="elm", host="127.0.0.1", port=1,
        password=f'password_file = "{good.folder / "secret"}"', security='security = "plain"', more="",
    )  # fmt: skip
    good.extra = elm
    assert good.doctor().code == 1
    assert {c["place"] for c in good.checks} == {None, "oak (@school.test)", "elm (@school.test)"}
    assert good.check("login", "oak")["result"] == "ok"  # each its own failure
    assert good.check("server", "elm")["result"] == "problem"
    assert good.doctor("--school", "oak").code == 0
    assert {c["place"] for c in good.checks} == {None, "oak (@school.test)"}
    wrong = good.run("doctor", "--school", "ash")
    assert (wrong.code, wrong.out) == (2, "")


def test_it_reads_only(good: Bench, dovecot: Dovecot) -> None:
    dovecot.append(good.user, "INBOX", [raw("a1")], datetime.now(UTC))
    with FaultProxy(("127.0.0.1", dovecot.port)) as proxy:
        good.host, good.port, good.ca = "127.0.0.1", proxy.port, ""
        good.doctor()
        said = proxy.sent_up().decode()
    asked = {" ".join(line.split()[1 : 3 if " UID " in line else 2]) for line in said.splitlines()}
    assert asked <= {"CAPABILITY", "LOGIN", "LIST", "EXAMINE", "UID SEARCH", "UID FETCH", "LOGOUT"}
    assert "BODY" not in said
    assert PASSWORD in said
    with dovecot.client(good.user) as client:
        client.select("INBOX", readonly=True)
        assert b"\\Seen" not in b"".join(client.fetch("1", "(FLAGS)")[1])  # type: ignore[arg-type]
