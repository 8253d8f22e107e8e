"""Options that several commands have."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

FOLDER = Path(".leadflow")
"""Where a journal is looked for when ``--db`` is not given."""


def form(*formats: str) -> Callable[[F], F]:
    """``--format``, the first being what it is when nothing is said."""
    return click.option(
        "--format",
        "form",
        type=click.Choice(formats),
        default=formats[0],
        show_default=True,
        help="What to print.",
    )


db_to_read = click.option(
    "--db", metavar="FILE", help="The journal; the only one in .leadflow/ where it is not given."
)

source = click.option(
    "--source",
    default="",
    metavar="NAME",
    help="The source that sends the leads; needed where there are several.",
)

key = click.option(
    "--key",
    default="",
    metavar="FIELD",
    help="The field of a record that names the lead; its file and number otherwise.",
)


def journal(db: str | None) -> str:
    """The journal that is meant. Raises ``click.UsageError`` where that is not clear."""
    if db:
        return db
    found = sorted(FOLDER.glob("*.db")) if FOLDER.is_dir() else []
    if len(found) == 1:
        return str(found[0])
    known = f"; there are {', '.join(map(str, found))}" if found else ""
    raise click.UsageError(f"which journal? Say --db FILE{known}")
