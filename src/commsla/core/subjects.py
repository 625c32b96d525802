"""What the beginning of a subject looks like: an absence note, a failure, a calendar's answer.

Words in a subject only propose, or decide beside another sign; people write all of them.
"""

from __future__ import annotations

import re

# What gateways put in front: it hides neither a person nor a machine.
_TAG = re.compile(
    r"(\[(external|ext|extern|bulk)( e?mail)?\]|external:|\[spam\??\]|\*{2,} ?(spam|bulk) ?\*{2,})\s*"
)
_SPAM = re.compile(r"(\[|\*{2,} ?)spam\b")
_LOOKED_AT = 200  # characters
_PATTERNS = {
    "out of office": re.compile(
        r"("
        r"automatic reply|auto(matic)?[- ]?(reply|response)|"
        r"out[- ]of[- ](the[- ])?office([- ]auto[- ]?reply)?|ymateb awtomatig|"
        r"abwesenheitsnotiz|abwesenheitsnachricht|automatische antwort|automatisch antwoord|"
        r"afwezigheidsbericht|réponse automatique|absence du bureau|message d'absence|"
        r"respuesta automática|fuera de la oficina|resposta automática|risposta automatica|"
        r"fuori sede|odpowiedź automatyczna|autoodpowiedź|automatická odpověď|automaattinen vastaus"
        r")\s*(:|$)|[^:]{1,60} is out of (the )?office\.?$"
    ),
    "failed": re.compile(
        r"undeliver|delivery (status notification|failure|has failed)|"
        r"mail delivery (failed|system)|failure notice|returned mail|"
        r"(your )?message (could not|cannot) be delivered|message (blocked|rejected)|"
        r"\d+ messages? could not be delivered"
    ),
    "delivered": re.compile(r"(delivered|relayed|expanded):|successful mail delivery report"),
    "read": re.compile(r"(read|not read|deleted|read receipt)\s*:"),
    "calendar": re.compile(
        r"(accepted|declined|tentative(ly accepted)?|cancell?ed( event)?|"
        r"(updated )?invitation|zugesagt|abgesagt|mit vorbehalt|accepté|refusé|aceptado|"
        r"geaccepteerd|zaakceptowano)\s*:"
    ),
    "confirmed": re.compile(
        r"thank you for your (order|payment|booking|purchase|registration)|"
        r"(order|booking|payment) (confirmation|confirmed)|"
        r".{1,60} (is ready|(has been|was) (dispatched|despatched|delivered|shipped))\.?$"
    ),
}
_ANY = re.compile("|".join(f"(?:{pattern.pattern})" for pattern in _PATTERNS.values()))


def subject_signs(subject: str) -> list[str]:
    """Our words for how a subject begins; none where a person answers (`Re:` goes before)."""
    plain = subject.casefold().strip()[:_LOOKED_AT]
    found = ["spam"] if _SPAM.match(plain) else []
    while tag := _TAG.match(plain):
        plain = plain[tag.end() :]
    if not _ANY.match(plain):
        return found
    return [*found, *(word for word, pattern in _PATTERNS.items() if pattern.match(plain))]
