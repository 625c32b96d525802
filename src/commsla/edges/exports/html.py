"""An export as one page for a browser, a phone or A4 paper: it runs no program and loads nothing.

The first sheet is what governors read; all figures, parts and definitions follow on the next ones.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, BinaryIO

from commsla.core.clean import clean
from commsla.core.summary import Document, Reader, Summary
from commsla.edges.exports.ours import begins
from commsla.edges.exports.said import Chart, listing, page

if TYPE_CHECKING:
    from jinja2 import Template

SUFFIX = ".html"
IS_TEXT = True
READERS = frozenset({Reader.GOVERNORS, Reader.HEAD})
NEEDS: tuple[str, ...] = ()
_BEGINS = b"<!DOCTYPE html>\n<!-- export written by commsla -->\n"
_LEFT, _BAR = 200, 78  # where bars begin and the longest one, of a picture that is 344 wide
_STEP = 17
_LABEL = 36  # letters that stand before a bar; the table below has all of them


def render(document: Document) -> bytes:
    """The page in UTF-8."""
    style = _read("export.css")
    about = {
        "style": style,
        "policy": f"default-src 'none'; style-src '{_sha256(style)}'; base-uri 'none'; form-action 'none'",
    }
    if isinstance(document, Summary):
        said = page(document)
        pictures = [_picture(chart, i) for i, chart in enumerate(said.charts, 1)]
        name = clean(document.frame.period)
        text = _template().render(about, said=said, pictures=pictures, name=name, listing=False)
    else:
        text = _template().render(about, said=listing(document), listing=True)
    return _BEGINS + text.encode("utf-8")


def is_ours(file: BinaryIO) -> bool:
    """Whether an export wrote this file."""
    return begins(file, _BEGINS)


@cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(_read("export.html.j2"))


def _read(name: str) -> str:
    return files(__package__).joinpath(name).read_text("utf-8").replace("\r\n", "\n")


def _sha256(style: str) -> str:
    """What the policy names: the only style that a browser may apply."""
    return "sha256-" + base64.b64encode(hashlib.sha256(style.encode("utf-8")).digest()).decode()


def _picture(chart: Chart, number: int) -> dict[str, Any]:
    """Where everything of a chart stands, in whole units."""
    longest = max((bar.whole for bar in chart.bars), default=0) or 1
    bars = []
    for i, bar in enumerate(chart.bars):
        whole = max(round(_BAR * bar.whole / longest), bar.whole > 0)
        filled = round(whole * bar.filled / bar.whole) if bar.whole else 0
        bars.append(
            {
                "label": clean(bar.label, _LABEL),
                "said": bar.said,
                "whole": whole,
                "filled": filled,
                "top": _STEP * i + 2,
                "text": _STEP * i + 11,
                "after": _LEFT + whole + 5,
            }
        )
    height = _STEP * len(bars)
    return {
        "number": number,
        "left": _LEFT,
        "title": chart.title,
        "told": chart.told,
        "legend": chart.legend,
        "bars": bars,
        "height": height + (_STEP if chart.legend else 0),
        "legend_top": height + 4,
        "legend_text": height + 12,
    }
