"""What poll, status and doctor say of a mailbox that is odd: on the screen, in a pipe, by its exit code."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.terminal import pipe
from tests.cli.test_end_to_end import HEAD, MAILBOX, Office, enquiry
from tests.edges.dovecot import PASSWORD, Dovecot
from tests.edges.fakeimap import FakeImap

EMPTY = '"INBOX" held 20 mails or more and is suddenly empty.'


def test_a_suddenly_empty_inbox_is_said_once_by_poll_and_shown_by_status_and_doctor(
    dovecot: Dovecot, tmp_path: Path
) -> None:
    office = Office(dovecot, tmp_path, "cli-emptied")
    for n in range(20):
        office.deliver(0, "INBOX", enquiry(f"p{n}@home.example", f"n{n}"))
    assert office.run("poll").err == ""
    with dovecot.client(office.users[0]) as client:
        client.select("INBOX")
        client.store("1:*", "+FLAGS", r"(\Deleted)")
        client.expunge()
    poll = office.run("poll")
    assert (poll.code, poll.out) == (0, "")
    assert poll.err == (
        f"Oak: {EMPTY} If nobody tidied up, ask who runs the mail server. What was open stays "
        "open.\n"
    )
    assert office.run("poll").err == ""
    assert EMPTY in office.run("status").out
    data = json.loads(office.run("status", "--json").out)["data"]
    assert [s["mailboxes"][0]["suddenly_empty"] for s in data["schools"]] == [["INBOX"], []]
    assert len(data["cases"]) == 20
    said = office.run("doctor").out
    assert "Held 20 mails or more and is suddenly empty: INBOX. What was open stays open." in said


def test_other_inboxes_are_in_poll_and_doctor_and_a_missing_one_is_told(
    dovecot: Dovecot, tmp_path: Path
) -> None:
    office = Office(dovecot, tmp_path, "cli-inboxes")
    with dovecot.client(office.users[0]) as client:
        assert client.create("INBOX/Dunn")[0] == "OK"
    office.deliver(0, "INBOX/Dunn", enquiry("anna@home.example", "a"))
    config = tmp_path / "schools.toml"
    text = config.read_text("utf-8")
    mailbox = f'username = "{office.users[0]}"\n'
    config.write_text(
        text.replace(mailbox, f'{mailbox}inboxes = ["INBOX/Dunn", "Rung"]\n'), "utf-8"
    )
    dry = office.run("poll", "--dry-run")
    assert '0 new in the inbox, 0 new in Sent, 1 new in "INBOX/Dunn"; 1 new case (O1)' in dry.err
    assert dry.code == 3
    assert 'there is no folder "Rung". All else was read.' in dry.err
    assert office.run("poll").code == 3
    said = office.run("doctor").out
    assert (
        "Not there, not to be opened, or Sent itself: number 2. Mail filed there is not seen."
        in said
    )
    assert "Dunn" not in said
    config.write_text(text.replace(mailbox, f'{mailbox}inboxes = ["INBOX/Dunn"]\n'), "utf-8")
    assert office.run("poll").code == 0
    assert (
        "Read as well, by `inboxes` of schools.toml: number 1: 1 mail" in office.run("doctor").out
    )


def test_a_server_that_asks_to_be_left_alone_is_and_poll_says_until_when(tmp_path: Path) -> None:
    later = b"TAG BAD Request is throttled. Suggested Backoff Time: 3600000 milliseconds\r\n"
    home = tmp_path / "state"
    home.mkdir()
    password = tmp_path / "password"
    password.write_text(PASSWORD, "utf-8")
    password.chmod(0o600)
    config = tmp_path / "schools.toml"
    with FakeImap({"LOGIN": later}) as fake:
        school = (
            '[[schools]]\ncode = "oak"\nprefix = "O"\nname = "Oak"\ndomains = ["school.test"]\n'
        )
        mailbox = MAILBOX.format(user="office", port=fake.port, password="password", ca="x")
        mailbox = mailbox.replace('ca_file = "x"', 'security = "plain"')
        config.write_text(HEAD + school + mailbox, "utf-8")
        words = ("poll", "--config", str(config))
        first = pipe(home, *words)
        assert (first.code, "asks us to wait 60 minutes" in first.err) == (1, True)
        asked = len(fake.lines)
        again = pipe(home, *words)
        assert again.code == 1
        assert "localhost asked us to wait until " in again.err
        assert "was not asked" in again.err
        assert len(fake.lines) == asked
    assert "asked us to wait until" in pipe(home, "doctor", "--config", str(config)).out
