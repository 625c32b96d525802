"""A schools.toml that is wrong as a whole, wrong in many places, or no config at all."""

from __future__ import annotations

import os
import tempfile
import traceback
from pathlib import Path

import pytest

from commsla.edges.config import load_config
from commsla.errors import ConfigError
from tests.edges.test_config import MINIMAL, YEAR

PASSWORD = 'password_file = "oak.password"'


def refused(text: str | bytes, folder: Path) -> ConfigError:
    """The error that `text` is refused with."""
    path = folder / "schools.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    return caught.value


def test_every_problem_is_told_at_once_in_the_order_of_the_lines(tmp_path: Path) -> None:
    text = MINIMAL + YEAR
    for old, new in (
        ("nation", "nationn"),
        ('"5 working days"', '"5 days"'),
        ("08:30-16:00", "16:00-08:30"),
        ('"O"', '"M"'),
        (PASSWORD, 'security = "plain"'),
        ("Wed 2026-09-02", "Tue 2026-09-02"),
        ("4 January", "5 January"),
        ("Tue 1st", "Sat 5th"),
    ):
        assert old in text
        text = text.replace(old, new)
    error = refused(text, tmp_path)
    assert error.problems == (
        "schools.toml:1: `nationn` is not known: did you mean `nation`?",
        'schools.toml:5: `respond`: "5 days" leaves a question open: school days, working days or '
        'calendar days? Write "5 working days" or "5 school days".',
        'schools.toml:7: `mon`: "16:00-08:30" closes before it opens. Write for example '
        '"08:30-16:00" or "08:30-12:00, 13:00-16:00", and leave a weekday out on which the office is closed.',
        'schools.toml:8: this school has no nation. Write nation = "England" at the top of the '
        "file, or below the school.",
        'schools.toml:10: `prefix`: "M" is taken: m123 is a message. Write another letter, such '
        'as "N".',
        "schools.toml:13: this mailbox does not say where its password comes from. Write "
        'password_command = ["pass", "show", "norton"] or password_file = "norton.password"; '
        'for Microsoft 365 or Google Workspace write login = "microsoft365" or "google".',
        'schools.toml:16: security "plain" would send the password readable over the network, and '
        'is only for a server on this machine. Write security = "tls".',
        'schools.toml:19: `terms`: "Tue 2026-09-02" is wrong: 2026-09-02 is a Wednesday, not a '
        'Tuesday. Write "Wed 2026-09-02", or the date that is meant.',
        'schools.toml:20: `terms`: "Monday 5 January 2027" is wrong: 2027-01-05 is a Tuesday, not '
        'a Monday. Write "Tue 2027-01-05", or the date that is meant.',
        "schools.toml:22: the INSET day Sat 2026-09-05 is at the weekend. Write a weekday; an "
        'office that opens then is written as [[days]] with kind = "office".',
    )
    assert error.message == "schools.toml has 10 problems."
    assert error.hint == "Mend the lines and run the command again. Nothing was done."
    assert error.exit_code == 10


def test_terms_of_two_years_overlap(tmp_path: Path) -> None:
    text = MINIMAL + YEAR.replace("2027-07-21", "2027-08-31")
    text += '[years."2027-28"]\nterms = [["2027-08-31", "2027-12-17"]]\n'
    assert refused(text, tmp_path).problems == (
        "schools.toml:24: the term from 2027-08-31 to 2027-12-17 overlaps the one from 2027-01-04 "
        "to 2027-08-31. Write terms that share no day.",
    )


def test_a_schools_own_year_is_checked_beside_the_shared_ones(tmp_path: Path) -> None:
    own = '[schools.years."2027-28"]\nterms = [["2027-08-31", "2028-07-14"]]\n'
    text = MINIMAL + own + YEAR.replace("2027-07-21", "2027-08-31")
    assert refused(text, tmp_path).problems == (
        "schools.toml:18: the term from 2027-08-31 to 2028-07-14 overlaps the one from 2027-01-04 "
        "to 2027-08-31. Write terms that share no day.",
    )


def test_a_shared_mistake_is_told_once_however_many_schools_there_are(tmp_path: Path) -> None:
    school = MINIMAL[MINIMAL.index("[[schools]]") :]
    other = school.replace("oak", "elm").replace('"O"', '"E"')
    text = MINIMAL + other + YEAR.replace('["Tue 1st', '["Tue 2026-09-01", "Tue 1st')
    assert refused(text, tmp_path).problems == (
        "schools.toml:31: the INSET day Tue 2026-09-01 is listed twice. Leave one out, or write "
        "the other day.",
    )


def test_single_days_have_a_date_a_kind_and_a_reason_once(tmp_path: Path) -> None:
    day = '[[days]]\ndate = 2026-11-03\nkind = "closed"\nreason = "snow"\n'
    text = MINIMAL + day + day.replace('"closed"', '"snow"').replace("reason", "reasons")
    assert refused(text, tmp_path).problems == (
        "schools.toml:22: Tue 2026-11-03 is there twice under [[days]]. Leave one of them out.",
        'schools.toml:23: `kind`: "snow" is not known. Write "closed" or "office" or "school".',
        "schools.toml:24: `reasons` is not known: did you mean `reason`?",
    )


# --- secrets --------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["password", "Password", "passwd", "imap_password"])
def test_a_password_in_the_file_is_refused_and_never_shown(tmp_path: Path, key: str) -> None:
    error = refused(MINIMAL.replace("password_file", key), tmp_path)
    assert error.message == "schools.toml has 1 problem."
    assert error.problems == (
        "schools.toml:16: Never write the password here. Use `password_command` or "
        "`password_file`.",
    )


