"""Tokens by the real msal and google-auth from a made-up provider: each flow, renewed once, kept safely."""

from __future__ import annotations

import json
import socket
import ssl
import stat
import subprocess
import sys
import threading
import webbrowser
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

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
from commsla.edges.login import Store, https, microsoft, sign_in
from commsla.edges.login.tokens import secret_for
from commsla.errors import CommslaError, LoginRefused, MailboxError
from tests.edges.fakeidp import CLIENT, SECRET, TENANT, FakeIdp

OFFICE, JANE = "office@school.test", "jane@school.test"


@pytest.fixture
def idp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeIdp]:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "REQUESTS_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    with FakeIdp(tmp_path) as provider:
        monkeypatch.setattr(microsoft, "AUTHORITY", provider.url)
        yield provider


def secret_file(folder: Path, text: str = SECRET) -> PasswordSource:
    path = folder / "app.secret"
    path.write_text(text + "\n")
    path.chmod(0o600)
    return PasswordSource(file=str(path))


def mailbox(idp: FakeIdp, token: TokenSource, username: str = OFFICE) -> Mailbox:
    return Mailbox(
        OFFICE, "mail.test", 993, username, PasswordSource(), ca_file=idp.ca_file, token=token
    )


def app(idp: FakeIdp, folder: Path) -> Mailbox:
    return mailbox(idp, Microsoft365(TENANT, CLIENT, secret=secret_file(folder)))


def person(idp: FakeIdp, flow: Flow) -> Mailbox:
    return mailbox(idp, Microsoft365(TENANT, CLIENT, flow, login_as=JANE))


def failure(box: Mailbox, store: Store) -> CommslaError:
    with pytest.raises(CommslaError) as caught:
        secret_for(box, store)
    said = f"{caught.value.message} {caught.value.hint}"
    assert OFFICE in caught.value.message
    assert SECRET not in said
    assert "nobody should see" not in said
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    return caught.value


# --- an app of its own ----------------------------------------------------------------------------


def test_an_app_gets_a_token_by_its_secret(idp: FakeIdp, tmp_path: Path) -> None:
    store = Store(tmp_path / "state", OFFICE)
    token = secret_for(app(idp, tmp_path), store)
    assert token in idp.tokens
    [form] = idp.at("/token")
    assert form["scope"] == "https://outlook.office365.com/.default"
    assert form["client_id"] == CLIENT
    assert secret_for(app(idp, tmp_path), store) == token  # kept: nobody is asked again
    assert len(idp.at("/token")) == 1


def test_an_app_gets_a_token_by_its_certificate(idp: FakeIdp, tmp_path: Path) -> None:
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
    )

    pem = tmp_path / "commsla.pem"
    certificate, key = _self_signed()
    pem.write_bytes(
        certificate.public_bytes(Encoding.PEM)
        + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    pem.chmod(0o600)
    box = mailbox(idp, Microsoft365(TENANT, CLIENT, certificate=str(pem)))
    assert secret_for(box, Store(None, OFFICE)) in idp.tokens
    [form] = idp.at("/token")
    assert form["client_assertion_type"].endswith("jwt-bearer")
    assert "client_secret" not in form
    pem.write_text("nothing")
    assert "does not hold a certificate and its key" in failure(box, Store(None, OFFICE)).message
    pem.chmod(0o644)
    assert "can be read by others" in failure(box, Store(None, OFFICE)).message


def _self_signed() -> tuple[Any, Any]:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.x509.oid import NameOID

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "commsla")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    return certificate, key


@pytest.mark.parametrize(
    ("number", "why"),
    [
        (7000215, "the secret is not right"),
        (7000222, "the secret has expired"),
        (700016, "this tenant has no app with this `client_id`"),
        (65001, "nobody has consented"),
        (123456, "a reason that commsla does not know"),
    ],
)
def test_microsoft_s_reason_is_a_number_and_plain_words(
    idp: FakeIdp, tmp_path: Path, number: int, why: str
) -> None:
    words = f"AADSTS{number}: words that nobody should see {SECRET}"
    idp.answers.append((401, {"error": "invalid_client", "error_description": words}))
    error = failure(app(idp, tmp_path), Store(tmp_path / "state", OFFICE))
    assert isinstance(error, LoginRefused)
    assert f"Microsoft refused the login (AADSTS{number}): " in error.message
    assert why in error.message
    assert error.hint


