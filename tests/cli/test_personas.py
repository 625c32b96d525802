"""Dovecot in the manners of Microsoft 365 and of Gmail, with the real msal and google-auth before it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from commsla.edges.login import microsoft
from tests.cli.test_login import MS, NOW, Office
from tests.edges.dovecot import PASSWORD, Dovecot, why_not
from tests.edges.fakeidp import FakeIdp, Introspection
from tests.edges.test_tokens import _self_signed

# As the servers say them (MailKit#1494, neomutt#3458); only what is advertised changes.
M365_SAYS = "IMAP4 IMAP4rev1 SASL-IR UIDPLUS MOVE ID UNSELECT CHILDREN IDLE NAMESPACE LITERAL+"
GMAIL_SAYS = (
    "IMAP4rev1 UNSELECT IDLE NAMESPACE QUOTA ID XLIST CHILDREN X-GM-EXT-1 UIDPLUS COMPRESS=DEFLATE "
    "ENABLE MOVE CONDSTORE ESEARCH UTF8=ACCEPT LIST-EXTENDED LIST-STATUS LITERAL- SPECIAL-USE "
    "APPENDLIMIT=35651584"
)
FOLDER = 'mailbox "{}" {{\n auto = create\n {}\n }}\n'


@dataclass(frozen=True)
class Persona:
    """What a server says and calls its folders, and how one logs in there."""

    name: str
    says: str
    sent: str
    sign: str  # how doctor tells that this is Sent
    folders: tuple[tuple[str, str], ...]
    login: str


M365 = Persona(
    "m365",
    M365_SAYS,
    "Sent Items",
    "by its name",
    (("Sent Items", ""), ("Junk Email", ""), ("Deleted Items", "")),
    MS + 'client_secret_file = "app.secret"\n',
)
GMAIL = Persona(
    "gmail",
    GMAIL_SAYS,
    "[Google Mail]/Sent Mail",
    "the server marks it as Sent",
    (
        ("[Google Mail]/Sent Mail", "special_use = \\Sent"),
        ("[Google Mail]/All Mail", "special_use = \\All"),
        ("[Google Mail]/Spam", "special_use = \\Junk"),
        ("[Google Mail]/Bin", "special_use = \\Trash"),
    ),
    'login = "google"\nservice_account_file = "google.json"\n',
)


@pytest.fixture(scope="module")
def introspection() -> Iterator[Introspection]:
    with Introspection() as asked:
        yield asked


@pytest.fixture(scope="module", params=[M365, GMAIL], ids=lambda p: p.name)
def persona(request: pytest.FixtureRequest) -> Persona:
    chosen: Persona = request.param
    return chosen


@pytest.fixture(scope="module")
def server(persona: Persona, introspection: Introspection) -> Iterator[Dovecot]:
    reason = why_not()
    if reason:
        pytest.skip(reason)
    says = f"imap_capability = {persona.says}\n"
    folders = "".join(FOLDER.format(name, use) for name, use in persona.folders)
    with Dovecot(says, introspection.url, folders) as dovecot:
        yield dovecot


@pytest.fixture
def idp(
    tmp_path: Path, introspection: Introspection, monkeypatch: pytest.MonkeyPatch
) -> Iterator[FakeIdp]:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "REQUESTS_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    with FakeIdp(tmp_path) as provider:
        provider.tokens = introspection.tokens
        monkeypatch.setattr(microsoft, "AUTHORITY", provider.url)
        yield provider


@pytest.fixture
def new(
    persona: Persona,
    server: Dovecot,
    idp: FakeIdp,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> Callable[..., Office]:
    def office(user: str, login: str = "") -> Office:
        idp.app_user = user
        made = Office(tmp_path, server, idp, user, login or persona.login, capsys)
        key = tmp_path / "google.json"
        key.write_text(json.dumps(_service_account(idp)), "utf-8")
        key.chmod(0o600)
        return made

    return office


def _service_account(idp: FakeIdp) -> dict[str, str]:
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
    )

    _, key = _self_signed()
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return {
        "type": "service_account",
        "client_email": "commsla@project.test",
        "private_key": private.decode(),
        "private_key_id": "1",
        "token_uri": f"{idp.url}/token",
    }


def mail(sender: str, to: str, name: str, words: str, re: str = "") -> bytes:
    answers = f"In-Reply-To: <{re}@x>\r\n" if re else ""
    return (
        f"From: {sender}\r\nTo: {to}\r\nSubject: {name}\r\nMessage-ID: <{name}@x>\r\n{answers}"
        f"Content-Type: text/plain\r\n\r\n{words}\r\n"
    ).encode()


def targets(office: Office) -> dict[str, tuple[str, str]]:
    code, out, err = office.run("status", "--json", "--all")
    assert code == 0, err
    return {
        c["subject"]: (c["targets"]["acknowledge"]["state"], c["targets"]["respond"]["state"])
        for c in json.loads(out)["data"]["cases"]
    }


def check(office: Office, name: str) -> dict[str, Any]:
    _, out, _ = office.run("doctor", "--json")
    found = [c for c in json.loads(out)["data"]["checks"] if c["name"] == name]
    return dict(found[0])


def test_the_server_has_the_manners_of_its_persona(server: Dovecot, persona: Persona) -> None:
    with server.client("manners") as client:
        said = client.capability()[1][-1]
        assert {*said.decode().split()} >= {*persona.says.split()}
        _, listed = client.list()
        names = b" ".join(x for x in listed if isinstance(x, bytes)).decode()
    assert persona.sent in names
    assert ("\\Sent" in names) == (persona is GMAIL)


def test_poll_flags_texts_and_doctor(
    persona: Persona, server: Dovecot, new: Callable[..., Office]
) -> None:
    user = f"{persona.name}-office"
    office = new(user)
    ours = f"{user}@school.test"
    for name, hours in (("holding", 5), ("flagged", 4), ("waiting", 3)):
        asks = mail(f"{name}@home.example", ours, name, "May Tom come?")
        server.append(user, "INBOX", [asks], NOW - timedelta(hours=hours))
    words = "Thank you for your email. I will look into this and get back to you."
    reply = mail(ours, "holding@home.example", "Re: holding", words, "holding")
    server.append(user, persona.sent, [reply], NOW - timedelta(hours=2))
    assert office.run("poll") == (0, "", "")
    assert targets(office) == {
        "holding": ("met", "waiting"),
        "flagged": ("waiting", "waiting"),
        "waiting": ("waiting", "waiting"),
    }
    with server.client(user) as client:
        client.select("INBOX")
        client.store("2", "+FLAGS", "(\\Seen \\Answered)")
    assert office.run("poll") == (0, "", "")
    inferred = "answered (not confirmed)"
    assert targets(office)["flagged"] == (inferred, inferred)
    assert targets(office)["waiting"] == ("waiting", "waiting")
    for name in ("server", "login", "inbox", "Sent"):
        assert check(office, name)["result"] == "ok", check(office, name)
    sentence = check(office, "Sent")["sentence"]
    assert sentence.startswith(f'"{persona.sent}" ({persona.sign}): 1 mail, newest ')


def test_a_token_that_is_over_is_renewed_once_and_one_for_somebody_else_refused(
    persona: Persona, introspection: Introspection, new: Callable[..., Office], idp: FakeIdp
) -> None:
    office = new(f"{persona.name}-tokens")
    assert office.run("poll") == (0, "", "")
    assert office.run("poll") == (0, "", "")
    assert len(idp.at("/token")) == 1, "a token is kept for as long as it lives"
    introspection.tokens.clear()  # over, whatever its lifetime was said to be
    assert office.run("poll") == (0, "", "")
    assert len(idp.at("/token")) == 2
    # The provider gives a token, but of another user: refused once more, and told.
    introspection.tokens.update(dict.fromkeys(introspection.tokens, "somebody-else"))
    idp.answers += [(200, idp._access("somebody-else"))]
    code, out, err = office.run("poll")
    assert (code, out) == (12, "")
    assert "refused the token of" in err
    assert len(idp.at("/token")) == 3
    assert office.run("poll") == (0, "", ""), "the next one is its own"


def test_an_app_password(persona: Persona, new: Callable[..., Office]) -> None:
    office = new(f"{persona.name}-password", 'password_file = "app.secret"\n')
    office.secret(PASSWORD)
    assert office.run("poll") == (0, "", "")
