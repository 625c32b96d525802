"""Encoded words (RFC 2047) as mailers write them, and as they break them."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commsla.core.encoded import decoded, eight_bit


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("plain", "plain"),
        ("=?utf-8?q?Si=C3=A2n?=", "Siân"),
        ("=?UTF-8?B?U2nDom4=?=", "Siân"),
        ("=?iso-8859-1?q?Si=E2n_Rhys?=", "Siân Rhys"),
        ("=?utf-8*cy?q?Si=C3=A2n?=", "Siân"),  # with a language
        ("=?utf-8?q?a?= =?utf-8?q?b?=", "ab"),  # white space between two is not text
        ("=?utf-8?q?a?==?utf-8?q?b?=", "ab"),
        ("=?utf-8?q?a?= =?iso-8859-1?q?=E9?=", "aé"),
        ("=?utf-8?q?a?= b =?utf-8?q?c?=", "a b c"),
        ("Re: =?utf-8?q?a?= (b)", "Re: a (b)"),
        (" =?utf-8?q?a?= ", " a "),
        ("=?utf-8?q?a?=\t=?utf-8?b?A?=\t=?utf-8?q?b?=", "a\t=?utf-8?b?A?=\tb"),
        ("=?utf-8?b?w6I=?= =?utf-8?b?w7Q=?=", "âô"),
        ("=?utf-8?b?ww==?= =?utf-8?b?og==?=", "â"),  # one letter cut in two
        ("=?utf-8?b?w6I?=", "â"),  # without its padding
        ("=?utf-8?q?Are_you_there??=", "Are you there?"),
        ("=?utf-8?q??=", ""),
        (
            "Caf\u00e9 \u2013 \u2019s =?utf-8?q?x?=",
            "Caf\u00e9 \u2013 \u2019s x",
        ),  # raw beside encoded
        ("\u00c3\u00a2 =?utf-8?q?x?=", "\u00c3\u00a2 x"),
        ("=?nonsense?q?abc?=", "abc"),
        ("=?nonsense?q?Si=C3=A2n?=", "Siân"),
        ("=?unicode_escape?q?=5Cq?=", "\\q"),
        ("=?hex?q?00?=", "00"),
        ("=?utf-7?q?+2AA-?=", "?"),  # a lone surrogate
        ("=?utf-8?q?=FF=FE?=", "\ufffd\ufffd"),
        # What is broken stays, and does not hide its neighbours.
        ("=?utf-8?q?broken", "=?utf-8?q?broken"),
        ("=?utf-8?b?A?= =?utf-8?q?b?=", "=?utf-8?b?A?= b"),
        ("=?utf-8?q?a?= =?utf-8?b?A?= x", "a =?utf-8?b?A?= x"),
        ("=?utf-8?x?abc?=", "=?utf-8?x?abc?="),
        ("=??q?abc?=", "=??q?abc?="),
        ("=?=?=?", "=?=?=?"),
    ],
)
def test_encoded_words(value: str, text: str) -> None:
    assert decoded(value) == text


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40), st.sampled_from("bq"))
def test_what_was_encoded_comes_out(text: str, how: str) -> None:
    raw = text.encode("utf-8", "replace")
    quoted = "".join(f"={byte:02X}" for byte in raw)
    word = base64.b64encode(raw).decode() if how == "b" else quoted
    assert decoded(f"=?utf-8?{how}?{word}?=") == raw.decode()


@settings(max_examples=400, deadline=None)
@given(
    st.lists(
        st.sampled_from(["=?", "?=", "?", "utf-8", "q", "b", "=", "A", "=C3", " ", "é"]),
        max_size=30,
    ).map("".join)
)
def test_it_never_raises(value: str) -> None:
    decoded(value).encode("utf-8")


def test_words_without_end_are_read_in_one_pass() -> None:
    value = "=?a?q?x " * 100_000
    assert decoded(value) == value


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"Si\xc3\xa2n", "Siân"),
        (b"Si\xe2n", "Siân"),
        (b"\x93quoted\x94", "“quoted”"),
        (b"\x81", "\ufffd"),
    ],
)
def test_eight_bit_words_are_utf8_or_else_windows(raw: bytes, text: str) -> None:
    assert eight_bit(raw) == text
