"""[smtp] and [[alerts]]: who may be told is decided by the file, and every mistake names its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from commsla.core.recipients import USUAL, Recipient, Stage
from commsla.edges.config import load_config
from commsla.errors import ConfigError

BASE = """nation = "England"
[policy]
name = "P"
acknowledge = "2 working days"
respond = "5 working days"
[hours]
mon = "08:30-16:00"
[smtp]
sender = "commsla@oak.example"
host = "smtp.example"
relay = true
{shared}
[[schools]]
code = "oak"
prefix = "O"
name = "Oak"
domains = ["oak.example"]
{own}
[[schools.mailboxes]]
address = "oakoffice@mail.example"
host = "imap.example"
password_file = "x"
"""
OWN = """[[schools.alerts]]
role = "office"
to = "{to}"
{more}"""


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "schools.toml"
    file.write_text(text, encoding="utf-8")
    return file


def own(tmp_path: Path, to: str, more: str = "", shared: str = "") -> Path:
    return written(tmp_path, BASE.format(shared=shared, own=OWN.format(to=to, more=more)))


def problems(file: Path) -> list[str]:
    with pytest.raises(ConfigError) as found:
        load_config(file)
    return [p.partition("schools.toml:")[2] for p in found.value.problems]


def test_what_is_usual_and_what_the_mailbox_itself_is_shown(tmp_path: Path) -> None:
    config = load_config(own(tmp_path, "OakOffice@mail.example"))
    [found] = config.schools[0].alerts
    usual = Recipient("office", "OakOffice@mail.example", frozenset(USUAL), 2, 3, subjects=True)
    assert found == usual
    server = config.mail_server
    assert server is not None
    assert (server.host, server.port, server.security) == ("smtp.example", 25, "starttls")


def test_a_school_says_otherwise_of_an_address_that_is_told_for_all(tmp_path: Path) -> None:
    shared = '[[alerts]]\nrole = "head"\nto = "head@oak.example"\n'
    more = 'stages = ["escalate"]\nescalate_after = 5\nrepeat = 0'
    [found] = load_config(own(tmp_path, "Head@oak.example", more, shared)).schools[0].alerts
    assert found == Recipient(
        "office", "Head@oak.example", frozenset({Stage.ESCALATE}), 0, 5, subjects=False
    )


@pytest.mark.parametrize(
    ("to", "more", "said"),
    [
        ("anna@home.example", "", '20: `to` is not in the `domains` of "Oak"'),
        ("office@sub.oak.example", "", '20: `to` is not in the `domains` of "Oak"'),
        ("x,y@oak.example", "", "20: `to` is not a plain mail address."),
        ("head@oak.example", 'detail = "subjects"', "21: sender and subject are shown only to"),
        ("head@oak.example", "escalate_after = 2", "21: `escalate_after` is only for the stage"),
        ("head@oak.example", 'stages = ["late"]', '21: `stages`: "late" is not known.'),
        ("head@oak.example", "repeat = 100", "21: `repeat` is not between 0 and 60"),
        ("head@oak.example", OWN.format(to="HEAD@oak.example", more=""), "23: this address is there"),
    ],
)  # fmt: skip
def test_a_recipient_that_cannot_be(tmp_path: Path, to: str, more: str, said: str) -> None:
    [found] = problems(own(tmp_path, to, more))
    assert found.startswith(said)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("relay = true", "", "8: [smtp] does not say where its password comes from."),
        ("relay = true", 'relay = true\npassword_file = "x"', "12: a relay takes mail without"),
        ("relay = true", 'relay = true\npassword = "x"', "12: Never write the password here."),
        ("relay = true", 'relay = true\nsecurity = "plain"', '12: security "plain" would send'),
        ("sender = \"commsla@oak", "sender = \"commsla@elm", "9: `sender` is in no school's"),
        ('host = "smtp.example"\n', "", "8: [smtp] has no `host`."),
    ],
)  # fmt: skip
def test_a_mail_server_that_cannot_be(tmp_path: Path, old: str, new: str, said: str) -> None:
    file = own(tmp_path, "head@oak.example")
    file.write_text(file.read_text().replace(old, new))
    [found] = problems(file)
    assert found.startswith(said)


def test_alerts_without_a_mail_server_are_a_mistake(tmp_path: Path) -> None:
    text = own(tmp_path, "head@oak.example").read_text()
    begin, end = text.index("[smtp]"), text.index("[[schools]]")
    [found] = problems(written(tmp_path, text[:begin] + text[end:]))
    assert "alerts need a mail server to leave by" in found


def test_who_is_told_for_all_schools_belongs_to_each(tmp_path: Path) -> None:
    text = BASE.format(shared='[[alerts]]\nrole = "head"\nto = "head@oak.example"\n', own="")
    elm = text[text.index("[[schools]]") :].replace("oak", "elm").replace('"O"', '"E"')
    [found] = problems(written(tmp_path, text + elm.replace("Oak", "Elm")))
    assert 'the `domains` of "Elm"' in found
    assert "[[schools.alerts]]" in found
