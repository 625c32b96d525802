"""The sign of life: the right pings, empty, and a service that is ill costs a run nothing but seconds."""

from __future__ import annotations

import socket
import threading
from pathlib import Path

import pytest
import trustme

from commsla.core.beat import Beat, may_be_pinged
from commsla.core.logins import PasswordSource
from commsla.edges.heartbeat import Heartbeat
from commsla.edges.login import secret_from
from tests.edges.pinged import Pinged, ca_file

START, DONE, FAIL = "/5ecret-check/start", "/5ecret-check", "/5ecret-check/fail"


def beat(url: str, *, well: bool = True, ca: str = "", seconds: float = 10) -> str:
    made = Heartbeat(lambda: url, ca, seconds)
    made.start()
    return made.end(well=well)


@pytest.mark.parametrize(("well", "last"), [(True, DONE), (False, FAIL)])
@pytest.mark.parametrize("more", ["", "/", "\n"])
def test_start_then_how_it_ended(well: bool, last: str, more: str) -> None:
    with Pinged() as service:
        assert beat(service.url + more, well=well) == ""
    assert service.paths == [START, last]
    for asked in service.asked:
        assert (asked.method, asked.body) == ("GET", b"")
        assert set(asked.headers) <= {"Accept-Encoding", "Host", "User-Agent", "Connection"}
        assert asked.headers["User-Agent"] == "commsla"


def test_a_run_that_leaves_the_end_to_another_says_only_that_it_began() -> None:
    began = threading.Event()

    def answer(_: str) -> int:
        began.set()
        return 200

    with Pinged(answer=answer) as service:
        made = Heartbeat(lambda: service.url)
        made.start()
        assert began.wait(10)
        made.leave()
        made._thread.join(10)
        assert not made._thread.is_alive()
    assert service.paths == [START]


@pytest.mark.parametrize("code", [400, 404, 500, 503])
def test_a_service_that_is_not_well(code: int) -> None:
    with Pinged(answer=lambda _: code) as service:
        assert beat(service.url) == f"the service answered HTTP {code}"
    assert service.paths == [START, DONE]


@pytest.mark.parametrize("code", [301, 302, 307])
def test_the_address_is_carried_nowhere_else(code: int) -> None:
    with Pinged(answer=lambda _: code) as service:
        assert beat(service.url) == f"the service answered HTTP {code}"
    assert "/elsewhere" not in service.paths


def test_a_start_that_was_lost_does_not_cost_the_end() -> None:
    with Pinged(answer=lambda path: 0 if path == START else 200) as service:
        assert beat(service.url, seconds=4) == ""
        assert service.paths == [START, DONE]


@pytest.mark.parametrize("drips", [False, True])
def test_a_service_that_hangs_is_left(drips: bool) -> None:
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while not over.is_set():
                try:
                    line, _ = server.accept()
                except OSError:
                    return
                with line:
                    while drips and not over.wait(0.2):
                        try:
                            line.sendall(b"H")
                        except OSError:
                            break
                    over.wait(30)

        aside = threading.Thread(target=serve, daemon=True)
        aside.start()
        port = server.getsockname()[1]
        said = beat(f"http://127.0.0.1:{port}/x", seconds=2)
        over.set()
    assert said in ("the service did not answer in time", "it took too long")


def test_nobody_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert beat(f"http://127.0.0.1:{port}/x") == "no connection to the service"


def test_https_is_verified(tmp_path: Path) -> None:
    ca = trustme.CA()
    with Pinged(ca) as service:
        assert beat(service.url) == "the certificate of the service cannot be trusted"
        assert service.paths == []
        assert beat(service.url.replace("localhost", "127.0.0.1"), ca=ca_file(ca, tmp_path)) == (
            "the certificate of the service cannot be trusted"
        )
        assert service.paths == []
        assert beat(service.url, ca=ca_file(ca, tmp_path)) == ""
    assert service.paths == [START, DONE]
    assert "gives no certificate" in beat(service.url, ca=str(tmp_path / "none.pem"))


def test_the_address_from_a_file_or_a_command_and_what_is_wrong_with_it(tmp_path: Path) -> None:
    file = tmp_path / "heartbeat.url"

    def read(source: PasswordSource) -> str:
        made = Heartbeat(lambda: secret_from(Beat(source=source), source, "heartbeat URL"))
        made.start()
        return made.end(well=True)

    with Pinged() as service:
        file.write_text(service.url + "\n", "utf-8")
        file.chmod(0o600)
        assert read(PasswordSource(file=str(file))) == ""
        assert read(PasswordSource(command=("cat", str(file)))) == ""
    assert service.paths == [START, DONE] * 2
    file.chmod(0o644)
    assert read(PasswordSource(file=str(file))) == "the heartbeat URL file can be read by others"
    assert "does not exist" in read(PasswordSource(file=str(tmp_path / "none")))
    assert "failed" in read(PasswordSource(command=("false",)))
    file.chmod(0o600)
    file.write_text("http://example.org/5ecret\n", "utf-8")
    said = read(PasswordSource(file=str(file)))
    assert said == "what is read as its address is none"


@pytest.mark.parametrize(
    ("url", "good"),
    [
        ("https://hc-ping.com/5f0c6a1e-aaaa-bbbb-cccc-111111111111", True),
        ("https://hc-ping.com/k3y/norton-poll", True),
        ("https://monitor.school.example:8443/api/push/T0ken", True),
        ("http://localhost:8000/ping/x", True),
        ("http://127.0.0.1/x", True),
        ("http://[::1]:80/x", True),
        ("http://hc-ping.com/x", False),
        ("http://127.0.0.1.evil.example/x", False),
        ("http://localhost.evil.example/x", False),
        ("http://localhost@evil.example/x", False),
        ("https://user:secret@hc-ping.com/x", False),
        ("https://hc-ping.com/x?y=1", False),
        ("https://hc-ping.com/x#y", False),
        ("https://hc-ping.com/x y", False),
        ("https://hc-ping.com/x\r\nHost: y", False),
        ("https://hc-ping.com/é", False),
        ("https://hc-ping.com/" + "x" * 500, False),
        ("https://", False),
        ("ftp://hc-ping.com/x", False),
        ("file:///etc/passwd", False),
        ("", False),
    ],
)
def test_which_addresses_may_be_pinged(url: str, good: bool) -> None:
    assert may_be_pinged(url) is good


def test_the_address_is_not_in_what_is_printed_of_a_config() -> None:
    assert "5ecret" not in repr(Beat("https://hc-ping.com/5ecret"))
