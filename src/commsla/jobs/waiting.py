"""How long a mail server wants to be left alone, kept from one poll to the next; it never waits itself."""

from __future__ import annotations

from datetime import datetime, timedelta

from commsla.core import words
from commsla.core.local import local_date
from commsla.core.model import MailboxRead
from commsla.core.school import Mailbox
from commsla.errors import CommslaError, MailboxError

MOST = timedelta(hours=4)  # a server that says more must not silence us


def retry_after(trouble: CommslaError | None, now: datetime) -> datetime | None:
    """From when on a server may be asked again that failed so, if it said anything about it."""
    wait = trouble.wait if isinstance(trouble, MailboxError) else 0.0
    return now + timedelta(seconds=min(wait, MOST.total_seconds())) if wait > 0 else None


def still_waits(read: MailboxRead | None, now: datetime) -> datetime | None:
    """Until when the server of a mailbox is not to be asked; None where it may be."""
    after = read.retry_after if read else None
    # More than MOST lies ahead only where a clock was wrong.
    return after if after and now < after <= now + MOST else None


def left_alone(mailbox: Mailbox, until: datetime, now: datetime) -> MailboxError:
    """The sentence for a mailbox that was not asked because its server does not want that."""
    minute = until + timedelta(seconds=59)
    when = words.moment(minute, local_date(now)).removeprefix("today ")
    return MailboxError(
        f"{mailbox.address}: {mailbox.host} asked us to wait until {when}, and was not asked",
        "The first poll after that reads on and misses nothing.",
        public=f"the server asked us to wait until {when}, and was not asked",
    )
