"""Whether a reply of ours arranges a call or a meeting with the parent, and for which days it does."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from commsla.core.daysaid import days_said, has_clock
from commsla.core.pending import away
from commsla.core.phrases import DEFAULT, Phrases, fold, listed, says

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

# Most meetings that an office speaks of are those of others: that it is the parent's must be said.
_DAY = r"(?:(?:mon|tues|wednes|thurs|fri)day|today|tomorrow|this)"
_ASKED = r"asked|note|reminded|told|hopes?|hoping|aims?|aiming|try|tries|trying|wants?|expects?"
_RELUCTANT = re.compile(  # that she was asked to ring is not yet that she does
    rf" (?:{_ASKED}) (?:him |her |them )?to (?:\w+ ){{0,2}}?(?:call|ring|phone|telephone|meet|speak"
    r"|talk|see|give) (?:to |with )?you "
)
_YOURS = re.compile(
    r" (?:call|calling|ring|ringing|phone|phoning|telephone|meet|meeting|see|seeing|visit|catch|show"
    r"|invite|(?:speak|talk|chat|meet|speaking|talking|chatting|meeting|appointment|call) (?:to|with)"
    r"|give|contact) you (?!soon |the (?!\d)|all the |an? (?:form|letter|copy|message|note|reply) )"
    r"| (?:book|booked|pencilled|put) you (?!(?:in |down )?for an? (?:reply|answer|response|place) )"
    r"| (?:join|visit|see|meet|with) us | with you | with me | if you | (?:can|could|shall) we "
    r"| you (?:now |have |been |are )*(?:an? |welcome to |able to |like to |free to )?(?:appointment|meeting"
    r"|slot|booked|come|pop|drop|call in|visit|see|meet|speak|talk) "
    r"| (?:suits?|works? for|good for|convenient for|all right for|okay? for|like to for) you "
    r"| your (?:\w+ )?(?:appointment|meeting|slot|visit|tour|chat|call) | let's | let us "
    r"| (?:please|do) (?:come|pop|drop|call|join|visit|see|meet) "
    r"|^ (?:\w+ ){0,1}(?:come|pop|drop) (?:in|by|along|and|to|round|over|for) "
    # whom is not said, and nobody else is: "Mrs Marsh will phone on Friday", "Monday at 9 is fine"
    rf"| (?:will|shall|can|could|to) (?:call|ring|phone|telephone|meet) (?:on|at|about|before|after|{_DAY}) "
    r"|^ (?:\w+ ){0,5}?(?:fine|ok|okay|confirmed|booked|agreed|good|great|perfect) "
)
_GROUPS = (
    r"(?:staff|governors?|trustees?|panel|committee|board|council|trust|teachers|heads|headteachers|teams?"
    r"|leadership|briefing|agenda|firm|caterers|inspectors?|plumber|nurse|doctor)"
)
_WHEN_PUBLIC = re.compile(r" (?:staff|governors|pta|parents) meeting (?:is|was|will be) (?:on|at) ")
_OTHERS = re.compile(
    rf" (?:the|our|their|a|all|our \w+|\w+ for|the \w+|and) {_GROUPS} | of {_GROUPS} "
    r"| (?:has|have|had|is|are|am|was|be|there|making|made|another) (?:\w+ ){0,2}?(?:an?|another|on) "
    r"(?:\w+ ){0,2}?(?:meeting|call|appointment|visit|tour|slot|catch up|chat) "
    r"| (?:i|we|he|she|they|mr|mrs|miss|ms|dr) (?:\w+ ){0,3}?(?:see|seeing|meets?|meeting|catch up|come in"
    r"|drop in|talk|speak|discuss|do|made?|put it) "
    r"| to (?:\w+ )?(?:discuss|talk|read|look|help|give) | can do | (?:a|the) (?:\w+ )?(?:meeting|chat) "
)


@dataclass(frozen=True, slots=True)
class Arranged:
    """The days that are named, None for one that is not clear; () where only an hour is.

    `sure` where the words say that the call or the meeting is the parent's own.
    """

    days: tuple[date | None, ...]
    sure: bool


def days_arranged(sentences: Sequence[str], phrases: Phrases, written: date) -> Arranged | None:
    """For when a call or a meeting with the parent is to be; None where none is arranged.

    A day or an hour must be named with it, in one sentence or in the next.
    """
    perhaps = None
    for number, sentence in enumerate(sentences):
        where = _meeting(sentence, phrases, written)
        if where is None or is_of_others(sentence, phrases):
            continue
        days = days_said(where, written)
        if not days and not has_clock(where):
            following = sentences[number + 1 : number + 2]
            where = following[0] if following and len(following[0].split()) <= 12 else ""
            days = days_said(where, written)
            if says(fold(where), phrases.holding) or not (days or has_clock(where)):
                continue
        found = Arranged(days, _is_yours(fold(sentence), phrases))
        if found.sure:
            return found
        perhaps = perhaps or found
    return perhaps


def is_of_others(sentence: str, phrases: Phrases) -> bool:
    """Whether it is others who meet or call each other, or only somebody who has a thing to do."""
    whole = fold(sentence)
    if _WHEN_PUBLIC.search(whole) or " please " in whole:
        return False
    return bool(_OTHERS.search(whole) or _RELUCTANT.search(whole)) and not _is_yours(whole, phrases)


def _is_yours(whole: str, phrases: Phrases) -> bool:
    own = tuple(
        p for p in phrases.arranges if p not in DEFAULT.arranges
    )  # a school knows its words
    return says(whole, own) or _YOURS.search(_RELUCTANT.sub(" ", whole)) is not None


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
