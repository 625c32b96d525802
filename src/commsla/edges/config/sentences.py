"""Turns pydantic's findings into plain sentences; it never shows pydantic's own words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time
from typing import Any

from pydantic import ValidationError

from commsla.edges.config.lines import Loc
from commsla.edges.config.schema import TABLES, Table
from commsla.edges.config.values import WrongValueError, nearest, shown

Problem = tuple[Loc, str]

_SECRETS = frozenset({"pass", "passphrase", "passwd", "password", "pw", "pwd", "secret", "token"})
_SECRET = "Never write the password here. Use `password_command` or `password_file`."
_WANTED = {
    "string_type": "text in quotes",
    "int_type": "a whole number",
    "list_type": "a list in square brackets",
    "dict_type": "a table",
    "model_type": "a table",
}


def problems(error: ValidationError) -> Iterator[Problem]:
    """Each finding as its place in the file and its sentence."""
    for found in error.errors(include_url=False):
        loc = tuple(found["loc"])
        yield loc, _sentence(loc, found["type"], found["input"], found.get("ctx", {}))


def is_secret(key: str) -> bool:
    """Whether a key's name says that its value is a password."""
    return key.casefold() in _SECRETS


def _sentence(loc: Loc, kind: str, value: object, context: dict[str, Any]) -> str:
    if kind == "extra_forbidden":
        return _unknown(loc)
    if kind == "missing":
        return _missing(loc)
    label = f"`{_label(loc)}`"
    mistake = context.get("error")
    if kind == "value_error" and isinstance(mistake, WrongValueError):
        return _own(label, str(mistake), _example(loc))
    if kind in ("too_short", "too_long"):
        return _size(loc, label)
    wanted = _WANTED.get(kind, "something else")
    if wanted == "a table" or _is_table(loc):
        return _brackets(loc, label, value)
    item = "each item of " if isinstance(loc[-1], int) else ""
    return f"{item}{label} must be {wanted}, not {_what(value)}. Write for example {_example(loc)}."


def _own(label: str, sentence: str, example: str) -> str:
    joined = (
        f"{label} {sentence}" if sentence.startswith(("is ", "holds ")) else f"{label}: {sentence}"
    )
    return (
        f"{joined}."
        if "Write " in joined or "Leave " in joined
        else f"{joined}. Write for example {example}."
    )


def _unknown(loc: Loc) -> str:
    key, table = str(loc[-1]), _path(loc[:-1])
    if is_secret(key):
        return _SECRET
    known = list(TABLES[table].model_fields)
    name = shown(key)[1:-1]
    where = _header(table) or "the top of the file"
    homes = [_header(path) for path, model in TABLES.items() if key in model.model_fields]
    if homes:
        # TOML's own trap: what stands below a [header] belongs to it, wherever it was meant to go.
        above = "the top of the file, above the first [header]"
        right = " or ".join(home or above for home in homes)
        return f"`{name}` does not belong under {where}. Write it under {right}."
    if close := nearest(key, known):
        return f"`{name}` is not known: did you mean `{close}`?"
    return f"`{name}` is not known in {where}. Write one of: {', '.join(known)}."


def _missing(loc: Loc) -> str:
    table, key = _path(loc[:-1]), str(loc[-1])
    example = _example(loc)
    if _path(loc) in TABLES:
        owner = _header(table) or "the file"
        return f"{owner} has no {_header(_path(loc))}. Write {example} and its keys below it."
    return f"{_header(table) or 'the file'} has no `{key}`. Write for example {example}."


def _size(loc: Loc, label: str) -> str:
    if _path(loc)[-2:] == ("terms",) or _label(loc) == "terms":
        if isinstance(loc[-1], int):
            return f"a term is its first and its last day. Write for example {_example(loc)}."
        return f"{label} is empty. Write for example {_example(loc)}."
    if _path(loc) in TABLES:
        header = _header(_path(loc))
        return f"{label} is empty. Write {header} and its keys below it."
    return f"{label} is empty. Write for example {_example(loc)}."


def _brackets(loc: Loc, label: str, value: object) -> str:
    header = _header(_path(loc)) or _example(loc)
    if header.startswith("[[") and isinstance(value, dict):
        return f"{label} is a list of tables. Write {header} with two brackets on each side."
    if not header.startswith("[[") and isinstance(value, list):
        return f"{label} can be there only once. Write {header} with one bracket on each side."
    return f"{label} must be a table, not {_what(value)}. Write {header} and its keys below it."


def _label(loc: Loc) -> str:
    text = next((part for part in reversed(loc) if isinstance(part, str)), "")
    return shown(text)[1:-1]


def _path(loc: Loc) -> tuple[str, ...]:
    path: tuple[str, ...] = ()
    for part in loc:
        if isinstance(part, str):
            path += ("*",) if path[-1:] == ("years",) else (part,)
    return path


def _is_table(loc: Loc) -> bool:
    return _path(loc) in TABLES or _label(loc) == "years"


def _header(path: tuple[str, ...]) -> str:
    if not path:
        return ""
    if path[-1] == "years":
        path += ("*",)
    dotted = ".".join(path).replace("*", '"2026-27"')
    return f"[[{dotted}]]" if path[-1] in ("schools", "mailboxes", "days") else f"[{dotted}]"


def _example(loc: Loc) -> str:
    path = _path(loc)
    model: type[Table] | None = TABLES.get(path[:-1])
    if model is not None and path[-1] in model.model_fields:
        return str((model.model_fields[path[-1]].examples or [path[-1]])[0])
    return _header(path)


def _what(value: object) -> str:
    # bool is an int to Python, so it is asked first.
    names: tuple[tuple[type, str], ...] = (
        (bool, "true or false"),
        (str, "text"),
        (int, "a number"),
        (float, "a number with a point"),
        (list, "a list"),
        (dict, "a table"),
        (date, "a date"),
        (time, "a time of day"),
    )
    return next((name for kind, name in names if isinstance(value, kind)), "this")
