"""A real IMAP server inside the process, on loopback, in memory: mail to try commsla on.

It never listens on any address but 127.0.0.1, never writes a file, and forgets everything when it
stops. It is pymap, which is an extra (`commsla[demo]`) and is imported by this file only.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import socket
import ssl
import threading
from argparse import Namespace
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from datetime import UTC, datetime
from types import TracebackType
from typing import Self
from uuid import uuid4
from zlib import crc32

from commsla.core.model import (
    Role,
)
from commsla.demo import MAILBOXES
from commsla.demo.mail import demo_messages
from commsla.errors import CommslaError

try:
    from proxyprotocol.sock import SocketInfo
    from pymap.backend.dict import Config, Login
    from pymap.backend.dict.filter import FilterSet
    from pymap.backend.dict.mailbox import MailboxData, MailboxSet
    from pymap.concurrent import Subsystem
    from pymap.imap import IMAPServer
    from pymap.listtree import ListEntry, ListTree
    from pymap.parsing.message import AppendMessage
    from pymap.user import UserMetadata
    from pysasl.hashing import Cleartext
except ImportError as missing:
    raise CommslaError(
        f"the demo's mail server is not installed ({missing})", hint="pip install 'commsla[demo]'"
    ) from missing

_log = logging.getLogger(__name__)

HOST = "127.0.0.1"
SENT = "Sent Items"
_PATIENCE = 10.0  # seconds for anything that takes milliseconds
_LONGEST_LINE = 2**20  # bytes; a command that names thousands of UIDs is long


class _SentEntry(ListEntry):
    """The Sent folder in LIST: pymap knows no special-use flags (RFC 6154)."""

    @property
    def attributes(self) -> Sequence[bytes]:
        return [*super().attributes, b"Sent"]


class _Folders(ListTree):
    """The folders of one mailbox, its Sent folder marked."""

    def list_matching(self, ref_name: str, filter_: str) -> Iterable[ListEntry]:
        for entry in super().list_matching(ref_name, filter_):
            if entry.name == SENT:
                yield _SentEntry(entry.name, entry.exists, entry.marked, entry.has_children)
            else:
                yield entry


class _Mailbox(MailboxSet):
    async def list_mailboxes(self) -> ListTree:
        return _Folders(self.delimiter).update("INBOX", SENT)


class _Config(Config):
    @property
    def greeting(self) -> bytes:
        """pymap would ask the network for the name of this machine, which can take seconds."""
        return b"the demo's made-up mailboxes are ready"


def _config() -> _Config:
    args = Namespace(passlib_cfg=None, proxy_protocol=None, inherited_sockets=None)
    return _Config(
        args,
        host=HOST,
        port=0,
        demo_data=False,
        demo_user="",
        demo_password="",
        tls_enabled=False,
        # The rest spares the start-up: no CA store, no pool of threads, no half million rounds of
        # PBKDF2 for a password that lives as long as this process.
        ssl_context=ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER),
        cpu_subsystem=Subsystem.for_asyncio(),
        hash_context=Cleartext(),
        invalid_user_sleep=0.0,
        reject_dnsbl=False,
    )


class DemoServer:
    """IMAP on 127.0.0.1 and a free port, one login per mailbox; a context manager.

    `mailboxes` maps a school's code to its login name; all share one `password`. UIDs count from
    101 in the order of `append`; UIDVALIDITY depends on login and folder only, so that the same
    mail appended in the same order is the same mailbox in every run.
    """

    def __init__(
        self, mailboxes: Mapping[str, str] = MAILBOXES, password: str | None = None
    ) -> None:
        self.mailboxes = dict(mailboxes)
        self.password = password or secrets.token_urlsafe(12)
        self.port = 0
        self._folders: dict[tuple[str, Role], MailboxData] = {}
        self._writers: set[asyncio.StreamWriter] = set()
        self._talks: set[asyncio.Task[None]] = set()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None

    def __enter__(self) -> Self:
        ready: Future[None] = Future()
        self._thread = threading.Thread(
            target=self._run, args=(ready,), name="commsla-demo-imap", daemon=True
        )
        self._thread.start()
        ready.result(_PATIENCE)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Say goodbye to every client and end the thread; does nothing when not running."""
        if self._thread is None or self._loop is None or self._stop is None:
            return
        with suppress(RuntimeError):  # the loop has ended by itself
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(_PATIENCE)
        self._thread = self._loop = self._stop = None
        self._folders.clear()

    def append(self, school: str, role: Role, raw: bytes, received: datetime) -> int:
        """Deliver one message: `raw` is RFC 5322, `received` (aware) becomes INTERNALDATE.

        Returns its UID. Raises KeyError for a school that is not here.
        """
        return self.append_many([(school, role, raw, received)])[0]

    def append_many(self, messages: Iterable[tuple[str, Role, bytes, datetime]]) -> list[int]:
        """Deliver messages in this order, in one go; returns their UIDs."""
        if self._loop is None:
            raise RuntimeError("the demo server is not running")
        work = asyncio.run_coroutine_threadsafe(self._deliver(list(messages)), self._loop)
        return work.result(_PATIENCE)

    async def _deliver(self, messages: list[tuple[str, Role, bytes, datetime]]) -> list[int]:
        uids = []
        for school, role, raw, received in messages:
            folder = self._folders[school, role]
            message = await folder.append(AppendMessage(raw, received.astimezone(UTC)))
            uids.append(message.uid)
        return uids

    def _run(self, ready: Future[None]) -> None:
        try:
            with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
                runner.run(self._serve(ready))
        except Exception as problem:
            if ready.done():
                raise
            ready.set_exception(problem)

    async def _serve(self, ready: Future[None]) -> None:
        config = _config()
        config.apply_context()
        login = Login(config)
        for school, user in self.mailboxes.items():
            await self._open_mailbox(config, login, school, user)
        imap = IMAPServer(login, config)
        loop = asyncio.get_running_loop()
        with socket.create_server((HOST, 0)) as listener:
            # asyncio's own server loses a client that comes in while it closes; this cannot
            listener.setblocking(False)
            loop.add_reader(listener, self._let_in, imap, listener)
            self.port = listener.getsockname()[1]
            self._loop, self._stop = loop, asyncio.Event()
            ready.set_result(None)
            await self._stop.wait()
            loop.remove_reader(listener)
        await self._hang_up()

    async def _open_mailbox(self, config: _Config, login: Login, school: str, user: str) -> None:
        login.users_dict[user] = UserMetadata(config, user, password=self.password)
        mailbox = _Mailbox()
        await mailbox.add_mailbox(SENT)
        config.set_cache[user] = (mailbox, FilterSet())
        for role, name in ((Role.INBOX, "INBOX"), (Role.SENT, SENT)):
            folder = await mailbox.get_mailbox(name)
            # pymap draws it from the clock and a die: a new one in every run
            folder._uid_validity = crc32(f"{user}/{name}".encode()) or 1
            self._folders[school, role] = folder

    def _let_in(self, imap: IMAPServer, listener: socket.socket) -> None:
        with suppress(BlockingIOError, ConnectionError):
            client, _ = listener.accept()
            # pymap answers in small pieces, and each would wait 40 ms for the one before it
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            task = asyncio.create_task(self._talk(imap, client))
            self._talks.add(task)
            task.add_done_callback(self._end)

    def _end(self, task: asyncio.Task[None]) -> None:
        self._talks.discard(task)
        if not task.cancelled() and (problem := task.exception()):
            _log.error("the demo's mail server failed a client", exc_info=problem)

    async def _talk(self, imap: IMAPServer, client: socket.socket) -> None:
        reader, writer = await asyncio.open_connection(sock=client, limit=_LONGEST_LINE)
        self._writers.add(writer)
        try:
            await imap(reader, writer, SocketInfo.get(writer, None, unique_id=uuid4().bytes))
        finally:
            with suppress(ConnectionError):
                await writer.wait_closed()
            self._writers.discard(writer)

    async def _hang_up(self) -> None:
        """pymap answers a cancelled talk with BYE; a client that does not read it is cut off."""
        await _breathe()  # every talk has begun
        talks = list(self._talks)
        for task in talks:
            task.cancel()
        if talks:
            await asyncio.wait(talks, timeout=1.0)
        for writer in list(self._writers):
            writer.transport.abort()
        await asyncio.gather(*talks, return_exceptions=True)
        await _breathe()  # every socket is closed


async def _breathe() -> None:
    """Let the loop finish what it has begun: to begin or to close takes a few of its rounds."""
    for _ in range(5):
        await asyncio.sleep(0)


def fill(server: DemoServer, until: datetime, after: datetime | None = None) -> int:
    """Deliver the made-up mail received up to and including `until`, but not up to `after`.

    Both are aware. Returns how many messages were delivered.
    """
    due = [
        (message.school, message.folder, message.raw, message.received)
        for message in demo_messages()
        if message.received <= until and (after is None or message.received > after)
    ]
    return len(server.append_many(due))
