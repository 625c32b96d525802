"""Judges what this computer says: the ledger's files, disk, SQLite and clock; it asks nothing itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from commsla.core import words
from commsla.core.checkup import RELEASED, Check, Health, ok, problem, skipped, warning
from commsla.core.hostfacts import Disk, LedgerForm, LedgerTrouble, StateFolder
from commsla.core.local import local_date

_OLDEST_SQLITE = (3, 35)  # the first that knows every statement of the ledger
_KEY_BYTES = 32
_LITTLE, _TOO_LITTLE = 500, 50  # MB
_CLOCKS_DIFFER = timedelta(minutes=5)
_FILES = "ledger.sqlite3, ledger.key"


@dataclass(frozen=True, slots=True)
class Kept:
    """What the ledger's rows say about time (UTC): None where it holds no mail, no poll."""

    polled: bool
    newest_mail: datetime | None = None
    last_try: datetime | None = None


def check_ledger(folder: StateFolder, kept: Kept | None) -> Check:
    """Whether there is one, and whether anything was ever polled into it."""
    name = "ledger"
    other = "If another user of this computer polls, run doctor as that user; else: commsla poll"
    if folder.closed:
        return problem(
            name,
            f"It cannot be looked at: {folder.shown} may not be entered.",
            "Run doctor as the user who polls, or set COMMSLA_HOME to a folder of your own.",
        )
    if folder.ledger is None:
        return warning(name, f"There is none yet in {folder.shown}: nothing was polled.", other)
    if folder.key is None and folder.ledger.size:
        return problem(
            name,
            "Its key (ledger.key) is missing: old mail cannot be matched.",
            "Put ledger.key back from a copy.",
        )
    if folder.key and folder.key.size != _KEY_BYTES:
        return problem(
            name,
            f"Its key holds {folder.key.size} bytes instead of {_KEY_BYTES}.",
            "Put ledger.key back from a copy.",
        )
    if folder.ledger.size == 0 or (kept and not kept.polled):
        return warning(name, f"The one in {folder.shown} is empty: nothing was polled.", other)
    return ok(name, f"It is in {folder.shown}.")


def check_access(folder: StateFolder) -> Iterator[Check]:
    """Who owns the files, and whether anybody else may read them."""
    files = [f for f in (folder.folder, folder.ledger, folder.key) if f is not None]
    if not files:
        yield skipped("owner", "There is no ledger yet.")
        yield skipped("access", "There is no ledger yet.")
        return
    if all(f.mine for f in files):
        yield ok("owner", "It belongs to the user who runs this.")
    else:
        yield problem(
            "owner",
            "It belongs to another user of this computer.",
            "Run commsla as the user who polls, or set COMMSLA_HOME to a folder of your own.",
        )
    if all(f.mode is None for f in files):
        yield skipped("access", "This system keeps no permission bits for files.")
        return
    open_ = [
        f"chmod {wanted} {path}"
        for one, wanted, path in (
            (folder.folder, "700", folder.typed),
            (folder.ledger, "600", f"{folder.typed}/ledger.sqlite3"),
            (folder.key, "600", f"{folder.typed}/ledger.key"),
        )
        if one is not None and one.mode is not None and one.mode & 0o077
    ]
    if open_:
        yield problem(
            "access",
            "Other users of this computer can get at parents' names.",
            f"Run: {' && '.join(open_)}",
        )
    else:
        yield ok("access", "Only its owner can read it.")


def check_disk(disk: Disk) -> Iterator[Check]:
    """A local disk, not copied elsewhere, with room."""
    kind = f" ({disk.kind})" if disk.kind else ""
    move = "Set COMMSLA_HOME to a folder on a disk of this computer, and move the ledger there."
    if disk.network:
        yield problem(
            "disk",
            f"The ledger lies on a network disk{kind}: it can be damaged.",
            move,
        )
    elif disk.synced:
        yield warning(
            "disk",
            f"{disk.synced} copies the ledger elsewhere, and may do so half way through a change.",
            move,
        )
    elif disk.network is None:
        yield skipped("disk", "This system does not say whether it is a local disk.")
    else:
        yield ok("disk", f"A disk of this computer{kind}.")
    if disk.free is None:
        yield skipped("free space", "This system does not say.")
        return
    free = disk.free // 1_000_000
    said = f"{free / 1000:.0f} GB are free." if free >= 10_000 else f"{free} MB are free."
    state = (
        Health.PROBLEM if free < _TOO_LITTLE else Health.WARNING if free < _LITTLE else Health.OK
    )
    yield Check("free space", state, said, "" if state is Health.OK else "Make room on that disk.")


