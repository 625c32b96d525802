"""How a mailbox is logged in to, as schools.toml says it: where secrets lie, never a secret itself."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class PasswordSource:
    """Where a password or another secret comes from; exactly one of them is set."""

    command: tuple[str, ...] = ()
    file: str = ""
    keyring: bool = False  # the operating system's own store


class Flow(StrEnum):
    """Who signs in at Microsoft."""

    APP = "app"  # nobody: the program has a right of its own, by a secret or a certificate
    BROWSER = "browser"  # a person, in a browser on this machine
    DEVICE = "device"  # a person, on any device, with a code


@dataclass(frozen=True, slots=True)
class Microsoft365:
    """A token from Microsoft Entra. `app` has either `secret` or `certificate` (a PEM file with its key).

    `login_as` is who signs in, where that is not the mailbox's own user name.
    """

    tenant: str
    client_id: str
    flow: Flow = Flow.APP
    secret: PasswordSource = PasswordSource()
    certificate: str = ""
    login_as: str = ""


@dataclass(frozen=True, slots=True)
class GoogleWorkspace:
    """A token by a service account with domain-wide delegation; `service_account` is its JSON file."""

    service_account: str


@dataclass(frozen=True, slots=True)
class TokenCommand:
    """A token that another program prints."""

    command: tuple[str, ...]


TokenSource = Microsoft365 | GoogleWorkspace | TokenCommand
