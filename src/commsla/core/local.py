"""The wall clock of the schools: all four nations keep Europe/London."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
_HOUR = 3600
_WHOLE_HOURS = 1900  # since then London has been a whole number of hours from UTC


def local_date(at: datetime) -> date:
    """The date in Europe/London at an aware instant. Raises ValueError for a naive one."""
    if aware(at).year < _WHOLE_HOURS:
        return at.astimezone(LONDON).date()
    return _date_in(int(at.timestamp() // _HOUR))


@lru_cache(maxsize=100_000)  # ten years of hours: as quick as it can be, and one object a day
def _date_in(hour: int) -> date:
    return datetime.fromtimestamp(hour * _HOUR, LONDON).date()


def aware(at: datetime) -> datetime:
    """The same datetime. Raises ValueError for a naive one: that has no instant."""
    if at.utcoffset() is None:
        raise ValueError(f"a naive datetime has no instant: {at.isoformat()}")
    return at
