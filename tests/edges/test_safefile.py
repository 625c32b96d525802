"""A file is the old one or the new one, for its owner only, and no other file is ever touched."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from commsla.edges.safefile import FileNotWritten, write_whole

OURS = b"<!-- ours -->\n"
posix = pytest.mark.skipif(os.name != "posix", reason="modes and links of POSIX")


def _names(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir())


@posix
@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077, 0o777])
@pytest.mark.parametrize("before", [None, 0o644, 0o400])
def test_only_its_owner_may_read_it(tmp_path: Path, umask: int, before: int | None) -> None:
    file = tmp_path / "page.html"
    if before is not None:
        file.write_bytes(OURS)
        file.chmod(before)
    old = os.umask(umask)
    try:
        write_whole(file, OURS + b"new", ours=OURS)
    finally:
        os.umask(old)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.read_bytes() == OURS + b"new"
    assert _names(tmp_path) == ["page.html"]


@posix
def test_no_link_is_followed(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(OURS)
    for target in (victim, tmp_path / "nowhere"):
        link = tmp_path / "link"
        link.symlink_to(target)
        with pytest.raises(FileNotWritten, match="is a link to another file"):
            write_whole(link, b"new", ours=OURS)
        assert link.is_symlink()
        link.unlink()
    assert victim.read_bytes() == OURS
    assert _names(tmp_path) == ["victim"]


@posix
def test_another_name_of_the_same_file_keeps_the_old_text(tmp_path: Path) -> None:
    file, other = tmp_path / "page.html", tmp_path / "other"
    other.write_bytes(OURS)
    os.link(other, file)
    write_whole(file, OURS + b"new", ours=OURS)
    assert other.read_bytes() == OURS


@posix
def test_what_is_no_ordinary_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    for name, said in (("pipe", "is no ordinary file"), ("folder", "is a folder")):
        with pytest.raises(FileNotWritten, match=said):
            write_whole(tmp_path / name, b"new", ours=OURS)
    assert _names(tmp_path) == ["folder", "pipe"]


@pytest.mark.parametrize("text", [b"[policy]\n", b"<!-- ou", b"\0"])
def test_what_commsla_did_not_write_is_left_alone(tmp_path: Path, text: bytes) -> None:
    file = tmp_path / "schools.toml"
    file.write_bytes(text)
    with pytest.raises(FileNotWritten, match="commsla did not write it"):
        write_whole(file, b"new", ours=OURS)
    assert file.read_bytes() == text
    assert _names(tmp_path) == ["schools.toml"]


def test_an_empty_file_may_be_filled(tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.touch()
    write_whole(file, b"new", ours=OURS)
    assert file.read_bytes() == b"new"


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotWritten, match="there is no folder") as told:
        write_whole(tmp_path / "nowhere" / "page.html", b"new")
    assert told.value.exit_code == 1


@posix
def test_a_name_as_long_as_names_can_be(tmp_path: Path) -> None:
    file = tmp_path / ("n" * 255)
    write_whole(file, b"new")
    assert file.read_bytes() == b"new"
    with pytest.raises(FileNotWritten, match="cannot be written"):
        write_whole(tmp_path / ("n" * 256), b"new")


@pytest.mark.parametrize("call", ["fsync", "replace", "chmod"])
def test_a_failure_at_any_step_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "page.html"
    file.write_bytes(OURS)

    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, call, fail)
    with pytest.raises(FileNotWritten, match="No space left on device") as told:
        write_whole(file, OURS + b"new", ours=OURS)
    assert "is untouched" in told.value.message
    assert file.read_bytes() == OURS
    assert _names(tmp_path) == ["page.html"]


@posix
def test_a_disk_that_is_full_in_the_middle(tmp_path: Path) -> None:
    """As large a file as the system allows the process, and no byte more."""
    file = tmp_path / "page.html"
    file.write_bytes(OURS)
    code = (
        "import resource, signal, sys\n"
        "from pathlib import Path\n"
        "from commsla.edges.safefile import FileNotWritten, write_whole\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))\n"
        "try:\n    write_whole(Path(sys.argv[1]), b'x' * 100_000)\n"
        "except FileNotWritten as told:\n    print(told.message)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(file)], capture_output=True, text=True, check=True
    )
    assert "cannot be written: File too large" in done.stdout
    assert file.read_bytes() == OURS
    assert _names(tmp_path) == ["page.html"]


def test_what_a_killed_run_left_is_removed_by_a_later_one(tmp_path: Path) -> None:
    file, other = tmp_path / "page.html", tmp_path / "another.html"
    kept: list[str] = []
    for target, age in ((file, 7200), (file, 60), (other, 7200)):
        write_whole(target, b"x")
        target.unlink()
        # The name under which a run would have left it.
        made: list[Path] = []

        def note(source: Path, _: Path, made: list[Path] = made) -> None:
            made.append(Path(source))
            raise OSError(5, "stopped")

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(os, "replace", note)
            with pytest.raises(FileNotWritten):
                write_whole(target, b"x")
        made[0].write_bytes(b"names of parents")
        then = time.time() - age
        os.utime(made[0], (then, then))
        if (target, age) != (file, 7200):
            kept.append(made[0].name)
    write_whole(file, b"new")
    assert _names(tmp_path) == sorted([*kept, "page.html"])


_WRITER = """
import itertools, sys
from pathlib import Path
from commsla.edges.safefile import write_whole
for n in itertools.count():
    write_whole(Path(sys.argv[1]), b"begin" + bytes([97 + n % 26]) * 300_000 + b"end")
    print(n, flush=True)
