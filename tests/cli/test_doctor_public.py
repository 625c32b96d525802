"""What doctor prints may be posted anywhere: planted names are nowhere in it; and it can be read."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.cli.doctoring import Bench, polled, raw
from tests.cli.terminal import pipe, terminal
from tests.edges.dovecot import PASSWORD, Dovecot
from tests.edges.fakeimap import FakeImap

# Each stands somewhere a doctor looks: mail, ledger, config, folders, paths, the server's own words.
PLANTED = ("rookwood", "euphemia", "ottilie", "allergy", "sesame", "quincey", "let-me-in")
SGR = re.compile(rb"\x1b\[[0-9;]*m")


@pytest.fixture
def named(bench: Bench) -> Bench:
    """A school, a login and folders that are called after people; a home in a person's folder."""
    bench.user = "euphemia.rookwood"
    bench.name = "Rookwood House"
    bench.folder = bench.folder / "quincey"
    bench.folder.mkdir()
    bench.home = bench.folder / "state"
    bench.home.mkdir(mode=0o700)
    return bench


def everything(bench: Bench) -> str:
    """All that doctor says, in each of its forms, on stdout and stderr, in lower case."""
    texts = []
    for words in (("doctor",), ("doctor", "--json")):
        result = bench.run(*words)
        texts += [result.out, result.err]
    assert all("server" in t or "config" in t for t in texts if t)
    return "\n".join(texts).casefold()


def planted(text: str) -> list[str]:
    return [word for word in PLANTED if word in text]


def test_nothing_of_a_good_mailbox(named: Bench, dovecot: Dovecot) -> None:
    named.port, named.ca = dovecot.tls_port, dovecot.ca_file
    named.more = 'sent = "Euphemia Sent"\nfolders = { "Ottilie" = "called", "Quincey" = "meeting" }'
    with dovecot.client(named.user) as client:
        for folder in ('"Euphemia Sent"', '"Ottilie"', '"Ottilie/Sent"'):
            client.create(folder)
    mail = raw("allergy", "Ottilie Rookwood <ottilie@sesame.example>")
    dovecot.append(named.user, "INBOX", [mail], datetime.now(UTC))
    named.run("poll")  # fails at the folder that is not there, and keeps why in the ledger
    marked = named.run("mark", "O1", "called", "--note", "spoke with Ottilie")
    assert marked.code == 0, marked.err
    text = everything(named)
    assert planted(text + named.shown(120, "doctor").out.casefold()) == []
    assert "a folder of another name (schools.toml names it)" in text
    assert "not there: the one for meeting" in text


@pytest.mark.parametrize(
    "script",
    [
        {"LOGIN ": b"TAG NO [AUTHENTICATIONFAILED] no euphemia.rookwood with let-me-in\r\n"},
        {"LOGIN ": b"TAG BAD LOGIN euphemia.rookwood let-me-in is throttled\r\n"},
        {"LOGIN ": b"* BYE Ottilie sesame\r\n"},
        {"LIST ": b"TAG NO Ottilie Rookwood has no licence\r\n"},
        {"LIST ": b"* LIST nonsense of Ottilie\r\nTAG OK done\r\n"},
        {
            "LIST ": b'* LIST (\\Sent) "/" "Ottilie"\r\n* LIST (\\Sent) "/" "Allergy"\r\nTAG OK done\r\n'
        },
        {"EXAMINE ": b"TAG NO Euphemia keeps this folder for herself\r\n"},
        {"EXAMINE ": b"* BYE Quincey switched me off\r\n"},
        {"UID SEARCH ": b"TAG BAD what is allergy\r\n"},
        {"UID FETCH ": b"* garbage of sesame {99999999999}\r\n"},
    ],
)
def test_no_word_of_a_talkative_server(named: Bench, script: dict[str, bytes]) -> None:
    with FakeImap(script) as fake:
        named.host, named.port = "127.0.0.1", fake.port
        text = everything(named)
    assert planted(text) == []


