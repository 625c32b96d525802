"""How a login is written in schools.toml, and what is said of a wrong or missing combination."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from commsla.core.logins import (
    Flow,
    GoogleWorkspace,
    Microsoft365,
    PasswordSource,
    TokenCommand,
    TokenSource,
)
from commsla.core.school import (
    Mailbox,
)
from commsla.edges.config import load_config
from tests.edges.test_config import MINIMAL, YEAR
from tests.edges.test_config_problems import problems

HOST = 'host = "imap.oak.example"\n'
PASSWORD = 'password_file = "oak.password"\n'  # line 16; the mailbox begins at 13, HOST is 15
CLIENT = "11111111-2222-3333-4444-555555555555"
IDS = f'tenant = "oak.onmicrosoft.com"\nclient_id = "{CLIENT}"\n'  # lines 17 and 18
MS = 'login = "microsoft365"\n' + IDS
SECRET = 'client_secret_file = "app.secret"\n'  # line 19


def mailbox(text: str, folder: Path) -> Mailbox:
    path = folder / "schools.toml"
    path.write_text(text + YEAR, encoding="utf-8")
    return load_config(path).schools[0].mailboxes[0]


@pytest.mark.parametrize(
    ("written", "token"),
    [
        (
            MS + SECRET,
            Microsoft365("oak.onmicrosoft.com", CLIENT, secret=PasswordSource(file="@app.secret")),
        ),
        (
            MS + 'flow = "app"\nclient_secret_command = ["pass", "it"]\n',
            Microsoft365("oak.onmicrosoft.com", CLIENT, secret=PasswordSource(("pass", "it"))),
        ),
        (
            MS + 'certificate_file = "/etc/app.pem"\n',
            Microsoft365("oak.onmicrosoft.com", CLIENT, certificate="/etc/app.pem"),
        ),
        (
            MS + 'flow = "Device"\nlogin_as = "jane@oak.example"\n',
            Microsoft365("oak.onmicrosoft.com", CLIENT, Flow.DEVICE, login_as="jane@oak.example"),
        ),
        (
            'login = "google"\nservice_account_file = "key.json"\n',
            GoogleWorkspace("@key.json"),
        ),
        ('token_command = ["oama", "access", "oak"]\n', TokenCommand(("oama", "access", "oak"))),
    ],
)
def test_a_login_by_token(written: str, token: TokenSource, tmp_path: Path) -> None:
    found = mailbox(MINIMAL.replace(PASSWORD, written), tmp_path)
    assert repr(found.token).replace(f"{tmp_path}/", "@") == repr(token)
    assert found.password == PasswordSource()
    assert found.username == "office@oak.example"


def test_the_provider_s_host_need_not_be_written(tmp_path: Path) -> None:
    text = MINIMAL.replace(HOST, "")
    assert mailbox(text.replace(PASSWORD, MS + SECRET), tmp_path).host == "outlook.office365.com"
    google = 'login = "google"\nservice_account_file = "key.json"\n'
    assert mailbox(text.replace(PASSWORD, google), tmp_path).host == "imap.gmail.com"
    assert mailbox(MINIMAL.replace(PASSWORD, MS + SECRET), tmp_path).host == "imap.oak.example"


def test_keyring_starttls_and_the_end_of_a_secret(tmp_path: Path) -> None:
    written = 'password_keyring = true\nsecurity = "starttls"\nsecret_expires = "Thu 2028-08-31"\n'
    found = mailbox(MINIMAL.replace(PASSWORD, written), tmp_path)
    assert found.password == PasswordSource(keyring=True)
    assert (found.security, found.port, found.token) == ("starttls", 143, None)
    assert found.secret_expires == date(2028, 8, 31)


ONLY = 'is only for login = "{0}". Write that too, or leave `{1}` out.'
PROBLEMS = [  # what stands in place of PASSWORD, and what is said, each with its line
    (PASSWORD + "password_keyring = true\n", ["17: `password_file` and `password_keyring` are both there. Write only one of them."]),
    (PASSWORD + "password_keyring = false\n", []),
    ("password_keyring = 1\n", ["16: `password_keyring` must be true or false, not a number. Write for example password_keyring = true."]),
    (PASSWORD + 'token_command = ["a"]\n', ["17: `password_file` and `token_command` are both there. Write only one of them."]),
    ("token_command = []\n", ['16: `token_command` is empty. Write for example token_command = ["oama", "access", "norton"].']),
    (MS + SECRET + PASSWORD, ["16: `password_file` and `login` are both there. Write only one of them."]),
    (MS + SECRET, []),
    (MS, ['16: login = "microsoft365" needs the secret or the certificate of the app. Write client_secret_file = "commsla.secret" or certificate_file = "commsla.pem"; or write flow = "browser" where a person signs in.']),
    (MS + 'client_secret = "x"\n', ["19: Never write the secret here. Use `client_secret_command` or `client_secret_file`, or `certificate_file`."]),
    (MS + SECRET + 'certificate_file = "a.pem"\n', ["20: `client_secret_file` and `certificate_file` are both there. Write only one of them."]),
    ('login = "microsoft365"\n' + SECRET, ['16: login = "microsoft365" needs `tenant`. Write for example tenant = "school.onmicrosoft.com".', f'16: login = "microsoft365" needs `client_id`. Write for example client_id = "{CLIENT}".']),
    (MS + SECRET + 'flow = "device"\n', ['19: with flow = "device" a person signs in, and `client_secret_file` is not used. Leave it out.']),
    (MS + 'flow = "browser"\n', []),
    (MS + SECRET + 'login_as = "jane@oak.example"\n', ['20: `login_as` is who signs in, and with flow = "app" nobody does. Leave it out, or write flow = "browser" or flow = "device".']),
    (MS + SECRET + 'flow = "phone"\n', ['20: `flow`: "phone" is not known. Write "app" or "browser" or "device".']),
    ('login = "microsoft"\n', ['16: `login`: "microsoft" is not known. Write "microsoft365" or "google".']),
    (MS.replace("oak.onmicrosoft.com", "common") + SECRET, ['17: `tenant` is neither the id nor a domain of a tenant. Write for example "school.onmicrosoft.com", or the "Directory (tenant) ID" of the app registration.']),
    (MS.replace(CLIENT, "hunter2") + SECRET, ['18: `client_id` is not the "Application (client) ID" of an app registration. Write for example "11111111-2222-3333-4444-555555555555".']),
    ('login = "google"\n', ['16: login = "google" needs `service_account_file`. Write for example service_account_file = "commsla-google.json".']),
    ('login = "google"\nservice_account_file = "k"\ntenant = "oak.example"\n', ["18: `tenant` " + ONLY.format("microsoft365", "tenant")]),
    (PASSWORD + 'service_account_file = "k"\n', ["17: `service_account_file` " + ONLY.format("google", "service_account_file")]),
    (PASSWORD + 'flow = "app"\n', ["17: `flow` " + ONLY.format("microsoft365", "flow")]),
    (PASSWORD + 'secret_expires = "Mon 2028-08-31"\n', ['17: `secret_expires`: "Mon 2028-08-31" is wrong: 2028-08-31 is a Thursday, not a Monday. Write "Thu 2028-08-31", or the date that is meant.']),
]  # fmt: skip


@pytest.mark.parametrize(("written", "said"), PROBLEMS)
def test_each_wrong_combination_is_a_sentence_at_its_line(
    written: str, said: list[str], tmp_path: Path
) -> None:
    found = problems(MINIMAL.replace(PASSWORD, written) + YEAR, tmp_path)
    assert found == [f"schools.toml:{sentence}" for sentence in said]


def test_a_host_is_missed_where_nobody_s_is_known(tmp_path: Path) -> None:
    said = '[[schools.mailboxes]] has no `host`. Write for example host = "imap.provider.example".'
    text = MINIMAL.replace(HOST, "") + YEAR
    assert problems(text, tmp_path) == [f"schools.toml:13: {said}"]
    by_command = text.replace(PASSWORD, 'token_command = ["a"]\n')
    assert problems(by_command, tmp_path) == [f"schools.toml:13: {said}"]


def test_plain_text_sends_no_token_over_the_network(tmp_path: Path) -> None:
    text = MINIMAL.replace(PASSWORD, MS + SECRET + 'security = "plain"\n') + YEAR
    [found] = problems(text, tmp_path)
    assert "is only for a server on this machine" in found
    [found] = problems(text.replace(HOST, ""), tmp_path)
    assert "is only for a server on this machine" in found
