"""Whether a parent's thanks have something beside them that somebody must see to; a doubt is enough.

A thank-you that is taken for a question costs the office one keystroke; the other way round a family
waits for an answer that nobody owes any more.
"""

from __future__ import annotations

import re

from commsla.core.phrases import begins, listed, says

THANKS = listed(
    """
    thank / thanks / thank you / many thanks / thankyou / ta / cheers / great thanks
    """
)
_FEELS = listed(
    """
    glad / pleased / relieved / relief / delighted / thrilled / chuffed / over the moon
    good to know / good to hear / lovely to hear / great to hear / grateful / appreciate
    i understand / we understand / happy with / happy to / appreciated
    """
)
_FILLERS = frozenset(
    """and & x xx xxx xxxx from all to you both everyone team again so much very love in advance mr
    mrs miss ms dr a b c d e f g h i j k l m n o p q r s t u v w y z""".split()  # noqa: SIM905 - words
)
_NO_NAMES = frozenset(
    """same ditto year class not also too monday mondays tuesday tuesdays wednesday wednesdays thursday
    thursdays friday fridays saturday sunday mon tue tues wed weds thur thurs fri today tomorrow tonight
    when where why who how what which week term""".split()  # noqa: SIM905 - thirty words, one a line
)
_TELLS = re.compile(
    r" (?:i|we|he|she|they|it|my|his|her|our|their|son|daughter"
    r"|problem|problems|allergic|allergy|awaiting|waiting|still|again|wrong|missing|unwell|poorly"
    r"|sick|ill|worse|broken|lost|late|not) "
)
_BIDS = re.compile(
    r"^ (?:(?:ok|okay|great|thanks|thank you|ta|cheers|lovely|perfect|brilliant|fine|good|and|then|so"
    r"|just|now|yes|do|maybe) ){0,4}"
    r"(?:ring|call|phone|text|e ?mail|message|send|forward|pass|add|put|remove|take|give|tell|ask|book"
    r"|cancel|remind|make|ensure|return|reply|contact|get|let|bring|sign|move|change|check|sort"
    r"|update|print|post|leave|show|explain|copy|include|swap|keep) "
    r"(?:me|us|him|her|it|them|my|the|this|that|these|those|his|their|our|your|a|an|back|over|one"
    r"|mr|mrs|miss|ms|dr|to|sure) "
)
_ASKS = re.compile(
    r" (?:when|what|where|who|which|how|why) (?:do|does|did|is|are|was|will|can|should|would)"
    r" (?:i|we|he|she|they|it|you|the|there|my|his|her|this|that) "
    r"| (?:do|does|did|is|are|should|shall|will|has|have) (?:i|we|he|she|they) "
)
_AWAITS = re.compile(
    r" (?:hear|hearing) (?:back )?from | (?:await|awaiting) "
    r"| (?:look|looking) forward to (?:your|a|an|the|his|her) (?:\w+ )?"
    r"(?:reply|response|answer|call|e ?mail|letter|explanation) "
)
_OWN_MATTER = re.compile(
    r" (?:i|it|he|she|they|we|there|somebody|someone|(?:his|her|my|our|their) \w+) (?:\w+ ){0,2}?"
    r"(?:am|is|are|was|were|has|had|did|does|got|gets?|disagree|thought|want|wants|work|works|never"
    r"|came|comes?|needs?|says?|said|went|goes|lost|likes?|hates?|feels?|asked|told|happened) "
    r"| (?:he|she|they|(?:his|her|my|our|their) \w+) (?:will|would|can) "
    r"| so (?!much|very|kind|helpful|lovely|glad|pleased|grateful|happy|sorry|quick|nice|good|many|far"
    r"|appreciate|relieved|well|thoughtful|understanding|soon|prompt|supportive|patient)\w+ (?!much )\w+ "
    r"| (?:without|wrong|disagree|disappointed|disappointing|unacceptable|unhappy|still|nothing|except"
    r"|instead|only|same) "
)
_HEARD = re.compile(
    r" (?:know|knowing|all|everything|how|what|whatever|hear|telling (?:me|us))(?: that)? $"
)


def wants(folded: str) -> bool:
    """Whether a clause bids somebody do something, asks without its mark, or awaits an answer."""
    return any(sign.search(folded) for sign in (_BIDS, _ASKS, _AWAITS))


def tells(clause: str, folded: str, closing: bool) -> bool:
    """Whether a clause says more than thanks, a feeling, a name: `closing` is what has those words."""
    if not closing:
        words = folded.split()
        return len(words) > 3 or _TELLS.search(folded) is not None or not _is_name(clause, words)
    if not begins(folded, THANKS) and says(folded, _FEELS):
        return False
    found = _OWN_MATTER.search(folded)
    if found is None or says(folded[found.end() - 1 :], _FEELS):
        return False
    # "Thanks for letting me know he is well" tells nothing.
    return _HEARD.search(folded[: found.start() + 1]) is None


def _is_name(clause: str, words: list[str]) -> bool:
    """`Sara`, `Mrs Lyle`, `love from us all x`, `🎉`; not `Poppy too`, not `01632 960123`."""
    if any(any(map(str.isdigit, w)) for w in words) or not _NO_NAMES.isdisjoint(words):
        return False
    if len(words) == 1:
        return True
    written = [w for w in clause.replace("-", " ").split() if any(map(str.isalnum, w))]
    return all(w.casefold().strip(".!,*") in _FILLERS or w[:1].isupper() for w in written)
