"""Which cases and messages a few words name: by who wrote, about what, reference or role."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import replace

from commsla.core.case import Case, NotTracked
from commsla.core.model import Message
from commsla.core.today import Status

_PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe"})


def found(status: Status, words: str) -> Status:
    """Only what all these words are found in, open or settled, tracked or not.

    Capitals and accents make no difference, and a part of a name is enough. A reference or a number
    (`N42`, `m123`) must be the whole of it: N4 is not N42.
    """
    wanted = _fold(words).split()
    return replace(
        status,
        find=words,
        cases=tuple(j for j in status.cases if _all_in(wanted, *_of_case(j.case))),
        not_tracked=tuple(n for n in status.not_tracked if _all_in(wanted, *_of_message(n))),
    )


def _all_in(wanted: Iterable[str], text: str, names: set[str]) -> bool:
    return all(word in text or word in names for word in wanted)


def _of_case(case: Case) -> tuple[str, set[str]]:
    writer = case.writer
    said = [case.owner, *((writer.name, writer.address) if writer else ())]
    for message in case.messages:
        said += _said(message)
    numbers = {f"m{m.id}" for m in case.messages}
    return _text(said), numbers | {str(case.reference).casefold()}


def _of_message(item: NotTracked) -> tuple[str, set[str]]:
    return _text(_said(item.message)), {f"m{m.id}" for m in item.copies}


def _said(message: Message) -> list[str | None]:
    sender = message.sender
    return [message.subject, *((sender.name, sender.address) if sender else ())]


def _text(said: Iterable[str | None]) -> str:
    return _fold("\n".join(text for text in said if text))


def _fold(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in apart if not unicodedata.combining(c)).translate(_PLAIN)
