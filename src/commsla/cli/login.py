"""`commsla login`: sign in to a school's mailboxes, or try their login once."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from commsla.cli.options import ConfigFile
from commsla.cli.session import print_lines, read_config

if TYPE_CHECKING:
    from collections.abc import Sequence

    from commsla.core.school import (
        Config,
        Mailbox,
    )


def login(
    context: typer.Context,
    school: Annotated[
        str,
        typer.Argument(
            help="A school's code or name, the address of one mailbox or of [smtp], or all.",
            metavar="SCHOOL",
        ),
    ],
    config: ConfigFile = None,
) -> None:
    """Sign in to a school's mailboxes, or try their login once.

    Where a person must sign in (flow = "browser" or "device"), this is where it happens; a password
    for the keyring is asked for. Then, as for every other login, the mailbox is opened once and
    closed again. Run it after mending a login that was refused: polls stop trying after a while.
    """
    from commsla import wiring

    place, settings = read_config(context, config)
    for mailbox in _meant(settings, school):
        wiring.sign_in(mailbox, place.home, _say, _ask if sys.stdin.isatty() else None)
        if mailbox.sends:
            wiring.open_post(settings, place.home, insist=True).close()
        else:
            wiring.connect(mailbox, place.home, insist=True).close()
        print_lines([f"{mailbox.address}: the login works."])


def _meant(config: Config, word: str) -> Sequence[Mailbox]:
    from commsla import wiring
    from commsla.core.mailserver import sending_login

    named = [
        mailbox
        for school in config.schools
        for mailbox in school.mailboxes
        if mailbox.address.casefold() == word.casefold()
    ]
    server = config.mail_server
    if server and not server.relay and server.sender.casefold() == word.casefold():
        named.append(sending_login(config))
    return named or [m for school in wiring.schools_meant(config, word) for m in school.mailboxes]


def _say(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")
    sys.stderr.flush()


def _ask(prompt: str) -> str:
    import getpass

    return getpass.getpass(prompt)
