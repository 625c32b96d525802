"""A made-up half-term of two made-up schools: nothing here is a real school, person or address.

The story runs from Mon 2 Nov to Fri 18 Dec 2026. Its mailboxes are polled first at `DAY_ONE`, its
"now" is always `DEMO_NOW`, so that what it shows is the same on every day of every year.
"""

from __future__ import annotations

from datetime import UTC, datetime

# Mon 2 Nov 2026 07:30 and Thu 17 Dec 2026 08:45, Europe/London; both are in winter time, so UTC.
DAY_ONE = datetime(2026, 11, 2, 7, 30, tzinfo=UTC)
DEMO_NOW = datetime(2026, 12, 17, 8, 45, tzinfo=UTC)

# The code of a school -> the address of its mailbox, which is also the login name.
MAILBOXES = {
    "thistledown": "thistledown@brackenford.example",
    "marshlane": "marshlane@brackenford.example",
}
