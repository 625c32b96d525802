"""A mailbox in memory that keeps the port's promise, and fails when it is told to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from commsla.core.model import Delivered, FolderState, Role
from commsla.errors import FolderRefused, MailboxError, StoppedAt


class FakeMailbox:
    """Folders of (uid, received, header bytes); `break_after` ends a pull after so many chunks."""

    def __init__(self, sent: str | None = "Sent") -> None:
        self.sent = sent
        self.uidvalidity = {"INBOX": 7, "Sent": 7}
        self.mail: dict[str, list[Delivered]] = {"INBOX": [], "Sent": []}
        self.answered: set[tuple[str, int]] = set()
        self.raws: dict[tuple[str, int], bytes] = {}  # whole messages, by folder and UID
        self.keeps_back: set[tuple[str, int]] = set()  # whose text the server refuses
        self.asked: list[tuple[str, int]] = []  # for which texts it was asked
        self.texts_left = -1  # so many texts until the line breaks; below 0 it never does
        self.next_uid = {"INBOX": 1, "Sent": 1}
        self.break_after: int | None = None
        self.chunk = 3
        self.trouble: Exception | None = None
        self.keeps_uidnext_back = False
        self.hangs_up: set[tuple[str, int]] = set()  # over which messages the line ends

    def put(self, folder: str, received: datetime, raw: str | None = None) -> int:
        """Deliver a message; returns its UID."""
        uid = self.next_uid[folder]
        self.next_uid[folder] += 1
        if raw is None:
            raw = (
                f"From: p{uid}@home.example\r\nSubject: s{uid}\r\nMessage-ID: <{folder}{uid}@x>\r\n"
            )
        self.mail[folder].append(Delivered(uid, received, raw.encode()))
        self.raws[folder, uid] = raw.encode()
        return uid

    def made_anew(self, folder: str) -> None:
        """The server forgot its numbers: other UIDs under another UIDVALIDITY."""
        self.uidvalidity[folder] += 1
        old = self.mail[folder]
        self.mail[folder] = [Delivered(i + 1, m.received, m.headers) for i, m in enumerate(old)]
        self.next_uid[folder] = len(old) + 1


class FakeLine:
    """An open line to a FakeMailbox."""

    def __init__(self, box: FakeMailbox) -> None:
        self.box = box
        self.closed = False

    def _open(self) -> FakeMailbox:
        if self.closed:
            raise MailboxError("The connection to imap.example is closed.")
        return self.box

    def _there(self, folder: str) -> FakeMailbox:
        if folder not in self._open().mail:
            raise FolderRefused(f'imap.example: there is no folder "{folder}"', "Make it.")
        return self.box

    def folders(self) -> dict[Role, str | None]:
        return {Role.INBOX: "INBOX", Role.SENT: self.box.sent}

    def discarded(self) -> tuple[str, ...]:
        return tuple(f for f in self._open().mail if f in ("Junk", "Deleted"))

    def glance(self, folders: Sequence[str]) -> dict[str, FolderState]:
        box = self._open()
        if box.keeps_uidnext_back:
            return {}
        return {f: self.look(f) for f in folders if f in box.mail}

    def look(self, folder: str) -> FolderState:
        box = self._there(folder)
        messages = len(box.mail[folder])
        uidnext = 0 if box.keeps_uidnext_back and not messages else box.next_uid[folder]
        return FolderState(folder, box.uidvalidity[folder], uidnext, messages)

    def first_uid_since(self, folder: str, day: date, uidnext: int) -> int:
        start = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(days=2)
        later = [m.uid for m in self.box.mail[folder] if m.received is None or m.received >= start]
        return min(later, default=uidnext)

    def pull(
        self, folder: str, first: int, last: int, doubt: range = range(0)
    ) -> Iterator[list[Delivered]]:
        if first < 1:
            raise MailboxError("imap.example said no: there is no UID 0")  # RFC 3501: nz-number
        wanted = [
            replace(m, replied=(folder, m.uid) in self.box.answered)
            for m in self._open().mail[folder]
            if first <= m.uid <= last
        ]
        if self.box.hangs_up:
            yield from self._with_care(folder, wanted, doubt)
            return
        for number, start in enumerate(range(0, len(wanted), self.box.chunk)):
            if self.box.break_after is not None and number >= self.box.break_after:
                raise MailboxError("The connection to imap.example was cut.")
            yield wanted[start : start + self.box.chunk]

    def _with_care(
        self, folder: str, wanted: list[Delivered], doubt: range
    ) -> Iterator[list[Delivered]]:
        bad = {uid for name, uid in self.box.hangs_up if name == folder}
        size = 1 if doubt else self.box.chunk
        for start in range(0, len(wanted), size):
            chunk = wanted[start : start + size]
            uids = {m.uid for m in chunk}
            if len(doubt) == 1 and uids == set(doubt):
                yield [replace(m, headers=None) for m in chunk]
                continue
            if uids & bad:
                self.closed = True
                cut = MailboxError("The connection to imap.example was cut.")
                raise StoppedAt(cut, min(uids), max(uids))
            yield chunk

    def text(self, folder: str, uidvalidity: int, uid: int) -> bytes | None:
        box = self._there(folder)
        box.asked.append((folder, uid))
        if box.texts_left == 0:
            raise MailboxError("The connection to imap.example was cut.")
        box.texts_left -= 1
        if (folder, uid) in box.keeps_back:
            return None
        raw = box.raws.get((folder, uid))
        there = any(m.uid == uid for m in box.mail[folder])
        same = box.uidvalidity[folder] == uidvalidity
        return raw[:32_768] if raw is not None and there and same else None

    def flags(self, folder: str, uidvalidity: int, uids: Sequence[int]) -> dict[int, bool] | None:
        box = self._there(folder)
        if box.uidvalidity[folder] != uidvalidity:
            return None
        there = {m.uid for m in box.mail[folder]} & set(uids)
        return {uid: (folder, uid) in box.answered for uid in there}

    def close(self) -> None:
        self.closed = True