@pytest.mark.parametrize(
    ("status", "answer", "said"),
    [
        (503, {"error": "server_error"}, "HTTP 503"),
        (429, {}, "HTTP 429"),
        (302, {}, "HTTP 302"),
        (400, {"error": "temporarily_unavailable"}, "could not give a token just now"),
    ],
)
def test_a_provider_that_is_not_well_refuses_nobody(
    idp: FakeIdp, tmp_path: Path, status: int, answer: dict[str, str], said: str
) -> None:
    idp.answers.append((status, answer))
    error = failure(app(idp, tmp_path), Store(tmp_path / "state", OFFICE))
    assert isinstance(error, MailboxError)
    assert said in error.message
    assert len(idp.at("/token")) == 1


def test_a_provider_that_cannot_be_trusted_or_found(idp: FakeIdp, tmp_path: Path) -> None:
    store = Store(tmp_path / "state", OFFICE)
    distrusted = replace(app(idp, tmp_path), ca_file="")
    error = failure(distrusted, store)
    assert "the certificate of localhost cannot be trusted" in error.message
    assert idp.asked == []
    unknown = mailbox(idp, Microsoft365("unknown.test", CLIENT, secret=secret_file(tmp_path)))
    assert "does not know the `tenant` unknown.test" in failure(unknown, store).message
    missing = replace(app(idp, tmp_path), ca_file=str(tmp_path / "none.pem"))
    assert "gives no certificate" in failure(missing, store).message


def test_a_provider_that_is_gone(idp: FakeIdp, tmp_path: Path) -> None:
    box = app(idp, tmp_path)
    idp._server.shutdown()
    idp._server.server_close()
    assert "no connection to localhost, which gives" in failure(box, Store(None, OFFICE)).message


