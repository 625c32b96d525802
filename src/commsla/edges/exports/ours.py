"""Whether a file that is there already was written as an export, so that a new one may take its place."""

from __future__ import annotations

import zipfile
import zlib
from typing import BinaryIO

from commsla.edges.exports.lines import MADE_BY

_CREATOR = f"<dc:creator>{MADE_BY}</dc:creator>".encode()
# What zipfile says of a file that is none, lacks that part, or is locked, cut off or damaged.
_NO_ZIP = (
    *(zipfile.BadZipFile, zlib.error, EOFError, ValueError),
    *(KeyError, NotImplementedError, RuntimeError),
)


def begins(file: BinaryIO, *heads: bytes) -> bool:
    """Whether it begins with one of these."""
    return file.read(max(map(len, heads))).startswith(heads)


def is_our_office_file(file: BinaryIO) -> bool:
    """Whether it is a DOCX or XLSX whose author is commsla."""
    try:
        with zipfile.ZipFile(file) as packed, packed.open("docProps/core.xml") as core:
            return _CREATOR in core.read(10_000)
    except _NO_ZIP:
        return False
