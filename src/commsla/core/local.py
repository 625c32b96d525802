"""The wall clock of the schools: all four nations keep Europe/London."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


def local_date(at: datetime) -> date:
    """The date in Europe/London at an aware instant. Raises ValueError for a naive one."""
    return aware(at).astimezone(LONDON).date()


def aware(at: datetime) -> datetime:
    """The same datetime. Raises ValueError for a naive one: that has no instant."""
    if at.utcoffset() is None:
        raise ValueError(f"a naive datetime has no instant: {at.isoformat()}")
    return at
