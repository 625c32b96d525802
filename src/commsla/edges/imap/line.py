"""One open, read-only line to one mailbox: the poll's `MailLine` over IMAP; it never retries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from unicodedata import normalize

from commsla.core.clean import clean
from commsla.core.mailfacts import Measured, Survey
from commsla.core.model import (
    Delivered,
    FolderState,
    Role,
)
from commsla.core.school import (
    Mailbox,
)
from commsla.edges.imap import pull as pulling
from commsla.edges.imap.beginning import beginning
from commsla.edges.imap.discarded import find_discarded
from commsla.edges.imap.flags import flags
from commsla.edges.imap.folders import (
    Listed,
    encode,
    find_inbox,
    find_sent,
    not_there,
    read_listing,
    wire_name,
)
from commsla.edges.imap.gmail import Labelled, find_all_mail, with_all_mail
from commsla.edges.imap.replies import Fetched
from commsla.edges.imap.survey import measure, survey
from commsla.edges.imap.talk import Talk
from commsla.errors import FolderRefused, MailboxError

BUDGET_SECONDS = 600.0
_HIGHEST_UID = 2**32 - 1


def open_line(mailbox: Mailbox, secret: str, budget_seconds: float = BUDGET_SECONDS) -> Line:
    """Connect and log in, with a password or (where the mailbox says so) with a token.

    Raises LoginRefused when the server says no to this login, MailboxError for all else. Whatever
    happens, the line is over after `budget_seconds` of wall-clock time.
    """
    return Line(Talk(mailbox, secret, budget_seconds))


class Line:
    """Fulfils `jobs.ports.MailLine`. Folder names are as people read them (not UTF-7)."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self._listing: list[Listed] = []
        self._raw: dict[str, bytes] = {}
        self._states: dict[str, FolderState] = {}
        self._open: str | None = None
        self._ahead: FolderState | None = None  # what opened by the way, until it is looked at
        self._all_mail: str | None = None

    def folders(self) -> dict[Role, str | None]:
        """INBOX and Sent of this mailbox, one and the same where all mail is read; None where it has
        no Sent folder. Raises MailboxError.
        """
        listing, mailbox = self._list(), self._talk.mailbox
        if mailbox.all_mail:
            self._all_mail = find_all_mail(listing, self._talk)
            return {Role.INBOX: self._all_mail, Role.SENT: self._all_mail}
        return {Role.INBOX: find_inbox(listing, mailbox), Role.SENT: find_sent(listing, mailbox)}

    def discarded(self) -> tuple[str, ...]:
        """The Junk and Deleted folders of this mailbox. Raises MailboxError."""
        if not self._listing:
            self.folders()
        return find_discarded(self._listing)

    def glance(self, folders: Sequence[str]) -> dict[str, FolderState]:
        """What STATUS says of several folders in one round trip; silence leaves a folder out.

        The first is opened by the way: usually it is looked into next.
        """
        quoted = [wire_name(self._raw.get(name) or encode(name)) for name in folders]
        found = {}
        statuses, first = self._talk.statuses(quoted)
        self._open = self._ahead = None
        if first.get("UIDVALIDITY") and first.get("UIDNEXT"):
            state = FolderState(
                folders[0], first["UIDVALIDITY"], first["UIDNEXT"], first.get("EXISTS", 0)
            )
            self._states[state.name], self._open, self._ahead = state, state.name, state
        for name, said in zip(folders, statuses, strict=True):
            if said.get("UIDVALIDITY") and said.get("UIDNEXT"):
                messages = said.get("MESSAGES", 0)
                found[name] = FolderState(name, said["UIDVALIDITY"], said["UIDNEXT"], messages)
        return found

    def look(self, folder: str) -> FolderState:
        """EXAMINE the folder: its values are the truth.

        Raises FolderRefused where only this folder does not open, MailboxError for all else.

        `uidnext` is 0 only where the server keeps it back and the folder is empty.
        """
        ahead, self._ahead = self._ahead, None
        if ahead is not None and self._open == folder == ahead.name:
            return ahead
        self._open = None
        raw = self._raw.get(normalize("NFC", folder))
        try:
            numbers = self._talk.examine(wire_name(raw or encode(folder)))
        except FolderRefused:
            if raw is None and self._listing:
                raise not_there(folder, self._listing, self._talk.mailbox) from None
            raise
        uidvalidity = numbers.get("UIDVALIDITY", 0)
        if not uidvalidity:
            raise MailboxError(
                f'{self._talk.mailbox.address}: "{clean(folder, 60)}" has no UIDVALIDITY',
                "Without it no message can be told from another; ask who runs the mail server.",
                public="a folder has no UIDVALIDITY",
            )
        messages = numbers.get("EXISTS", 0)
        uidnext = numbers.get("UIDNEXT") or (self._after_last() if messages else 0)
        state = FolderState(folder, uidvalidity, uidnext, messages)
        self._states[folder], self._open = state, folder
        return state

    def first_uid_since(self, folder: str, day: date, uidnext: int) -> int:
        """The lowest UID that arrived on or after two days before `day`, or `uidnext`."""
        state = self._opened(folder)
        return pulling.first_uid_since(self._talk, day, uidnext, state.messages)

    def pull(
        self, folder: str, first: int, last: int, doubt: range = range(0)
    ) -> Iterator[list[Delivered]]:
        """The messages with first <= UID <= last, by rising UID, in chunks of at most 1,000.

        Every UID that the server lists in the range is in exactly one chunk, delivered or not. A
        chunk is whole or raises MailboxError: StoppedAt where the line ended over some messages. Of the
        UIDs in `doubt` each is asked for alone, and a single one there only for its arrival.
        """
        state = self._opened(folder)
        labelled = Labelled(self._talk) if folder == self._all_mail else None
        for chunk in pulling.pull(labelled or self._talk, first, last, state.messages, doubt):
            yield [labelled.placed(item) for item in chunk] if labelled else chunk
            self._opened(folder)  # whoever took the chunk may have looked elsewhere meanwhile

    def text(self, folder: str, uidvalidity: int, uid: int) -> bytes | None:
        """The first 32 KB of one message, header block and all; it stays unread.

        None where it is gone, kept back by the server, or the folder's UIDVALIDITY is another.
        Raises MailboxError when the line or the folder fails.
        """
        if not self._is_open(folder, uidvalidity) or not 1 <= uid <= _HIGHEST_UID:
            return None
        return beginning(self._talk, uid)

    def flags(self, folder: str, uidvalidity: int, uids: Sequence[int]) -> dict[int, bool] | None:
        """For each UID that is still there, whether it carries \\Answered; None where the folder's
        UIDVALIDITY is another. Raises MailboxError when the line or the folder fails.
        """
        return flags(self._talk, uids) if self._is_open(folder, uidvalidity) else None

    def survey(self) -> Survey:
        """Which folders a poll would read, how Sent was chosen, what is missing. Raises MailboxError."""
        found = survey(self._list(), self._talk.mailbox)
        if not self._talk.mailbox.all_mail:
            return found
        return with_all_mail(found, find_all_mail(self._listing, self._talk))

    def measure(self, folder: str, since: date) -> Measured:
        """What lies in a folder, and how much of it came since a day. Raises MailboxError."""
        state = self.look(folder)
        return measure(self._talk, state.uidnext, state.messages, since)

    def close(self) -> None:
        """End the connection; never raises."""
        self._talk.close()

    def _list(self) -> list[Listed]:
        self._listing = read_listing(self._talk.listing())
        self._raw = {normalize("NFC", folder.name): folder.raw for folder in self._listing}
        return self._listing

    def _is_open(self, folder: str, uidvalidity: int) -> bool:
        """Open a folder that may have been made anew since its messages were numbered."""
        before = self._states.get(folder)
        state = before if before is not None and self._open == folder else self.look(folder)
        if before is not None and before.uidvalidity != state.uidvalidity:
            # Whoever counts on the state that was told must not go on with another in silence.
            self._states[folder], self._open = before, None
        return state.uidvalidity == uidvalidity

    def _opened(self, folder: str) -> FolderState:
        before = self._states.get(folder)
        if before is not None and self._open == folder:
            return before
        state = self.look(folder)
        if before is not None and before.uidvalidity != state.uidvalidity:
            raise MailboxError(
                f'{self._talk.mailbox.address}: the folder "{clean(folder, 60)}" was re-made '
                "while it was being read",
                "The next poll tries again.",
            )
        return state

    def _after_last(self) -> int:
        # Winmail and others give no UIDNEXT: one more than the last message's UID serves as well.
        seen = Fetched(1, _HIGHEST_UID)
        seen.add(self._talk.fetch("*", "(UID)")[1])
        return max(seen.dates, default=0) + 1 if seen.dates else 0
