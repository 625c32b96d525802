"""What was typed and cannot be understood, in our own sentences; and what was asked, for an answer.

Typer's own texts know neither `--json` nor the office's words.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from commsla.errors import Stopped, UsageError

# Typer keeps the family of its usage errors private, as its Click is a copy inside it; one child is
# public.
_Misuse: type[Exception] = typer.BadParameter.__bases__[0]
_TOO_MUCH = re.compile(r"unexpected extra argument.*? \((.*)\)")
_NO_BRACES = str.maketrans("", "", "{}")  # newer releases of Typer write {SCHOOL}
_STOPPED = "Stopped. What was read is kept, but it may not be all: run {} poll again."


class Commands(TyperGroup):
    """A group of commands whose usage errors are commsla's."""

    def make_context(self, *args: Any, **extra: Any) -> Any:
        """Read the options of the group itself."""
        with _in_our_words():
            return super().make_context(*args, **extra)

    def invoke(self, ctx: Any) -> Any:
        """Read the command and its own options, and run it."""
        try:
            with _in_our_words():
                return super().invoke(ctx)
        except KeyboardInterrupt as stopped:
            raise Stopped(_STOPPED.format(ctx.find_root().info_name)) from stopped

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that is named first."""
        known = [name for name, command in self.commands.items() if not command.hidden]
        if args[0] not in self.commands and not ctx.resilient_parsing:
            from commsla.core.clean import clean
            from commsla.core.nearest import did_you_mean

            raise UsageError(
                f'There is no command "{clean(args[0], 40)}".',
                f"{did_you_mean(args[0], known)}The commands are: {', '.join(known)}.",
            )
        return super().resolve_command(ctx, args)


class Sentence(TyperCommand):
    """A command whose one argument is a sentence, `REF... WORD`: usage shows it as it is typed."""

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """What stands behind the command in its usage line."""
        pieces = super().collect_usage_pieces(ctx)
        return [p.translate(_NO_BRACES).removesuffix("...") if " " in p else p for p in pieces]


@contextlib.contextmanager
def _in_our_words() -> Iterator[None]:
    try:
        yield
    except _Misuse as error:
        if type(error).__name__ == "NoArgsIsHelpError":  # a group alone shows its help
            raise
        raise _told(error) from None


def _told(error: Any) -> UsageError:
    from commsla.core.clean import clean

    context = error.ctx
    sentence = clean(error.format_message(), 300).rstrip(".") + "."
    hints = []
    if type(error).__name__ == "MissingParameter" and error.param is not None:
        option = next((o for o in error.param.opts if o.startswith("--")), "")
        param = error.param if option else _last_argument(error.param, context)
        sentence = f"{option or param.metavar or param.name.upper()} is missing."
        usage = " ".join(context.get_usage().split())
        hints.append(usage.translate(_NO_BRACES) + "\n")
    elif hasattr(error, "possibilities"):  # of what a mistyped option was meant to be
        sentence = (
            f'There is no option "{clean(error.option_name, 40)}" for {context.command_path}.'
        )
        if hasattr(context.command, "commands"):
            hints.append("What belongs to a command stands behind it. ")
        elif error.possibilities:
            hints.append(f"Did you mean {error.possibilities[0]}? ")
    elif extra := _TOO_MUCH.search(sentence):
        sentence = f'There is no place for "{extra[1]}".'
        hints.append('Words that belong together need quotes: "2026-12-17 16:45". ')
    if context is not None:
        hints.append(f"All that can be typed: {context.command_path} -h")
    return UsageError(sentence, "".join(hints))


def _last_argument(missing: Any, context: Any) -> Any:
    """Of `REF... INTO` one word alone is taken for INTO: it is INTO that is missing, for a person."""
    arguments = [p for p in context.command.params if p.param_type_name == "argument"]
    return arguments[-1] if missing.nargs == -1 else missing


@dataclass(frozen=True, slots=True)
class Asked:
    """The command as its answer names it, such as `calendar show`, and whether JSON was asked for."""

    command: str
    as_json: bool


def asked(app: typer.Typer, arguments: Sequence[str]) -> Asked:
    """What these words ask for, also where they are no proper command.

    `--json` counts where it is an option: not behind `--`, nor as the value of another option.
    """
    root: Any = typer.main.get_command(app)
    command, names, as_json = root, list[str](), False
    words = iter(arguments)
    for word in words:
        within = getattr(command, "commands", None)
        if word == "--":
            if within is None:
                break
        elif word.startswith("-") and len(word) > 1:
            name, equals, _ = word.partition("=")
            as_json = as_json or name == "--json"
            if not equals and _takes_value(command, name):
                next(words, None)
        elif within and word in within:
            if command is root:
                names.clear()  # what stands behind `demo` is the command that answers
            names.append(word)
            command = within[word]
            if command.context_settings.get("ignore_unknown_options"):
                command = root
    return Asked(" ".join(names) or "commsla", as_json)


def _takes_value(command: Any, name: str) -> bool:
    return any(
        name in param.opts and not getattr(param, "is_flag", False) for param in command.params
    )
