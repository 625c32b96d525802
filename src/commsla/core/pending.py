"""Whether a sentence of ours says that something is still to come; it knows no answer when it sees one.

A promise says so plainly. What merely pends speaks of how a matter is handled (who has it, who was
asked, how long it takes): beside an answer it makes that one doubtful, and alone it is none.
"""

from __future__ import annotations

import re

from commsla.core.phrases import Phrases, listed, says

_PROMISE = re.compile(
    r"(?<! you)(?<! please) (?:will|shall|am going to|are going to|is going to|need to|have to"
    r"|has to|needs to|let me|hope to|hopes to|want to|wants to|would like to|intends? to"
    r"|plans? to|promised to) (?:(?!not )\w+ ){0,3}?"
    r"(?:check|ask|find out|look|speak|talk|reply|respond|write|email|e mail|answer|contact|update"
    r"|investigate|raise|review|consider|chase|show|pass|forward|get back|come back|be in touch"
    r"|be contacted|be informed|be contacting|be replying|be looking|be writing|be emailing"
    r"|be speaking|let you know|have an answer|know more|give you a (?:ring|call)|call|ring|phone) "
)
_WISH = re.compile(
    r"(?<! you) (?:would|am|is|are|be) (?:very )?(?:happy|glad|like|love) to (?:\w+ ){0,3}"
    r"(?:chat|meet|speak|talk|see you|call|ring|phone|discuss)\b"
)

