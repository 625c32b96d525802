"""What DESIGN section 4 says of mail and marks, as simply as it can be said; it shares no code with core.

Everything is worked out again each time, in the order in which it happened. Times are whole seconds,
people are addresses, ids are what the mail says: nothing here knows of headers, keys or rows.
"""

from __future__ import annotations

from dataclasses import dataclass, field

SIXTY_DAYS = 60 * 86400
STAFF = frozenset({"office@oak.example", "office@elm.example", "ms.vane@oak.example"})
ANSWERS = ("called", "meeting", "answered")
TAKES_OUT = ("no-reply-needed", "not-for-us", "duplicate-of", "safeguarding")


@dataclass
class Copy:
    """Where a mail lies, the ledger's number of that row, and when it came there."""

    number: int
    at: int
    by_list: bool = False


@dataclass(eq=False)
class Mail:
    """One mail, however often it was delivered or moved. `what` says who made it and how:

    person, list (a List-Id on it), robot (an automatic reply), form (the writer stands in Reply-To),
    bounce, unreadable, colleague (in the inbox, From a colleague), and for ours: person or robot.
    """

    school: str
    ours: bool
    what: str
    writer: str
    to: tuple[str, ...]
    id: str
    names: tuple[str, ...]  # the ids that it names, the nearest first
    subject: str
    re: bool
    same: int  # equal for one mail that went to both schools
    reply_to: str = ""
    vouched: bool = False
    dated: int | None = None  # the writer's own Date, the same on every copy
    copies: list[Copy] = field(default_factory=list)
    meaning: str | None = None  # None: nobody has read it
    quotes: bool = False
    quoted_reply: int | None = None
    flagged: dict[int, int] = field(default_factory=dict)  # row -> when the flag was first seen

    @property
    def at(self) -> int:
        return min(c.at for c in self.copies)

    @property
    def first_number(self) -> int:
        return min(c.number for c in self.copies)


@dataclass(eq=False)
class Note:
    """A mark."""

    number: int
    mail: Mail
    row: int
    word: str
    at: int
    recorded: int
    seen: int | None
    other: Mail | None = None
    detail: str = ""


@dataclass(eq=False)
class Asked:
    """A case of the model."""

    opener: Mail
    doors: list[tuple[Mail, str]]  # an answer to this person in this mail's conversation answers it
    wrote_again: bool
    proposal: bool
    members: list[Mail] = field(default_factory=list)
    answers: list[Mail] = field(default_factory=list)
    acknowledged: int | None = None
    responded: int | None = None
    by_hand: bool = False
    inferred: int | None = None
    excluded: Note | None = None
    unread: bool = False
    waits_for_parent: bool = False
    chasers: list[Mail] = field(default_factory=list)
    held: list[tuple[Note, int]] = field(default_factory=list)  # since it was last reopened

    @property
    def writers(self) -> set[str]:
        return {m.writer for m in self.members if m.what != "unreadable"}

    @property
    def people(self) -> set[str]:
        return {person for _, person in self.doors}

    @property
    def is_open(self) -> bool:
        done = self.responded is not None or self.inferred is not None
        return not (done or self.excluded or self.unread or self.proposal)


