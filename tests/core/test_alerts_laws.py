"""Laws of plan() on any calendar; and neither the host's zone nor its language changes a plan."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from commsla.core.alerts import plan
from commsla.core.calendar import OutOfCalendar
from commsla.core.digests import Said
from commsla.core.local import LONDON, local_date
from commsla.core.recipients import REPEATED, Recipient, Stage
from commsla.core.school import DayKind, Unit
from commsla.core.verdicts import judge
from commsla.core.workdays import Workdays
from tests.core.calendars import built, calendars, moments
from tests.core.judging import POLICY, case
from tests.core.oracle import Facts
from tests.core.telling import numbered, school

RECIPIENTS = st.builds(
    Recipient,
    st.just("office"),
    st.just("office@oak.example"),
    st.frozensets(st.sampled_from(Stage), min_size=1),
    st.integers(0, 4),
    st.integers(0, 4),
    st.booleans(),
)


@settings(max_examples=150)
@given(calendars(), moments(), RECIPIENTS, st.lists(st.integers(0, 20_000), min_size=1, max_size=30),
       st.lists(st.integers(-10, 10), min_size=1, max_size=3))  # fmt: skip
def test_once_for_each_stage_and_never_while_the_office_is_closed(
    facts: Facts, start: datetime, recipient: Recipient, minutes: list[int], ages: list[int]
) -> None:
    days = built(facts)
    said: list[Said] = []
    mails = [
        case(received=f"{(start + timedelta(days=a)).astimezone(LONDON):%Y-%m-%d %H:%M}")
        for a in ages
    ]
    for now in sorted(start + timedelta(minutes=m) for m in minutes):
        try:
            judged = numbered(judge(c, POLICY, days, now, None) for c in mails if c.received <= now)
        except OutOfCalendar:
            assume(False)
        found = plan(judged, [school(recipient)], {"oak": days}, said, now)
        assert len(found.digests) <= 1
        for digest in found.digests:
            assert open_by_hand(facts, days, now)
            for one in digest.said:
                check_news(one, said, recipient, days)
            said += digest.said
        # What was just told is not told again in the same minute.
        again = plan(judged, [school(recipient)], {"oak": days}, said, now)
        assert again.digests == ()


def check_news(one: Said, said: list[Said], recipient: Recipient, days: Workdays) -> None:
    assert one.stage in recipient.stages
    key = (one.message_id, one.target, one.stage, one.due)
    for old in said:
        if (old.message_id, old.target, old.stage, old.due) == key:
            assert one.stage in REPEATED
            assert recipient.repeat
            passed = days.counted_between(local_date(old.at), local_date(one.at), Unit.WORKING_DAYS)
            assert passed >= recipient.repeat


def open_by_hand(facts: Facts, days: Workdays, now: datetime) -> bool:
    """Whether the clock on the wall of this office lies within its hours, on a day that is worked."""
    local = now.astimezone(LONDON)
    day = local.date()
    openings = facts.special.get(day, facts.hours.get(day.weekday(), ()))
    wall = local.time()
    inside = any(a <= wall and (wall < b or b == time(0)) for a, b in openings)
    return inside and days.days.day(day).kind is not DayKind.CLOSED


NIGHTS = ("2026-03-29", "2026-10-25", "2027-03-28", "2027-10-31")
SCRIPT = """
from datetime import datetime, time, timedelta
from commsla.core.alertwords import letter
from commsla.core.alerts import plan
from commsla.core.recipients import Recipient, Stage
from commsla.core.school import DayKind, Override
from tests.core.calendars import OFFICE, WINTER
from tests.core.judging import POLICY, case
from tests.core.telling import numbered, school
from commsla.core.calendar import build_days
from commsla.core.workdays import Workdays
from commsla.core.verdicts import judge
hours = {d: ((time(0), time(23, 59)),) for d in range(7)}
for night in %r:
    noon = datetime.fromisoformat(night + "T12:00:00+00:00")
    open_ = [Override((noon + timedelta(days=n)).date(), DayKind.OFFICE, "open") for n in range(-9, 9)]
    days = Workdays(build_days([WINTER], {}, open_), hours)
    who = school(Recipient("x", "office@oak.example", frozenset(Stage), subjects=True))
    mails = [case(received=f"{night} {h:02}:{m:02}") for h in range(4) for m in range(0, 60, 5)]
    said = []
    for n in range(-4, 24 * 4):
        now = noon - timedelta(hours=12) + timedelta(hours=n)
        judged = numbered(judge(c, POLICY, days, now, None) for c in mails if c.received <= now)
        found = plan(judged, [who], {"oak": days}, said, now)
        for digest in found.digests:
            said += digest.said
            print(now, letter(digest, now))
        print([s.why for s in found.silences][:3])
""" % (NIGHTS,)  # noqa: UP031


def planned(zone: str, language: str) -> bytes:
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": f"{root / 'src'}:{root}", "TZ": zone,
             "LC_ALL": language, "LANG": language, "PYTHONUTF8": "1"},
        capture_output=True,
        check=True,
    )  # fmt: skip
    return done.stdout


@pytest.mark.skipif(os.name == "nt", reason="Windows has no TZ")
def test_the_nights_of_the_clock_change_are_the_same_in_every_zone_and_language() -> None:
    usual = planned("Europe/London", "C")
    assert usual.count(b"Letter(") > 4
    for zone, language in (
        ("UTC", "en_GB.UTF-8"), ("America/New_York", "tr_TR.UTF-8"), ("Asia/Kolkata", "C"),
        ("UTC", "tr_TR.UTF-8"), ("America/New_York", "C"), ("Asia/Kolkata", "en_GB.UTF-8"),
    ):  # fmt: skip
        assert planned(zone, language) == usual


@pytest.mark.slow
@pytest.mark.parametrize("zone", ["UTC", "Europe/London", "America/New_York", "Asia/Kolkata"])
@pytest.mark.parametrize("language", ["C", "en_GB.UTF-8", "tr_TR.UTF-8"])
def test_every_zone_with_every_language(zone: str, language: str) -> None:
    assert planned(zone, language) == planned("Europe/London", "C")
