"""`commsla schedule`: what makes this computer run commsla by itself."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commsla.cli.options import ConfigFile
from commsla.cli.place import usual_home
from commsla.cli.session import place_of, print_lines, read_config

if TYPE_CHECKING:
    from commsla.cli.place import Place
    from commsla.core.school import Config
    from commsla.core.timetable import Job


class Kind(StrEnum):
    """Whose schedule it is."""

    CRON = "cron"
    SYSTEMD = "systemd"
    WINDOWS = "windows"


def schedule(
    context: typer.Context,
    kind: Annotated[
        Kind | None,
        typer.Option(
            "--as", help="For which system; else what this computer has.", show_default=False
        ),
    ] = None,
    every: Annotated[
        int, typer.Option("--every", help="Minutes between two runs: 5, 10, 15, 20, 30 or 60.")
    ] = 15,
    html: Annotated[
        Path | None,
        typer.Option(
            "--html",
            help="Where today's page is written; else today.html in the state folder.",
            metavar="FILE",
            show_default=False,
        ),
    ] = None,
    install: Annotated[
        bool,
        typer.Option("--install", help="Install it for this user, in place of an earlier one."),
    ] = False,
    remove: Annotated[bool, typer.Option("--remove", help="Take it out again.")] = False,
    config: ConfigFile = None,
) -> None:
    """Print crontab lines, a systemd timer or a Windows task that poll, alert and write today's page.

    They run in the offices' hours, for the user that owns the ledger, with whole paths, never two at
    a time. Nothing is changed unless you say --install or --remove.

    Examples: commsla schedule / commsla schedule --install / commsla schedule --as windows > task.xml
    """
    from commsla.core.timetable import EVERY
    from commsla.edges.schedule import SCHEDULES
    from commsla.errors import UsageError

    if install and remove:
        raise UsageError("Install it or remove it?", "Leave out --install or --remove.")
    if every not in EVERY:
        raise UsageError(
            f"Every {every} minutes does not divide an hour.",
            f"Say one of {', '.join(map(str, EVERY))}.",
        )
    place = place_of(context)
    if place.public_prefix != "commsla":
        raise UsageError(
            "The demo needs no schedule.", "Its mailboxes are only there while it runs."
        )
    _check_owner(place, install=install)
    writer = SCHEDULES[kind or _usual()]()
    if remove:  # with a config that is broken or gone as well
        print_lines([writer.remove(_name(place, _home(place)))], sys.stderr)
        return
    place, settings = read_config(context, config)
    job = _job(place, settings, every, html)
    text = writer.text(job)
    if install:
        print_lines([writer.install(job)], sys.stderr)
    else:
        sys.stdout.write(text)
    _explain(job, writer.notes(job), install=install)


def _usual() -> Kind:
    if sys.platform == "win32":
        return Kind.WINDOWS
    return Kind.CRON if shutil.which("crontab") or not shutil.which("systemctl") else Kind.SYSTEMD


def _check_owner(place: Place, *, install: bool) -> None:
    from commsla.edges.host import Host
    from commsla.errors import CommslaError

    found = Host(place.home).folder()
    files = [f for f in (found.folder, found.ledger) if f is not None]
    if found.closed or not all(f.mine for f in files):
        raise CommslaError(
            f"The ledger in {place.home} belongs to another user of this computer.",
            "Only that user may poll into it: run this as that user.",
        )
    if install and found.ledger is None:
        raise CommslaError(
            f"Nothing was ever polled into {place.home}, so it is not known whether that works.",
            f"Run {place.prefix} poll first, as the user for whom it shall run; or set COMMSLA_HOME.",
        )


def _job(place: Place, settings: Config, every: int, html: Path | None) -> Job:
    from commsla.core.timetable import Job, timetable_for

    home = _home(place)
    page = os.path.abspath(place.cwd / (html or home / "today.html"))
    told = settings.mail_server is not None and any(s.alerts for s in settings.schools)
    return Job(
        name=_name(place, home),
        # -P: no folder in which it happens to start is searched for a commsla of another's making.
        program=(sys.executable, "-P", "-m", "commsla"),
        config=os.path.abspath(place.cwd / settings.path),
        home=str(home),
        user=_user(place),
        steps=(("poll",), *([("alert",)] if told else []), ("status", "--html", page)),
        timetable=timetable_for(settings.schools, every, _ahead_of_london()),
    )


def _home(place: Place) -> Path:
    return Path(os.path.abspath(place.cwd / place.home))


def _name(place: Place, home: Path) -> str:
    """`commsla`; of a further state folder its own, so that two schedules do not replace each other."""
    if home == Path(os.path.abspath(usual_home(place.environ))):
        return "commsla"
    return f"commsla-{hashlib.sha256(os.fsencode(home)).hexdigest()[:8]}"


def _user(place: Place) -> str:
    domain = place.environ.get("USERDOMAIN", "") if sys.platform == "win32" else ""
    return f"{domain}\\{place.user}" if domain else place.user


def _ahead_of_london() -> list[float]:
    """By how many hours this computer's local time goes before the schools', in winter and in summer."""
    from commsla.core.local import LONDON

    moments = (datetime(2026, 1, 5, 12, tzinfo=UTC), datetime(2026, 7, 1, 12, tzinfo=UTC))
    # A wall clock's distance is what counts, so the zones are taken off.
    walls = [(m.astimezone().replace(tzinfo=None), m.astimezone(LONDON)) for m in moments]
    return [(ours - theirs.replace(tzinfo=None)).total_seconds() / 3600 for ours, theirs in walls]


def _explain(job: Job, notes: list[str], *, install: bool) -> None:
    table = job.timetable
    when = (
        "at every hour, because this computer's time zone is far from that of the schools"
        if table.everywhere
        else f"from {table.first:02}:00 until {table.last:02}:59 on days with opening hours"
    )
    told = [f"It runs every {table.every} minutes {when}."]
    page = next((step[-1] for step in job.steps if step[0] == "status"), "")
    told.append(f"Today's page, for a shortcut on the desktop: {page}")
    if not install:
        told.append("Nothing was changed. To install it: add --install")
    print_lines([*told, *notes], sys.stderr)
