"""The keys of a mailbox that say how to log in to it; which of them go together is not said here."""

from __future__ import annotations

from typing import Annotated

from commsla.core.logins import Flow
from commsla.edges.config import values
from commsla.edges.config.fields import Command, Day, Table, Text, YesOrNo, choice, from_text, key

MICROSOFT, GOOGLE = "microsoft365", "google"
LOGINS = (MICROSOFT, GOOGLE)


class LoginKeys(Table):
    """The part of [[schools.mailboxes]] that is about the login. No key holds a secret."""

    username: Text | None = key('username = "office@school.example"', default=None)
    password_command: Command = key('password_command = ["pass", "show", "norton"]', default=[])
    password_file: Text | None = key('password_file = "norton.password"', default=None)
    password_keyring: YesOrNo = key("password_keyring = true", default=False)
    login: Annotated[str | None, choice(*LOGINS)] = key('login = "microsoft365"', default=None)
    tenant: Annotated[str | None, from_text(values.read_tenant)] = key(
        'tenant = "school.onmicrosoft.com"', default=None
    )
    client_id: Annotated[str | None, from_text(values.read_client_id)] = key(
        'client_id = "11111111-2222-3333-4444-555555555555"', default=None
    )
    client_secret_command: Command = key(
        'client_secret_command = ["pass", "show", "commsla"]', default=[]
    )
    client_secret_file: Text | None = key('client_secret_file = "commsla.secret"', default=None)
    certificate_file: Text | None = key('certificate_file = "commsla.pem"', default=None)
    flow: Annotated[str, choice(*(flow.value for flow in Flow))] = key(
        'flow = "app"', default=Flow.APP.value
    )
    login_as: Text | None = key('login_as = "j.dunn@school.example"', default=None)
    service_account_file: Text | None = key(
        'service_account_file = "commsla-google.json"', default=None
    )
    token_command: Command = key('token_command = ["oama", "access", "norton"]', default=[])
    secret_expires: Day | None = key('secret_expires = "Tue 2028-08-31"', default=None)
