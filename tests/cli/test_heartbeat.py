"""The sign of life around `poll`: which ping when, and that it never decides how a run ends."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.cli.alerting import Alerting
from tests.cli.doctoring import Bench
from tests.cli.terminal import terminal
from tests.edges.pinged import Pinged
from tests.edges.smtp_sink import SmtpSink
from tests.edges.test_config import MINIMAL, YEAR
from tests.edges.test_config_problems import problems

START, DONE, FAIL = "/5ecret-check/start", "/5ecret-check", "/5ecret-check/fail"
TABLE = '[heartbeat]\nurl = "{}"\n'


def test_a_good_poll(good: Bench) -> None:
    with Pinged() as service:
        good.extra = TABLE.format(service.url)
        result = good.run("poll")
        assert (result.code, result.out, result.err) == (0, "", "")
        assert service.paths == [START, DONE]
        assert all(not a.body for a in service.asked)
        assert good.run("poll", "--dry-run").code == 0
        assert good.run("status").code == 0
        assert service.paths == [START, DONE], "a dry run and a look are no sign of life"


def test_a_poll_that_fails(bench: Bench) -> None:
    with Pinged() as service:
        bench.extra = TABLE.format(service.url)
        result = bench.run("poll")
    assert result.code == 1
    assert service.paths == [START, FAIL]
    assert "5ecret" not in result.err


@pytest.mark.skipif(os.name != "posix", reason="flock")
def test_a_poll_beside_another_leaves_the_end_to_that_one(bench: Bench) -> None:
    import fcntl

    bench.run("poll")
    with Pinged() as service, (bench.home / "poll.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        bench.extra = TABLE.format(service.url)
        assert bench.run("poll").code == 11
    assert set(service.paths) <= {START}


@pytest.mark.parametrize("code", [500, 302])
def test_a_service_that_is_ill_changes_nothing(good: Bench, code: int) -> None:
    with Pinged(answer=lambda _: code) as service:
        good.extra = TABLE.format(service.url)
        result = good.run("poll")
        assert (result.code, result.out, result.err) == (0, "", "")
        shown = terminal(good.home, 200, "poll", "--config", good.write())
    assert shown.code == 0
    assert f"The heartbeat was not heard: the service answered HTTP {code}." in shown.out
    assert "5ecret" not in shown.out


def test_an_address_in_a_file_that_is_not_there(good: Bench) -> None:
    good.extra = '[heartbeat]\nurl_file = "none.url"\n'
    result = good.run("poll")
    assert (result.code, result.err) == (0, "")


def test_an_alert_that_goes_and_one_that_cannot(tmp_path: Path) -> None:
    with Pinged() as service:
        with SmtpSink(tmp_path / "box") as sink:
            office = Alerting(tmp_path, sink.port, "office", more=TABLE.format(service.url))
            office.came(1)
            office.poll()
            assert office.run("--dry-run").code == 0
            assert service.paths == []
            assert office.run("--test", "office@oak.example").code == 0
            assert service.paths == []
            assert office.run().code == 0
            assert service.paths == [START, DONE]
        office.came(1, days_ago=7)
        office.poll()
        result = office.run()
        assert result.code != 0
        assert service.paths == [START, DONE, START, FAIL]
    assert "5ecret" not in result.err


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (
            '[heartbeat]\nurl = "http://5ecret.example/x"\n',
            "24: `url` is no address that can be pinged: it begins with https:// (or http:// for "
            "this machine itself) and has no login, ? or # in it. Write for example "
            'url = "https://hc-ping.com/your-check".',
        ),
        (
            '[heartbeat]\nurl = "https://x.example/5ecret"\nurl_file = "x"\n',
            "25: `url` and `url_file` are both there. Write only one of them.",
        ),
        (
            "[heartbeat]\n",
            '23: [heartbeat] has no address. Write url = "https://hc-ping.com/your-check", or '
            "url_file or url_command.",
        ),
        (
            '[heartbeat]\nulr = "https://x.example/5ecret"\n',
            "24: `ulr` is not known: did you mean `url`?",
        ),
        (
            "[heartbeat]\nurl_command = []\n",
            '24: `url_command` is empty. Write for example url_command = ["pass", "show", "heartbeat"].',
        ),
    ],
)
def test_what_is_wrong_with_it_is_said_without_the_address(
    tmp_path: Path, table: str, said: str
) -> None:
    found = problems(MINIMAL + YEAR + table, tmp_path)
    assert found == [f"schools.toml:{said}"]
    assert "5ecret" not in str(found)


@pytest.mark.parametrize(
    "table",
    [
        "",
        '[heartbeat]\nurl = "https://hc-ping.com/x"\nca_file = "ca.pem"\n',
        '[heartbeat]\nurl_file = "x"\n',
        '[heartbeat]\nurl_command = ["pass", "x"]\n',
    ],
)
def test_each_way_to_write_it(tmp_path: Path, table: str) -> None:
    assert problems(MINIMAL + YEAR + table, tmp_path) == []
