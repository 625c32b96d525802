"""What was written decides, on a real server through the real command; and no word of it stays."""

from __future__ import annotations

import re
import sqlite3
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.cli.letters import MAKES, OFFICE, Letter, invitation, report
from tests.cli.terminal import Result
from tests.cli.test_end_to_end import Office
from tests.edges.dovecot import Dovecot
from tests.edges.faultproxy import FaultProxy
from tests.edges.readonly import PLANTED  # stands in every body

HOLDING = f"Thank you for your email about {PLANTED}. I will look into this and get back to you."
FULL = f"Yes, Tom can bring {PLANTED}. The coach leaves at 8.45am and it costs £4."
ASKS = f"May Tom bring {PLANTED} to the mill, and what does it cost?"


class School(Office):
    """One mailbox of one school with term dates, in which parents write and the office answers."""

    def __init__(self, dovecot: Dovecot, folder: Path, name: str) -> None:
        self.now = datetime.now(UTC)
        self.mailbox_keys = self.more = ""
        super().__init__(dovecot, folder, name)
        self.user = self.users[0]

    def config(self, *passwords: str, port: int = 0) -> None:
        year = self.now.year
        text = 'nation = "England"\n[policy]\nname = "P"\nacknowledge = "2 working days"\n'
        text += 'respond = "5 working days"\n[hours]\nmon = "08:30-16:00"\n'
        for first in (year - 1, year, year + 1):
            text += f'[years."{first}-{(first + 1) % 100:02}"]\n'
            text += f'terms = [["{first}-09-01", "{first + 1}-08-31"]]\n'
        text += f'{self.more}[[schools]]\ncode = "oak"\nprefix = "O"\nname = "Oak"\n'
        text += 'domains = ["school.test"]\n[[schools.mailboxes]]\n'
        text += f'address = "{OFFICE}"\nusername = "{self.users[0]}"\npassword_file = "good"\n'
        text += f'host = "127.0.0.1"\nsecurity = "plain"\nport = {port or self.dovecot.port}\n'
        (self.folder / "schools.toml").write_text(text + self.mailbox_keys, "utf-8")

    def asks(self, who: str, words: str = ASKS, ago: float = 60, **more: Any) -> Letter:
        """A parent's mail in the inbox, `ago` minutes old."""
        return self._put("INBOX", f"{who} <{who}@home.example>", f"Oak Office <{OFFICE}>", who, words, ago, more)  # fmt: skip

    def replies(self, to: Letter, words: str, ago: float = 30, **more: Any) -> Letter:
        """Our reply to a mail, in Sent."""
        more = {"above": to, "make": to.make, **more}
        return self._put("Sent Items", f"Oak Office <{OFFICE}>", to.sender, "office", words, ago, more)  # fmt: skip

    def _put(
        self,
        folder: str,
        sender: str,
        to: str,
        who: str,
        words: str,
        ago: float,
        more: dict[str, Any],
    ) -> Letter:
        self.count = getattr(self, "count", 0) + 1
        stays_away = more.pop("stays_away", False)
        wrapped = more.pop("wrapped", None)
        at = self.now - timedelta(minutes=ago)
        letter = Letter(f"{who}{self.count}", sender, to, words, at, **more)
        if not stays_away:
            raw = wrapped(letter) if wrapped else letter.raw
            self.dovecot.append(self.users[0], folder, [raw.replace("\n", "\r\n").encode()], at)
        return letter

    def polls(self) -> None:
        result = self.run("poll")
        assert (result.code, result.out, result.err) == (0, "", "")

    def by_parent(self) -> dict[str, list[dict[str, Any]]]:
        """The cases of each parent, the oldest first."""
        found: dict[str, list[dict[str, Any]]] = {}
        for case in sorted(self.status().values(), key=lambda c: int(c["reference"][1:])):
            found.setdefault(case["from"]["name"], []).append(case)
        return found

    def long_in_use(self) -> None:
        """As if the first poll had been 60 days ago."""
        self.sql("UPDATE mailbox_day_one SET at = at - 60 * 86400")

    def sql(self, statement: str) -> list[Any]:
        with sqlite3.connect(self.home / "ledger.sqlite3") as db:
            rows = db.execute(statement).fetchall()
        db.close()
        return rows

    def shown(self, reference: str) -> str:
        return self.run("show", reference).out


