"""Who wrote: the address, never what a display name, a quote or a comment claims."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commsla.core.addresses import Mailbox, read_addresses

OFFICE, EVIL = "office@oak.example", "mallory@evil.example"


@pytest.mark.parametrize(
    ("text", "name", "address"),
    [
        ("Anna <anna@home.example>", "Anna", "anna@home.example"),
        ("anna@home.example", "", "anna@home.example"),
        ("<anna@home.example>", "", "anna@home.example"),
        ('"Smith, Anna" <anna@home.example>', "Smith, Anna", "anna@home.example"),
        ("anna@home.example (Anna)", "Anna", "anna@home.example"),
        ('"Anna \\"Nan\\" S" <anna@home.example>', 'Anna "Nan" S', "anna@home.example"),
        ("=?utf-8?q?Si=C3=A2n?= <sian@home.example>", "=?utf-8?q?Si=C3=A2n?=", "sian@home.example"),
        ("Anna\t  Smith   <anna@home.example>", "Anna Smith", "anna@home.example"),
        ("Anna <ANNA@Home.Example>", "Anna", "ANNA@Home.Example"),
        ("o'brien+school@home.example", "", "o'brien+school@home.example"),
        ("<@relay.example:anna@home.example>", "", "anna@home.example"),  # a source route
        ('"Anna" anna@home.example (x)', "Anna", "anna@home.example"),
        ('<"john doe"@home.example>', "", '"john doe"@home.example'),
        ("Group: anna@home.example;", "", "anna@home.example"),
    ],
)
def test_as_mailers_write_it(text: str, name: str, address: str) -> None:
    assert read_addresses(text)[0] == Mailbox(name, address)


@pytest.mark.parametrize(
    "text",
    [
        f"{OFFICE} <{EVIL}>",
        f'"{OFFICE}" <{EVIL}>',
        f'"<{OFFICE}>" <{EVIL}>',
        f'"School Office <{OFFICE}>" <{EVIL}>',
        f"({OFFICE}) {EVIL}",
        f"(<{OFFICE}>) <{EVIL}>",
        f"{EVIL} ({OFFICE})",
        f"<{OFFICE}> <{EVIL}>",
        f"Office: {OFFICE} <{EVIL}>",
        f"{OFFICE})<{EVIL}>",
        f"{OFFICE}><{EVIL}>",
        f"{OFFICE}<<{EVIL}>",
        f"{OFFICE}@<{EVIL}>",
        f"{OFFICE}:<{EVIL}>",
        f"{OFFICE}.<{EVIL}>",
        f"{OFFICE}[<{EVIL}>",
        f"{OFFICE}]<{EVIL}>",
        f"(a \\) {OFFICE} ) {EVIL}",
        f'"a \\" {OFFICE}" <{EVIL}>',
    ],
)
def test_a_display_name_never_says_who_wrote(text: str) -> None:
    assert [m.address for m in read_addresses(text)] == [EVIL]


@pytest.mark.parametrize(
    "text",
    [
        f'{OFFICE}"<{EVIL}>',  # a quote that never ends
        f"{OFFICE}(<{EVIL}>",  # a comment that never ends
        f"<{OFFICE}>(<{EVIL}>",
        f'<{OFFICE}>"<{EVIL}>',
        f"{OFFICE}(bob@evil.example",
        f"{OFFICE}@evil.example",
        f"<{OFFICE}@evil.example>",
        f'"{OFFICE}"@evil.example',
        f'<x"{OFFICE}"@evil.example>',
        f"{OFFICE} <>",
        "anna @ home.example",
        "<anna @home.example>",
        "@home.example",
        "anna@",
        "no address at all",
        "=?utf-8?q?office=40oak.example?=",
        '"', "(", "<", '"a@b', "(a@b",
    ],
)  # fmt: skip
def test_where_two_could_be_meant_there_is_none(text: str) -> None:
    assert [m.address for m in read_addresses(text) if m.address] == []


def test_a_quoted_local_part_is_never_the_address_inside_it() -> None:
    [found] = read_addresses(f'<"{OFFICE}"@evil.example>')
    assert found.address == f'"{OFFICE}"@evil.example'


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("a@x.example, b@x.example", ["a@x.example", "b@x.example"]),
        ("a@x.example; b@x.example", ["a@x.example", "b@x.example"]),
        ('"A, B" <a@x.example>, C <c@x.example>', ["a@x.example", "c@x.example"]),
        (
            "Staff: a@x.example, B <b@x.example>; c@x.example",
            ["a@x.example", "b@x.example", "c@x.example"],
        ),
        ("undisclosed-recipients:;", []),
        ("", []),
        (",,;, ,", []),
    ],
)
def test_lists_and_groups(text: str, addresses: list[str]) -> None:
    assert [m.address for m in read_addresses(text)] == addresses


def test_what_has_no_address_is_still_shown() -> None:
    assert read_addresses("no address at all") == [Mailbox("no address at all", "")]
    assert read_addresses(f"<{OFFICE}@evil.example>") == [Mailbox(f"{OFFICE}@evil.example", "")]


def test_nested_comments_do_not_recurse() -> None:
    deep = 20 * sys.getrecursionlimit()
    nested = "(" * deep + ")" * deep + EVIL
    assert read_addresses(nested) == [Mailbox("(" * (deep - 1) + ")" * (deep - 1), EVIL)]
    assert read_addresses("(" * deep + EVIL)[0].address == ""


@pytest.mark.parametrize(
    "sign", ["a", "@", "a@", '"', '"a', "\\", '\\"', "<", "(", ",", ":", "a@b,"]
)
def test_a_long_list_of_one_sign_is_read_in_one_pass(sign: str) -> None:
    # Looking anew from every letter would take minutes here, not an instant.
    for text in (sign * 200_000, "<" + sign * 200_000, '<"' + sign * 200_000):
        assert len(read_addresses(text)) <= 200


def test_no_more_than_two_hundred_are_read() -> None:
    assert len(read_addresses("a@b.example," * 5000)) == 200


@settings(max_examples=500, deadline=None)
@given(st.text(st.sampled_from('ab@.<>()",;:\\ \t\u00e9\x00'), max_size=30))
def test_an_address_has_one_at_and_stood_in_the_header(text: str) -> None:
    for found in read_addresses(text):
        if found.address:
            assert found.address in text
            local, _, domain = found.address.rpartition("@")
            assert local
            assert domain
            assert "@" not in local or local.startswith('"')
            assert not set(domain) & set(' <>,;:"()\t')


@pytest.mark.parametrize(
    "text",
    [
        "off(x)ice@oak.example",
        'office@""oak.example',
        "office@oak.(x)example",
        'office""@oak.example',
    ],
)
def test_a_comment_or_quote_never_glues_an_address_together(text: str) -> None:
    assert "office@oak.example" not in [m.address for m in read_addresses(text)]
