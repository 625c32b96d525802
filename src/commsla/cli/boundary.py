"""The error boundary: an expected failure is a sentence and its code, a bug leaves a log and 70."""

from __future__ import annotations

import platform
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

import typer

from commsla import __version__
from commsla.cli.place import Place
from commsla.cli.session import print_lines
from commsla.cli.streams import OutputFailed
from commsla.cli.usage import Asked, asked
from commsla.core.hints import as_typed
from commsla.core.plugin import Level, one_line
from commsla.errors import CommslaError, ConfigError

_BUG = 70
_INTERRUPTED = 130
_MONITORED = "check"  # speaks the language of monitoring, whatever happens


def run(app: typer.Typer, arguments: Sequence[str], place: Place) -> int:
    """Run the app on these arguments until all is written; returns the exit code."""
    try:
        code = _run(app, arguments, place)
        # Here, not when Python ends: there a failure is a message and a code of Python's own.
        sys.stdout.flush()
    except OutputFailed as failed:
        code = failed.end()
        return Level.UNKNOWN if asked(app, arguments).command == _MONITORED else code
    return code


def _run(app: typer.Typer, arguments: Sequence[str], place: Place) -> int:
    try:
        app(args=list(arguments), obj=place, prog_name=place.prefix)
    except SystemExit as ended:
        return _code(ended)
    except CommslaError as error:
        return _fail(error, asked(app, arguments), place)
    except KeyboardInterrupt:  # before any command began
        return _INTERRUPTED
    except OutputFailed:
        raise
    except Exception as error:  # noqa: BLE001 - this is the boundary
        return _fail(_bug(error, place), asked(app, arguments), place)
    return 0


def _fail(error: CommslaError, asked_for: Asked, place: Place) -> int:
    if asked_for.command != _MONITORED:
        tell(error, asked_for, place)
        return error.exit_code
    unknown = _Unknown(error.message, error.hint)
    if asked_for.as_json:
        tell(unknown, asked_for, place)
    else:
        problems = error.problems[:1] if isinstance(error, ConfigError) else ()
        said = " ".join([error.message, *problems, error.hint])
        sys.stdout.write(one_line(Level.UNKNOWN, as_typed(said, place.prefix)) + "\n")
    return unknown.exit_code


def _code(ended: SystemExit) -> int:
    if ended.code is None:
        return 0
    return ended.code if isinstance(ended.code, int) else 1


def tell(error: CommslaError, asked_for: Asked, place: Place) -> None:
    """Print a failure: sentences on stderr, or one JSON document on stdout when --json was asked."""
    error.hint = as_typed(error.hint, place.prefix)
    if asked_for.as_json:
        from commsla.edges.jsonview import error_envelope

        sys.stdout.write(error_envelope(asked_for.command, place.clock(), error) + "\n")
        return
    problems = error.problems if isinstance(error, ConfigError) else ()
    told = [error.message, *problems, *([error.hint] if error.hint else [])]
    print_lines((line for text in told for line in text.split("\n")), sys.stderr)


class _Bug(CommslaError):
    exit_code = _BUG


class _Unknown(CommslaError):
    exit_code = Level.UNKNOWN


def _bug(error: Exception, place: Place) -> CommslaError:
    log = _write_log(error, place)
    if log is None:
        traceback.print_exception(error)
    where = f" The details are in {log}." if log else ""
    return _Bug(
        f"commsla made a mistake of its own ({type(error).__name__}).{where}",
        "Nothing that was read or recorded is lost. Please report it with that file.",
    )


def _write_log(error: Exception, place: Place) -> Path | None:
    """Versions and the calls that led there: no variable, no argument, no text of the error.

    The text of an exception can quote a mail; a log is pasted into support requests.
    """
    frames = traceback.extract_tb(error.__traceback__)
    lines = [
        f"commsla {__version__}, Python {platform.python_version()}, {platform.platform()}",
        f"{type(error).__module__}.{type(error).__qualname__}",
        *(f"  {Path(f.filename).name}:{f.lineno} in {f.name}" for f in frames),
    ]
    try:
        place.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        log = place.home / "error.log"
        log.write_text("\n".join(lines) + "\n", encoding="utf-8")
        log.chmod(0o600)
    except OSError:
        return None
    return log
