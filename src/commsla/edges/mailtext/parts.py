"""The beginning of a raw message -> its parts (RFC 2045, 2046); it never opens one inside another mail.

The standard library's parser is not used for the tree: it recurses, and takes time by the square of
the depth. It reads the parameters of each header.
"""

from __future__ import annotations

import re
from binascii import a2b_base64, a2b_qp
from dataclasses import dataclass
from email.message import Message
from email.utils import collapse_rfc2231_value
from itertools import count

from commsla.core.headers import Fields, read_fields

LOOKED_AT = 32_768  # bytes of a message
_LONGEST_VALUE = 2_000  # characters of one header: its parameters are found by the square of that
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")
_HALF_QUOTED = re.compile(rb"=[0-9A-Fa-f]?\Z")


@dataclass(frozen=True, slots=True)
class Part:
    """One part that holds no others. Parts of one multipart/alternative have the same `choice`."""

    type: str  # `text/plain`
    parameters: dict[str, str]  # of Content-Type, names and values in lower case
    encoding: str
    attached: bool
    choice: int
    body: bytes

    def content(self) -> bytes:
        """The body without its transfer encoding; a cut or broken one gives what it still holds."""
        if self.encoding == "base64":
            # What gateways write below the padding is no base64.
            data = _NOT_BASE64.sub(b"", self.body.partition(b"=")[0])
            if len(data) % 4 == 1:
                data = data[:-1]
            return a2b_base64(data + b"=" * (-len(data) % 4))
        if self.encoding == "quoted-printable":
            return a2b_qp(_HALF_QUOTED.sub(b"", self.body))
        return self.body


@dataclass(frozen=True, slots=True)
class _Multipart:
    boundary: bytes
    choice: int | None
    of_mails: bool  # multipart/digest


def read_parts(raw: bytes) -> list[Part]:
    """The parts in the first 32 KB of a message, in their order; the last may be cut."""
    return _Walk(raw[:LOOKED_AT]).run()


class _Walk:
    """One pass over the lines, whatever the depth."""

    def __init__(self, raw: bytes) -> None:
        self._lines = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        self._at = 1 if raw.startswith(b"From ") else 0  # an mbox's own line
        self._open: list[_Multipart] = []
        self._level: dict[bytes, int] = {}
        self._choices = count(1)
        self._found: list[Part] = []

    def run(self) -> list[Part]:
        self._part()
        while self._next():
            self._part()
        return self._found

    def _part(self) -> None:
        start = self._at
        while self._at < len(self._lines) and self._lines[self._at] and not self._delimiter():
            self._at += 1
        fields = read_fields(b"\n".join(self._lines[start : self._at]))
        if self._at < len(self._lines) and not self._lines[self._at]:
            self._at += 1
        around = self._open[-1] if self._open else None
        header = _header(fields, "message/rfc822" if around and around.of_mails else "text/plain")
        kind = header.get_content_type()
        choice = around.choice if around else None
        if header.get_content_maintype() == "multipart":
            if kind == "multipart/alternative" and choice is None:
                choice = next(self._choices)
            self._enter(_Multipart(_boundary(header), choice, kind == "multipart/digest"))
        else:
            encoding = fields.get("content-transfer-encoding", [""])[0].partition(";")[0]
            self._found.append(
                Part(
                    kind,
                    _parameters(header),
                    encoding.strip().lower(),
                    _is_attached(header),
                    next(self._choices) if choice is None else choice,
                    self._body(),
                )
            )

    def _enter(self, multipart: _Multipart) -> None:
        # An inner part with the boundary of an outer one has the outer one's parts.
        if multipart.boundary and multipart.boundary not in self._level:
            self._level[multipart.boundary] = len(self._open)
            self._open.append(multipart)

    def _body(self) -> bytes:
        start = self._at
        while self._at < len(self._lines) and not self._delimiter():
            self._at += 1
        body = self._lines[start : self._at]
        if self._at == len(self._lines) and self._open and body:
            # The message may have been cut in the middle of a boundary.
            last = self._open[-1].boundary
            if body[-1] and (b"--" + last + b"--").startswith(body[-1]):
                body.pop()
        return b"\n".join(body)

    def _next(self) -> bool:
        """Go to where the next part begins; False when there is none."""
        while self._at < len(self._lines):
            delimiter = self._delimiter()
            self._at += 1
            if delimiter:
                level, closes = delimiter
                keep = level if closes else level + 1
                for left in self._open[keep:]:
                    del self._level[left.boundary]
                del self._open[keep:]
                if not closes:
                    return True
        return False

    def _delimiter(self) -> tuple[int, bool] | None:
        """Which open multipart's boundary the line is, and whether that ends there."""
        line = self._lines[self._at]
        if not line.startswith(b"--") or not self._level:
            return None
        name = line[2:].rstrip(b" \t")
        if name in self._level:
            return self._level[name], False
        if name.endswith(b"--") and name[:-2] in self._level:
            return self._level[name[:-2]], True
        return None


def _header(fields: Fields, otherwise: str) -> Message:
    header = Message()
    header.set_default_type(otherwise)
    for name in ("content-type", "content-disposition"):
        if name in fields:
            header[name] = fields[name][0][:_LONGEST_VALUE]
    try:  # it trips over a NUL where a parameter names its charset (RFC 2231)
        _parameters(header)
        _boundary(header)
        _is_attached(header)
    except Exception:  # noqa: BLE001 - whatever it says about hostile words
        bare = Message()
        bare["content-type"] = header.get_content_type()
        named = any("name" in value.lower() for value in header.values())
        shown = header.get_content_disposition() or "inline"
        bare["content-disposition"] = "attachment" if named else shown
        return bare
    return header


def _parameters(header: Message) -> dict[str, str]:
    found = header.get_params() or []
    return {
        name.lower(): collapse_rfc2231_value(value).strip().lower() for name, value in found[1:]
    }


def _boundary(header: Message) -> bytes:
    return (header.get_boundary() or "").encode("utf-8", "replace")


def _is_attached(header: Message) -> bool:
    """Whether a part is a file: text that has a name is one, even where it is shown in line."""
    disposition = header.get_content_disposition()
    return disposition not in (None, "inline") or bool(header.get_filename())
