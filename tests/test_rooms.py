"""Who may know whom (DESIGN section 1): the folder a file lies in says what it may import."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "commsla"
LONGEST = 300  # lines; a longer file is two rooms

# room -> the rooms of ours that it may import, itself apart
MAY_KNOW = {
    "errors": set(),
    "core": {"errors"},
    "jobs": {"core", "errors"},
    "edges": {"core", "errors"},
    "wiring": {"core", "edges", "jobs", "errors"},
    "demo": {"core", "jobs", "wiring", "errors"},
    "cli": {"core", "edges", "jobs", "wiring", "demo", "errors"},
    "__main__": {"cli"},
    "": set(),
}
IMPURE = {
    "typer",
    "rich",
    "pydantic",
    "pydantic_core",
    "imapclient",
    "imaplib",
    "holidays",
    "sqlite3",
    "smtplib",
    "socket",
    "ssl",
    "os",
    "pathlib",
    "time",
    "subprocess",
    "asyncio",
    "tomllib",
    "importlib",
    "io",
    "shutil",
    "tempfile",
    "threading",
    "signal",
    "select",
    "http",
    "urllib",
    "requests",
    "getpass",
    "keyring",
    "platform",
    "random",
    "locale",
}
# What the pure rooms may not call: the clock, the screen, a file, an import by name.
CLOCKS = {"now", "today", "utcnow", "fromtimestamp"}
CALLS = {"print", "input", "open", "exec", "eval", "__import__", "breakpoint"}


def _room(path: Path) -> tuple[str, str]:
    """(room, edge within it) of a file of the package."""
    parts = path.relative_to(SOURCE).with_suffix("").parts
    room = parts[0] if parts != ("__init__",) else ""
    edge = parts[1] if room == "edges" and len(parts) > 1 else ""
    return room, edge


def _imports(text: str) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            dots = "." * node.level
            for alias in node.names:
                yield node.lineno, f"{dots}{node.module or ''}.{alias.name}"


def _impure_calls(text: str) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call):
            continue
        called = node.func
        if isinstance(called, ast.Name) and called.id in CALLS:
            yield node.lineno, called.id
        elif isinstance(called, ast.Attribute) and called.attr in CLOCKS:
            # An instant out of a number is pure as long as the zone of the machine is not asked.
            zoned = len(node.args) + len(node.keywords) > 1
            if not (called.attr == "fromtimestamp" and zoned):
                yield node.lineno, called.attr


def broken_rules(path: Path, text: str) -> list[str]:
    """Every rule that this file breaks, as `file:line: what`."""
    room, edge = _room(path)
    name = path.relative_to(SOURCE).as_posix()
    found = []
    for line, module in _imports(text):
        where = f"{name}:{line}"
        if module.startswith("."):
            found.append(f"{where}: imports name the whole way from commsla")
            continue
        head, *rest = module.split(".")
        if head == "commsla":
            other = rest[0] if rest else ""
            if other == "__version__":
                continue
            if other != room and other not in MAY_KNOW[room]:
                found.append(f"{where}: {room} may not know {other}")
            if room == other == "edges" and len(rest) > 1 and rest[1] != edge:
                found.append(f"{where}: the edge {edge} may not know the edge {rest[1]}")
        elif room in ("core", "jobs", "errors") and head in IMPURE:
            found.append(f"{where}: {room} may not know {head}")
        elif head in ("pydantic", "pydantic_core") and (room, edge) != ("edges", "config"):
            found.append(f"{where}: pydantic lives in edges/config only")
        elif head == "typer" and room != "cli":
            found.append(f"{where}: typer lives in cli only")
    if room in ("core", "jobs", "errors"):
        found += [
            f"{name}:{line}: {room} may not call {what}" for line, what in _impure_calls(text)
        ]
    if text.count("\n") > LONGEST:
        found.append(f"{name}: more than {LONGEST} lines: two duties in one room?")
    return found


FILES = sorted(SOURCE.rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.relative_to(SOURCE).as_posix())
def test_every_file_keeps_to_its_room(path: Path) -> None:
    assert broken_rules(path, path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    ("file", "text", "rule"),
    [
        ("core/x.py", "import sqlite3", "core may not know sqlite3"),
        ("core/x.py", "def f():\n    from pathlib import Path", "core may not know pathlib"),
        ("core/x.py", "from commsla.edges.login import y", "core may not know edges"),
        ("jobs/x.py", "from commsla.edges import imap", "jobs may not know edges"),
        ("jobs/x.py", "import commsla.cli.app", "jobs may not know cli"),
        ("edges/login.py", "from commsla.edges.imap import x", "the edge login may not know the"),
        ("edges/screen.py", "import pydantic", "pydantic lives in edges/config only"),
        ("wiring.py", "import typer", "typer lives in cli only"),
        ("core/x.py", "\n" * 301, "more than 300 lines"),
        ("core/x.py", "from ..edges import login", "imports name the whole way"),
        ("core/x.py", "from . import model", "imports name the whole way"),
        ("core/x.py", "import os.path", "core may not know os"),
        ("core/x.py", "import commsla.jobs.poll as p", "core may not know jobs"),
        (
            "core/x.py",
            "if x:\n    try:\n        import rich\n    except E: ...",
            "core may not know rich",
        ),
        ("core/x.py", "from datetime import datetime\nx = datetime.now()", "core may not call now"),
        ("core/x.py", "def f():\n    return date.today()", "core may not call today"),
        ("core/x.py", "datetime.fromtimestamp(0)", "core may not call fromtimestamp"),
        ("jobs/x.py", "print(1)", "jobs may not call print"),
        ("jobs/x.py", "with open('x') as f: ...", "jobs may not call open"),
        ("jobs/x.py", "__import__('os')", "jobs may not call __import__"),
        ("jobs/x.py", "from commsla.wiring import y", "jobs may not know wiring"),
        ("errors.py", "from commsla.core import model", "errors may not know core"),
        ("edges/x.py", "from commsla.jobs import ports", "edges may not know jobs"),
        ("edges/config/x.py", "from commsla.edges.login import x", "the edge config may not know"),
        ("edges/x.py", "from commsla.cli import app", "edges may not know cli"),
        ("edges/x.py", "import typer", "typer lives in cli only"),
        ("wiring.py", "from commsla.cli.app import main", "wiring may not know cli"),
        ("demo/x.py", "from commsla.cli import app", "demo may not know cli"),
        ("demo/x.py", "from commsla.edges import imap", "demo may not know edges"),
        ("demo/x.py", "import pydantic_core", "pydantic lives in edges/config only"),
        ("cli/x.py", "import pydantic", "pydantic lives in edges/config only"),
        ("__main__.py", "from commsla.wiring import x", "__main__ may not know wiring"),
        ("__init__.py", "from commsla.core import model", " may not know core"),
    ],
)
def test_a_broken_rule_is_seen(file: str, text: str, rule: str) -> None:
    [found] = broken_rules(SOURCE / file, text)
    assert rule in found


def test_a_file_may_know_its_own_room() -> None:
    assert broken_rules(SOURCE / "edges/imap/x.py", "from commsla.edges.imap import y") == []
    assert broken_rules(SOURCE / "core/x.py", "from commsla.core.model import Kind") == []
    assert broken_rules(SOURCE / "edges/config/x.py", "import pydantic") == []
    assert broken_rules(SOURCE / "cli/x.py", "import typer\nfrom commsla.cli import y") == []
    assert broken_rules(SOURCE / "__main__.py", "from commsla.cli.app import main") == []
    assert broken_rules(SOURCE / "core/x.py", "datetime.fromtimestamp(0, UTC)") == []
    assert broken_rules(SOURCE / "core/x.py", "\n" * 300) == []


def test_the_files_that_are_checked_are_the_whole_package() -> None:
    rooms = {_room(path)[0] for path in FILES}
    assert rooms == set(MAY_KNOW)
    assert len(FILES) > 50
