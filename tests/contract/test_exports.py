"""What every export format promises (jobs/ports.py, Exporter): the same numbers, read back from its file.

A new format is a file in edges/exports, a word in wiring, and one more subclass of `ExportContract`.
"""

from __future__ import annotations

import csv
import io
import json
import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commsla.core.casetable import case_table
from commsla.core.clean import clean
from commsla.core.definitions import FIGURES, SPLITS
from commsla.core.smallnumbers import SMALL
from commsla.core.summary import Document, Figure, Gap, Quality, Reader, Row, Summary, Table, Value
from commsla.core.tally import Material
from commsla.edges.exports.csv import safe
from commsla.wiring import exporter
from tests.core.counting import NAMES, PERIOD, rows, summary

PAGE = summary()
# As it would be beside a year in which half of everything happened.
BESIDE = replace(
    PAGE,
    frame=replace(PAGE.frame, last_year="Autumn 2024, second half"),
    figures=tuple(
        replace(f, last_year=None if f.value is None else f.value // 2) for f in PAGE.figures
    ),
)
CASES: dict[Reader, Table] = {
    reader: case_table(reader, PAGE.frame, NAMES, Material(rows(), PERIOD.spans))
    for reader in (Reader.HEAD, Reader.DATA)
}
NASTY = [
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "|calc", "%0A", "＝1", "'=1", '"', '""', ",;\t",
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "</td></tr></table>", "&lt;", "&#61;1",
    "[x](javascript:alert(1))", "![x](http://evil.example)", "http://evil.example", "www.evil.example",
    "<http://evil.example>", "| a | b |", "a|b", "\\|", "`x`", "**x**", "_x_", "# x", "- x", "1. x", "> x",
    "---", "x\ny", "x\r\ny", "x\u2028y", "\x1b[2J", "\x9b31m", "\u202ex", "{{7*7}}", "{% x %}", "${7*7}",
    "#set(x)", "$x$", "~~x~~", "\x00", "x" * 400, "🎉", "Ünïcödé", "a@b.example", "mailto:a@b.example",
]  # fmt: skip

# Five hundred of them, as they might stand in a name.
NAUGHTY = list(
    dict.fromkeys(
        shape.replace("@@", bad)
        for shape in (
            "@@",
            "x@@",
            "@@x",
            "x @@ x",
            "@@@@",
            "x\n@@",
            " @@ ",
            "@@\t@@",
            "Year 3 @@",
            "(@@)",
            "@@,x",
        )
        for bad in NASTY
    )
)

Cells = dict[str, tuple[int | None, int | None]]
Parts = dict[str, list[tuple[str, int, int | None, int | None]]]


class ExportContract(ABC):
    """`word` names the format; the others read its bytes back."""

    word: str

    @abstractmethod
    def figures(self, data: bytes) -> Cells:
        """Figures by key or title: this year's value and last year's."""

    @abstractmethod
    def parts(self, data: bytes) -> Parts:
        """The rows of every split that is shown, by key or title."""

    @abstractmethod
    def cases(self, data: bytes) -> list[list[str]]:
        """The rows of a table of cases, as text: ISO dates, yes and no, nothing for what is not known."""

    @abstractmethod
    def structure(self, data: bytes) -> Any:
        """What must not change whatever the schools are called."""

    def render(self, document: Document) -> bytes:
        return exporter(self.word).render(document)

    @pytest.mark.parametrize("page", [PAGE, BESIDE], ids=["alone", "beside last year"])
    def test_its_figures_are_those_of_the_summary(self, page: Summary) -> None:
        found = self.figures(self.render(page))
        for figure in page.figures:
            assert found[self.name(figure)] == (figure.value, figure.last_year), figure.key
        assert len(found) == len(page.figures)

    def test_its_splits_are_those_of_the_summary(self) -> None:
        wanted = {
            self.title(s.key): [(r.label, r.count, r.met, r.percent) for r in s.rows]
            for s in PAGE.splits
            if s.rows
        }
        assert self.parts(self.render(PAGE)) == wanted
        assert len(wanted) >= 5

    def test_its_cases_are_those_of_the_table(self) -> None:
        for table in (t for r, t in CASES.items() if r in exporter(self.word).READERS):
            places = [i for i, c in enumerate(table.columns) if self.shows(c.title)]
            wanted = [[self.text(row[i]) for i in places] for row in table.rows]
            assert self.cases(self.render(table)) == wanted
            assert len(places) >= 10

    def test_the_same_document_is_the_same_file(self) -> None:
        for document in (BESIDE, *self.documents()):
            assert self.render(document) == self.render(summary() if document is PAGE else document)

    def test_it_says_how_far_it_can_be_trusted_and_what_it_means(self) -> None:
        said = self.plain(self.render(PAGE))
        for note in PAGE.quality.notes:
            assert note in said
        for figure in PAGE.figures:
            assert figure.definition in said
        for policy in PAGE.policies:
            assert policy.acknowledge in said
            assert policy.readings[0] in said

    def test_a_file_of_it_is_known_again_and_no_other(self) -> None:
        is_ours = exporter(self.word).is_ours
        for document in self.documents():
            assert is_ours(io.BytesIO(self.render(document)))
        for other in (*self.strangers(), b"", b"x", b"# Minutes", b"PK\x03\x04", b"%PDF-1.7\n"):
            assert not is_ours(io.BytesIO(other))

    def test_no_name_changes_its_structure(self) -> None:
        # The config cleans names as it reads them; who forgets it must not be the one who pays.
        plain = ["x"] * len(NAUGHTY)
        for many in (named, named_cases):
            wanted = self.structure(self.render(many(plain)))
            for shown in (NAUGHTY, [clean(name, 500) for name in NAUGHTY]):
                assert self.structure(self.render(many(shown))) == wanted

    def documents(self) -> list[Document]:
        can = exporter(self.word).READERS
        return [PAGE, *(t for r, t in CASES.items() if r in can)]

    def strangers(self) -> tuple[bytes, ...]:
        """Files of this form that somebody else made."""
        return ()

    def shows(self, column: str) -> bool:
        return True

    def text(self, value: Value) -> str:
        return text(value)

    def name(self, figure: Figure) -> str:
        return figure.key

    def title(self, key: str) -> str:
        return key

    def plain(self, data: bytes) -> str:
        return data.decode()


def text(value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else value.isoformat() if isinstance(value, date) else str(value)


def named(names: Sequence[str]) -> Summary:
    """The page of schools that are called so, each under a policy that is called so, and not read."""
    split = PAGE.split("received.by_school")
    labelled = replace(split, rows=tuple(replace(split.rows[0], label=name) for name in names))
    policy, day = PAGE.policies[0], date(2025, 1, 2)
    return replace(
        PAGE,
        # On the page itself a dozen of them, or it is no page any more.
        frame=replace(
            PAGE.frame, schools=tuple(names[::40]), period=names[13], last_year=names[14]
        ),
        policies=tuple(replace(policy, name=name, schools=(name, name)) for name in names),
        splits=(labelled, *PAGE.splits[1:]),
        quality=Quality(
            tuple(f"{name}: a mailbox was never read." for name in names),
            tuple(Gap(name, day, day, 1) for name in names),
        ),
    )


def named_cases(names: Sequence[str]) -> Table:
    """Cases of schools that are called so, for roles that are called so."""
    table = CASES[Reader.HEAD]
    columns = [c.key for c in table.columns]
    school, owner = columns.index("school"), columns.index("owner")
    changed = tuple(
        tuple(name if i in (school, owner) else v for i, v in enumerate(table.rows[0]))
        for name in names
    )
    return replace(table, rows=changed, frame=replace(table.frame, schools=tuple(names[::40])))


class TestJson(ExportContract):
    word = "json"

    def figures(self, data: bytes) -> Cells:
        return {f["key"]: (f["value"], f["last_year"]) for f in json.loads(data)["figures"]}

    def parts(self, data: bytes) -> Parts:
        return {
            s["key"]: [(r["label"], r["count"], r["met"], r["percent"]) for r in s["rows"]]
            for s in json.loads(data)["splits"]
            if s["rows"]
        }

    def cases(self, data: bytes) -> list[list[str]]:
        return [[text(v) for v in row] for row in json.loads(data)["rows"]]

    def structure(self, data: bytes) -> Any:
        def keys(value: Any) -> Any:
            if isinstance(value, dict):
                return {k: keys(v) for k, v in value.items()}
            return [keys(v) for v in value] if isinstance(value, list) else type(value).__name__

        assert data.isascii()
        return keys(json.loads(data))

    def test_it_says_what_it_is(self) -> None:
        documents: dict[str, Document] = {
            "governors": PAGE,
            **{r.value: t for r, t in CASES.items()},
        }
        for reader, document in documents.items():
            told = json.loads(self.render(document))
            assert (told["commsla"], told["version"], told["for"]) == ("export", 1, reader)
        assert json.loads(self.render(PAGE))["frame"]["generated"] == "2026-01-14T09:00:00+00:00"


class TestCsv(ExportContract):
    word = "csv"

    def read(self, data: bytes) -> list[list[str]]:
        assert data.startswith(b"\xef\xbb\xbf")
        return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True))

    def figures(self, data: bytes) -> Cells:
        found = [dict(zip(self.read(data)[0], row, strict=True)) for row in self.read(data)]
        return {
            r["key"]: (number(r["value"]), number(r["last_year"]))
            for r in found
            if r["part"] == "figure"
        }

    def parts(self, data: bytes) -> Parts:
        head, *lines = self.read(data)
        found: Parts = {}
        for row in (dict(zip(head, line, strict=True)) for line in lines):
            if row["part"] == "split" and row["value"]:
                cell = (row["label"], int(row["value"]), number(row["met"]), number(row["percent"]))
                found.setdefault(row["key"], []).append(cell)
        return found

    def cases(self, data: bytes) -> list[list[str]]:
        return self.read(data)[1:]

    def structure(self, data: bytes) -> Any:
        found = self.read(data)
        for cell in (c for row in found for c in row):
            assert not re.match(r"[\s]*[=+\-@|%＝＋－＠]", cell), cell
        return [len(row) for row in found]

    def plain(self, data: bytes) -> str:
        return "\n".join(" ".join(row) for row in self.read(data))

    def test_numbers_are_no_text_and_dates_are_iso(self) -> None:
        assert b'"responded.met","Responded in time","",32,"no",' in self.render(PAGE)
        assert b'"first","","","2025-10-25"' in self.render(PAGE)

    def test_a_data_dictionary_goes_with_a_table_of_cases(self) -> None:
        beside = exporter("csv").beside  # type: ignore[attr-defined]
        assert beside(PAGE) is None
        for table in CASES.values():
            told = self.read(beside(table))
            assert [r[0] for r in told if r[0]][1:] == [c.key for c in table.columns]
            assert all(r[3] for r in told)

    @given(st.text())
    def test_no_cell_is_a_formula(self, text: str) -> None:
        assert not re.match(r"\s*[=+\-@|%＝＋－＠]", safe(text))
        assert safe(text) in (clean(text, 2000), f"'{clean(text, 2000)}")


