"""Text from outside -> one line that no terminal, spreadsheet or log obeys."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commsla.core.clean import clean

HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
ODD = st.characters(categories=["Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs", "Mn"])
ANY = st.text(st.one_of(st.characters(), ODD), max_size=120)


@settings(max_examples=500, deadline=None)
@given(ANY, st.integers(1, 60))
def test_whatever_comes_is_one_short_printable_line(text: str, limit: int) -> None:
    shown = clean(text, limit)
    assert shown.isprintable()
    assert not {unicodedata.category(c) for c in shown} & HIDDEN
    assert len(shown) <= limit
    assert len(shown.splitlines()) <= 1
    assert unicodedata.is_normalized("NFC", shown)
    assert shown == " ".join(shown.split())


@settings(max_examples=500, deadline=None)
@given(ANY, st.integers(1, 60))
def test_cleaning_twice_changes_nothing(text: str, limit: int) -> None:
    once = clean(text, limit)
    assert clean(once, limit) == once


MARKED = st.text(
    st.one_of(
        st.characters(categories=["Mn", "Mc", "Me"]),
        # Letters that come apart under NFC, a mark that becomes two, and what is left out.
        st.sampled_from("ae\u0958\ufb2c\u0344\u1100\u1161\u09c7\u09be\u200d\ufe0f\u034f \u3164"),
    ),
    max_size=60,
)


@settings(max_examples=1000, deadline=None)
@given(st.one_of(MARKED, ANY), st.integers(1, 60))
def test_no_character_carries_more_than_three_marks(text: str, limit: int) -> None:
    shown = clean(text, limit)
    kinds = "".join(unicodedata.category(c)[0] for c in shown)
    assert "MMMM" not in kinds
    assert unicodedata.is_normalized("NFC", shown)
    assert clean(shown, limit) == shown


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(codec="ascii", categories=["L", "N", "P", "S"]), max_size=200))
def test_plain_words_stay_as_they_are(text: str) -> None:
    assert clean(text) == text


@given(
    st.lists(st.sampled_from("\x00\x07\x1b\x7f\x85\x9b\u202e\u2066\u2028\ud800\ufffe"), max_size=50)
)
def test_no_control_goes_without_a_trace(controls: list[str]) -> None:
    assert len(clean("".join(controls))) == len(controls)


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("\x1b[2J\x1b[1;1Hall answered", "␛[2J␛[1;1Hall answered"),
        ("\x9b31m", "\ufffd31m"),  # C1: a one-byte CSI
        ("\x1b]8;;http://evil.example\x07click", "␛]8;;http://evil.example␇click"),
        ("a\x00b", "a␀b"),
        ("a\x7fb", "a␡b"),
        ("invoice\u202efdp.exe", "invoice\ufffdfdp.exe"),
        ("\u2066isolate\u2069", "\ufffdisolate\ufffd"),
        ("\ud800", "\ufffd"),
        ("\U000e0041", "\ufffd"),  # a tag character
        ("\ue000", "\ufffd"),  # private use
        ("\uffff", "\ufffd"),  # no character; breaks an .xlsx
        ("a\u2028b\u2029c", "a\ufffdb\ufffdc"),
        ("a\x0bb\x0cc\x1cd", "a␋b␌c␜d"),
        ("a\x85b", "a\ufffdb"),  # next line: str.splitlines would cut here
        ("a\r\n\tb", "a b"),
        ("a \u200b b", "a b"),
        ("a\u3000\u00a0b", "a b"),
        ("[/red] [bold]PAID[/]", "[/red] [bold]PAID[/]"),  # markup is text; sinks must not parse it
        ("=HYPERLINK(1)", "=HYPERLINK(1)"),
        ("so\u00adft\u200b", "soft"),
        ("\ufeffBOM", "BOM"),
        ("e\u0301", "é"),
        ("👩\u200d👧", "👩👧"),
        ("Zal" + "\u0321\u0353\u0348" * 20 + "go", "Zal" + "\u0321" * 3 + "go"),
        ("Nguy\u1ec5\u0302n", "Nguy\u1ec5\u0302n"),
        ("\u3164", ""),  # a Hangul filler: a letter that nobody sees
        ("Anna\u2800\u115f\u1160\uffa0Bell", "Anna Bell"),
        ("\u2764\ufe0f a\u034fb", "\u2764 ab"),  # chooses a colour; joins nothing
        ("", ""),
        ("\r\n", ""),
    ],
)
def test_hostile_text(hostile: str, shown: str) -> None:
    assert clean(hostile) == shown


@pytest.mark.parametrize(
    ("text", "limit", "shown"),
    [
        ("abcdef", 6, "abcdef"),
        ("abcdefg", 6, "abcde…"),
        ("abcd fgh", 6, "abcd…"),
        ("\u200b" * 25 + "x", 6, "…"),  # cut before it was looked at: it says so
        ("x" + " " * 30, 6, "x…"),
        ("x" * 100_000, 200, "x" * 199 + "…"),
    ],
)
def test_a_cut_is_shown(text: str, limit: int, shown: str) -> None:
    assert clean(text, limit) == shown
