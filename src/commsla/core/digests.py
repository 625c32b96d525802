"""The nouns of alerts: what is told to whom, what was told, and why something is not. Data only, no rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from commsla.core.model import Target
from commsla.core.recipients import Stage
from commsla.core.school import School
from commsla.core.verdicts import Judged

_ORDER = tuple(Stage)


@dataclass(frozen=True, slots=True)
class Said:
    """One thing told to one recipient. `due` is the day that it was about: the deadline's, or the first
    day after a holiday. `message_id` opened the case; 0 is a whole school, without a target.
    """

    recipient: str  # the address in small letters
    school: str
    message_id: int
    target: str
    stage: Stage
    due: date
    at: datetime


@dataclass(frozen=True, slots=True)
class HandedOver:
    """A mail that was marked as one of safeguarding: of it nothing else is ever told."""

    message_id: int
    school: str
    recorded: datetime


@dataclass(frozen=True, slots=True)
class Line:
    """A case in a digest. `stages` are news; `age` counts working days; `named`: with sender and subject."""

    judged: Judged
    stages: tuple[tuple[Target, Stage], ...]
    age: int
    named: bool

    @property
    def stage(self) -> Stage:
        """Under which heading it stands."""
        return min((stage for _, stage in self.stages), key=_ORDER.index)


@dataclass(frozen=True, slots=True)
class Part:
    """What one school has to say in a digest."""

    school: School
    lines: tuple[Line, ...] = ()
    told_before: tuple[Judged, ...] = ()
    back: date | None = None  # the first day after a holiday that begins today
    next_day: date | None = None  # the next working day
    forecast: tuple[tuple[date, Target, int], ...] = ()  # what falls due after a holiday
    handed_over: tuple[datetime, ...] = ()
    note: str = ""
    not_read: tuple[str, ...] = ()  # which mailbox, and since when, a sentence each
    silent: tuple[str, ...] = ()  # the mailboxes whose replies are not visible
    quiet: str = ""  # that all is quiet, and how far that is known


@dataclass(frozen=True, slots=True)
class Digest:
    """All that one recipient is told in one run."""

    address: str
    parts: tuple[Part, ...]
    said: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Silence:
    """Why a recipient is not told something; `case` is None where it is about everything."""

    address: str
    school: str
    case: Judged | None
    why: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What goes now, and why nothing else does."""

    digests: tuple[Digest, ...] = ()
    silences: tuple[Silence, ...] = ()


@dataclass(frozen=True, slots=True)
class Unsent:
    """A mail of the outbox of which it is not known that the server took it: its bytes never change."""

    id: int
    recipient: str
    schools: tuple[str, ...]
    body: bytes


@dataclass(frozen=True, slots=True)
class AlertRun:
    """What the last run of alerts left behind. Instants are UTC.

    `trusted_up_to` is the highest message whose arrival was there when a person confirmed the clock.
    """

    last_run: datetime | None = None
    trusted_up_to: int = 0
    failures: int = 0  # of the mail server, in a row
    retry_after: datetime | None = None
