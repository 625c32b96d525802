"""Where passwords come from, and that what was read never turns up in a sentence."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from commsla.core.school import (
    Mailbox,
    PasswordSource,
)
from commsla.edges.login import password_for
from commsla.errors import MailboxError

SECRET = "s3cret pässword"


def mailbox(source: PasswordSource) -> Mailbox:
    return Mailbox("office@school.test", "mail.school.test", 993, "office", source)


def by_python(code: str) -> Mailbox:
    return mailbox(PasswordSource(command=(sys.executable, "-c", code)))


def by_file(path: Path, content: bytes, mode: int = 0o600) -> Mailbox:
    path.write_bytes(content)
    path.chmod(mode)
    return mailbox(PasswordSource(file=str(path)))


def sentence(box: Mailbox, seconds: float = 30) -> str:
    with pytest.raises(MailboxError) as caught:
        password_for(box, seconds)
    text = f"{caught.value.message} | {caught.value.hint}"
    assert text.startswith("office@school.test: ")
    assert "s3cret" not in text
    return text


PRINT = "import sys; sys.stdout.buffer.write({!r}.encode())"


def test_a_command_s_first_line_is_the_password() -> None:
    assert password_for(by_python(PRINT.format(f"{SECRET}\nlogin: office\n"))) == SECRET
    assert password_for(by_python(PRINT.format(f" {SECRET} \r\n"))) == f" {SECRET} "


def test_a_command_runs_without_a_shell_and_without_input() -> None:
    echo = "import sys; print(sys.argv[1] + sys.stdin.read())"
    box = mailbox(PasswordSource(command=(sys.executable, "-c", echo, "$HOME;`id`")))
    assert password_for(box) == "$HOME;`id`"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import sys; print('s3cret'); sys.exit('s3cret')", "failed (exit code 1)"),
        ("", "printed no password"),
        ("print()", "printed no password"),
        ("import sys; sys.stdout.buffer.write(b's3cret\\xff')", "printed no readable text"),
    ],
)
def test_a_command_that_does_not_help(code: str, said: str) -> None:
    assert said in sentence(by_python(code))


def test_a_command_that_is_not_there() -> None:
    text = sentence(mailbox(PasswordSource(command=("no-such-program", "s3cret"))))
    assert "no-such-program cannot be started" in text


def test_a_command_that_hangs_is_ended_with_its_children() -> None:
    # The child holds the pipe open: ending the parent alone would wait for it.
    code = (
        "import subprocess, sys; print('s3cret', flush=True);"
        "subprocess.run([sys.executable, '-c', 'import time; time.sleep(600)'])"
    )
    assert "did not finish within 1 seconds" in sentence(by_python(code), seconds=1)


def test_a_file_s_first_line_is_the_password(tmp_path: Path) -> None:
    path = tmp_path / "password"
    assert password_for(by_file(path, f"{SECRET}\nmore\n".encode())) == SECRET
    assert password_for(by_file(path, b"no newline")) == "no newline"
    assert password_for(by_file(path, b"\xef\xbb\xbffrom Notepad\r\n")) == "from Notepad"


def test_a_file_that_does_not_help(tmp_path: Path) -> None:
    path = tmp_path / "password"
    assert "does not exist" in sentence(mailbox(PasswordSource(file=str(path))))
    assert "holds no password" in sentence(by_file(path, b"\ns3cret"))
    assert "holds no readable text" in sentence(by_file(path, b"s3cret\xff"))
    assert "cannot be read" in sentence(mailbox(PasswordSource(file=str(tmp_path))))


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644])
def test_a_file_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "password"
    text = sentence(by_file(path, b"s3cret\n", mode))
    assert "can be read by others" in text
    assert f"chmod 600 {path}" in text


def test_nothing_configured() -> None:
    assert "`password_command` or `password_file`" in sentence(mailbox(PasswordSource()))
