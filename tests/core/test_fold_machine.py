"""Whatever happens to mail and marks, the fold says what a plain model says; and laws that need no model."""

from __future__ import annotations

from collections import Counter
from operator import itemgetter
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from commsla.core.model import Role
from tests.core.fold_world import World, picture_of_fold, picture_of_model
from tests.core.mails import ANNA, BEN, MALLORY, OFFICE, TEACHER
from tests.core.plain_model import Mail, Note

PEOPLE = (ANNA, BEN, MALLORY)
NUMBER = st.integers(0, 99)  # taken modulo the length of whatever is chosen from
SUBJECTS = ("Trip", "Lunch", "")
WORDS = (
    "called", "meeting", "answered", "acknowledged", "holding", "confirm", "no-reply-needed",
    "not-for-us", "duplicate-of", "safeguarding", "enquiry", "reopen", "assign", "move", "merge",
)  # fmt: skip
OURS = ("holding", "full", "question back", "arranges", "unknown")
THEIRS = ("chaser", "closer", "question", "supplement", "unknown")


class FoldMachine(RuleBasedStateMachine):
    """Mail, moves, marks and flags in any order that a mailbox can show."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.sound = True

    # --- helpers -----------------------------------------------------------------------------------------

    def _some(self, number: int, *, ours: bool | None = None) -> Mail:
        fitting = [m for m in self.world.mails if ours in (None, m.ours)]
        return fitting[-1 - number % min(len(fitting), 6)]  # mostly what is going on just now

    def _own_id(self, choice: int) -> str:
        known = [m.id for m in self.world.mails if m.id]
        if choice < 40 and known:
            return known[choice % len(known)]  # an id that another mail has, too
        if choice < 12:
            return ""
        if choice < 60:
            return "constant@broken.example"
        return f"i{self.world.ticks}@x.example"

    def _names(self, choices: list[int], own: str) -> tuple[str, ...]:
        known = [m.id for m in self.world.mails if m.id]
        found = []
        for choice in choices:
            if choice < 8:
                found.append(f"lost{choice % 3}@x.example")
            elif choice < 11 and own:
                found.append(own)
            elif known:
                found.append(known[-1 - choice % len(known)])
        return tuple(dict.fromkeys(found))

    def _new(self, school: str, writer: str, **more: Any) -> Mail:
        given = {
            "ours": False, "what": "person", "to": (), "id": f"i{self.world.ticks}@x.example",
            "names": (), "subject": "Trip", "re": False, "same": self.world.ticks, **more,
        }  # fmt: skip
        return Mail(school, writer=writer, **given)

    # --- mail that comes in ------------------------------------------------------------------------------

    @initialize(who=st.sampled_from(PEOPLE), reply_to=st.sampled_from(["", "", BEN]))
    def somebody_asks(self, who: str, reply_to: str) -> None:
        mail = self._new("oak", who, reply_to=reply_to if who != BEN else "")
        self.world.deliver(mail, self.world.moment(), "INBOX")

    @rule(hours=st.sampled_from([1, 5, 30, 24 * 61]))
    def time_passes(self, hours: int) -> None:
        self.world.now += hours

    @rule(
        who=st.sampled_from(PEOPLE),
        school=st.sampled_from(["oak", "elm"]),
        subject=st.sampled_from(SUBJECTS),
        what=st.sampled_from(["person"] * 6 + ["list", "robot", "form", "unreadable", "bounce"]),
        own=NUMBER,
        reply_to=st.sampled_from(["", "", "", BEN]),
        ago=st.integers(0, 9),
    )
    def a_new_matter(
        self, who: str, school: str, subject: str, what: str, own: int, reply_to: str, ago: int
    ) -> None:
        at = self.world.moment(ago)
        real = "person" if what == "list" else what
        answered = reply_to if what == "person" and reply_to != who else ""
        id = "" if what == "unreadable" else self._own_id(own)
        mail = self._new(school, who, what=real, subject=subject, id=id, reply_to=answered)
        if what in ("unreadable", "bounce"):
            mail.writer = "" if what == "unreadable" else "mailer-daemon@x.example"
            mail.subject = "" if what == "unreadable" else "Undelivered"
        self.world.deliver(mail, at, "INBOX", by_list=what == "list")

    @precondition(lambda self: self.world.mails)
    @rule(
        who=st.sampled_from(PEOPLE),
        named=NUMBER,
        more=st.lists(NUMBER, max_size=2),
        own=NUMBER,
        re=st.booleans(),
        subject=st.sampled_from(SUBJECTS),
        school=st.sampled_from(["", "", "", "oak", "elm"]),
        what=st.sampled_from(["person"] * 6 + ["list", "robot", "form"]),
        ago=st.integers(0, 9),
    )
    def a_reply_of_somebody(
        self, who: str, named: int, more: list[int], own: int, re: bool, subject: str,
        school: str, what: str, ago: int,
    ) -> None:  # fmt: skip
        parent = self._some(named)
        at, id = self.world.moment(ago), self._own_id(own)
        names = tuple(
            dict.fromkeys(
                (parent.id, *self._names(more, id)) if parent.id else self._names(more, id)
            )
        )
        mail = self._new(
            school or parent.school, who, what="person" if what == "list" else what,
            subject=subject, re=re, names=names, id=id,
        )  # fmt: skip
        self.world.deliver(mail, at, "INBOX", by_list=what == "list")

    @precondition(lambda self: any(not m.ours for m in self.world.mails))
    @rule(
        number=NUMBER, re=st.booleans(), ago=st.integers(0, 3), own=NUMBER,
        on=st.sampled_from(["thread", "thread", "mail", "lost"]), quotes=st.booleans(),
        meaning=st.sampled_from([None, None, *THEIRS]), same=st.booleans(),
    )  # fmt: skip
    def the_same_person_goes_on(
        self, number: int, re: bool, ago: int, own: int, on: str, quotes: bool,
        meaning: str | None, same: bool,
    ) -> None:  # fmt: skip
        before = self._some(number, ours=False)
        if before.what not in ("person", "form"):
            return
        answers = [m for m in self.world.mails if m.ours and before.id in m.names]
        thread = answers[-1:] if on == "thread" else []
        names = tuple(dict.fromkeys(i for m in (*thread, before) if (i := m.id)))
        at, id = self.world.moment(ago), self._own_id(own)
        mail = self._new(
            before.school, before.writer, subject=before.subject if same else "Something else", re=re,
            names=("lost0@x.example",) if on == "lost" else names, id=id, meaning=meaning,
            quotes=quotes and meaning is not None,
        )  # fmt: skip
        self.world.deliver(mail, at, "INBOX")

    @rule(who=st.sampled_from(PEOPLE), names=st.lists(NUMBER, max_size=2), late=st.integers(0, 9))
    def a_mail_to_both_schools(self, who: str, names: list[int], late: int) -> None:
        at, same = self.world.moment(9), self.world.ticks
        named = self._names(names, "")
        id = f"both{same}@x.example"
        first, second = ("oak", "elm") if late % 2 else ("elm", "oak")
        one = self._new(first, who, names=named, re=bool(named), same=same, id=id)
        self.world.deliver(one, at, "INBOX")
        other = self._new(second, who, names=named, re=bool(named), same=same, id=id)
        other.dated = one.dated
        self.world.deliver(other, self.world.moment(9 - late), "INBOX")

    @precondition(lambda self: self.world.mails)
    @rule(number=NUMBER, late=st.integers(0, 3), by_list=st.booleans())
    def a_mail_is_delivered_again(self, number: int, late: int, by_list: bool) -> None:
        mail = self._some(number)
        if not mail.id or mail.what in ("unreadable", "bounce"):
            return  # nothing says that it is the same one: it would be a second mail
        at = max(self.world.moment(late), mail.at)
        self.world.deliver(
            mail, at, "Sent" if mail.ours else "INBOX", by_list=by_list and not mail.ours
        )

    @precondition(lambda self: self.world.mails)
    @rule(number=NUMBER, copy=NUMBER, folder=st.sampled_from(["Done", "Phoned"]))
    def a_mail_is_moved(self, number: int, copy: int, folder: str) -> None:
        mail = self._some(number)
        if all(self.world.message(c.number).folder != folder for c in mail.copies):
            self.world.again(mail, mail.copies[copy % len(mail.copies)], folder, 1)

    @rule(folder=st.sampled_from(["INBOX", "Sent", "Done"]))
    def a_folder_is_made_anew(self, folder: str) -> None:
        newer = self.world.moment()  # UIDVALIDITY: everything in it comes again under new numbers
        for mail in self.world.mails:
            there = [c for c in mail.copies if self.world.message(c.number).folder == folder]
            latest = max((self.world.message(c.number).uidvalidity for c in there), default=0)
            for copy in there:
                if self.world.message(copy.number).uidvalidity == latest:
                    self.world.again(mail, copy, folder, newer)

    # --- what we do ------------------------------------------------------------------------------------------

    @precondition(lambda self: self.world.mails)
    @rule(
        number=NUMBER,
        to=st.sampled_from(["writer"] * 5 + ["colleague", "both", "somebody", "reply-to"]),
        with_ids=st.sampled_from([True, True, True, False]),
        more=st.lists(NUMBER, max_size=2),
        own=NUMBER,
        robot=st.sampled_from([False] * 5 + [True]),
        meaning=st.sampled_from([None, *OURS]),
        ago=st.integers(0, 4),
    )
    def we_reply(
        self, number: int, to: str, with_ids: bool, more: list[int], own: int, robot: bool,
        meaning: str | None, ago: int,
    ) -> None:  # fmt: skip
        parent = self._some(number)
        writer = parent.to[0] if parent.ours and parent.to else parent.writer
        if not writer:
            return
        people = {
            "writer": (writer,), "colleague": (TEACHER,), "both": (writer, BEN), "somebody": (MALLORY,),
            "reply-to": (parent.reply_to or writer,),
        }[to]  # fmt: skip
        at, id = self.world.moment(ago), self._own_id(own)
        names: tuple[str, ...] = ()
        if with_ids:
            names = tuple(dict.fromkeys(n for n in (parent.id, *self._names(more, id)) if n))
        mail = self._new(
            parent.school, f"office@{parent.school}.example", ours=True, to=tuple(dict.fromkeys(people)),
            what="robot" if robot else "person", names=names, id=id, re=True, subject=parent.subject,
            meaning=meaning,
        )  # fmt: skip
        self.world.deliver(mail, at, "Sent")

    @precondition(lambda self: any(not m.ours for m in self.world.mails))
    @rule(number=NUMBER, vouched=st.booleans(), meaning=st.sampled_from([None, *OURS]))
    def a_colleague_answers_with_the_office_in_copy(
        self, number: int, vouched: bool, meaning: str | None
    ) -> None:
        parent = self._some(number, ours=False)
        if not parent.writer or not parent.id or parent.what == "colleague":
            return
        at = self.world.moment()
        mail = self._new(
            parent.school, TEACHER, what="colleague", to=(parent.writer, OFFICE), re=True,
            names=(parent.id,), subject=parent.subject, vouched=vouched, meaning=meaning,
        )  # fmt: skip
        self.world.deliver(mail, at, "INBOX")

    @precondition(lambda self: any(m.ours and m.id and m.to for m in self.world.mails))
    @rule(number=NUMBER, who=st.sampled_from(PEOPLE), exact=st.booleans())
    def a_report_says_that_it_failed(self, number: int, who: str, exact: bool) -> None:
        fitting = [m for m in self.world.mails if m.ours and m.id and m.to]
        sent = fitting[number % len(fitting)]
        at = self.world.moment()
        report = self._new(
            sent.school, "mailer-daemon@x.example", what="bounce", subject="Undelivered", id=""
        )
        self.world.deliver(report, at, "INBOX")
        person = sent.to[0] if exact else who
        self.world.reports[report.copies[0].number] = (sent.id, person)
        self.world.failed.add((sent.id, person))

    # --- what is read, flagged and recorded -----------------------------------------------------------------

    @precondition(lambda self: self.world.mails)
    @rule(
        number=NUMBER, ours=st.sampled_from(OURS), theirs=st.sampled_from([*THEIRS, "closer"]),
        quotes=st.booleans(), quoted=st.sampled_from([None, None, 0, 5]),
    )  # fmt: skip
    def a_text_is_read(
        self, number: int, ours: str, theirs: str, quotes: bool, quoted: int | None
    ) -> None:
        mail = self._some(number)
        if mail.what in ("bounce", "unreadable"):
            return
        from_us = mail.ours or mail.what == "colleague"
        mail.meaning = ours if from_us else theirs
        mail.quotes = quotes and not from_us
        if quoted is not None and not from_us:
            mail.quoted_reply = max(mail.at - quoted * 3600, 0)

    @precondition(lambda self: any(not m.ours for m in self.world.mails))
    @rule(number=NUMBER, copy=NUMBER)
    def a_poll_sees_the_flag(self, number: int, copy: int) -> None:
        mail = self._some(number, ours=False)
        row = mail.copies[copy % len(mail.copies)].number
        mail.flagged.setdefault(row, self.world.moment())

    @precondition(lambda self: self.world.mails)
    @rule(
        number=NUMBER, other=NUMBER, copy=NUMBER, word=st.sampled_from(WORDS),
        ago=st.sampled_from([0, 0, 0, 3, 12]), seen_less=st.sampled_from([0, 0, 1, 3]),
    )  # fmt: skip
    def somebody_records(
        self, number: int, other: int, copy: int, word: str, ago: int, seen_less: int
    ) -> None:
        mail = self._some(number)
        second = self._some(other)
        if word == "merge" and (mail.ours or second.ours):
            return
        self._note(mail, copy, word, ago, seen_less, second if word == "merge" else None)

    @precondition(lambda self: self.world.notes)
    @rule(number=NUMBER)
    def somebody_takes_it_back(self, number: int) -> None:
        note = self.world.notes[number % len(self.world.notes)]
        row = [c.number for c in note.mail.copies].index(note.row)
        self._note(note.mail, row, "undo", 0, 0, None)

    def _note(
        self, mail: Mail, copy: int, word: str, ago: int, seen_less: int, other: Mail | None
    ) -> None:
        world = self.world
        row = mail.copies[copy % len(mail.copies)].number
        recorded = world.moment()
        at = world.moment(ago) if ago else recorded
        seen = max(world.last_number - seen_less, row)
        detail = {"oak": "elm", "elm": "oak"}[mail.school] if word == "move" else ""
        number = len(world.notes) + 1
        world.notes.append(Note(number, mail, row, word, at, recorded, seen, other, detail))

    # --- what must hold -----------------------------------------------------------------------------------------

    @invariant()
    def it_agrees_with_the_model(self) -> None:
        world = self.world
        self.sound = False
        found = picture_of_fold(world, world.fold())
        assert found == picture_of_model(world, world.model())
        self.sound = True

    @invariant()
    def every_row_is_in_one_place(self) -> None:
        world = self.world
        found = world.fold()
        places = Counter(m.id for c in found.cases for m in c.messages)
        places.update(m.id for n in found.not_tracked for m in n.copies)
        places.update(m.id for m in world.post.messages if m.role is Role.SENT)
        assert places == Counter(m.id for m in world.post.messages)
        assert all(n.evidence for n in found.not_tracked)

    def teardown(self) -> None:
        if not self.sound:
            return  # it has failed already
        world = self.world
        whole, parted = world.fold(), world.fold_apart()
        assert whole == world.fold()
        by_opener = itemgetter(0)
        assert sorted(((c.opener.id, c) for c in parted.cases), key=by_opener) == sorted(
            ((c.opener.id, c) for c in whole.cases), key=by_opener
        )
        by_number = {n.message.id: n for n in whole.not_tracked}
        assert {n.message.id: n for n in parted.not_tracked} == by_number
        plain = picture_of_fold(world, world.fold(seen=False))
        assert plain == picture_of_model(world, world.model(seen=False))
        for seed in range(3):
            shuffled = world.fold(random=Random(seed), seen=False)
            assert picture_of_fold(world, shuffled) == plain
        assert picture_of_fold(world, world.fold(wiped=True)) == picture_of_fold(
            world, world.fold()
        )


ALL_RIGHT = (HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large)


def test_a_few_stories() -> None:
    run_state_machine_as_test(
        FoldMachine,
        settings=settings(
            max_examples=80, stateful_step_count=22, deadline=None, suppress_health_check=ALL_RIGHT
        ),
    )


@pytest.mark.slow
def test_many_stories() -> None:
    run_state_machine_as_test(
        FoldMachine,
        settings=settings(
            max_examples=6000,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=ALL_RIGHT,
        ),
    )