def check_sqlite(form: LedgerForm, folder: StateFolder) -> Iterator[Check]:
    """SQLite's release and the tables' form; then whether every page of the file is whole."""
    release = tuple(int(n) for n in form.sqlite.split(".")[:2] if n.isdigit())
    if release < _OLDEST_SQLITE:
        yield problem(
            "SQLite",
            f"Version {form.sqlite} is too old: 3.35 or newer is needed.",
            "Use a newer Python: SQLite comes with it.",
        )
    else:
        yield ok("SQLite", f"Version {form.sqlite}.")
    if folder.closed or folder.ledger is None:
        yield skipped("integrity", "There is no ledger to look into.")
        return
    backup = f"Put back a copy, or move {_FILES} away and poll again: marks are lost then."
    match form.trouble:
        case LedgerTrouble.DAMAGED:
            yield problem("integrity", "The ledger is damaged.", backup)
        case LedgerTrouble.HALF_WRITTEN:
            yield warning(
                "integrity",
                "A change was cut off, by a power cut perhaps.",
                "The next command undoes it. Run: commsla poll",
            )
        case LedgerTrouble.BUSY:
            yield warning(
                "integrity",
                "Another program is writing to it, so it is not known.",
                "Run doctor again when the poll has ended.",
            )
        case LedgerTrouble.SLOW:
            yield warning(
                "integrity",
                "Looking through it took too long and was given up.",
                "Is the disk failing, or on a network?",
            )
        case LedgerTrouble.UNREADABLE:
            yield problem(
                "integrity",
                "SQLite cannot open it.",
                "Run doctor as the user who polls; if it stays, put back a copy of the ledger.",
            )
        case LedgerTrouble.NONE:
            yield _form(form)


def _form(form: LedgerForm) -> Check:
    name = "integrity"
    if form.form > form.newest_form:
        return problem(
            name,
            f"A newer commsla wrote it (form {form.form}; this one knows {form.newest_form}).",
            "Update commsla on this computer.",
        )
    if form.form == 0:
        return ok(name, "It is whole, and holds no tables yet.")
    if form.form < form.newest_form:
        return warning(
            name,
            f"It is whole, in form {form.form}; this commsla writes form {form.newest_form}.",
            "The next command brings it forward: commsla poll",
        )
    # commsla chooses TRUNCATE when it writes; of the modes only WAL is written into the file.
    journal = "WAL" if form.journal.lower() == "wal" else "rollback"
    return ok(name, f"It is whole; form {form.form}, {journal} journal.")


def check_clock(now: datetime, kept: Kept | None) -> Check:
    """No clock may be behind what is known to have happened."""
    name, today = "clock", local_date(now)
    fix = "Set this computer's clock, and let it set itself from the internet."
    shown = words.moment(now, today, relative=False)
    if today < RELEASED:
        said = f"It says {words.day(today, RELEASED)}, before this program was written."
        return problem(name, said, fix)
    limit = now + _CLOCKS_DIFFER
    if kept and kept.last_try and kept.last_try > limit:
        at = words.moment(kept.last_try, today, relative=False)
        return problem(name, f"It says {shown}, before the last poll ({at}).", fix)
    if kept and kept.newest_mail and kept.newest_mail > limit:
        at = words.moment(kept.newest_mail, today, relative=False)
        said = f"It says {shown}, before the newest mail came ({at}), or that mail's date is wrong."
        return warning(name, said, fix)
    return ok(name, f"It says {shown}, which can be.")
