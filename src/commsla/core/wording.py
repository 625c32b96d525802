"""What the new words of a message mean; a mere suggestion where it is doubtful, and never a quotation.

Two errors do harm: a parent's question taken for a thank-you, and a promise to come back taken for the
answer. So a question goes before a thank-you, and a promise before an answer that is not plain.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from commsla.core.arranging import days_arranged, is_of_others
from commsla.core.daysaid import days_said, has_clock
from commsla.core.model import Meaning
from commsla.core.pending import is_boilerplate, pends, promises, puts_off
from commsla.core.phrases import Phrases, begins, fold, listed, says, without
from commsla.core.sentences import LONGEST, clauses, first_clause, sentences
from commsla.core.thanking import THANKS, tells, wants

_HOLDING_WORDS = 90  # a longer letter that only promises is rare
_BOTH_WORDS = 25  # with a promise and an answer in it, more words than these are an answer
_FEW_WORDS = 8  # "Thanks, noted"
_CLOSER_WORDS = 80
_OTHER_WORDS = 25  # so much told beside a question may be the answer

_LINK = re.compile(r"(?:https?://|www\.)\S{1,300}", re.IGNORECASE)
_ADDRESS = re.compile(r"\w@\w")
_PRICE = re.compile(r"[£€]\s?\d")
_COURTESY = listed(
    """
    thank you / thanks / many thanks / thankyou / ta / sorry / so sorry / i am sorry
    i am so sorry / we are sorry / apologies / my apologies / noted / received
    well received / good question / ok / okay / no problem / will do
    """
)
_OFFER = listed(
    """
    if there is any / if anything / if you have any / if you need / should you
    do not hesitate / feel free / any questions / any further questions / anything else
    does that help / hope this helps / hope that helps
    """
)
_PLAIN_ANSWER = listed("yes / no / yep / yup / nope / done / correct / all done / all sorted")
_NO_ANSWER = listed(
    """
    no problem / no worries / no idea / no news / yes thank / yes got / all the / all noted / all received
    all in hand / all good
    """
)
_ENCLOSED = listed(
    """
    find attached / attached is / i attach / we attach / have attached / enclosed
    attached the / is attached / are attached / here is / here are
    """
)
_NOTHING_ENCLOSED = listed("nothing / not attached / no attachment")

_PLEASE_SAY = re.compile(
    r" please (?!see |look |find |note |check )(?:\w+ ){1,4}(?:which|what|when|whether|who|how many) "
)
_REPORTED = re.compile(
    r"(?<! what) \w+ (?:says|say|tells me|confirms|advises|has confirmed|have confirmed) "
)
_HARD_REQUEST = listed(
    """
    could / can / would / will you / please / pls / need / but / however / not
    """
)
_ASKED_BEFORE = re.compile(
    r" (?:said|told|promised|agreed) (?:\w+ ){0,5}(?:would|will|was going to) (?:\w+ )?"
    r"(?:hear|have|ring|call|phone|reply|respond|write|get back|come back|email|be in touch|contact|look) "
    r"| (?:wrote|emailed|asked|messaged|rang|called|sent)(?: \w+){0,6} (?:ago|last week|last month) "
    r"| it (?:has|is) (?:now )?(?:been )?(?:\w+ ){1,3}(?:days|weeks?|months?) "
    r"| (?:has|have|did|is|was) (?:anyone|anybody|someone|somebody) (?:\w+ )?"
    r"(?:manage|managed|speak|spoken|find|found"
    r"|look|looked|looking|see|seen|read|deal|dealt|dealing|get|got) "
)
_DISMISSES = listed(
    """
    please ignore / please disregard / ignore my / never mind / nevermind / no need to
    no longer need / no further action / do not need to do anything
    """
)
_DENIES = listed("not / never / nobody / no one / nothing / none")


@dataclass(frozen=True, slots=True)
class Reading:
    """What new words mean. `why` is for the screen and never repeats what was written.

    `day` is for when a call or a meeting was arranged, None where that is not clear; `urgent` only
    suggests that somebody look at once. `doubtful` asks a person to check.
    """

    meaning: Meaning
    doubtful: bool
    why: str
    day: date | None = None
    urgent: bool = False


def read_ours(words: str, phrases: Phrases, written: date) -> Reading:
    """What a reply of ours means to the parent; `written` is its local date. `urgent` stays False."""
    said = sentences(words)
    if not said:
        return Reading(Meaning.UNKNOWN, False, "no words of its own")
    if (arranged := days_arranged(said, phrases, written)) is not None:
        day = arranged.days[0] if len(arranged.days) == 1 else None
        why = (
            "a call or a meeting, its day is not clear"
            if day is None
            else "a day for a call or a meeting"
            if arranged.sure
            else "a day for a call or a meeting, perhaps of others"
        )
        return Reading(Meaning.ARRANGES, day is None or not arranged.sure, why, day)
    count = len(fold(" ".join(said)).split())
    signs = [_signs(s, phrases, written) for s in said]
    promised = any("promise" in s for s in signs)
    waits = any("wait" in s for s in signs)
    asks = any("ask" in s for s in signs)
    plain = any("fact" in s for s in signs)
    answers = plain or any("answer" in s for s in signs)
    other = sum(len(s.split()) for s, sign in zip(said, signs, strict=True) if "other" in sign)
    if asks and answers:
        return Reading(Meaning.FULL, True, "an answer and a question back")
    if asks:
        doubt = promised or other > _OTHER_WORDS
        return Reading(Meaning.QUESTION_BACK, doubt, "a question back, no answer")
    if promised and answers:
        if plain or count > _BOTH_WORDS:
            return Reading(Meaning.FULL, True, "an answer, and a promise to come back")
        return Reading(Meaning.HOLDING, True, "a promise to come back, perhaps an answer")
    if promised:
        if count > _HOLDING_WORDS:
            return Reading(Meaning.FULL, True, "a promise to come back in a long letter")
        return Reading(Meaning.HOLDING, False, "a promise to come back, no answer")
    if waits and (answers or other > _OTHER_WORDS):
        return Reading(Meaning.FULL, True, "an answer, and something that may be still to come")
    if waits:
        return Reading(Meaning.HOLDING, True, "something is still to come, no answer seen")
    if answers:
        return Reading(Meaning.FULL, False, "an answer, no promise to come back")
    if not any(signs):
        return Reading(Meaning.HOLDING, False, "thanks only")
    if any("day" in s for s in signs):
        return Reading(Meaning.FULL, True, "a day is named, no other answer")
    if count < _FEW_WORDS:
        return Reading(Meaning.HOLDING, True, "a few words, no answer seen")
    return Reading(Meaning.FULL, True, "no promise to come back, but no plain answer either")


def read_theirs(words: str, phrases: Phrases) -> Reading:
    """What a parent's further mail means by its words alone; the state of the case is not known here.

    A chaser is one only while we owe an answer, and a supplement after the answer is a question.
    """
    text = _LINK.sub(" ", words[:LONGEST])
    said = sentences(text)
    urgent = sounds_urgent(words, phrases)
    if not said:
        if "?" in words:
            return Reading(Meaning.CHASER, False, "a question mark alone")
        return Reading(Meaning.UNKNOWN, False, "no words of its own")
    written = [c for s in said for c in clauses(s)]
    parts = [folded for _, folded in written]
    whole = [fold(s) for s in said]
    count = sum(len(w.split()) for w in whole)
    own = [c for c in parts if not begins(c, THANKS)]
    dismissed = any(says(c, _DISMISSES) for c in parts)
    chases = any(says(c, phrases.chaser) for c in own) or any(map(_ASKED_BEFORE.search, whole))
    if chases and not dismissed:
        return Reading(Meaning.CHASER, count > _CLOSER_WORDS, "asks after an answer", urgent=urgent)
    if "?" in text:
        return Reading(Meaning.QUESTION, False, "a question mark", urgent=urgent)
    rest = [without(c, phrases.closer) for c in parts]
    thankful = [begins(c, THANKS) for c in parts]
    wanted = (
        (r, _HARD_REQUEST if t else phrases.request) for r, t in zip(rest, thankful, strict=True)
    )
    if urgent or any(says(r, signs) for r, signs in wanted):
        return Reading(Meaning.QUESTION, False, "asks or objects", urgent=urgent)
    if not dismissed and any(map(wants, (*rest, *parts))):
        return Reading(Meaning.QUESTION, True, "asks or objects, perhaps")
    if any(says(r, _DENIES) for r in rest):
        return Reading(Meaning.QUESTION, True, "something is denied")
    closes = [says(c, phrases.closer) for c in parts]
    told = any(tells(c, f, closing) for (c, f), closing in zip(written, closes, strict=True))
    if not any(closes):
        return Reading(Meaning.SUPPLEMENT, True, "nothing asked, no thanks")
    if told and not dismissed:
        return Reading(Meaning.QUESTION, True, "thanks, and something told besides")
    if count >= _CLOSER_WORDS:
        return Reading(Meaning.QUESTION, True, "thanks in a long letter")
    return Reading(Meaning.CLOSER, False, "thanks or assent, nothing asked")


def sounds_urgent(words: str, phrases: Phrases) -> bool:
    """Whether a word of danger stands in it; no finding, only a reason to look soon."""
    return says(fold(words[:LONGEST]), phrases.urgent)


def _signs(sentence: str, phrases: Phrases, written: date) -> set[str]:
    """What one sentence of ours does: promise, ask, answer, state a fact, or something other."""
    whole = fold(sentence)
    if is_boilerplate(whole):
        return set()
    if says(whole, _OFFER):
        return {"answer", "fact"} if says(whole, _ENCLOSED) else set()
    if begins(whole, _COURTESY):
        first, rest = first_clause(sentence)
        if not fold(rest).strip() or says(fold(first), phrases.holding):
            return {"promise"} if promises(whole, phrases) else set()
        sentence, whole = rest, fold(rest)
    enclosed = says(whole, _ENCLOSED) and not says(whole, _NOTHING_ENCLOSED)
    promise = promises(whole, phrases)
    if puts_off(whole):
        return {"promise"}
    if sentence.endswith("?") or says(whole, phrases.question_back) or _PLEASE_SAY.search(whole):
        return {"ask", "answer", "fact"} if enclosed else {"ask"}
    found = {"promise"} if promise else set()
    if enclosed:
        found |= {"answer", "fact"}
    said_plainly = begins(whole, _PLAIN_ANSWER) and not begins(whole, _NO_ANSWER)
    if said_plainly or says(whole, phrases.answers):
        found.add("answer")
    if not promise and (
        _LINK.search(sentence)
        or _ADDRESS.search(sentence)
        or _PRICE.search(sentence)
        or has_clock(sentence)
    ):
        found |= {"answer", "fact"}
    elif not promise and _REPORTED.search(whole):
        found.add("answer")
    elif not found and any(days_said(sentence, written)):
        found.add("day")
    dated = "fact" in found or any(days_said(sentence, written))
    if not promise and (pends(whole) or (dated and is_of_others(sentence, phrases))):
        # "She says she needs more time": what is only reported of her is no answer then.
        kept = {"answer"} if said_plainly or says(whole, phrases.answers) else set()
        found = {"wait"} | kept | (found & {"fact"} if enclosed else set())
    return found or {"other"}