NUMBERS = count(1)  # each test has a mailbox of its own


@pytest.fixture
def school(dovecot: Dovecot, tmp_path: Path) -> School:
    return School(dovecot, tmp_path, f"texts{next(NUMBERS)}")


def states(case: dict[str, Any]) -> tuple[str, str]:
    return case["targets"]["acknowledge"]["state"], case["targets"]["respond"]["state"]


def nothing_planted(school: School, *outputs: Result) -> None:
    """No word of any body is in any file of the state folder, nor was it printed."""
    files = [f for f in school.home.rglob("*") if f.is_file()]
    assert any(f.name == "ledger.sqlite3" for f in files)
    for file in files:
        assert PLANTED.encode() not in file.read_bytes().lower(), file.name
    for result in outputs:
        assert PLANTED not in (result.out + result.err).lower()


# --- every kind of text, from every program -----------------------------------------------------------


@pytest.mark.parametrize("make", MAKES)
def test_what_a_reply_means(school: School, make: str) -> None:
    ask = {n: school.asks(n, make=make) for n in ("Anna", "Ben", "Carol", "Dan", "Eve")}
    school.replies(ask["Anna"], HOLDING)
    friday = school.now + timedelta(days=(4 - school.now.weekday()) % 7 + 7)
    on = f"{friday.day} {friday:%B %Y}"
    school.replies(ask["Ben"], f"I will phone you on {on} at 3.30pm to talk about {PLANTED}.")
    school.replies(ask["Carol"], f"Please join us; {PLANTED}.", wrapped=invitation)
    school.replies(ask["Dan"], f"Which class is Tom in, and is {PLANTED} what he means?")
    school.replies(ask["Eve"], FULL)
    school.polls()
    found = {name: case for name, [case] in school.by_parent().items()}
    assert {name: states(case)[0] for name, case in found.items()} == dict.fromkeys(ask, "met")
    responded = {name for name, case in found.items() if states(case)[1] == "met"}
    assert responded == {"Ben", "Carol", "Eve"}
    assert found["Ben"]["arranged_for"] == f"{friday:%Y-%m-%d}"
    assert [n for n, c in found.items() if c["arranged_for"]] == ["Ben"]
    assert [n for n, c in found.items() if c["to_check"]] == []
    assert "a holding reply" in school.shown(found["Anna"]["reference"])
    assert "a call or meeting is arranged: the response (an invitation)" in school.shown(
        found["Carol"]["reference"]
    )
    assert "we asked something back" in school.shown(found["Dan"]["reference"])
    school.replies(ask["Anna"], FULL, ago=10)
    school.polls()
    assert states(school.by_parent()["Anna"][0]) == ("met", "met")
    meanings = {m for (m,) in school.sql("SELECT meaning FROM text_facts")}
    assert meanings == {"holding", "arranges", "question back", "full"}
    nothing_planted(school, school.run("status", "--all"), school.run("status", "--json"))


@pytest.mark.parametrize("make", MAKES)
def test_what_a_parents_further_mail_means(school: School, make: str) -> None:
    def more(above: Letter, words: str, ago: float = 5, **keys: Any) -> None:
        school.asks(above.to.split()[0] if above.sender.startswith("Oak") else above.sender.split()[0],
                    words, ago, above=above, make=make, **keys)  # fmt: skip

    thanks, asks = school.asks("Anna", make=make), school.asks("Ben", make=make)
    waits, shared = school.asks("Carol", make=make), school.asks("Dan", make=make)
    more(school.replies(thanks, FULL), f"Thank you so much for the {PLANTED}!")
    more(school.replies(asks, FULL), f"Thanks. And what about {PLANTED} on Friday, may he?")
    more(waits, f"Any news about {PLANTED}? I have not heard back.")
    unseen = school.replies(shared, FULL, stays_away=True)
    more(unseen, f"But is {PLANTED} not too sour for him?")
    school.polls()
    found = school.by_parent()
    assert [states(c)[1] for c in found["Anna"]] == ["met", "no reply needed?"]
    assert found["Anna"][1]["section"] == "wrote_again"
    assert found["Anna"][1]["perhaps_no_reply_needed"]
    assert [states(c) for c in found["Ben"]] == [("met", "met"), ("waiting", "waiting")]
    assert found["Ben"][1]["wrote_again"]
    [carol] = found["Carol"]
    assert (states(carol), carol["chasers"]) == (("waiting", "waiting"), 1)
    first, second = found["Dan"]
    assert states(first) == ("answered (not confirmed)",) * 2
    assert first["section"] == "confirm"
    assert states(second) == ("waiting", "waiting")
    # Nobody is alerted about a thank-you, however old it gets.
    school.long_in_use()
    shown = school.run("status")
    assert "Anna" in shown.out
    nothing_planted(school, shown, school.run("show", first["reference"]))


