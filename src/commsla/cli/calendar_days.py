"""`commsla calendar close`, `open` and `undo`: single days, without an editor."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commsla.cli.options import AsJson, ConfigFile, DryRun
from commsla.cli.place import Place
from commsla.cli.session import open_ledger, print_lines, read_config

if TYPE_CHECKING:
    from commsla.core.closing import Moved, Wish
    from commsla.core.school import Config, School

SchoolWord = Annotated[
    str, typer.Argument(help="A school's code or name, or all.", metavar="SCHOOL")
]
DayAndReason = Annotated[
    list[str],
    typer.Argument(
        help='A day or a range, then the reason: today snow / Thu 14 Jan "no heating" / '
        "2027-01-14..2027-01-15 flood.",
        metavar="DATE REASON",
    ),
]
_MOST_DAYS = 60


def close(
    context: typer.Context,
    school: SchoolWord,
    words: DayAndReason,
    as_json: AsJson = False,
    dry_run: DryRun = False,
    config: ConfigFile = None,
) -> None:
    """The school is closed on a day: snow, a polling station, no heating.

    Example: commsla calendar close norton today "snow"
    """
    _set(context, config, school, words, closed=True, pupils=False, as_json=as_json, dry=dry_run)


def open_(
    context: typer.Context,
    school: SchoolWord,
    words: DayAndReason,
    pupils: Annotated[bool, typer.Option("--pupils", help="Pupils are in, too.")] = False,
    as_json: AsJson = False,
    dry_run: DryRun = False,
    config: ConfigFile = None,
) -> None:
    """The office is open on a day that would be closed. A school day that was closed is one again.

    Example: commsla calendar open all 2027-08-26 "enrolment"
    """
    _set(context, config, school, words, closed=False, pupils=pupils, as_json=as_json, dry=dry_run)


def undo(
    context: typer.Context,
    as_json: AsJson = False,
    dry_run: DryRun = False,
    config: ConfigFile = None,
) -> None:
    """Take back the newest change that commsla made to the calendar; again: the one before."""
    from commsla.core.closing import differences
    from commsla.core.local import local_date
    from commsla.edges.config.edit import undo as put_back

    place, settings = read_config(context, config)
    now = place.clock()
    today = local_date(now)
    after = put_back(Path(settings.path), history_of(place), dry_run=dry_run)
    told = differences(settings, after, today)
    moved = _moved(place, settings, after, now)
    if as_json:
        from commsla.edges.calendarjson import undone_data
        from commsla.edges.jsonview import envelope

        data = undone_data(told, moved or [], dry_run=dry_run)
        print_lines([envelope("calendar undo", now, data)])
        return
    headline = "Dry run: this would be taken back:" if dry_run else "Taken back:"
    print_lines([headline, *(f"  {line}" for line in told or ["the wording of the file"])])
    _say_moved(moved, today)


def history_of(place: Place) -> Path:
    """Where the earlier texts of the config are kept."""
    return place.home / "config-history"


def _set(
    context: typer.Context,
    config: Path | None,
    school: str,
    typed: list[str],
    *,
    closed: bool,
    pupils: bool,
    as_json: bool,
    dry: bool,
) -> None:
    from commsla import wiring
    from commsla.core.closing import entries_by_owner, plan
    from commsla.core.local import LONDON, local_date
    from commsla.edges.config.edit import change, preview
    from commsla.edges.config.splice import in_turn, with_days

    place, settings = read_config(context, config)
    now = place.clock()
    today = local_date(now)
    schools = wiring.schools_meant(settings, school)
    local = now.astimezone(LONDON).replace(tzinfo=None, microsecond=0)
    wish = _wish(typed, today, local, closed=closed, pupils=pupils)
    tables = [wiring.workdays_of(c, place.home) for c in (settings, _plain(settings))]
    known, plain = ({code: w.days for code, w in table.items()} for table in tables)
    _refuse_outside(wish, schools, {code: days.last for code, days in known.items()})
    steps = plan(wish, schools, known, plain, today)
    path = Path(settings.path)
    owned = entries_by_owner(steps, settings.schools)
    edit = in_turn(with_days(code, entries) for code, entries in owned)
    moved = _moved(place, settings, preview(path, edit), now) if owned else []
    if owned and not dry:
        change(path, history_of(place), local, edit)
    if as_json:
        from commsla.edges.calendarjson import steps_data
        from commsla.edges.jsonview import envelope

        command = f"calendar {'close' if closed else 'open'}"
        print_lines([envelope(command, now, steps_data(steps, moved or [], dry_run=dry))])
        return
    print_lines(["Dry run: nothing was changed. This would be:"] if dry and owned else [])
    print_lines(step.sentence for step in steps)
    if owned:
        _say_moved(moved, today)
    if owned and not dry:
        print_lines([f"Take it back with: {place.prefix} calendar undo"])


def _wish(typed: list[str], today: date, now: datetime, *, closed: bool, pupils: bool) -> Wish:
    from commsla.core.clean import clean
    from commsla.core.closing import Wish
    from commsla.core.published import read_day_and_reason
    from commsla.errors import UsageError

    read = read_day_and_reason(typed, today)
    if isinstance(read, str):
        raise UsageError(read)
    span, reason = read
    reason = clean(reason, 120)
    if not reason:
        example = "snow" if closed else "enrolment"
        raise UsageError("The reason is missing.", f'Write it behind the day, such as "{example}".')
    length = (span.last - span.first).days + 1
    if length > _MOST_DAYS:
        raise UsageError(
            f"{length} days are more than a closure.",
            "Change the dates of the year instead: commsla calendar year -h",
        )
    days = [span.first + timedelta(days=i) for i in range(length)]
    return Wish(days, reason, now, closed, pupils)


def _plain(settings: Config) -> Config:
    return replace(settings, schools=tuple(replace(s, overrides=()) for s in settings.schools))


def _refuse_outside(wish: Wish, schools: tuple[School, ...], ends: dict[str, date]) -> None:
    from commsla.core import words
    from commsla.errors import UsageError

    for school in schools:
        if wish.days[-1] > ends[school.code]:
            raise UsageError(
                f"{words.day(wish.days[-1], date.min)} is more than two years after the last dates "
                f"that are known of {school.name}.",
                "Look at the year that you typed.",
            )


def _moved(place: Place, before: Config, after: Config, now: datetime) -> list[Moved] | None:
    """The open deadlines that move; None where there is no ledger, or none that can be read."""
    from commsla import wiring
    from commsla.errors import CommslaError
    from commsla.jobs.calendar import moved_deadlines

    if not wiring.has_ledger(place.home):
        return None
    old, new = (wiring.workdays_of(c, place.home) for c in (before, after))
    try:
        with open_ledger(place, reading=False) as ledger:
            return moved_deadlines(before, ledger, old, new, now)
    except CommslaError as error:  # a snow day is entered all the same
        sys.stderr.write(f"Which deadlines move cannot be said: {error.message}\n")
        return None


def _say_moved(moved: list[Moved] | None, today: date) -> None:
    from commsla.core.closing import moved_sentence

    if moved is not None:
        print_lines([moved_sentence(moved, today)])
