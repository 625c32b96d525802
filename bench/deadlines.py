"""The working-day engine beside its peers, in one run: same calendar, same questions, answers compared first.

Run by hand:  python bench/deadlines.py   (needs: numpy pandas bizdays workalendar businesstimedelta)
Instants go in and come out as aware datetimes in UTC. Read the ratios; the microseconds are this machine's.
"""

from __future__ import annotations

import gc
import platform
import random
import statistics
import sys
import time as clock
import warnings
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from importlib.metadata import version
from zoneinfo import ZoneInfo

from commsla.core.calendar import build_days
from commsla.core.school import ClockRules, Hours, Promise, SchoolYear, Span, Unit
from commsla.core.workdays import Workdays
from commsla.edges.daysources import bank_holidays

LONDON = ZoneInfo("Europe/London")
OPENS, CLOSES = time(8, 30), time(16)
HOURS: Hours = dict.fromkeys(range(5), ((OPENS, CLOSES),))
RULES = ClockRules()
Due = Callable[[datetime], datetime]


def years(first: int, last: int) -> list[SchoolYear]:
    """School years of the usual English pattern, one a year."""
    return [
        SchoolYear(
            f"{y}-{(y + 1) % 100:02}",
            (
                Span(date(y, 9, 3), date(y, 10, 23)),
                Span(date(y, 11, 2), date(y, 12, 18)),
                Span(date(y + 1, 1, 5), date(y + 1, 2, 12)),
                Span(date(y + 1, 2, 22), date(y + 1, 3, 26)),
                Span(date(y + 1, 4, 13), date(y + 1, 5, 21)),
                Span(date(y + 1, 6, 1), date(y + 1, 7, 21)),
            ),
            (date(y, 9, 2), date(y + 1, 1, 4)),
        )
        for y in range(first, last)
    ]


def calendar(first: int, last: int) -> Workdays:
    """England with terms from September `first` to August `last`."""
    holidays = bank_holidays("England", first, last, None)
    return Workdays(build_days(years(first, last), holidays, []), HOURS)


def closed_weekdays(school: Workdays, first: date, last: date) -> list[date]:
    """What the peers are told: every weekday that does not count."""
    days = (first + timedelta(days=i) for i in range((last - first).days + 1))
    return [d for d in days if d.weekday() < 5 and not school.is_counted(d, Unit.WORKING_DAYS)]


def day_route(after: Callable[[date], date]) -> Due:
    """A peer that knows dates only, with what turns its date into an instant."""

    def due(received: datetime) -> datetime:
        day = after(received.astimezone(LONDON).date()) + timedelta(days=1)
        return datetime.combine(day, time(0), LONDON).astimezone(UTC)

    return due


def peers(closed: list[date], first: date, last: date, n: int) -> dict[str, Due]:
    """Each peer by its best scalar route for n days."""
    import bizdays
    import numpy as np
    from holidays import HolidayBase
    from pandas.tseries.offsets import CustomBusinessDay
    from workalendar.core import Calendar

    found: dict[str, Due] = {}
    busday = np.busdaycalendar(holidays=closed)
    found["numpy busday_offset"] = day_route(
        lambda d: np.busday_offset(d, n, roll="backward", busdaycal=busday).item()
    )
    back, forward = CustomBusinessDay(0, holidays=closed), CustomBusinessDay(n, holidays=closed)
    found["pandas CustomBusinessDay"] = day_route(
        lambda d: (back.rollback(d) + forward).date()  # type: ignore[arg-type]
    )
    biz = bizdays.Calendar(closed, ["Saturday", "Sunday"], startdate=first, enddate=last)
    found["bizdays"] = day_route(lambda d: biz.offset(biz.preceding(d), n))

    class School(HolidayBase):
        def _populate(self, year: int) -> None:
            for day in closed:
                if day.year == year:
                    self[day] = "closed"

    own = School(years=range(first.year, last.year + 1))
    own.weekend = {5, 6}
    found["holidays"] = day_route(lambda d: own.get_nth_working_day(d, n))

    class Office(Calendar):
        WEEKEND_DAYS = (5, 6)

        def holidays(self, year: int | None = None) -> list[tuple[date, str]]:
            return [(d, "closed") for d in closed if d.year == year]

    office = Office()
    found["workalendar"] = day_route(lambda d: office.add_working_days(d, n))
    return found


