"""What a person reads when schools.toml is wrong: each kind of mistake, a sentence at its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from commsla.edges.config import load_config
from commsla.errors import ConfigError
from tests.edges.test_config import MINIMAL, YEAR

WHOLE = MINIMAL + YEAR  # [policy] 2, [hours] 6, [[schools]] 8, mailbox 13, [years] 17, inset 22
PASSWORD = 'password_file = "oak.password"\n'
SCHOOLS = MINIMAL[MINIMAL.index("[[schools]]") :]
MAILBOX = MINIMAL[MINIMAL.index("[[schools.mailboxes]]") :]
FIRST, SECOND = '"Wed 2026-09-02"', '"Monday 4 January 2027"'
INSET = '["Tue 1st Sept 2026"]'
ELM = """\
[[schools]]
code = "elm"
prefix = "E"
name = "Elm"
domains = []
[[schools.mailboxes]]
address = "office@elm.example"
host = "imap.elm.example"
password_command = ["pass"]
"""
TERMS = 'terms = [["Wed 2026-09-02", "Fri 2026-10-23"]]'
HOURS = (
    'Write for example "08:30-16:00" or "08:30-12:00, 13:00-16:00", and leave a weekday out on '
    "which the office is closed."
)


def problems(text: str | bytes, folder: Path) -> list[str]:
    """What load_config says of `text`; nothing if it is right."""
    path = folder / "schools.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    try:
        load_config(path)
    except ConfigError as error:
        return list(error.problems)
    return []


VALUES = [  # what is written -> what is written instead, its line, the sentence
    ('"2 working days"', '"5 days"', 4, '`acknowledge`: "5 days" leaves a question open: school days, working days or calendar days? Write "5 working days" or "5 school days".'),
    ('"2 working days"', "2", 4, '`acknowledge` must be text in quotes, not a number. Write for example acknowledge = "2 working days".'),
    ('"2 working days"', '"6 school days"', 4, "`acknowledge` (6 school days) is longer than `respond` (5 working days). Write the shorter time for `acknowledge`."),
    ('name = "Policy"', 'name = " "', 3, '`name` is empty. Write for example name = "Communication Policy".'),
    ('name = "Policy"', r'name = "a\u001b[2J"', 3, '`name` holds a line break or another character that cannot be seen. Write for example name = "Communication Policy".'),
    ('name = "Policy"', f'name = "{"x" * 501}"', 3, '`name` is longer than 500 characters. Write for example name = "Communication Policy".'),
    ("[hours]", 'receipt = "sameday"\n[hours]', 6, '`receipt`: "sameday" is not known. Write "same-day" or "next-working-day".'),
    ("[hours]", 'due_by = "later"\n[hours]', 6, '`due_by`: "later" is not known. Write "end of day" or "close", or a time such as "16:00".'),
    ("[hours]", 'due_by = "00:00"\n[hours]', 6, '`due_by`: "00:00" can mean two midnights. Write "end of day".'),
    ('"England"', '"Engalnd"', 1, '`nation`: "Engalnd" is not known. Write "England" or "Wales" or "Scotland" or "Northern Ireland".'),
    ('"England"', r'"\u001b[2J"', 1, '`nation` holds a line break or another character that cannot be seen. Write for example nation = "England".'),
    ('"08:30-16:00"', '"16:00-08:30"', 7, f'`mon`: "16:00-08:30" closes before it opens. {HOURS}'),
    ('"08:30-16:00"', '"08:30-08:30"', 7, f'`mon`: "08:30-08:30" closes before it opens. {HOURS}'),
    ('"08:30-16:00"', '"13:00-16:00, 08:30-12:00"', 7, '`mon`: "13:00-16:00, 08:30-12:00" opens again before it has closed. Write the earlier opening first.'),
    ('"08:30-16:00"', '"8.30 to 4"', 7, f'`mon`: "8.30 to 4" is not a time from and a time to. {HOURS}'),
    ('"08:30-16:00"', '"08:30-24:00"', 7, f'`mon`: "08:30-24:00" is a time that does not exist. {HOURS}'),
    ("[hours]", "[privacy]\nkeep_identities = 731\n[hours]", 7, "`keep_identities` is not between 0 and 730. Write for example keep_identities = 30."),
    ("[hours]", "[privacy]\nkeep_identities = true\n[hours]", 7, "`keep_identities` must be a whole number, not true or false. Write for example keep_identities = 30."),
    ('"oak"', '"Oak School"', 9, '`code`: "Oak School" cannot be a code: it has small letters, digits and hyphens, begins with a letter, and has 30 characters at most. Write for example "norton".'),
    ('"oak"', '"all"', 9, '`code`: "all" is kept for commsla itself. Write for example "norton".'),
    ('"O"', '"OAKS"', 10, '`prefix`: "OAKS" is not one to three capital letters. Write for example "N".'),
    ('"O"', '"o"', 10, '`prefix`: "o" is not one to three capital letters. Write for example "N".'),
    ('"O"', '"M"', 10, '`prefix`: "M" is taken: m123 is a message. Write another letter, such as "N".'),
    ('"O"', '"m"', 10, '`prefix`: "m" is taken: m123 is a message. Write another letter, such as "N".'),
    ('["oak.example"]', '"oak.example"', 12, '`domains` must be a list in square brackets, not text. Write for example domains = ["school.example"].'),
    ('["oak.example"]', '[\n"@oak.example"]', 13, 'an entry of `domains` is not a domain. Write only what stands behind the @, such as "school.example".'),
    ('["oak.example"]', '["oak.example", 5]', 12, 'each item of `domains` must be text in quotes, not a number. Write for example domains = ["school.example"].'),
    ('["oak.example"]', '[\n"oak.example",\n"Gmail.com",\n]', 14, '`domains`: "gmail.com" is where parents write from, so their mail would count as internal. Leave it out, and put the office\'s own address in `aliases`.'),
    ('["oak.example"]', '[]\naliases = ["head"]', 13, 'an entry of `aliases` is not a mail address. Write for example "office@school.example".'),
    ("office@oak.example", "a@b@oak.example", 14, '`address` is not a mail address. Write for example "office@school.example".'),
    ("office@oak.example", "the office@oak.example", 14, '`address` is not a mail address. Write for example "office@school.example".'),
    ("imap.oak.example", "imaps://me:hunter2@oak.example", 15, '`host` is not the bare name of a server. Write for example "imap.provider.example".'),
    ("host =", "port = 65536\nhost =", 15, "`port` is not between 1 and 65535. Write for example port = 993."),
    ("host =", 'port = "993"\nhost =', 15, "`port` must be a whole number, not text. Write for example port = 993."),
    ("host =", 'security = "ssl"\nhost =', 15, '`security`: "ssl" is not known. Write "tls" or "starttls" or "plain".'),
    ("host =", 'security = "plain"\nhost =', 15, 'security "plain" would send the password readable over the network, and is only for a server on this machine. Write security = "tls".'),
    (PASSWORD, 'password_command = "pass oak"\n', 16, '`password_command` must be a list in square brackets, not text. Write for example password_command = ["pass", "show", "norton"].'),
    (PASSWORD, "password_command = []\n", 16, '`password_command` is empty. Write for example password_command = ["pass", "show", "norton"].'),
    (PASSWORD, PASSWORD + 'password_command = ["a"]\n', 16, "`password_command` and `password_file` are both there. Write only one of them."),
    (PASSWORD, "", 13, 'this mailbox does not say where its password comes from. Write password_command = ["pass", "show", "norton"] or password_file = "norton.password"; for Microsoft 365 or Google Workspace write login = "microsoft365" or "google".'),
    (PASSWORD, PASSWORD + 'sent = "Post"\ninbox = "post"\n', 17, "`sent` is the inbox: its mail would count as our answers. Write the folder of sent mail, or leave `sent` out and it is looked for."),
    (PASSWORD, PASSWORD + 'sent = "Inbox"\n', 17, "`sent` is the inbox: its mail would count as our answers. Write the folder of sent mail, or leave `sent` out and it is looked for."),
]  # fmt: skip

SHAPES = [
    ("respond =", "respnd =", 5, "`respnd` is not known: did you mean `respond`?"),
    ("acknowledge =", "acknowlege =", 4, "`acknowlege` is not known: did you mean `acknowledge`?"),
    ("mon =", "monday =", 7, "`monday` is not known: did you mean `mon`?"),
    ("password_file", "pasword_file", 16, "`pasword_file` is not known: did you mean `password_file`?"),
    ("[policy]\n", "[policy]\nq = 1\n", 3, "`q` is not known under [policy]. Write one of: name, acknowledge, respond, receipt, cut_off, due_by, inset, changes."),
    ("[policy]\n", '[policy]\n"\\u001b[2J" = 1\n', 3, "`\\x1b[2J` is not known under [policy]. Write one of: name, acknowledge, respond, receipt, cut_off, due_by, inset, changes."),
    ("[hours]\n", "[hours]\nkeep_identities = 3\n", 7, "`keep_identities` does not belong under [hours]. Write it under [privacy]."),
    (YEAR, 'nation = "England"\n', 17, "`nation` does not belong under [[schools.mailboxes]]. Write it at the top of the file (above the first [header]) or under [[schools]]."),
    ('respond = "5 working days"\n', "", 2, '[policy] has no `respond`. Write for example respond = "5 working days".'),
    ('nation = "England"\n', "", 7, 'this school has no nation. Write nation = "England" at the top of the file, or below the school.'),
    ('[hours]\nmon = "08:30-16:00"\n', "", 6, 'this school has no opening hours. Write [hours] with mon = "08:30-16:00" once for all schools, or below the school.'),
    ('mon = "08:30-16:00"\n', "", 6, '`hours` names no weekday. Write for example mon = "08:30-16:00".'),
    (YEAR, "[schools.hours]\n", 17, '`hours` names no weekday. Write for example mon = "08:30-16:00".'),
    ("[policy]", "[[policy]]", 2, "`policy` can be there only once. Write [policy] with one bracket on each side."),
    ("[[schools.mailboxes]]", "[schools.mailboxes]", 13, "`mailboxes` is a list of tables. Write [[schools.mailboxes]] with two brackets on each side."),
    (SCHOOLS, "", 1, "the file has no [[schools]]. Write [[schools]] and its keys below it."),
    (SCHOOLS, "[[school]]\n", 8, "`school` is not known: did you mean `schools`?"),
    (MAILBOX, "", 8, "[[schools]] has no [[schools.mailboxes]]. Write [[schools.mailboxes]] and its keys below it."),
    (YEAR, ELM.replace('"elm"', '"oak"'), 18, 'the code "oak" is there twice. Write one of its own for each.'),
    (YEAR, ELM.replace('"E"', '"O"'), 19, 'the prefix "O" is there twice. Write one of its own for each.'),
    (YEAR, ELM.replace("office@elm", "OFFICE@oak"), 23, "the address is there twice. Write one of its own for each."),
    (YEAR, '[schools.policy]\nrespond = "1 school day"\n', 18, "`acknowledge` (2 working days) is longer than `respond` (1 school day). Write the shorter time for `acknowledge`."),
]  # fmt: skip

DATES = [
    (FIRST, '"Tue 2026-09-02"', 19, '`terms`: "Tue 2026-09-02" is wrong: 2026-09-02 is a Wednesday, not a Tuesday. Write "Wed 2026-09-02", or the date that is meant.'),
    (FIRST, '"Foo 2026-09-02"', 19, '`terms`: "Foo 2026-09-02" begins with a word that is no weekday. Write "Wed 2026-09-02".'),
    (FIRST, '"02/09/2026"', 19, '`terms`: "02/09/2026" is not a date. Write for example "Mon 2026-01-05".'),
    (FIRST, '"2026-09-31"', 19, '`terms`: "2026-09-31" is a date that does not exist. Write the day that is meant.'),
    (FIRST, "2026-09-02T08:30:00", 19, "`terms`: a day has no time of day. Write 2026-09-02."),
    (FIRST, "5", 19, '`terms`: this is not a date. Write for example "Mon 2026-01-05".'),
    (FIRST, "1926-09-02", 19, "`terms`: 1926-09-02 is not in the years 2000 to 2100. Write the day that is meant."),
    (FIRST, '"Sat 2026-12-19"', 19, "this term ends (2026-12-18) before it starts (2026-12-19). Write its first day, then its last."),
    (SECOND, '"2026-01-04"', 20, '2026-01-04 does not lie in the school year 2026-27 (2026-08-01 to 2027-08-31). Write "Mon 2027-01-04" if that is meant, or put it below its own year.'),
    (SECOND, '"Fri 2026-12-18"', 20, "the term from 2026-12-18 to 2027-07-21 overlaps the one from 2026-09-02 to 2026-12-18. Write terms that share no day."),
    ('"2027-07-21"]', '"2027-07-21", "2027-07-22"]', 20, f"a term is its first and its last day. Write for example {TERMS}."),
    ('"2027-07-21"],', '"2027-07-21"],\n5', 21, f"each item of `terms` must be a list in square brackets, not a number. Write for example {TERMS}."),
    (YEAR, '[years."2026-27"]\nterms = []\n', 18, f"`terms` is empty. Write for example {TERMS}."),
    (YEAR, '[years."2026-27"]\n', 17, f'[years."2026-27"] has no `terms`. Write for example {TERMS}.'),
    (YEAR, '[years]\n2026-27 = 5\n', 18, '`2026-27` must be a table, not a number. Write [years."2026-27"] and its keys below it.'),
    ('"2026-27"', '"2026/27"', 17, '"2026/27" is not the name of a school year. Write the year it begins in and two digits of the next, such as [years."2026-27"].'),
    ('"2026-27"', '"2026-28"', 17, '"2026-28" is not the name of a school year. Write the year it begins in and two digits of the next, such as [years."2026-27"].'),
    (INSET, '[\n"Tue 2026-09-01",\n2026-09-01]', 24, "the INSET day Tue 2026-09-01 is listed twice. Leave one out, or write the other day."),
    (INSET, '["Sat 2026-09-05"]', 22, 'the INSET day Sat 2026-09-05 is at the weekend. Write a weekday; an office that opens then is written as [[days]] with kind = "office".'),
    (INSET, '["2028-02-29"]', 22, "2028-02-29 does not lie in the school year 2026-27 (2026-08-01 to 2027-08-31). Write a day of that year, or put it below its own year."),
    ("[[schools.m", 'inset = [2026-09-01]\n[[schools.m', 13, "the INSET day Tue 2026-09-01 is listed twice. Leave one out, or write the other day."),
    ("[[schools.m", 'inset = [2029-09-03]\n[[schools.m', 13, "2029-09-03 lies in none of the school years of this file. Write a day of 2026-27, or add its year."),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "line", "sentence"), [*VALUES, *SHAPES, *DATES])
def test_one_mistake_is_one_sentence_at_its_line(
    tmp_path: Path, old: str, new: str, line: int, sentence: str
) -> None:
    assert problems(WHOLE, tmp_path) == []
    assert old in WHOLE
    found = problems(WHOLE.replace(old, new, 1), tmp_path)
    assert found == [f"schools.toml:{line}: {sentence}"]
