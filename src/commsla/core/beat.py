"""The sign of life that a run gives to a monitoring service: where to, and which address will do."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from commsla.core.logins import PasswordSource

_ENDS = r"(?::[0-9]{1,5})?(?:/[!$&-;=@-Z_a-z~%-]*)?"  # port and path (RFC 3986), no ? and no #
_SAFE = re.compile(rf"https://[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?{_ENDS}")
_HERE = re.compile(rf"http://(?:localhost|127(?:\.[0-9]{{1,3}}){{3}}|\[::1\]){_ENDS}")
_LONGEST = 500


@dataclass(frozen=True, slots=True)
class Beat:
    """`[heartbeat]`: the address itself, or where it is read from. Who knows it can forge a sign of life."""

    url: str = field(default="", repr=False)
    source: PasswordSource = field(default_factory=PasswordSource)
    ca_file: str = ""

    @property
    def address(self) -> str:
        """What it is called in a sentence."""
        return "[heartbeat]"


def may_be_pinged(url: str) -> bool:
    """Whether a URL is https, or http to this machine, without a login, a question or a fragment."""
    return len(url) <= _LONGEST and bool(_SAFE.fullmatch(url) or _HERE.fullmatch(url))
