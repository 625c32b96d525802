"""What an event does to a case while it is being folded: DESIGN's table, and the grades of evidence."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime

from commsla.core.case import NOTICEABLE, Answer, AskedBack, Done, Evidence
from commsla.core.letters import Letter
from commsla.core.model import (
    Mark,
    Meaning,
    Message,
    Party,
    Role,
    TextFact,
    Word,
)

ANSWERING = frozenset({Word.CALLED, Word.MEETING, Word.ANSWERED})
EXCLUDING = frozenset({Word.NO_REPLY_NEEDED, Word.NOT_FOR_US, Word.DUPLICATE, Word.SAFEGUARDING})
FOR_BOTH = ANSWERING | {Word.SAFEGUARDING}  # holds for the same mail at another school as well
# A mark, when it holds from, whether its mail opened the case.
Recorded = tuple[Mark, datetime, bool]
_REPLIED = "replied by e-mail"
NOT_READ = TextFact(0, Meaning.FULL, doubtful=True, why="texts are not read here")


@dataclass(slots=True, eq=False)
class OpenCase:
    """A case while it is being folded; events reach it in the order in which they happened."""

    opener: Letter
    answerable: set[str]  # keys of the addresses at which its writer can be answered
    wrote_again: bool = False
    proposal: Meaning | None = None
    same_subject: OpenCase | None = None
    letters: list[Letter] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    handed_over: list[Message] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    acknowledged: Done | None = None
    responded: Done | None = None
    inferred: Done | None = None
    asked_back: list[AskedBack] = field(default_factory=list)
    arranged: date | None = None
    to_check: str = ""
    excluded: Mark | None = None
    unread: bool = False  # a reply whose words nobody could read yet
    chased: list[Letter] = field(default_factory=list)
    urgent: bool = False
    owner: str = ""
    moved_to: str = ""
    twins: list[OpenCase] = field(default_factory=list)
    held: list[Recorded] = field(default_factory=list)  # marks since it was last reopened

    @property
    def writer(self) -> Party | None:
        """Who asked."""
        return self.opener.writer

    @property
    def participants(self) -> set[str]:
        """Keys of those who wrote its mail: several where a person merged what two parents asked."""
        return {x.writer.key for x in self.letters if x.writer and x.writer.key}

    @property
    def takes_more(self) -> bool:
        """Whether a further mail of the same person still belongs to it: nothing was answered yet.

        Where an answer is only supposed, the next one is a case of its own: perhaps a new question.
        """
        settled = self.responded or self.inferred or self.excluded
        return not settled and not self.unread and not self.proposal

    def add(self, letter: Letter, fact: TextFact | None, *, merged: bool = False) -> None:
        """The parent wrote more before we responded: the clock stays with the oldest.

        What a person merged with it asks for itself, and does not ask again.
        """
        self.letters.append(letter)
        self.urgent = self.urgent or bool(fact and fact.urgent)
        if self.asked_back and self.asked_back[-1].answered is None:
            for one in (self, *self.twins):
                one._parent_answered(letter.message.received)
        elif not merged and (fact is None or fact.meaning in (Meaning.CHASER, Meaning.UNKNOWN)):
            self.chased.append(letter)

    def answered_by(self, message: Message, fact: TextFact | None, how: Evidence) -> None:
        """We wrote to the parent: a person's reply acknowledges; its words say whether it responds."""
        if self.has_answer(message):
            return
        meaning = fact.meaning if fact else None
        why = fact.why if fact else ""
        self.answers.append(Answer(message, meaning, bool(fact and fact.doubtful), why))
        done = Done(message.received, how, _REPLIED)
        self.acknowledged = self.acknowledged or done
        if fact is None:
            self.unread = True
        elif meaning is Meaning.QUESTION_BACK:
            if self.responded is None:
                self.asked_back.append(AskedBack(done))
                self.to_check = why if fact.doubtful else ""
        elif meaning is not Meaning.HOLDING:
            known = self.responded is not None
            self._respond(done)
            if not (fact.doubtful or meaning is Meaning.UNKNOWN):
                self.to_check = ""
            elif (
                not known
            ):  # what comes after an answer may be doubtful: the answer is none the less one
                self.to_check = why or "it could not be read"
            self.arranged = fact.day or self.arranged

    def has_answer(self, message: Message) -> bool:
        """Whether this mail of ours was taken for an answer to it."""
        return any(a.message is message for a in self.answers)

    def infer(self, done: Done) -> bool:
        """There are traces of an answer that nobody saw: never met, until a person confirms it.

        Returns whether that is news.
        """
        if self.responded or self.excluded or self.inferred:
            return False
        self.inferred = done
        return True

    def record(self, mark: Mark, moment: datetime, *, opened_it: bool) -> None:
        """A person said what happened.

        A mark that answers holds for the case that the mail is part of; one that takes a mail out
        of the count holds only if that mail opened the case, never for another mail beside it. About
        safeguarding is a case as a whole, and with it the same mail at another school.
        """
        self.marks.append(mark)
        self.held.append((mark, moment, opened_it))
        self._apply(mark, moment, opened_it=opened_it)

    def covers(self, mark: Mark, on: Letter, letter: Letter) -> bool:
        """Whether a mark on one of its mails would settle it together with `letter`, unseen.

        Who recorded it did not know of that mail yet: it is left to stand for itself.
        """
        if mark.seen is None or mark.seen >= letter.seen_from:
            return False
        settles = mark.word in FOR_BOTH or mark.word is Word.CONFIRM
        settles = settles or (mark.word in EXCLUDING and on is self.opener)
        return settles and max(mark.at, on.message.received) >= letter.message.received

    def _apply(self, mark: Mark, moment: datetime, *, opened_it: bool) -> None:
        if mark.word in ANSWERING:
            for one in (self, *self.twins):
                one._recorded(mark, moment)
        elif mark.word in (Word.ACKNOWLEDGED, Word.HOLDING):
            self._only_held(mark, moment)
        elif mark.word is Word.CONFIRM:
            self._confirm(mark, opened_it=opened_it)
        elif mark.word is Word.REOPEN:
            self._reopen(mark)
        elif mark.word is Word.SAFEGUARDING:
            for one in (self, *self.twins):
                one.keep_safe(mark)
        elif mark.word is Word.ASSIGN:
            self.owner = mark.detail
        elif mark.word is Word.MOVE:
            self.moved_to = "" if mark.detail == self.opener.message.school else mark.detail
        elif mark.word in EXCLUDING and opened_it:
            self.excluded = self.excluded or mark
            self.proposal = None

    def share(self, other: OpenCase) -> None:
        """The same mail went to another school: an answer from either counts for both."""
        self.twins.append(other)
        other.twins.append(self)
        self.acknowledged = self.acknowledged or other.acknowledged
        if self.responded is None and other.responded:
            self.responded, self.to_check = other.responded, other.to_check
        self.unread = self.unread or other.unread
        self.answers += other.answers
        self.asked_back += other.asked_back
        self.arranged = self.arranged or other.arranged
        if other.excluded and other.excluded.word is Word.SAFEGUARDING:
            self.keep_safe(other.excluded)

    def keep_safe(self, mark: Mark) -> None:
        """It is about safeguarding: whatever else was said of it, it is out of every sight."""
        if not self.is_safeguarding:
            self.excluded, self.proposal = mark, None

    @property
    def is_safeguarding(self) -> bool:
        """Whether a person said that it is about safeguarding."""
        return self.excluded is not None and self.excluded.word is Word.SAFEGUARDING

    def _parent_answered(self, at: datetime) -> None:
        # What she writes answers all that was asked of her: whether it is enough is for the office.
        self.asked_back = [a if a.answered else replace(a, answered=at) for a in self.asked_back]

    def _respond(self, done: Done) -> None:
        self.responded = self.responded or done
        self.inferred = None
        self.unread = False
        self.proposal = None

    def _recorded(self, mark: Mark, moment: datetime) -> None:
        done = _typed(mark, moment)
        self.acknowledged = self.acknowledged or done
        if self.to_check and self.responded and mark.word is Word.ANSWERED:
            self.to_check = ""  # who says "answered" has looked at the reply that was in doubt
            return
        self._respond(done)
        self.to_check = ""

    def _only_held(self, mark: Mark, moment: datetime) -> None:
        done = _typed(mark, moment)
        self.acknowledged = self.acknowledged or done
        reply = self.responded
        if reply and reply.evidence is not Evidence.RECORDED:
            # What was taken for the answer was only a holding reply, for the same mail at another
            # school as well; a call that was recorded beside it is an answer still.
            for one in (self, *self.twins):
                if one.responded == reply:
                    one.responded, one.to_check = None, ""
                    one._answer_by_what_is_held()
        self.inferred, self.to_check, self.unread, self.proposal = None, "", False, None
        self.asked_back = []  # it was taken for a question; the office says that it only held

    def _answer_by_what_is_held(self) -> None:
        for one in (self, *self.twins):
            for mark, moment, _ in one.held:
                if mark.word in ANSWERING:
                    self._recorded(mark, moment)

    def _confirm(self, mark: Mark, *, opened_it: bool) -> None:
        """Whatever is proposed for this case is right: that none is needed, or that it was answered."""
        doubted = self.opener.judged.doubt and not (self.answers or self.responded)
        if self.proposal is not None or (doubted and opened_it and not self.inferred):
            self.excluded, self.proposal = self.excluded or mark, None
        elif self.inferred is not None:
            done = replace(self.inferred, evidence=Evidence.RECORDED, recorded=mark.recorded)
            self.acknowledged = self.acknowledged or done
            self._respond(done)
        self.to_check = ""

    def _reopen(self, mark: Mark) -> None:
        """It is owed after all, by the clock that it always had.

        That somebody acknowledged it holds only where a reply was seen. What was typed after it
        holds, however far it is dated back; what was filed after it was filed no earlier. About
        safeguarding it stays: its names are gone, and only undo says that this was a mistake.
        """
        self.acknowledged = self.responded = self.inferred = self.proposal = None
        if not self.is_safeguarding:
            self.excluded = None
        self.to_check, self.unread, self.asked_back = "", False, []
        self.held = [
            (m, at if m.id else max(at, mark.at), opened_it)
            for m, at, opened_it in self.held
            if (m.id > mark.id if m.id else m.recorded > mark.recorded)
        ]
        for later, moment, opened_it in list(self.held):
            self._apply(later, moment, opened_it=opened_it)
        for message in (a.message for a in self.answers):
            if self.acknowledged is None or message.received <= self.acknowledged.at:
                how = Evidence.SEEN if message.role is Role.SENT else Evidence.VOUCHED
                self.acknowledged = Done(message.received, how, _REPLIED)


def _typed(mark: Mark, moment: datetime) -> Done:
    """What a mark says was done; a folder of the mail program is none that somebody dated back."""
    late = bool(mark.id) and mark.recorded - moment > NOTICEABLE
    return Done(moment, Evidence.RECORDED, mark.word.value, mark.recorded, back_dated=late)
