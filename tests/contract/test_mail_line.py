"""What every MailLine promises to a poll (jobs/ports.py): one class that each implementation passes.

A new mail source is added by one more subclass of `MailLineContract`.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Protocol

import pytest

from commsla.core.model import Delivered, Role
from commsla.core.school import Mailbox
from commsla.edges.imap import open_line
from commsla.edges.ledger import open_ledger
from commsla.errors import FolderRefused, MailboxError
from commsla.jobs.poll import Poll
from commsla.jobs.ports import MailLine
from commsla.wiring import MailTexts
from tests.edges import dovecot as dovecots
from tests.edges.dovecot import Dovecot
from tests.jobs.fakes import FakeLine, FakeMailbox
from tests.jobs.test_poll import CONFIG, DAYS, NOW

START = datetime(2025, 11, 1, 23, 30, tzinfo=UTC)


class Put(Protocol):
    """Delivers messages that are received at one moment, flagged as replied to or not."""

    def __call__(
        self, role: Role, received: datetime, *texts: bytes, answered: bool = False
    ) -> None: ...


def raw(name: str, more: bytes = b"") -> bytes:
    return (
        b"From: p@home.example\r\nSubject: %s\r\nMessage-ID: <%s@x>\r\n%s\r\nthe secret body\r\n"
        % (name.encode(), name.encode(), more)
    )


class MailLineContract(ABC):
    """`new` gives a fresh mailbox: how to deliver into it, and how to open a line to it."""

    @abstractmethod
    @pytest.fixture
    def new(self) -> tuple[Put, Callable[[], MailLine]]: ...

    @pytest.fixture
    def put(self, new: tuple[Put, Callable[[], MailLine]]) -> Put:
        return new[0]

    @pytest.fixture
    def line(self, new: tuple[Put, Callable[[], MailLine]]) -> Iterator[MailLine]:
        with closing(new[1]()) as opened:
            yield opened

    def test_inbox_and_sent_have_names_that_open(self, line: MailLine) -> None:
        names = line.folders()
        assert set(names) == {Role.INBOX, Role.SENT}
        assert len(set(names.values())) == 2
        for name in names.values():
            assert name is not None
            state = line.look(name)
            assert (state.name, state.messages) == (name, 0)
            assert state.uidvalidity > 0
            assert list(line.pull(name, 1, state.uidnext - 1)) == []

    def test_every_message_comes_once_by_rising_uid_as_it_was(
        self, put: Put, line: MailLine
    ) -> None:
        hours = [0, 5, 700, 2, 90]  # INTERNALDATE does not rise with the UID
        for hour in hours:
            put(Role.INBOX, START + timedelta(hours=hour), raw(f"n{hour}"))
        inbox = self.inbox(line)
        state = line.look(inbox)
        came = self.all(line)
        assert [m.received for m in came] == [START + timedelta(hours=h) for h in hours]
        assert all(m.received and m.received.tzinfo is UTC for m in came)
        assert all(a.uid < b.uid for a, b in pairwise(came))
        assert came[0].uid >= 1
        assert came[-1].uid < state.uidnext
        assert state.messages == 5
        for hour, message in zip(hours, came, strict=True):
            assert b"Subject: n%d\r\n" % hour in (message.headers or b"")
            assert b"Message-ID: <n%d@x>\r\n" % hour in (message.headers or b"")
            assert b"secret body" not in (message.headers or b"")
        assert self.all(line) == came, "reading changes nothing"

    def test_many_come_in_chunks(self, put: Put, line: MailLine) -> None:
        put(Role.SENT, START, *(raw(f"n{n}") for n in range(1010)))
        sent = line.folders()[Role.SENT]
        assert sent is not None
        state = line.look(sent)
        chunks = list(line.pull(sent, 1, state.uidnext - 1))
        assert all(1 <= len(chunk) <= 1000 for chunk in chunks)
        assert len(chunks) >= 2
        uids = [m.uid for chunk in chunks for m in chunk]
        assert len(uids) == len(set(uids)) == 1010
        assert uids == sorted(uids)

    def test_a_range_is_a_range(self, put: Put, line: MailLine) -> None:
        put(Role.INBOX, START, *(raw(f"n{n}") for n in range(6)))
        inbox = self.inbox(line)
        uids = [m.uid for m in self.all(line)]

        def pulled(first: int, last: int) -> list[int]:
            return [m.uid for chunk in line.pull(inbox, first, last) for m in chunk]

        assert pulled(uids[2], uids[4]) == uids[2:5]
        assert pulled(uids[5], uids[5]) == uids[5:]
        assert pulled(uids[5] + 1, uids[5]) == []
        assert pulled(uids[5] + 1, uids[5] + 9) == [], "never the last one instead (RFC 3501 n:*)"

    def test_since_a_day_leaves_out_nothing_of_that_day(self, put: Put, line: MailLine) -> None:
        for days in (0, 1, 10, 3, 20):
            put(Role.INBOX, START + timedelta(days=days), raw(f"n{days}"))
        inbox = self.inbox(line)
        came = self.all(line)
        uidnext = line.look(inbox).uidnext
        for days in (-5, 0, 1, 2, 4, 12, 13, 20, 22):
            day = (START + timedelta(days=days)).date()
            first = line.first_uid_since(inbox, day, uidnext)
            left_out = [m for m in came if m.uid < first]
            assert all(m.received and m.received.date() < day for m in left_out), day
            assert first <= uidnext
        assert line.first_uid_since(inbox, (START + timedelta(days=40)).date(), uidnext) == uidnext

    def test_what_comes_later_is_seen_by_looking_again(
        self, new: tuple[Put, Callable[[], MailLine]], line: MailLine
    ) -> None:
        put, connect = new
        inbox = self.inbox(line)
        before = line.look(inbox)
        put(Role.INBOX, START, raw("late"))
        with closing(connect()) as other:
            for seen_by in (line, other):
                state = seen_by.look(inbox)
                assert (state.messages, state.uidvalidity) == (1, before.uidvalidity)
                assert state.uidnext > before.uidnext

    def test_a_text_is_the_message_that_was_asked_for(self, put: Put, line: MailLine) -> None:
        put(Role.INBOX, START, *(raw(f"n{n}") for n in range(3)))
        put(Role.SENT, START, raw("answer"))
        for role, names in ((Role.INBOX, ["n0", "n1", "n2"]), (Role.SENT, ["answer"])):
            folder = line.folders()[role]
            assert folder is not None
            state = line.look(folder)
            uids = [m.uid for c in line.pull(folder, 1, state.uidnext - 1) for m in c]
            came = [line.text(folder, state.uidvalidity, uid) for uid in uids]
            assert came == [raw(name) for name in names]
            assert line.text(folder, state.uidvalidity, uids[-1] + 1) is None
            assert line.text(folder, state.uidvalidity + 1, uids[-1]) is None

    def test_of_a_long_message_only_the_beginning_comes(self, put: Put, line: MailLine) -> None:
        long = raw("long") + b"on and on and on\r\n" * 9000
        put(Role.INBOX, START, long)
        inbox = self.inbox(line)
        state = line.look(inbox)
        assert line.text(inbox, state.uidvalidity, self.all(line)[0].uid) == long[:32_768]

    def test_a_text_is_the_same_however_often_and_in_whatever_order(
        self, put: Put, line: MailLine
    ) -> None:
        put(Role.INBOX, START, raw("in"))
        put(Role.SENT, START, raw("out"))
        places = []
        for role, name in ((Role.INBOX, "in"), (Role.SENT, "out")):
            folder = line.folders()[role]
            assert folder is not None
            state = line.look(folder)
            places.append((folder, state.uidvalidity, state.uidnext - 1, raw(name)))
        for folder, uidvalidity, uid, text in [*places, *reversed(places), *places]:
            assert line.text(folder, uidvalidity, uid) == text

    def test_answered_are_those_with_the_flag_and_no_others(self, put: Put, line: MailLine) -> None:
        for n in range(5):
            put(Role.INBOX, START, raw(f"n{n}"), answered=n in (1, 4))
        inbox = self.inbox(line)
        state = line.look(inbox)
        uids = [m.uid for m in self.all(line)]
        wanted = {uid: uid in (uids[1], uids[4]) for uid in uids}
        assert line.flags(inbox, state.uidvalidity, uids) == wanted
        some = line.flags(inbox, state.uidvalidity, uids[:2])
        assert some == {uids[0]: False, uids[1]: True}, "only what is asked"
        assert line.flags(inbox, state.uidvalidity, [uids[0]]) == {uids[0]: False}
        assert line.flags(inbox, state.uidvalidity, [uids[-1] + 1]) == {}, "not there"
        assert line.flags(inbox, state.uidvalidity, []) == {}
        assert line.flags(inbox, state.uidvalidity + 1, uids) is None, "made anew"

    def test_asking_for_flags_and_texts_flags_nothing(self, put: Put, line: MailLine) -> None:
        put(Role.INBOX, START, raw("n"))
        inbox = self.inbox(line)
        state = line.look(inbox)
        for _ in range(2):
            uid = state.uidnext - 1
            assert line.flags(inbox, state.uidvalidity, [uid]) == {uid: False}
            assert line.text(inbox, state.uidvalidity, state.uidnext - 1) == raw("n")

    def test_of_many_each_flag_is_told(self, put: Put, line: MailLine) -> None:
        put(Role.INBOX, START, *(raw(f"n{n}") for n in range(250)), answered=True)
        put(Role.INBOX, START, *(raw(f"m{n}") for n in range(250)))
        inbox = self.inbox(line)
        state = line.look(inbox)
        uids = [m.uid for m in self.all(line)]
        wanted = {uid: place < 250 for place, uid in enumerate(uids)}
        assert line.flags(inbox, state.uidvalidity, uids) == wanted

    def test_a_folder_that_is_not_there_ends_nothing(self, put: Put, line: MailLine) -> None:
        put(Role.INBOX, START, raw("n"))
        inbox = self.inbox(line)
        state = line.look(inbox)
        for ask in (
            lambda: line.look("Nowhere"),
            lambda: line.text("Nowhere", 1, 1),
            lambda: line.flags("Nowhere", 1, [1]),
        ):
            with pytest.raises(FolderRefused, match="Nowhere"):
                ask()
            assert line.text(inbox, state.uidvalidity, state.uidnext - 1) == raw("n")

    def test_a_closed_line_says_so_and_closes_again(self, line: MailLine) -> None:
        inbox = self.inbox(line)
        line.close()
        line.close()
        with pytest.raises(MailboxError):
            line.look(inbox)
        with pytest.raises(MailboxError):
            list(line.pull(inbox, 1, 9))
        with pytest.raises(MailboxError):
            line.text(inbox, 1, 1)
        with pytest.raises(MailboxError):
            line.flags(inbox, 1, [1])

    def test_a_poll_keeps_all_of_it_once(
        self, new: tuple[Put, Callable[[], MailLine]], tmp_path: Path
    ) -> None:
        put, connect = new
        for n in range(7):
            put(Role.INBOX, NOW - timedelta(hours=n), raw(f"n{n}"))
        put(Role.SENT, NOW, raw("answer", b"To: p@home.example\r\nIn-Reply-To: <n0@x>\r\n"))
        put(Role.INBOX, NOW - timedelta(days=99), raw("old"))
        with closing(open_ledger(tmp_path / "state")) as ledger:

            def poll(minutes: int) -> int:
                now = NOW + timedelta(minutes=minutes)
                before = ledger._db.total_changes
                job = Poll(
                    CONFIG, ledger, lambda _: connect(), DAYS, now, lambda _: None, MailTexts()
                )
                [outcome] = job.run(CONFIG.schools[:1])
                assert outcome.trouble is None
                return ledger._db.total_changes - before

            poll(0)
            kept = sorted(str(m.subject) for m in ledger.messages())
            assert kept == ["answer", *(f"n{n}" for n in range(7))]
            assert poll(1) == 1, "the time of reading"
            put(Role.INBOX, NOW, raw("new"))
            poll(2)
            assert [m.subject for m in ledger.messages()][8:] == ["new"]

    @staticmethod
    def inbox(line: MailLine) -> str:
        name = line.folders()[Role.INBOX]
        assert name is not None
        return name

    def all(self, line: MailLine) -> list[Delivered]:
        inbox = self.inbox(line)
        last = line.look(inbox).uidnext - 1
        return [m for chunk in line.pull(inbox, 1, last) for m in chunk]


class TestInMemory(MailLineContract):
    @pytest.fixture
    def new(self) -> tuple[Put, Callable[[], MailLine]]:
        box = FakeMailbox()
        names = {Role.INBOX: "INBOX", Role.SENT: "Sent"}

        def put(role: Role, received: datetime, *texts: bytes, answered: bool = False) -> None:
            for text in texts:
                headers = text.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
                uid = box.put(names[role], received, headers.decode())
                if answered:
                    box.answered.add((names[role], uid))
                box.raws[names[role], uid] = text

        return put, lambda: FakeLine(box)


class TestDovecot(MailLineContract):
    @pytest.fixture
    def new(
        self, dovecot: Dovecot, request: pytest.FixtureRequest
    ) -> tuple[Put, Callable[[], MailLine]]:
        user = "contract-" + request.node.name.replace("_", "-")
        folders = {Role.INBOX: "INBOX", Role.SENT: "Sent Items"}

        def put(role: Role, received: datetime, *texts: bytes, answered: bool = False) -> None:
            flags = "\\Answered" if answered else ""
            dovecot.append(user, folders[role], texts, received, flags)

        return put, lambda: open_line(dovecot.mailbox(user), dovecots.PASSWORD)


class TestDemoServer(MailLineContract):
    @pytest.fixture
    def new(self) -> Iterator[tuple[Put, Callable[[], MailLine]]]:
        pytest.importorskip("pymap", reason="the extra `demo` is not installed")
        from pymap.parsing.message import AppendMessage
        from pymap.parsing.specials.flag import Answered

        from commsla.core.school import PasswordSource
        from commsla.demo.server import HOST, DemoServer

        with DemoServer({"oak": "oak@demo.test"}) as server:

            def put(role: Role, received: datetime, *texts: bytes, answered: bool = False) -> None:
                if not answered:
                    server.append_many([("oak", role, text, received) for text in texts])
                    return
                assert server._loop is not None
                for text in texts:
                    mail = AppendMessage(text, received, frozenset({Answered}))
                    work = server._folders["oak", role].append(mail)
                    asyncio.run_coroutine_threadsafe(work, server._loop).result(10)

            mailbox = Mailbox(
                "oak@demo.test",
                HOST,
                server.port,
                "oak@demo.test",
                PasswordSource(file="unused"),
                security="plain",
            )
            yield put, lambda: open_line(mailbox, server.password)
