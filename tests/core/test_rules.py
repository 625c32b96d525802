"""The school's own rules: which mail meets them, before and after its names are wiped."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commsla.core.headers import read_message
from commsla.core.kinds import Ours, kind_of
from commsla.core.model import Kind, Message, Party, Role
from commsla.core.rules import has_words, keyed_rules, rule_signs_missing
from commsla.core.school import Rule
from tests.core.mails import ANNA, BEN, KEYS, OFFICE, START, Post, ours

SHOP = "news@shop.example"


def with_rules(*rules: Rule) -> Ours:
    return replace(ours(), rules=keyed_rules(rules, KEYS))


def rule_of(kind: Kind, said: dict[str, str]) -> Rule:
    sender, domain, subject, header, school = (
        said.get(key, "") for key in ("sender", "domain", "subject", "header", "school")
    )
    return Rule(1, kind, sender, domain, subject, header, school)


def came(raw: str, *rules: Rule, school: str = "oak", role: Role = Role.INBOX) -> Message:
    """A mail that was read while these rules stood in the config."""
    return read_message(
        raw.encode(), KEYS, school=school, mailbox=OFFICE, folder="INBOX", role=role,
        uidvalidity=1, uid=1, received=START, rules=rules,
    )  # fmt: skip


def wiped(message: Message) -> Message:
    """What is left after the names are forgotten."""
    sender = message.sender
    return replace(
        message,
        subject=None,
        sender=sender and Party(sender.key, sender.domain_key),
        reply_to=None,
    )


MAIL = f"From: Shop <{SHOP}>\r\nTo: {OFFICE}\r\nSubject: Re: [Weekly] Bulletin\r\nX-Mailer: ParentMail 3\r\n"


@pytest.mark.parametrize(
    ("conditions", "meets"),
    [
        ({"sender": "NEWS@shop.example"}, True),
        ({"sender": ANNA}, False),
        ({"domain": "shop.example"}, True),
        ({"domain": "example"}, False),
        ({"subject": "bulletin weekly"}, True),
        ({"subject": "[weekly]"}, True),
        ({"subject": "bull"}, False),
        ({"subject": "weekly letter"}, False),
        ({"header": "X-Mailer"}, True),
        ({"header": "x-mailer: parentmail"}, True),
        ({"header": "X-Mailer: Parent"}, False),
        ({"header": "X-Other"}, False),
        ({"header": "Subject: bulletin"}, True),
        ({"sender": SHOP, "subject": "bulletin", "header": "X-Mailer: ParentMail"}, True),
        ({"sender": ANNA, "subject": "bulletin", "header": "X-Mailer: ParentMail"}, False),
        ({"sender": SHOP, "subject": "letter", "header": "X-Mailer: ParentMail"}, False),
        ({"sender": SHOP, "subject": "bulletin", "header": "X-Mailer: Other"}, False),
        ({"sender": SHOP, "school": "oak"}, True),
        ({"sender": SHOP, "school": "elm"}, False),
        ({"subject": "bulletin", "school": "elm"}, False),
        ({}, False),
    ],
)
def test_all_conditions_must_hold_and_hold_on_after_the_wiping(
    conditions: dict[str, str], meets: bool
) -> None:
    rule = rule_of(Kind.INTERNAL, conditions)
    mail = came(MAIL, rule)
    for message in (mail, wiped(mail)):
        found = kind_of(message, with_rules(rule)).kind
        assert (found is Kind.INTERNAL) == meets


def test_the_first_rule_wins_and_says_which_it_was() -> None:
    rules = (
        Rule(1, Kind.BULK, sender=ANNA),
        Rule(2, Kind.NOTIFICATION, sender=SHOP, subject="bulletin", line=41),
        Rule(3, Kind.INTERNAL, domain="shop.example"),
    )
    judged = kind_of(came(MAIL, *rules), with_rules(*rules))
    assert judged.kind is Kind.NOTIFICATION
    assert judged.evidence == "your rule 2 (sender and subject), schools.toml line 41"
    judged = kind_of(came(MAIL, *rules), with_rules(*rules[::-1]))
    assert judged.evidence == "your rule 3 (domain)"


def test_a_rule_brings_back_what_the_built_in_ones_exclude() -> None:
    rule = Rule(1, Kind.ENQUIRY, sender=SHOP)
    for more in (
        "List-Id: <a.b.example>\r\n",
        "Auto-Submitted: auto-replied\r\n",
        "X-Failed-Recipients: x\r\n",
    ):
        mail = came(MAIL + more)
        assert not kind_of(mail, ours()).kind.starts_a_clock
        assert kind_of(mail, with_rules(rule)).kind is Kind.ENQUIRY


def test_what_we_sent_is_ours_whatever_a_rule_says() -> None:
    rule = Rule(1, Kind.BULK, sender=SHOP, subject="bulletin")
    assert kind_of(came(MAIL, rule, role=Role.SENT), with_rules(rule)).kind is Kind.OURS


def test_a_reply_to_our_own_mail_is_excluded_only_by_a_rule_that_names_its_sender() -> None:
    post = Post()
    sent = post.sent(ANNA, at=0, id="o1")
    mail = post.came(ANNA, at=1, re="o1", subject="Re: bulletin")
    ids = {sent.message_id}
    for conditions, kind in (
        ({"subject": "bulletin"}, Kind.ENQUIRY),
        ({"domain": "home.example"}, Kind.ENQUIRY),
        ({"sender": ANNA}, Kind.BULK),
        ({"sender": ANNA, "subject": "bulletin"}, Kind.BULK),
    ):
        rule = rule_of(Kind.BULK, conditions)
        assert kind_of(mail, with_rules(rule), ids).kind is kind
        assert kind_of(mail, with_rules(rule)).kind is Kind.BULK
    # A rule that is passed over hides none behind it.
    passed = Rule(1, Kind.BULK, subject="bulletin")
    named = Rule(2, Kind.NOTIFICATION, sender=ANNA)
    assert kind_of(mail, with_rules(passed, named), ids).kind is Kind.NOTIFICATION


def test_a_rule_brings_back_a_reply_to_our_mail_by_its_words_alone() -> None:
    post = Post()
    ids = {post.sent(ANNA, at=0, id="o1").message_id}
    mail = post.came(
        ANNA, at=1, re="o1", subject="x bulletin", more="Auto-Submitted: auto-replied\r\n"
    )
    assert kind_of(mail, ours(), ids).kind is Kind.AUTOMATIC
    back = with_rules(Rule(1, Kind.ENQUIRY, subject="bulletin"))
    assert kind_of(mail, back, ids).kind is Kind.ENQUIRY


def test_a_mail_without_a_sender_meets_no_rule_about_one() -> None:
    mail = came(f"To: {OFFICE}\r\nSubject: bulletin\r\n")
    rules = with_rules(Rule(1, Kind.BULK, sender=SHOP), Rule(2, Kind.BULK, domain="shop.example"))
    assert kind_of(mail, rules).kind is Kind.UNREADABLE


def test_a_rule_written_later_is_kept_for_mail_whose_subject_is_still_there() -> None:
    mail = came(MAIL)
    rules = keyed_rules(
        (
            Rule(1, Kind.BULK, subject="bulletin"),
            Rule(2, Kind.BULK, subject="Bulletin"),  # the same words: one sign
            Rule(3, Kind.BULK, subject="letter"),
            Rule(4, Kind.BULK, header="X-Mailer"),
            Rule(5, Kind.BULK, subject="bulletin", header="X-Mailer"),
            Rule(6, Kind.BULK, sender=SHOP),
            Rule(7, Kind.BULK, subject="weekly", school="elm"),
        ),
        KEYS,
    )
    [sign] = rule_signs_missing(mail, rules)
    assert sign == ("Rule", rules[0].sign)
    stored = replace(mail, signs=(*mail.signs, sign))
    assert rule_signs_missing(stored, rules) == ()
    assert rule_signs_missing(wiped(mail), rules) == ()
    later = replace(ours(), rules=rules[:1])
    assert kind_of(wiped(stored), later).kind is Kind.BULK
    assert kind_of(wiped(mail), later).kind is Kind.ENQUIRY


def test_a_sign_holds_no_word_and_outlives_another_number_or_kind() -> None:
    one, again, other = keyed_rules(
        (
            Rule(1, Kind.BULK, subject="Ottilie's coat", header="X-App: Ottilie"),
            Rule(9, Kind.INTERNAL, subject="coat  ottilie's", header="x-app:ottilie", line=3),
            Rule(1, Kind.BULK, subject="Ottilie's coat"),
        ),
        KEYS,
    )
    assert one.sign == again.sign != other.sign
    assert all(char in "0123456789abcdef" for char in one.sign)


def test_signs_are_only_of_rules_that_a_mail_meets() -> None:
    rules = (
        Rule(1, Kind.BULK, subject="bulletin"),
        Rule(2, Kind.BULK, subject="lunch"),
        Rule(3, Kind.BULK, subject="weekly", school="elm"),
        Rule(4, Kind.BULK, sender=SHOP),
    )
    mail = came(MAIL, *rules)
    assert [v for name, v in mail.signs if name == "Rule"] == [keyed_rules(rules, KEYS)[0].sign]
    assert [name for name, _ in came(MAIL).signs if name == "Rule"] == []


def test_no_mail_can_write_a_rules_sign_itself() -> None:
    rule = Rule(1, Kind.BULK, subject="bulletin")
    sign = keyed_rules((rule,), KEYS)[0].sign
    mail = came(f"From: {BEN}\r\nTo: {OFFICE}\r\nSubject: x\r\nRule: {sign}\r\n", rule)
    assert kind_of(mail, with_rules(rule)).kind is Kind.ENQUIRY


@pytest.mark.parametrize(
    ("text", "words", "has"),
    [
        ("Party at noon", "art", False),
        ("ART party", "art", True),
        ("party art", "art", True),
        ("re: art-party", "art", True),
        ("R\u00e9ponse", "re\u0301ponse", True),
        ("[ParentMail] x", "[ParentMail]", True),
        ("x[ParentMail]y", "[ParentMail]", True),
        ("anything", "", True),
        ("", "a", False),
        ("STRASSE", "stra\u00dfe", True),
    ],
)
def test_words_are_whole_words(text: str, words: str, has: bool) -> None:
    assert has_words(text, words) is has


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_words_and_any_subject_can_be_compared(text: str, words: str) -> None:
    assert has_words(text, words) in (True, False)
    assert has_words(text, text)


def test_many_repeats_take_no_time() -> None:
    assert not has_words("aa" * 100_000 + "b", "a" * 400 + "c")
    assert not has_words("ab" * 1000, "ab")