def test_a_question_back_waits_for_the_parent_once_its_day_has_come(school: School) -> None:
    days = 24 * 60
    ask = school.asks("Anna", ago=20 * days)
    school.replies(ask, "Which class is Tom in?", ago=19 * days)
    open_one = school.asks("Ben", ago=20 * days)
    school.replies(open_one, HOLDING, ago=19 * days)
    school.polls()
    school.long_in_use()
    found = school.by_parent()
    assert states(found["Anna"][0]) == ("met", "waiting for parent")
    assert states(found["Ben"][0]) == ("met", "overdue")
    school.asks("Anna", f"In class 3, {PLANTED}.", ago=10, above=ask)
    school.polls()
    [anna] = school.by_parent()["Anna"]
    assert states(anna) == ("met", "waiting")
    assert anna["chasers"] == 0


def test_the_flag_of_the_mail_program_is_inferred_only(school: School) -> None:
    school.asks("Anna")
    school.polls()
    with school.dovecot.client(school.user) as client:
        client.select("INBOX")
        client.store("1", "+FLAGS", "(\\Answered)")
    school.polls()
    [anna] = school.by_parent()["Anna"]
    assert states(anna) == ("answered (not confirmed)",) * 2
    assert anna["section"] == "confirm"


@pytest.mark.parametrize("whole", [True, False])
def test_an_answer_that_did_not_arrive_is_owed_again(school: School, whole: bool) -> None:
    asked = {n: school.asks(n) for n in ("Anna", "Ben", "Carol", "Dan")}
    sent = {n: school.replies(a, FULL) for n, a in asked.items()}
    school.polls()
    assert {s for [c] in school.by_parent().values() for s in states(c)} == {"met"}
    reports = [
        report("r1", sent["Anna"].name, "Anna@home.example", whole=whole),
        report("r2", "somebody-else", "Ben@home.example", whole=whole),
        report("r3", sent["Carol"].name, "else@home.example", whole=whole),
        report("r4", sent["Dan"].name, "Dan@home.example", whole=whole, action="delayed"),
    ]
    for raw in reports:
        school.deliver(0, "INBOX", raw)
    school.polls()
    found = school.by_parent()
    assert states(found["Anna"][0]) == ("waiting", "waiting")
    assert {s for n in ("Ben", "Carol", "Dan") for s in states(found[n][0])} == {"met"}
    assert len(found) == 4
    nothing_planted(school)


# --- what a poll leaves behind ------------------------------------------------------------------------


def test_texts_are_read_without_a_trace_on_the_server_or_the_wire(school: School) -> None:
    asked = school.asks("Anna", ago=50)
    reply = school.replies(asked, FULL, ago=40)
    school.asks("Anna", f"Thanks, {PLANTED}!", ago=30, above=reply, make="outlook")
    school.asks("Ben", f'"{PLANTED}" {{9}}\nA1 STORE 1 +FLAGS (\\Deleted)')

    def everything() -> list[object]:
        found: list[object] = []
        with school.dovecot.client(school.user) as client:
            for folder in ("INBOX", '"Sent Items"'):
                client.select(folder, readonly=True)
                found.append(client.untagged_responses.get("RECENT"))
                found.append(client.uid("FETCH", "1:*", "(UID FLAGS INTERNALDATE)"))
        return found

    before = everything()
    with FaultProxy(("127.0.0.1", school.dovecot.port)) as proxy:
        school.config(port=proxy.port)
        result = school.run("poll")
        assert (result.code, result.err) == (0, "")
        said = proxy.sent_up().decode("latin-1").splitlines()
    assert everything() == before
    assert b"\\Recent" in repr(before).encode().replace(b"\\\\", b"\\")
    commands = [re.sub(r"^\S+ (UID )?", "", line).split(" ")[0] for line in said]
    read_only = {"CAPABILITY", "LOGIN", "LIST", "STATUS", "EXAMINE", "SEARCH", "FETCH", "LOGOUT"}
    assert set(commands) == read_only
    whole = [line for line in said if "BODY" in line and "HEADER.FIELDS" not in line]
    assert len(whole) >= 2, "the reply and the thank-you"
    assert all(re.search(r" UID FETCH \d+ \(UID BODY\.PEEK\[\]<0\.32768>\)$", x) for x in whole)
    assert not any("BODY[" in line for line in said)
    assert not any(PLANTED in line.lower() for line in said)
    nothing_planted(school, result)


