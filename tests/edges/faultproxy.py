"""A TCP proxy on loopback that misbehaves on purpose; it never changes what it is not told to.

    with FaultProxy(("127.0.0.1", imap_port), Fault(cut_down=700)) as proxy:
        ...                                # must fail cleanly
    assert b"EXPUNGE" not in proxy.sent_up()

One Fault serves every connection; a list gives connection k the k-th fault and later ones the last;
a callable is asked with k. "down" is server to client, "up" is client to server. A given `seed`
always damages the same bytes.
"""

from __future__ import annotations

import asyncio
import random
import socket
import struct
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Self


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What goes wrong on a connection; nothing by default."""

    refuse: bool = False  # accept, then close at once without a byte
    cut_down: int | None = None  # close after so many bytes towards the client
    cut_up: int | None = None  # close after so many bytes towards the server
    rst: bool = False  # make that close a TCP RST instead of a FIN
    hang_down: int | None = None  # after so many bytes say nothing more but stay open
    latency: float = 0.0  # seconds before each chunk, both ways
    drip: int | None = None  # at most so many bytes at a time towards the client ...
    drip_delay: float = 0.01  # ... then this pause
    garble_at: int | None = None  # damage `garble_len` downward bytes from this offset
    garble_len: int = 1
    garble_rate: float = 0.0  # or: the chance of each downward byte to be replaced
    inject: tuple[int, bytes] | None = None  # put these bytes in front of downward byte N
    replace: tuple[bytes, bytes] | None = None  # (old, new) in each downward chunk
    seed: int = 0


@dataclass
class Conn:
    """One connection: bytes handed on, what the client said, whether it was really broken."""

    up: int = 0
    down: int = 0
    transcript: bytearray = field(default_factory=bytearray)
    faulted: bool = False


Faults = Fault | Sequence[Fault] | Callable[[int], Fault]


class FaultProxy:
    """A context manager; it runs in its own thread, so that a test needs no asyncio."""

    def __init__(
        self,
        upstream: tuple[str, int],
        faults: Faults | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        self.upstream, self.host, self.port = upstream, host, port
        self.conns: list[Conn] = []
        self.faults: Faults = Fault() if faults is None else faults
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def sent_up(self) -> bytes:
        """Everything that clients ever said."""
        return b"".join(bytes(conn.transcript) for conn in self.conns)

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(10), "the fault proxy did not start"
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)
        self._loop.close()

    def _run(self) -> None:
        self._loop.run_until_complete(self._main())

    async def _main(self) -> None:
        self._stop = asyncio.Event()
        server = await asyncio.start_server(self._handle, self.host, self.port)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        server.close()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        # Transports close in the turns of the loop that follow.
        for _ in range(3):
            await asyncio.sleep(0)

    def _fault(self, number: int) -> Fault:
        if callable(self.faults):
            return self.faults(number)
        if isinstance(self.faults, Fault):
            return self.faults
        return self.faults[min(number, len(self.faults) - 1)]

    async def _handle(self, client_r: asyncio.StreamReader, client_w: asyncio.StreamWriter) -> None:
        conn, fault = Conn(), self._fault(len(self.conns))
        self.conns.append(conn)
        writers = [client_w]
        try:
            if fault.refuse:
                conn.faulted = True
                return
            server_r, server_w = await asyncio.open_connection(*self.upstream)
            writers.append(server_w)
            jobs = [
                asyncio.create_task(self._pump_up(client_r, server_w, fault, conn)),
                asyncio.create_task(self._pump_down(server_r, client_w, fault, conn)),
            ]
            try:
                await asyncio.wait(jobs, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for job in jobs:
                    job.cancel()
                await asyncio.gather(*jobs, return_exceptions=True)
        except OSError:
            conn.faulted = True  # upstream is not there
        except asyncio.CancelledError:
            pass  # the test is over; asyncio 3.11 would print a cancelled handler's traceback
        finally:
            for writer in writers:
                if fault.rst and conn.faulted:  # SO_LINGER 0: close() sends RST
                    writer.get_extra_info("socket").setsockopt(
                        socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
                    )
                writer.close()

    async def _pump_up(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, fault: Fault, conn: Conn
    ) -> None:
        while data := await reader.read(65536):
            await asyncio.sleep(fault.latency)
            if fault.cut_up is not None:
                data = data[: fault.cut_up - conn.up]
            conn.transcript += data  # before it is sent: a reader may look as soon as it arrived
            conn.up += len(data)
            writer.write(data)
            await writer.drain()
            if fault.cut_up is not None and conn.up >= fault.cut_up:
                conn.faulted = True
                return

    async def _pump_down(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, fault: Fault, conn: Conn
    ) -> None:
        stops = [n for n in (fault.cut_down, fault.hang_down) if n is not None]
        stop = min(stops, default=None)
        chance, seen = random.Random(fault.seed), 0
        while stop != conn.down and (data := await reader.read(65536)):
            await asyncio.sleep(fault.latency)
            damaged, seen = _damage(data, seen, fault, chance), seen + len(data)
            if stop is not None:
                damaged = damaged[: stop - conn.down]
            step = fault.drip or max(1, len(damaged))
            for start in range(0, len(damaged), step):
                part = damaged[start : start + step]
                conn.down += len(part)
                writer.write(part)
                await writer.drain()
                if fault.drip:
                    await asyncio.sleep(fault.drip_delay)
        if stop is not None and conn.down >= stop:
            conn.faulted = True
            if stop == fault.hang_down:
                await asyncio.Event().wait()  # for the client to give up


def _damage(data: bytes, seen: int, fault: Fault, chance: random.Random) -> bytes:
    out, end = bytearray(data), seen + len(data)
    if fault.garble_at is not None:
        for k in range(max(fault.garble_at, seen), min(fault.garble_at + fault.garble_len, end)):
            out[k - seen] ^= chance.randrange(1, 256)
    if fault.garble_rate:
        out = bytearray(
            chance.randrange(256) if chance.random() < fault.garble_rate else byte for byte in out
        )
    if fault.replace:
        out = out.replace(*fault.replace)
    if fault.inject and seen <= fault.inject[0] < end:
        at = fault.inject[0] - seen
        out[at:at] = fault.inject[1]
    return bytes(out)
