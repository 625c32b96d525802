"""Bank holidays from the `holidays` library, expanded once and kept in a small file; it judges no day."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
from datetime import date
from pathlib import Path

# The library without a subdivision is no nation's list: it leaves out Easter Monday and August.
_SUBDIVISIONS = {
    "England": "ENG",
    "Wales": "WLS",
    "Scotland": "SCT",
    "Northern Ireland": "NIR",
}
_SATURDAY = 5


def bank_holidays(
    nation: str, first_year: int, last_year: int, cache: Path | None
) -> dict[date, str]:
    """The weekday bank holidays of a nation, local date -> title, for whole years, both included.

    `cache` is a folder; what was expanded before by the same release of the library is read from
    there, because importing it costs more than everything else that `status` does. A cache that is
    damaged or cannot be written is no failure. Raises KeyError for an unknown nation.
    """
    subdivision = _SUBDIVISIONS[nation]
    stamp = _release()
    # A file for each range: schools of a trust that list different years must not evict each other.
    name = f"bank-holidays-{subdivision}-{first_year}-{last_year}.json"
    file = cache / name if cache else None
    if file and (known := _read(file, stamp)) is not None:
        return known
    found = _expand(subdivision, first_year, last_year)
    if file:
        _write(file, stamp, found)
    return found


def _expand(subdivision: str, first_year: int, last_year: int) -> dict[date, str]:
    from holidays import country_holidays

    years = range(first_year, last_year + 1)
    listed = country_holidays("GB", subdiv=subdivision, years=years, observed=True)
    # Weekend entries are in the list beside their substitutes; only weekdays can close an office.
    return {
        day: title.replace(" (observed)", ", substitute day")
        for day, title in sorted(listed.items())
        if day.weekday() < _SATURDAY
    }


def _release() -> str:
    """Tells one installed release of the library from another without importing it."""
    spec = importlib.util.find_spec("holidays")
    if spec is None or spec.origin is None:
        return "unknown"
    # importlib.metadata would cost tens of milliseconds; the folder that pip names does not.
    package = Path(spec.origin).parent
    named = sorted(p.name for p in package.parent.glob("holidays-*.dist-info"))
    return named[-1] if named else str(package.stat().st_mtime_ns)


def _read(file: Path, stamp: str) -> dict[date, str] | None:
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
        if kept["stamp"] != stamp:
            return None
        return {date.fromisoformat(day): str(title) for day, title in kept["days"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _write(file: Path, stamp: str, days: dict[date, str]) -> None:
    text = json.dumps({"stamp": stamp, "days": {d.isoformat(): t for d, t in days.items()}})
    scratch = file.with_name(f"{file.name}.{os.getpid()}.new")
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(scratch, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
            handle.write(text)
        os.replace(scratch, file)
    except OSError:
        with contextlib.suppress(OSError):
            scratch.unlink(missing_ok=True)
