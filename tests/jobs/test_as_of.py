"""An earlier moment: what status said then is what it says of then, whatever came since."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from commsla.core.model import Channel, Word
from commsla.core.notices import headline, last_read, look_back, moment, warnings
from commsla.core.today import Status
from commsla.errors import CommslaError
from commsla.jobs.log import Entry, log
from commsla.jobs.status import status
from tests.jobs.desk import Desk, desk
from tests.jobs.test_poll import CONFIG, DAYS

__all__ = ["desk"]
STEP = st.one_of(
    st.tuples(st.just("came"), st.integers(0, 9)),
    st.tuples(st.just("sent"), st.integers(0, 9)),
    st.tuples(st.just("flag"), st.integers(0, 9)),
    st.tuples(
        st.sampled_from(["called", "holding", "no-reply-needed", "reopen", "undo", "confirm",
                         "meeting", "safeguarding"]),
        st.integers(1, 4),
    ),
)  # fmt: skip


def picture(shown: Status) -> list[tuple[object, ...]]:
    return [
        (j.case.reference, j.section, j.acknowledge, j.respond, j.case.chasers, j.case.wrote_again)
        for j in shown.cases
    ]


def do(desk: Desk, step: tuple[str, int], hour: float) -> None:
    what, number = step
    if what == "came":
        desk.came(f"a{hour}", hour - 0.5, re=f"a{number}.0" if number < hour else "")
    elif what == "sent":
        desk.sent(
            f"o{hour}", hour - 0.5, re=f"a{number}.0", body="Yes. It opens on Monday at eight."
        )
    elif what == "flag":
        desk.boxes["oak"].answered.add(("INBOX", number))
    else:
        try:
            desk.type(f"O{number} {what}", hour)
        except CommslaError:
            return
    desk.polled(hour + 0.1)


@settings(
    max_examples=60, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(st.lists(STEP, min_size=2, max_size=9), st.lists(STEP, min_size=1, max_size=6))
def test_what_status_said_is_what_it_says_of_then(
    tmp_path_factory: pytest.TempPathFactory,
    before: list[tuple[str, int]],
    after: list[tuple[str, int]],
) -> None:
    desk = Desk(tmp_path_factory.mktemp("desk"))
    try:
        desk.polled(-24)
        for hour, step in enumerate([("came", 0), *before]):
            do(desk, step, float(hour))
        then = len(before) + 0.4
        said = picture(desk.status(then))
        for hour, step in enumerate(after, len(before) + 1):
            do(desk, step, float(hour))
        assert picture(desk.status(200, as_of=then)) == said
    finally:
        desk.ledger.close()


def test_it_says_which_moment_it_is_of_and_when_it_was_looked_at(desk: Desk) -> None:
    desk.came("a1", 1)
    desk.polled(2)
    assert moment(desk.status(4)) == "Monday 24 November 2025, 12:00"
    earlier = moment(desk.status(28, as_of=4))
    assert earlier == ("As it stood on Monday 24 November 2025, 12:00 (looked at Tue 25 Nov 12:00)")


def test_it_is_said_to_be_a_look_back_and_how_whole_it_is(desk: Desk) -> None:
    desk.polled(2)
    earlier = desk.status(9, as_of=1)
    assert look_back(desk.status(9)) == ""
    assert look_back(earlier).startswith("A look back: mail received by then, ")
    assert last_read(earlier.schools[0], earlier) == "all mail up to then was read"
    later = desk.status(9, as_of=8)
    assert last_read(later.schools[0], later) == "last read today 10:00"


def test_a_call_is_there_since_it_was_logged(desk: Desk) -> None:
    desk.polled(2)
    entry = Entry(CONFIG.schools[0], Channel.PHONE, "Mrs Dunn", at="yesterday 10:00")
    log(CONFIG, desk.ledger, DAYS, desk.at(26), entry)

    def heard(as_of: float) -> list[str]:
        return [str(j.case.reference) for j in desk.status(50, as_of=as_of).cases]

    assert [heard(h) for h in (1, 3, 25.9, 26)] == [[], [], [], ["O1"]]


def test_before_the_first_poll_no_calm_is_claimed(desk: Desk) -> None:
    desk.polled(2)
    early = desk.status(4, as_of=-48)
    assert headline(early).startswith("Nothing open is known, but see the warnings")
    assert warnings(early)[0].startswith("NOT READ BY THEN: Oak (office@oak.example).")
    assert headline(desk.status(4, as_of=-2)).startswith("Nothing to do")


def test_what_was_filed_since_is_not_filed_yet(desk: Desk) -> None:
    [oak, elm] = CONFIG.schools
    box = replace(oak.mailboxes[0], folders=(("Phoned", Word.CALLED),))
    config = replace(CONFIG, schools=(replace(oak, mailboxes=(box,)), elm))
    mailbox = desk.boxes["oak"]
    mailbox.mail["Phoned"], mailbox.next_uid["Phoned"] = [], 1
    mailbox.uidvalidity["Phoned"] = 3
    uid = desk.came("a1", 1)
    desk.poll(desk.at(2), config=config)
    mailbox.mail["INBOX"].clear()
    mailbox.put("Phoned", desk.at(1), mailbox.raws["INBOX", uid].decode())
    desk.poll(desk.at(6), config=config)
    schools = config.schools

    def responded(as_of: float) -> bool:
        shown = status(config, desk.ledger, DAYS, desk.at(9), schools, as_of=desk.at(as_of))
        [judged] = shown.cases
        return judged.case.responded is not None

    assert [responded(h) for h in (3, 5.9, 6, 8)] == [False, False, True, True]


def test_what_was_thrown_away_since_is_there_still(desk: Desk) -> None:
    desk.came("a1", 1)
    desk.polled(2)
    with desk.ledger.transaction():
        desk.ledger.note_vanished({1: True}, desk.at(4))
        desk.ledger.note_vanished({1: True}, desk.at(6))
    assert [desk.status(9, as_of=h).cases[0].case.gone for h in (5.9, 6)] == [False, True]
