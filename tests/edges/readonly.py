"""What may ever be said to a mail server: one grammar, held against every line of every test.

Each word of it is ours, a number, or a name out of the config or the server's own list of folders: no
place is left in which text from a mail could stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

PLANTED = "rhubarb"  # stands in mails of the tests, and nowhere else

_QUOTED = r'"(?:[^"\\\r\n]|\\["\\])*"'
_HEADER = r"BODY\.PEEK\[HEADER\.FIELDS \([!-'*-9;-Z^-~]+(?: [!-'*-9;-Z^-~]+)*\)\]<0\.65536>"
_ITEMS = (
    rf"UID|UID FLAGS|UID INTERNALDATE|UID BODY\.PEEK\[\]<0\.32768>|UID(?: [A-Z0-9.-]+)* {_HEADER}"
)
_ALLOWED = re.compile(
    r"CAPABILITY|NOOP|LOGOUT|STARTTLS"
    rf"|LOGIN {_QUOTED} {_QUOTED}"
    r"|AUTHENTICATE (?:PLAIN|XOAUTH2)(?: [A-Za-z0-9+/=]+)?"
    rf'|LIST "" "\*"|EXAMINE {_QUOTED}|STATUS {_QUOTED} \(UIDVALIDITY UIDNEXT MESSAGES\)'
    r"|UID SEARCH UID \d+:\d+(?: SINCE \d\d-[A-Z][a-z][a-z]-\d{4})?"
    rf"|UID FETCH (?:\*|\d+(?:[:,]\d+)*) \((?:{_ITEMS})\)"
)
_SECRET = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?|\*")


def writes(commands: Iterable[str]) -> list[str]:
    """The commands (without their tags) that are more than reading, or hold what a mail says."""
    found, logging_in, first = list[str](), False, False
    for command in commands:
        # A secret follows, once; who is asked on and on says nothing or gives up (`*`).
        secret = logging_in and (
            command in ("", "*") or (first and bool(_SECRET.fullmatch(command)))
        )
        if not secret and (not _ALLOWED.fullmatch(command) or PLANTED in command):
            found.append(command)
        first = command.startswith("AUTHENTICATE")
        logging_in = first or secret
    return found
