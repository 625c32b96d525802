"""A throw-away Dovecot 2.3 on loopback for tests; it never runs as root and never leaves a file.

Every user name logs in with the same password and gets a mailbox of its own, so that each test can
take a fresh one. Plain text and TLS (a made-up CA); "Sent Items" is marked as `\\Sent`.

What commsla says to it is written down, and must only read: else the end of the server is a failure.
The tests' own clients come from another address, so that they may write.
"""

from __future__ import annotations

import imaplib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Self

import trustme

from commsla.core.school import (
    Mailbox,
    PasswordSource,
)
from tests.edges.readonly import writes

if TYPE_CHECKING:
    from pwd import struct_passwd

PROGRAM = "/usr/sbin/dovecot"
PASSWORD = "let-me-in"
WHEN = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)

_CONF = """\
protocols = imap
listen = 127.0.0.1
base_dir = {base}/run
state_dir = {base}/state
log_path = {base}/dovecot.log
instance_name = commsla-{port}
# everything as one user: no root, no dovecot or dovenull account
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = {first_uid}
ssl = yes
ssl_cert = <{base}/cert.pem
ssl_key = <{base}/key.pem
ssl_dh =
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0 secs
mail_max_userip_connections = 50
passdb {{
  # every user name is known, with the one password
  driver = static
  mechanisms = plain login
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={base}/mail/%u allow_all_users=yes
}}
mail_location = mdbox:~/mdbox
mail_fsync = never
# only of addresses that have such a folder
rawlog_dir = {base}/said/%r
namespace inbox {{
  inbox = yes
  separator = /
  {folders}
}}
service imap-login {{
  chroot =
  service_count = 0
  process_min_avail = 1
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
  # a failed login would slow down all that come after it from this address
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap-urlauth-login {{
  chroot =
}}
service stats {{
  chroot =
}}
"""

_FOLDERS = """\
mailbox "Sent Items" {
    auto = create
    special_use = \\Sent
  }"""

_OAUTH2 = """\
auth_mechanisms = plain login xoauth2
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {base}/oauth2.conf
}}
"""


def why_not() -> str:
    """Why there can be no Dovecot here, or an empty string."""
    if not Path(PROGRAM).exists():
        return f"no Dovecot: {PROGRAM} does not exist (apt-get install dovecot-imapd)"
    return ""