def numpy_bulk(closed: list[date], n: int) -> Callable[[list[datetime]], list[datetime]]:
    """numpy's best route for many: the zone as a table of its changes, everything vectorised."""
    import numpy as np

    busday = np.busdaycalendar(holidays=closed)
    changes, at = [], datetime(2019, 1, 1, tzinfo=UTC)
    while at.year < 2032:
        if (
            at.astimezone(LONDON).utcoffset()
            != (at + timedelta(hours=1)).astimezone(LONDON).utcoffset()
        ):
            changes.append(at + timedelta(hours=1))
        at += timedelta(hours=1)
    edges = np.array([c.timestamp() for c in changes], dtype="int64")
    offsets = np.array(
        [0, *(c.astimezone(LONDON).utcoffset().seconds for c in changes)],  # type: ignore[union-attr]
        dtype="int64",
    )

    def due(received: list[datetime]) -> list[datetime]:
        ats = np.fromiter((m.timestamp() for m in received), dtype="float64", count=len(received))
        whole = ats.astype("int64")
        local = whole + offsets[np.searchsorted(edges, whole, side="right")]
        days = (local // 86400).astype("datetime64[D]")
        ends = np.busday_offset(days, n, roll="backward", busdaycal=busday) + 1
        midnight = ends.astype("datetime64[s]").astype("int64")
        utc = midnight - offsets[np.searchsorted(edges, midnight, side="right")]
        naive = utc.astype("datetime64[s]").tolist()
        return [d.replace(tzinfo=UTC) for d in naive]

    return due


def numpy_elapsed(closed: list[date]) -> Callable[[datetime, datetime], float]:
    """Working seconds by counting whole days and clipping the two ends."""
    import numpy as np

    busday = np.busdaycalendar(holidays=closed)
    full = (CLOSES.hour - OPENS.hour) * 3600 - (OPENS.minute - CLOSES.minute) * 60

    def inside(at: datetime) -> float:
        local = at.astimezone(LONDON)
        if not np.is_busday(local.date(), busdaycal=busday):
            return 0.0
        opens = datetime.combine(local.date(), OPENS, LONDON)
        return float(min(max((local - opens).total_seconds(), 0.0), full))

    def elapsed(a: datetime, b: datetime) -> float:
        days = np.busday_count(
            a.astimezone(LONDON).date(), b.astimezone(LONDON).date(), busdaycal=busday
        )
        return float(days * full + inside(b) - inside(a))

    return elapsed


def businesstime_elapsed(closed: list[date]) -> Callable[[datetime, datetime], float]:
    """businesstimedelta by its rules."""
    import businesstimedelta as btd
    import pytz

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        work = btd.WorkDayRule(
            start_time=OPENS,
            end_time=CLOSES,
            working_days=[0, 1, 2, 3, 4],
            tz=pytz.timezone("Europe/London"),
        )
        rules = btd.Rules([work, btd.HolidayRule(dict.fromkeys(closed, "closed"))])

    def elapsed(a: datetime, b: datetime) -> float:
        return float(rules.difference(a, b).timedelta.total_seconds())

    return elapsed


def microseconds(call: Callable[[], object], number: int) -> float:
    """One round: the mean over `number` questions; a call asks all of them."""
    start = clock.perf_counter()
    call()
    return (clock.perf_counter() - start) / number * 1e6


def race(calls: dict[str, tuple[Callable[[], object], int]], rounds: int = 7) -> dict[str, float]:
    """Medians of interleaved rounds, so that a noisy neighbour hits all alike."""
    seen: dict[str, list[float]] = {name: [] for name in calls}
    gc.disable()
    for _ in range(rounds):
        for name, (call, number) in calls.items():
            seen[name].append(microseconds(call, number))
        gc.collect()
    gc.enable()
    return {name: statistics.median(values) for name, values in seen.items()}


def table(title: str, found: dict[str, float], unit: str = "us") -> None:
    """A Markdown table, ours first, with how many times slower the others are."""
    ours = found["commsla"]
    print(f"\n**{title}**\n\n| | {unit} | times commsla |\n|---|---|---|")
    for name, value in sorted(found.items(), key=lambda item: item[1]):
        print(f"| {name} | {value:,.2f} | {value / ours:,.1f} |")


def asked(
    call: Callable[..., object], questions: list[tuple[object, ...]]
) -> tuple[Callable[[], object], int]:
    """All questions in a plain loop, and how many there are."""

    def run() -> None:
        for question in questions:
            call(*question)

    return run, len(questions)


def main() -> None:
    """Print everything as Markdown."""
    school = calendar(2020, 2030)
    first, last = date(2020, 9, 1), date(2030, 12, 31)
    closed = closed_weekdays(school, first, last)
    chance = random.Random(7)
    start = datetime(2021, 1, 1, tzinfo=UTC)
    span = int((datetime(2028, 6, 1, tzinfo=UTC) - start).total_seconds())
    moments = [start + timedelta(seconds=chance.randrange(span)) for _ in range(400)]

    names = ("numpy", "pandas", "bizdays", "holidays", "workalendar", "businesstimedelta")
    print(f"Python {platform.python_version()}, " + ", ".join(f"{n} {version(n)}" for n in names))
    print(f"England 2020-2030 with terms: {len(closed)} closed weekdays.")

    five = Promise(5, Unit.WORKING_DAYS)
    due = school.clock(five, RULES).due
    others = peers(closed, first, last, 5)
    for name, peer in others.items():
        wrong = [m for m in moments if peer(m) != due(m)]
        assert not wrong, f"{name} disagrees at {wrong[0]}: {peer(wrong[0])}, ours {due(wrong[0])}"
    single = [(m,) for m in moments]
    one = {"commsla": asked(due, single * 40)}
    one |= {name: asked(peer, single) for name, peer in others.items()}
    table("One deadline, 5 working days, UTC instant to UTC instant", race(one))

    growth = {}
    for n in (1, 5, 50, 500):
        each = school.clock(Promise(n, Unit.WORKING_DAYS), RULES).due
        early = [m for m in moments if m.year < 2026]
        growth[f"{n} working days"] = asked(each, [(m,) for m in early] * 60)
    for lo, hi in ((2024, 2026), (2020, 2030), (2000, 2040)):
        each = calendar(lo, hi).clock(five, RULES).due
        inside = [m for m in moments if m.year == 2025]
        growth[f"5 days, a calendar of {hi - lo} years"] = asked(each, [(m,) for m in inside] * 300)
    flat = race(growth)
    print(
        "\n**Flat in the number of days and in the length of the calendar**\n\n| | us |\n|---|---|"
    )
    for name, value in flat.items():
        print(f"| {name} | {value:.2f} |")

    many = [start + timedelta(seconds=chance.randrange(span)) for _ in range(1_000_000)]
    bulk, due = numpy_bulk(closed, 5), school.clock(five, RULES).due
    assert bulk(many[:20_000]) == list(map(due, many[:20_000]))
    timed = race(
        {"commsla": (lambda: list(map(due, many)), 1), "numpy": (lambda: bulk(many), 1)}, rounds=5
    )
    table(
        "1,000,000 deadlines, Python datetimes in and out",
        {k: v / 1000 for k, v in timed.items()},
        "ms",
    )

    clip, walk = numpy_elapsed(closed), businesstime_elapsed(closed)
    for title, days in (("one day", 1), ("one year", 365)):
        pairs = [(m, m + timedelta(days=days)) for m in moments if m.year < 2027][:60]
        for a, b in pairs:
            assert abs(clip(a, b) - school.open_seconds(a, b)) < 1, (a, b)
        for a, b in pairs[:5]:
            assert abs(walk(a, b) - school.open_seconds(a, b)) < 2, (a, b)

        table(
            f"Elapsed working time over {title}",
            race(
                {
                    "commsla": asked(school.open_seconds, pairs * 100),
                    "numpy busday_count and clipping": asked(clip, pairs * 4),
                    "businesstimedelta": asked(walk, pairs[: 20 if days == 1 else 2]),
                }
            ),
        )


if __name__ == "__main__":
    sys.exit(main())
