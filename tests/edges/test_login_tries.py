"""How often a login is tried: never in a loop, and not again after three refused runs until a person acts."""

from __future__ import annotations

import sys
import types
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from commsla.core.logins import Flow, Microsoft365, PasswordSource, TokenCommand
from commsla.core.school import (
    Mailbox,
)
from commsla.edges.login import Store, open_logged_in, sign_in
from commsla.edges.login import tries as tries_file
from commsla.edges.login.claims import claims_of
from commsla.edges.login.tokens import login_name
from commsla.errors import LoginRefused, MailboxError
from tests.edges.fakeidp import jwt

ADDRESS = "office@school.test"


class Server:
    """Lets in who knows one of its secrets, and counts who tries."""

    def __init__(self, *good: str) -> None:
        self.good, self.tried = set(good), list[str]()
        self.busy = False

    def __call__(self, mailbox: Mailbox, secret: str) -> str:
        self.tried.append(secret)
        if self.busy:
            raise MailboxError(f"{mailbox.address}: busy")
        if secret not in self.good:
            raise LoginRefused(f"{mailbox.address}: refused", "the server's hint")
        return "open"


def by_file(folder: Path, password: str) -> Mailbox:
    path = folder / "password"
    path.write_text(password + "\n")
    path.chmod(0o600)
    return Mailbox(ADDRESS, "mail.test", 993, "office", PasswordSource(file=str(path)))


def refused(box: Mailbox, store: Store, server: Server, **how: bool) -> LoginRefused:
    with pytest.raises(LoginRefused) as caught:
        open_logged_in(box, store, server, **how)
    return caught.value


def test_a_wrong_password_is_tried_once_a_run_and_in_three_runs_only(tmp_path: Path) -> None:
    server, store, box = Server("right"), Store(tmp_path / "s", ADDRESS), by_file(tmp_path, "wrong")
    for run in range(1, 4):
        assert refused(box, store, server).message == f"{ADDRESS}: refused"
        assert len(server.tried) == run
    for _ in range(3):
        error = refused(box, store, server)
        assert "refused 3 times since" in error.message
        assert f"commsla login {ADDRESS}" in error.hint
    assert len(server.tried) == 3
    assert store.file is not None
    assert "wrong" not in store.file.read_text()


def test_a_new_password_is_tried_at_once(tmp_path: Path) -> None:
    server, store = Server("right"), Store(tmp_path / "s", ADDRESS)
    for _ in range(4):
        refused(by_file(tmp_path, "wrong"), store, server)
    assert open_logged_in(by_file(tmp_path, "right"), store, server) == "open"
    assert store.look().refused == 0
    for _ in range(3):  # the old one has three tries again
        assert "not tried" not in refused(by_file(tmp_path, "wrong"), store, server).message
    refused(by_file(tmp_path, "other"), store, server)
    assert store.look().refused == 1


def test_a_person_may_insist(tmp_path: Path) -> None:
    server, store, box = Server(), Store(tmp_path / "s", ADDRESS), by_file(tmp_path, "wrong")
    for _ in range(4):
        refused(box, store, server)
    refused(box, store, server, insist=True)
    assert len(server.tried) == 4
    server.good.add("wrong")  # the account was unlocked
    assert open_logged_in(box, store, server, insist=True) == "open"
    assert open_logged_in(box, store, server) == "open"


def test_a_busy_server_is_tried_for_ever(tmp_path: Path) -> None:
    server, store, box = Server("right"), Store(tmp_path / "s", ADDRESS), by_file(tmp_path, "right")
    server.busy = True
    for _ in range(5):
        with pytest.raises(MailboxError):
            open_logged_in(box, store, server)
    assert len(server.tried) == 5
    assert not (tmp_path / "s").exists()  # nothing to remember


def tokens_of(*tokens: str, folder: Path) -> Mailbox:
    """A program that prints one token after the other."""
    left = folder / "tokens"
    left.write_text("\n".join(tokens))
    code = (
        "import sys, pathlib; p = pathlib.Path(sys.argv[1]); t = p.read_text().split();"
        "print(t[0]); p.write_text('\\n'.join(t[1:] or t))"
    )
    token = TokenCommand((sys.executable, "-c", code, str(left)))
    return Mailbox(ADDRESS, "mail.test", 993, "office", PasswordSource(), token=token)


def test_a_refused_token_is_renewed_once(tmp_path: Path) -> None:
    server, store = Server("new"), Store(tmp_path / "s", ADDRESS)
    assert open_logged_in(tokens_of("old", "new", folder=tmp_path), store, server) == "open"
    assert server.tried == ["old", "new"]


def test_a_refused_token_is_renewed_once_only(tmp_path: Path) -> None:
    server, store = Server("third"), Store(tmp_path / "s", ADDRESS)
    refused(tokens_of("first", "second", "third", folder=tmp_path), store, server)
    assert server.tried == ["first", "second"]


