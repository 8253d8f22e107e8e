"""``leadflow backup``: a whole copy of a journal, whoever is writing to it."""

from __future__ import annotations

from pathlib import Path

import click

from leadflow_engine.cli import options


@click.command("backup", short_help="Copy a journal while it is in use.")
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Replace a file that is there.")
@options.db_to_read
def command(target: Path, force: bool, db: str | None) -> None:
    """Copy the journal to TARGET, which appears whole or not at all; the copy is checked.

    To restore, stop what writes to the journal and put the copy in its place."""
    from leadflow_engine.cli.failing import CannotStart
    from leadflow_engine.store.backup import back_up

    journal = Path(options.journal(db))
    if target.exists() and target.samefile(journal):
        raise CannotStart(f"{target} is the journal itself: give the copy another name")
    if target.exists() and not force:
        raise CannotStart(f"{target} is there already: give another name, or --force to replace it")
    size = back_up(journal, target)
    click.echo(f"{target}  {size / 2**20:,.1f} MB, checked")
