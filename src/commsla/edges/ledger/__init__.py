"""The ledger: one SQLite file that remembers messages, marks and cursors, and nothing deadline-shaped."""

from commsla.edges.ledger.inspect import look_into, open_to_read
from commsla.edges.ledger.lock import PollLock
from commsla.edges.ledger.opening import ledger_in_memory, open_ledger
from commsla.edges.ledger.store import Ledger

__all__ = ["Ledger", "PollLock", "ledger_in_memory", "look_into", "open_ledger", "open_to_read"]
