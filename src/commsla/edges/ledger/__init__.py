"""The ledger: one SQLite file that remembers messages, marks and cursors, and nothing deadline-shaped."""

from commsla.edges.ledger.lock import PollLock
from commsla.edges.ledger.opening import ledger_in_memory, open_ledger
from commsla.edges.ledger.store import Ledger

__all__ = ["Ledger", "PollLock", "ledger_in_memory", "open_ledger"]
