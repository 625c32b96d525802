"""A task of the Windows Task Scheduler, as XML (schema 1.2)."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from commsla.core.timetable import Job
from commsla.edges.schedule.programs import must, plain, run

_NAMESPACE = "http://schemas.microsoft.com/windows/2004/02/mit/task"
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_BEGAN = "2026-01-05"  # a Monday that is past: from then on it repeats


class Windows:
    """Fulfils the verbs of `cli.schedule` by the program `schtasks`."""

    def text(self, job: Job) -> str:
        """The whole XML, in ASCII only: PowerShell and cmd write files in different encodings."""
        task = _task(job)
        indent(task)
        body = tostring(task, encoding="us-ascii").decode("ascii")
        return f'<?xml version="1.0"?>\n{body}\n'

    def notes(self, job: Job) -> list[str]:
        """What to know about it, a sentence each."""
        return [
            f'To install it from a file: schtasks /Create /TN "{job.name}" /XML FILE',
            "It runs whether somebody is logged in or not, without a stored password; mapped drives "
            "and the password store of Windows (password_keyring) are not there then.",
        ]

    def install(self, job: Job) -> str:
        """Register the task, in place of an earlier one."""
        folder = Path(tempfile.mkdtemp(prefix="commsla-"))
        file = folder / "task.xml"
        try:
            file.write_text(self.text(job), "utf-16")
            must(
                ["schtasks", "/Create", "/TN", job.name, "/XML", str(file), "/F"],
                hint="A task for runs without a login may need an administrator's command prompt.",
            )
        finally:
            file.unlink(missing_ok=True)
            folder.rmdir()
        return f'The task "{job.name}" is registered; look at it in the Task Scheduler.'

    def remove(self, name: str) -> str:
        """Delete the task."""
        if run(["schtasks", "/Query", "/TN", name]).returncode:
            return "There is no task of commsla."
        must(["schtasks", "/Delete", "/TN", name, "/F"])
        return f'The task "{name}" is deleted.'


def _task(job: Job) -> Element:
    table = job.timetable
    task = Element("Task", {"version": "1.2", "xmlns": _NAMESPACE})
    about = SubElement(task, "RegistrationInfo")
    _add(about, Description="Reads the office mailboxes, sends alerts, writes today's page.")
    trigger = SubElement(SubElement(task, "Triggers"), "CalendarTrigger")
    _add(trigger, Enabled="true", StartBoundary=f"{_BEGAN}T{table.first:02}:00:00")
    _add(
        SubElement(trigger, "Repetition"),
        Interval=f"PT{table.every}M",
        Duration=f"PT{table.last + 1 - table.first}H",
        StopAtDurationEnd="false",
    )
    week = SubElement(trigger, "ScheduleByWeek")
    _add(week, WeeksInterval="1")
    days = SubElement(week, "DaysOfWeek")
    for weekday in table.weekdays:
        SubElement(days, _DAYS[weekday])
    who = SubElement(SubElement(task, "Principals"), "Principal", {"id": "Author"})
    _add(who, UserId=job.user, LogonType="S4U", RunLevel="LeastPrivilege")
    _add(
        SubElement(task, "Settings"),
        MultipleInstancesPolicy="IgnoreNew",
        DisallowStartIfOnBatteries="false",
        StopIfGoingOnBatteries="false",
        StartWhenAvailable="true",
        ExecutionTimeLimit="PT1H",
        Enabled="true",
    )
    actions = SubElement(task, "Actions", {"Context": "Author"})
    for program, *rest in job.commands("--home", job.home):
        words = [_word(word) for word in rest]
        _add(
            SubElement(actions, "Exec"),
            Command=_word(program),
            Arguments=subprocess.list2cmdline(words),
            WorkingDirectory=_word(os.path.dirname(job.config)),
        )
    return task


def _add(parent: Element, **texts: str) -> None:
    for name, text in texts.items():
        SubElement(parent, name).text = text


def _word(word: str) -> str:
    # The Task Scheduler puts variables in place of %NAME% and $(NAME), and knows no way around it.
    return plain(word, "%$", "a scheduled task")