DRIPS = {
    "the handshake": b"",
    "the first line": b"HTTP/1.1 200 O",
    "its headers": b"HTTP/1.1 200 OK\r\nX-Filter: ",
    "the answer": b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n{",
    "an error": b"HTTP/1.1 400 Bad\r\nContent-Length: 1000000\r\n\r\n{",
}


@pytest.mark.parametrize("begins", DRIPS.values(), ids=DRIPS)
def test_a_provider_that_drips_is_given_up(
    idp: FakeIdp, tmp_path: Path, begins: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    idp._ca.issue_cert("localhost").configure_cert(context)
    gone = threading.Event()
    server = socket.create_server(("127.0.0.1", 0))

    def drip() -> None:
        try:
            plain, _ = server.accept()
            with context.wrap_socket(plain, server_side=True) if begins else plain as line:
                # Of a TLS record that is announced as 16 KB long, or of what is to be said.
                line.sendall(begins or b"\x16\x03\x03\x40\x00")
                while True:
                    line.sendall(b" ")
                    gone.wait(0.05)
        except OSError:
            gone.set()

    thread = threading.Thread(target=drip, daemon=True)
    thread.start()
    monkeypatch.setattr(https, "_ALL_SECONDS", 0.3)
    with server, pytest.raises(MailboxError, match="localhost did not answer in time"):
        https.Https(app(idp, tmp_path)).get(f"https://localhost:{server.getsockname()[1]}/")
    assert gone.wait(10), "the connection was not ended"


# --- a person -------------------------------------------------------------------------------------


def test_nobody_signed_in_yet(idp: FakeIdp, tmp_path: Path) -> None:
    error = failure(person(idp, Flow.DEVICE), Store(tmp_path / "state", OFFICE))
    assert isinstance(error, LoginRefused)
    assert error.hint.endswith("commsla login office@school.test")
    assert idp.asked == []


def signed_in(box: Mailbox, store: Store) -> list[str]:
    said: list[str] = []
    sign_in(box, store, said.append, None)
    return said


def test_a_person_signs_in_with_a_code(idp: FakeIdp, tmp_path: Path) -> None:
    store, box = Store(tmp_path / "state", OFFICE), person(idp, Flow.DEVICE)
    said = signed_in(box, store)
    assert "https://devices.test/login" in said[0]
    assert JANE in said[0]
    assert "ABCD-1234" in said[0]
    assert said[1] == f"Signed in as {JANE}."
    [form] = idp.at("/devicecode")
    assert "https://outlook.office.com/IMAP.AccessAsUser.All" in form["scope"].split()
    assert secret_for(box, store) in idp.tokens


def test_a_person_signs_in_with_a_browser(
    idp: FakeIdp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webbrowser, "open", idp.browse)
    monkeypatch.setattr(webbrowser, "get", lambda *_: type("B", (), {"open": idp.browse}))
    store, box = Store(tmp_path / "state", OFFICE), person(idp, Flow.BROWSER)
    assert signed_in(box, store)[-1] == f"Signed in as {JANE}."
    [query] = idp.at("/authorize")
    assert query["code_challenge_method"] == "S256"
    assert query["redirect_uri"].startswith("http://localhost:")
    assert query["login_hint"] == JANE
    assert secret_for(box, store) in idp.tokens


def test_somebody_else_signs_in(idp: FakeIdp, tmp_path: Path) -> None:
    store, box = Store(tmp_path / "state", OFFICE), person(idp, Flow.DEVICE)
    idp.person = "head@school.test"
    with pytest.raises(MailboxError, match=r"head@school\.test signed in, .* expects jane@"):
        signed_in(box, store)
    assert store.look().cache == ""


def test_a_person_who_says_no(idp: FakeIdp, tmp_path: Path) -> None:
    idp.answers.append((400, {"error": "authorization_declined"}))
    with pytest.raises(MailboxError, match="said no"):
        signed_in(person(idp, Flow.DEVICE), Store(tmp_path / "state", OFFICE))
    idp.answers.append((400, {"error": "access_denied", "error_codes": [53003]}))
    with pytest.raises(LoginRefused, match="Conditional Access") as caught:
        signed_in(person(idp, Flow.DEVICE), Store(tmp_path / "state", OFFICE))
    assert 'flow = "browser"' in caught.value.hint
    assert Store(tmp_path / "state", OFFICE).look().cache == ""


def test_a_refresh_token_is_exchanged_and_the_new_one_kept(idp: FakeIdp, tmp_path: Path) -> None:
    store, box = Store(tmp_path / "state", OFFICE), person(idp, Flow.DEVICE)
    idp.lifetime = 60  # too short for a poll: each one renews
    signed_in(box, store)
    tokens = [secret_for(box, store) for _ in range(3)]
    assert len(set(tokens)) == 3
    used = [f["refresh_token"] for f in idp.at("/token") if f["grant_type"] == "refresh_token"]
    assert len(set(used)) == 3  # each is good once only


def test_a_signing_in_that_is_over_asks_for_a_person_and_microsoft_no_more(
    idp: FakeIdp, tmp_path: Path
) -> None:
    store, box = Store(tmp_path / "state", OFFICE), person(idp, Flow.DEVICE)
    idp.lifetime = 60
    signed_in(box, store)
    idp._refresh.clear()  # revoked
    error = failure(box, store)
    assert isinstance(error, LoginRefused)
    assert "asks that a person signs in again (AADSTS700082)" in error.message
    count = len(idp.asked)
    assert "commsla login" in failure(box, store).hint
    assert len(idp.asked) == count


# --- Google ---------------------------------------------------------------------------------------


@pytest.fixture
def google(idp: FakeIdp, tmp_path: Path) -> Mailbox:
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
    )

    _, key = _self_signed()
    path = tmp_path / "google.json"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    info = {
        "type": "service_account",
        "client_email": "commsla@project.test",
        "private_key": private.decode(),
        "private_key_id": "1",
        "token_uri": f"{idp.url}/token",
    }
    path.write_text(json.dumps(info))
    path.chmod(0o600)
    return mailbox(idp, GoogleWorkspace(str(path)))


def test_a_service_account_acts_for_the_mailbox(
    idp: FakeIdp, google: Mailbox, tmp_path: Path
) -> None:
    store = Store(tmp_path / "state", OFFICE)
    token = secret_for(google, store)
    assert idp.tokens[token] == OFFICE
    assert secret_for(google, store) == token
    [form] = idp.at("/token")
    middle = form["assertion"].split(".")[1]
    import base64

    claims = json.loads(base64.urlsafe_b64decode(middle + "=="))
    assert claims["scope"] == "https://www.googleapis.com/auth/gmail.imap_admin"
    assert claims["sub"] == OFFICE


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("unauthorized_client", "may not act for this domain"),
        ("invalid_grant", "no such user of the domain"),
        ("odd", "does not know"),
    ],
)
def test_google_s_reason_in_plain_words(
    idp: FakeIdp, google: Mailbox, reason: str, said: str
) -> None:
    words = f"words that nobody should see {SECRET}"
    idp.answers.append((401, {"error": reason, "error_description": words}))
    error = failure(google, Store(None, OFFICE))
    assert isinstance(error, LoginRefused)
    assert said in error.message


