"""A reader who leaves, a full disk and a closed stream, met by the real program."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.terminal import _environment, pipe

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a shell and its devices")

FULL = Path("/dev/full")
EXAMPLE = Path(__file__).parents[2] / "config" / "schools.toml"


def shell(home: Path, line: str) -> tuple[int, str, str]:
    """Run a line of bash, in which commsla is `c`; (exit code, stdout, stderr)."""
    done = subprocess.run(
        ["bash", "-c", f'set -o pipefail; c() {{ "{sys.executable}" -m commsla "$@"; }}; {line}'],
        capture_output=True,
        text=True,
        env=_environment(home, {"COMMSLA_CONFIG": str(EXAMPLE)}),
        cwd=home,
        stdin=subprocess.DEVNULL,
        timeout=120,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    "words",
    ["demo status", "demo status --json", "demo explain T26", "calendar check", "-h", "--version"],
)
def test_a_reader_who_left_is_no_failure_to_speak_of(demo_home: Path, words: str) -> None:
    # The reader is gone before the first word, whatever fits into the pipe.
    assert shell(demo_home, f"(sleep 0.1; c {words}) | true") == (141, "", "")


def test_the_first_line_is_enough(demo_home: Path) -> None:
    long = "; ".join(["c demo status --json || exit"] * 4)  # more than a pipe holds
    code, out, err = shell(demo_home, f"({long}) | head -1")
    assert (code, out, err) == (141, "{\n", "")


def test_the_demo_stops_talking_when_nobody_reads(tmp_path: Path) -> None:
    code, _, err = shell(tmp_path, "c demo | true")
    assert code == 141
    assert "Try next" not in err
    assert "Error" not in err


@pytest.mark.skipif(not FULL.exists(), reason="no device that is always full")
@pytest.mark.parametrize(
    "words", ["demo status", "demo status --json", "calendar show", "-h", "due x today --json"]
)
def test_a_full_disk_is_one_sentence(demo_home: Path, words: str) -> None:
    assert shell(demo_home, f"c {words} > /dev/full") == (
        1,
        "",
        "The output could not be written to its end: No space left on device.\n",
    )
    assert not (demo_home / "error.log").exists()


@pytest.mark.skipif(not FULL.exists(), reason="no device that is always full")
def test_a_full_log_changes_no_answer(demo_home: Path) -> None:
    assert shell(demo_home, "c demo mark T99 called 2> /dev/full")[0] == 1
    assert shell(demo_home, "c nonsense 2> /dev/full")[0] == 2
    assert shell(demo_home, "c demo poll -n 2> /dev/full")[0] == 0


def test_a_closed_stream_is_no_bug(demo_home: Path) -> None:
    assert shell(demo_home, "c demo status >&-") == (0, "", "")
    code, out, _ = shell(demo_home, "c demo status 2>&-")
    assert (code, out) == (0, pipe(demo_home, "demo", "status").out)
    assert shell(demo_home, "c demo mark T99 called 2>&-")[0] == 1
    assert not os.path.exists(demo_home / "error.log")
