"""Every figure of a half-term that was counted by hand, and what must hold for any."""

from __future__ import annotations

from typing import Any

import pytest

from commsla.core.counted import Counted, Outcome
from commsla.core.definitions import FIGURES, SPLITS
from commsla.core.summary import Figure, Row, Summary
from tests.core.counting import ANSWERS, rows, summary

PAGE = summary()


def told(one: Outcome) -> str:
    return f"late {one.late_by}" if one.fate.value == "answered late" else one.fate.value


@pytest.mark.parametrize(
    ("row", "found"),
    list(zip(ANSWERS["cases"], rows(), strict=True)),
    ids=[row["ref"] for row in ANSWERS["cases"]],
)
def test_every_case_counts_as_it_was_counted_by_hand(row: dict[str, Any], found: Counted) -> None:
    assert (found.reference, told(found.acknowledge), told(found.respond)) == (
        row["ref"], row["a"], row["r"],
    )  # fmt: skip


def value(figure: Figure) -> int | str:
    if figure.value is None:
        return "too few" if figure.why == "too few to show" else figure.why
    return f"more than {figure.value}" if figure.at_least else figure.value


@pytest.mark.parametrize("key", ANSWERS["figures"])
def test_a_figure_is_what_was_counted_by_hand(key: str) -> None:
    assert value(PAGE.figure(key)) == ANSWERS["figures"][key]


def cells(row: Row) -> list[Any]:
    share = "-" if row.percent is None else row.percent
    return (
        [row.label, row.count, share] if row.met is None else [row.label, row.count, row.met, share]
    )


@pytest.mark.parametrize("key", ANSWERS["splits"])
def test_a_split_is_what_was_counted_by_hand(key: str) -> None:
    assert [cells(r) for r in PAGE.split(key).rows] == ANSWERS["splits"][key]


def test_the_totals_add_up_as_they_did_on_paper() -> None:
    found = {c.title: [c.total, *(n for _, n in c.parts)] for c in PAGE.checks}
    assert found == ANSWERS["checks"]
    assert all(c.adds_up for c in PAGE.checks)


def test_nothing_is_on_the_page_that_was_not_counted_by_hand() -> None:
    assert {f.key for f in PAGE.figures} == set(ANSWERS["figures"]) == set(FIGURES)
    assert {s.key for s in PAGE.splits} == set(ANSWERS["splits"])
    assert set(ANSWERS["splits"]) | {"received.by_half_term", "responded.by_half_term"} == set(
        SPLITS
    )
    assert len(ANSWERS["cases"]) >= 40


def without(*references: str) -> Summary:
    return summary([c for c in ANSWERS["cases"] if c["ref"] not in references])


def test_an_open_case_past_its_date_lowers_the_share_and_one_not_yet_due_does_not() -> None:
    with_it, without_it = (
        PAGE.figure("responded.percent"),
        without("O16").figure("responded.percent"),
    )
    assert (with_it.value, without_it.value) == (76, 78)  # 32 of 42, 32 of 41
    fresh = without("O29", "O30", "O32")
    assert fresh.figure("responded.percent") == with_it


def test_the_page_says_it_in_sentences() -> None:
    assert PAGE.sentences == (
        "35 of the 45 that were due were acknowledged within the time that we aim for (78 %).",
        "32 of the 42 that were due were answered in full within the time that we aim for (76 %).",
        "Half were answered within 2 working days; how long nine in ten took cannot be said yet: more than "
        "28 working days (n = 45; what is open counts as waiting).",
        "10 are open, 5 of them past their date.",
    )


def test_the_policy_in_force_is_said_with_its_readings() -> None:
    [policy] = PAGE.policies
    assert (policy.acknowledge, policy.respond) == ("2 working days", "5 working days")
    assert policy.schools == ("Oak", "Elm", "Fir")
    assert policy.readings[1] == "A target is met until midnight of its last day."


def test_one_school_of_several_shows_what_all_together_show_of_it() -> None:
    oak, elm = summary(chosen=("oak",)), summary(chosen=("elm",))
    assert oak.figure("received.total").value == 31
    assert [f.key for f in oak.figures if f.value is not None] == ["received.total"]
    assert [f.key for f in elm.figures if f.value is not None] == []
    assert not any(s.rows for s in (*oak.splits, *elm.splits))
    assert not oak.checks


def test_the_word_is_missed() -> None:
    said = " ".join([*PAGE.sentences, *(f.definition + f.title for f in PAGE.figures)])
    assert "missed" in said
    assert "breach" not in said.casefold()