def test_a_service_account_file_that_is_none(google: Mailbox) -> None:
    assert isinstance(google.token, GoogleWorkspace)
    path = Path(google.token.service_account)
    for text in ("{}", "nothing", "[]", '{"type": "authorized_user"}'):
        path.write_text(text)
        error = failure(google, Store(None, OFFICE))
        assert "is not the JSON key of a service account" in error.message
    path.unlink()
    assert "does not exist" in failure(google, Store(None, OFFICE)).message


# --- another program ------------------------------------------------------------------------------


def test_another_program_gives_the_token(idp: FakeIdp) -> None:
    box = mailbox(idp, TokenCommand((sys.executable, "-c", "print('a.token-1')")))
    assert secret_for(box, Store(None, OFFICE)) == "a.token-1"
    for code in ("print('a token')", "print('a\\x01b')", "print('tök')"):
        box = mailbox(idp, TokenCommand((sys.executable, "-X", "utf8", "-c", code)))
        assert "no token has" in failure(box, Store(None, OFFICE)).message
    box = mailbox(idp, TokenCommand((sys.executable, "-c", "")))
    assert "printed no token" in failure(box, Store(None, OFFICE)).message


# --- what is kept ---------------------------------------------------------------------------------


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.skipif(sys.platform == "win32", reason="file modes are POSIX")
@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077])
def test_tokens_are_for_their_user_alone(idp: FakeIdp, tmp_path: Path, mask: int) -> None:
    import os

    store, before = Store(tmp_path / "state", OFFICE), os.umask(mask)
    try:
        secret_for(app(idp, tmp_path), store)
    finally:
        os.umask(before)
    assert store.file is not None
    assert mode(store.file) == 0o600
    assert mode(store.file.parent) == 0o700
    assert mode(store.file.parent.parent) == 0o700
    assert SECRET not in store.file.read_text()
    assert OFFICE not in store.file.name
    store.file.chmod(0o640)
    assert "can be read by others" in failure(app(idp, tmp_path), store).message


