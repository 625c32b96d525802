"""A systemd service and its timer, for the user's own manager."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

from commsla.core.timetable import Job
from commsla.edges.schedule.programs import NotScheduled, must, plain, run

MARK = "# written by commsla schedule --install, removed by --remove\n"
_NEEDS_NONE = re.compile(r"[A-Za-z0-9@+=:,./_-]+")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


class Systemd:
    """Fulfils the verbs of `cli.schedule` by unit files and `systemctl --user`."""

    def text(self, job: Job) -> str:
        """Both files, each under its name."""
        return "\n".join(
            f"# {_folder() / name}\n{text}" for name, text in sorted(_files(job).items())
        )

    def notes(self, job: Job) -> list[str]:
        """What to know about it, a sentence each."""
        return [
            f"So that it also runs while nobody is logged in: loginctl enable-linger {job.user}",
            f"What a run had to say: journalctl --user -u {job.name}.service",
        ]

    def install(self, job: Job) -> str:
        """Write both files and start the timer."""
        _write(job)
        hint = "Run this in a login of that user, or ask for: systemctl --user status"
        must(["systemctl", "--user", "daemon-reload"], hint=hint)
        must(["systemctl", "--user", "enable", "--now", f"{job.name}.timer"], hint=hint)
        return f"The timer {job.name}.timer runs; look at it with: systemctl --user list-timers"

    def remove(self, name: str) -> str:
        """Stop the timer and remove both files."""
        files = [_folder() / f"{name}.{kind}" for kind in ("service", "timer")]
        there = [file for file in files if file.exists() and _is_ours(file)]
        if not there:
            return "There is no timer of commsla."
        run(["systemctl", "--user", "disable", "--now", f"{name}.timer"])
        for file in there:
            file.unlink()
        run(["systemctl", "--user", "daemon-reload"])
        return f"The timer {name}.timer is removed."


def _folder() -> Path:
    base = os.environ.get("XDG_CONFIG_HOME", "")
    config = Path(base) if Path(base).is_absolute() else Path.home() / ".config"
    return config / "systemd" / "user"


def _write(job: Job) -> None:
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    files = {folder / name: text for name, text in _files(job).items()}
    for file in files:
        if file.exists() and not _is_ours(file):
            raise NotScheduled(
                f"{file} is there already, and commsla did not write it. Nothing was changed.",
                "Move it away first.",
            )
    for file, text in files.items():
        scratch = file.with_name(f".{file.name}.{os.getpid()}.new")
        scratch.write_text(text, "utf-8", "surrogateescape")
        os.replace(scratch, file)


def _is_ours(file: Path) -> bool:
    return file.read_text("utf-8", "replace").startswith(MARK)


def _files(job: Job) -> dict[str, str]:
    first, *others = [_command(words) for words in job.commands()]
    # What stands last decides with the first how the service ended; the page never does.
    after = [
        f"ExecStopPost={'' if step[0] == 'alert' else '-'}{command}"
        for step, command in sorted(
            zip(job.steps[1:], others, strict=True), key=lambda pair: pair[0][0] == "alert"
        )
    ]
    service = [
        "[Unit]",
        "Description=commsla reads the office mailboxes",
        "",
        "[Service]",
        "Type=oneshot",
        f"Environment={_quoted(f'COMMSLA_HOME={job.home}')}",
        "UMask=0077",
        f"ExecStart={first}",
        "# These run whether the poll went well or not.",
        *after,
        "TimeoutStartSec=30min",
        "TimeoutStopSec=10min",
    ]
    table = job.timetable
    minutes = "00" if table.every == 60 else f"00/{table.every}"
    days = ",".join(_DAYS[d] for d in table.weekdays)
    timer = [
        "[Unit]",
        "Description=commsla, in the hours of the offices",
        "",
        "[Timer]",
        f"OnCalendar={days} *-*-* {table.first:02}..{table.last:02}:{minutes}:00",
        "Persistent=true",
        "AccuracySec=1min",
        "",
        "[Install]",
        "WantedBy=timers.target",
    ]
    return {
        f"{job.name}.service": MARK + "\n".join(service) + "\n",
        f"{job.name}.timer": MARK + "\n".join(timer) + "\n",
    }


def _command(words: Sequence[str]) -> str:
    """One command line (systemd.service(5)): with a colon in front no $ is replaced in it."""
    whole = " ".join(_quoted(word) for word in words)
    return f":{whole}" if "$" in whole else whole


def _quoted(word: str) -> str:
    """systemd.syntax(7): in double quotes, with % doubled, which would begin a specifier."""
    plain(word, "", "a unit file")
    if _NEEDS_NONE.fullmatch(word):
        return word
    safe = word.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{safe.replace("%", "%%")}"'