"""


@posix
def test_writers_that_are_killed_leave_a_whole_file(tmp_path: Path) -> None:
    """Two write at once, and both are killed: whatever is read meanwhile and afterwards is whole."""
    file = tmp_path / "page.html"
    for _ in range(8):
        writers = [
            subprocess.Popen(
                [sys.executable, "-c", _WRITER, str(file)], stdout=subprocess.PIPE, text=True
            )
            for _ in range(2)
        ]
        try:
            for writer in writers:
                assert writer.stdout is not None
                assert writer.stdout.readline() == "0\n"
            for _ in range(50):
                assert _is_whole(file.read_bytes())
        finally:
            for writer in writers:
                writer.kill()
                writer.wait()
                assert writer.stdout is not None
                writer.stdout.close()
        assert _is_whole(file.read_bytes())


def _is_whole(data: bytes) -> bool:
    return (
        len(data) == 300_008
        and data[:5] == b"begin"
        and data[-3:] == b"end"
        and len(set(data[5:-3])) == 1
    )


def test_a_file_can_be_ours_by_its_own_test(tmp_path: Path) -> None:
    file = tmp_path / "page.pdf"
    file.write_bytes(b"one of theirs")
    with pytest.raises(FileNotWritten, match="commsla did not write it"):
        write_whole(file, b"new", ours=lambda opened: opened.read().endswith(b"ours"))
    file.write_bytes(b"one of ours")
    write_whole(file, b"new", ours=lambda opened: opened.read().endswith(b"ours"))
    assert file.read_bytes() == b"new"


@pytest.mark.parametrize("winerror", [5, 32, 33])
def test_a_file_that_excel_holds_open_is_said_to_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, winerror: int
) -> None:
    file = tmp_path / "cases.xlsx"
    file.write_bytes(OURS)
    held = PermissionError(13, "Permission denied")
    held.winerror = winerror  # type: ignore[attr-defined,unused-ignore]

    def refuse(*_: object) -> None:
        raise held

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(
        FileNotWritten, match=r"cases\.xlsx is open in another program, such as Excel"
    ) as said:
        write_whole(file, OURS + b"new", ours=OURS)
    assert said.value.hint == "Close it there and try again, or name a new file."
    assert file.read_bytes() == OURS
    assert _names(tmp_path) == ["cases.xlsx"]
