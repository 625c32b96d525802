"""An SMTP server in a process of its own: what it says yes to is fsynced into its box before it says so.

smtp_sink.py BOX [CERTIFICATE]: prints its port. A recipient that begins with `refused` gets 550, with
`later` 451. While a file BOX.mute exists it takes a mail and cuts the line instead of saying so; while
BOX.full exists it answers the end of a mail with 452.
"""

from __future__ import annotations

import asyncio
import os
import signal
import ssl
import subprocess
import sys
from pathlib import Path
from typing import Any, Self

SEPARATOR = b"\x00\n"


class SmtpSink:
    """Starts and ends one; a context manager. `certificate` is a PEM file for STARTTLS."""

    def __init__(self, box: Path, certificate: Path | None = None) -> None:
        self.box = box
        box.touch()
        words = [sys.executable, __file__, str(box), *([str(certificate)] if certificate else [])]
        self._process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.communicate(timeout=30)

    def mails(self) -> list[bytes]:
        """Recipient, a line end, and the mail's own bytes, of each that was taken."""
        return self.box.read_bytes().split(SEPARATOR)[:-1]

    def switch(self, word: str, *, on: bool) -> None:
        """`mute` or `full`."""
        file = Path(f"{self.box}.{word}")
        if on:
            file.touch()
        else:
            file.unlink(missing_ok=True)


def serve(box: str, certificate: str) -> None:
    """Listen until killed."""
    from aiosmtpd.smtp import SMTP

    class Handler:
        async def handle_RCPT(  # noqa: N802
            self, server: Any, session: Any, envelope: Any, address: str, options: Any
        ) -> str:
            if address.startswith("refused"):
                return "550 no such person"
            if address.startswith("later"):
                return "451 try again"
            envelope.rcpt_tos.append(address)
            return "250 OK"

        async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
            if os.path.exists(f"{box}.full"):
                return "452 no room"
            with open(box, "ab") as file:
                file.writelines(
                    recipient.encode() + b"\n" + envelope.content + SEPARATOR
                    for recipient in envelope.rcpt_tos
                )
                file.flush()
                os.fsync(file.fileno())
            if os.path.exists(f"{box}.mute"):
                server.transport.abort()
            return "250 OK"

    async def listen() -> None:
        context = None
        if certificate:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(certificate)
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: SMTP(Handler(), hostname="sink", tls_context=context, loop=loop),
            "127.0.0.1",
            0,
        )
        print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201
        await server.serve_forever()

    asyncio.run(listen())


if __name__ == "__main__":
    serve(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "")
