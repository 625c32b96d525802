"""What the new words of a message mean; a mere suggestion where it is doubtful, and never a quotation.

Two errors do harm: a parent's question taken for a thank-you, and a promise to come back taken for the
answer. So a question goes before a thank-you, and a promise before an answer that is not plain.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from commsla.core.daysaid import days_said, has_clock
from commsla.core.model import Meaning
from commsla.core.phrases import Phrases, begins, fold, listed, says

_LONGEST = 8_000  # characters that are read: a letter has fewer
_HOLDING_WORDS = 90  # a longer letter that only promises is rare
_BOTH_WORDS = 25  # with a promise and an answer in it, more words than these are an answer
_FEW_WORDS = 8  # "Thanks, noted"
_CLOSER_WORDS = 80
_OTHER_WORDS = 25  # so much told beside a question may be the answer

_ABBREVIATION = re.compile(r"\b(mrs?|ms|dr|st|rev|prof|approx|inst|e\.g|i\.e|etc)\.", re.IGNORECASE)
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"')]?\s+")
_CLAUSE_END = re.compile(r"[,;:()\n]|\s[-–—]+\s|\b(?=(?:but|however)\b)")
_LINK = re.compile(r"(?:https?://|www\.)\S{1,300}", re.IGNORECASE)
_ADDRESS = re.compile(r"\w@\w")
_PRICE = re.compile(r"[£€]\s?\d")
_GREETING = re.compile(
    r"(?:hi|hello|dear|hey|hiya|good (?:morning|afternoon|evening)|morning|afternoon|evening)\b"
    r"(?:\s(?:all|both|there|everyone|team|sir|madam|again|and|&|to|mr|mrs|miss|ms|dr)\b\.?"
    r"|\s(?-i:[A-Z])[\w.'’-]{0,30}){0,8}\s?(?:[,!.:]|\s-|$)?",
    re.IGNORECASE,
)
_PROMISE = re.compile(
    r"(?<! you)(?<! please) (?:will|shall|am going to|are going to|is going to|need to|have to"
    r"|has to|let me|hope to|want to|would like to) (?:(?!not )\w+ ){0,3}?"
    r"(?:check|ask|find out|look|speak|talk|reply|respond|write|contact|update|investigate|raise"
    r"|review|consider|chase|show|pass|forward|get back|come back|be in touch|be contacted"
    r"|be informed|let you know|have an answer|know more|give you a (?:ring|call)|call|ring|phone) "
)
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
_PLAIN_ANSWER = listed("yes / no / yep / yup / nope / done / correct / all")
_NO_ANSWER = listed(
    """
    no problem / no worries / no idea / no news / yes thank / yes got / all the
    """
)
_ENCLOSED = listed(
    """
    find attached / attached is / i attach / we attach / have attached / enclosed
    attached the / is attached / are attached / here is / here are
    """
)
_NOTHING_ENCLOSED = listed("nothing / not attached / no attachment")

_MEETS = re.compile(
    r"(?<! you) (?:will|shall|can|could|would|going to|glad to|happy to) (?:\w+ ){0,2}"
    r"(?:call|ring|phone|telephone|meet) "
)
_CALL_US = re.compile(r" (?:call|ring|phone|email|contact|telephone) (?:us|me|the) ")
_WITH = re.compile(r" with (?:mr|mrs|miss|ms|dr|me|us|the (?:head|deputy|senco|class)) ")
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

_THANKS = listed(
    """
    thank / thanks / thank you / many thanks / thankyou / ta / cheers / great thanks
    """
)
_HARD_REQUEST = listed(
    """
    could / can / would / will you / please / pls / need / but / however / not
    """
)
_ASKED_BEFORE = re.compile(
    r" (?:said|told|promised|agreed) (?:\w+ ){0,5}(?:would|will|was going to) (?:\w+ )?"
    r"(?:ring|call|phone|reply|respond|write|get back|come back|email|be in touch|contact|look) "
    r"| (?:wrote|emailed|asked|messaged|rang|called|sent)(?: \w+){0,6} (?:ago|last week|last month) "
)
_DISMISSES = listed(
    """
    please ignore / please disregard / ignore my / never mind / nevermind / no need to
    no longer need / no further action / do not need to do anything
    """
)
_DENIES = listed("not / never / nobody / no one / nothing / none")
_TELLS = re.compile(r" (?:i|we|he|she|they|it|my|his|her|our|their|son|daughter) ")


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
    sentences = _sentences(words)
    if not sentences:
        return Reading(Meaning.UNKNOWN, False, "no words of its own")
    if (arranged := _arranged(sentences, phrases, written)) is not None:
        return arranged
    count = len(fold(" ".join(sentences)).split())
    signs = [_signs(s, phrases, written) for s in sentences]
    promises = any("promise" in s for s in signs)
    asks = any("ask" in s for s in signs)
    plain = any("fact" in s for s in signs)
    answers = plain or any("answer" in s for s in signs)
    other = sum(len(s.split()) for s, sign in zip(sentences, signs, strict=True) if "other" in sign)
    if asks and answers:
        return Reading(Meaning.FULL, True, "an answer and a question back")
    if asks:
        doubt = promises or other > _OTHER_WORDS
        return Reading(Meaning.QUESTION_BACK, doubt, "a question back, no answer")
    if promises and answers:
        if plain or count > _BOTH_WORDS:
            return Reading(Meaning.FULL, True, "an answer, and a promise to come back")
        return Reading(Meaning.HOLDING, True, "a promise to come back, perhaps an answer")
    if promises:
        if count > _HOLDING_WORDS:
            return Reading(Meaning.FULL, True, "a promise to come back in a long letter")
        return Reading(Meaning.HOLDING, False, "a promise to come back, no answer")
    if answers:
        return Reading(Meaning.FULL, False, "an answer, no promise to come back")
    if not other:
        return Reading(Meaning.HOLDING, False, "thanks only")
    if count < _FEW_WORDS:
        return Reading(Meaning.HOLDING, True, "a few words, no answer seen")
    return Reading(Meaning.FULL, True, "no promise to come back, but no plain answer either")


def read_theirs(words: str, phrases: Phrases) -> Reading:
    """What a parent's further mail means by its words alone; the state of the case is not known here.

    A chaser is one only while we owe an answer, and a supplement after the answer is a question.
    """
    text = _LINK.sub(" ", words[:_LONGEST])
    sentences = _sentences(text)
    urgent = sounds_urgent(words, phrases)
    if not sentences:
        if "?" in words:
            return Reading(Meaning.CHASER, False, "a question mark alone")
        return Reading(Meaning.UNKNOWN, False, "no words of its own")
    clauses = [f for s in sentences for c in _CLAUSE_END.split(s) if (f := fold(c)).strip()]
    whole = [fold(s) for s in sentences]
    count = sum(len(w.split()) for w in whole)
    own = [c for c in clauses if not begins(c, _THANKS)]
    if any(says(c, phrases.chaser) for c in own) or any(map(_ASKED_BEFORE.search, whole)):
        return Reading(Meaning.CHASER, count > _CLOSER_WORDS, "asks after an answer", urgent=urgent)
    if "?" in text:
        return Reading(Meaning.QUESTION, False, "a question mark", urgent=urgent)
    rest = [_without(c, phrases.closer) for c in clauses]
    thankful = [begins(c, _THANKS) for c in clauses]
    wanted = (
        (r, _HARD_REQUEST if t else phrases.request) for r, t in zip(rest, thankful, strict=True)
    )
    if urgent or any(says(r, signs) for r, signs in wanted):
        return Reading(Meaning.QUESTION, False, "asks or objects", urgent=urgent)
    if any(says(r, _DENIES) for r in rest):
        return Reading(Meaning.QUESTION, True, "something is denied")
    closes = [says(c, phrases.closer) for c in clauses]
    tells = [c for c, closing in zip(clauses, closes, strict=True) if not closing and _is_fact(c)]
    if not any(closes):
        return Reading(Meaning.SUPPLEMENT, True, "nothing asked, no thanks")
    if tells and not any(says(c, _DISMISSES) for c in clauses):
        return Reading(Meaning.QUESTION, True, "thanks, and something told besides")
    if count >= _CLOSER_WORDS:
        return Reading(Meaning.QUESTION, True, "thanks in a long letter")
    return Reading(Meaning.CLOSER, False, "thanks or assent, nothing asked")


def sounds_urgent(words: str, phrases: Phrases) -> bool:
    """Whether a word of danger stands in it; no finding, only a reason to look soon."""
    return says(fold(words[:_LONGEST]), phrases.urgent)


def _sentences(words: str) -> list[str]:
    """Sentences and headings without greeting; a wrapped line goes on, a short one ends."""
    text = ""
    last = ""
    for raw in words[:_LONGEST].splitlines():
        line = " ".join(raw.split())
        wrapped = len(last) >= 55 and not last.endswith((".", "!", "?", ":"))
        wrapped = wrapped or (line[:1].islower() and last[-1:].isalnum())
        text += (" " if last and line and wrapped else "\n") + line
        last = line
    text = _ABBREVIATION.sub(r"\1", text)
    found = [s for line in text.split("\n") for s in _SENTENCE_END.split(line)]
    for number, sentence in enumerate(found[:3]):
        if hit := _GREETING.match(sentence.strip()):
            found[number] = sentence.strip()[hit.end() :]
    return [s.strip() for s in found if fold(s).strip()]


def _signs(sentence: str, phrases: Phrases, written: date) -> set[str]:
    """What one sentence of ours does: promise, ask, answer, state a fact, or something other."""
    whole = fold(sentence)
    if says(whole, _OFFER):
        return set()
    if begins(whole, _COURTESY):
        first, _, rest = _first_clause(sentence)
        if not fold(rest).strip() or says(fold(first), phrases.holding):
            return {"promise"} if says(whole, phrases.holding) or _PROMISE.search(whole) else set()
        sentence, whole = rest, fold(rest)
    enclosed = says(whole, _ENCLOSED) and not says(whole, _NOTHING_ENCLOSED)
    promise = says(whole, phrases.holding) or _PROMISE.search(whole) is not None
    if sentence.endswith("?") or says(whole, phrases.question_back):
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
    elif not promise and any(days_said(sentence, written)):
        found.add("answer")
    return found or {"other"}


def _first_clause(sentence: str) -> tuple[str, str, str]:
    hit = re.search(r",|;|:|\s[-–—]+\s", sentence)
    return (sentence[: hit.start()], hit[0], sentence[hit.end() :]) if hit else (sentence, "", "")


def _arranged(sentences: list[str], phrases: Phrases, written: date) -> Reading | None:
    """A day or an hour for a call or a meeting, named in one sentence or in the next."""
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
        day = days[0] if len(days) == 1 else None
        why = (
            "a day for a call or a meeting" if day else "a call or a meeting, its day is not clear"
        )
        return Reading(Meaning.ARRANGES, day is None, why, day)
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
    if not says(whole, phrases.holding):
        return sentence
    # "I will ask tomorrow and ring you": the day must belong to the call.
    low = sentence.casefold()
    starts = [n for p in phrases.arranges if (n := low.find(p.casefold())) >= 0]
    return sentence[min(starts) :] if starts else None


def _without(clause: str, phrases: tuple[str, ...]) -> str:
    """A clause without the phrases of more than one word: in "please ignore" nothing is asked."""
    for phrase in phrases:
        if " " in phrase and (folded := fold(phrase)) in clause:
            clause = clause.replace(folded, " | ")
    return clause


def _is_fact(clause: str) -> bool:
    """More than a name or a mere exclamation."""
    return len(clause.split()) > 3 or _TELLS.search(clause) is not None
