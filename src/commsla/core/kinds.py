"""What a message is, by its headers, and the header that proves it; it reads no text.

The order of the rules matters (bounces also call themselves automatic replies); only strong signs
exclude. When in doubt it is an enquiry: a parent taken for a robot is a miss that nobody sees.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple

from commsla.core import proofs
from commsla.core.keys import Keys
from commsla.core.model import (
    Kind,
    Message,
    Party,
    Role,
)
from commsla.core.proofs import Signs, signs_of
from commsla.core.rules import KeyedRule, first_rule, keyed_rules
from commsla.core.school import (
    Config,
)


class Judged(NamedTuple):
    """A kind and the header that proves it, ready to show.

    `doubt` names a weak sign that a message whose clock runs may be something else; it never
    quotes the mail, and "" is no doubt.
    """

    kind: Kind
    evidence: str
    doubt: str = ""  # a weak sign that proves nothing: the clock runs all the same


@dataclass(frozen=True, slots=True)
class Ours:
    """Every address and domain that belongs to the schools of the config, and what they told us.

    `forms` are keys of addresses through which parents write: web forms, parent apps; `alerts` are
    keys of the Message-IDs of commsla's own alerts.
    """

    addresses: frozenset[str]
    domains: frozenset[str]
    names: tuple[str, ...]  # the same in plain words, for List-Id
    forms: frozenset[str] = frozenset()
    rules: tuple[KeyedRule, ...] = ()
    alerts: frozenset[str] = frozenset()

    @classmethod
    def of(cls, config: Config, keys: Keys, alerts: frozenset[str] = frozenset()) -> Ours:
        """All schools together: mail from the sister school's office is internal, too."""
        addresses = {a.casefold() for s in config.schools for a in s.aliases}
        addresses |= {m.address.casefold() for s in config.schools for m in s.mailboxes}
        domains = {d.casefold() for s in config.schools for d in s.domains}
        return cls(
            frozenset(map(keys.address, addresses)),
            frozenset(map(keys.domain, domains)),
            tuple(sorted(domains | {a.replace("@", ".") for a in addresses})),
            frozenset(map(keys.address, config.form_senders)),
            keyed_rules(config.rules, keys),
            alerts,
        )

    def owns(self, party: Party | None) -> bool:
        """Whether this is an address of ours."""
        return party is not None and (
            party.key in self.addresses or party.domain_key in self.domains
        )

    def owns_list(self, list_id: str) -> bool:
        """Whether a List-Id is an office address of ours that happens to be a group."""
        name = list_id.rpartition("<")[2].strip("<> ").casefold()
        return any(name == n or name.endswith("." + n) for n in self.names)

    def is_form(self, party: Party | None) -> bool:
        """Whether parents write through this address, as the config says."""
        return party is not None and party.key in self.forms


def writer(message: Message, ours: Ours) -> Party | None:
    """Who wrote: From, but Reply-To where From is a robot, a form or an address of ours.

    Web forms write in the school's own name, and a group of ours puts itself into From. An address
    of ours is never put in place of a parent's by Reply-To. None where nobody can be made out.
    """
    sender, named = message.sender, _named_in_reply_to(message, ours)
    if sender is None or not sender.key:
        return named or sender
    if named is None or named.key == sender.key:
        # A form of ours that names nobody: the parent is unknown, and not the office itself.
        return None if ours.is_form(sender) and ours.owns(sender) else sender
    return named if _is_robot(message) or ours.is_form(sender) or ours.owns(sender) else sender


def _named_in_reply_to(message: Message, ours: Ours) -> Party | None:
    reply_to = message.reply_to
    if reply_to is None or not reply_to.key or ours.owns(reply_to):
        return None
    return None if ("Reply-To", "no-reply address") in message.signs else reply_to


def _is_robot(message: Message) -> bool:
    return any(sign in message.signs for sign in _ROBOTS)


_ROBOTS = (("From", "no-reply address"), ("From", "a machine's address"))


