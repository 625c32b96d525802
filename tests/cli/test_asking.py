"""The questions for a school year, and what is answered to a slip of the pen."""

from __future__ import annotations

from datetime import date

from commsla.cli.asking import Dialogue, Typed
from commsla.core.school import Span

PAGE = [
    "Wednesday 1st September 2027 to Friday 22nd October 2027",
    "Mon 1 Nov 2027 – Fri 17 Dec 2027",
    "4/1/2028 to 11/2/2028",
    "21 Feb to 31 March",
    "Tuesday 18 April",
    "Friday 26 May 2028",
    "Summer term 2: Mon 5 June 2028 to Fri 21 July 2028",
    "Wed 1 September 2027",
    "",
]


class Person:
    """Types these lines, and remembers what the screen said."""

    def __init__(self, *lines: str) -> None:
        self.lines, self.said = list(lines), list[str]()
        self.typed = Typed()
        self.dialogue = Dialogue("2027-28", self._ask, self.said.append, self.typed)

    def _ask(self, question: str) -> str:
        self.said.append(question)
        return self.lines.pop(0)

    def terms(self) -> list[tuple[str, str]]:
        return [(t.first.isoformat(), t.last.isoformat()) for t in self.typed.terms]

    def answers(self) -> list[str]:
        return [line.strip() for line in self.said if line.startswith("  ")][2:]


TERMS = [
    ("2027-09-01", "2027-10-22"),
    ("2027-11-01", "2027-12-17"),
    ("2028-01-04", "2028-02-11"),
    ("2028-02-21", "2028-03-31"),
    ("2028-04-18", "2028-05-26"),
    ("2028-06-05", "2028-07-21"),
]


def test_the_questions_are_in_the_words_of_a_page() -> None:
    person = Person(*PAGE)
    person.dialogue.whole_year()
    assert person.terms() == TERMS
    assert person.typed.inset == [date(2027, 9, 1)]
    assert person.answers() == []
    assert [q for q in person.said if q.endswith(": ")] == [
        "Autumn term, first day: ",
        "Autumn term, first day after half-term: ",
        "Spring term, first day: ",
        "Spring term, first day after half-term: ",
        "Summer term, first day: ",
        "Summer term, last day before half-term: ",
        "Summer term, first day after half-term: ",
        "INSET day 1 (Enter when there are no more): ",
        "INSET day 2 (Enter when there are no more): ",
    ]


def test_each_slip_is_answered_at_once_and_asked_again() -> None:
    person = Person(
        "Thursday 1st September 2027",
        "Sat 4 September 2027 to Fri 22 Oct 2027",
        "1 Sept 2026",
        "1 Sept 2027",
        "",  # the last day has to be said
        "1 Sept",
        "22 Oct",
        "18 October to 17 December",
        *PAGE[1:7],
        "Sat 4 September",
        "1 September",
        "1 September",
        "2 September to 10 September",
        "",
    )
    person.dialogue.whole_year()
    assert person.answers() == [
        '"Thursday 1st September 2027" does not fit: 1 September 2027 is a Wednesday, not a '
        "Thursday. Look again.",
        "04/09/2027 is at the weekend. Type the days that pupils are in.",
        "1 September 2026 does not lie in the school year 2027-28 (2027 to 2028). Look at the year "
        "of the date.",
        "Type the last day that pupils are in, or back.",
        "That is not after the first day. Type the last day that pupils are in.",
        "That begins before the stretch above ends. Look at both.",
        "An INSET day is a weekday. Type one day a line.",
        "That day is listed already. Type the other one.",
        "An INSET day is a weekday. Type one day a line.",
    ]
    assert person.terms() == TERMS
    assert person.typed.inset == [date(2027, 9, 1)]


def test_a_whole_term_is_asked_for_its_half_term() -> None:
    person = Person(
        "1 September to 17 December",
        "20 Dec to 31 Dec",  # that is Christmas
        "Half term: Saturday 23rd October to Sunday 31st October 2027",
        *PAGE[2:],
    )
    person.dialogue.whole_year()
    assert person.terms() == TERMS
    assert person.answers() == [
        "That is a whole term: its half-term holiday lies within.",
        "Half-term, first and last day off (Enter: there is none):",
        "That does not lie within the term.",
        "Half-term, first and last day off (Enter: there is none):",
    ]


def test_the_half_term_of_weekdays_gives_the_same() -> None:
    person = Person("1 September to 17 December", "25/10/27 - 29/10/27", *PAGE[2:])
    person.dialogue.whole_year()
    assert person.terms() == TERMS


def test_a_term_may_have_no_half_term() -> None:
    person = Person("1 September to 17 December", "", "", "", "", "", "")
    person.dialogue.whole_year()
    assert person.terms() == [("2027-09-01", "2027-12-17")]


def test_back_goes_back() -> None:
    person = Person(
        PAGE[0], "back", "2 September to 22 October", "1 Nov", "back", *PAGE[1:7],
        "31 August", "back", *PAGE[7:],
    )  # fmt: skip
    person.dialogue.whole_year()
    assert person.terms() == [("2027-09-02", "2027-10-22"), *TERMS[1:]]
    assert person.typed.inset == [date(2027, 9, 1)]


def test_one_term_or_the_inset_days_can_be_typed_again() -> None:
    person = Person(*PAGE)
    person.dialogue.whole_year()
    person.lines = ["4 Jan to 10 Feb"]
    assert person.dialogue.again("3")
    assert person.typed.terms[2] == Span(date(2028, 1, 4), date(2028, 2, 10))
    person.lines = [""]  # Enter leaves it as it was
    assert person.dialogue.again("3")
    assert person.typed.terms[2] == Span(date(2028, 1, 4), date(2028, 2, 10))
    person.lines = ["3 Jan to 22 Feb", "5 Jan to 11 Feb"]  # the first runs into the next
    assert person.dialogue.again("3")
    assert person.said[-2:] == [
        "  That ends after the next stretch begins. Look at both.",
        "Spring term, first day: ",
    ]
    person.lines = ["31 August", ""]
    assert person.dialogue.again("i")
    assert person.typed.inset == [date(2027, 8, 31)]
    assert [person.dialogue.again(word) for word in ("0", "7", "maybe", "²")] == [False] * 4