_DO = (
    r"(?:reply|respond|answer|contact|e ?mail|write|ring|call|phone|message|text|check|ask|look"
    r"|discuss|decide|consider|investigate|review|deal|handle|process|chase|raise|arrange|sort|see to"
    r"|see what|see if|see whether|speak|talk|find|think|update|explain|address|resolve|follow"
    r"|forward|pass|prepare|send|tell|inform|try|get (?:back|on|onto|hold|to|someone"
    r"|somebody|him|her|them|mrs?|miss|ms|it)|come back|be in touch|have a (?:look|word|think)"
    r"|make (?:a|the|his|her) decision)"
)
_DOING = (
    r"(?:replying|responding|answering|contacting|e ?mailing|writing|ringing|calling|phoning"
    r"|checking|asking|looking|discussing|deciding|considering|investigating|reviewing|dealing"
    r"|handling|processing|chasing|raising|arranging|sorting|speaking|talking|finding|thinking"
    r"|updating|addressing|resolving|following|trying|waiting(?! list)|hoping|hearing|getting back|on to)"
)
_DONE_TO = (
    r"(?:answered|dealt with|addressed|replied|responded|handled|processed|looked|considered"
    r"|discussed|reviewed|investigated|decided|prepared|contacted|passed|forwarded|sent (?:to|out)"
    r"|raised|escalated|referred|chased|held over|put (?:to|before)|told|informed)"
)
_HANDED = (
    r"(?:passed|forwarded|escalated|raised|referred|logged|noted|recorded|submitted|copied"
    r"|(?:sent|added) (?:it |this |that |your \w+ |to ))"
)
_STAFF = r"(?:he|she|they|i|we|it|mr|mrs|miss|ms|dr|the)"
_HAS = r"(?:has|have|got|seen|received|read|picked up)"
_DAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_PENDS = tuple(
    re.compile(pattern)
    for pattern in (
        # somebody will, would, hopes to, needs to ...; "you will" only where you are to hear
        r"(?<! you)(?<! please) (?:will|shall|would|should|may|might|must"
        r"|(?:going|hopes?|hoped|wants?|wanted|needs?|needed|has|have|intends?|intended|plans?|planned"
        r"|expects?|expected|expecting|like|likes|aims?|tries|trying|try|due|is|are|was|were|asked"
        rf"|promised|agreed|offered|decided) to) (?:(?!not |you )\w+ ){{0,3}}?{_DO}(?: |s )",
        rf" (?:asked|told|reminded|left) (?:\w+ ){{1,6}}?to {_DO}",
        rf" (?:am|is|are|be|being|been|keeps?|keep|still|just) (?:\w+ )?{_DOING} ",
        rf" (?:is|are|be|being|gets?) (?:(?!not )\w+ ){{0,2}}?{_DONE_TO} ",
        rf" (?:has|have|had) (?:now |just |also )?(?:been )?{_HANDED}",
        r" (?:replies|responds|decides|deals with|handles|goes to|go to (?:the|a) (?:panel|governors"
        r"|committee|head)|meets?|sits|gets? (?:a|an) (?:reply|response|answer)|has to|needs (?!to be"
        r" )(?:\w+ ){1,3}(?:first|before|from|time|days|weeks)|wants time) ",
        r" you (?:will|should|can|may|might|are going to) (?:\w+ ){0,2}"
        r"(?:get|receive|expect|await) (?:a|an|her|his|their|our|your|the) (?:\w+ )?"
        r"(?:reply|response|answer|e ?mail|letter|call|update|message|decision|outcome) ",
        r" you (?:will|should|can|may|might|are going to) (?:\w+ ){0,2}"
        r"(?:hear|wait|have to wait|find that|be (?:told|informed|sent|rung|called)) ",
        # who has it, who was asked
        rf" {_HAS} (?:it|this|them|that|your (?:\w+ )?"
        r"(?:e mail|email|letter|message|note|form|request|query|complaint|concerns?)) ",
        r" (?:it|this|that|one|matter|query|request|now|currently|still) (?:is )?(?:now |still )?with "
        r"(?!the blue|the red)",
        r" (?:on|to|in|at) (?:the|his|her|their|my|our|m\w{1,3} \w+'s|\w+'s) (?:(?!waiting )\w+ ){0,2}?"
        r"(?:list(?! for| of)|desk|agenda|pile|radar|to do|tray|inbox|in box|pigeon ?hole|queue|hands?|panel"
        r"|board|trust|governors|solicitors?) ",
        r" (?:have|has|i|we|he|she|they) (?:\w+ )?(?:asked|e ?mailed|messaged|rung|phoned|texted"
        r"|chased) (?!you |all |parents |everyone |for )",
        r" (?:tried|trying|having another|left a|put a ticket|put in a|put it in|copied in|copying"
        r"|over to|in hand|to get to the bottom|best placed|is aware|are aware|been made aware) ",
        r" (?:has|have) (?:the|a|all the|your|his|her) (?:\w+ )?"
        r"(?:form|letter|copy|e ?mail|details|paperwork|papers|note|request) ",
        r" (?:has been told|have been told|has been informed|have been informed|know about|knows about"
        r"|on the case|being sorted|being seen to|are sorting|is sorting|promised|left (?:\w+ )?for"
        r"|(?:told|updated|told) (?:him|her|them|mrs?|miss|ms|dr)) ",
        r" (?:spoken|spoke|talked) (?:to|with) (?:\w+ ){1,4}$",
        r" says? (?:to )?(?:thanks?|sorry|hello) ",
        # where it lay, and why it is late
        r" (?:found|saw|seen|spotted) your (?:\w+ )?(?:e ?mail|message|letter|note) "
        r"| (?:e ?mail|message|letter|it|this) (?:\w+ ){0,4}?(?:in|into|to|from) (?:\w+ ){0,2}?(?:junk|spam) "
        r"| (?:only|first) (?:\w+ ){0,3}?(?:saw|seen|see|got|read|heard) ",
        r" (?:delay|late|wait|hold up|backlog|reason|because|due to|owing to) (?:\w+ ){0,6}?(?:illness|ill"
        r"|sickness|sick|absences?|short|staffing|strike|busy|holidays?|backlog|volume|number|queue) "
        r"| (?:delay|hold up|wait|lateness) (?:is|was) | (?:held up|holding up|nobody has|no one has) ",
        # "Yes, on it", "Done - sent to Mr Hale": done with the mail, not with what it asks
        r"^ (?:yes|yep|ok|okay|no|done|all|sure) (?:\w+ ){0,3}?(?:seen|on it|looking"
        r"|sent (?:it )?(?:to|up|on|over)|gone to|told|got (?:it|this|that|yours?)|received|read"
        r"|passed|forwarded|forgotten|noted|with) "
        r"| (?:not|never) forgotten ",
        r" (?:all being well|with luck|with any luck|fingers crossed|here is hoping|touch wood) ",
        r" (?:says|say|said|tells me|confirms|advises|thinks) (?:that )?(?:hi |hello "
        r"|to (?:ask|try|speak|contact) |(?:receipt|it is (?:not )?(?:for|up to|with|one) )"
        r"|(?:he|she|they) (?:(?:can|could|does|do|did|may|might|would|will|is|are|was) not"
        r"|saw|got|has|have|had|knows?|is|are|thinks?|will|would) )",
        r" who(?:m)? (?:i|we) have (?:\w+ )?(?:included|copied|added) | answers? (?:these|them|it|this|on) "
        r"| not (?:settled|decided|finali[sz]ed|agreed|fixed|final) | (?:made it|make it) clear ",
        # kind words, and what binds nobody
        r" (?:understand (?:your|how|why|that you)|right to (?:raise|be|ask|complain)|see why"
        r"|do apologise|our apologies|in principle|last word|final say|subject to|provisionally) ",
        r" can not (?:\w+ )?(?:give|say|tell|answer|discuss|comment|share|promise) ",
        r" (?:expected|should be (?:known|ready|with you|here|available)|to follow|will be published"
        r"|will be announced|(?:i|we|he|she|they) hopes?(?! (?:this|that|it|you))) ",
        r" (?:give|gives|given) (?:us|me|him|her|them) | (?:nobody|no one|none of us) ha(?:s|ve) ",
        # what is not known, and how long it takes
        r" (?:yet|so far|still|shortly|soon|meantime|hopefully|eventually|at this stage|for now"
        r"|not heard|no news|no joy|no luck|do not know|not sure|unsure|no idea|no comment"
        r"|not comment|not to hand|in turn|in order|first to know|due course) ",
        r" unable to (?:say|comment|reach|answer|get|tell|confirm|give) ",
        r" (?:few|little|bit|couple|several|some|more|a) (?:of |more |longer )?"
        r"(?:(?<! a )(?:days?|weeks?|time|minutes?|hours?)|while|longer) ",
        r" (?:up to|within|take|takes|allow|give|gives|have|has|needs?|wants?) (?:\w+ ){0,4}"
        r"(?:days?|weeks?|months?|time|while) ",
    )
)
_WHEN = re.compile(
    rf" (?:once|as soon as|soon as|when|before|after|until|till|unless) {_STAFF} (?!suits? )"
    rf"| (?:by|before|until|till|back on|back in|in on|in until) (?:\w+ )?(?:{_DAY}|then|next|the"
    r" end|the weekend|tomorrow) "
    r"| (?:early|later|end of|some ?time|beginning of|start of) (?:in |on )?(?:the |this |next )"
    r"(?:\w+ )?(?:week|month|term|half|year|today) "
)
_AWAY = re.compile(
    r" (?:is|am|are|will be|not) (?:(?!due )\w+ ){0,3}?(?:off|out|away|leave|course|training|meetings?"
    r"|teaching|returning|working|part time|not in|(?:back|in) (?:on|until|from|again|today|this"
    r"|after|before|tomorrow|next|at|in|mon|tues|wednes|thurs|fri)) "
    r"| (?:works?|returns?|comes back|gets back|gets in|does not work|do not work) "
)
_PUTS_OFF = re.compile(
    r" (?:can|could|may|shall) (?:i|we) (?:\w+ ){0,3}?(?:get back|come back|pick (?:this|it|that) up|look at"
    r"|look into|check|reply|respond|answer) | (?:bear with|leave (?:it|this|that) with) "
)
_BOILERPLATE = listed(
    """
    if it is urgent / if this is urgent / if urgent / if your enquiry is urgent / if it can not wait
    if your query is urgent / if your message is urgent / in an emergency / for urgent
    urgent matters / urgent enquiries / for absences / for absence / absence line
    report an absence / reporting an absence / if your child is absent / if your child is ill
    if you have heard nothing / if you hear nothing / if you do not hear / if you have not heard
    if you have not had / office hours / this mailbox / our mailbox / our phones / phone lines
    phone line / switchboard / for your reference / follow progress / follow the progress
    track progress / track the progress / check progress / check the progress / your ticket was
    updated your ticket / ticket number / enquiry number
    query number / very busy
    high volume / volume of / our website may / not monitored
    """
)
_ASKS_PARENT = re.compile(r" (?:please|you need|you should|you must|you can|you may) ")


def promises(whole: str, phrases: Phrases) -> bool:
    """Something is to follow: an answer, or a talk for which no day is named."""
    found = says(whole, phrases.holding) or _PROMISE.search(whole) or _WISH.search(whole)
    return bool(found)


def pends(whole: str) -> bool:
    """Somebody has it, was asked, needs time: in such a sentence the answer may be still to come."""
    later = _WHEN.search(whole) and not _ASKS_PARENT.search(whole)
    return bool(later) or away(whole) or any(pattern.search(whole) for pattern in _PENDS)


def puts_off(whole: str) -> bool:
    """A question that asks for nothing but patience: "Can you bear with us?"."""
    return _PUTS_OFF.search(whole) is not None


def away(whole: str) -> bool:
    """Whoever is to see to it is not there, or only at some hours: its days and hours answer nothing."""
    return _AWAY.search(whole) is not None and _ASKS_PARENT.search(whole) is None


def is_boilerplate(whole: str) -> bool:
    """What stands in every reply alike: it answers nothing, whatever hours and numbers it names."""
    return says(whole, _BOILERPLATE)
