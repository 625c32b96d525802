"""What can be seen of a mailbox from outside and from within, as data for doctor; it judges nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Step(StrEnum):
    """How far a connection came before it failed."""

    NAME = "name"
    PORT = "port"
    TLS = "TLS"
    GREETING = "greeting"


@dataclass(frozen=True, slots=True)
class Reached:
    """A mail server as it shows itself before any login.

    `failed_at` is the step that failed, None where all went well; `sentence` and `fix` are public.
    `tls` is such as `TLSv1.3`, empty for plain text; `expires` (UTC) is the certificate's end.
    """

    tls: str = ""
    expires: datetime | None = None
    own_ca: bool = False
    failed_at: Step | None = None
    sentence: str = ""
    fix: str = ""


class SentBy(StrEnum):
    """By which sign a folder was taken for Sent."""

    CONFIG = "schools.toml names it"
    FLAG = "the server marks it as Sent"
    PROVIDER = "its name is this provider's"
    NAME = "by its name"
    LABEL = "by Gmail's label Sent"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class FolderSeen:
    """A folder by its name.

    `shown` is the name where it is one of the usual ones, and empty where it is somebody's own words.
    """

    name: str
    shown: str


@dataclass(frozen=True, slots=True)
class Measured:
    """How many mails a folder holds, the arrival of the newest (UTC), and how many came lately.

    `newest` is None where there is none or its date cannot be read.
    """

    messages: int
    newest: datetime | None
    recent: int


@dataclass(frozen=True, slots=True)
class Survey:
    """Which folders a poll would read, and why.

    `inbox` and `sent` are None where there is none to be had; `candidates` are the folders that could be
    Sent where several could; `others` look like Sent and are not read. `missing` are `inbox` or `sent`
    where the config names one that is not to be had. Of the folders that stand for a mark, `absent`
    are the marks of those that do not exist, `taken` of those that are INBOX or Sent themselves.
    `inboxes` are those of the config in its order, None for one that cannot be read as an inbox.
    """

    inbox: FolderSeen | None
    sent: FolderSeen | None
    by: SentBy
    candidates: tuple[FolderSeen, ...] = ()
    others: tuple[FolderSeen, ...] = ()
    missing: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    taken: tuple[str, ...] = ()
    inboxes: tuple[FolderSeen | None, ...] = ()
