"""``leadflow migrate``: a journal of an older leadflow as this one has it."""

from __future__ import annotations

from pathlib import Path

import click

from leadflow_engine.cli import options


@click.command("migrate", short_help="Bring a journal of an older leadflow up to this one.")
@options.db_to_read
def command(db: str | None) -> None:
    """Bring a journal to the schema of this version and do nothing else to it: then commands that only read can.

    Commands that write do so by themselves. There is no way back but a copy: `leadflow backup` makes one first."""
    from leadflow_engine.store.opening import bring_up

    journal = options.journal(db)
    before, now = bring_up(Path(journal))
    click.echo(f"{journal}  schema {now}, " + (f"which was {before}" if before != now else "as before"))