def test_a_store_is_replaced_as_a_whole(
    idp: FakeIdp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import os

    store, box = Store(tmp_path / "state", OFFICE), app(idp, tmp_path)
    first = secret_for(box, store)
    assert store.file is not None
    before = store.file.read_bytes()

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", fail)
        with pytest.raises(MailboxError, match="No space left"):
            secret_for(box, store, but_not=first)
    assert store.file.read_bytes() == before
    assert secret_for(box, store) == first
    assert secret_for(box, store, but_not=first) != first
    assert sorted(p.suffix for p in store.file.parent.iterdir()) == [".json", ".lock"]


def test_a_broken_store_is_asked_for_again(idp: FakeIdp, tmp_path: Path) -> None:
    store, box = Store(tmp_path / "state", OFFICE), app(idp, tmp_path)
    secret_for(box, store)
    assert store.file is not None
    for text in ("", "{", "[]", '{"token": 5}', "\x00" * 100, '{"salt": "xyz"}'):
        store.file.write_text(text)
        assert secret_for(box, store) in idp.tokens
    store.file.unlink()
    store.file.symlink_to(tmp_path / "app.secret")
    assert "cannot be kept" in failure(box, store).message


def test_another_login_in_the_config_makes_the_old_token_void(idp: FakeIdp, tmp_path: Path) -> None:
    store, box = Store(tmp_path / "state", OFFICE), app(idp, tmp_path)
    old = secret_for(box, store)
    assert secret_for(replace(box, username="other@school.test"), store) != old


def test_a_dry_run_keeps_no_token_but_keeps_one_up_to_date(idp: FakeIdp, tmp_path: Path) -> None:
    home, box = tmp_path / "state", app(idp, tmp_path)
    secret_for(box, Store(home, OFFICE, keep=False))
    assert not home.exists()
    old = secret_for(box, Store(home, OFFICE))
    new = secret_for(box, Store(home, OFFICE, keep=False), but_not=old)
    assert secret_for(box, Store(home, OFFICE)) == new


def test_many_at_once_renew_once(idp: FakeIdp, tmp_path: Path) -> None:
    box, found = app(idp, tmp_path), list[str]()
    old = secret_for(box, Store(tmp_path / "state", OFFICE))
    idp.slow = 0.3

    def poll() -> None:
        found.append(secret_for(box, Store(tmp_path / "state", OFFICE), but_not=old))

    threads = [threading.Thread(target=poll) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(found) == 4
    assert len(set(found)) == 1
    assert len(idp.at("/token")) == 2


def test_two_processes_at_once_renew_once(idp: FakeIdp, tmp_path: Path) -> None:
    idp.slow = 1.0
    app(idp, tmp_path)  # writes the secret
    code = f"""
from pathlib import Path
from commsla.core.logins import Microsoft365, PasswordSource
from commsla.core.school import Mailbox
from commsla.edges.login import Store, microsoft
from commsla.edges.login.tokens import secret_for
microsoft.AUTHORITY = {idp.url!r}
token = Microsoft365({TENANT!r}, {CLIENT!r}, secret=PasswordSource(file={str(tmp_path / "app.secret")!r}))
box = Mailbox({OFFICE!r}, "mail.test", 993, {OFFICE!r}, PasswordSource(), ca_file={idp.ca_file!r}, token=token)
print(secret_for(box, Store(Path({str(tmp_path / "state")!r}), {OFFICE!r})))
"""
    started = [
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    tokens = [process.communicate(timeout=60)[0] for process in started]
    assert tokens[0] == tokens[1] != ""
    assert len(idp.at("/token")) == 1


def test_a_lock_that_is_never_freed(
    idp: FakeIdp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("commsla.edges.login.store.LOCK_SECONDS", 0.2)
    with Store(tmp_path / "state", OFFICE).held():
        error = failure(app(idp, tmp_path), Store(tmp_path / "state", OFFICE))
    assert "another commsla has been logging in" in error.message


# --- what is not installed ------------------------------------------------------------------------


@pytest.mark.parametrize("module", ["msal", "google.auth", "keyring"])
def test_a_missing_library_is_a_sentence_with_its_command(
    idp: FakeIdp, google: Mailbox, tmp_path: Path, module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    boxes = {
        "msal": (app(idp, tmp_path), "m365"),
        "google.auth": (google, "google"),
        "keyring": (
            Mailbox(OFFICE, "mail.test", 993, "office", PasswordSource(keyring=True)),
            "keyring",
        ),
    }
    box, extra = boxes[module]
    assert f"pip install 'commsla[{extra}]'" in failure(box, Store(None, OFFICE)).hint
