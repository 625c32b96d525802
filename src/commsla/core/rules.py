"""The school's own rules on what a kind of mail is: whether a message meets one; plain words only.

Senders and domains are compared by their keys, which outlive names and subjects. A subject is wiped
and other headers are never stored, so that such a condition is answered when the message is read,
and the answer kept as a sign that holds no word of the mail.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from commsla.core.encoded import decoded
from commsla.core.keys import Keys
from commsla.core.model import Message
from commsla.core.school import Rule

SIGN = "Rule"
_SIGN_LENGTH = 12  # hex digits: a school has a few dozen rules
_LOOKED_AT = 2000  # characters of one header


@dataclass(frozen=True, slots=True)
class KeyedRule:
    """A rule whose addresses are keys; `sign` is what a stored message has that met its words."""

    rule: Rule
    sender: str
    domain: str
    sign: str

    @property
    def evidence(self) -> str:
        """`your rule 3 (sender), schools.toml line 41`."""
        place = f", schools.toml line {self.rule.line}" if self.rule.line else ""
        return f"your rule {self.rule.number} ({' and '.join(_conditions(self.rule))}){place}"


def keyed_rules(rules: Iterable[Rule], keys: Keys) -> tuple[KeyedRule, ...]:
    """The rules in their order, ready to be compared with stored messages."""
    return tuple(
        KeyedRule(
            rule,
            keys.address(rule.sender) if rule.sender else "",
            keys.domain(rule.domain) if rule.domain else "",
            _sign(rule, keys) if rule.subject or rule.header else "",
        )
        for rule in rules
    )


def first_rule(
    rules: Sequence[KeyedRule], message: Message, *, answers_us: bool
) -> KeyedRule | None:
    """The first rule that a message meets.

    A reply to our own mail is only excluded by a rule that names its sender: the words of a subject
    are a parent's, too.
    """
    for keyed in rules:
        spared = answers_us and not keyed.sender and not keyed.rule.kind.starts_a_clock
        if not spared and _meets(keyed, message):
            return keyed
    return None


def rule_signs(
    rules: Sequence[Rule],
    school: str,
    subject: str,
    fields: Mapping[str, Sequence[str]],
    keys: Keys,
) -> tuple[tuple[str, str], ...]:
    """The signs of the rules whose subject and header words a message meets, when it is read.

    `fields` has raw header values by their names in small letters.
    """
    return tuple(
        (SIGN, sign)
        for sign in dict.fromkeys(
            _sign(rule, keys)
            for rule in rules
            if (rule.subject or rule.header)
            and rule.school in ("", school)
            and has_words(subject, rule.subject)
            and _has_header(fields, rule.header)
        )
    )


def rule_signs_missing(message: Message, rules: Sequence[KeyedRule]) -> tuple[tuple[str, str], ...]:
    """The signs to add to a stored message before its subject is wiped, for rules written since.

    A rule about another header than the subject cannot look back: that header was not stored.
    """
    missing = dict.fromkeys(
        keyed.sign
        for keyed in rules
        if keyed.sign
        and keyed.rule.school in ("", message.school)
        and (SIGN, keyed.sign) not in message.signs
        and _subject_meets(keyed.rule, message)
    )
    return tuple((SIGN, sign) for sign in missing)


def header_name(header: str) -> str:
    """The name in a rule's `header`: `X-Mailer` of `X-Mailer: ParentMail`."""
    return header.partition(":")[0].strip()


def has_words(text: str, words: str) -> bool:
    """Whether each of the words stands in the text as a whole word, capitals and order free."""
    folded = _folded(text)
    return all(_has_word(folded, word) for word in _folded(words).split())


def _meets(keyed: KeyedRule, message: Message) -> bool:
    sender = message.sender
    if keyed.rule.school not in ("", message.school):
        return False
    if keyed.sender and (sender is None or sender.key != keyed.sender):
        return False
    if keyed.domain and (sender is None or sender.domain_key != keyed.domain):
        return False
    if not keyed.sign:
        return bool(keyed.sender or keyed.domain)
    return (SIGN, keyed.sign) in message.signs or _subject_meets(keyed.rule, message)


def _subject_meets(rule: Rule, message: Message) -> bool:
    """By the live subject, which answers for a rule that asks for no other header."""
    return bool(
        rule.subject
        and not rule.header
        and message.subject
        and has_words(message.subject, rule.subject)
    )


def _has_header(fields: Mapping[str, Sequence[str]], header: str) -> bool:
    if not header:
        return True
    words = header.partition(":")[2]
    values = fields.get(header_name(header).lower(), ())
    return any(has_words(decoded(value[:_LOOKED_AT]), words) for value in values[:10])


def _has_word(text: str, word: str) -> bool:
    at = text.find(word)
    while at >= 0:
        before, after = text[at - 1 : at], text[at + len(word) : at + len(word) + 1]
        # A word that begins or ends in a sign of its own ("[ParentMail]") ends there.
        whole_before = not (word[0].isalnum() and before.isalnum())
        if whole_before and not (word[-1].isalnum() and after.isalnum()):
            return True
        at = text.find(word, at + 1)
    return False


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()


def _conditions(rule: Rule) -> list[str]:
    names = ("sender", "domain", "subject", "header")
    return [name for name in names if getattr(rule, name)]


def _sign(rule: Rule, keys: Keys) -> str:
    """One sign for one set of words: renumbering rules or changing their kind changes none."""
    name = header_name(rule.header).lower()
    words = [
        " ".join(sorted(_folded(text).split()))
        for text in (rule.subject, rule.header.partition(":")[2])
    ]
    return keys.fingerprint(SIGN, name, *words)[:_SIGN_LENGTH]
