"""Turns pydantic's findings into plain sentences; it never shows pydantic's own words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time
from typing import Any

from pydantic import ValidationError

from commsla.edges.config.fields import Table, keys_of
from commsla.edges.config.lines import Loc
from commsla.edges.config.schema import TABLES
from commsla.edges.config.values import WrongValueError, nearest, shown

Problem = tuple[Loc, str]

_SECRETS = frozenset({"pass", "passphrase", "passwd", "password", "pw", "pwd", "secret", "token"})
_NEVER_HERE = {
    "secret": (
        "Never write the secret here. Use `client_secret_command` or `client_secret_file`, or "
        "`certificate_file`."
    ),
    "token": "Never write a token here. Use `login` or `token_command`.",
    "": "Never write the password here. Use `password_command` or `password_file`.",
}
_LISTS = ("schools", "mailboxes", "days", "rules", "alerts")
_WANTED = {
    "string_type": "text in quotes",
    "int_type": "a whole number",
    "bool_type": "true or false",
    "list_type": "a list in square brackets",
    "dict_type": "a table",
    "model_type": "a table",
}


def problems(error: ValidationError) -> Iterator[Problem]:
    """Each finding as its place in the file and its sentence."""
    findings = error.errors(include_url=False)
    guessed = {
        (*found["loc"][:-1], _nearest_here(tuple(found["loc"])))
        for found in findings
        if found["type"] == "extra_forbidden"
    }
    for found in findings:
        loc = tuple(found["loc"])
        # `respnd` is one mistake: "did you mean `respond`?" need not say that `respond` lacks.
        if found["type"] == "missing" and loc in guessed:
            continue
        yield loc, _sentence(loc, found["type"], found["input"], found.get("ctx", {}))


def is_secret(key: str) -> bool:
    """Whether a key's name says that its value is a password."""
    folded = key.casefold()
    return folded in _SECRETS or folded.endswith(("password", "passwd", "secret", "token"))


def _sentence(loc: Loc, kind: str, value: object, context: dict[str, Any]) -> str:
    if kind == "extra_forbidden":
        return _unknown(loc, value)
    if kind == "missing":
        return _missing(loc)
    label = f"`{_label(loc)}`"
    mistake = context.get("error")
    if kind == "value_error" and isinstance(mistake, WrongValueError):
        return _own(loc, label, str(mistake))
    if kind in ("too_short", "too_long"):
        return _size(loc, label)
    wanted = _WANTED.get(kind, "something else")
    if wanted == "a table" or _is_table(loc):
        return _brackets(loc, label, value)
    item = "each item of " if isinstance(loc[-1], int) else ""
    return f"{item}{label} must be {wanted}, not {_what(value)}. Write for example {_example(loc)}."


def _own(loc: Loc, label: str, sentence: str) -> str:
    if sentence.startswith(("is ", "holds ")):
        subject = f"an entry of {label} " if isinstance(loc[-1], int) else f"{label} "
    else:
        subject = f"{label}: "
    # A sentence that ends has said what to write.
    rest = "" if sentence.endswith(".") else f". Write for example {_example(loc)}."
    return f"{subject}{sentence}{rest}"


def _nearest_here(loc: Loc) -> str:
    return nearest(str(loc[-1]), keys_of(TABLES[_path(loc[:-1])]))


def _unknown(loc: Loc, value: object) -> str:
    key, table = str(loc[-1]), _path(loc[:-1])
    if is_secret(key):
        return next(said for end, said in _NEVER_HERE.items() if key.casefold().endswith(end))
    name = shown(key)[1:-1]
    homes = [path for path, model in TABLES.items() if key in keys_of(model)]
    close = _nearest_here(loc)
    tables = isinstance(value, dict) or (
        isinstance(value, list) and all(isinstance(item, dict) for item in value)
    )
    if homes and not (tables and close):  # [[school]] is meant for [[schools]], not for a key
        # TOML's own trap: what stands below a [header] belongs to it, wherever it was meant to go.
        right = " or ".join(_under(home) for home in homes)
        return f"`{name}` does not belong {_under(table)}. Write it {right}."
    if close:
        return f"`{name}` is not known: did you mean `{close}`?"
    known = ", ".join(keys_of(TABLES[table]))
    return f"`{name}` is not known {_under(table)}. Write one of: {known}."


def _under(table: tuple[str, ...]) -> str:
    return (
        f"under {_header(table)}" if table else "at the top of the file (above the first [header])"
    )


def _missing(loc: Loc) -> str:
    table, key = _path(loc[:-1]), str(loc[-1])
    example = _example(loc)
    if _path(loc) in TABLES:
        owner = _header(table) or "the file"
        return f"{owner} has no {_header(_path(loc))}. Write {example} and its keys below it."
    return f"{_header(table) or 'the file'} has no `{key}`. Write for example {example}."


def _size(loc: Loc, label: str) -> str:
    if _label(loc) == "terms" and isinstance(loc[-1], int):
        return f"a term is its first and its last day. Write for example {_example(loc)}."
    if _path(loc) in TABLES:
        return f"{label} is empty. Write {_header(_path(loc))} and its keys below it."
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
    return f"[[{dotted}]]" if path[-1] in _LISTS else f"[{dotted}]"


def _example(loc: Loc) -> str:
    path = _path(loc)
    model: type[Table] | None = TABLES.get(path[:-1])
    if model is not None and path[-1] in keys_of(model):
        return str((keys_of(model)[path[-1]].examples or [path[-1]])[0])
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
