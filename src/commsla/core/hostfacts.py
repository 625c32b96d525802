"""What this computer says about the ledger's folder, its disk and its SQLite, as data; it judges nothing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class FileSeen:
    """A file or folder that exists. `mode` is its permission bits, None where the system has none.

    `mine`: it belongs to the user who runs this, or the system knows no owners.
    """

    mine: bool
    mode: int | None = None
    size: int = 0


@dataclass(frozen=True, slots=True)
class StateFolder:
    """The folder that holds the ledger; what does not exist is None.

    `shown` says where it is without naming anybody, `typed` what to put into a command for it.
    `closed`: it may not be entered, and nothing in it is known.
    """

    shown: str
    typed: str
    folder: FileSeen | None = None
    ledger: FileSeen | None = None
    key: FileSeen | None = None
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Disk:
    """Where the state folder lies. `network` is None where the system does not say.

    `kind` is the name of the file system, `synced` a program that copies the folder elsewhere.
    """

    kind: str = ""
    network: bool | None = None
    synced: str = ""
    free: int | None = None  # bytes


class LedgerTrouble(StrEnum):
    """Why a ledger could not be looked through."""

    NONE = ""
    DAMAGED = "damaged"
    HALF_WRITTEN = "half written"
    BUSY = "busy"
    SLOW = "slow"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class LedgerForm:
    """SQLite's release, the form of the tables (0: none yet), the journal mode, and what is wrong."""

    sqlite: str
    form: int = 0
    newest_form: int = 0
    journal: str = ""
    trouble: LedgerTrouble = LedgerTrouble.NONE

    @property
    def can_be_read(self) -> bool:
        """Whether its rows may be asked for: whole, and in the form that this program writes."""
        return self.trouble is LedgerTrouble.NONE and self.form == self.newest_form > 0
