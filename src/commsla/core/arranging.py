"""Whether a reply of ours arranges a call or a meeting with the parent, and for which days it does."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from commsla.core.daysaid import days_said, has_clock
from commsla.core.pending import away
from commsla.core.phrases import Phrases, fold, listed, says

_MEETS = re.compile(
    r"(?<! you) (?:will|shall|can|could|would|going to|glad to|happy to) (?:\w+ ){0,2}"
    r"(?:call|ring|phone|telephone|meet) "
)
_CALL_US = re.compile(r" (?:call|ring|phone|email|contact|telephone) (?:us|me|the) ")
_WITH = re.compile(
    r" (?:with|see|meet) (?:mr|mrs|miss|ms|dr|me|us|the (?:head|deputy|senco|class)) "
)
_REFUSED = listed(
    """
    can not make / can not see you / can not meet / unable to / not able to / not available
    not free / no appointments / no slots
    """
)
_PUBLIC = listed(
    """
    staff meeting / governors meeting / pta meeting / team meeting / wear / uniform
    costume / kit / fancy dress
    """
)


def days_arranged(
    sentences: Sequence[str], phrases: Phrases, written: date
) -> tuple[date | None, ...] | None:
    """The days on which a call or a meeting with the parent is to be; None where none is arranged.

    A day or an hour must be named with it, in one sentence or in the next; () where only an hour is.
    """
    for number, sentence in enumerate(sentences):
        where = _meeting(sentence, phrases, written)
        if where is None:
            continue
        days = days_said(where, written)
        if not days and not has_clock(where):
            following = sentences[number + 1 : number + 2]
            where = following[0] if following and len(following[0].split()) <= 12 else ""
            days = days_said(where, written)
            if says(fold(where), phrases.holding) or not (days or has_clock(where)):
                continue
        return days
    return None


def _meeting(sentence: str, phrases: Phrases, written: date) -> str | None:
    """The part of a sentence that speaks of a call or meeting with the parent, if any does."""
    whole = _CALL_US.sub(" ", fold(sentence))
    if says(whole, _REFUSED) or says(whole, _PUBLIC):
        return None
    direct = says(whole, phrases.arranges) or _MEETS.search(whole)
    agreed = _WITH.search(whole) and has_clock(sentence) and any(days_said(sentence, written))
    if not (direct or agreed):
        return None
    if not (says(whole, phrases.holding) or away(whole)):
        return sentence
    # "I will ask tomorrow and ring you", "is back on Monday": the day must belong to the call.
    low = sentence.casefold()
    starts = [n for p in phrases.arranges if (n := low.find(p.casefold())) >= 0]
    return sentence[min(starts) :] if starts else None
