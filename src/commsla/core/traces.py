"""What is known of messages beside their headers and the marks on them. Data only, no rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from commsla.core.model import Stored, TextFact, Word


@dataclass(frozen=True, slots=True)
class Traces:
    """What is known beside headers and marks, by the ledger's number of the message.

    `texts`: what was read. `stored`: between which polls it came. `replied_flag`: when a poll first
    saw the mail program's \\Answered flag, and `not_flagged`, where it is known, when the poll before
    that was. `vouched`: inbox messages that the receiving server says are really from a colleague.
    `folders`: (school, mailbox, folder) -> the mark that lying there is.
    """

    texts: Mapping[int, TextFact] = field(default_factory=dict)
    stored: Mapping[int, Stored] = field(default_factory=dict)
    replied_flag: Mapping[int, datetime] = field(default_factory=dict)
    not_flagged: Mapping[int, datetime] = field(default_factory=dict)
    vouched: frozenset[int] = frozenset()
    folders: Mapping[tuple[str, str, str], Word] = field(default_factory=dict)
    read_text: bool = True