class Model:
    """The cases of all mail and marks, once it is made."""

    def __init__(self, mails: list[Mail], notes: list[Note], failed: set[tuple[str, str]]) -> None:
        self.mails, self.failed = mails, failed
        self.notes = self._holding(notes)
        self.sent_ids = {m.id for m in mails if m.ours and m.id}
        self.cases: list[Asked] = []
        self.untracked: list[Mail] = []
        self._tied: dict[tuple[str, str], list[set[object]]] = {}
        for _, what, mail, note in self._history():
            if what == "mail":
                self._write(mail) if mail.ours else self._arrive(mail)
            elif note:
                self._mark(mail, note)
            else:
                self._flag(mail)

    # --- what happened, in order -----------------------------------------------------------------

    @staticmethod
    def _holding(notes: list[Note]) -> list[Note]:
        stands: list[Note] = []
        for note in sorted(notes, key=lambda n: n.number):
            if note.word != "undo":
                stands.append(note)
                continue
            mine = [n for n in stands if n.row == note.row]  # an undo is of one row
            if mine:
                stands.remove(mine[-1])
        return stands

    def _history(self) -> list[tuple[tuple[int, int, int], str, Mail, Note | None]]:
        found: list[tuple[tuple[int, int, int], str, Mail, Note | None]] = []
        for mail in self.mails:
            found.append(((mail.at, int(mail.ours), 0), "mail", mail, None))
            if mail.flagged:
                at = max(mail.at, min(mail.flagged.values()))
                found.append(((at, 3, 0), "flag", mail, None))
        for note in self.notes:
            at = max(note.at, note.mail.at)
            found.append(((at, 2, note.number), "note", note.mail, note))
        return sorted(found, key=lambda f: f[0])

    # --- what a mail is ----------------------------------------------------------------------------

    def _noted(self, mail: Mail, word: str) -> bool:
        return any(n.mail is mail and n.word == word for n in self.notes)

    def _answers_us(self, mail: Mail) -> bool:
        return any(n in self.sent_ids for n in mail.names)

    def starts_a_clock(self, mail: Mail) -> bool:
        """When in doubt it does; a list's header is no sign on an answer to our own mail."""
        if mail.what in ("person", "form", "unreadable") or self._noted(mail, "enquiry"):
            direct = not all(c.by_list for c in mail.copies)
            return direct or self._answers_us(mail) or self._noted(mail, "enquiry")
        return False

    def _is_doubtful(self, mail: Mail) -> bool:
        """A list's header on an answer to us; a robot that says who wrote: perhaps no enquiry."""
        by_list = all(c.by_list for c in mail.copies)
        return mail.what == "form" or (mail.what == "person" and by_list and self._answers_us(mail))

    # --- what belongs together -----------------------------------------------------------------------

    def _letters_with(self, school: str, person: str) -> list[Mail]:
        """Everything that passed between a school and a person, by what it says itself."""
        found = []
        for mail in self.mails:
            from_us = mail.ours or (mail.what == "colleague" and mail.vouched)
            said = mail.what not in ("form", "unreadable") and mail.writer == person
            if mail.school == school and (person in mail.to if from_us else said):
                found.append(mail)
        return found

    def _bears(self, school: str, person: str, name: str) -> list[Mail]:
        return [m for m in self._letters_with(school, person) if m.id == name]

    def _claims(self, school: str, person: str, name: str) -> list[Mail]:
        """Questions with this id that are to be answered to a person who did not write them so."""
        of_person = self._letters_with(school, person)
        return [
            m
            for m in self.mails
            if m.school == school and m.id == name and m not in of_person
            and not m.ours and self.starts_a_clock(m) and person in self._answerable(m)
        ]  # fmt: skip

    def _place(self, mail: Mail, person: str) -> object:
        """A mail is known by its id, where nobody else in this correspondence has the same."""
        bearers = self._bears(mail.school, person, mail.id) if mail.id else []
        same = bearers or (self._claims(mail.school, person, mail.id) if mail.id else [])
        alone = same in ([], [mail])
        return mail.id if mail.id and alone else mail

    def _one_of(self, mail: Mail, person: str, name: str) -> list[Mail]:
        """Several mails have this id: the questions among them that a mail of ours can be about."""
        same = self._bears(mail.school, person, name) or self._claims(mail.school, person, name)
        if len(same) < 2 or not (mail.ours or mail.what == "colleague"):
            return []
        asked = [m for m in same if not m.ours and self.starts_a_clock(m) and m.at <= mail.at]
        alike = [m for m in asked if m.subject == mail.subject]
        return alike if len(asked) > 1 and alike else asked

    def _links(self, mail: Mail, person: str) -> set[object]:
        """What a mail hangs on: the first known mail that it names, and lost ones nearer than that."""
        found: set[object] = {self._place(mail, person)}
        anew = not mail.ours and mail.what != "colleague" and not mail.re and not mail.quotes
        unlike = False
        for name in mail.names:
            bearers = self._bears(mail.school, person, name)
            about = self._one_of(mail, person, name)
            if len(about) == 1:
                found.add(self._place(about[0], person))
            if about and bearers:
                if len(about) == 1 or about[0].subject == mail.subject:
                    break
                unlike = True
            if len(bearers) > 1 or bearers == [mail]:
                continue
            if unlike:  # from here on only what has its subject is what it can be about
                if bearers and bearers[0].subject == mail.subject:
                    found.add(name)
                if bearers:
                    break
                found.add((name, mail.subject))
                continue
            if bearers:
                old = bearers[0].subject
                if not (anew and old and mail.subject and old != mail.subject):
                    found.add(name)
                break
            if anew and mail.subject:
                found.add((name, mail.subject))
            else:
                found |= {name, (name, mail.subject)}
        return found

    def _conversations(self, school: str, person: str) -> list[set[object]]:
        if (school, person) not in self._tied:
            groups = [self._links(m, person) for m in self._letters_with(school, person)]
            together: list[set[object]] = []
            for group in groups:
                touching = [g for g in together if g & group]
                together = [g for g in together if not g & group]
                together.append(group.union(*touching))
            self._tied[school, person] = together
        return self._tied[school, person]

    def _together(self, case: Asked, one: Mail, other: Mail, person: str) -> bool:
        """Whether a mail is in this person's conversation of the case, where its mail `one` is, too.

        A case that was moved is known by that mail's id at the other school.
        """
        moves = [n.detail for n in self.notes if n.mail is case.opener and n.word == "move"]
        if one.school == other.school:
            known: set[object] = {self._place(one, person)}
        elif other.school in moves and one.id:
            known = {one.id}
        else:
            return False
        shared = one.school == other.school and len(self._claims(one.school, person, one.id)) > 1
        if one.id and not self._bears(other.school, person, one.id) and not shared:
            known.add((one.id, one.subject))
        known |= {n for g in self._conversations(other.school, person) if g & known for n in g}
        return self._place(other, person) in known

    # --- what comes in ---------------------------------------------------------------------------------

    def case_with(self, mail: Mail) -> Asked | None:
        """The case that a mail is in."""
        return next((c for c in self.cases if mail in c.members), None)

    def _merged_into(self, mail: Mail) -> Mail | None:
        group = {mail}
        for _ in self.notes:
            for note in self.notes:
                one, other = note.mail, note.other
                joined = note.word == "merge" and other and one.school == other.school
                if joined and other and {one, other} & group:
                    group |= {one, other}
        first = min(group, key=lambda m: m.at)
        return first if first is not mail else None

    def _answerable(self, mail: Mail) -> list[str]:
        wanted = [] if mail.what == "unreadable" else [mail.writer, mail.reply_to]
        return [p for p in dict.fromkeys(wanted) if p and p not in STAFF]

    def _arrive(self, mail: Mail) -> None:
        if not self.starts_a_clock(mail):
            if mail not in self.untracked:
                self.untracked.append(mail)
            if mail.what == "colleague" and mail.vouched:
                self._write(mail)
            return
        first = self._merged_into(mail)
        if first and (case := self.case_with(first)):
            self._join(case, mail, merged=True)
            case.doors += [(mail, p) for p in self._answerable(mail)]
            return
        joins = mail.what not in ("form", "unreadable")
        near = [c for c in self.cases if joins and self._is_near(c, mail)]
        near.sort(key=lambda c: c.opener.at)
        for case in near:
            if not case.is_open or self._was_settled_unseen(case, mail):
                continue
            if mail.quoted_reply is not None and mail.meaning is not None and not case.answers:
                self._suppose(case, max(mail.quoted_reply, case.opener.at))
                continue
            if case.opener.what == "form":
                continue  # anybody can send that; what she writes herself stands for itself
            self._join(case, mail)
            return
        thanks = mail.meaning == "closer" and bool(near) and not self._noted(mail, "enquiry")
        case = Asked(mail, [(mail, p) for p in self._answerable(mail)], bool(near), thanks, [mail])
        for other in self._twins(case):
            if case.acknowledged is None:
                case.acknowledged = other.acknowledged
            if case.responded is None:
                case.responded, case.by_hand = other.responded, other.by_hand
            case.unread = case.unread or other.unread
            case.answers += other.answers
            case.waits_for_parent = case.waits_for_parent or other.waits_for_parent
            if other.excluded and other.excluded.word == "safeguarding":
                self._keep_safe(case, other.excluded)
        self.cases.append(case)

    def _is_near(self, case: Asked, mail: Mail) -> bool:
        """The same person asked it, in this conversation."""
        who = mail.writer
        claimed = case.opener.what == "form" and not case.answers and case.responded is None
        return (
            not claimed
            and who in case.writers
            and any(p == who and self._together(case, m, mail, p) for m, p in case.doors)
        )

    def _was_settled_unseen(self, case: Asked, mail: Mail) -> bool:
        """Who recorded something did not speak of mail that nobody had read by then."""
        for one in (case, *self._twins(case)):
            for note in self.notes:
                settles = note.word in (*ANSWERS, "safeguarding", "confirm") or (
                    note.word in TAKES_OUT and note.mail is one.opener
                )
                unseen = note.seen is not None and note.seen < mail.first_number
                later = max(note.at, note.mail.at) >= mail.at
                if note.mail in one.members and settles and unseen and later:
                    return True
        return False

    def _twins(self, case: Asked) -> list[Asked]:
        one = case.opener
        return [
            c for c in self.cases if c.opener.same == one.same and c.opener.school != one.school
        ]

    def _join(self, case: Asked, mail: Mail, *, merged: bool = False) -> None:
        case.members.append(mail)
        if case.waits_for_parent:
            for one in (case, *self._twins(case)):
                one.waits_for_parent = False
        elif mail.meaning in (None, "chaser", "unknown") and not merged:
            case.chasers.append(mail)

    # --- what we wrote ------------------------------------------------------------------------------------

    def _write(self, mail: Mail) -> None:
        people = [p for p in dict.fromkeys(mail.to) if p not in STAFF]
        if mail.what == "robot":
            return
        arrived = {p for p in people if not mail.id or (mail.id, p) not in self.failed}
        known: set[str] = set()
        for case in list(self.cases):
            hit = [p for m, p in case.doors if p in people and self._together(case, m, mail, p)]
            known |= set(hit) & case.writers
            for one in (case, *self._twins(case)) if hit else ():
                if arrived & one.people:
                    self._answer(one, mail)
        known |= {p for p in people if self._answer_one_of(mail, p, arrived)}
        for case in self.cases:
            old = case.opener
            same = old.school == mail.school and old.subject == mail.subject and old.subject
            to_them = (arrived - known) & set(self._answerable(old))
            near = old.at <= mail.at <= old.at + SIXTY_DAYS
            if same and to_them and near and mail not in case.answers:
                self._suppose(case, mail.at)

    def _answer_one_of(self, mail: Mail, person: str, arrived: set[str]) -> bool:
        """Ours names an id of several questions: their one case is answered, or each perhaps.

        Returns whether one of them is this person's own.
        """
        about: list[Mail] = []
        unlike = False
        for name in mail.names:
            bearers = self._bears(mail.school, person, name)
            meant = self._one_of(mail, person, name)
            about += meant if len(meant) > 1 else []
            if bearers and meant and (len(meant) == 1 or meant[0].subject == mail.subject):
                break
            unlike = unlike or bool(bearers and meant)
            if len(bearers) == 1 and bearers != [mail]:
                if unlike and bearers[0].subject == mail.subject:
                    return False
                break
        near = [c for c in self.cases if set(about) & set(c.members) and person in c.people]
        for case in near if person in arrived else ():
            if len(near) > 1:
                self._suppose(case, mail.at)
                continue
            for one in (case, *self._twins(case)):
                if person in one.people:
                    self._answer(one, mail)
        return any(m in self._letters_with(mail.school, person) for m in about)

    def _answer(self, case: Asked, mail: Mail) -> None:
        if mail in case.answers:
            return
        case.answers.append(mail)
        if case.acknowledged is None:
            case.acknowledged = mail.at
        if mail.meaning is None:
            case.unread = True
        elif mail.meaning == "question back":
            case.waits_for_parent = case.waits_for_parent or case.responded is None
        elif mail.meaning != "holding":
            self._respond(case, mail.at, by_hand=False)

    @staticmethod
    def _respond(case: Asked, at: int, *, by_hand: bool) -> None:
        if case.responded is None:
            case.responded, case.by_hand = at, by_hand
        case.inferred, case.unread, case.proposal = None, False, False

    @staticmethod
    def _suppose(case: Asked, at: int) -> None:
        if case.responded is None and case.inferred is None and case.excluded is None:
            case.inferred = at

    # --- what was recorded, and what the mail program says ---------------------------------------------------

    def _mark(self, mail: Mail, note: Note) -> None:
        case = self.case_with(mail)
        if case:
            at = max(note.at, mail.at)
            case.held.append((note, at))
            self._apply(case, note, at)

    def _apply(self, case: Asked, note: Note, at: int) -> None:
        both, word, opened = (case, *self._twins(case)), note.word, case.opener is note.mail
        if word in ANSWERS:
            for one in both:
                self._answer_by_hand(one, at)
        elif word in ("acknowledged", "holding"):
            self._only_held(case, at)
        elif word == "reopen":
            case.acknowledged = case.responded = case.inferred = None
            case.by_hand = case.proposal = case.unread = case.waits_for_parent = False
            if case.excluded and case.excluded.word != "safeguarding":
                case.excluded = None
            case.held = [h for h in case.held if h[0].number > note.number]
            for later, when in list(case.held):  # typed after it, though it happened before
                self._apply(case, later, when)
            seen = [a.at for a in case.answers]  # that a reply was seen holds whatever is recorded
            if case.acknowledged is not None:
                seen.append(case.acknowledged)
            case.acknowledged = min(seen, default=None)
        elif word == "safeguarding":
            for one in both:
                self._keep_safe(one, note)
        elif word in TAKES_OUT and opened:
            case.excluded, case.proposal = case.excluded or note, False
        elif word == "confirm":
            self._confirm(case, note, opened=opened)

    @staticmethod
    def _keep_safe(case: Asked, note: Note) -> None:
        if case.excluded is None or case.excluded.word != "safeguarding":
            case.excluded, case.proposal = note, False

    def _answer_by_hand(self, case: Asked, at: int) -> None:
        if case.acknowledged is None:
            case.acknowledged = at
        self._respond(case, at, by_hand=True)

    def _only_held(self, case: Asked, at: int) -> None:
        """What was taken for the answer was none; a call beside it still is one."""
        if case.acknowledged is None:
            case.acknowledged = at
        reply = case.responded
        if reply is not None and not case.by_hand:
            for one in (case, *self._twins(case)):
                if one.responded == reply and not one.by_hand:
                    one.responded = None
                    for beside in (one, *self._twins(one)):
                        for note, when in beside.held:
                            if note.word in ANSWERS:
                                self._answer_by_hand(one, when)
        case.inferred, case.unread, case.proposal = None, False, False
        case.waits_for_parent = False

    def _confirm(self, case: Asked, note: Note, *, opened: bool) -> None:
        doubted = self._is_doubtful(case.opener) and not case.answers and case.responded is None
        if case.proposal or (doubted and opened and case.inferred is None):
            case.excluded, case.proposal = case.excluded or note, False
        elif case.inferred is not None:
            if case.acknowledged is None:
                case.acknowledged = case.inferred
            self._respond(case, case.inferred, by_hand=True)

    def _flag(self, mail: Mail) -> None:
        case = self.case_with(mail)
        if case is None or any(a.at >= mail.at for a in case.answers):
            return
        seen = max(mail.at, min(mail.flagged.values()))
        for ours in self.mails:  # written by then, or put into Sent soon after
            named = mail.id and mail.id in ours.names and ours.ours and ours.what != "robot"
            if named and set(ours.to) & set(self._answerable(mail)) and ours.at <= seen + 3600:
                return
        before = case.inferred
        self._suppose(case, max(mail.at, min(mail.flagged.values())))
        if case.inferred is not before:
            later = [m for m in case.members if m.at > mail.at and not m.flagged]
            self._set_free(case, later)

    def _set_free(self, case: Asked, mails: list[Mail]) -> None:
        for mail in mails:
            first = self._merged_into(mail)
            if mail is case.opener or (first and self.case_with(first) is case):
                continue
            case.members.remove(mail)
            if mail in case.chasers:
                case.chasers.remove(mail)
            self._arrive(mail)
