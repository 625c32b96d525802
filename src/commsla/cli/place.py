"""Where this run looks and what time it is: the surroundings that every command is given."""

from __future__ import annotations

import getpass
import os
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Place:
    """`config` as given by --config (or None), the state folder, the clock and the user."""

    home: Path
    user_config: Path
    cwd: Path
    environ: Mapping[str, str]
    clock: Callable[[], datetime]
    user: str
    config: Path | None = None
    prefix: str = "commsla"  # what a suggested command begins with

    @property
    def public_prefix(self) -> str:
        """The same for what strangers may read: a path may hold a person's name."""
        return "commsla demo" if self.prefix.endswith(" demo") else "commsla"

    @classmethod
    def real(cls) -> Place:
        """The machine as it is: COMMSLA_HOME, else the user's state folder."""
        environ = os.environ
        home = environ.get("COMMSLA_HOME")
        return cls(
            home=Path(home).expanduser() if home else _state_folder(environ),
            user_config=_config_folder(environ),
            cwd=Path.cwd(),
            environ=environ,
            clock=lambda: datetime.now(UTC),
            user=_user(),
            prefix=_program(),
        )


def usual_home(environ: Mapping[str, str]) -> Path:
    """The user's own state folder, whatever COMMSLA_HOME says."""
    return _state_folder(environ)


def _program() -> str:
    """What to type to get here again: the name alone where the shell finds it, else as it was typed."""
    typed = Path(sys.argv[0])
    if typed.stem != "commsla" or shutil.which("commsla"):
        return "commsla"
    return str(typed)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user id without a name
        return "unknown"


def _base(environ: Mapping[str, str], variable: str, *fallback: str) -> Path:
    named = environ.get(variable, "")
    return Path(named) if Path(named).is_absolute() else Path.home().joinpath(*fallback)


def _state_folder(environ: Mapping[str, str]) -> Path:
    if sys.platform == "win32":
        return _base(environ, "LOCALAPPDATA", "AppData", "Local") / "commsla"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "commsla"
    return _base(environ, "XDG_STATE_HOME", ".local", "state") / "commsla"


def _config_folder(environ: Mapping[str, str]) -> Path:
    if sys.platform == "win32":
        return _base(environ, "APPDATA", "AppData", "Roaming") / "commsla"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "commsla"
    return _base(environ, "XDG_CONFIG_HOME", ".config") / "commsla"
