"""A made-up world of mail and marks, told twice: to the plain model, and to core as its own messages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random

from commsla.core.apart import Joint, groups, opens_a_case
from commsla.core.case import Done
from commsla.core.cases import Folded, fold
from commsla.core.model import Mark, Meaning, Message, Party, Reference, Role, TextFact, Word
from commsla.core.traces import Traces
from tests.core.mails import KEYS, START, Post, ours
from tests.core.plain_model import Copy, Mail, Model, Note

FORM = "noreply@forms.example"
MORE = {
    "list": "Precedence: list\r\n",
    "robot": "Auto-Submitted: auto-replied\r\n",
    "bounce": "Return-Path: <>\r\nContent-Type: multipart/report; report-type=delivery-status\r\n",
}


@dataclass
class World:
    """Both tellings, and a clock in seconds that never stands still."""

    post: Post = field(default_factory=Post)
    mails: list[Mail] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    failed: set[tuple[str, str]] = field(default_factory=set)
    reports: dict[int, tuple[str, str]] = field(default_factory=dict)
    now: int = 0
    ticks: int = 0
    uids: Counter[tuple[str, str, int]] = field(default_factory=Counter)

    def moment(self, ago: int = 0) -> int:
        """A second that nothing else happened in, `ago` hours before now."""
        self.ticks += 1
        return max(self.now - ago, 0) * 3600 + self.ticks

    @property
    def last_number(self) -> int:
        return len(self.post.messages)

    def message(self, number: int) -> Message:
        return self.post.messages[number - 1]

    def deliver(self, mail: Mail, at: int, folder: str, *, by_list: bool = False) -> None:
        """The mail comes into a folder and is read there by a poll: one more row."""
        more = MORE.get(mail.what, "") + (MORE["list"] if by_list else "")
        sender = mail.writer
        if mail.what == "form":
            sender, more = FORM, more + f"Reply-To: {mail.writer}\r\n"
        elif mail.reply_to:
            more += f"Reply-To: {mail.reply_to}\r\n"
        first, rest = (mail.names[0], mail.names[:0:-1]) if mail.names else ("", ())
        mail.dated = at if mail.dated is None else mail.dated
        office = f"office@{mail.school}.example"
        to = ", ".join(mail.to) if mail.to else office
        if mail.what == "unreadable":
            raw = f"\x00 {mail.same}".encode()
        else:
            lines = [
                f"From: {sender}",
                f"To: {to}",
                f"Subject: {'Re: ' if mail.re else ''}{mail.subject}",
                f"Date: {(START + timedelta(seconds=mail.dated)):%d %b %Y %H:%M:%S} +0000",
            ]
            if mail.id:
                lines.append(f"Message-ID: <{mail.id}>")
            if first:
                lines.append(f"In-Reply-To: <{first}>")
            if rest:
                lines.append("References: " + " ".join(f"<{r}>" for r in rest))
            raw = ("\r\n".join(lines) + "\r\n" + more).encode()
        role = Role.SENT if mail.ours else Role.INBOX
        message = self.post.put(raw, at=at / 3600, role=role, school=mail.school, folder=folder)
        self._place(message, START + timedelta(seconds=at), 1)
        mail.copies.append(Copy(message.id, at, by_list or mail.what == "list"))
        if mail not in self.mails:
            self.mails.append(mail)

    def _place(self, message: Message, received: datetime, uidvalidity: int) -> None:
        place = (message.school, message.folder, uidvalidity)
        self.uids[place] += 1
        self.post.messages[message.id - 1] = replace(
            message, received=received, uidvalidity=uidvalidity, uid=self.uids[place]
        )

    def again(self, mail: Mail, copy: Copy, folder: str, uidvalidity: int) -> None:
        """The same mail under another number: moved, copied, or its folder was made anew."""
        old = self.message(copy.number)
        number = self.last_number + 1
        self.post.messages.append(replace(old, id=number, folder=folder))
        self._place(self.post.messages[-1], old.received, uidvalidity)
        mail.copies.append(Copy(number, copy.at, copy.by_list))

    # --- told to core ------------------------------------------------------------------------------------

    def traces(self, number: dict[int, int]) -> Traces:
        """Everything beside headers and marks; `number` says which row has which number now."""
        texts, flags, vouched = {}, {}, set()
        for mail in self.mails:
            for copy in mail.copies:
                new = number[copy.number]
                if mail.vouched:
                    vouched.add(new)
                if copy.number in mail.flagged:
                    flags[new] = START + timedelta(seconds=mail.flagged[copy.number])
            row = number[mail.copies[0].number]
            if mail.meaning is not None:
                quoted = mail.quoted_reply
                texts[row] = TextFact(
                    row,
                    Meaning(mail.meaning),
                    quotes=mail.quotes,
                    quoted_reply=None if quoted is None else START + timedelta(seconds=quoted),
                )
            if failed := self.reports.get(mail.copies[0].number):
                pair = (KEYS.id(failed[0]), KEYS.address(failed[1]))
                texts[row] = TextFact(row, Meaning.UNKNOWN, failed=(pair,))
        return Traces(texts=texts, replied_flag=flags, vouched=frozenset(vouched))

    def marks(self, number: dict[int, int], *, seen: bool) -> list[Mark]:
        return [
            Mark(
                number[n.row],
                Word(n.word),
                START + timedelta(seconds=n.at),
                START + timedelta(seconds=n.recorded),
                id=n.number,
                other=number[n.other.copies[0].number] if n.other else None,
                detail=n.detail,
                seen=n.seen if seen else None,
            )
            for n in self.notes
        ]

    def fold(
        self, *, random: Random | None = None, seen: bool = True, wiped: bool = False
    ) -> Folded:
        """What core makes of it; with `random` it read the same mail in another order."""
        rows = list(range(1, self.last_number + 1))
        if random:
            random.shuffle(rows)
        number = {old: new for new, old in enumerate(rows, start=1)}
        messages = [replace(self.message(old), id=number[old]) for old in rows]
        marks = self.marks(number, seen=seen)
        if random:
            random.shuffle(messages)
            random.shuffle(marks)
        if wiped:
            messages = [_wiped(m) for m in messages]
        references = {number[n]: Reference("O", n) for n in number}
        return fold(messages, marks, ours(), references, self.traces(number))

    def fold_apart(self) -> Folded:
        """The same, with what has nothing to do with each other folded apart."""
        same = {row: row for row in range(1, self.last_number + 1)}
        marks, traces = self.marks(same, seen=True), self.traces(same)
        pairs: list[tuple[int, Hashable]] = [
            (m.message_id, m.other) for m in marks if m.other is not None
        ]
        pairs += [(n, key) for n, fact in traces.texts.items() for key, _ in fact.failed]
        whole, found = ours(), []
        parted = groups(map(joint, self.post.messages), pairs, whole.addresses | whole.domains)
        for numbers in (*parted.together, *((n,) for n in parted.alone)):
            messages = [self.message(n) for n in numbers]
            references = {n: Reference("O", n) for n in numbers}
            here = [m for m in marks if m.message_id in references]
            found.append(fold(messages, here, whole, references, traces))
            if len(messages) == 1 and messages[0].id in parted.alone and not here:
                assert opens_a_case(messages[0], whole) == bool(found[-1].cases)
        return Folded(
            tuple(c for f in found for c in f.cases),
            tuple(n for f in found for n in f.not_tracked),
        )

    def model(self, *, seen: bool = True) -> Model:
        notes = self.notes if seen else [replace(n, seen=None) for n in self.notes]
        return Model(self.mails, notes, self.failed)


def joint(m: Message) -> Joint:
    """What the ledger says of a message when it is to be folded apart."""
    people = [p for p in (m.sender, m.reply_to, *m.recipients) if p]
    return Joint(
        m.id,
        m.fingerprint,
        f"{m.message_id} {m.original_id}",
        " ".join((*m.in_reply_to, *m.references)),
        " ".join(f"{p.key}:{p.domain_key}" for p in people),
        m.subject_key,
        m.signs,
    )


def _wiped(message: Message) -> Message:
    def bare(party: Party | None) -> Party | None:
        return replace(party, name=None, address=None) if party else None

    people = tuple(replace(p, name=None, address=None) for p in message.recipients)
    return replace(
        message,
        subject=None,
        sender=bare(message.sender),
        reply_to=bare(message.reply_to),
        recipients=people,
    )


Picture = dict[str, object]


def picture_of_fold(world: World, found: Folded) -> dict[str, Picture]:
    """Core's cases by opener, in words that the model has, too."""
    mail_of: dict[tuple[str, str, str, int, int], str] = {}
    for mail in world.mails:
        for copy in mail.copies:
            mail_of[_row(world.message(copy.number))] = name(world, mail)
    pictures: dict[str, Picture] = {}
    for case in found.cases:
        opener = mail_of[_row(next(m for m in case.messages if m.id == case.opener.id))]
        assert opener not in pictures, "one mail opened two cases"
        pictures[opener] = {
            "acknowledged": _seconds(case.acknowledged),
            "responded": _seconds(case.responded),
            "inferred": _seconds(case.inferred),
            "excluded": case.excluded.word.value if case.excluded else None,
            "proposal": case.proposal is Meaning.CLOSER,
            "chasers": case.chasers,
            "wrote again": case.wrote_again,
            "messages": sorted({mail_of[_row(m)] for m in case.messages}),
            "answers": sorted({mail_of[_row(a.message)] for a in case.answers}),
            "waits": bool(case.asked_back) and case.asked_back[-1].answered is None,
        }
    return pictures


def picture_of_model(world: World, model: Model) -> dict[str, Picture]:
    """The same of the model."""
    pictures: dict[str, Picture] = {}
    for case in model.cases:
        pictures[name(world, case.opener)] = {
            "acknowledged": case.acknowledged,
            "responded": case.responded,
            "inferred": case.inferred,
            "excluded": case.excluded.word if case.excluded else None,
            "proposal": case.proposal,
            "chasers": len(case.chasers),
            "wrote again": case.wrote_again,
            "messages": sorted(name(world, m) for m in case.members),
            "answers": sorted(name(world, m) for m in case.answers),
            "waits": case.waits_for_parent,
        }
    return pictures


def name(world: World, mail: Mail) -> str:
    """A mail for people who read a failure: its place, who wrote it and what it says."""
    place = world.mails.index(mail)
    to = f" to {','.join(mail.to)}" if mail.ours else ""
    return f"{place}:{mail.what} {mail.writer}{to} at {mail.school} <{mail.id}>"


def _row(message: Message) -> tuple[str, str, str, int, int]:
    return (message.school, message.mailbox, message.folder, message.uidvalidity, message.uid)


def _seconds(done: Done | None) -> int | None:
    return round((done.at - START).total_seconds()) if done else None