class Dovecot:
    """One server; a context manager. `ca_file` is the CA of its TLS port."""

    def __init__(
        self, conf_extra: str = "", introspection: str = "", folders: str = _FOLDERS
    ) -> None:
        self.base = Path(tempfile.mkdtemp(prefix="commsla-dovecot-"))
        self.port, self.tls_port = _free_port(), _free_port()
        self.ca_file = str(self.base / "ca.pem")
        self._extra = conf_extra
        self._folders = folders
        self._introspection = introspection  # where it asks whom a token is for
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        try:
            self._write()
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """End the server and remove its folder."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(10)
            self._process = None
        wrote = writes(self.said())
        shutil.rmtree(self.base, ignore_errors=True)
        assert not wrote, f"more than reading: {wrote[:5]}"

    def said(self) -> list[str]:
        """What commsla said after its logins, over all connections, without the tags."""
        lines = []
        for path in sorted((self.base / "said" / "127.0.0.1").glob("*.in")):
            whole, _, _ = path.read_text("latin-1").rpartition("\n")  # a line may have been cut
            lines += [line.split(" ", 2)[-1].rstrip("\r") for line in whole.split("\n") if line]
        return lines

    def mailbox(self, user: str, *, tls: bool = True, port: int = 0) -> Mailbox:
        """How commsla would read this user's mailbox; `port` that of a proxy in between."""
        return Mailbox(
            address=f"{user}@school.test",
            host="localhost" if tls else "127.0.0.1",
            port=port or (self.tls_port if tls else self.port),
            username=user,
            password=PasswordSource(file="unused"),
            security="tls" if tls else "plain",
            ca_file=self.ca_file if tls else "",
        )

    @contextmanager
    def client(self, user: str) -> Iterator[imaplib.IMAP4]:
        """A plain client that may write, as the school's own mail program would."""
        with _Writer("127.0.0.1", self.port, timeout=10) as client:
            client.login(user, PASSWORD)
            yield client

    def append(
        self,
        user: str,
        folder: str,
        raws: Iterable[bytes],
        when: datetime = WHEN,
        flags: str = "",
    ) -> None:
        """Put messages into a folder; all with the same INTERNALDATE."""
        with self.client(user) as client:
            for raw in raws:
                typ, data = client.append(f'"{folder}"', flags, when, raw)
                assert typ == "OK", data

    def doveadm(self, user: str, *words: str, stdin: bytes = b"") -> bytes:
        """The administrator's command on one user's mailbox, behind the back of who reads it."""
        family = (
            2 if words[0] in ("mailbox", "flags") else 1
        )  # `-u` stands behind the command's name
        conf = str(self.base / "dovecot.conf")
        done = subprocess.run(
            ["doveadm", "-c", conf, *words[:family], "-u", user, *words[family:]],
            input=stdin,
            capture_output=True,
            timeout=30,
            check=False,
        )
        assert done.returncode == 0, (words, done.stderr)
        return done.stdout

    def log(self) -> str:
        """What Dovecot wrote down."""
        path = self.base / "dovecot.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def _write(self) -> None:
        for folder in ("run", "state", "mail", "said", "said/127.0.0.1"):
            (self.base / folder).mkdir()
        ca = trustme.CA()
        cert = ca.issue_cert("localhost", "127.0.0.1")
        ca.cert_pem.write_to_path(self.ca_file)
        cert.private_key_pem.write_to_path(str(self.base / "key.pem"))
        (self.base / "cert.pem").write_bytes(b"".join(c.bytes() for c in cert.cert_chain_pems))
        import grp

        owner = _owner()
        (self.base / "dovecot.conf").write_text(
            _CONF.format(
                base=self.base,
                password=PASSWORD,
                port=self.port,
                tls_port=self.tls_port,
                user=owner.pw_name,
                group=grp.getgrgid(owner.pw_gid).gr_name,
                uid=owner.pw_uid,
                gid=owner.pw_gid,
                first_uid=min(500, owner.pw_uid),
                folders=self._folders,
            )
            + self._extra
        )
        if self._introspection:
            (self.base / "oauth2.conf").write_text(
                f"introspection_mode = post\nintrospection_url = {self._introspection}\n"
                "username_attribute = username\nactive_attribute = active\nactive_value = true\n"
            )
            with (self.base / "dovecot.conf").open("a") as conf:
                conf.write(_OAUTH2.format(base=self.base))
        if os.getuid() == 0:
            for path in (self.base, *self.base.rglob("*")):
                os.chown(path, owner.pw_uid, owner.pw_gid)

    def _start(self) -> None:
        owner = _owner()
        as_root = os.getuid() == 0
        self._process = subprocess.Popen(
            [PROGRAM, "-F", "-c", str(self.base / "dovecot.conf")],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            # imap-login refuses to run as root
            user=owner.pw_uid if as_root else None,
            group=owner.pw_gid if as_root else None,
            extra_groups=[] if as_root else None,
        )
        for _ in range(1000):
            if self._process.poll() is not None:
                raise RuntimeError(f"Dovecot ended at once: {self.log()[-2000:]}")
            try:
                with socket.create_connection(("127.0.0.1", self.port), 5) as probe:
                    if probe.recv(10).startswith(b"* OK"):
                        return
            except OSError:
                pass
            time.sleep(0.01)
        raise RuntimeError(f"Dovecot does not answer: {self.log()[-2000:]}")


class _Writer(imaplib.IMAP4):
    """Comes from 127.0.0.2: what it says is not commsla's."""

    def _create_socket(self, timeout: float | None) -> socket.socket:
        return socket.create_connection((self.host, self.port), timeout, ("127.0.0.2", 0))


def _owner() -> struct_passwd:
    import pwd  # not on Windows, where this file is imported all the same

    return pwd.getpwnam("nobody") if os.getuid() == 0 else pwd.getpwuid(os.getuid())


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
