"""Rules about the folders of a mailbox: what one of them is, no other key may say otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from unicodedata import normalize

from commsla.edges.config import values
from commsla.edges.config.lines import Loc
from commsla.edges.config.sentences import Problem

Raw = dict[str, Any]


def check(loc: Loc, mailbox: Raw) -> Iterator[Problem]:
    """Every folder that is told to be two things."""
    yield from _marks(loc, mailbox)
    yield from _inboxes(loc, mailbox)
    if mailbox.get("all_mail") is True:
        for key in ("inbox", "inboxes", "sent"):
            if key in mailbox:
                yield (
                    (*loc, key),
                    f"`all_mail` reads every folder, Sent among them. Take `{key}` out.",
                )
    inbox, sent = mailbox.get("inbox", "INBOX"), mailbox.get("sent")
    if isinstance(sent, str) and isinstance(inbox, str):
        folded = _same_name(sent)
        if folded and folded in (_same_name(inbox), "inbox"):
            yield (
                (*loc, "sent"),
                "`sent` is the inbox: its mail would count as our answers. Write the folder of "
                "sent mail, or leave `sent` out and it is looked for.",
            )


def other_inboxes(inbox: str, inboxes: Sequence[str]) -> tuple[str, ...]:
    """The folders of `inboxes` beside the inbox itself, which is always read."""
    return tuple(name.strip() for name in inboxes if _same_name(name) != _same_name(inbox))


def _marks(loc: Loc, mailbox: Raw) -> Iterator[Problem]:
    """A folder whose mail is marked by lying there must be one of its own."""
    taken = {"inbox": "the inbox"}
    for key, what in (("inbox", "the inbox"), ("sent", "the folder of sent mail")):
        if isinstance(name := mailbox.get(key), str) and name.strip():
            taken.setdefault(_same_name(name), what)
    for name in _texts(mailbox.get("inboxes")):
        taken.setdefault(_same_name(name), "one of `inboxes`")
    seen: set[str] = set()
    folders = mailbox.get("folders")
    for name in folders if isinstance(folders, dict) else ():
        folded, shown = _same_name(name), values.shown(name.strip())
        if not folded:
            yield (
                (*loc, "folders"),
                'a folder without a name. Write for example folders = { "Phoned" = "called" }.',
            )
        elif wrong := _unreadable(name):
            yield (
                (*loc, "folders"),
                f'the folder {shown} {wrong}. Write for example folders = {{ "Phoned" = "called" }}.',
            )
        elif folded in taken:
            yield (
                (*loc, "folders", name),
                f"the folder {shown} is {taken[folded]}: all of its mail would be marked. Write a folder "
                "into which only such mail is moved.",
            )
        elif folded in seen:
            yield (*loc, "folders", name), f"the folder {shown} is there twice. Write it once."
        seen.add(folded)


def _inboxes(loc: Loc, mailbox: Raw) -> Iterator[Problem]:
    sent = mailbox.get("sent")
    sent = _same_name(sent) if isinstance(sent, str) else ""
    seen: set[str] = set()
    items = mailbox.get("inboxes")
    for number, name in enumerate(items if isinstance(items, list) else ()):
        if not isinstance(name, str) or not (folded := _same_name(name)):
            continue
        shown = values.shown(name.strip())
        if folded == sent:
            yield (
                (*loc, "inboxes", number),
                f"the folder {shown} is the folder of sent mail: our answers would count as "
                "enquiries. Take it out of `inboxes`.",
            )
        elif folded in seen:
            yield (*loc, "inboxes", number), f"the folder {shown} is there twice. Write it once."
        seen.add(folded)


def _unreadable(name: str) -> str:
    """What is wrong with a key that is to be a folder's name, as of any other text."""
    try:
        values.read_text(name)
    except values.WrongValueError as error:
        return str(error)
    return ""


def _texts(items: object) -> list[str]:
    return [i for i in items if isinstance(i, str)] if isinstance(items, list) else []


def _same_name(folder: str) -> str:
    return normalize("NFC", folder.strip()).casefold()