def test_no_word_of_a_greeting(named: Bench) -> None:
    for greeting in (b"* BYE Ottilie\r\n", b"sesame\r\n"):
        with FakeImap(greeting=greeting) as fake:
            named.host, named.port = "127.0.0.1", fake.port
            assert planted(everything(named)) == []


@pytest.mark.parametrize(
    "source",
    [
        'password_command = ["/nonexistent/euphemia", "sesame"]',
        'password_command = ["sh", "-c", "echo let-me-in >&2; exit 3 # ottilie"]',
        'password_command = ["true", "quincey"]',
        'password_file = "/nonexistent/ottilie"',
    ],
)
def test_no_argument_and_no_path_of_a_password(named: Bench, source: str) -> None:
    with FakeImap() as fake:
        named.host, named.port = "127.0.0.1", fake.port
        path = Path(named.write())
        text = re.sub(r"password_file = .*", source, path.read_text("utf-8"))
        path.write_text(text, "utf-8")
        results = [
            pipe(named.home, "doctor", *words, "--config", str(path)) for words in ([], ["--json"])
        ]
    for result in results:
        assert result.code == 1
        assert planted((result.out + result.err).casefold()) == []
    assert "| login | " in results[0].out
    assert "as the password" in results[0].out or "The password " in results[0].out


def test_no_word_of_a_broken_config(named: Bench) -> None:
    named.more = 'rookwood = "ottilie"\nsent = 7\nca_file = ["sesame"]'
    text = everything(named)
    assert planted(text) == []
    assert "mistakes, on line" in text


def test_a_path_below_home_begins_with_a_tilde(named: Bench) -> None:
    config = named.write()
    home = str(named.folder)
    out = pipe(named.folder, "doctor", "--config", config, HOME=home, COMMSLA_HOME="").out
    assert "There is none yet in ~/.local/state/commsla: nothing was polled." in out
    assert planted(out.casefold()) == []


def test_the_mail_that_was_polled_is_counted_and_not_told(named: Bench, dovecot: Dovecot) -> None:
    named.port, named.ca = dovecot.tls_port, dovecot.ca_file
    dovecot.append(named.user, "INBOX", [raw("sesame", "ottilie@x.example")], datetime.now(UTC))
    polled(named)
    assert planted(everything(named)) == []
    assert PASSWORD in PLANTED


@pytest.mark.parametrize("columns", [80, 120])
def test_it_fits_a_terminal_and_says_what_a_pipe_says(demo_home: Path, columns: int) -> None:
    shown = terminal(demo_home, columns, "demo", "doctor")
    piped = pipe(demo_home, "demo", "doctor")
    assert (shown.code, piped.code) == (0, 0)
    assert shown.rows[0] == "This computer"
    assert "…" not in shown.out
    assert all(len(row) <= columns for row in shown.rows)
    words = re.sub(r"\s+", " ", shown.out)
    for line in piped.rows[:-2]:
        _, place, name, sentence, *_ = line.split(" | ")
        assert re.sub(r":\d{4,5}\b", "", sentence) in re.sub(r":\d{4,5}\b", "", words), line
        assert place == "this computer" or place in words
        assert name in words
    assert shown.rows[-3] == "No problem, 28 ok."


def test_without_colour_the_result_is_still_a_word(demo_home: Path) -> None:
    plain = terminal(demo_home, 80, "demo", "doctor", NO_COLOR="1")
    assert not re.search(rb"\x1b\[[0-9;]*3[0-9]m", plain.raw)
    assert sum(row.startswith("  ok ") for row in plain.rows) == 28
    assert b"\x1b" not in SGR.sub(b"", plain.raw)


def test_the_envelope(demo_home: Path) -> None:
    answer = json.loads(pipe(demo_home, "demo", "doctor", "--json").out)
    assert (answer["commsla"], answer["version"], answer["ok"]) == ("doctor", 1, True)
    assert answer["data"]["counts"] == {"ok": 28, "warning": 0, "problem": 0, "skipped": 0}
    assert set(answer["data"]["checks"][0]) == {"name", "place", "result", "sentence", "fix"}
