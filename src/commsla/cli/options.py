"""The options that mean the same wherever they appear."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

ConfigFile = Annotated[
    Path | None,
    typer.Option("--config", help="Read this schools.toml.", metavar="FILE", show_default=False),
]
Schools = Annotated[
    list[str] | None,
    typer.Option("--school", help="Only this school, by its code or name.", metavar="SCHOOL"),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of words.")]
DryRun = Annotated[
    bool, typer.Option("--dry-run", "-n", help="Do everything but keep nothing; say what would be.")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing unless something failed.")]
