"""Reads a mailbox over IMAP; it never changes one."""

from commsla.edges.imap.line import Line, open_line
from commsla.edges.imap.probe import reach
from commsla.edges.imap.pull import HEADER_FIELDS

__all__ = ["HEADER_FIELDS", "Line", "open_line", "reach"]
