"""The words by which an office's and a parent's mail are told apart: plain phrases, and no rule.

A phrase is found whole words at a time, whatever the capitals, the spaces, the hyphens and the shape
of the apostrophe; "we'll" and "we will" are the same. A school adds its own; the defaults stay.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from functools import lru_cache

RULES = 3  # raise it when wording.py reads the same words otherwise

_PLAIN = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'", "ʼ": "'"})
# Typed on telephones without their apostrophe; "ill", "well", "were", "shell" stay what they are.
_SHORT = re.compile(
    r"(?<![\w'])(?:(ca|wo|do|does|did|is|are|was|have|has|had|could|would|should)n'?t"
    r"|(i|you|he|she|it|we|they|that|there|what|who|when|where|how|name|school|office|somebody"
    r"|someone|head)'(ll|ve|re|m|d|s)|(what|that|there)s|ive|youve|weve|im|youre|theyre|cannot)(?![\w'])"
)
_LONG = {"ll": "will", "ve": "have", "re": "are", "m": "am", "d": "would", "s": "is"}
_ONE_WORD = {
    "cannot": "can not",
    "ive": "i have",
    "youve": "you have",
    "weve": "we have",
    "im": "i am",
    "youre": "you are",
    "theyre": "they are",
}


def fold(text: str) -> str:
    """The words of a text, one space between them and at both ends; signs that mean nothing are out."""
    low = _SHORT.sub(_spelt_out, unicodedata.normalize("NFC", text).casefold().translate(_PLAIN))
    return f" {' '.join(''.join(map(_kept, low)).split())} "


def _spelt_out(hit: re.Match[str]) -> str:
    if hit[1]:
        stem = {"ca": "can", "wo": "will"}.get(hit[1], hit[1])
        return f"{stem} not"
    if hit[2]:
        return f"{hit[2]} {_LONG[hit[3]]}"
    return f"{hit[4]} is" if hit[4] else _ONE_WORD[hit[0]]


def _kept(char: str) -> str:
    if char.isalnum() or char in "'£€@":
        return char
    kind = unicodedata.category(char)
    if kind == "So":
        return f" {char} "  # an emoji is a word
    return "" if kind[0] == "M" or kind in ("Sk", "Cf") else " "


@lru_cache(maxsize=64)
def _folded(phrases: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f for p in phrases if (f := fold(p)).strip())


def says(folded: str, phrases: tuple[str, ...]) -> bool:
    """Whether one of the phrases stands in words that went through `fold`."""
    return any(p in folded for p in _folded(phrases))


def begins(folded: str, phrases: tuple[str, ...]) -> bool:
    """Whether they begin with one of the phrases."""
    return folded.startswith(_folded(phrases))


def without(folded: str, phrases: tuple[str, ...]) -> str:
    """The words less each phrase of two words or more: in "please ignore" nothing is asked."""
    for phrase in _folded(phrases):
        if phrase.count(" ") > 2:
            folded = folded.replace(phrase, " | ")
    return folded


@dataclass(frozen=True, slots=True)
class Phrases:
    """Plain phrases by what they say; the first four of ours, the rest of a parent's mail."""

    holding: tuple[str, ...]
    answers: tuple[str, ...]
    arranges: tuple[str, ...]
    question_back: tuple[str, ...]
    chaser: tuple[str, ...]
    closer: tuple[str, ...]
    request: tuple[str, ...]
    urgent: tuple[str, ...]

    def with_more(self, **more: Iterable[str]) -> Phrases:
        """These and a school's own: `with_more(holding=("on my list",))`; TypeError for another name."""
        added = {name: (*getattr(self, name, ()), *own) for name, own in more.items()}
        return replace(self, **added)

    @property
    def version(self) -> str:
        """Eight hex digits that change when a phrase or a rule does; order and capitals are nothing."""
        said = [f"rules {RULES}"]
        for field in fields(self):
            said += [field.name, *sorted(set(_folded(getattr(self, field.name))))]
        return hashlib.sha256("\n".join(said).encode()).hexdigest()[:8]


def listed(text: str) -> tuple[str, ...]:
    """The phrases of a text; "/" and line ends stand between them."""
    return tuple(p.strip() for line in text.splitlines() for p in line.split("/") if p.strip())


