"""A clerk's desk in the tests: two schools that are polled, and what is typed in between."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from commsla.core.marks import Marked
from commsla.core.model import Word
from commsla.core.today import Status
from commsla.core.verdicts import Judged
from commsla.jobs.cases import judge_all
from commsla.jobs.mark import Wish, mark
from commsla.jobs.references import read_mark, read_reference, read_subjects
from commsla.jobs.show import show
from commsla.jobs.status import status
from tests.jobs.test_poll import CONFIG, DAYS, NOW, Office

ANNA = "Anna Quillfeather <anna@quill.example>"


class Desk(Office):
    """Hours count from NOW, a Monday morning at eight."""

    def at(self, hours: float) -> datetime:
        return NOW + timedelta(hours=hours)

    def came(self, name: str, hours: float, *, re: str = "", who: str = ANNA, more: str = "",
             school: str = "oak") -> int:  # fmt: skip
        reply = f"In-Reply-To: <{re}@x>\r\n" if re else ""
        raw = (
            f"From: {who}\r\nTo: office@{school}.example\r\nSubject: Zebra crossing\r\n"
            f"Message-ID: <{name}@x>\r\n{reply}{more}\r\nMay we?\r\n"
        )
        uid = self.boxes[school].put("INBOX", self.at(hours), raw)
        self.boxes[school].raws["INBOX", uid] = raw.encode()
        return uid

    def sent(self, name: str, hours: float, *, re: str, body: str, who: str = ANNA,
             school: str = "oak") -> None:  # fmt: skip
        raw = (
            f"From: office@{school}.example\r\nTo: {who}\r\nSubject: Re: Zebra crossing\r\n"
            f"Message-ID: <{name}@x>\r\nIn-Reply-To: <{re}@x>\r\n\r\n{body}\r\n"
        )
        uid = self.boxes[school].put("Sent", self.at(hours), raw)
        self.boxes[school].raws["Sent", uid] = raw.encode()

    def polled(self, hours: float) -> None:
        assert all(o.trouble is None for o in self.poll(self.at(hours)))

    def type(
        self,
        words: str,
        hours: float,
        *,
        at: str | None = None,
        note: str = "",
        different: bool = True,
    ) -> list[Marked]:
        """`O1 called`, `merge O2 O1`, `assign O1 "Year 3"`, `move O1 elm`; of whomever unless told."""
        first, *rest = words.split(" ")
        other, detail = None, ""
        if first in ("merge", "assign", "move"):
            word = Word(first)
            subjects = read_subjects(rest[:1] if word is not Word.MERGE else rest[:-1])
            other = read_reference(rest[-1]) if word is Word.MERGE else None
            detail = "" if other else " ".join(rest[1:])
        else:
            subjects, word, other = read_mark(words.split(" "))
        wish = Wish(subjects, word, "sue", at, note, other, detail, different_people=different)
        return mark(CONFIG, self.ledger, DAYS, self.at(hours), wish)

    def cases(self, hours: float = 100) -> dict[str, Judged]:
        found = judge_all(CONFIG, self.ledger, DAYS, self.at(hours)).cases
        return {str(j.case.reference): j for j in found}

    def status(self, hours: float, *, as_of: float | None = None) -> Status:
        then = None if as_of is None else self.at(as_of)
        return status(CONFIG, self.ledger, DAYS, self.at(hours), CONFIG.schools, as_of=then)

    def story(self, what: str, hours: float = 100) -> list[str]:
        [subject] = read_subjects([what])
        found = show(CONFIG, self.ledger, DAYS, self.at(hours), subject)
        assert isinstance(found, tuple)
        return [step.what for step in found[1]]

    def bytes_on_disk(self) -> bytes:
        return b"".join(p.read_bytes() for p in sorted(self.ledger.file.parent.iterdir()))


__all__ = ["ANNA", "Desk", "desk"]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path / "state")
    made.polled(-24)
    yield made
    made.ledger.close()
