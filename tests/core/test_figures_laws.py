"""What holds for the page of any ledger: it adds up, and nothing that it hides comes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from commsla.core.casetable import case_table
from commsla.core.counted import EMAIL, SAFEGUARDING, THANKS, Counted, Fate, How, Outcome
from commsla.core.figures import Asked, summarise
from commsla.core.periods import Period
from commsla.core.school import Span
from commsla.core.smallnumbers import ENOUGH, SMALL
from commsla.core.summary import Frame, Quality, Reader, Split, Summary
from commsla.core.tally import Material
from tests.core.counting import LOOKED

FIRST, LAST = date(2025, 11, 3), date(2025, 11, 28)
NAMES = {"oak": "Oak", "elm": "Elm"}
SPANS = dict.fromkeys(NAMES, Span(FIRST, LAST))
PERIOD = Period("November", SPANS)
BOX = Quality((), ())
DONE = (Fate.MET, Fate.LATE)
NEVER_DUE = (Fate.NOT_YET_DUE, Fate.SET_ASIDE)


@st.composite
def outcomes(draw: st.DrawFn, received: date, fate: Fate) -> Outcome:
    """One target with a date that goes with its fate."""
    due = received + timedelta(draw(st.integers(2, 9)))
    is_due = due <= LAST
    if fate is Fate.NOT_YET_DUE:
        due, is_due = LAST + timedelta(draw(st.integers(1, 5))), False
    elif fate not in (*DONE, *NEVER_DUE) and not is_due:
        due, is_due = LAST, True
    done = draw(st.dates(received, max(LAST, received))) if fate in DONE else None
    late = draw(st.integers(0, 9)) if fate is Fate.LATE else 0
    return Outcome(fate, due, is_due, done, draw(st.integers(0, 20)), late,
                   draw(st.sampled_from(How)) if done else None)  # fmt: skip


@st.composite
def cases(draw: st.DrawFn) -> Counted:
    """One case of one of the two schools, received up to two weeks before the period or in it."""
    received = FIRST + timedelta(draw(st.integers(-14, 25)))
    respond = draw(st.sampled_from(Fate))
    same = respond in (Fate.SET_ASIDE, Fate.BEFORE_DAY_ONE)
    acknowledge = respond if same else draw(
        st.sampled_from([f for f in Fate if f not in (Fate.SET_ASIDE, Fate.FOR_PARENT)])
    )  # fmt: skip
    aside = st.sampled_from(["no-reply-needed", "not-for-us", "duplicate-of", THANKS, SAFEGUARDING])
    return Counted(
        draw(st.sampled_from(list(NAMES))),
        draw(st.sampled_from([EMAIL, EMAIL, EMAIL, "phone", "letter"])),
        received,
        draw(outcomes(received, acknowledge)),
        draw(outcomes(received, respond)),
        draw(st.integers(0, 2)),
        draw(aside) if respond is Fate.SET_ASIDE else "",
        reference=f"N{draw(st.integers(1, 10**6))}",
        age=draw(st.integers(0, 30)),
    )


LEDGERS = st.lists(cases(), max_size=120)


def page(found: list[Counted], *chosen: str, is_over: bool = True) -> Summary:
    names = tuple(NAMES[c] for c in chosen or NAMES)
    frame = Frame("November", names, FIRST, LAST, LAST, is_over, LOOKED, "1")
    material = Material(found, SPANS, {"bulk": 7, "internal": 3, "bounce": 1})
    return summarise(Asked(frame, PERIOD, NAMES, chosen or tuple(NAMES)), material, None, (), BOX)


def values(summary: Summary) -> Mapping[str, int]:
    return {f.key: f.value for f in summary.figures if f.value is not None}


@given(LEDGERS)
def test_every_total_adds_up(found: list[Counted]) -> None:
    whole = page(found)
    value = values(whole)
    assert all(c.adds_up for c in whole.checks), whole.checks
    for name in ("acknowledged", "responded"):
        assert value[f"{name}.due"] == value[f"{name}.met"] + value[f"{name}.missed"]
        assert value[f"{name}.missed"] == value[f"{name}.late"] + value[f"{name}.no_answer"]
        assert (f"{name}.percent" in value) == (value[f"{name}.due"] >= ENOUGH)
    assert value["received.total"] == next(
        c.total for c in whole.checks if c.title == "Received in the period"
    )
    assert value["open.total"] == sum(
        value[f"open.{k}"]
        for k in ("overdue", "not_yet_due", "for_parent", "unconfirmed", "cannot_say")
    )


@given(LEDGERS)
def test_every_split_adds_up_and_shows_nothing_small(found: list[Counted]) -> None:
    whole = page(found)
    value = values(whole)
    for split in whole.splits:
        assert bool(split.rows) != bool(split.why)
        if split.rows:
            assert sum(r.count for r in split.rows) == value[split.of], split
        for row in split.rows:
            for part in [row.count] if row.met is None else [row.met, row.count - row.met]:
                assert part == 0 or part >= SMALL, split
            assert row.percent is None or value[split.of] >= ENOUGH


@given(LEDGERS)
def test_before_it_is_over_a_page_has_no_split(found: list[Counted]) -> None:
    whole = page(found, is_over=False)
    assert not any(s.rows for s in whole.splits)
    assert values(whole) == values(page(found))


# --- the attack: all that is printed on the page of both schools, and on the page of each --------

BY_SCHOOL = {
    "received.by_school": ("received.total",),
    "acknowledged.by_school": ("acknowledged.met", "acknowledged.missed"),
    "responded.by_school": ("responded.met", "responded.missed"),
    "open.by_school": ("open.total",),
}


def truth(found: list[Counted], school: str, key: str) -> int:
    """What a page of one school alone would say of it, were nothing hidden."""
    own = [c for c in found if c.school == school]
    return values(page(own))[key]


@given(LEDGERS)
def test_no_small_number_of_one_school_comes_back_from_three_pages(found: list[Counted]) -> None:
    whole, alone = page(found), {s: page(found, s) for s in NAMES}
    for split_key, keys in BY_SCHOOL.items():
        split = whole.split(split_key)
        for place, key in enumerate(keys):
            total = values(whole)[key]
            known = {s: values(alone[s]).get(key) for s in NAMES}
            for row in split.rows:
                for school, name in NAMES.items():
                    if row.label == name:
                        parts = [row.count] if row.met is None else [row.met, row.count - row.met]
                        known[school] = parts[place]
            # One school is the total less the other.
            if sum(v is None for v in known.values()) == 1:
                known = {s: total - sum(filter(None, known.values())) if v is None else v
                         for s, v in known.items()}  # fmt: skip
            for school, value in known.items():
                real = truth(found, school, key)
                assert value in (None, real)
                if 0 < real < SMALL:
                    assert value is None, (split_key, school, total)


@given(LEDGERS)
def test_a_page_of_one_school_shows_nothing_that_the_page_of_both_does_not(
    found: list[Counted],
) -> None:
    whole = page(found)
    shown = {label(s, n) for s in whole.splits if s.key in BY_SCHOOL for n in NAMES.values()}
    for school, name in NAMES.items():
        alone = page(found, school)
        assert not any(s.rows for s in alone.splits)
        assert alone.checks == ()
        for key in values(alone):
            family = "acknowledged" if key.startswith("ack") else key.partition(".")[0]
            assert (f"{family}.by_school", name) in shown, key


def label(split: Split, name: str) -> tuple[str, str]:
    return split.key, next((r.label for r in split.rows if r.label == name), "")


@given(LEDGERS)
def test_safeguarding_is_never_a_row_of_its_own_and_in_no_list(found: list[Counted]) -> None:
    whole = page(found)
    for split in whole.splits:
        assert SAFEGUARDING not in {r.label for r in split.rows}
    material = Material(found, SPANS)
    for reader in (Reader.HEAD, Reader.DATA):
        table = case_table(reader, whole.frame, NAMES, material)
        assert all(SAFEGUARDING not in row for row in table.rows)
    # With only cases of safeguarding set aside nothing says that it is they.
    only = [replace(c, set_aside=SAFEGUARDING) if c.set_aside else c for c in found]
    assert page(only).split("received.set_aside_by_reason").rows == ()


@given(LEDGERS)
def test_data_names_no_case_and_keeps_the_counts(found: list[Counted]) -> None:
    frame = page(found).frame
    table = case_table(Reader.DATA, frame, NAMES, Material(found, SPANS))
    keys = [c.key for c in table.columns]
    assert "reference" not in keys
    assert all(len(row) == len(keys) for row in table.rows)
    value = values(page([c for c in found if c.set_aside != SAFEGUARDING]))
    for target, name in (("acknowledge", "acknowledged"), ("respond", "responded")):
        counts, state = keys.index(f"{target}_counts"), keys.index(f"{target}_state")
        due = [row for row in table.rows if row[counts]]
        assert len(due) == value[f"{name}.due"]
        assert sum(row[state] == Fate.MET.value for row in due) == value[f"{name}.met"]
    assert (
        sum(row[keys.index("counts_as_received")] is True for row in table.rows)
        == value["received.total"]
    )
