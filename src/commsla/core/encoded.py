"""Reads encoded words (RFC 2047) in one pass over a header; what is broken stays as it was written.

The standard library's reader escapes other letters beside an encoded word, and looks for the end of
every word that has none in the whole rest of the header.
"""

from __future__ import annotations

import re
from binascii import Error, a2b_base64, a2b_qp
from collections.abc import Iterator

_OPENING = re.compile(r"=\?([^?\s]{1,60})\?([bq])\?", re.IGNORECASE)


def decoded(value: str) -> str:
    """A header value with its encoded words read, free of lone surrogates.

    White space between two of them is not text (RFC 2047 section 6.2). Neighbours in one charset are
    one run of bytes: some mailers cut a letter in two.
    """
    if "=?" not in value and value.isascii():
        return value
    out: list[str] = []
    charset, run = "", b""
    for before, name, raw in _pieces(value):
        neighbours = charset and name and not before.strip()
        if neighbours and name == charset:
            run += raw
            continue
        out.append(_read(run, charset))
        if not neighbours:
            out.append(before)
        charset, run = name, raw
    return "".join(out)


def eight_bit(raw: bytes) -> str:
    """Bytes of no declared charset: UTF-8, or else Windows-1252."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def _pieces(value: str) -> Iterator[tuple[str, str, bytes]]:
    """(the text before it, charset, bytes) of every encoded word; last the text behind them all."""
    done = 0
    hit = _OPENING.search(value)
    while hit and (end := value.find("?=", hit.end())) >= 0:
        raw = _bytes(value[hit.end() : end], hit[2].lower())
        if raw is not None:
            yield value[done : hit.start()], hit[1].lower(), raw
            done = end + 2
        hit = _OPENING.search(value, end + 2)
    yield value[done:], "", b""


def _bytes(text: str, encoding: str) -> bytes | None:
    data = text.encode("utf-8", "replace")
    if encoding == "q":
        return a2b_qp(data, header=True)
    try:
        return a2b_base64(data + b"==="[: -len(data) % 4])
    except Error:
        return None


def _read(raw: bytes, charset: str) -> str:
    name = charset.partition("*")[0]  # a language may follow (RFC 2231 section 5)
    try:
        return raw.decode(name, "replace").encode("utf-8", "replace").decode("utf-8")
    except Exception:  # noqa: BLE001 - whatever a codec says about hostile bytes
        return eight_bit(raw)
