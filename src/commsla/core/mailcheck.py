"""Judges what was seen of one mailbox: server, login, folders, replies, polls; it asks nothing itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from commsla.core import words
from commsla.core.checkup import LOGIN_CODE, Check, many, ok, problem, sentence, skipped, warning
from commsla.core.folderfacts import MANY
from commsla.core.local import local_date
from commsla.core.mailfacts import FolderSeen, Measured, Reached, SentBy, Step, Survey
from commsla.core.today import MailboxLine
from commsla.errors import CommslaError, LoginRefused

RECENT = timedelta(days=30)
_SOON = 14  # days left of a certificate; those that renew themselves do so with more
_MANY, _ALMOST_NONE = 20, 0.05  # mails of the last 30 days
_OTHER_IS_NEWER = timedelta(days=7)
EXCHANGE = (
    "In Microsoft 365 ask IT for: Set-Mailbox OFFICE -MessageCopyForSentAsEnabled $true "
    "-MessageCopyForSendOnBehalfEnabled $true. Elsewhere, name the folder in which replies lie: "
    '`sent = "..."` in schools.toml.'
)


def check_server(reached: Reached, address: str, now: datetime) -> Iterator[Check]:
    """The name, the port and TLS; `address` is such as `imap.example:993`."""
    said = f"{sentence(reached.sentence)} ({address})."
    if reached.failed_at in (Step.NAME, Step.PORT):
        yield problem("server", said, reached.fix)
        yield skipped("TLS", "The server was not reached.")
        return
    if reached.failed_at is Step.GREETING:
        yield problem("server", said, reached.fix)
    else:
        yield ok("server", f"{address} is found and answers.")
    if reached.failed_at is Step.TLS:
        yield problem("TLS", f"{sentence(reached.sentence)}.", reached.fix)
    elif not reached.tls:
        yield ok("TLS", "None: this computer itself is read in plain text.")
    else:
        yield _certificate(reached, now)


def _certificate(reached: Reached, now: datetime) -> Check:
    trust = ", trusted by your own `ca_file`" if reached.own_ca else ""
    if reached.expires is None:
        return ok("TLS", f"{reached.tls}{trust}.")
    left = (reached.expires - now).days
    said = f"{reached.tls}; the certificate is good for {many(left, 'more day')}{trust}."
    if left <= _SOON:
        return warning("TLS", said, "Tell who runs the mail server: polls fail when it is over.")
    return ok("TLS", said)


def check_login(error: CommslaError | None) -> Check:
    """A login that went well, or why it did not."""
    if error is None:
        return ok("login", "The mailbox opens, and is only read.")
    said = f"{sentence(error.public)}." if error.public else "It failed; commsla poll says why."
    fix = error.public_hint if error.public else "Run: commsla poll"
    if isinstance(error, LoginRefused):
        return problem("login", said, fix, LOGIN_CODE)
    return problem("login", said, fix.replace("The next poll tries again.", "").strip())


def check_folders(
    survey: Survey, measured: Mapping[str, Measured], now: datetime
) -> Iterator[Check]:
    """INBOX and Sent: which, by what sign, how much is in them, and what else could be meant."""
    today = local_date(now)
    if survey.inbox is None:
        yield problem(
            "inbox",
            "The `inbox` that schools.toml names is not there, or only holds other folders.",
            "Correct `inbox` in schools.toml, or leave it out.",
        )
    elif survey.inbox.name not in measured:
        yield problem("inbox", _CLOSED, _OPEN_IT)
    else:
        said = _content(survey.inbox, measured, today)
        yield ok("inbox", f"{_name(survey.inbox, 'The `inbox` of schools.toml')}: {said}.")
    if survey.inboxes:
        yield _other_inboxes(survey, measured, today)
    yield _sent(survey, measured, today)
    fix = "Make it in the mail program, or correct `folders` in schools.toml."
    if survey.absent:
        named = ", ".join(f"the one for {word}" for word in survey.absent)
        yield problem("mark folders", f"Not there: {named}. Mail filed there is not seen.", fix)
    if survey.taken:
        named = ", ".join(f"the one for {word}" for word in survey.taken)
        yield problem("mark folders", f"INBOX or Sent itself: {named}. It marks nothing.", fix)


_CLOSED = "The server does not open this folder."
_OPEN_IT = "Ask who runs the mail server whether this login may read all of the mailbox."


def _other_inboxes(survey: Survey, measured: Mapping[str, Measured], today: date) -> Check:
    """Each by its place in the config: it may be called after a family."""
    read, unread = [], []
    for number, folder in enumerate(survey.inboxes, 1):
        which = f'"{folder.shown}"' if folder and folder.shown else f"number {number}"
        if folder is None or folder.name not in measured:
            unread.append(which)
        else:
            read.append(f"{which}: {_content(folder, measured, today)}")
    if unread:
        which = ", ".join(unread)
        said = (
            f"Not there, not to be opened, or Sent itself: {which}. Mail filed there is not seen."
        )
        return problem("inboxes", said, "Correct `inboxes` in schools.toml, or make the folder.")
    return ok("inboxes", f"Read as well, by `inboxes` of schools.toml: {'; '.join(read)}.")


def _sent(survey: Survey, measured: Mapping[str, Measured], today: date) -> Check:
    if survey.candidates:
        listed = "; ".join(
            f"{_name(f, 'one of another name')}, {_content(f, measured, today)}"
            for f in survey.candidates
        )
        return problem(
            "Sent",
            f"More than one folder could be Sent, and polls fail: {listed}.",
            'Set `sent = "..."` in schools.toml to the one in which replies lie.',
        )
    if survey.sent is None and survey.by is SentBy.CONFIG:
        return problem(
            "Sent",
            "The `sent` that schools.toml names is not there or cannot be Sent. Polls fail.",
            "Correct `sent` in schools.toml, or leave it out.",
        )
    if survey.sent is None:
        return problem(
            "Sent",
            "This mailbox shows no Sent folder, so no reply can be seen.",
            'Name it in schools.toml: `sent = "..."`. With Gmail, "Show in IMAP" may be off for it.',
        )
    if survey.sent.name not in measured:
        return problem("Sent", _CLOSED, _OPEN_IT)
    said = f"{_name(survey.sent, 'A folder of another name')} ({survey.by.value}): "
    said += f"{_content(survey.sent, measured, today)}."
    if not survey.others:
        return ok("Sent", said)
    also = "; ".join(
        f"{_name(f, 'one of another name')}, {_content(f, measured, today)}" for f in survey.others
    )
    said += f" Not read, though it looks like Sent: {also}."
    if _newer_elsewhere(survey, measured):
        fix = 'If replies lie there, set `sent = "..."` in schools.toml to it.'
        return warning("Sent", said, fix)
    return ok("Sent", said)


def _newer_elsewhere(survey: Survey, measured: Mapping[str, Measured]) -> bool:
    def newest(folder: FolderSeen) -> datetime | None:
        found = measured.get(folder.name)
        return found.newest if found else None

    own = newest(survey.sent) if survey.sent else None
    others = [at for f in survey.others if (at := newest(f))]
    return any(own is None or at > own + _OTHER_IS_NEWER for at in others)


def _name(folder: FolderSeen, otherwise: str) -> str:
    return f'"{folder.shown}"' if folder.shown else otherwise


def _content(folder: FolderSeen, measured: Mapping[str, Measured], today: date) -> str:
    found = measured.get(folder.name)
    if found is None:
        return "not looked into"
    if not found.messages:
        return "empty"
    newest = f", newest {words.moment(found.newest, today)}" if found.newest else ""
    return f"{many(found.messages, 'mail')}{newest}"


@dataclass(frozen=True, slots=True)
class Traffic:
    """The last 30 days of a mailbox. None: not known.

    `enquiries` and how many of them have a reply in Sent, from the ledger; `came` and `sent` are mails
    in the folders, from the server. `blind` as `status` judges it.
    """

    enquiries: int | None = None
    replied: int = 0
    blind: bool = False
    came: int | None = None
    sent: int | None = None


def check_replies(traffic: Traffic) -> Check:
    """Whether replies to parents can be seen: in Microsoft 365 they lie elsewhere by default."""
    name = "replies"
    if traffic.enquiries is not None:
        verb = "has" if traffic.replied == 1 else "have"
        said = (
            f"{many(traffic.enquiries, 'enquiry', 'enquiries')} in the last 30 days, "
            f"{traffic.replied} of them {verb} a reply in Sent."
        )
        if traffic.blind:
            return problem(
                name, f"{said} Replies are not visible: no figure can be trusted.", EXCHANGE
            )
        return ok(name, said)
    if traffic.came is None or traffic.sent is None:
        return skipped(name, "Neither the ledger nor the folders could be looked into.")
    said = f"{many(traffic.came, 'mail')} came in the last 30 days, {traffic.sent} lie in Sent."
    if traffic.came >= _MANY and traffic.sent <= _ALMOST_NONE * traffic.came:
        return warning(name, f"{said} Replies seem not to be visible.", EXCHANGE)
    return ok(name, said)


def check_emptied(line: MailboxLine) -> Iterator[Check]:
    """Folders that held many mails and none now, if there are any."""
    read = line.read
    if read is None or not read.emptied:
        return
    shown = {"INBOX": "INBOX", read.sent_folder: "Sent"}
    names = ", ".join(shown.get(folder, "another folder") for folder in read.emptied)
    yield warning(
        "emptied",
        f"Held {MANY} mails or more and is suddenly empty: {names}. What was open stays open.",
        "If nobody tidied up, ask who runs the mail server.",
    )


def check_polls(line: MailboxLine, now: datetime, *, explained: bool) -> Check:
    """When it was last read; `explained`: a problem above says why it cannot be read."""
    name, today, read = "last poll", local_date(now), line.read
    if read is None:
        return warning(name, "This mailbox was never polled.", "Run: commsla poll")
    tried = words.moment(read.last_try, today)
    if read.last_good is None:
        said = f"It was never read to the end; the last try was {tried}."
    else:
        said = f"Last read {words.moment(read.last_good, today)}"
        all_but = "; not all of it could be read." if read.last_good == read.last_try else ""
        said += (all_but or f"; the try of {tried} failed.") if read.trouble else "."
    if read.retry_after and now < read.retry_after:
        said += f" The server asked us to wait until {words.moment(read.retry_after, today)}."
    if line.stale and not explained:
        fix = "Run: commsla poll. Is its cron job or scheduled task still there?"
        return problem(name, said, fix)
    if line.stale or read.trouble:
        return warning(name, said, "Run: commsla poll. It says what failed.")
    return ok(name, said)