DEFAULT = Phrases(
    holding=listed(
        """
        get back to you / come back to you / getting back to you / be in touch / be in contact
        look into / looking into / looking at this / investigating / investigate
        see what we can do / find out / finding out / leave it with / leave this with / bear with
        let me check / let me ask / checking with / check with / waiting to hear / waiting for
        awaiting / still trying / update you / keep you updated / keep you posted
        keep you informed / let you know / drop you a line / reply to you / respond to you
        write to you / reply in writing / reply directly / respond in due course
        reply in due course / in due course / as soon as we can / as soon as i can
        as soon as possible / passed on / passed it on / passed this on / passed to / passed it to
        passed this to / passed your / pass this on / pass it on / pass your / forwarded it
        forwarded this / forwarded your / forward this to / forwarded to / has been received
        have received your / have received this / received your / received with thanks
        safely received / confirm receipt / acknowledge receipt / acknowledge your / got this
        got your / do not know yet / not sure yet / can not say / not able to say / no news yet
        not in until / away until / is out until / off until / back in the office / is on leave
        when she is back / when he is back / when she returns / when he returns / when they return
        is on a course / on her desk / on his desk / your patience / being dealt with
        being looked / follow this up / chase this up / chase it up / chasing this
        raise this with / raise it with / speak to the / speak with the / need to ask
        need to check / have to ask / have to check / will ask / will check / will speak
        will chase / will raise / will pass / will forward / will contact / will consider
        will respond / will reply / will investigate / will review / get this sorted
        get it sorted / get that sorted / will sort / will action / will arrange / aim to reply
        aim to respond / aims to reply / aims to respond / is important to us / what he thinks
        what she thinks / what they think / what he says / what she says / careful thought
        under consideration / has your letter / have your letter / has your email / have logged
        has been logged / made aware / is aware / are aware / flagged / sent this on / sent it on
        popped this / popped it / shared this with / you will hear / should hear / before you get
        later in the week / unable to say / unable to answer / not yet / yet to
        do not have an answer / rest assured / be assured / assure you / should come back
        will show / am checking / are checking / just checking / take this seriously
        take this very seriously
        """
    ),
    answers=listed(
        """
        please find / find attached / attached is / i attach / we attach / have attached
        is attached / are attached / letter attached / form attached / copy attached
        attached form / enclosed / take a look at the / have a look at the / please see / see the
        see below / see attached / as per the / on our website / on the website / on the app
        on the school website / here is / here are / here you go / link below / the link
        by following this / you can / you may / you should / you need to / you will need
        you do not need / no need / you will find / you are welcome to / you have now
        you now have / please use / please bring / please send / please hand / please ask at
        please collect / please apply / please pay / please contact / please email
        please speak to / please ring / please call / is allowed / are allowed / is not allowed
        are not allowed / is fine / are fine / that is fine / is ok / is okay / of course
        certainly / absolutely / happy to confirm / can confirm / i confirm that / we confirm that
        pleased to / delighted to / i am afraid not / we can not / we do not / we are not able
        we are unable / unable to / not possible / will not be able / is not available
        are not available / are full / is full / authorised / not authorised / approved / granted
        declined / refused / has been changed / have changed / has been updated / have updated
        all updated / now updated / has been added / have added / has been cancelled
        have cancelled / has been booked / has been paid / has been refunded / have refunded
        refunded / have amended / has been amended / all sorted / is sorted / now sorted
        have sorted / been sorted / all done / we have looked / have looked into / has looked into
        having looked / have investigated / has considered / have considered / having considered
        have now spoken / have spoken / the outcome / our findings / have decided / has decided
        decision is / it is the / they are the / it starts / starts at / it finishes / finishes at
        opens at / closes at / it costs / costs / the cost is / the price is / per session
        per day / per week / per child / the deadline is / turned up / has been found / have found
        is hanging / in lost property / is because / the reason is / is due to / is held
        take place / takes place / arranged by / to the council / via the / through the app
        the answer is / as normal / as usual / this is correct / is correct / you are right
        """
    ),
    arranges=listed(
        """
        see you / meet you / let's speak / let's meet / catch up / in person / on the phone
        over the phone / face to face / has a gap / have a gap / meet with you / meet us / meet me
        speak to you / speak with you / talk to you / talk with you / call you / ring you
        phone you / telephone you / contact you by phone / give you a call / give you a ring
        come and see / come and meet / come and look / come in / come to / come along / come for
        pop in / drop in / call in / booked you / book you / put you down / pencilled you
        appointment / video call / phone call / telephone call / a chat / a meeting / the meeting
        your meeting / a tour / look round / look around / show you round / show you around
        a visit / visit you / visit us / join us / a slot / to meet / to talk / to discuss / suit you
        work for you / good for you / convenient for you / make it / zoom / teams / can do / free to
        """
    ),
    question_back=listed(
        """
        could you / can you / would you / will you / can i ask / could i ask / may i ask
        please let us know / please let me know / please confirm / please provide / please clarify
        please tell us / please tell me / please reply with / please advise / please resend
        please send us / please send me / please email us / please can / please could
        please would / we need to know / i need to know / we need a / we need the / we will need a
        we require / i require / need from you / we still need / grateful if you / helpful if you
        which child / which class / what class / what year / do you know / do you mean
        who is this / do not recognise / can not open / could not open / unable to open
        nothing was attached / no attachment / was not attached / before we can / before i can
        so that we can
        """
    ),
    chaser=listed(
        """
        me again / writing again / any word / anyone there / any update / any updates / any news
        anything back / any response / any reply / any answer / any progress / any joy / any luck
        an update on / was any update / still waiting / still wait / am waiting / been waiting
        still no / still not heard / not heard / no reply / no response / no answer / not replied
        not responded / not answered / not had a reply / not had a response / not had an answer
        not received a reply / not received a response / had nothing / heard nothing / nobody has
        no one has / noone has / reminder / remind / following up / follow up / chasing / chase
        bumping / bump this / bump up / resending / re sending / sending this again
        sending again / sent this again / send this again / resent / did you get / did you receive
        have you received / did you see / have you seen my / just checking you got / get a chance
        had a chance / had chance / get chance / time of asking / second email / third email
        second time / third time / asked before / asked already / already asked / asked twice
        wrote last / wrote again / emailed last / emailed again / emailed twice / i wrote on
        i emailed on / wrote to you / written to you / further to my / my previous email
        my last email / my earlier email / my email below / my email of / my message from
        my original / expect to hear / expect a reply / when will i hear / when will we hear
        in hand / being dealt with / being looked at / went to junk / in your junk / went to spam
        your junk / your spam / automatic reply / automated reply / please reply by
        please respond / get back to me / come back to me / was supposed to / was meant to
        promised / you said you would / said she would / said he would / said they would
        someone would / somebody would / as i asked / pester / nudge / not to nag
        """
    ),
    closer=listed(
        """
        thank you / thanks / thankyou / thanx / thx / ta / cheers / much appreciated / appreciate
        appreciated / grateful / very kind / so kind / how kind / ok / okay / k / kk / great
        lovely / perfect / brilliant / brill / fab / fabulous / fantastic / wonderful / excellent
        super / amazing / superb / cool / good to know / noted / understood / i understand
        we understand / got it / will do / no problem / no worries / not a problem / no need
        never mind / fair enough / nevermind / do not worry / that is fine / all fine / fine by me
        fine with me / works for me / suits me / suits us / that works / agreed / sounds good
        all good / that helps / helpful / helped / answers it / answers my question / bye
        all received / received thanks / received with thanks / over the moon / thrilled / chuffed
        that is all / all sorted / all clear / makes sense / see you / speak then / see her then
        look forward / looking forward / have a good / have a nice / have a lovely / have a great
        happy holidays / happy christmas / merry christmas / happy easter / happy new year
        best wishes / kind regards / regards / phew / relief / relieved / star / stars / legend
        well done / please ignore / please disregard / ignore my / sorry to bother
        sorry for bothering / sorry to have / sorry / my mistake / have paid / paid it / all paid
        have done it / have done that / have now done / have booked / glad / pleased / delighted
        kind of you / no longer need / do not need to / 👍 / 🙏 / 😊 / 🙂 / 😀 / ❤ / 👌 / 🎉 / dziękuję
        dziekuje / dzięki / dzieki / mulțumesc / multumesc / merci / danke / gracias / obrigado
        obrigada / grazie / ačiū / aciu / paldies / teşekkürler / faleminderit / shukran / дякую
        спасибо
        """
    ),
    request=listed(
        """
        could you / can you / would you / will you / could i / can i / may i / could we / can we
        may we / could someone / can someone / could somebody / can somebody / could he
        could she / can he / can she / may he / may she / would it be / is it possible
        would like / would love / would rather / would prefer / i want / we want / i need
        we need / she needs / he needs / they need / need one / will need / let me know
        let us know / tell me / tell us / advise / confirm / clarify / explain why / please / pls
        plz / any chance / i wish / we wish / wish to / wondering / i wonder / wondered
        one more thing / another thing / another question / one question / different question
        quick question / a question / just to check / double check / by the way / btw / while i am
        whilst i am / also / how much / how many / how long / how do / how does / what time
        what about / how about / what is / what are / what do / where do / where is / when is
        when do / when does / who is / who do / does he / does she / do they / do we / do i
        is he / is she / is it / is there / are there / are they / but / however / unfortunately
        although / though / except / only problem / not right / not correct / incorrect / is wrong
        wrong / mistake in / error / does not work / do not work / not working / is not work
        can not / will not let / does not open / does not make / not happy / unhappy
        not satisfied / dissatisfied / disappointed / disagree / not acceptable / unacceptable
        not good enough / complain / complaint / appeal / concern / concerned / concerns / worried
        issue / again / still / instead / happened / charged / refund / money back / change
        cancel / move / missing / lost / number is
        """
    ),
    urgent=listed(
        """
        unsafe / not safe / bully / bullied / bullying / bullies / hurt / hurting / injured
        injury / bruise / bruises / bruised / bleeding / hit him / hit her / hit my / punched
        kicked / strangled / attacked / assault / assaulted / threatened / threatening / police
        social worker / social services / social care / safeguarding / abuse / abused / abusive
        self harm / self harming / suicide / suicidal / kill himself / kill herself / kill myself
        ambulance / hospital / a and e / concussion / allergic reaction / anaphylaxis
        anaphylactic / epipen / terrified / scared to / afraid to / frightened to
        refusing to come / domestic violence / court order / injunction / solicitor
        inappropriately / racist / racism / sexual / ran away / run away / missing child
        child is missing / child has gone missing / son is missing / daughter is missing
        """
    ),
)
