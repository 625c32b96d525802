"""Asks this computer about a folder, its disk and the time zones; it changes nothing and names nobody."""

from __future__ import annotations

import os
import platform
import re
import shutil
import ssl
import stat
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from commsla import __version__
from commsla.core.checkup import Zone
from commsla.core.hostfacts import Disk, FileSeen, StateFolder

# As /proc/self/mountinfo spells them; locks and syncs of these cannot be relied upon by SQLite.
_NETWORK = re.compile(
    r"nfs4?|cifs|smb\d?|smbfs|ncpfs|afs|9p|ceph|glusterfs|lustre|davfs|virtiofs|vboxsf|prl_fs|vmhgfs"
    r"|fuse\.(sshfs|rclone|glusterfs|davfs|s3fs|smbnetfs|vmhgfs-fuse)"
)
_SYNCED = re.compile(r"(?i)^(OneDrive|Dropbox|Google ?Drive|iCloud|Nextcloud|Box Sync)")
_SUMMER = datetime(2026, 7, 1, 12, tzinfo=UTC)
_WINTER = datetime(2026, 1, 5, 12, tzinfo=UTC)


class Host:
    """Fulfils `jobs.ports.HostFacts` for one state folder; `named` is what COMMSLA_HOME says, if it does."""

    def __init__(self, home: Path, named: str = "") -> None:
        self._home = home
        self._named = named

    def about(self) -> str:
        """The program, Python, TLS library and system, by their releases."""
        # Only the numbers: who builds a kernel may put a name behind them.
        release = re.match(r"[\d.]*", platform.release())
        system = f"{platform.system()} {release[0] if release else ''}".rstrip()
        python = platform.python_version()
        return f"commsla {__version__}, Python {python}, {ssl.OPENSSL_VERSION}, {system}"

    def folder(self) -> StateFolder:
        """Who may do what with the folder and its files. Never raises."""
        shown, typed = self._said()
        try:
            folder = _seen(self._home)
            if folder is None:
                return StateFolder(shown, typed)
            if not os.access(self._home, os.R_OK | os.X_OK):
                return StateFolder(shown, typed, folder, closed=True)
            ledger = _seen(self._home / "ledger.sqlite3")
            return StateFolder(shown, typed, folder, ledger, _seen(self._home / "ledger.key"))
        except OSError:
            return StateFolder(shown, typed, closed=True)

    def disk(self) -> Disk:
        """The disk under the folder, or under where it would be made. Never raises."""
        place = self._home.absolute()
        try:
            place = place.resolve()
            while not place.exists():
                place = place.parent
            free = shutil.disk_usage(place).free
        except (OSError, RuntimeError):
            return Disk()
        synced = next((m[1] for part in place.parts if (m := _SYNCED.match(part))), "")
        kind, network = _file_system(place)
        return Disk(kind, network, synced, free)

    def zone(self) -> Zone:
        """As `zone` below: time zone data for Europe/London."""
        return zone()

    def _said(self) -> tuple[str, str]:
        if self._named:
            variable = "%COMMSLA_HOME%" if sys.platform == "win32" else '"$COMMSLA_HOME"'
            if self._home.name == "demo" and Path(self._named).name != "demo":
                return "the folder demo in the one that COMMSLA_HOME names", f"{variable}/demo"
            return "the folder that COMMSLA_HOME names", variable
        try:
            shown = f"~/{self._home.relative_to(Path.home()).as_posix()}"
        except (ValueError, RuntimeError):
            return "the state folder", "FOLDER"
        return shown, shown.replace(" ", "\\ ")


def zone() -> Zone:
    """Whether Europe/London is known, and is an hour ahead of UTC in summer only."""
    try:
        london = ZoneInfo("Europe/London")
    except (ZoneInfoNotFoundError, OSError, ValueError):
        return Zone(present=False, right=False)
    offsets = [at.astimezone(london).utcoffset() for at in (_SUMMER, _WINTER)]
    return Zone(present=True, right=offsets == [timedelta(hours=1), timedelta(0)])


def _seen(path: Path) -> FileSeen | None:
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    if sys.platform == "win32":  # permission bits and owners mean nothing there
        return FileSeen(mine=True, size=found.st_size)
    mine = found.st_uid == os.geteuid()
    return FileSeen(mine, stat.S_IMODE(found.st_mode), found.st_size)


def _file_system(place: Path) -> tuple[str, bool | None]:
    if sys.platform == "win32":  # pragma: no cover - not run here
        import ctypes

        drive = place.drive + "\\"
        remote = 4  # DRIVE_REMOTE
        return "", drive.startswith("\\\\") or ctypes.windll.kernel32.GetDriveTypeW(drive) == remote
    try:
        table = Path("/proc/self/mountinfo").read_text("utf-8", "surrogateescape")
    except OSError:  # macOS and others have no such table
        return "", None
    kind = mounted_as(str(place), table)
    return kind, _NETWORK.fullmatch(kind) is not None if kind else None


def mounted_as(place: str, mountinfo: str) -> str:
    """The file system's name of a path by the text of /proc/self/mountinfo (proc(5)), or ""."""
    best, kind = -1, ""
    for line in mountinfo.splitlines():
        before, _, after = line.partition(" - ")
        fields, names = before.split(" "), after.split(" ")
        if len(fields) < 5 or not names[0]:
            continue
        point = re.sub(r"\\([0-7]{3})", lambda m: chr(int(m[1], 8)), fields[4])
        inside = place == point or place.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= best:  # of two on one point the later lies on top
            best, kind = len(point), names[0]
    return kind
