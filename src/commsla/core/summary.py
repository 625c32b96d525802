"""The nouns of an export: plain values that every format reads, and that no mail put a word into."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

Value = str | int | date | bool | None


class Reader(StrEnum):
    """For whom a page is made: that decides what may stand on it."""

    GOVERNORS = "governors"
    HEAD = "head"
    DATA = "data"


@dataclass(frozen=True, slots=True)
class Figure:
    """One number. `value` None is not shown, and `why` says why; `at_least`: it is that or more.

    `key` never changes (`responded.met`); `unit` is `cases`, `%`, `working days` or `messages`.
    `last_year` is the same figure of the same term a year earlier.
    """

    key: str
    title: str
    definition: str
    unit: str
    value: int | None
    why: str = ""
    at_least: bool = False
    last_year: int | None = None
    last_year_at_least: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One part of a split: how many, and where the split is about a target how many of them met it.

    `percent` is the share that met it, else the share of the whole; None of fewer than 10.
    """

    label: str
    count: int
    met: int | None = None
    percent: int | None = None


@dataclass(frozen=True, slots=True)
class Split:
    """A total by its parts: `rows` are empty where that is not shown, and `why` says why.

    `of` is the key of the figure that its counts add up to.
    """

    key: str
    title: str
    definition: str
    of: str
    rows: tuple[Row, ...]
    why: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """A total and the parts that it is made of: `received 45 = 30 in time + ...`."""

    title: str
    total: int
    parts: tuple[tuple[str, int], ...]

    @property
    def adds_up(self) -> bool:
        """Whether it does."""
        return self.total == sum(number for _, number in self.parts)


@dataclass(frozen=True, slots=True)
class Gap:
    """Working days on which a school's mail was not read at all."""

    school: str
    first: date
    last: date
    working_days: int


@dataclass(frozen=True, slots=True)
class Quality:
    """How far the figures can be trusted: sentences, the loudest first, and the gaps in reading."""

    notes: tuple[str, ...]
    gaps: tuple[Gap, ...]


@dataclass(frozen=True, slots=True)
class PolicyText:
    """A promise in force in the period: its words, the readings that it leaves open, and since when."""

    name: str
    schools: tuple[str, ...]
    since: date | None
    acknowledge: str
    respond: str
    readings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Frame:
    """What is reported on, and as it stood when. `schools` are names; `generated` is UTC.

    `until` is the last day that is counted, `is_over` whether the whole period is.
    """

    period: str
    schools: tuple[str, ...]
    first: date
    last: date
    until: date
    is_over: bool
    generated: datetime
    version: str
    last_year: str = ""  # the period beside it; empty where nothing is known of it


@dataclass(frozen=True, slots=True)
class Summary:
    """One page for governors: aggregates only."""

    frame: Frame
    policies: tuple[PolicyText, ...]
    sentences: tuple[str, ...]
    figures: tuple[Figure, ...]
    splits: tuple[Split, ...]
    checks: tuple[Check, ...]
    quality: Quality

    def figure(self, key: str) -> Figure:
        """The figure of this key. Raises KeyError."""
        for figure in self.figures:
            if figure.key == key:
                return figure
        raise KeyError(key)

    def split(self, key: str) -> Split:
        """The split of this key. Raises KeyError."""
        for split in self.splits:
            if split.key == key:
                return split
        raise KeyError(key)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table of cases, with what stands in it. `kind`: `text`, `whole`, `date`, `yes/no`."""

    key: str
    title: str
    definition: str
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cases. `reader` is head (by reference) or data (nothing that names a case)."""

    reader: Reader
    frame: Frame
    warning: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]


Document = Summary | Table
