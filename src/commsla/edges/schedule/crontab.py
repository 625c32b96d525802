"""Lines of a crontab: one block of our own, which leaves every other line as it is."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from commsla.core.timetable import Job
from commsla.edges.schedule.programs import NotScheduled, must, plain, refused, run

_LONGEST = 998  # characters of a command: cron of Debian and BSD takes no more (MAX_COMMAND)
_NONE_YET = ("no crontab for", "no such file", "can't open")


class Crontab:
    """Fulfils the verbs of `cli.schedule` by the program `crontab`."""

    def text(self, job: Job) -> str:
        """The block, as it stands in the crontab."""
        command = "; ".join(
            " ".join(_word(w) for w in ("/usr/bin/env", f"COMMSLA_HOME={job.home}", *words))
            for words in job.commands()
        )
        if len(command) > _LONGEST:
            raise NotScheduled(
                f"The line would have {len(command)} characters, and cron takes {_LONGEST}.",
                "Use folders with shorter names, or: commsla schedule --as systemd",
            )
        return "\n".join([_begin(job.name), f"{_when(job)} {command}", _end(job.name), ""])

    def notes(self, job: Job) -> list[str]:
        """What to know about it, a sentence each."""
        return [
            "A start that the computer slept through is made good by the next one: a poll misses no "
            "mail, however late it comes.",
            "What a run has to say goes by local mail to the user of this crontab. Programs that "
            "schools.toml names (password_command) need their whole path there: cron looks in few "
            "folders.",
        ]

    def install(self, job: Job) -> str:
        """Put the block into the crontab of this user, in place of an earlier one."""
        old = _read()
        new = _without(old, job.name) + self.text(job)
        if new == old:
            return "The crontab has these lines already."
        _write(new)
        return "The lines are in your crontab; look at them with: crontab -l"

    def remove(self, name: str) -> str:
        """Take the block out again; all else stays."""
        old = _read()
        new = _without(old, name)
        if new == old:
            return "The crontab has no lines of commsla."
        _write(new)
        return "The lines of commsla are no longer in your crontab."


def _when(job: Job) -> str:
    table = job.timetable
    minutes = "0" if table.every == 60 else f"*/{table.every}"
    hours = "*" if table.everywhere else f"{table.first}-{table.last}"
    return f"{minutes} {hours} * * {'*' if table.everywhere else _days(table.weekdays)}"


def _days(weekdays: Sequence[int]) -> str:
    """Cron's Monday is 1, and its Sunday 0 everywhere."""
    numbers = [(day + 1) % 7 for day in weekdays]
    run_of_days = len(numbers) > 2 and numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    return f"{numbers[0]}-{numbers[-1]}" if run_of_days else ",".join(map(str, numbers))


def _word(word: str) -> str:
    # Cron takes a % for a line break unless a backslash stands before it; of a backslash alone each
    # cron makes something else.
    return shlex.quote(plain(word, "\\", "a crontab")).replace("%", "\\%")


def _begin(name: str) -> str:
    return f"# {name} begin: written by commsla schedule --install, removed by --remove"


def _end(name: str) -> str:
    return f"# {name} end"


def _read() -> str:
    done = run(["crontab", "-l"])
    if done.returncode == 0:
        return done.stdout.decode("utf-8", "surrogateescape")
    said = done.stderr.decode("utf-8", "replace").casefold()
    if any(words in said for words in _NONE_YET):
        return ""
    # To write now would wipe what could not be read.
    raise refused(["crontab", "-l"], done, "Nothing was changed.")


def _write(text: str) -> None:
    must(["crontab", "-"], text.encode("utf-8", "surrogateescape"), "Nothing was changed.")


def _without(text: str, name: str) -> str:
    lines = text.splitlines(keepends=True)
    begins = [i for i, line in enumerate(lines) if line.startswith(f"# {name} begin:")]
    ends = [i for i, line in enumerate(lines) if line.rstrip() == _end(name)]
    if not begins and not ends:
        return text if not text or text.endswith("\n") else f"{text}\n"
    if len(begins) != 1 or len(ends) != 1 or ends[0] < begins[0]:
        raise NotScheduled(
            "The crontab has a beginning or an end of commsla's lines without the other.",
            "Take what is left of them out with: crontab -e. Then run this again.",
        )
    return "".join(lines[: begins[0]] + lines[ends[0] + 1 :])