@pytest.mark.parametrize(
    ("key", "use"),
    [
        ("token", "a token here. Use `login` or `token_command`."),
        ("refresh_token", "a token here. Use `login` or `token_command`."),
        (
            "client_secret",
            "the secret here. Use `client_secret_command` or `client_secret_file`, or "
            "`certificate_file`.",
        ),
    ],
)
def test_another_secret_in_the_file_is_refused_and_never_shown(
    tmp_path: Path, key: str, use: str
) -> None:
    error = refused(MINIMAL.replace("password_file", key), tmp_path)
    assert error.problems == (f"schools.toml:16: Never write {use}",)


@pytest.mark.parametrize(
    "text",
    [
        MINIMAL.replace("password_file", "password").replace("oak.password", "hunter2"),
        MINIMAL.replace('"oak.password"', '["hunter2"]'),
        MINIMAL.replace('"oak.password"', '"hunter2\\n"').replace("imap.", "hunter2 "),
        MINIMAL.replace(PASSWORD, 'password_command = "echo hunter2"'),
        MINIMAL.replace(PASSWORD, 'password_command = ["hunter2", 1]'),
        MINIMAL.replace("office@oak.example", "hunter2"),
        MINIMAL.replace("imap.oak.example", "imaps://me:hunter2@oak.example"),
        MINIMAL + "password = hunter2\n",
        MINIMAL + 'password = "hunter2\n',
    ],
)
def test_no_secret_reaches_a_message_or_a_traceback(tmp_path: Path, text: str) -> None:
    assert "hunter2" in text
    error = refused(text, tmp_path)
    assert error.problems
    assert "hunter2" not in "".join([error.message, error.hint, *error.problems])
    assert "hunter2" not in "".join(traceback.format_exception(error))


# --- not TOML -------------------------------------------------------------------------------------

QUOTES = 'Write text and times in quotes: "...".'
LIST = "a list is not closed, or a comma is missing in it. Write [first, second]."
BACKSLASH = "a backslash needs a second one. Write \\\\, or use '...' around the text."
SYNTAX = [
    ("nation = England", 1, f"this value is not readable. {QUOTES}"),
    ("\nmon = 08:30-16:00", 2, f"there is more on this line than one value. {QUOTES}"),
    ("\nday = 2026-02-30", 2, "this date does not exist. Write the day that is meant."),
    ("a = 1\n\na = 2", 3, "this key is there twice. Leave one of them out."),
    ("a = { b = 1, b = 2 }", 1, "this key is there twice. Leave one of them out."),
    ("[a]\n[b]\n[a]", 3, "this [header] is there twice. Write its keys under the first one."),
    ("[policy\na = 1", 1, "the [header] is not closed. Write it as [policy] or [[schools]]."),
    ("just words", 1, 'a key needs an equals sign. Write key = "value".'),
    ('a = "one\nb = 1', 1, "a text must end on its own line. Write the closing quote."),
    ("a = [1,\n2\n\n[policy]\n", 4, LIST),
    ("a = [1,\n2\n\n", 2, LIST),
    ('file = "C:\\Users"', 1, BACKSLASH),
    ("\n= 5", 2, 'this line is not TOML. Write key = "value".'),
]


@pytest.mark.parametrize(("text", "line", "sentence"), SYNTAX)
def test_what_is_not_toml_is_told_in_words_with_its_line(
    tmp_path: Path, text: str, line: int, sentence: str
) -> None:
    assert refused(text, tmp_path).problems == (f"schools.toml:{line}: {sentence}",)


def test_a_file_in_another_encoding_names_the_line(tmp_path: Path) -> None:
    error = refused(MINIMAL.replace('"Oak"', '"École"').encode("cp1252"), tmp_path)
    assert error.problems == (
        "schools.toml:11: this is not UTF-8 text. Save the file with the encoding UTF-8.",
    )


def test_lists_within_lists_without_end_are_refused(tmp_path: Path) -> None:
    error = refused("a = " + "[" * 5000 + "]" * 5000, tmp_path)
    assert error.message == "schools.toml has lists within lists without end."


# --- not a file that can be read ------------------------------------------------------------------


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(tmp_path / "schools.toml")
    assert caught.value.message == f"There is no config at {tmp_path / 'schools.toml'}."


def test_a_folder_is_no_config(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(tmp_path)
    assert caught.value.message == f"{tmp_path} is a folder, not a config."


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_a_file_that_may_not_be_read() -> None:
    nobody = 65534
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        path = Path(folder) / "schools.toml"
        path.write_text(MINIMAL, encoding="utf-8")
        path.chmod(0)
        me = os.geteuid()
        if me == 0:  # root may read everything: be nobody for a moment
            os.seteuid(nobody)
        try:
            with pytest.raises(ConfigError) as caught:
                load_config(path)
        finally:
            os.seteuid(me)
    assert caught.value.message == f"The config {path} cannot be read: Permission denied."


def test_a_name_that_no_file_can_have(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(Path("a\0b"))
    assert caught.value.message == r"The config a\x00b cannot be read: the name is not usable."


def test_a_file_far_too_large_is_not_read_to_its_end(tmp_path: Path) -> None:
    error = refused(b"#" * 1_000_001, tmp_path)
    assert error.message == f"{tmp_path / 'schools.toml'} is too large to be a config."