def only_claims(message: Message, ours: Ours) -> bool:
    """Whether only Reply-To says who wrote, of a robot, a form or one who claims to be of ours.

    Anybody can send that: it starts a clock, but it may join no case of the person it names, nor tie
    conversations together. A group of ours that rewrites From is believed.
    """
    if writer(message, ours) is message.sender:
        return False
    own_list = any(ours.owns_list(v) for v in signs_of(message.signs).values("List-Id"))
    return not (own_list and ours.owns(message.sender))


def kind_of(message: Message, ours: Ours, our_ids: Collection[str] = ()) -> Judged:
    """The kind of one message. `our_ids` are the keys of ids that our Sent folder holds.

    In a Sent folder it is ours, by a person unless it says that a machine wrote it. Then the rules
    of the school decide, but they exclude no reply to our own mail unless they name its sender.
    """
    signs = signs_of(message.signs)
    if message.role is Role.SENT:
        machine = proofs.not_by_hand(signs)
        return Judged(Kind.OURS_AUTOMATIC, machine) if machine else Judged(Kind.OURS, "in Sent")
    came_back = message.message_id in ours.alerts or message.original_id in ours.alerts
    if came_back and ours.owns(message.sender):
        return Judged(Kind.NOTIFICATION, "an alert that commsla itself sent")
    answers_us = any(i in our_ids for i in (*message.in_reply_to, *message.references))
    if told := first_rule(ours.rules, message, answers_us=answers_us):
        return Judged(told.rule.kind, told.evidence)
    if not message.readable:
        return Judged(Kind.UNREADABLE, "the header cannot be read")
    for kind, rule in (
        (Kind.RECEIPT, proofs.receipt),
        (Kind.BOUNCE, proofs.bounce),
        (Kind.INVITATION, proofs.invitation),
        (Kind.AUTOMATIC, proofs.automatic),
    ):
        if proof := rule(signs):
            return Judged(kind, proof)
    judged = _excluded(message, ours, signs, answers_us) or _started(message, ours, signs)
    if judged.doubt and any(i in ours.alerts for i in message.in_reply_to):
        # A weak sign alone proves nothing, but only a machine answers what only our own people get.
        return Judged(Kind.AUTOMATIC, f"answers an alert of commsla's own; {judged.doubt}")
    return judged


def _excluded(message: Message, ours: Ours, signs: Signs, answers_us: bool) -> Judged | None:
    """Bulk, notification or internal, after the stronger rules; None where a clock starts."""
    if ours.is_form(message.sender):
        return None
    own_list = any(ours.owns_list(v) for v in signs.values("List-Id"))
    who = writer(message, ours)
    for_itself = who is message.sender  # nobody is named for whom a machine may have spoken
    proof = proofs.bulk(signs) or (proofs.bulk_by_two_signs(signs) if for_itself else None)
    if proof and not answers_us and not own_list:
        return Judged(Kind.BULK, proof)
    if for_itself:
        if proof := proofs.notification(signs):
            answered = message.in_reply_to and signs.first("Auto-Submitted", "auto-generated")
            return Judged(Kind.AUTOMATIC if answered else Kind.NOTIFICATION, proof)
        if not answers_us and (proof := proofs.mailed_by_a_program(signs)):
            return Judged(Kind.NOTIFICATION, proof)
    if ours.owns(who):
        return Judged(Kind.INTERNAL, "From is an address of ours")
    return None


def _started(message: Message, ours: Ours, signs: Signs) -> Judged:
    """A clock starts; what weak signs say against it is only told."""
    who = writer(message, ours)
    if ours.is_form(message.sender):
        return Judged(Kind.ENQUIRY, "came through one of your form_senders")
    if who is None or not who.key:
        return Judged(Kind.UNREADABLE, "nobody can be made out who wrote")
    doubt = ""
    own_list = any(ours.owns_list(v) for v in signs.values("List-Id"))
    if not ours.owns(message.sender):
        others = {p.key for p in message.recipients} - {who.key}
        doubt = proofs.doubt(signs, own_list=own_list, names_others=bool(others))
    elif not own_list and not _is_robot(message):  # our group, or our web form
        doubt = "perhaps internal: From is ours, Reply-To is not"
    return Judged(Kind.ENQUIRY, "a person wrote", doubt)
