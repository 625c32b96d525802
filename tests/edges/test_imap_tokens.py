"""XOAUTH2 against a real Dovecot that asks whom a token is for, and against scripted servers."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from commsla.core.logins import Flow, GoogleWorkspace, Microsoft365, TokenCommand, TokenSource
from commsla.core.school import (
    Mailbox,
)
from commsla.edges.imap import open_line
from commsla.errors import CommslaError, LoginRefused, MailboxError
from tests.edges.dovecot import PASSWORD, Dovecot, why_not
from tests.edges.fakeidp import Introspection
from tests.edges.fakeimap import CUT, FakeImap
from tests.edges.faultproxy import Fault, FaultProxy

TOKEN = "eyJ0b2tlbg.Zm9yIG9uZQ.bWFpbGJveA"
BY_COMMAND = TokenCommand(("print-a-token",))
CHALLENGE = base64.b64encode(
    b'{"status":"400","schemes":"Bearer","scope":"' + TOKEN.encode() + b'"}'
)
SASL_IR = b"* CAPABILITY IMAP4rev1 SASL-IR AUTH=XOAUTH2\r\nTAG OK done\r\n"


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


def with_token(box: Mailbox, token: TokenSource = BY_COMMAND) -> Mailbox:
    return replace(box, token=token)


def failure(box: Mailbox, token: str = TOKEN) -> CommslaError:
    with pytest.raises(CommslaError) as caught:
        open_line(box, token)
    said = f"{caught.value.message} {caught.value.hint}"
    encoded = base64.b64encode(token.encode()).decode()
    for secret in (token, encoded, CHALLENGE.decode()):
        pieces = [secret[n : n + 8] for n in range(len(secret) - 7)]
        assert [piece for piece in pieces if piece in said] == []
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    assert box.address in said
    return caught.value


# --- a real server --------------------------------------------------------------------------------


@pytest.mark.parametrize("tls", [True, False])
def test_a_good_token_opens_its_mailbox(
    server: Dovecot, introspection: Introspection, tls: bool
) -> None:
    introspection.tokens["good"] = "good-user"
    line = open_line(with_token(server.mailbox("good-user", tls=tls)), "good")
    assert line.look("INBOX").messages == 0
    line.close()
    open_line(server.mailbox("good-user", tls=tls), PASSWORD).close()  # passwords as before


@pytest.mark.parametrize("what", ["unknown", "expired", "somebody else's"])
def test_a_bad_token_is_refused_and_asked_for_once(
    server: Dovecot, introspection: Introspection, what: str
) -> None:
    introspection.tokens["of-another"] = "another"
    introspection.tokens["over"] = "bad-user"
    del introspection.tokens["over"]
    token = {"unknown": "unheard-of", "expired": "over", "somebody else's": "of-another"}[what]
    introspection.asked.clear()
    error = failure(with_token(server.mailbox("bad-user")), token)
    assert isinstance(error, LoginRefused)
    assert "refused the token of bad-user" in error.message
    assert introspection.asked == [token]


def test_a_cut_anywhere_in_authenticate_is_no_refusal(
    server: Dovecot, introspection: Introspection
) -> None:
    introspection.tokens["cut"] = "cut-user"
    box = server.mailbox("cut-user", tls=False)
    with FaultProxy(("127.0.0.1", server.port)) as proxy:
        open_line(with_token(replace(box, port=proxy.port)), "cut").close()
        size = proxy.conns[0].down
    positions = list(range(0, size, max(1, size // 15)))
    for token in ("cut", "unheard-of"):
        failed, refusals = 0, list[str]()
        faults = [Fault(cut_down=n, rst=n % 2 == 1) for n in positions]
        with FaultProxy(("127.0.0.1", server.port), faults) as proxy:
            for _ in positions:
                try:
                    open_line(with_token(replace(box, port=proxy.port)), token).close()
                except LoginRefused:  # only where the server's whole NO came through
                    refusals.append(token)
                except MailboxError:
                    failed += 1
        assert failed > 5
        assert "cut" not in refusals


# --- scripted servers -----------------------------------------------------------------------------


def challenged(ends: bytes = b"TAG NO AUTHENTICATE failed.\r\n") -> dict[str, bytes]:
    return {
        "CAPABILITY": SASL_IR,
        "AUTHENTICATE XOAUTH2": b"+ " + CHALLENGE + b"\r\n",
        "THEN": ends,
    }


def test_the_token_is_sent_at_once_where_that_is_advertised() -> None:
    with FakeImap({"CAPABILITY": SASL_IR, "AUTHENTICATE XOAUTH2": b"+ \r\n"}) as fake:
        failure_or_line = with_token(fake.mailbox())
        open_line(failure_or_line, TOKEN).close()
        [said] = fake.asked("AUTHENTICATE")
    sent = base64.b64decode(said.split(" ")[2])
    assert sent == f"user=office\1auth=Bearer {TOKEN}\1\1".encode()


def test_the_token_waits_to_be_asked_for_elsewhere() -> None:
    capability = b"* CAPABILITY IMAP4rev1 AUTH=XOAUTH2\r\nTAG OK done\r\n"
    with FakeImap({"CAPABILITY": capability, "AUTHENTICATE XOAUTH2": b"+ \r\n"}) as fake:
        open_line(with_token(fake.mailbox()), TOKEN).close()
        at = fake.lines.index("AUTHENTICATE XOAUTH2")
        sent = base64.b64decode(fake.lines[at + 1])
    assert sent == f"user=office\1auth=Bearer {TOKEN}\1\1".encode()


def test_the_challenge_of_a_failed_token_is_answered_with_an_empty_line() -> None:
    with FakeImap(challenged()) as fake:
        error = failure(with_token(fake.mailbox()))
        at = next(n for n, line in enumerate(fake.lines) if line.startswith("AUTHENTICATE"))
        assert fake.lines[at + 1] == ""
    assert isinstance(error, LoginRefused)
    assert error.message.endswith("refused the token of office (status 400)")


@pytest.mark.parametrize(
    "challenge",
    [b"", b"!!!", b"e30=", base64.b64encode(b'{"status":"' + b"9" * 500 + b'"}'), b"W10=", b"/w=="],
)
def test_an_odd_challenge_is_a_refusal_all_the_same(challenge: bytes) -> None:
    script = {**challenged(), "AUTHENTICATE XOAUTH2": b"+ " + challenge + b"\r\n"}
    with FakeImap(script) as fake:
        error = failure(with_token(fake.mailbox()))
    assert isinstance(error, LoginRefused)
    assert "status" not in error.message


def test_a_server_that_never_stops_asking_is_left() -> None:
    script = {**challenged(), "THEN": b"+ " + CHALLENGE + b"\r\n+ \r\nTAG NO no\r\n"}
    with FakeImap(script) as fake:
        assert isinstance(failure(with_token(fake.mailbox())), CommslaError)


@pytest.mark.parametrize(
    "answer",
    [
        CUT,
        b"TAG NO [UNAVAILABLE] later " + TOKEN.encode() + b"\r\n",
        b"TAG NO User is authenticated but not connected.\r\n",
        b"TAG BAD User is authenticated but not connected.\r\n",
        b"TAG BAD what is " + TOKEN.encode() + b"?\r\n",
        b"TAG BAD Request is throttled. Suggested Backoff Time: 92415 milliseconds\r\n",
        b"* BYE " + TOKEN.encode() + b"\r\n" + CUT,
        b"garbage " + TOKEN.encode() + b"\r\n",
    ],
)
@pytest.mark.parametrize("after_challenge", [False, True])
def test_what_says_nothing_about_the_token_is_no_refusal(
    answer: bytes, after_challenge: bool
) -> None:
    script = (
        challenged(answer) if after_challenge else {"CAPABILITY": SASL_IR, "AUTHENTICATE": answer}
    )
    with FakeImap(script) as fake:
        assert isinstance(failure(with_token(fake.mailbox())), MailboxError)


def test_a_server_that_takes_no_tokens_gets_none() -> None:
    with FakeImap() as fake:
        error = failure(with_token(fake.mailbox()))
        assert "takes no tokens (XOAUTH2)" in error.message
        assert fake.asked("AUTH|LOGIN") == []


@pytest.mark.parametrize(
    ("token", "refused", "not_connected"),
    [
        (
            Microsoft365("t", "c"),
            "object id of the enterprise application",
            "enterprise application",
        ),
        (Microsoft365("t", "c", Flow.BROWSER), "needs full access", "full access"),
        (Microsoft365("t", "c", Flow.DEVICE), "needs full access", "full access"),
        (GoogleWorkspace("f"), "a user of the domain", "full access"),
        (BY_COMMAND, "`token_command`", "full access"),
    ],
)
def test_the_next_step_is_the_administrator_s_of_that_login(
    token: TokenSource, refused: str, not_connected: str
) -> None:
    with FakeImap(challenged()) as fake:
        assert refused in failure(with_token(fake.mailbox(), token)).hint
    ends = b"TAG NO User is authenticated but not connected.\r\n"
    with FakeImap(challenged(ends)) as fake:
        error = failure(with_token(fake.mailbox(), token))
        assert "does not open the mailbox" in error.message
        assert not_connected in error.hint


def test_no_token_is_in_what_imaplib_remembers() -> None:
    with FakeImap({"CAPABILITY": SASL_IR, "AUTHENTICATE XOAUTH2": b"TAG OK in\r\n"}) as fake:
        line = open_line(with_token(fake.mailbox()), TOKEN)
        client = line._talk._client
        assert client is not None
        assert TOKEN not in json.dumps(vars(client.wire), default=repr)
        line.close()
