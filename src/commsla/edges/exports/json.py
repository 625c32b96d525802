"""An export as one versioned JSON document; dates are ISO, instants ISO with their offset.

Version 1: {"commsla": "export", "version": 1, "for": ..., "frame": ..., ...}. A `value` of null is not
shown, and `why` says why.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date, datetime
from typing import Any, BinaryIO

from commsla.core.local import LONDON
from commsla.core.summary import Document, Reader, Summary
from commsla.edges.exports.ours import begins

VERSION = 1
SUFFIX = ".json"
IS_TEXT = True
READERS = frozenset(Reader)
NEEDS: tuple[str, ...] = ()
_BEGINS = b'{\n  "commsla": "export"'


def render(document: Document) -> bytes:
    """The whole document."""
    reader = Reader.GOVERNORS if isinstance(document, Summary) else document.reader
    head: dict[str, Any] = {"commsla": "export", "version": VERSION, "for": reader.value}
    if isinstance(document, Summary):
        body = asdict(document)
        for check, known in zip(body["checks"], document.checks, strict=True):
            check["adds_up"] = known.adds_up
        return _text(head | body).encode("ascii")
    head |= {
        "frame": asdict(document.frame),
        "warning": document.warning,
        "columns": [asdict(c) for c in document.columns],
    }
    # One row a line, its values in the order of the columns: a hundred thousand of them stay small.
    rows = ",\n    ".join(json.dumps(row, default=_said) for row in document.rows)
    begun = _text(head).removesuffix("\n}\n")
    return f'{begun},\n  "rows": [\n    {rows}\n  ]\n}}\n'.encode("ascii")


def is_ours(file: BinaryIO) -> bool:
    """Whether an export wrote this file."""
    return begins(file, _BEGINS)


def _text(value: dict[str, Any]) -> str:
    # ASCII only: no reader in an old code page breaks it, and no script hides in it.
    return f"{json.dumps(value, indent=2, ensure_ascii=True, default=_said)}\n"


def _said(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(LONDON).isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"no value of an export: {value!r}")
