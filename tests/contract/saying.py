"""All that a file of an export says: what is packed is unpacked, and places of cells are no words."""

from __future__ import annotations

import io
import re
import zipfile

import pypdf


def all_that_it_says(form: str, data: bytes) -> str:
    """Every word in it, seen or not."""
    if form == "pdf":
        reader = pypdf.PdfReader(io.BytesIO(data))
        return " ".join([str(reader.metadata), *(p.extract_text() for p in reader.pages)])
    if form in ("docx", "xlsx"):
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            parts = [packed.read(name) for name in packed.namelist()]
        told = " ".join(part.decode("utf-8", "replace") for part in parts)
        told = re.sub(r'\b(r|ref|sqref)="[A-Z0-9:]+"', "", told)
        return re.sub(r'[<>="]', " ", told)
    return data.decode()
