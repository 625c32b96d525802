"""`commsla demo`: the whole of commsla on two made-up schools, without a mailbox of one's own."""

from __future__ import annotations

import sys
from dataclasses import replace

import typer

from commsla.cli.boundary import run
from commsla.cli.place import Place
from commsla.cli.session import place_of, print_lines


def demo(context: typer.Context) -> None:
    """See commsla at work on made-up mail: no mailbox, no config, nothing of yours is read.

    A real IMAP server inside this program is filled with an invented half-term of two invented
    schools, polled, and shown as on Thursday 17 December 2026. Afterwards put demo in front of any
    command to try it on that mail: commsla demo status --all, commsla demo mark T26 called.
    """
    from commsla.errors import UsageError

    words = list(context.args)
    if words in (["-h"], ["--help"]):
        sys.stdout.write(context.get_help() + "\n")
        return
    if words[:1] == ["demo"]:
        raise UsageError("One demo is enough.", "Try: commsla demo status")
    place = place_of(context)
    if words:
        raise typer.Exit(_command(words, _demo_place(place)))
    _play(_demo_place(place))


def _demo_place(place: Place) -> Place:
    from commsla.demo import DEMO_NOW

    folder = place.home / "demo"
    return replace(
        place,
        home=folder,
        config=folder / "schools.toml",
        clock=lambda: DEMO_NOW,
        prefix=f"{place.prefix} demo",
    )


def _command(words: list[str], place: Place) -> int:
    """Run another command on the demo's folder and at the demo's time."""
    from commsla.cli.app import app
    from commsla.demo.play import play, poll_again

    if not (place.home / "schools.toml").exists():
        play(place.home, lambda _: None)
    if "poll" in words or "doctor" in words:  # these talk to the mail server
        return poll_again(place.home, lambda: run(app, words, place))
    return run(app, words, place)


def _play(place: Place) -> None:
    from commsla.cli.app import app
    from commsla.demo.play import play

    def say(text: str) -> None:
        print_lines(text.split("\n"), sys.stderr)

    if (place.home / "schools.toml").exists():
        say("The demo begins afresh: what you tried in it before is gone.")
    say("This is a demonstration. The schools, the people and their mail are made up.")
    play(place.home, say)
    say("Now it is Thursday 17 December 2026, 08:45, and the office manager asks for her list:\n")
    sys.stderr.flush()
    if code := run(app, ["status"], place):
        raise typer.Exit(code)
    say(
        "\nTry next:\n"
        f"  {place.prefix} status --all\n"
        "      also what is settled, and what is not tracked and why\n"
        f"  {place.prefix} mark REF called\n"
        "      record a phone call; REF is a reference such as T26\n"
        f"  {place.prefix} alert --dry-run\n"
        "      who would be told by e-mail, and what\n"
        f'  {place.prefix} due thistledown "2026-12-17 16:45"\n'
        "      by when, and which days count\n"
        f"Everything of the demo lies in {place.home}."
    )