class TestMarkdown(ExportContract):
    word = "md"

    def name(self, figure: Figure) -> str:
        return figure.title

    def title(self, key: str) -> str:
        return SPLITS[key].title

    def tables(self, data: bytes) -> list[tuple[str, list[list[str]]]]:
        """Every table with the heading above it."""
        found: list[tuple[str, list[list[str]]]] = []
        heading, inside = "", False
        for line in data.decode().splitlines():
            if line.startswith("#"):
                heading = line.lstrip("# ")
            if line.startswith("|"):
                if not inside:
                    found.append((heading, []))
                cells = re.split(r"(?<!\\)\|", line)
                found[-1][1].append([plain(c.strip()) for c in cells[1:-1]])
            inside = line.startswith("|")
        return found

    def figures(self, data: bytes) -> Cells:
        _, [head, _, *lines] = self.tables(data)[0]
        return {r[0]: (number(r[1]), number(r[2]) if len(head) > 2 else None) for r in lines}

    def parts(self, data: bytes) -> Parts:
        return {
            heading: [
                (r[0], int(r[1]), int(r[2]) if len(r) == 4 else None, number(r[-1]))
                for r in lines[2:]
            ]
            for heading, lines in self.tables(data)[1:]
        }

    def cases(self, data: bytes) -> list[list[str]]:
        return self.tables(data)[0][1][2:]

    def structure(self, data: bytes) -> Any:
        lines = data.decode().split("\n")
        shape = [
            len(re.split(r"(?<!\\)\|", line)) if line.startswith("|") else line[:2]
            for line in lines
        ]
        for line in lines:
            bare = re.sub(r"\\.", "", line)
            assert not re.search(r"[<>\[\]`*_~]|https?:|www\.[a-z]", bare.replace("www\\.", "")), (
                line
            )
            assert line.isprintable(), line
        return [s if isinstance(s, int) or s in ("# ", "##", "- ", "") else "text" for s in shape]

    def plain(self, data: bytes) -> str:
        return plain(data.decode())


def plain(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


def number(cell: str) -> int | None:
    cell = cell.removeprefix("more than ").removesuffix(" %")
    return int(cell) if cell not in ("", "–") else None


def test_five_hundred_names_are_tried() -> None:
    assert len(NAUGHTY) >= 500


def test_every_title_is_one_figure_or_split() -> None:
    titles = [m.title for m in (*FIGURES.values(), *SPLITS.values())]
    assert len(set(titles)) == len(titles)


def test_no_row_of_any_split_is_small() -> None:
    for split in PAGE.splits:
        for row in split.rows:
            for part in (row.count, row.met or 0, row.count - (row.met or row.count)):
                assert part == 0 or part >= SMALL, (split.key, row)


def test_a_row_that_was_changed_would_be_seen() -> None:
    split = PAGE.split("received.by_week")
    wrong = replace(PAGE, splits=(replace(split, rows=(Row("x", 7), *split.rows[1:])),))
    for word, contract in (("json", TestJson()), ("csv", TestCsv()), ("md", TestMarkdown())):
        assert contract.parts(exporter(word).render(wrong)) != contract.parts(
            exporter(word).render(PAGE)
        )
