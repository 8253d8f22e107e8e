"""``leadflow master-key``: the key under which what is personal in a journal is sealed."""

from __future__ import annotations

import click

from leadflow_engine.cli import options
from leadflow_engine.texts.counted import counted


@click.group("master-key", short_help="Make or change the key that seals journals.")
def command() -> None:
    """Make or change the key that seals what is personal in a journal."""


@command.command("new")
def new() -> None:
    """Print a new master key. Whoever has it and the journal can read its leads; without it nobody can."""
    from leadflow_engine.store.seal import new_master

    click.echo(new_master())


@command.command("rotate")
@options.db_to_read
def rotate(db: str | None) -> None:
    """Wrap the leads' keys under the first master key that the environment gives; others are not needed any more."""
    from leadflow_engine.drivers.orders import give

    count = give(options.journal(db), "master_key_rotate", {})["keys"]
    click.echo(f"{counted(count, 'key')} wrapped anew")
