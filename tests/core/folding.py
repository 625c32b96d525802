"""Folding made-up mail with what was read of it, and reading off hours, for the tests of single rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta

from commsla.core.case import Case
from commsla.core.cases import Folded, fold
from commsla.core.model import Mark, Meaning, Message, Role, TextFact
from commsla.core.traces import Traces
from tests.core.mails import KEYS, START, Post, ours

Facts = Mapping[int, Meaning | TextFact]


def read(message: Message, meaning: Meaning, **more: object) -> dict[int, TextFact]:
    """What was read of one message."""
    return {message.id: TextFact(message.id, meaning, **more)}  # type: ignore[arg-type]


def failed(report: Message, id: str, to: str) -> dict[int, TextFact]:
    """A delivery report says that the mail with this id did not reach this address."""
    pair = (KEYS.id(f"{id}@x.example"), KEYS.address(to))
    return read(report, Meaning.UNKNOWN, failed=(pair,))


def folded(
    post: Post,
    *marks: Mark,
    facts: Facts | None = None,
    vouched: Iterable[Message] = (),
    flags: Mapping[int, float] | None = None,
) -> Folded:
    """Fold it; `facts` by ledger number, `flags` the hours at which \\Answered was first seen."""
    texts = {n: f if isinstance(f, TextFact) else TextFact(n, f) for n, f in (facts or {}).items()}
    traces = Traces(
        texts=texts,
        replied_flag={n: START + timedelta(hours=h) for n, h in (flags or {}).items()},
        vouched=frozenset(m.id for m in vouched),
    )
    return fold(post.messages, marks, ours(), {}, traces)


def cases(
    post: Post,
    *marks: Mark,
    facts: Facts | None = None,
    vouched: Iterable[Message] = (),
    flags: Mapping[int, float] | None = None,
) -> tuple[Case, ...]:
    """Only its cases, by receipt."""
    return folded(post, *marks, facts=facts, vouched=vouched, flags=flags).cases


def of(found: Iterable[Case], address: str) -> list[Case]:
    """The cases of one person."""
    return [c for c in found if c.writer and c.writer.key == KEYS.address(address)]


def hours(case: Case) -> tuple[float | None, float | None, float | None]:
    """When it was acknowledged, responded and supposedly answered, in hours after START."""

    def after(name: str) -> float | None:
        done = getattr(case, name)
        return (done.at - START) / timedelta(hours=1) if done else None

    return after("acknowledged"), after("responded"), after("inferred")


def copy_at(post: Post, message: Message, school: str, *, at: float) -> Message:
    """The same mail, delivered to another school as well."""
    number = len(post.messages) + 1
    received = START + timedelta(hours=at)
    copy = replace(
        message, id=number, school=school, mailbox=f"office@{school}.example", uid=number,
        received=received,
    )  # fmt: skip
    assert copy.role is Role.INBOX
    post.messages.append(copy)
    return copy
