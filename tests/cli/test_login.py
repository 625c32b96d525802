"""`commsla login` and `poll` with tokens: a made-up provider, a real mail server, the whole way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from commsla.cli.app import app
from commsla.cli.boundary import run
from commsla.cli.place import Place
from commsla.edges.login import microsoft
from tests.cli.test_end_to_end import HEAD
from tests.edges.dovecot import PASSWORD, Dovecot, why_not
from tests.edges.fakeidp import CLIENT, SECRET, TENANT, FakeIdp, Introspection

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def introspection() -> Iterator[Introspection]:
    with Introspection() as asked:
        yield asked


@pytest.fixture(scope="module")
def server(introspection: Introspection) -> Iterator[Dovecot]:
    reason = why_not()
    if reason:
        pytest.skip(reason)
    with Dovecot(introspection=introspection.url) as dovecot:
        yield dovecot


@pytest.fixture
def idp(
    tmp_path: Path, introspection: Introspection, monkeypatch: pytest.MonkeyPatch
) -> Iterator[FakeIdp]:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    with FakeIdp(tmp_path) as provider:
        provider.tokens = introspection.tokens
        monkeypatch.setattr(microsoft, "AUTHORITY", provider.url)
        yield provider


class Office:
    """One mailbox in a config of its own; `run` is a person typing."""

    def __init__(
        self, folder: Path, server: Dovecot, idp: FakeIdp, user: str, login: str,
        capsys: pytest.CaptureFixture[str],
    ) -> None:  # fmt: skip
        self.home, self.folder, self.user = folder / "state", folder, user
        self._capsys = capsys
        trusted = folder / "both.pem"
        trusted.write_text(Path(server.ca_file).read_text() + Path(idp.ca_file).read_text())
        self.secret(SECRET)
        (folder / "schools.toml").write_text(
            f'{HEAD}[[schools]]\ncode = "oak"\nprefix = "O"\nname = "Oak"\ndomains = []\n'
            f'[[schools.mailboxes]]\naddress = "{user}@school.test"\nusername = "{user}"\n'
            f'host = "localhost"\nport = {server.tls_port}\nca_file = "both.pem"\n{login}',
            "utf-8",
        )

    def secret(self, text: str) -> None:
        path = self.folder / "app.secret"
        path.write_text(text)
        path.chmod(0o600)

    def run(self, *words: str) -> tuple[int, str, str]:
        place = replace(
            Place.real(), home=self.home, cwd=self.folder, environ={}, clock=lambda: NOW,
            prefix="commsla",
        )  # fmt: skip
        code = run(app, [*words, "--config", str(self.folder / "schools.toml")], place)
        out = self._capsys.readouterr()
        assert SECRET not in out.out + out.err
        return code, out.out, out.err

    def kept(self) -> str:
        return "".join(path.read_text("latin-1") for path in self.home.rglob("*") if path.is_file())


MS = f'login = "microsoft365"\ntenant = "{TENANT}"\nclient_id = "{CLIENT}"\n'


def test_an_app_polls_and_a_lost_token_is_renewed_once(
    tmp_path: Path, server: Dovecot, idp: FakeIdp, capsys: pytest.CaptureFixture[str]
) -> None:
    office = Office(
        tmp_path, server, idp, "app-user", MS + 'client_secret_file = "app.secret"\n', capsys
    )
    idp.app_user = "app-user"
    assert office.run("login", "oak") == (0, "app-user@school.test: the login works.\n", "")
    assert office.run("poll") == (0, "", "")
    assert len(idp.at("/token")) == 1
    idp.tokens.clear()  # the mail server believes it no more, whatever its lifetime was
    assert office.run("poll") == (0, "", "")
    assert len(idp.at("/token")) == 2
    idp.app_user = "somebody-else"
    idp.tokens.clear()
    code, out, err = office.run("poll")
    assert (code, out) == (12, "")
    assert "refused the token of app-user" in err
    assert "enterprise application" in err
    assert len(idp.at("/token")) == 3
    for _ in range(3):
        code, _, err = office.run("poll")
        assert code == 12
    assert "is not tried again" in err
    count = len(idp.asked)
    assert office.run("poll")[0] == 12
    assert len(idp.asked) == count
    idp.app_user = "app-user"
    assert office.run("login", "app-user@school.test")[0] == 0
    assert office.run("poll") == (0, "", "")


def test_a_wrong_secret_is_exit_12_and_a_new_one_is_tried_at_once(
    tmp_path: Path, server: Dovecot, idp: FakeIdp, capsys: pytest.CaptureFixture[str]
) -> None:
    office = Office(
        tmp_path, server, idp, "secret-user", MS + 'client_secret_file = "app.secret"\n', capsys
    )
    idp.app_user = "secret-user"
    office.secret("old-and-expired")
    for _ in range(4):
        code, _, err = office.run("poll")
        assert code == 12
    assert "is not tried again" in err
    assert len(idp.at("/token")) == 3
    assert "old-and-expired" not in office.kept()
    office.secret(SECRET)
    assert office.run("poll") == (0, "", "")


def test_a_person_signs_in_for_a_shared_mailbox(
    tmp_path: Path, server: Dovecot, idp: FakeIdp, capsys: pytest.CaptureFixture[str]
) -> None:
    login = MS + 'flow = "device"\nlogin_as = "jane@school.test"\n'
    office = Office(tmp_path, server, idp, "shared-user", login, capsys)
    code, out, err = office.run("poll")
    assert (code, out) == (12, "")
    assert "nobody has signed in" in err
    assert "commsla login shared-user@school.test" in err
    idp.app_user = "shared-user"  # the token of Jane opens the shared mailbox
    code, out, err = office.run("login", "Oak")
    assert (code, out) == (0, "shared-user@school.test: the login works.\n")
    assert "ABCD-1234" in err
    assert "Signed in as jane@school.test." in err
    assert office.run("poll") == (0, "", "")
    assert len(idp.at("/token")) == 2  # one of them before the code was typed


def test_a_password_is_tried_by_login_and_blocked_after_three_polls(
    tmp_path: Path, server: Dovecot, idp: FakeIdp, capsys: pytest.CaptureFixture[str]
) -> None:
    login = 'password_file = "app.secret"\n'
    office = Office(tmp_path, server, idp, "word-user", login, capsys)
    office.secret("not-the-password")
    for _ in range(4):
        code, _, err = office.run("poll")
        assert code == 12
    assert "refused 3 times since" in err
    assert office.run("login", "all")[0] == 12
    office.secret(PASSWORD)
    assert office.run("login", "all")[:2] == (0, "word-user@school.test: the login works.\n")
    assert PASSWORD not in office.kept()


def test_a_dry_run_keeps_no_token(
    tmp_path: Path, server: Dovecot, idp: FakeIdp, capsys: pytest.CaptureFixture[str]
) -> None:
    login = MS + 'client_secret_file = "app.secret"\n'
    office = Office(tmp_path, server, idp, "dry-user", login, capsys)
    idp.app_user = "dry-user"
    assert office.run("poll", "--dry-run")[0] == 0
    assert not office.home.exists()


def test_status_warns_of_a_secret_that_ends_soon(
    tmp_path: Path, server: Dovecot, idp: FakeIdp, capsys: pytest.CaptureFixture[str]
) -> None:
    login = 'password_file = "app.secret"\nsecret_expires = "Sun 2026-12-06"\n'
    office = Office(tmp_path, server, idp, "end-user", login, capsys)
    office.secret(PASSWORD)
    assert office.run("poll") == (0, "", "")
    _, out, _ = office.run("status")
    said = "what it logs in with ends in 13 days (Sun 6 Dec)"
    assert f"Oak (end-user@school.test): {said}." in " ".join(out.split())


def test_a_school_that_is_not_there(
    tmp_path: Path, server: Dovecot, idp: FakeIdp, capsys: pytest.CaptureFixture[str]
) -> None:
    office = Office(tmp_path, server, idp, "x-user", 'password_file = "app.secret"\n', capsys)
    code, _, err = office.run("login", "elm")
    assert code == 2
    assert 'There is no school "elm".' in err
