"""A line that fails while texts are read: what came is kept, the rest waits, the next poll ends it."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.cli.letters import OFFICE
from tests.cli.terminal import Result, pipe
from tests.cli.test_texts import FULL, School, nothing_planted, states
from tests.edges.dovecot import Dovecot
from tests.edges.faultproxy import Fault, FaultProxy

PARENTS = ("Anna", "Ben", "Carol", "Dan")
LONG = FULL + "\n" + "\n".join(f"Item {n} of the list of what to bring along." for n in range(60))
NUMBERS = count(1)


@pytest.fixture
def school(dovecot: Dovecot, tmp_path: Path) -> School:
    """Four enquiries and four long replies, none of them read yet."""
    made = School(dovecot, tmp_path, f"faults{next(NUMBERS)}")
    for n, name in enumerate(PARENTS):
        made.replies(made.asks(name, ago=90 - n), LONG, ago=40 - n)
    return made


def size(school: School) -> int:
    """How many bytes a whole poll brings; a dry run reads them and keeps nothing."""
    with FaultProxy(("127.0.0.1", school.dovecot.port)) as proxy:
        school.config(port=proxy.port)
        assert school.run("poll", "--dry-run").code == 0
        assert not (school.home / "ledger.sqlite3").exists()
        return proxy.conns[0].down


def through(school: School, fault: Fault, *, python: Path | None = None) -> Result:
    with FaultProxy(("127.0.0.1", school.dovecot.port), fault) as proxy:
        school.config(port=proxy.port)
        config = str(school.folder / "schools.toml")
        extra = {"PYTHONPATH": str(python)} if python else {}
        result = pipe(school.home, "poll", "--config", config, cwd=None, **extra)
        assert proxy.conns[0].faulted or fault.replace
    return result


def whole_but_texts(school: School, read: int) -> None:
    """Headers, cursors and numbers are kept; of the replies the first `read` are read."""
    assert school.sql("SELECT count(*), count(DISTINCT message_id) FROM messages") == [(8, 8)]
    assert sorted(school.sql("SELECT folder, next_uid FROM cursors")) == [
        ("INBOX", 5),
        ("Sent Items", 5),
    ]
    assert school.sql("SELECT count(*) FROM text_facts") == [(read,)]
    found = {name: case for name, [case] in school.by_parent().items()}
    responds = ["met"] * read + ["waiting"] * (4 - read)
    assert [states(found[n]) for n in PARENTS] == [("met", r) for r in responds]
    listed = school.run("status", "--all").out
    assert listed.count("we replied; the reply is not read yet") == 4 - read


def ends_well(school: School, proxied: Result) -> None:
    """The next poll asks for the rest alone, and nothing is left to wait for."""
    read = school.sql("SELECT count(*) FROM text_facts")[0][0]
    with FaultProxy(("127.0.0.1", school.dovecot.port)) as proxy:
        school.config(port=proxy.port)
        school.polls()
        said = proxy.sent_up().decode("latin-1")
    assert said.count("BODY.PEEK[]") == 2 * (4 - read), "a reply and what it answers"
    assert {states(c) for [c] in school.by_parent().values()} == {("met", "met")}
    assert school.sql("SELECT count(*), count(DISTINCT message_id) FROM messages") == [(8, 8)]
    assert "not read yet" not in school.run("status", "--all").out
    nothing_planted(school, proxied)


@pytest.mark.parametrize(("before_the_end", "read"), [(2_000, 3), (5_000, 2), (14_300, 0)])
@pytest.mark.parametrize("rst", [False, True])
def test_a_cut_in_a_text(school: School, before_the_end: int, read: int, rst: bool) -> None:
    at = size(school) - before_the_end
    result = through(school, Fault(cut_down=at, rst=rst))
    assert (result.code, result.out) == (1, "")
    assert result.err.startswith(f"{OFFICE}: the connection to 127.0.0.1:")
    assert result.err.endswith(" was cut\nThe next poll tries again.\n")
    whole_but_texts(school, read)
    assert "was cut" in school.run("status").out
    ends_well(school, result)


def test_a_server_that_says_goodbye_between_texts(school: School) -> None:
    said = b"* BYE shutting down for the night\r\n"
    third = b"* 3 FETCH (UID 3 BODY[]<0> {"
    result = through(school, Fault(replace=(third, said + third)))
    assert result.code == 1
    assert "ended the conversation: shutting down for the night\n" in result.err
    whole_but_texts(school, 2)
    ends_well(school, result)


def test_a_server_that_hangs_in_a_text_until_the_budget_is_spent(school: School) -> None:
    at = size(school) - 5_000
    (school.folder / "sitecustomize.py").write_text(
        "import commsla.edges.imap.line as line\nline.open_line.__defaults__ = (3.0,)\n", "utf-8"
    )
    result = through(school, Fault(hang_down=at), python=school.folder)
    assert result.code == 1
    assert "took longer than 3 seconds and was given up\n" in result.err
    assert "Traceback" not in result.err
    whole_but_texts(school, 2)
    ends_well(school, result)


def test_one_of_two_mailboxes_fails_in_its_texts(school: School) -> None:
    at = size(school) - 5_000
    with FaultProxy(("127.0.0.1", school.dovecot.port), Fault(cut_down=at)) as proxy:
        school.config(port=proxy.port)
        config = school.folder / "schools.toml"
        elm = config.read_text("utf-8").partition("[[schools]]")[2]
        for old, new in (
            ('"oak"', '"elm"'),
            ('"O"', '"E"'),
            ('"Oak"', '"Elm"'),
            (OFFICE, "elm@school.test"),
            (school.users[0], school.users[1]),
            (f"port = {proxy.port}", f"port = {school.dovecot.port}"),
        ):
            elm = elm.replace(old, new)
        config.write_text(f"{config.read_text('utf-8')}[[schools]]{elm}", "utf-8")
        result = school.run("poll")
    assert result.code == 3
    assert result.err.endswith(
        "1 of 2 mailboxes could not be read: Oak. The others were read.\n"
        "The next commsla poll tries again and misses nothing.\n"
    )
    reads: list[Any] = school.sql("SELECT school, last_good IS NULL FROM mailbox_reads ORDER BY 1")
    assert reads == [("elm", 0), ("oak", 1)]
    school.config()
    ends_well(school, result)