def test_a_poll_that_breaks_down_writes_no_word_into_its_log(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever goes wrong while a text is in hand: the log names lines of code, and no text."""
    school.replies(school.asks("Anna"), FULL)
    broken = school.folder / "sitecustomize.py"
    broken.write_text(
        "import commsla.core.reading as r\n"
        "def broken(words, *_):\n    raise ZeroDivisionError(words)\n"
        "r.read_ours = broken\n",
        "utf-8",
    )
    import os
    import subprocess
    import sys

    from tests.cli.terminal import _environment

    done = subprocess.run(
        [sys.executable, "-m", "commsla", "poll", "--config", str(school.folder / "schools.toml")],
        env=_environment(school.home, {"PYTHONPATH": os.fspath(school.folder)}),
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 70, done.stderr
    assert (school.home / "error.log").exists()
    nothing_planted(school, Result(70, done.stdout, done.stderr))


# --- [privacy] and [phrases] --------------------------------------------------------------------------


def test_with_read_text_off_no_text_goes_over_the_wire(school: School) -> None:
    school.more = "[privacy]\nread_text = false\n"
    asked = school.asks("Anna", ago=50)
    reply = school.replies(asked, HOLDING, ago=40)
    school.asks("Anna", "Thank you!", ago=30, above=reply)
    school.deliver(0, "INBOX", report("r1", "x", "a@home.example", whole=True))
    with FaultProxy(("127.0.0.1", school.dovecot.port)) as proxy:
        school.config(port=proxy.port)
        school.polls()
        said = proxy.sent_up().decode("latin-1")
    assert said.count("HEADER.FIELDS (") >= 2
    assert "BODY.PEEK[]" not in said
    assert school.sql("SELECT count(*) FROM text_facts") == [(0,)]
    first, second = school.by_parent()["Anna"]
    assert states(first) == ("met", "met")
    assert (first["section"], first["to_check"]) == ("check", "texts are not read here")
    assert states(second) == ("waiting", "waiting"), "a thank-you is not known as such"


def test_a_schools_own_phrases_act_on_later_mail_only(school: School) -> None:
    own = f"The sheet with {PLANTED} is in the blue folder by the hatch, and Mrs Patel has the key to it."
    school.replies(school.asks("Anna"), own)
    school.polls()
    school.more = '[phrases]\nholding = ["is in the Blue Folder"]\n'
    school.config()
    school.replies(school.asks("Ben"), own)
    school.polls()
    found = school.by_parent()
    assert states(found["Anna"][0]) == ("met", "met")
    assert states(found["Ben"][0]) == ("met", "waiting")
    rows = school.sql("SELECT meaning, version FROM text_facts ORDER BY message_id")
    assert [m for m, _ in rows] == ["full", "holding"]
    assert len({v for _, v in rows}) == 2


# --- folders as marks ---------------------------------------------------------------------------------


FOLDER = "Zurückgerufen & erledigt"
ON_THE_WIRE = '"Zur&APw-ckgerufen &- erledigt"'


def test_a_mail_that_is_dragged_into_a_folder_is_marked(school: School) -> None:
    with school.dovecot.client(school.user) as client:
        client.create(ON_THE_WIRE)
    school.mailbox_keys = f'folders = {{ "{FOLDER}" = "called" }}\n'
    school.config()
    for name in ("Anna", "Ben"):
        school.asks(name)
    school.polls()
    school.polls()
    [(between,)] = school.sql("SELECT last_good FROM mailbox_reads")
    with school.dovecot.client(school.user) as client:
        client.select("INBOX")
        client.uid("COPY", "2", ON_THE_WIRE)
        client.uid("STORE", "2", "+FLAGS", "(\\Deleted)")
        client.expunge()
    dry = school.run("poll", "--dry-run")
    assert f'Oak: 0 new in the inbox, 0 new in Sent, 1 new in "{FOLDER}"; no new case' in dry.err
    assert dry.code == 0
    assert states(school.by_parent()["Ben"][0]) == ("waiting", "waiting")
    school.polls()
    [ben] = school.by_parent()["Ben"]
    assert states(ben) == ("met", "met")
    done = datetime.fromisoformat(ben["targets"]["respond"]["done"]["at"])
    assert int(done.timestamp()) == between, "the earlier of the two polls"
    told = school.shown(ben["reference"])
    assert re.search(
        r"called \[a folder of the mail program; recorded .*\]: lies in the folder Zur", told
    )
    assert states(school.by_parent()["Anna"][0]) == ("waiting", "waiting")
    assert len(school.by_parent()) == 2


def test_a_folder_that_does_not_exist_costs_only_itself(school: School) -> None:
    with school.dovecot.client(school.user) as client:
        client.create("Phoned")
        client.create("INBOX/Met")
    words = '"Fonned" = "called", "Phoned" = "called", "Met" = "meeting"'
    school.mailbox_keys = f"folders = {{ {words} }}\n"
    school.config()
    school.replies(school.asks("Anna"), HOLDING)
    school._put("Phoned", "Ben <Ben@home.example>", OFFICE, "Ben", ASKS, 60, {})
    for _ in range(2):
        result = school.run("poll")
        assert result.code == 1
        assert result.err == (
            f'{OFFICE}: there is no folder "Fonned"; {OFFICE}: there is no folder "Met". '
            'All else was read.\nDid you mean "Phoned"? Did you mean "INBOX/Met"?\n'
        )
    found = school.by_parent()
    assert states(found["Anna"][0]) == ("met", "waiting")
    lay_there = "answered (not confirmed)"  # before the first poll: nobody knows since when
    assert states(found["Ben"][0]) == (lay_there, lay_there)
    told = school.run("status").out
    assert "Fonned" in told
    assert "NEVER READ" not in told
    assert school.run("poll", "--dry-run").code == 1


# --- what an idle poll costs --------------------------------------------------------------------------


def asked(school: School) -> list[str]:
    """The commands of one poll, without their tags."""
    with FaultProxy(("127.0.0.1", school.dovecot.port)) as proxy:
        school.config(port=proxy.port)
        school.polls()
        said = proxy.sent_up().decode("latin-1").splitlines()
    school.config()
    return [line.partition(" ")[2] for line in said]


def test_an_idle_poll_asks_for_no_more_than_it_must_and_writes_only_when(school: School) -> None:
    reply = school.replies(school.asks("Anna"), FULL)
    school.asks("Anna", "Thank you!", 5, above=reply)
    school.polls()
    tables = ("messages", "cursors", "text_facts", "replied_flags", "case_references")
    before = {t: school.sql(f"SELECT * FROM {t}") for t in tables}
    names = [line.split(" ")[0] for line in asked(school)]
    bare = ["CAPABILITY", "LOGIN", "LIST", "STATUS", "STATUS", "EXAMINE"]
    # The thank-you is a case until a person says: where it lies, and whether it was answered.
    assert names == [*bare, "UID", "LOGOUT"]
    assert {t: school.sql(f"SELECT * FROM {t}") for t in tables} == before
    [thanked] = [c["reference"] for c in school.by_parent()["Anna"] if c["wrote_again"]]
    assert school.run("mark", thanked, "confirm").code == 0
    assert [line.split(" ")[0] for line in asked(school)] == [*bare, "LOGOUT"]
    school.asks("Ben")
    school.polls()
    about_ben = asked(school)[5:-1]
    assert about_ben[0].startswith('EXAMINE "INBOX"')
    assert about_ben[1:] == ["UID FETCH 3 (UID FLAGS)"]
