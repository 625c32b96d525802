"""The keys about alerts: the mail server that sends them, and who is told what."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import Field

from commsla.core.recipients import CHOSEN, Recipient
from commsla.edges.config import values
from commsla.edges.config.fields import Table, Text, YesOrNo, choice, from_text, key, number
from commsla.edges.config.loginkeys import LoginKeys

SUBJECTS, REFERENCES = "subjects", "references"
_MOST_DAYS = 60

_PLAIN = re.compile(r"[A-Za-z0-9_+'-]+(?:\.[A-Za-z0-9_+'-]+)*")


def read_plain_address(text: str) -> str:
    """A mail address of letters, digits and few signs before the @."""
    address = values.read_address(text)
    if not _PLAIN.fullmatch(address.partition("@")[0]):
        raise values.WrongValueError("is not a plain mail address")
    return address


# Stricter than an address that is only read: this one stands in a header and in a command.
Mailto = Annotated[str, from_text(read_plain_address)]


class SmtpTable(LoginKeys):
    """[smtp]: by which server alerts leave."""

    sender: Mailto = key('sender = "commsla@school.example"')
    host: Annotated[str | None, from_text(values.read_host)] = key(
        'host = "smtp.provider.example"', default=None
    )
    port: Annotated[int | None, number(1, 65535)] = key("port = 587", default=None)
    security: Annotated[str, choice("tls", "starttls", "plain")] = key(
        'security = "starttls"', default="starttls"
    )
    ca_file: Text | None = key('ca_file = "our-ca.pem"', default=None)
    relay: YesOrNo = key("relay = true", default=False)


class AlertTable(Table):
    """[[alerts]] or [[schools.alerts]]: one role, and when it is told."""

    role: Text = key('role = "office"')
    to: Mailto = key('to = "office@school.example"')
    stages: Annotated[
        list[Annotated[str, choice(*(stage.value for stage in CHOSEN))]] | None, Field(min_length=1)
    ] = key('stages = ["overdue", "due today", "due soon"]', default=None)
    repeat: Annotated[int, number(0, _MOST_DAYS)] = key(
        "repeat = 2", default=Recipient("", "").repeat
    )
    escalate_after: Annotated[int | None, number(0, _MOST_DAYS)] = key(
        "escalate_after = 3", default=None
    )
    detail: Annotated[str | None, choice(SUBJECTS, REFERENCES)] = key(
        'detail = "references"', default=None
    )
