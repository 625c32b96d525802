"""One case judged on a calendar small enough to count by hand, for the tests of what is shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from commsla.core.case import Answer, Case, Done, Evidence
from commsla.core.evidence import without_claims
from commsla.core.model import Kind, Mark, Meaning, Word
from commsla.core.school import Policy, Promise, Unit
from commsla.core.verdicts import Judged, judge
from tests.core.calendars import winter
from tests.core.mails import ANNA, Post

LONDON = ZoneInfo("Europe/London")
POLICY = Policy("P", Promise(2, Unit.WORKING_DAYS), Promise(5, Unit.WORKING_DAYS))
SCHOOL = winter()


def london(text: str) -> datetime:
    """`2025-11-10 09:00` on the wall clock."""
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


def case(
    *,
    answered: str = "",
    meaning: Meaning = Meaning.HOLDING,
    called: str = "",
    excluded: str = "",
    received: str = "2025-11-10 09:00",
    sender: str = ANNA,
    subject: str = "A question",
    school: str = "oak",
) -> Case:
    """An enquiry; unless told otherwise it is due on Wed 12 and Mon 17 November 2025."""
    post = Post()
    mail = post.came(sender, at=0, subject=subject, school=school)
    mail = replace(mail, received=london(received))
    found = Case(mail, Kind.ENQUIRY, writer=mail.sender, messages=(mail,))
    if answered:
        done = Done(london(answered), Evidence.SEEN, "replied by e-mail")
        sent = replace(post.sent(sender, at=1, school=school), received=london(answered))
        found = replace(found, acknowledged=done, answers=(Answer(sent, meaning),))
        if meaning is Meaning.FULL:
            found = replace(found, responded=done)
    if called:
        done = Done(london(called), Evidence.RECORDED, "called")
        found = replace(found, acknowledged=found.acknowledged or done, responded=done)
    if excluded:
        at = london(excluded)
        found = replace(found, excluded=Mark(mail.id, Word.NO_REPLY_NEEDED, at, at))
    return found


def at(now: str, found: Case, day_one: str = "") -> Judged:
    """Judge it at a moment."""
    return judge(found, POLICY, SCHOOL, london(now), london(day_one) if day_one else None)


def out_of_sight(now: str, found: Case, day_one: str = "") -> Judged:
    """Judge it where replies are not visible."""
    return without_claims(at(now, found, day_one), SCHOOL, london(now))
