"""What schools.toml says about texts, phrases and folders that mark: right, and wrong at its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from commsla.core.model import Word
from commsla.core.phrases import DEFAULT
from commsla.edges.config import load_config
from tests.edges.test_config import MINIMAL, YEAR
from tests.edges.test_config_problems import problems

WHOLE = MINIMAL + YEAR
HERE = WHOLE.count("\n") + 1  # the line of what is appended
MAILBOX = MINIMAL.count("\n") + 1  # the line below the mailbox's last
WORDS = 'Write "called" or "meeting" or "answered" or "no-reply-needed" or "not-for-us".'


def test_what_is_written_is_what_is_meant(tmp_path: Path) -> None:
    path = tmp_path / "schools.toml"
    own = '[phrases]\nholding = ["It is in Hand"]\nurgent = ["the pond"]\n'
    folders = 'folders = { " Zurückgerufen & mehr " = "called", "Met/2026" = "Meeting" }\n'
    path.write_text(MINIMAL + folders + YEAR + "[privacy]\nread_text = false\n" + own, "utf-8")
    config = load_config(path)
    assert config.read_text is False
    assert config.phrases == DEFAULT.with_more(holding=["It is in Hand"], urgent=["the pond"])
    assert config.phrases.version != DEFAULT.version
    [mailbox] = config.schools[0].mailboxes
    assert mailbox.folders == (
        ("Zurückgerufen & mehr", Word.CALLED),
        ("Met/2026", Word.MEETING),
    )


def test_without_any_of_it_texts_are_read_by_the_built_in_phrases(tmp_path: Path) -> None:
    path = tmp_path / "schools.toml"
    path.write_text(WHOLE)
    config = load_config(path)
    assert (config.read_text, config.phrases) == (True, DEFAULT)
    assert config.schools[0].mailboxes[0].folders == ()


@pytest.mark.parametrize(
    ("table", "line", "sentence"),
    [
        (
            '[privacy]\nread_text = "no"', 1,
            "`read_text` must be true or false, not text. Write for example read_text = true.",
        ),
        ("[privacy]\nreadtext = false", 1, "`readtext` is not known: did you mean `read_text`?"),
        (
            '[phrases]\nholding = "in hand"', 1,
            '`holding` must be a list in square brackets, not text. Write for example holding = ["it is in hand"].',
        ),
        (
            '[phrases]\nholding = [7]', 1,
            'each item of `holding` must be text in quotes, not a number. Write for example holding = ["it is in hand"].',
        ),
        (
            '[phrases]\ncloser = ["lovely", " ... "]', 1,
            'an entry of `closer` holds no word. Write for example closer = ["you are a star"].',
        ),
        ('[phrases]\ncloser = [""]', 1, 'an entry of `closer` is empty. Write for example closer = ["you are a star"].'),
        ("[phrases]\nholdings = []", 1, "`holdings` is not known: did you mean `holding`?"),
    ],
)  # fmt: skip
def test_a_wrong_word_about_texts_is_one_sentence_at_its_line(
    tmp_path: Path, table: str, line: int, sentence: str
) -> None:
    assert problems(f"{WHOLE}{table}\n", tmp_path) == [f"schools.toml:{HERE + line}: {sentence}"]


MARKED = "all of its mail would be marked. Write a folder into which only such mail is moved."


@pytest.mark.parametrize(
    ("keys", "line", "sentence"),
    [
        (['folders = { "Inbox" = "called" }'], 0, f'the folder "Inbox" is the inbox: {MARKED}'),
        (
            ['inbox = "Postfach"', 'folders = { "inbox" = "called" }'],
            1,
            f'the folder "inbox" is the inbox: {MARKED}',
        ),
        (
            ['inbox = "Entrée"', 'folders = { "Entre\u0301e" = "called" }'],
            1,
            f'the folder "Entre\u0301e" is the inbox: {MARKED}',
        ),
        (
            ['folders = { "sent items" = "called" }', 'sent = "Sent Items"'],
            0,
            f'the folder "sent items" is the folder of sent mail: {MARKED}',
        ),
        (
            ['folders = { "Phoned" = "called", "phoned " = "meeting" }'],
            0,
            'the folder "phoned" is there twice. Write it once.',
        ),
        (
            ['folders = { " " = "called" }'],
            0,
            'a folder without a name. Write for example folders = { "Phoned" = "called" }.',
        ),
        (
            ['folders = { "Ph\\noned" = "called" }'],
            0,
            'the folder "Ph\\noned" holds a line break or another character that cannot be seen. '
            'Write for example folders = { "Phoned" = "called" }.',
        ),
        (
            ['folders = { "Phoned" = "caled" }'],
            0,
            f'`Phoned`: "caled" is not known. {WORDS}',
        ),
        (
            ['folders = ["Phoned"]'],
            0,
            "`folders` can be there only once. Write [schools.mailboxes.folders] with one bracket on "
            "each side.",
        ),
    ],
)
def test_a_wrong_folder_is_one_sentence_at_its_line(
    tmp_path: Path, keys: list[str], line: int, sentence: str
) -> None:
    text = MINIMAL + "".join(f"{key}\n" for key in keys) + YEAR
    assert problems(text, tmp_path) == [f"schools.toml:{MAILBOX + line}: {sentence}"]


def test_a_folder_in_a_table_of_its_own_is_told_at_its_own_line(tmp_path: Path) -> None:
    table = '[schools.mailboxes.folders]\n"Phoned" = "called"\n"INBOX" = "called"\n'
    [found] = problems(MINIMAL + table + YEAR, tmp_path)
    assert found.startswith(f'schools.toml:{MAILBOX + 2}: the folder "INBOX" is the inbox:')


def test_other_inboxes_are_read_and_the_inbox_itself_is_no_other(tmp_path: Path) -> None:
    path = tmp_path / "schools.toml"
    path.write_text(MINIMAL + 'inboxes = ["inbox", " INBOX/Parents ", "Empfang"]\n' + YEAR, "utf-8")
    assert load_config(path).schools[0].mailboxes[0].inboxes == ("INBOX/Parents", "Empfang")


@pytest.mark.parametrize(
    ("keys", "line", "sentence"),
    [
        (
            ['sent = "Sent Items"', "inboxes = [", '"Reception",', '"sent items"]'],
            3,
            'the folder "sent items" is the folder of sent mail: our answers would count as enquiries. '
            "Take it out of `inboxes`.",
        ),
        (
            ['inboxes = ["Phoned"]', 'folders = { "phoned" = "called" }'],
            1,
            f'the folder "phoned" is one of `inboxes`: {MARKED}',
        ),
        (
            ['inboxes = ["Reception", "reception"]'],
            0,
            'the folder "reception" is there twice. Write it once.',
        ),
        (
            ['inboxes = "Reception"'],
            0,
            "`inboxes` must be a list in square brackets, not text. Write for example inboxes = "
            '["INBOX/Parents"].',
        ),
        (
            ['inboxes = [" "]'],
            0,
            'an entry of `inboxes` is empty. Write for example inboxes = ["INBOX/Parents"].',
        ),
    ],
)
def test_a_wrong_inbox_is_one_sentence_at_its_line(
    tmp_path: Path, keys: list[str], line: int, sentence: str
) -> None:
    text = MINIMAL + "".join(f"{key}\n" for key in keys) + YEAR
    assert problems(text, tmp_path) == [f"schools.toml:{MAILBOX + line}: {sentence}"]


def test_all_mail_is_read_alone(tmp_path: Path) -> None:
    path = tmp_path / "schools.toml"
    path.write_text(f"{MINIMAL}all_mail = true\n{YEAR}")
    assert load_config(path).schools[0].mailboxes[0].all_mail is True
    keys = 'all_mail = true\ninboxes = ["Parents"]\nsent = "Gesendet"\n'
    assert problems(MINIMAL + keys + YEAR, tmp_path) == [
        f"schools.toml:{MAILBOX + line}: `all_mail` reads every folder, Sent among them. Take `{key}` "
        "out."
        for line, key in ((1, "inboxes"), (2, "sent"))
    ]
