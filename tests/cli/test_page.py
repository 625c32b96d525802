"""The page of today's list: its tree is the same whatever a mail says, and it may load and run nothing."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import sqlite3
import stat
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.cli.terminal import Result, pipe, terminal

VOID = {"meta", "br", "hr", "img", "input", "link"}
NASTY = (
    "</title><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "--><svg onload=alert(1)>",
    "</style><style>*{display:none}</style>",
    "&lt;b&gt; &amp; &quot; &#x3c;",
    "\" onmouseover='alert(1)' x=\"",
    "javascript:alert(1) https://evil.example/?x=1",
    "{{ 7 * 7 }} {% raw %} {# x #}",
    "<base href=//evil.example><meta http-equiv=refresh content=0>",
    "]]> <![CDATA[ <?php ?> <!--",
    "שלום مرحبا",
    "\u202etxt.exe\u2066",
    "x" * 400,
    "\\u003cb\\u003e %3Cb%3E ＜b＞",
    "\x00\x1b[2J\x85\u2028",
)


@dataclass
class Tree(HTMLParser):
    """The page as a browser takes it apart: elements with their attributes, in order, and the text."""

    shape: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    open_: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def __hash__(self) -> int:
        return id(self)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = " ".join(f"{k}={v}" for k, v in attrs)
        self.shape.append(f"{'/'.join(self.open_)}<{tag} {told}>")
        if tag not in VOID:
            self.open_.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open_.pop() == tag

    def handle_data(self, data: str) -> None:
        if data.strip() and self.open_[-1] != "style":
            self.texts.append(" ".join(data.split()))


def _tree(page: str) -> Tree:
    tree = Tree()
    tree.feed(page)
    tree.close()
    assert tree.open_ == []
    return tree


def _page(home: Path, *words: str) -> str:
    result = pipe(home, "demo", "status", "--html", "page.html", *words)
    assert (result.code, result.out, result.err) == (0, "", "")
    return (home / "page.html").read_text("utf-8")


def _say(home: Path, text: str) -> None:
    """Every text that a mail brings becomes this one, as a poll would store it."""
    from commsla.core.clean import clean

    with sqlite3.connect(home / "demo" / "ledger.sqlite3") as db:
        db.execute(
            "UPDATE messages SET subject = ?, sender_name = ? WHERE subject IS NOT NULL",
            (clean(text), clean(text)),
        )
    db.close()


@pytest.mark.parametrize("text", NASTY)
def test_no_text_of_a_mail_changes_the_tree(demo_home: Path, text: str) -> None:
    _say(demo_home, "x")
    plain = _tree(_page(demo_home, "--all"))
    _say(demo_home, text)
    nasty = _tree(_page(demo_home, "--all"))
    assert nasty.shape == plain.shape
    assert len(nasty.texts) == len(plain.texts)
    from commsla.core.clean import clean

    assert clean(text) in nasty.texts


def test_it_may_load_and_run_nothing(demo_home: Path) -> None:
    page = _page(demo_home, "--all")
    shape = _tree(page).shape
    for never in (
        "<script",
        "<link",
        "<img",
        "<iframe",
        "<a ",
        "<base",
        "refresh",
        "href=",
        "src=",
    ):
        assert not [s for s in shape if never in s]
    assert not [s for s in shape if re.search(r" on\w+=| style=", s)]
    [policy] = [s for s in shape if "Content-Security-Policy" in s]
    [style] = re.findall("<style>(.*?)</style>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"content=default-src 'none'; style-src 'sha256-{digest}';" in policy
    assert "url(" not in style
    assert "@import" not in style
    assert "unsafe" not in policy


def test_it_says_what_the_list_says_in_its_order(demo_home: Path) -> None:
    listed = pipe(demo_home, "demo", "status", "--all").out.splitlines()
    texts = _tree(_page(demo_home, "--all")).texts
    data = json.loads(pipe(demo_home, "demo", "status", "--json").out)["data"]
    references = [c["reference"] for c in data["cases"]]
    assert [t for t in texts if t in set(references)] == references
    assert listed[0] in texts
    assert data["headline"] in texts
    titles = ("Overdue (8)", "Due today (6)", "Due next working day (7)", "Waiting (10)")
    assert [t for t in texts if t in titles] == list(titles)
    for sentence in listed[-60:]:
        if sentence.startswith(("Set aside", "Not tracked:")):
            assert sentence in texts
    assert "acknowledge: 6 working days late, was due Wed 9 Dec" in texts


def test_settled_cases_and_what_is_not_tracked_only_when_asked(demo_home: Path) -> None:
    short, whole = _page(demo_home), _page(demo_home, "--all")
    assert ">Settled (" not in short
    assert ">Not tracked (" not in short
    assert ">Settled (" in whole
    assert ">Not tracked (" in whole
    assert "bulletin: List-Id: &lt;offers.glueandglitter.example&gt;" in whole


def test_it_combines_with_school_find_and_as_of(demo_home: Path) -> None:
    one = _page(demo_home, "--school", "marshlane")
    assert "Marsh Lane Infants" in one
    assert "Thistledown Primary, received" not in one
    found = _page(demo_home, "--find", "Oakapple")
    assert "Found with &#34;Oakapple&#34;: 2 cases." in found
    assert "When each mailbox was last read" not in found
    then = _page(demo_home, "--as-of", "Fri 20 Nov 17:00")
    assert "As it stood on Friday 20 November 2026, 17:00 (looked at Thu 17 Dec 08:45)" in then
    assert "A look back: mail received by then" in then
    assert "tell your IT support" not in then


def test_an_old_poll_is_said_loudly(demo_home: Path) -> None:
    with sqlite3.connect(demo_home / "demo" / "ledger.sqlite3") as db:
        db.execute("UPDATE mailbox_reads SET last_good = last_good - 3 * 86400")
    db.close()
    texts = _tree(_page(demo_home)).texts
    assert "Warning" in texts
    assert any(t.startswith("OUT OF DATE: Thistledown Primary") for t in texts)
    assert "OUT OF DATE, last read Mon 14 Dec 08:40" in texts


def test_a_safeguarded_name_is_nowhere(demo_home: Path) -> None:
    before = _page(demo_home, "--all")
    assert "Caspian Thrupp" in before
    marked = pipe(demo_home, "demo", "mark", "T19", "safeguarding")
    assert marked.code == 0, marked.err
    after = _page(demo_home, "--all")
    for word in ("Caspian", "Thrupp", "Elowen", "Lunch allergies"):
        assert word not in after
    assert "about safeguarding" in after


def test_hints_say_what_was_really_typed(demo_home: Path) -> None:
    assert "commsla demo mark REF confirm" in _page(demo_home)


def test_only_the_owner_may_read_it_and_nothing_is_left_beside_it(demo_home: Path) -> None:
    _page(demo_home)
    _page(demo_home)
    if os.name == "posix":
        assert stat.S_IMODE((demo_home / "page.html").stat().st_mode) == 0o600
    assert sorted(p.name for p in demo_home.iterdir()) == ["demo", "page.html"]


def test_no_other_file_is_overwritten(demo_home: Path) -> None:
    config = demo_home / "demo" / "schools.toml"
    before = config.read_bytes()
    result = pipe(demo_home, "demo", "status", "--html", str(config))
    assert (result.code, result.out) == (1, "")
    assert "commsla did not write it. Nothing was written." in result.err
    assert config.read_bytes() == before


def test_a_page_or_json(demo_home: Path) -> None:
    result: Result = pipe(demo_home, "demo", "status", "--html", "page.html", "--json")
    assert result.code == 2
    assert json.loads(result.out)["error"]["message"] == "A page or JSON?"
    assert not (demo_home / "page.html").exists()


def test_a_person_is_told_where_it_is(demo_home: Path) -> None:
    out = terminal(demo_home, 200, "demo", "status", "--html", "page.html").out
    assert out == f"Written: {demo_home / 'page.html'}"
