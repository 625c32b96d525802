"""The school's own rules, its form senders and its mail server's name, as schools.toml has them."""

from __future__ import annotations

from pathlib import Path

import pytest

from commsla.core.model import Kind
from commsla.core.school import Rule
from commsla.edges.config import load_config
from tests.edges.test_config import MINIMAL, YEAR
from tests.edges.test_config_problems import problems

WHOLE = MINIMAL + YEAR
HERE = WHOLE.count("\n") + 1  # the line of what is appended
CONDITION = "Write for example"


def test_rules_keep_their_order_their_lines_and_what_they_say(tmp_path: Path) -> None:
    path = tmp_path / "schools.toml"
    path.write_text(
        'form_senders = ["Forms@Website.example"]\n'
        + WHOLE.replace('host = "imap.oak', 'authserv = "MX.oak.example"\nhost = "imap.oak')
        + '[[rules]]\nsender = "News@Shop.example"\nkind = "bulk"\n'
        + '[[rules]]\nheader = "X-Mailer: ParentMail"\nsubject = " Weekly  bulletin "\n'
        + 'kind = "Automatic  Reply"\nschool = "oak"\n'
        + '[[rules]]\nheader = "X-App"\nkind = "enquiry"\ndomain = "@App.example"\n'
    )
    config = load_config(path)
    assert config.rules == (
        Rule(1, Kind.BULK, sender="News@Shop.example", line=HERE + 2),
        Rule(
            2,
            Kind.AUTOMATIC,
            subject="Weekly  bulletin",
            header="X-Mailer: ParentMail",
            school="oak",
            line=HERE + 5,
        ),
        Rule(3, Kind.ENQUIRY, domain="app.example", header="X-App", line=HERE + 10),
    )
    assert config.form_senders == ("forms@website.example",)
    [mailbox] = config.schools[0].mailboxes
    assert mailbox.authserv == "mx.oak.example"
    assert mailbox.headers == ("X-Mailer", "X-App")


def test_without_rules_nothing_more_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "schools.toml"
    path.write_text(WHOLE)
    config = load_config(path)
    assert (config.rules, config.form_senders) == ((), ())
    assert [(m.authserv, m.headers) for m in config.schools[0].mailboxes] == [("", ())]


KINDS = 'Write one of "enquiry", "bulk", "notification", "automatic reply", "internal".'


@pytest.mark.parametrize(
    ("rule", "line", "sentence"),
    [
        (
            'kind = "bulk"',
            0,
            "this rule has no condition, so every mail would meet it. Write `sender`, `domain`, "
            '`subject` or `header`, such as sender = "news@shop.example".',
        ),
        ('sender = "a@b.example"', 0, '[[rules]] has no `kind`. Write for example kind = "bulk".'),
        (
            'sender = "a@b.example"\nkind = "bulky"',
            2,
            f'`kind`: "bulky" is not known: did you mean "bulk"? {KINDS}',
        ),
        *(
            (
                f'sender = "a@b.example"\nkind = "{kind}"',
                2,
                f'`kind`: "{kind}" is nothing that a rule can make of a mail: {KINDS}',
            )
            for kind in ("ours", "invitation", "bounce", "receipt", "Read  receipt")
        ),
        (
            'sender = "shop.example"\nkind = "bulk"',
            1,
            '`sender` is not a mail address. Write for example "office@school.example".',
        ),
        (
            'domain = "news@shop"\nkind = "bulk"',
            1,
            "`domain` is not a domain. Write only what stands behind the @, such as "
            '"shop.example".',
        ),
        (
            'domain = "gmail.com"\nkind = "bulk"',
            1,
            '"gmail.com" is where parents write from, so this rule would hide their mail. Write '
            "the `sender` that is meant, or a second condition.",
        ),
        (
            'subject = ".*"\nkind = "bulk"',
            1,
            '`subject` holds no word. Write for example subject = "weekly bulletin".',
        ),
        (
            'header = "X Mailer: a"\nkind = "bulk"',
            1,
            "`header` is not the name of a header, with or without words behind it. Write for "
            'example header = "X-Mailer: ParentMail".',
        ),
        (
            'header = "X-Mailer: *"\nkind = "bulk"',
            1,
            '`header` holds no word. Write for example header = "X-Mailer: ParentMail".',
        ),
        (
            'sender = "a@b.example"\nkind = "bulk"\nschool = "oka"',
            3,
            'there is no school "oka" in this file: did you mean "oak"?',
        ),
        (
            'sender = "a@b.example"\nkind = "bulk"\nschool = "elm-park"',
            3,
            'there is no school "elm-park" in this file. Write one of: oak.',
        ),
        ('sendr = "a@b.example"\nkind = "bulk"', 1, "`sendr` is not known: did you mean `sender`?"),
        ('sender = 7\nkind = "bulk"', 1, "`sender` must be text in quotes, not a number. Write for example sender = \"news@shop.example\"."),
    ],
)  # fmt: skip
def test_a_wrong_rule_is_one_sentence_at_its_line(
    tmp_path: Path, rule: str, line: int, sentence: str
) -> None:
    found = problems(f"{WHOLE}[[rules]]\n{rule}\n", tmp_path)
    assert found == [f"schools.toml:{HERE + line}: {sentence}"]


def test_other_wrong_words_about_mail(tmp_path: Path) -> None:
    table = WHOLE + '[rules]\nsender = "a@b.example"\nkind = "bulk"\n'
    [found] = problems(table, tmp_path)
    assert found.endswith(
        "`rules` is a list of tables. Write [[rules]] with two brackets on each side."
    )
    [found] = problems('form_senders = ["forms"]\n' + WHOLE, tmp_path)
    assert "an entry of `form_senders` is not a mail address." in found
    named = WHOLE.replace('host = "imap.oak', 'authserv = "mx one"\nhost = "imap.oak')
    [found] = problems(named, tmp_path)
    assert "`authserv` is not the bare name of a server." in found
    under = WHOLE.replace('name = "Oak"', 'name = "Oak"\nform_senders = []')
    [found] = problems(under, tmp_path)
    assert "`form_senders` does not belong under [[schools]]. Write it at the top of" in found


def test_a_public_domain_may_be_brought_back_or_narrowed(tmp_path: Path) -> None:
    for rule in ('kind = "enquiry"', 'kind = "bulk"\nsubject = "half-price glue"'):
        assert problems(f'{WHOLE}[[rules]]\ndomain = "gmail.com"\n{rule}\n', tmp_path) == []