def test_the_same_token_again_is_not_tried_again(tmp_path: Path) -> None:
    server, store = Server(), Store(tmp_path / "s", ADDRESS)
    refused(tokens_of("same", folder=tmp_path), store, server)
    assert server.tried == ["same"]


def test_a_token_without_the_right_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = PasswordSource(command=(sys.executable, "-c", "print('s')"))
    box = Mailbox(
        ADDRESS, "m", 993, "office", PasswordSource(), token=Microsoft365("t", "c", secret=secret)
    )
    for roles, hint in (
        ([], "does not hold the right IMAP.AccessAsApp"),
        (["Mail.Read"], "does not hold the right IMAP.AccessAsApp"),
        (["IMAP.AccessAsApp"], "the server's hint"),
    ):
        token = jwt({"aud": "https://outlook.office365.com", "roles": roles})
        monkeypatch.setattr(tries_file, "secret_for", lambda *_, _t=token, **__: _t)
        store = Store(tmp_path / str(len(roles)), ADDRESS)
        assert hint in refused(box, store, Server()).hint


def test_what_a_token_says_of_itself() -> None:
    claims = claims_of(jwt({"aud": "a", "tid": "t", "scp": "x y", "upn": "jane@school.test"}))
    assert claims is not None
    assert (claims.audience, claims.tenant, claims.scopes) == ("a", "t", ("x", "y"))
    assert claims.user == "jane@school.test"
    for odd in ("", "opaque", "a.b.c", "a.W10.c", "a.e30", ".", "a." + "W" * 5):
        found = claims_of(odd)
        assert found is None or found.roles == ()


# --- the keyring ----------------------------------------------------------------------------------


class Ring(types.ModuleType):
    """What the library `keyring` is to us."""

    def __init__(self) -> None:
        super().__init__("keyring")
        self.kept: dict[tuple[str, str], str] = {}
        self.broken = False
        self.errors = types.ModuleType("keyring.errors")
        self.errors.KeyringError = type("KeyringError", (Exception,), {})  # type: ignore[attr-defined]

    def get_password(self, service: str, name: str) -> str | None:
        if self.broken:
            raise self.errors.KeyringError("s3cret")
        return self.kept.get((service, name))

    def set_password(self, service: str, name: str, password: str) -> None:
        if self.broken:
            raise self.errors.KeyringError("s3cret")
        self.kept[service, name] = password


@pytest.fixture
def ring(monkeypatch: pytest.MonkeyPatch) -> Ring:
    made = Ring()
    monkeypatch.setitem(sys.modules, "keyring", made)
    monkeypatch.setitem(sys.modules, "keyring.errors", made.errors)
    return made


def test_a_password_is_typed_once_and_kept_in_the_keyring(ring: Ring, tmp_path: Path) -> None:
    box = Mailbox(ADDRESS, "m", 993, "office", PasswordSource(keyring=True))
    store, server = Store(tmp_path / "s", ADDRESS), Server("typed")
    with pytest.raises(MailboxError, match="keyring holds no password"):
        open_logged_in(box, store, server)
    sign_in(box, store, pytest.fail, None)  # nobody is there to be asked
    assert ring.kept == {}
    sign_in(box, store, pytest.fail, lambda _: "typed")
    assert open_logged_in(box, store, server) == "open"
    sign_in(box, store, pytest.fail, lambda _: "")
    assert ring.kept == {("commsla", ADDRESS): "typed"}
    ring.broken = True
    with pytest.raises(MailboxError, match="cannot be opened") as caught:
        open_logged_in(box, store, server)
    assert "s3cret" not in caught.value.message + caught.value.hint
    with pytest.raises(MailboxError, match="cannot be opened"):
        sign_in(box, store, pytest.fail, lambda _: "typed")


def test_a_real_keyring_without_a_back_end_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    keyring = pytest.importorskip("keyring")
    from keyring.backends.fail import Keyring

    empty: Any = Keyring
    monkeypatch.setattr(keyring, "get_password", empty().get_password)
    box = Mailbox(ADDRESS, "m", 993, "office", PasswordSource(keyring=True))
    with pytest.raises(MailboxError, match="cannot be opened"):
        open_logged_in(box, Store(tmp_path, ADDRESS), Server())


def test_a_login_is_named_by_all_that_it_depends_on() -> None:
    box = Mailbox(ADDRESS, "m", 993, "office", PasswordSource())
    one = Microsoft365("t", "c")
    logins = [
        box,
        replace(box, token=one),
        replace(box, token=replace(one, flow=Flow.DEVICE)),
        replace(box, token=replace(one, tenant="u")),
        replace(box, token=replace(one, login_as="jane")),
        replace(box, token=one, username="other"),
        replace(box, token=one, host="n"),
        replace(box, token=TokenCommand(("a",))),
    ]
    assert len({login_name(login) for login in logins}) == len(logins)
